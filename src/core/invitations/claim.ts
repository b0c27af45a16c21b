import { sql } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import { recordset } from '../../storage/recordset.ts'
import type { Ground } from '../context.ts'
import { claimAddresses } from './addresses.ts'
import { closeCutOff, type CutOff } from './cut-offs.ts'
import { loadEmails, loadTexts, type Begun, type EmailMessage, type Message, type TextMessage } from './messages.ts'
import type { NotSentReason } from './reasons.ts'
import { claimedAddresses, refusals } from './refusals.ts'
import { notSent, settleMessages } from './settle.ts'

/** A claim is good for so long: what its worker has not recorded (or renewed) by then is due again. */
export const LEASE_MS = 60_000

export interface Claimed<M extends Message = EmailMessage> {
  /** To be sent now, by whoever claimed them, the longest due first. */
  messages: M[]
  /** How many were found not to be sent after all. */
  refused: number
  /** Until when they are the caller's, if it does not renew the claim. */
  lease_end: Date
  /** Attempts that were cut off: the message may have gone out, and is among those to be sent again, or refused. */
  ambiguous: CutOff[]
}

/**
 * Takes up to so many due invitations by e-mail, and due reminders of sent ones, for the caller alone: no other worker gets them before their lease is over. Checks once more what
 * forbids each of them, settles the over-survey protection, and begins a delivery for each one that may go. Message-IDs are `<i{account}.{invitation}[.r{reminder}|.c{attempt}]@{host}>`, the
 * same in every attempt of the same content: `.c` once a message was changed after it had been tried.
 */
export async function claimDue(ground: Ground, options: ClaimOptions): Promise<Claimed> {
  return transaction(ground.db, (tx) => claimIn(tx, 'email', options, ground.now(), loadEmails))
}

/** The same for text messages. They are claimed apart: mails don't wait for the provider of texts. */
export async function claimDueTexts(ground: Ground, options: ClaimOptions): Promise<Claimed<TextMessage>> {
  return transaction(ground.db, (tx) => claimIn(tx, 'sms', options, ground.now(), loadTexts))
}

export interface ClaimOptions { limit: number, host: string }

/** What a renewal found: which deliveries are still the caller's, and until when. */
export interface Renewed { held: Set<number>, lease_end: Date }

/**
 * Prolongs the claims of a worker that is still busy with them: those whose delivery has no outcome yet. One that another worker took over meanwhile, since its lease was over, or
 * whose invitation was changed, is not held any more, and not to be begun.
 */
export async function renewClaims(ground: Ground, deliveries: { account_id: number, delivery_id: number }[]): Promise<Renewed> {
  const lease_end = leaseEnd(ground.now())
  const rows = recordset(deliveries.map(({ account_id, delivery_id }) => ({ account_id, delivery_id })))
  const held = await transaction(ground.db, async (tx) => {
    await lockOpen(tx, rows)
    return prolong(tx, rows, lease_end)
  })
  return { held: new Set(held), lease_end }
}

/** What these deliveries are of, in one order for all who renew. Whoever changes it, takes it over or records an outcome is through then, and is seen by the next statement. */
async function lockOpen(tx: Tx, rows: string): Promise<void> {
  const open = sql`select d.account_id, d.invitation_id, d.reminder_id from deliveries d
    join jsonb_to_recordset(${rows}::jsonb) as i(account_id bigint, delivery_id bigint) on d.account_id = i.account_id and d.id = i.delivery_id where d.outcome is null`
  await sql`select from invitations v where (v.account_id, v.id) in (select o.account_id, o.invitation_id from (${open}) as o where o.reminder_id is null)
    order by v.account_id, v.id for no key update`.execute(tx)
  await sql`select from reminders r where (r.account_id, r.id) in (select o.account_id, o.reminder_id from (${open}) as o where o.reminder_id is not null)
    order by r.account_id, r.id for no key update`.execute(tx)
}

/** Whoever takes over, and whoever changes it, counts an attempt. */
async function prolong(tx: Tx, rows: string, lease_end: Date): Promise<number[]> {
  const result = await sql<{ delivery_id: number }>`with open as (
      select d.account_id, d.id as delivery_id, d.invitation_id, d.reminder_id, d.attempt from deliveries d
      join jsonb_to_recordset(${rows}::jsonb) as i(account_id bigint, delivery_id bigint) on d.account_id = i.account_id and d.id = i.delivery_id
      where d.outcome is null
    ), invited as (
      update invitations v set due_at = ${lease_end} from open
      where v.account_id = open.account_id and v.id = open.invitation_id and open.reminder_id is null and v.state = 'pending' and v.attempts = open.attempt
      returning open.delivery_id
    ), reminded as (
      update reminders r set due_at = ${lease_end} from open
      where r.account_id = open.account_id and r.id = open.reminder_id and r.state = 'pending' and r.attempts = open.attempt
      returning open.delivery_id
    )
    select delivery_id from invited union all select delivery_id from reminded`.execute(tx)
  return result.rows.map((row) => row.delivery_id)
}

/** What a claim finds out about a message before it is known whether it may go. */
interface Candidate {
  account_id: number
  invitation_id: number
  reminder_id: number | null
  email: string | null
  telephone_number: string | null
  survey_id: number
  /** Of the channel's own kind. */
  template_id: number | null
  ignore_throttle: boolean
  throttle_exempt: boolean
  state: 'pending' | 'sent' | 'not_sent'
  not_sent_reason: NotSentReason | null
  answered_at: Date | null
  has_bounced: boolean
  attempts: number
  /** The attempt that its last change took, 0 where there was none. */
  changed_attempt: number
  was_due_at: Date
}

type Channel = Message['channel']

async function claimIn<M extends Message>(tx: Tx, channel: Channel, { limit, host }: ClaimOptions, now: Date, load: (db: Tx, begun: Begun[]) => Promise<M[]>): Promise<Claimed<M>> {
  const invitations = await takeInvitations(tx, channel, limit, now)
  const reminders = await takeReminders(tx, channel, Math.max(limit - invitations.length, Math.ceil(limit / 10)), now)
  const candidates = [...invitations, ...reminders].sort((a, b) => a.was_due_at.getTime() - b.was_due_at.getTime())
  if (candidates.length === 0) return { messages: [], refused: 0, lease_end: leaseEnd(now), ambiguous: [] }
  const ambiguous = await closeCutOff(tx, candidates.filter((one) => one.attempts > 1), now)
  const reasons = await reasonsOf(tx, channel, candidates, now)
  const refused = candidates.flatMap((one, index) => reasons[index] ? [notSent(one, reasons[index])] : [])
  await settleMessages(tx, refused, now)
  const allowed = candidates.filter((_, index) => reasons[index] === null)
  const deliveries = await beginDeliveries(tx, channel, allowed, host, now)
  return { messages: await load(tx, deliveries), refused: refused.length, lease_end: leaseEnd(now), ambiguous }
}

/** What may go stays claimed until the end of the lease; what is claimed by another transaction right now is passed over. */
async function takeInvitations(tx: Tx, channel: Channel, limit: number, now: Date): Promise<Candidate[]> {
  const template_id = channel === 'sms' ? sql`v.text_message_template_id` : sql`coalesce(v.email_template_id, a.default_email_template_id)`
  const result = await sql<Candidate>`
    with due as materialized (
      select account_id, id, due_at from invitations where state = 'pending' and channel = ${sql.lit(channel)} and due_at <= ${now}
      order by due_at limit ${limit} for no key update skip locked
    )
    update invitations v set due_at = ${leaseEnd(now)}, attempts = v.attempts + 1
    from due join accounts a on a.id = due.account_id, surveys s
    where v.account_id = due.account_id and v.id = due.id and s.account_id = v.account_id and s.id = v.survey_id
    returning v.account_id, v.id as invitation_id, null as reminder_id, v.email, v.telephone_number, v.survey_id, ${template_id} as template_id, v.ignore_throttle,
      s.throttle_exempt, v.state, v.not_sent_reason, v.answered_at, v.bounced_at is not null as has_bounced, v.attempts, v.changed_attempt, due.due_at as was_due_at`.execute(tx)
  return result.rows
}

/** A reminder waits until its invitation is sent, or known not to be. What did not arrive, or was refused for good, ends those after it: the invitation, or an earlier reminder. */
async function takeReminders(tx: Tx, channel: Channel, limit: number, now: Date): Promise<Candidate[]> {
  const template_id = channel === 'sms' ? sql`r.text_message_template_id` : sql`r.email_template_id`
  const result = await sql<Candidate>`
    with due as materialized (
      select r.account_id, r.id, r.due_at from reminders r join invitations v on v.account_id = r.account_id and v.id = r.invitation_id
      where r.state = 'pending' and ${template_id} is not null and r.due_at <= ${now} and v.state <> 'pending'
      order by r.due_at limit ${limit} for no key update of r skip locked
    )
    update reminders r set due_at = ${leaseEnd(now)}, attempts = r.attempts + 1
    from due, invitations v
    where r.account_id = due.account_id and r.id = due.id and v.account_id = r.account_id and v.id = r.invitation_id
    returning r.account_id, r.invitation_id, r.id as reminder_id, v.email, v.telephone_number, v.survey_id, ${template_id} as template_id, true as ignore_throttle,
      true as throttle_exempt, v.state, v.not_sent_reason, coalesce(v.answered_at, v.provisional_at) as answered_at, r.attempts, 0 as changed_attempt, (v.bounced_at is not null or exists (select from reminders e where e.account_id = r.account_id
        and e.invitation_id = r.invitation_id and e.state <> 'pending' and e.delivery_failure is not null)) as has_bounced, due.due_at as was_due_at`.execute(tx)
  return result.rows
}

function leaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS)
}

/** Null, or why it may not go. The over-survey protection comes last, so that only what would go otherwise claims its addresses. */
async function reasonsOf(tx: Tx, channel: Channel, candidates: Candidate[], now: Date): Promise<(NotSentReason | null)[]> {
  const refused = await refusals(tx, candidates.map(({ account_id, email, telephone_number, survey_id, template_id }) => ({
    account_id, channel, email, telephone_number, survey_id, email_template_id: template_id, text_message_template_id: template_id, ignore_throttle: true, at: now,
  })), now)
  const reasons = candidates.map((one, index) => endReason(one) ?? refused[index] ?? null)
  const contenders = candidates.filter((one, index) => reasons[index] === null && !one.throttle_exempt)
  const claims = contenders.map((one) => ({ account_id: one.account_id, invitation_id: one.invitation_id, addresses: claimedAddresses({ ...one, channel }), ignore_throttle: one.ignore_throttle }))
  const granted = await claimAddresses(tx, claims, now)
  return candidates.map((one, index) => reasons[index] ?? (one.throttle_exempt || granted.has(one.invitation_id) ? null : 'over-survey protection'))
}

/** An answer ends everything; a reminder also ends with the invitation that it reminds of. */
function endReason(candidate: Candidate): NotSentReason | null {
  if (candidate.answered_at) return 'already responded'
  if (candidate.state === 'not_sent') return candidate.not_sent_reason
  if (candidate.has_bounced) return 'delivery failed'
  return candidate.template_id === null ? 'template archived' : null
}

async function beginDeliveries(tx: Tx, channel: Channel, candidates: Candidate[], host: string, now: Date): Promise<Begun[]> {
  if (candidates.length === 0) return []
  const rows = candidates.map((one) => ({ account_id: one.account_id, invitation_id: one.invitation_id, reminder_id: one.reminder_id, attempts: one.attempts, changed_attempt: one.changed_attempt, new_message_id: messageId(one, host) }))
  const result = await sql<{ delivery_id: number, invitation_id: number, reminder_id: number | null, message_id: string }>`
    insert into deliveries (account_id, invitation_id, reminder_id, attempt, channel, message_id, started_at)
    select i.account_id, i.invitation_id, i.reminder_id, i.attempts, ${channel}, coalesce(earlier.message_id, i.new_message_id), ${now}
    from jsonb_to_recordset(${recordset(rows)}::jsonb) as i(account_id bigint, invitation_id bigint, reminder_id bigint, attempts integer, changed_attempt integer, new_message_id text)
    left join lateral (select d.message_id from deliveries d where i.attempts > 1 and d.account_id = i.account_id and d.invitation_id = i.invitation_id
      and d.reminder_id is not distinct from i.reminder_id and d.attempt > i.changed_attempt order by d.attempt limit 1) as earlier on true
    returning id as delivery_id, invitation_id, reminder_id, message_id`.execute(tx)
  const begun = new Map(result.rows.map((row) => [`${row.invitation_id} ${row.reminder_id}`, row]))
  return candidates.map((one) => {
    const delivery = begun.get(`${one.invitation_id} ${one.reminder_id}`)
    if (!delivery || one.template_id === null) throw new Error('a delivery was not begun')
    return { ...delivery, account_id: one.account_id, template_id: one.template_id }
  })
}

function messageId(candidate: Candidate, host: string): string {
  const part = candidate.reminder_id !== null ? `.r${candidate.reminder_id}` : candidate.changed_attempt > 0 ? `.c${candidate.changed_attempt}` : ''
  return `<i${candidate.account_id}.${candidate.invitation_id}${part}@${host}>`
}
