/**
 * Days as the people of an account count them: from midnight to midnight in its time zone, 23 or 25 hours long where the clocks change.
 * Pure; everything that turns a day into instants, or back, goes through here.
 */

/** A day of the calendar; month and day count from 1. */
export interface Day { readonly year: number, readonly month: number, readonly day: number }

/** The first instant of a day in a zone: midnight, or what comes first where the clocks skip midnight. Throws RangeError for a day that no calendar has. */
export function startOfDay(zone: string, year: number, month: number, day: number): Date {
  const start = Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' }).toZonedDateTime(zone)
  return new Date(start.epochMilliseconds)
}

/** The day that it is in a zone at an instant. */
export function dayAt(zone: string, instant: Date): Day {
  return toDay(Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainDate())
}

/** The day so many days later, or earlier where the count is negative. */
export function addDays(day: Day, count: number): Day {
  return toDay(Temporal.PlainDate.from(day).add({ days: count }))
}

/** The same day so many months later, or earlier where the count is negative; where that month has no such day, its last one. */
export function addMonths(day: Day, count: number): Day {
  return toDay(Temporal.PlainDate.from(day).add({ months: count }))
}

/** Whether the calendar has this day, in the years that a database of dates and JSON both take. */
export function isDay({ year, month, day }: Day): boolean {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false
  // The calendar repeats every 400 years. Plain arithmetic, since every date of every request comes through here.
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s?(?:([Zz])|([+-])(\d\d):?(\d\d)?)?$/

/**
 * An ISO 8601 date-time, to the millisecond; without seconds too. One that names no offset is meant in `zone`; where that clock shows it twice, the first time,
 * and where it skips it, as if the clock had not been changed yet. Null for what is no such text, or lies outside the years 1 to 9999.
 */
export function readDateTime(text: string, zone: string): Date | null {
  const match = DATE_TIME.exec(text)
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0))
  if (!isDay({ year, month, day }) || hour > 23 || minute > 59 || second > 59) return null
  const millisecond = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const [utc, sign, hours, minutes] = match.slice(8)
  const milliseconds = utc || sign
    ? withOffset(new Date(0).setUTCFullYear(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond, sign, Number(hours ?? 0), Number(minutes ?? 0))
    : Temporal.PlainDateTime.from({ year, month, day, hour, minute, second, millisecond }).toZonedDateTime(zone).epochMilliseconds
  return milliseconds !== null && milliseconds >= EARLIEST && milliseconds <= LATEST ? new Date(milliseconds) : null
}

/** Whether a text is such a date-time. A local time at the edge of what can be stored must be good in every zone, since nobody says yet in which it is meant. */
export function isDateTime(text: string): boolean {
  return ['Etc/GMT+12', 'Etc/GMT-14'].every((zone) => readDateTime(text, zone) !== null)
}

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z')
const LATEST = Date.parse('9999-12-31T23:59:59.999Z')

/** The instant that a clock shows so many milliseconds of, which is ahead of UTC, or behind it, by so much. */
function withOffset(shown: number, sign: string | undefined, hours: number, minutes: number): number | null {
  if (hours > 23 || minutes > 59) return null
  const offset = (hours * 60 + minutes) * 60_000
  return sign === '-' ? shown + offset : shown - offset
}

function toDay({ year, month, day }: Temporal.PlainDate): Day {
  return { year, month, day }
}
