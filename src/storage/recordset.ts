import { sql, type RawBuilder } from 'kysely'
import { PREPARED } from './named-statements.ts'

/** Rows as one parameter: what jsonb_to_recordset takes. Each carries its position, so that answers can be put back in order. */
export function recordset(rows: readonly object[]): string {
  return JSON.stringify(rows.map((row, position) => ({ position, ...row })))
}

/**
 * The same rows as a table expression, with a parameter for each column: for what is written or looked up many times a second, since arrays cost the database less than half of what JSON does.
 * `columns` are as in a table's definition ('account_id bigint, staff_ids bigint[]'). A field that a row does not have is null; `position` is the row's place.
 */
export function unnested(rows: readonly object[], columns: string): RawBuilder<unknown> {
  const named = columns.split(/,\s+/).map((column) => {
    const [name = '', type = ''] = column.split(' ')
    return { name, type, is_text: type === 'jsonb' || type.endsWith('[]') }
  })
  const fields = rows.map((row, position): Record<string, unknown> => ({ position, ...row }))
  const arrays = named.map(({ name, type, is_text }) => sql`${fields.map((field) => asElement(field[name], type))}::${sql.raw(is_text ? 'text' : type)}[]`)
  const read = named.map(({ name, type, is_text }) => is_text ? sql`${sql.ref(name)}::${sql.raw(type)} as ${sql.ref(name)}` : sql.ref(name))
  return sql`(select ${sql.join(read)} from ${PREPARED} unnest(${sql.join(arrays)}) as u(${sql.join(named.map(({ name }) => sql.ref(name)))}))`
}

/** The item at an index that is known to be there. */
export function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index}`)
  return item
}

/** An array's elements can't be arrays, so what has a length of its own comes as a text. */
function asElement(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null
  if (type === 'jsonb') return JSON.stringify(value)
  return Array.isArray(value) ? `{${value.map((item) => `"${String(item).replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}` : value
}
