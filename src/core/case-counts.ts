import { sql, type RawBuilder } from 'kysely'
import { onlySite, type Context, type Ground } from './context.ts'

/** Which cases: those that are closed, or those that are not; without it all. */
export interface CountedFilter { is_closed?: boolean }

/** Where a page of the cases, last updated first, lies: between these instants, `offset` rows after the first of them; and how many cases there are. */
export interface CaseWindow { readonly total: number, readonly from: Date, readonly to: Date, readonly offset: number }

const MOST = 5000

/** Adds what was noted of cases and of their ratings to the sums; answers how many notes there were. Any number of processes may: one of them does. */
export async function foldCaseChanges({ db }: Pick<Ground, 'db'>, most = MOST): Promise<number> {
  const { rows: [waiting] } = await sql<{ any: boolean }>`select exists (select from case_count_changes) or exists (select from case_rating_changes) as any`.execute(db)
  if (!waiting?.any) return 0
  const { rows: [row] } = await sql<{ folded: number }>`select fold_case_changes(${most}) as folded`.execute(db)
  return row?.folded ?? 0
}

/** Finds a page by counting: days are passed over by their sums, so that the last page is as near as the first. Inside a snapshot only: rows and sums have to agree. */
export async function findCaseWindow(ctx: Context, filter: CountedFilter, { offset, limit }: { offset: number, limit: number }): Promise<CaseWindow> {
  const { rows: [row] } = await sql<{ total: number, first: Date | null, end: Date | null, before: number | null }>`
    with days as (
      select day, sum(cases)::bigint as count from (${counts(ctx, filter, 'case_counts')} union all ${counts(ctx, filter, 'case_count_changes')}) c group by day having sum(cases) <> 0
    ), placed as (
      select day, count, (sum(count) over (order by day desc) - count)::bigint as before from days
    )
    select (select coalesce(sum(count), 0)::bigint from days) as total, min(day)::timestamp at time zone 'UTC' as first, (max(day) + 1)::timestamp at time zone 'UTC' as end, min(before) as before
    from placed where before + count > ${offset} and before < ${offset}::bigint + ${limit}::bigint`.execute(ctx.db)
  if (!row?.first || !row.end || row.before === null) return { total: row?.total ?? 0, from: new Date(0), to: new Date(0), offset: 0 }
  return { total: row.total, from: row.first, to: row.end, offset: offset - row.before }
}

function counts(ctx: Context, { is_closed }: CountedFilter, table: 'case_counts' | 'case_count_changes'): RawBuilder<unknown> {
  const site = onlySite(ctx)
  return sql`select day, cases from ${sql.table(table)} where account_id = ${ctx.account.id} ${site === null ? sql`` : sql`and site_id = ${site}`} ${is_closed === undefined ? sql`` : sql`and is_closed = ${is_closed}`}`
}
