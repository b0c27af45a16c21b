import type { Outcome } from '../core/invitations/outcome.ts'

/**
 * Which failures of a mail server are worth another try: the one place that decides it. Permanent is what the server says of this very message for good: a 5xx to the sender, the
 * recipient or the content, or an address that cannot be written down at all. All else is temporary: 4xx, time-outs, broken lines, and whatever goes wrong before a message is
 * spoken of (greeting, TLS, log-in, and 530, which asks for one): there the fault is in the settings, and invitations must outlive it.
 */
export function failureOf(error: unknown): Extract<Outcome, { kind: 'temporary_failure' | 'permanent_failure' }> {
  const failure = describeFailure(error)
  return { kind: isPermanent(failure) ? 'permanent_failure' : 'temporary_failure', detail: failure.message }
}

/** What may be logged of a failure. The server's text is not: it may hold the address. */
export function loggable(error: unknown): { code: string | null, response_code: number | null } {
  const { code, response_code } = describeFailure(error)
  return { code, response_code }
}

interface Failure { message: string, code: string | null, response_code: number | null, command: string | null }

function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), code: null, response_code: null, command: null }
  const { code, responseCode, command } = Object.fromEntries(Object.entries(error))
  return {
    message: error.message.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, 500) || error.name,
    code: typeof code === 'string' ? code : null,
    response_code: typeof responseCode === 'number' ? responseCode : null,
    command: typeof command === 'string' ? command : null,
  }
}

/** 503 says that the conversation went wrong, not the message. */
function isPermanent({ code, response_code, command }: Failure): boolean {
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false
  if (response_code === null) return command === 'API' || code === 'EMESSAGE'
  return response_code >= 500 && response_code !== 503 && response_code !== 530
}
