import type { Context } from '../../src/core/context.ts'
import { prepareData, type DatumDraft } from '../../src/core/invitations/data.ts'
import { inviteMany, type InvitationDraft, type Invited } from '../../src/core/invitations/invite.ts'
import { getSurveyFor, type Survey } from '../../src/core/surveys.ts'
import { transaction } from '../../src/storage/database.ts'

export type InvitationWish = Partial<Omit<InvitationDraft, 'data'>> & { survey?: Survey['purpose'], data?: DatumDraft[] }

/** Invites someone: to the ticket survey, by e-mail, at once, where nothing else is wished for. */
export async function invite(ctx: Context, wish: InvitationWish = {}): Promise<Invited> {
  const { survey = 'ticket', data = [], ...draft } = wish
  const { id: survey_id } = await getSurveyFor(ctx, survey)
  const [invited] = await transaction(ctx.db, async (tx) => inviteMany(tx, [{ ...BARE, account_id: ctx.account.id, site_id: ctx.account.default_site_id, survey_id, send_at: ctx.now(),
    email_template_id: ctx.account.default_email_template_id, ...(await prepareData(tx, [{ account_id: ctx.account.id, data }], ctx.now()))[0], ...draft }], ctx.now()))
  if (!invited) throw new Error('nobody was invited')
  return invited
}

/** A reminder by e-mail, with the account's reminder template; its id. */
export async function remind(ctx: Context, invitation_id: number, send_at: Date): Promise<number> {
  const template = await ctx.db.selectFrom('email_templates').select('id').where('account_id', '=', ctx.account.id).where('kind', '=', 'reminder').executeTakeFirstOrThrow()
  const { id } = await ctx.db.insertInto('reminders')
    .values({ account_id: ctx.account.id, invitation_id, state: 'pending', email_template_id: template.id, send_at, due_at: send_at })
    .returning('id').executeTakeFirstOrThrow()
  return id
}

const BARE = {
  channel: 'email', text_message_template_id: null, ignore_throttle: false, email: 'jo@client.test', telephone_number: null, first_name: 'Jo', surname: 'Doe', reference: null, machine_id: null,
  contact_id: null, case_id: null, team_id: null, company_id: null, case_title: null, board_name: null, case_opened_at: null, case_closed_at: null, case_updated_at: null, occasion: null,
  staff_ids: [],
} satisfies Partial<InvitationDraft>
