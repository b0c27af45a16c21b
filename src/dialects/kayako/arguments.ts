import { readDateTime } from '../../core/days.ts'
import { refuse, type Problem } from './errors.ts'
import { snakeCase } from './names.ts'

/** What came in by name, in a query or a body; the names are snake case however they were spelt. */
export type Arguments = ReadonlyMap<string, unknown>

/** Reads a query or a body. The same name spelt in two ways with two values is PARAMETERS_INCONSISTENT. */
export function readArguments(given: unknown): Arguments {
  const read = new Map<string, unknown>()
  for (const [name, value] of typeof given === 'object' && given !== null ? Object.entries(given) : []) {
    const known = snakeCase(name)
    if (read.has(known) && read.get(known) !== value) throw refuse('PARAMETERS_INCONSISTENT', { parameters: [known] })
    read.set(known, value)
  }
  return read
}

/** The one value of a name that may be given in several places; null where it is nowhere. Two values are PARAMETERS_INCONSISTENT. */
export function consistent(name: string, places: unknown[]): string | null {
  const values = new Set(places.filter((value) => value !== undefined && value !== null))
  const [value = null] = values
  if (values.size > 1 || (value !== null && typeof value !== 'string')) throw refuse('PARAMETERS_INCONSISTENT', { parameters: [name] })
  return value
}

/** A whole number of at least `minimum`; undefined where it is not given. */
export function integerArgument(query: Arguments, name: string, minimum: number): number | undefined {
  const value = query.get(name)
  if (value === undefined) return undefined
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : NaN
  if (!Number.isSafeInteger(number) || number < minimum) throw refuse('PARAMETER_INVALID', { parameter: name })
  return number
}

/** True or false in any letter case, 1 or 0. */
export function booleanArgument(query: Arguments, name: string): boolean | undefined {
  const value = query.get(name)
  if (value === undefined) return undefined
  const text = String(value).toLowerCase()
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw refuse('PARAMETER_INVALID', { parameter: name })
}

/** Several values: divided by commas, named several times, or both; with `[]` behind the name or not. Blanks and empty ones are nothing. */
export function listArgument(query: Arguments, name: string): string[] {
  const given = [query.get(name), query.get(`${name}[]`)].flat()
  return given.flatMap((value) => (typeof value === 'string' ? value.split(',') : [])).map((value) => value.trim()).filter((value) => value !== '')
}

/** An instant: ISO 8601, a day of the account's calendar, or seconds since 1970. In an address a + is a space, so one before an offset counts as that. */
export function instantArgument(query: Arguments, name: string, zone: string): Date | undefined {
  const value = query.get(name)
  if (value === undefined) return undefined
  const text = String(value).trim().replace(/ (?=\d\d:?\d\d$)/, (blank, at: number) => (at > 10 ? '+' : blank))
  const instant = /^\d{1,11}$/.test(text) ? new Date(Number(text) * 1000) : readDateTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text, zone)
  if (!instant || instant > LATEST) throw refuse('PARAMETER_INVALID', { parameter: name, message: 'Must be an ISO 8601 time or seconds since 1970.' })
  return instant
}

const LATEST = new Date('9999-12-31T00:00:00Z')

/** One of some options, in any letter case. */
export function optionArgument<T extends string>(query: Arguments, name: string, options: readonly T[]): T | undefined {
  const value = query.get(name)
  if (value === undefined) return undefined
  const option = findOption(value, options)
  if (!option) throw refuse('PARAMETER_INVALID', { parameter: name, message: `Must be one of ${options.join(', ')}.` })
  return option
}

/** An option in a body; undefined where it is left out. What is wrong with it goes to `problems`. */
export function optionField<T extends string>(fields: Arguments, name: string, options: readonly T[], problems: Problem[]): T | undefined {
  const value = fields.get(name)
  if (value === undefined) return undefined
  const option = findOption(value, options)
  if (!option) problems.push(value === null || value === '' ? { code: 'FIELD_EMPTY', parameter: name } : { code: 'FIELD_INVALID', parameter: name, message: `Must be one of ${options.join(', ')}.` })
  return option
}

/** A text in a body; undefined where it is left out, null to have none. What is wrong with it goes to `problems`. */
export function textField(fields: Arguments, name: string, problems: Problem[]): string | null | undefined {
  const value = fields.get(name)
  if (value === undefined || value === null || typeof value === 'string') return value
  problems.push({ code: 'FIELD_INVALID', parameter: name, message: 'Must be a text.' })
  return undefined
}

/** What is wrong with texts that have to be there: they are left out, or say nothing. */
export function requireTexts(fields: Arguments, names: readonly string[]): Problem[] {
  return names.flatMap((name): Problem[] => {
    const value = fields.get(name)
    if (value === undefined) return [{ code: 'FIELD_REQUIRED', parameter: name }]
    return value === null || (typeof value === 'string' && value.trim() === '') ? [{ code: 'FIELD_EMPTY', parameter: name }] : []
  })
}

/** An id in a body; undefined where it is left out, null to have none. What is wrong with it goes to `problems`. */
export function idField(fields: Arguments, name: string, problems: Problem[]): number | null | undefined {
  const value = fields.get(name)
  if (value === undefined || value === null || value === '') return value === undefined ? undefined : null
  const id = (typeof value === 'string' && /^\d{1,16}$/.test(value)) || typeof value === 'number' ? Number(value) : NaN
  if (Number.isSafeInteger(id) && id > 0) return id
  problems.push({ code: 'FIELD_INVALID', parameter: name, message: 'Must be an id.' })
  return undefined
}

function findOption<T extends string>(value: unknown, options: readonly T[]): T | undefined {
  return typeof value === 'string' ? options.find((option) => option.toLowerCase() === value.trim().toLowerCase()) : undefined
}
