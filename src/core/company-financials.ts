import { sql } from 'kysely'
import { snapshot, transaction, type Tx } from '../storage/database.ts'
import { itemAt, recordset } from '../storage/recordset.ts'
import { checkText, checked, given } from './checks.ts'
import { onlySite, writeSite, type Context } from './context.ts'
import { Invalid, type Fault } from './errors.ts'
import { amountText, AMOUNT_FORM, parseCents } from './money.ts'
import { companyName, resolveCompanies, type CompanyInput } from './people/companies.ts'
import { containing } from './responses/filter.ts'
import type { Page } from './responses/list.ts'
import { listSites } from './sites.ts'

/** What a company brought in and cost in one calendar quarter. */
export interface FinancialsDraft {
  /** By its external id, its name, or both; the id alone will do for a company that is known. */
  company: { external_id: number | null, name: string | null }
  /** The code of the site that it is about; null for the one that this actor's new things belong to. */
  site: string | null
  /** 1900 to 9999. */
  year: number
  /** 1 to 4. */
  quarter: number
  /** Exact amounts such as `-12000.50`, as parseCents reads them; of whatever currency the account counts in. */
  revenue: string
  cost: string
}

export interface Financials {
  company: { id: number, external_id: number | null, name: string }
  site: { id: number, code: string, name: string }
  year: number
  quarter: number
  /** Exact amounts, always with two decimals. */
  revenue: string
  cost: string
  created_at: Date
  updated_at: Date
}

/** Everything given must hold. */
export interface FinancialsFilter {
  /** A site's code. */
  site?: string
  company_id?: number
  company_external_id?: number
  /** A part of the name, in any letter case. */
  company_name?: string
  year?: number
  quarter?: number
}

/**
 * Stores them all in one transaction, or none; companies are found or made. What was stored of the same site, company and quarter is replaced, so that twice is harmless.
 * `onWritten` is told how many are written so far. Throws Invalid with all faults, as `[3].revenue`: 3 is the index among the drafts. The same site, company and quarter twice is one.
 */
export async function setFinancials(ctx: Context, drafts: readonly FinancialsDraft[], onWritten: (count: number) => void = () => undefined): Promise<void> {
  await transaction(ctx.db, async (tx) => {
    const rows = await placeDrafts({ ...ctx, db: tx }, tx, drafts)
    // In one order, so that two who write the same do not wait for each other in a circle.
    const sorted = rows.toSorted((a, b) => a.site_id - b.site_id || a.company_id - b.company_id || a.year - b.year || a.quarter - b.quarter)
    let written = 0
    for (const batch of batchesOf(sorted)) {
      await upsertRows(tx, ctx, batch)
      onWritten(written += batch.length)
    }
  })
}

/** All that setFinancials would refuse; stores nothing. Not inside a transaction, since what was tried is undone with its own. */
export async function checkFinancials(ctx: Context, drafts: readonly FinancialsDraft[]): Promise<Fault[]> {
  try {
    return await transaction(ctx.db, async (tx) => {
      await placeDrafts({ ...ctx, db: tx }, tx, drafts)
      throw new NothingWrong()
    })
  } catch (error) {
    if (error instanceof NothingWrong) return []
    if (error instanceof Invalid) return error.faults
    throw error
  }
}

/** By the company's name (case-insensitive, by code point), then year, quarter and site: one page, and how many there are in all. A key of one site sees that one only. */
export async function listFinancials(ctx: Context, filter: FinancialsFilter, page: Page): Promise<{ rows: Financials[], total: number }> {
  const { rows, total } = await snapshot(ctx.db, async (db) => {
    const all = filtered({ ...ctx, db }, filter)
    const found = await all.select(['f.company_id', 'c.external_id', 'c.name', 'f.site_id', 's.code as site_code', 's.name as site_name', 'f.year', 'f.quarter', 'f.revenue_cents', 'f.cost_cents', 'f.created_at', 'f.updated_at'])
      .orderBy(sql`lower(c.name) collate "C"`).orderBy('f.company_id').orderBy('f.year').orderBy('f.quarter').orderBy('f.site_id').offset(page.offset).limit(page.limit).execute()
    return { rows: found, ...await all.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow() }
  })
  return {
    total,
    rows: rows.map(({ company_id, external_id, name, site_id, site_code, site_name, revenue_cents, cost_cents, ...others }) => ({
      company: { id: company_id, external_id, name }, site: { id: site_id, code: site_code, name: site_name }, revenue: amountText(revenue_cents), cost: amountText(cost_cents), ...others,
    })),
  }
}

/** Rows, or companies, in one statement. */
const BATCH = 5000

/** What undoes a check that found nothing. */
class NothingWrong extends Error {}

function filtered(ctx: Context, { site, company_id, company_external_id, company_name, year, quarter }: FinancialsFilter) {
  const only = onlySite(ctx)
  return ctx.db.selectFrom('company_financials as f')
    .innerJoin('companies as c', (join) => join.onRef('c.account_id', '=', 'f.account_id').onRef('c.id', '=', 'f.company_id'))
    .innerJoin('sites as s', (join) => join.onRef('s.account_id', '=', 'f.account_id').onRef('s.id', '=', 'f.site_id'))
    .where('f.account_id', '=', ctx.account.id)
    .$if(only !== null, (rows) => rows.where('f.site_id', '=', only))
    .$if(site !== undefined, (rows) => rows.where('s.code', '=', site ?? ''))
    .$if(company_id !== undefined, (rows) => rows.where('f.company_id', '=', company_id ?? 0))
    .$if(company_external_id !== undefined, (rows) => rows.where('c.external_id', '=', company_external_id ?? 0))
    .$if(company_name !== undefined, (rows) => rows.where('c.name', 'ilike', containing(company_name ?? '')))
    .$if(year !== undefined, (rows) => rows.where('f.year', '=', year ?? 0))
    .$if(quarter !== undefined, (rows) => rows.where('f.quarter', '=', quarter ?? 0))
}

interface Row { site_id: number, company_id: number, year: number, quarter: number, revenue_cents: number, cost_cents: number }

/** The rows that drafts stand for, in their order, companies made. Throws Invalid. */
async function placeDrafts(ctx: Context, tx: Tx, drafts: readonly FinancialsDraft[]): Promise<Row[]> {
  const sites = new Map((await listSites(ctx)).map(({ id, code }) => [code, id]))
  const site_ids = drafts.map(({ site }) => site === null ? writeSite(ctx, null) : sites.get(site))
  const named = namedCompanies(ctx, drafts)
  const known = await knownCompanies(ctx, drafts.filter((draft) => !named.has(keyOf(draft))))
  const faults = drafts.map((draft, index) => draftFaults(draft, `[${index}]`, { site: site_ids[index] !== undefined, company: named.has(keyOf(draft)) || known.has(keyOf(draft)) }))
  const repeated = repeatFaults(drafts.map((draft, index) => faults[index]?.length ? null : `${site_ids[index]} ${keyOf(draft)} ${draft.year} ${draft.quarter}`))
  checked([...faults.flat(), ...repeated])
  const made = await makeCompanies(tx, named, ctx.now())
  const rows = drafts.map((draft, index) => toRow(draft, site_ids[index], made.get(keyOf(draft)) ?? known.get(keyOf(draft))))
  // Two names may turn out to be one company's.
  checked(repeatFaults(rows.map(({ site_id, company_id, year, quarter }) => `${site_id} ${company_id} ${year} ${quarter}`)))
  return rows
}

/** The companies that come with a name, each once, by keyOf: the last name given of an external id is the newest. */
function namedCompanies(ctx: Context, drafts: readonly FinancialsDraft[]): Map<string, CompanyInput> {
  return new Map(drafts.flatMap((draft) => {
    const { external_id, name } = draft.company
    return name === null ? [] : [[keyOf(draft), { account_id: ctx.account.id, external_id, name }]]
  }))
}

/** The ids of those that are there already, by keyOf. */
async function knownCompanies(ctx: Context, drafts: readonly FinancialsDraft[]): Promise<Map<string, number>> {
  const asked = new Set(drafts.map(({ company }) => company.external_id).filter((external_id) => Number.isSafeInteger(external_id)))
  if (asked.size === 0) return new Map()
  const rows = await ctx.db.selectFrom('companies').select(['id', 'external_id']).where('account_id', '=', ctx.account.id).where(sql<boolean>`external_id = any(${[...asked]}::bigint[])`).execute()
  return new Map(rows.map(({ id, external_id }) => [keyOf({ company: { external_id, name: null } }), id]))
}

function draftFaults({ company, year, quarter, revenue, cost }: FinancialsDraft, at: string, found: { site: boolean, company: boolean }): Fault[] {
  return [
    companyFault(`${at}.company`, company, found.company),
    given(company.name, (name) => checkText(`${at}.company.name`, name, 300)),
    found.site ? null : fault(`${at}.site`, 'is no site of this account'),
    Number.isInteger(year) && year >= 1900 && year <= 9999 ? null : fault(`${at}.year`, 'must be from 1900 to 9999'),
    [1, 2, 3, 4].includes(quarter) ? null : fault(`${at}.quarter`, 'must be 1, 2, 3 or 4'),
    amountFault(`${at}.revenue`, revenue), amountFault(`${at}.cost`, cost),
  ].filter((one) => one !== null)
}

function companyFault(field: string, { external_id, name }: FinancialsDraft['company'], is_found: boolean): Fault | null {
  if (external_id === null) return name === null ? fault(field, 'needs an external id or a name') : null
  if (!Number.isSafeInteger(external_id)) return fault(`${field}.external_id`, 'must be a whole number')
  return is_found ? null : fault(`${field}.external_id`, 'is of no company that is known: give its name, too')
}

function amountFault(field: string, text: string): Fault | null {
  if (text === '') return { field, code: 'required', info: {} }
  return parseCents(text) === null ? fault(field, AMOUNT_FORM) : null
}

/** A fault for each draft whose key another one had before it. */
function repeatFaults(keys: readonly (string | null)[]): Fault[] {
  const seen = new Map<string, number>()
  return keys.flatMap((key, index) => {
    if (key === null) return []
    const first = seen.get(key)
    if (first === undefined) seen.set(key, index)
    return first === undefined ? [] : [fault(`[${index}]`, `is about the same site, company and quarter as [${first}]`)]
  })
}

function fault(field: string, message: string): Fault {
  return { field, code: 'invalid_value', info: { message } }
}

/** What a draft knows its company by, as one text. */
function keyOf({ company: { external_id, name } }: Pick<FinancialsDraft, 'company'>): string {
  return external_id === null ? `name ${companyName(name ?? '').toLowerCase()}` : `id ${external_id}`
}

/** Those with an external id first, so that a name alone finds what they made. The ids by keyOf. */
async function makeCompanies(tx: Tx, named: Map<string, CompanyInput>, now: Date): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  const [numbered, others] = [[...named].filter(([, { external_id }]) => external_id !== null), [...named].filter(([, { external_id }]) => external_id === null)]
  for (const batch of [...batchesOf(numbered), ...batchesOf(others)]) {
    const made = await resolveCompanies(tx, batch.map(([, company]) => company), now)
    batch.forEach(([key], index) => ids.set(key, itemAt(made, index)))
  }
  return ids
}

function batchesOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) => items.slice(index * BATCH, (index + 1) * BATCH))
}

function toRow({ year, quarter, revenue, cost }: FinancialsDraft, site_id: number | undefined, company_id: number | undefined): Row {
  const [revenue_cents, cost_cents] = [parseCents(revenue), parseCents(cost)]
  if (site_id === undefined || company_id === undefined || revenue_cents === null || cost_cents === null) throw new Error('a draft passed that should not have')
  return { site_id, company_id, year, quarter, revenue_cents, cost_cents }
}

async function upsertRows(tx: Tx, ctx: Context, rows: Row[]): Promise<void> {
  const now = ctx.now()
  await sql`insert into company_financials (account_id, site_id, company_id, year, quarter, revenue_cents, cost_cents, created_at, updated_at)
    select ${ctx.account.id}, site_id, company_id, year, quarter, revenue_cents, cost_cents, ${now}, ${now}
    from jsonb_to_recordset(${recordset(rows)}::jsonb) as i(site_id bigint, company_id bigint, year smallint, quarter smallint, revenue_cents bigint, cost_cents bigint)
    on conflict (account_id, site_id, company_id, year, quarter) do update set revenue_cents = excluded.revenue_cents, cost_cents = excluded.cost_cents, updated_at = excluded.updated_at`.execute(tx)
}
