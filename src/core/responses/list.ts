import { sql, type RawBuilder } from 'kysely'
import { snapshot } from '../../storage/database.ts'
import { onlySite, type Context } from '../context.ts'
import { NotFound } from '../errors.ts'
import { scopeOf, surplusScopeOf } from '../records/scope.ts'
import { findWindow, type PageWindow } from '../records/window.ts'
import { creditedResponses, filteredResponses, type ResponseFilter } from './filter.ts'
import { findNames, type AskedFilter } from './names.ts'
import { viewResponses, type ResponseView } from './view.ts'

export interface Page { offset: number, limit: number }

/** What a list shows beside the responses themselves. */
export interface Parts { answers?: boolean, data?: boolean }

/** Counted responses that pass the filter, newest first (by the record's date, then id): one page, and the exact total. A key that is limited to one site sees that one only. */
export async function listResponses(ctx: Context, filter: AskedFilter, page: Page, parts: Parts = {}): Promise<{ rows: ResponseView[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const asked = withinSite(ctx, await findNames(seen, filter))
    const { ids, total } = await pageSince(seen, asked, page)
    return { rows: await viewResponses(seen, ids, parts), total }
  })
}

/** One counted response with everything. Throws NotFound. */
export async function getResponse(ctx: Context, id: number): Promise<ResponseView> {
  const found = await filteredResponses(ctx, withinSite(ctx, {})).select('r.id').where('r.id', '=', id).executeTakeFirst()
  const [view] = found ? await viewResponses(ctx, [found.id], { answers: true, data: true }) : []
  if (!view) throw new NotFound('no such response')
  return view
}

interface Found { ids: number[], total: number }

/**
 * Nothing is made or changed before its date. So what is new since an instant is all that is dated since then, which is counted already, and behind it, as it is older, what was dated before and
 * changed since; only this has to be found.
 */
async function pageSince(ctx: Context, filter: ResponseFilter, page: Page): Promise<Found> {
  const { created_since, updated_since, ...others } = filter
  const [since] = [created_since, updated_since].filter((time) => time !== undefined).toSorted((a, b) => b.getTime() - a.getTime())
  if (!since) return pageOf(ctx, filter, page)
  const dated = await pageOf(ctx, { ...others, from: others.from && others.from > since ? others.from : since }, page)
  const rest = { offset: Math.max(0, page.offset - dated.total), limit: page.limit - dated.ids.length }
  const changed = await pageOfAll(ctx, { ...filter, to: others.to && others.to < since ? others.to : since }, rest, sql<boolean>`r.id = any(${changedSince(ctx, since)})`)
  return { ids: [...dated.ids, ...changed.ids], total: dated.total + changed.total }
}

/** The ids of what was dated before an instant and changed since, found on their own: whoever plans this takes a third of all responses for changed, and would rather go through all that was dated before. */
function changedSince(ctx: Context, since: Date): RawBuilder<unknown> {
  return sql`array(select c.id from responses c where c.account_id = ${ctx.account.id} and c.updated_at > c.dated_at and c.updated_at >= ${since} and c.dated_at < ${since})`
}

async function pageOf(ctx: Context, filter: ResponseFilter, page: Page): Promise<Found> {
  if (isAboutOne(filter)) return pageOfOne(ctx, filter, page)
  const scope = scopeOf(filter) ?? surplusScopeOf(filter)
  return scope ? pageInWindow(ctx, filter, await findWindow(ctx, scope, filter.has_comment ? 'comments' : 'responses', page), page) : pageOfAll(ctx, filter, page)
}

/** A page of what is counted already. */
async function pageInWindow(ctx: Context, filter: ResponseFilter, { total, from, to, offset }: PageWindow, { limit }: Page): Promise<Found> {
  const asked = { ...filter, from, to }
  const found = creditedResponses(ctx, asked) ?? filteredResponses(ctx, asked).select(['r.id', 'r.dated_at'])
  const { rows } = await sql<{ id: number }>`select id from (${found}) f order by dated_at desc, id desc offset ${offset} limit ${limit}`.execute(ctx.db)
  return { ids: rows.map(({ id }) => id), total }
}

/** Whether it asks for clear ratings of one person, company or case, and nothing that their index does not know. */
function isAboutOne(filter: ResponseFilter): boolean {
  const [about, ...others] = Object.entries(filter).flatMap(([key, value]) => value === undefined || ['has_case', 'clear', 'site_ids'].includes(key) ? [] : [key])
  return filter.clear === true && others.length === 0 && ['contact_id', 'company_id', 'case_id'].includes(about ?? '')
}

/** A page of what an index counts without a look at the rows, and has in this order. */
async function pageOfOne(ctx: Context, filter: ResponseFilter, { offset, limit }: Page): Promise<Found> {
  const asked = { ...filter, has_case: undefined }
  const rated = () => filteredResponses(ctx, asked).$if(filter.has_case === true, (responses) => responses.where('r.case_kind', 'is not', null)) // the same, and in the index
  const { total } = await rated().select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await rated().select('r.id').orderBy('r.dated_at', 'desc').orderBy('r.id', 'desc').offset(offset).limit(limit).execute()
  return { ids: rows.map(({ id }) => id), total }
}

/** A page of what has to be found first: once, to be counted and cut. */
async function pageOfAll(ctx: Context, filter: ResponseFilter, { offset, limit }: Page, also?: RawBuilder<boolean>): Promise<Found> {
  const found = (also ? null : creditedResponses(ctx, filter)) ?? filteredResponses(ctx, filter).where(also ?? sql<boolean>`true`).select(['r.id', 'r.dated_at'])
  const { rows: [row] } = await sql<{ total: number, ids: number[] }>`
    with found as materialized (${found})
    select (select count(*) from found) as total, array(select id from found order by dated_at desc, id desc offset ${offset} limit ${limit}) as ids`.execute(ctx.db)
  return row ?? { ids: [], total: 0 }
}

/** The filter narrowed to the site that the actor is limited to, if it is. */
export function withinSite(ctx: Context, filter: ResponseFilter): ResponseFilter {
  const site_id = onlySite(ctx)
  if (site_id === null) return filter
  return { ...filter, site_ids: !filter.site_ids || filter.site_ids.includes(site_id) ? [site_id] : [] }
}
