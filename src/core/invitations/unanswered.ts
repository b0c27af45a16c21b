import { sql, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely'
import type { InvitationRow, Schema } from '../../storage/schema.ts'
import type { Context } from '../context.ts'
import { allOf, anyPhrase, casesNumbered, containing, type ResponseFilter } from '../responses/filter.ts'

/** What of a filter of responses can be asked of an invitation that has none. */
export type UnansweredFilter = Pick<ResponseFilter,
  'site_ids' | 'survey_ids' | 'company_id' | 'company_ids' | 'staff_ids' | 'also_staff_ids' | 'headline_metric' | 'kind' | 'not_kind' | 'case_number' | 'contact_email' | 'board_name' | 'phrases' | 'from' | 'to'>

export type InvitationQuery = SelectQueryBuilder<Schema & { v: InvitationRow }, 'v', object>

/**
 * Invitations that were sent and not answered, dated by when they were sent; with the responses that pass the same filter they are all records of it. Their surveys'
 * first rating is what a response's headline would be; phrases are looked for in the title of the case.
 */
export function unansweredInvitations(ctx: Context, filter: UnansweredFilter): InvitationQuery {
  return ctx.db.selectFrom('invitations as v').where('v.account_id', '=', ctx.account.id).where('v.sent_at', 'is not', null).where('v.answered_at', 'is', null)
    .where(allOf([...keyConditions(ctx, filter), ...textConditions(ctx, filter)]))
}

function keyConditions(ctx: Context, filter: UnansweredFilter): RawBuilder<SqlBool>[] {
  const { from, to, site_ids, survey_ids, company_id, company_ids, staff_ids, also_staff_ids, headline_metric, kind, not_kind, case_number } = filter
  return [
    ...from ? [sql<SqlBool>`v.sent_at >= ${from}`] : [],
    ...to ? [sql<SqlBool>`v.sent_at < ${to}`] : [],
    ...site_ids ? [sql<SqlBool>`v.site_id = any(${site_ids}::bigint[])`] : [],
    ...survey_ids ? [sql<SqlBool>`v.survey_id = any(${survey_ids}::bigint[])`] : [],
    ...company_id !== undefined ? [sql<SqlBool>`v.company_id = ${company_id}`] : [],
    ...company_ids ? [sql<SqlBool>`v.company_id = any(${company_ids}::bigint[])`] : [],
    ...[staff_ids, also_staff_ids].flatMap((ids) => ids ? [sql<SqlBool>`v.staff_ids && ${ids}::bigint[]`] : []),
    ...headline_metric ? [sql<SqlBool>`v.headline_metric = ${headline_metric}`] : [],
    ...kind ? [sql<SqlBool>`v.case_kind = ${kind}`] : [],
    ...not_kind ? [sql<SqlBool>`v.case_kind is distinct from ${not_kind}`] : [],
    ...case_number !== undefined ? [sql<SqlBool>`v.case_id = any(${casesNumbered(ctx, case_number)})`] : [],
  ]
}

function textConditions(ctx: Context, { contact_email, board_name, phrases }: UnansweredFilter): RawBuilder<SqlBool>[] {
  return [
    ...contact_email !== undefined ? [wentTo(ctx, containing(contact_email))] : [],
    ...board_name !== undefined ? [sql<SqlBool>`v.board_name ilike ${containing(board_name)}`] : [],
    ...phrases ? [anyPhrase(WORDS, ['v.case_title'], phrases)] : [],
  ]
}

/** As the index on it has it. */
const WORDS = sql.raw(`(coalesce(v.case_title, '') || E'\\n' || coalesce(v.email, ''))`)

/** Where it went to no address, the contact's. */
function wentTo(ctx: Context, pattern: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`((${WORDS} ilike ${pattern} and v.email ilike ${pattern})
    or (v.email is null and v.contact_id = any(array(select c.id from contacts c where c.account_id = ${ctx.account.id} and c.email ilike ${pattern}))))`
}
