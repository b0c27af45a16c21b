import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { Invalid, isCoreError, LimitReached, NotFound, type CoreError } from '../core/errors.ts'
import { findByToken } from '../core/invitations/open.ts'
import { CODE_LENGTH } from '../core/responses/open-answer.ts'
import { findTemplateSender } from '../core/invitations/template-signal.ts'
import { sendPage } from '../http/page.ts'
import type { NoticeKind } from '../texts/shape.ts'
import { framedNotice } from './frame.ts'
import { pageLocale, speak } from './language.ts'
import { renderNotice, type NoticeSender } from './notice-view.ts'
import { countMiss } from './visits.ts'

interface Explained { status: number, kind: NoticeKind }

/** Every error of these pages as a page. Those about a link that exists name the sender; `unknown` is what one that does not is called. */
export async function sendError(ground: Ground, error: unknown, request: FastifyRequest, reply: FastifyReply, unknown: NoticeKind = 'unknown'): Promise<FastifyReply> {
  const told = error instanceof NotFound ? await missed(ground, request, error) : error
  const explained = explain(told)
  const { status, kind } = explained.kind === 'unknown' ? { ...explained, kind: unknown } : explained
  if (told instanceof LimitReached) reply.header('retry-after', told.retry_after)
  return sendPage(reply, status, { ...renderNotice(kind, isAboutLink(kind) ? await findSender(ground, request) : null, pageLocale(request)), ...framedNotice(request) })
}

/** The same for what asked for an image: a sentence, for whoever looks into why none came. */
export async function sendSentence(ground: Ground, error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const told = error instanceof NotFound ? await missed(ground, request, error) : error
  const status = told instanceof Invalid ? 400 : explain(told).status
  if (told instanceof LimitReached) reply.header('retry-after', told.retry_after)
  return reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(isCoreError(told) ? told.message : 'something went wrong on our side')
}

async function missed(ground: Ground, request: FastifyRequest, error: NotFound): Promise<unknown> {
  return countMiss(ground, request).then(() => error, (reached: unknown) => reached)
}

function explain(error: unknown): Explained {
  if (isCoreError(error)) return explainCore(error)
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (status === 413) return { status: 413, kind: 'too_large' }
  if (typeof status === 'number' && status >= 400 && status < 500) return { status, kind: 'not_a_form' }
  return { status: 500, kind: 'broken' }
}

function explainCore(error: CoreError): Explained {
  switch (error.name) {
    case 'NotFound': return { status: 404, kind: 'unknown' }
    case 'Expired': return { status: 410, kind: 'expired' }
    case 'AlreadyAnswered': return { status: 409, kind: 'answered' }
    case 'Invalid': return { status: 422, kind: 'not_a_form' }
    case 'LimitReached': return { status: 429, kind: 'limited' }
    case 'Unauthenticated': return { status: 404, kind: 'unknown' }
    case 'Forbidden': return { status: 403, kind: 'not_secure' } // the server wants HTTPS: nothing else here is forbidden
    default: return error satisfies never
  }
}

function isAboutLink(kind: NoticeKind): boolean {
  return kind === 'expired' || kind === 'answered'
}

async function findSender(ground: Ground, request: FastifyRequest): Promise<NoticeSender | null> {
  const { params } = request
  if (typeof params !== 'object' || params === null) return null
  if ('token' in params && typeof params.token === 'string' && params.token.length !== CODE_LENGTH) return speak(ground, request, await findByToken(ground, params.token))
  const sender = 'key' in params && typeof params.key === 'string' ? await findTemplateSender(ground, params.key) : null
  return sender && speak(ground, request, sender)
}
