import type { FastifyRequest } from 'fastify'
import { contextOf, type Context, type Ground } from '../../core/context.ts'
import { Unauthenticated } from '../../core/errors.ts'
import { findKey } from '../../core/keys.ts'

/** Where a request keeps its caller's context. */
export const contextDecorator = 'earshot_context'

/** Before anything else is looked at: who calls, by `Authorization: Bearer` and an API key. Throws Unauthenticated. */
export function authHook(ground: Ground): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const key = /^Bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1]
    if (key === undefined) throw new Unauthenticated('send your API key as "Authorization: Bearer KEY"')
    const principal = await findKey(ground, key)
    if (!principal) throw new Unauthenticated('this API key is not known, or no longer good')
    request.setDecorator<Context>(contextDecorator, contextOf(ground, principal.account, principal.actor))
  }
}

export function contextFrom(request: Pick<FastifyRequest, 'getDecorator'>): Context {
  return request.getDecorator<Context>(contextDecorator)
}
