import { Type, type Static } from '@fastify/type-provider-typebox'
import { addDays, isDateTime, isDay, readDateTime, startOfDay, type Day } from '../../core/days.ts'

/** What a bad date is answered with. */
export const DATE_FORMS = 'must be a day such as 2025-10-01, 2025/10/01, 01-Oct-2025 or 01-10-2025, or an ISO 8601 date-time'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** The arguments by which a period is given; either end may be left open. */
export const DateArguments = Type.Object({
  startDate: Type.Optional(Type.Refine(Type.String(), isDate, () => DATE_FORMS)),
  endDate: Type.Optional(Type.Refine(Type.String(), isDate, () => DATE_FORMS)),
})

/** The core's filter for these arguments. */
export function toPeriod({ startDate, endDate }: Static<typeof DateArguments>, zone: string): { from?: Date, to?: Date } {
  return { ...startDate ? { from: rangeStart(startDate, zone) } : {}, ...endDate ? { to: rangeEnd(endDate, zone) } : {} }
}

/** Whether a text is a date in one of the forms that the vendor's documents show, or an ISO 8601 date-time. */
export function isDate(text: string): boolean {
  return readDay(text) !== null || isDateTime(withPlus(text))
}

/** Whether a text is an ISO 8601 date, which means its first moment, or date-time. */
export function isMoment(text: string): boolean {
  return isDateTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : withPlus(text))
}

/** Where a range that begins with this date begins: with the whole day in the account's zone, or at the very instant. Throws RangeError for what is no date. */
export function rangeStart(text: string, zone: string): Date {
  const day = readDay(text)
  return day ? startOf(day, zone) : instantOf(text, zone)
}

/** Where a range that ends with this date, which it includes, is over: the first instant that no longer belongs to it. Throws RangeError for what is no date. */
export function rangeEnd(text: string, zone: string): Date {
  const day = readDay(text)
  return day ? startOf(addDays(day, 1), zone) : new Date(instantOf(text, zone).getTime() + 1)
}

function readDay(text: string): Day | null {
  const day = yearFirst(text) ?? dayFirst(text)
  return day && isDay(day) ? day : null
}

function yearFirst(text: string): Day | null {
  const match = /^(\d{4})(?:\/(\d\d?)\/(\d\d?)|-(\d\d?)-(\d\d?))$/.exec(text)
  return match && { year: Number(match[1]), month: Number(match[2] ?? match[4]), day: Number(match[3] ?? match[5]) }
}

/** One of the documents writes `dd-M-yyyy`, another's example has the month's name. */
function dayFirst(text: string): Day | null {
  const match = /^(\d\d?)-(\d\d?|[a-z]{3})-(\d{4})$/i.exec(text)
  if (!match) return null
  const month = match[2] ?? ''
  return { year: Number(match[3]), month: /^\d/.test(month) ? Number(month) : MONTHS.indexOf(month.toLowerCase()) + 1, day: Number(match[1]) }
}

function startOf({ year, month, day }: Day, zone: string): Date {
  return startOfDay(zone, year, month, day)
}

function instantOf(text: string, zone: string): Date {
  const instant = readDateTime(withPlus(text), zone)
  if (!instant) throw new RangeError(`not a date: ${text}`)
  return instant
}

/** The plus sign of an offset that nobody encoded arrives as a space. The time is bounded, lest a long text is searched from each of its letters to its end. */
function withPlus(text: string): string {
  return text.replace(/(T\S{4,30}) (\d\d:?\d\d)$/, '$1+$2')
}
