import { transaction, type Db, type Tx } from '../../storage/database.ts'
import { itemAt } from '../../storage/recordset.ts'
import { chooseSurveys } from '../board-surveys.ts'
import { findOrCreateTicket, findTicket } from '../cases/tickets.ts'
import { canonicalEmail, checkEmail, checkText, checked, given } from '../checks.ts'
import type { Account, Ground } from '../context.ts'
import { Expired, NotFound, type Fault } from '../errors.ts'
import { findContact, findOrCreateContact } from '../people/contacts.ts'
import { findOrCreateCompany } from '../people/companies.ts'
import { splitName } from '../people/names.ts'
import { addressBlock, countHit } from '../rate-limits.ts'
import { findSnippetKey, type SnippetPlace } from '../snippet-keys.ts'
import { findStaffByCodes, resolveStaff } from '../staff.ts'
import { headlineQuestion, loadSurveys, type SurveyWithQuestions } from '../surveys.ts'
import { caseOccasion, inviteMany, latestInvitations, type Invitation, type InvitationDraft } from './invite.ts'
import { openState, type OpenState } from './open.ts'

/** What the mail of a closed ticket says about itself. Anybody who has such a mail can say anything, so nothing that is known is changed by it. */
export interface TemplateFacts {
  ticket: string
  email: string
  title: string | null
  board: string | null
  contact: { external_id: number | null, name: string | null }
  company: { external_id: number | null, name: string | null }
  /** The account's own identifiers of the technicians, in order. */
  staff: string[]
}

/** What a rating link leads to. */
export interface TemplateLink {
  place: SnippetPlace
  survey: SurveyWithQuestions
  /** Those of the link's technicians whom a question can be about. Their names are no business of whoever has a public key. */
  staff: { id: number, code: string }[]
  /** Whether a score of the mail, which has the scale of the account's survey about tickets, means the same in this survey. */
  same_scale: boolean
  state: OpenState
  /** The token of the record, null where there is none. Nobody who came by a link with a public key may see it. */
  token: string | null
}

/** What is wrong with the facts. The fields are named as they stand in the link; lengths are those of a submitted ticket. */
export function checkTemplateFacts(facts: TemplateFacts): Fault[] {
  const { ticket, email, title, board, contact, company, staff } = facts
  return [
    ticket === '' ? missing('ticket') : /^[\p{L}\p{N}._#/-]{1,50}$/u.test(ticket) ? null : NO_TICKET,
    email === '' ? missing('email') : checkEmail('email', email) ?? checkText('email', email, 100),
    given(contact.name, (name) => checkText('contact', name, 100)),
    given(company.name, (name) => checkText('company', name, 300)),
    given(board, (name) => checkText('board', name, 300)),
    checkStaff(staff),
    given(title, (text) => checkText('title', text, 500)),
  ].filter((fault) => fault !== null)
}

/**
 * A closed-ticket mail was sent, as its image says: makes the record (ticket, contact, and an invitation that counts as sent now) where there is none of that ticket and contact
 * yet. Any number of times and at once, for one record. Throws Invalid, NotFound (unknown or revoked key), Expired (nothing to ask), LimitReached (see countRecord).
 */
export async function noteTemplateSent(ground: Ground, public_key: string, facts: TemplateFacts, client_address: string): Promise<void> {
  const { place, record } = await lookUp(ground, public_key, facts)
  if (record) return
  const survey_id = await getSurvey(ground.db, place.account.id, facts.board, facts.staff.length > 0)
  await countRecord(ground, place, 'record', client_address)
  await transaction(ground.db, (tx) => writeRecord(tx, place, facts, survey_id, ground.now()))
}

/** What a rating link of such a mail leads to, whether or not its image was loaded. Writes nothing. Throws Invalid, NotFound, Expired as above. */
export async function openTemplateLink(ground: Ground, public_key: string, facts: TemplateFacts): Promise<TemplateLink> {
  const { place, record } = await lookUp(ground, public_key, facts)
  const account_id = place.account.id
  const named = await findStaffByCodes(ground.db, account_id, facts.staff)
  const survey_id = record?.survey_id ?? await getSurvey(ground.db, account_id, facts.board, named.length > 0)
  const mail_survey_id = await findSurvey(ground.db, account_id, null, false)
  const surveys = await loadSurveys(ground.db, [survey_id, mail_survey_id ?? survey_id].map((id) => ({ account_id, survey_id: id })))
  const survey = surveys.find(({ id }) => id === survey_id)
  if (!survey) throw new Error('a survey got lost')
  const staff = record ? named.filter(({ id }) => record.staff_ids.includes(id)) : named
  return { place, survey, staff, same_scale: isSameScale(survey, surveys.find(({ id }) => id === mail_survey_id)), state: record ? openState(record, survey, ground.now()) : 'open', token: record?.token ?? null }
}

/** Whose survey a key is about, for a page that is about no ticket; null for a key that is unknown or revoked, or an account that asks nothing any more. */
export async function findTemplateSender(ground: Ground, public_key: string): Promise<{ account: Account, survey: SurveyWithQuestions } | null> {
  const place = await findSnippetKey(ground, public_key)
  const survey_id = place && await findSurvey(ground.db, place.account.id, null, false)
  if (!place || survey_id === null) return null
  const [survey] = await loadSurveys(ground.db, [{ account_id: place.account.id, survey_id }])
  return survey ? { account: place.account, survey } : null
}

/**
 * Counts a record that is about to be made, by a signal (`record`) or by an answer: whoever has a mail has its key, and could make up tickets. Throws LimitReached after 3,000 an
 * hour of a key, and after 120 (by answers: 60) in ten minutes of a client's address, which comes first, so that one address cannot use up a key. Signals take nothing from answers.
 */
export async function countRecord(ground: Ground, { account, key_id }: SnippetPlace, by: 'record' | 'answer', client_address: string): Promise<void> {
  await countHit(ground, `template ${by} of ${addressBlock(client_address)}`, by === 'answer' ? 60 : 120, 600)
  await countHit(ground, `template ${by} ${account.id}.${key_id}`, 3000, 3600)
}

/** The token of the record of this ticket and contact, made with this survey where there is none. */
export async function writeRecord(tx: Tx, { account, site_id }: SnippetPlace, facts: TemplateFacts, survey_id: number, now: Date): Promise<string> {
  const account_id = account.id
  const company_id = await findOrCreateCompany(tx, { account_id, ...facts.company }, now)
  const contact = await findOrCreateContact(tx, { account_id, ...facts.contact, email: facts.email, company_id }, now)
  const staff = itemAt(await resolveStaff(tx, [{ account_id, codes: facts.staff }], now), 0)
  const credit = { company_id: company_id ?? contact.company_id, staff_ids: staff.map(({ id }) => id), team_id: staff[0]?.team_id ?? null }
  const case_id = await findOrCreateTicket(tx, {
    account_id, site_id, this_site_only: true, number: facts.ticket, title: facts.title, board_name: facts.board, contact_id: contact.id, ...credit,
  }, now)
  const about = { account_id, case_id, contact_id: contact.id }
  const [before] = await latestInvitations(tx, [about])
  if (before) return (await loadRecord(tx, account_id, before.id)).token
  const snapshot = await takeSnapshot(tx, account_id, case_id, facts, credit)
  const [invited] = await inviteMany(tx, [draftOf({ ...about, ...snapshot, site_id, survey_id }, facts, now)], now)
  if (!invited) throw new Error('an invitation was not written')
  return invited.token
}

function isSameScale(survey: SurveyWithQuestions, other: SurveyWithQuestions | undefined): boolean {
  const [a, b] = [survey, other].map((one) => headlineQuestion(one?.questions ?? []))
  return !!a && !!b && a.scale_min === b.scale_min && a.scale_max === b.scale_max && a.metric === b.metric
}

/**
 * The survey that is asked: as for a ticket that is submitted, the board's where it has one. The staff are those who can be asked about: the signal makes all whom the link names;
 * a page, which makes none, has those who are known.
 */
async function findSurvey(db: Db, account_id: number, board_name: string | null, has_staff: boolean): Promise<number | null> {
  const [choice] = await chooseSurveys(db, [{ account_id, kind: 'ticket', board_name, survey_id: null, has_staff }])
  return choice?.survey_id ?? null
}

async function getSurvey(db: Db, account_id: number, board_name: string | null, has_staff: boolean): Promise<number> {
  const survey_id = await findSurvey(db, account_id, board_name, has_staff)
  if (survey_id === null) throw new Expired('there is no survey about tickets any more')
  return survey_id
}

type TemplateRecord = Pick<Invitation, 'token' | 'survey_id' | 'staff_ids' | 'answered_at' | 'provisional_at' | 'send_at' | 'deletion_requested_at'>

async function lookUp(ground: Ground, public_key: string, facts: TemplateFacts): Promise<{ place: SnippetPlace, record: TemplateRecord | null }> {
  const place = await findSnippetKey(ground, public_key)
  if (!place) throw new NotFound('no such key')
  checked(checkTemplateFacts(facts))
  const record = await findRecord(ground.db, place, facts)
  if (!record) await refuseDeleted(ground.db, place, facts)
  return { place, record }
}

/** Such a mail may lie in a mailbox for years. Of whom it is about was deleted, it makes no new record. */
async function refuseDeleted(db: Db, { account, site_id }: SnippetPlace, facts: TemplateFacts): Promise<void> {
  const case_id = await findTicket(db, { account_id: account.id, site_id, this_site_only: true, number: facts.ticket })
  if (case_id === null) return
  const deleted = await db.selectFrom('invitations').select('id').where('account_id', '=', account.id).where('case_id', '=', case_id)
    .where('dated_when_sent', '=', true).where('deletion_requested_at', 'is not', null).limit(1).executeTakeFirst()
  if (deleted) throw new Expired('the data of this customer were deleted')
}

async function findRecord(db: Db, { account, site_id }: SnippetPlace, facts: TemplateFacts): Promise<TemplateRecord | null> {
  const account_id = account.id
  const case_id = await findTicket(db, { account_id, site_id, this_site_only: true, number: facts.ticket })
  const contact = case_id === null ? null : await findContact(db, { account_id, external_id: facts.contact.external_id, email: facts.email })
  if (case_id === null || contact === null) return null
  const [latest] = await latestInvitations(db, [{ account_id, case_id, contact_id: contact.id }])
  return latest ? loadRecord(db, account_id, latest.id) : null
}

function loadRecord(db: Db, account_id: number, id: number): Promise<TemplateRecord> {
  return db.selectFrom('invitations').select(['token', 'survey_id', 'staff_ids', 'answered_at', 'provisional_at', 'send_at', 'deletion_requested_at']).where('account_id', '=', account_id).where('id', '=', id).executeTakeFirstOrThrow()
}

type Credit = Pick<InvitationDraft, 'company_id' | 'staff_ids' | 'team_id'>
type Snapshot = Credit & Pick<InvitationDraft, 'case_title' | 'board_name' | 'case_opened_at' | 'case_updated_at'>

/** What the mail says, else what the ticket knows already. Locked until the invitation is there, which a change in between would miss. */
async function takeSnapshot(tx: Tx, account_id: number, case_id: number, facts: TemplateFacts, credit: Credit): Promise<Snapshot> {
  const ticket = await tx.selectFrom('cases').selectAll().where('account_id', '=', account_id).where('id', '=', case_id).forShare().executeTakeFirstOrThrow()
  return {
    company_id: credit.company_id ?? ticket.company_id,
    ...credit.staff_ids.length > 0 ? { staff_ids: credit.staff_ids, team_id: credit.team_id } : { staff_ids: ticket.staff_ids, team_id: ticket.team_id },
    case_title: facts.title ?? ticket.title, board_name: facts.board ?? ticket.board_name, case_opened_at: ticket.opened_at, case_updated_at: ticket.source_updated_at,
  }
}

/** A link that someone else handed out; when the ticket was closed, no mail says. */
function draftOf(known: Snapshot & { account_id: number, site_id: number, survey_id: number, case_id: number, contact_id: number }, facts: TemplateFacts, now: Date): InvitationDraft {
  return {
    ...known, occasion: caseOccasion({ ...known, earlier: 0 }), channel: 'link', email_template_id: null, text_message_template_id: null, send_at: now, ignore_throttle: false,
    email: canonicalEmail(facts.email), telephone_number: null, ...splitName(facts.contact.name), reference: facts.ticket, machine_id: null, case_closed_at: null, dated_when_sent: true,
  }
}

/** Each of them may become a staff member, of which a person without credentials must not make many. */
function checkStaff(codes: string[]): Fault | null {
  if (codes.length > MAX_STAFF) return { field: 'staff', code: 'invalid_value', info: { message: `must name at most ${MAX_STAFF} technicians` } }
  return codes.map((code) => checkText('staff', code, 100)).find((fault) => fault !== null) ?? null
}

const MAX_STAFF = 10

function missing(field: string): Fault {
  return { field, code: 'required', info: {} }
}

const NO_TICKET: Fault = { field: 'ticket', code: 'invalid_format', info: { valid_format: '^[A-Za-z0-9._#/-]{1,50}$', message: 'must be 1 to 50 letters, digits or ._#/- (a placeholder that was not replaced is none)' } }
