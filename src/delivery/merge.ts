/** What may be merged, by the name of the field. Blank is the same as not there. */
export type Fields = Record<string, string>

export interface Piece {
  text: string
  /** The field that the text came from; null for what the template says itself. */
  field: string | null
}

/**
 * A template in pieces: what it says, and what was merged. A field is `{{name}}`, or `{{name/there}}` with what stands in for a blank; an unknown one without that is blank.
 * What is merged is never looked at again: a customer called `{{email}}` stays one.
 */
export function splitFields(template: string, fields: Fields): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of template.matchAll(/\{\{([^{}/]+)(?:\/([^{}]*))?\}\}/g)) {
    const [, field = '', fallback = ''] = match.map((part) => part?.trim())
    pieces.push({ text: template.slice(end, match.index), field: null }, { text: valueOf(fields, field) ?? fallback, field })
    end = match.index + match[0].length
  }
  return [...pieces, { text: template.slice(end), field: null }]
}

/** The same in one text. */
export function mergeText(template: string, fields: Fields): string {
  return splitFields(template, fields).map((piece) => piece.text).join('')
}

function valueOf(fields: Fields, field: string): string | null {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined
  return value === undefined || value.trim() === '' ? null : value
}
