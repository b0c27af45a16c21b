import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PageFacts } from '../core/clicks/evidence.ts'
import { noteTouch } from '../core/clicks/touches.ts'
import { findEditable } from '../core/responses/edit.ts'
import { hashToken, makeToken } from '../core/secret-tokens.ts'
import { clientAddress } from '../http/address.ts'
import type { FaceOptions } from '../http/face.ts'
import { readCookie } from '../http/session-cookie.ts'
import { withLocale } from './language.ts'

/** What these pages are given. */
export interface SurveyFace extends FaceOptions { isScannerNetwork: (address: string) => boolean }

/** What a form carries so that it can be told which page it came from, and when that was handed out. */
export interface PageTicket { value: string }

const COOKIE = 'earshot_page'
/** The longest time in which a response may be changed. */
const KEPT_SECONDS = 30 * 86_400

/** A link as it is followed: its name in touches, where its pages lie, and the score that it chooses, if it does. */
export interface FollowedLink { account_id: number, link: string, path: string, score: number | null, is_trap: boolean }

/**
 * Hands a page out: notes that the link was followed, and gives the browser a page session (its own, where it has one), by which its form is known. That is all that a GET or HEAD ever writes. Where the browser keeps
 * no cookies the form alone carries it. What is noted needs no waiting for until the page goes.
 */
export function handOut({ ground, secret }: Pick<FaceOptions, 'ground' | 'secret'>, request: FastifyRequest, reply: FastifyReply, followed: FollowedLink): { ticket: PageTicket, noted: Promise<void> } {
  const { account_id, link, score, is_trap } = followed
  const session = openSession(request, reply, followed.path)
  const noted = noteTouch(ground, {
    account_id, link, method: request.method, score, is_trap, address: clientAddress(request), user_agent: request.headers['user-agent'] ?? null,
    accept_language: request.headers['accept-language'] ?? null, fetch_headers: fetchHeaders(request), page_session: sessionHash(session),
  })
  return { ticket: makeTicket(secret, link, ground.now(), session), noted }
}

/** The same for a link that is everybody's: who follows it is nobody's business. */
export function handOutOpen({ ground, secret }: Pick<FaceOptions, 'ground' | 'secret'>, request: FastifyRequest, reply: FastifyReply, link: string, path: string): PageTicket {
  return makeTicket(secret, link, ground.now(), openSession(request, reply, path))
}

/** What the page of this link knows of the form that was sent, or of the click that its script reports. */
export function readPage({ secret, isScannerNetwork }: Pick<SurveyFace, 'secret' | 'isScannerNetwork'>, request: FastifyRequest, link: string): PageFacts {
  const body: Record<string, unknown> = typeof request.body === 'object' && request.body !== null ? { ...request.body } : {}
  const [issued = '', session = '', signature = ''] = typeof body.page === 'string' ? body.page.split('.') : []
  const is_ours = isSame(signature, sign(secret, link, issued, session))
  return {
    link, page_session: is_ours ? sessionHash(session) : null, issued_at: is_ours ? new Date(Number.parseInt(issued, 36)) : null,
    is_trapped: typeof body.website === 'string' && body.website.trim() !== '', cookie_returned: is_ours && sessionCookie(request) === session,
    accept_language: request.headers['accept-language']?.slice(0, 100) ?? null, gesture: body.gesture === '1', from_scanner_network: isScannerNetwork(clientAddress(request)),
  }
}

/** The ticket that came with a form, for the page that shows it again. */
export function ticketOf({ body }: FastifyRequest): PageTicket {
  return { value: typeof body === 'object' && body !== null && 'page' in body && typeof body.page === 'string' ? body.page.slice(0, 100) : '' }
}

/** The page session of whoever looks at a page, as a response keeps it; null for a browser that brings none. */
export function pageSession(request: FastifyRequest): string | null {
  const session = sessionCookie(request)
  return session === null ? null : sessionHash(session)
}

/** Where this browser may change what it sent; null where it may not. */
export async function findChangeLink({ ground }: Pick<FaceOptions, 'ground'>, request: FastifyRequest<{ Params: { token: string } }>): Promise<string | null> {
  const { token } = request.params
  return await findEditable(ground, token, pageSession(request)) ? withLocale(`/surveys/${token}/change`, request) : null
}

function sessionCookie(request: FastifyRequest): string | null {
  const session = readCookie(request, COOKIE) ?? ''
  return /^[\w-]{22}$/.test(session) ? session : null
}

function sessionHash(session: string): string {
  return hashToken(session).toString('base64url').slice(0, 22)
}

function openSession(request: FastifyRequest, reply: FastifyReply, path: string): string {
  const session = sessionCookie(request) ?? makeToken(16)
  reply.header('set-cookie', `${COOKIE}=${session}; Path=${path}; Max-Age=${KEPT_SECONDS}; HttpOnly; SameSite=Lax${request.protocol === 'https' ? '; Secure' : ''}`)
  return session
}

function makeTicket(secret: string, link: string, now: Date, session: string): PageTicket {
  const issued = now.getTime().toString(36)
  return { value: `${issued}.${session}.${sign(secret, link, issued, session)}` }
}

/** What browsers tell of themselves and old machines do not. */
function fetchHeaders({ headers }: FastifyRequest): string | null {
  const told = ['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'sec-fetch-user', 'purpose', 'sec-purpose'].flatMap((name) => headers[name] === undefined ? [] : [`${name}=${String(headers[name])}`])
  return told.length === 0 ? null : told.join(' ')
}

function sign(secret: string, link: string, issued: string, session: string): string {
  return createHmac('sha256', secret).update(`page\n${link}\n${issued}\n${session}`).digest('base64url').slice(0, 22)
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
