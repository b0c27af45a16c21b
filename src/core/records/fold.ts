import { sql } from 'kysely'
import type { Ground } from '../context.ts'

const MOST = 5000

/** Adds what was noted of records to their sums; answers how many notes there were. Any number of processes may: one of them does. */
export async function foldRecordChanges({ db }: Pick<Ground, 'db'>, most = MOST): Promise<number> {
  const waiting = await db.selectFrom('record_changes').select('id').limit(1).executeTakeFirst()
  if (!waiting) return 0
  const { rows: [row] } = await sql<{ folded: number }>`select fold_record_changes(${most}) as folded`.execute(db)
  return row?.folded ?? 0
}
