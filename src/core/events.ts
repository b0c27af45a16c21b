import type { Tx } from '../storage/database.ts'

/** Something that happened to the account's data. What is told to the outside leaves from these rows, never from the code that wrote them. */
export interface EventInput {
  account_id: number
  type: 'response.received' | 'response.revised' | 'account.changed' | 'erasure.requested' | 'erasure.finished'
  subject_id: number
  /** As actorName gives it. */
  actor: string
  detail: Record<string, unknown>
  created_at: Date
}

/** Writes events in the transaction of what they tell. */
export async function recordEvents(tx: Tx, events: EventInput[]): Promise<void> {
  if (events.length === 0) return
  await tx.insertInto('events').values(events.map((event) => ({ ...event, detail: JSON.stringify(event.detail) }))).execute()
}
