import { randomUUID } from 'node:crypto'
import type { Context } from '../../src/core/context.ts'
import { prepareData, type DatumDraft } from '../../src/core/invitations/data.ts'
import { inviteMany, type InvitationDraft } from '../../src/core/invitations/invite.ts'
import { createStaffMember } from '../../src/core/staff.ts'
import { createSurvey, getSurveyFor, type QuestionDraft, type Survey, type SurveyDesign } from '../../src/core/surveys.ts'
import { transaction } from '../../src/storage/database.ts'

export interface LinkOptions {
  /** One of the default surveys; the one for tickets. */
  purpose?: Survey['purpose']
  /** A survey of these instead. */
  questions?: QuestionDraft[]
  /** What else that survey has. */
  design?: Omit<SurveyDesign, 'name' | 'questions'>
  locale?: string
  /** Who did the work, by name. */
  staff?: string[]
  case_title?: string
  /** Whom it goes to, and what the invitation says of them. */
  to?: Partial<Pick<InvitationDraft, 'email' | 'telephone_number' | 'first_name' | 'surname' | 'contact_id' | 'channel'>> & { data?: DatumDraft[] }
}

export interface SurveyLink {
  token: string
  survey: Survey
  invitation_id: number
  staff_ids: number[]
}

/** Invites someone to a survey by a link that is handed out, so that no mail is needed to answer it. */
export async function makeSurveyLink(ctx: Context, { purpose = 'ticket', questions, locale = 'en', staff = [], case_title, design, to }: LinkOptions = {}): Promise<SurveyLink> {
  const survey = questions ? await createSurvey(ctx.db, ctx.account.id, { name: 'Of a test', purpose: 'other', locale, questions, ...design }, ctx.now()) : await getSurveyFor(ctx, purpose)
  const staff_ids: number[] = []
  for (const name of staff) staff_ids.push((await createStaffMember(ctx, { code: randomUUID(), name })).id)
  const { data = [], ...person } = to ?? {}
  const draft = {
    ...NOTHING_ELSE, account_id: ctx.account.id, site_id: ctx.account.default_site_id, survey_id: survey.id, send_at: ctx.now(), case_title: case_title ?? null, staff_ids, ...person,
  }
  const [invited] = await transaction(ctx.db, async (tx) => inviteMany(tx, [{ ...draft, ...(await prepareData(tx, [{ account_id: ctx.account.id, data }], ctx.now()))[0] }], ctx.now()))
  if (!invited) throw new Error('nobody was invited')
  return { token: invited.token, survey, invitation_id: invited.id, staff_ids }
}

const NOTHING_ELSE = {
  channel: 'link' as const, email_template_id: null, text_message_template_id: null, ignore_throttle: true, email: null, telephone_number: null, first_name: null, surname: null,
  reference: null, machine_id: null, contact_id: null, case_id: null, team_id: null, company_id: null, board_name: null, case_opened_at: null, case_closed_at: null, case_updated_at: null,
  occasion: null,
}
