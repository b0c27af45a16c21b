import { sql, type RawBuilder } from 'kysely'
import { onlySite, type Context } from '../core/context.ts'
import { dayAt } from '../core/days.ts'
import { Invalid } from '../core/errors.ts'
import { isoOf, spanOf } from '../core/records/span.ts'
import { filteredResponses } from '../core/responses/filter.ts'
import { withinSite } from '../core/responses/list.ts'
import { snapshot } from '../storage/database.ts'

/** How many months and days each is long. */
export const INTERVALS = { day: { months: 0, days: 1 }, week: { months: 0, days: 7 }, month: { months: 1, days: 0 }, quarter: { months: 3, days: 0 }, year: { months: 12, days: 0 } } as const
export type Interval = keyof typeof INTERVALS

/** From an instant up to, and without, another one. */
export interface Stretch { readonly from: Date, readonly to: Date }

export interface CaseSatisfactionQuery {
  current: Stretch
  previous: Stretch
  interval: Interval
  /** One staff member among those who get the credit, by their id or by that of the user who they are. */
  staff_id?: number
  team_id?: number
}

/** How many ratings there are, and how many are good; of the whole stretch and of each interval of it. */
export interface Satisfied { good: number, bad: number, intervals: { good: number, bad: number }[] }

/** So many intervals, and no more, make a series. */
export const MAX_INTERVALS = 1000

/**
 * Good and bad ratings of cases in two stretches of time. The first interval begins with the stretch, each other one with the midnight that is so many days, months or years after its first day, in the account's zone.
 * A neutral answer is no rating. Throws Invalid (fault interval) where a stretch has more than 1000.
 */
export async function caseSatisfaction(ctx: Context, { current, previous, interval, ...whose }: CaseSatisfactionQuery): Promise<{ current: Satisfied, previous: Satisfied }> {
  const [ours, theirs] = [current, previous].map((stretch) => intervalStarts(stretch, interval, ctx.account.time_zone))
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const subject = { ...whose, staff_id: whose.staff_id === undefined ? undefined : await staffOf(seen, whose.staff_id) }
    return { current: addUp(await countDays(seen, current, subject), ours ?? []), previous: addUp(await countDays(seen, previous, subject), theirs ?? []) }
  })
}

/** The first day of each interval, as ISO dates. */
function intervalStarts({ from, to }: Stretch, interval: Interval, zone: string): string[] {
  const first = Temporal.PlainDate.from(dayAt(zone, from))
  const last = isoOf(dayAt(zone, new Date(to.getTime() - 1)))
  const starts = [isoOf(first)]
  for (let count = 1; ; count++) {
    const { months, days } = INTERVALS[interval]
    const start = isoOf(first.add({ months: count * months, days: count * days }))
    if (start > last) return starts
    if (count === MAX_INTERVALS) throw new Invalid([{ field: 'interval', code: 'invalid_value', info: { message: `makes more than ${MAX_INTERVALS} intervals of that time` } }])
    starts.push(start)
  }
}

interface DayCount { day: string, good: number, bad: number }
type Subject = Pick<CaseSatisfactionQuery, 'staff_id' | 'team_id'>

/** In order. Whole days from the sums and what is not yet in them, the ends that an instant cuts from the responses. */
async function countDays(ctx: Context, stretch: Stretch, subject: Subject): Promise<DayCount[]> {
  const { whole, edges } = spanOf(stretch, ctx.account.time_zone, true)
  const parts = [
    ...whole ? [sumsOf(ctx, whole, subject), notesOf(ctx, whole, subject)] : [],
    ...edges.map((edge) => responsesOf(ctx, edge, subject)),
  ]
  if (parts.length === 0) return []
  const { rows } = await sql<DayCount>`select day::text, sum(good)::bigint as good, sum(bad)::bigint as bad from (${sql.join(parts, sql` union all `)}) f group by day order by f.day`.execute(ctx.db)
  return rows
}

function sumsOf(ctx: Context, { first, end }: { first: string, end: string }, { staff_id, team_id }: Subject): RawBuilder<unknown> {
  const [subject, id] = staff_id !== undefined ? ['staff', staff_id] : team_id !== undefined ? ['team', team_id] : ['all', 0]
  return sql`select day, good, bad from case_rating_counts where account_id = ${ctx.account.id} and subject = ${subject} and subject_id = ${id} and day >= ${first}::date and day < ${end}::date ${here(ctx)}`
}

function notesOf(ctx: Context, { first, end }: { first: string, end: string }, { staff_id, team_id }: Subject): RawBuilder<unknown> {
  return sql`select day, good, bad from case_rating_changes where account_id = ${ctx.account.id} and day >= ${first}::date and day < ${end}::date ${here(ctx)}
    ${staff_id === undefined ? sql`` : sql`and ${staff_id} = any(staff_ids)`} ${team_id === undefined ? sql`` : sql`and team_id = ${team_id}`}`
}

function responsesOf(ctx: Context, edge: Stretch, { staff_id, team_id }: Subject): RawBuilder<unknown> {
  const rated = filteredResponses(ctx, withinSite(ctx, { ...edge, has_case: true, clear: true, ...staff_id === undefined ? {} : { staff_ids: [staff_id] } }))
    .$if(team_id !== undefined, (responses) => responses.where('r.team_id', '=', team_id ?? null))
  return sql`${rated.select([sql`(r.dated_at at time zone ${ctx.account.time_zone})::date`.as('day'), sql`(r.sentiment > 2)::integer`.as('good'), sql`(r.sentiment < 2)::integer`.as('bad')])}`
}

function here(ctx: Context): RawBuilder<unknown> {
  const site = onlySite(ctx)
  return site === null ? sql`` : sql`and site_id = ${site}`
}

/** Whoever logs in has an id of their own beside that of the staff member who they are. */
async function staffOf(ctx: Context, id: number): Promise<number> {
  const user = await ctx.db.selectFrom('users').select('staff_id').where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst()
  return user?.staff_id ?? id
}

function addUp(days: DayCount[], starts: string[]): Satisfied {
  const intervals = starts.map(() => ({ good: 0, bad: 0 }))
  const total = { good: 0, bad: 0 }
  let place = 0
  for (const { day, good, bad } of days) {
    while ((starts[place + 1] ?? '~') <= day) place += 1
    for (const sum of [total, intervals[place]]) {
      if (!sum) continue
      sum.good += good
      sum.bad += bad
    }
  }
  return { ...total, intervals }
}
