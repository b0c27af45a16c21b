import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase, type TestDatabase } from '../../test/support/postgres.ts'
import { openDatabase, transaction, type Db, type OpenDatabase, type Tx } from './database.ts'
import { groupCommit, groupStatement, type Settled } from './group-commit.ts'

let database: TestDatabase
let open: OpenDatabase
before(async () => {
  database = await testDatabase()
  open = openDatabase({ connection: { connectionString: database.url } })
  await sql`create table notes (text text primary key)`.execute(open.db)
})
after(async () => {
  await open.close()
  await database.drop()
})

const batches: number[] = []

/** Writes notes; "refuse" is refused for its own caller alone, "poison" makes the database fail. */
async function writeNotes(tx: Tx, notes: string[]): Promise<Settled<string>[]> {
  batches.push(notes.length)
  for (const note of notes.filter((one) => one !== 'refuse')) await sql`insert into notes values (${note === 'poison' ? sql`(1/0)::text` : note})`.execute(tx)
  return notes.map((note) => note === 'refuse' ? { error: new Error('refused') } : { value: `wrote ${note}` })
}

async function notes(): Promise<string[]> {
  return (await sql<{ text: string }>`select text from notes order by text`.execute(open.db)).rows.map(({ text }) => text)
}

test('concurrent callers share transactions, each gets its own result, and all of it is durable', async () => {
  const results = await Promise.all(Array.from({ length: 100 }, (_, index) => groupCommit(open.db, writeNotes, `note ${index}`)))
  assert.deepEqual(results, Array.from({ length: 100 }, (_, index) => `wrote note ${index}`))
  assert.equal((await notes()).length, 100)
  assert.ok(batches.length < 20, `100 callers took ${batches.length} transactions`)
})

test('a batch reads no table as a whole; what comes after it on the same connection may', async () => {
  const one = openDatabase({ connection: { connectionString: database.url }, size: 1 })
  const setting = async (db: Db) => (await sql<{ enable_seqscan: string }>`show enable_seqscan`.execute(db)).rows[0]?.enable_seqscan ?? ''
  async function ask(tx: Tx, items: null[]): Promise<Settled<string>[]> {
    const value = await setting(tx)
    return items.map(() => ({ value }))
  }
  const said = [await groupCommit(one.db, ask, null), await setting(one.db), await transaction(one.db, setting)]
  await one.close()
  assert.deepEqual(said, ['off', 'on', 'on'])
})

test('callers who are soon back go together again', async () => {
  batches.length = 0
  for (let time = 0; time < 10; time++) {
    await Promise.all(Array.from({ length: 20 }, async (_, caller) => {
      for (let turn = 0; turn < caller % 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      await groupCommit(open.db, writeNotes, `caller ${caller}, ${time}`)
    }))
  }
  assert.ok(batches.length < 19, `ten times twenty callers took ${batches.length} transactions`)
})

test('an item that is refused fails alone', async () => {
  const [good, bad] = await Promise.allSettled([groupCommit(open.db, writeNotes, 'beside'), groupCommit(open.db, writeNotes, 'refuse')])
  assert.equal(good.status, 'fulfilled')
  assert.equal(bad.status, 'rejected')
  assert.ok((await notes()).includes('beside'))
})

test('an item that breaks the batch fails alone, too', async () => {
  const tries = await Promise.allSettled(['first', 'poison', 'second'].map((note) => groupCommit(open.db, writeNotes, note)))
  assert.deepEqual(tries.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  const written = await notes()
  assert.ok(written.includes('first') && written.includes('second'))
})

test('inside a transaction the work belongs to it', async () => {
  await assert.rejects(transaction(open.db, async (tx) => {
    assert.equal(await groupCommit(tx, writeNotes, 'inside'), 'wrote inside')
    throw new Error('given up')
  }), /given up/)
  assert.ok(!(await notes()).includes('inside'))
})

const statements: number[] = []

/** Writes notes by one statement; of "poison" the database wants to know nothing. */
async function insertNotes(db: Db, notes: string[]): Promise<Settled<string>[]> {
  statements.push(notes.length)
  const { rows } = await sql<{ text: string }>`insert into notes select case text when 'poison' then (1 / (length(text) - 6))::text else text end from unnest(${notes}::text[]) as text returning text`.execute(db)
  return rows.map(({ text }) => ({ value: `wrote ${text}` }))
}

test('work of one statement is shared in the same way, is whole or not at all, and belongs to the transaction that it is asked for in', async () => {
  const results = await Promise.all(Array.from({ length: 50 }, (_, index) => groupStatement(open.db, insertNotes, `statement ${index}`)))
  assert.deepEqual(results, Array.from({ length: 50 }, (_, index) => `wrote statement ${index}`))
  assert.ok(statements.length < 10, `50 callers took ${statements.length} statements`)
  const tries = await Promise.allSettled(['third', 'poison', 'fourth'].map((note) => groupStatement(open.db, insertNotes, note)))
  assert.deepEqual(tries.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  await assert.rejects(transaction(open.db, async (tx) => {
    assert.equal(await groupStatement(tx, insertNotes, 'within'), 'wrote within')
    throw new Error('given up')
  }), /given up/)
  const written = await notes()
  assert.deepEqual(['statement 49', 'third', 'fourth', 'poison', 'within'].map((note) => written.includes(note)), [true, true, true, false, false])
})
