import { sql, type Expression, type ExpressionBuilder, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely'
import type { CaseRow, ResponseRow, Schema } from '../../storage/schema.ts'
import { canonicalEmail } from '../checks.ts'
import type { Context } from '../context.ts'
import type { Sentiment } from '../scores.ts'

type CaseKind = CaseRow['kind']

/** Which responses. Everything given must hold; of a list, any item. An empty list matches nothing. */
export interface ResponseFilter {
  case_id?: number
  case_number?: string
  kind?: CaseKind
  /** Leaves out responses about cases of this kind; those without a case stay. */
  not_kind?: CaseKind
  has_case?: boolean
  /** Only what no invitation asked for. */
  unasked?: true
  headline_metric?: 'csat' | 'nps'
  company_id?: number
  company_ids?: readonly number[]
  contact_id?: number
  site_ids?: readonly number[]
  survey_ids?: readonly number[]
  staff_ids?: readonly number[]
  /** Only what is clearly good or clearly bad: not neutral, and with a score. */
  clear?: boolean
  sentiments?: readonly Sentiment[]
  has_comment?: boolean
  /** A score as shown on the account's scale, 1 to account.score_scale_max. */
  score?: number
  /** The same of others: one of these must be there, too. */
  also_staff_ids?: readonly number[]
  contact_name?: string
  contact_email?: string
  /** A part of the name or identifier of the first of its staff, in any letter case. */
  manager?: string
  board_name?: string
  /** The respondent's exact address, in any letter case. */
  email?: string
  /** Any of these in the case's title or the comment, in any letter case. */
  phrases?: readonly string[]
  /** The record's date, `from` included and `to` excluded. */
  from?: Date
  to?: Date
  created_since?: Date
  updated_since?: Date
}

type Tables = Schema & { r: ResponseRow }
export type ResponseQuery = SelectQueryBuilder<Tables, 'r', object>

/** The one place that says which responses count, and how each filter reads. Everything that lists or measures responses starts here. */
export function filteredResponses(ctx: Context, filter: ResponseFilter): ResponseQuery {
  return ctx.db.selectFrom('responses as r').where('r.account_id', '=', ctx.account.id)
    .where((eb) => eb.and(conditions(eb, ctx, filter)))
}

/**
 * Ids and dates of the responses that any of some staff members get the credit for, from the index of who does; null where the filter asks for more, which is for filteredResponses to find.
 * What counts there has to count here.
 */
export function creditedResponses(ctx: Context, filter: ResponseFilter): RawBuilder<{ id: number, dated_at: Date }> | null {
  const { staff_ids, from: _from, to: _to, survey_ids: _surveys, company_id: _company, company_ids: _companies, ...others } = filter
  if (!staff_ids || isGiven(others)) return null
  const each = staff_ids.length > 1 ? sql`distinct` : sql`` // nobody gets it twice
  return sql`select ${each} rs.response_id as id, rs.dated_at from response_staff rs where ${creditConditions(ctx, staff_ids, filter)}`
}

/** Dates of the responses that pass and that several of these staff members get the credit for: one for each of them after the first, as often as the sums of all of them count too much. */
export function surplusCredits(ctx: Context, filter: ResponseFilter & { staff_ids: readonly number[] }): RawBuilder<{ dated_at: Date }> {
  const { staff_ids, from, to, survey_ids, ...others } = filter
  // One response after the other, as they are few: a join is planned for all of them.
  const passes = filteredResponses(ctx, others).where(sql<boolean>`r.id = s.response_id`).select(sql<boolean>`true`.as('passes'))
  return sql`select s.dated_at from (${sharedCredits(ctx, staff_ids, { from, to, survey_ids })}) s ${isGiven(others) ? sql`where (${passes})` : sql``}`
}

/** Ids and dates of what these staff members get the credit for, in that time and for these surveys, after another one of them: one for each after the first. Pairs are found as such; only of three and more on one response are all looked at. */
export function sharedCredits(ctx: Context, staff_ids: readonly number[], asked: Pick<ResponseFilter, 'from' | 'to' | 'survey_ids'>): RawBuilder<{ response_id: number, dated_at: Date }> {
  const credits = sql`select rs.response_id, rs.dated_at from response_staff rs where ${creditConditions(ctx, staff_ids, asked)}`
  return sql`${credits} and rs.earlier_staff_ids is not null and rs.earlier_staff_ids[1] = any(${staff_ids}::bigint[])
    union all ${credits} and cardinality(rs.earlier_staff_ids) > 1 and rs.earlier_staff_ids && ${staff_ids}::bigint[] and rs.earlier_staff_ids[1] <> all(${staff_ids}::bigint[])`
}

/** Who gets the credit, in that time, for answers to these surveys and of these companies: all of it in an index. */
export function creditConditions(ctx: Context, staff_ids: readonly number[], { from, to, survey_ids, company_id, company_ids }: ResponseFilter): RawBuilder<SqlBool> {
  return allOf([
    sql<SqlBool>`rs.account_id = ${ctx.account.id}`, staff_ids.length === 1 ? sql<SqlBool>`rs.staff_id = ${staff_ids[0]}` : sql<SqlBool>`rs.staff_id = any(${staff_ids}::bigint[])`, // of one alone the index has the order, too
    ...from ? [sql<SqlBool>`rs.dated_at >= ${from}`] : [],
    ...to ? [sql<SqlBool>`rs.dated_at < ${to}`] : [],
    ...survey_ids ? [sql<SqlBool>`rs.survey_id = any(${survey_ids}::bigint[])`] : [],
    ...company_id !== undefined ? [sql<SqlBool>`rs.company_id = ${company_id}`] : [],
    ...company_ids ? [sql<SqlBool>`rs.company_id = any(${company_ids}::bigint[])`] : [],
  ])
}

/** A rating as it is shown on the account's scale from 1, null where there is none. As rescale() does it: whole numbers only, half away from zero. The headline score, if no other columns are named. */
export function shownScore(scale_max: number, rating = { value: sql.ref('r.score_value'), min: sql.ref('r.score_min'), max: sql.ref('r.score_max') }): RawBuilder<number | null> {
  const { value, min, max } = rating
  return sql<number | null>`shown_score(${value}, ${min}, ${max}, ${scale_max}::integer)`
}

/** A pattern for the text itself, whatever is in it. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`
}

function conditions(eb: ExpressionBuilder<Tables, 'r'>, ctx: Context, filter: ResponseFilter): Expression<SqlBool>[] {
  return [...columnConditions(eb, ctx, filter), ...timeConditions(eb, filter), ...scoreConditions(filter, ctx.account.score_scale_max), ...textConditions(ctx, filter)]
}

function columnConditions(eb: ExpressionBuilder<Tables, 'r'>, ctx: Context, filter: ResponseFilter): Expression<SqlBool>[] {
  return [
    given(filter.case_id, (id) => eb('r.case_id', '=', id)),
    given(filter.case_number, (number) => sql`r.case_id = any(${casesNumbered(ctx, number)})`),
    given(filter.kind, (kind) => sql`r.case_kind = ${kind}`),
    given(filter.not_kind, (kind) => sql`r.case_kind is distinct from ${kind}`),
    given(filter.has_case, (has) => eb('r.case_id', has ? 'is not' : 'is', null)),
    given(filter.unasked, () => eb('r.invitation_id', 'is', null)),
    given(filter.company_id, (id) => eb('r.company_id', '=', id)),
    given(filter.company_ids, (ids) => eb('r.company_id', '=', anyOf(ids))),
    given(filter.contact_id, (id) => eb('r.contact_id', '=', id)),
    given(filter.site_ids, (ids) => eb('r.site_id', '=', anyOf(ids))),
    given(filter.survey_ids, (ids) => eb('r.survey_id', '=', anyOf(ids))),
    given(filter.staff_ids, (ids) => creditedTo(ctx, ids, filter)),
    given(filter.also_staff_ids, (ids) => creditedTo(ctx, ids, filter)),
    given(filter.has_comment, (has) => eb('r.comment', has ? 'is not' : 'is', null)),
  ].flat()
}

function timeConditions(eb: ExpressionBuilder<Tables, 'r'>, filter: ResponseFilter): Expression<SqlBool>[] {
  return [
    given(filter.from, (from) => eb('r.dated_at', '>=', from)),
    given(filter.to, (to) => eb('r.dated_at', '<', to)),
    given(filter.created_since, (since) => eb('r.created_at', '>=', since)),
    given(filter.updated_since, (since) => eb('r.updated_at', '>=', since)),
  ].flat()
}

function scoreConditions(filter: ResponseFilter, scaleMax: number): Expression<SqlBool>[] {
  return [
    given(filter.headline_metric, (metric) => sql<SqlBool>`r.score_metric = ${metric}`),
    given(filter.clear || undefined, () => sql<SqlBool>`r.sentiment in (0, 1, 3, 4)`),
    given(filter.sentiments, (sentiments) => sql<SqlBool>`r.sentiment = any(${sentiments}::smallint[])`),
    given(filter.score, (score) => sql<SqlBool>`${shownScore(scaleMax)} = ${score}`),
  ].flat()
}

function textConditions(ctx: Context, filter: ResponseFilter): Expression<SqlBool>[] {
  return [
    given(filter.contact_name, (text) => sql<SqlBool>`r.contact_id = any(array(select c.id from contacts c where c.account_id = ${ctx.account.id} and c.name ilike ${containing(text)}))`),
    given(filter.manager, (text) => sql<SqlBool>`r.staff_ids[1] = any(array(select s.id from staff s where s.account_id = ${ctx.account.id} and (s.name ilike ${containing(text)} or s.code ilike ${containing(text)})))`),
    given(filter.contact_email, (text) => sql<SqlBool>`(${WORDS} ilike ${containing(text)} and r.email ilike ${containing(text)})`),
    given(filter.email, (email) => cameFrom(canonicalEmail(email))),
    given(filter.board_name, (text) => sql<SqlBool>`r.board_name ilike ${containing(text)}`),
    given(filter.phrases, (phrases) => anyPhrase(WORDS, ['r.comment', 'r.case_title'], phrases)),
  ].flat()
}

/** As the index on it has it: what is not in here is in none of its parts. */
const WORDS = sql.raw(`(coalesce(r.case_title, '') || E'\\n' || coalesce(r.comment, '') || E'\\n' || coalesce(r.email, ''))`)

/** Whether a response came from this very address, in any letter case. */
export function cameFrom(email: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${WORDS} ilike ${containing(email)} and lower(r.email) = lower(${email}))`
}

/**
 * Whether one of the phrases is in one of the texts, all of which are among the words. One after the other, since no index of words takes a list. Of a phrase with a space in it no second
 * look is needed: no address has one, and only lines divide the words.
 */
export function anyPhrase(words: RawBuilder<unknown>, texts: readonly string[], phrases: readonly string[]): RawBuilder<SqlBool> {
  if (phrases.length === 0) return sql<SqlBool>`false`
  return sql<SqlBool>`(${sql.join(phrases.map((phrase) => {
    const pattern = containing(phrase)
    if (/^[^\n]* [^\n]*$/.test(phrase)) return sql`${words} ilike ${pattern}`
    return sql`(${words} ilike ${pattern} and (${sql.join(texts.map((text) => sql`${sql.ref(text)} ilike ${pattern}`), sql` or `)}))`
  }), sql` or `)})`
}

/** The ids of the cases of a number: looked up once, not for each record. */
export function casesNumbered(ctx: Context, number: string): RawBuilder<unknown> {
  return sql`array(select c.id from cases c where c.account_id = ${ctx.account.id} and c.number = ${number})`
}

/** By way of who gets the credit in that time. */
function creditedTo(ctx: Context, ids: readonly number[], filter: ResponseFilter) {
  return sql<SqlBool>`r.id in (select rs.response_id from response_staff rs where ${creditConditions(ctx, ids, filter)})`
}

function isGiven(filter: ResponseFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined)
}

/** All of some conditions; of none, what always holds. */
export function allOf(conditions: RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return conditions.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`
}

function given<T>(value: T | undefined, condition: (value: T) => Expression<SqlBool> | ReturnType<typeof sql>): Expression<SqlBool>[] {
  return value === undefined ? [] : [sql<SqlBool>`${condition(value)}`]
}

function anyOf(ids: readonly number[]) {
  return sql<number>`any(${ids}::bigint[])`
}
