import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from '@fastify/type-provider-typebox'
import type { Context } from '../../core/context.ts'
import { Invalid } from '../../core/errors.ts'
import { countByPeriod, type Grain } from '../../metrics/response-counts.ts'
import { companyReport, staffReport, staffSiteReport, ticketSummary } from '../../metrics/ticket-reports.ts'
import type { AskedFilter } from '../../core/responses/names.ts'
import { contextFrom, plainSite, requireAllSites } from './auth.ts'
import { PageArguments, setPageHeaders, toPage } from './paging.ts'
import { ResponseArguments, toFilter } from './responses.ts'
import { Client, Employee, EmployeeRating, ResponsePeriod, Summary, toClient, toEmployee, toEmployeeRating, toPeriod, toSummary } from './statistics-shapes.ts'
import { OptionalText } from './validation.ts'

const { memberName, filterBy, keyword, reviewType, startDate, endDate } = ResponseArguments.properties

const GRAINS: Record<string, Grain> = { daily: 'day', weekly: 'week', monthly: 'month', quarterly: 'quarter' }
const SOURCES: Record<string, 'csat' | 'nps'> = { csat: 'csat', nps: 'nps' }

// Of each endpoint, as the document lists them.
const SummaryArguments = Type.Object({ memberName, filterBy, keyword, reviewType, startDate, endDate })
const VolumeArguments = Type.Object({
  startDate, endDate,
  viewType: Type.Optional(Type.Refine(Type.String(), (type) => Object.hasOwn(GRAINS, type.toLowerCase()), () => `must be one of ${Object.keys(GRAINS).join(', ')}`)),
  source: Type.Optional(Type.Refine(Type.String(), (source) => Object.hasOwn(SOURCES, source.toLowerCase()), () => 'must be CSAT or NPS')),
})
const ClientArguments = Type.Object({ filterBy, keyword, startDate, endDate, ...PageArguments.properties })
const EmployeeArguments = Type.Object({ companyName: OptionalText(1000), startDate, endDate, ...PageArguments.properties })
const EmployeeRatingArguments = Type.Object({ startDate, endDate, ...PageArguments.properties })

/** The endpoints that count instead of listing. */
export function addStatistics(app: FastifyInstance, public_url: string): void {
  app.get('/api/tickets/summary', { schema: { querystring: SummaryArguments, response: { 200: Summary } } }, getSummary)
  app.get('/api/responses/summary', { schema: { querystring: VolumeArguments, response: { 200: Type.Array(ResponsePeriod) } } }, getVolume)
  app.get('/api/tickets/clientresponses', { schema: { querystring: ClientArguments, response: { 200: Type.Array(Client) } } }, listClients(public_url))
  // Three e's, as the vendor's document insists.
  app.get('/api/tickets/employeeeresponses', { schema: { querystring: EmployeeArguments, response: { 200: Type.Array(Employee) } } }, listEmployees(public_url))
  app.get('/api/tickets/multisiteemployeerating', { onRequest: requireAllSites, schema: { querystring: EmployeeRatingArguments, response: { 200: Type.Array(EmployeeRating) } } }, listEmployeeRatings(public_url))
}

/** All ticket responses in one object. */
async function getSummary(request: FastifyRequest<{ Querystring: Static<typeof SummaryArguments> }>): Promise<Summary> {
  const ctx = contextFrom(request)
  return toSummary(await ticketSummary(ctx, { ...toFilter(ctx, request.query), site_ids: [plainSite(ctx)] }))
}

/** How many responses came in each period: not paged, the oldest first. */
async function getVolume(request: FastifyRequest<{ Querystring: Static<typeof VolumeArguments> }>): Promise<ResponsePeriod[]> {
  const ctx = contextFrom(request)
  const { viewType = 'monthly', source = 'CSAT', ...range } = request.query
  const grain = GRAINS[viewType.toLowerCase()] ?? 'month'
  const filter = { ...toFilter(ctx, range), headline_metric: SOURCES[source.toLowerCase()] ?? ('csat' as const), site_ids: [plainSite(ctx)] }
  const periods = await countByPeriod(ctx, grain, filter).catch(nameEnds)
  return periods.map((period) => toPeriod(grain, period))
}

/** One page of the companies. */
function listClients(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: Static<typeof ClientArguments> }>, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = contextFrom(request)
    const page = toPage(request.query)
    const { rows, total } = await companyReport(ctx, { ...toFilter(ctx, request.query), site_ids: [plainSite(ctx)] }, page)
    setPageHeaders(request, reply, public_url, page, total)
    return reply.send(rows.map(toClient))
  }
}

/** One page of the technicians. */
function listEmployees(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: Static<typeof EmployeeArguments> }>, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = contextFrom(request)
    const page = toPage(request.query)
    const { rows, total } = await staffReport(ctx, { ...ofCompany(ctx, request.query), site_ids: [plainSite(ctx)] }, page)
    setPageHeaders(request, reply, public_url, page, total)
    return reply.send(rows.map(toEmployee))
  }
}

/** One page of the technicians at each site, for keys of the whole account. */
function listEmployeeRatings(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: Static<typeof EmployeeRatingArguments> }>, reply: FastifyReply): Promise<FastifyReply> => {
    const ctx = contextFrom(request)
    const page = toPage(request.query)
    const { rows, total } = await staffSiteReport(ctx, toFilter(ctx, request.query), page)
    setPageHeaders(request, reply, public_url, page, total)
    return reply.send(rows.map(toEmployeeRating))
  }
}

function ofCompany(ctx: Context, { companyName, ...others }: Static<typeof EmployeeArguments>): AskedFilter {
  return { ...toFilter(ctx, others), ...companyName ? { company_name: companyName } : {} }
}

/** The core's words for the ends of a range are not the vendor's. */
function nameEnds(error: unknown): never {
  if (!(error instanceof Invalid)) throw error
  const names: Record<string, string> = { from: 'startDate', to: 'endDate' }
  throw new Invalid(error.faults.map((fault) => ({ ...fault, field: names[fault.field] ?? fault.field })))
}
