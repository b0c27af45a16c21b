import type { FastifyRequest } from 'fastify'
import { contextOf, type Actor, type Context, type UserRole } from '../../core/context.ts'
import { permits, type Area } from '../../core/oauth/scopes.ts'
import { openSession } from '../../core/sessions.ts'
import type { FaceOptions } from '../../http/face.ts'
import type { Arguments } from './arguments.ts'
import { authenticate } from './credentials.ts'
import { refuse } from './errors.ts'

/** A session opened for whoever came with a password: what the answer tells them. */
export interface NewSession { session_id: string, csrf_token: string | null, created_at: Date }

/** Who calls, known to be allowed to. */
export interface Caller {
  ctx: Context
  /** The one that was shown. */
  session: { session_id: string, created_at: Date } | null
  /** Opens one for whoever came with a password, the same one however often it is asked for; null for all others. */
  startSession: () => Promise<NewSession | null>
}

/** Roles from the least on: whoever has one may do what those before it may. What is a customer's own, the core knows. */
const RANKS: readonly UserRole[] = ['customer', 'collaborator', 'agent', 'admin', 'owner']

/** What a client's token has to be good for, by the first part of the path. What is not here is closed to clients. */
const AREAS: Readonly<Record<string, Area>> = { cases: 'conversations', conversations: 'conversations', users: 'users', teams: 'users', organizations: 'users', me: 'users', session: 'users', insights: 'insights' }

/** Who calls, if they may: at least of this role, and within their client's scopes. Refuses with PERMISSIONS_DENIED, and as authenticate does. */
export async function authorise(options: FaceOptions, request: FastifyRequest, query: Arguments, route: { method: string, url: string, needs: UserRole }): Promise<Caller> {
  const { principal, scopes, by_password, session } = await authenticate(options, request, query)
  const ctx = contextOf(options.ground, principal.account, principal.actor)
  if (RANKS.indexOf(roleOf(principal.actor)) < RANKS.indexOf(route.needs)) throw refuse('PERMISSIONS_DENIED')
  const area = AREAS[route.url.split('/')[1] ?? '']
  if (scopes && !(area && permits(scopes, area, route.method !== 'GET'))) throw refuse('PERMISSIONS_DENIED')
  let started: Promise<NewSession> | undefined
  return { ctx, session, startSession: async () => (by_password ? (started ??= startSession(ctx, request)) : null) }
}

/** A key acts as the owner. */
function roleOf(actor: Actor): UserRole {
  switch (actor.kind) {
    case 'user': return actor.role
    case 'customer': return 'customer'
    case 'key': return 'owner'
    case 'respondent':
    case 'system': throw new Error(`nobody authenticates as ${actor.kind}`)
    default: return actor satisfies never
  }
}

/** `X-CSRF: false`: they want no token, and will therefore not write by this session. */
async function startSession(ctx: Context, request: FastifyRequest): Promise<NewSession> {
  const { session_id, csrf_token, created_at } = await openSession(ctx)
  return { session_id, csrf_token: String(request.headers['x-csrf'] ?? '').toLowerCase() === 'false' ? null : csrf_token, created_at }
}
