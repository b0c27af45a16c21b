import { addDays, dayAt, startOfDay, type Day } from '../days.ts'

/** Days in the account's time zone, as ISO dates: the first is in, the last is not. */
export interface DayRange { readonly first: string, readonly end: string }

/** Sums of one grain to be added, or taken away where `sign` is -1: most of a month is the month less the rest of it. */
export interface Piece extends DayRange { readonly grain: Grain, readonly sign: 1 | -1 }

/** Thirds of a month begin with its 1st, 11th and 21st day. */
export type Grain = 'month' | 'third' | 'day'

/** A range of time, taken apart by what its records are counted from. */
export interface Span {
  /** All of its whole days; null where there is none. */
  readonly whole: DayRange | null
  /** The sums that its whole days are made of. */
  readonly pieces: readonly Piece[]
  /** What is left at its ends, where an instant cuts a day: from the first instant up to, and without, the last. Here records are counted one by one. */
  readonly edges: readonly { from: Date, to: Date }[]
}

/** Takes a range apart, of which either end may be open. With `by_day` all of it is told day by day. Pure. */
export function spanOf(range: { from?: Date, to?: Date }, zone: string, by_day = false): Span {
  // Nothing happens outside of these years, where days have no four digits: an end beyond them is open, or leaves nothing.
  if ((range.from && range.from >= LATEST) || (range.to && range.to <= EARLIEST)) return { whole: null, pieces: [], edges: [] }
  const [from, to] = [range.from && range.from > EARLIEST ? range.from : undefined, range.to && range.to < LATEST ? range.to : undefined]
  if (from && to && to <= from) return { whole: null, pieces: [], edges: [] }
  const start = from ? wholeFrom(from, zone) : null
  const end = to ? dayAt(zone, to) : null
  if (from && to && start && end && isoOf(start) > isoOf(end)) return { whole: null, pieces: [], edges: [{ from, to }] }
  const edges = [
    ...from && start && startOf(start, zone) > from ? [{ from, to: startOf(start, zone) }] : [],
    ...to && end && startOf(end, zone) < to ? [{ from: startOf(end, zone), to }] : [],
  ]
  const whole = { first: start ? isoOf(start) : '-infinity', end: end ? isoOf(end) : 'infinity' }
  if (whole.first === whole.end) return { whole: null, pieces: [], edges }
  return { whole, pieces: by_day ? [{ grain: 'day', sign: 1, ...whole }] : cover(start, end, 1, GRAINS), edges }
}

/** Four digits for the year, so that texts sort as days do. */
export function isoOf({ year, month, day }: Day): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

const [EARLIEST, LATEST] = [new Date('0002-01-01T00:00:00Z'), new Date('9999-12-01T00:00:00Z')]

const GRAINS: readonly Grain[] = ['month', 'third', 'day']

/** The first day of the period that a day lies in. */
function periodStart({ year, month, day }: Day, grain: Grain): Day {
  return { year, month, day: grain === 'month' ? 1 : grain === 'third' ? 1 + Math.min(20, Math.floor((day - 1) / 10) * 10) : day }
}

/** The first day after that period. */
function periodEnd(day: Day, grain: Grain): Day {
  if (grain === 'day') return addDays(day, 1)
  if (grain === 'third' && day.day <= 20) return { ...periodStart(day, grain), day: periodStart(day, grain).day + 10 }
  return day.month === 12 ? { year: day.year + 1, month: 1, day: 1 } : { year: day.year, month: day.month + 1, day: 1 }
}

/** Pieces for some days: periods of the first grain where they fit, and what is left over at both ends in finer ones, or the other way round where that is less. */
function cover(start: Day | null, end: Day | null, sign: Piece['sign'], [grain = 'day', ...finer]: readonly Grain[]): Piece[] {
  const inner = start && isoOf(periodStart(start, grain)) !== isoOf(start) ? periodEnd(start, grain) : start
  const outer = end && periodStart(end, grain)
  if (start && end && isoOf(inner ?? start) > isoOf(outer ?? end)) return ofOnePeriod(start, end, sign, grain, finer)
  return [
    ...start && inner && isoOf(start) < isoOf(inner) ? ofOnePeriod(start, inner, sign, grain, finer) : [],
    ...inner && outer && isoOf(inner) === isoOf(outer) ? [] : [{ grain, sign, first: inner ? isoOf(inner) : '-infinity', end: outer ? isoOf(outer) : 'infinity' }],
    ...outer && end && isoOf(outer) < isoOf(end) ? ofOnePeriod(outer, end, sign, grain, finer) : [],
  ]
}

/** A part of one period; where it is most of it and reaches one of its ends, the period less the rest. */
function ofOnePeriod(start: Day, end: Day, sign: Piece['sign'], grain: Grain, finer: readonly Grain[]): Piece[] {
  const [first, last] = [periodStart(start, grain), periodEnd(start, grain)]
  const [before, within, after] = [daysBetween(first, start), daysBetween(start, end), daysBetween(end, last)]
  if (within <= before + after || (before > 0 && after > 0)) return cover(start, end, sign, finer)
  const rest = before > 0 ? cover(first, start, opposite(sign), finer) : cover(end, last, opposite(sign), finer)
  return [{ grain, sign, first: isoOf(first), end: isoOf(last) }, ...rest]
}

function opposite(sign: Piece['sign']): Piece['sign'] {
  return sign === 1 ? -1 : 1
}

function daysBetween(start: Day, end: Day): number {
  return (Date.UTC(end.year, end.month - 1, end.day) - Date.UTC(start.year, start.month - 1, start.day)) / 86_400_000
}

function startOf({ year, month, day }: Day, zone: string): Date {
  return startOfDay(zone, year, month, day)
}

/** The first day that lies after this instant, or begins with it. */
function wholeFrom(from: Date, zone: string): Day {
  const day = dayAt(zone, from)
  return startOf(day, zone) < from ? addDays(day, 1) : day
}
