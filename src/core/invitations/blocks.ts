import { sql } from 'kysely'
import type { Context } from '../context.ts'
import type { Invitation } from './invite.ts'

/** Where a page of the list lies: ids from `first` up to, and without, `end`, newest first; `offset` rows of these before it. And how long the list is. */
export interface IdWindow { readonly total: number, readonly first: number, readonly end: number, readonly offset: number }

/**
 * Finds a page of invitations, newest first, by how many of the state and site there are in each block of ids, so that the last page of a million is as near as the first.
 * Inside a snapshot only: rows and counts have to agree.
 */
export async function findBlocks(ctx: Context, { state, site_id }: { state?: Invitation['state'], site_id: number | null }, { offset, limit }: { offset: number, limit: number }): Promise<IdWindow> {
  const count = state ? sql.ref(`b.${state}`) : sql`b.pending + b.sent + b.not_sent`
  const counts = (table: 'invitation_blocks' | 'invitation_changes') => sql`select b.block, ${count} as count from ${sql.table(table)} b where b.account_id = ${ctx.account.id} ${site_id === null ? sql`` : sql`and b.site_id = ${site_id}`}`
  const { rows: [row] } = await sql<{ total: number, first: number | null, last: number, offset: number }>`
    with blocks as materialized (select c.block, sum(c.count)::bigint as count from (${counts('invitation_blocks')} union all ${counts('invitation_changes')}) c group by c.block having sum(c.count) <> 0),
      passed as (select block, count, sum(count) over (order by block desc)::bigint - count as before from blocks)
    select coalesce((select sum(count) from blocks), 0)::bigint as total, min(block) as first, max(block) as last, ${offset}::bigint - min(before) as offset
    from passed where before < ${offset + limit}::bigint and before + count > ${offset}::bigint`.execute(ctx.db)
  if (!row || row.first === null) return { total: row?.total ?? 0, first: 0, end: 0, offset: 0 }
  return { total: row.total, first: row.first * BLOCK, end: (row.last + 1) * BLOCK, offset: row.offset }
}

/** So many ids are one block; the triggers that note invitations say so too. */
const BLOCK = 4096
