import { sql, type Selectable } from 'kysely'
import { snapshot } from '../../storage/database.ts'
import type { ReminderRow } from '../../storage/schema.ts'
import { onlySite, type Context } from '../context.ts'
import { NotFound } from '../errors.ts'
import { findBlocks } from './blocks.ts'
import type { Invitation } from './invite.ts'

export type Reminder = Selectable<ReminderRow>

/** An invitation with its reminders, in the order of their times. */
export type InvitationView = Invitation & { reminders: Reminder[] }

/** What is told of an invitation to whoever asked for it. */
export interface RequestView extends Pick<Invitation,
  'id' | 'token' | 'email' | 'state' | 'first_name' | 'surname' | 'survey_id' | 'email_template_id' | 'reference' | 'machine_id' | 'send_at' | 'sent_at' | 'created_at' | 'updated_at' | 'not_sent_reason' | 'delivery_failure' | 'ignore_throttle' | 'data'> {
  reminders: Pick<Reminder, 'id' | 'email_template_id' | 'text_message_template_id' | 'send_at' | 'sent_at' | 'not_sent_reason' | 'delivery_failure'>[]
}

export interface InvitationFilter { state?: Invitation['state'] }

/** One invitation, however it came in. Throws NotFound, also for one of another site than the key's own. */
export async function getInvitation(ctx: Context, id: number): Promise<InvitationView> {
  const found = await visibleInvitations(ctx, {}).select('id').where('id', '=', id).executeTakeFirst()
  const [view] = found ? await viewInvitations(ctx, [found.id]) : []
  if (!view) throw new NotFound('no such invitation')
  return view
}

/** Invitations that pass the filter, newest first: one page, and the exact total. */
export async function listInvitations(ctx: Context, filter: InvitationFilter, page: { offset: number, limit: number }): Promise<{ rows: InvitationView[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const { total, first, end, offset } = await findBlocks(seen, { ...filter, site_id: onlySite(ctx) }, page)
    const ids = await visibleInvitations(seen, filter).where('id', '>=', first).where('id', '<', end).select('id').orderBy('id', 'desc').offset(offset).limit(page.limit).execute()
    return { rows: await viewInvitations(seen, ids.map(({ id }) => id)), total }
  })
}

async function viewInvitations(ctx: Context, ids: number[]): Promise<InvitationView[]> {
  if (ids.length === 0) return []
  const [invitations, reminders] = await Promise.all([
    ctx.db.selectFrom('invitations').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', sql<number>`any(${ids}::bigint[])`).execute(),
    ctx.db.selectFrom('reminders').selectAll().where('account_id', '=', ctx.account.id).where('invitation_id', '=', sql<number>`any(${ids}::bigint[])`).orderBy('send_at').orderBy('id').execute(),
  ])
  const byId = new Map(invitations.map((invitation) => [invitation.id, invitation]))
  const remindersOf = Map.groupBy(reminders, ({ invitation_id }) => invitation_id)
  return ids.flatMap((id) => {
    const invitation = byId.get(id)
    return invitation ? [{ ...invitation, reminders: remindersOf.get(id) ?? [] }] : []
  })
}

function visibleInvitations(ctx: Context, filter: InvitationFilter) {
  const site_id = onlySite(ctx)
  const { state } = filter
  let all = ctx.db.selectFrom('invitations').where('account_id', '=', ctx.account.id)
  if (site_id !== null) all = all.where('site_id', '=', site_id)
  if (state) all = all.where('state', '=', state)
  return all
}
