import type { Message } from '../core/invitations/messages.ts'
import type { Outcome } from '../core/invitations/outcome.ts'
import type { Mail } from './render.ts'

/** A way for mails to leave. */
export interface Sender {
  /** How many it takes at once. */
  readonly concurrency: number
  /** Hands one mail over. Never throws: whatever happens is an outcome. */
  send(message: Message, mail: Mail): Promise<SendResult>
  /** Cuts off what is still under way. */
  close(): void
}

export interface SendResult {
  outcome: Outcome
  /** The whole mail was handed over, but the line broke before the answer: it may have gone out, although this is a failure. */
  is_ambiguous: boolean
  /** For the log: without addresses and texts. */
  log?: { code: string | null, response_code: number | null }
}
