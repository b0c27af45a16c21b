import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { PREPARED } from '../../storage/named-statements.ts'
import type { PageFacts } from '../clicks/evidence.ts'
import type { Invitation } from '../invitations/invite.ts'
import { isToken } from '../invitations/open.ts'
import { loadSurveysAsked, type SurveyWithQuestions } from '../surveys.ts'

/** Where an answer came from; what came from a page of ours is judged by what the page knows. */
export interface Evidence { responder_ip: string | null, user_agent: string | null, page?: PageFacts }

/** Headers are the visitor's word and of any length; what is kept of them is not. */
export function boundEvidence({ responder_ip, user_agent }: Evidence): Omit<Evidence, 'page'> {
  return { responder_ip: responder_ip?.slice(0, 45) ?? null, user_agent: user_agent?.slice(0, 512) ?? null }
}

/** What a response takes from its invitation, or, where nobody asked and there is no id, from its case. */
export interface Origin extends Pick<Invitation, 'account_id' | 'case_id' | 'case_kind' | 'case_title' | 'contact_id' | 'email' | 'site_id' | 'team_id' | 'company_id' | 'board_name' | 'sent_at' | 'dated_when_sent' | 'segment_option_ids'> {
  id: number | null
  /** How the link went out, where one did. */
  channel?: Invitation['channel']
}

export type Asked = Origin & Pick<Invitation, 'id' | 'token' | 'channel' | 'answered_at' | 'provisional_at' | 'send_at' | 'survey_id' | 'staff_ids' | 'deletion_requested_at'>

/** An invitation locked for its answer, with what checking needs. */
export interface Answerable { invitation: Asked, survey: SurveyWithQuestions, staff_ids: number[] }

/** The invitations of these tokens, locked in the order of their ids, so that two transactions can't wait for each other. */
export async function lockAnswerable(tx: Tx, tokens: string[]): Promise<Map<string, Answerable>> {
  const known = tokens.filter(isToken)
  const [{ rows: invitations }, surveys] = await Promise.all([
    sql<Asked>`
      select ${PREPARED} v.account_id, v.id, v.token, v.channel, v.answered_at, v.provisional_at, v.send_at, v.survey_id, v.staff_ids, v.case_id, v.case_kind, v.case_title, v.contact_id,
        coalesce(v.email, (select p.email from contacts p where p.account_id = v.account_id and p.id = v.contact_id)) as email, v.site_id, v.team_id, v.company_id, v.board_name, v.sent_at, v.dated_when_sent, v.segment_option_ids, v.deletion_requested_at
      from invitations v where v.token = any(${known}::text[])
      order by v.account_id, v.id for no key update of v`.execute(tx),
    loadSurveysAsked(tx, known),
  ])
  return new Map(invitations.map((invitation) => {
    const survey = surveys.find((one) => one.account_id === invitation.account_id && one.id === invitation.survey_id)
    if (!survey) throw new Error('an invitation lost its survey')
    return [invitation.token, { invitation, survey, staff_ids: invitation.staff_ids }]
  }))
}
