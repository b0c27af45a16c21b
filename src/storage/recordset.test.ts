import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase, type TestDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type OpenDatabase } from './database.ts'
import { unnested } from './recordset.ts'

let database: TestDatabase
let open: OpenDatabase

before(async () => {
  database = await testDatabase()
  open = openDatabase({ connection: { connectionString: database.url }, size: 1 })
})
after(async () => {
  await open.close()
  await database.drop()
})

test('rows come out as they went in, whatever is in them', async () => {
  const at = new Date('2026-03-29T01:00:00.123Z')
  const rows = [
    { id: 9_007_199_254_740_991, name: 'O\'Hara "Jo" \\ {a,b}', ids: [1, 2], names: ['a,b', '"c"', 'd\\', '{}', '', 'null'], detail: { deep: ['x', null, 'it\'s "it"'] }, at, is_new: true },
    { id: -1, name: '', ids: [], names: [], detail: 'a text', at, is_new: false },
    { id: 0, name: 'NULL', ids: [7], names: ['line\nbreak'], detail: null, at, is_new: true },
  ]
  const { rows: read } = await sql`select * from ${unnested(rows, 'id bigint, name text, ids bigint[], names text[], detail jsonb, at timestamptz, is_new boolean')} i`.execute(open.db)
  assert.deepEqual(read, rows)
})

test('a field that is missing or undefined is null, and a position is the place among the rows', async () => {
  const { rows } = await sql`select * from ${unnested([{ a: 1 }, { a: undefined, b: ['x'] }, {}], 'position integer, a integer, b text[], c jsonb')} i order by position desc`.execute(open.db)
  assert.deepEqual(rows, [{ position: 2, a: null, b: null, c: null }, { position: 1, a: null, b: ['x'], c: null }, { position: 0, a: 1, b: null, c: null }])
})

test('whatever JSON has may stand in a column of it, and what no column has is refused', async () => {
  const rows = [1, true, 'NULL', '{"a"}', [], new Date(0)].map((detail) => ({ detail }))
  const { rows: read } = await sql`select detail from ${unnested(rows, 'position integer, detail jsonb')} i order by position`.execute(open.db)
  assert.deepEqual(read, [...rows.slice(0, -1), { detail: '1970-01-01T00:00:00.000Z' }])
  for (const value of [Buffer.from('a'), 1n, {}]) assert.throws(() => unnested([{ a: value }], 'a text'), /is no element of text\[\]/)
})

test('of no rows there are none', async () => {
  assert.deepEqual((await sql`select * from ${unnested([], 'a bigint, b text[]')} i`.execute(open.db)).rows, [])
})

test('it is prepared once, however many rows come', async () => {
  for (const count of [1, 2, 40]) await sql`select a from ${unnested(Array.from({ length: count }, (_, a) => ({ a })), 'a integer')} i where a >= 0`.execute(open.db)
  const { rows } = await sql`select statement from pg_prepared_statements where statement like '%where a >= 0%'`.execute(open.db)
  assert.equal(rows.length, 1)
})
