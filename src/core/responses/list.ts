import { sql } from 'kysely'
import { onlySite, type Context } from '../context.ts'
import { NotFound } from '../errors.ts'
import { filteredResponses, type ResponseFilter } from './filter.ts'
import { viewResponses, type ResponseView } from './view.ts'

export interface Page { offset: number, limit: number }

/** What a list shows beside the responses themselves. */
export interface Parts { answers?: boolean, data?: boolean }

/** Counted responses that pass the filter, newest first (by answered_at, then id): one page, and the exact total. A key that is limited to one site sees that one only. */
export async function listResponses(ctx: Context, filter: ResponseFilter, page: Page, parts: Parts = {}): Promise<{ rows: ResponseView[], total: number }> {
  const all = filteredResponses(ctx, withinSite(ctx, filter))
  const [ids, count] = await Promise.all([
    all.select('r.id').orderBy('r.answered_at', 'desc').orderBy('r.id', 'desc').offset(page.offset).limit(page.limit).execute(),
    all.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow(),
  ])
  return { rows: await viewResponses(ctx, ids.map(({ id }) => id), parts), total: count.total }
}

/** One counted response with everything. Throws NotFound. */
export async function getResponse(ctx: Context, id: number): Promise<ResponseView> {
  const found = await filteredResponses(ctx, withinSite(ctx, {})).select('r.id').where('r.id', '=', id).executeTakeFirst()
  const [view] = found ? await viewResponses(ctx, [found.id], { answers: true, data: true }) : []
  if (!view) throw new NotFound('no such response')
  return view
}

/** The filter narrowed to the site that the actor is limited to, if it is. */
export function withinSite(ctx: Context, filter: ResponseFilter): ResponseFilter {
  const site_id = onlySite(ctx)
  if (site_id === null) return filter
  return { ...filter, site_ids: !filter.site_ids || filter.site_ids.includes(site_id) ? [site_id] : [] }
}
