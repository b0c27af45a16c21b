import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { contextOf, type Context, type Ground, type Principal, type UserRole } from '../../core/context.ts'
import { LimitReached, Unauthenticated } from '../../core/errors.ts'
import { findKey } from '../../core/keys.ts'
import { addressBlock, checkLimit, countHit } from '../../core/rate-limits.ts'
import { findSession, openSession } from '../../core/sessions.ts'
import { logIn } from '../../core/users.ts'
import { clientAddress } from '../../http/address.ts'
import { sessionCookie } from '../../http/session-cookie.ts'
import { consistent, type Arguments } from './arguments.ts'
import { Refused, refuse } from './errors.ts'

/** A session opened for whoever came with a password: what the answer tells them. */
export interface NewSession { session_id: string, csrf_token: string | null }

export interface Caller { ctx: Context, by_password: boolean }

/** Roles from the least on: whoever has one may do what those before it may. */
const RANKS: readonly UserRole[] = ['customer', 'collaborator', 'agent', 'admin', 'owner']

/** How customers are known, beside users and keys: who a request comes from, null where it is no customer's. */
export type FindCustomer = (request: FastifyRequest) => Promise<Principal | null>

/**
 * Who calls, if they may: at least of this role. Refuses with AUTHORIZATION_REQUIRED, AUTHENTICATION_FAILED, AUTHENTICATION_LOCKED, SESSION_LOADING_FAILED, CSRF_FAILED,
 * PERMISSIONS_DENIED, PARAMETERS_INCONSISTENT.
 */
export async function authorise(ground: Ground, request: FastifyRequest, query: Arguments, role: UserRole, findCustomer?: FindCustomer): Promise<Caller> {
  const customer = await findCustomer?.(request)
  const { principal, by_password } = customer ? { principal: customer, by_password: false } : await authenticate(ground, request, query)
  const ctx = contextOf(ground, principal.account, principal.actor)
  if (RANKS.indexOf(roleOf(ctx)) < RANKS.indexOf(role)) throw refuse('PERMISSIONS_DENIED')
  return { ctx, by_password }
}

/** A session for whoever came with a password. `X-CSRF: false`: they want no token, and will therefore not write by this session. */
export async function startSession(ctx: Context, request: FastifyRequest): Promise<NewSession> {
  const { session_id, csrf_token } = await openSession(ctx)
  return { session_id, csrf_token: String(request.headers['x-csrf'] ?? '').toLowerCase() === 'false' ? null : csrf_token }
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

/** A key acts as the owner. */
function roleOf({ actor }: Context): UserRole {
  return actor.kind === 'user' ? actor.role : actor.kind === 'key' ? 'owner' : 'customer'
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

interface Found { principal: Principal, by_password: boolean }

/** A session that is named wins over credentials beside it; a browser's cookie, which comes along unasked, does not. */
async function authenticate(ground: Ground, request: FastifyRequest, query: Arguments): Promise<Found> {
  const { authorization } = request.headers
  const named = consistent('_session_id', [request.headers['x-session-id'], query.get('_session_id')])
  const token = consistent('access_token', [bearerOf(authorization), query.get('access_token')])
  const has_credentials = authorization !== undefined || token !== null
  const session_id = has_credentials ? named : consistent('_session_id', [named, sessionCookie(request)])
  if (session_id !== null) return { principal: await loadSession(ground, request, session_id), by_password: false }
  if (token !== null) return { principal: (await findKey(ground, token)) ?? fail(), by_password: false }
  if (authorization !== undefined) return { principal: await logInBasic(ground, request, authorization), by_password: true }
  throw refuse('AUTHORIZATION_REQUIRED')
}

function bearerOf(authorization: string | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null
}

/** Only sessions can be abused by other sites, so that only they show the token; and only where something is written. */
async function loadSession(ground: Ground, request: FastifyRequest, session_id: string): Promise<Principal> {
  const session = await findSession(ground, session_id)
  if (!session) throw refuse('SESSION_LOADING_FAILED')
  const writes = request.method !== 'GET' && request.method !== 'HEAD'
  if (writes && !session.checkCsrf(String(request.headers['x-csrf-token'] ?? ''))) throw refuse('CSRF_FAILED')
  return session
}

async function logInBasic(ground: Ground, request: FastifyRequest, authorization: string): Promise<Principal> {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization)?.[1] ?? fail()
  const [, email, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? fail()
  if (!email || !password || email.includes('\u0000')) return fail()
  try {
    return await logIn(ground, { email, password, client_address: clientAddress(request) })
  } catch (error) {
    if (error instanceof LimitReached) throw new Refused([{ code: 'AUTHENTICATION_LOCKED' }], { headers: { 'retry-after': String(error.retry_after) } })
    throw error
  }
}

function fail(): never {
  throw new Unauthenticated('wrong credentials')
}
