import { domainToASCII, domainToUnicode } from 'node:url'
import { Invalid, type Fault } from './errors.ts'

/** Throws Invalid with all the faults that were found, if any. */
export function checked(faults: (Fault | null | undefined)[]): void {
  const found = faults.filter((fault) => fault != null)
  if (found.length > 0) throw new Invalid(found)
}

/** The check of what may be left out. */
export function given<T, R>(value: T | null | undefined, check: (value: T) => R): R | null {
  return value === undefined || value === null ? null : check(value)
}

/** A text with something in it, of at most so many characters. */
export function checkText(field: string, value: string, maximum: number): Fault | null {
  if (value.trim() === '') return { field, code: 'required', info: {} }
  if ([...value].length > maximum) return { field, code: 'wrong_length', info: { maximum } }
  if (/\p{Cc}/u.test(value)) return { field, code: 'invalid_format', info: { valid_format: '^[^\\x00-\\x1F\\x7F-\\x9F]*$', message: 'must be one line of text' } }
  return null
}

/** No database takes a NUL, and half of a surrogate pair is no character. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** What a text that is not storable is answered with. */
export const UNSTORABLE = 'has a character that no text can have'

/** What is wrong with a time zone that nobody knows. */
export const NO_ZONE: Fault = { field: 'time_zone', code: 'invalid_value', info: { message: 'must be the name of a time zone, such as Europe/Berlin' } }

/** The name of a time zone. Offsets are no zones: they know of no clock that is changed. */
export function checkTimeZone(field: string, value: string): Fault | null {
  if (!/^[A-Za-z]/.test(value)) return { ...NO_ZONE, field }
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
    return null
  } catch {
    return { ...NO_ZONE, field }
  }
}

/** An address that a mail server would take: the whole of it within 254 characters, and nothing that could end a header. */
export function checkEmail(field: string, value: string): Fault | null {
  if (isEmail(value)) return null
  return { field, code: 'invalid_format', info: { valid_format: '^[^@\\s]{1,64}@[^@\\s]+$', message: 'is not an e-mail address' } }
}

/**
 * An address with its domain in the one form that it is kept and compared in: a domain with other letters than ASCII has several (`bücher.example`, `xn--bcher-kva.example`, letters of full width), and mail to all of
 * them goes to the same. Its letters are lower case then; a plain domain stays as it is, and so does what is no address. Whoever stores an address of a customer, or looks for one, brings it to this form.
 */
export function canonicalEmail(email: string): string {
  const at = email.lastIndexOf('@') + 1
  return email.slice(0, at) + canonicalDomain(email.slice(at))
}

/** The same of a domain alone. One with signs that are no letters is kept in ASCII. */
export function canonicalDomain(domain: string): string {
  const ascii = asciiOf(domain)
  if (ascii === domain && !ascii.includes('xn--')) return domain
  const letters = domainToUnicode(ascii)
  return DOMAIN.test(letters) ? letters : ascii || domain
}

/** What is looked up: nothing for what can't be. */
function asciiOf(domain: string): string {
  return /\P{ASCII}|xn--/iu.test(domain) ? domainToASCII(domain) : domain
}

const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}\\p{M}-]*[\\p{L}\\p{N}\\p{M}])?'
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'u')

/** One @, a local part of at most 64 characters, a domain of dotted labels of at most 63 (or `localhost`, for tries) that a mail server could look up. */
export function isEmail(value: string): boolean {
  if (value.length > 254 || !/^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[^@]+$/u.test(value)) return false
  const domain = value.slice(value.lastIndexOf('@') + 1)
  return DOMAIN.test(domain) && asciiOf(domain).split('.').every((label) => label.length > 0 && label.length <= 63)
}

/** An address that begins with https, and holds no one's password. */
export function checkHttps(field: string, value: string): Fault | null {
  const url = value.length <= 2000 && URL.canParse(value) ? new URL(value) : null
  if (url && url.protocol === 'https:' && isPlainHost(url.hostname) && url.username === '' && url.password === '' && !/[\s\p{Cc}]/u.test(value)) return null
  return { field, code: 'invalid_format', info: { message: 'must be an address that begins with https://' } }
}

/** A host without anything that means more in a policy of a page: of an address, a `;` or a `*` could be part. */
export function isPlainHost(hostname: string): boolean {
  return /^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(hostname)
}

/** Whether a statement failed because something of this name, a unique key, is there already. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505' && 'constraint' in error && error.constraint === constraint
}
