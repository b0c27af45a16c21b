/** Makes requests from a process of its own: `node bench/load.ts JSON`, see Load. Prints a Measured as JSON. */
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import autocannon, { type Request } from 'autocannon'

export type Load = LoadBase & (
  /** Tickets as a ticket system posts them, each with a number of its own, counted from `first`. */
  | { kind: 'tickets', first: number, api_key: string }
  /** Feedback requests with all that one can have, each with a reference of its own, counted from `first`. */
  | { kind: 'requests', first: number, api_key: string, survey_id: number, email_template_id: number }
  /** Filled-in forms, each to a link of its own: a file with a path a line, in `paths_file`. */
  | { kind: 'forms', paths_file: string, form: string }
  /** Pages that are looked at, one link after the other, so many a second for so many seconds, evenly and however long one takes. */
  | { kind: 'pages', paths_file: string, rate: number, seconds: number }
)
interface LoadBase { url: string, path?: string, connections: number, amount?: number, duration?: number, overallRate?: number }

export interface Measured {
  requests: number
  seconds: number
  /** Those that were not answered as they should have been. */
  failed: number
  p50_ms: number
  p99_ms: number
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}'))))

async function run(load: Load): Promise<Measured> {
  if (load.kind === 'pages') return look(load)
  const { url, connections, amount, duration, overallRate } = load
  const request = load.kind === 'tickets' ? ticketRequests(load) : load.kind === 'requests' ? feedbackRequests(load) : visits(load)
  const begun = performance.now()
  let last = begun
  const running = autocannon({
    url, connections, ...(amount === undefined ? {} : { amount }), ...(duration === undefined ? {} : { duration }), ...(overallRate === undefined ? {} : { overallRate }),
    requests: [{ method: 'POST', setupRequest: (before) => ({ ...before, ...request() }) }],
  })
  // It ends at a whole second only, which is not when the last answer came.
  running.on('response', () => (last = performance.now()))
  const result = await running
  return {
    requests: result.requests.total, seconds: (last - begun) / 1000, failed: result.errors + result.timeouts + result.requests.total - result['2xx'] - result['3xx'],
    p50_ms: result.latency.p50, p99_ms: result.latency.p99,
  }
}

/** The load tool sends what is due in a second all at once. The visits of the first second do not count: it is the end of a pause, in which others were visited. */
async function look(load: Load & { kind: 'pages' }): Promise<Measured> {
  const next = visits(load)
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections })
  const taken: number[] = []
  let failed = 0
  const visit = async (counts: boolean): Promise<void> => {
    const { path = '/', headers } = next()
    const begun = performance.now()
    const status = await new Promise<number>((resolve) => {
      get(new URL(path, load.url), { agent, headers }, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0))).on('error', () => resolve(0))
    })
    if (counts) taken.push(performance.now() - begun)
    if (status !== 200) failed++
  }
  const begun = performance.now()
  const visiting: Promise<void>[] = []
  while (visiting.length < load.rate * (load.seconds + 1)) {
    await pause(Math.max(begun + visiting.length * 1000 / load.rate - performance.now(), 0))
    visiting.push(visit(visiting.length >= load.rate))
  }
  await Promise.all(visiting)
  const seconds = (performance.now() - begun) / 1000
  agent.destroy()
  const sorted = taken.toSorted((a, b) => a - b)
  return { requests: taken.length, seconds, failed, p50_ms: quantile(sorted, 0.5), p99_ms: quantile(sorted, 0.99) }
}

function quantile(sorted: number[], part: number): number {
  return Number((sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1))
}

/** About 300 client companies, 2,000 people who stay with theirs, two technicians of twelve. */
export function ticketBody(number: number): Record<string, unknown> {
  const contact = number * 7919 % 2000
  const company = contact % 300
  const closed = new Date(Date.UTC(2026, 0, 1) + number % 28_000_000 * 1000)
  return {
    ticketID: number, ticketTitle: `Printer on floor ${number % 40} prints every page twice`, boardName: ['Helpdesk', 'Networking', 'Cloud', 'Onsite'][number % 4],
    companyRecID: 1000 + company, companyName: `Client company number ${company}`, contactRecID: 5000 + contact, contactName: `Person Number${contact}`,
    contactEmail: `person${contact}@client${company}.example`, resource: `tech${number % 12},tech${(number + 5) % 12}`,
    ticketCreatedOn: new Date(closed.getTime() - 86_400_000).toISOString(), ticketClosedOn: closed.toISOString(), ticketUpdatedOn: closed.toISOString(),
  }
}

function ticketRequests(load: Load & { kind: 'tickets' }): () => Request {
  let number = load.first
  const headers = { 'content-type': 'application/json', 'authorization': `Bearer ${load.api_key}` }
  return () => ({ path: load.path ?? '/api/tickets', headers, body: JSON.stringify(ticketBody(number++)) })
}

/** Of the same people and technicians as the tickets, as a shop or a help desk sends them: who gets the credit, free pairs, and two reminders. */
function feedbackRequests({ first, api_key, path = '/feedback_requests', survey_id, email_template_id }: Load & { kind: 'requests' }): () => Request {
  let number = first
  const headers = { 'content-type': 'application/json', 'accept': 'application/vnd.customersure.v1+json', 'user-agent': 'bench', 'authorization': `Token token="${api_key}"` }
  const [send_at, earlier, later] = [1, 8, 13].map((days) => new Date(Date.now() + days * 86_400_000).toISOString())
  return () => {
    const contact = number * 7919 % 2000
    const body = {
      email: `person${contact}@client${contact % 300}.example`, send_at, survey_id, email_template_id, first_name: 'Person', surname: `Number${contact}`, reference: `#${number}`, machine_id: String(8_000_000 + number),
      data: [{ key: 'staff_code', value: `tech${number % 12}` }, { key: 'site_code', value: 'north' }, { key: 'category', value: ['support', 'sales', 'repair'][number % 3] }, { key: 'ticket_date', value: '20th of August' }],
      reminders: [{ email_template_id, send_at: earlier }, { email_template_id, send_at: later }],
    }
    number++
    return { path, headers, body: JSON.stringify(body) }
  }
}

/** Each from an address of its own, lest the limit of a public page is what is measured. */
function visits(load: Exclude<Load, { kind: 'tickets' | 'requests' }>): () => Request {
  const paths = readFileSync(load.paths_file, 'utf8').trim().split('\n')
  let index = 0
  return () => {
    const path = paths[index++ % paths.length] ?? '/'
    const address = `10.${index >> 16 & 255}.${index >> 8 & 255}.${index & 255}`
    const headers = { 'x-forwarded-for': address, 'user-agent': 'Mozilla/5.0 (bench)' }
    return load.kind === 'pages' ? { path, headers } : { path, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: load.form }
  }
}
