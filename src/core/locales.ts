import type { Fault } from './errors.ts'

/** The languages that surveys and templates can be in. */
export const LOCALES = ['en', 'en-US', 'fr', 'de', 'it', 'es', 'es-MX', 'nl', 'sv', 'da', 'ja', 'ar', 'zh-CN', 'no', 'he', 'id', 'th', 'fi'] as const

/** One of these, written as it is here. */
export function checkLocale(field: string, value: string): Fault | null {
  return LOCALES.some((locale) => locale === value) ? null : { field, code: 'invalid_value', info: { allowed_values: LOCALES } }
}
