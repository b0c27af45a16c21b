import type { FastifyRequest } from 'fastify'
import { CODE_LENGTH } from '../core/responses/open-answer.ts'
import type { PageParts } from '../http/page.ts'
import { FRAME_SCRIPT, scriptFor } from './script/file.ts'

/** Whether a widget shows the page in a frame. */
export function isEmbedded({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && 'embed' in query && query.embed === '1'
}

/** What a page needs that says in a widget why nothing can be answered. Any site may be around it: there is nothing on it to be lured into, and a browser would show a broken frame instead. */
export function framedNotice(request: FastifyRequest): Pick<PageParts, 'frame_ancestors' | 'frame_script'> {
  const { params } = request
  const is_open_link = typeof params === 'object' && params !== null && 'token' in params && typeof params.token === 'string' && params.token.length === CODE_LENGTH
  return is_open_link && isEmbedded(request) ? { frame_ancestors: '*', frame_script: scriptFor(request, FRAME_SCRIPT) } : {}
}
