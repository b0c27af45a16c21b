import type { FastifyRequest } from 'fastify'
import { acceptHeld, listHeld, restoreResponse, voidHeld, voidResponse } from '../../core/clicks/review.ts'
import type { Context } from '../../core/context.ts'
import { NotFound } from '../../core/errors.ts'
import { contextFrom } from './auth.ts'
import { toListed, toPage, type Listed } from './paging.ts'
import { toHeld, type Decided, type DecisionPath, type Held, type ReviewArguments } from './shapes.ts'

/** GET /v1/review: what is held and does not count, the latest first. */
export function listReview(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: ReviewArguments }>): Promise<Listed<Held>> => {
    const { state = 'suspected', ...page } = request.query
    const { rows, total } = await listHeld(contextFrom(request), state, toPage(page))
    return toListed(request, public_url, rows.map(toHeld), total)
  }
}

type Decision = FastifyRequest<{ Params: DecisionPath }>

/** POST /v1/review/:id/accept: a person gave it, so it counts. */
export const acceptReview = decided(acceptHeld)

/** POST /v1/review/:id/void: no person gave it, so it is put away. */
export const voidReview = decided(voidHeld)

/** POST /v1/responses/:id/void: a response counts no more. */
export const voidCounted = decided(voidResponse)

/** POST /v1/responses/:id/restore: what was voided is as it was before. */
export const restoreVoided = decided(restoreResponse)

function decided(decide: (ctx: Context, id: number) => Promise<Decided>) {
  return async (request: Decision): Promise<Decided> => {
    const { id } = request.params
    if (!/^\d{1,15}$/.test(id)) throw new NotFound(`the account has no response ${id}`)
    return decide(contextFrom(request), Number(id))
  }
}
