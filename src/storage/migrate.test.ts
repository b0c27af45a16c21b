import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { testDatabase, type TestDatabase } from '../../test/support/postgres.ts'
import { migrate, pendingMigrations, readMigrations } from './migrate.ts'
import { StorageError } from './storage-error.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
})
after(() => database.drop())

async function run(sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

test('a migrated database has nothing left to run, however many start at once', async () => {
  assert.deepEqual(await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]), [[], [], []])
})

test('five processes that meet an empty database migrate it once', async () => {
  await run('drop schema public cascade; create schema public')
  const ran = await Promise.all(Array.from({ length: 5 }, () => migrate(database.url)))
  assert.deepEqual(ran.filter((names) => names.length > 0), [readMigrations().map(({ name }) => name)])
})

test('a migration that was edited after it ran is refused', async () => {
  await run(`update migrations set checksum = 'other' where number = 1`)
  await assert.rejects(migrate(database.url), (error) => error instanceof StorageError && /never edited/.test(error.message))
  await run(`update migrations set checksum = '${readMigrations()[0]?.checksum}' where number = 1`)
})

test('a database of a newer version is refused', async () => {
  await run(`insert into migrations (number, name, checksum) values (${readMigrations().length + 1}, '9999-from-the-future', 'x')`)
  await assert.rejects(migrate(database.url), (error) => error instanceof StorageError && /newer Earshot.*9999-from-the-future/.test(error.message))
  await run(`delete from migrations where name = '9999-from-the-future'`)
})

test('a migration that fails leaves nothing of itself behind and says which it was', async () => {
  const last = readMigrations().at(-1)
  await run(`delete from migrations where number = ${last?.number}`)
  await assert.rejects(migrate(database.url), (error) => error instanceof StorageError && error.message.includes(last?.name ?? 'none'))
  assert.equal((await run('select count(*) from migrations')).rows[0]?.count, String(readMigrations().length - 1))
  await run(`insert into migrations (number, name, checksum) values (${last?.number}, '${last?.name}', '${last?.checksum}')`)
})

test('numbers without a gap are demanded of the files', () => {
  const files = readMigrations()
  assert.deepEqual(files.map(({ number }) => number), files.map((_, index) => index + 1))
  assert.throws(() => pendingMigrations([], [{ number: 1, name: '0001-core', checksum: 'x' }]), StorageError)
})

test('a user who may not create tables is told what is missing, and runs where somebody else has migrated', async () => {
  const role = `reader_${process.pid}`
  await run(`create role ${role} login`)
  try {
    const connection = { connectionString: database.url, options: `-c role=${role}` }
    await run(`grant usage on schema public to ${role}; grant select on migrations to ${role}; revoke create on schema public from public`)
    assert.deepEqual(await migrate(connection), [])
    await run('drop schema public cascade; create schema public')
    await run(`grant usage on schema public to ${role}`)
    await assert.rejects(migrate(connection), (error) => error instanceof StorageError && /permission denied for schema public.*grant create on schema/.test(error.message))
  } finally {
    await run(`drop owned by ${role}; drop role ${role}`)
  }
})
