import type { FastifyError } from 'fastify'
import { faultText, isCoreError, type CoreError, type Fault } from '../../core/errors.ts'
import type { Json } from './names.ts'

/** The vendor's error codes that are served, each with its status and what we say to it. */
export const CODES = {
  FIELD_REQUIRED: [400, 'This field has to be given.'],
  FIELD_INVALID: [400, 'This field has a value that is not allowed.'],
  FIELD_EMPTY: [400, 'This field has to have a value.'],
  REQUEST_FIELDS_EMPTY: [400, 'At least one field to be changed has to be given.'],
  ANY_FIELD_REQUIRED: [400, 'One of these fields has to be given.'],
  ONE_FIELD_EXPECTED: [400, 'Only one of these fields can be given.'],
  PARAMETER_INVALID: [400, 'This argument has a value that is not allowed.'],
  PARAMETERS_INCONSISTENT: [400, 'The same argument was given in two places with two values.'],
  APP_NOT_FOUND: [400, 'There is no such part of the API.'],
  RESOURCE_ACTION_NOT_AVAILABLE: [400, 'This resource has no such action.'],
  AUTHENTICATION_FAILED: [401, 'These credentials are wrong.'],
  AUTHORIZATION_REQUIRED: [401, 'This needs credentials, and none were given.'],
  PERMISSIONS_DENIED: [403, 'This is not allowed to you.'],
  OTP_EXPECTED: [403, 'The log-in is to be finished with a one-time code.'],
  CSRF_FAILED: [403, 'A session that writes has to show its CSRF token.'],
  RESOURCE_NOT_FOUND: [404, 'This does not exist.'],
  METHOD_NOT_SUPPORTED: [405, 'This address does not take this method.'],
  FORMAT_NOT_ACCEPTABLE: [406, 'Only JSON can be answered.'],
  RESOURCE_MODIFIED: [412, 'This has changed since you read it.'],
  RATE_LIMIT_REACHED: [429, 'This was done too often; wait before you try again.'],
  AUTHENTICATION_LOCKED: [429, 'Too many log-ins have failed; wait before you try again.'],
  SESSION_LOADING_FAILED: [454, 'There is no such session, or it is over.'],
  ACTION_FAILED: [500, 'Something went wrong on our side.'],
} as const satisfies Record<string, readonly [number, string]>
export type Code = keyof typeof CODES

/** One error of an answer. `parameter` names the field or argument as the caller knows it; `parameters` several that belong together. */
export interface Problem { code: Code, parameter?: string, parameters?: string[], message?: string }

/** What this dialect refuses by itself. Without a status, the first problem's counts. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly problems: Problem[]
  /** As Fastify calls it, so that whoever logs failures sees that this is none. */
  readonly statusCode: number
  readonly headers: Record<string, string>
  /** What stands in the answer's body after the errors. */
  readonly body: { [name: string]: Json }
  constructor(problems: Problem[], { status, headers = {}, body = {} }: { status?: number, headers?: Record<string, string>, body?: { [name: string]: Json } } = {}) {
    super(problems.map((problem) => problem.code).join(', '))
    this.problems = problems
    this.statusCode = status ?? CODES[problems[0]?.code ?? 'ACTION_FAILED'][0]
    this.headers = headers
    this.body = body
  }
}

export function refuse(code: Code, more: Omit<Problem, 'code'> = {}): Refused {
  return new Refused([{ code, ...more }])
}

/** Any error in this dialect's words. */
export function toRefused(error: unknown): Refused {
  if (error instanceof Refused) return error
  if (isCoreError(error)) return fromCore(error)
  return fromFastify(isFastifyError(error) ? (error.statusCode ?? 500) : 500)
}

/** The answer's body. Each error points to its explanation in our own documents. */
export function errorBody(refused: Refused, public_url: string): { [name: string]: Json } {
  return {
    status: refused.statusCode,
    errors: refused.problems.map(({ code, parameter, parameters, message }) => ({
      code, ...(parameter === undefined ? {} : { parameter }), ...(parameters === undefined ? {} : { parameters }),
      message: message ?? CODES[code][1], more_info: `${public_url}/docs/kayako#${code}`,
    })),
    ...refused.body,
  }
}

function fromCore(error: CoreError): Refused {
  switch (error.name) {
    case 'NotFound': return refuse('RESOURCE_NOT_FOUND')
    case 'Invalid': return new Refused(error.faults.map(toProblem))
    case 'Unauthenticated': return refuse('AUTHENTICATION_FAILED')
    case 'Forbidden':
    case 'Expired': return refuse('PERMISSIONS_DENIED')
    // Rating again by the same secret changes the rating, so nobody meets this here; it is what it would mean.
    case 'AlreadyAnswered': return refuse('PERMISSIONS_DENIED')
    case 'LimitReached': return new Refused([{ code: 'RATE_LIMIT_REACHED' }], { headers: { 'retry-after': String(error.retry_after) } })
    default: return error satisfies never
  }
}

/** The person asked is a case's requester here, its staff an agent. */
const FIELDS: Record<string, string> = { 'contact.email': 'requester', 'contact_id': 'requester_id', 'staff_id': 'assigned_agent_id', 'team_id': 'assigned_team_id' }

function toProblem(fault: Fault): Problem {
  const parameter = FIELDS[fault.field] ?? fault.field
  return { code: fault.code === 'required' ? 'FIELD_REQUIRED' : 'FIELD_INVALID', parameter, message: `The ${parameter} ${faultText(fault)}.` }
}

/** What went wrong before a handler: the body's size, type or form. The vendor names no codes for these. */
function fromFastify(status: number): Refused {
  if (status === 413) return new Refused([{ code: 'FIELD_INVALID', message: 'The body is too large.' }], { status })
  if (status === 415) return new Refused([{ code: 'FORMAT_NOT_ACCEPTABLE', message: 'The body has to be form-encoded, JSON or multipart.' }], { status })
  return status < 500 ? new Refused([{ code: 'FIELD_INVALID', message: 'The body cannot be read.' }], { status: 400 }) : refuse('ACTION_FAILED')
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error
}
