import type { Context } from '../core/context.ts'
import { withinSite } from '../core/responses/list.ts'
import { findNames } from '../core/responses/names.ts'
import { percentage } from '../core/scores.ts'
import { countSent } from './invitation-counts.ts'
import type { Window } from './periods.ts'
import { countRatings, type Buckets } from './rating-counts.ts'

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
  const counts = await countSent(ctx, { ...withinSite(ctx, filter), ...rangeOf(window) })
  return { ...counts, percent: percentage(counts.replied, counts.delivered) }
}

export interface NetPromoterScore { score: number | null, promoters: number, passives: number, detractors: number, total: number }

/** 100 × (promoters − detractors) / all ratings of NPS questions, on whatever scale they were asked. */
export async function netPromoterScore(ctx: Context, window: Window, filter: SummaryFilter): Promise<NetPromoterScore> {
  const [detractors, passives, promoters] = await countOf(ctx, 'nps', window, filter)
  const total = promoters + passives + detractors
  return { score: percentage(promoters - detractors, total), promoters, passives, detractors, total }
}

/** How many ratings of CSAT questions there are of each sentiment, worst first, and the share of the best two. */
export interface Satisfaction { percent: number | null, counts: Buckets, total: number }

export async function satisfaction(ctx: Context, window: Window, filter: SummaryFilter): Promise<Satisfaction> {
  const counts = await countOf(ctx, 'csat', window, filter)
  const total = counts.reduce((sum, one) => sum + one, 0)
  return { percent: percentage(counts[3] + counts[4], total), counts, total }
}

async function countOf(ctx: Context, metric: 'csat' | 'nps', window: Window, filter: SummaryFilter): Promise<Buckets> {
  return countRatings(ctx, metric, { ...withinSite(ctx, await findNames(ctx, filter)), ...rangeOf(window) })
}

/** Both ends of a window are in it, and times are whole milliseconds. */
function rangeOf({ from, to }: Window): { from: Date, to: Date } {
  return { from, to: new Date(to.getTime() + 1) }
}
