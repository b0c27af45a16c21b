import { sql, type RawBuilder } from 'kysely'
import type { Context } from '../context.ts'
import { startOfDay } from '../days.ts'
import { surplusCredits } from '../responses/filter.ts'
import type { Page } from '../responses/list.ts'
import { recordFigures, type Figure } from './figures.ts'
import type { Scope } from './scope.ts'

/** Where a page of a list, newest first, lies: within these instants, `offset` rows after the first of them; and how long the whole list is. */
export interface PageWindow { readonly total: number, readonly from: Date, readonly to: Date, readonly offset: number }

/**
 * Finds a page by counting: whole months are passed over by their sums, then whole days, so that the last page of a million is as near as the first.
 * `figure` is what the rows of the list are counted by. Inside a snapshot only: rows and sums have to agree.
 */
export async function findWindow(ctx: Context, scope: Scope, figure: Figure, page: Page): Promise<PageWindow> {
  const by_day = isShort(scope)
  const counts = await countsOf(ctx, scope, figure, by_day)
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const coarse = overlap(counts, page)
  if (!coarse) return { total, offset: 0, from: new Date(0), to: new Date(0) }
  if (by_day || (coarse.offset <= SKIPPED_AT_ONCE && isDense(scope, figure))) return { total, offset: coarse.offset, ...within(ctx, scope, coarse) }
  const narrowed = { ...scope, ...within(ctx, scope, coarse) }
  const fine = overlap(await countsOf(ctx, narrowed, figure, true), { ...page, offset: coarse.offset })
  return fine ? { total, offset: fine.offset, ...within(ctx, narrowed, fine) } : { total, offset: coarse.offset, ...within(ctx, scope, coarse) }
}

/** So many rows are passed over faster than days are looked up. */
const SKIPPED_AT_ONCE = 500

/** Whether the range has so few days that they are looked up at once, without the months first. */
function isShort({ subject, from, to }: Scope): boolean {
  return subject.of === 'all' && from !== undefined && to !== undefined && to.getTime() - from.getTime() <= SHORT_MS
}

const SHORT_MS = 100 * 86_400_000

/** Whether most responses are rows of the list, so that the next ones are found right behind it. */
function isDense({ subject, survey_ids, kind, score }: Scope, figure: Figure): boolean {
  return subject.of === 'all' && !survey_ids && !kind && score === undefined && figure === 'responses'
}

/** Rows of one day or one month, the newest first; `end` is the day after it. */
interface Count { first: string, end: string, count: number }

async function countsOf(ctx: Context, scope: Scope, figure: Figure, by_day: boolean): Promise<Count[]> {
  const period = by_day ? 'day' : 'month'
  const { rows } = await sql<Count>`
    select p.first::date::text, (p.first + ${`1 ${period}`}::interval)::date::text as end, sum(p.count)::bigint as count
    from (select date_trunc(${period}, f.first_day::timestamp) as first, f.${sql.ref(figure)} as count from ${recordFigures(ctx, scope, [figure], { by_day })} f ${surplusOf(ctx, scope, figure, period)}) p
    group by p.first having sum(p.count) <> 0 order by p.first desc`.execute(ctx.db)
  return rows
}

/** What is in the sums of several staff members more than once, with its day. */
function surplusOf(ctx: Context, { subject, ...scope }: Scope, figure: Figure, period: 'day' | 'month'): RawBuilder<unknown> {
  if (subject.of !== 'staff' || !subject.ids || subject.ids.length < 2) return sql``
  const shared = surplusCredits(ctx, { ...scope, staff_ids: subject.ids, has_comment: figure === 'comments' || undefined })
  return sql`union all select date_trunc(${period}, s.dated_at at time zone ${ctx.account.time_zone}), -1 from (${shared}) s`
}

interface Overlap { first: string, end: string, offset: number }

/** From the first to the last of the counts that a page has rows of, and how many rows of them come before it. Null past the end. */
function overlap(counts: readonly Count[], { offset, limit }: Page): Overlap | null {
  let passed = 0
  let found: Overlap | null = null
  for (const { first, end, count } of counts) {
    if (!found && passed + count > offset) found = { first, end, offset: offset - passed }
    if (found) found.first = first
    passed += count
    if (passed >= offset + limit) break
  }
  return found
}

/** The instants of some days, within those of the scope. */
function within(ctx: Context, { from, to }: Scope, { first, end }: Overlap): { from: Date, to: Date } {
  const [start, stop] = [instantOf(ctx, first), instantOf(ctx, end)]
  return { from: from && from > start ? from : start, to: to && to < stop ? to : stop }
}

function instantOf(ctx: Context, day: string): Date {
  const { year, month, day: date } = Temporal.PlainDate.from(day)
  return startOfDay(ctx.account.time_zone, year, month, date)
}
