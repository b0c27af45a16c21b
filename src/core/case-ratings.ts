import { transaction, type Db } from '../storage/database.ts'
import { getCase } from './case-list.ts'
import { contextOf, type Context, type Ground } from './context.ts'
import { limitCustomer, limitSecrets } from './customer-limits.ts'
import { AlreadyAnswered, Forbidden, NotFound } from './errors.ts'
import { findByToken, isClosed, type OpenInvitation } from './invitations/open.ts'
import { getResponse, listResponses, type Page } from './responses/list.ts'
import type { ResponseFilter } from './responses/filter.ts'
import { lockAnswerable, type Evidence } from './responses/answerable.ts'
import { recordResponse } from './responses/record.ts'
import { lockOwnResponse, reviseOwnResponse, reviseResponse, type Change } from './responses/revise.ts'
import { recordUnasked } from './responses/unasked.ts'
import type { ResponseView } from './responses/view.ts'
import { headlineQuestion, scaleOf, type SurveyWithQuestions } from './surveys.ts'

/** A response to a case that says clearly whether it went well. */
export type CaseRating = ResponseView & { case: NonNullable<ResponseView['case']>, score: NonNullable<ResponseView['score']> }

export type Verdict = 'good' | 'bad'

/** A rating with the context of the account whose secret this was. */
export interface Rated { ctx: Context, rating: CaseRating }

/** Whose secret, and for which case: the link of an invitation to the good-or-bad survey. */
export interface RatingSecret { case_id: number, token: string }

/** The ratings of one case, newest first; a visitor sees what nobody was mailed for. Throws NotFound for a case that this actor may not see. */
export async function listCaseRatings(ctx: Context, case_id: number, filter: Pick<ResponseFilter, 'sentiments' | 'has_comment'>, page: Page): Promise<{ rows: CaseRating[], total: number }> {
  await getCase(ctx, case_id)
  return listRatings(ctx, { ...filter, case_id, ...(isVisitor(ctx) ? { unasked: true } : {}) }, page)
}

/** The ratings of any case that pass the filter, newest first. */
export async function listRatings(ctx: Context, filter: ResponseFilter, page: Page): Promise<{ rows: CaseRating[], total: number }> {
  const { rows, total } = await listResponses(ctx, { ...filter, has_case: true, clear: true }, page)
  return { rows: rows.filter(isRating), total }
}

/** One rating; of that case, where one is named. Throws NotFound. */
export async function getRating(ctx: Context, id: number, case_id: number | null): Promise<CaseRating> {
  const response = await getResponse(ctx, id)
  if (!isRating(response) || (case_id !== null && response.case.id !== case_id)) throw new NotFound('no such rating')
  return response
}

/** The rating that was given with this secret. Throws Forbidden (not a secret of this case, or its time is over), NotFound (not rated yet), LimitReached (limitSecrets says when). */
export function getRatingBySecret(ground: Ground, secret: RatingSecret, client_address: string): Promise<Rated> {
  return limitSecrets(ground, client_address, async () => {
    const opened = await openSecret(ground, secret)
    const id = await findRatingId(ground.db, opened)
    if (id === null) throw new NotFound('not rated yet')
    return rated(ground, opened, id)
  })
}

/**
 * Rates a case with the secret that its requester was sent. Whoever rated already with it changes that rating; a comment that is left out then stays.
 * Throws Forbidden and LimitReached as above, Invalid (fault `comment`).
 */
export function rateCase(ground: Ground, secret: RatingSecret, rating: { verdict: Verdict, comment?: string | null }, evidence: Evidence): Promise<Rated> {
  return limitSecrets(ground, evidence.responder_ip, async () => {
    const opened = await openSecret(ground, secret)
    const change = { ...rating, score: scoreOf(opened.survey, rating.verdict) }
    const { id } = opened.state === 'answered' ? await reviseResponse(ground, secret.token, headline(change), evidence) : await recordOrRevise(ground, secret.token, change, evidence)
    return rated(ground, opened, id)
  })
}

/**
 * Changes the rating of that id, which must be the one given with this secret. `check` sees it as it is, while nobody else can change it, and may throw.
 * Throws Forbidden (not a secret of this case, its time is over, or the rating is another's), NotFound (not rated yet), LimitReached, Invalid (fault `comment`).
 */
export function changeRating(ground: Ground, secret: RatingSecret, id: number, change: { verdict?: Verdict, comment?: string | null }, evidence: Evidence, check: (rating: CaseRating) => void): Promise<Rated> {
  return limitSecrets(ground, evidence.responder_ip, async () => {
    const opened = await openSecret(ground, secret)
    const score = change.verdict && scoreOf(opened.survey, change.verdict)
    return transaction(ground.db, async (tx) => {
      const locked = { ...ground, db: tx }
      await lockAnswerable(tx, [secret.token])
      const own = await findRatingId(tx, opened)
      if (own === null) throw new NotFound('not rated yet')
      if (own !== id) throw new Forbidden('the rating was given by someone else')
      const ctx = contextOf(locked, opened.account, { kind: 'respondent', contact_id: opened.invitation.contact_id })
      check(await getRating(ctx, id, secret.case_id))
      await reviseResponse(locked, secret.token, headline({ ...change, score }), evidence)
      return { ctx: { ...ctx, db: ground.db }, rating: await getRating(ctx, id, secret.case_id) }
    })
  })
}

/** Rates a case as its requester, without a secret: each time anew. Throws NotFound (no such case of theirs), Forbidden (not a customer), Expired (their data are being deleted), LimitReached (limitCustomer says when), Invalid (fault `comment`). */
export async function rateOwnCase(ctx: Context, case_id: number, { verdict, comment = null }: { verdict: Verdict, comment?: string | null }, evidence: Evidence): Promise<CaseRating> {
  await limitCustomer(ctx, evidence.responder_ip)
  const { id } = await recordUnasked(ctx, case_id, 'good_or_bad', (survey) => ({ score: scoreOf(survey, verdict), comment }), evidence)
  return getRating(ctx, id, case_id)
}

/**
 * Changes a rating as the requester of its case, who gave it. `check` sees it as it is, while nobody else can change it, and may throw.
 * Throws NotFound (no such case of theirs, no such rating of it), Forbidden (not a customer, given by someone else, or no good-or-bad answer), Expired, LimitReached, Invalid (fault `comment`).
 */
export async function changeOwnRating(ctx: Context, case_id: number, id: number, change: { verdict?: Verdict, comment?: string | null }, evidence: Evidence, check: (rating: CaseRating) => void): Promise<CaseRating> {
  await limitCustomer(ctx, evidence.responder_ip)
  return transaction(ctx.db, async (tx) => {
    const locked = { ...ctx, db: tx }
    const response = await lockOwnResponse(tx, locked, case_id, id)
    check(await getRating(locked, id, case_id))
    await reviseOwnResponse(tx, locked, response, 'good_or_bad', (survey) => headline({ ...change, score: change.verdict && scoreOf(survey, change.verdict) }), evidence)
    return getRating(locked, id, case_id)
  })
}

async function rated(ground: Ground, { account, invitation }: OpenInvitation, id: number): Promise<Rated> {
  const ctx = contextOf(ground, account, { kind: 'respondent', contact_id: invitation.contact_id })
  return { ctx, rating: await getRating(ctx, id, invitation.case_id) }
}

/** The mail goes to whoever they say they are, and so what is answered to it is not theirs. */
function isVisitor({ actor }: Context): boolean {
  return actor.kind === 'customer' && actor.fingerprint_id !== null
}

/** Neither good nor bad is no rating of a case. */
function isRating(response: ResponseView): response is CaseRating {
  return response.case !== null && response.score !== null && response.score.sentiment !== 2
}

/** Only a link to the good-or-bad survey about this very case will do: which others exist is nobody's business who holds none of them. */
async function openSecret(ground: Ground, secret: RatingSecret): Promise<OpenInvitation> {
  const opened = await findByToken(ground, secret.token).catch(refuseUnknown)
  const { invitation, survey } = opened
  if (survey.purpose !== 'good_or_bad' || invitation.case_id !== secret.case_id) throw new Forbidden('not a secret of this case')
  if (isClosed(invitation, survey, ground.now())) throw new Forbidden('the time of this secret is over')
  return opened
}

function refuseUnknown(error: unknown): never {
  throw error instanceof NotFound ? new Forbidden('not a secret of this case') : error
}

async function findRatingId(db: Db, { invitation }: OpenInvitation): Promise<number | null> {
  const row = await db.selectFrom('responses').select('id').where('account_id', '=', invitation.account_id).where('invitation_id', '=', invitation.id).executeTakeFirst()
  return row?.id ?? null
}

function scoreOf(survey: SurveyWithQuestions, verdict: Verdict): number {
  const question = headlineQuestion(survey.questions)
  if (!question) throw new Error(`survey ${survey.id} asks for no rating`)
  const { min, max } = scaleOf(question)
  return verdict === 'good' ? max : min
}

/** Of two first ratings at once, the later one changes the earlier. */
async function recordOrRevise(ground: Ground, token: string, change: { score: number, comment?: string | null }, evidence: Evidence): Promise<{ id: number }> {
  try {
    return await recordResponse(ground, token, { score: change.score, comment: change.comment ?? null }, evidence)
  } catch (error) {
    if (!(error instanceof AlreadyAnswered)) throw error
    return reviseResponse(ground, token, headline(change), evidence)
  }
}

/** What is left out stays as it is. */
function headline({ score, comment }: Change): Change {
  return { ...(score === undefined ? {} : { score }), ...(comment === undefined ? {} : { comment }) }
}
