import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from '@fastify/type-provider-typebox'
import type { Context } from '../../core/context.ts'
import { Invalid } from '../../core/errors.ts'
import type { AskedFilter } from '../../core/responses/names.ts'
import { listResponses } from '../../core/responses/list.ts'
import { contextFrom, plainSite } from './auth.ts'
import { DateArguments, toPeriod } from './dates.ts'
import { keywordArguments, toKeywordFilter, type KeywordFilters } from './keyword-filters.ts'
import { PageArguments, setPageHeaders, toPage } from './paging.ts'
import { toMultiSiteRecord, toTicketRecord } from './shapes.ts'
import { OptionalText } from './validation.ts'

const FILTERS: KeywordFilters = {
  SRServiceRecID: (case_number) => ({ case_number }),
  Keywords: (phrase) => ({ phrases: [phrase] }),
  mKeywords: (phrases) => ({ phrases: phrasesOf(phrases) }),
  CompanyName: (company_name) => ({ company_name }),
  ContactEmail: (contact_email) => ({ contact_email }),
  AssignedResources: (assigned) => ({ assigned }),
  BoardName: (board_name) => ({ board_name }),
}

/** The arguments of every list of ticket responses. */
export const ResponseArguments = Type.Object({
  memberName: OptionalText(500),
  ...keywordArguments(FILTERS),
  reviewType: Type.Optional(Type.Refine(Type.Integer(), (type) => type === 0 || type === 3, () => 'must be 0 (all responses) or 3 (only those with a comment)')),
  score: Type.Optional(Type.Integer({ minimum: 0 })),
  ...DateArguments.properties,
  ...PageArguments.properties,
})
export type ResponseArguments = Static<typeof ResponseArguments>

/** Answers one page of ticket responses; the route's schema says which version's fields are shown. */
export function listTicketResponses(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: ResponseArguments }>, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = contextFrom(request)
    const page = toPage(request.query)
    const { rows, total } = await listResponses(ctx, { ...toFilter(ctx, request.query), site_ids: [plainSite(ctx)] }, page)
    setPageHeaders(request, reply, public_url, page, total)
    return reply.send(rows.map((row) => toTicketRecord(row, ctx.account.score_scale_max)))
  }
}

/** Answers one page of the ticket responses of all sites, for keys of the whole account. */
export function listMultiSiteResponses(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: ResponseArguments }>, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = contextFrom(request)
    const page = toPage(request.query)
    const { rows, total } = await listResponses(ctx, toFilter(ctx, request.query), page)
    setPageHeaders(request, reply, public_url, page, total)
    return reply.send(rows.map((row) => toMultiSiteRecord(row, ctx.account.score_scale_max)))
  }
}

/** The responses that these arguments ask for, of whatever site: those about satisfaction, and not about a project. Throws Invalid. */
export function toFilter(ctx: Context, query: ResponseArguments): AskedFilter {
  const { account: { time_zone, score_scale_max } } = ctx
  checkScore(query, score_scale_max)
  return {
    not_kind: 'project',
    headline_metric: 'csat',
    ...toKeywordFilter(FILTERS, query),
    ...query.memberName ? { technician: query.memberName.trim() } : {},
    ...query.reviewType === 3 ? { has_comment: true } : {},
    ...query.score ? { score: query.score } : {},
    ...toPeriod(query, time_zone),
  }
}

function phrasesOf(keyword: string): string[] {
  const phrases = keyword.split(',').map((phrase) => phrase.trim()).filter((phrase) => phrase !== '')
  if (phrases.length === 0) throw new Invalid([{ field: 'keyword', code: 'custom', info: { message: 'must have a phrase between its commas' } }])
  return phrases
}

/** What no schema says: the scale is the account's. */
function checkScore({ score }: ResponseArguments, scale_max: number): void {
  if (score !== undefined && score > scale_max) throw new Invalid([{ field: 'score', code: 'custom', info: { message: `must be 1 to ${scale_max}, or 0 for all` } }])
}
