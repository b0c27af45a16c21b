import type { FastifyReply, FastifyRequest } from 'fastify'
import { submitProject } from '../../core/cases/submit.ts'
import { contextFrom } from './auth.ts'
import { toProjectInput, type Project } from './shapes.ts'

/** POST /v1/projects: a finished project comes in, and its contact is to be asked. 201, or 200 for one whose contact was asked before. */
export async function createProject(request: FastifyRequest<{ Body: Project }>, reply: FastifyReply): Promise<FastifyReply> {
  const ctx = contextFrom(request)
  const submitted = await submitProject(ctx, toProjectInput(request.body, ctx.account.time_zone))
  return reply.code(submitted.outcome === 'updated' ? 200 : 201).send(submitted)
}
