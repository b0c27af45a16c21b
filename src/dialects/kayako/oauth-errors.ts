import type { FastifyReply, FastifyRequest } from 'fastify'
import { isCoreError, type CoreError } from '../../core/errors.ts'
import { Refused } from './errors.ts'

/** RFC 6749, 5.2, and two for what it has no words for. */
export type TokenErrorCode = 'invalid_request' | 'invalid_client' | 'invalid_grant' | 'unauthorized_client' | 'unsupported_grant_type' | 'invalid_scope' | 'too_many_requests' | 'server_error'

/** A request of a client that can't be answered. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal'
  readonly code: TokenErrorCode
  readonly statusCode: number
  readonly headers: Record<string, string>
  constructor(code: TokenErrorCode, description: string, status = 400, headers: Record<string, string> = {}) {
    super(description)
    this.code = code
    this.statusCode = status
    this.headers = headers
  }
}

/** Any error in these words. */
export function toTokenRefusal(error: unknown): TokenRefusal {
  if (error instanceof TokenRefusal) return error
  if (error instanceof Refused) return new TokenRefusal('invalid_request', error.problems[0]?.message ?? 'the request cannot be understood', error.statusCode)
  if (isCoreError(error)) return fromCore(error)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status < 500 ? new TokenRefusal('invalid_request', 'the request cannot be understood, or is too large', status) : new TokenRefusal('server_error', 'something went wrong here', 500)
}

/** Answers `{error, error_description}`. */
export function sendTokenError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode, headers, code, message } = toTokenRefusal(error)
  return sendUncached(reply.code(statusCode).headers(headers), { error: code, error_description: message })
}

/** What holds or refuses a secret is kept nowhere on its way. */
export function sendUncached(reply: FastifyReply, body: object): FastifyReply {
  return reply.header('cache-control', 'no-store').header('pragma', 'no-cache').send(body)
}

function fromCore(error: CoreError): TokenRefusal {
  switch (error.name) {
    case 'Unauthenticated': return new TokenRefusal('invalid_client', error.message, 401, { 'www-authenticate': 'Basic realm="Earshot", charset="UTF-8"' })
    case 'Forbidden': return new TokenRefusal('unauthorized_client', error.message)
    case 'Expired': return new TokenRefusal('invalid_grant', error.message)
    case 'Invalid': return new TokenRefusal(error.faults[0]?.field === 'scope' ? 'invalid_scope' : 'invalid_request', error.message)
    case 'LimitReached': return new TokenRefusal('too_many_requests', error.message, 429, { 'retry-after': String(error.retry_after) })
    case 'NotFound':
    case 'AlreadyAnswered': return new TokenRefusal('invalid_request', error.message)
    default: return error satisfies never
  }
}
