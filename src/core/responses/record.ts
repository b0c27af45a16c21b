import { sql, type Selectable } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { groupCommit, type Settled } from '../../storage/group-commit.ts'
import { PREPARED } from '../../storage/named-statements.ts'
import { itemAt, recordset, unnested } from '../../storage/recordset.ts'
import type { ResponseRow } from '../../storage/schema.ts'
import type { Ground } from '../context.ts'
import { AlreadyAnswered, Expired, Invalid, NotFound } from '../errors.ts'
import { recordEvents } from '../events.ts'
import { markAnswered, type Invitation } from '../invitations/invite.ts'
import { isClosed, isToken } from '../invitations/open.ts'
import { loadSurveys, type SurveyWithQuestions } from '../surveys.ts'
import { checkAnswers, creditsOf, headlineOf, type AnswerInput, type Answers, type CheckedAnswer } from './answers.ts'
import { insertAnswers, insertRevisions } from './parts.ts'

/** Where an answer came from. */
export interface Evidence { responder_ip: string | null, user_agent: string | null }

export interface Recorded { account_id: number, id: number, invitation_id: number, survey_id: number }

/**
 * Stores one person's answers to an invitation, known by its token: response, answers, rating facts and event, in one transaction. Who gets the credit is taken from the
 * invitation's snapshot. Of two that race, one is the response and the other is kept as a rejected revision.
 * Throws NotFound, Expired, AlreadyAnswered, Invalid (see checkAnswers for how faults are named).
 * Where the page could not ask about all of the invitation's staff, `asked_about` are those whom it could: the others are not missed, and get the credit all the same.
 */
export function recordResponse(ground: Ground, token: string, answers: Answers, evidence: Evidence, asked_about: number[] | null = null): Promise<Recorded> {
  return groupCommit(ground.db, recordResponses, { token, answers, evidence: boundEvidence(evidence), asked_about, now: ground.now() })
}

/** Headers are the visitor's word and of any length; what is kept of them is not. */
export function boundEvidence(evidence: Evidence): Evidence {
  return { responder_ip: evidence.responder_ip?.slice(0, 45) ?? null, user_agent: evidence.user_agent?.slice(0, 512) ?? null }
}

/** What a response takes from its invitation, or, where nobody asked and there is no id, from its case. */
export interface Origin extends Pick<Invitation, 'account_id' | 'case_id' | 'case_kind' | 'case_title' | 'contact_id' | 'email' | 'site_id' | 'team_id' | 'company_id' | 'board_name' | 'sent_at' | 'dated_when_sent' | 'segment_option_ids'> {
  id: number | null
}

type Asked = Origin & Pick<Invitation, 'id' | 'token' | 'answered_at' | 'send_at' | 'survey_id' | 'staff_ids' | 'deletion_requested_at'>

/** An invitation locked for its answer, with what checking needs. */
export interface Answerable { invitation: Asked, survey: SurveyWithQuestions, staff_ids: number[] }

/** The invitations of these tokens, locked in the order of their ids, so that two transactions can't wait for each other. */
export async function lockAnswerable(tx: Tx, tokens: string[]): Promise<Map<string, Answerable>> {
  const { rows: invitations } = await sql<Asked>`
    select ${PREPARED} v.account_id, v.id, v.token, v.answered_at, v.send_at, v.survey_id, v.staff_ids, v.case_id, v.case_kind, v.case_title, v.contact_id,
      coalesce(v.email, (select p.email from contacts p where p.account_id = v.account_id and p.id = v.contact_id)) as email, v.site_id, v.team_id, v.company_id, v.board_name, v.sent_at, v.dated_when_sent, v.segment_option_ids, v.deletion_requested_at
    from invitations v where v.token = any(${tokens.filter(isToken)}::text[])
    order by v.account_id, v.id for no key update of v`.execute(tx)
  const surveys = await loadSurveys(tx, invitations)
  return new Map(invitations.map((invitation) => {
    const survey = surveys.find((one) => one.account_id === invitation.account_id && one.id === invitation.survey_id)
    if (!survey) throw new Error('an invitation lost its survey')
    return [invitation.token, { invitation, survey, staff_ids: invitation.staff_ids }]
  }))
}

interface Item { token: string, answers: Answers, evidence: Evidence, asked_about: number[] | null, now: Date }

/** Answers that have been checked, with all that is stored of them. */
export interface Accepted {
  item: { evidence: Evidence, now: Date }
  answerable: { invitation: Origin, survey: SurveyWithQuestions, staff_ids: number[] }
  checked: CheckedAnswer[]
  /** As actorName gives it. */
  actor: string
}

async function recordResponses(tx: Tx, items: Item[]): Promise<Settled<Recorded>[]> {
  const answerable = await lockAnswerable(tx, [...new Set(items.map((item) => item.token))])
  const taken = new Set<string>()
  const judged = items.map((item) => judge(item, answerable.get(item.token), taken))
  const accepted = judged.filter((one) => 'checked' in one)
  const stored = await storeResponses(tx, accepted)
  await keepRejected(tx, items, judged, answerable)
  return judged.map((one) => 'checked' in one ? { value: itemAt(stored, accepted.indexOf(one)) } : one)
}

function judge(item: Item, answerable: Answerable | undefined, taken: Set<string>): Accepted | { error: Error } {
  if (!answerable) return { error: new NotFound('no such invitation') }
  const { invitation, survey } = answerable
  if (invitation.answered_at !== null || taken.has(item.token)) return { error: new AlreadyAnswered('this survey has been answered already') }
  if (isClosed(invitation, survey, item.now)) return { error: new Expired('this survey is closed') }
  const { checked, faults } = checkAnswers(survey.questions, askedAbout(item, answerable), item.answers)
  if (faults.length > 0) return { error: new Invalid(faults) }
  taken.add(item.token)
  return { item, answerable, checked, actor: 'respondent' }
}

function askedAbout({ asked_about }: Item, { staff_ids }: Answerable): number[] {
  return asked_about === null ? staff_ids : staff_ids.filter((id) => asked_about.includes(id))
}

async function storeResponses(tx: Tx, accepted: Accepted[]): Promise<Recorded[]> {
  if (accepted.length === 0) return []
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
      insert into responses (account_id, invitation_id, survey_id, survey_version, case_id, contact_id, site_id, team_id, company_id, board_name,
        score_value, score_min, score_max, score_metric, sentiment, comment, responder_ip, user_agent, answered_at, created_at, updated_at, dated_at, case_kind, case_title, email, answer_count, staff_ids, credits)
      select account_id, invitation_id, survey_id, survey_version, case_id, contact_id, site_id, team_id, company_id, board_name,
        score_value, score_min, score_max, score_metric, sentiment, comment, responder_ip, user_agent, answered_at, answered_at, answered_at, dated_at, case_kind, case_title, email, answer_count, staff_ids, credits
      from ${unnested(accepted.map(responseRow), `position integer, account_id bigint, invitation_id bigint, survey_id bigint, survey_version integer, case_id bigint, contact_id bigint,
        site_id bigint, team_id bigint, company_id bigint, board_name text, score_value smallint, score_min smallint, score_max smallint, score_metric text, sentiment smallint, comment text,
        responder_ip text, user_agent text, answered_at timestamptz, dated_at timestamptz, case_kind text, case_title text, email text, answer_count integer, staff_ids bigint[], credits jsonb`)} i
      order by i.position
      returning id, account_id, invitation_id, survey_id, staff_ids, dated_at
    ), credited as (
      insert into response_staff (account_id, response_id, position, staff_id, dated_at)
      select s.account_id, s.id, u.place, u.staff_id, s.dated_at from stored s cross join lateral unnest(s.staff_ids) with ordinality as u(staff_id, place)
    )
    select id, account_id, invitation_id, survey_id from stored`.execute(tx)
  return inserted.rows
}

/** Writes what belongs to responses, in the order of `stored`: segments, answers, rating facts, events. */
export async function storeParts(tx: Tx, accepted: Accepted[], stored: Stored[]): Promise<void> {
  const whole = accepted.map((one, index) => ({ ...one, response: itemAt(stored, index) }))
  await insertResponseSegments(tx, whole.flatMap(({ item, answerable: { invitation }, response }) => invitation.segment_option_ids.map((option_id) => ({ account_id: response.account_id, response_id: response.id, option_id, dated_at: recordDate(invitation, item.now) }))))
  await insertAnswers(tx, whole.map(({ item, answerable: { invitation, staff_ids }, checked, response }) => ({
    account_id: response.account_id, response_id: response.id, survey_id: response.survey_id, site_id: invitation.site_id, company_id: invitation.company_id, staff_ids, dated_at: recordDate(invitation, item.now), answers: checked,
  })))
  await markAnswered(tx, whole.flatMap(({ item, response: { account_id, invitation_id } }) => invitation_id === null ? [] : [{ account_id, id: invitation_id, answered_at: item.now }]))
  await recordEvents(tx, whole.map(({ item, actor, response }) => ({ account_id: response.account_id, type: 'response.received', subject_id: response.id, actor, detail: {}, created_at: item.now })))
}

function responseRow({ item, answerable: { invitation, survey, staff_ids }, checked }: Accepted): Omit<Selectable<ResponseRow>, 'id' | 'created_at' | 'updated_at' | 'provisional_since' | 'page_session'> {
  const { account_id, case_id, case_kind, case_title, contact_id, email, site_id, team_id, company_id, board_name } = invitation
  return {
    account_id, invitation_id: invitation.id, survey_id: survey.id, survey_version: survey.version, case_id, case_kind, case_title, contact_id, email, site_id, team_id, company_id, board_name,
    ...headlineOf(survey.questions, checked), staff_ids, answer_count: checked.length, credits: creditsOf(survey.questions, staff_ids, checked), ...item.evidence, answered_at: item.now,
    dated_at: recordDate(invitation, item.now),
  }
}

/** The date that filters, totals and periods go by: when it was answered, or, where only that is known of its kind, when it was sent. */
function recordDate({ sent_at, dated_when_sent }: Origin, answered_at: Date): Date {
  return dated_when_sent ? (sent_at ?? answered_at) : answered_at
}

/** A second answer is not lost: what of it fits the questions is kept beside the response that came first. */
async function keepRejected(tx: Tx, items: Item[], judged: (Accepted | { error: Error })[], answerable: Map<string, Answerable>): Promise<void> {
  const refused = items.flatMap((item, index) => {
    const outcome = itemAt(judged, index)
    const asked = answerable.get(item.token)
    return asked && 'error' in outcome && outcome.error instanceof AlreadyAnswered ? [{ item, invitation: asked.invitation, answers: wantedAnswers(item, asked) }] : []
  })
  if (refused.length === 0) return
  const responses = await tx.selectFrom('responses').select(['account_id', 'id', 'invitation_id'])
    .where('account_id', 'in', refused.map(({ invitation }) => invitation.account_id)).where('invitation_id', 'in', refused.map(({ invitation }) => invitation.id)).execute()
  await insertRevisions(tx, refused.flatMap(({ item, invitation, answers }) => responses
    .filter((response) => response.account_id === invitation.account_id && response.invitation_id === invitation.id)
    .map((response) => ({ account_id: response.account_id, response_id: response.id, answers, ...item.evidence, rejected_at: item.now, rejected_reason: 'already answered' }))))
}

function wantedAnswers(item: Item, answerable: Answerable): AnswerInput[] {
  return checkAnswers(answerable.survey.questions, askedAbout(item, answerable), item.answers).checked.map(({ question, ...answer }) => ({ question_id: question.id, ...answer }))
}

async function insertResponseSegments(tx: Tx, rows: { account_id: number, response_id: number, option_id: number, dated_at: Date }[]): Promise<void> {
  if (rows.length === 0) return
  await sql`insert into response_segments (account_id, response_id, segment_id, option_id, dated_at)
    select i.account_id, i.response_id, o.segment_id, i.option_id, i.dated_at from jsonb_to_recordset(${recordset(rows)}::jsonb) as i(account_id bigint, response_id bigint, option_id bigint, dated_at timestamptz)
    join segment_options o on o.account_id = i.account_id and o.id = i.option_id`.execute(tx)
}
