import { addDays, dayAt, startOfDay } from '../../core/days.ts'
import { caseSatisfaction, type Interval, type Satisfied, type Stretch } from '../../metrics/case-satisfaction.ts'
import { instantArgument, integerArgument, optionArgument, type Arguments } from './arguments.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { refuse } from './errors.ts'
import { toTimestamp } from './shapes.ts'

const INTERVALS = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const
const OF: Readonly<Record<typeof INTERVALS[number], Interval>> = { DAY: 'day', WEEK: 'week', MONTH: 'month', QUARTER: 'quarter', YEAR: 'year' }

/** GET /insights/cases/csat: how many of the clear ratings of cases were good, in intervals and in all, and beside an earlier stretch of time. */
export async function csat({ ctx, query }: Call): Promise<Answer> {
  if (query.has('agent_id') && query.has('team_id')) throw refuse('ONE_FIELD_EXPECTED', { parameters: ['agent_id', 'team_id'] })
  const [staff_id, team_id] = [integerArgument(query, 'agent_id', 1), integerArgument(query, 'team_id', 1)]
  const interval = optionArgument(query, 'interval', INTERVALS) ?? 'DAY'
  const stretches = readStretches(query, ctx.account.time_zone, ctx.now())
  const { current, previous } = await caseSatisfaction(ctx, { ...stretches, interval: OF[interval], staff_id, team_id }).catch(asArgument)
  const [value, before] = [average(current), average(previous)]
  return {
    kind: 'report',
    data: {
      start_at: toTimestamp(stretches.current.from), end_at: shownEnd(stretches.current), previous_start_at: toTimestamp(stretches.previous.from), previous_end_at: shownEnd(stretches.previous),
      interval, interval_count: current.intervals.length,
      series: { name: 'average_csat', data: current.intervals.map(average), previous: previous.intervals.map(average) },
      metric: { name: 'average_csat', value, previous: before, delta_percent: value === null || !before ? null : precise((100 * (value - before)) / before) },
      resource_type: 'report_case_csat',
    },
  }
}

const USUAL_DAYS = 30
const SECOND = 1000

/** Both ends count, to the second. Without dates: the last 30 days up to now, today among them; without earlier ones: as many days before. */
function readStretches(query: Arguments, zone: string, now: Date): { current: Stretch, previous: Stretch } {
  const end = instantArgument(query, 'end_at', zone) ?? wholeSecond(now)
  const start = instantArgument(query, 'start_at', zone) ?? daysBefore(end, zone)
  const current = stretch('end_at', start, end)
  const previous_end = instantArgument(query, 'previous_end_at', zone) ?? new Date(start.getTime() - SECOND)
  const previous_start = instantArgument(query, 'previous_start_at', zone) ?? asLongBefore(previous_end, current, zone)
  return { current, previous: stretch('previous_end_at', previous_start, previous_end) }
}

function stretch(parameter: string, from: Date, end: Date): Stretch {
  if (end < from) throw refuse('PARAMETER_INVALID', { parameter, message: 'Must not be before the start.' })
  return { from, to: new Date(end.getTime() + SECOND) }
}

function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / SECOND) * SECOND)
}

function daysBefore(end: Date, zone: string): Date {
  const { year, month, day } = addDays(dayAt(zone, end), 1 - USUAL_DAYS)
  return startOfDay(zone, year, month, day)
}

/** So many days of the calendar and hours of the clock, however long the days were. */
function asLongBefore(end: Date, { from, to }: Stretch, zone: string): Date {
  const at = (instant: number): Temporal.ZonedDateTime => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
  const length = at(from.getTime()).until(at(to.getTime()), { largestUnit: 'day' })
  return new Date(at(end.getTime() + SECOND).subtract(length).epochMilliseconds)
}

function shownEnd({ to }: Stretch): string {
  return toTimestamp(new Date(to.getTime() - SECOND))
}

function average({ good, bad }: Pick<Satisfied, 'good' | 'bad'>): number | null {
  return good + bad === 0 ? null : precise((100 * good) / (good + bad))
}

/** As many digits as the vendor's own server was recorded to show. */
function precise(value: number): number {
  return Number(value.toPrecision(14))
}

/** What the core calls a field is an argument here. */
function asArgument(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'Invalid') throw error
  throw refuse('PARAMETER_INVALID', { parameter: 'interval', message: 'Makes too many intervals of that time.' })
}
