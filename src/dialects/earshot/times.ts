import { isDateTime, readDateTime } from '../../core/days.ts'

/** Whether a text is an ISO 8601 date-time, or a date. */
export function isTime(text: string): boolean {
  return isDateTime(withHour(text))
}

/** The instant that it means; in this zone where it names no offset. Throws RangeError for what is no time. */
export function readTime(text: string, zone: string): Date {
  const time = readDateTime(withHour(text), zone)
  if (!time) throw new RangeError(`not a time: ${text}`)
  return time
}

/** A day alone is its first moment. */
function withHour(text: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text
}
