import type { FastifyReply, FastifyRequest } from 'fastify'
import { findCaseRecord } from '../../core/case-record.ts'
import { submitTicket } from '../../core/cases.ts'
import { contextFrom, plainSite } from './auth.ts'
import { toSubmitted, toTicketInput, toTicketRecord, type Ticket, type TicketPath, type TicketRecord } from './shapes.ts'

/** A closed ticket comes in, and its contact is to be asked. */
export async function postTicket(request: FastifyRequest<{ Body: Ticket }>, reply: FastifyReply): Promise<FastifyReply> {
  const ctx = contextFrom(request)
  const submitted = await submitTicket(ctx, toTicketInput(request.body, ctx.account.time_zone))
  const { code, body } = toSubmitted(request.body.ticketID, submitted)
  return reply.code(code).send(body)
}

/** The newest record of one ticket. */
export async function getTicket(request: FastifyRequest<{ Params: TicketPath }>): Promise<TicketRecord> {
  const ctx = contextFrom(request)
  const record = await findCaseRecord(ctx, { number: request.params.ticketno, site_id: plainSite(ctx) })
  return toTicketRecord(record, ctx.account.score_scale_max)
}
