import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { faultSentence, isCoreError, NotFound, type CoreError, type Fault } from '../../core/errors.ts'

/** A problem as ASP.NET Core tells it, which the vendor's service is built on (RFC 9457). */
interface Problem {
  status: number
  detail: string
  /** Of each bad argument, by its name, what is wrong with it. */
  errors?: Record<string, string[]>
  headers?: Record<string, string>
}

/** The error handler: what the core throws, what Fastify refuses by itself, and what nobody foresaw. */
export function sendError(error: FastifyError | CoreError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isCoreError(error)) return sendProblem(request, reply, toProblem(error))
  if (error.statusCode !== undefined && error.statusCode < 500) return sendProblem(request, reply, { status: error.statusCode, detail: DETAILS[error.statusCode] ?? 'The request cannot be understood.' })
  return sendProblem(request, reply, { status: 500, detail: 'Something went wrong here. It is logged under the traceId.' })
}

/** The answer to a path that is not there. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(request, reply, toProblem(new NotFound(`there is no ${request.method} ${request.url.split('?')[0]}`)))
}

function toProblem(error: CoreError): Problem {
  switch (error.name) {
    case 'NotFound': return { status: 404, detail: sentence(error.message) }
    case 'Invalid': return { status: 400, detail: 'See errors for what is wrong with each argument.', errors: faultsByField(error.faults) }
    case 'Unauthenticated': return { status: 401, detail: sentence(error.message), headers: { 'WWW-Authenticate': 'Bearer' } }
    case 'Forbidden': return { status: 403, detail: sentence(error.message) }
    case 'Expired': return { status: 410, detail: sentence(error.message) }
    case 'AlreadyAnswered': return { status: 409, detail: sentence(error.message) }
    case 'LimitReached': return { status: 429, detail: sentence(error.message), headers: { 'Retry-After': String(error.retry_after) } }
    default: return error satisfies never
  }
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, { status, detail, errors, headers }: Problem): FastifyReply {
  const [title, section] = TITLES[status] ?? ['Error', '15']
  const body = { type: `https://tools.ietf.org/html/rfc9110#section-${section}`, title: errors ? 'One or more validation errors occurred.' : title, status, detail, traceId: request.id, ...errors ? { errors } : {} }
  // As text: a route's response schema is for its own answers.
  return reply.code(status).headers(headers ?? {}).type('application/problem+json; charset=utf-8').serializer((text: string) => text).send(JSON.stringify(body))
}

const TITLES: Record<number, [title: string, section: string]> = {
  400: ['Bad Request', '15.5.1'], 401: ['Unauthorized', '15.5.2'], 403: ['Forbidden', '15.5.4'], 404: ['Not Found', '15.5.5'], 409: ['Conflict', '15.5.10'], 410: ['Gone', '15.5.11'],
  413: ['Content Too Large', '15.5.14'], 415: ['Unsupported Media Type', '15.5.16'], 429: ['Too Many Requests', '15.5'], 500: ['Internal Server Error', '15.6.1'],
}

const DETAILS: Record<number, string> = {
  413: 'The body is larger than this server takes.',
  415: 'Send the body as application/json.',
}

/** The core's names of what a ticket has, as the vendor calls them. */
const VENDOR_NAMES = new Map(Object.entries({
  number: 'ticketID', title: 'ticketTitle', board_name: 'boardName', 'company.external_id': 'companyRecID', 'company.name': 'companyName', 'contact.external_id': 'contactRecID',
  'contact.name': 'contactName', 'contact.email': 'contactEmail', staff_codes: 'resource', opened_at: 'ticketCreatedOn', closed_at: 'ticketClosedOn', source_updated_at: 'ticketUpdatedOn',
}))

function faultsByField(faults: readonly Fault[]): Record<string, string[]> {
  const errors = new Map<string, string[]>()
  for (const fault of faults) {
    const field = VENDOR_NAMES.get(fault.field) ?? fault.field
    errors.set(field, [...errors.get(field) ?? [], `${faultSentence({ ...fault, field })}.`])
  }
  return Object.fromEntries(errors)
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}
