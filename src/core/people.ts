import { sql } from 'kysely'
import type { Db, Tx } from '../storage/database.ts'
import { itemAt, unnested } from '../storage/recordset.ts'
import { isUniqueViolation } from './checks.ts'

/** A customer's company as a source names it. With an external id that is its identity, else its name (in any letter case, and without the blanks around it). */
export interface CompanyInput { account_id: number, external_id: number | null, name: string }

/** A person to be asked, as a source names them. With an external id that is the identity, else the address (in any letter case). */
export interface ContactInput {
  account_id: number
  external_id: number | null
  email: string | null
  name: string | null
  first_name?: string | null
  surname?: string | null
  telephone_number?: string | null
  postcode?: string | null
  company_id: number | null
}

/**
 * Finds, makes or updates companies; answers their ids in the order given. A company known by its name only is adopted by the first source that
 * knows its external id, so that reports do not split. Any number of callers may do this at once.
 */
export async function resolveCompanies(tx: Tx, given: CompanyInput[], now: Date): Promise<number[]> {
  const inputs = given.map(trimmed)
  return storeCompanies(tx, inputs, await findCompanies(tx, inputs), now)
}

/** The external id in what a source gives as one. PSAs send 0 where they have no record: it must not make one person of all who have none. */
export function knownId(id: number): number | null {
  return id === 0 ? null : id
}

/** A company's name as it is stored and compared. */
export function companyName(text: string): string {
  return text.trim()
}

/** Finds, makes or updates contacts; answers their ids in the order given. What is given as null leaves what is known. One without an address and an external id is somebody new each time. */
export async function resolveContacts(tx: Tx, inputs: ContactInput[], now: Date): Promise<number[]> {
  return (await storeContacts(tx, inputs, await findContacts(tx, inputs), now)).map(({ id }) => id)
}

/** A person, with the company that they work for if it is told. */
export interface PersonInput { company: CompanyInput | null, contact: Omit<ContactInput, 'company_id'> }
/** What is known of people, as it was found. */
export interface KnownPeople { companies: FoundCompany[], contacts: FoundContact[] }

/** What there is already of these people and their companies, for resolvePeople: asked at once, and beside other questions. */
export async function findPeople(tx: Tx, people: PersonInput[]): Promise<KnownPeople> {
  const [companies, contacts] = await Promise.all([findCompanies(tx, companiesOf(people)), findContacts(tx, people.map(({ contact }) => contact))])
  return { companies, contacts }
}

/** Both of people: finds (as `known` has it), makes or updates their companies, then themselves; in the order given. The company is the one given, else the one that they are known to work for. */
export async function resolvePeople(tx: Tx, people: PersonInput[], known: KnownPeople, now: Date): Promise<{ company_id: number | null, contact_id: number }[]> {
  const companies = companiesOf(people)
  const ids = await storeCompanies(tx, companies, known.companies, now)
  const idOfKey = new Map(companies.map((company, index) => [companyKey(company), itemAt(ids, index)]))
  const contacts = await storeContacts(tx, people.map(({ contact, company }) => ({ ...contact, company_id: company === null ? null : (idOfKey.get(companyKey(trimmed(company))) ?? null) })), known.contacts, now)
  return contacts.map(({ id, company_id }) => ({ contact_id: id, company_id }))
}

/**
 * The contact of a request that was for another one before, or null. One without an address and an external id is found by nobody else, so it is the same person still and takes what is known now; where
 * that includes the address of a contact that there is already, it is that one, and `left` is who it was. An address that is given to somebody at the same moment breaks it off: `isAddressTaken`.
 */
export async function resolveContact(tx: Tx, before: number | null, input: ContactInput, now: Date): Promise<{ contact_id: number, left: number | null }> {
  const own = before === null ? null : await lockUnaddressed(tx, input.account_id, before)
  const known = input.email === null ? null : await findContact(tx, { ...input, email: input.email })
  if (own === null || known) return { contact_id: itemAt(await resolveContacts(tx, [input], now), 0), left: own }
  await updateContacts(tx, [{ ...input, id: own }], now)
  return { contact_id: own, left: null }
}

/** Whether what went wrong is that another contact got the address first. */
export function isAddressTaken(error: unknown): boolean {
  return isUniqueViolation(error, 'contacts_email')
}

/** Takes a contact away that has no address and no external id, unless something hangs on it. */
export async function removeLeftContact(tx: Tx, account_id: number, id: number): Promise<void> {
  await sql`delete from contacts c where c.account_id = ${account_id} and c.id = ${id} and c.email is null and c.external_id is null
    and not exists (select from invitations v where v.account_id = c.account_id and v.contact_id = c.id) and not exists (select from cases k where k.account_id = c.account_id and k.contact_id = c.id)
    and not exists (select from responses r where r.account_id = c.account_id and r.contact_id = c.id)`.execute(tx)
}

/** What a contact says of themselves; null leaves what is known. */
export interface ContactWords { account_id: number, id: number, name: string | null, company_name: string | null, telephone_number: string | null, postcode: string | null }

/** Gives contacts what they said of themselves, in the order of their ids. */
export async function fillContacts(tx: Tx, words: ContactWords[], now: Date): Promise<void> {
  const distinct = distinctBy(words, ({ account_id, id }) => `${account_id}/${id}`).filter(({ name, company_name, telephone_number, postcode }) => name ?? company_name ?? telephone_number ?? postcode)
  if (distinct.length === 0) return
  const named = distinct.flatMap(({ account_id, company_name }) => (company_name === null ? [] : [{ account_id, external_id: null, name: company_name }]))
  const companies = await resolveCompanies(tx, named, now)
  const company_of = new Map(named.map((company, index) => [companyKey(company), itemAt(companies, index)]))
  await updateContacts(tx, distinct.map(({ company_name, ...contact }) => ({
    ...contact, ...splitName(contact.name), external_id: null, email: null,
    company_id: company_name === null ? null : (company_of.get(companyKey({ account_id: contact.account_id, external_id: null, name: company_name })) ?? null),
  })), now)
}

/** A company as a stranger names it: perhaps without a name, or with nothing at all. */
export interface NamedCompany { account_id: number, external_id: number | null, name: string | null }

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

/** A contact with an address, as a stranger names it. */
export interface NamedContact { account_id: number, external_id: number | null, email: string, name: string | null, company_id: number | null }
export interface KnownContact { id: number, company_id: number | null }

/** The contact of that external id, else one of the address that nobody gave an external id; without one, any of the address. */
export async function findContact(db: Db, { account_id, external_id, email }: Pick<NamedContact, 'account_id' | 'external_id' | 'email'>): Promise<KnownContact | null> {
  const own = db.selectFrom('contacts').select(['id', 'company_id']).where('account_id', '=', account_id).orderBy(sql`id + 0`).limit(1)
  const addressed = own.where(sql`lower(email)`, '=', sql`lower(${email})`)
  const found = external_id === null
    ? await addressed.executeTakeFirst()
    : (await own.where('external_id', '=', external_id).executeTakeFirst()) ?? (await addressed.where('external_id', 'is', null).executeTakeFirst())
  return found ?? null
}

/** Finds a contact so, or makes it, and never changes one. */
export async function findOrCreateContact(tx: Tx, input: NamedContact, now: Date): Promise<KnownContact> {
  const found = await findContact(tx, input)
  if (found) return found
  const made = await tx.insertInto('contacts').values({ ...input, ...splitName(input.name), created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.doNothing()).returning(['id', 'company_id']).executeTakeFirst()
  const contact = made ?? await findContact(tx, input)
  if (!contact) throw new Error('a contact was neither found nor made')
  return contact
}

/** How many contacts have this address, in lower case. */
export async function countContactsOf(db: Db, account_id: number, address: string): Promise<number> {
  const { count } = await db.selectFrom('contacts').select((eb) => eb.fn.countAll<number>().as('count')).where('account_id', '=', account_id).where(sql`lower(email)`, '=', address).executeTakeFirstOrThrow()
  return count
}

interface ContactMark { account_id: number, id: number }

/** Marks the contacts of an address for an erasure, but those that are marked for another. */
export async function markContactsOf(tx: Tx, { account_id, id }: ContactMark, address: string, now: Date): Promise<void> {
  await tx.updateTable('contacts').set({ deletion_requested_at: now, erasure_id: id, updated_at: now }).where('account_id', '=', account_id).where(sql`lower(email)`, '=', address).where('erasure_id', 'is', null).execute()
}

/** Marks these contacts. */
export async function markContacts(tx: Tx, { account_id, id }: ContactMark, contact_ids: number[], now: Date): Promise<void> {
  await tx.updateTable('contacts').set({ deletion_requested_at: now, erasure_id: id, updated_at: now }).where('account_id', '=', account_id).where('id', '=', sql<number>`any(${contact_ids}::bigint[])`).execute()
}

/** Up to so many contacts who were neither made, nor invited, nor heard of since; locked, but those that somebody else has. */
export async function findIdleContacts(tx: Tx, account_id: number, since: Date, limit: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select c.id from contacts c where c.account_id = ${account_id} and c.created_at < ${since} and c.deletion_requested_at is null
      and not exists (select from invitations v where v.account_id = c.account_id and v.contact_id = c.id and greatest(v.created_at, v.send_at, v.sent_at) >= ${since})
      and not exists (select from responses r where r.account_id = c.account_id and r.contact_id = c.id and r.answered_at >= ${since})
    order by c.id limit ${limit} for update of c skip locked`.execute(tx)
  return rows.map(({ id }) => id)
}

/** The next so many contacts that are marked for an erasure, locked. */
export async function takeMarkedContacts(tx: Tx, { account_id, id }: ContactMark, limit: number): Promise<number[]> {
  const rows = await tx.selectFrom('contacts').select('id').where('account_id', '=', account_id).where('erasure_id', '=', id).orderBy('id').limit(limit).forUpdate().execute()
  return rows.map((row) => row.id)
}

/** Takes from contacts all that is known of them. What is left is a number that responses share; no source's word finds it any more. */
export async function eraseContacts(tx: Tx, account_id: number, ids: number[], now: Date): Promise<void> {
  const nothing = { external_id: null, email: null, name: null, first_name: null, surname: null, telephone_number: null, postcode: null, company_id: null }
  await tx.updateTable('contacts').set({ ...nothing, erasure_id: null, updated_at: now }).where('account_id', '=', account_id).where('id', '=', sql<number>`any(${ids}::bigint[])`).execute()
}

/** Two words of a name: what stands before the last space greets, the rest is the surname. */
export function splitName(name: string | null): { first_name: string | null, surname: string | null } {
  const words = (name ?? '').trim().split(/\s+/).filter((word) => word !== '')
  return { first_name: words.slice(0, Math.max(1, words.length - 1)).join(' ') || null, surname: words.length > 1 ? (words.at(-1) ?? null) : null }
}

/** Its id, if that is a contact without an address and an external id. */
async function lockUnaddressed(tx: Tx, account_id: number, id: number): Promise<number | null> {
  const own = await tx.selectFrom('contacts').select('id').where('account_id', '=', account_id).where('id', '=', id).where('email', 'is', null).where('external_id', 'is', null).forUpdate().executeTakeFirst()
  return own?.id ?? null
}

async function findCompany(db: Db, { account_id, external_id, name }: NamedCompany): Promise<number | null> {
  const own = db.selectFrom('companies').select('id').where('account_id', '=', account_id).orderBy(sql`id + 0`).limit(1)
  const named = name === null ? null : own.where(sql`lower(name)`, '=', sql`lower(${name})`)
  const found = external_id === null
    ? await named?.executeTakeFirst()
    : (await own.where('external_id', '=', external_id).executeTakeFirst()) ?? (await named?.where('external_id', 'is', null).executeTakeFirst())
  return found?.id ?? null
}

function companyKey(input: { account_id: number, external_id: number | null, name: string }): string {
  return `${input.account_id}/${input.external_id === null ? `name ${input.name.toLowerCase()}` : input.external_id}`
}

type ContactKey = Pick<ContactInput, 'account_id' | 'external_id' | 'email'>

function contactKey(input: ContactKey): string {
  return `${input.account_id}/${input.external_id === null ? `mail ${input.email?.toLowerCase() ?? ''}` : input.external_id}`
}

function trimmed(input: CompanyInput): CompanyInput {
  return { ...input, name: companyName(input.name) }
}

function companiesOf(people: PersonInput[]): CompanyInput[] {
  return people.flatMap(({ company }) => company === null ? [] : [trimmed(company)])
}

interface FoundCompany { key: string, id: number, name: string }

/** Not by the id alone: a database that has not counted a young table's addresses yet would rather walk all ids in their order than sort the few rows of one address. */
const OLDEST = sql`c.id + 0`

/** Two statements rather than one with an OR, so that each can walk its own index. */
async function findCompanies(tx: Tx, given: CompanyInput[]): Promise<FoundCompany[]> {
  const inputs = distinctBy(given, companyKey)
  const numbered = inputs.filter((input) => input.external_id !== null)
  const named = inputs.filter((input) => input.external_id === null)
  return (await Promise.all([joinCompanies(tx, numbered, sql`c.external_id = i.external_id`), joinCompanies(tx, named, sql`lower(c.name) = lower(i.name)`)])).flat()
}

async function storeCompanies(tx: Tx, inputs: CompanyInput[], known: FoundCompany[], now: Date): Promise<number[]> {
  const distinct = distinctBy(inputs, companyKey)
  const found = new Map<string, { id: number, name: string }>(known.map((row) => [row.key, row]))
  const missing = distinct.filter((input) => !found.has(companyKey(input)))
  if (missing.length > 0) for (const row of await insertCompanies(tx, missing, now)) found.set(companyKey(row), row)
  const twins = missing.filter((input) => !found.has(companyKey(input)))
  if (twins.length > 0) for (const row of await findCompanies(tx, twins)) found.set(row.key, row)
  await renameCompanies(tx, distinct.filter((input) => input.external_id !== null && found.get(companyKey(input))?.name !== input.name), now)
  return inputs.map((input) => idOf(found, companyKey(input)))
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

const CONTACT_COLUMNS = sql`c.account_id, c.id, c.external_id, c.email, c.name, c.first_name, c.surname, c.telephone_number, c.postcode, c.company_id`

interface FoundContact extends ContactInput { id: number, key: string }

async function findContacts(tx: Tx, given: ContactKey[]): Promise<FoundContact[]> {
  const inputs = distinctBy(given, contactKey)
  const numbered = inputs.filter((input) => input.external_id !== null)
  const addressed = inputs.filter((input) => input.external_id === null && input.email !== null)
  return (await Promise.all([joinContacts(tx, numbered, sql`c.external_id = i.external_id`), joinContacts(tx, addressed, sql`lower(c.email) = lower(i.email)`)])).flat()
}

async function storeContacts(tx: Tx, inputs: ContactInput[], known: FoundContact[], now: Date): Promise<KnownContact[]> {
  const [strangers, nameable] = [inputs.filter(isStranger), inputs.filter((input) => !isStranger(input))]
  const distinct = distinctBy(nameable, contactKey)
  const found = new Map<string, FoundContact>()
  for (const row of known) if (!found.has(row.key)) found.set(row.key, row)
  const missing = distinct.filter((input) => !found.has(contactKey(input)))
  if (missing.length > 0) for (const row of await insertContacts(tx, missing, now)) found.set(contactKey(row), { ...row, key: contactKey(row) })
  await updateContacts(tx, distinct.flatMap((input) => {
    const known_contact = found.get(contactKey(input))
    return known_contact && contactChanged(known_contact, input) ? [{ ...input, id: known_contact.id }] : []
  }), now)
  const made = new Map(strangers.length === 0 ? [] : (await insertStrangers(tx, strangers, now)).map((id, index) => [itemAt(strangers, index), id]))
  return inputs.map((input) => {
    const own = made.get(input)
    if (own !== undefined) return { id: own, company_id: input.company_id }
    const row = rowOf(found, contactKey(input))
    return { id: row.id, company_id: input.company_id ?? row.company_id }
  })
}

/** Nothing that is said of them finds them again. */
function isStranger({ external_id, email }: ContactKey): boolean {
  return external_id === null && email === null
}

async function insertStrangers(tx: Tx, inputs: ContactInput[], now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with given as materialized (
      select nextval('person_ids') as id, i.* from ${unnested(inputs, 'position integer, account_id bigint, name text, first_name text, surname text, telephone_number text, postcode text, company_id bigint')} i
    ), made as (
      insert into contacts (account_id, id, name, first_name, surname, telephone_number, postcode, company_id, created_at, updated_at)
      select account_id, id, name, first_name, surname, telephone_number, postcode, company_id, ${now}, ${now} from given
    )
    select id from given order by position`.execute(tx)
  return rows.map(({ id }) => id)
}

async function joinContacts(tx: Tx, inputs: ContactKey[], match: ReturnType<typeof sql>): Promise<FoundContact[]> {
  if (inputs.length === 0) return []
  const rows = await sql<ContactInput & { position: number, id: number }>`
    select i.position, found.* from ${unnested(inputs, 'position integer, account_id bigint, external_id bigint, email text')} i
    cross join lateral (select ${CONTACT_COLUMNS} from contacts c where c.account_id = i.account_id and ${match} order by ${OLDEST} limit 1) as found`.execute(tx)
  return rows.rows.map((row) => ({ ...row, key: contactKey(itemAt(inputs, row.position)) }))
}

async function insertContacts(tx: Tx, inputs: ContactInput[], now: Date): Promise<(ContactInput & { id: number })[]> {
  const sorted = inputs.toSorted((a, b) => contactKey(a) < contactKey(b) ? -1 : 1)
  const adopted = await sql<ContactInput & { id: number }>`
    update contacts c set external_id = i.external_id, updated_at = ${now}
    from ${unnested(sorted, 'account_id bigint, external_id bigint, email text')} i
    where c.account_id = i.account_id and c.external_id is null and i.external_id is not null and lower(c.email) = lower(i.email)
      and not exists (select from contacts o where o.account_id = i.account_id and o.external_id = i.external_id)
    returning ${CONTACT_COLUMNS}`.execute(tx)
  const taken = new Set(adopted.rows.map(contactKey))
  const fresh = sorted.filter((input) => !taken.has(contactKey(input)))
  const withId = await insertContactRows(tx, fresh.filter((input) => input.external_id !== null), sql`(account_id, external_id) where external_id is not null`, now)
  const withoutId = await insertContactRows(tx, fresh.filter((input) => input.external_id === null), sql`(account_id, lower(email)) where external_id is null and email is not null`, now)
  return [...adopted.rows, ...withId, ...withoutId]
}

async function insertContactRows(tx: Tx, inputs: ContactInput[], identity: ReturnType<typeof sql>, now: Date): Promise<(ContactInput & { id: number })[]> {
  if (inputs.length === 0) return []
  const rows = await sql<ContactInput & { id: number }>`
    insert into contacts as c (account_id, external_id, email, name, first_name, surname, telephone_number, postcode, company_id, created_at, updated_at)
    select account_id, external_id, email, name, first_name, surname, telephone_number, postcode, company_id, ${now}, ${now}
    from ${unnested(inputs, 'account_id bigint, external_id bigint, email text, name text, first_name text, surname text, telephone_number text, postcode text, company_id bigint')} i
    on conflict ${identity} do update set email = excluded.email
    returning ${CONTACT_COLUMNS}`.execute(tx)
  return rows.rows
}

const CONTACT_FIELDS = ['email', 'name', 'first_name', 'surname', 'telephone_number', 'postcode', 'company_id'] as const

function contactChanged(known: ContactInput, input: ContactInput): boolean {
  return CONTACT_FIELDS.some((field) => (input[field] ?? null) !== null && input[field] !== known[field])
}

async function updateContacts(tx: Tx, inputs: (ContactInput & { id: number })[], now: Date): Promise<void> {
  if (inputs.length === 0) return
  await sql`update contacts c set email = coalesce(i.email, c.email), name = coalesce(i.name, c.name), first_name = coalesce(i.first_name, c.first_name), surname = coalesce(i.surname, c.surname),
      telephone_number = coalesce(i.telephone_number, c.telephone_number), postcode = coalesce(i.postcode, c.postcode), company_id = coalesce(i.company_id, c.company_id), updated_at = ${now}
    from ${unnested(inputs.toSorted((a, b) => a.id - b.id), 'account_id bigint, id bigint, email text, name text, first_name text, surname text, telephone_number text, postcode text, company_id bigint')} i
    where c.account_id = i.account_id and c.id = i.id`.execute(tx)
}

/** The last one given wins: it is the newest word on the same company or person. */
function distinctBy<T>(inputs: T[], key: (input: T) => string): T[] {
  return [...new Map(inputs.map((input) => [key(input), input])).values()]
}

function idOf(found: Map<string, { id: number }>, key: string): number {
  return rowOf(found, key).id
}

function rowOf<T>(found: Map<string, T>, key: string): T {
  const row = found.get(key)
  if (!row) throw new Error('a company or contact was neither found nor made')
  return row
}
