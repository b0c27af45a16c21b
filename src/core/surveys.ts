import { sql, type RawBuilder, type Selectable } from 'kysely'
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Db, Tx } from '../storage/database.ts'
import { PREPARED } from '../storage/named-statements.ts'
import { itemAt, unnested } from '../storage/recordset.ts'
import type { CustomerField, QuestionRow, ReviewLink, ScaleLabels, ShownIf, SurveyRow, SurveyTheme, WidgetSettings } from '../storage/schema.ts'
import { checked } from './checks.ts'
import type { Context } from './context.ts'
import { NotFound, type Fault } from './errors.ts'
import { askedFaults, offerOptions } from './segments.ts'
import { designFaults, draftFaults } from './survey-checks.ts'

export type Survey = Selectable<SurveyRow>
export type Question = Selectable<QuestionRow>
export type SurveyWithQuestions = Survey & { questions: Question[] }
export type QuestionType = Question['type']
export type Metric = Question['metric']

export interface QuestionDraft {
  type: QuestionType
  text: string
  required?: boolean
  /** Asked once about each staff member of the invitation. */
  per_staff?: boolean
  metric?: Metric
  scale?: { min: number, max: number }
  scale_labels?: ScaleLabels
  appearance?: Question['appearance']
  options?: string[]
  /** Of a checkbox, how many at most. */
  max_choices?: number
  /** Of a text, how many characters at most. */
  max_length?: number
  /** Asked only if the earlier question at that place, counted from 1, was answered with one of these: scores, or options. */
  shown_if?: { question: number, values: ShownIf['values'] }
  /** What is chosen of its options is the response's value of this segment: site_code, staff_code (then they are codes), or the key of one of the account's own. */
  segment?: string
}

/** What can be changed of a survey. Null takes away; what is left out stays, or is as the database has it for a new one. */
export interface SurveyDesign {
  name: string
  throttle_exempt?: boolean
  questions: QuestionDraft[]
  fields?: (Pick<CustomerField, 'key'> & Partial<CustomerField>)[]
  consent?: { text: string, required?: boolean } | null
  theme?: SurveyTheme | null
  review_link?: ReviewLink | null
  edit_hours?: number
  link_days?: number
  one_click?: Survey['one_click']
  widget?: Partial<WidgetSettings> | null
}

export interface SurveyDraft extends SurveyDesign {
  purpose: Survey['purpose']
  locale?: string
}

export type SurveyChange = Partial<SurveyDesign>

/** Makes a survey with its first version; its code is the open link's secret part. Throws Invalid, with faults named `questions[0].scale`. What its questions offer of a segment are values of that segment from now on. */
export async function createSurvey(db: Db, account_id: number, draft: SurveyDraft, now: Date): Promise<Survey> {
  checked([...draftFaults(draft), ...await askedFaults(db, account_id, draft.questions)])
  const survey = await db.insertInto('surveys')
    .values({
      account_id, code: randomBytes(9).toString('base64url'), name: draft.name, purpose: draft.purpose, locale: draft.locale ?? 'en',
      ...settingsOf(draft), headline_metric: headlineMetric(draft.questions), created_at: now, updated_at: now,
    })
    .returningAll().executeTakeFirstOrThrow()
  await writeVersion(db, survey, await insertQuestions(db, account_id, draft.questions.map((question) => ({ question, id: null }))))
  await offerOptions(db, account_id, draft.questions, now)
  return survey
}

/**
 * Changes a survey, locked until the transaction ends. Other questions, or another order, make a new version: a question that is as it was stays the same one, any other is a new one, and what was answered keeps
 * what was asked. Throws NotFound, Invalid as createSurvey does.
 */
export async function reviseSurvey(tx: Tx, ctx: Context, id: number, change: SurveyChange): Promise<{ before: SurveyWithQuestions, after: SurveyWithQuestions }> {
  const own = tx.selectFrom('surveys').where('account_id', '=', ctx.account.id).where('id', '=', id)
  await own.select('id').forNoKeyUpdate().execute()
  const before = await getSurvey({ ...ctx, db: tx }, id)
  checked([...designFaults(change), ...await askedFaults(tx, before.account_id, change.questions ?? [])])
  const ids = change.questions ? await insertQuestions(tx, before.account_id, keptQuestions(before.questions, change.questions)) : null
  const is_new = ids !== null && !isDeepStrictEqual(ids, before.questions.map((question) => question.id))
  const version = is_new ? before.version + 1 : before.version
  await tx.updateTable('surveys')
    .set({ name: change.name, ...settingsOf(change), ...change.questions ? { headline_metric: headlineMetric(change.questions) } : {}, version, updated_at: ctx.now() })
    .where('account_id', '=', before.account_id).where('id', '=', id).execute()
  if (is_new) await writeVersion(tx, { ...before, version }, ids)
  await offerOptions(tx, before.account_id, change.questions ?? [], ctx.now())
  return { before, after: await getSurvey({ ...ctx, db: tx }, id) }
}

/** A survey as createSurvey and reviseSurvey take it. */
export function designOf(survey: SurveyWithQuestions): Required<SurveyDesign> {
  const { name, throttle_exempt, fields, consent, theme, review_link, edit_hours, link_days, one_click, widget } = survey
  return { name, throttle_exempt, questions: survey.questions.map((question) => draftOf(question, survey.questions)), fields, consent, theme, review_link, edit_hours, link_days, one_click, widget }
}

/**
 * Puts a survey away: nobody is asked with it any more, its links are closed, and what is pending with it is not sent. Doing it again keeps the first time. Throws NotFound.
 */
export async function archiveSurvey(ctx: Context, id: number): Promise<Survey> {
  return setArchived(ctx, id, sql<Date>`coalesce(archived_at, ${ctx.now()})`)
}

/** Takes it up again; its links are open again, what was not sent stays so. Throws NotFound. */
export async function restoreSurvey(ctx: Context, id: number): Promise<Survey> {
  return setArchived(ctx, id, null)
}

/** One page of the account's surveys in use, or of its archived ones, with their questions, by name (case-insensitive, by code point), and how many there are. */
export async function listSurveys(ctx: Context, page: { offset: number, limit: number }, archived = false): Promise<{ rows: SurveyWithQuestions[], total: number }> {
  const own = ctx.db.selectFrom('surveys').where('account_id', '=', ctx.account.id).where('archived_at', archived ? 'is not' : 'is', null)
  const surveys = await own.selectAll().orderBy(sql`lower(name) collate "C"`).orderBy('id').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows: await withQuestions(ctx.db, surveys), total }
}

/** A survey with the questions of its current version. Throws NotFound. */
export async function getSurvey(ctx: Context, id: number): Promise<SurveyWithQuestions> {
  const [survey] = await withQuestions(ctx.db, await ctx.db.selectFrom('surveys').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id).execute())
  if (!survey) throw new NotFound(`the account has no survey ${id}`)
  return survey
}

/** The survey that stands for a purpose: the oldest one that is not archived. Throws NotFound. */
export async function getSurveyFor(ctx: Context, purpose: Survey['purpose']): Promise<Survey> {
  const survey = await ctx.db.selectFrom('surveys').selectAll()
    .where('account_id', '=', ctx.account.id).where('purpose', '=', purpose).where('archived_at', 'is', null)
    .orderBy('id').limit(1).executeTakeFirst()
  if (!survey) throw new NotFound(`the account has no survey for ${purpose}`)
  return survey
}

/** What is wrong with a survey that somebody is to be asked with: another account's, an archived one and one that never was are all the same to the caller. */
export async function checkSurvey(ctx: Context, field: string, id: number): Promise<Fault | null> {
  const survey = await ctx.db.selectFrom('surveys').select('id').where('account_id', '=', ctx.account.id).where('id', '=', id).where('archived_at', 'is', null).executeTakeFirst()
  return survey ? null : { field, code: 'invalid_value', info: { message: 'is not a survey of this account that is in use' } }
}

const QUESTIONS = sql`(select jsonb_agg(to_jsonb(q) order by sq.position) from survey_questions sq join questions q on q.account_id = sq.account_id and q.id = sq.question_id
      where sq.account_id = s.account_id and sq.survey_id = s.id and sq.version = s.version)`

/** Surveys of any accounts with the questions of their current version, in order: one prepared statement, for hot paths. */
export function loadSurveys(db: Db, wanted: { account_id: number, survey_id: number }[]): Promise<SurveyWithQuestions[]> {
  const distinct = new Map(wanted.map(({ account_id, survey_id }) => [survey_id, { account_id, survey_id }]))
  return surveysOf(db, unnested([...distinct.values()], 'account_id bigint, survey_id bigint'))
}

/** The same of the invitations of these tokens. */
export function loadSurveysAsked(db: Db, tokens: string[]): Promise<SurveyWithQuestions[]> {
  return surveysOf(db, sql`(select ${PREPARED} distinct v.account_id, v.survey_id from invitations v where v.token = any(${tokens}::text[]))`)
}

async function surveysOf(db: Db, wanted: RawBuilder<unknown>): Promise<SurveyWithQuestions[]> {
  const result = await sql<SurveyWithQuestions>`
    select s.account_id, s.id, s.code, s.name, s.purpose, s.locale, s.version, s.throttle_exempt, s.link_days, s.archived_at, s.created_at, s.updated_at, s.headline_metric, s.theme, s.fields, s.consent, s.review_link, s.edit_hours, s.one_click, s.widget, ${QUESTIONS} as questions
    from ${wanted} i
    join surveys s on s.account_id = i.account_id and s.id = i.survey_id`.execute(db)
  return result.rows
}

/** The survey that `v`, an invitation, asks, as one value of a statement about that; readSurvey makes the survey of it. */
export const SURVEY_ASKED = sql<SurveyValue>`(select to_jsonb(s) || jsonb_build_object('questions', ${QUESTIONS}) from surveys s where s.account_id = v.account_id and s.id = v.survey_id)`

/** JSON has no dates. */
export type SurveyValue = Omit<SurveyWithQuestions, 'archived_at' | 'created_at' | 'updated_at'> & { archived_at: string | null, created_at: string, updated_at: string }

/** The survey that SURVEY_ASKED has. */
export function readSurvey({ archived_at, created_at, updated_at, ...survey }: SurveyValue): SurveyWithQuestions {
  return { ...survey, archived_at: archived_at === null ? null : new Date(archived_at), created_at: new Date(created_at), updated_at: new Date(updated_at) }
}

/** Surveys of one account with the questions of their current version, in order. */
export async function withQuestions(db: Db, surveys: Survey[]): Promise<SurveyWithQuestions[]> {
  if (surveys.length === 0) return []
  const rows = await db.selectFrom('surveys as s')
    .innerJoin('survey_questions as sq', (join) => join.onRef('sq.account_id', '=', 's.account_id').onRef('sq.survey_id', '=', 's.id').onRef('sq.version', '=', 's.version'))
    .innerJoin('questions as q', (join) => join.onRef('q.account_id', '=', 'sq.account_id').onRef('q.id', '=', 'sq.question_id'))
    .where('s.account_id', 'in', [...new Set(surveys.map((survey) => survey.account_id))])
    .where('s.id', 'in', surveys.map((survey) => survey.id))
    .selectAll('q').select('s.id as survey_id').orderBy('sq.survey_id').orderBy('sq.position').execute()
  return surveys.map((survey) => ({ ...survey, questions: rows.filter((row) => row.survey_id === survey.id).map(({ survey_id: _, ...question }) => question) }))
}

/** Earlier versions of surveys, with what they asked. What never was is not there. */
export async function loadVersions(db: Db, wanted: { survey: SurveyWithQuestions, version: number }[]): Promise<SurveyWithQuestions[]> {
  const distinct = [...new Map(wanted.map((one) => [`${one.survey.id}/${one.version}`, one])).values()]
  if (distinct.length === 0) return []
  const rows = await db.selectFrom('survey_questions as sq')
    .innerJoin('questions as q', (join) => join.onRef('q.account_id', '=', 'sq.account_id').onRef('q.id', '=', 'sq.question_id'))
    .where((eb) => eb.or(distinct.map(({ survey, version }) => eb.and([eb('sq.account_id', '=', survey.account_id), eb('sq.survey_id', '=', survey.id), eb('sq.version', '=', version)]))))
    .selectAll('q').select(['sq.survey_id', 'sq.version']).orderBy('sq.position').execute()
  return distinct.flatMap(({ survey, version }) => {
    const questions = rows.filter((row) => row.survey_id === survey.id && row.version === version).map(({ survey_id: _, version: __, ...question }) => question)
    return questions.length > 0 ? [{ ...survey, version, questions }] : []
  })
}

/** The first rating question: its answer is the headline score. */
export function headlineQuestion<Q extends Question>(questions: readonly Q[]): Q | null {
  return questions.find((question) => question.type === 'rating') ?? null
}

/** The first text question: its answer is the comment. */
export function commentQuestion(questions: readonly Question[]): Question | null {
  return questions.find((question) => question.type === 'text') ?? null
}

/** The scale of a rating question. Throws if it is of another type. */
export function scaleOf(question: Question): { min: number, max: number } {
  if (question.scale_min === null || question.scale_max === null) throw new TypeError(`question ${question.id} has no scale`)
  return { min: question.scale_min, max: question.scale_max }
}

async function setArchived(ctx: Context, id: number, archived_at: RawBuilder<Date> | null): Promise<Survey> {
  const survey = await ctx.db.updateTable('surveys').set({ archived_at, updated_at: ctx.now() }).where('account_id', '=', ctx.account.id).where('id', '=', id).returningAll().executeTakeFirst()
  if (!survey) throw new NotFound(`the account has no survey ${id}`)
  return survey
}

/** As headlineQuestion has it. */
function headlineMetric(questions: readonly QuestionDraft[]): Metric | null {
  const first = questions.find(({ type }) => type === 'rating')
  return first ? (first.metric ?? 'none') : null
}

/** What was given of the settings, as columns; undefined is left out of a statement. */
function settingsOf({ throttle_exempt, fields, consent, theme, review_link, edit_hours, link_days, one_click, widget }: SurveyChange) {
  return {
    throttle_exempt, edit_hours, link_days, one_click,
    fields: fields && JSON.stringify(fields.map((field) => ({ required: false, ...field }))),
    consent: consent && JSON.stringify({ required: false, ...consent }), theme: theme && JSON.stringify(theme), review_link: review_link && JSON.stringify(review_link),
    widget: widget && JSON.stringify({ trigger: 'tab', label: null, origins: [], signed_only: false, ...widget }),
  }
}

interface Kept { question: QuestionDraft, id: number | null }

/** Which questions are as they were, each one once. One that depends on a changed question is changed. */
function keptQuestions(before: readonly Question[], drafts: QuestionDraft[]): Kept[] {
  const kept: Kept[] = []
  for (const question of drafts) {
    const row = questionColumns(question)
    const condition = question.shown_if ? { question_id: kept[question.shown_if.question - 1]?.id ?? null, values: question.shown_if.values } : null
    const same = before.find((one) => !kept.some(({ id }) => id === one.id) && isDeepStrictEqual(columnsOf(one), row) && isDeepStrictEqual(one.shown_if, condition))
    kept.push({ question, id: same?.id ?? null })
  }
  return kept
}

/** A question as questionColumns writes it. */
function columnsOf({ account_id: _, id: __, shown_if: ___, scale_labels, options, ...columns }: Question) {
  return { ...columns, scale_labels: labelsText(scale_labels), options: options && JSON.stringify(options) }
}

/** Writes those that are new, and answers the ids of all in their order. Of what a question depends on the id is only known once it is written. */
async function insertQuestions(db: Db, account_id: number, kept: Kept[]): Promise<number[]> {
  const fresh = kept.filter(({ id }) => id === null)
  const inserted = fresh.length === 0 ? [] : await db.insertInto('questions').values(fresh.map(({ question }) => ({ account_id, ...questionColumns(question) }))).returning('id').execute()
  const ids = kept.map((one) => one.id ?? itemAt(inserted, fresh.indexOf(one)).id)
  for (const one of fresh) {
    const { shown_if } = one.question
    if (!shown_if) continue
    const condition: ShownIf = { question_id: itemAt(ids, shown_if.question - 1), values: shown_if.values }
    await db.updateTable('questions').set({ shown_if: JSON.stringify(condition) }).where('account_id', '=', account_id).where('id', '=', itemAt(ids, kept.indexOf(one))).execute()
  }
  return ids
}

async function writeVersion(db: Db, { account_id, id: survey_id, version }: Survey, question_ids: number[]): Promise<void> {
  await db.insertInto('survey_questions').values(question_ids.map((question_id, index) => ({ account_id, survey_id, version, position: index + 1, question_id }))).execute()
}

function questionColumns(draft: QuestionDraft) {
  return {
    type: draft.type, text: draft.text, required: draft.required ?? false, per_staff: draft.per_staff ?? false, metric: draft.metric ?? ('none' as const),
    scale_min: draft.scale?.min ?? null, scale_max: draft.scale?.max ?? null, appearance: draft.appearance ?? ('numbers' as const), max_choices: draft.max_choices ?? null, max_length: draft.max_length ?? null,
    scale_labels: labelsText(draft.scale_labels ?? null), options: draft.options ? JSON.stringify(draft.options) : null, segment: draft.segment ?? null,
  }
}

function labelsText(labels: ScaleLabels | null): string | null {
  return labels && JSON.stringify({ min: labels.min, max: labels.max })
}

function draftOf(question: Question, all: readonly Question[]): QuestionDraft {
  const { type, text, required, per_staff, metric, scale_labels, appearance, options, max_choices, max_length, shown_if, segment } = question
  return {
    type, text, required, ...per_staff ? { per_staff } : {}, ...type === 'rating' ? { metric, scale: scaleOf(question), appearance } : {}, ...scale_labels ? { scale_labels } : {}, ...options ? { options } : {},
    ...max_choices === null ? {} : { max_choices }, ...max_length === null ? {} : { max_length }, ...segment === null ? {} : { segment },
    ...shown_if ? { shown_if: { question: all.findIndex(({ id }) => id === shown_if.question_id) + 1, values: shown_if.values } } : {},
  }
}
