import { isCoreError, type CoreError } from '../core/errors.ts'

/** A failure as a page tells it to a person. */
export function explain(error: unknown): { status: number, message: string } {
  if (isCoreError(error)) return explainCoreError(error)
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  return { status, message: status < 500 ? 'This form came in incomplete. Please go back and try again.' : 'Something went wrong on our side. Please try again later.' }
}

function explainCoreError(error: CoreError): { status: number, message: string } {
  switch (error.name) {
    case 'Unauthenticated': return { status: 401, message: 'This address and password do not belong together.' }
    case 'Forbidden': return { status: 403, message: `That is not possible: ${error.message}.` }
    case 'NotFound': return { status: 404, message: 'There is nothing at this address.' }
    case 'Expired': return { status: 410, message: 'This log-in link was used already, or its time is over. Ask for a new one, or log in with your password.' }
    case 'AlreadyAnswered': return { status: 409, message: 'That was done already.' }
    case 'Invalid': return { status: 422, message: `Please check what you wrote: ${error.message}.` }
    case 'LimitReached': return { status: 429, message: `There were too many tries. Please wait ${Math.ceil(error.retry_after / 60)} minutes.` }
    default: return error satisfies never
  }
}
