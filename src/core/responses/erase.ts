import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Db, Tx } from '../../storage/database.ts'
import { cameFrom } from './filter.ts'

/** The answers to these invitations. */
export function findResponsesTo(db: Db, account_id: number, invitation_ids: number[]): Promise<number[]> {
  return findIds(db, account_id, sql<SqlBool>`r.invitation_id = any(${invitation_ids}::bigint[])`)
}

/** What these contacts answered without being invited. */
export function findUninvitedResponsesOf(db: Db, account_id: number, contact_ids: number[]): Promise<number[]> {
  return findIds(db, account_id, sql<SqlBool>`r.contact_id = any(${contact_ids}::bigint[]) and r.invitation_id is null`)
}

/** Up to so many answers that came from this address (in lower case), or in which it was written as the customer's own; by the index of words, where there is one. */
export async function findResponsesFrom(db: Db, account_id: number, address: string, limit: number): Promise<number[]> {
  const own = await findIds(db, account_id, cameFrom(address), limit)
  return own.length > 0 ? own : findIds(db, account_id, sql<SqlBool>`r.id = any(array(${wroteAddress(account_id, address)}))`, limit)
}

/** How many answers there are to invitations of this address, of contacts that have it, or that came from it. */
export async function countResponsesOf(db: Db, account_id: number, address: string): Promise<number> {
  const { rows: [row] } = await sql<{ count: number }>`
    select count(*) as count from (
      select r.id from invitations v join responses r on r.account_id = v.account_id and r.invitation_id = v.id where v.account_id = ${account_id} and lower(v.email) = ${address}
      union select r.id from contacts p join responses r on r.account_id = p.account_id and r.contact_id = p.id where p.account_id = ${account_id} and lower(p.email) = ${address}
      union select r.id from responses r where r.account_id = ${account_id} and ${cameFrom(address)}
      union ${wroteAddress(account_id, address)}
    ) as own`.execute(db)
  return row?.count ?? 0
}

/**
 * Takes from responses what says whose they are, and what they wrote: comments and other texts, address, IP and browser, earlier versions, the title of the ticket. Ratings and choices stay:
 * they count for whoever they counted for.
 */
export async function eraseResponses(tx: Tx, account_id: number, ids: number[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await sql`delete from revisions where account_id = ${account_id} and response_id = any(${ids}::bigint[])`.execute(tx)
  await sql`delete from response_fields where account_id = ${account_id} and response_id = any(${ids}::bigint[])`.execute(tx)
  await sql`
    with texts as (
      delete from answers where account_id = ${account_id} and response_id = any(${ids}::bigint[]) and text is not null returning response_id
    )
    update responses r set comment = null, email = null, responder_ip = null, user_agent = null, case_title = case when r.case_kind = 'project' then r.case_title end,
      answer_count = r.answer_count - (select count(*) from texts where texts.response_id = r.id), updated_at = ${now}
    where r.account_id = ${account_id} and r.id = any(${ids}::bigint[])`.execute(tx)
}

/** Takes responses away with all their parts. */
export async function removeResponses(tx: Tx, account_id: number, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  for (const table of ['rating_facts', 'answers', 'revisions', 'response_staff', 'response_segments', 'response_fields'] as const) {
    await tx.deleteFrom(table).where('account_id', '=', account_id).where('response_id', '=', sql<number>`any(${ids}::bigint[])`).execute()
  }
  await tx.deleteFrom('responses').where('account_id', '=', account_id).where('id', '=', sql<number>`any(${ids}::bigint[])`).execute()
}

function wroteAddress(account_id: number, address: string): RawBuilder<unknown> {
  return sql`select f.response_id from response_fields f where f.account_id = ${account_id} and f.key = 'email' and lower(f.value) = ${address}`
}

async function findIds(db: Db, account_id: number, condition: RawBuilder<SqlBool>, limit: number | null = null): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`select r.id from responses r where r.account_id = ${account_id} and ${condition} order by r.id limit ${limit} for update`.execute(db)
  return rows.map(({ id }) => id)
}
