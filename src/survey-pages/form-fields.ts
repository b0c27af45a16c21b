import type { AnswerInput } from '../core/responses/answers.ts'

/** What was sent for each control of the form, by its name. A name may come several times. */
export type Given = ReadonlyMap<string, readonly string[]>

/** A control's name: `q12`, or `q12.7` where question 12 is asked about staff member 7. It says all that storing an answer needs, so that a form is taken without reading its survey first. */
export function fieldName(question_id: number, staff_id: number | null): string {
  return staff_id === null ? `q${question_id}` : `q${question_id}.${staff_id}`
}

/** The controls of a decoded form; whatever else it holds is left out. */
export function givenFields(body: unknown): Given {
  const entries = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return new Map(entries.filter(([name]) => FIELD.test(name)).map(([name, value]) => [name, texts(value)]))
}

/** The answers in a form. A field's name does not tell its question's type, so each answer carries its text in all three shapes, and the type picks one. */
export function answersFrom(given: Given): AnswerInput[] {
  return [...given].flatMap(([name, values]) => {
    const [, question_id, staff_id] = FIELD.exec(name) ?? []
    const text = values.at(-1) ?? ''
    return question_id ? [{ question_id: Number(question_id), staff_id: staff_id ? Number(staff_id) : null, value: scoreOf(text), text, choices: [...values] }] : []
  })
}

/** A fault's field, `answers.12.7`, as the control's name. */
export function fieldOfFault(field: string): string {
  return field.replace(/^answers\./, 'q')
}

/** Ids stay below 2^53. */
const FIELD = /^q([1-9]\d{0,14})(?:\.([1-9]\d{0,14}))?$/

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
}

/** Null for nothing, NaN (which is on no scale) for what is no whole number. */
function scoreOf(text: string): number | null {
  if (text.trim() === '') return null
  return /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN
}
