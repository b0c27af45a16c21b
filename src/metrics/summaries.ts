import { sql, type RawBuilder } from 'kysely'
import { onlySite, type Context } from '../core/context.ts'
import { npsGroup, percentage } from '../core/scores.ts'
import type { Window } from './periods.ts'

/** What is counted. An empty list matches nothing. */
export interface SummaryFilter {
  survey_ids?: number[]
  site_ids?: number[]
  /** Responses that any of them gets the credit for; a rating about one staff member counts for that one only. */
  staff_ids?: number[]
  /** Part of a company's name, in any letter case. */
  company_name?: string
}

/** Invitations sent in the window: how many there are, how many did not bounce, and how many of those were answered. */
export interface ResponseRate { sent: number, delivered: number, replied: number, percent: number | null }

/** Whole-number rates; null where there is nothing to divide by. */
export async function responseRate(ctx: Context, window: Window, filter: Pick<SummaryFilter, 'survey_ids' | 'site_ids'>): Promise<ResponseRate> {
  const { rows: [row] } = await sql<{ sent: number, delivered: number, replied: number }>`
    select count(*) as sent, count(*) filter (where bounced_at is null) as delivered, count(*) filter (where bounced_at is null and answered_at is not null) as replied
    from invitations f
    where account_id = ${ctx.account.id} and sent_at between ${window.from} and ${window.to} ${placeConditions(ctx, filter)}`.execute(ctx.db)
  const { sent, delivered, replied } = row ?? { sent: 0, delivered: 0, replied: 0 }
  return { sent, delivered, replied, percent: percentage(replied, delivered) }
}

export interface NetPromoterScore { score: number | null, promoters: number, passives: number, detractors: number, total: number }

/** 100 × (promoters − detractors) / all ratings of NPS questions, on whatever scale they were asked. */
export async function netPromoterScore(ctx: Context, window: Window, filter: SummaryFilter): Promise<NetPromoterScore> {
  const rows = await countFacts<{ value: number, scale_min: number, scale_max: number }>(ctx, 'nps', sql`value, scale_min, scale_max`, window, filter)
  const groups = { promoter: 0, passive: 0, detractor: 0 }
  for (const row of rows) groups[npsGroup(row.value, { min: row.scale_min, max: row.scale_max })] += row.count
  const total = groups.promoter + groups.passive + groups.detractor
  return { score: percentage(groups.promoter - groups.detractor, total), promoters: groups.promoter, passives: groups.passive, detractors: groups.detractor, total }
}

/** How many ratings of CSAT questions there are of each sentiment, worst first, and the share of the best two. */
export interface Satisfaction { percent: number | null, counts: [number, number, number, number, number], total: number }

export async function satisfaction(ctx: Context, window: Window, filter: SummaryFilter): Promise<Satisfaction> {
  const rows = await countFacts<{ sentiment: number }>(ctx, 'csat', sql`sentiment`, window, filter)
  const count = (sentiment: number) => rows.find((row) => row.sentiment === sentiment)?.count ?? 0
  const counts: Satisfaction['counts'] = [count(0), count(1), count(2), count(3), count(4)]
  const total = counts.reduce((sum, one) => sum + one, 0)
  return { percent: percentage(counts[3] + counts[4], total), counts, total }
}

/** A handful of rows, however many facts there are: they are grouped where they lie. */
async function countFacts<T>(ctx: Context, metric: 'csat' | 'nps', columns: RawBuilder<unknown>, window: Window, filter: SummaryFilter): Promise<(T & { count: number })[]> {
  const facts = sql`
    select f.account_id, f.answer_id, f.survey_id, ${columns} from rating_facts f
    where f.account_id = ${ctx.account.id} and f.metric = ${metric} and f.dated_at between ${window.from} and ${window.to}
      ${placeConditions(ctx, filter)} ${companyCondition(ctx, filter)} ${creditCondition(filter)}`
  const result = filter.staff_ids
    ? await sql<T & { count: number }>`with credited as materialized (${facts}) select ${columns}, count(*) as count from credited f where ${isAboutAnyOf(ctx, filter.staff_ids)} group by ${columns}`.execute(ctx.db)
    : await sql<T & { count: number }>`select ${columns}, count(*) as count from (${facts}) f group by ${columns}`.execute(ctx.db)
  return result.rows
}

function placeConditions(ctx: Context, filter: SummaryFilter): RawBuilder<unknown> {
  const own = onlySite(ctx)
  return sql`${filter.survey_ids ? sql`and f.survey_id = any(${filter.survey_ids}::bigint[])` : sql``}
    ${filter.site_ids ? sql`and f.site_id = any(${filter.site_ids}::bigint[])` : sql``}
    ${own === null ? sql`` : sql`and f.site_id = ${own}`}`
}

function companyCondition(ctx: Context, { company_name }: SummaryFilter): RawBuilder<unknown> {
  if (company_name === undefined) return sql``
  return sql`and f.company_id in (select id from companies where account_id = ${ctx.account.id} and position(lower(${company_name}) in lower(name)) > 0)`
}

function creditCondition({ staff_ids }: SummaryFilter): RawBuilder<unknown> {
  if (!staff_ids) return sql``
  return sql`and exists (select from response_staff s where s.account_id = f.account_id and s.response_id = f.response_id and s.staff_id = any(${staff_ids}::bigint[]))`
}

/** Asked of the few that are left, and looked up only for surveys that ask about each staff member. */
function isAboutAnyOf(ctx: Context, staff_ids: number[]): RawBuilder<unknown> {
  return sql`case when f.survey_id in (
      select p.survey_id from survey_questions p join questions q on q.account_id = p.account_id and q.id = p.question_id where p.account_id = ${ctx.account.id} and q.per_staff)
    then (select a.staff_id is null or a.staff_id = any(${staff_ids}::bigint[]) from answers a where a.account_id = f.account_id and a.id = f.answer_id) else true end`
}
