import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { groupCommit, turnsOf, type Settled } from '../../storage/group-commit.ts'
import { itemAt, unnested } from '../../storage/recordset.ts'
import type { Context } from '../context.ts'
import { Invalid, type Fault } from '../errors.ts'
import { inviteMany, type InvitationDraft, type Invited } from './invite.ts'
import { linkKeys, numberOf, resolveLinks, type Links } from './links.ts'
import { viewInvitations, type InvitationView } from './list.ts'
import { checkRequest, effectiveTime, findUsable } from './schedule-checks.ts'
import type { InvitationRequest, ReminderRequest } from './request.ts'

/**
 * Accepts a request: finds or makes its contact, company and ticket, writes the invitation with who gets the credit, and its reminders, in one transaction.
 * What forbids sending (over-survey protection, an unsubscribe, text messages not enabled) does not refuse it: it is stored as not sent, with the reason.
 * `unreadable` are the faults that a face found while reading the request; they are told together with all others, by Invalid.
 */
export function scheduleInvitation(ctx: Context, request: InvitationRequest, unreadable: Fault[] = []): Promise<InvitationView> {
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

/** The reminders of what is not sent are not sent either, and for the same reason. */
export async function insertReminders(tx: Tx, wanted: Reminding[]): Promise<void> {
  const rows = wanted.flatMap(({ account_id, invited: { id, state, not_sent_reason }, reminders }) => reminders.flatMap(({ send_at, email_template_id, text_message_template_id }) => (send_at === null ? [] : [{
    account_id, invitation_id: id, state: state === 'not_sent' ? 'not_sent' : 'pending', not_sent_reason, email_template_id, text_message_template_id, send_at,
  }])))
  if (rows.length === 0) return
  await sql`insert into reminders (account_id, invitation_id, state, not_sent_reason, email_template_id, text_message_template_id, send_at, due_at)
    select account_id, invitation_id, state, not_sent_reason, email_template_id, text_message_template_id, send_at, send_at
    from ${unnested(rows, 'position integer, account_id bigint, invitation_id bigint, state text, not_sent_reason text, email_template_id bigint, text_message_template_id bigint, send_at timestamptz')} i order by i.position`.execute(tx)
}

interface Item { ctx: Context, request: InvitationRequest, unreadable: Fault[] }
type Checked = Item & { email_template_id: number | null }

async function scheduleInvitations(tx: Tx, items: Item[]): Promise<Settled<InvitationView>[]> {
  const usable = await findUsable(tx, items)
  const outcomes = items.map((item) => ({ item, ...checkRequest(item.ctx, item.request, item.unreadable, usable) }))
  const good = outcomes.flatMap(({ item, email_template_id, faults }) => faults.length === 0 ? [{ ...item, email_template_id }] : [])
  const views = new Map<InvitationRequest, InvitationView>()
  for (const turn of turnsOf(good, linkKeys)) await scheduleTurn(tx, turn, views)
  return outcomes.map(({ item, faults }) => faults.length > 0 ? { error: new Invalid(faults) } : { value: views.get(item.request) ?? lost() })
}

async function scheduleTurn(tx: Tx, turn: Checked[], views: Map<InvitationRequest, InvitationView>): Promise<void> {
  const links = await resolveLinks(tx, turn)
  const drafts = turn.map(({ ctx, request, email_template_id }, index) => draftOf(ctx, request, { email_template_id, ...itemAt(links, index) }))
  const invited = await inviteMany(tx, drafts, itemAt(turn, 0).ctx.now())
  const written = turn.map((item, index) => ({ ...item, invited: itemAt(invited, index), account_id: item.ctx.account.id }))
  const [, ...seen] = await Promise.all([
    insertReminders(tx, written.map(({ account_id, invited, request }) => ({ account_id, invited, reminders: request.reminders ?? [] }))),
    ...[...Map.groupBy(written, ({ account_id }) => account_id)].map(([account_id, ofAccount]) => viewInvitations({ db: tx, account_id }, ofAccount.map(({ invited: { id } }) => id))),
  ])
  const byId = new Map(seen.flat().map((view) => [view.id, view]))
  for (const { request, invited: { id } } of written) views.set(request, byId.get(id) ?? lost())
}

function lost(): never {
  throw new Error('an invitation was not written')
}
