import type { EmailMessage, Message } from '../core/invitations/messages.ts'
import type { Outcome } from '../core/invitations/outcome.ts'
import type { Mail } from './render.ts'

/** A way for messages of one channel to leave: mails, where nothing else is said. */
export interface Sender<M extends Message = EmailMessage, Written = Mail> {
  /** How many it takes at once. */
  readonly concurrency: number
  /** Hands one message over. Never throws: whatever happens is an outcome. */
  send(message: M, written: Written): Promise<SendResult>
  /** Cuts off what is still under way. */
  close(): void
}

export interface SendResult {
  outcome: Outcome
  /** The whole message was handed over, but the line broke before the answer: it may have gone out, although this is a failure. */
  is_ambiguous: boolean
  /** For the log: without addresses and texts. */
  log?: { code: string | null, response_code: number | null }
}
