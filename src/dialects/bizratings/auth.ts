import type { FastifyRequest } from 'fastify'
import { findAccessToken } from '../../core/access-tokens.ts'
import { onlySite, contextOf, type Context, type Ground, type Principal } from '../../core/context.ts'
import { Forbidden, Unauthenticated } from '../../core/errors.ts'
import { findKey } from '../../core/keys.ts'

/** Where a request keeps its caller's context. */
export const contextDecorator = 'bizratings_context'

/** Who calls: `Authorization: Bearer` and an API key, or an access token that was traded for one's client id and secret. Throws Unauthenticated. */
export async function authenticate(ground: Ground, authorization: string | undefined): Promise<Principal> {
  const bearer = /^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  if (bearer === undefined) throw new Unauthenticated('send your API key as "Authorization: Bearer KEY"')
  const principal = (await findAccessToken(ground, bearer)) ?? (await findKey(ground, bearer))
  if (!principal) throw new Unauthenticated('this API key or access token is not known, or no longer good')
  return principal
}

/** Before anything else is looked at: a request gets the context of its caller. */
export function authHook(ground: Ground): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const { account, actor } = await authenticate(ground, request.headers.authorization)
    request.setDecorator<Context>(contextDecorator, contextOf(ground, account, actor))
  }
}

export function contextFrom(request: Pick<FastifyRequest, 'getDecorator'>): Context {
  return request.getDecorator<Context>(contextDecorator)
}

/** A route's own hook, before its arguments are looked at: what speaks of all sites is not for a key of one. Throws Forbidden. */
export async function requireAllSites(request: Pick<FastifyRequest, 'getDecorator'>): Promise<void> {
  if (onlySite(contextFrom(request)) !== null) throw new Forbidden('this speaks of all sites, and the key is limited to one')
}

/** The one site that the plain endpoints speak of: the key's own, else the account's default site, since all sites together have endpoints of their own. */
export function plainSite(ctx: Context): number {
  return onlySite(ctx) ?? ctx.account.default_site_id
}
