import type { FastifyRequest } from 'fastify'
import type { Context } from '../../core/context.ts'
import { chooseWindow, PERIOD_NAMES, windowBetween, windowSince, type Window } from '../../metrics/periods.ts'
import { netPromoterScore, responseRate, satisfaction, type SummaryFilter } from '../../metrics/summaries.ts'
import { callerOf } from './auth.ts'
import { integer, many, oneOf, readQuery, text, time } from './parameters.ts'
import type { Csat, Nps, ResponseRate } from './shapes.ts'

const ids = many(integer())
const WINDOW = { from_time: time, to_time: time, period: oneOf(PERIOD_NAMES) }
const PLACE = { survey_ids: ids, site_ids: ids }
const RATINGS = { ...WINDOW, ...PLACE, company_name: text, staff_ids: ids }

/** GET /response_rate: of the 30 days before yesterday, so that everybody had a day to reply. The document's part on periods speaks of all metrics, so `period` is taken here too. */
export async function showResponseRate(request: FastifyRequest): Promise<ResponseRate> {
  const { ctx } = callerOf(request)
  const asked = readQuery({ ...WINDOW, ...PLACE }, request.query)
  const rate = await responseRate(ctx, askedWindow(ctx, asked, windowBetween(32, 2, ctx.account, ctx.now())), toFilter(asked))
  return { response_rate_percent: rate.percent, sent_count: rate.sent, delivered_count: rate.delivered, reply_count: rate.replied }
}

/** GET /nps */
export async function showNps(request: FastifyRequest): Promise<Nps> {
  const { ctx } = callerOf(request)
  const asked = readQuery(RATINGS, request.query)
  const nps = await netPromoterScore(ctx, askedWindow(ctx, asked, windowSince(30, ctx.account, ctx.now())), toFilter(asked))
  return { net_promoter_score: nps.score, promoter_count: nps.promoters, passive_count: nps.passives, detractor_count: nps.detractors, total_number_of_ratings: nps.total }
}

/** GET /csat */
export async function showCsat(request: FastifyRequest): Promise<Csat> {
  const { ctx } = callerOf(request)
  const asked = readQuery(RATINGS, request.query)
  const csat = await satisfaction(ctx, askedWindow(ctx, asked, windowSince(30, ctx.account, ctx.now())), toFilter(asked))
  const [very_negative_count, negative_count, neutral_count, positive_count, very_positive_count] = csat.counts
  return { csat: csat.percent, very_negative_count, negative_count, neutral_count, positive_count, very_positive_count, total_number_of_ratings: csat.total }
}

function askedWindow(ctx: Context, asked: { from_time: Date | null, to_time: Date | null, period: string | null }, usual: Window): Window {
  return chooseWindow({ period: asked.period, from: asked.from_time, to: asked.to_time }, usual, ctx.account, ctx.now())
}

function toFilter(asked: { survey_ids: number[] | null, site_ids: number[] | null, staff_ids?: number[] | null, company_name?: string | null }): SummaryFilter {
  const { survey_ids, site_ids, staff_ids, company_name } = asked
  return { ...(survey_ids?.length && { survey_ids }), ...(site_ids?.length && { site_ids }), ...(staff_ids?.length && { staff_ids }), ...(company_name && { company_name }) }
}
