import type { FastifyRequest } from 'fastify'
import { contextOf, type Context, type Principal } from '../../core/context.ts'
import { Unauthenticated } from '../../core/errors.ts'
import { findKey } from '../../core/keys.ts'
import type { FaceOptions } from '../../http/face.ts'
import { Refusal } from './errors.ts'

export const callerDecorator = 'customersure_caller'

/** Who calls, and what our own addresses begin with. */
export interface Caller { readonly ctx: Context, readonly public_url: string }

/** Asked in the order decided: User-Agent, Accept, token. The body is read after that. */
export function authHook({ ground, public_url }: FaceOptions): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const { 'user-agent': agent, accept, authorization } = request.headers
    if (!agent?.trim()) throw new Refusal(403, 'Missing or invalid User Agent string')
    if (!acceptsOurs(accept)) throw new Refusal(406, `This needs the header "Accept: ${MEDIA_TYPE}"`)
    const key = tokenOf(authorization)
    const principal: Principal | null = key === null ? null : await findKey(ground, key)
    if (!principal) throw new Unauthenticated('Missing or invalid token')
    request.setDecorator<Caller>(callerDecorator, { ctx: contextOf(ground, principal.account, principal.actor), public_url })
  }
}

export function callerOf(request: Pick<FastifyRequest, 'getDecorator'>): Caller {
  return request.getDecorator<Caller>(callerDecorator)
}

const MEDIA_TYPE = 'application/vnd.customersure.v1+json'

/** The document's own samples send a semicolon after it; others may stand beside it. */
function acceptsOurs(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => range.split(';')[0]?.trim().toLowerCase() === MEDIA_TYPE)
}

/** `Token token=KEY`, quoted or not, among other parameters or alone. Cut at the commas first: one pattern for all of it takes exponential time where many commas lead nowhere. */
function tokenOf(authorization: string | undefined): string | null {
  const parameters = /^Token\s(.*)$/is.exec(authorization ?? '')?.[1]?.split(',') ?? []
  for (const parameter of parameters) {
    const match = /^\s*token\s*=\s*(?:"([^"]+)"|([^\s";]+))/i.exec(parameter)
    if (match) return match[1] ?? match[2] ?? null
  }
  return null
}
