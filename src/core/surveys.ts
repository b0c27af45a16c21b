import { sql, type RawBuilder, type Selectable } from 'kysely'
import { randomBytes } from 'node:crypto'
import type { Db } from '../storage/database.ts'
import { unnested } from '../storage/recordset.ts'
import type { QuestionRow, ScaleLabels, SurveyRow, WidgetSettings } from '../storage/schema.ts'
import type { Context } from './context.ts'
import { NotFound, type Fault } from './errors.ts'

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
  options?: string[]
}

export interface SurveyDraft {
  name: string
  purpose: Survey['purpose']
  locale?: string
  throttle_exempt?: boolean
  questions: QuestionDraft[]
}

/** Makes a survey with its first version; its code is the open link's secret part. */
export async function createSurvey(db: Db, account_id: number, draft: SurveyDraft, now: Date): Promise<Survey> {
  const survey = await db.insertInto('surveys')
    .values({
      account_id, code: randomBytes(9).toString('base64url'), name: draft.name, purpose: draft.purpose, locale: draft.locale ?? 'en',
      throttle_exempt: draft.throttle_exempt ?? false, headline_metric: headlineMetric(draft), created_at: now, updated_at: now,
    })
    .returningAll().executeTakeFirstOrThrow()
  const questions = await db.insertInto('questions').values(draft.questions.map((question) => questionRow(account_id, question))).returning('id').execute()
  await db.insertInto('survey_questions')
    .values(questions.map(({ id }, index) => ({ account_id, survey_id: survey.id, version: survey.version, position: index + 1, question_id: id })))
    .execute()
  return survey
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

/** Writes how a survey is shown on other sites, as widgets.ts has checked it. */
export async function storeWidget(ctx: Context, id: number, widget: WidgetSettings | null): Promise<void> {
  await ctx.db.updateTable('surveys').set({ widget: widget && JSON.stringify(widget), updated_at: ctx.now() }).where('account_id', '=', ctx.account.id).where('id', '=', id).execute()
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

/** Surveys of any accounts with the questions of their current version, in order: one prepared statement, for hot paths. */
export async function loadSurveys(db: Db, wanted: { account_id: number, survey_id: number }[]): Promise<SurveyWithQuestions[]> {
  const distinct = new Map(wanted.map(({ account_id, survey_id }) => [survey_id, { account_id, survey_id }]))
  const result = await sql<SurveyWithQuestions>`
    select s.account_id, s.id, s.code, s.name, s.purpose, s.locale, s.version, s.throttle_exempt, s.link_days, s.archived_at, s.created_at, s.updated_at, s.headline_metric, s.theme, s.fields, s.consent, s.review_link, s.edit_hours, s.one_click, s.widget, (select jsonb_agg(to_jsonb(q) order by sq.position) from survey_questions sq join questions q on q.account_id = sq.account_id and q.id = sq.question_id
      where sq.account_id = s.account_id and sq.survey_id = s.id and sq.version = s.version) as questions
    from ${unnested([...distinct.values()], 'account_id bigint, survey_id bigint')} i
    join surveys s on s.account_id = i.account_id and s.id = i.survey_id`.execute(db)
  return result.rows
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
function headlineMetric({ questions }: SurveyDraft): Metric | null {
  const first = questions.find(({ type }) => type === 'rating')
  return first ? (first.metric ?? 'none') : null
}

function questionRow(account_id: number, draft: QuestionDraft) {
  return {
    account_id, type: draft.type, text: draft.text, required: draft.required ?? false, per_staff: draft.per_staff ?? false, metric: draft.metric ?? ('none' as const),
    scale_min: draft.scale?.min ?? null, scale_max: draft.scale?.max ?? null,
    scale_labels: draft.scale_labels ? JSON.stringify(draft.scale_labels) : null, options: draft.options ? JSON.stringify(draft.options) : null,
  }
}
