/** What may be merged, by the name of the field. Blank is the same as not there. */
export type Fields = Record<string, string>

export interface Piece {
  text: string
  /** The field that the text came from; null for what the template says itself. */
  field: string | null
}

/** A field of a template, as it stands there. */
export interface Placeholder {
  field: string
  /** What stands in for a blank; null: nothing. */
  fallback: string | null
  start: number
  end: number
}

/** All fields of a template, in their order: `{{name}}`, or `{{name/there}}` with a fallback, which may be anything but braces. A field's name has no slash. */
export function findFields(template: string): Placeholder[] {
  return [...template.matchAll(/\{\{([^{}/]+)(?:\/([^{}]*))?\}\}/g)].map((match) => {
    const [whole, field = '', fallback] = match
    return { field: field.trim(), fallback: fallback?.trim() ?? null, start: match.index, end: match.index + whole.length }
  })
}

/**
 * A template in pieces: what it says, and what was merged. An unknown field without a fallback is blank.
 * What is merged is never looked at again: a customer called `{{email}}` stays one.
 */
export function splitFields(template: string, fields: Fields): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const { field, fallback, start, end } of findFields(template)) {
    pieces.push({ text: template.slice(done, start), field: null }, { text: valueOf(fields, field) ?? fallback ?? '', field })
    done = end
  }
  return [...pieces, { text: template.slice(done), field: null }]
}

/** The same in one text. */
export function mergeText(template: string, fields: Fields): string {
  return splitFields(template, fields).map((piece) => piece.text).join('')
}

function valueOf(fields: Fields, field: string): string | null {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined
  return value === undefined || value.trim() === '' ? null : value
}
