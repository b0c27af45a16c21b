import { sql } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import { itemAt } from '../../storage/recordset.ts'
import { canonicalEmail } from '../checks.ts'
import type { Context } from '../context.ts'
import type { Fault } from '../errors.ts'
import { isAddressTaken, removeLeftContact } from '../people/contacts.ts'
import { giveAddressesBack } from './addresses.ts'
import { closeCutOff, logCutOff, type CutOff } from './cut-offs.ts'
import { replaceData, type InvitationData } from './data.ts'
import { beginning, countLinks, insertReminders, toRefusable, type InvitationDraft } from './invite.ts'
import { namedSite, resolveLinks, ticketNumber, type Links, type Standing } from './links.ts'
import { getInvitation, type InvitationView } from './list.ts'
import { checkPending, forbidden, getPending } from './pending.ts'
import { refusals } from './refusals.ts'
import type { InvitationRequest, ReminderRequest } from './request.ts'
import { checkChange } from './schedule-checks.ts'
import { draftOf, pairsOf } from './schedule.ts'
import { endReminders } from './settle.ts'

/** What is left out stays, null clears what is optional, an array takes the place of the one before. */
export type InvitationChanges = Partial<InvitationRequest>

/**
 * Changes a pending invitation as if it had been asked for so: the same checks, on the whole of what it would be, and once more what forbids sending, which may make it not sent. Whom
 * it is to ask and who gets the credit is found anew if one of the fields changes that tell. It is due at another time only if it is given one; reminders are written anew only if given.
 * Throws NotFound; Invalid with all faults at once, those in `unreadable` among them, and one of `state` where it is too late: sent, not sent, answered, or being sent at this moment.
 */
export async function changeInvitation(ctx: Context, id: number, changes: InvitationChanges, unreadable: Fault[] = []): Promise<InvitationView> {
  for (;;) {
    try {
      const { view, cut_off } = await transaction(ctx.db, (tx) => changeOnce({ ...ctx, db: tx }, id, changes, unreadable))
      logCutOff(ctx, cut_off)
      return view
    } catch (error) {
      if (!(error instanceof Overtaken) && !isAddressTaken(error)) throw error
    }
  }
}

/** Somebody else changed it between our look at it and our lock. Each time one of us gets through. */
class Overtaken extends Error { override readonly name = 'Overtaken' }

/** The lock comes late, since whoever submits a case takes contacts, then the case, then its invitations: in another order the two could wait for each other. */
async function changeOnce(ctx: Context & { db: Tx }, id: number, changes: InvitationChanges, unreadable: Fault[]): Promise<{ view: InvitationView, cut_off: CutOff[] }> {
  const now = ctx.now()
  const seen = await getPending(ctx, id, 'unlocked')
  const too_late = await checkPending(ctx.db, seen, now) ?? (seen.answered_at ? forbidden(seen.state, 'has its response already') : null)
  const before = await getInvitation(ctx, id)
  const stored = requestOf(before)
  const wanted = { ...stored, ...changes, ...changes.email ? { email: canonicalEmail(changes.email) } : {} }
  const { email_template_id } = await checkChange(ctx, stored, wanted, Object.keys(changes), too_late ? [too_late, ...unreadable] : unreadable)
  const links = LINKING.some((field) => field in changes) ? itemAt(await resolveLinks(ctx.db, [{ ctx, request: wanted, standing: await standingOf(ctx, before, stored, wanted), contact_id: before.contact_id }]), 0) : linksOf(before)
  if ((await getPending(ctx, id, 'locked')).version !== seen.version) throw new Overtaken()
  const data = changes.data === undefined ? before : await replaceData(ctx.db, ctx.account.id, before, pairsOf(wanted), now)
  const draft = draftOf(ctx, wanted, { ...links, data: data.data, segment_option_ids: data.segment_option_ids, email_template_id })
  const cut_off = await rewrite(ctx.db, before, changes, changes.send_at ? draft : { ...draft, send_at: before.send_at }, now)
  if (before.contact_id !== null && before.contact_id !== links.contact_id) await removeLeftContact(ctx.db, ctx.account.id, before.contact_id)
  return { view: await getInvitation(ctx, id), cut_off }
}

/** What tells whom to ask and who gets the credit. */
const LINKING = ['email', 'first_name', 'surname', 'text_message', 'reference', 'machine_id', 'data'] satisfies (keyof InvitationRequest)[]

/** The request that an invitation stands for. */
function requestOf(view: InvitationView): InvitationRequest {
  const { email, first_name, surname, survey_id, email_template_id, text_message_template_id, send_at, channel, ignore_throttle, reference, machine_id } = view
  return {
    email, first_name, surname, survey_id, email_template_id, text_message: channel === 'sms' ? { number: view.telephone_number, text_message_template_id } : null,
    send_at, external_link: channel === 'link', ignore_throttle, reference, machine_id,
    data: view.data.map(({ key, value }) => ({ key, value: value === '' ? null : value })), reminders: waitingReminders(view),
  }
}

function waitingReminders({ reminders }: InvitationView): InvitationView['reminders'] {
  return reminders.filter(({ state }) => state === 'pending')
}

/** The site and case that it has, unless the change names another site or number. */
async function standingOf(ctx: Context, before: InvitationView, stored: InvitationRequest, wanted: InvitationRequest): Promise<Standing | null> {
  const [had, has] = [await namedSite(ctx, stored), await namedSite(ctx, wanted)]
  const is_same = ticketNumber(stored) === ticketNumber(wanted) && (has === null || has === had)
  return is_same ? { site_id: before.site_id, case_id: before.case_id } : null
}

function linksOf({ contact_id, company_id, case_id, site_id, team_id, staff_ids, case_title, board_name, case_opened_at, case_closed_at, case_updated_at }: InvitationView): Links {
  return { contact_id, company_id, case_id, site_id, team_id, staff_ids, case_title, board_name, case_opened_at, case_closed_at, case_updated_at }
}

/** What takes the place of an invitation, with its data: one without would take them away. */
type Whole = InvitationDraft & InvitationData

/** An earlier attempt that failed holds the old address: it is given back before anything is asked about the new one. Of what was tried already, it begins anew: under another Message-ID, with all its retries. */
async function rewrite(tx: Tx, before: InvitationView, changes: InvitationChanges, draft: Whole, now: Date): Promise<CutOff[]> {
  const { account_id, id } = before
  const cut_off = await closeCutOff(tx, [{ account_id, invitation_id: id, reminder_id: null }], now)
  await giveAddressesBack(tx, [{ account_id, invitation_id: id }])
  const [reason = null] = await refusals(tx, [toRefusable(draft)], now)
  await updateInvitation(tx, id, draft, { ...beginning(draft, reason, now), ...changes.send_at && { due_at: draft.send_at }, updated_at: now })
  if (changes.reminders !== undefined) await replaceReminders(tx, before, changes.reminders ?? [])
  if (reason) await endReminders(tx, before, reason)
  else await countLinks(tx, [{ draft, id }], now)
  return cut_off
}

/** A change takes the next attempt, which nobody makes: whoever still holds a claim of an earlier one has lost it. */
const NEXT_ATTEMPT = sql<number>`case when attempts > 0 then attempts + 1 else 0 end`

async function updateInvitation(tx: Tx, id: number, draft: Whole, progress: ReturnType<typeof beginning> & { due_at?: Date, updated_at: Date }): Promise<void> {
  const { account_id, occasion: _occasion, data, reminders: _reminders, ...columns } = draft
  await tx.updateTable('invitations').set({
    ...columns, data: JSON.stringify(data), ...progress, attempts: NEXT_ATTEMPT, changed_attempt: NEXT_ATTEMPT,
    case_kind: (eb) => eb.selectFrom('cases as c').select('c.kind').where('c.account_id', '=', account_id).where('c.id', '=', draft.case_id),
    headline_metric: (eb) => eb.selectFrom('surveys as s').select('s.headline_metric').where('s.account_id', '=', account_id).where('s.id', '=', draft.survey_id),
  }).where('account_id', '=', account_id).where('id', '=', id).execute()
}

/** One that goes at the same time, and is made of the same template, stays; what was sent, or found not to be, stays in any case. */
async function replaceReminders(tx: Tx, before: InvitationView, wanted: ReminderRequest[]): Promise<void> {
  const stale = waitingReminders(before)
  const fresh = wanted.filter((reminder) => {
    const kept = stale.findIndex((old) => old.send_at.getTime() === reminder.send_at?.getTime() && old.email_template_id === reminder.email_template_id && old.text_message_template_id === reminder.text_message_template_id)
    if (kept >= 0) stale.splice(kept, 1)
    return kept < 0
  })
  await tx.deleteFrom('reminders').where('account_id', '=', before.account_id).where('id', '=', sql<number>`any(${stale.map(({ id }) => id)}::bigint[])`).execute()
  await insertReminders(tx, [{ account_id: before.account_id, invited: { id: before.id, state: 'pending', not_sent_reason: null }, reminders: fresh }])
}
