import { sql, type Selectable } from 'kysely'
import type { Db } from '../storage/database.ts'
import { unnested } from '../storage/recordset.ts'
import type { SiteRow } from '../storage/schema.ts'
import { checkText, checked, given, isUniqueViolation } from './checks.ts'
import { onlySite, type Context } from './context.ts'
import { Forbidden, Invalid, NotFound, type Fault } from './errors.ts'

export type Site = Selectable<SiteRow>

export interface SiteDraft {
  /** The account's own short name of it, unique in the account. */
  code: string
  name: string
  city?: string | null
  region?: string | null
  site_type?: string | null
}

/** Fields that are left out stay as they are. */
export type SiteChange = Partial<SiteDraft>

/** Makes a site. Throws Invalid with every fault, those that a face found while reading it among them, also for a code that is taken; Forbidden for a key that is limited to a site. */
export async function createSite(ctx: Context, draft: SiteDraft, unreadable: Fault[] = []): Promise<Site> {
  if (onlySite(ctx) !== null) throw new Forbidden('a key of one site cannot make sites')
  await checkSite(ctx, draft, unreadable, null)
  const now = ctx.now()
  const { code, name, city = null, region = null, site_type = null } = draft
  return ctx.db.insertInto('sites').values({ account_id: ctx.account.id, code, name, city, region, site_type, created_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow().catch((error: unknown) => refuseTakenCode(error, code))
}

/** Changes a site; what is null is taken away. Throws NotFound, also for one that this actor may not see, and Invalid as above. */
export async function changeSite(ctx: Context, id: number, change: SiteChange, unreadable: Fault[] = []): Promise<Site> {
  if (!await findSite(ctx, id)) throw new NotFound(`the account has no site ${id}`)
  await checkSite(ctx, change, unreadable, id)
  const site = await ctx.db.updateTable('sites').set({ ...change, updated_at: ctx.now() }).where('account_id', '=', ctx.account.id).where('id', '=', id)
    .returningAll().executeTakeFirst().catch((error: unknown) => refuseTakenCode(error, change.code ?? ''))
  if (!site) throw new NotFound(`the account has no site ${id}`)
  return site
}

/** By its id, if this actor may see it. */
export async function findSite(ctx: Context, id: number): Promise<Site | null> {
  return (await visibleSites(ctx).where('id', '=', id).executeTakeFirst()) ?? null
}

/** By its code, if this actor may see it. */
export async function findSiteByCode(ctx: Context, code: string): Promise<Site | null> {
  return (await visibleSites(ctx).where('code', '=', code).executeTakeFirst()) ?? null
}

export type NamedSite = Pick<Site, 'account_id' | 'id' | 'code' | 'name'>

/** Those of these codes that there are, of any accounts and in no order: one prepared statement, for hot paths. */
export async function findSites(db: Db, codes: { account_id: number, code: string }[]): Promise<NamedSite[]> {
  if (codes.length === 0) return []
  const { rows } = await sql<NamedSite>`
    select s.account_id, s.id, s.code, s.name from ${unnested(codes, 'account_id bigint, code text')} i join sites s on s.account_id = i.account_id and s.code = i.code`.execute(db)
  return rows
}

/** The same of one account, in the order of the codes. */
export async function findSitesByCodes(db: Db, account_id: number, codes: string[]): Promise<NamedSite[]> {
  const rows = await findSites(db, codes.map((code) => ({ account_id, code })))
  return codes.flatMap((code) => rows.find((row) => row.code === code) ?? [])
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

/** One page of them, and how many there are. */
export async function listSitePage(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: Site[], total: number }> {
  const rows = await visibleSites(ctx).orderBy(sql`lower(name) collate "C"`).orderBy('id').offset(page.offset).limit(page.limit).execute()
  const { total } = await visibleSites(ctx).clearSelect().select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

async function checkSite(ctx: Context, { code, name, city, region, site_type }: SiteChange, unreadable: Fault[], id: number | null): Promise<void> {
  const faults = [
    given(code, (text) => checkText('code', text, 100)), given(name, (text) => checkText('name', text, 200)), given(city, (text) => checkText('city', text, 200)),
    given(region, (text) => checkText('region', text, 200)), given(site_type, (text) => checkText('site_type', text, 200)),
  ]
  const is_readable = !unreadable.some(({ field }) => field === 'code') && faults[0] === null
  checked([...unreadable, ...faults.filter((fault) => fault && !unreadable.some(({ field }) => field === fault.field)), is_readable ? await given(code, (text) => takenFault(ctx, text, id)) : null])
}

/** Also by a site that this actor may not see. */
async function takenFault(ctx: Context, code: string, id: number | null): Promise<Fault | null> {
  const holder = await ctx.db.selectFrom('sites').select('id').where('account_id', '=', ctx.account.id).where('code', '=', code).executeTakeFirst()
  return holder && holder.id !== id ? takenCode(code) : null
}

function takenCode(code: string): Fault {
  return { field: 'code', code: 'forbidden_value', info: { disallowed_values: [code], message: 'is taken by another site' } }
}

/** Somebody was faster. */
function refuseTakenCode(error: unknown, code: string): never {
  throw isUniqueViolation(error, 'sites_account_id_code_key') ? new Invalid([takenCode(code)]) : error
}

function visibleSites(ctx: Context) {
  const limit = onlySite(ctx)
  const sites = ctx.db.selectFrom('sites').selectAll().where('account_id', '=', ctx.account.id)
  return limit === null ? sites : sites.where('id', '=', limit)
}
