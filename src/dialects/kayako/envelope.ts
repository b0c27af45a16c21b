import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readArguments, type Arguments } from './arguments.ts'
import type { NewSession } from './auth.ts'
import { errorBody, refuse, type Refused } from './errors.ts'
import type { Shown } from './inclusion.ts'
import { spell, withoutEmpty, type Json, type Spelling } from './names.ts'
import { pageLinks, type Page } from './paging.ts'
import { readStyle, type Style } from './style.ts'

type Names = { [name: string]: Json }

/** What a handler answers; the envelope makes of it a body, its headers, and where nothing changed a 304. */
export type Answer =
  /** Without a date where what is shown can change and the resource's own date does not. */
  | { kind: 'one', status: 200 | 201, resource: string, data: Names, modified: Date | null }
  /** Figures, whose type the data say themselves. */
  | { kind: 'report', data: Names }
  /** Without a page neither its place nor links to others are shown. */
  | { kind: 'many', resource: string, data: Names[], page: Page | null, total: number, modified: Date | null }
  /** Only that it was done, and what the caller should know. */
  | { kind: 'done', status: 200 | 201, notifications: string[] }

/** All that an answer is written from. */
export interface PreparedAnswer { public_url: string, query: Arguments, style: Style, answer: Answer, shown: Shown | null }

/** Sends an answer, or a 304 where the caller has it already; with the session that was opened for them, if one was. */
export function sendAnswer(request: FastifyRequest, reply: FastifyReply, { public_url, query, style, answer, shown }: PreparedAnswer, session: NewSession | null): FastifyReply {
  const links = linksOf(public_url + pathOf(request), query, answer)
  if (links.next_url) reply.header('link', `<${links.next_url}>; rel="next"`).header('x-next-url', links.next_url)
  if (session?.csrf_token) reply.header('x-csrf-token', session.csrf_token)
  if (answer.kind === 'one' && answer.status === 201) reply.header('content-location', String(answer.data.resource_url))
  if (answer.kind !== 'done') {
    setValidators(reply, answer, shown)
    if (isKnown(request, answer, shown)) return common(reply).code(304).send()
  }
  return send(reply, { ...bodyOf(answer, shown, style.drops_empty), ...links, ...(session ? { session_id: session.session_id } : {}) }, style.spelling)
}

/** An error, spelt as the caller wants, where that can be told. */
export function sendRefused(request: FastifyRequest, reply: FastifyReply, public_url: string, refused: Refused): FastifyReply {
  reply.headers(refused.headers)
  // Without this browsers ask for a password; scripts in them would rather not have it.
  if (refused.statusCode === 401 && !/^xm(l)?httprequest$/i.test(String(request.headers['x-requested-with'] ?? ''))) reply.header('www-authenticate', 'Basic realm="Earshot", charset="UTF-8"')
  return send(reply, errorBody(refused, public_url), spellingOf(request))
}

/** Whether the caller has this answer already, so that a 304 does. Only one resource is known by its date: a list can lose an item without any of the others having changed. */
export function isKnown(request: FastifyRequest, answer: Resources, shown: Shown | null): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const match = request.headers['if-none-match']
  if (match !== undefined) return namesTag(match, wholeTag(answer, shown))
  return answer.kind === 'one' && answer.modified !== null && !shown?.tag && seconds(answer.modified) <= seconds(new Date(request.headers['if-modified-since'] ?? ''))
}

/** `If-Match` and `If-Unmodified-Since`: refuses with RESOURCE_MODIFIED what was read before somebody else changed it. What was included when it was read may have changed. */
export function checkUnmodified(request: FastifyRequest, data: Names, modified: Date): void {
  const match = request.headers['if-match']
  if (match !== undefined) {
    if (!namesTag(match.replace(/-[0-9a-f]{32}/g, ''), tagOf(data))) throw refuse('RESOURCE_MODIFIED')
    return
  }
  const since = Date.parse(request.headers['if-unmodified-since'] ?? '')
  if (seconds(modified) > seconds(new Date(since))) throw refuse('RESOURCE_MODIFIED')
}

function send(reply: FastifyReply, body: Names, spelling: Spelling): FastifyReply {
  // As bytes: to a text Fastify would add a charset, and two real clients compare the type as a whole.
  return common(reply).code(Number(body.status)).header('content-type', 'application/json').send(Buffer.from(JSON.stringify(spell(body, spelling))))
}

function common(reply: FastifyReply): FastifyReply {
  return reply.header('x-api-version', '1').header('cache-control', 'private, no-cache').header('vary', 'Accept, X-Options')
}

function bodyOf(answer: Answer, shown: Shown | null, drops_empty: boolean): Names {
  const written = (data: Json): Json => (drops_empty ? withoutEmpty(data) : data)
  const data = written(shown?.data ?? null)
  const resources: Names = shown?.resources ? { resources: written(shown.resources) } : {}
  switch (answer.kind) {
    case 'one': return { status: answer.status, data, resource: answer.resource, ...resources }
    case 'many': return { status: 200, data, resource: answer.resource, ...placeOf(answer.page), total_count: answer.total, ...resources }
    case 'report': return { status: 200, data, ...resources }
    case 'done': return { status: answer.status, ...noticesOf(answer.notifications) }
    default: return answer satisfies never
  }
}

function placeOf(page: Page | null): Names {
  return page ? { offset: page.offset, limit: page.limit } : {}
}

function noticesOf(notifications: string[]): Names {
  return notifications.length === 0 ? {} : { notifications: notifications.map((message) => ({ type: 'WARNING', message })) }
}

function linksOf(address: string, query: Arguments, answer: Answer): Record<string, string> {
  return answer.kind === 'many' && answer.page ? pageLinks(address, query, answer.page, answer.data.length, answer.total) : {}
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

type Resources = Exclude<Answer, { kind: 'done' }>

function setValidators(reply: FastifyReply, answer: Resources, shown: Shown | null): void {
  reply.header('etag', `"${wholeTag(answer, shown)}"`)
  if (answer.kind !== 'report' && answer.modified) reply.header('last-modified', answer.modified.toUTCString())
}

/** The tag is of what the resource says, however it is spelt. A list's is of all that it shows, so that a rating that was changed is not taken for the one that was read. */
function contentOf(answer: Resources): Json {
  return answer.kind === 'many' ? [answer.data, answer.total] : answer.data
}

/** Behind the resource's own tag that of what was included with it, so that the first part is what a PUT has to match. */
function wholeTag(answer: Resources, shown: Shown | null): string {
  return tagOf(contentOf(answer)) + (shown?.tag ? `-${shown.tag}` : '')
}

function tagOf(content: Json): string {
  return createHash('md5').update(JSON.stringify(content)).digest('hex')
}

/** Tags come quoted, bare and weak: the vendor's own samples are not of one mind. */
function namesTag(header: string, tag: string): boolean {
  return header.split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, '').replaceAll('"', '')))
}

/** NaN for no date: nothing is before or after it. */
function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}

function spellingOf(request: FastifyRequest): Spelling {
  try {
    return readStyle(request, readArguments(request.query)).spelling
  } catch {
    return 'snake'
  }
}
