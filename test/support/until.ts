import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../src/storage/database.ts'

/** So long a machine may be busy with other things: what is to happen has long happened on an idle one, and what never does costs this once. */
const PATIENCE_MS = 60_000

/** Waits for what happens elsewhere. Throws with `what` after a minute. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'it happened'): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !await condition(); await pause(5)) if (performance.now() > end) throw new Error(`not within a minute: ${what}`)
}

/** Waits until so many connections to the test's own database wait for a lock that another one holds. */
export async function untilBlocked(db: Db, count = 1): Promise<void> {
  const blocked = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await until(async () => (await blocked.execute(db)).rows.length >= count, `${count} wait for a lock`)
}
