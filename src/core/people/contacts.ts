import { sql } from 'kysely'
import type { Db, Tx } from '../../storage/database.ts'
import { itemAt, unnested } from '../../storage/recordset.ts'
import { canonicalEmail, isUniqueViolation } from '../checks.ts'
import { distinctBy, OLDEST, rowOf } from './matching.ts'
import { splitName } from './names.ts'

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

/** A contact with an address, as a stranger names it. */
export interface NamedContact { account_id: number, external_id: number | null, email: string, name: string | null, company_id: number | null }

export interface KnownContact { id: number, company_id: number | null }

export interface FoundContact extends ContactInput { id: number, key: string }

/** Finds, makes or updates contacts; answers their ids in the order given. What is given as null leaves what is known. One without an address and an external id is somebody new each time. */
export async function resolveContacts(tx: Tx, inputs: ContactInput[], now: Date): Promise<number[]> {
  return (await storeContacts(tx, inputs, await findContacts(tx, inputs), now)).map(({ id }) => id)
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

/** The contact of that external id, else one of the address that nobody gave an external id; without one, any of the address. */
export async function findContact(db: Db, { account_id, external_id, email }: Pick<NamedContact, 'account_id' | 'external_id' | 'email'>): Promise<KnownContact | null> {
  const own = db.selectFrom('contacts').select(['id', 'company_id']).where('account_id', '=', account_id).orderBy(sql`id + 0`).limit(1)
  const addressed = own.where(sql`lower(email)`, '=', sql`lower(${canonicalEmail(email)})`)
  const found = external_id === null
    ? await addressed.executeTakeFirst()
    : (await own.where('external_id', '=', external_id).executeTakeFirst()) ?? (await addressed.where('external_id', 'is', null).executeTakeFirst())
  return found ?? null
}

/** Finds a contact so, or makes it, and never changes one. */
export async function findOrCreateContact(tx: Tx, input: NamedContact, now: Date): Promise<KnownContact> {
  const found = await findContact(tx, input)
  if (found) return found
  const made = await tx.insertInto('contacts').values({ ...input, email: canonicalEmail(input.email), ...splitName(input.name), created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.doNothing()).returning(['id', 'company_id']).executeTakeFirst()
  const contact = made ?? await findContact(tx, input)
  if (!contact) throw new Error('a contact was neither found nor made')
  return contact
}

/** Those of these that there are already. Two statements rather than one with an OR, so that each can walk its own index. */
export async function findContacts(tx: Tx, given: ContactKey[]): Promise<FoundContact[]> {
  const inputs = distinctBy(given, contactKey)
  const numbered = inputs.filter((input) => input.external_id !== null)
  const addressed = inputs.filter((input) => input.external_id === null && input.email !== null)
  return (await Promise.all([joinContacts(tx, numbered, sql`c.external_id = i.external_id`), joinContacts(tx, addressed, sql`lower(c.email) = lower(i.email)`)])).flat()
}

/** Makes or updates contacts, of which those in `known` were found before; in the order given. */
export async function storeContacts(tx: Tx, inputs: ContactInput[], known: FoundContact[], now: Date): Promise<KnownContact[]> {
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

/** Gives contacts what is not null. */
export async function updateContacts(tx: Tx, inputs: (ContactInput & { id: number })[], now: Date): Promise<void> {
  if (inputs.length === 0) return
  await sql`update contacts c set email = coalesce(i.email, c.email), name = coalesce(i.name, c.name), first_name = coalesce(i.first_name, c.first_name), surname = coalesce(i.surname, c.surname),
      telephone_number = coalesce(i.telephone_number, c.telephone_number), postcode = coalesce(i.postcode, c.postcode), company_id = coalesce(i.company_id, c.company_id), updated_at = ${now}
    from ${unnested(inputs.toSorted((a, b) => a.id - b.id), 'account_id bigint, id bigint, email text, name text, first_name text, surname text, telephone_number text, postcode text, company_id bigint')} i
    where c.account_id = i.account_id and c.id = i.id`.execute(tx)
}

/** Its id, if that is a contact without an address and an external id. */
async function lockUnaddressed(tx: Tx, account_id: number, id: number): Promise<number | null> {
  const own = await tx.selectFrom('contacts').select('id').where('account_id', '=', account_id).where('id', '=', id).where('email', 'is', null).where('external_id', 'is', null).forUpdate().executeTakeFirst()
  return own?.id ?? null
}

type ContactKey = Pick<ContactInput, 'account_id' | 'external_id' | 'email'>

function contactKey(input: ContactKey): string {
  return `${input.account_id}/${input.external_id === null ? `mail ${input.email?.toLowerCase() ?? ''}` : input.external_id}`
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

const CONTACT_COLUMNS = sql`c.account_id, c.id, c.external_id, c.email, c.name, c.first_name, c.surname, c.telephone_number, c.postcode, c.company_id`

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
