import type { Outcome } from '../core/invitations/outcome.ts'

/** What was answered: nothing but a status where the body says no more. */
export interface TwilioAnswer { status: number, code: number | null, message: string | null, sid: string | null, retry_after_ms: number | null }

/** The recipient told the sender to stop. */
export const OPTED_OUT = 21610

/**
 * Codes that are said of this very message: its number is none, is a landline or a short code, can't be reached from here, or is our own; its text is too long or blank. Another try
 * would hear the same.
 */
const OF_THE_MESSAGE = new Set([21211, 21214, 21217, 21265, 21266, 21602, 21604, 21612, 21614, 21617, 21619, 21635, OPTED_OUT])

/**
 * Which answers are worth another try: the one place that decides it. All but those codes: limits, errors of the provider's own, and whatever the settings can mend (log-in, sender,
 * regions that are not enabled, codes that nobody has heard of), since invitations must outlive it.
 */
export function outcomeOf(answer: TwilioAnswer): Outcome {
  const { status, code, message, sid, retry_after_ms } = answer
  if (status >= 200 && status < 300) return { kind: 'sent', detail: sid ? `queued as ${sid}` : 'queued' }
  const detail = [`${status}`, code === null ? null : `error ${code}`, message].filter((part) => part).join(', ')
  if (status >= 400 && status < 500 && status !== 429 && code !== null && OF_THE_MESSAGE.has(code)) return { kind: 'permanent_failure', detail, is_opt_out: code === OPTED_OUT }
  return { kind: 'temporary_failure', detail, ...retry_after_ms === null ? {} : { retry_after_ms } }
}
