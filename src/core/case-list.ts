import { sql } from 'kysely'
import { snapshot } from '../storage/database.ts'
import { PREPARED } from '../storage/named-statements.ts'
import type { CaseRow } from '../storage/schema.ts'
import { findCaseWindow, type CountedFilter } from './case-counts.ts'
import { onlySite, type Context } from './context.ts'
import { NotFound } from './errors.ts'
import type { Sentiment } from './scores.ts'

/** A case with how its rating stands. */
export interface CaseView extends Pick<CaseRow, 'kind' | 'number' | 'title' | 'site_id' | 'contact_id' | 'company_id' | 'team_id' | 'opened_at' | 'closed_at' | 'contents' | 'created_at' | 'updated_at'> {
  id: number
  /** The first of its staff. */
  staff_id: number | null
  /** What the newest counted response says that is clearly good or clearly bad; null where there is none. */
  sentiment: Sentiment | null
  rated_at: Date | null
  /** When an invitation about it was last sent; null where none was. */
  asked_at: Date | null
}

export interface CaseFilter extends CountedFilter { ids?: readonly number[] }

/** The cases that this actor may see and that pass the filter, last updated first (then by id, highest first): one page, and how many there are. */
export async function listCases(ctx: Context, filter: CaseFilter, page: { offset: number, limit: number }): Promise<{ rows: CaseView[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const { ids, total } = filter.ids || ctx.actor.kind === 'customer' ? await pageOfFew(seen, filter, page) : await pageOfMany(seen, filter, page)
    return { rows: await viewCases(seen, ids), total }
  })
}

/** Those of these cases that this actor may see, in this order. */
export async function findCases(ctx: Context, ids: readonly number[]): Promise<CaseView[]> {
  const found = new Set((await visibleCases(ctx).select('id').where('id', '=', sql<number>`any(${ids}::bigint[])`).execute()).map(({ id }) => id))
  return viewCases(ctx, ids.filter((id) => found.has(id)))
}

/** A case by its id. Throws NotFound, also for one that this actor may not see. */
export async function getCase(ctx: Context, id: number): Promise<CaseView> {
  const found = await visibleCases(ctx).select('id').where('id', '=', id).executeTakeFirst()
  const [view] = found ? await viewCases(ctx, [found.id]) : []
  if (!view) throw new NotFound('no such case')
  return view
}

/**
 * The cases that this actor may see: a customer their own, and whoever holds a link those of whom it was sent to. Whoever is known by a fingerprint has what was made with it, whatever address was
 * named then.
 */
export function visibleCases(ctx: Context) {
  const site = onlySite(ctx)
  const cases = ctx.db.selectFrom('cases').where('account_id', '=', ctx.account.id)
  if (ctx.actor.kind === 'respondent') return cases.where('contact_id', '=', ctx.actor.contact_id)
  if (ctx.actor.kind !== 'customer') return site === null ? cases : cases.where('site_id', '=', site)
  const { contact_id, fingerprint_id } = ctx.actor
  return fingerprint_id === null ? cases.where('contact_id', '=', contact_id) : cases.where('fingerprint_id', '=', fingerprint_id)
}

/** So few that they are counted as they are found. */
async function pageOfFew(ctx: Context, filter: CaseFilter, page: { offset: number, limit: number }): Promise<{ ids: number[], total: number }> {
  const { total } = await filtered(ctx, filter).select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { ids: await inOrder(filtered(ctx, filter), page), total }
}

async function pageOfMany(ctx: Context, filter: CaseFilter, page: { offset: number, limit: number }): Promise<{ ids: number[], total: number }> {
  const { total, from, to, offset } = await findCaseWindow(ctx, filter, page)
  return { ids: await inOrder(filtered(ctx, filter).where('updated_at', '>=', from).where('updated_at', '<', to), { ...page, offset }), total }
}

function filtered(ctx: Context, { ids, is_closed }: CaseFilter) {
  return visibleCases(ctx)
    .$if(ids !== undefined, (cases) => cases.where('id', '=', sql<number>`any(${ids ?? []}::bigint[])`))
    .$if(is_closed !== undefined, (cases) => cases.where('closed_at', is_closed ? 'is not' : 'is', null))
}

async function inOrder(cases: ReturnType<typeof visibleCases>, { offset, limit }: { offset: number, limit: number }): Promise<number[]> {
  const rows = await cases.select('id').orderBy('updated_at', 'desc').orderBy('id', 'desc').offset(offset).limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** The cases of these ids, in this order. */
async function viewCases(ctx: Context, ids: readonly number[]): Promise<CaseView[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<CaseView>`${PREPARED}
    select c.id, c.kind, c.number, c.title, c.site_id, c.contact_id, c.company_id, c.team_id, c.opened_at, c.closed_at, c.contents, c.created_at, c.updated_at,
      c.staff_ids[1] as staff_id, r.sentiment, r.updated_at as rated_at,
      (select max(v.sent_at) from invitations v where v.account_id = c.account_id and v.case_id = c.id and v.state = 'sent') as asked_at
    from unnest(${ids}::bigint[]) with ordinality as i(id, position)
    join cases c on c.account_id = ${ctx.account.id} and c.id = i.id
    left join lateral (${newestClear}) r on true
    order by i.position`.execute(ctx.db)
  return rows
}

/** As filteredResponses reads `clear`, for each case of a page at once. */
const newestClear = sql`
  select o.sentiment, o.updated_at from responses o
  where o.account_id = c.account_id and o.case_id = c.id and o.sentiment in (0, 1, 3, 4)
  order by o.dated_at desc, o.id desc limit 1`
