import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { testDatabase } from './postgres.ts'

test('each test file has a migrated database that no other sees, and drops it', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()])
  const client = new pg.Client(one.url)
  await client.connect()
  await client.query('create table mine (id int)')
  const { rows } = await client.query<{ migrations: string; others: string[] }>('select (select count(*) from migrations) as migrations, array(select datname::text from pg_database) as others')
  await client.end()
  assert.ok(Number(rows[0]?.migrations) > 0)

  const other = new pg.Client(two.url)
  await other.connect()
  await assert.rejects(other.query('select * from mine'), /does not exist/)
  await one.drop()
  const left = await other.query<{ datname: string }>('select datname from pg_database where datname = $1', [new URL(one.url).pathname.slice(1)])
  await other.end()
  await two.drop()
  assert.deepEqual(left.rows, [])
  assert.ok(rows[0]?.others.includes(new URL(one.url).pathname.slice(1)))
})
