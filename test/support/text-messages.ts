import type { Context } from '../../src/core/context.ts'
import type { Invited } from '../../src/core/invitations/invite.ts'
import { createTextMessageTemplate } from '../../src/core/templates.ts'
import { invite, type InvitationWish } from './invitations.ts'

/** The account may send text messages from now on. */
export async function enableTexts(ctx: Context): Promise<void> {
  await ctx.db.updateTable('accounts').set({ text_messages_enabled_at: ctx.now() }).where('id', '=', ctx.account.id).execute()
}

/** The id of a text message template: the account's first, or a new one with that body. */
export async function textTemplate(ctx: Context, body?: string): Promise<number> {
  if (body !== undefined) return (await createTextMessageTemplate(ctx, { name: 'A text', body })).id
  const { id } = await ctx.db.selectFrom('text_message_templates').select('id').where('account_id', '=', ctx.account.id).orderBy('id').executeTakeFirstOrThrow()
  return id
}

/** Invites someone by text message: to the ticket survey, at once, without an e-mail address, where nothing else is wished for. */
export async function inviteByText(ctx: Context, wish: InvitationWish = {}): Promise<Invited> {
  return invite(ctx, { channel: 'sms', email: null, email_template_id: null, telephone_number: '+447700900123', text_message_template_id: await textTemplate(ctx), ...wish })
}

/** A reminder by text message; its id. */
export async function remindByText(ctx: Context, invitation_id: number, send_at: Date): Promise<number> {
  const { id } = await ctx.db.insertInto('reminders')
    .values({ account_id: ctx.account.id, invitation_id, state: 'pending', text_message_template_id: await textTemplate(ctx), send_at, due_at: send_at })
    .returning('id').executeTakeFirstOrThrow()
  return id
}
