import type { Tx } from '../../storage/database.ts'
import { groupCommit, turnsOf, type Settled } from '../../storage/group-commit.ts'
import { itemAt } from '../../storage/recordset.ts'
import { canonicalEmail, given } from '../checks.ts'
import type { Context } from '../context.ts'
import { Invalid, type Fault } from '../errors.ts'
import { prepareData, type DatumDraft, type InvitationData } from './data.ts'
import { inviteMany, toRefusable, type InvitationDraft } from './invite.ts'
import { findLinks, linkKeys, numberOf, resolveLinks, type KnownLinks, type Links } from './links.ts'
import type { RequestView } from './list.ts'
import { refusals } from './refusals.ts'
import { checkRequest, effectiveTime, findUsable } from './schedule-checks.ts'
import type { InvitationRequest } from './request.ts'

/**
 * Accepts a request: finds or makes its contact, company and ticket, writes the invitation with who gets the credit, and its reminders, in one transaction.
 * What forbids sending (over-survey protection, an unsubscribe, text messages not enabled) does not refuse it: it is stored as not sent, with the reason.
 * `unreadable` are the faults that a face found while reading the request; they are told together with all others, by Invalid.
 */
export function scheduleInvitation(ctx: Context, request: InvitationRequest, unreadable: Fault[] = []): Promise<RequestView> {
  return groupCommit(ctx.db, scheduleInvitations, { ctx, request: { ...request, email: given(request.email, canonicalEmail) }, unreadable })
}

/** A request that was checked, as what is written of it. */
export function draftOf(ctx: Context, request: InvitationRequest, resolved: Links & InvitationData & { email_template_id: number | null }): InvitationDraft & InvitationData {
  const { first_name, surname, reference, machine_id, reminders } = request
  return { ...messageOf(ctx, request, resolved.email_template_id), occasion: null, first_name, surname, reference, machine_id, ...resolved, reminders: reminders ?? [] }
}

/** The pairs of a request that was checked. */
export function pairsOf({ data }: InvitationRequest): DatumDraft[] {
  return (data ?? []).map(({ key, value }) => ({ key: key ?? '', value: value ?? '' }))
}

/** What goes out, to where, and when. */
function messageOf(ctx: Context, { survey_id, send_at, email, external_link, text_message, ignore_throttle }: InvitationRequest, email_template_id: number | null) {
  if (survey_id === null || send_at === null) throw new Error('a request was not checked')
  return {
    account_id: ctx.account.id, channel: external_link ? 'link' as const : text_message ? 'sms' as const : 'email' as const, survey_id, email_template_id, text_message_template_id: text_message?.text_message_template_id ?? null,
    send_at: effectiveTime(send_at, ctx.now()), ignore_throttle, email, telephone_number: numberOf(ctx, { text_message }),
  }
}

interface Item { ctx: Context, request: InvitationRequest, unreadable: Fault[] }
type Checked = Item & { email_template_id: number | null }

async function scheduleInvitations(tx: Tx, items: Item[]): Promise<Settled<RequestView>[]> {
  const [usable, known] = await Promise.all([findUsable(tx, items), findLinks(tx, items)])
  const outcomes = items.map((item) => ({ item, ...checkRequest(item.ctx, item.request, item.unreadable, usable) }))
  const good = outcomes.flatMap(({ item, email_template_id, faults }) => faults.length === 0 ? [{ ...item, email_template_id }] : [])
  const views = new Map<InvitationRequest, RequestView>()
  // What is known at first is not all there is once the first are written.
  for (const [index, turn] of turnsOf(good, linkKeys).entries()) await scheduleTurn(tx, turn, index === 0 ? known : null, views)
  return outcomes.map(({ item, faults }) => faults.length > 0 ? { error: new Invalid(faults) } : { value: views.get(item.request) ?? lost() })
}

async function scheduleTurn(tx: Tx, turn: Checked[], known: KnownLinks | null, views: Map<InvitationRequest, RequestView>): Promise<void> {
  const now = itemAt(turn, 0).ctx.now()
  const linking = resolveLinks(tx, turn, known)
  const [links, reasons, data] = await Promise.all([
    linking, refusals(tx, turn.map(({ ctx, request, email_template_id }) => toRefusable(messageOf(ctx, request, email_template_id))), now),
    prepareData(tx, turn.map(({ ctx, request }) => ({ account_id: ctx.account.id, data: pairsOf(request) })), now, linking),
  ])
  const drafts = turn.map(({ ctx, request, email_template_id }, index) => draftOf(ctx, request, { email_template_id, ...itemAt(links, index), ...itemAt(data, index) }))
  const invited = await inviteMany(tx, drafts, now, reasons)
  turn.forEach(({ request }, index) => {
    const { repeated: _, reminders, ...own } = itemAt(invited, index)
    views.set(request, { ...itemAt(drafts, index), ...NOT_TRIED, created_at: now, updated_at: now, ...own, reminders: reminders.map((reminder) => ({ ...reminder, ...NOT_TRIED, sent_at: null })) })
  })
}

/** A message that nobody has tried to send. */
const NOT_TRIED = { delivery_failure: null }

function lost(): never {
  throw new Error('an invitation was not written')
}
