import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import type { Page } from '../../core/responses/list.ts'

const DEFAULT_PAGE_SIZE = 50
const MAX_PAGE_SIZE = 1000

/** The arguments by which every list is paged. */
export const PageArguments = Type.Object({
  currentPage: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })),
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE_SIZE })),
})

/** The core's page of these arguments: the first 50 rows where they say nothing. */
export function toPage({ currentPage = 1, pageSize = DEFAULT_PAGE_SIZE }: { currentPage?: number, pageSize?: number }): Page {
  return { offset: (currentPage - 1) * pageSize, limit: pageSize }
}

/** Says where in the whole list a page is: X-Total-Count, X-Total-Pages, and Link with first, prev, next and last as they apply. */
export function setPageHeaders(request: FastifyRequest, reply: FastifyReply, public_url: string, page: Page, total: number): void {
  const pages = Math.ceil(total / page.limit)
  const current = page.offset / page.limit + 1
  reply.header('X-Total-Count', total).header('X-Total-Pages', pages)
  const links = [
    ...current > 1 ? [link(1, 'first')] : [],
    ...current > 1 && pages > 0 ? [link(Math.min(current - 1, pages), 'prev')] : [],
    ...current < pages ? [link(current + 1, 'next'), link(pages, 'last')] : [],
  ]
  if (links.length > 0) reply.header('Link', links.join(', '))

  function link(number: number, rel: string): string {
    return `<${public_url}${pageUrl(request.url, number)}>; rel="${rel}"`
  }
}

/** The same request for another page; the caller's other arguments stay as they were written. */
function pageUrl(url: string, number: number): string {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const others = [...searchParams].filter(([name]) => name.toLowerCase() !== 'currentpage')
  return `${pathname}?${new URLSearchParams([...others, ['currentPage', String(number)]]).toString()}`
}
