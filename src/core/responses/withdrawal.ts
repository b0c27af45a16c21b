import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import type { CheckedField } from './customer-fields.ts'
import { removeResponses } from './erase.ts'

/** All rows of a response, by their table, as JSON. */
export type TakenOut = Record<string, object[]>

/** In the order in which they refer to each other. A migration that adds a column which may not be null has to give it to the rows in `held_responses.taken_out` too. */
const TABLES = ['responses', 'response_staff', 'answers', 'rating_facts', 'response_segments', 'revisions', 'response_fields'] as const

/** Takes a response out of all that counts, with all its parts, such that it can be put back. It is locked. */
export async function takeOutResponse(tx: Tx, account_id: number, id: number): Promise<TakenOut> {
  const taken: TakenOut = {}
  for (const table of TABLES) {
    const { rows } = await sql<{ row: object }>`select to_jsonb(t) as row from ${sql.table(table)} t where t.account_id = ${account_id} and ${table === 'responses' ? sql`t.id` : sql`t.response_id`} = ${id}`.execute(tx)
    taken[table] = rows.map(({ row }) => row)
  }
  await removeResponses(tx, account_id, [id])
  return taken
}

/** What the customer said of themselves in it. */
export function fieldsIn(taken: TakenOut): CheckedField[] {
  return (taken['response_fields'] ?? []).map((row) => {
    const { key, value } = row as CheckedField // as to_jsonb made it of that table
    return { key, value }
  })
}

/** Puts it back as it was, but that it has changed now: whoever asks for changes has not seen it meanwhile. */
export async function putBackResponse(tx: Tx, taken: TakenOut, now: Date): Promise<void> {
  for (const table of TABLES) {
    const rows = (taken[table] ?? []).map((row) => (table === 'responses' ? { ...row, updated_at: now } : row))
    if (rows.length > 0) await sql`insert into ${sql.table(table)} overriding system value select * from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)`.execute(tx)
  }
}
