import { checkHttps, checkText, given, isPlainHost } from './checks.ts'
import type { Fault } from './errors.ts'
import { checkLocale } from './locales.ts'
import type { QuestionDraft, QuestionType, SurveyChange, SurveyDraft } from './surveys.ts'
import { themeFaults } from './themes.ts'

/** The most characters of what a survey says, and the most of what it has. */
export const SURVEY_LIMITS = { name: 200, text: 1000, label: 200, option: 300, segment_value: 100, consent: 1000, questions: 50, options: 100, points: 11, origins: 20, widget_label: 40, max_length: 10_000, edit_hours: 720, link_days: 3650 } as const

/** What is wrong with a survey that is to be made; names are those of its JSON: `questions[0].shown_if.values[1]`. */
export function draftFaults(draft: SurveyDraft): Fault[] {
  return [given(draft.locale, (locale) => checkLocale('locale', locale)), ...designFaults(draft)].filter((fault) => fault !== null)
}

/** What is wrong with what is to be changed. */
export function designFaults(change: SurveyChange): Fault[] {
  const { name, questions, fields, consent, theme, review_link, edit_hours, link_days, widget } = change
  return [
    given(name, (text) => checkText('name', text, SURVEY_LIMITS.name)),
    ...given(questions, questionsFaults) ?? [],
    ...given(fields, fieldsFaults) ?? [],
    given(consent, ({ text }) => checkText('consent.text', text, SURVEY_LIMITS.consent)),
    ...given(theme, themeFaults) ?? [],
    ...given(review_link, ({ url, label }) => [checkHttps('review_link.url', url), checkText('review_link.label', label, SURVEY_LIMITS.label)]) ?? [],
    given(edit_hours, (hours) => checkRange('edit_hours', hours, 0, SURVEY_LIMITS.edit_hours)),
    given(link_days, (days) => checkRange('link_days', days, 1, SURVEY_LIMITS.link_days)),
    ...given(widget, widgetFaults) ?? [],
  ].filter((fault) => fault !== null)
}

function questionsFaults(questions: QuestionDraft[]): (Fault | null)[] {
  if (questions.length === 0) return [{ field: 'questions', code: 'required', info: { message: 'must be at least one' } }]
  if (questions.length > SURVEY_LIMITS.questions) return [{ field: 'questions', code: 'invalid_value', info: { maximum: SURVEY_LIMITS.questions, message: `must be at most ${SURVEY_LIMITS.questions}` } }]
  return questions.flatMap((question, index) => questionFaults(question, index, questions).map((fault) => fault && { ...fault, field: `questions[${index}].${fault.field}` }))
}

/** What only questions of some types have. */
const BELONGS: Partial<Record<keyof QuestionDraft, readonly QuestionType[]>> = {
  scale: ['rating'], scale_labels: ['rating'], metric: ['rating'], appearance: ['rating'], options: ['dropdown', 'radio', 'checkbox'], segment: ['dropdown', 'radio', 'checkbox'], max_choices: ['checkbox'], max_length: ['text'],
}

function questionFaults(question: QuestionDraft, index: number, all: QuestionDraft[]): (Fault | null)[] {
  const { type, text, scale_labels, max_choices, max_length, shown_if } = question
  return [
    checkText('text', text, SURVEY_LIMITS.text), ...foreignFaults(question),
    ...type === 'rating' ? scaleFaults(question) : [],
    ...given(scale_labels, ({ min, max }) => [checkText('scale_labels.min', min, SURVEY_LIMITS.label), checkText('scale_labels.max', max, SURVEY_LIMITS.label)]) ?? [],
    ...BELONGS.options?.includes(type) ? optionsFaults(question) : [],
    given(max_choices, (most) => checkRange('max_choices', most, 1, question.options?.length ?? SURVEY_LIMITS.options)),
    given(max_length, (most) => checkRange('max_length', most, 1, SURVEY_LIMITS.max_length)),
    ...given(shown_if, (condition) => conditionFaults(condition, index, all)) ?? [],
    segmentFault(question, all),
  ]
}

function foreignFaults(question: QuestionDraft): Fault[] {
  const given = new Set<string>(Object.entries(question).flatMap(([key, value]) => (value === undefined ? [] : [key])))
  return Object.entries(BELONGS).filter(([key, types]) => given.has(key) && !types.includes(question.type))
    .map(([field, types]) => ({ field, code: 'forbidden_value', info: { message: `is for questions of type ${types.join(', ')} only` } }))
}

function scaleFaults({ scale, appearance = 'numbers' }: QuestionDraft): (Fault | null)[] {
  if (!scale) return [{ field: 'scale', code: 'required', info: {} }]
  const { min, max } = scale
  const points = max - min + 1
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0 || points < 2 || points > SURVEY_LIMITS.points) return [wrong('scale', `must be two whole numbers from 0 on, with 2 to ${SURVEY_LIMITS.points} points`)]
  if (appearance === 'stars' && (min !== 1 || points < 3 || points > 10)) return [wrong('appearance', 'can be stars only on a scale from 1 to 3 up to 1 to 10')]
  if (appearance === 'faces' && ![2, 3, 5].includes(points)) return [wrong('appearance', 'can be faces only on a scale of 2, 3 or 5 points')]
  return []
}

function optionsFaults({ options = [], segment }: QuestionDraft): (Fault | null)[] {
  if (options.length === 0) return [{ field: 'options', code: 'required', info: {} }]
  if (options.length > SURVEY_LIMITS.options) return [wrong('options', `must be at most ${SURVEY_LIMITS.options}`)]
  return options.map((option, index) => checkText(`options[${index}]`, option, segment === undefined ? SURVEY_LIMITS.option : SURVEY_LIMITS.segment_value) ?? (options.indexOf(option) < index ? wrong(`options[${index}]`, 'is there twice') : null))
}

/** Everybody is asked the first rating: its score is what a response is known by, and what mails have buttons for. */
function conditionFaults({ question: place, values }: NonNullable<QuestionDraft['shown_if']>, index: number, all: QuestionDraft[]): (Fault | null)[] {
  const field = 'shown_if.question'
  if (all.findIndex(({ type }) => type === 'rating') === index) return [{ field: 'shown_if', code: 'forbidden_value', info: { message: 'cannot be of the first rating, which everybody is asked' } }]
  const earlier = Number.isInteger(place) && place >= 1 && place <= index ? all[place - 1] : undefined
  if (!earlier) return [wrong(field, 'must be the place of an earlier question, counted from 1')]
  if (earlier.type === 'text') return [wrong(field, 'must be of a rating or a question with options')]
  if (earlier.per_staff) return [wrong(field, 'must not be asked about each staff member')]
  if (values.length === 0) return [{ field: 'shown_if.values', code: 'required', info: {} }]
  return values.map((value, number) => (isAnswerTo(earlier, value) ? null : wrong(`shown_if.values[${number}]`, `is no answer to question ${place}`)))
}

/** A response has one site and one staff: who is asked about each of them is not asked who they were. */
function segmentFault({ segment, per_staff }: QuestionDraft, all: QuestionDraft[]): Fault | null {
  if (segment !== undefined && per_staff) return { field: 'segment', code: 'forbidden_value', info: { message: 'cannot be of a question about each staff member' } }
  return segment === 'staff_code' && all.some((one) => one.per_staff) ? { field: 'segment', code: 'forbidden_value', info: { message: 'cannot be staff_code beside questions about each staff member' } } : null
}

function isAnswerTo({ type, scale, options = [] }: QuestionDraft, value: number | string): boolean {
  if (typeof value === 'string') return type !== 'rating' && options.includes(value)
  return type === 'rating' && scale !== undefined && Number.isInteger(value) && value >= scale.min && value <= scale.max
}

function fieldsFaults(fields: NonNullable<SurveyChange['fields']>): (Fault | null)[] {
  return fields.map(({ key }, index) => (fields.findIndex((one) => one.key === key) < index ? wrong(`fields[${index}].key`, 'is there twice') : null))
}

function widgetFaults({ label, origins = [] }: NonNullable<SurveyChange['widget']>): (Fault | null)[] {
  return [
    given(label, (text) => checkText('widget.label', text, SURVEY_LIMITS.widget_label)),
    origins.length > SURVEY_LIMITS.origins ? wrong('widget.origins', `must be at most ${SURVEY_LIMITS.origins}`) : null,
    ...origins.map((origin, index) => (isOrigin(origin) ? null : wrong(`widget.origins[${index}]`, 'must be the origin of a site, such as https://www.example.com, or http://localhost for tries'))),
  ]
}

/** Where sites are tried. */
const OWN_MACHINE = ['localhost', '127.0.0.1', '[::1]']

/** Exactly as browsers name it: scheme, host and, where it is not the usual one, port. */
function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && url.origin === text && isPlainHost(url.hostname) && (url.protocol === 'https:' || (url.protocol === 'http:' && OWN_MACHINE.includes(url.hostname)))
}

function checkRange(field: string, value: number, minimum: number, maximum: number): Fault | null {
  return Number.isInteger(value) && value >= minimum && value <= maximum ? null : { field, code: 'invalid_value', info: { minimum, maximum, message: `must be a whole number from ${minimum} to ${maximum}` } }
}

function wrong(field: string, message: string): Fault {
  return { field, code: 'invalid_value', info: { message } }
}
