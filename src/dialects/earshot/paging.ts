import type { FastifyRequest } from 'fastify'
import { Type, type Static, type TSchema } from '@fastify/type-provider-typebox'
import { Fields } from './validation.ts'

const USUAL_PAGE = 50
const LARGEST_PAGE = 1000

/** The arguments of every list. */
export const PageArguments = Fields({
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })),
  per_page: Type.Optional(Type.Integer({ minimum: 1, maximum: LARGEST_PAGE })),
})
export type PageArguments = Static<typeof PageArguments>

/** One page of a list: its rows, how many there are in all, and the address of the next page, null on the last one. */
export interface Listed<T> { data: T[], total: number, next: string | null }

/** The same as a response's schema. */
export function listOf(shape: TSchema) {
  return Type.Object({ data: Type.Array(shape), total: Type.Integer(), next: Type.Unsafe<string | null>({ type: ['string', 'null'] }) })
}

/** The core's page of these arguments: the first 50 rows where they say nothing. */
export function toPage({ page = 1, per_page = USUAL_PAGE }: PageArguments): { offset: number, limit: number } {
  return { offset: (page - 1) * per_page, limit: per_page }
}

/** A page as it is answered; the next one has the caller's other arguments as they were written. */
export function toListed<T>(request: FastifyRequest<{ Querystring: PageArguments }>, public_url: string, data: T[], total: number): Listed<T> {
  const { offset, limit } = toPage(request.query)
  const next = offset + limit < total ? `${public_url}${pageUrl(request.url, offset / limit + 2)}` : null
  return { data, total, next }
}

function pageUrl(url: string, page: number): string {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  searchParams.set('page', String(page))
  return `${pathname}?${searchParams}`
}
