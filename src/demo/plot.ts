import { castCompanies, LEARNER, SOURING_CLIENT, TECHNICIANS, type DemoCompany, type DemoContact, type DemoTechnician } from './cast.ts'
import { makeDice, type Dice } from './random.ts'
import { BOARDS, COMMENTS, REASONS, USER_AGENTS } from './texts.ts'

/** How somebody answers: so long after being asked, so content (0 to 10), with or without a word. */
export interface DemoReply { after_ms: number, content: number, comment: string | null, responder_ip: string, user_agent: string }

export interface DemoTicket {
  number: string
  title: string
  board_name: string
  company: DemoCompany
  contact: DemoContact
  staff_codes: string[]
  opened_at: Date
  closed_at: Date
  /** Null: the ticket's survey stays unanswered. */
  reply: DemoReply | null
  /** An agent asked once more whether it went well, so many milliseconds later. */
  asked_again: { after_ms: number, reply: DemoReply | null } | null
}

/** A survey that goes to a person without being about a ticket. */
export interface DemoRequest { purpose: 'nps' | 'five_questions', company: DemoCompany, contact: DemoContact, at: Date, reply: DemoReply | null }

export interface DemoPlot { tickets: DemoTicket[], requests: DemoRequest[] }

/** How long the story is. */
export const PLOT_DAYS = 365
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/**
 * A year at a support company, day by day from `start`, the same for every start: about 2,700 tickets over three sites, some asked about once more, four rounds of the NPS survey and four of the
 * five questions. About a third of all is answered. One client goes sour, and one technician gets better. What would be asked after `end` is left out.
 */
export function plotYear(start: Date, end: Date): DemoPlot {
  const dice = makeDice(20_261)
  const companies = castCompanies(dice)
  const tickets = Array.from({ length: PLOT_DAYS }, (_, day) => ticketsOf(dice, companies, start, day)).flat()
  for (const [index, ticket] of tickets.entries()) {
    ticket.number = String(100_001 + index)
    if (ticket.asked_again && ticket.closed_at.getTime() + ticket.asked_again.after_ms > end.getTime()) ticket.asked_again = null
  }
  const requests = [...rounds(dice, companies, start, 'nps', [24, 115, 206, 297]), ...rounds(dice, companies, start, 'five_questions', [69, 160, 251, 340])]
  return { tickets, requests }
}

/** A ticket for the people who look at the demo: closed just now, and not answered. */
export function plotFreshTicket(now: Date, place: number): DemoTicket {
  const dice = makeDice(now.getTime() + place)
  const companies = castCompanies(makeDice(20_261))
  const ticket = ticketAt(dice, dice.pick(companies), new Date(now.getTime() - 1000 * (place + 1)), PLOT_DAYS)
  return { ...ticket, number: `${Math.floor(now.getTime() / 1000)}${place}`, reply: null, asked_again: null }
}

function ticketsOf(dice: Dice, companies: readonly DemoCompany[], start: Date, day: number): DemoTicket[] {
  const morning = start.getTime() + day * DAY_MS
  const weekday = new Date(morning).getUTCDay()
  const count = weekday === 0 ? 0 : weekday === 6 ? dice.between(0, 2) : dice.between(7, 13)
  const times = Array.from({ length: count }, () => morning + 8 * HOUR_MS + dice.between(0, 10 * HOUR_MS)).toSorted((a, b) => a - b)
  return times.map((time) => ticketAt(dice, pickCompany(dice, companies), new Date(time), day))
}

/** The souring client needs more help than others. */
function pickCompany(dice: Dice, companies: readonly DemoCompany[]): DemoCompany {
  const souring = companies.find(({ name }) => name === SOURING_CLIENT)
  return souring && dice.chance(0.05) ? souring : dice.pick(companies)
}

function ticketAt(dice: Dice, company: DemoCompany, closed_at: Date, day: number): DemoTicket {
  const board_name = dice.pick(Object.keys(BOARDS))
  const technicians = [dice.pick(TECHNICIANS), ...(dice.chance(0.2) ? [dice.pick(TECHNICIANS)] : [])]
  const staff_codes = [...new Set(technicians.map(({ code }) => code))]
  const mood = moodOf(company, technicians[0], day)
  const asks_again = dice.chance(0.05)
  return {
    number: '', title: dice.pick(BOARDS[board_name] ?? []), board_name, company, contact: dice.pick(company.contacts), staff_codes,
    opened_at: new Date(closed_at.getTime() - dice.between(HOUR_MS / 4, 60 * HOUR_MS)), closed_at,
    reply: replyOf(dice, mood, technicians[0], COMMENTS),
    asked_again: asks_again ? { after_ms: dice.between(HOUR_MS, 30 * HOUR_MS), reply: replyOf(dice, mood, technicians[0], COMMENTS) } : null,
  }
}

function rounds(dice: Dice, companies: readonly DemoCompany[], start: Date, purpose: DemoRequest['purpose'], days: readonly number[]): DemoRequest[] {
  return days.flatMap((day) => companies.flatMap((company) => company.contacts.filter(() => dice.chance(0.6)).map((contact) => ({
    purpose, company, contact, at: new Date(start.getTime() + day * DAY_MS + 9 * HOUR_MS),
    reply: replyOf(dice, moodOf(company, undefined, day) + 0.3, undefined, REASONS),
  }))))
}

/** How content customers are on the whole, of ten, before each one's own day. */
function moodOf(company: DemoCompany, technician: DemoTechnician | undefined, day: number): number {
  const souring = company.name === SOURING_CLIENT ? 0.6 - 6 * Math.max(0, (day - 150) / (PLOT_DAYS - 150)) : 0
  const learned = technician?.code === LEARNER ? -3.2 + 4.4 * Math.min(1, day / 300) : 0
  return 8.1 + company.temper + souring + (technician?.skill ?? 0) + learned
}

/** Those who are very content, or not at all, answer more often than the rest, and write more. */
function replyOf(dice: Dice, mood: number, technician: DemoTechnician | undefined, words: readonly (readonly string[])[]): DemoReply | null {
  const content = Math.max(0, Math.min(10, mood + dice.bell() * 1.6))
  const bucket = Math.min(4, Math.floor(content / 2))
  const answers = dice.chance(content < 4 ? 0.5 : content > 8 ? 0.38 : 0.3)
  const first = technician?.name.split(' ')[0] ?? 'they'
  const reply = {
    after_ms: Math.round(-Math.log(1 - dice.next() * 0.999) * 9 * HOUR_MS) + 120_000, content,
    comment: dice.chance(content < 4 ? 0.75 : 0.35) ? dice.pick(words[bucket] ?? []).replaceAll('{first}', first) : null,
    responder_ip: `198.51.100.${dice.between(1, 254)}`, user_agent: dice.pick(USER_AGENTS),
  }
  return answers ? reply : null
}
