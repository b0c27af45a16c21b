import { sql } from 'kysely'
import type { Tx } from '../storage/database.ts'
import { groupCommit, type Settled } from '../storage/group-commit.ts'
import { itemAt, recordset } from '../storage/recordset.ts'
import { writeSite, type Context } from './context.ts'
import { checked, checkEmail } from './checks.ts'
import type { Fault } from './errors.ts'
import { followCase, inviteMany, latestInvitations, type InvitationDraft, type Invited } from './invitations/invite.ts'
import { resolveCompanies, resolveContacts, splitName } from './people.ts'
import { resolveStaff } from './staff.ts'
import { purposeSurveys } from './surveys.ts'

export interface TicketInput {
  /** The site it belongs to, or null for the account's default site. */
  site_id: number | null
  number: string
  title: string
  board_name: string | null
  /** The source's own ids; null where it knows none: then a company is known by its name, a contact by the address. */
  company: { external_id: number | null, name: string }
  contact: { external_id: number | null, name: string, email: string }
  /** The account's own identifiers of the technicians, in order. */
  staff_codes: string[]
  opened_at: Date
  closed_at: Date
  source_updated_at: Date
}

/** What became of a submitted ticket. `updated`: it was known and this contact has been invited already. */
export interface SubmittedTicket {
  case_id: number
  invitation_id: number
  outcome: 'queued' | 'updated' | 'not_sent'
  not_sent_reason: string | null
}

/**
 * Stores a closed ticket with its company, contact and staff, and queues the invitation to the account's ticket survey, in one transaction.
 * The same ticket and contact again updates the ticket without inviting again, unless the earlier invitation was answered and the ticket was closed anew since.
 * Throws Invalid.
 */
export async function submitTicket(ctx: Context, input: TicketInput): Promise<SubmittedTicket> {
  checked(ticketFaults(input))
  return groupCommit(ctx.db, submitTickets, { ...input, account_id: ctx.account.id, site_id: writeSite(ctx, input.site_id), now: ctx.now() })
}

export interface TicketName {
  account_id: number
  site_id: number
  /** A ticket of that number at another site is another ticket. Else it is this one, if this site has none of its own. */
  this_site_only: boolean
  number: string
  company_id: number | null
  contact_id: number | null
  staff_ids: number[]
  team_id: number | null
}

/** The ticket of that number, made if it is new; its id. For requests that name a case by its reference only. */
export async function findOrCreateTicket(tx: Tx, input: TicketName, now: Date): Promise<number> {
  const existing = await tx.selectFrom('cases').select('id')
    .where('account_id', '=', input.account_id).where('kind', '=', 'ticket').where('number', '=', input.number)
    .$if(input.this_site_only, (tickets) => tickets.where('site_id', '=', input.site_id))
    .orderBy(sql`site_id = ${input.site_id}`, 'desc').orderBy('id').limit(1).executeTakeFirst()
  if (existing) return existing.id
  const row = await tx.insertInto('cases')
    .values({ account_id: input.account_id, site_id: input.site_id, kind: 'ticket', number: input.number, company_id: input.company_id, contact_id: input.contact_id, team_id: input.team_id, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.columns(['account_id', 'site_id', 'kind', 'number']).doUpdateSet({ updated_at: now }))
    .returning('id').executeTakeFirstOrThrow()
  if (input.staff_ids.length > 0) await replaceCaseStaff(tx, [{ account_id: input.account_id, case_id: row.id, staff_ids: input.staff_ids, inserted: false }])
  return row.id
}

type TicketItem = TicketInput & { account_id: number, site_id: number, now: Date }

function ticketFaults(input: TicketInput): (Fault | null)[] {
  const early = input.closed_at < input.opened_at
  return [
    checkEmail('contact.email', input.contact.email),
    early ? { field: 'closed_at', code: 'invalid_date', info: { message: 'is before the ticket was created' } } : null,
  ]
}

async function submitTickets(tx: Tx, items: TicketItem[]): Promise<Settled<SubmittedTicket>[]> {
  const results = new Map<TicketItem, SubmittedTicket>()
  for (const wave of wavesOf(items)) await submitWave(tx, wave, results)
  return items.map((item) => {
    const value = results.get(item)
    return value ? { value } : { error: new Error('a ticket got lost in its batch') }
  })
}

/** One statement can write a case once only: a ticket that comes twice in one batch goes into the next wave. */
function wavesOf(items: TicketItem[]): TicketItem[][] {
  const waves: TicketItem[][] = []
  const seen = new Map<string, number>()
  for (const item of items) {
    const key = `${item.account_id}/${item.site_id}/${item.number}`
    const wave = seen.get(key) ?? 0
    seen.set(key, wave + 1)
    const list = waves[wave] ?? (waves[wave] = [])
    list.push(item)
  }
  return waves
}

interface StoredTicket { item: TicketItem, case_id: number, inserted: boolean, company_id: number, contact_id: number, staff_ids: number[], team_id: number | null }

async function submitWave(tx: Tx, items: TicketItem[], results: Map<TicketItem, SubmittedTicket>): Promise<void> {
  const tickets = await storeTickets(tx, items)
  const known = tickets.filter((ticket) => !ticket.inserted)
  const earlier = known.length === 0 ? [] : await latestInvitations(tx, known.map((ticket) => ({ account_id: ticket.item.account_id, case_id: ticket.case_id, contact_id: ticket.contact_id })))
  if (known.length > 0) await followCase(tx, known.map((ticket) => ({ account_id: ticket.item.account_id, case_id: ticket.case_id })), itemAt(items, 0).now)
  const surveys = await purposeSurveys(tx, [...new Set(items.map((item) => item.account_id))], 'ticket')
  const toInvite: { ticket: StoredTicket, draft: InvitationDraft }[] = []
  for (const ticket of tickets) {
    const before = earlier.find((one) => one.case_id === ticket.case_id && one.contact_id === ticket.contact_id && one.account_id === ticket.item.account_id)
    const reopened = before && before.answered_at !== null && before.case_closed_at !== null && ticket.item.closed_at > before.case_closed_at
    if (before && !reopened) results.set(ticket.item, { case_id: ticket.case_id, invitation_id: before.id, outcome: 'updated', not_sent_reason: null })
    else toInvite.push({ ticket, draft: ticketInvitation(ticket, surveys, before ? before.count : 0) })
  }
  const invited = await inviteMany(tx, toInvite.map(({ draft }) => draft), itemAt(items, 0).now)
  toInvite.forEach(({ ticket }, index) => results.set(ticket.item, outcomeOf(ticket, itemAt(invited, index))))
}

function outcomeOf(ticket: StoredTicket, invited: Invited): SubmittedTicket {
  const outcome = invited.repeated ? 'updated' : invited.state === 'not_sent' ? 'not_sent' : 'queued'
  return { case_id: ticket.case_id, invitation_id: invited.id, outcome, not_sent_reason: invited.repeated ? null : invited.not_sent_reason }
}

function ticketInvitation(ticket: StoredTicket, surveys: Map<number, { survey_id: number, email_template_id: number | null }>, earlier: number): InvitationDraft {
  const { item } = ticket
  const survey = surveys.get(item.account_id)
  if (!survey) throw new Error(`account ${item.account_id} has no ticket survey`)
  return {
    account_id: item.account_id, occasion: `case ${ticket.case_id} contact ${ticket.contact_id} #${earlier + 1}`, channel: 'email', survey_id: survey.survey_id,
    email_template_id: survey.email_template_id, text_message_template_id: null, send_at: item.now, ignore_throttle: false,
    email: item.contact.email, telephone_number: null, ...splitName(item.contact.name), reference: item.number, machine_id: null,
    contact_id: ticket.contact_id, case_id: ticket.case_id, site_id: item.site_id, team_id: ticket.team_id, company_id: ticket.company_id,
    case_title: item.title, board_name: item.board_name, case_opened_at: item.opened_at, case_closed_at: item.closed_at, case_updated_at: item.source_updated_at,
    staff_ids: ticket.staff_ids, data: [],
  }
}

async function storeTickets(tx: Tx, items: TicketItem[]): Promise<StoredTicket[]> {
  const now = itemAt(items, 0).now
  const companies = await resolveCompanies(tx, items.map((item) => ({ account_id: item.account_id, ...item.company })), now)
  const contacts = await resolveContacts(tx, items.map((item, index) => ({ account_id: item.account_id, ...item.contact, ...splitName(item.contact.name), company_id: itemAt(companies, index) })), now)
  const staff = await resolveStaff(tx, items.map((item) => ({ account_id: item.account_id, codes: [...new Set(item.staff_codes)] })), now)
  const rows = items.map((item, index) => ({
    account_id: item.account_id, site_id: item.site_id, number: item.number, title: item.title, board_name: item.board_name,
    company_id: itemAt(companies, index), contact_id: itemAt(contacts, index), team_id: itemAt(staff, index)[0]?.team_id ?? null,
    opened_at: item.opened_at, closed_at: item.closed_at, source_updated_at: item.source_updated_at,
  }))
  const stored = await upsertCases(tx, rows, now)
  const tickets = items.map((item, index) => {
    const row = stored.get(`${item.account_id}/${item.site_id}/${item.number}`)
    if (!row) throw new Error('a case was neither found nor made')
    return { item, case_id: row.id, inserted: row.inserted, company_id: itemAt(companies, index), contact_id: itemAt(contacts, index), staff_ids: itemAt(staff, index).map(({ id }) => id), team_id: itemAt(rows, index).team_id }
  })
  await replaceCaseStaff(tx, tickets.map((ticket) => ({ account_id: ticket.item.account_id, case_id: ticket.case_id, staff_ids: ticket.staff_ids, inserted: ticket.inserted })))
  return tickets
}

interface CaseInput { account_id: number, site_id: number, number: string }

async function upsertCases(tx: Tx, rows: CaseInput[], now: Date): Promise<Map<string, { id: number, inserted: boolean }>> {
  const result = await sql<{ id: number, account_id: number, site_id: number, number: string, inserted: boolean }>`
    insert into cases (account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, opened_at, closed_at, source_updated_at, created_at, updated_at)
    select account_id, site_id, 'ticket', number, title, board_name, company_id, contact_id, team_id, opened_at, closed_at, source_updated_at, ${now}, ${now}
    from jsonb_to_recordset(${recordset(rows)}::jsonb) as i(account_id bigint, site_id bigint, number text, title text, board_name text, company_id bigint, contact_id bigint,
      team_id bigint, opened_at timestamptz, closed_at timestamptz, source_updated_at timestamptz)
    order by account_id, site_id, number
    on conflict (account_id, site_id, kind, number) do update set title = excluded.title, board_name = excluded.board_name, company_id = excluded.company_id, contact_id = excluded.contact_id,
      team_id = excluded.team_id, opened_at = excluded.opened_at, closed_at = excluded.closed_at, source_updated_at = excluded.source_updated_at, updated_at = excluded.updated_at
    returning id, account_id, site_id, number, xmax = 0 as inserted`.execute(tx)
  return new Map(result.rows.map((row) => [`${row.account_id}/${row.site_id}/${row.number}`, row]))
}

async function replaceCaseStaff(tx: Tx, cases: { account_id: number, case_id: number, staff_ids: number[], inserted: boolean }[]): Promise<void> {
  const old = cases.filter((one) => !one.inserted)
  if (old.length > 0) {
    await sql`delete from case_staff s using jsonb_to_recordset(${recordset(old)}::jsonb) as i(account_id bigint, case_id bigint)
      where s.account_id = i.account_id and s.case_id = i.case_id`.execute(tx)
  }
  const rows = cases.flatMap(({ account_id, case_id, staff_ids }) => staff_ids.map((staff_id, index) => ({ account_id, case_id, place: index + 1, staff_id })))
  if (rows.length === 0) return
  await sql`insert into case_staff (account_id, case_id, position, staff_id)
    select account_id, case_id, place, staff_id from jsonb_to_recordset(${recordset(rows)}::jsonb) as i(account_id bigint, case_id bigint, place integer, staff_id bigint)`.execute(tx)
}
