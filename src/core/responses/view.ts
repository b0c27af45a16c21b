import { sql } from 'kysely'
import { PREPARED } from '../../storage/named-statements.ts'
import type { CaseRow } from '../../storage/schema.ts'
import type { Context } from '../context.ts'
import { INVITATION_COLUMNS, type Invitation } from '../invitations/invite.ts'
import type { Sentiment } from '../scores.ts'
import type { Metric, QuestionType } from '../surveys.ts'

/** A response with everything that a face may show of it. */
export interface ResponseView {
  id: number
  survey_id: number
  survey_name: string
  survey_version: number
  invitation_id: number | null
  score: { value: number, min: number, max: number, metric: Metric, sentiment: Sentiment } | null
  comment: string | null
  /** Where its survey went; the contact's address then, where it went to none. */
  email: string | null
  responder_ip: string | null
  user_agent: string | null
  answered_at: Date
  /** Since when it is a click that nobody has sent off; null for all others. */
  provisional_since: Date | null
  created_at: Date
  updated_at: Date
  /** Title, board and dates are those of the invitation's snapshot where there is one. */
  case: { id: number, kind: CaseRow['kind'], number: string, title: string | null, board_name: string | null, opened_at: Date | null, closed_at: Date | null, source_updated_at: Date | null } | null
  site: { id: number, code: string, name: string }
  company: { id: number, external_id: number | null, name: string } | null
  contact: ContactView | null
  staff: { id: number, code: string, name: string, email: string | null }[]
  team: { id: number, name: string } | null
  invitation: Invitation | null
  data: { key: string, value: string }[]
  answers: AnswerView[]
}

export interface ContactView { id: number, external_id: number | null, name: string | null, email: string | null, first_name: string | null, surname: string | null, telephone_number: string | null, postcode: string | null }

export interface AnswerView {
  question_id: number
  question: string
  type: QuestionType
  metric: Metric
  staff_id: number | null
  value: number | null
  text: string | null
  choices: string[] | null
  scale_min: number | null
  scale_max: number | null
  /** What segment it asked for. */
  segment: string | null
}

/** The responses of these ids, in this order, with the parts asked for. */
export async function viewResponses(ctx: Context, ids: readonly number[], parts: { answers?: boolean, data?: boolean }): Promise<ResponseView[]> {
  if (ids.length === 0) return []
  const [rows, staff, answers, given] = await Promise.all([loadRows(ctx, ids), loadStaff(ctx, ids), parts.answers ? loadAnswers(ctx, ids) : [], parts.data ? loadFields(ctx, ids) : []])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const [staffOf, answersOf, givenOf] = [grouped(staff), grouped(answers), grouped(given)]
  return ids.flatMap((id) => {
    const row = byId.get(id)
    if (!row) return []
    const answers_given = answersOf.get(id) ?? []
    // What came with its invitation, then what came with the answer itself.
    const data = parts.data ? [...(row.invitation?.data ?? []).map(({ key, value }) => ({ key, value })), ...givenOf.get(id) ?? []] : []
    return [{ ...toView(row), staff: staffOf.get(id) ?? [], answers: answers_given, data: withChosen(data, answers_given) }]
  })
}

type Row = Awaited<ReturnType<typeof loadRows>>[number]

function toView(row: Row): Omit<ResponseView, 'staff' | 'answers' | 'data'> {
  const { id, survey_id, survey_name, survey_version, invitation_id, comment, email, responder_ip, user_agent, answered_at, provisional_since, created_at, updated_at, site, company, contact, team, score } = row
  return {
    id, survey_id, survey_name, survey_version, invitation_id, score, comment, email, responder_ip, user_agent, answered_at, provisional_since, created_at, updated_at,
    case: row.case && snapshotCase(row.case, row.invitation), site, company, contact, team, invitation: row.invitation,
  }
}

function snapshotCase(live: NonNullable<ResponseView['case']>, invitation: Invitation | null): ResponseView['case'] {
  if (!invitation) return live
  const { case_title: title, board_name, case_opened_at: opened_at, case_closed_at: closed_at, case_updated_at: source_updated_at } = invitation
  return { id: live.id, kind: live.kind, number: live.number, title, board_name, opened_at, closed_at, source_updated_at }
}

async function loadRows(ctx: Context, ids: readonly number[]) {
  const base = await ctx.db.selectFrom('responses as r')
    .innerJoin('surveys as y', (join) => join.onRef('y.account_id', '=', 'r.account_id').onRef('y.id', '=', 'r.survey_id'))
    .innerJoin('sites as s', (join) => join.onRef('s.account_id', '=', 'r.account_id').onRef('s.id', '=', 'r.site_id'))
    .leftJoin('companies as o', (join) => join.onRef('o.account_id', '=', 'r.account_id').onRef('o.id', '=', 'r.company_id'))
    .leftJoin('contacts as p', (join) => join.onRef('p.account_id', '=', 'r.account_id').onRef('p.id', '=', 'r.contact_id'))
    .leftJoin('teams as t', (join) => join.onRef('t.account_id', '=', 'r.account_id').onRef('t.id', '=', 'r.team_id'))
    .leftJoin('cases as c', (join) => join.onRef('c.account_id', '=', 'r.account_id').onRef('c.id', '=', 'r.case_id'))
    .where('r.account_id', '=', ctx.account.id).where('r.id', '=', sql<number>`any(${ids}::bigint[])`)
    .modifyFront(PREPARED)
    .select(['r.id', 'r.survey_id', 'r.survey_version', 'r.invitation_id', 'r.case_id', 'r.contact_id', 'r.site_id', 'r.team_id', 'r.company_id', 'r.score_value', 'r.score_min', 'r.score_max', 'r.score_metric', 'r.sentiment',
      'r.comment', 'r.email', 'r.responder_ip', 'r.user_agent', 'r.answered_at', 'r.provisional_since', 'r.created_at', 'r.updated_at'])
    .select(['y.name as survey_name', 's.code as site_code', 's.name as site_name', 'o.external_id as company_external_id', 'o.name as company_name', 't.name as team_name',
      'p.external_id as contact_external_id', 'p.name as contact_name', 'p.email as contact_email', 'p.first_name', 'p.surname', 'p.telephone_number', 'p.postcode',
      'c.kind', 'c.number', 'c.title', 'c.board_name as case_board_name', 'c.opened_at', 'c.closed_at', 'c.source_updated_at'])
    .execute()
  const invitations = await loadInvitations(ctx, base.flatMap((row) => row.invitation_id ?? []))
  return base.map((row) => ({
    ...row,
    score: row.score_value === null || row.score_min === null || row.score_max === null || row.sentiment === null ? null
      : { value: row.score_value, min: row.score_min, max: row.score_max, metric: toMetric(row.score_metric), sentiment: toSentiment(row.sentiment) },
    site: { id: row.site_id, code: row.site_code, name: row.site_name },
    company: row.company_id === null || row.company_name === null ? null : { id: row.company_id, external_id: row.company_external_id, name: row.company_name },
    team: row.team_id === null || row.team_name === null ? null : { id: row.team_id, name: row.team_name },
    contact: row.contact_id === null ? null : {
      id: row.contact_id, external_id: row.contact_external_id, name: row.contact_name, email: row.contact_email, first_name: row.first_name, surname: row.surname,
      telephone_number: row.telephone_number, postcode: row.postcode,
    },
    case: row.case_id === null || row.kind === null || row.number === null ? null : {
      id: row.case_id, kind: row.kind, number: row.number, title: row.title, board_name: row.case_board_name, opened_at: row.opened_at, closed_at: row.closed_at, source_updated_at: row.source_updated_at,
    },
    invitation: row.invitation_id === null ? null : (invitations.get(row.invitation_id) ?? null),
  }))
}

async function loadInvitations(ctx: Context, ids: number[]): Promise<Map<number, Invitation>> {
  if (ids.length === 0) return new Map()
  const rows: Invitation[] = await ctx.db.selectFrom('invitations').modifyFront(PREPARED).select(INVITATION_COLUMNS).where('account_id', '=', ctx.account.id).where('id', '=', sql<number>`any(${ids}::bigint[])`).execute()
  return new Map(rows.map((row) => [row.id, row]))
}

function loadStaff(ctx: Context, ids: readonly number[]) {
  return ctx.db.selectFrom('response_staff as rs').modifyFront(PREPARED).innerJoin('staff as s', (join) => join.onRef('s.account_id', '=', 'rs.account_id').onRef('s.id', '=', 'rs.staff_id'))
    .where('rs.account_id', '=', ctx.account.id).where('rs.response_id', '=', sql<number>`any(${ids}::bigint[])`)
    .select(['rs.response_id', 's.id', 's.code', 's.name', 's.email']).orderBy('rs.response_id').orderBy('rs.position').execute()
}

function loadAnswers(ctx: Context, ids: readonly number[]) {
  return ctx.db.selectFrom('answers as a')
    .innerJoin('responses as r', (join) => join.onRef('r.account_id', '=', 'a.account_id').onRef('r.id', '=', 'a.response_id'))
    .innerJoin('questions as q', (join) => join.onRef('q.account_id', '=', 'a.account_id').onRef('q.id', '=', 'a.question_id'))
    .innerJoin('survey_questions as sq', (join) => join.onRef('sq.account_id', '=', 'r.account_id').onRef('sq.survey_id', '=', 'r.survey_id')
      .onRef('sq.version', '=', 'r.survey_version').onRef('sq.question_id', '=', 'a.question_id'))
    .where('a.account_id', '=', ctx.account.id).where('a.response_id', '=', sql<number>`any(${ids}::bigint[])`)
    .select(['a.response_id', 'a.question_id', 'q.text as question', 'q.type', 'q.metric', 'a.staff_id', 'a.value', 'a.text', 'a.choices', 'q.scale_min', 'q.scale_max', 'q.segment'])
    .orderBy('a.response_id').orderBy('sq.position').orderBy('a.id').execute()
}

/** What came with the answers themselves. */
function loadFields(ctx: Context, ids: readonly number[]) {
  return ctx.db.selectFrom('response_fields').select(['response_id', 'key', 'value'])
    .where('account_id', '=', ctx.account.id).where('response_id', '=', sql<number>`any(${ids}::bigint[])`).orderBy('response_id').orderBy('key').execute()
}

/** What was chosen where a question asked for a segment stands for what was known of it before. */
function withChosen(data: ResponseView['data'], answers: readonly AnswerView[]): ResponseView['data'] {
  const chosen = answers.flatMap(({ segment, choices }) => (segment === null || choices === null ? [] : [{ key: segment, value: choices.join(', ') }]))
  return [...data.filter(({ key }) => !chosen.some((pair) => pair.key === key)), ...chosen]
}

function grouped<T extends { response_id: number }>(rows: T[]): Map<number, Omit<T, 'response_id'>[]> {
  const groups = new Map<number, Omit<T, 'response_id'>[]>()
  for (const { response_id, ...row } of rows) {
    const group = groups.get(response_id)
    if (group) group.push(row)
    else groups.set(response_id, [row])
  }
  return groups
}

function toSentiment(bucket: number): Sentiment {
  if (bucket === 0 || bucket === 1 || bucket === 2 || bucket === 3 || bucket === 4) return bucket
  throw new RangeError(`no sentiment ${bucket}`)
}

function toMetric(metric: string | null): Metric {
  return metric === 'csat' || metric === 'nps' || metric === 'ces' ? metric : 'none'
}
