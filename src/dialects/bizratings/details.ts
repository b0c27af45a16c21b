import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from '@fastify/type-provider-typebox'
import { listAnswers } from '../../core/responses/answer-list.ts'
import { contextFrom, plainSite } from './auth.ts'
import { DateArguments, toPeriod } from './dates.ts'
import { PageArguments, setPageHeaders, toPage } from './paging.ts'
import { toDetailRecord } from './shapes.ts'

/** The arguments of both lists of answers. */
export const DetailArguments = Type.Object({ ...DateArguments.properties, ...PageArguments.properties })
export type DetailArguments = Static<typeof DetailArguments>

/** Answers one page of the answers to surveys of a format, a row each. As with the ticket responses, those about projects are not among them. */
export function listDetails(public_url: string, survey_purpose: 'five_questions' | 'employee') {
  return async (request: FastifyRequest<{ Querystring: DetailArguments }>, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = contextFrom(request)
    const page = toPage(request.query)
    const { rows, total } = await listAnswers(ctx, { survey_purpose, not_kind: 'project', site_ids: [plainSite(ctx)], ...toPeriod(request.query, ctx.account.time_zone) }, page)
    setPageHeaders(request, reply, public_url, page, total)
    return reply.send(rows.map((row) => toDetailRecord(row, ctx.account.score_scale_max)))
  }
}
