import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { isCoreError, type CoreError } from '../../core/errors.ts'

type Code = 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'too_many_requests' | 'server_error'

/** A request for a token that can't be answered, in the words of RFC 6749, 5.2. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal'
  readonly code: Code
  readonly statusCode: number
  constructor(code: Code, description: string) {
    super(description)
    this.code = code
    this.statusCode = code === 'invalid_client' ? 401 : 400
  }
}

/** Answers `{error, error_description}`: 401 with WWW-Authenticate for a client that is not known, 429 with Retry-After for too many tries, else 400. */
export function sendTokenError(error: FastifyError | CoreError | TokenRefusal, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, description, headers = {} } = outcomeOf(error)
  return reply.code(status).headers({ 'Cache-Control': 'no-store', 'Pragma': 'no-cache', ...headers }).send({ error: code, error_description: description })
}

interface Outcome { status: number, code: Code, description: string, headers?: Record<string, string> }

function outcomeOf(error: FastifyError | CoreError | TokenRefusal): Outcome {
  if (error instanceof TokenRefusal) return error.code === 'invalid_client' ? unknownClient(error.message) : { status: error.statusCode, code: error.code, description: error.message }
  if (isCoreError(error)) {
    if (error.name === 'LimitReached') return { status: 429, code: 'too_many_requests', description: error.message, headers: { 'Retry-After': String(error.retry_after) } }
    if (error.name === 'Unauthenticated') return unknownClient(error.message)
    return { status: 400, code: 'invalid_request', description: error.message }
  }
  if (error.statusCode !== undefined && error.statusCode < 500) return { status: error.statusCode, code: 'invalid_request', description: 'the request cannot be understood, or is too large' }
  return { status: 500, code: 'server_error', description: 'something went wrong here' }
}

function unknownClient(description: string): Outcome {
  return { status: 401, code: 'invalid_client', description, headers: { 'WWW-Authenticate': 'Basic realm="Earshot", charset="UTF-8"' } }
}
