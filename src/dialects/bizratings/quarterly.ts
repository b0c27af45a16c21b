import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from '@fastify/type-provider-typebox'
import type { Context } from '../../core/context.ts'
import { companyQuartersReport, quarterReport, type CompanyQuarter, type CompanyQuarters, type QuarterlyFilter } from '../../metrics/quarterly-report.ts'
import { contextFrom, plainSite } from './auth.ts'
import { toFilter } from './responses.ts'
import { NoArguments } from './validation.ts'

const text = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const whole = Type.Unsafe<number | null>({ type: ['integer', 'null'] })
const figure = Type.Unsafe<number | null>({ type: ['number', 'null'] })

const Figures = Type.Object({ TotalSent: Type.Integer(), TotalResponses: Type.Integer(), ResponseRate: figure, AverageScore: figure, Revenue: figure, Cost: figure, Profit: figure, MarginPercent: figure })
const Client = Type.Object({ CompanyRecID: whole, CompanyName: text, Quarters: Type.Integer(), ...Figures.properties })
const ClientQuarter = Type.Object({ CompanyRecID: whole, CompanyName: text, Year: Type.Integer(), Quarter: Type.Integer(), QuarterStart: Type.String(), ...Figures.properties })

/** Survey figures and profitability of the companies by calendar quarter: not paged, and without arguments. */
export function addQuarterly(app: FastifyInstance): void {
  app.get('/api/tickets/quarterlyresponses', { schema: { querystring: NoArguments, response: { 200: Type.Array(Client) } } }, listClients)
  app.get('/api/tickets/quarterlyresponsessummary', { schema: { querystring: NoArguments, response: { 200: Type.Array(ClientQuarter) } } }, listClientQuarters)
}

/** A row for each company. */
async function listClients(request: FastifyRequest): Promise<Static<typeof Client>[]> {
  const ctx = contextFrom(request)
  const rows = await companyQuartersReport(ctx, recordsOf(ctx))
  return rows.map((row) => ({ ...companyOf(row), Quarters: row.quarters, ...toFigures(row) }))
}

/** A row for each company and quarter. */
async function listClientQuarters(request: FastifyRequest): Promise<Static<typeof ClientQuarter>[]> {
  const ctx = contextFrom(request)
  const rows = await quarterReport(ctx, recordsOf(ctx))
  return rows.map((row) => ({ ...companyOf(row), Year: row.year, Quarter: row.quarter, QuarterStart: row.from.toISOString(), ...toFigures(row) }))
}

/** What the statistics of companies count. */
function recordsOf(ctx: Context): QuarterlyFilter {
  return { ...toFilter(ctx, {}), site_ids: [plainSite(ctx)] }
}

function companyOf({ company }: CompanyQuarter | CompanyQuarters) {
  return { CompanyRecID: company?.external_id ?? null, CompanyName: company?.name ?? null }
}

function toFigures({ sent, responses, percent, average, money }: CompanyQuarter | CompanyQuarters): Static<typeof Figures> {
  return {
    TotalSent: sent, TotalResponses: responses, ResponseRate: percent, AverageScore: average,
    Revenue: money?.revenue ?? null, Cost: money?.cost ?? null, Profit: money?.profit ?? null, MarginPercent: money?.margin_percent ?? null,
  }
}
