import { transaction, type Tx } from '../../storage/database.ts'
import { Expired, Invalid, NotFound } from '../errors.ts'
import type { Ground } from '../context.ts'
import { isClosed } from '../invitations/open.ts'
import { boundEvidence, lockAnswerable, type Answerable, type Evidence } from '../responses/answerable.ts'
import { checkAnswers, type CheckedAnswer } from '../responses/answers.ts'
import { getAskedVersion } from '../responses/asked-version.ts'
import { judge } from '../responses/record.ts'
import { storeResponses, type Accepted } from '../responses/store.ts'
import { headlineQuestion, type Question, type SurveyWithQuestions } from '../surveys.ts'
import type { PageFacts } from './evidence.ts'
import { holdProvisional, holdSuspected, suspect, type Held } from './held.ts'
import { clientHash, loadTouches, QUIET_MS } from './touches.ts'

/** What became of a click: it waits for its quiet window, it counts, it seems to be no person's, or it is none that could count. */
export type ClickState = 'provisional' | 'counted' | 'suspected' | 'ignored'

/**
 * Takes the score that somebody chose in a mail, once the page has seen a person: it counts after a quiet window, if nothing else comes that speaks against it, or a person sends the page off.
 * Whoever asks for a Send in any case (`confirm`), or has come from no page of ours, changes nothing; `instant` counts it at once. Throws NotFound, Expired, Invalid (a score that is not on the scale).
 */
export function recordProvisional(ground: Ground, token: string, score: number, evidence: Evidence): Promise<ClickState> {
  return transaction(ground.db, async (tx) => {
    const answerable = (await lockAnswerable(tx, [token])).get(token)
    if (!answerable) throw new NotFound('no such invitation')
    const { invitation, survey, staff_ids } = answerable
    const now = ground.now()
    if (invitation.answered_at !== null) return 'ignored'
    if (isClosed(invitation, survey, now)) throw new Expired('this survey is closed')
    const { page } = evidence
    if (survey.one_click === 'confirm' || !page?.page_session) return 'ignored'
    const checked = checkClick(survey, staff_ids, score)
    const bound = boundEvidence(evidence)
    const verdict = await judgeClick(tx, answerable, page, bound, now)
    const draft = {
      ...invitation, invitation_id: invitation.id, ...bound, page_session: page.page_session, survey_version: survey.version, answers: checked.map(({ question, ...answer }) => ({ question_id: question.id, ...answer })), fields: [],
      reasons: verdict.reasons, page, received_at: now,
    }
    if (verdict.is_suspected) {
      await holdSuspected(tx, draft)
      return 'suspected'
    }
    if (survey.one_click === 'instant') {
      await count(tx, answerable, checked, { evidence: bound, now, page_session: page.page_session, provisional_since: now })
      return 'counted'
    }
    await holdProvisional(tx, { ...draft, page_session: page.page_session, counts_at: new Date(now.getTime() + QUIET_MS) })
    return 'provisional'
  })
}

/** So many at a time. */
const PIECE = 50

/** Counts the clicks whose quiet window is over, or finds that they are no person's, by all that has come since. Answers how many that were. Any number of processes may. */
export async function countProvisional(ground: Ground): Promise<number> {
  const due = await ground.db.selectFrom('held_responses as h').innerJoin('invitations as v', (join) => join.onRef('v.account_id', '=', 'h.account_id').onRef('v.id', '=', 'h.invitation_id'))
    .select(['h.account_id', 'h.id', 'v.token']).where('h.state', '=', 'provisional').where('h.counts_at', '<=', ground.now()).orderBy('h.counts_at').limit(PIECE).execute()
  for (const one of due) await transaction(ground.db, (tx) => countOne(tx, one, ground.now()))
  return due.length
}

async function countOne(tx: Tx, { account_id, id, token }: { account_id: number, id: number, token: string }, now: Date): Promise<void> {
  const found = (await lockAnswerable(tx, [token])).get(token)
  const held = await tx.selectFrom('held_responses').selectAll().where('account_id', '=', account_id).where('id', '=', id).where('state', '=', 'provisional').where('counts_at', '<=', now).forUpdate().executeTakeFirst()
  if (!found || !held || held.invitation_id === null) return
  const answerable = { ...found, survey: await getAskedVersion(tx, found.survey, held.survey_version ?? found.survey.version) }
  const { invitation, survey, staff_ids } = answerable
  const { checked, faults } = checkAnswers(onlyHeadline(survey), staff_ids, held.answers)
  // Somebody answered meanwhile, or the link's time is over.
  if (invitation.answered_at !== null || isClosed(invitation, survey, now) || faults.length > 0) {
    await suspect(tx, { ...held, invitation_id: held.invitation_id }, [...held.reasons, { reason: 'it could not count any more', weight: 0 }], now)
    return
  }
  const verdict = await judgeClick(tx, answerable, pageOf(held), held, held.received_at)
  if (verdict.is_suspected) return suspect(tx, { ...held, invitation_id: held.invitation_id }, verdict.reasons, now)
  const { responder_ip, user_agent, received_at, page_session } = held
  await count(tx, answerable, checked, { evidence: { responder_ip, user_agent }, now: received_at, stored_at: now, held_id: held.id, page_session, provisional_since: received_at })
}

async function judgeClick(tx: Tx, answerable: Answerable, page: PageFacts, { responder_ip, user_agent }: Omit<Evidence, 'page'>, at: Date) {
  const [touched] = await loadTouches(tx, [{ account_id: answerable.invitation.account_id, link: page.link, page_session: page.page_session, client: clientHash(responder_ip, user_agent), at }])
  if (!touched) throw new Error('touches got lost')
  return judge(answerable, page, touched, { user_agent, has_comment: false, at, is_sent: false })
}

/** The click becomes the invitation's response, unconfirmed. It goes first, as its id is that of what was held. */
async function count(tx: Tx, answerable: Answerable, checked: CheckedAnswer[], item: Accepted['item']): Promise<void> {
  await tx.deleteFrom('held_responses').where('account_id', '=', answerable.invitation.account_id).where('id', '=', item.held_id ?? 0).execute()
  await storeResponses(tx, [{ item, answerable, checked, fields: [], actor: 'respondent' }])
}

/** A click answers the first rating alone: whatever else has to be answered is asked when it is sent off. Throws Invalid. */
function checkClick(survey: SurveyWithQuestions, staff_ids: number[], score: number): CheckedAnswer[] {
  const { checked, faults } = checkAnswers(onlyHeadline(survey), staff_ids, { score, comment: null })
  if (faults.length > 0) throw new Invalid(faults)
  return checked
}

function onlyHeadline({ questions }: SurveyWithQuestions): Question[] {
  const rating = headlineQuestion(questions)
  return rating ? [{ ...rating, required: false }] : []
}

function pageOf({ page }: Held): PageFacts {
  if (page === null) throw new Error('a click lost its page')
  return { ...page, issued_at: page.issued_at === null ? null : new Date(page.issued_at) }
}
