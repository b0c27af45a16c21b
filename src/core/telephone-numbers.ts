import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/**
 * A number in E.164 (`+447700900123`), however it was written: with + and its country's code, or as it is dialled within `country` (ISO 3166). Null: it is no such number, or has no
 * country's code where no country is known. Only lengths are looked at: ranges are opened faster than any list of them is brought up to date.
 */
export function toE164(text: string, country: string | null): string | null {
  const number = parsePhoneNumberFromString(text.trim(), { ...country !== null && isSupportedCountry(country) ? { defaultCountry: country } : {}, extract: false })
  return number?.isPossible() && number.ext === undefined ? number.number : null
}

/** Whether it is such a number already. */
export function isE164(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text)
}
