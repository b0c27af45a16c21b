import type { AnswerInput, FilledIn } from '../core/responses/answers.ts'

/** What was sent for each control of the form, by its name. A name may come several times. */
export type Given = ReadonlyMap<string, readonly string[]>

/** A control's name: `q12`, or `q12.7` where question 12 is asked about staff member 7. It says all that storing an answer needs, so that a form is taken without reading its survey first. */
export function fieldName(question_id: number, staff_id: number | null): string {
  return staff_id === null ? `q${question_id}` : `q${question_id}.${staff_id}`
}

/** The controls of a decoded form; whatever else it holds is left out. */
export function givenFields(body: unknown): Given {
  const entries = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return new Map(entries.filter(([name]) => QUESTION.test(name) || CUSTOMER.has(name) || name === VERSION).map(([name, value]) => [name, texts(value)]))
}

/** What a form says. A field's name does not tell its question's type, so each answer carries its text in all three shapes, and the type picks one. */
export function filledIn(given: Given): FilledIn {
  const answers = [...given].flatMap(([name, values]): AnswerInput[] => {
    const [, question_id, staff_id] = QUESTION.exec(name) ?? []
    const text = values.at(-1) ?? ''
    return question_id ? [{ question_id: Number(question_id), staff_id: staff_id ? Number(staff_id) : null, value: scoreOf(text), text, choices: [...values] }] : []
  })
  const fields = [...given].flatMap(([key, values]) => (CUSTOMER.has(key) && key !== CONSENT ? [{ key, value: values.at(-1) ?? '' }] : []))
  const version = given.get(VERSION)?.at(-1) ?? ''
  return { version: /^[1-9]\d{0,8}$/.test(version) ? Number(version) : null, answers, fields, consented_in: given.get(CONSENT)?.at(-1) ?? null }
}

/** The same the other way round: what was stored, as it stands in the form. */
export function givenIn({ answers, fields, consented_in }: FilledIn): Given {
  return new Map([
    ...answers.map(({ question_id, staff_id, value, text, choices }): [string, string[]] => [fieldName(question_id, staff_id ?? null), choices ?? [String(value ?? text ?? '')]]),
    ...fields.filter(({ key }) => CUSTOMER.has(key) && key !== CONSENT).map(({ key, value }): [string, string[]] => [key, [value]]),
    ...consented_in === null ? [] : [[CONSENT, [consented_in]] satisfies [string, string[]]],
  ])
}

/** The name of what says which version of its survey a page asks. */
export const VERSION = 'version'

/** The name of the box to consent by; its value is the language that it was read in. */
export const CONSENT = 'consent'

/** A fault's field, `answers.12.7` or `fields.email`, as the control's name. */
export function fieldOfFault(field: string): string {
  return field.replace(/^answers\./, 'q').replace(/^fields\./, '')
}

/** Ids stay below 2^53. */
const QUESTION = /^q([1-9]\d{0,14})(?:\.([1-9]\d{0,14}))?$/

const CUSTOMER: ReadonlySet<string> = new Set(['name', 'email', 'telephone_number', 'company_name', 'postcode', CONSENT])

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
}

/** Null for nothing, NaN (which is on no scale) for what is no whole number. */
function scoreOf(text: string): number | null {
  if (text.trim() === '') return null
  return /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN
}
