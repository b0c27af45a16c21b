import { sql } from 'kysely'
import type { Ground } from '../context.ts'

const MOST = 5000

/** Where changes are noted, each with its own sums: of records, of ratings, and of invitations by when they were sent. */
const NOTES = ['record_changes', 'rating_changes', 'invitation_changes'] as const

/** Adds what was noted to the sums, at most so many notes of each kind; answers how many there were. Any number of processes may: one of them does. */
export async function foldRecordChanges({ db }: Pick<Ground, 'db'>, most = MOST): Promise<number> {
  let folded = 0
  for (const notes of NOTES) {
    const waiting = await db.selectFrom(notes).select('id').limit(1).executeTakeFirst()
    if (!waiting) continue
    const { rows: [row] } = await sql<{ folded: number }>`select ${sql.raw(`fold_${notes}`)}(${most}) as folded`.execute(db)
    folded += row?.folded ?? 0
  }
  return folded
}
