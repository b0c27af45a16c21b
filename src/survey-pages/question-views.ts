import { MAX_TEXT } from '../core/responses/answers.ts'
import type { SpokenQuestion } from '../core/survey-texts.ts'
import { scaleOf, type Question } from '../core/surveys.ts'
import { html, type Html } from '../http/html.ts'
import { fill, fillNumber } from '../texts/sentences.ts'
import type { Texts } from '../texts/shape.ts'

/** One group of controls: a question, or a question about one staff member. */
export interface Field {
  name: string
  question: SpokenQuestion
  staff_name: string | null
  given: readonly string[]
  /** What is wrong with what was given, as a sentence. */
  fault: string | null
  from_mail: number | null
}

/** The question with its native controls, on a page of that language. The first control's id is the field's name: links in the summary of faults lead there. */
export function renderField(field: Field, texts: Texts, locale: string): Html {
  switch (field.question.type) {
    case 'rating': return renderRating(field, texts, locale)
    case 'text': return renderText(field, texts, locale)
    case 'dropdown': return renderDropdown(field, texts, locale)
    case 'radio': return renderOptions(field, texts, locale, 'radio')
    case 'checkbox': return renderOptions(field, texts, locale, 'checkbox')
    default: return field.question.type satisfies never
  }
}

/** The language of what the survey itself says, where the page speaks another. */
export function langOf({ lang }: SpokenQuestion, locale: string): Html | false {
  return lang !== undefined && lang !== locale && html` lang="${lang}"`
}

function renderRating(field: Field, texts: Texts, locale: string): Html {
  const scores = scoresOf(field.question)
  const labels = field.question.scale_labels
  const inWords = scores.length === 2 && labels !== null
  const notes = field.from_mail === null ? [] : [note(field, 'mail', fill(texts.from_mail, { score: scoreName(field, field.from_mail) }))]
  return renderGroup(field, texts, locale, { role: 'radiogroup', notes, after: inWords ? [] : ['ends'] }, html`<div class="cells ${columnClasses(scores.length)}">${scores.map((score, index) => html`
<label class="cell"><input type="radio" name="${field.name}" value="${score}" id="${controlId(field, index)}"${isGiven(field, score)}${isRequired(field)}><span${inWords && langOf(field.question, locale)}>${inWords ? scoreName(field, score) : score}</span></label>`)}
</div>
${!inWords && renderEnds(field, texts, locale)}`)
}

/** What the ends of the scale mean, in words; it describes the group to a screen reader too. */
function renderEnds(field: Field, texts: Texts, locale: string): Html {
  const { min, max } = scaleOf(field.question)
  const labels = field.question.scale_labels ?? { min: texts.lowest, max: texts.highest }
  const lang = field.question.scale_labels !== null && langOf(field.question, locale)
  const [low, high] = [fill(texts.scale_end, { score: min, label: labels.min }), fill(texts.scale_end, { score: max, label: labels.max })]
  return html`<p class="ends" id="${field.name}-ends"${lang}><span>${low}</span> <span>${high}</span></p>`
}

/** A score of a two-point scale goes by its word, any other by its number. */
export function scoreName(field: Field, score: number): string {
  const { min, max } = scaleOf(field.question)
  const labels = field.question.scale_labels
  return labels && max - min === 1 ? (score === min ? labels.min : labels.max) : String(score)
}

function renderText(field: Field, texts: Texts, locale: string): Html {
  const limit = fillNumber(locale, texts.text_limit, MAX_TEXT)
  return html`<div class="field${field.fault && ' faulty'}">
<label class="label" for="${field.name}">${renderQuestion(field, texts, locale)}</label>
${renderFault(field)}
<textarea id="${field.name}" name="${field.name}" rows="4" maxlength="${MAX_TEXT}" dir="auto" aria-describedby="${describedBy(field, ['limit'])}"${field.fault && html` aria-invalid="true"`}${isRequired(field)}>
${field.given.at(-1)}</textarea>
<p class="hint" id="${field.name}-limit">${limit}</p>
</div>`
}

function renderDropdown(field: Field, texts: Texts, locale: string): Html {
  const described = describedBy(field, [])
  return html`<div class="field${field.fault && ' faulty'}">
<label class="label" for="${field.name}">${renderQuestion(field, texts, locale)}</label>
${renderFault(field)}
<select id="${field.name}" name="${field.name}"${described && html` aria-describedby="${described}"`}${field.fault && html` aria-invalid="true"`}${isRequired(field)}>
<option value="">${texts.no_choice}</option>${optionsOf(field).map(({ value, text }) => html`
<option value="${value}"${langOf(field.question, locale)}${field.given.includes(value) && html` selected`}>${text}</option>`)}
</select>
</div>`
}

/** Checkboxes have no `required`: of a group, the browser would ask for every single one. */
function renderOptions(field: Field, texts: Texts, locale: string, type: 'radio' | 'checkbox'): Html {
  const notes = [note(field, 'how', type === 'radio' ? texts.choose_one : texts.choose_any)]
  return renderGroup(field, texts, locale, { role: type === 'radio' ? 'radiogroup' : 'group', notes, after: [] }, html`${optionsOf(field).map(({ value, text }, index) => html`
<label class="option"><input type="${type}" name="${field.name}" value="${value}" id="${controlId(field, index)}"${isGiven(field, value)}${type === 'radio' && isRequired(field)}><span dir="auto"${langOf(field.question, locale)}>${text}</span></label>`)}`)
}

/** What is sent of an option is the survey's own word for it, whatever the page shows. */
function optionsOf({ question }: Field): { value: string, text: string }[] {
  return (question.options ?? []).map((value, index) => ({ value, text: question.option_texts?.[index] ?? value }))
}

interface Note { id: string, markup: Html }
interface GroupParts { role: 'radiogroup' | 'group', notes: Note[], after: string[] }

function renderGroup(field: Field, texts: Texts, locale: string, { role, notes, after }: GroupParts, controls: Html): Html {
  const described = describedBy(field, [...notes.map(({ id }) => id), ...after])
  return html`<fieldset class="${field.fault && 'faulty'}" role="${role}"${described && html` aria-describedby="${described}"`}${field.fault && role === 'radiogroup' && html` aria-invalid="true"`}>
<legend>${renderQuestion(field, texts, locale)}</legend>
${notes.map(({ markup }) => markup)}
${renderFault(field)}
${controls}
</fieldset>
`
}

function renderQuestion({ question, staff_name }: Field, texts: Texts, locale: string): Html {
  return html`${staff_name && html`<span class="who"><bdi>${staff_name}</bdi></span> `}<span class="asked"><bdi${langOf(question, locale)}>${question.text}</bdi></span>${question.required && html` <span class="must">${texts.required}</span>`}`
}

function renderFault(field: Field): Html | null {
  return field.fault === null ? null : html`<p class="fault" id="${field.name}-fault">${field.fault}</p>`
}

function note(field: Field, id: string, text: string): Note {
  return { id, markup: html`<p class="hint" id="${field.name}-${id}">${text}</p>` }
}

function describedBy(field: Field, ids: string[]): string {
  return [...field.fault === null ? [] : ['fault'], ...ids].map((id) => `${field.name}-${id}`).join(' ')
}

function controlId(field: Field, index: number): string {
  return index === 0 ? field.name : `${field.name}-${index}`
}

function isGiven(field: Field, value: string | number): Html | false {
  return field.given.includes(String(value)) && html` checked`
}

function isRequired(field: Field): Html | false {
  return field.question.required && html` required`
}

function scoresOf(question: Question): number[] {
  const { min, max } = scaleOf(question)
  return Array.from({ length: max - min + 1 }, (_, index) => min + index)
}

/** At 320 px six cells of 44 px are what fits beside each other; from 42 rem on eleven are. More than one row is filled evenly, the rest below. */
function columnClasses(count: number): string {
  const narrow = count <= 6 ? count : Math.min(6, Math.ceil(count / 2))
  return count > 6 ? `n${narrow} w${Math.min(11, count)}` : `n${narrow}`
}
