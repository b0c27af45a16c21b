import type { TextMessage } from '../core/invitations/messages.ts'
import { failureOf, oneLine, readBody, retryAfter, TIMEOUT_MS } from './provider-calls.ts'
import { isLoopback } from './provider-url.ts'
import type { Sender, SendResult } from './sender.ts'
import type { Text } from './text-message.ts'
import { outcomeOf, type TwilioAnswer } from './twilio-failures.ts'
import { readTwilioUrl, type Twilio } from './twilio-url.ts'

/** Where Twilio tells what became of a message; which one, the query says. */
export const STATUS_PATH = '/provider-events/twilio/status'

/** Sends by Twilio's HTTP API; `sms_url` is what EARSHOT_SMS_URL takes. */
export function openTwilio({ sms_url, public_url }: { sms_url: string, public_url: string }): Sender<TextMessage, Text> {
  const twilio = readTwilioUrl(sms_url)
  const stop = new AbortController()
  return {
    concurrency: twilio.connections,
    async send(message, text): Promise<SendResult> {
      try {
        const answer = await post(twilio, { ...twilio.sender, To: text.to, Body: text.body, ...callBack(twilio, public_url, message) }, message.message_id, stop.signal)
        // An error of the provider's own may have come after it took the message; only "not now" surely came before.
        return { outcome: outcomeOf(answer), is_ambiguous: answer.status >= 500 && answer.status !== 503, log: { code: answer.code === null ? null : String(answer.code), response_code: answer.status } }
      } catch (error) {
        const { detail, code, is_ambiguous } = failureOf(error)
        return { outcome: stop.signal.aborted ? { kind: 'given_back', detail: null } : { kind: 'temporary_failure', detail }, is_ambiguous, log: { code, response_code: null } }
      }
    },
    close: () => stop.abort(),
  }
}

/** Whether the log-in is good: asks for the account itself. Answers a sentence. */
export async function checkTwilio(sms_url: string): Promise<{ ok: boolean, detail: string }> {
  const { base_url, sid, token } = readTwilioUrl(sms_url)
  const { host } = new URL(base_url)
  try {
    const response = await fetch(`${base_url}/2010-04-01/Accounts/${encodeURIComponent(sid)}.json`, { redirect: 'manual', headers: { authorization: basic(sid, token) }, signal: AbortSignal.timeout(10_000) })
    await response.body?.cancel()
    return response.ok ? { ok: true, detail: `${host} answers and lets us in` } : { ok: false, detail: `${host} answers ${response.status}` }
  } catch (error) {
    return { ok: false, detail: `${host}: ${failureOf(error).detail}` }
  }
}

async function post({ base_url, sid, token }: Twilio, parameters: Record<string, string>, message_id: string, stop: AbortSignal): Promise<TwilioAnswer> {
  const response = await fetch(`${base_url}/2010-04-01/Accounts/${encodeURIComponent(sid)}/Messages.json`, {
    method: 'POST', redirect: 'manual', signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]), body: new URLSearchParams(parameters).toString(),
    headers: { 'authorization': basic(sid, token), 'accept': 'application/json', 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': message_id.replace(/[<>]/g, '') },
  })
  const body = await readBody(response)
  return {
    status: response.status, retry_after_ms: retryAfter(response.headers.get('retry-after')),
    code: typeof body.code === 'number' ? body.code : null, sid: oneLine(body.sid), message: oneLine(body.message),
  }
}

/** Twilio refuses an address that it can't reach, and with it the message: on a machine of one's own there is none to give. */
function callBack({ is_loopback }: Twilio, public_url: string, { account_id, delivery_id }: TextMessage): { StatusCallback?: string } {
  if (isLoopback(new URL(public_url).hostname) && !is_loopback) return {}
  return { StatusCallback: `${public_url}${STATUS_PATH}?account=${account_id}&delivery=${delivery_id}` }
}

function basic(sid: string, token: string): string {
  return `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`
}
