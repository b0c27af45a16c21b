import { sql } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import type { Ground } from '../context.ts'
import { blockRecipient } from '../blocks.ts'
import { unsubscribeRecipients } from '../unsubscribes.ts'
import { settleMessages } from './settle.ts'

/** What a provider tells of a message later. Each kind proves that it took it; `detail` is what it said, in its words. */
export type Receipt =
  | { readonly kind: 'taken' }
  | { readonly kind: 'delivered', readonly detail: string }
  /** `is_opt_out`: it was not delivered because its recipient told the provider to be left alone; `is_dead`: nobody has that e-mail address. */
  | { readonly kind: 'bounced', readonly detail: string, readonly is_opt_out: boolean, readonly is_dead?: boolean }
  /** It arrived, and its recipient told the provider of a mail that they want no more of it. */
  | { readonly kind: 'complained' }

/**
 * Takes a receipt of a delivery. An attempt whose outcome nobody heard of, that seemed to fail or was cut off, was taken after all: its message is sent, and does not go again. The first receipt
 * that says whether it arrived is the one that counts, but that a mail may come back after it was taken; what did not arrive, in the message's last attempt, is noted on the invitation (or its
 * reminder) and ends the reminders after it. A delivery that is not known, that another one follows, or of what was changed since, changes nothing. The words are not kept where the customer's data are deleted.
 */
export async function recordReceipt(ground: Ground, delivery: { account_id: number, delivery_id: number }, receipt: Receipt): Promise<void> {
  await transaction(ground.db, (tx) => takeReceipt(tx, delivery, receipt, ground.now()))
}

/** So long a provider may tell something again. */
const MEMORY_MS = 7 * 86_400_000

/** The same for what a provider may tell more than once, each with an id of its own: it is heeded once. */
export async function recordProviderEvent(ground: Ground, event_id: string, delivery: { account_id: number, delivery_id: number }, receipt: Receipt): Promise<void> {
  await transaction(ground.db, async (tx) => {
    const { rows } = await sql`insert into provider_events (account_id, event_id, received_at) select a.id, ${event_id}, ${ground.now()} from accounts a where a.id = ${delivery.account_id}
      on conflict (account_id, event_id) do nothing returning event_id`.execute(tx)
    if (rows.length > 0) await takeReceipt(tx, delivery, receipt, ground.now())
  })
}

/** Forgets what no provider tells any more. */
export async function sweepProviderEvents(ground: Ground): Promise<void> {
  await ground.db.deleteFrom('provider_events').where('received_at', '<', new Date(ground.now().getTime() - MEMORY_MS)).execute()
}

/** The last delivery of a mail to one of these addresses (in lower case), by its Message-ID: that alone could be guessed. */
export async function findMailDelivery(ground: Ground, message_id: string, recipients: string[]): Promise<{ account_id: number, delivery_id: number } | null> {
  const [, account_id, invitation_id] = /^<i(\d{1,15})\.(\d{1,15})[.@]/.exec(message_id) ?? []
  if (!account_id || !invitation_id) return null
  const { rows: [row] } = await sql<{ account_id: number, delivery_id: number }>`select d.account_id, d.id as delivery_id from deliveries d
    join invitations v on v.account_id = d.account_id and v.id = d.invitation_id
    where d.account_id = ${account_id}::bigint and d.invitation_id = ${invitation_id}::bigint and d.message_id = ${message_id} and lower(v.email) = any(${recipients}::text[])
    order by d.attempt desc limit 1`.execute(ground.db)
  return row ?? null
}

async function takeReceipt(tx: Tx, delivery: { account_id: number, delivery_id: number }, receipt: Receipt, now: Date): Promise<void> {
  if (receipt.kind === 'complained') {
    const found = await tx.selectFrom('deliveries').select(['account_id', 'invitation_id']).where('account_id', '=', delivery.account_id).where('id', '=', delivery.delivery_id).execute()
    return unsubscribeRecipients(tx, found, now)
  }
  const message = await markDelivery(tx, delivery, receipt, now)
  if (!message) return
  await settleMessages(tx, [{ ...message, state: 'sent', sent_at: now, due_at: null, not_sent_reason: null, delivery_failure: null }], now)
  if (receipt.kind !== 'bounced') return
  await markBounced(tx, message, receipt.detail, now)
  if (receipt.is_dead) await blockRecipient(tx, message, now)
  if (receipt.is_opt_out) await unsubscribeRecipients(tx, [message], now)
}

interface Receiver { account_id: number, invitation_id: number, reminder_id: number | null, attempt: number }

async function markDelivery(tx: Tx, { account_id, delivery_id }: { account_id: number, delivery_id: number }, receipt: Exclude<Receipt, { kind: 'complained' }>, now: Date): Promise<Receiver | null> {
  const detail = receipt.kind === 'taken' ? null : receipt.detail
  const result = await sql<Receiver>`update deliveries d set outcome = 'sent', finished_at = coalesce(d.finished_at, ${now}), detail = coalesce(${detail}, d.detail),
      delivered_at = ${receipt.kind === 'delivered' ? now : null}, bounced_at = ${receipt.kind === 'bounced' ? now : null}
    from invitations v where v.account_id = d.account_id and v.id = d.invitation_id and (d.reminder_id is not null or d.attempt > v.changed_attempt)
      and d.account_id = ${account_id} and d.id = ${delivery_id} and d.bounced_at is null and (d.delivered_at is null or ${receipt.kind}::text = 'bounced' and d.channel = 'email')
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
