import type { TLocalizedValidationError } from 'typebox/error'
import { Value } from 'typebox/value'
import { Type, type TSchema } from '@fastify/type-provider-typebox'
import type { Fault } from '../core/errors.ts'

/** How a face says what is wrong with a field, which is named by its path: `contact.email`, `reminders[0]`. */
export interface FaultWords {
  missing(field: string): Fault
  /** For what it was given, the first error that was found. */
  wrong(field: string, error: TLocalizedValidationError, value: unknown): Fault
  /** For a name beside those that are known. A face without such words ignores it. */
  unknown?(field: string, names: readonly string[]): Fault
}

/** So many unknown names are told of; who sends more has sent something else altogether. */
const MOST_UNKNOWN = 100

/** What is wrong with a value that its schema refuses, one fault for each field: field by field, since the library itself stops after a few errors. What is no object at all is named `body`. */
export function findFieldFaults(schema: TSchema, value: unknown, words: FaultWords, path = ''): Fault[] {
  if (Type.IsObject(schema) && isRecord(value)) {
    const known = Object.entries(schema.properties).flatMap(([name, property]) => {
      if (Object.hasOwn(value, name)) return findFieldFaults(property, value[name], words, below(path, name))
      return Type.IsOptional(property) ? [] : [words.missing(below(path, name))]
    })
    const names = Object.keys(schema.properties)
    const unknown = Object.keys(value).filter((name) => !names.includes(name)).slice(0, MOST_UNKNOWN)
    return [...known, ...unknown.flatMap((name) => words.unknown?.(below(path, name), names) ?? [])]
  }
  // Of a list only what is wrong with all of it; its items come below.
  const whole = Type.IsArray(schema) ? { ...schema, items: {} } : schema
  const [error] = Value.Errors(whole, value).filter(({ instancePath }) => instancePath === '')
  if (error) return [words.wrong(path || 'body', error, value)]
  return Type.IsArray(schema) && Array.isArray(value) ? value.flatMap((item, index) => findFieldFaults(schema.items, item, words, `${path}[${index}]`)) : []
}

/** Whether it is an object with names, not null and not a list. */
export function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
