import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { testDatabase } from './support/postgres.ts'
import { root } from './support/sources.ts'

/** A column in words that both sides can say: its TypeScript type, whether it may be null, whether the database fills it in. */
type Columns = Record<string, string>

test('the schema in TypeScript says what the migrated database has', async () => {
  const [written, real] = [schemaColumns(), await databaseColumns()]
  const names = [...new Set([...Object.keys(written), ...Object.keys(real)])]
  assert.deepEqual(names.filter((name) => written[name] !== real[name]).map((name) => `${name}: written as ${written[name]}, is ${real[name]}`), [])
  assert.ok(names.length > 200)
})

test('every table but the counters of tries begins its key with the account', async () => {
  const rows = await query<{ table: string, first_column: string }>(`
    select c.relname::text as table, a.attname::text as first_column
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where i.indisprimary and c.relnamespace = 'public'::regnamespace order by 1`)
  const other = rows.filter((row) => row.first_column !== 'account_id').map((row) => row.table)
  assert.deepEqual(other, ['accounts', 'migrations', 'rate_limits'])
})

test('every reference from one table to another holds the account, so that it can\'t lead into another one\'s', async () => {
  const rows = await query<{ name: string, columns: string[], target: string }>(`
    select k.conname::text as name, k.confrelid::regclass::text as target,
      array(select a.attname::text from unnest(k.conkey) with ordinality as u(number, place) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number order by place) as columns
    from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace`)
  assert.ok(rows.length > 40)
  const loose = rows.filter(({ name, columns }) => columns[0] !== 'account_id' && !(name.startsWith('accounts_') && columns[0] === 'id'))
  assert.deepEqual(loose.map(({ name }) => name), [])
})

const TYPES: Record<string, string> = { bigint: 'number', integer: 'number', smallint: 'number', text: 'text', boolean: 'boolean', 'timestamp with time zone': 'Date', jsonb: 'json', bytea: 'Buffer', date: 'text', _int4: 'number[]', _int8: 'number[]', _text: 'string[]' }

async function databaseColumns(): Promise<Columns> {
  const rows = await query<{ name: string, type: string, nullable: boolean, filled: boolean }>(`
    select table_name || '.' || column_name as name, case when data_type = 'ARRAY' then udt_name else data_type end as type, is_nullable = 'YES' as nullable, column_default is not null or is_identity = 'YES' as filled
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'migrations' order by 1`)
  return Object.fromEntries(rows.map(({ name, type, nullable, filled }) => [name, inWords(TYPES[type] ?? type, nullable, filled)]))
}

function schemaColumns(): Columns {
  const text = readFileSync(join(root, 'src/storage/schema.ts'), 'utf8')
  const tables = [...bodyOf(text, 'Schema').matchAll(/^ {2}(\w+): (\w+)$/gm)]
  assert.ok(tables.length > 30)
  return Object.fromEntries(tables.flatMap(([, table = '', row = '']) => [...bodyOf(text, row).matchAll(/^ {2}(\w+): (.+)$/gm)].map(([, column, type = '']) => [`${table}.${column}`, readType(type)])))
}

function bodyOf(text: string, name: string): string {
  const body = new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(text)?.[1]
  assert.ok(body, `schema.ts has ${name}`)
  return body
}

function readType(type: string): string {
  const generated = /^Generated<(.*)>$/.exec(type)?.[1] ?? (type.startsWith('GeneratedJson<') ? 'JSONColumnType<>' : undefined)
  const inner = generated ?? type
  const nullable = inner.endsWith('| null') || inner.startsWith('NullableJson<')
  const bare = inner.replace(/ \| null$/, '')
  return inWords(/^(NullableJson|JSONColumnType)</.test(bare) ? 'json' : /^(string$|'|\w+(State|Kind|Type|Role)$)/.test(bare) ? 'text' : bare, nullable, generated !== undefined)
}

function inWords(type: string, nullable: boolean, filled: boolean): string {
  return [type, nullable ? 'or null' : '', filled ? 'filled in' : ''].filter((word) => word !== '').join(', ')
}

async function query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
  const database = await testDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
    await database.drop()
  }
}
