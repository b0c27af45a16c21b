import { scaleOf, type Question } from '../core/surveys.ts'
import { html, raw, type Html } from '../http/html.ts'
import { fill } from '../texts/sentences.ts'
import type { Texts } from '../texts/shape.ts'
import { controlId, isGiven, isRequired, langOf, note, renderGroup, type Field } from './question-group.ts'

/** A rating as native radios: numbers with the meaning of both ends below, stars that fill up, or faces with a word each. A scale of two points shows its words instead of numbers. */
export function renderRating(field: Field, texts: Texts, locale: string): Html {
  const scores = scoresOf(field.question)
  const { appearance } = field.question
  const in_words = isInWords(field.question)
  const notes = field.from_mail === null ? [] : [note(field, 'mail', fill(texts.from_mail, { score: scoreName(field.question, field.from_mail, texts) }))]
  const cells = scores.map((score, index) => html`
<label class="cell"><input type="radio" name="${field.name}" value="${score}" id="${controlId(field, index)}"${isGiven(field, score)}${isRequired(field)}>${renderScore(field, score, texts, locale)}</label>`)
  return renderGroup(field, texts, locale, { role: 'radiogroup', notes, after: in_words ? [] : ['ends'] }, html`<div class="cells ${appearance} ${columnClasses(scores.length)}">${cells}
</div>
${!in_words && renderEnds(field, texts, locale)}`)
}

/** What a sentence calls a score: by its word where the cells have words, else by its number. */
export function scoreName(question: Question, score: number, texts: Texts): string {
  return (isInWords(question) ? wordOf(question, score, texts) : null) ?? String(score)
}

/** What stands in a score's cell; together it is the radio's name. */
function renderScore({ question }: Field, score: number, texts: Texts, locale: string): Html {
  const word = wordOf(question, score, texts)
  const lang = question.scale_labels !== null && word !== null && langOf(question, locale)
  switch (question.appearance) {
    case 'stars': return html`<span>${STAR}<span aria-hidden="true">${score}</span><span class="vh"${lang}>${nameOf(question, score, word, texts)}</span></span>`
    case 'faces': return html`<span>${faceOf(question, score)}${word === null ? html`<span class="vh">${nameOf(question, score, word, texts)}</span><span aria-hidden="true">${score}</span>` : html`<span${lang}>${word}</span>`}</span>`
    case 'numbers': return html`<span${isWord(question) && langOf(question, locale)}>${isWord(question) ? word : score}</span>`
    default: return question.appearance satisfies never
  }
}

/** What the ends of the scale mean, in words; it describes the group to a screen reader too. */
function renderEnds({ name, question }: Field, texts: Texts, locale: string): Html {
  const { min, max } = scaleOf(question)
  const [low, high] = [fill(texts.scale_end, { score: min, label: wordOf(question, min, texts) ?? texts.lowest }), fill(texts.scale_end, { score: max, label: wordOf(question, max, texts) ?? texts.highest })]
  return html`<p class="ends" id="${name}-ends"${question.scale_labels !== null && langOf(question, locale)}><span>${low}</span> <span>${high}</span></p>`
}

function isInWords(question: Question): boolean {
  return question.appearance === 'faces' || isWord(question)
}

function isWord({ appearance, scale_labels, ...question }: Question): boolean {
  return appearance === 'numbers' && scale_labels !== null && scoresOf({ appearance, scale_labels, ...question }).length === 2
}

/** The survey's own words are those of the ends only. Without any, stars and faces of three or five have words from bad to good. */
function wordOf(question: Question, score: number, { form }: Texts): string | null {
  const { min, max } = scaleOf(question)
  const { scale_labels: labels, appearance } = question
  if (labels) return score === min ? labels.min : score === max ? labels.max : null
  if (appearance === 'numbers') return null
  const bad_to_good = { 2: [1, 3], 3: [1, 2, 3], 5: [0, 1, 2, 3, 4] }[max - min + 1]
  return form.words[bad_to_good?.[score - min] ?? -1] ?? null
}

function nameOf(question: Question, score: number, word: string | null, { form }: Texts): string {
  const { max } = scaleOf(question)
  return word === null ? fill(form.score_of, { score, max }) : fill(form.score_in_words, { score, max, word })
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

const STAR: Html = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="m12 2.6 2.9 6.1 6.6.9-4.8 4.6 1.2 6.7-5.9-3.2-5.9 3.2 1.2-6.7L2.5 9.6l6.6-.9z"/></svg>`

/** The mouths of five faces, worst first. */
const MOUTHS = ['M8 17.5q4-5 8 0', 'M8.5 16.5q3.5-2.5 7 0', 'M8.5 15.5h7', 'M8.5 14.5q3.5 2.5 7 0', 'M7.5 13.5q4.5 6 9 0'] as const

function faceOf(question: Question, score: number): Html {
  const { min, max } = scaleOf(question)
  const mouth = MOUTHS[Math.round((score - min) / (max - min) * (MOUTHS.length - 1))] ?? MOUTHS[2]
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="M9 9v1m6-1v1${raw(mouth)}"/></svg>`
}
