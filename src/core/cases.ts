import { sql } from 'kysely'
import type { Db, Tx } from '../storage/database.ts'
import { groupCommit, turnsOf, type Settled } from '../storage/group-commit.ts'
import { itemAt, unnested } from '../storage/recordset.ts'
import type { CaseRow } from '../storage/schema.ts'
import { chooseSurveys, type BoardKind, type Choice } from './board-surveys.ts'
import { writeSite, type Context } from './context.ts'
import { checked, checkEmail, given } from './checks.ts'
import { Invalid, type Fault } from './errors.ts'
import { caseOccasion, followCase, inviteMany, latestInvitations, toRefusable, type EarlierInvitation, type InvitationDraft, type Invited } from './invitations/invite.ts'
import type { NotSentReason } from './invitations/reasons.ts'
import { refusals } from './invitations/refusals.ts'
import { findPeople, resolvePeople, splitName } from './people.ts'
import { findSiteByCode } from './sites.ts'
import { findStaff, resolveStaff } from './staff.ts'
import { checkSurvey } from './surveys.ts'

/** What a source tells of a closed case, whatever its kind. */
interface CaseInput {
  /** The site it belongs to, or null for the account's default site. */
  site_id: number | null
  /** The site by its code, for sources that know no ids of ours. */
  site_code?: string | null
  /** The survey to ask with; without it the one of the board, else the one for the kind. */
  survey_id?: number | null
  number: string
  board_name: string | null
  /** The source's own ids; null where it knows none: then a company is known by its name, a contact by the address. */
  company: { external_id: number | null, name: string }
  contact: { external_id: number | null, name: string, email: string }
  opened_at: Date | null
  closed_at: Date
  source_updated_at: Date | null
}

export interface TicketInput extends CaseInput {
  title: string
  /** The account's own identifiers of the technicians, in order. */
  staff_codes: string[]
}

export interface ProjectInput extends CaseInput {
  name: string
  /** The account's own identifiers of those who ran it; the first is the project manager. */
  manager_codes: string[]
}

/** What became of a submitted case. `updated`: it was known and this contact has been invited already. */
export interface SubmittedCase {
  case_id: number
  invitation_id: number
  outcome: 'queued' | 'updated' | 'not_sent'
  not_sent_reason: string | null
}

/**
 * Stores a closed ticket with its company, contact and staff, and queues the invitation to the survey it is to be asked with, in one transaction.
 * The same ticket and contact again updates the ticket without inviting again, unless the earlier invitation was answered and the ticket was closed anew since.
 * Throws Invalid (faults contact.email, closed_at, site_code, survey_id), the last one also where there is nothing to ask with.
 */
export function submitTicket(ctx: Context, input: TicketInput): Promise<SubmittedCase> {
  return submitCase(ctx, 'ticket', input)
}

/** The same for a finished project, which may have the number of a ticket and is another case then. */
export function submitProject(ctx: Context, { name, manager_codes, ...input }: ProjectInput): Promise<SubmittedCase> {
  return submitCase(ctx, 'project', { ...input, title: name, staff_codes: manager_codes })
}

/** What is wrong with the facts of a case, as far as they are known: null is a fact that is not. */
export function checkCase({ email, opened_at, closed_at }: { email: string | null, opened_at: Date | null, closed_at: Date | null }): Fault[] {
  const early = opened_at !== null && closed_at !== null && closed_at < opened_at
  const faults: (Fault | null)[] = [
    given(email, (address) => checkEmail('contact.email', address)),
    early ? { field: 'closed_at', code: 'invalid_date', info: { message: 'is before it was opened' } } : null,
  ]
  return faults.filter((fault) => fault !== null)
}

export interface TicketName {
  account_id: number
  site_id: number
  /** A ticket of that number at another site is another ticket. Else it is this one, if this site has none of its own. */
  this_site_only: boolean
  number: string
  title?: string | null
  board_name?: string | null
  company_id: number | null
  contact_id: number | null
  staff_ids: number[]
  team_id: number | null
}

/** The ticket of that number, made if it is new and else left as it is; its id. For requests that name a case by its reference only. */
export async function findOrCreateTicket(tx: Tx, input: TicketName, now: Date): Promise<number> {
  return itemAt(await findOrCreateTickets(tx, [input], now), 0).id
}

/** The same of several, no two of which may have an account and a number in common; in their order, and locked as by lockTickets. */
export async function findOrCreateTickets(tx: Tx, inputs: TicketName[], now: Date): Promise<TicketFacts[]> {
  const found = await findTickets(tx, inputs)
  const made = await insertTickets(tx, inputs.filter((input) => !found.has(input)), now)
  // Somebody else made it in the meantime.
  for (const [input, id] of await findTickets(tx, inputs.filter((one) => !found.has(one) && !made.has(one)))) found.set(input, id)
  const locked = await lockTickets(tx, [...found].map(([{ account_id }, id]) => ({ account_id, id })))
  return inputs.map((input) => made.get(input) ?? locked.get(found.get(input) ?? 0) ?? notThere())
}

/** The id of the ticket of that number, if there is one. */
export async function findTicket(db: Db, input: TicketIdentity): Promise<number | null> {
  return (await findTickets(db, [input])).get(input) ?? null
}

/** What an invitation takes from its ticket. */
export interface TicketFacts extends Pick<CaseRow, 'account_id' | 'site_id' | 'title' | 'board_name' | 'company_id' | 'team_id' | 'opened_at' | 'closed_at' | 'source_updated_at'> { id: number, staff_ids: number[] }

/** These tickets, locked until the invitation is there, which a change in between would miss; by their ids. */
export async function lockTickets(tx: Tx, tickets: { account_id: number, id: number }[]): Promise<Map<number, TicketFacts>> {
  if (tickets.length === 0) return new Map()
  const given = unnested(tickets, 'account_id bigint, id bigint')
  // In this order: who worked on them is read when nobody changes it any more.
  const [cases, staff] = await Promise.all([
    sql<Omit<TicketFacts, 'staff_ids'>>`select c.account_id, c.id, c.site_id, c.title, c.board_name, c.company_id, c.team_id, c.opened_at, c.closed_at, c.source_updated_at
      from ${given} i join cases c on c.account_id = i.account_id and c.id = i.id order by c.account_id, c.id for share of c`.execute(tx),
    sql<{ case_id: number, staff_id: number }>`select s.case_id, s.staff_id from ${given} i join case_staff s on s.account_id = i.account_id and s.case_id = i.id order by s.case_id, s.position`.execute(tx),
  ])
  const staffOf = Map.groupBy(staff.rows, ({ case_id }) => case_id)
  return new Map(cases.rows.map((row) => [row.id, { ...row, staff_ids: (staffOf.get(row.id) ?? []).map(({ staff_id }) => staff_id) }]))
}

/** An open case that begins here, not in another system: a conversation, whose number is its id. */
export interface ConversationRow extends Pick<CaseRow, 'account_id' | 'site_id' | 'title' | 'contents' | 'company_id' | 'contact_id' | 'team_id' | 'fingerprint_id'> { staff_ids: number[] }

/** Writes a conversation; its id. */
export async function insertConversation(tx: Tx, { staff_ids, ...row }: ConversationRow, now: Date): Promise<number> {
  const { rows: [made] } = await sql<{ id: number }>`
    insert into cases (account_id, id, site_id, kind, number, title, contents, company_id, contact_id, team_id, fingerprint_id, opened_at, created_at, updated_at) overriding system value
    select ${row.account_id}::bigint, n.id, ${row.site_id}::bigint, 'conversation', n.id::text, ${row.title}::text, ${row.contents}::text, ${row.company_id}::bigint, ${row.contact_id}::bigint, ${row.team_id}::bigint, ${row.fingerprint_id}::bigint,
      ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
    from (select nextval(pg_get_serial_sequence('cases', 'id')) as id) n returning id`.execute(tx)
  if (!made) throw new Error('a conversation was not made')
  await replaceCaseStaff(tx, [{ account_id: row.account_id, case_id: made.id, staff_ids, inserted: true }])
  return made.id
}

/** The cases of these contacts, asked about or not. */
export async function findCasesOf(tx: Tx, account_id: number, contact_ids: number[]): Promise<number[]> {
  const rows = await tx.selectFrom('cases').select('id').where('account_id', '=', account_id).where('contact_id', '=', sql<number>`any(${contact_ids}::bigint[])`).execute()
  return rows.map(({ id }) => id)
}

/** Another contact takes the place of one in all its cases. */
export async function handOverCases(tx: Tx, account_id: number, { from, to }: { from: number, to: number }, now: Date): Promise<void> {
  await tx.updateTable('cases').set({ contact_id: to, updated_at: now }).where('account_id', '=', account_id).where('contact_id', '=', from).execute()
}

/**
 * Takes the customer from those of these cases whose contact is to be deleted: the contact, the title of what is no project, what they wrote, and a number that has the address in it. Cases of somebody
 * else stay as they are.
 */
export async function forgetCustomers(tx: Tx, account_id: number, case_ids: number[], now: Date): Promise<void> {
  await sql`
    update cases c set contact_id = null, title = case when c.kind = 'project' then c.title end, contents = null, number = case when strpos(lower(c.number), lower(p.email)) > 0 then 'deleted-' || c.id else c.number end, updated_at = ${now}
    from contacts p where c.account_id = ${account_id} and c.id = any(${case_ids}::bigint[]) and p.account_id = c.account_id and p.id = c.contact_id and p.erasure_id is not null`.execute(tx)
}

/** Everything is asked of the database at once with the batch, but for what a source names by itself: that is looked up before. */
async function submitCase(ctx: Context, kind: BoardKind, input: TicketInput): Promise<SubmittedCase> {
  const { site_code = null, survey_id = null } = input
  const site = site_code === null ? null : await findSiteByCode(ctx, site_code)
  checked([...checkCase({ ...input, email: input.contact.email }), site_code !== null && !site ? NO_SITE : null, survey_id === null ? null : await checkSurvey(ctx, 'survey_id', survey_id)])
  return groupCommit(ctx.db, submitCases, { ...input, kind, survey_id, account_id: ctx.account.id, site_id: writeSite(ctx, site?.id ?? input.site_id), now: ctx.now() })
}

type CaseItem = TicketInput & { account_id: number, site_id: number, kind: BoardKind, survey_id: number | null, now: Date }

/** Also where it is another site than the one that a key is limited to: that one does not exist for it. */
const NO_SITE: Fault = { field: 'site_code', code: 'invalid_value', info: { message: 'is not a site that this key may write to' } }

async function submitCases(tx: Tx, items: CaseItem[]): Promise<Settled<SubmittedCase>[]> {
  const results = new Map<CaseItem, SubmittedCase>()
  // One statement can write a case once only.
  for (const turn of turnsOf(items, (item) => [caseKey(item)])) await submitTurn(tx, turn, results)
  return items.map((item) => ({ value: results.get(item) ?? notThere() }))
}

interface StoredCase { item: CaseItem, case_id: number, inserted: boolean, company_id: number | null, contact_id: number, staff_ids: number[], team_id: number | null }

async function submitTurn(tx: Tx, items: CaseItem[], results: Map<CaseItem, SubmittedCase>): Promise<void> {
  const { cases, surveys, reasons } = await storeCases(tx, items)
  // Who worked on them is written first, as snapshots that follow a case read it.
  const [, invited] = await Promise.all([
    replaceCaseStaff(tx, cases.map((one) => ({ account_id: one.item.account_id, case_id: one.case_id, staff_ids: one.staff_ids, inserted: one.inserted }))),
    askAbout(tx, cases, surveys, reasons),
  ])
  cases.forEach((stored, index) => results.set(stored.item, itemAt(invited, index)))
}

/** Invites to these cases, but those who have been asked already. */
async function askAbout(tx: Tx, cases: StoredCase[], surveys: Choice[], reasons: (NotSentReason | null)[]): Promise<SubmittedCase[]> {
  const now = itemAt(cases, 0).item.now
  const earlier = await followKnown(tx, cases, surveys, now)
  const toInvite: { stored: StoredCase, draft: InvitationDraft, reason: NotSentReason | null }[] = []
  const asked = cases.map((stored, index): SubmittedCase | null => {
    const before = earlier.find((one) => one.case_id === stored.case_id && one.contact_id === stored.contact_id && one.account_id === stored.item.account_id)
    const reopened = before && before.answered_at !== null && stored.item.closed_at > (before.case_closed_at ?? before.answered_at) // of a mail's own record nobody said when it was closed
    if (before && !reopened) return { case_id: stored.case_id, invitation_id: before.id, outcome: 'updated', not_sent_reason: null }
    toInvite.push({ stored, draft: caseInvitation(stored, itemAt(surveys, index), before ? before.count : 0), reason: reasons[index] ?? null })
    return null
  })
  const invited = await inviteMany(tx, toInvite.map(({ draft }) => draft), now, toInvite.map(({ reason }) => reason))
  const fresh = new Map(toInvite.map(({ stored }, index) => [stored, outcomeOf(stored, itemAt(invited, index))]))
  return cases.map((stored, index) => asked[index] ?? fresh.get(stored) ?? notThere())
}

/** Of the cases that were known already: what has been asked about them, whose snapshots they take along. */
async function followKnown(tx: Tx, cases: StoredCase[], surveys: Choice[], now: Date): Promise<EarlierInvitation[]> {
  const known = cases.flatMap((stored, index) => stored.inserted ? [] : [{ ...stored, account_id: stored.item.account_id, survey_id: stored.staff_ids.length === 0 ? itemAt(surveys, index).survey_id : null }])
  if (known.length === 0) return []
  const [earlier] = await Promise.all([latestInvitations(tx, known), followCase(tx, known, now)])
  return earlier
}

function outcomeOf(stored: StoredCase, invited: Invited): SubmittedCase {
  const outcome = invited.repeated ? 'updated' : invited.state === 'not_sent' ? 'not_sent' : 'queued'
  return { case_id: stored.case_id, invitation_id: invited.id, outcome, not_sent_reason: invited.repeated ? null : invited.not_sent_reason }
}

function caseInvitation(stored: StoredCase, { survey_id, email_template_id }: Choice, earlier: number): InvitationDraft {
  const { item } = stored
  if (survey_id === null) throw new Invalid([{ field: 'survey_id', code: 'required', info: { message: `is required: the account has no survey for each ${item.kind}` } }])
  return {
    ...messageOf(item), occasion: caseOccasion({ ...stored, earlier }), survey_id, email_template_id, ...splitName(item.contact.name), reference: item.number, machine_id: null,
    contact_id: stored.contact_id, case_id: stored.case_id, site_id: item.site_id, team_id: stored.team_id, company_id: stored.company_id,
    case_title: item.title, board_name: item.board_name, case_opened_at: item.opened_at, case_closed_at: item.closed_at, case_updated_at: item.source_updated_at,
    staff_ids: stored.staff_ids, data: [],
  }
}

async function storeCases(tx: Tx, items: CaseItem[]): Promise<{ cases: StoredCase[], surveys: Choice[], reasons: (NotSentReason | null)[] }> {
  const now = itemAt(items, 0).now
  const people = items.map(({ account_id, company, contact }) => ({ company: { account_id, ...company }, contact: { account_id, ...contact, ...splitName(contact.name) } }))
  const codes = items.map(({ account_id, staff_codes }) => ({ account_id, codes: [...new Set(staff_codes)] }))
  const [known_people, known_staff, surveys] = await Promise.all([
    findPeople(tx, people), findStaff(tx, codes),
    chooseSurveys(tx, items.map(({ account_id, kind, board_name, survey_id, staff_codes }) => ({ account_id, kind, board_name, survey_id, has_staff: staff_codes.length > 0 }))),
  ])
  const persons = await resolvePeople(tx, people, known_people, now)
  const staff = await resolveStaff(tx, codes, now, known_staff)
  const rows = items.map((item, index) => ({
    account_id: item.account_id, site_id: item.site_id, kind: item.kind, number: item.number, title: item.title, board_name: item.board_name, ...itemAt(persons, index), team_id: itemAt(staff, index)[0]?.team_id ?? null,
    opened_at: item.opened_at, closed_at: item.closed_at, source_updated_at: item.source_updated_at,
  }))
  const [stored, reasons] = await Promise.all([upsertCases(tx, rows, now), refusalsOf(tx, items, surveys, now)])
  const cases = rows.map(({ company_id, contact_id, team_id }, index) => {
    const item = itemAt(items, index)
    const row = stored.get(caseKey(item)) ?? notThere()
    return { item, case_id: row.id, inserted: row.inserted, company_id, contact_id, staff_ids: itemAt(staff, index).map(({ id }) => id), team_id }
  })
  return { cases, surveys, reasons }
}

type TicketIdentity = Pick<TicketName, 'account_id' | 'site_id' | 'this_site_only' | 'number'>

async function findTickets<T extends TicketIdentity>(db: Db, inputs: T[]): Promise<Map<T, number>> {
  if (inputs.length === 0) return new Map()
  const { rows } = await sql<{ position: number, id: number }>`
    select i.position, found.id from ${unnested(inputs, 'position integer, account_id bigint, site_id bigint, this_site_only boolean, number text')} i
    cross join lateral (select c.id from cases c where c.account_id = i.account_id and c.kind = 'ticket' and c.number = i.number and (not i.this_site_only or c.site_id = i.site_id)
      order by c.site_id = i.site_id desc, c.id limit 1) as found`.execute(db)
  return new Map(rows.map(({ position, id }) => [itemAt(inputs, position), id]))
}

/** In one order for all of them; those that somebody else made in the meantime are left out. */
async function insertTickets(tx: Tx, inputs: TicketName[], now: Date): Promise<Map<TicketName, TicketFacts>> {
  if (inputs.length === 0) return new Map()
  const rows = inputs.map((input) => ({ ...input, kind: 'ticket' }))
  const made = await sql<CaseIdentity & { id: number }>`
    insert into cases (account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, created_at, updated_at)
    select account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, ${now}, ${now}
    from ${unnested(rows, 'account_id bigint, site_id bigint, kind text, number text, title text, board_name text, company_id bigint, contact_id bigint, team_id bigint')} i
    order by account_id, site_id, kind, number
    on conflict (account_id, site_id, kind, number) do nothing returning id, account_id, site_id, kind, number`.execute(tx)
  const ids = new Map(made.rows.map((row) => [caseKey(row), row.id]))
  const fresh = inputs.flatMap((input, index) => {
    const id = ids.get(caseKey(itemAt(rows, index)))
    return id === undefined ? [] : [{ input, id }]
  })
  await replaceCaseStaff(tx, fresh.map(({ input: { account_id, staff_ids }, id }) => ({ account_id, case_id: id, staff_ids, inserted: true })))
  return new Map(fresh.map(({ input, id }) => [input, { ...input, id, title: input.title ?? null, board_name: input.board_name ?? null, ...NO_TIMES }]))
}

const NO_TIMES = { opened_at: null, closed_at: null, source_updated_at: null }

/** Whether each may be asked about, where there is anything to ask with. */
async function refusalsOf(tx: Tx, items: CaseItem[], surveys: Choice[], now: Date): Promise<(NotSentReason | null)[]> {
  const messages = items.flatMap((item, index) => {
    const { survey_id, email_template_id } = itemAt(surveys, index)
    return survey_id === null ? [] : [{ item, message: toRefusable({ ...messageOf(item), survey_id, email_template_id }) }]
  })
  const reasons = await refusals(tx, messages.map(({ message }) => message), now)
  const reasonOf = new Map(messages.map(({ item }, index) => [item, reasons[index] ?? null]))
  return items.map((item) => reasonOf.get(item) ?? null)
}

/** How a case is asked about: by a mail, at once. */
function messageOf({ account_id, contact, now }: CaseItem) {
  return { account_id, channel: 'email' as const, email: contact.email, telephone_number: null, text_message_template_id: null, ignore_throttle: false, send_at: now }
}

function notThere(): never {
  throw new Error('a case was neither found nor made')
}

interface CaseIdentity { account_id: number, site_id: number, kind: string, number: string }

function caseKey({ account_id, site_id, kind, number }: CaseIdentity): string {
  return `${account_id}/${site_id}/${kind}/${number}`
}

async function upsertCases(tx: Tx, rows: CaseIdentity[], now: Date): Promise<Map<string, { id: number, inserted: boolean }>> {
  const result = await sql<CaseIdentity & { id: number, inserted: boolean }>`
    insert into cases (account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, opened_at, closed_at, source_updated_at, created_at, updated_at)
    select account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, opened_at, closed_at, source_updated_at, ${now}, ${now}
    from ${unnested(rows, `account_id bigint, site_id bigint, kind text, number text, title text, board_name text, company_id bigint, contact_id bigint, team_id bigint, opened_at timestamptz,
      closed_at timestamptz, source_updated_at timestamptz`)} i
    order by account_id, site_id, kind, number
    on conflict (account_id, site_id, kind, number) do update set title = excluded.title, board_name = excluded.board_name, company_id = excluded.company_id, contact_id = excluded.contact_id,
      team_id = excluded.team_id, opened_at = excluded.opened_at, closed_at = excluded.closed_at, source_updated_at = excluded.source_updated_at, updated_at = excluded.updated_at
    returning id, account_id, site_id, kind, number, xmax = 0 as inserted`.execute(tx)
  return new Map(result.rows.map((row) => [caseKey(row), row]))
}

async function replaceCaseStaff(tx: Tx, cases: { account_id: number, case_id: number, staff_ids: number[], inserted: boolean }[]): Promise<void> {
  const old = cases.filter((one) => !one.inserted)
  const rows = cases.flatMap(({ account_id, case_id, staff_ids }) => staff_ids.map((staff_id, index) => ({ account_id, case_id, place: index + 1, staff_id })))
  await Promise.all([
    old.length > 0 && sql`delete from case_staff s using ${unnested(old, 'account_id bigint, case_id bigint')} i
      where s.account_id = i.account_id and s.case_id = i.case_id`.execute(tx),
    rows.length > 0 && sql`insert into case_staff (account_id, case_id, position, staff_id)
      select account_id, case_id, place, staff_id from ${unnested(rows, 'account_id bigint, case_id bigint, place integer, staff_id bigint')} i`.execute(tx),
  ])
}
