import type { FastifyRequest } from 'fastify'
import { onlySite, contextOf, type Context, type Ground, type Principal } from '../../core/context.ts'
import { Unauthenticated } from '../../core/errors.ts'
import { findKey } from '../../core/keys.ts'

/** Where a request keeps its caller's context. */
export const contextDecorator = 'bizratings_context'

/** Who calls: `Authorization: Bearer KEY`. Throws Unauthenticated. */
export async function authenticate(ground: Ground, authorization: string | undefined): Promise<Principal> {
  const key = /^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  if (key === undefined) throw new Unauthenticated('send your API key as "Authorization: Bearer KEY"')
  const principal = await findKey(ground, key)
  if (!principal) throw new Unauthenticated('this API key is not known, or no longer good')
  return principal
}

/** Before anything else is looked at: a request gets the context of its caller. */
export function authHook(ground: Ground): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const { account, actor } = await authenticate(ground, request.headers.authorization)
    request.setDecorator<Context>(contextDecorator, contextOf(ground, account, actor))
  }
}

export function contextFrom(request: FastifyRequest): Context {
  return request.getDecorator<Context>(contextDecorator)
}

/** The one site that the plain endpoints speak of: the key's own, else the account's default site, since all sites together have endpoints of their own. */
export function plainSite(ctx: Context): number {
  return onlySite(ctx) ?? ctx.account.default_site_id
}
