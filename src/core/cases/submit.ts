import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { groupCommit, turnsOf, type Settled } from '../../storage/group-commit.ts'
import { itemAt, unnested } from '../../storage/recordset.ts'
import { chooseSurveys, type BoardKind, type Choice } from '../board-surveys.ts'
import { writeSite, type Context } from '../context.ts'
import { canonicalEmail, checked, checkEmail, given } from '../checks.ts'
import { Invalid, type Fault } from '../errors.ts'
import { caseOccasion, followCase, inviteMany, latestInvitations, toRefusable, type EarlierInvitation, type InvitationDraft, type Invited } from '../invitations/invite.ts'
import type { NotSentReason } from '../invitations/reasons.ts'
import { refusals } from '../invitations/refusals.ts'
import { findPeople, resolvePeople } from '../people/people.ts'
import { splitName } from '../people/names.ts'
import { findSiteByCode } from '../sites.ts'
import { findStaff, resolveStaff } from '../staff.ts'
import { checkSurvey } from '../surveys.ts'
import { caseKey, notThere, type CaseIdentity } from './parts.ts'

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

/** Everything is asked of the database at once with the batch, but for what a source names by itself: that is looked up before. */
async function submitCase(ctx: Context, kind: BoardKind, input: TicketInput): Promise<SubmittedCase> {
  const { site_code = null, survey_id = null } = input
  const site = site_code === null ? null : await findSiteByCode(ctx, site_code)
  checked([...checkCase({ ...input, email: input.contact.email }), site_code !== null && !site ? NO_SITE : null, survey_id === null ? null : await checkSurvey(ctx, 'survey_id', survey_id)])
  const contact = { ...input.contact, email: canonicalEmail(input.contact.email) }
  return groupCommit(ctx.db, submitCases, { ...input, contact, kind, survey_id, account_id: ctx.account.id, site_id: writeSite(ctx, site?.id ?? input.site_id), now: ctx.now() })
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
  const invited = await askAbout(tx, cases, surveys, reasons)
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
    staff_ids: stored.staff_ids,
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
    account_id: item.account_id, site_id: item.site_id, kind: item.kind, number: item.number, title: item.title, board_name: item.board_name, ...itemAt(persons, index),
    team_id: itemAt(staff, index)[0]?.team_id ?? null, staff_ids: itemAt(staff, index).map(({ id }) => id), opened_at: item.opened_at, closed_at: item.closed_at, source_updated_at: item.source_updated_at,
  }))
  const [stored, reasons] = await Promise.all([upsertCases(tx, rows, now), refusalsOf(tx, items, surveys, now)])
  const cases = rows.map(({ company_id, contact_id, team_id, staff_ids }, index) => {
    const item = itemAt(items, index)
    const row = stored.get(caseKey(item)) ?? notThere()
    return { item, case_id: row.id, inserted: row.inserted, company_id, contact_id, staff_ids, team_id }
  })
  return { cases, surveys, reasons }
}

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

async function upsertCases(tx: Tx, rows: CaseIdentity[], now: Date): Promise<Map<string, { id: number, inserted: boolean }>> {
  const result = await sql<CaseIdentity & { id: number, inserted: boolean }>`
    insert into cases (account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, staff_ids, opened_at, closed_at, source_updated_at, created_at, updated_at)
    select account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, staff_ids, opened_at, closed_at, source_updated_at, ${now}, ${now}
    from ${unnested(rows, `account_id bigint, site_id bigint, kind text, number text, title text, board_name text, company_id bigint, contact_id bigint, team_id bigint, staff_ids bigint[], opened_at timestamptz,
      closed_at timestamptz, source_updated_at timestamptz`)} i
    order by account_id, site_id, kind, number
    on conflict (account_id, site_id, kind, number) do update set title = excluded.title, board_name = excluded.board_name, company_id = excluded.company_id, contact_id = excluded.contact_id,
      team_id = excluded.team_id, staff_ids = excluded.staff_ids, opened_at = excluded.opened_at, closed_at = excluded.closed_at, source_updated_at = excluded.source_updated_at, updated_at = excluded.updated_at
    returning id, account_id, site_id, kind, number, xmax = 0 as inserted`.execute(tx)
  return new Map(result.rows.map((row) => [caseKey(row), row]))
}
