import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { findOptOut, resubscribe, unsubscribe, type OptOut } from '../core/unsubscribes.ts'
import { sendPage } from '../http/page.ts'
import type { OptOutStage } from '../texts/shape.ts'
import { sendError } from './errors.ts'
import { speak, withLocale } from './language.ts'
import { renderOptOut } from './unsubscribe-view.ts'

type Link = FastifyRequest<{ Params: { token: string } }>

/**
 * Opting out, by the secret link of any message. Looking changes nothing, as scanners follow every link; a POST does it at once, whatever its body is, since mail programs
 * post `List-Unsubscribe=One-Click` as a form of either kind (RFC 8058), and without anything but the address.
 */
export async function unsubscribePages(app: FastifyInstance, { ground }: { ground: Ground }): Promise<void> {
  app.setErrorHandler((error, request, reply) => sendError(ground, error, request, reply, 'unknown_link'))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => null)

  app.get<{ Params: { token: string } }>('/unsubscribe/:token', (request, reply) => showOptOut(ground, request, reply)) // HEAD too
  app.post<{ Params: { token: string } }>('/unsubscribe/:token', (request, reply) => optOut(ground, request, reply))
  app.post<{ Params: { token: string } }>('/resubscribe/:token', (request, reply) => optIn(ground, request, reply))
}

async function showOptOut(ground: Ground, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  const found = await findOptOut(ground, request.params.token)
  return sendOptOut(ground, request, reply, found.unsubscribed_at ? 'done' : 'ask', found)
}

/** No redirect: mail programs would not follow it. */
async function optOut(ground: Ground, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  return sendOptOut(ground, request, reply, 'done', await unsubscribe(ground, request.params.token))
}

async function optIn(ground: Ground, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  return sendOptOut(ground, request, reply, 'back', await resubscribe(ground, request.params.token))
}

async function sendOptOut(ground: Ground, request: Link, reply: FastifyReply, stage: OptOutStage, found: OptOut): Promise<FastifyReply> {
  const action = withLocale(`/${stage === 'done' ? 'resubscribe' : 'unsubscribe'}/${request.params.token}`, request)
  return sendPage(reply, 200, renderOptOut(stage, await speak(ground, request, found), action))
}
