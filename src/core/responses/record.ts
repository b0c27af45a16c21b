import type { Selectable } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { groupCommit, type Settled } from '../../storage/group-commit.ts'
import { itemAt } from '../../storage/recordset.ts'
import type { Reason, ResponseRow } from '../../storage/schema.ts'
import { SUSPECT_AT, weigh, weightOf, type PageFacts } from '../clicks/evidence.ts'
import { endProvisional, holdSuspected } from '../clicks/held.ts'
import { clientHash, loadTouches, type TouchAnswer } from '../clicks/touches.ts'
import type { Ground } from '../context.ts'
import { AlreadyAnswered, Expired, Invalid, NotFound } from '../errors.ts'
import { isClosed } from '../invitations/open.ts'
import { headlineQuestion, scaleOf, type SurveyWithQuestions } from '../surveys.ts'
import { boundEvidence, lockAnswerable, type Answerable, type Asked, type Evidence } from './answerable.ts'
import { checkAnswers, checkResponse, isFilledIn, type AnswerInput, type Answers, type CheckedAnswer } from './answers.ts'
import { loadAskedVersions } from './asked-version.ts'
import type { CheckedField } from './customer-fields.ts'
import { mayEdit } from './edit.ts'
import { insertRevisions } from './parts.ts'
import { storeRevision } from './revise.ts'
import { storeResponses, type Accepted, type Recorded } from './store.ts'

/** `held`: it was kept for a person to look at, since it seems that no person gave it; it does not count. */
export interface Taken extends Recorded { held: boolean }

/**
 * Stores one person's answers to an invitation, known by its token: response, answers, rating facts and event, in one transaction. Who gets the credit is taken from the
 * invitation's snapshot. Of two that race, one is the response and the other is kept as a rejected revision. What comes from a page is judged by what the page knows (clicks/evidence.ts).
 * A response that nobody has sent off yet is confirmed by it; one that this very page session sent off is changed by it, inside the survey's `edit_hours`.
 * Throws NotFound, Expired, AlreadyAnswered, Invalid (see checkAnswers for how faults are named).
 * Where the page could not ask about all of the invitation's staff, `asked_about` are those whom it could: the others are not missed, and get the credit all the same.
 */
export function recordResponse(ground: Ground, token: string, answers: Answers, evidence: Evidence, asked_about: number[] | null = null): Promise<Taken> {
  return groupCommit(ground.db, recordResponses, { token, answers, evidence: boundEvidence(evidence), page: evidence.page ?? null, asked_about, now: ground.now() })
}

/** Whether an answer seems to be no person's, as the touches of its link have it; with what spoke for and against. */
export function judge(answerable: Answerable, page: PageFacts, touched: TouchAnswer, given: { user_agent: string | null, has_comment: boolean, at: Date, is_sent: boolean }): { reasons: Reason[], is_suspected: boolean } {
  const { invitation, survey } = answerable
  const rating = headlineQuestion(survey.questions)
  const points = rating ? scaleOf(rating).max - scaleOf(rating).min + 1 : 0
  const reasons = weigh({ page, ...given, ...touched, points, sent_at: invitation.dated_when_sent ? null : invitation.sent_at })
  return { reasons, is_suspected: weightOf(reasons) >= SUSPECT_AT }
}

interface Item { token: string, answers: Answers, evidence: Omit<Evidence, 'page'>, page: PageFacts | null, asked_about: number[] | null, now: Date }

type Earlier = Selectable<ResponseRow>
type Outcome =
  | { kind: 'error', error: Error }
  | { kind: 'accepted', accepted: Accepted }
  | { kind: 'suspected', answerable: Answerable, checked: CheckedAnswer[], fields: CheckedField[], reasons: Reason[] }
  | { kind: 'revised', earlier: Earlier, answerable: Answerable, checked: CheckedAnswer[], fields: CheckedField[] }

async function recordResponses(tx: Tx, items: Item[]): Promise<Settled<Taken>[]> {
  const answerable = await lockAnswerable(tx, [...new Set(items.map((item) => item.token))])
  const known = await asAsked(tx, items, answerable)
  const [touched, earlier] = await Promise.all([touchesOf(tx, items, known), earlierResponses(tx, [...answerable.values()])])
  const taken = new Set<string>()
  const outcomes = items.map((item, index) => decide(item, known[index] ?? null, touched.get(item) ?? null, earlier, taken))
  const accepted = outcomes.flatMap((one) => one.kind === 'accepted' ? [one.accepted] : [])
  const stored = await storeResponses(tx, accepted)
  await endProvisional(tx, accepted.flatMap(({ answerable: { invitation } }) => 'provisional_at' in invitation && invitation.provisional_at ? [invitation as Asked] : []))
  const settled: Settled<Taken>[] = []
  for (const [index, one] of outcomes.entries()) {
    if (one.kind === 'error') settled.push({ error: one.error })
    else if (one.kind === 'accepted') settled.push({ value: { ...itemAt(stored, accepted.indexOf(one.accepted)), held: false } })
    else if (one.kind === 'suspected') settled.push({ value: await hold(tx, itemAt(items, index), one) })
    else settled.push({ value: await change(tx, itemAt(items, index), one) })
  }
  await keepRejected(tx, items, outcomes, known, earlier)
  return settled
}

/** To each item what it answers, in the version that its page had. */
async function asAsked(tx: Tx, items: Item[], answerable: Map<string, Answerable>): Promise<(Answerable | null)[]> {
  const known = items.flatMap((item) => {
    const found = answerable.get(item.token)
    return found ? [{ item, found }] : []
  })
  const surveys = await loadAskedVersions(tx, known.map(({ item, found }) => ({ survey: found.survey, answers: item.answers })))
  const asked = new Map(known.map(({ item, found }, index) => [item, { ...found, survey: itemAt(surveys, index) }]))
  return items.map((item) => asked.get(item) ?? null)
}

/** What is known of the links of those that came from pages. */
async function touchesOf(tx: Tx, items: Item[], known: (Answerable | null)[]): Promise<Map<Item, TouchAnswer>> {
  const judged = items.flatMap((item, index) => {
    const found = known[index]
    return found && item.page ? [{ item, account_id: found.invitation.account_id, link: item.page.link, page_session: item.page.page_session, client: clientHash(item.evidence.responder_ip, item.evidence.user_agent), at: item.now }] : []
  })
  const answers = await loadTouches(tx, judged.map(({ item: _, ...question }) => question))
  return new Map(judged.map(({ item }, index) => [item, itemAt(answers, index)]))
}

/** The responses that answered invitations have already. */
async function earlierResponses(tx: Tx, answerable: Answerable[]): Promise<Map<string, Earlier>> {
  const answered = answerable.flatMap(({ invitation }) => invitation.answered_at === null ? [] : [invitation])
  if (answered.length === 0) return new Map()
  const rows = await tx.selectFrom('responses').selectAll()
    .where('account_id', 'in', answered.map(({ account_id }) => account_id)).where('invitation_id', 'in', answered.map(({ id }) => id)).execute()
  return new Map(rows.map((row) => [invitationKey(row.account_id, row.invitation_id), row]))
}

function decide(item: Item, answerable: Answerable | null, touched: TouchAnswer | null, responses: Map<string, Earlier>, taken: Set<string>): Outcome {
  if (!answerable) return { kind: 'error', error: new NotFound('no such invitation') }
  const { invitation, survey } = answerable
  const is_closed = isClosed(invitation, survey, item.now)
  const earlier = responses.get(invitationKey(invitation.account_id, invitation.id)) ?? null
  if (taken.has(item.token) || (invitation.answered_at !== null && (is_closed || !earlier || !mayChange(item, earlier, survey)))) return { kind: 'error', error: new AlreadyAnswered('this survey has been answered already') }
  if (is_closed) return { kind: 'error', error: new Expired('this survey is closed') }
  const { checked, fields, faults } = checkResponse(survey, askedAbout(item, answerable), item.answers)
  if (faults.length > 0) return { kind: 'error', error: new Invalid(faults) }
  const verdict = item.page && touched && judge(answerable, item.page, touched, { user_agent: item.evidence.user_agent, has_comment: checked.some(({ text }) => text !== null), at: item.now, is_sent: true })
  if (verdict?.is_suspected) return { kind: 'suspected', answerable, checked, fields, reasons: verdict.reasons }
  if (earlier) return { kind: 'revised', earlier, answerable, checked, fields }
  taken.add(item.token)
  return { kind: 'accepted', accepted: { item: { ...item, page_session: item.page?.page_session ?? null }, answerable, checked, fields, actor: 'respondent' } }
}

/** A click that nobody sent off is anybody's to confirm; what was sent off, its own page's to change, for a while. */
function mayChange({ page, now }: Item, earlier: Earlier, survey: SurveyWithQuestions): boolean {
  return earlier.provisional_since !== null || mayEdit(earlier, survey, page?.page_session ?? null, now)
}

async function hold(tx: Tx, item: Item, { answerable: { invitation, survey }, checked, fields, reasons }: Outcome & { kind: 'suspected' }): Promise<Taken> {
  const id = await holdSuspected(tx, {
    ...invitation, invitation_id: invitation.id, survey_version: survey.version, answers: checked.map(toInput), fields, ...item.evidence, page_session: item.page?.page_session ?? null, reasons, page: item.page, received_at: item.now,
  })
  return { account_id: invitation.account_id, id, invitation_id: invitation.id, survey_id: survey.id, held: true }
}

async function change(tx: Tx, item: Item, { earlier, answerable: { invitation, survey, staff_ids }, checked, fields }: Outcome & { kind: 'revised' }): Promise<Taken> {
  await storeRevision(tx, { response: earlier, survey, staff_ids, checked, about: isFilledIn(item.answers) ? { invitation, fields } : null, evidence: item.evidence, now: item.now, actor: 'respondent', confirmed_by: item.page?.page_session ?? null })
  return { account_id: earlier.account_id, id: earlier.id, invitation_id: invitation.id, survey_id: survey.id, held: false }
}

function askedAbout({ asked_about }: Item, { staff_ids }: Answerable): number[] {
  return asked_about === null ? staff_ids : staff_ids.filter((id) => asked_about.includes(id))
}

/** A second answer is not lost: what of it fits the questions is kept beside the response that came first. */
async function keepRejected(tx: Tx, items: Item[], outcomes: Outcome[], known: (Answerable | null)[], earlier: Map<string, Earlier>): Promise<void> {
  const refused = items.flatMap((item, index) => {
    const outcome = itemAt(outcomes, index)
    const asked = known[index]
    return asked && outcome.kind === 'error' && outcome.error instanceof AlreadyAnswered ? [{ item, invitation: asked.invitation, answers: wantedAnswers(item, asked) }] : []
  })
  if (refused.length === 0) return
  const fresh = refused.some(({ invitation }) => !earlier.has(invitationKey(invitation.account_id, invitation.id))) ? await tx.selectFrom('responses').select(['account_id', 'id', 'invitation_id'])
    .where('account_id', 'in', refused.map(({ invitation }) => invitation.account_id)).where('invitation_id', 'in', refused.map(({ invitation }) => invitation.id)).execute() : [...earlier.values()]
  await insertRevisions(tx, refused.flatMap(({ item, invitation, answers }) => fresh
    .filter((response) => response.account_id === invitation.account_id && response.invitation_id === invitation.id)
    .map((response) => ({ account_id: response.account_id, response_id: response.id, answers, ...item.evidence, rejected_at: item.now, rejected_reason: 'already answered' }))))
}

function wantedAnswers(item: Item, answerable: Answerable): AnswerInput[] {
  return checkAnswers(answerable.survey.questions, askedAbout(item, answerable), item.answers).checked.map(toInput)
}

function toInput({ question, ...answer }: CheckedAnswer) {
  return { question_id: question.id, ...answer }
}

function invitationKey(account_id: number, invitation_id: number | null): string {
  return `${account_id}/${invitation_id}`
}
