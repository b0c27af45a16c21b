import { sql } from 'kysely'
import { onlySite, type Context } from '../core/context.ts'
import { startOfDay } from '../core/days.ts'
import type { UnansweredFilter } from '../core/invitations/unanswered.ts'
import { amountNumber, percentOf } from '../core/money.ts'
import { recordFigures } from '../core/records/figures.ts'
import type { Scope } from '../core/records/scope.ts'
import { withinSite } from '../core/responses/list.ts'
import { quotient } from '../core/scores.ts'
import { snapshot } from '../storage/database.ts'
import { itemAt } from '../storage/recordset.ts'
import type { CompanyFigures, ResponseFigures } from './ticket-reports.ts'

/** Which records, as companyReport counts them; money is of these sites. */
export type QuarterlyFilter = Pick<UnansweredFilter, 'site_ids' | 'headline_metric' | 'not_kind'>

type Company = CompanyFigures['company']

/** Amounts as numbers with at most two decimals. `margin_percent`: profit / revenue × 100, two decimals, null where there was no revenue. */
export interface Profitability { revenue: number, cost: number, profit: number, margin_percent: number | null }

/** `money` is null where none was given. */
export interface CompanyQuarter extends ResponseFigures { company: Company, year: number, quarter: number, from: Date, money: Profitability | null }

/** `quarters`: how many the company has something in. `money` adds up what was given, null where none was. */
export interface CompanyQuarters extends ResponseFigures { company: Company, quarters: number, money: Profitability | null }

/**
 * A row for each company and calendar quarter of the account's time zone in which it was sent or answered something, or has money; what is of no company has a row, too.
 * The newest quarter first, then by name. `from` is the quarter's first instant.
 */
export async function quarterReport(ctx: Context, filter: QuarterlyFilter): Promise<CompanyQuarter[]> {
  const { rows, companies } = await quarterRows(ctx, filter)
  const quarters = [...Map.groupBy(rows, ({ year, quarter }) => 4 * year + quarter)].toSorted(([a], [b]) => b - a)
  return quarters.flatMap(([, group]) => {
    const from = startOfQuarter(ctx.account.time_zone, itemAt(group, 0))
    return group.toSorted((a, b) => companies.placeOf(a) - companies.placeOf(b))
      .map((row) => ({ company: companies.companyOf(row), year: row.year, quarter: row.quarter, from, ...figuresOf(row), money: moneyOf(row) }))
  })
}

/** The same with all quarters of a company in one row, by name. */
export async function companyQuartersReport(ctx: Context, filter: QuarterlyFilter): Promise<CompanyQuarters[]> {
  const { rows, companies } = await quarterRows(ctx, filter)
  const totals = [...Map.groupBy(rows, ({ company_id }) => company_id).values()].map((quarters) => ({ quarters: quarters.length, ...quarters.reduce(added) }))
  return totals.toSorted((a, b) => companies.placeOf(a) - companies.placeOf(b)).map((row) => ({
    company: companies.companyOf(row), quarters: row.quarters, ...figuresOf(row), money: moneyOf(row),
  }))
}

interface Quarter { year: number, quarter: number }

interface SurveyRow extends Quarter { company_id: number | null, responses: number, invited: number, waiting: number, score_sum: number, score_count: number }

/** In cents: sums may outgrow a number. */
interface MoneyRow extends Quarter { company_id: number, revenue: bigint, cost: bigint }

type Row = SurveyRow & { revenue: bigint | null, cost: bigint | null }

interface Companies {
  companyOf(row: { company_id: number | null }): Company
  /** By name, what has none last. */
  placeOf(row: { company_id: number | null }): number
}

function quarterRows(ctx: Context, filter: QuarterlyFilter): Promise<{ rows: Row[], companies: Companies }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const rows = new Map<string, Row>((await surveyFigures(seen, filter)).map((row) => [keyOf(row), { ...row, revenue: null, cost: null }]))
    for (const { revenue, cost, ...place } of await moneyFigures(seen, filter)) rows.set(keyOf(place), { ...NOTHING_ASKED, ...rows.get(keyOf(place)), ...place, revenue, cost })
    return { rows: [...rows.values()], companies: await loadCompanies(seen, [...rows.values()]) }
  })
}

const NOTHING_ASKED = { responses: 0, invited: 0, waiting: 0, score_sum: 0, score_count: 0 }

function keyOf({ company_id, year, quarter }: Quarter & { company_id: number | null }): string {
  return `${company_id} ${year} ${quarter}`
}

/** What was sent and answered, by company and quarter: a record's date is when it was answered, else when it was sent. */
async function surveyFigures(ctx: Context, filter: QuarterlyFilter): Promise<SurveyRow[]> {
  const scope: Scope = { subject: { of: 'company', ids: null }, ...withinSite(ctx, filter) }
  const { rows } = await sql<SurveyRow>`
    select nullif(f.subject_id, 0) as company_id, extract(year from f.first_day)::integer as year, extract(quarter from f.first_day)::integer as quarter, sum(f.waiting)::bigint as waiting,
      sum(f.responses)::bigint as responses, sum(f.invited)::bigint as invited, sum(f.score_sum)::bigint as score_sum, sum(f.score_count)::bigint as score_count
    from ${recordFigures(ctx, scope, ['waiting', 'responses', 'invited', 'score_sum', 'score_count'])} f group by 1, 2, 3 having sum(f.waiting) + sum(f.responses) > 0`.execute(ctx.db)
  return rows
}

function startOfQuarter(zone: string, { year, quarter }: Quarter): Date {
  return startOfDay(zone, year, 3 * quarter - 2, 1)
}

async function moneyFigures(ctx: Context, { site_ids }: QuarterlyFilter): Promise<MoneyRow[]> {
  const only = onlySite(ctx)
  const rows = await ctx.db.selectFrom('company_financials').where('account_id', '=', ctx.account.id)
    .$if(only !== null, (financials) => financials.where('site_id', '=', only))
    .$if(site_ids !== undefined, (financials) => financials.where(sql<boolean>`site_id = any(${site_ids}::bigint[])`))
    .select(['company_id', 'year', 'quarter', sql<string>`sum(revenue_cents)::text`.as('revenue'), sql<string>`sum(cost_cents)::text`.as('cost')])
    .groupBy(['company_id', 'year', 'quarter']).execute()
  return rows.map(({ revenue, cost, ...place }) => ({ ...place, revenue: BigInt(revenue), cost: BigInt(cost) }))
}

async function loadCompanies(ctx: Context, rows: Row[]): Promise<Companies> {
  const ids = [...new Set(rows.map(({ company_id }) => company_id))].filter((id) => id !== null)
  const companies = await ctx.db.selectFrom('companies').select(['id', 'external_id', 'name']).where('account_id', '=', ctx.account.id).where(sql<boolean>`id = any(${ids}::bigint[])`)
    .orderBy(sql`lower(name) collate "C"`).orderBy('id').execute()
  const places = new Map<number | null, number>(companies.map(({ id }, place) => [id, place]))
  const placeOf = (row: { company_id: number | null }) => places.get(row.company_id) ?? companies.length
  return { placeOf, companyOf: (row) => companies[placeOf(row)] ?? null }
}

/** Two rows of one company as one. */
function added(a: Row, b: Row): Row {
  return {
    ...a, responses: a.responses + b.responses, invited: a.invited + b.invited, waiting: a.waiting + b.waiting, score_sum: a.score_sum + b.score_sum, score_count: a.score_count + b.score_count,
    revenue: sumOf(a.revenue, b.revenue), cost: sumOf(a.cost, b.cost),
  }
}

function sumOf(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || b === null ? a ?? b : a + b
}

function figuresOf({ responses, invited, waiting, score_sum, score_count }: Row): ResponseFigures {
  const sent = invited + waiting
  return { sent, responses, percent: quotient(100 * invited, sent, 2), average: quotient(score_sum, score_count, 2) }
}

function moneyOf({ revenue, cost }: Row): Profitability | null {
  if (revenue === null || cost === null) return null
  const profit = revenue - cost
  return { revenue: amountNumber(revenue), cost: amountNumber(cost), profit: amountNumber(profit), margin_percent: percentOf(profit, revenue) }
}
