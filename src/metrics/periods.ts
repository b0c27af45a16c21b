import type { Account } from '../core/context.ts'
import { startOfDay } from '../core/days.ts'
import { Invalid } from '../core/errors.ts'

/** A stretch of time, both ends included. */
export interface Window { readonly from: Date, readonly to: Date }

/** What decides where a day or a week begins. */
export type Clock = Pick<Account, 'time_zone' | 'first_weekday'>

/** First and last day of each period, seen from a day. All are whole days; the rolling ones and the current ones end with that day. */
const PERIODS = {
  '7-days': (today) => [today.subtract({ days: 6 }), today],
  '30-days': (today) => [today.subtract({ days: 29 }), today],
  '3-months': (today) => [monthsBefore(today, 3), today],
  '6-months': (today) => [monthsBefore(today, 6), today],
  '12-months': (today) => [monthsBefore(today, 12), today],
  current_week: (today, first_weekday) => [weekStart(today, first_weekday), today],
  current_month: (today) => [monthStart(today), today],
  current_quarter: (today) => [quarterStart(today), today],
  current_year: (today) => [yearStart(today), today],
  last_week: (today, first_weekday) => weeksAgo(today, first_weekday, 1),
  last_month: (today) => monthsAgo(today, 1),
  last_quarter: (today) => [quarterStart(today).subtract({ months: 3 }), quarterStart(today).subtract({ days: 1 })],
  last_year: (today) => yearsAgo(today, 1),
  yesterday: (today) => daysAgo(today, 1),
  day_before_yesterday: (today) => daysAgo(today, 2),
  week_before_last: (today, first_weekday) => weeksAgo(today, first_weekday, 2),
  month_before_last: (today) => monthsAgo(today, 2),
  year_before_last: (today) => yearsAgo(today, 2),
} as const satisfies Record<string, (today: Temporal.PlainDate, first_weekday: number) => Span>

export type Period = keyof typeof PERIODS
export const PERIOD_NAMES: readonly string[] = Object.keys(PERIODS)

type Span = readonly [first: Temporal.PlainDate, last: Temporal.PlainDate]

/** From the first instant of a period's first day to the last millisecond of its last, in the account's zone: days are 23 or 25 hours long where the clocks change. */
export function periodWindow(period: Period, clock: Clock, now: Date): Window {
  const [first, last] = PERIODS[period](dateAt(clock, now), clock.first_weekday)
  return { from: midnight(clock, first), to: endOf(clock, last) }
}

/** From the midnight so many days ago to now. */
export function windowSince(days: number, clock: Clock, now: Date): Window {
  return { from: midnight(clock, dateAt(clock, now).subtract({ days })), to: now }
}

/** From the midnight so many days ago up to another one. */
export function windowBetween(from_days: number, to_days: number, clock: Clock, now: Date): Window {
  const today = dateAt(clock, now)
  return { from: midnight(clock, today.subtract({ days: from_days })), to: endOf(clock, today.subtract({ days: to_days + 1 })) }
}

export interface AskedWindow { period: string | null, from: Date | null, to: Date | null }

/**
 * The window that was asked for: a period overrides times, and times override the usual one. An end that is told to the second has all of that second in it, as times are shown to the second too.
 * Throws Invalid for an unknown period, and for times in the wrong order.
 */
export function chooseWindow(asked: AskedWindow, usual: Window, clock: Clock, now: Date): Window {
  const { period, from, to } = asked
  if (period !== null) {
    if (!isPeriod(period)) throw new Invalid([{ field: 'period', code: 'invalid_value', info: { allowed_values: PERIOD_NAMES } }])
    return periodWindow(period, clock, now)
  }
  if (from && to && to < from) throw new Invalid([{ field: 'to', code: 'invalid_date', info: { message: 'is before the start of the window' } }])
  return { from: from ?? usual.from, to: to ? throughItsSecond(to) : usual.to }
}

function throughItsSecond(time: Date): Date {
  return time.getMilliseconds() === 0 ? new Date(time.getTime() + 999) : time
}

function isPeriod(name: string): name is Period {
  return Object.hasOwn(PERIODS, name)
}

function dateAt(clock: Clock, now: Date): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(clock.time_zone).toPlainDate()
}

function midnight(clock: Clock, { year, month, day }: Temporal.PlainDate): Date {
  return startOfDay(clock.time_zone, year, month, day)
}

function endOf(clock: Clock, date: Temporal.PlainDate): Date {
  return new Date(midnight(clock, date.add({ days: 1 })).getTime() - 1)
}

/** The day after the same date so many months ago; where that month has no such date, after its last day. */
function monthsBefore(today: Temporal.PlainDate, months: number): Temporal.PlainDate {
  return today.subtract({ months }).add({ days: 1 })
}

function weekStart(today: Temporal.PlainDate, first_weekday: number): Temporal.PlainDate {
  return today.subtract({ days: (today.dayOfWeek - first_weekday + 7) % 7 })
}

function monthStart(today: Temporal.PlainDate): Temporal.PlainDate {
  return today.with({ day: 1 })
}

function quarterStart(today: Temporal.PlainDate): Temporal.PlainDate {
  return today.with({ day: 1, month: today.month - ((today.month - 1) % 3) })
}

function yearStart(today: Temporal.PlainDate): Temporal.PlainDate {
  return today.with({ day: 1, month: 1 })
}

function daysAgo(today: Temporal.PlainDate, days: number): Span {
  const date = today.subtract({ days })
  return [date, date]
}

function weeksAgo(today: Temporal.PlainDate, first_weekday: number, weeks: number): Span {
  const first = weekStart(today, first_weekday).subtract({ weeks })
  return [first, first.add({ days: 6 })]
}

function monthsAgo(today: Temporal.PlainDate, months: number): Span {
  const first = monthStart(today).subtract({ months })
  return [first, first.add({ months: 1 }).subtract({ days: 1 })]
}

function yearsAgo(today: Temporal.PlainDate, years: number): Span {
  const first = yearStart(today).subtract({ years })
  return [first, first.add({ years: 1 }).subtract({ days: 1 })]
}
