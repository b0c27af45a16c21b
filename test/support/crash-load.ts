import { setTimeout as pause } from 'node:timers/promises'

/** Tickets posted over HTTP, as a ticket system does it: what was not acknowledged is posted again. */
export interface Loader {
  /** The numbers of the tickets that were acknowledged. */
  readonly acknowledged: Set<number>
  /** How many posts failed, and were made again. */
  readonly failures: () => number
  /** Ends once everything begun is acknowledged. */
  stop(): Promise<void>
  /** Ends at once. */
  abandon(): void
}

/** Posts from so many clients side by side until it is stopped, each with so long a pause (in ms) between two tickets. */
export function startLoader(options: { url: string, api_key: string, clients: number, pause_ms: number, count?: number }): Loader {
  const acknowledged = new Set<number>()
  let [next, failures, is_stopping, is_abandoned] = [1, 0, false, false]
  const client = async (): Promise<void> => {
    while (!is_stopping && next <= (options.count ?? Infinity)) {
      const number = next++
      while (!await post(options, number)) {
        failures++
        if (is_abandoned) return
        await pause(50)
      }
      acknowledged.add(number)
      if (options.pause_ms > 0) await pause(options.pause_ms)
    }
  }
  const running = Promise.all(Array.from({ length: options.clients }, client))
  return {
    acknowledged, failures: () => failures,
    async stop() {
      is_stopping = options.count === undefined
      await running
    },
    abandon() {
      is_stopping = is_abandoned = true
    },
  }
}

/** Whom a ticket's mail goes to. */
export function addressOf(number: number): string {
  return `ticket${number}@customers.test`
}

/** Runs the work for all items, so many at once. */
export async function forEach<T>(items: Iterable<T>, at_once: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items].values()
  await Promise.all(Array.from({ length: at_once }, async () => {
    for (const item of queue) await work(item)
  }))
}

async function post({ url, api_key }: { url: string, api_key: string }, number: number): Promise<boolean> {
  const ticket = {
    ticketID: number, ticketTitle: `Ticket ${number}`, boardName: 'Helpdesk', companyRecID: 1 + number % 40, companyName: `Client ${1 + number % 40}`,
    contactRecID: number, contactName: `Customer ${number}`, contactEmail: addressOf(number), resource: `tech${number % 12}`,
    ticketCreatedOn: '2026-11-01T08:00:00Z', ticketClosedOn: '2026-11-01T09:00:00Z', ticketUpdatedOn: '2026-11-01T09:00:00Z',
  }
  try {
    const answer = await fetch(`${url}/api/tickets`, {
      method: 'POST', body: JSON.stringify(ticket), headers: { 'authorization': `Bearer ${api_key}`, 'content-type': 'application/json' }, signal: AbortSignal.timeout(20_000),
    })
    await answer.arrayBuffer()
    if (answer.status >= 400 && answer.status < 500) throw new TypeError(`a ticket was refused: ${answer.status}`)
    return answer.status === 200 || answer.status === 201
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('a ticket')) throw error
    return false
  }
}
