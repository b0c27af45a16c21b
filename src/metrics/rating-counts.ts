import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Context } from '../core/context.ts'
import { spanOf, type Piece } from '../core/records/span.ts'
import { allOf, creditConditions, sharedCredits, type ResponseFilter } from '../core/responses/filter.ts'

/** Which ratings. Those of an empty list are none; of several staff members, those that any of them gets the credit for. Both ends of the time are open where they are missing; `to` is excluded. */
export type RatingFilter = Pick<ResponseFilter, 'site_ids' | 'survey_ids' | 'company_ids' | 'staff_ids' | 'from' | 'to'>

/** How many ratings there are, the worst first: of CSAT of each of five sentiments, of NPS detractors, passives, promoters and twice nothing. */
export type Buckets = [number, number, number, number, number]

/**
 * Counts ratings from sums, notes and, at ragged ends, facts, in one statement and therefore at one moment. The sums tell apart site, survey, and one of company and staff; asked for
 * both of these, it goes through the facts of those staff members.
 */
export async function countRatings(ctx: Context, metric: 'csat' | 'nps', filter: RatingFilter): Promise<Buckets> {
  const parts = filter.company_ids && filter.staff_ids ? [factsBetween(ctx, metric, filter, filter)] : summedParts(ctx, metric, filter)
  const sums = PLACES.map((place) => sql`coalesce(sum(f.times * f.${sql.ref(`bucket_${place}`)}), 0)::bigint as ${sql.ref(`bucket_${place}`)}`)
  const { rows: [row] } = await sql<Record<`bucket_${0 | 1 | 2 | 3 | 4}`, number>>`select ${sql.join(sums)} from (${sql.join(parts, sql` union all `)}) f`.execute(ctx.db)
  if (!row) throw new Error('a sum has one row')
  return [row.bucket_0, row.bucket_1, row.bucket_2, row.bucket_3, row.bucket_4]
}

const PLACES = [0, 1, 2, 3, 4] as const
const BUCKETS = sql.raw(PLACES.map((place) => `f.bucket_${place}`).join(', '))
const ONE_BUCKET = sql.raw(PLACES.map((place) => `(coalesce(f.nps_group, f.sentiment) = ${place})::integer as bucket_${place}`).join(', '))

/** Of several staff members, a rating is in the sums of each: it is counted as often, and the surplus is taken away at the end. */
function summedParts(ctx: Context, metric: string, filter: RatingFilter): RawBuilder<unknown>[] {
  const { whole, pieces, edges } = spanOf(filter, ctx.account.time_zone)
  return [
    ...whole ? [notes(ctx, metric, filter, whole)] : [],
    ...pieces.map((piece) => sums(ctx, metric, filter, piece)),
    ...edges.map((edge) => factsBetween(ctx, metric, filter, edge)),
    surplus(ctx, metric, filter),
  ]
}

function sums(ctx: Context, metric: string, filter: RatingFilter, { sign, grain, first, end }: Piece): RawBuilder<unknown> {
  const { company_ids, staff_ids } = filter
  const subject = company_ids ? 'company' : staff_ids ? 'staff' : 'all'
  return sql`select ${sql.lit(sign)} as times, ${BUCKETS} from rating_rollups f where f.account_id = ${ctx.account.id} and f.subject = ${subject} and f.metric = ${metric}
    and f.subject_id = any(${company_ids ?? staff_ids ?? [0]}::bigint[]) and f.grain = ${grain} and f.first_day >= ${first}::date and f.first_day < ${end}::date and ${allOf(placeConditions(filter))}`
}

function notes(ctx: Context, metric: string, filter: RatingFilter, { first, end }: { first: string, end: string }): RawBuilder<unknown> {
  const day = sql`(f.dated_at at time zone ${ctx.account.time_zone})::date`
  return sql`select ${timesOf(filter)} as times, ${BUCKETS} from rating_changes f
    where f.account_id = ${ctx.account.id} and f.metric = ${metric} and ${day} >= ${first}::date and ${day} < ${end}::date and ${allOf([...placeConditions(filter), ...companyConditions(filter)])}`
}

/** As a note counts them, where the sums do; else each of them once. */
function factsBetween(ctx: Context, metric: string, filter: RatingFilter, { from, to }: Pick<RatingFilter, 'from' | 'to'>): RawBuilder<unknown> {
  const { company_ids, staff_ids } = filter
  const within = [...from ? [sql<SqlBool>`f.dated_at >= ${from}`] : [], ...to ? [sql<SqlBool>`f.dated_at < ${to}`] : []]
  const credited = staff_ids ? [sql<SqlBool>`f.response_id = any(array(select rs.response_id from response_staff rs where ${creditConditions(ctx, staff_ids, { ...filter, from, to })}))`] : []
  return sql`select ${company_ids && staff_ids ? sql`(f.staff_ids && ${staff_ids}::bigint[])::integer` : timesOf(filter)} as times, ${ONE_BUCKET} from rating_facts f
    where f.account_id = ${ctx.account.id} and f.metric = ${metric} and ${allOf([...within, ...placeConditions(filter), ...companyConditions(filter), ...credited])}`
}

/** What is credited to several of the staff members asked for, for each of them after the first. */
function surplus(ctx: Context, metric: string, filter: RatingFilter): RawBuilder<unknown> {
  const { staff_ids } = filter
  if (!staff_ids || staff_ids.length < 2) return sql`select 0 as times, ${ONE_BUCKET} from rating_facts f where false`
  const shared = sql`select s.response_id from (${sharedCredits(ctx, staff_ids, { from: filter.from, to: filter.to, survey_ids: filter.survey_ids })}) s`
  return sql`select 1 - ${timesOf(filter)} as times, ${ONE_BUCKET} from rating_facts f
    where f.account_id = ${ctx.account.id} and f.metric = ${metric} and f.response_id = any(array(${shared})) and cardinality(f.staff_ids) > 1 and ${allOf(placeConditions(filter))}`
}

/** In how many of the sums asked for a rating is. */
function timesOf({ staff_ids }: RatingFilter): RawBuilder<unknown> {
  return staff_ids ? sql`(select count(*) from unnest(f.staff_ids) as u(staff_id) where u.staff_id = any(${staff_ids}::bigint[]))` : sql`1`
}

function placeConditions({ site_ids, survey_ids }: RatingFilter): RawBuilder<SqlBool>[] {
  return [
    ...site_ids ? [sql<SqlBool>`f.site_id = any(${site_ids}::bigint[])`] : [],
    ...survey_ids ? [sql<SqlBool>`f.survey_id = any(${survey_ids}::bigint[])`] : [],
  ]
}

function companyConditions({ company_ids }: RatingFilter): RawBuilder<SqlBool>[] {
  return company_ids ? [sql<SqlBool>`f.company_id = any(${company_ids}::bigint[])`] : []
}
