import type { FastifyReply, FastifyRequest } from 'fastify'
import { findCaseRecord } from '../../core/case-record.ts'
import { submitTicket } from '../../core/cases/submit.ts'
import { Invalid } from '../../core/errors.ts'
import { contextFrom, plainSite } from './auth.ts'
import { moreTicketFaults, toSubmitted, toTicketInput, toTicketRecord, type Ticket, type TicketPath, type TicketRecord } from './shapes.ts'

/** A closed ticket comes in, and its contact is to be asked. What is wrong is told at once, though the schema finds some of it and the core the rest. */
export async function postTicket(request: FastifyRequest<{ Body: Ticket }>, reply: FastifyReply): Promise<FastifyReply> {
  const ctx = contextFrom(request)
  const { validationError: refused } = request
  if (refused) throw refused instanceof Invalid ? new Invalid([...refused.faults, ...moreTicketFaults(request.body, refused.faults, ctx.account.time_zone)]) : refused
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
