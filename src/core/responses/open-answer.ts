import { createHmac, timingSafeEqual } from 'node:crypto'
import { transaction, type Tx } from '../../storage/database.ts'
import { ACCOUNT_COLUMNS, toAccount } from '../account-row.ts'
import { takeNextWidgetSecret } from '../accounts.ts'
import { canonicalEmail, isStorable } from '../checks.ts'
import { weigh, weightOf, SUSPECT_AT } from '../clicks/evidence.ts'
import { contextOf, type Account, type Context, type Ground } from '../context.ts'
import { Expired, Invalid, NotFound } from '../errors.ts'
import { resolveLinks } from '../invitations/links.ts'
import { itemAt } from '../../storage/recordset.ts'
import { countHit, addressBlock } from '../rate-limits.ts'
import { findOptionsOf, resolveSegmentOptions } from '../segments.ts'
import { loadSurveys, type SurveyWithQuestions } from '../surveys.ts'
import { holdCounted } from '../clicks/held.ts'
import { boundEvidence, type Evidence, type Origin } from './answerable.ts'
import { checkResponse, type Answers } from './answers.ts'
import { loadAskedVersions } from './asked-version.ts'
import { withPassed } from './customer-fields.ts'
import { findCredited, withChoices } from './segment-choices.ts'
import { insertResponses, storeParts } from './store.ts'

/** A survey's open link, with all that its page shows. */
export interface OpenSurvey { account: Account, survey: SurveyWithQuestions }

/** What a page that shows the survey passed on of its visitor: a text in JSON, and what proves that the account's own server wrote it. */
export interface PassedText { text: string, signature: string | null }

/** Codes are shorter than tokens, so that it can be told from an address alone which of both it holds. */
export const CODE_LENGTH = 12

const MAX_PAIRS = 50
const MAX_PASSED = 10_000

/** The survey of an open link. Throws NotFound, Expired (archived). */
export async function findOpenSurvey(ground: Ground, code: string): Promise<OpenSurvey> {
  const row = await ground.db.selectFrom('surveys').innerJoin('accounts', 'accounts.id', 'surveys.account_id').where('surveys.code', '=', code)
    .select(ACCOUNT_COLUMNS).select(['surveys.id as survey_id', 'surveys.archived_at']).executeTakeFirst()
  if (!row) throw new NotFound('no such survey')
  const [survey] = await loadSurveys(ground.db, [{ account_id: row.id, survey_id: row.survey_id }])
  if (!survey) throw new Error('a survey got lost')
  if (row.archived_at !== null) throw new Expired('this survey is closed')
  return { account: toAccount(row), survey }
}

/**
 * Stores what somebody says by a survey's open link, whom nobody asked: as many responses as they give. What the page around it passed on is the visitor's word: of it a site, staff and values of segments that are
 * known are linked, and the rest is kept with the response, but what the page itself asks, of the customer or by a question for a segment; it makes nothing, and changes nobody. Where the account's own server signed it, it is taken as a request's data are: it finds or makes the contact, the company
 * and the ticket. Throws NotFound, Expired (archived, or a survey that takes signed data only), LimitReached (60 in ten minutes of one address), Invalid (as checkAnswers; `passed`).
 */
export async function recordOpenResponse(ground: Ground, secret: string, code: string, given: { answers: Answers, passed: PassedText | null }, evidence: Evidence): Promise<{ id: number, held: boolean }> {
  const { account, survey: current } = await findOpenSurvey(ground, code)
  await countHit(ground, `open answer ${addressBlock(evidence.responder_ip ?? '')}`, 60, 600)
  const ctx = contextOf(ground, account, { kind: 'respondent', contact_id: null })
  const is_signed = given.passed !== null && isSigned(await widgetSecret(ctx, secret), given.passed)
  const [survey = current] = await loadAskedVersions(ground.db, [{ survey: current, answers: given.answers }])
  if (survey.widget?.signed_only && !is_signed) throw new Expired('this survey takes answers with signed data only')
  const passed = readPassed(given.passed)
  return transaction(ground.db, async (tx) => {
    const inside = { ...ctx, db: tx }
    // The page asks about no staff: it does not know of whom it would.
    const { checked, fields: written, faults } = checkResponse(survey, [], given.answers)
    if (faults.length > 0) throw new Invalid(faults)
    const { hidden, pairs } = withChoices(survey.questions, checked, passed)
    const { staff_ids, ...linked } = is_signed ? await provenOrigin(inside, pairs) : await saidOrigin(inside, pairs)
    const fields = withPassed(survey, written, hidden)
    const origin = is_signed ? linked : { ...linked, email: fields.find(({ key }) => key === 'email')?.value ?? null }
    const reasons = evidence.page ? weigh({ page: evidence.page, user_agent: evidence.user_agent, has_comment: checked.some(({ text }) => text !== null), at: ctx.now(), sent_at: null, points: 0, touches: [], other_links: 0, is_sent: true }) : []
    const held = weightOf(reasons) >= SUSPECT_AT
    const accepted = [{ item: { evidence: boundEvidence(evidence), now: ctx.now(), page_session: evidence.page?.page_session ?? null }, answerable: { invitation: origin, survey, staff_ids }, checked, fields, actor: 'respondent' }]
    const stored = await insertResponses(tx, accepted)
    const [response] = stored
    if (!response) throw new Error('a response was not stored')
    await storeParts(tx, accepted, stored, !held)
    if (held) await holdCounted(tx, { ...origin, id: response.id, survey_id: survey.id, ...boundEvidence(evidence), page_session: evidence.page?.page_session ?? null, reasons, received_at: ctx.now() })
    return { id: response.id, held }
  })
}

/** The secret by which the account's own server signs what it passes on, 64 hexadecimal digits. */
export async function widgetSecret(ctx: Context, server_secret: string): Promise<string> {
  const { widget_secret_number } = await ctx.db.selectFrom('accounts').select('widget_secret_number').where('id', '=', ctx.account.id).executeTakeFirstOrThrow()
  return createHmac('sha256', server_secret).update(`widget secret ${ctx.account.id}.${widget_secret_number}`).digest('hex')
}

/** A new secret; what was signed by the one before is the visitor's word from now on. */
export async function rotateWidgetSecret(ctx: Context, server_secret: string): Promise<string> {
  await takeNextWidgetSecret(ctx.db, ctx.account.id)
  return widgetSecret(ctx, server_secret)
}

type Pair = { key: string, value: string }
type OpenOrigin = Origin & { staff_ids: number[] }

/** HMAC-SHA256 of the very text, in hexadecimal. */
function isSigned(secret: string, { text, signature }: PassedText): boolean {
  const [given, own] = [Buffer.from(signature ?? ''), Buffer.from(createHmac('sha256', secret).update(text).digest('hex'))]
  return given.length === own.length && timingSafeEqual(given, own)
}

/** The pairs of a JSON object, the first fifty; what is no such object is nothing, as a survey works without. Keys and values have the lengths of a request's data. Throws Invalid for what is far too long. */
function readPassed(passed: PassedText | null): Pair[] {
  if (passed === null || passed.text.trim() === '') return []
  if (passed.text.length > MAX_PASSED) throw new Invalid([{ field: 'passed', code: 'wrong_length', info: { maximum: MAX_PASSED } }])
  const entries = parsedEntries(passed.text)
  const pairs = entries.flatMap(([key, value]) => {
    const text = typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
    return key.length > 0 && key.length <= 30 && text !== '' && isStorable(key) && isStorable(text) ? [{ key, value: [...text].slice(0, key === 'reference' ? 255 : 100).join('') }] : []
  }).slice(0, MAX_PAIRS)
  return pairs.map(({ key, value }) => ({ key, value: key === 'email' ? canonicalEmail(value) : value }))
}

function parsedEntries(text: string): [string, unknown][] {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.entries(parsed) : []
  } catch {
    return []
  }
}

const NOBODY = { id: null, case_kind: null, case_title: null, board_name: null, sent_at: null, dated_when_sent: false } as const

/** The visitor's word: what is known by it, and no more. */
async function saidOrigin(ctx: Context & { db: Tx }, pairs: Pair[]): Promise<OpenOrigin> {
  const account_id = ctx.account.id
  return {
    ...NOBODY, account_id, case_id: null, contact_id: null, email: pairs.find(({ key }) => key === 'email')?.value ?? null, company_id: null, site_id: ctx.account.default_site_id, team_id: null, staff_ids: [], ...await findCredited(ctx.db, account_id, pairs),
    segment_option_ids: await findOptionsOf(ctx.db, pairs.map((pair) => ({ account_id, ...pair }))),
  }
}

/** The account's word: as a request's. */
async function provenOrigin(ctx: Context & { db: Tx }, pairs: Pair[]): Promise<OpenOrigin> {
  const account_id = ctx.account.id
  const value = (key: string) => pairs.find((pair) => pair.key === key)?.value ?? null
  const request = {
    survey_id: null, email: value('email'), first_name: null, surname: null, send_at: null, reference: value('reference'), machine_id: value('machine_id'), ignore_throttle: false, external_link: false, email_template_id: null,
    text_message: null, reminders: null, data: pairs,
  }
  const { case_opened_at: _o, case_closed_at: _c, case_updated_at: _u, ...links } = itemAt(await resolveLinks(ctx.db, [{ ctx, request }]), 0)
  const options = await resolveSegmentOptions(ctx.db, pairs.map((pair) => ({ account_id, ...pair })), ctx.now())
  return { ...NOBODY, ...links, account_id, email: value('email'), case_kind: links.case_id === null ? null : 'ticket', segment_option_ids: [...new Set(options.filter((id) => id !== null))] }
}
