import type { Selectable } from 'kysely'
import type { ResponseRow } from '../../storage/schema.ts'
import type { Ground } from '../context.ts'
import { findByToken, isClosed, type OpenInvitation } from '../invitations/open.ts'
import type { Survey } from '../surveys.ts'
import type { FilledIn } from './answers.ts'
import { getAskedVersion } from './asked-version.ts'

/** A response that its page may still change: what was asked then, and what was given. */
export interface Editable { open: OpenInvitation, given: FilledIn }

/**
 * The response to an invitation, for the page that gave it: only the page session that sent it may change it, within the survey's edit window. Null for anybody else, and where it is too late. Throws NotFound.
 */
export async function findEditable(ground: Ground, token: string, page_session: string | null): Promise<Editable | null> {
  const open = await findByToken(ground, token)
  const { invitation, survey } = open
  if (open.state !== 'answered' || page_session === null || isClosed(invitation, survey, ground.now())) return null
  const response = await ground.db.selectFrom('responses').selectAll().where('account_id', '=', invitation.account_id).where('invitation_id', '=', invitation.id).executeTakeFirst()
  if (!response || !mayEdit(response, survey, page_session, ground.now())) return null
  return { open: { ...open, survey: await getAskedVersion(ground.db, survey, response.survey_version) }, given: await givenIn(ground, response) }
}

/** Whether this page session, as responses keep it, may still change one: it sent it off, and the survey's hours for that are not over. */
export function mayEdit({ page_session: known, answered_at }: Pick<Selectable<ResponseRow>, 'page_session' | 'answered_at'>, { edit_hours }: Pick<Survey, 'edit_hours'>, page_session: string | null, now: Date): boolean {
  return page_session !== null && page_session === known && now.getTime() < answered_at.getTime() + edit_hours * 3_600_000
}

async function givenIn(ground: Ground, response: Selectable<ResponseRow>): Promise<FilledIn> {
  const { account_id, id } = response
  const [answers, fields] = await Promise.all([
    ground.db.selectFrom('answers').select(['question_id', 'staff_id', 'value', 'text', 'choices']).where('account_id', '=', account_id).where('response_id', '=', id).orderBy('id').execute(),
    ground.db.selectFrom('response_fields').select(['key', 'value']).where('account_id', '=', account_id).where('response_id', '=', id).execute(),
  ])
  return { version: response.survey_version, answers, fields, consented_in: fields.some(({ key }) => key === 'consent') ? '' : null }
}
