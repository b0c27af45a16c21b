import { sql } from 'kysely'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { createHash } from 'node:crypto'
import type pg from 'pg'

/**
 * A pool whose set-based statements (those that take their rows by jsonb_to_recordset, or unnested) are prepared once a connection: parsing and planning them is half
 * the work of a small batch, and their plan does not depend on the rows. All other statements stay unnamed, since an aggregate loses by a generic plan.
 * They name the columns that they read: one prepared with a `*` fails for good on its connection when a newer version adds a column.
 */
export function withNamedStatements(pool: pg.Pool): PostgresPool {
  return { options: pool.options, end: () => pool.end(), connect: async () => namingClient(await pool.connect()) }
}

/** In front of a statement that is to be prepared, too: a look-up by ids whose plan does not depend on them. */
export const PREPARED_MARK = '/* prepared */'
export const PREPARED = sql.raw(PREPARED_MARK)

/** A connection that could not end its transaction is nobody's any more. */
function namingClient(client: pg.PoolClient): PostgresPoolClient {
  let is_stuck = false
  function query<R>(text: string, parameters: ReadonlyArray<unknown>): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query(statement: string | PostgresCursor<unknown>, parameters: ReadonlyArray<unknown> = []): unknown {
    if (typeof statement !== 'string') throw new TypeError('cursors are not used')
    sendTogether(client)
    const asked = client.query({ name: nameOf(statement), text: statement, values: [...parameters] })
    return statement === 'rollback' ? asked.catch((error: unknown) => { is_stuck = true; throw error }) : asked
  }
  return { query, release: (destroy = false) => client.release(destroy || is_stuck) }
}

/** What is asked in one turn goes down the connection in one piece: each call of the system costs as much as making the statement. */
function sendTogether({ connection: { stream } }: pg.PoolClient): void {
  stream.cork()
  process.nextTick(() => stream.uncork())
}

/** The names of the statements met so far. Their texts are constants of the source, so there are few. */
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  if (!text.includes('jsonb_to_recordset(') && !text.includes(PREPARED_MARK)) return undefined
  let name = names.get(text)
  if (!name) names.set(text, name = createHash('sha256').update(text).digest('base64url').slice(0, 40))
  return name
}
