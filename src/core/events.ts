import { sql } from 'kysely'
import type { Tx } from '../storage/database.ts'
import { unnested } from '../storage/recordset.ts'

/** Something that happened to the account's data. What is told to the outside leaves from these rows, never from the code that wrote them. */
export interface EventInput {
  account_id: number
  type: 'response.received' | 'response.confirmed' | 'response.revised' | 'response.suspected' | 'response.accepted' | 'response.voided' | 'response.restored' | 'account.changed' | 'erasure.requested' | 'erasure.finished'
  subject_id: number
  /** As actorName gives it. */
  actor: string
  detail: Record<string, unknown>
  created_at: Date
}

/** Writes events in the transaction of what they tell. */
export async function recordEvents(tx: Tx, events: EventInput[]): Promise<void> {
  if (events.length === 0) return
  await sql`insert into events (account_id, type, subject_id, actor, detail, created_at)
    select account_id, type, subject_id, actor, detail, created_at
    from ${unnested(events, 'position integer, account_id bigint, type text, subject_id bigint, actor text, detail jsonb, created_at timestamptz')} i order by i.position`.execute(tx)
}
