import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface StandInText {
  to: string
  from: string | null
  service: string | null
  body: string
  call_back: string | null
  idempotency_key: string | null
}

/** What it does with a message: `stall` never answers, `drop` ends the line after the whole request, `cut` in the middle of a good answer. */
export type TwilioVerdict = 'accept' | 'drop' | 'stall' | 'cut' | 'endless' | { status: number, code?: number, message?: string, headers?: Record<string, string>, raw?: string } | { after_ms: number }

export interface TwilioStandIn {
  /** What EARSHOT_SMS_URL takes. */
  readonly url: string
  readonly token: string
  /** What was accepted, oldest first. */
  readonly texts: StandInText[]
  /** Every number that was spoken of, accepted or not. */
  readonly tries: string[]
  /** What was wrong with requests: their log-in, their shape. Empty where all were as the API wants them. */
  readonly faults: string[]
  readonly stalled: number
  /** How many requests were under way at once, at most. */
  readonly most_at_once: number
  close(): Promise<void>
}

export const SID = 'AC00000000000000000000000000000001'
const TOKEN = 'a token: with @ and % in it'

/** Speaks the part of Twilio's API that is used, on the loopback. `verdict` is asked for each message, with its number and how often that one was tried before. */
export async function openTwilioStandIn(options: { verdict?: (number: string, earlier: number) => TwilioVerdict, query?: string } = {}): Promise<TwilioStandIn> {
  const texts: StandInText[] = []
  const tries: string[] = []
  const faults: string[] = []
  let [stalled, under_way, most_at_once] = [0, 0, 0]
  const server = createServer((request, response) => {
    under_way++
    most_at_once = Math.max(most_at_once, under_way)
    response.once('close', () => under_way--)
    void answer(request, response)
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await bodyOf(request))
    const found = faultsOf(request, form)
    faults.push(...found)
    if (found[0]?.startsWith('log-in')) return send(response, 401, { code: 20003, message: 'Authenticate', status: 401 })
    if (request.method === 'GET') return send(response, 200, { sid: SID })
    const to = form.get('To') ?? ''
    const earlier = tries.filter((one) => one === to).length
    tries.push(to)
    const verdict = options.verdict?.(to, earlier) ?? 'accept'
    if (verdict === 'drop') return void request.socket.destroy()
    if (verdict === 'stall') return void stalled++
    if (typeof verdict === 'object' && 'status' in verdict) return refuse(response, verdict)
    if (typeof verdict === 'object') await pause(verdict.after_ms)
    texts.push({ to, from: form.get('From'), service: form.get('MessagingServiceSid'), body: form.get('Body') ?? '', call_back: form.get('StatusCallback'), idempotency_key: one(request.headers['idempotency-key']) })
    const body = JSON.stringify({ sid: `SM${String(texts.length).padStart(32, '0')}`, status: 'queued', error_code: null })
    if (verdict === 'cut') {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': body.length }).write(body.slice(0, 10))
      return void setTimeout(() => request.socket.destroy(), 20)
    }
    response.writeHead(201, { 'content-type': 'application/json' }).end(verdict === 'endless' ? JSON.stringify({ sid: 'x'.repeat(1_000_000) }) : body)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port')
  return {
    url: `twilio://${SID}:${encodeURIComponent(TOKEN)}@127.0.0.1:${address.port}?${options.query ?? 'from=+15550100'}`, token: TOKEN, texts, tries, faults,
    get stalled() {
      return stalled
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

/** A call of the provider's: its form, and its signature over the address as it was given. Written apart from the code that checks it. */
export function signedForm(token: string, url: string, fields: Record<string, string>): { payload: string, headers: Record<string, string> } {
  const signed = url + Object.keys(fields).toSorted().map((name) => name + fields[name]).join('')
  return {
    payload: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': createHmac('sha1', token).update(signed).digest('base64') },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** Everything that the real one would refuse. */
function faultsOf({ method, url, headers }: IncomingMessage, form: URLSearchParams): string[] {
  const found: string[] = []
  const check = (holds: boolean, fault: string): void => void (holds || found.push(fault))
  check(headers.authorization === `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`, `log-in: ${headers.authorization}`)
  if (method === 'GET') return found
  check(method === 'POST' && url === `/2010-04-01/Accounts/${SID}/Messages.json`, `address: ${method} ${url}`)
  check(headers['content-type'] === 'application/x-www-form-urlencoded', `type: ${headers['content-type']}`)
  check(/^\+[1-9]\d{6,14}$/.test(form.get('To') ?? ''), `To: ${form.get('To')}`)
  check(form.has('From') !== form.has('MessagingServiceSid'), 'neither From nor MessagingServiceSid, or both')
  check((form.get('Body') ?? '') !== '' && [...form.get('Body') ?? ''].length <= 1600, 'Body: blank or too long')
  check([...form.keys()].every((name) => ['To', 'From', 'MessagingServiceSid', 'Body', 'StatusCallback'].includes(name)), `parameters: ${[...form.keys()].join(', ')}`)
  return found
}

function refuse(response: ServerResponse, verdict: { status: number, code?: number, message?: string, headers?: Record<string, string>, raw?: string }): void {
  const { status, code, message, headers = {}, raw } = verdict
  if (raw !== undefined) return void response.writeHead(status, headers).end(raw)
  send(response, status, { code, message: message ?? 'no', more_info: 'https://docs.test', status }, headers)
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function one(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null
}
