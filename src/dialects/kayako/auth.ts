import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { contextOf, type Actor, type Context, type Ground, type UserRole } from '../../core/context.ts'
import { permits, type Area } from '../../core/oauth/scopes.ts'
import { addressBlock, checkLimit, countHit } from '../../core/rate-limits.ts'
import { openSession } from '../../core/sessions.ts'
import { clientAddress } from '../../http/address.ts'
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

const HASH_WINDOW_SECONDS = 600
const WRONG_HASHES = 50
const HASH_CALLS = 2000

/** Lets a public call with a hash through while its address has not tried too many: in ten minutes 50 that were refused, or 2000 in all. */
export async function limitHashes<T>(ground: Ground, request: FastifyRequest, call: () => Promise<T>): Promise<T> {
  const address = createHash('sha256').update(addressBlock(clientAddress(request))).digest('base64url')
  await checkLimit(ground, `wrong hash ${address}`, WRONG_HASHES, HASH_WINDOW_SECONDS)
  await countHit(ground, `hash ${address}`, HASH_CALLS, HASH_WINDOW_SECONDS)
  try {
    return await call()
  } catch (error) {
    if (error instanceof Error && error.name === 'Forbidden') await countHit(ground, `wrong hash ${address}`, WRONG_HASHES, HASH_WINDOW_SECONDS)
    throw error
  }
}

const CUSTOMER_WINDOW_SECONDS = 600
const CUSTOMER_WRITES = 200

/** A customer may begin 200 conversations, or rate so often, in ten minutes. Fingerprints are anybody's to invent, so that visitors are counted by their address. */
export async function limitCustomer(ctx: Context, request: FastifyRequest): Promise<void> {
  if (ctx.actor.kind !== 'customer') return
  const { contact_id, fingerprint_id } = ctx.actor
  const who = fingerprint_id === null ? `contact ${contact_id}` : `visitors at ${createHash('sha256').update(addressBlock(clientAddress(request))).digest('base64url')}`
  await countHit(ctx, `${ctx.account.id} ${who}`, CUSTOMER_WRITES, CUSTOMER_WINDOW_SECONDS)
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
