import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from '@fastify/type-provider-typebox'
import { listResponses } from '../../core/responses/list.ts'
import { contextFrom, plainSite } from './auth.ts'
import { DateArguments, toPeriod } from './dates.ts'
import { keywordArguments, toKeywordFilter, type KeywordFilters } from './keyword-filters.ts'
import { PageArguments, setPageHeaders, toPage } from './paging.ts'
import { ResponseArguments } from './responses.ts'
import { toProjectRecord } from './shapes.ts'

const FILTERS: KeywordFilters = {
  PRecId: (case_number) => ({ case_number }),
  ProjectMgr: (manager) => ({ manager }),
  CompanyName: (company_name) => ({ company_name }),
  ContactName: (contact_name) => ({ contact_name }),
}

const { reviewType } = ResponseArguments.properties

/** The arguments of the list of responses about projects. */
export const ProjectArguments = Type.Object({ ...keywordArguments(FILTERS), reviewType, ...DateArguments.properties, ...PageArguments.properties })
export type ProjectArguments = Static<typeof ProjectArguments>

/** Answers one page of responses about projects, those about satisfaction; the route's schema says which version's fields are shown. */
export function listProjectResponses(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: ProjectArguments }>, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = contextFrom(request)
    const page = toPage(request.query)
    const commented = request.query.reviewType === 3 ? { has_comment: true } : {}
    const filter = { ...toKeywordFilter(FILTERS, request.query), ...commented, ...toPeriod(request.query, ctx.account.time_zone) }
    const { rows, total } = await listResponses(ctx, { ...filter, kind: 'project', headline_metric: 'csat', site_ids: [plainSite(ctx)] }, page)
    setPageHeaders(request, reply, public_url, page, total)
    return reply.send(rows.map((row) => toProjectRecord(row, ctx.account.score_scale_max)))
  }
}
