import { sql } from 'kysely'
import { timingSafeEqual } from 'node:crypto'
import type { Db } from '../../storage/database.ts'
import { PREPARED } from '../../storage/named-statements.ts'
import { ACCOUNT_COLUMNS, toAccount } from '../account-row.ts'
import type { Account, Ground } from '../context.ts'
import { NotFound } from '../errors.ts'
import { readSurvey, SURVEY_ASKED, type Survey, type SurveyValue, type SurveyWithQuestions } from '../surveys.ts'
import { INVITATION_COLUMNS, type Invitation } from './invite.ts'

export type OpenState = 'open' | 'answered' | 'expired'

/** An invitation with all that its page shows. */
export interface OpenInvitation {
  account: Account
  invitation: Invitation
  survey: SurveyWithQuestions
  staff: { id: number, code: string, name: string }[]
  site_code: string
  state: OpenState
  /** The language of what its link came in; null where that is no template of ours. */
  template_locale: string | null
}

/** Who a secret link belongs to. Throws NotFound. */
export async function findByToken(ground: Ground, token: string): Promise<OpenInvitation> {
  const found = isToken(token) && await invitationOf(ground.db, token)
  if (!found || !sameToken(found.token, token)) throw new NotFound('no such invitation')
  const { staff, site_code, template_locale, survey: value, ...invitation } = found
  const survey = readSurvey(value)
  return { account: toAccount({ ...invitation, id: invitation.account_id }), invitation, survey, staff, site_code, state: openState(invitation, survey, ground.now()), template_locale }
}

/** Whether a text could be a token at all. What could not is not looked for: it may hold what no query takes. */
export function isToken(text: string): boolean {
  return /^[\w-]{1,64}$/.test(text)
}

/** Whether an answer is still wanted: not once there is one that was sent off, not after the survey's `link_days` since it was to be sent, not when the survey is archived or the customer's data are deleted. */
export function openState(invitation: Pick<Invitation, 'answered_at' | 'provisional_at' | 'send_at' | 'deletion_requested_at'>, survey: Pick<Survey, 'archived_at' | 'link_days'>, now: Date): OpenState {
  if (invitation.answered_at && !invitation.provisional_at) return 'answered'
  return isClosed(invitation, survey, now) ? 'expired' : 'open'
}

/** Whether the link's time is over, answered or not. */
export function isClosed(invitation: Pick<Invitation, 'send_at' | 'deletion_requested_at'>, survey: Pick<Survey, 'archived_at' | 'link_days'>, now: Date): boolean {
  return survey.archived_at !== null || invitation.deletion_requested_at !== null || now.getTime() > invitation.send_at.getTime() + survey.link_days * 86_400_000
}

/** As they stand in the statement: the query builder would take longer over so many than the database does. */
const COLUMNS = sql.raw([...INVITATION_COLUMNS.map((column) => `v.${column}`), ...ACCOUNT_COLUMNS.filter((column) => column !== 'accounts.id')].join(', '))

interface FoundInvitation extends Invitation, Omit<Account, 'id'>, Pick<OpenInvitation, 'staff' | 'site_code' | 'template_locale'> { survey: SurveyValue }

/** All that a page shows of an invitation, in one statement, as every link is looked at: its account, its survey, staff in their order, data, and the language of the template. Where a mail names no template, it goes with the account's default one. */
async function invitationOf(db: Db, token: string): Promise<FoundInvitation | undefined> {
  const { rows: [found] } = await sql<FoundInvitation>`select ${PREPARED} ${COLUMNS},
      coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'code', s.code, 'name', s.name) order by array_position(v.staff_ids, s.id)) from staff s where s.account_id = v.account_id and s.id = any(v.staff_ids)), '[]') as staff,
      (select s.code from sites s where s.account_id = v.account_id and s.id = v.site_id) as site_code,
      case v.channel when 'email' then (select t.locale from email_templates t where t.account_id = v.account_id and t.id = coalesce(v.email_template_id, accounts.default_email_template_id))
        else (select m.locale from text_message_templates m where m.account_id = v.account_id and m.id = v.text_message_template_id) end as template_locale,
      ${SURVEY_ASKED} as survey
    from invitations v join accounts on accounts.id = v.account_id where v.token = ${token}`.execute(db)
  return found
}

/** The index found it already; this makes sure that it was the whole token, in the same time for every token. */
function sameToken(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
