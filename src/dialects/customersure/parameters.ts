import { readDateTime } from '../../core/days.ts'
import { Invalid, type Fault } from '../../core/errors.ts'
import { Refusal } from './errors.ts'

/** How one parameter is read: what is blank is null, what can't be read is null and a fault. */
export interface Parameter<T> {
  read(value: unknown, field: string, found: Found): T | null
  /** In a query: it may come several times, with brackets or without. */
  many?: boolean
}
interface Found { faults: Fault[], unpermitted: string[] }
type Shape = Record<string, Parameter<unknown>>
/** What a shape reads to. */
export type Read<S extends Shape> = { [K in keyof S]: S[K] extends Parameter<infer T> ? T | null : never }

/** A text; a number is taken as its digits, where JSON keeps them all. Texts are made well-formed Unicode, and those with a NUL, which no database keeps, are refused. */
export const text: Parameter<string> = {
  read(value, field, found) {
    if (isBlank(value)) return null
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return fault(found, { field, code: 'invalid_format', info: { message: 'has more digits than a number of JSON keeps: send it as a text' } })
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (typeof value === 'string' && !value.includes('\0')) return value.toWellFormed()
    return fault(found, { field, code: 'invalid_format', info: { message: 'must be a text' } })
  },
}

/** A whole number, or its digits as a string. */
export function integer({ from, to }: { from?: number, to?: number } = {}): Parameter<number> {
  return {
    read(value, field, found) {
      if (isBlank(value)) return null
      const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value
      if (typeof number !== 'number' || !Number.isSafeInteger(number)) return fault(found, { field, code: 'invalid_format', info: { must_be: 'integer' } })
      if (from !== undefined && number < from) return fault(found, { field, code: 'invalid_value', info: { greater_than: from } })
      if (to !== undefined && number > to) return fault(found, { field, code: 'invalid_value', info: { less_than: to } })
      return number
    },
  }
}

export const flag: Parameter<boolean> = {
  read(value, field, found) {
    if (isBlank(value)) return null
    if ([true, 1, 'true', '1'].some((yes) => yes === value)) return true
    if ([false, 0, 'false', '0'].some((no) => no === value)) return false
    return fault(found, { field, code: 'invalid_value', info: { allowed_values: [true, false] } })
  },
}

/** A time in ISO 8601, of any offset; without one it is UTC. A day alone is its first moment. */
export const time: Parameter<Date> = {
  read(value, field, found) {
    if (isBlank(value)) return null
    const instant = typeof value === 'string' ? readTime(value.trim()) : null
    return instant ?? fault(found, { field, code: 'invalid_date', info: { valid_format: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:?\\d{2})?$' } })
  },
}

/** One of a closed list. */
export function oneOf<const V extends string>(allowed: readonly V[]): Parameter<V> {
  return {
    read(value, field, found) {
      if (isBlank(value)) return null
      return allowed.find((one) => one === value) ?? fault(found, { field, code: 'invalid_value', info: { allowed_values: allowed } })
    },
  }
}

/** Blank entries are not entries. */
export function many<T>(item: Parameter<T>): Parameter<T[]> {
  return listOf((value, field, found) => item.read(value, field, found) ?? [])
}

/** Objects of these parameters. What is no object counts as an empty one, so that the others keep their places and faults name them rightly. */
export function records<S extends Shape>(shape: S): Parameter<Read<S>[]> {
  return listOf<Read<S>>((value, field, found) => {
    if (!isObject(value) && value !== null) fault(found, { field, code: 'invalid_format', info: { message: 'must be an object' } })
    return readShape(shape, isObject(value) ? value : {}, `${field}.`, found)
  })
}

/** An object of these parameters and no others. */
export function record<S extends Shape>(shape: S): Parameter<Read<S>> {
  return {
    read(value, field, found) {
      if (value === null || value === undefined || value === '') return null
      if (!isObject(value)) return fault(found, { field, code: 'invalid_format', info: { message: 'must be an object' } })
      return readShape(shape, value, `${field}.`, found)
    },
  }
}

/** The parameters of a request without a body. Throws Refusal (403) for ones that are not permitted, and Invalid. */
export function readQuery<S extends Shape>(shape: S, query: unknown): Read<S> {
  const found: Found = { faults: [], unpermitted: [] }
  const read = readShape(shape, isObject(query) ? gathered(shape, query) : {}, '', found)
  refuseUnpermitted(found)
  if (found.faults.length > 0) throw new Invalid(found.faults)
  return read
}

/** The parameters of a request with a body, and what could not be read of them: for the core to tell with all the rest. Throws Refusal (400, 403). */
export function readBody<S extends Shape>(shape: S, body: unknown, query: unknown): { read: Read<S>, faults: Fault[] } {
  const found: Found = { faults: [], unpermitted: isObject(query) ? Object.keys(query) : [] }
  if (!isObject(body ?? {})) throw new Refusal(400, 'The request body must be a JSON object')
  const read = readShape(shape, isObject(body) ? body : {}, '', found)
  refuseUnpermitted(found)
  return { read, faults: found.faults }
}

/** The same of a change: only what was given. What was given as null or blank is null. */
export function readChanges<S extends Shape>(shape: S, body: unknown, query: unknown): { read: Partial<Read<S>>, faults: Fault[] } {
  const { read, faults } = readBody(shape, body, query)
  const given = Object.entries(read).filter(([key]) => isObject(body) && Object.hasOwn(body, key))
  return { read: Object.fromEntries(given) as Partial<Read<S>>, faults }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true })

/** Throws Refusal (400). No body at all is an empty one, whose required parameters are missing. Letters that are no UTF-8 are refused: nobody could tell later what they had been. */
export function parseJson(body: Buffer): unknown {
  try {
    const text = UTF_8.decode(body)
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw new Refusal(400, 'The request body is not valid JSON in UTF-8')
  }
}

/** More than any list has a use for, and few enough to tell what is wrong with each. */
const MOST_ITEMS = 1000

function listOf<T>(readItem: (value: unknown, field: string, found: Found) => T | T[]): Parameter<T[]> {
  return {
    many: true,
    read(value, field, found) {
      if (isBlank(value)) return null
      if (!Array.isArray(value)) return fault(found, { field, code: 'invalid_format', info: { message: 'must be an array' } })
      if (value.length > MOST_ITEMS) return fault(found, { field, code: 'wrong_length', info: { maximum: MOST_ITEMS, message: `must have at most ${MOST_ITEMS} items` } })
      return value.flatMap((one: unknown, index) => readItem(one, `${field}[${index}]`, found))
    },
  }
}

function readShape<S extends Shape>(shape: S, values: Record<string, unknown>, prefix: string, found: Found): Read<S> {
  found.unpermitted.push(...Object.keys(values).filter((key) => !Object.hasOwn(shape, key)).map((key) => prefix + key))
  return Object.fromEntries(Object.entries(shape).map(([key, parameter]) => [key, Object.hasOwn(values, key) ? parameter.read(values[key], prefix + key, found) : null])) as Read<S>
}

/** `ids[]=1&ids[]=2` and `ids=1` are arrays where the parameter is one; else the last of several counts. */
function gathered(shape: Shape, query: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(query)) {
    const base = name.replace(/\[\]$/, '')
    const given = Array.isArray(value) ? value : [value]
    if (Object.hasOwn(shape, base) && shape[base]?.many) values[base] = [...(Array.isArray(values[base]) ? values[base] : []), ...given]
    else values[name] = given.at(-1)
  }
  return values
}

function refuseUnpermitted({ unpermitted }: Found): void {
  if (unpermitted.length > 0) throw new Refusal(403, `Unpermitted parameters: ${unpermitted.join(', ')}`)
}

/** A plus sign that a client forgot to encode arrives as a space. */
function readTime(value: string): Date | null {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return readDateTime(`${value}T00:00`, 'UTC')
  return readDateTime(value.replace(/(:\d\d(?:[.,]\d+)?) (\d\d:?\d\d)$/, '$1+$2'), 'UTC')
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fault(found: Found, one: Fault): null {
  found.faults.push(one)
  return null
}
