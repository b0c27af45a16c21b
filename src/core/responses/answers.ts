import type { Credit } from '../../storage/schema.ts'
import type { Fault } from '../errors.ts'
import { sentimentOf, type Sentiment } from '../scores.ts'
import { commentQuestion, headlineQuestion, scaleOf, type Question, type SurveyWithQuestions } from '../surveys.ts'
import { checkFields, type CheckedField } from './customer-fields.ts'

/** One answer as someone gave it. Only the field of the question's type counts: value for a rating, text, choices for the rest. */
export interface AnswerInput {
  question_id: number
  staff_id?: number | null
  value?: number | null
  text?: string | null
  choices?: string[] | null
}

/** A page as it was filled in: answers by question, and what it asks about the customer. */
export interface FilledIn {
  /** Which version of the survey it asks; null where it does not say. */
  version: number | null
  answers: AnswerInput[]
  /** What the customer wrote of themselves, by key. */
  fields: { key: string, value: string }[]
  /** The language of what was consented to; null: nothing was. */
  consented_in: string | null
}

/**
 * A whole page; or answers by question; or only the headline: the score on the survey's first rating question, the comment on the first text question that is asked then.
 * Nobody but a page can ask for the customer's fields and consent, so that only there they are missed.
 */
export type Answers = FilledIn | AnswerInput[] | { score: number, comment: string | null }

/** An answer that has been checked, with its question. */
export interface CheckedAnswer {
  question: Question
  staff_id: number | null
  value: number | null
  text: string | null
  choices: string[] | null
}

/** What a response is known by in lists: its first rating and its first text. */
export interface Headline { score_value: number | null, score_min: number | null, score_max: number | null, score_metric: Question['metric'] | null, sentiment: Sentiment | null, comment: string | null }

/** The most characters of a text answer. */
export const MAX_TEXT = 10_000

/** What is to be stored of a response besides who gets the credit. */
export interface CheckedResponse { checked: CheckedAnswer[], fields: CheckedField[], faults: Fault[] }

/** Checks all that a response brings along; faults are named as checkAnswers and checkFields name them. */
export function checkResponse(survey: SurveyWithQuestions, staff_ids: readonly number[], answers: Answers): CheckedResponse {
  const { checked, faults } = checkAnswers(survey.questions, staff_ids, answers)
  if (!isFilledIn(answers)) return { checked, fields: [], faults }
  const about = checkFields(survey, answers)
  return { checked, fields: about.fields, faults: [...faults, ...about.faults] }
}

/** Whether it is a whole page. */
export function isFilledIn(answers: Answers): answers is FilledIn {
  return 'answers' in answers
}

/**
 * Checks answers against their questions; a question about each staff member is asked once about each of them. Answers what is to be stored and all faults,
 * which are named `answers.<question id>` or `answers.<question id>.<staff id>`, or score and comment where only the headline was given. What was left blank is left out, and so is what answers
 * a question that was not asked because of an earlier answer.
 */
export function checkAnswers(questions: readonly Question[], staff_ids: readonly number[], given: Answers): { checked: CheckedAnswer[], faults: Fault[] } {
  if ('score' in given) return checkHeadline(questions, staff_ids, given)
  const answers = isFilledIn(given) ? given.answers : given
  const asked = questions.flatMap((question) => (question.per_staff ? staff_ids : [null]).map((staff_id) => ({ question, staff_id })))
  const faults: Fault[] = answers.filter((answer) => !asked.some((one) => isAbout(one, answer)))
    .map((answer) => ({ field: answerField(answer.question_id, answer.staff_id ?? null), code: 'invalid_value', info: { message: 'is not a question of this survey' } }))
  const checked: CheckedAnswer[] = []
  for (const one of asked) {
    if (!isShown(one.question, checked)) continue
    const outcome = checkAnswer(one.question, one.staff_id, answers.findLast((answer) => isAbout(one, answer)))
    if (outcome && 'code' in outcome) faults.push(outcome)
    else if (outcome) checked.push(outcome)
  }
  return { checked, faults }
}

/** The headline of checked answers. */
export function headlineOf(questions: readonly Question[], answers: readonly CheckedAnswer[]): Headline {
  const rating = answers.find((answer) => answer.question.type === 'rating')
  const comment = commentQuestion(questions.filter((question) => isShown(question, answers)))
  const text = answers.find((answer) => answer.question.id === comment?.id)?.text ?? null
  if (!rating || rating.value === null) return { score_value: null, score_min: null, score_max: null, score_metric: null, sentiment: null, comment: text }
  const scale = scaleOf(rating.question)
  return { score_value: rating.value, score_min: scale.min, score_max: scale.max, score_metric: rating.question.metric, sentiment: sentimentOf(rating.value, scale), comment: text }
}

/** Where a survey asks for a rating of each staff member: their own, the first by the order of its questions, in the order of the staff. Null for a survey that does not: all get the credit of the headline. */
export function creditsOf(questions: readonly Question[], staff_ids: readonly number[], answers: readonly CheckedAnswer[]): Credit[] | null {
  const asked = questions.filter(({ type, metric, per_staff }) => per_staff && type === 'rating' && metric === 'csat')
  if (asked.length === 0) return null
  return staff_ids.map((staff_id) => {
    const own = asked.flatMap(({ id }) => answers.find((answer) => answer.question.id === id && answer.staff_id === staff_id) ?? [])[0]
    return own && own.value !== null ? [own.value, scaleOf(own.question).min, scaleOf(own.question).max] : null
  })
}

/** The text question that a comment beside this score answers: the first one that is asked then. */
export function commentQuestionFor(questions: readonly Question[], score: number | null): Question | null {
  const rating = headlineQuestion(questions)
  return commentQuestion(questions.filter((question) => isShown(question, rating ? [{ question: rating, value: score, choices: null }] : [])))
}

/** How a fault of an answer is named. */
export function answerField(question_id: number, staff_id: number | null): string {
  return staff_id === null ? `answers.${question_id}` : `answers.${question_id}.${staff_id}`
}

/** Whether a question is asked after these answers. */
export function isShown({ shown_if }: Question, answers: readonly Pick<CheckedAnswer, 'question' | 'value' | 'choices'>[]): boolean {
  if (shown_if === null) return true
  const earlier = answers.find(({ question }) => question.id === shown_if.question_id)
  return earlier !== undefined && [earlier.value, ...earlier.choices ?? []].some((one) => one !== null && shown_if.values.includes(one))
}

function isAbout(asked: { question: Question, staff_id: number | null }, answer: AnswerInput): boolean {
  return asked.question.id === answer.question_id && asked.staff_id === (answer.staff_id ?? null)
}

function checkHeadline(questions: readonly Question[], staff_ids: readonly number[], { score, comment }: { score: number, comment: string | null }) {
  const rating = headlineQuestion(questions)
  const text = commentQuestionFor(questions, score)
  const staff_id = rating?.per_staff ? (staff_ids[0] ?? null) : null
  const inputs: AnswerInput[] = [...rating ? [{ question_id: rating.id, staff_id, value: score }] : [], ...text ? [{ question_id: text.id, text: comment }] : []]
  const { checked, faults } = checkAnswers(questions, staff_ids, inputs)
  return { checked, faults: faults.map((fault) => ({ ...fault, field: fault.field.startsWith(`answers.${rating?.id}`) ? 'score' : fault.field === `answers.${text?.id}` ? 'comment' : fault.field })) }
}

function checkAnswer(question: Question, staff_id: number | null, answer: AnswerInput | undefined): CheckedAnswer | Fault | null {
  const field = answerField(question.id, staff_id)
  const blank = { question, staff_id, value: null, text: null, choices: null }
  const content = answer ? contentOf(question, answer) : null
  if (content === null) return question.required ? { field, code: 'required', info: { message: 'needs an answer' } } : null
  return 'code' in content ? { field, code: content.code, info: content.info } : { ...blank, ...content }
}

type Content = Pick<CheckedAnswer, 'value'> | Pick<CheckedAnswer, 'text'> | Pick<CheckedAnswer, 'choices'> | Pick<Fault, 'code' | 'info'> | null

function contentOf(question: Question, answer: AnswerInput): Content {
  switch (question.type) {
    case 'rating': return ratingContent(question, answer.value ?? null)
    case 'text': return textContent(answer.text ?? '', question.max_length ?? MAX_TEXT)
    case 'checkbox': return choicesContent(question.options ?? [], answer.choices ?? [], question.max_choices ?? question.options?.length ?? 0)
    case 'dropdown':
    case 'radio': return choicesContent(question.options ?? [], answer.choices ?? [], 1)
    default: return question.type satisfies never
  }
}

function ratingContent(question: Question, value: number | null): Content {
  if (value === null) return null
  const { min, max } = scaleOf(question)
  if (Number.isInteger(value) && value >= min && value <= max) return { value }
  return { code: 'invalid_value', info: { allowed_values: Array.from({ length: max - min + 1 }, (_, index) => min + index) } }
}

function textContent(given: string, maximum: number): Content {
  // PostgreSQL stores neither NUL nor half a character, and nobody means one.
  const text = given.toWellFormed().replaceAll('\u0000', '').replaceAll('\r\n', '\n').trim()
  if (text === '') return null
  return text.length > maximum ? { code: 'wrong_length', info: { maximum } } : { text }
}

function choicesContent(options: readonly string[], given: readonly string[], maximum: number): Content {
  const choices = [...new Set(given.filter((choice) => choice !== ''))]
  if (choices.length === 0) return null
  if (choices.some((choice) => !options.includes(choice))) return { code: 'invalid_value', info: { allowed_values: options } }
  if (choices.length > maximum) return { code: 'invalid_value', info: { maximum, message: `must be at most ${maximum} of the options` } }
  return { choices: options.filter((option) => choices.includes(option)) }
}
