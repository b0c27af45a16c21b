import { sql } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import type { Ground } from '../context.ts'
import { unsubscribeRecipients } from '../unsubscribes.ts'
import { settleMessages } from './settle.ts'

/** What a provider tells of a message later. Each kind proves that it took it; `detail` is what it said, in its words. */
export type Receipt =
  | { readonly kind: 'taken' }
  | { readonly kind: 'delivered', readonly detail: string }
  /** `is_opt_out`: it was not delivered because its recipient told the provider to be left alone. */
  | { readonly kind: 'bounced', readonly detail: string, readonly is_opt_out: boolean }

/**
 * Takes a receipt of a delivery. An attempt whose outcome nobody heard of, that seemed to fail or was cut off, was taken after all: its message is sent, and does not go again. The first receipt
 * that says whether it arrived is the one that counts; what did not arrive, in the message's last attempt, is noted on the invitation (or its reminder) and ends the reminders after
 * it. A delivery that is not known, that another one follows, or of what was changed since, changes nothing. The words are not kept where the customer's data are deleted.
 */
export async function recordReceipt(ground: Ground, delivery: { account_id: number, delivery_id: number }, receipt: Receipt): Promise<void> {
  await transaction(ground.db, async (tx) => {
    const now = ground.now()
    const message = await markDelivery(tx, delivery, receipt, now)
    if (!message) return
    await settleMessages(tx, [{ ...message, state: 'sent', sent_at: now, due_at: null, not_sent_reason: null, delivery_failure: null }], now)
    if (receipt.kind !== 'bounced') return
    await markBounced(tx, message, receipt.detail, now)
    if (receipt.is_opt_out) await unsubscribeRecipients(tx, [message], now)
  })
}

interface Receiver { account_id: number, invitation_id: number, reminder_id: number | null, attempt: number }

async function markDelivery(tx: Tx, { account_id, delivery_id }: { account_id: number, delivery_id: number }, receipt: Receipt, now: Date): Promise<Receiver | null> {
  const detail = receipt.kind === 'taken' ? null : receipt.detail
  const result = await sql<Receiver>`update deliveries d set outcome = 'sent', finished_at = coalesce(d.finished_at, ${now}), detail = coalesce(${detail}, d.detail),
      delivered_at = ${receipt.kind === 'delivered' ? now : null}, bounced_at = ${receipt.kind === 'bounced' ? now : null}
    from invitations v where v.account_id = d.account_id and v.id = d.invitation_id and (d.reminder_id is not null or d.attempt > v.changed_attempt)
      and d.account_id = ${account_id} and d.id = ${delivery_id} and d.delivered_at is null and d.bounced_at is null
      and (d.outcome is null or d.outcome in ('unknown', 'temporary_failure', 'given_back') or d.outcome = 'sent' and ${receipt.kind}::text <> 'taken')
    returning d.account_id, d.invitation_id, d.reminder_id, d.attempt`.execute(tx)
  return result.rows[0] ?? null
}

/** Only where no later attempt followed, which may have arrived: attempts are counted as they begin. */
async function markBounced(tx: Tx, { account_id, invitation_id, reminder_id, attempt }: Receiver, detail: string, now: Date): Promise<void> {
  const invitation = tx.selectFrom('invitations').where('account_id', '=', account_id).where('id', '=', invitation_id)
  const { deletion_requested_at } = await invitation.select('deletion_requested_at').executeTakeFirstOrThrow()
  const delivery_failure = deletion_requested_at === null ? detail : null
  if (reminder_id !== null) {
    await tx.updateTable('reminders').set({ delivery_failure }).where('account_id', '=', account_id).where('id', '=', reminder_id).where('attempts', '=', attempt).execute()
  } else {
    await tx.updateTable('invitations').set({ bounced_at: now, delivery_failure, updated_at: now })
      .where('account_id', '=', account_id).where('id', '=', invitation_id).where('attempts', '=', attempt).execute()
  }
}
