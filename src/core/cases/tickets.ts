import { sql, type Selectable } from 'kysely'
import type { Db, Tx } from '../../storage/database.ts'
import { itemAt, unnested } from '../../storage/recordset.ts'
import type { CaseRow } from '../../storage/schema.ts'
import { caseKey, notThere, type CaseIdentity } from './parts.ts'

export interface TicketName {
  account_id: number
  site_id: number
  /** A ticket of that number at another site is another ticket. Else it is this one, if this site has none of its own. */
  this_site_only: boolean
  number: string
  title?: string | null
  board_name?: string | null
  company_id: number | null
  contact_id: number | null
  staff_ids: number[]
  team_id: number | null
}

/** The ticket of that number, made if it is new and else left as it is; its id. For requests that name a case by its reference only. */
export async function findOrCreateTicket(tx: Tx, input: TicketName, now: Date): Promise<number> {
  return itemAt(await findOrCreateTickets(tx, [input], now), 0).id
}

/** The same of several, no two of which may have an account and a number in common; in their order, and locked as by lockTickets. */
export async function findOrCreateTickets(tx: Tx, inputs: TicketName[], now: Date): Promise<TicketFacts[]> {
  const found = await findTickets(tx, inputs)
  const made = await insertTickets(tx, inputs.filter((input) => !found.has(input)), now)
  // Somebody else made it in the meantime.
  for (const [input, id] of await findTickets(tx, inputs.filter((one) => !found.has(one) && !made.has(one)))) found.set(input, id)
  const locked = await lockTickets(tx, [...found].map(([{ account_id }, id]) => ({ account_id, id })))
  return inputs.map((input) => made.get(input) ?? locked.get(found.get(input) ?? 0) ?? notThere())
}

/** The id of the ticket of that number, if there is one. */
export async function findTicket(db: Db, input: TicketIdentity): Promise<number | null> {
  return (await findTickets(db, [input])).get(input) ?? null
}

/** What an invitation takes from its ticket. */
export interface TicketFacts extends Pick<Selectable<CaseRow>, 'account_id' | 'id' | 'site_id' | 'title' | 'board_name' | 'company_id' | 'team_id' | 'staff_ids' | 'opened_at' | 'closed_at' | 'source_updated_at'> {}

/** These tickets, locked until the invitation is there, which a change in between would miss; by their ids. */
export async function lockTickets(tx: Tx, tickets: { account_id: number, id: number }[]): Promise<Map<number, TicketFacts>> {
  if (tickets.length === 0) return new Map()
  const { rows } = await sql<TicketFacts>`
    select c.account_id, c.id, c.site_id, c.title, c.board_name, c.company_id, c.team_id, c.staff_ids, c.opened_at, c.closed_at, c.source_updated_at
    from ${unnested(tickets, 'account_id bigint, id bigint')} i join cases c on c.account_id = i.account_id and c.id = i.id order by c.account_id, c.id for share of c`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

type TicketIdentity = Pick<TicketName, 'account_id' | 'site_id' | 'this_site_only' | 'number'>

async function findTickets<T extends TicketIdentity>(db: Db, inputs: T[]): Promise<Map<T, number>> {
  if (inputs.length === 0) return new Map()
  const { rows } = await sql<{ position: number, id: number }>`
    select i.position, found.id from ${unnested(inputs, 'position integer, account_id bigint, site_id bigint, this_site_only boolean, number text')} i
    cross join lateral (select c.id from cases c where c.account_id = i.account_id and c.kind = 'ticket' and c.number = i.number and (not i.this_site_only or c.site_id = i.site_id)
      order by c.site_id = i.site_id desc, c.id limit 1) as found`.execute(db)
  return new Map(rows.map(({ position, id }) => [itemAt(inputs, position), id]))
}

/** In one order for all of them; those that somebody else made in the meantime are left out. */
async function insertTickets(tx: Tx, inputs: TicketName[], now: Date): Promise<Map<TicketName, TicketFacts>> {
  if (inputs.length === 0) return new Map()
  const rows = inputs.map((input) => ({ ...input, kind: 'ticket' }))
  const made = await sql<CaseIdentity & { id: number }>`
    insert into cases (account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, staff_ids, created_at, updated_at)
    select account_id, site_id, kind, number, title, board_name, company_id, contact_id, team_id, staff_ids, ${now}, ${now}
    from ${unnested(rows, 'account_id bigint, site_id bigint, kind text, number text, title text, board_name text, company_id bigint, contact_id bigint, team_id bigint, staff_ids bigint[]')} i
    order by account_id, site_id, kind, number
    on conflict (account_id, site_id, kind, number) do nothing returning id, account_id, site_id, kind, number`.execute(tx)
  const ids = new Map(made.rows.map((row) => [caseKey(row), row.id]))
  return new Map(inputs.flatMap((input, index) => {
    const id = ids.get(caseKey(itemAt(rows, index)))
    return id === undefined ? [] : [[input, { ...input, id, title: input.title ?? null, board_name: input.board_name ?? null, ...NO_TIMES }]]
  }))
}

const NO_TIMES = { opened_at: null, closed_at: null, source_updated_at: null }
