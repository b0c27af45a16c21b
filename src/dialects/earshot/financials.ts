import type { FastifyRequest } from 'fastify'
import { listFinancials, setFinancials } from '../../core/company-financials.ts'
import { Invalid } from '../../core/errors.ts'
import { contextFrom } from './auth.ts'
import { toListed, toPage, type Listed } from './paging.ts'
import { toFinancials, toFinancialsDraft, toFinancialsFilter, type Financials, type FinancialsArguments, type FinancialsChange } from './shapes.ts'

/** PUT /v1/financials: revenue and cost of companies by quarter, all of them or none. */
export async function putFinancials(request: FastifyRequest<{ Body: FinancialsChange }>): Promise<{ written: number }> {
  const { financials } = request.body
  await setFinancials(contextFrom(request), financials.map(toFinancialsDraft)).catch(nameItems)
  return { written: financials.length }
}

/** GET /v1/financials: by the company's name, then by quarter. */
export function getFinancials(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: FinancialsArguments }>): Promise<Listed<Financials>> => {
    const { rows, total } = await listFinancials(contextFrom(request), toFinancialsFilter(request.query), toPage(request.query))
    return toListed(request, public_url, rows.map(toFinancials), total)
  }
}

/** The core speaks of a bare list, and of a site where a code is given here. */
function nameItems(error: unknown): never {
  if (!(error instanceof Invalid)) throw error
  throw new Invalid(error.faults.map((fault) => ({ ...fault, field: `financials${fault.field.replace(/\.site$/, '.site_code')}` })))
}
