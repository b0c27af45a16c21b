import { sql, type RawBuilder } from 'kysely'
import type { Context } from '../core/context.ts'
import { unansweredInvitations, type UnansweredFilter } from '../core/invitations/unanswered.ts'
import { filteredResponses, shownScore, type ResponseFilter } from '../core/responses/filter.ts'
import { withinSite, type Page } from '../core/responses/list.ts'
import { quotient } from '../core/scores.ts'
import { meanInterval, type Interval } from './mean-interval.ts'

/** Which records: responses, and invitations that were sent and have none. A record's date is when it was answered, else when it was sent. */
export interface RecordFilter extends UnansweredFilter {
  /** Asks of the responses only: what was sent stays what it was. */
  has_comment?: boolean
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

/** All records as one, in one look at the database. */
export async function ticketSummary(ctx: Context, filter: RecordFilter): Promise<TicketSummary> {
  const { has_comment, ...records } = withinSite(ctx, filter)
  const asked = has_comment === undefined ? sql`true` : has_comment ? sql`r.comment is not null` : sql`r.comment is null`
  const answered = filteredResponses(ctx, records).select([
    shownScore(ctx.account.score_scale_max).as('score'), sql`count(*) filter (where ${asked})`.as('responses'), sql`count(r.comment) filter (where ${asked})`.as('comments'),
    sql`count(r.invitation_id)`.as('invited'), sql`count(r.invitation_id) filter (where ${asked})`.as('replied'),
  ]).groupBy('score')
  const waiting = unansweredInvitations(ctx, records).select(sql`count(*)`.as('unanswered'))
  const { rows } = await sql<{ unanswered: number, score: number | null, responses: number | null, comments: number | null, invited: number | null, replied: number | null }>`
    select w.unanswered, a.score, a.responses, a.comments, a.invited, a.replied from (${waiting}) w left join (${answered}) a on true`.execute(ctx.db)
  return toSummary(ctx.account.score_scale_max, rows)
}

export interface CompanyFigures extends ResponseFigures { company: { id: number, external_id: number | null, name: string } | null, last_answered_at: Date | null }

/** A row for each company that was sent or answered something, and one for those of no company; the last to have answered first, then by name. One page, and how many rows there are in all. */
export async function companyReport(ctx: Context, filter: UnansweredFilter, page: Page): Promise<{ rows: CompanyFigures[], total: number }> {
  const records = withinSite(ctx, filter)
  const answered = filteredResponses(ctx, records).select([
    'r.company_id', sql`count(*)`.as('responses'), sql`count(r.invitation_id)`.as('invited'), sql`0`.as('unanswered'),
    sql`sum(${shownScore(ctx.account.score_scale_max)})`.as('score_sum'), sql`count(r.score_value)`.as('score_count'), sql`max(r.answered_at)`.as('last_answered_at'),
  ]).groupBy('r.company_id')
  const waiting = unansweredInvitations(ctx, records)
    .select(['v.company_id', sql`0`.as('responses'), sql`0`.as('invited'), sql`count(*)`.as('unanswered'), sql`0`.as('score_sum'), sql`0`.as('score_count'), sql`null::timestamptz`.as('last_answered_at')]).groupBy('v.company_id')
  const groups = sql`
    select g.company_id, o.external_id, o.name, g.responses, g.invited, g.unanswered, g.score_sum, g.score_count, g.last_answered_at
    from (select company_id, sum(responses)::bigint as responses, sum(invited)::bigint as invited, sum(unanswered)::bigint as unanswered, sum(score_sum)::bigint as score_sum,
        sum(score_count)::bigint as score_count, max(last_answered_at) as last_answered_at
      from (${answered} union all ${waiting}) u group by company_id) g
    left join companies o on o.account_id = ${ctx.account.id} and o.id = g.company_id`
  const { rows, total } = await pageOf<CompanyRow>(ctx, groups, sql`last_answered_at desc nulls last, lower(name) collate "C" nulls last, company_id`, page)
  return { rows: rows.map(toCompanyFigures), total }
}

export interface StaffFigures { staff: { id: number, code: string, name: string }, responses: number, average: number | null, comments: number, last_answered_at: Date }

/**
 * A row for each staff member who gets the credit for a response; the last to be answered about first, then by name. A response of two is in both their rows. Where a survey asks for
 * a rating of each staff member, the score is the one about this one. One page, and how many rows there are in all.
 */
export async function staffReport(ctx: Context, filter: ResponseFilter, page: Page): Promise<{ rows: StaffFigures[], total: number }> {
  const groups = sql`
    select s.id, s.code, s.name, g.responses, g.comments, g.score_sum, g.score_count, g.last_answered_at from (${await creditedResponses(ctx, filter, sql`c.staff_id`)}) g
    join staff s on s.account_id = ${ctx.account.id} and s.id = g.staff_id`
  const { rows, total } = await pageOf<StaffRow>(ctx, groups, sql`last_answered_at desc, lower(name) collate "C", id`, page)
  return { rows: rows.map(toStaffFigures), total }
}

export interface StaffSiteFigures extends StaffFigures { site: { id: number, name: string } }

/** The same with a row for each staff member and site. */
export async function staffSiteReport(ctx: Context, filter: ResponseFilter, page: Page): Promise<{ rows: StaffSiteFigures[], total: number }> {
  const groups = sql`
    select s.id, s.code, s.name, p.id as site_id, p.name as site_name, g.responses, g.comments, g.score_sum, g.score_count, g.last_answered_at
    from (${await creditedResponses(ctx, filter, sql`c.staff_id, c.site_id`)}) g
    join staff s on s.account_id = ${ctx.account.id} and s.id = g.staff_id
    join sites p on p.account_id = ${ctx.account.id} and p.id = g.site_id`
  const { rows, total } = await pageOf<StaffRow & { site_id: number, site_name: string }>(ctx, groups, sql`last_answered_at desc, lower(name) collate "C", id, site_id`, page)
  return { rows: rows.map((row) => ({ ...toStaffFigures(row), site: { id: row.site_id, name: row.site_name } })), total }
}

/** The responses once for each staff member who gets the credit, added up by these columns. */
async function creditedResponses(ctx: Context, filter: ResponseFilter, columns: RawBuilder<unknown>): Promise<RawBuilder<unknown>> {
  const responses = filteredResponses(ctx, withinSite(ctx, filter))
    .innerJoin('response_staff as rs', (join) => join.onRef('rs.account_id', '=', 'r.account_id').onRef('rs.response_id', '=', 'r.id'))
    .select(['rs.staff_id', 'r.site_id', 'r.comment', 'r.answered_at', creditedScore(ctx, await perStaffSurveys(ctx)).as('score')])
  return sql`select ${columns}, count(*) as responses, count(c.comment) as comments, sum(c.score)::bigint as score_sum, count(c.score) as score_count, max(c.answered_at) as last_answered_at
    from (${responses}) c group by ${columns}`
}

/** Surveys that ask for a rating of each staff member, in any of their versions: few, so that most responses are spared a look at their answers. */
async function perStaffSurveys(ctx: Context): Promise<number[]> {
  const rows = await ctx.db.selectFrom('survey_questions as sq').innerJoin('questions as q', (join) => join.onRef('q.account_id', '=', 'sq.account_id').onRef('q.id', '=', 'sq.question_id'))
    .where('sq.account_id', '=', ctx.account.id).where('q.per_staff', '=', true).where('q.type', '=', 'rating').where('q.metric', '=', 'csat').select('sq.survey_id').distinct().execute()
  return rows.map(({ survey_id }) => survey_id)
}

function creditedScore(ctx: Context, per_staff_surveys: number[]): RawBuilder<number | null> {
  const { score_scale_max } = ctx.account
  const own = shownScore(score_scale_max, { value: sql.ref('a.value'), min: sql.ref('q.scale_min'), max: sql.ref('q.scale_max') })
  return sql<number | null>`case when r.survey_id = any(${per_staff_surveys}::bigint[]) then (
      select ${own} from answers a
      join questions q on q.account_id = a.account_id and q.id = a.question_id and q.per_staff and q.type = 'rating' and q.metric = 'csat'
      join survey_questions sq on sq.account_id = a.account_id and sq.survey_id = r.survey_id and sq.version = r.survey_version and sq.question_id = a.question_id
      where a.account_id = r.account_id and a.response_id = r.id and a.staff_id = rs.staff_id order by sq.position limit 1)
    else ${shownScore(score_scale_max)} end`
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

interface ScoreRow { score: number | null, responses: number | null, comments: number | null, invited: number | null, replied: number | null, unanswered: number }

function toSummary(scale_max: number, rows: ScoreRow[]): TicketSummary {
  const total = (value: (row: ScoreRow) => number | null) => rows.reduce((sum, row) => sum + (value(row) ?? 0), 0)
  const counted = rows.filter(({ score }) => score !== null)
  const sum_of = (value: (score: number) => number) => counted.reduce((sum, { score, responses }) => sum + value(score ?? 0) * (responses ?? 0), 0)
  const [count, sum] = [sum_of(() => 1), sum_of((score) => score)]
  const sent = total(({ invited }) => invited) + (rows[0]?.unanswered ?? 0)
  return {
    sent, responses: total(({ responses }) => responses), percent: quotient(100 * total(({ replied }) => replied), sent, 2), average: quotient(sum, count, 2),
    interval: meanInterval({ count, sum, sum_of_squares: sum_of((score) => score * score) }, { min: 1, max: scale_max }), comments: total(({ comments }) => comments),
    scores: Array.from({ length: scale_max }, (_, index) => ({ score: index + 1, count: counted.find(({ score }) => score === index + 1)?.responses ?? 0 })),
  }
}

interface CompanyRow { company_id: number | null, external_id: number | null, name: string | null, responses: number, invited: number, unanswered: number, score_sum: number | null, score_count: number, last_answered_at: Date | null }

function toCompanyFigures(row: CompanyRow): CompanyFigures {
  const sent = row.invited + row.unanswered
  return {
    company: row.company_id === null || row.name === null ? null : { id: row.company_id, external_id: row.external_id, name: row.name },
    sent, responses: row.responses, percent: quotient(100 * row.invited, sent, 2), average: quotient(row.score_sum ?? 0, row.score_count, 2), last_answered_at: row.last_answered_at,
  }
}

interface StaffRow { id: number, code: string, name: string, responses: number, comments: number, score_sum: number | null, score_count: number, last_answered_at: Date }

function toStaffFigures({ id, code, name, responses, comments, score_sum, score_count, last_answered_at }: StaffRow): StaffFigures {
  return { staff: { id, code, name }, responses, average: quotient(score_sum ?? 0, score_count, 2), comments, last_answered_at }
}
