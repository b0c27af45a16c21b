import { sql } from 'kysely'
import type { Context } from '../core/context.ts'
import { spanOf, type Piece } from '../core/records/span.ts'
import { allOf, type ResponseFilter } from '../core/responses/filter.ts'

/** Which invitations, by when they were sent: `to` is excluded. */
export type SentFilter = Pick<ResponseFilter, 'site_ids' | 'survey_ids' | 'from' | 'to'>

/** Invitations that were sent, those of them that did not bounce, and those of these that were answered. */
export interface SentCounts { sent: number, delivered: number, replied: number }

/** Counts them from sums, notes and, at ragged ends, the invitations themselves; in one statement, so that these agree. */
export async function countSent(ctx: Context, filter: SentFilter): Promise<SentCounts> {
  const { whole, pieces, edges } = spanOf(filter, ctx.account.time_zone)
  const { site_ids, survey_ids } = filter
  const place = allOf([...site_ids ? [sql<boolean>`f.site_id = any(${site_ids}::bigint[])`] : [], ...survey_ids ? [sql<boolean>`f.survey_id = any(${survey_ids}::bigint[])`] : []])
  const day = sql`(f.sent_at at time zone ${ctx.account.time_zone})::date`
  const parts = [
    sql`select 0 as sign, 0 as sent, 0 as delivered, 0 as replied`,
    ...whole ? [sql`select 1, f.sent, f.delivered, f.replied from invitation_changes f where f.account_id = ${ctx.account.id} and ${day} >= ${whole.first}::date and ${day} < ${whole.end}::date and ${place}`] : [],
    ...pieces.map(({ sign, grain, first, end }: Piece) => sql`
      select ${sql.lit(sign)}, f.sent, f.delivered, f.replied from invitation_rollups f where f.account_id = ${ctx.account.id} and f.grain = ${grain} and f.first_day >= ${first}::date and f.first_day < ${end}::date and ${place}`),
    ...edges.map(({ from, to }) => sql`
      select 1, 1, (f.bounced_at is null)::integer, (f.bounced_at is null and f.answered_at is not null)::integer from invitations f where f.account_id = ${ctx.account.id} and f.sent_at >= ${from} and f.sent_at < ${to} and ${place}`),
  ]
  const { rows: [row] } = await sql<SentCounts>`
    select sum(p.sign * p.sent)::bigint as sent, sum(p.sign * p.delivered)::bigint as delivered, sum(p.sign * p.replied)::bigint as replied from (${sql.join(parts, sql` union all `)}) p`.execute(ctx.db)
  if (!row) throw new Error('a sum has one row')
  return row
}
