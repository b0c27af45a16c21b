import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { groupCommit, type Settled } from '../../storage/group-commit.ts'
import { recordset } from '../../storage/recordset.ts'
import type { Ground } from '../context.ts'
import { unsubscribeRecipients } from '../unsubscribes.ts'
import { notSent, settleMessages, type Settlement } from './settle.ts'

/** What became of one attempt. `detail` is the server's answer, or what broke, in its words. */
export type Outcome = Became & {
  /** Into how many parts a text message was cut. */
  readonly segments?: number
}

type Became =
  | { readonly kind: 'sent', readonly detail: string | null }
  /** `retry_after_ms`: the provider asks not to be tried again before. */
  | { readonly kind: 'temporary_failure', readonly detail: string, readonly retry_after_ms?: number }
  /** `is_opt_out`: the recipient told the provider to be left alone, which is an unsubscribe. */
  | { readonly kind: 'permanent_failure', readonly detail: string, readonly is_opt_out?: boolean }
  /** Never begun: the worker stops, and another one may have it at once. */
  | { readonly kind: 'given_back', readonly detail: null }

/** Temporary failures are tried again for so long after the first attempt. */
export const RETRY_MS = 24 * 3_600_000

/** Outcomes gather for so long: one transaction for a score of mails instead of one for a few. A crash in between makes those ambiguous. */
const GATHER_MS = 15

/**
 * Records an attempt's outcome, once: a second one changes nothing, and neither does one that comes after the lease was lost and somebody else took over (that attempt's outcome is
 * `unknown` by then). Sent: so is the invitation, whose snapshot is frozen by that. A temporary failure is due again after a pause that grows; a permanent one, or a temporary one 24
 * hours after the first attempt, ends it as `delivery failed`, or as `unsubscribed` where that is the reason.
 */
export function recordOutcome(ground: Ground, delivery: { account_id: number, delivery_id: number }, outcome: Outcome): Promise<void> {
  return groupCommit(ground.db, writeOutcomes, { account_id: delivery.account_id, delivery_id: delivery.delivery_id, ...outcome, now: ground.now() }, GATHER_MS)
}

/** How long to wait after so many temporary failures: a minute, then twice as long each time, up to four hours; a tenth more or less by `seed`, so that those who failed together don't come back together. */
export function pauseMs(failures: number, seed: number): number {
  const minutes = Math.min(2 ** (failures - 1), 240)
  return Math.round(minutes * 60_000 * (0.9 + (seed * 2_654_435_761 % 1000) / 5000))
}

interface OutcomeItem { account_id: number, delivery_id: number, kind: Outcome['kind'], detail: string | null, segments?: number, retry_after_ms?: number, is_opt_out?: boolean, now: Date }
type Finished = OutcomeItem & { invitation_id: number, reminder_id: number | null }

async function writeOutcomes(tx: Tx, items: OutcomeItem[]): Promise<Settled<void>[]> {
  const finished = await finishDeliveries(tx, items)
  const histories = await loadHistories(tx, finished.filter((one) => one.kind === 'temporary_failure'))
  const settlements = finished.map((one) => settlementOf(one, histories))
  const now = items.reduce((latest, one) => (one.now > latest ? one.now : latest), new Date(0))
  await settleMessages(tx, settlements, now)
  await unsubscribeRecipients(tx, finished.filter((one) => one.is_opt_out), now)
  return items.map(() => ({ value: undefined }))
}

/** Those whose first outcome this is. */
async function finishDeliveries(tx: Tx, items: OutcomeItem[]): Promise<Finished[]> {
  const result = await sql<{ position: number, account_id: number, invitation_id: number, reminder_id: number | null }>`
    update deliveries d set outcome = i.kind, detail = case when d.delivered_at is null and d.bounced_at is null then i.detail else d.detail end, segments = i.segments, finished_at = i.now
    from (select distinct on (account_id, delivery_id) * from
      jsonb_to_recordset(${recordset(items)}::jsonb) as r(position integer, account_id bigint, delivery_id bigint, kind text, detail text, segments smallint, now timestamptz)
      order by account_id, delivery_id, position) as i
    where d.account_id = i.account_id and d.id = i.delivery_id and d.outcome is null
    returning i.position, d.account_id, d.invitation_id, d.reminder_id`.execute(tx)
  return result.rows.flatMap(({ position, ...row }) => {
    const item = items[position]
    return item ? [{ ...item, ...row }] : []
  })
}

interface History { first_at: Date, failures: number }

/** When a message was tried first, and how often it failed since. What was given back was not tried, and what was tried before a change was another message. */
async function loadHistories(tx: Tx, failed: Finished[]): Promise<Map<number, History>> {
  if (failed.length === 0) return new Map()
  const result = await sql<History & { delivery_id: number }>`
    select i.delivery_id, min(d.started_at) as first_at, (count(*) filter (where d.outcome = 'temporary_failure'))::integer as failures
    from jsonb_to_recordset(${recordset(failed)}::jsonb) as i(account_id bigint, delivery_id bigint, invitation_id bigint, reminder_id bigint)
    join deliveries d on d.account_id = i.account_id and d.invitation_id = i.invitation_id and d.reminder_id is not distinct from i.reminder_id
    join invitations v on v.account_id = i.account_id and v.id = i.invitation_id
    where d.outcome <> 'given_back' and (d.reminder_id is not null or d.attempt > v.changed_attempt) group by i.delivery_id`.execute(tx)
  return new Map(result.rows.map((row) => [row.delivery_id, row]))
}

function settlementOf(finished: Finished, histories: Map<number, History>): Settlement {
  const { account_id, invitation_id, reminder_id, now } = finished
  const pending: Settlement = { account_id, invitation_id, reminder_id, state: 'pending', sent_at: null, due_at: now, not_sent_reason: null, delivery_failure: null }
  switch (finished.kind) {
    case 'sent': return { ...pending, state: 'sent', sent_at: now, due_at: null }
    case 'given_back': return pending
    case 'permanent_failure': return notSent(finished, finished.is_opt_out ? 'unsubscribed' : 'delivery failed', finished.detail)
    case 'temporary_failure': {
      const due_at = nextTry(finished, histories.get(finished.delivery_id))
      return due_at ? { ...pending, due_at } : notSent(finished, 'delivery failed', finished.detail)
    }
    default: return finished.kind satisfies never
  }
}

/** The last try is at the end of the 24 hours; null after it. A provider that wants a longer pause gets it until then. */
function nextTry(finished: Finished, history: History | undefined): Date | null {
  if (!history) throw new Error('a delivery that failed is not among its own')
  const end = history.first_at.getTime() + RETRY_MS
  const now = finished.now.getTime()
  return now >= end ? null : new Date(Math.min(now + Math.max(pauseMs(history.failures, finished.delivery_id), finished.retry_after_ms ?? 0), end))
}
