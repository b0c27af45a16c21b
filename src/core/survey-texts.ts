import { sql, type Selectable } from 'kysely'
import { isDeepStrictEqual } from 'node:util'
import type { Db, Tx } from '../storage/database.ts'
import { itemAt, recordset } from '../storage/recordset.ts'
import type { QuestionTexts, ReviewLink, ScaleLabels, SurveyConsent, SurveyTextsRow } from '../storage/schema.ts'
import { findLocale, matchLocale, readableIn, type Locale } from '../texts/locales.ts'
import { checkText, checked, given } from './checks.ts'
import type { Context } from './context.ts'
import { NotFound, type Fault } from './errors.ts'
import { checkLocale } from './locales.ts'
import { findSitesByCodes } from './sites.ts'
import { findStaffByCodes } from './staff.ts'
import { SURVEY_LIMITS } from './survey-checks.ts'
import { getSurvey, type Question, type SurveyWithQuestions } from './surveys.ts'

/** A survey in another language. Its questions in their order, each with what the survey's own question has: labels of the scale, options. */
export interface SurveyTextsDraft {
  locale: string
  name?: string
  /** What is consented to, and what the link to review says, where the survey has them; its own words where it is left out. */
  consent?: string
  review_label?: string
  questions: QuestionTexts[]
}

/** A question as a page or a mail puts it. Its options stay the survey's own, as they are what is stored of an answer; `option_texts` are what is shown of them, in their order. */
export type SpokenQuestion = Question & InLanguage & { option_texts?: string[] }

/** The language of a text; not there: that of the page. */
export interface InLanguage { lang?: string }

/** A survey as a page or a mail speaks it: its locale is that of everything around the questions, which may be in another where they are not translated. */
export type SpokenSurvey = Omit<SurveyWithQuestions, 'questions' | 'consent' | 'review_link'> & { questions: SpokenQuestion[], consent: (SurveyConsent & InLanguage) | null, review_link: (ReviewLink & InLanguage) | null }

/** By what a page's language is chosen. */
export interface LanguageWish {
  /** What the link itself asks for. One that is not known counts as none. */
  named: string | null
  /** The language of the template that the link came in. */
  template: string | null
  /** What the browser prefers, best first, as language tags. */
  accepted: readonly string[]
}

/**
 * Gives a survey the texts of other languages, in place of what it had in them. Throws NotFound; Invalid with faults named `texts[0].questions[1].options`: a locale that is unknown, twice there or the
 * survey's own, and texts that do not match the questions of its current version one by one.
 */
export async function setSurveyTexts(ctx: Context, survey_id: number, texts: SurveyTextsDraft[]): Promise<void> {
  const survey = await getSurvey(ctx, survey_id)
  checked(texts.flatMap((draft, index) => textsFaults(survey, texts, draft).map((fault) => ({ ...fault, field: `texts[${index}].${fault.field}` }))))
  await insertSurveyTexts(ctx.db, texts.map((draft) => ({ survey, ...draft })), ctx.now())
}

/** Takes the texts of one language away from a survey. Throws NotFound where it has none. */
export async function removeSurveyTexts(ctx: Context, survey_id: number, locale: string): Promise<void> {
  const { numDeletedRows } = await ctx.db.deleteFrom('survey_texts').where('account_id', '=', ctx.account.id).where('survey_id', '=', survey_id).where('locale', '=', locale).executeTakeFirst()
  if (numDeletedRows === 0n) throw new NotFound(`the account has no survey ${survey_id} with texts in ${locale}`)
}

/** The other languages that a survey is in, with its texts as setSurveyTexts takes them, by locale. What is asked anew since is there in the survey's own words. */
export async function listSurveyTexts(ctx: Context, survey: SurveyWithQuestions): Promise<SurveyTextsDraft[]> {
  const rows = await ctx.db.selectFrom('survey_texts').select(['locale', 'name', 'consent', 'review_label', 'questions']).where('account_id', '=', ctx.account.id).where('survey_id', '=', survey.id).orderBy('locale').execute()
  return rows.map(({ locale, name, consent, review_label, questions }) => ({ locale, ...name === null ? {} : { name }, ...consent === null ? {} : { consent }, ...review_label === null ? {} : { review_label }, questions: survey.questions.map((question) => questions[question.id] ?? ownTexts(question)) }))
}

type TextsOf = SurveyTextsDraft & { survey: SurveyWithQuestions }

/** Writes texts that are known to be right. */
export async function insertSurveyTexts(db: Db, texts: TextsOf[], now: Date): Promise<void> {
  if (texts.length === 0) return
  await sql`${insertOf(texts, now)}
    on conflict (account_id, survey_id, locale) do update set name = excluded.name, consent = excluded.consent, review_label = excluded.review_label, questions = excluded.questions, updated_at = excluded.updated_at`.execute(db)
}

/** The same, but only for languages that a survey has no texts in; answers which those were. */
export async function addSurveyTexts(db: Db, texts: TextsOf[], now: Date): Promise<{ survey_id: number, locale: string }[]> {
  if (texts.length === 0) return []
  const { rows } = await sql<{ survey_id: number, locale: string }>`${insertOf(texts, now)}
    on conflict (account_id, survey_id, locale) do nothing returning survey_id, locale`.execute(db)
  return rows
}

function insertOf(texts: TextsOf[], now: Date) {
  const rows = texts.map(({ survey, locale, name, consent, review_label, questions }) => ({
    account_id: survey.account_id, survey_id: survey.id, locale, name: name ?? null, consent: consent ?? null, review_label: review_label ?? null, questions: Object.fromEntries(survey.questions.map(({ id }, index) => [id, itemAt(questions, index)])),
  }))
  return sql`insert into survey_texts (account_id, survey_id, locale, name, consent, review_label, questions, updated_at)
    select account_id, survey_id, locale, name, consent, review_label, questions, ${now}
    from jsonb_to_recordset(${recordset(rows)}::jsonb) as i(account_id bigint, survey_id bigint, locale text, name text, consent text, review_label text, questions jsonb)`
}

/**
 * The survey in the language that its page is to speak: the one that the link names, else that of the template it came in, else the first that the browser accepts among those that the survey is in,
 * else the survey's own. Questions that are not in it stay as they are.
 */
export async function speakSurvey(db: Db, survey: SurveyWithQuestions, wish: LanguageWish): Promise<SpokenSurvey> {
  return nameCodes(db, await speakWhole(db, survey, wish))
}

/** Each survey in the one language that is wanted of it, in their order, for hot paths: nothing is looked up of those that are in it. */
export async function speakSurveys(db: Db, wanted: { survey: SurveyWithQuestions, locale: string }[]): Promise<SpokenSurvey[]> {
  const others = wanted.flatMap(({ survey, locale }) => {
    const known = findLocale(locale)
    return known && known !== survey.locale ? [{ survey, locales: [known] }] : []
  })
  const texts = await loadTexts(db, others)
  return wanted.map(({ survey, locale }) => translate(survey, findLocale(locale) ?? survey.locale, texts))
}

/** Gives new questions what was said in other languages of those whose words they have, and lets go of what was said instead of a consent or a label that changed. What older versions ask stays as it is. */
export async function carrySurveyTexts(tx: Tx, before: SurveyWithQuestions, after: SurveyWithQuestions): Promise<void> {
  const gone = { ...isDeepStrictEqual(before.consent?.text, after.consent?.text) ? {} : { consent: null }, ...isDeepStrictEqual(before.review_link?.label, after.review_link?.label) ? {} : { review_label: null } }
  const heirs = after.questions.filter(({ id }) => !before.questions.some((one) => one.id === id)).flatMap((question) => {
    const same = before.questions.find((one) => isDeepStrictEqual(ownTexts(one), ownTexts(question)))
    return same ? [{ id: question.id, from: same.id }] : []
  })
  if (heirs.length === 0 && Object.keys(gone).length === 0) return
  const own = tx.selectFrom('survey_texts').select(['locale', 'questions']).where('account_id', '=', after.account_id).where('survey_id', '=', after.id)
  for (const { locale, questions } of await own.execute()) {
    const inherited = heirs.flatMap(({ id, from }) => (questions[from] ? [[id, questions[from]] as const] : []))
    await tx.updateTable('survey_texts').set({ ...gone, questions: JSON.stringify({ ...questions, ...Object.fromEntries(inherited) }) })
      .where('account_id', '=', after.account_id).where('survey_id', '=', after.id).where('locale', '=', locale).execute()
  }
}

/** The languages of a browser that there are, each once. */
export function acceptable(accepted: readonly string[]): Locale[] {
  return [...new Set(accepted.flatMap((tag) => matchLocale(tag) ?? []))]
}

async function speakWhole(db: Db, survey: SurveyWithQuestions, wish: LanguageWish): Promise<SpokenSurvey> {
  const asked = findLocale(wish.named ?? '') ?? findLocale(wish.template ?? '')
  const wanted = asked ? [asked] : acceptable(wish.accepted)
  if (wanted[0] === undefined || wanted[0] === survey.locale) return survey
  const texts = await loadTexts(db, [{ survey, locales: wanted }])
  const locale = asked ?? wanted.find((one) => readableIn(one).some((readable) => readable === survey.locale || findTexts(texts, survey, readable)))
  return locale === undefined ? survey : translate(survey, locale, texts)
}

/** Where a question asks for a site or for staff, its options are codes: a page shows their names, where the survey says nothing else of them. */
async function nameCodes(db: Db, survey: SpokenSurvey): Promise<SpokenSurvey> {
  const codes = (key: string) => survey.questions.flatMap(({ segment, options }) => (segment === key ? (options ?? []) : []))
  const sites = await findSitesByCodes(db, survey.account_id, codes('site_code'))
  const staff = await findStaffByCodes(db, survey.account_id, codes('staff_code'))
  if (sites.length + staff.length === 0) return survey
  return {
    ...survey, questions: survey.questions.map((question) => {
      const known = question.segment === 'site_code' ? sites : question.segment === 'staff_code' ? staff : null
      return known && question.options ? { ...question, option_texts: question.options.map((code, index) => nameOf(code, question.option_texts?.[index], known)) } : question
    }),
  }
}

function nameOf(code: string, said: string | undefined, known: { code: string, name: string }[]): string {
  return said !== undefined && said !== code ? said : (known.find((one) => one.code === code)?.name ?? code)
}

type Texts = Pick<Selectable<SurveyTextsRow>, 'account_id' | 'survey_id' | 'locale' | 'name' | 'consent' | 'review_label' | 'questions'>

async function loadTexts(db: Db, wanted: { survey: SurveyWithQuestions, locales: Locale[] }[]): Promise<Texts[]> {
  const keys = wanted.flatMap(({ survey, locales }) => locales.flatMap(readableIn).map((locale) => ({ account_id: survey.account_id, survey_id: survey.id, locale })))
  if (keys.length === 0) return []
  const result = await sql<Texts>`select distinct on (t.account_id, t.survey_id, t.locale) t.account_id, t.survey_id, t.locale, t.name, t.consent, t.review_label, t.questions
    from jsonb_to_recordset(${recordset(keys)}::jsonb) as i(account_id bigint, survey_id bigint, locale text)
    join survey_texts t on t.account_id = i.account_id and t.survey_id = i.survey_id and t.locale = i.locale`.execute(db)
  return result.rows
}

function findTexts(texts: Texts[], survey: SurveyWithQuestions, locale: string): Texts | undefined {
  return texts.find((row) => row.survey_id === survey.id && row.account_id === survey.account_id && row.locale === locale)
}

/** The nearest of what a reader of the locale can read; the survey's own words where there is nothing. */
function translate(survey: SurveyWithQuestions, locale: string, texts: Texts[]): SpokenSurvey {
  if (locale === survey.locale) return survey
  const known = findLocale(locale)
  const source = (known ? readableIn(known) : []).find((readable) => readable === survey.locale || findTexts(texts, survey, readable))
  const row = source && source !== survey.locale ? findTexts(texts, survey, source) : undefined
  const { consent, review_link } = survey
  return {
    ...survey, locale, name: row?.name ?? survey.name, questions: survey.questions.map((question) => speakQuestion(question, survey.locale, row)),
    consent: consent && { ...consent, text: row?.consent ?? consent.text, lang: row?.consent ? row.locale : survey.locale },
    review_link: review_link && { ...review_link, label: row?.review_label ?? review_link.label, lang: row?.review_label ? row.locale : survey.locale },
  }
}

function speakQuestion(question: Question, own: string, row: Texts | undefined): SpokenQuestion {
  const texts = row?.questions[question.id]
  if (!row || !texts) return { ...question, lang: own }
  const { text, scale_labels, options } = texts
  return { ...question, text, scale_labels: scale_labels ?? question.scale_labels, ...options ? { option_texts: options } : {}, lang: row.locale }
}

function ownTexts({ text, scale_labels, options }: Question): QuestionTexts {
  return { text, ...scale_labels ? { scale_labels } : {}, ...options ? { options } : {} }
}

function textsFaults(survey: SurveyWithQuestions, all: SurveyTextsDraft[], { locale, name, consent, review_label, questions }: SurveyTextsDraft): Fault[] {
  return [
    checkLocale('locale', locale) ?? checkOther(survey, all, locale),
    given(name, (text) => checkText('name', text, SURVEY_LIMITS.name)),
    given(consent, (text) => (survey.consent ? checkText('consent', text, SURVEY_LIMITS.consent) : mismatch('consent', 'is of a survey that asks for none'))),
    given(review_label, (text) => (survey.review_link ? checkText('review_label', text, SURVEY_LIMITS.label) : mismatch('review_label', 'is of a survey without a link to review'))),
    questions.length === survey.questions.length ? null : mismatch('questions', `must be ${survey.questions.length}, one for each question in their order`),
    ...survey.questions.flatMap((question, index) => questionFaults(question, questions[index]).map((fault) => fault && { ...fault, field: `questions[${index}].${fault.field}` })),
  ].filter((fault) => fault !== null)
}

function checkOther(survey: SurveyWithQuestions, all: SurveyTextsDraft[], locale: string): Fault | null {
  if (locale === survey.locale) return { field: 'locale', code: 'forbidden_value', info: { disallowed_values: [locale], message: 'is the survey\'s own language' } }
  return all.filter((draft) => draft.locale === locale).length > 1 ? mismatch('locale', 'is there twice') : null
}

function questionFaults(question: Question, texts: QuestionTexts | undefined): (Fault | null)[] {
  if (!texts) return []
  return [checkText('text', texts.text, SURVEY_LIMITS.text), ...labelFaults(question.scale_labels, texts.scale_labels), ...optionFaults(question.options, texts.options)]
}

function labelFaults(own: ScaleLabels | null, labels: ScaleLabels | undefined): (Fault | null)[] {
  if (!own || !labels) return [own ? { field: 'scale_labels', code: 'required', info: {} } : labels ? mismatch('scale_labels', 'are of a question that has none') : null]
  return [checkText('scale_labels.min', labels.min, SURVEY_LIMITS.label), checkText('scale_labels.max', labels.max, SURVEY_LIMITS.label)]
}

function optionFaults(own: string[] | null, options: string[] | undefined): (Fault | null)[] {
  if (!own || !options) return [own ? { field: 'options', code: 'required', info: {} } : options ? mismatch('options', 'are of a question that has none') : null]
  if (options.length !== own.length) return [mismatch('options', `must be ${own.length}, one for each option in their order`)]
  return options.map((option, index) => checkText(`options[${index}]`, option, SURVEY_LIMITS.option))
}

function mismatch(field: string, message: string): Fault {
  return { field, code: 'invalid_value', info: { message } }
}
