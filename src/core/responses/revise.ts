import type { Selectable } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import type { ResponseRow, SurveyRow } from '../../storage/schema.ts'
import { visibleCases } from '../case-list.ts'
import { actorName, type Context, type Ground } from '../context.ts'
import { Expired, Forbidden, Invalid, NotFound } from '../errors.ts'
import { recordEvents } from '../events.ts'
import { markAnswered } from '../invitations/invite.ts'
import { isClosed } from '../invitations/open.ts'
import { headlineQuestion, loadSurveys, type Question, type SurveyWithQuestions } from '../surveys.ts'
import { boundEvidence, lockAnswerable, type Evidence, type Origin } from './answerable.ts'
import { checkAnswers, commentQuestionFor, creditsOf, headlineOf, type AnswerInput, type CheckedAnswer } from './answers.ts'
import { getAskedVersion } from './asked-version.ts'
import { deleteFields, isSameFields, storeFields, type CheckedField } from './customer-fields.ts'
import { deleteAnswers, insertAnswers, insertRevisions } from './parts.ts'
import { creditChoices } from './segment-choices.ts'
import { fieldOwner, moveCredit, type Recorded } from './store.ts'

/** What may be changed of a response: its headline. A comment of null or blank takes the comment away. */
export interface Change { score?: number, comment?: string | null }

/**
 * Changes a response through its invitation's token. The answers that were there are kept as an accepted revision; who gets the credit and when it was answered stay.
 * Throws NotFound (unknown token, or no response yet), Expired, Invalid (faults named score, comment or as checkAnswers does).
 */
export function reviseResponse(ground: Ground, token: string, change: Change, evidence: Evidence): Promise<Recorded> {
  return transaction(ground.db, async (tx) => {
    const answerable = (await lockAnswerable(tx, [token])).get(token)
    if (!answerable) throw new NotFound('no such invitation')
    const { invitation, survey, staff_ids } = answerable
    const response = await tx.selectFrom('responses').selectAll().where('account_id', '=', invitation.account_id).where('invitation_id', '=', invitation.id).executeTakeFirst()
    if (!response) throw new NotFound('not answered yet')
    if (isClosed(invitation, survey, ground.now())) throw new Expired('this survey is closed')
    await writeRevision(tx, { response, survey: await getAskedVersion(tx, survey, response.survey_version), staff_ids, change, evidence, now: ground.now(), actor: 'respondent' })
    return { account_id: response.account_id, id: response.id, invitation_id: invitation.id, survey_id: survey.id }
  })
}

/** Locks a response about a case of this customer's, in the order in which others do: its invitation first. Throws NotFound, Forbidden (not a customer), Expired (the data of whoever gave it are being deleted, or were). */
export async function lockOwnResponse(tx: Tx, ctx: Context, case_id: number, id: number): Promise<Selectable<ResponseRow>> {
  const own = tx.selectFrom('responses').where('account_id', '=', ctx.account.id).where('case_id', '=', visibleCases(ctx).select('id').where('id', '=', case_id)).where('id', '=', id)
  const found = await own.select('invitation_id').executeTakeFirst()
  if (found && found.invitation_id !== null) await tx.selectFrom('invitations').select('id').where('account_id', '=', ctx.account.id).where('id', '=', found.invitation_id).forNoKeyUpdate().execute()
  const response = await own.selectAll().forNoKeyUpdate().executeTakeFirst()
  if (!response) throw new NotFound('no such response')
  if (ctx.actor.kind !== 'customer') throw new Forbidden('only who gave it can change a response')
  // Asked after the lock: whoever waited for it may have waited for the deletion.
  const giver = await tx.selectFrom('contacts').select('deletion_requested_at').where('account_id', '=', ctx.account.id).where('id', '=', response.contact_id).executeTakeFirst()
  if (!giver || giver.deletion_requested_at !== null) throw new Expired('the data of whoever gave this response are being deleted')
  return response
}

/**
 * Changes a response, locked by lockOwnResponse, as the customer who gave it: to the survey for that purpose, and, where only a fingerprint is known, without having been asked by mail.
 * Throws Forbidden (another's, or another survey's), Expired (the survey is archived), Invalid.
 */
export async function reviseOwnResponse(tx: Tx, ctx: Context, response: Selectable<ResponseRow>, purpose: SurveyRow['purpose'], change: (survey: SurveyWithQuestions) => Change, evidence: Evidence): Promise<void> {
  const { actor } = ctx
  const is_own = actor.kind === 'customer' && (actor.fingerprint_id === null ? response.contact_id === actor.contact_id : response.invitation_id === null)
  const [survey] = await loadSurveys(tx, [response])
  if (!is_own || survey?.purpose !== purpose) throw new Forbidden('the response was given by someone else, or to another survey')
  if (survey.archived_at !== null) throw new Expired('this survey is closed')
  const asked = await getAskedVersion(tx, survey, response.survey_version)
  await writeRevision(tx, { response, survey: asked, staff_ids: response.staff_ids, change: change(asked), evidence, now: ctx.now(), actor: actorName(actor) })
}

interface Revision { response: Selectable<ResponseRow>, survey: SurveyWithQuestions, staff_ids: number[], change: Change, evidence: Evidence, now: Date, actor: string }

async function writeRevision(tx: Tx, { response, survey, staff_ids, change, evidence, now, actor }: Revision): Promise<void> {
  const before = await currentAnswers(tx, response)
  const answers = changed(survey.questions, before, change)
  const { checked, faults } = checkAnswers(survey.questions, askedAbout(survey.questions, staff_ids, answers), answers)
  if (faults.length > 0) throw new Invalid(faults.map((fault) => ({ ...fault, field: headlineName(survey.questions, fault.field) })))
  await replaceAnswers(tx, { response, survey, staff_ids, checked, about: null, evidence, now, actor }, before)
}

/** Answers that have been checked, in place of those of a response whose invitation is locked, to the version of the survey that is given. */
export interface CheckedRevision extends Omit<Revision, 'change'> {
  checked: CheckedAnswer[]
  /** What a whole page says of the customer; null where nothing was asked of them, and what is there stays. */
  about: { invitation: Origin, fields: CheckedField[] } | null
  /** The page session that sends them off: from then on only it may change them. */
  confirmed_by?: string | null
}

/** Puts answers in the place of a response's own, which are kept as an accepted revision. A response that nobody had sent off is confirmed by it. The same answers once more change nothing. */
export async function storeRevision(tx: Tx, revision: CheckedRevision): Promise<void> {
  const { response, checked, about } = revision
  const before = await currentAnswers(tx, response)
  if (response.provisional_since === null && isSame(before, checked) && (about === null || await isSameFields(tx, response, about.fields))) return
  await replaceAnswers(tx, revision, before)
}

async function replaceAnswers(tx: Tx, { response, survey, staff_ids, checked, about, evidence, now, actor, confirmed_by = response.page_session }: CheckedRevision, before: AnswerInput[]): Promise<void> {
  const { account_id, id, invitation_id, provisional_since, answered_at } = response
  await insertRevisions(tx, [{ account_id, response_id: id, answers: before, ...boundEvidence(evidence), accepted_at: now }])
  await deleteAnswers(tx, response)
  const moved = about && survey.questions.some(({ segment }) => segment !== null) ? await creditChoices(tx, { invitation: about.invitation, staff_ids }, checked) : null
  const credit = moved ? { site_id: moved.invitation.site_id, team_id: moved.invitation.team_id, staff_ids: moved.staff_ids } : {}
  await insertAnswers(tx, [{ ...response, ...credit, response_id: id, answers: checked }])
  if (moved) await moveCredit(tx, response, moved)
  if (about) {
    await deleteFields(tx, response)
    await storeFields(tx, [{ ...fieldOwner(about.invitation), account_id, response_id: id, survey, fields: about.fields, now }])
  }
  const credits = creditsOf(survey.questions, moved?.staff_ids ?? staff_ids, checked)
  await tx.updateTable('responses').set({
    ...headlineOf(survey.questions, checked), answer_count: checked.length, credits: credits && JSON.stringify(credits), survey_version: survey.version, ...boundEvidence(evidence), updated_at: now,
    provisional_since: null, page_session: confirmed_by, ...credit,
  }).where('account_id', '=', account_id).where('id', '=', id).execute()
  if (provisional_since !== null && invitation_id !== null) await markAnswered(tx, [{ account_id, id: invitation_id, answered_at, provisional_at: null, updated_at: now }])
  await recordEvents(tx, [{ account_id, type: provisional_since === null ? 'response.revised' : 'response.confirmed', subject_id: id, actor, detail: {}, created_at: now }])
}

function isSame(before: AnswerInput[], checked: CheckedAnswer[]): boolean {
  const text = (answers: (Omit<AnswerInput, 'question_id'> & { question_id: number })[]) => JSON.stringify(answers.map(({ question_id, staff_id, value, text, choices }) => [question_id, staff_id ?? null, value ?? null, text ?? null, choices ?? null]).toSorted())
  return text(before) === text(checked.map(({ question, ...answer }) => ({ question_id: question.id, ...answer })))
}

async function currentAnswers(tx: Tx, response: Selectable<ResponseRow>): Promise<AnswerInput[]> {
  return tx.selectFrom('answers').select(['question_id', 'staff_id', 'value', 'text', 'choices'])
    .where('account_id', '=', response.account_id).where('response_id', '=', response.id).orderBy('id').execute()
}

/** The old answers with the change put over them. */
function changed(questions: readonly Question[], before: AnswerInput[], change: Change): AnswerInput[] {
  const rating = headlineQuestion(questions)
  const first = before.find((answer) => answer.question_id === rating?.id)
  const text = commentQuestionFor(questions, change.score ?? first?.value ?? null)
  return [
    ...before,
    ...change.score !== undefined && rating ? [{ question_id: rating.id, staff_id: first?.staff_id ?? null, value: change.score }] : [],
    ...change.comment !== undefined && text ? [{ question_id: text.id, text: change.comment }] : [],
  ]
}

/** Of whom nothing was answered, the page may not have asked: they are not missed in what has to be answered about each. */
function askedAbout(questions: readonly Question[], staff_ids: readonly number[], answers: readonly AnswerInput[]): number[] {
  const all_optional = questions.every(({ per_staff, required }) => !per_staff || !required)
  return staff_ids.filter((id) => all_optional || answers.some(({ staff_id }) => staff_id === id))
}

function headlineName(questions: readonly Question[], field: string): string {
  if (field.startsWith(`answers.${headlineQuestion(questions)?.id}`)) return 'score'
  return questions.some(({ id, type }) => type === 'text' && field === `answers.${id}`) ? 'comment' : field
}
