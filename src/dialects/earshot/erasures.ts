import type { FastifyReply, FastifyRequest } from 'fastify'
import { getErasure, requestErasure } from '../../core/erasures.ts'
import { NotFound } from '../../core/errors.ts'
import { contextFrom } from './auth.ts'
import { toErasure, type Erasure, type ErasurePath, type ErasureRequest } from './shapes.ts'

/** POST /v1/erasures: a customer's personal data are to be deleted, by their address. 202: it is done in the background. */
export async function createErasure(request: FastifyRequest<{ Body: ErasureRequest }>, reply: FastifyReply): Promise<FastifyReply> {
  const erasure = await requestErasure(contextFrom(request), request.body.email)
  return reply.code(202).header('location', `/v1/erasures/${erasure.id}`).send(toErasure(erasure))
}

/** GET /v1/erasures/:id: how far it is. */
export async function showErasure(request: FastifyRequest<{ Params: ErasurePath }>): Promise<Erasure> {
  const { id } = request.params
  if (!/^\d{1,15}$/.test(id)) throw new NotFound(`the account has no erasure ${id}`)
  return toErasure(await getErasure(contextFrom(request), Number(id)))
}
