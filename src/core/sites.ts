import { sql, type Selectable } from 'kysely'
import type { SiteRow } from '../storage/schema.ts'
import { checkText, checked, given, isUniqueViolation } from './checks.ts'
import { onlySite, type Context } from './context.ts'
import { Forbidden, Invalid, NotFound } from './errors.ts'

export type Site = Selectable<SiteRow>

export interface SiteDraft {
  /** The account's own short name of it, unique in the account. */
  code: string
  name: string
  city?: string | null
  region?: string | null
  site_type?: string | null
}

/** Makes a site. Throws Invalid, also for a code that is taken; Forbidden for a key that is limited to a site. */
export async function createSite(ctx: Context, draft: SiteDraft): Promise<Site> {
  if (onlySite(ctx) !== null) throw new Forbidden('a key of one site cannot make sites')
  checked([checkText('code', draft.code, 100), checkText('name', draft.name, 200), given(draft.city, (city) => checkText('city', city, 200)),
    given(draft.region, (region) => checkText('region', region, 200)), given(draft.site_type, (type) => checkText('site_type', type, 200))])
  const now = ctx.now()
  const { code, name, city = null, region = null, site_type = null } = draft
  try {
    return await ctx.db.insertInto('sites').values({ account_id: ctx.account.id, code, name, city, region, site_type, created_at: now, updated_at: now })
      .returningAll().executeTakeFirstOrThrow()
  } catch (error) {
    if (!isUniqueViolation(error, 'sites_account_id_code_key')) throw error
    throw new Invalid([{ field: 'code', code: 'forbidden_value', info: { disallowed_values: [code], message: 'is taken by another site' } }])
  }
}

/** By its id, if this actor may see it. */
export async function findSite(ctx: Context, id: number): Promise<Site | null> {
  return (await visibleSites(ctx).where('id', '=', id).executeTakeFirst()) ?? null
}

/** By its code, if this actor may see it. */
export async function findSiteByCode(ctx: Context, code: string): Promise<Site | null> {
  return (await visibleSites(ctx).where('code', '=', code).executeTakeFirst()) ?? null
}

/** By its code. Throws NotFound. */
export async function getSiteByCode(ctx: Context, code: string): Promise<Site> {
  const site = await findSiteByCode(ctx, code)
  if (!site) throw new NotFound(`the account has no site ${code}`)
  return site
}

/** All sites that this actor may see, by name (case-insensitive, by code point). */
export async function listSites(ctx: Context): Promise<Site[]> {
  return visibleSites(ctx).orderBy(sql`lower(name) collate "C"`).orderBy('id').execute()
}

function visibleSites(ctx: Context) {
  const limit = onlySite(ctx)
  const sites = ctx.db.selectFrom('sites').selectAll().where('account_id', '=', ctx.account.id)
  return limit === null ? sites : sites.where('id', '=', limit)
}
