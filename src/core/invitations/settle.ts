import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { recordset } from '../../storage/recordset.ts'
import { giveAddressesBack } from './addresses.ts'
import type { NotSentReason } from './reasons.ts'

/** What an invitation, or a reminder of it, becomes. A due_at of null leaves it as it is. */
export interface Settlement {
  account_id: number
  invitation_id: number
  reminder_id: number | null
  state: 'pending' | 'sent' | 'not_sent'
  sent_at: Date | null
  due_at: Date | null
  not_sent_reason: NotSentReason | null
  delivery_failure: string | null
}

/** Moves messages on, those that are still pending; a failure that its provider told of already stays. What is not sent in the end gives back the address that it had claimed. */
export async function settleMessages(tx: Tx, settlements: Settlement[], now: Date): Promise<void> {
  await settleInvitations(tx, settlements.filter((one) => one.reminder_id === null), now)
  await settleReminders(tx, settlements.filter((one) => one.reminder_id !== null))
  await giveAddressesBack(tx, settlements.filter((one) => one.reminder_id === null && one.state === 'not_sent'))
  await forgetWords(tx, settlements)
}

/** The settlement of what may not go. */
export function notSent(message: { account_id: number, invitation_id: number, reminder_id: number | null }, reason: NotSentReason, delivery_failure: string | null = null): Settlement {
  const { account_id, invitation_id, reminder_id } = message
  return { account_id, invitation_id, reminder_id, state: 'not_sent', sent_at: null, due_at: null, not_sent_reason: reason, delivery_failure }
}

/** Ends the reminders that an invitation still has. */
export async function endReminders(tx: Tx, { account_id, id }: { account_id: number, id: number }, reason: NotSentReason): Promise<void> {
  const waiting = await tx.selectFrom('reminders').select('id').where('account_id', '=', account_id).where('invitation_id', '=', id).where('state', '=', 'pending').orderBy('id').execute()
  await settleReminders(tx, waiting.map((reminder) => notSent({ account_id, invitation_id: id, reminder_id: reminder.id }, reason)))
}

const SETTLEMENT = sql`account_id bigint, invitation_id bigint, reminder_id bigint, state text, sent_at timestamptz, due_at timestamptz, not_sent_reason text, delivery_failure text`

async function settleInvitations(tx: Tx, settlements: Settlement[], now: Date): Promise<void> {
  if (settlements.length === 0) return
  await sql`update invitations v set state = i.state, sent_at = i.sent_at, due_at = coalesce(i.due_at, v.due_at), not_sent_reason = i.not_sent_reason,
      delivery_failure = coalesce(i.delivery_failure, v.delivery_failure), updated_at = ${now}
    from jsonb_to_recordset(${recordset(settlements)}::jsonb) as i(${SETTLEMENT})
    where v.account_id = i.account_id and v.id = i.invitation_id and v.state = 'pending'`.execute(tx)
}

async function settleReminders(tx: Tx, settlements: Settlement[]): Promise<void> {
  if (settlements.length === 0) return
  await sql`update reminders r set state = i.state, sent_at = i.sent_at, due_at = coalesce(i.due_at, r.due_at), not_sent_reason = i.not_sent_reason, delivery_failure = coalesce(i.delivery_failure, r.delivery_failure)
    from jsonb_to_recordset(${recordset(settlements)}::jsonb) as i(${SETTLEMENT})
    where r.account_id = i.account_id and r.id = i.reminder_id and r.state = 'pending'`.execute(tx)
}

/**
 * What a provider says of a customer can hold their address: of one whose data are to be deleted, or were, it is not kept, however late it says it. The invitations are locked, so that an erasure that
 * begins now finds what was written before it.
 */
async function forgetWords(tx: Tx, settlements: Settlement[]): Promise<void> {
  if (settlements.length === 0) return
  await sql`with settled as materialized (
      select v.account_id, v.id, v.deletion_requested_at from invitations v
      where (v.account_id, v.id) in (select i.account_id, i.invitation_id from jsonb_to_recordset(${recordset(settlements)}::jsonb) as i(${SETTLEMENT})) order by v.account_id, v.id for no key update of v
    )
    update deliveries d set detail = null from settled s where d.account_id = s.account_id and d.invitation_id = s.id and s.deletion_requested_at is not null and d.detail is not null`.execute(tx)
}
