import { sql } from 'kysely'
import { snapshot } from '../storage/database.ts'
import type { Context } from '../core/context.ts'
import { dayAt, startOfDay, type Day } from '../core/days.ts'
import { Invalid } from '../core/errors.ts'
import { recordFigures } from '../core/records/figures.ts'
import type { Scope } from '../core/records/scope.ts'
import { isoOf } from '../core/records/span.ts'
import { filteredResponses, type ResponseFilter } from '../core/responses/filter.ts'
import { withinSite } from '../core/responses/list.ts'

/** Weeks are ISO weeks: from Monday, whatever day the account's weeks begin with elsewhere. */
export type Grain = 'day' | 'week' | 'month' | 'quarter'

/** A whole period of the account's time zone, from its first instant to its last millisecond, and its responses. */
export interface PeriodCount { first: Day, from: Date, to: Date, count: number }

/** Which responses are counted. */
export type CountFilter = Pick<ResponseFilter, 'site_ids' | 'headline_metric' | 'not_kind' | 'from' | 'to'>

/** More rows than anybody can look at: 27 years of days. */
const MAX_PERIODS = 10_000

/**
 * How many responses were answered in each period, oldest first, empty periods included. Without `from` it begins with the first response, without `to` it ends with today.
 * A period that the range cuts is named whole, and counted within the range. Throws Invalid (`from`, or `to` where only that was given) for more than 10 000 periods.
 */
export function countByPeriod(ctx: Context, grain: Grain, filter: CountFilter): Promise<PeriodCount[]> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const range = await rangeOf(seen, withinSite(seen, filter))
    if (!range || range.to <= range.from) return []
    const periods = periodsOf(ctx.account.time_zone, grain, range, filter.from || !filter.to ? 'from' : 'to')
    const scope: Scope = { subject: { of: 'all' }, ...withinSite(seen, filter), ...range }
    const { rows } = await sql<{ day: string, count: number }>`
      select f.first_day::text as day, sum(f.responses)::bigint as count from ${recordFigures(seen, scope, ['responses'], { by_day: grain === 'day' || grain === 'week' })} f group by f.first_day order by f.first_day`.execute(db)
    return addUp(periods, rows)
  })
}

/** Days, the oldest first, into the periods that they lie in; a whole month comes as its first day. */
function addUp(periods: Omit<PeriodCount, 'count'>[], days: { day: string, count: number }[]): PeriodCount[] {
  const counted = periods.map((period) => ({ ...period, count: 0 }))
  const starts = periods.map(({ first }) => isoOf(first))
  let place = 0
  for (const { day, count } of days) {
    while ((starts[place + 1] ?? 'later') <= day) place++
    const period = counted[place]
    if (period) period.count += count
  }
  return counted
}

interface Range { from: Date, to: Date }

/** From the first instant to count to the one where counting is over; null where nothing says when to begin. */
async function rangeOf(ctx: Context, filter: CountFilter): Promise<Range | null> {
  const from = filter.from ?? (await filteredResponses(ctx, filter).select('r.dated_at').orderBy('r.dated_at').limit(1).executeTakeFirst())?.dated_at
  if (!from) return null
  const { time_zone } = ctx.account
  return { from, to: filter.to ?? startOf(time_zone, plain(dayAt(time_zone, ctx.now())).add({ days: 1 })) }
}

/** The whole periods of a zone that a range, `to` excluded, has a part in; oldest first. Throws Invalid (`from`) for more than 10 000. */
function periodsOf(zone: string, grain: Grain, { from, to }: Range, given: 'from' | 'to'): Omit<PeriodCount, 'count'>[] {
  const periods: Omit<PeriodCount, 'count'>[] = []
  let date = firstDay(grain, plain(dayAt(zone, from)))
  let start = startOf(zone, date)
  while (start < to) {
    if (periods.length === MAX_PERIODS) throw new Invalid([{ field: given, code: 'custom', info: { message: `would make more than ${MAX_PERIODS} periods: ${given === 'from' ? 'begin later' : 'end earlier'}, or take longer ones` } }])
    const next = date.add(LENGTHS[grain])
    const end = startOf(zone, next)
    periods.push({ first: { year: date.year, month: date.month, day: date.day }, from: start, to: new Date(end.getTime() - 1) })
    date = next
    start = end
  }
  return periods
}

const LENGTHS = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 }, quarter: { months: 3 } } as const satisfies Record<Grain, Temporal.DurationLike>

function firstDay(grain: Grain, date: Temporal.PlainDate): Temporal.PlainDate {
  switch (grain) {
    case 'day': return date
    case 'week': return date.subtract({ days: date.dayOfWeek - 1 })
    case 'month': return date.with({ day: 1 })
    case 'quarter': return date.with({ day: 1, month: date.month - ((date.month - 1) % 3) })
    default: return grain satisfies never
  }
}

function plain(day: Day): Temporal.PlainDate {
  return Temporal.PlainDate.from(day)
}

function startOf(zone: string, { year, month, day }: Temporal.PlainDate): Date {
  return startOfDay(zone, year, month, day)
}
