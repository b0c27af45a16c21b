import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { findSession } from '../core/sessions.ts'

const SESSION = 'earshot_session'
const CSRF = 'earshot_csrf'
/** As long as browsers keep any cookie: a session ends so long after its last use, which only the server knows. */
const KEPT_SECONDS = 400 * 86_400

export type WebSession = NonNullable<Awaited<ReturnType<typeof findSession>>> & { session_id: string, csrf_token: string }

/** Who is looking at this page, by their cookie; null for a visitor. `csrf_token` goes into each form, as the hidden field `csrf_token`. */
export async function findWebSession(ground: Ground, request: FastifyRequest): Promise<WebSession | null> {
  const session_id = readCookie(request, SESSION)
  const session = session_id ? await findSession(ground, session_id) : null
  return session && session_id ? { ...session, session_id, csrf_token: readCookie(request, CSRF) ?? '' } : null
}

/** The session that a browser brings along; null where it brings none. Whoever takes it for a write has to see that the write was meant. */
export function sessionCookie(request: FastifyRequest): string | null {
  return readCookie(request, SESSION) ?? null
}

/** Keeps a session that was just opened in the browser. Pages of other sites cannot use it, and scripts cannot read it. */
export function setSessionCookies(request: FastifyRequest, reply: FastifyReply, session: { session_id: string, csrf_token: string }): void {
  reply.header('set-cookie', [cookieLine(request, SESSION, session.session_id, KEPT_SECONDS), cookieLine(request, CSRF, session.csrf_token, KEPT_SECONDS)])
}

/** Makes the browser forget. */
export function clearSessionCookies(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', [cookieLine(request, SESSION, '', 0), cookieLine(request, CSRF, '', 0)])
}

/** A cookie of ours: all are base64url, so that nothing needs escaping. */
export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const pair = request.headers.cookie?.split(';').map((part) => part.trim()).find((part) => part.startsWith(`${name}=`))
  return pair?.slice(name.length + 1)
}

/** Lax, not strict: a link from a mail shall find its reader logged in. */
function cookieLine(request: FastifyRequest, name: string, value: string, kept_seconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${kept_seconds}; HttpOnly; SameSite=Lax${request.protocol === 'https' ? '; Secure' : ''}`
}
