import type { Ground } from '../core/context.ts'
import type { TextMessage } from '../core/invitations/messages.ts'
import { keepSandboxMail } from '../core/sandbox-mails.ts'
import { keepSandboxText } from '../core/sandbox-texts.ts'
import type { Mailbox } from './render.ts'
import type { Sender } from './sender.ts'
import type { Text } from './text-message.ts'

/** Sends nothing: each mail is kept, once, and shown at /mailbox. */
export function openSandbox(ground: Ground): Sender {
  return {
    concurrency: 64,
    async send({ account_id, invitation_id }, mail) {
      const { message_id, subject, headers, html, text } = mail
      try {
        await keepSandboxMail(ground, { account_id, invitation_id, message_id, from_header: headerOf(mail.from), to_header: headerOf(mail.to), subject, headers, html, text })
        return { outcome: { kind: 'sent', detail: 'kept in the sandbox mailbox' }, is_ambiguous: false }
      } catch {
        return { outcome: { kind: 'temporary_failure', detail: 'the sandbox mailbox could not be written' }, is_ambiguous: false }
      }
    },
    close() {},
  }
}

/** The same for text messages, shown at /mailbox/texts. */
export function openTextSandbox(ground: Ground): Sender<TextMessage, Text> {
  return {
    concurrency: 64,
    async send({ account_id, invitation_id }, { message_id, to, body, characters, segments }) {
      try {
        await keepSandboxText(ground, { account_id, invitation_id, message_id, to_number: to, body, characters, segments })
        return { outcome: { kind: 'sent', detail: 'kept in the sandbox mailbox' }, is_ambiguous: false }
      } catch {
        return { outcome: { kind: 'temporary_failure', detail: 'the sandbox mailbox could not be written' }, is_ambiguous: false }
      }
    },
    close() {},
  }
}

function headerOf({ name, address }: Mailbox): string {
  return name === '' ? address : `${name} <${address}>`
}
