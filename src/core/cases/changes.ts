import { sql, type Selectable } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import type { CaseRow } from '../../storage/schema.ts'

/** An open case that begins here, not in another system: a conversation, whose number is its id. */
export interface ConversationRow extends Pick<Selectable<CaseRow>, 'account_id' | 'site_id' | 'title' | 'contents' | 'company_id' | 'contact_id' | 'team_id' | 'staff_ids' | 'fingerprint_id'> {}

/** Writes a conversation; its id. */
export async function insertConversation(tx: Tx, row: ConversationRow, now: Date): Promise<number> {
  const { rows: [made] } = await sql<{ id: number }>`
    insert into cases (account_id, id, site_id, kind, number, title, contents, company_id, contact_id, team_id, staff_ids, fingerprint_id, opened_at, created_at, updated_at) overriding system value
    select ${row.account_id}::bigint, n.id, ${row.site_id}::bigint, 'conversation', n.id::text, ${row.title}::text, ${row.contents}::text, ${row.company_id}::bigint, ${row.contact_id}::bigint, ${row.team_id}::bigint, ${row.staff_ids}::bigint[], ${row.fingerprint_id}::bigint,
      ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
    from (select nextval(pg_get_serial_sequence('cases', 'id')) as id) n returning id`.execute(tx)
  if (!made) throw new Error('a conversation was not made')
  return made.id
}

/** The cases of these contacts, asked about or not. */
export async function findCasesOf(tx: Tx, account_id: number, contact_ids: number[]): Promise<number[]> {
  const rows = await tx.selectFrom('cases').select('id').where('account_id', '=', account_id).where('contact_id', '=', sql<number>`any(${contact_ids}::bigint[])`).execute()
  return rows.map(({ id }) => id)
}

/** Another contact takes the place of one in all its cases. */
export async function handOverCases(tx: Tx, account_id: number, { from, to }: { from: number, to: number }, now: Date): Promise<void> {
  await tx.updateTable('cases').set({ contact_id: to, updated_at: now }).where('account_id', '=', account_id).where('contact_id', '=', from).execute()
}

/**
 * Takes the customer from those of these cases whose contact is to be deleted: the contact, the title of what is no project, what they wrote, and a number that has the address in it. Cases of somebody
 * else stay as they are.
 */
export async function forgetCustomers(tx: Tx, account_id: number, case_ids: number[], now: Date): Promise<void> {
  await sql`
    update cases c set contact_id = null, title = case when c.kind = 'project' then c.title end, contents = null, number = case when strpos(lower(c.number), lower(p.email)) > 0 then 'deleted-' || c.id else c.number end, updated_at = ${now}
    from contacts p where c.account_id = ${account_id} and c.id = any(${case_ids}::bigint[]) and p.account_id = c.account_id and p.id = c.contact_id and p.erasure_id is not null`.execute(tx)
}
