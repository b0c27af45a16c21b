import type { EmailMessage } from '../core/invitations/messages.ts'
import type { Outcome } from '../core/invitations/outcome.ts'
import { failureOf, oneLine, readBody, retryAfter, TIMEOUT_MS } from './provider-calls.ts'
import type { Mail, Mailbox } from './render.ts'
import { readSendGridUrl, type SendGrid } from './sendgrid-url.ts'
import type { Sender, SendResult } from './sender.ts'

/** What SendGrid gives back with each event, by which it is known what it is about. */
export const DELIVERY_ARGUMENT = 'earshot_delivery'

/** Sends by SendGrid's HTTP API; `mail_url` is `sendgrid://KEY@host`. */
export function openSendGrid(mail_url: string): Sender {
  const sendgrid = readSendGridUrl(mail_url)
  const stop = new AbortController()
  return {
    concurrency: sendgrid.connections,
    async send(message, mail): Promise<SendResult> {
      try {
        const answer = await post(sendgrid, bodyOf(message, mail), stop.signal)
        // An error of the provider's own may have come after it took the mail; only "not now" surely came before.
        return { outcome: outcomeOf(answer), is_ambiguous: answer.status >= 500 && answer.status !== 503, log: { code: null, response_code: answer.status } }
      } catch (error) {
        const { detail, code, is_ambiguous } = failureOf(error)
        return { outcome: stop.signal.aborted ? { kind: 'given_back', detail: null } : { kind: 'temporary_failure', detail }, is_ambiguous, log: { code, response_code: null } }
      }
    },
    close: () => stop.abort(),
  }
}

/** Whether the key is good: asks for what it may do. Answers a sentence. */
export async function checkSendGrid(mail_url: string): Promise<{ ok: boolean, detail: string }> {
  const { base_url, key } = readSendGridUrl(mail_url)
  const { host } = new URL(base_url)
  try {
    const response = await fetch(`${base_url}/v3/scopes`, { redirect: 'manual', headers: { authorization: `Bearer ${key}` }, signal: AbortSignal.timeout(10_000) })
    const { scopes } = await readBody(response)
    if (!response.ok) return { ok: false, detail: `${host} answers ${response.status}` }
    return Array.isArray(scopes) && !scopes.includes('mail.send') ? { ok: false, detail: `${host} answers, but the key may not send mails` } : { ok: true, detail: `${host} answers and lets us in` }
  } catch (error) {
    return { ok: false, detail: `${host}: ${failureOf(error).detail}` }
  }
}

interface Answer { status: number, id: string | null, errors: { message: string | null, field: string | null }[], retry_after_ms: number | null }

async function post({ base_url, key }: SendGrid, body: object, stop: AbortSignal): Promise<Answer> {
  const response = await fetch(`${base_url}/v3/mail/send`, {
    method: 'POST', redirect: 'manual', signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]), body: JSON.stringify(body),
    headers: { 'authorization': `Bearer ${key}`, 'accept': 'application/json', 'content-type': 'application/json' },
  })
  const { errors } = await readBody(response)
  return { status: response.status, id: oneLine(response.headers.get('x-message-id')), errors: Array.isArray(errors) ? errors.map(readError) : [], retry_after_ms: retryAfter(response.headers.get('retry-after')) }
}

function readError(error: unknown): Answer['errors'][number] {
  const { message, field } = typeof error === 'object' && error !== null ? { message: null, field: null, ...error } : { message: null, field: null }
  return { message: oneLine(message), field: oneLine(field) }
}

/** Links stay as they are: SendGrid's own would lead through its servers, count openings of rating links as clicks, and add a second way to unsubscribe. */
function bodyOf({ account_id, delivery_id }: EmailMessage, { from, to, subject, headers, message_id, text, html }: Mail): object {
  return {
    personalizations: [{ to: [mailbox(to)] }],
    from: mailbox(from), subject,
    content: [{ type: 'text/plain', value: text }, { type: 'text/html', value: html }],
    headers: { ...headers, 'Message-ID': message_id },
    custom_args: { [DELIVERY_ARGUMENT]: `${account_id}-${delivery_id}` },
    tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false }, subscription_tracking: { enable: false }, ganalytics: { enable: false } },
  }
}

function mailbox({ name, address }: Mailbox): { email: string, name?: string } {
  return { email: address, ...name === '' ? {} : { name } }
}

/** Fields of the request that come from this very mail; the rest is the account's and the settings'. */
const OF_THE_MAIL = /^(personalizations|subject|content|headers)\b/

/** Which answers are worth another try: all but a 400 that finds fault with this very mail, and a mail that is too large. The key, the sender and limits can be mended, and invitations must outlive that. */
function outcomeOf({ status, id, errors, retry_after_ms }: Answer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent', detail: id ? `queued as ${id}` : 'queued' }
  const detail = [`${status}`, ...errors.map(({ message }) => message)].filter((part) => part).join(', ').slice(0, 500)
  if (status === 413 || (status === 400 && errors.some(({ field }) => field !== null && OF_THE_MAIL.test(field)))) return { kind: 'permanent_failure', detail }
  return { kind: 'temporary_failure', detail, ...retry_after_ms === null ? {} : { retry_after_ms } }
}
