import { findLocale, LOCALES, type Locale } from '../texts/locales.ts'
import { textsOf } from '../texts/catalogue.ts'
import { itemAt } from '../storage/recordset.ts'
import type { Context } from './context.ts'
import { addSurveyTexts, insertSurveyTexts } from './survey-texts.ts'
import { createSurvey, listSurveys, withQuestions, type QuestionDraft, type SurveyDraft, type SurveyWithQuestions } from './surveys.ts'

/** Writes the surveys that every new account begins with, in its language and in all others. */
export async function createDefaultSurveys(ctx: Context, locale: Locale = 'en'): Promise<void> {
  const made = []
  for (const draft of defaultSurveys(locale)) made.push(await createSurvey(ctx.db, ctx.account.id, draft, ctx.now()))
  const surveys = await withQuestions(ctx.db, made)
  await insertSurveyTexts(ctx.db, surveys.flatMap((survey, index) => otherTexts(survey, index)), ctx.now())
}

/**
 * Gives surveys that ask, word for word, what one of those first surveys asks in their language the texts of all languages that they lack: an account may be older than its languages. Texts that are there
 * stay. Answers which languages each survey was given, by the survey's name.
 */
export async function addDefaultTexts(ctx: Context): Promise<{ survey: SurveyWithQuestions, locales: string[] }[]> {
  const { rows: surveys } = await listSurveys(ctx, { offset: 0, limit: ALL_SURVEYS })
  const texts = surveys.flatMap((survey) => {
    const locale = findLocale(survey.locale)
    const index = locale ? defaultSurveys(locale).findIndex((draft) => asksTheSame(survey, draft)) : -1
    return index < 0 ? [] : otherTexts(survey, index)
  })
  const added = await addSurveyTexts(ctx.db, texts, ctx.now())
  return surveys.flatMap((survey) => {
    const locales = added.filter(({ survey_id }) => survey_id === survey.id).map(({ locale }) => locale)
    return locales.length === 0 ? [] : [{ survey, locales }]
  })
}

const ALL_SURVEYS = 10_000

/** What the first survey of that place in the list says in all languages but the survey's own. */
function otherTexts(survey: SurveyWithQuestions, index: number) {
  return LOCALES.filter((other) => other !== survey.locale).map((locale) => {
    const { questions } = itemAt(defaultSurveys(locale), index)
    return { survey, locale, questions: questions.map(({ text, scale_labels }) => ({ text, ...scale_labels ? { scale_labels } : {} })) }
  })
}

function asksTheSame({ questions }: SurveyWithQuestions, draft: SurveyDraft): boolean {
  return questions.length === draft.questions.length && questions.every((question, index) => {
    const { type, text, scale, scale_labels } = itemAt(draft.questions, index)
    return question.type === type && question.text === text && question.options === null && question.scale_min === (scale?.min ?? null) && question.scale_max === (scale?.max ?? null)
      && question.scale_labels?.min === scale_labels?.min && question.scale_labels?.max === scale_labels?.max
  })
}

/** Those about one case each are exempt from over-survey protection: every case is to be asked about. Their names are for the account's people, and the same in every language. */
function defaultSurveys(locale: Locale): SurveyDraft[] {
  const { questions: say, labels } = textsOf(locale)
  const rate = (text: string, more: Partial<QuestionDraft> = {}): QuestionDraft => ({ type: 'rating', text, scale: { min: 1, max: 10 }, scale_labels: labels.quality, ...more })
  const comment: QuestionDraft = { type: 'text', text: say.comment }
  const headline = { required: true, metric: 'csat' } as const
  return [
    { name: 'Ticket', purpose: 'ticket', locale, throttle_exempt: true, questions: [rate(say.ticket, headline), comment] },
    {
      name: 'NPS', purpose: 'nps', locale,
      questions: [rate(say.nps, { required: true, metric: 'nps', scale: { min: 0, max: 10 }, scale_labels: labels.likelihood }), { type: 'text', text: say.nps_reason }],
    },
    {
      name: 'Five questions', purpose: 'five_questions', locale,
      questions: [rate(say.overall, headline), rate(say.speed), rate(say.understanding), rate(say.information), rate(say.solution), comment],
    },
    { name: 'Employee', purpose: 'employee', locale, questions: [rate(say.person, { ...headline, per_staff: true }), comment] },
    { name: 'Project', purpose: 'project', locale, throttle_exempt: true, questions: [rate(say.project, headline), comment] },
    {
      name: 'Good or bad', purpose: 'good_or_bad', locale, throttle_exempt: true,
      questions: [rate(say.support, { ...headline, scale: { min: 1, max: 2 }, scale_labels: labels.good_or_bad }), comment],
    },
  ]
}

/** The same as an English account has them. */
export const DEFAULT_SURVEYS: readonly SurveyDraft[] = defaultSurveys('en')
