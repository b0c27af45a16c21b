import { readDateTime } from '../../core/days.ts'

/** Whether a text is an ISO 8601 date-time, or a date. A local time at the edge of what can be stored must be good in every zone, since nobody says yet in which it is meant. */
export function isTime(text: string): boolean {
  return ['Etc/GMT+12', 'Etc/GMT-14'].every((zone) => readDateTime(withHour(text), zone) !== null)
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
