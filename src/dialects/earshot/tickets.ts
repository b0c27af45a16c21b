import type { FastifyReply, FastifyRequest } from 'fastify'
import { submitTicket } from '../../core/cases/submit.ts'
import { contextFrom } from './auth.ts'
import { toTicketInput, type Ticket } from './shapes.ts'

/** POST /v1/tickets: a closed ticket comes in, and its contact is to be asked. 201, or 200 for one whose contact was asked before. */
export async function createTicket(request: FastifyRequest<{ Body: Ticket }>, reply: FastifyReply): Promise<FastifyReply> {
  const ctx = contextFrom(request)
  const submitted = await submitTicket(ctx, toTicketInput(request.body, ctx.account.time_zone))
  return reply.code(submitted.outcome === 'updated' ? 200 : 201).send(submitted)
}
