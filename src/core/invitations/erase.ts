import { sql } from 'kysely'
import type { Db, Tx } from '../../storage/database.ts'
import { deleteSandboxMailsOf } from '../sandbox-mails.ts'
import { deleteSandboxTextsOf } from '../sandbox-texts.ts'

/** Whose invitations are to go: those to the address, and all of the contacts that this erasure has marked. */
export interface InvitationMark { account_id: number, id: number, address: string | null }

/**
 * Marks invitations for an erasure, which closes their links. What was not sent yet is not sent any more, nor are reminders: `customer data deleted`. Those that were marked once
 * stay as they are.
 */
export async function markInvitations(tx: Tx, { account_id, id, address }: InvitationMark, now: Date): Promise<void> {
  await sql`
    update invitations v set deletion_requested_at = ${now}, erasure_id = ${id}, updated_at = ${now},
      state = case when v.state = 'pending' then 'not_sent' else v.state end, not_sent_reason = case when v.state = 'pending' then 'customer data deleted' else v.not_sent_reason end
    where v.account_id = ${account_id} and v.id = any(array(${ofPerson({ account_id, address, contacts: sql`p.erasure_id = ${id}` })})) and v.deletion_requested_at is null`.execute(tx)
  await sql`
    update reminders r set state = 'not_sent', not_sent_reason = 'customer data deleted' from invitations v
    where v.account_id = ${account_id} and v.erasure_id = ${id} and r.account_id = v.account_id and r.invitation_id = v.id and r.state = 'pending'`.execute(tx)
}

/** How many invitations went, or are to go, to this address or to contacts that have it now. */
export async function countInvitationsOf(db: Db, account_id: number, address: string): Promise<number> {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from (${ofPerson({ account_id, address, contacts: sql`lower(p.email) = ${address}` })}) as v`.execute(db)
  return row?.count ?? 0
}

/** A message that is on its way is waited for so long: then its worker is dead, and nobody tells what became of it. */
const WAIT_MS = 600_000

/** The next so many marked invitations, locked; not those of which a message is on its way. With none: whether all are done. */
export async function takeMarkedInvitations(tx: Tx, { account_id, id }: InvitationMark, limit: number, now: Date): Promise<{ ids: number[], case_ids: number[], all_done: boolean }> {
  const { rows } = await sql<{ id: number, case_id: number | null }>`
    select v.id, v.case_id from invitations v where v.account_id = ${account_id} and v.erasure_id = ${id}
      and not exists (select from deliveries d where d.account_id = v.account_id and d.invitation_id = v.id and d.outcome is null and d.started_at > ${new Date(now.getTime() - WAIT_MS)})
    order by v.id limit ${limit} for update of v`.execute(tx)
  const left = rows.length > 0 || await tx.selectFrom('invitations').select('id').where('account_id', '=', account_id).where('erasure_id', '=', id).limit(1).executeTakeFirst()
  return { ids: rows.map((row) => row.id), case_ids: rows.flatMap((row) => row.case_id ?? []), all_done: !left }
}

/**
 * Takes from invitations what says whom they were for: address, names, number, references, what mail servers said, free data (codes that name the staff or the site stay, and values of segments), the title of
 * the ticket, and mails in the sandbox. When they were sent, answered or refused, and who gets the credit, stays.
 */
export async function eraseInvitations(tx: Tx, account_id: number, ids: number[], now: Date): Promise<void> {
  await eraseMessages(tx, account_id, ids)
  await sql`update reminders set delivery_failure = null where account_id = ${account_id} and invitation_id = any(${ids}::bigint[]) and delivery_failure is not null`.execute(tx)
  await sql`update deliveries set detail = null where account_id = ${account_id} and invitation_id = any(${ids}::bigint[]) and detail is not null`.execute(tx)
  await sql`
    update invitations v set data = coalesce((
      select jsonb_agg(d.pair order by d.place) from jsonb_array_elements(v.data) with ordinality as d(pair, place)
      where (d.pair ->> 'key' = 'staff_code' and exists (select from staff s where s.account_id = v.account_id and s.id = any(v.staff_ids) and s.code = d.pair ->> 'value'))
        or (d.pair ->> 'key' = 'site_code' and exists (select from sites s where s.account_id = v.account_id and s.id = v.site_id and s.code = d.pair ->> 'value'))
        or exists (select from segment_options o join segments s on s.account_id = o.account_id and s.id = o.segment_id
          where o.account_id = v.account_id and o.id = any(v.segment_option_ids) and s.key = d.pair ->> 'key' and o.value = d.pair ->> 'value')), '[]'),
      email = null, telephone_number = null, first_name = null, surname = null, reference = null, machine_id = null, delivery_failure = null,
      case_title = case when case_kind = 'project' then case_title end, erasure_id = null, updated_at = ${now}
    where account_id = ${account_id} and id = any(${ids}::bigint[])`.execute(tx)
}

/** Takes invitations away with all that hangs on them but their responses, which have to be gone before. */
export async function removeInvitations(tx: Tx, account_id: number, ids: number[]): Promise<void> {
  await eraseMessages(tx, account_id, ids)
  for (const table of ['deliveries', 'reminders'] as const) {
    await tx.deleteFrom(table).where('account_id', '=', account_id).where('invitation_id', '=', sql<number>`any(${ids}::bigint[])`).execute()
  }
  await tx.deleteFrom('invitations').where('account_id', '=', account_id).where('id', '=', sql<number>`any(${ids}::bigint[])`).execute()
}

/** Texts that were sent, and when the address was last invited. */
async function eraseMessages(tx: Tx, account_id: number, ids: number[]): Promise<void> {
  await deleteSandboxMailsOf(tx, account_id, ids)
  await deleteSandboxTextsOf(tx, account_id, ids)
  await sql`
    delete from invited_addresses l using invitations v where v.account_id = ${account_id} and v.id = any(${ids}::bigint[]) and l.account_id = v.account_id
      and l.address in (lower(v.email), v.telephone_number)`.execute(tx)
}

/** Each side by its own index. */
function ofPerson({ account_id, address, contacts }: { account_id: number, address: string | null, contacts: ReturnType<typeof sql> }) {
  return sql`
    select i.id from invitations i where i.account_id = ${account_id} and lower(i.email) = ${address}
    union select i.id from contacts p join invitations i on i.account_id = p.account_id and i.contact_id = p.id where p.account_id = ${account_id} and ${contacts}`
}
