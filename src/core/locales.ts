import { findLocale, LOCALES } from '../texts/locales.ts'
import type { Fault } from './errors.ts'

/** One of the known ones, written as it is there. */
export function checkLocale(field: string, value: string): Fault | null {
  return findLocale(value) ? null : { field, code: 'invalid_value', info: { allowed_values: LOCALES } }
}
