import type { InLanguage, SpokenQuestion } from '../core/survey-texts.ts'
import { html, type Html } from '../http/html.ts'
import type { Texts } from '../texts/shape.ts'
import { conditionClass } from './conditions.ts'

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

/** The language of what the survey itself says, where the page speaks another. */
export function langOf({ lang }: InLanguage, locale: string): Html | false {
  return lang !== undefined && lang !== locale && html` lang="${lang}"`
}

export interface Note { id: string, markup: Html }
export interface GroupParts { role: 'radiogroup' | 'group', notes: Note[], after: string[] }

export function renderGroup(field: Field, texts: Texts, locale: string, { role, notes, after }: GroupParts, controls: Html): Html {
  const described = describedBy(field, [...notes.map(({ id }) => id), ...after])
  return html`<fieldset class="${groupClass('', field)}" role="${role}"${segmentOf(field)}${described && html` aria-describedby="${described}"`}${field.fault && role === 'radiogroup' && html` aria-invalid="true"`}>
<legend>${renderQuestion(field, texts, locale)}</legend>
${notes.map(({ markup }) => markup)}
${renderFault(field)}
${controls}
</fieldset>
`
}

/** By this a page around the survey's fills in what it knows. */
export function segmentOf({ question: { segment } }: Field): Html | false {
  return segment !== null && html` data-segment="${segment}"`
}

/** By its class the style finds what to hide until an earlier question is answered so. */
export function groupClass(kind: string, { question, fault }: Field): string {
  return [kind, question.shown_if ? conditionClass(question) : '', fault === null ? '' : 'faulty'].filter((name) => name !== '').join(' ')
}

export function renderQuestion({ question, staff_name }: Field, texts: Texts, locale: string): Html {
  return html`${staff_name && html`<span class="who"><bdi>${staff_name}</bdi></span> `}<span class="asked"><bdi${langOf(question, locale)}>${question.text}</bdi></span>${question.required && html` <span class="must">${texts.required}</span>`}`
}

export function renderFault(field: Field): Html | null {
  return field.fault === null ? null : html`<p class="fault" id="${field.name}-fault">${field.fault}</p>`
}

export function note(field: Field, id: string, text: string): Note {
  return { id, markup: html`<p class="hint" id="${field.name}-${id}">${text}</p>` }
}

export function describedBy(field: Field, ids: string[]): string {
  return [...field.fault === null ? [] : ['fault'], ...ids].map((id) => `${field.name}-${id}`).join(' ')
}

export function controlId(field: Field, index: number): string {
  return index === 0 ? field.name : `${field.name}-${index}`
}

export function isGiven(field: Field, value: string | number): Html | false {
  return field.given.includes(String(value)) && html` checked`
}

export function isRequired(field: Field): Html | false {
  return field.question.required && html` required`
}
