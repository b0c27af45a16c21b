import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface StandInMail {
  to: string
  from: string
  subject: string
  text: string
  html: string
  headers: Record<string, string>
  /** What is given back with each event. */
  args: Record<string, string>
}

/** What it does with a mail: `stall` never answers, `drop` ends the line after the whole request. */
export type SendGridVerdict = 'accept' | 'drop' | 'stall' | { status: number, field?: string, headers?: Record<string, string>, raw?: string } | { after_ms: number }

export interface SendGridStandIn {
  /** What EARSHOT_MAIL_URL takes. */
  readonly url: string
  /** What was accepted, oldest first. */
  readonly mails: StandInMail[]
  /** What was wrong with requests: their log-in, their shape. Empty where all were as the API wants them. */
  readonly faults: string[]
  readonly tries: number
  readonly most_at_once: number
  /** What a key may do. */
  setScopes(scopes: string[]): void
  close(): Promise<void>
}

const KEY = 'SG.a key: with @ and % in it'

/** Speaks the part of SendGrid's API that is used, on the loopback. `verdict` is asked for each mail, with its recipient. */
export async function openSendGridStandIn(options: { verdict?: (recipient: string) => SendGridVerdict, query?: string } = {}): Promise<SendGridStandIn> {
  const [mails, faults]: [StandInMail[], string[]] = [[], []]
  let [tries, under_way, most_at_once] = [0, 0, 0]
  let scopes = ['mail.send']
  const server = createServer((request, response) => {
    under_way++
    most_at_once = Math.max(most_at_once, under_way)
    response.once('close', () => under_way--)
    void answer(request, response)
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    if (request.headers.authorization !== `Bearer ${KEY}`) return send(response, 401, { errors: [{ message: 'The provided authorization grant is invalid, expired, or revoked', field: null, help: null }] })
    if (request.method === 'GET' && request.url === '/v3/scopes') return send(response, 200, { scopes })
    tries++
    const { mail, found } = readMail(request, body)
    faults.push(...found)
    const verdict = options.verdict?.(mail.to) ?? 'accept'
    if (verdict === 'drop') return void request.socket.destroy()
    if (verdict === 'stall') return
    if (typeof verdict === 'object' && 'status' in verdict) {
      const { status, field = null, headers, raw } = verdict
      if (raw !== undefined) return void response.writeHead(status, headers).end(raw)
      return send(response, status, { errors: [{ message: 'It says\nno.', field, help: null }] }, headers)
    }
    if (typeof verdict === 'object') await pause(verdict.after_ms)
    mails.push(mail)
    response.writeHead(202, { 'x-message-id': `message-${mails.length}` }).end()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port')
  return {
    url: `sendgrid://${encodeURIComponent(KEY)}@127.0.0.1:${address.port}${options.query ?? ''}`, mails, faults,
    setScopes: (allowed) => void (scopes = allowed),
    get tries() {
      return tries
    },
    get most_at_once() {
      return most_at_once
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** What EARSHOT_SENDGRID_EVENT_KEY takes. */
export const EVENT_KEY = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

/** A request of events, signed at that time. Written apart from the code that checks it. */
export function signedEvents(events: unknown, at: Date, key = createPrivateKey(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))): { payload: string, headers: Record<string, string> } {
  const payload = `${JSON.stringify(events)}\r\n`
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return {
    payload, headers: {
      'content-type': 'application/json', 'x-twilio-email-event-webhook-timestamp': timestamp, 'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + payload), key).toString('base64'),
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** Headers that the real one sets itself, and refuses. */
const RESERVED = ['x-sg-id', 'x-sg-eid', 'received', 'dkim-signature', 'content-type', 'content-transfer-encoding', 'to', 'from', 'subject', 'reply-to', 'cc', 'bcc']
const KNOWN = ['personalizations', 'from', 'subject', 'content', 'headers', 'custom_args', 'tracking_settings']

/** The mail of a request, and everything about it that the real one would refuse. */
function readMail({ method, url, headers: sent }: IncomingMessage, text: string): { mail: StandInMail, found: string[] } {
  const found: string[] = []
  const check = (holds: boolean, fault: string): void => void (holds || found.push(fault))
  const body = JSON.parse(text)
  const { personalizations: [person, ...others] = [], from = {}, subject = '', content = [], headers = {}, custom_args = {}, tracking_settings = {} } = body
  check(method === 'POST' && url === '/v3/mail/send', `address: ${method} ${url}`)
  check(sent['content-type'] === 'application/json', `type: ${sent['content-type']}`)
  check(others.length === 0 && person?.to?.length === 1 && /^[^\s@]+@[^\s@]+$/.test(person.to[0].email), 'not one recipient')
  check(/^[^\s@]+@[^\s@]+$/.test(from.email), 'no sender')
  check(typeof subject === 'string' && subject !== '', 'no subject')
  check(content.map(({ type }: { type: string }) => type).join() === 'text/plain,text/html' && content.every(({ value }: { value: string }) => value !== ''), 'parts: not text and HTML in this order')
  check(Object.keys(headers).every((name) => !RESERVED.includes(name.toLowerCase())), `headers: ${Object.keys(headers).join()}`)
  check(Object.values(custom_args).every((value) => typeof value === 'string'), 'custom_args: not texts')
  check(['click_tracking', 'open_tracking', 'subscription_tracking'].every((name) => tracking_settings[name]?.enable === false), 'it would rewrite links')
  check(Object.keys(body).every((name) => KNOWN.includes(name)), `parameters: ${Object.keys(body).join()}`)
  const named = ({ name, email }: { name?: string, email: string }): string => (name ? `${name} <${email}>` : email)
  return { mail: { to: person?.to?.[0]?.email ?? '', from: named(from), subject, text: content[0]?.value ?? '', html: content[1]?.value ?? '', headers, args: custom_args }, found }
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
