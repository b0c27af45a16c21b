import { addDays, dayAt, startOfDay, type Day } from '../days.ts'

/** Days in the account's time zone, as ISO dates: the first is in, the last is not. */
export interface DayRange { readonly first: string, readonly end: string }

/** A range of time, taken apart by what its records are counted from: the sums by month, the sums by day, and one record after the other at its ragged ends. */
export interface Span {
  readonly months: DayRange | null
  readonly days: readonly DayRange[]
  /** All of its whole days together; null where there is none. */
  readonly whole: DayRange | null
  /** From the first instant up to, and without, the last. */
  readonly edges: readonly { from: Date, to: Date }[]
}

const EVER: DayRange = { first: '-infinity', end: 'infinity' }

/** The parts of a range of which either end may be open. With `days_only` months are told day by day. Pure. */
export function spanOf({ from, to }: { from?: Date, to?: Date }, zone: string, days_only = false): Span {
  const start = from && wholeFrom(from, zone)
  const end = to && dayAt(zone, to)
  if (from && to && to <= from) return { months: null, days: [], whole: null, edges: [] }
  if (start && end && isoOf(start) > isoOf(end)) return { months: null, days: [], whole: null, edges: [{ from: from ?? instant(start, zone), to: to ?? instant(end, zone) }] }
  const whole = { first: start ? isoOf(start) : EVER.first, end: end ? isoOf(end) : EVER.end }
  const edges = [
    ...from && start && instant(start, zone) > from ? [{ from, to: instant(start, zone) }] : [],
    ...to && end && instant(end, zone) < to ? [{ from: instant(end, zone), to }] : [],
  ]
  if (whole.first === whole.end) return { months: null, days: [], whole: null, edges }
  return { ...(days_only ? { months: null, days: [whole] } : byMonths(start, end, whole)), whole, edges }
}

/** An instant as the database takes it beside dates: the first moment of a day. */
function instant({ year, month, day }: Day, zone: string): Date {
  return startOfDay(zone, year, month, day)
}

/** The first day that lies after this instant, or begins with it. */
function wholeFrom(from: Date, zone: string): Day {
  const day = dayAt(zone, from)
  return instant(day, zone) < from ? addDays(day, 1) : day
}

function byMonths(start: Day | undefined, end: Day | undefined, whole: DayRange): Pick<Span, 'months' | 'days'> {
  const months = { first: start ? isoOf(start.day === 1 ? start : nextMonth(start)) : EVER.first, end: end ? isoOf({ ...end, day: 1 }) : EVER.end }
  if (start && end && months.first >= months.end) return { months: null, days: [whole] }
  const days = [{ first: whole.first, end: months.first }, { first: months.end, end: whole.end }].filter(({ first, end: last }) => first !== last)
  return { months, days }
}

function nextMonth({ year, month }: Day): Day {
  return month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 }
}

/** Four digits for the year, so that texts sort as days do. */
export function isoOf({ year, month, day }: Day): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
