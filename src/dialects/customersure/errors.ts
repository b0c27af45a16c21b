import type { FastifyReply, FastifyRequest } from 'fastify'
import { isCoreError, type CoreError, type Fault, type FaultInfo } from '../../core/errors.ts'
import { toTime } from './shapes.ts'

/** What this API refuses by itself, before the core is asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly statusCode: number
  constructor(status: number, message: string) {
    super(message)
    this.statusCode = status
  }
}

interface VendorError { resource: string, field: string, error: Fault['code'], extra_info: Record<string, unknown> }
interface Answer { status: number, headers?: Record<string, string>, body: { message: string, errors?: VendorError[] } }

/** Whatever went wrong, in the document's shape. */
export function sendVendorError(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers = {}, body } = isCoreError(error) ? toVendorError(error, request) : toRefusal(error)
  return reply.code(status).headers(headers).send(body)
}

function toVendorError(error: CoreError, request: FastifyRequest): Answer {
  switch (error.name) {
    case 'NotFound': return { status: 404, body: { message: 'Not found' } }
    case 'Invalid': return { status: 422, body: { message: 'Validation error', errors: error.faults.map((fault) => vendorFault(fault, resourceOf(request))) } }
    case 'Unauthenticated': return { status: 401, headers: { 'www-authenticate': 'Token realm="Application"' }, body: { message: error.message } }
    case 'Forbidden': return { status: 403, body: { message: error.message } }
    case 'Expired':
    case 'AlreadyAnswered': return { status: 422, body: { message: error.message } }
    case 'LimitReached': return { status: 429, headers: { 'retry-after': String(error.retry_after) }, body: { message: error.message } }
    default: return error satisfies never
  }
}

/** Ours, or the HTTP server's own: too large, not JSON, cut off. What nobody foresaw keeps its details to the log. */
function toRefusal(error: Error & { statusCode?: number, code?: string }): Answer {
  const status = error.statusCode ?? 500
  if (status === 413) return { status, body: { message: 'The request body is too large' } }
  if (status === 415) return { status, body: { message: 'Send parameters as JSON, with the header "Content-Type: application/json"' } }
  return { status, body: { message: status < 500 ? error.message : 'Something went wrong at our end' } }
}

/** The document writes the address of a collection, which a new thing would join, with a slash at its end. */
function resourceOf(request: FastifyRequest): string {
  const path = request.url.split('?')[0] ?? ''
  return request.method === 'POST' ? `${path}/` : path
}

function vendorFault({ field, code, info }: Fault, resource: string): VendorError {
  return { resource, field: vendorField(field), error: code, extra_info: extraInfo(info) }
}

const FIELDS: Record<string, string> = { text_message: 'sms', from: 'from_time', to: 'to_time' }

function vendorField(field: string): string {
  return field.replace(/^\w+/, (first) => FIELDS[first] ?? first)
}

/** The document's sample has limits as strings: `"maximum" : "36"`. */
function extraInfo(info: FaultInfo): Record<string, unknown> {
  return Object.fromEntries(Object.entries(info).map(([key, value]) => [key, typeof value === 'number' ? String(value) : value instanceof Date ? toTime(value) : value]))
}
