import { fastifyCookie as cookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { findSession } from '../core/sessions.ts'

const SESSION = 'earshot_session'
const CSRF = 'earshot_csrf'

export type WebSession = NonNullable<Awaited<ReturnType<typeof findSession>>> & { session_id: string, csrf_token: string }

/** Who is looking at this page, by their cookie; null for a visitor. `csrf_token` goes into each form, as the hidden field `csrf_token`. */
export async function findWebSession(ground: Ground, request: FastifyRequest): Promise<WebSession | null> {
  const cookies = cookie.parse(request.headers.cookie ?? '')
  const session_id = cookies[SESSION]
  const session = session_id ? await findSession(ground, session_id) : null
  return session && session_id ? { ...session, session_id, csrf_token: cookies[CSRF] ?? '' } : null
}

/** The session that a browser brings along; null where it brings none. Whoever takes it for a write has to see that the write was meant. */
export function sessionCookie(request: FastifyRequest): string | null {
  return cookie.parse(request.headers.cookie ?? '')[SESSION] ?? null
}

/** Keeps a session that was just opened in the browser. Pages of other sites cannot use it, and scripts cannot read it. */
export function setSessionCookies(request: FastifyRequest, reply: FastifyReply, session: { session_id: string, csrf_token: string, expires_at: Date }): void {
  const options = { ...cookieOptions(request), expires: session.expires_at }
  reply.header('set-cookie', [cookie.serialize(SESSION, session.session_id, options), cookie.serialize(CSRF, session.csrf_token, options)])
}

/** Makes the browser forget. */
export function clearSessionCookies(request: FastifyRequest, reply: FastifyReply): void {
  const options = { ...cookieOptions(request), maxAge: 0 }
  reply.header('set-cookie', [cookie.serialize(SESSION, '', options), cookie.serialize(CSRF, '', options)])
}

/** Lax, not strict: a link from a mail shall find its reader logged in. */
function cookieOptions(request: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: request.protocol === 'https' } as const
}
