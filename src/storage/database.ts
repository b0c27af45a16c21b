import { AbortedTransactionError, CompiledQuery, DummyDriver, Kysely, PostgresDialect, Transaction, sql, type ConnectionProvider, type DatabaseConnection, type PostgresPool, type PostgresPoolClient, type RawBuilder } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { withNamedStatements } from './named-statements.ts'
import type { Schema } from './schema.ts'

/** The database as a use case sees it. A transaction is one too. */
export type Db = Kysely<Schema>
export type Tx = Transaction<Schema>

export interface DatabaseOptions {
  /** How to connect: what `pg` takes, a connectionString or host, port, user and database. */
  connection: pg.ClientConfig
  /** The most connections at once. Each costs the server about 6 MB. */
  size?: number
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  onError?: (error: Error) => void
  /** Asked when no connection can be made; once it has brought the server back, the connection is tried again, for about three seconds. */
  recover?: () => Promise<void>
}

export interface OpenDatabase {
  readonly db: Db
  close(): Promise<void>
}

/** Opens a pool. Nothing is contacted before the first query. */
export function openDatabase(options: DatabaseOptions): OpenDatabase {
  const pool = new pg.Pool({
    ...options.connection,
    max: options.size ?? 10,
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: 10_000,
    application_name: 'earshot',
    // What is asked at once goes to the server at once.
    pipeline: true,
    // Aggregates lose by a generic plan and by compiling, so statements stay unnamed and jit is off. Helpers take longer to start than most questions to answer.
    options: '-c jit=off -c parallel_setup_cost=10000 -c timezone=UTC -c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000',
    types: { getTypeParser },
  })
  pool.on('error', (error) => options.onError?.(error))
  // The pool listens to idle connections only. One that breaks between two statements of a transaction would end the process; the next statement fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const named = withNamedStatements(pool)
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: { ...named, connect: () => connectAgain(named, options.recover) } }) })
  return { db, close: () => db.destroy() }
}

/** A server that was killed takes a moment until all its processes are gone, and another until it lets anybody in. */
async function connectAgain(pool: PostgresPool, recover: DatabaseOptions['recover']): Promise<PostgresPoolClient> {
  for (let pause_ms = 20; ; pause_ms *= 2) {
    try {
      return await pool.connect()
    } catch (error) {
      if (!recover || pause_ms > 2000) throw error
      await recover()
      await pause(pause_ms)
    }
  }
}

/**
 * How one begins whose statements all find their rows by keys. A table of a few rows, or one that was not counted yet, would else be read as a whole: to the database that looks as cheap, and each check of a
 * reference does it, with a call of the system for its size.
 */
export const BY_KEYS = 'begin; set local enable_seqscan = off'

/**
 * Runs work in one transaction, or inside the one that db already is. Statements that it asks at once, by Promise.all, go to the database one behind the other, in their order and without waiting for each other's
 * answers; so each sees what those before it wrote. A deadlock or a serialisation failure is tried again,
 * at most three times: work must therefore do nothing but talk to the database.
 */
export async function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>, begin = 'begin'): Promise<T> {
  if (isTransaction(db)) return work(db)
  for (let attempt = 1; ; attempt++) {
    try {
      return await runInside(db, begin, work)
    } catch (error) {
      if (attempt > 3 || !isTransient(error)) throw error
    }
  }
}

/** Runs reads that must agree with each other: they see the database as it is at the first of them. Inside a transaction they see what it sees. */
export async function snapshot<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (isTransaction(db)) return work(db)
  return runInside(db, 'start transaction isolation level repeatable read read only', work)
}

/** A condition that always holds, for a statement whose loss in a crash would harm nobody: where it is its own transaction, nobody waits until it is on the disk. Among others it is as durable as they are. */
export function atEase(db: Db): RawBuilder<boolean> {
  return db.isTransaction ? sql`true` : sql`(select set_config('synchronous_commit', 'off', true)) = 'off'`
}

/** The query builder's own transactions have each statement wait for the one before it, so this is one of ours. When it is over, what still wants to ask of it is refused, since its connection may be somebody else's. */
async function runInside<T>(db: Db, begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.getExecutor().provideConnection(async (connection) => {
    let is_over = false
    const tell = async (command: string) => (await connection.executeQuery<{ command?: string }>(CompiledQuery.raw(command))).rows[0]?.command
    const begun = tell(begin)
    const inside = sendAlong(connection, begun)
    const within: ConnectionProvider = {
      async provideConnection(use) {
        if (is_over) throw new Error('a statement came after the end of its transaction')
        return use(inside)
      },
    }
    try {
      const result = await work(new Transaction<Schema>({ ...NOT_ASKED, executor: db.getExecutor().withConnectionProvider(within) }))
      await begun
      is_over = true
      // So it says where a statement failed and nobody noticed.
      if (await tell('commit') === 'ROLLBACK') throw new AbortedTransactionError()
      return result
    } catch (error) {
      if (!is_over) {
        is_over = true
        await tell('rollback')
      }
      throw error
    }
  })
}

/** Questions go along with the begin; all that may write, and whatever comes after that, waits until it is certain that there is a transaction, as it would count at once without. */
function sendAlong(connection: DatabaseConnection, begun: Promise<unknown>): DatabaseConnection {
  let may_write = false
  let is_waiting = false
  begun.then(() => (may_write = true), () => undefined)
  return {
    executeQuery(query) {
      if (may_write || (!is_waiting && /^\s*select\b/.test(query.sql))) return connection.executeQuery(query)
      is_waiting = true
      return begun.then(() => connection.executeQuery(query))
    },
    streamQuery: (query, size) => connection.streamQuery(query, size),
  }
}

/** What a transaction of the query builder has besides: it never connects or ends by itself. */
const DIALECT = new PostgresDialect({ pool: async () => { throw new Error('a transaction has its connection') } })
const NOT_ASKED = { config: { dialect: DIALECT }, dialect: DIALECT, driver: new DummyDriver() }

function isTransaction(db: Db): db is Tx {
  return db.isTransaction
}

function isTransient(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001')
}

const INT8 = 20
const INT8_ARRAY = 1016
const DATE = 1082

/** Ids and counts come as numbers: they stay far below 2^53, and a number that did not would be a fault we want to hear of. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8 && format !== 'binary') return parseInt8
  if (oid === INT8_ARRAY && format !== 'binary') return (value) => value === '{}' ? [] : value.slice(1, -1).split(',').map(parseInt8)
  // A day is no instant, so it stays as it is written.
  if (oid === DATE) return (value) => value
  return pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format)
}

function parseInt8(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`bigint out of range: ${value}`)
  return number
}
