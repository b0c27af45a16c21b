import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { faultText, isCoreError, NotFound, type CoreError, type Fault } from '../../core/errors.ts'

/** A body that can't be read at all. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
  readonly statusCode = 400
}

/** A problem as RFC 9457 has it. `faults` says of each bad field what is wrong with it. */
interface Problem {
  status: number
  detail: string
  faults?: { field: string, code: Fault['code'], message: string }[]
  headers?: Record<string, string>
}

/** The error handler: what the core throws, what the server refuses by itself, and what nobody foresaw. */
export function sendError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isCoreError(error)) return sendProblem(request, reply, toProblem(error))
  const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500
  return sendProblem(request, reply, { status, detail: DETAILS[status] ?? 'The request cannot be understood.' })
}

/** The answer to a path that is not there. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(request, reply, toProblem(new NotFound(`there is no ${request.method} ${request.url.split('?')[0]}`)))
}

function toProblem(error: CoreError): Problem {
  switch (error.name) {
    case 'NotFound': return { status: 404, detail: sentence(error.message) }
    case 'Invalid': return { status: 422, detail: `${error.message}.`, faults: error.faults.map((fault) => ({ field: fault.field, code: fault.code, message: faultText(fault) })) }
    case 'Unauthenticated': return { status: 401, detail: sentence(error.message), headers: { 'www-authenticate': 'Bearer realm="Earshot"' } }
    case 'Forbidden': return { status: 403, detail: sentence(error.message) }
    case 'Expired': return { status: 410, detail: sentence(error.message) }
    case 'AlreadyAnswered': return { status: 409, detail: sentence(error.message) }
    case 'LimitReached': return { status: 429, detail: sentence(error.message), headers: { 'retry-after': String(error.retry_after) } }
    default: return error satisfies never
  }
}

/** No type of its own: the status and the codes of the faults say all there is to tell programs. */
function sendProblem(request: FastifyRequest, reply: FastifyReply, { status, detail, faults, headers = {} }: Problem): FastifyReply {
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, trace_id: request.id, ...faults ? { faults } : {} }
  // As text: a route's response schema is for its own answers.
  return reply.code(status).headers(headers).type('application/problem+json; charset=utf-8').serializer((text: string) => text).send(JSON.stringify(body))
}

const DETAILS: Record<number, string> = {
  400: 'The body is not JSON.',
  413: 'The body is larger than this server takes.',
  415: 'Send the body as application/json.',
  500: 'Something went wrong here. It is logged under the trace_id.',
}

/** Not for what begins with a field's name, which is as it is written. */
function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}
