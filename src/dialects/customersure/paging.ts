import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from './auth.ts'
import { integer, type Parameter } from './parameters.ts'

const USUAL_PAGE = 30
const LARGEST_PAGE = 100

/** The parameters of every list. More than the largest page means the largest. */
export const PAGE_PARAMETERS: { page: Parameter<number>, per_page: Parameter<number> } = { page: integer({ from: 1, to: 1_000_000_000 }), per_page: integer({ from: 1 }) }

export interface AskedPage { page: number | null, per_page: number | null }

/** As the core counts: rows to leave out, and rows to answer. */
export function toPage(asked: AskedPage): { offset: number, limit: number } {
  const limit = Math.min(asked.per_page ?? USUAL_PAGE, LARGEST_PAGE)
  return { offset: ((asked.page ?? 1) - 1) * limit, limit }
}

/** Totals, and the addresses of the pages around: all that the caller asked for, with another page. */
export function addPageHeaders(request: FastifyRequest, reply: FastifyReply, asked: AskedPage, total: number): void {
  const page = asked.page ?? 1
  const last = Math.max(1, Math.ceil(total / toPage(asked).limit))
  const pages: [string, number][] = [['first', 1], ...(page > 1 ? [['prev', Math.min(page - 1, last)] as [string, number]] : []), ...(page < last ? [['next', page + 1] as [string, number]] : []), ['last', last]]
  reply.header('link', pages.map(([rel, number]) => `<${pageAddress(request, number)}>; rel="${rel}"`).join(', '))
  reply.header('x-total-pages', last).header('x-total-count', total)
}

function pageAddress(request: FastifyRequest, page: number): string {
  const [path = ''] = request.url.split('?', 1)
  const parameters = new URLSearchParams(request.url.slice(path.length))
  parameters.set('page', String(page))
  return `${callerOf(request).public_url}${path}?${parameters}`
}
