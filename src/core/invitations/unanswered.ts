import { sql, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely'
import type { InvitationRow, Schema } from '../../storage/schema.ts'
import type { Context } from '../context.ts'
import { containing, type ResponseFilter } from '../responses/filter.ts'

/** What of a filter of responses can be asked of an invitation that has none. */
export type UnansweredFilter = Pick<ResponseFilter,
  'site_ids' | 'headline_metric' | 'not_kind' | 'case_number' | 'company_name' | 'contact_email' | 'board_name' | 'technician' | 'assigned' | 'phrases' | 'from' | 'to'>

export type InvitationQuery = SelectQueryBuilder<Schema & { v: InvitationRow }, 'v', object>

/**
 * Invitations that were sent and not answered, dated by when they were sent; with the responses that pass the same filter they are all records of it. Their surveys'
 * first rating is what a response's headline would be; phrases are looked for in the title of the case.
 */
export function unansweredInvitations(ctx: Context, filter: UnansweredFilter): InvitationQuery {
  return ctx.db.selectFrom('invitations as v').where('v.account_id', '=', ctx.account.id).where('v.sent_at', 'is not', null).where('v.answered_at', 'is', null)
    .where(all([...placeConditions(ctx, filter), ...snapshotConditions(filter), ...staffConditions(filter)]))
}

/** The metric of the first rating of the survey that an invitation `v` is for. */
export const HEADLINE_METRIC = headlineMetric(sql.ref('v.account_id'), sql.ref('v.survey_id'))

function headlineMetric(account_id: RawBuilder<unknown>, survey_id: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(select q.metric from surveys y
    join survey_questions sq on sq.account_id = y.account_id and sq.survey_id = y.id and sq.version = y.version
    join questions q on q.account_id = sq.account_id and q.id = sq.question_id
    where y.account_id = ${account_id} and y.id = ${survey_id} and q.type = 'rating' order by sq.position limit 1)`
}

function placeConditions(ctx: Context, filter: UnansweredFilter): RawBuilder<SqlBool>[] {
  const { from, to, site_ids, headline_metric, not_kind, case_number } = filter
  return [
    ...from ? [sql<SqlBool>`v.sent_at >= ${from}`] : [],
    ...to ? [sql<SqlBool>`v.sent_at < ${to}`] : [],
    ...site_ids ? [sql<SqlBool>`v.site_id = any(${site_ids}::bigint[])`] : [],
    // Looked up once, not for each invitation.
    ...headline_metric ? [sql<SqlBool>`v.survey_id = any(array(select s.id from surveys s where s.account_id = ${ctx.account.id} and ${headlineMetric(sql.ref('s.account_id'), sql.ref('s.id'))} = ${headline_metric}))`] : [],
    ...not_kind ? [sql<SqlBool>`not exists (select from cases c where c.account_id = v.account_id and c.id = v.case_id and c.kind = ${not_kind})`] : [],
    ...case_number !== undefined ? [sql<SqlBool>`exists (select from cases c where c.account_id = v.account_id and c.id = v.case_id and c.number = ${case_number})`] : [],
  ]
}

function snapshotConditions({ company_name, contact_email, board_name, phrases }: UnansweredFilter): RawBuilder<SqlBool>[] {
  return [
    ...company_name !== undefined ? [sql<SqlBool>`exists (select from companies c where c.account_id = v.account_id and c.id = v.company_id and c.name ilike ${containing(company_name)})`] : [],
    ...contact_email !== undefined ? [sql<SqlBool>`coalesce(v.email, (select c.email from contacts c where c.account_id = v.account_id and c.id = v.contact_id)) ilike ${containing(contact_email)}`] : [],
    ...board_name !== undefined ? [sql<SqlBool>`v.board_name ilike ${containing(board_name)}`] : [],
    ...phrases ? [sql<SqlBool>`coalesce(v.case_title, (select c.title from cases c where c.account_id = v.account_id and c.id = v.case_id)) ilike any(${phrases.map(containing)}::text[])`] : [],
  ]
}

function staffConditions({ technician, assigned }: UnansweredFilter): RawBuilder<SqlBool>[] {
  return [technician, assigned].filter((name) => name !== undefined)
    .map((name) => sql<SqlBool>`exists (select from staff s where s.account_id = v.account_id and s.id = any(v.staff_ids) and (lower(s.code) = lower(${name}) or lower(s.name) = lower(${name})))`)
}

function all(conditions: RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return conditions.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`
}
