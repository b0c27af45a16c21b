import { sql, type RawBuilder } from 'kysely'
import { PREPARED_MARK } from './named-statements.ts'

/** Rows as one parameter: what jsonb_to_recordset takes. Each carries its position, so that answers can be put back in order. */
export function recordset(rows: readonly object[]): string {
  return JSON.stringify(rows.map((row, position) => ({ position, ...row })))
}

/**
 * The same rows as a table expression, with a parameter for each column: for what is written or looked up many times a second, since arrays cost the database less than half of what JSON does.
 * `columns` are as in a table's definition ('account_id bigint, staff_ids bigint[]'). A field that a row does not have is null; `position` is the row's place.
 */
export function unnested(rows: readonly object[], columns: string): RawBuilder<unknown> {
  const { named, strings } = tableOf(columns)
  return sql(strings, ...named.map((column, index) => arrayOf(rows, column, index === 0)))
}

interface Column { name: string, type: string }
interface Table { named: Column[], strings: TemplateStringsArray }

/** What is the same each time, made once: the text around the arrays. The definitions are constants of the source, so there are few. */
const tables = new Map<string, Table>()

function tableOf(columns: string): Table {
  const known = tables.get(columns)
  if (known) return known
  const named = columns.split(/,\s+/).map((column) => {
    const [name = '', type = ''] = column.split(' ')
    return { name, type, is_text: type === 'jsonb' || type.endsWith('[]') }
  })
  const read = named.map(({ name, type, is_text }) => is_text ? `"${name}"::${type} as "${name}"` : `"${name}"`).join(', ')
  const strings = [`(select ${read} from ${PREPARED_MARK} unnest(`, ...named.map(({ name: _, type, is_text }, index) => `::${is_text ? 'text' : type}[]${index < named.length - 1 ? ', ' : `) as u(${named.map(({ name }) => `"${name}"`).join(', ')}))`}`)]
  const table = { named, strings: Object.assign(strings, { raw: strings }) }
  tables.set(columns, table)
  return table
}

/** The item at an index that is known to be there. */
export function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index}`)
  return item
}

/** A column as the database reads an array, in one piece: the driver would ask of each element what it is. Null where no row has anything there, as the others make up the length; so one of them always comes whole. */
function arrayOf(rows: readonly object[], { name, type }: Column, is_whole: boolean): string | null {
  let has_values = is_whole
  const elements = rows.map((row, position) => {
    const value: unknown = Reflect.get(row, name) ?? (name === 'position' ? position : null)
    if (value === null) return 'NULL'
    has_values = true
    return asElement(value, type)
  })
  return has_values ? `{${elements.join(',')}}` : null
}

/** An array's elements can't be arrays, so what has a length of its own comes as a text. */
function asElement(value: unknown, type: string): string {
  if (type === 'jsonb') return quoted(JSON.stringify(value))
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return quoted(`{${value.map((item) => (typeof item === 'number' ? item : quoted(String(item)))).join(',')}}`)
  throw new TypeError(`a ${typeof value} is no element of ${type}[]`)
}

function quoted(text: string): string {
  return `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text}"`
}
