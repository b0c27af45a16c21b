import { sql } from 'kysely'
import type { Db } from './database.ts'
import { pendingMigrations, readMigrations } from './migrate.ts'

/** Why the database cannot be used as it is, in a sentence; null when it can: it answers and has every migration of this version. */
export async function findStorageFault(db: Db): Promise<string | null> {
  try {
    const known = await sql<{ number: number, name: string, checksum: string }>`select number, name, checksum from migrations order by number`.execute(db)
    const pending = pendingMigrations(readMigrations(), known.rows)
    return pending.length === 0 ? null : `The database is not migrated: ${pending.map((migration) => migration.name).join(', ')} is missing.`
  } catch (error) {
    if (error instanceof Error && error.name === 'StorageError') return error.message
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return code === ' (42P01)' ? 'The database is not migrated.' : `The database does not answer${code}.`
  }
}
