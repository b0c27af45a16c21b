import { sql } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import type { SurveyRow } from '../../storage/schema.ts'
import { visibleCases } from '../case-list.ts'
import { actorName, type Context } from '../context.ts'
import { Expired, Forbidden, Invalid, NotFound } from '../errors.ts'
import { getSurveyFor, loadSurveys, type SurveyWithQuestions } from '../surveys.ts'
import { boundEvidence, type Evidence, type Origin } from './answerable.ts'
import { checkResponse, type Answers } from './answers.ts'
import { insertResponses, storeParts } from './store.ts'

/**
 * Stores what a case's requester says of it though nobody asked: as many responses as they give, to the survey for that purpose. Who gets the credit is taken from the case as it is now.
 * Throws NotFound (no such case of theirs), Forbidden (not a customer), Expired (the requester's data are being deleted), Invalid (faults as checkAnswers names them).
 */
export function recordUnasked(ctx: Context, case_id: number, purpose: SurveyRow['purpose'], answers: (survey: SurveyWithQuestions) => Answers, evidence: Evidence): Promise<{ id: number }> {
  return transaction(ctx.db, async (tx) => {
    const locked = { ...ctx, db: tx }
    const { staff_ids, ...origin } = await lockOwnCase(tx, locked, case_id)
    const { id: survey_id } = await getSurveyFor(locked, purpose)
    const [survey] = await loadSurveys(tx, [{ account_id: ctx.account.id, survey_id }])
    if (!survey) throw new Error('a survey got lost')
    const { checked, fields, faults } = checkResponse(survey, staff_ids, answers(survey))
    if (faults.length > 0) throw new Invalid(faults)
    const accepted = [{ item: { evidence: boundEvidence(evidence), now: ctx.now() }, answerable: { invitation: origin, survey, staff_ids }, checked, fields, actor: actorName(ctx.actor) }]
    const stored = await insertResponses(tx, accepted)
    await storeParts(tx, accepted, stored)
    const [response] = stored
    if (!response) throw new Error('a response was not stored')
    return response
  })
}

/** Only a case's requester speaks of it unasked: others who may see it are refused, to the rest it does not exist. Locked, so that it stays what the response says of it. */
async function lockOwnCase(tx: Tx, ctx: Context, case_id: number): Promise<Origin & { staff_ids: number[] }> {
  const row = await visibleCases(ctx).where('id', '=', case_id)
    .select(['account_id', 'id', 'kind', 'title', 'contact_id', 'site_id', 'team_id', 'company_id', 'board_name', 'staff_ids']).modifyEnd(sql`for share`).executeTakeFirst()
  if (!row) throw new NotFound('no such case')
  if (ctx.actor.kind !== 'customer') throw new Forbidden('only its requester can rate a case')
  const { id, kind, title, ...origin } = row
  const contact = await tx.selectFrom('contacts').select(['email', 'deletion_requested_at']).where('account_id', '=', row.account_id).where('id', '=', row.contact_id).executeTakeFirst()
  if (!contact || contact.deletion_requested_at !== null) throw new Expired('the data of this case\'s requester are being deleted')
  return { ...origin, id: null, case_id: id, case_kind: kind, case_title: title, email: contact.email, sent_at: null, dated_when_sent: false, segment_option_ids: [] }
}
