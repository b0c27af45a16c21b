import { sql } from 'kysely'
import { timingSafeEqual } from 'node:crypto'
import type { Db } from '../../storage/database.ts'
import { ACCOUNT_COLUMNS, toAccount } from '../account-row.ts'
import type { Account, Ground } from '../context.ts'
import { NotFound } from '../errors.ts'
import { withQuestions, type Survey, type SurveyWithQuestions } from '../surveys.ts'
import type { Invitation } from './invite.ts'

export type OpenState = 'open' | 'answered' | 'expired'

/** An invitation with all that its page shows. */
export interface OpenInvitation {
  account: Account
  invitation: Invitation
  survey: SurveyWithQuestions
  staff: { id: number, name: string }[]
  data: { key: string, value: string }[]
  state: OpenState
  /** The language of what its link came in; null where that is no template of ours. */
  template_locale: string | null
}

/** Who a secret link belongs to. Throws NotFound. */
export async function findByToken(ground: Ground, token: string): Promise<OpenInvitation> {
  const invitation = isToken(token) && await ground.db.selectFrom('invitations').selectAll().where('token', '=', token).executeTakeFirst()
  if (!invitation || !sameToken(invitation.token, token)) throw new NotFound('no such invitation')
  const { account_id, id } = invitation
  const [account, survey, staff, data, template_locale] = await Promise.all([
    ground.db.selectFrom('accounts').select(ACCOUNT_COLUMNS).where('id', '=', account_id).executeTakeFirstOrThrow(),
    ground.db.selectFrom('surveys').selectAll().where('account_id', '=', account_id).where('id', '=', invitation.survey_id).executeTakeFirstOrThrow(),
    staffInOrder(ground.db, account_id, invitation.staff_ids),
    ground.db.selectFrom('invitation_data').select(['key', 'value']).where('account_id', '=', account_id).where('invitation_id', '=', id).orderBy('position').execute(),
    templateLocale(ground.db, invitation),
  ])
  const [withItsQuestions] = await withQuestions(ground.db, [survey])
  if (!withItsQuestions) throw new Error('a survey lost its questions')
  return { account: toAccount(account), invitation, survey: withItsQuestions, staff, data, state: openState(invitation, survey, ground.now()), template_locale }
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

/** Where a mail names no template, it goes with the account's default one. */
async function templateLocale(db: Db, { account_id, channel, email_template_id, text_message_template_id }: Invitation): Promise<string | null> {
  if (channel === 'email') {
    const row = await db.selectFrom('email_templates as t').innerJoin('accounts as a', 'a.id', 't.account_id').select('t.locale')
      .where('t.account_id', '=', account_id).where('t.id', '=', (eb) => eb.fn.coalesce(eb.val(email_template_id), 'a.default_email_template_id')).executeTakeFirst()
    return row?.locale ?? null
  }
  if (text_message_template_id === null) return null
  const row = await db.selectFrom('text_message_templates').select('locale').where('account_id', '=', account_id).where('id', '=', text_message_template_id).executeTakeFirst()
  return row?.locale ?? null
}

function staffInOrder(db: Db, account_id: number, staff_ids: number[]): Promise<{ id: number, name: string }[]> {
  return db.selectFrom('staff').select(['id', 'name']).where('account_id', '=', account_id).where('id', '=', sql<number>`any(${staff_ids}::bigint[])`)
    .orderBy(sql`array_position(${staff_ids}::bigint[], id)`).execute()
}

/** The index found it already; this makes sure that it was the whole token, in the same time for every token. */
function sameToken(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
