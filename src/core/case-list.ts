import { sql } from 'kysely'
import type { CaseRow } from '../storage/schema.ts'
import { onlySite, type Context } from './context.ts'
import { NotFound } from './errors.ts'
import type { Sentiment } from './scores.ts'

/** A case with how its rating stands. */
export interface CaseView extends Pick<CaseRow, 'kind' | 'number' | 'title' | 'site_id' | 'contact_id' | 'company_id' | 'team_id' | 'opened_at' | 'closed_at' | 'created_at' | 'updated_at'> {
  id: number
  /** The first of its staff. */
  staff_id: number | null
  /** What the newest counted response says that is clearly good or clearly bad; null where there is none. */
  sentiment: Sentiment | null
  rated_at: Date | null
  /** When an invitation about it was last sent; null where none was. */
  asked_at: Date | null
}

/** The cases that this actor may see, last updated first (then by id, highest first): one page, and how many there are. */
export async function listCases(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: CaseView[], total: number }> {
  const own = visibleCases(ctx)
  const [ids, count] = await Promise.all([
    own.select('id').orderBy('updated_at', 'desc').orderBy('id', 'desc').offset(page.offset).limit(page.limit).execute(),
    own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { rows: await viewCases(ctx, ids.map(({ id }) => id)), total: count.total }
}

/** A case by its id. Throws NotFound, also for one that this actor may not see. */
export async function getCase(ctx: Context, id: number): Promise<CaseView> {
  const found = await visibleCases(ctx).select('id').where('id', '=', id).executeTakeFirst()
  const [view] = found ? await viewCases(ctx, [found.id]) : []
  if (!view) throw new NotFound('no such case')
  return view
}

function visibleCases(ctx: Context) {
  const site = onlySite(ctx)
  const cases = ctx.db.selectFrom('cases').where('account_id', '=', ctx.account.id)
  return site === null ? cases : cases.where('site_id', '=', site)
}

/** The cases of these ids, in this order. */
async function viewCases(ctx: Context, ids: number[]): Promise<CaseView[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<CaseView>`
    select c.id, c.kind, c.number, c.title, c.site_id, c.contact_id, c.company_id, c.team_id, c.opened_at, c.closed_at, c.created_at, c.updated_at,
      s.staff_id, r.sentiment, r.updated_at as rated_at,
      (select max(v.sent_at) from invitations v where v.account_id = c.account_id and v.case_id = c.id and v.state = 'sent') as asked_at
    from unnest(${ids}::bigint[]) with ordinality as i(id, position)
    join cases c on c.account_id = ${ctx.account.id} and c.id = i.id
    left join case_staff s on s.account_id = c.account_id and s.case_id = c.id and s.position = 1
    left join lateral (${newestClear}) r on true
    order by i.position`.execute(ctx.db)
  return rows
}

/** As filteredResponses reads `clear`, for each case of a page at once. */
const newestClear = sql`
  select o.sentiment, o.updated_at from responses o
  where o.account_id = c.account_id and o.case_id = c.id and o.sentiment in (0, 1, 3, 4)
  order by o.dated_at desc, o.id desc limit 1`
