import { transaction, type Tx } from '../storage/database.ts'
import { eraseHeldOfInvitations } from './clicks/held.ts'
import { invitationLink, scoreCode } from './clicks/links.ts'
import { eraseTouches } from './clicks/touches.ts'
import type { Context } from './context.ts'
import { removeInvitations } from './invitations/erase.ts'
import { inviteMany, type InvitationDraft } from './invitations/invite.ts'
import { findResponsesTo, removeResponses } from './responses/erase.ts'
import { getSurveyFor, headlineQuestion, scaleOf, withQuestions } from './surveys.ts'

/** An invitation that nobody gets. */
export interface Trial {
  invitation_id: number
  token: string
  /** The paths of its links as a mail has them: one for each score, and the survey's own. */
  paths: string[]
}

/** Makes invitations to the account's NPS survey that are handed out to nobody, to try something out by their links; as if sent so many days ago each. Take them away again. Throws NotFound where the account has no such survey. */
export async function inviteTrials(ctx: Context, days_ago: number[]): Promise<Trial[]> {
  const survey = await getSurveyFor(ctx, 'nps')
  const [{ questions = [] } = {}] = await withQuestions(ctx.db, [survey])
  const rating = headlineQuestion(questions)
  const { min, max } = rating ? scaleOf(rating) : { min: 0, max: -1 }
  const trials: Trial[] = []
  for (const days of days_ago) {
    const sent_at = new Date(ctx.now().getTime() - days * 86_400_000)
    const [invited] = await transaction(ctx.db, (tx) => inviteMany(tx, [{ ...NOTHING, account_id: ctx.account.id, site_id: ctx.account.default_site_id, survey_id: survey.id, send_at: sent_at }], sent_at))
    if (!invited) throw new Error('nobody was invited')
    const path = `/surveys/${invited.token}`
    trials.push({ invitation_id: invited.id, token: invited.token, paths: [...Array.from({ length: max - min + 1 }, (_, index) => `${path}/r/${scoreCode(invited.token, min + index)}`), path] })
  }
  return trials
}

/** Takes trials away with all that came of them, as if they had never been. */
export function removeTrials(ctx: Context, trials: readonly Trial[]): Promise<void> {
  const ids = trials.map(({ invitation_id }) => invitation_id)
  return transaction(ctx.db, async (tx: Tx) => {
    await removeResponses(tx, ctx.account.id, await findResponsesTo(tx, ctx.account.id, ids))
    await eraseHeldOfInvitations(tx, ctx.account.id, ids)
    await eraseTouches(tx, ctx.account.id, trials.map(({ token }) => invitationLink(token)))
    await removeInvitations(tx, ctx.account.id, ids)
  })
}

const NOTHING = {
  channel: 'link', email_template_id: null, text_message_template_id: null, ignore_throttle: true, email: null, telephone_number: null, first_name: null, surname: null, reference: null, machine_id: null, contact_id: null,
  case_id: null, team_id: null, company_id: null, case_title: null, board_name: null, case_opened_at: null, case_closed_at: null, case_updated_at: null, occasion: null, staff_ids: [],
} satisfies Partial<InvitationDraft>
