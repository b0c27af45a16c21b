import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase, type TestDatabase } from '../../test/support/postgres.ts'
import { BY_KEYS, openDatabase, snapshot, transaction, type Db, type OpenDatabase } from './database.ts'

let database: TestDatabase
let open: OpenDatabase
before(async () => {
  database = await testDatabase()
  // One connection: whatever a transaction left behind on it, the next statement would meet.
  open = openDatabase({ connection: { connectionString: database.url }, size: 1 })
  await sql`create table notes (id integer generated always as identity, text text primary key)`.execute(open.db)
})
beforeEach(() => sql`delete from notes`.execute(open.db))
after(async () => {
  await open.close()
  await database.drop()
})

const write = (db: Db, text: string) => sql`insert into notes (text) values (${text})`.execute(db)
const fail = (db: Db) => sql`select 1 / 0`.execute(db)
const notes = async (db: Db = open.db) => (await sql<{ text: string }>`select text from notes order by id`.execute(db)).rows.map(({ text }) => text)

test('what is asked at once is done in its order, and each sees what those before it wrote', async () => {
  const [, before_second, , after_second] = await transaction(open.db, (tx) => Promise.all([write(tx, 'first'), notes(tx), write(tx, 'second'), notes(tx)]))
  assert.deepEqual([before_second, after_second, await notes()], [['first'], ['first', 'second'], ['first', 'second']])
})

test('where one of them fails, nothing of the others is there, and the first failure is what is told', async () => {
  await assert.rejects(transaction(open.db, (tx) => Promise.all([write(tx, 'before'), fail(tx), write(tx, 'after')])), /division by zero/)
  assert.deepEqual(await notes(), [])
})

test('a statement that comes when its transaction is over is refused, and writes nothing', async () => {
  const over = Promise.withResolvers<void>()
  const laggards: Promise<unknown>[] = []
  const laggard = async (tx: Db): Promise<void> => {
    await over.promise
    await write(tx, 'late')
  }
  await assert.rejects(transaction(open.db, async (tx) => {
    laggards.push(laggard(tx))
    await fail(tx)
  }), /division by zero/)
  over.resolve()
  await assert.rejects(Promise.all(laggards), /after the end of its transaction/)
  assert.deepEqual(await notes(), [])
})

test('a failure that nobody noticed does not look like a commit', async () => {
  await assert.rejects(transaction(open.db, async (tx) => {
    await write(tx, 'lost')
    await fail(tx).catch(() => undefined)
  }), /rolled back/)
  assert.deepEqual(await notes(), [])
})

test('work inside of work is one transaction, and a connection is whole again after each', async () => {
  await assert.rejects(transaction(open.db, async (tx) => {
    await transaction(tx, (inner) => write(inner, 'inner'))
    throw new Error('given up')
  }), /given up/)
  await transaction(open.db, (tx) => write(tx, 'kept'))
  assert.deepEqual(await notes(), ['kept'])
})

test('a snapshot sees what there was at its first question, and writes nothing', async () => {
  const other = openDatabase({ connection: { connectionString: database.url }, size: 1 })
  const seen = await snapshot(open.db, async (tx) => {
    const first = await notes(tx)
    await write(other.db, 'since')
    return [first, await notes(tx)]
  })
  await other.close()
  assert.deepEqual([seen, await notes()], [[[], []], ['since']])
  await assert.rejects(snapshot(open.db, (tx) => write(tx, 'never')), /read-only transaction/)
})

test('one that finds all by keys reads no table as a whole, however small, also to check a reference; the next one may', async () => {
  await sql`create table parts (note text references notes, kind text)`.execute(open.db)
  await write(open.db, 'whole')
  await sql`analyze`.execute(open.db)
  // Of a table itself the database counts only what it read without an index.
  const counted = async (db: Db) => (await sql<{ read: number }>`select pg_stat_get_xact_tuples_returned('notes'::regclass)::integer as read`.execute(db)).rows[0]?.read ?? 0
  const refer = async (tx: Db): Promise<number> => {
    const before = await counted(tx)
    await sql`insert into parts (note) values ('whole')`.execute(tx)
    return await counted(tx) - before
  }
  assert.deepEqual([await transaction(open.db, refer, BY_KEYS), await transaction(open.db, (tx) => fresh(tx, refer))], [0, 1])
})

/** The plan of a check is kept; it is made anew once what it was made for has changed. */
async function fresh<T>(tx: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  await sql`alter table notes alter column text set statistics 50`.execute(tx)
  return work(tx)
}
