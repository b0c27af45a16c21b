/** What is wrong with one field of what was given. Codes and the keys of info are a closed list that every face can translate. */
export interface Fault {
  /** Dotted path in the core's words: `contact.email`, `reminders[0].send_at`. */
  field: string
  code: FaultCode
  info: FaultInfo
}
export type FaultCode = 'required' | 'invalid_format' | 'wrong_length' | 'invalid_value' | 'forbidden_value' | 'invalid_date' | 'custom'
export interface FaultInfo {
  /** A regular expression. */
  valid_format?: string
  allowed_values?: readonly (string | number | boolean)[]
  disallowed_values?: readonly (string | number)[]
  minimum?: number
  maximum?: number
  greater_than?: number | string | Date
  less_than?: number | string
  must_be?: 'integer'
  /** One English sentence for a person. */
  message?: string
}

/** Not there, or not to be seen by this account. */
export class NotFound extends Error { override readonly name = 'NotFound' }
/** What was given can't be accepted; all its faults at once. */
export class Invalid extends Error {
  override readonly name = 'Invalid'
  readonly faults: Fault[]
  constructor(faults: Fault[]) {
    super(faults.map(faultSentence).join('; '))
    this.faults = faults
  }
}
/** No credentials, or wrong ones. */
export class Unauthenticated extends Error { override readonly name = 'Unauthenticated' }
/** Known, but not allowed. */
export class Forbidden extends Error { override readonly name = 'Forbidden' }
/** The link's time is over, or its survey is closed. */
export class Expired extends Error { override readonly name = 'Expired' }
/** The invitation has its response already. */
export class AlreadyAnswered extends Error { override readonly name = 'AlreadyAnswered' }
/** Too many tries; `retry_after` is in seconds. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
  readonly retry_after: number
  constructor(retry_after: number) {
    super(`too many tries, wait ${retry_after} seconds`)
    this.retry_after = retry_after
  }
}

export type CoreError = NotFound | Invalid | Unauthenticated | Forbidden | Expired | AlreadyAnswered | LimitReached

export function isCoreError(error: unknown): error is CoreError {
  return [NotFound, Invalid, Unauthenticated, Forbidden, Expired, AlreadyAnswered, LimitReached].some((type) => error instanceof type)
}

/** A fault in words: `contact.email is not an e-mail address`. */
export function faultSentence(fault: Fault): string {
  return `${fault.field} ${faultText(fault)}`
}

export function faultText(fault: Fault): string {
  const { code, info } = fault
  if (info.message) return info.message
  switch (code) {
    case 'required': return 'is required'
    case 'invalid_format': return 'has the wrong form'
    case 'wrong_length': return lengthText(info)
    case 'invalid_value': return info.allowed_values ? `must be one of ${info.allowed_values.join(', ')}` : 'has a value that is not allowed'
    case 'forbidden_value': return 'has a value that is not allowed'
    case 'invalid_date': return 'is not a date that is allowed here'
    case 'custom': return 'is not allowed'
    default: return code satisfies never
  }
}

function lengthText(info: FaultInfo): string {
  if (info.minimum !== undefined && info.maximum !== undefined) return `must have ${info.minimum} to ${info.maximum} characters`
  return info.maximum !== undefined ? `must have at most ${info.maximum} characters` : `must have at least ${info.minimum ?? 1} characters`
}
