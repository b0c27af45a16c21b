import { askRequester } from '../core/invitations/ask-requester.ts'
import { claimDue } from '../core/invitations/claim.ts'
import { recordOutcome } from '../core/invitations/outcome.ts'
import { scheduleInvitation } from '../core/invitations/schedule.ts'
import { submitTicket } from '../core/cases/submit.ts'
import type { Context } from '../core/context.ts'
import type { Answers } from '../core/responses/answers.ts'
import { recordResponse } from '../core/responses/record.ts'
import { createSite, listSites } from '../core/sites.ts'
import { createStaffMember } from '../core/staff.ts'
import { getSurveyFor, scaleOf, withQuestions, type SurveyWithQuestions } from '../core/surveys.ts'
import { createTeam } from '../core/teams.ts'
import { SITES, TEAMS, TECHNICIANS } from './cast.ts'
import { plotYear, type DemoReply, type DemoRequest, type DemoTicket } from './plot.ts'
import { makeDice, type Dice } from './random.ts'

/** How much of the work is done, from 0 to 1. */
export type Progress = (share: number) => void

/**
 * Lives through the demo's year, week by week, in an account that is new and empty: everything is written by the use cases that the faces call, each at the time of its happening. Mails count as
 * sent without being written. `start` is the year's first midnight; what would be answered after `end` is not. Nothing else may wait to be sent in this database: it would count as sent too.
 */
export async function fillYear(ctx: Context, options: { start: Date, end: Date, onProgress: Progress }): Promise<void> {
  const { start, end, onProgress } = options
  const sites = await createCast(at(ctx, start))
  const asked: Asked[] = []
  const weeks = weeksOf(start, end)
  for (const [index, week] of weeks.entries()) {
    // What was asked last week goes out while this week is lived through.
    const [fresh] = await Promise.all([liveThrough(ctx, sites, week), countAsSent(at(ctx, week.start), asked)])
    asked.push(...fresh)
    onProgress(((index + 1) / weeks.length) * 0.8)
  }
  await countAsSent(at(ctx, end), asked)
  await answerAll(ctx, asked, end, (share) => onProgress(0.8 + 0.2 * share))
  onProgress(1)
}

/** One ticket comes in. Answers the numbers of its invitation and its case. */
export async function submitDemoTicket(ctx: Context, ticket: DemoTicket, sites: ReadonlyMap<string, number>): Promise<{ invitation_id: number, case_id: number }> {
  const { number, title, board_name, company, contact, staff_codes, opened_at, closed_at } = ticket
  return submitTicket(ctx, {
    site_id: sites.get(company.site) ?? null, number, title, board_name, company: { external_id: company.external_id, name: company.name }, contact,
    staff_codes, opened_at, closed_at, source_updated_at: closed_at,
  })
}

/** The numbers of the account's sites by their codes. */
export async function siteIds(ctx: Context): Promise<ReadonlyMap<string, number>> {
  return new Map((await listSites(ctx)).map(({ code, id }) => [code, id]))
}

const DAY_MS = 86_400_000
const PURPOSES = ['ticket', 'good_or_bad', 'nps', 'five_questions'] as const

/** An invitation, and how it is going to be answered. */
interface Asked {
  invitation_id: number
  purpose: (typeof PURPOSES)[number]
  at: Date
  reply: DemoReply | null
  /** Ends its link; null until it is sent. */
  token: string | null
}

interface Week { start: Date, days: { tickets: DemoTicket[], requests: DemoRequest[] }[] }

function weeksOf(start: Date, end: Date): Week[] {
  const { tickets, requests } = plotYear(start, end)
  const dayOf = (time: Date): number => Math.floor((time.getTime() - start.getTime()) / DAY_MS)
  const [ticketsOf, requestsOf] = [Map.groupBy(tickets, ({ closed_at }) => dayOf(closed_at)), Map.groupBy(requests, (request) => dayOf(request.at))]
  const last = Math.max(...ticketsOf.keys(), ...requestsOf.keys())
  return Array.from({ length: Math.floor(last / 7) + 1 }, (_, week) => ({
    start: new Date(start.getTime() + week * 7 * DAY_MS),
    days: Array.from({ length: 7 }, (_none, day) => ({ tickets: ticketsOf.get(week * 7 + day) ?? [], requests: requestsOf.get(week * 7 + day) ?? [] })),
  }))
}

/** The same, at another time. */
function at(ctx: Context, time: Date): Context {
  return { ...ctx, now: () => time }
}

async function createCast(ctx: Context): Promise<ReadonlyMap<string, number>> {
  for (const { code, name, city } of SITES.slice(1)) await createSite(ctx, { code, name, city })
  for (const name of TEAMS) await createTeam(ctx, { name })
  for (const { code, name, team } of TECHNICIANS) await createStaffMember(ctx, { code, name, team, email: `${code}@demo.example` })
  return siteIds(ctx)
}

async function liveThrough(ctx: Context, sites: ReadonlyMap<string, number>, { days }: Week): Promise<Asked[]> {
  const asked: Asked[] = []
  for (const { tickets, requests } of days) asked.push(...await askAboutTickets(ctx, sites, tickets), ...await askContacts(ctx, requests))
  return asked
}

/** All tickets of a day go in together, each with its own time; the earliest comes first, since what a batch makes is dated by it. */
async function askAboutTickets(ctx: Context, sites: ReadonlyMap<string, number>, tickets: DemoTicket[]): Promise<Asked[]> {
  const submitted = await Promise.all(tickets.map(async (ticket) => ({ ticket, ...(await submitDemoTicket(at(ctx, ticket.closed_at), ticket, sites)) })))
  const again = await Promise.all(submitted.map(({ ticket, case_id }) => askAgain(ctx, ticket, case_id)))
  return [...submitted.map(({ ticket, invitation_id }) => ({ invitation_id, purpose: 'ticket' as const, at: ticket.closed_at, reply: ticket.reply, token: null })), ...again.flat()]
}

async function askAgain(ctx: Context, { asked_again, closed_at }: DemoTicket, case_id: number): Promise<Asked[]> {
  if (!asked_again) return []
  const time = new Date(closed_at.getTime() + asked_again.after_ms)
  const { id } = await askRequester(at(ctx, time), case_id)
  return [{ invitation_id: id, purpose: 'good_or_bad', at: time, reply: asked_again.reply, token: null }]
}

async function askContacts(ctx: Context, requests: DemoRequest[]): Promise<Asked[]> {
  return Promise.all(requests.map(async ({ purpose, company, contact, at: time, reply }) => {
    const there = at(ctx, time)
    const [first_name = '', surname = ''] = contact.name.split(' ')
    const { id } = await scheduleInvitation(there, {
      email: contact.email, first_name, surname, survey_id: (await getSurveyFor(there, purpose)).id, email_template_id: null, text_message: null, send_at: time, external_link: false,
      ignore_throttle: false, reference: null, machine_id: null, data: [{ key: 'company_name', value: company.name }, { key: 'site_code', value: company.site }], reminders: null,
    })
    return { invitation_id: id, purpose, at: time, reply, token: null }
  }))
}

/** As a worker does it, but for the mails themselves: three thousand of them would fill the mailbox with what nobody reads. */
async function countAsSent(ctx: Context, asked: readonly Asked[]): Promise<void> {
  const known = new Map(asked.map((one) => [one.invitation_id, one]))
  for (;;) {
    const { messages, refused } = await claimDue(ctx, { limit: 200, host: 'demo.example' })
    if (messages.length + refused === 0) return
    await Promise.all(messages.map(async (message) => {
      const own = known.get(message.invitation_id)
      if (own) own.token = message.token
      await recordOutcome(at(ctx, own?.at ?? ctx.now()), message, { kind: 'sent', detail: 'demo' })
    }))
  }
}

/** In the order in which the answers came, so that the newest have the highest numbers. */
async function answerAll(ctx: Context, asked: readonly Asked[], end: Date, onProgress: Progress): Promise<void> {
  const surveys = await loadSurveys(ctx)
  const replies = asked.flatMap(({ reply, token, purpose, at: asked_at }) => {
    const time = new Date(asked_at.getTime() + (reply?.after_ms ?? 0))
    return reply && token && time <= end ? [{ reply, token, purpose, time }] : []
  })
  const inOrder = replies.toSorted((a, b) => a.time.getTime() - b.time.getTime())
  const dice = makeDice(7)
  for (let from = 0; from < inOrder.length; from += 64) {
    await Promise.all(inOrder.slice(from, from + 64).map(({ reply, token, purpose, time }) => {
      const { responder_ip, user_agent } = reply
      return recordResponse(at(ctx, time), token, answersOf(surveys.get(purpose), reply, dice), { responder_ip, user_agent })
    }))
    onProgress(from / inOrder.length)
  }
}

async function loadSurveys(ctx: Context): Promise<Map<Asked['purpose'], SurveyWithQuestions>> {
  const surveys = await withQuestions(ctx.db, await Promise.all(PURPOSES.map((purpose) => getSurveyFor(ctx, purpose))))
  return new Map(surveys.flatMap((survey) => PURPOSES.filter((purpose) => purpose === survey.purpose).map((purpose) => [purpose, survey])))
}

/** The first rating says how content they are; the others of a survey are near it. */
function answersOf(survey: SurveyWithQuestions | undefined, reply: DemoReply, dice: Dice): Answers {
  if (!survey) throw new Error('a survey is missing')
  return survey.questions.map((question, index) => {
    if (question.type !== 'rating') return { question_id: question.id, text: reply.comment }
    const { min, max } = scaleOf(question)
    const content = Math.max(0, Math.min(10, reply.content + (index === 0 ? 0 : dice.bell())))
    return { question_id: question.id, value: min + Math.round((content / 10) * (max - min)) }
  })
}
