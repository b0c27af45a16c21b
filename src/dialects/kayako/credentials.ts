import type { FastifyRequest } from 'fastify'
import { findGrantToken } from '../../core/access-tokens.ts'
import { findAccountOfHost } from '../../core/accounts.ts'
import type { Principal } from '../../core/context.ts'
import { LimitReached, Unauthenticated } from '../../core/errors.ts'
import { findOrCreateVisitor, findVisitor, isFingerprint } from '../../core/fingerprints.ts'
import { findKey } from '../../core/keys.ts'
import { finishLogIn } from '../../core/second-factors.ts'
import { findSession } from '../../core/sessions.ts'
import { logIn } from '../../core/users.ts'
import { clientAddress } from '../../http/address.ts'
import { readBasic } from '../../http/basic.ts'
import type { FaceOptions } from '../../http/face.ts'
import { isFromOtherSite } from '../../http/security.ts'
import { sessionCookie } from '../../http/session-cookie.ts'
import { consistent, type Arguments } from './arguments.ts'
import { Refused, refuse } from './errors.ts'

/** Who calls, and by what. Scopes only where a client calls for a user; a session only where one was shown. */
export interface Found {
  principal: Principal
  by_password: boolean
  scopes: string[] | null
  session: { session_id: string, created_at: Date } | null
}

/** What a request shows of its caller, each given in one place, or alike in several. */
interface Shown { session_id: string | null, bearer: string | null, auth_token: string | null, code: string | null, basic: string | undefined, fingerprint: string | null, cookie: string | null }

/**
 * Who calls. A session that is named wins over credentials beside it; a browser's cookie, which comes along unasked, counts where there is nothing else. Refuses with AUTHORIZATION_REQUIRED,
 * AUTHENTICATION_FAILED, AUTHENTICATION_LOCKED, OTP_EXPECTED, SESSION_LOADING_FAILED, CSRF_FAILED, PARAMETERS_INCONSISTENT, PARAMETER_INVALID (a fingerprint that is none).
 */
export async function authenticate(options: FaceOptions, request: FastifyRequest, query: Arguments): Promise<Found> {
  const shown = readShown(request, query)
  if (shown.session_id !== null) return loadSession(options, request, shown.session_id)
  if (shown.bearer !== null) return loadBearer(options, shown.bearer)
  if (shown.auth_token !== null) return byPassword(await locking(() => finish(options, shown.auth_token ?? '', shown.code)))
  if (shown.basic !== undefined) return byPassword(await locking(() => logInBasic(options, request, shown.basic ?? '', shown.code)))
  if (shown.fingerprint !== null) return { ...NOTHING_ELSE, principal: await loadVisitor(options, request, shown.fingerprint) }
  if (shown.cookie !== null) return loadSession(options, request, shown.cookie)
  throw refuse('AUTHORIZATION_REQUIRED')
}

const NOTHING_ELSE = { by_password: false, scopes: null, session: null }

function readShown(request: FastifyRequest, query: Arguments): Shown {
  const { headers } = request
  const { authorization } = headers
  const bearer = bearerOf(authorization)
  const named = consistent('_session_id', [headers['x-session-id'], query.get('_session_id')])
  const access_token = query.get('access_token')
  const shown = {
    session_id: named,
    // Whatever Authorization says, the argument has to say the same.
    bearer: consistent('access_token', [access_token === undefined ? bearer : bearer ?? authorization, access_token]),
    auth_token: consistent('_token', [headers['x-token'], query.get('_token')]),
    code: consistent('_otp', [headers['x-otp'], query.get('_otp')]),
    basic: bearer === null ? authorization : undefined,
    fingerprint: consistent('_fingerprint_id', [headers['x-fingerprint-id'], query.get('_fingerprint_id')]),
  }
  const is_alone = authorization === undefined && [shown.bearer, shown.auth_token, shown.fingerprint].every((one) => one === null)
  return { ...shown, cookie: is_alone ? consistent('_session_id', [named, sessionCookie(request)]) : null }
}

function bearerOf(authorization: string | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null
}

/** Only sessions can be abused by other sites, so that only they show the token; and only where something is written. */
async function loadSession({ ground }: FaceOptions, request: FastifyRequest, session_id: string): Promise<Found> {
  const session = await findSession(ground, session_id)
  if (!session) throw refuse('SESSION_LOADING_FAILED')
  if (isWrite(request) && !session.checkCsrf(String(request.headers['x-csrf-token'] ?? ''))) throw refuse('CSRF_FAILED')
  return { ...NOTHING_ELSE, principal: { account: session.account, actor: session.actor }, session: { session_id, created_at: session.created_at } }
}

/** A client's token, or an API key: each knows its own. */
async function loadBearer({ ground }: FaceOptions, token: string): Promise<Found> {
  const granted = await findGrantToken(ground, token)
  if (granted) return { ...NOTHING_ELSE, principal: granted, scopes: granted.scopes }
  return { ...NOTHING_ELSE, principal: (await findKey(ground, token)) ?? fail() }
}

function byPassword(principal: Principal): Found {
  return { ...NOTHING_ELSE, principal, by_password: true }
}

/** Once it was asked for a password, a browser adds it to whatever is sent here, also to a form on another site's page; it says from where that comes. */
async function logInBasic(options: FaceOptions, request: FastifyRequest, authorization: string, code: string | null): Promise<Principal> {
  if (isWrite(request) && isFromOtherSite(request)) throw refuse('CSRF_FAILED')
  const { name, password } = readBasic(authorization) ?? fail()
  const entry = await logIn(options.ground, { email: name, password, client_address: clientAddress(request) })
  return 'principal' in entry ? entry.principal : finish(options, entry.auth_token, code)
}

async function finish({ ground, secret }: FaceOptions, auth_token: string, code: string | null): Promise<Principal> {
  if (code === null) throw expectCode(auth_token)
  return finishLogIn(ground, secret, { auth_token, code })
}

/** The first step is done: what the second one is to be made with stands in the body. */
function expectCode(auth_token: string): Refused {
  return new Refused([{ code: 'OTP_EXPECTED' }], { body: { notifications: [{ type: 'INFO', message: 'This log-in has a second factor.' }], auth_token } })
}

/** Too many tries to log in have a code of their own. */
async function locking<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    if (error instanceof LimitReached) throw new Refused([{ code: 'AUTHENTICATION_LOCKED' }], { headers: { 'retry-after': String(error.retry_after) } })
    throw error
  }
}

/** Visitors name no account, so the host does. Whoever only looks is not written down. */
async function loadVisitor({ ground }: FaceOptions, request: FastifyRequest, uuid: string): Promise<Principal> {
  if (!isFingerprint(uuid)) throw refuse('PARAMETER_INVALID', { parameter: '_fingerprint_id', message: 'A fingerprint has to be a random UUID (version 4).' })
  const account = await findAccountOfHost(ground, request.hostname)
  if (!account) throw refuse('RESOURCE_NOT_FOUND', { message: 'It cannot be told which account is meant: call the host that begins with the account\'s subdomain.' })
  const actor = isWrite(request) ? await findOrCreateVisitor(ground, account, { uuid, client_address: clientAddress(request) }) : await findVisitor(ground, account, uuid)
  return { account, actor }
}

function isWrite({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

function fail(): never {
  throw new Unauthenticated('wrong credentials')
}
