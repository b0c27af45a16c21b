import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { StorageError } from './storage-error.ts'

interface Migration { number: number, name: string, sql: string, checksum: string }

/** Any two processes of ours that migrate one database wait for each other on this advisory lock. */
const MIGRATION_LOCK = 7_272_001

/**
 * Brings the database to this version: runs the numbered files that it has not seen, in order, each in a transaction, under a lock.
 * Returns the names of those it ran. Throws StorageError if the database was migrated by a newer version, or a file was changed since it ran.
 */
export async function migrate(connection: pg.ClientConfig | string): Promise<string[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await createTable(client)
    const known = await client.query<{ number: number, name: string, checksum: string }>('select number, name, checksum from migrations order by number')
    const pending = pendingMigrations(readMigrations(), known.rows)
    for (const migration of pending) await runMigration(client, migration)
    return pending.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

/** The files of src/storage/migrations, `0001-name.sql`, in order. Throws if a number is missing or taken twice. */
export function readMigrations(directory = new URL('./migrations/', import.meta.url)): Migration[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.sql')).sort()
  return files.map((file, index) => {
    const number = Number(file.slice(0, 4))
    if (number !== index + 1) throw new StorageError(`Migration ${file} is out of order: expected number ${index + 1}.`)
    const sql = readFileSync(new URL(file, directory), 'utf8')
    return { number, name: file.slice(0, -4), sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

export function pendingMigrations(files: Migration[], known: { number: number, name: string, checksum: string }[]): Migration[] {
  const last = files.at(-1)?.number ?? 0
  for (const ran of known) {
    const file = files[ran.number - 1]
    if (!file || ran.number > last) {
      throw new StorageError(`The database was migrated by a newer Earshot (it has ${ran.name}). Start that version, or restore a backup made by this one.`)
    }
    if (file.name !== ran.name || file.checksum !== ran.checksum) {
      throw new StorageError(`Migration ${file.name} differs from the one that this database ran (${ran.name}). Migrations are never edited: restore the file and add a new one.`)
    }
  }
  return files.slice(known.length)
}

/** Only where it is missing: a user who may not create tables can still run on a database that somebody else migrates. */
async function createTable(client: pg.Client): Promise<void> {
  const found = await client.query<{ table: string | null }>(`select to_regclass('migrations')::text as table`)
  if (found.rows[0]?.table) return
  try {
    await client.query('create table migrations (number integer primary key, name text not null, checksum text not null, ran_at timestamptz not null default now())')
  } catch (cause) {
    throw new StorageError(`The database cannot be migrated: ${messageOf(cause)}. Its user must be allowed to create tables, in PostgreSQL's words: grant create on schema public to that user, or make it the owner of the database.`, { cause })
  }
}

async function runMigration(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into migrations (number, name, checksum) values ($1, $2, $3)', [migration.number, migration.name, migration.checksum])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new StorageError(`Migration ${migration.name} failed: ${messageOf(error)}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
