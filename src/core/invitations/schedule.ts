import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { groupCommit, turnsOf, type Settled } from '../../storage/group-commit.ts'
import { itemAt, unnested } from '../../storage/recordset.ts'
import type { Context } from '../context.ts'
import { Invalid, type Fault } from '../errors.ts'
import { inviteMany, type InvitationDraft, type Invited } from './invite.ts'
import { linkKeys, numberOf, resolveLinks, type Links } from './links.ts'
import type { Reminder, RequestView } from './list.ts'
import { checkRequest, effectiveTime, findUsable } from './schedule-checks.ts'
import type { InvitationRequest, ReminderRequest } from './request.ts'

/**
 * Accepts a request: finds or makes its contact, company and ticket, writes the invitation with who gets the credit, and its reminders, in one transaction.
 * What forbids sending (over-survey protection, an unsubscribe, text messages not enabled) does not refuse it: it is stored as not sent, with the reason.
 * `unreadable` are the faults that a face found while reading the request; they are told together with all others, by Invalid.
 */
export function scheduleInvitation(ctx: Context, request: InvitationRequest, unreadable: Fault[] = []): Promise<RequestView> {
  return groupCommit(ctx.db, scheduleInvitations, { ctx, request, unreadable })
}

/** A request that was checked, as what is written of it. */
export function draftOf(ctx: Context, request: InvitationRequest, resolved: Links & { email_template_id: number | null }): InvitationDraft {
  if (request.survey_id === null || request.send_at === null) throw new Error('a request was not checked')
  const { email, first_name, surname, reference, machine_id, survey_id, ignore_throttle, text_message } = request
  return {
    account_id: ctx.account.id, occasion: null, channel: request.external_link ? 'link' : text_message ? 'sms' : 'email',
    survey_id, text_message_template_id: text_message?.text_message_template_id ?? null, send_at: effectiveTime(request.send_at, ctx.now()), ignore_throttle,
    email, telephone_number: numberOf(ctx, request), first_name, surname, reference, machine_id, ...resolved,
    data: (request.data ?? []).map(({ key, value }) => ({ key: key ?? '', value: value ?? '' })),
  }
}

/** The reminders that one invitation is to have. */
export interface Reminding { account_id: number, invited: Pick<Invited, 'id' | 'state' | 'not_sent_reason'>, reminders: ReminderRequest[] }

type Written = Pick<Reminder, 'id' | 'invitation_id' | 'email_template_id' | 'text_message_template_id' | 'send_at' | 'not_sent_reason'>

/** The reminders of what is not sent are not sent either, and for the same reason. As they were written, in the order of their times. */
export async function insertReminders(tx: Tx, wanted: Reminding[]): Promise<Written[]> {
  const rows = wanted.flatMap(({ account_id, invited: { id, state, not_sent_reason }, reminders }) => reminders.flatMap(({ send_at, email_template_id, text_message_template_id }) => (send_at === null ? [] : [{
    account_id, invitation_id: id, state: state === 'not_sent' ? 'not_sent' : 'pending', not_sent_reason, email_template_id, text_message_template_id, send_at,
  }])))
  if (rows.length === 0) return []
  const written = await sql<Written>`insert into reminders (account_id, invitation_id, state, not_sent_reason, email_template_id, text_message_template_id, send_at, due_at)
    select account_id, invitation_id, state, not_sent_reason, email_template_id, text_message_template_id, send_at, send_at
    from ${unnested(rows, 'position integer, account_id bigint, invitation_id bigint, state text, not_sent_reason text, email_template_id bigint, text_message_template_id bigint, send_at timestamptz')} i order by i.position
    returning id, invitation_id, email_template_id, text_message_template_id, send_at, not_sent_reason`.execute(tx)
  return written.rows.toSorted((a, b) => a.send_at.getTime() - b.send_at.getTime() || a.id - b.id)
}

interface Item { ctx: Context, request: InvitationRequest, unreadable: Fault[] }
type Checked = Item & { email_template_id: number | null }

async function scheduleInvitations(tx: Tx, items: Item[]): Promise<Settled<RequestView>[]> {
  const usable = await findUsable(tx, items)
  const outcomes = items.map((item) => ({ item, ...checkRequest(item.ctx, item.request, item.unreadable, usable) }))
  const good = outcomes.flatMap(({ item, email_template_id, faults }) => faults.length === 0 ? [{ ...item, email_template_id }] : [])
  const views = new Map<InvitationRequest, RequestView>()
  for (const turn of turnsOf(good, linkKeys)) await scheduleTurn(tx, turn, views)
  return outcomes.map(({ item, faults }) => faults.length > 0 ? { error: new Invalid(faults) } : { value: views.get(item.request) ?? lost() })
}

async function scheduleTurn(tx: Tx, turn: Checked[], views: Map<InvitationRequest, RequestView>): Promise<void> {
  const now = itemAt(turn, 0).ctx.now()
  const links = await resolveLinks(tx, turn)
  const drafts = turn.map(({ ctx, request, email_template_id }, index) => draftOf(ctx, request, { email_template_id, ...itemAt(links, index) }))
  const invited = await inviteMany(tx, drafts, now)
  const reminders = await insertReminders(tx, turn.map(({ ctx, request }, index) => ({ account_id: ctx.account.id, invited: itemAt(invited, index), reminders: request.reminders ?? [] })))
  const remindersOf = Map.groupBy(reminders, ({ invitation_id }) => invitation_id)
  turn.forEach(({ request }, index) => {
    const { repeated: _, ...own } = itemAt(invited, index)
    const made = (remindersOf.get(own.id) ?? []).map((reminder) => ({ ...reminder, ...NOTHING_YET, sent_at: null }))
    views.set(request, { ...itemAt(drafts, index), ...NOTHING_YET, created_at: now, updated_at: now, ...own, reminders: made })
  })
}

/** A message that nobody has tried to send. */
const NOTHING_YET = { delivery_failure: null }

function lost(): never {
  throw new Error('an invitation was not written')
}
