import { LOCALES, type Locale } from '../texts/locales.ts'
import { textsOf } from '../texts/catalogue.ts'
import { itemAt } from '../storage/recordset.ts'
import type { Context } from './context.ts'
import { insertSurveyTexts } from './survey-texts.ts'
import { createSurvey, withQuestions, type QuestionDraft, type SurveyDraft } from './surveys.ts'

/** Writes the surveys that every new account begins with, in its language and in all others. */
export async function createDefaultSurveys(ctx: Context, locale: Locale = 'en'): Promise<void> {
  const made = []
  for (const draft of defaultSurveys(locale)) made.push(await createSurvey(ctx.db, ctx.account.id, draft, ctx.now()))
  const surveys = await withQuestions(ctx.db, made)
  const texts = LOCALES.filter((other) => other !== locale).flatMap((other) => defaultSurveys(other).map(({ questions }, index) => ({
    survey: itemAt(surveys, index), locale: other, questions: questions.map(({ text, scale_labels }) => ({ text, ...scale_labels ? { scale_labels } : {} })),
  })))
  await insertSurveyTexts(ctx.db, texts, ctx.now())
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
