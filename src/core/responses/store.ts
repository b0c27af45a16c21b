import { sql, type Selectable } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { itemAt, recordset, unnested } from '../../storage/recordset.ts'
import type { ResponseRow } from '../../storage/schema.ts'
import { recordEvents } from '../events.ts'
import { markAnswered } from '../invitations/invite.ts'
import type { SurveyWithQuestions } from '../surveys.ts'
import type { Evidence, Origin } from './answerable.ts'
import { creditsOf, headlineOf, type CheckedAnswer } from './answers.ts'
import { storeFields, type CheckedField, type FieldSet } from './customer-fields.ts'
import { insertAnswers } from './parts.ts'
import { creditChoices } from './segment-choices.ts'

/** Which response it became. */
export interface Recorded { account_id: number, id: number, invitation_id: number, survey_id: number }

/** Answers that have been checked, with all that is stored of them. */
export interface Accepted {
  item: {
    evidence: Omit<Evidence, 'page'>
    /** When it was given. */
    now: Date
    /** When it came to count, where that was later. */
    stored_at?: Date
    /** Its id, where it was held until now. */
    held_id?: number
    page_session?: string | null
    /** Since when nobody has sent it off. */
    provisional_since?: Date | null
  }
  answerable: { invitation: Origin, survey: SurveyWithQuestions, staff_ids: number[] }
  checked: CheckedAnswer[]
  fields: CheckedField[]
  /** As actorName gives it. */
  actor: string
}

/** Writes the responses to invitations with all that belongs to them, in this order; their invitations are locked. */
export async function storeResponses(tx: Tx, all: Accepted[]): Promise<Recorded[]> {
  if (all.length === 0) return []
  const accepted: Accepted[] = []
  for (const one of all) accepted.push({ ...one, answerable: { ...one.answerable, ...await creditChoices(tx, one.answerable, one.checked) } })
  const byInvitation = new Map((await insertResponses(tx, accepted)).map((row) => [`${row.account_id}/${row.invitation_id}`, row]))
  const stored = accepted.map(({ answerable: { invitation } }) => {
    const row = byInvitation.get(`${invitation.account_id}/${invitation.id}`)
    if (!row || row.invitation_id === null) throw new Error('a response was not stored')
    return { ...row, invitation_id: row.invitation_id }
  })
  await storeParts(tx, accepted, stored)
  return stored
}

/** A response as it was stored; nobody had asked for one without an invitation. */
export interface Stored extends Omit<Recorded, 'invitation_id'> { invitation_id: number | null }

/** Writes the rows of responses and who gets their credit, in no order. What else belongs to them comes after. */
export async function insertResponses(tx: Tx, accepted: Accepted[]): Promise<Stored[]> {
  const inserted = await sql<Stored>`
    with stored as (
      insert into responses (id, account_id, invitation_id, survey_id, survey_version, case_id, contact_id, site_id, team_id, company_id, board_name,
        score_value, score_min, score_max, score_metric, sentiment, comment, responder_ip, user_agent, answered_at, created_at, updated_at, dated_at, case_kind, case_title, email, answer_count, staff_ids, credits, page_session, provisional_since) overriding system value
      select coalesce(held_id, nextval('responses_id_seq')), account_id, invitation_id, survey_id, survey_version, case_id, contact_id, site_id, team_id, company_id, board_name,
        score_value, score_min, score_max, score_metric, sentiment, comment, responder_ip, user_agent, answered_at, stored_at, stored_at, dated_at, case_kind, case_title, email, answer_count, staff_ids, credits, page_session, provisional_since
      from ${unnested(accepted.map(responseRow), `position integer, account_id bigint, invitation_id bigint, survey_id bigint, survey_version integer, case_id bigint, contact_id bigint,
        site_id bigint, team_id bigint, company_id bigint, board_name text, score_value smallint, score_min smallint, score_max smallint, score_metric text, sentiment smallint, comment text,
        responder_ip text, user_agent text, answered_at timestamptz, dated_at timestamptz, case_kind text, case_title text, email text, answer_count integer, staff_ids bigint[], credits jsonb, page_session text, provisional_since timestamptz, held_id bigint, stored_at timestamptz`)} i
      order by i.position
      returning id, account_id, invitation_id, survey_id, company_id, staff_ids, dated_at
    ), credited as (
      insert into response_staff (account_id, response_id, position, staff_id, dated_at, survey_id, company_id, earlier_staff_ids)
      select s.account_id, s.id, u.place, u.staff_id, s.dated_at, s.survey_id, s.company_id, nullif(s.staff_ids[:u.place - 1], '{}') from stored s cross join lateral unnest(s.staff_ids) with ordinality as u(staff_id, place)
    )
    select id, account_id, invitation_id, survey_id from stored`.execute(tx)
  return inserted.rows
}

/** Writes what belongs to responses, in the order of `stored`: segments, answers, rating facts, customer fields, events. Of what does not count yet nobody is told, and nobody's contact learns from it. */
export async function storeParts(tx: Tx, accepted: Accepted[], stored: Stored[], counts = true): Promise<void> {
  const whole = accepted.map((one, index) => ({ ...one, response: itemAt(stored, index) }))
  await Promise.all([
    insertResponseSegments(tx, whole.flatMap(({ item, answerable: { invitation }, response }) => invitation.segment_option_ids.map((option_id) => ({ account_id: response.account_id, response_id: response.id, option_id, dated_at: recordDate(invitation, item.now) })))),
    insertAnswers(tx, whole.map(({ item, answerable: { invitation, staff_ids }, checked, response }) => ({
      account_id: response.account_id, response_id: response.id, survey_id: response.survey_id, site_id: invitation.site_id, company_id: invitation.company_id, staff_ids, dated_at: recordDate(invitation, item.now), answers: checked,
    }))),
    markAnswered(tx, whole.flatMap(({ item, response: { account_id, invitation_id } }) => invitation_id === null ? [] : [{ account_id, id: invitation_id, answered_at: item.now, provisional_at: item.provisional_since ?? null, updated_at: item.stored_at ?? item.now }])),
    counts && recordEvents(tx, whole.map(({ item, actor, response }) => ({ account_id: response.account_id, type: 'response.received', subject_id: response.id, actor, detail: {}, created_at: item.stored_at ?? item.now }))),
    storeFields(tx, whole.map(({ item, answerable: { invitation, survey }, fields, response }) => ({ ...counts ? fieldOwner(invitation) : NOBODY, account_id: response.account_id, response_id: response.id, survey, fields, now: item.stored_at ?? item.now }))),
  ])
}

/** Gives the credit of a response to other staff, and other values of segments. Its own row is the caller's to change. */
export async function moveCredit(tx: Tx, { account_id, id, dated_at, survey_id, company_id }: Selectable<ResponseRow>, { invitation, staff_ids }: Pick<Accepted['answerable'], 'invitation' | 'staff_ids'>): Promise<void> {
  await tx.deleteFrom('response_staff').where('account_id', '=', account_id).where('response_id', '=', id).execute()
  await sql`insert into response_staff (account_id, response_id, position, staff_id, dated_at, survey_id, company_id, earlier_staff_ids)
    select ${account_id}, ${id}, u.place, u.staff_id, ${dated_at}, ${survey_id}, ${company_id}::bigint, nullif((${staff_ids}::bigint[])[:u.place - 1], '{}') from unnest(${staff_ids}::bigint[]) with ordinality as u(staff_id, place)`.execute(tx)
  await tx.deleteFrom('response_segments').where('account_id', '=', account_id).where('response_id', '=', id).execute()
  await insertResponseSegments(tx, invitation.segment_option_ids.map((option_id) => ({ account_id, response_id: id, option_id, dated_at })))
}

/** Whose words customer fields are. A link of the template method, which anybody can write, tells nothing of the contact whom it names. */
export function fieldOwner({ contact_id, dated_when_sent, channel }: Origin): Pick<FieldSet, 'contact_id' | 'channel'> {
  return { contact_id: dated_when_sent ? null : contact_id, channel }
}

const NOBODY = { contact_id: null, channel: undefined }

function responseRow({ item, answerable: { invitation, survey, staff_ids }, checked }: Accepted): Omit<Selectable<ResponseRow>, 'id' | 'created_at' | 'updated_at'> & { held_id: number | null, stored_at: Date } {
  const { account_id, case_id, case_kind, case_title, contact_id, email, site_id, team_id, company_id, board_name } = invitation
  return {
    account_id, invitation_id: invitation.id, survey_id: survey.id, survey_version: survey.version, case_id, case_kind, case_title, contact_id, email, site_id, team_id, company_id, board_name,
    ...headlineOf(survey.questions, checked), staff_ids, answer_count: checked.length, credits: creditsOf(survey.questions, staff_ids, checked), ...item.evidence, answered_at: item.now,
    dated_at: recordDate(invitation, item.now), page_session: item.page_session ?? null, provisional_since: item.provisional_since ?? null, held_id: item.held_id ?? null, stored_at: item.stored_at ?? item.now,
  }
}

/** The date that filters, totals and periods go by: when it was answered, or, where only that is known of its kind, when it was sent. */
function recordDate({ sent_at, dated_when_sent }: Origin, answered_at: Date): Date {
  return dated_when_sent ? (sent_at ?? answered_at) : answered_at
}

async function insertResponseSegments(tx: Tx, rows: { account_id: number, response_id: number, option_id: number, dated_at: Date }[]): Promise<void> {
  if (rows.length === 0) return
  await sql`insert into response_segments (account_id, response_id, segment_id, option_id, dated_at)
    select i.account_id, i.response_id, o.segment_id, i.option_id, i.dated_at from jsonb_to_recordset(${recordset(rows)}::jsonb) as i(account_id bigint, response_id bigint, option_id bigint, dated_at timestamptz)
    join segment_options o on o.account_id = i.account_id and o.id = i.option_id`.execute(tx)
}
