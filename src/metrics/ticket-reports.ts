import { sql, type RawBuilder } from 'kysely'
import { snapshot } from '../storage/database.ts'
import type { Context } from '../core/context.ts'
import type { UnansweredFilter } from '../core/invitations/unanswered.ts'
import { foundFigures, placeOf, recordFigures, type Figure } from '../core/records/figures.ts'
import { scopeBy, scopeOf } from '../core/records/scope.ts'
import { filteredResponses, type ResponseFilter } from '../core/responses/filter.ts'
import { withinSite, type Page } from '../core/responses/list.ts'
import { findNames, type AskedFilter, type NameFilter } from '../core/responses/names.ts'
import { quotient } from '../core/scores.ts'
import { meanInterval, type Interval } from './mean-interval.ts'

/** Which records: responses, and invitations that were sent and have none. A record's date is when it was answered, else when it was sent; of a PSA's own mail always the latter. */
export interface RecordFilter extends UnansweredFilter, NameFilter {
  /** Both ask of the responses only: what was sent stays what it was. */
  has_comment?: boolean
  score?: number
}

/**
 * `sent`: invitations among the records; what was answered had been sent. `percent`: responses that have an invitation × 100 / sent, two decimals, null where nothing was sent.
 * `average`: the mean of the scores shown, two decimals, null without any.
 */
export interface ResponseFigures { sent: number, responses: number, percent: number | null, average: number | null }

export interface TicketSummary extends ResponseFigures {
  comments: number
  /** Of the average; null for fewer than two scores. */
  interval: Interval | null
  /** How many responses have each score of the account's scale, from the lowest. */
  scores: { score: number, count: number }[]
}

/** All records as one. */
export function ticketSummary(ctx: Context, filter: RecordFilter): Promise<TicketSummary> {
  const { has_comment, ...named } = filter
  const counts = Array.from({ length: ctx.account.score_scale_max }, (_, index) => askedOf(has_comment, countOf(index + 1, 1), countOf(index + 1, 2)))
  return snapshot(ctx.db, async (db) => {
    const records = await recordsOf({ ...ctx, db }, named)
    const figures = figuresOf({ ...ctx, db }, records, null, ['waiting', 'responses', 'invited', 'comments', 'invited_comments'], true)
    const { rows: [row] } = await sql<SummaryRow>`
      select coalesce(sum(f.waiting) + sum(f.invited), 0)::bigint as sent, ${askedOf(has_comment, sql`sum(f.responses)`, sql`sum(f.comments)`)} as responses,
        ${askedOf(has_comment, sql`sum(f.invited)`, sql`sum(f.invited_comments)`)} as replied, ${has_comment === false ? sql`0` : sql`coalesce(sum(f.comments), 0)::bigint`} as comments, array[${sql.join(counts)}] as counts from ${figures} f`.execute(db)
    if (!row) throw new Error('a sum has one row')
    return toSummary(row, records.score)
  })
}

export interface CompanyFigures extends ResponseFigures { company: { id: number, external_id: number | null, name: string } | null, last_answered_at: Date | null }

/** A row for each company that was sent or answered something, and one for those of no company; the last to have answered first, then by name. One page, and how many rows there are in all. */
export function companyReport(ctx: Context, filter: UnansweredFilter & NameFilter, page: Page): Promise<{ rows: CompanyFigures[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const records = await recordsOf(seen, filter)
    const figures = figuresOf(seen, records, 'company', ['waiting', 'responses', 'invited', 'score_sum', 'score_count'])
    const last = (condition: RawBuilder<boolean>) => lastAnswered(seen, (since) => sql`${filteredResponses(seen, records).where(condition).where('r.dated_at', '>=', since).select('r.answered_at').orderBy('r.dated_at', 'desc').limit(1)}`)
    const groups = sql`
      select g.*, o.external_id, o.name, case when g.responses = 0 then null when g.subject_id = 0 then ${last(sql`r.company_id is null`)} else ${last(sql`r.company_id = g.subject_id`)} end as last_answered_at
      from (select f.subject_id, ${sumOf('waiting')}, ${sumOf('responses')}, ${sumOf('invited')}, ${sumOf('score_sum')}, ${sumOf('score_count')}, ${LATEST} from ${figures} f
        group by f.subject_id having sum(f.waiting) + sum(f.responses) > 0) g
      left join companies o on o.account_id = ${ctx.account.id} and o.id = g.subject_id`
    const { rows, total } = await pageOf<CompanyRow>(seen, groups, sql`last_answered_at desc nulls last, lower(name) collate "C" nulls last, subject_id`, page)
    return { rows: rows.map(toCompanyFigures), total }
  })
}

export interface StaffFigures { staff: { id: number, code: string, name: string }, responses: number, average: number | null, comments: number, last_answered_at: Date }

/**
 * A row for each staff member who gets the credit for a response; the last to be answered about first, then by name. A response of two is in both their rows. Where a survey asks for
 * a rating of each staff member, the score is the one about this one. One page, and how many rows there are in all.
 */
export function staffReport(ctx: Context, filter: AskedFilter, page: Page): Promise<{ rows: StaffFigures[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const groups = sql`
      select g.*, s.code, s.name from (${await creditedResponses(seen, filter, STAFF)}) g join staff s on s.account_id = ${ctx.account.id} and s.id = g.subject_id`
    const { rows, total } = await pageOf<StaffRow>(seen, groups, sql`last_answered_at desc, lower(name) collate "C", subject_id`, page)
    return { rows: rows.map(toStaffFigures), total }
  })
}

export interface StaffSiteFigures extends StaffFigures { site: { id: number, name: string } }

/** The same with a row for each staff member and site. */
export function staffSiteReport(ctx: Context, filter: AskedFilter, page: Page): Promise<{ rows: StaffSiteFigures[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const groups = sql`
      select g.*, s.code, s.name, p.name as site_name from (${await creditedResponses(seen, filter, STAFF_AND_SITE)}) g
      join staff s on s.account_id = ${ctx.account.id} and s.id = g.subject_id
      join sites p on p.account_id = ${ctx.account.id} and p.id = g.site_id`
    const { rows, total } = await pageOf<StaffRow & { site_id: number, site_name: string }>(seen, groups, sql`last_answered_at desc, lower(name) collate "C", subject_id, site_id`, page)
    return { rows: rows.map((row) => ({ ...toStaffFigures(row), site: { id: row.site_id, name: row.site_name } })), total }
  })
}

/** The responses once for each staff member who gets the credit, added up by these columns, the first of which is whom they are about. */
async function creditedResponses(ctx: Context, filter: AskedFilter, columns: RawBuilder<unknown>): Promise<RawBuilder<unknown>> {
  const records = await recordsOf(ctx, filter)
  const figures = figuresOf(ctx, records, 'staff', ['responses', 'comments', 'credit_sum', 'credit_count'])
  const response = filteredResponses(ctx, records).where(sql<boolean>`r.id = rs.response_id`).select(sql<boolean>`true`.as('passes'))
  // One response after the other, the latest first: as a join it is planned for all of them.
  const passes = sql<boolean>`(${columns === STAFF ? response : response.where(sql<boolean>`r.site_id = g.site_id`)})`
  const last = lastAnswered(ctx, (since) => sql`
    select (select r.answered_at from responses r where r.account_id = rs.account_id and r.id = rs.response_id) from response_staff rs
    where rs.account_id = ${ctx.account.id} and rs.staff_id = g.subject_id and rs.dated_at >= ${since} ${records.from ? sql`and rs.dated_at >= ${records.from}` : sql``} ${records.to ? sql`and rs.dated_at < ${records.to}` : sql``}
      and ${passes} order by rs.dated_at desc limit 1`)
  return sql`select g.*, ${last} as last_answered_at
    from (select ${columns}, ${sumOf('responses')}, ${sumOf('comments')}, ${sumOf('credit_sum')}, ${sumOf('credit_count')}, ${LATEST} from ${figures} f group by ${columns} having sum(f.responses) > 0) g`
}

/** When the record with the last date was answered: of what was found one by one; and the period in which it is, by the sums. */
const LATEST = sql`(max(f.answered))[2] as found_answered_at, max(f.first_day) filter (where f.responses > 0) as last_period`

/** When the record with the last date was answered: looked for in the period in which the sums have one last; should it have gone since, in all. */
function lastAnswered(ctx: Context, since: (start: RawBuilder<Date>) => RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce(g.found_answered_at, (${since(sql<Date>`(g.last_period::timestamp at time zone ${ctx.account.time_zone})`)}), (${since(sql<Date>`'-infinity'::timestamptz`)}))`
}

const STAFF = sql`f.subject_id`
const STAFF_AND_SITE = sql`f.subject_id, f.site_id`

/** The filter with names looked up, within what the actor may see. */
async function recordsOf(ctx: Context, filter: AskedFilter): Promise<ResponseFilter> {
  return withinSite(ctx, await findNames(ctx, filter))
}

/** The figures of a filter as a table expression, for each `of` or for all together: from the sums where they know the filter and tell these apart, else of the records themselves. */
function figuresOf(ctx: Context, filter: ResponseFilter, of: 'company' | 'staff' | null, figures: Figure[], scores = false): RawBuilder<unknown> {
  const whole = scopeOf(filter)
  const scope = whole && of ? scopeBy(whole, of) : whole
  return scope ? recordFigures(ctx, scope, figures, { scores }) : foundFigures(ctx, filter, of ?? 'all', figures, { scores })
}

function sumOf(figure: Figure): RawBuilder<unknown> {
  return sql`sum(f.${sql.ref(figure)})::bigint as ${sql.ref(figure)}`
}

/** One page of grouped rows and the number of all of them, from one look: groups are made once. */
async function pageOf<T>(ctx: Context, groups: RawBuilder<unknown>, order: RawBuilder<unknown>, page: Page): Promise<{ rows: T[], total: number }> {
  const { rows } = await sql<T & { total: number, place: number | null }>`
    with groups as materialized (${groups})
    select t.total, p.* from (select count(*) as total from groups) t
    left join (select row_number() over (order by ${order}) as place, g.* from groups g order by place limit ${page.limit} offset ${page.offset}) p on true
    order by p.place`.execute(ctx.db)
  return { rows: rows.filter(({ place }) => place !== null), total: rows[0]?.total ?? 0 }
}

interface SummaryRow { sent: number, responses: number, replied: number, comments: number, counts: number[] }

/** How many responses have a score; only those with a comment. */
function countOf(score: number, count: 1 | 2): RawBuilder<unknown> {
  return sql`sum(f.sign * f.by_score[${sql.lit(placeOf(score, count))}])`
}

/** Of what is counted with and without a comment, those that are asked for. */
function askedOf(has_comment: boolean | undefined, every: RawBuilder<unknown>, commented: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`coalesce(${has_comment === undefined ? every : has_comment ? commented : sql`${every} - ${commented}`}, 0)::bigint`
}

/** The sums of a score hold those of all scores beside it. */
function toSummary({ sent, responses, replied, comments, counts }: SummaryRow, asked_score: number | undefined): TicketSummary {
  const scores = counts.map((count, index) => ({ score: index + 1, count: asked_score === undefined || asked_score === index + 1 ? count : 0 }))
  const sum_of = (value: (score: number) => number) => scores.reduce((sum, { score, count }) => sum + value(score) * count, 0)
  const [count, sum] = [sum_of(() => 1), sum_of((score) => score)]
  return {
    sent, responses, percent: quotient(100 * replied, sent, 2), average: quotient(sum, count, 2),
    interval: meanInterval({ count, sum, sum_of_squares: sum_of((score) => score * score) }, { min: 1, max: scores.length }), comments, scores,
  }
}

interface CompanyRow { subject_id: number, external_id: number | null, name: string | null, responses: number, invited: number, waiting: number, score_sum: number | null, score_count: number, last_answered_at: Date | null }

function toCompanyFigures(row: CompanyRow): CompanyFigures {
  const sent = row.invited + row.waiting
  return {
    company: row.name === null ? null : { id: row.subject_id, external_id: row.external_id, name: row.name },
    sent, responses: row.responses, percent: quotient(100 * row.invited, sent, 2), average: quotient(row.score_sum ?? 0, row.score_count, 2), last_answered_at: row.last_answered_at,
  }
}

interface StaffRow { subject_id: number, code: string, name: string, responses: number, comments: number, credit_sum: number | null, credit_count: number, last_answered_at: Date }

function toStaffFigures({ subject_id, code, name, responses, comments, credit_sum, credit_count, last_answered_at }: StaffRow): StaffFigures {
  return { staff: { id: subject_id, code, name }, responses, average: quotient(credit_sum ?? 0, credit_count, 2), comments, last_answered_at }
}
