import { sql } from 'kysely'
import type { Db, Tx } from '../../storage/database.ts'
import { itemAt, unnested } from '../../storage/recordset.ts'
import { distinctBy, OLDEST, rowOf } from './matching.ts'

/** A customer's company as a source names it. With an external id that is its identity, else its name (in any letter case, and without the blanks around it). */
export interface CompanyInput { account_id: number, external_id: number | null, name: string }

/** A company as a stranger names it: perhaps without a name, or with nothing at all. */
export interface NamedCompany { account_id: number, external_id: number | null, name: string | null }

export interface FoundCompany { key: string, id: number, name: string }

/**
 * Finds, makes or updates companies; answers their ids in the order given. A company known by its name only is adopted by the first source that
 * knows its external id, so that reports do not split. Any number of callers may do this at once.
 */
export async function resolveCompanies(tx: Tx, given: CompanyInput[], now: Date): Promise<number[]> {
  const inputs = given.map(trimmed)
  return storeCompanies(tx, inputs, await findCompanies(tx, inputs), now)
}

/**
 * Finds a company, or makes it, and never changes one: for what anybody can send. With an external id it is that one, else one of the name that nobody gave an external id;
 * without one, any of the name. Null where nothing is named, or only an external id that is not known.
 */
export async function findOrCreateCompany(tx: Tx, given: NamedCompany, now: Date): Promise<number | null> {
  const name = given.name === null ? null : companyName(given.name) || null
  const input = { ...given, name }
  const found = await findCompany(tx, input)
  if (found !== null || name === null) return found
  const made = await tx.insertInto('companies').values({ ...input, name, created_at: now, updated_at: now }).onConflict((conflict) => conflict.doNothing()).returning('id').executeTakeFirst()
  return made?.id ?? findCompany(tx, input)
}

/** A company's name as it is stored and compared. */
export function companyName(text: string): string {
  return text.trim()
}

/** Those of these that there are already. Two statements rather than one with an OR, so that each can walk its own index. */
export async function findCompanies(tx: Tx, given: CompanyInput[]): Promise<FoundCompany[]> {
  const inputs = distinctBy(given, companyKey)
  const numbered = inputs.filter((input) => input.external_id !== null)
  const named = inputs.filter((input) => input.external_id === null)
  return (await Promise.all([joinCompanies(tx, numbered, sql`c.external_id = i.external_id`), joinCompanies(tx, named, sql`lower(c.name) = lower(i.name)`)])).flat()
}

/** Makes or updates companies, of which those in `known` were found before; their ids in the order given. */
export async function storeCompanies(tx: Tx, inputs: CompanyInput[], known: FoundCompany[], now: Date): Promise<number[]> {
  const distinct = distinctBy(inputs, companyKey)
  const found = new Map<string, { id: number, name: string }>(known.map((row) => [row.key, row]))
  const missing = distinct.filter((input) => !found.has(companyKey(input)))
  if (missing.length > 0) for (const row of await insertCompanies(tx, missing, now)) found.set(companyKey(row), row)
  const twins = missing.filter((input) => !found.has(companyKey(input)))
  if (twins.length > 0) for (const row of await findCompanies(tx, twins)) found.set(row.key, row)
  await renameCompanies(tx, distinct.filter((input) => input.external_id !== null && found.get(companyKey(input))?.name !== input.name), now)
  return inputs.map((input) => idOf(found, companyKey(input)))
}

/** What a company is known by. */
export function companyKey(input: { account_id: number, external_id: number | null, name: string }): string {
  return `${input.account_id}/${input.external_id === null ? `name ${input.name.toLowerCase()}` : input.external_id}`
}

/** As it is stored and compared. */
export function trimmed(input: CompanyInput): CompanyInput {
  return { ...input, name: companyName(input.name) }
}

async function findCompany(db: Db, { account_id, external_id, name }: NamedCompany): Promise<number | null> {
  const own = db.selectFrom('companies').select('id').where('account_id', '=', account_id).orderBy(sql`id + 0`).limit(1)
  const named = name === null ? null : own.where(sql`lower(name)`, '=', sql`lower(${name})`)
  const found = external_id === null
    ? await named?.executeTakeFirst()
    : (await own.where('external_id', '=', external_id).executeTakeFirst()) ?? (await named?.where('external_id', 'is', null).executeTakeFirst())
  return found?.id ?? null
}

async function joinCompanies(tx: Tx, inputs: CompanyInput[], match: ReturnType<typeof sql>): Promise<FoundCompany[]> {
  if (inputs.length === 0) return []
  const rows = await sql<{ position: number, id: number, name: string }>`
    select i.position, found.* from ${unnested(inputs, 'position integer, account_id bigint, external_id bigint, name text')} i
    cross join lateral (select c.id, c.name from companies c where c.account_id = i.account_id and ${match} order by ${OLDEST} limit 1) as found`.execute(tx)
  return rows.rows.map((row) => ({ ...row, key: companyKey(itemAt(inputs, row.position)) }))
}

async function insertCompanies(tx: Tx, inputs: CompanyInput[], now: Date): Promise<(CompanyInput & { id: number })[]> {
  const sorted = inputs.toSorted((a, b) => companyKey(a) < companyKey(b) ? -1 : 1)
  const adopted = await sql<CompanyInput & { id: number }>`
    update companies c set external_id = i.external_id, name = i.name, updated_at = ${now}
    from ${unnested(sorted, 'account_id bigint, external_id bigint, name text')} i
    where c.account_id = i.account_id and c.external_id is null and i.external_id is not null and lower(c.name) = lower(i.name)
      and not exists (select from companies o where o.account_id = i.account_id and o.external_id = i.external_id)
    returning c.account_id, c.id, c.external_id, c.name`.execute(tx)
  const taken = new Set(adopted.rows.map(companyKey))
  const fresh = sorted.filter((input) => !taken.has(companyKey(input)))
  const withId = await insertCompanyRows(tx, fresh.filter((input) => input.external_id !== null), sql`(account_id, external_id) where external_id is not null`, now)
  const withoutId = await insertCompanyRows(tx, fresh.filter((input) => input.external_id === null), sql`(account_id, lower(name)) where external_id is null`, now)
  return [...adopted.rows, ...withId, ...withoutId]
}

async function renameCompanies(tx: Tx, inputs: CompanyInput[], now: Date): Promise<void> {
  if (inputs.length === 0) return
  await sql`update companies c set name = i.name, updated_at = ${now}
    from ${unnested(inputs, 'account_id bigint, external_id bigint, name text')} i
    where c.account_id = i.account_id and c.external_id = i.external_id`.execute(tx)
}

/** Two spellings that are two here may be one to the database, as İ and i are: it can write only one of them. */
async function insertCompanyRows(tx: Tx, inputs: CompanyInput[], identity: ReturnType<typeof sql>, now: Date): Promise<(CompanyInput & { id: number })[]> {
  if (inputs.length === 0) return []
  const rows = await sql<CompanyInput & { id: number }>`
    insert into companies (account_id, external_id, name, created_at, updated_at)
    select distinct on (account_id, coalesce(external_id::text, lower(name))) account_id, external_id, name, ${now}::timestamptz, ${now}::timestamptz
    from ${unnested(inputs, 'position integer, account_id bigint, external_id bigint, name text')} i
    order by account_id, coalesce(external_id::text, lower(name)), position desc
    on conflict ${identity} do update set name = excluded.name
    returning account_id, id, external_id, name`.execute(tx)
  return rows.rows
}

function idOf(found: Map<string, { id: number }>, key: string): number {
  return rowOf(found, key).id
}
