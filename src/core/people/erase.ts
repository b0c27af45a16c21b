import { sql } from 'kysely'
import type { Db, Tx } from '../../storage/database.ts'

interface ContactMark { account_id: number, id: number }

/** How many contacts have this address, in lower case. */
export async function countContactsOf(db: Db, account_id: number, address: string): Promise<number> {
  const { count } = await db.selectFrom('contacts').select((eb) => eb.fn.countAll<number>().as('count')).where('account_id', '=', account_id).where(sql`lower(email)`, '=', address).executeTakeFirstOrThrow()
  return count
}

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
