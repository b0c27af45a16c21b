import formbody from '@fastify/formbody'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { contextOf, type Context } from '../core/context.ts'
import { Forbidden, LimitReached, NotFound } from '../core/errors.ts'
import { countHit } from '../core/rate-limits.ts'
import { getSandboxMail, listSandboxMails } from '../core/sandbox-mails.ts'
import { listSandboxTexts } from '../core/sandbox-texts.ts'
import type { FaceOptions } from '../http/face.ts'
import { sendPage, streamPage } from '../http/page.ts'
import { isFromOtherSite } from '../http/security.ts'
import { findWebSession } from '../http/session-cookie.ts'
import { scanMail } from './mailbox-scanners.ts'
import { MAIL_VIEWS, mailboxPage, mailPage, scannersPage, sorryPage, textsPage } from './mailbox-views.ts'

const PER_PAGE = 50
const Id = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })
const Page = Type.Object({ page: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }) })
/** One that is not known is the first. */
const View = Type.Object({ view: Type.String({ default: '' }) })

/** Styles, a logo, and links that open in a new tab: nothing else of a mail does anything, whoever wrote it. */
const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

/** The sandbox mailbox, for owners and admins who are logged in: `/mailbox`, `/mailbox/:id`, and `/mailbox/:id/html` for its frame, `/mailbox/:id/scanners` for a trial; `/mailbox/texts`. */
export async function mailboxPages(plain: FastifyInstance, { ground, public_url }: FaceOptions): Promise<void> {
  plain.removeAllContentTypeParsers()
  await plain.register(formbody)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.setErrorHandler<FastifyError>((error, _request, reply) => sendFailure(reply, error))

  app.get('/mailbox', { schema: { querystring: Page } }, async (request, reply) => {
    const ctx = await admit(request, reply)
    if (!ctx) return reply
    const { page } = request.query
    const mails = await listSandboxMails(ctx, { offset: (page - 1) * PER_PAGE, limit: PER_PAGE })
    return sendPage(reply, 200, mailboxPage(ctx.account, mails, page, PER_PAGE))
  })

  app.get('/mailbox/texts', { schema: { querystring: Page } }, async (request, reply) => {
    const ctx = await admit(request, reply)
    if (!ctx) return reply
    const { page } = request.query
    const texts = await listSandboxTexts(ctx, { offset: (page - 1) * PER_PAGE, limit: PER_PAGE })
    return sendPage(reply, 200, textsPage(ctx.account, texts, page, PER_PAGE, public_url))
  })

  app.get('/mailbox/:id', { schema: { params: Id, querystring: View } }, async (request, reply) => {
    const ctx = await admit(request, reply)
    if (!ctx) return reply
    return sendPage(reply, 200, mailPage(ctx.account, await getSandboxMail(ctx, request.params.id), public_url, MAIL_VIEWS.find((view) => view === request.query.view) ?? 'wide'))
  })

  app.post('/mailbox/:id/scanners', { schema: { params: Id } }, async (request, reply) => {
    if (isFromOtherSite(request)) throw new Forbidden('a page of another site must not press this button')
    const ctx = await admit(request, reply)
    if (!ctx) return reply
    const mail = await getSandboxMail(ctx, request.params.id)
    await countHit(ground, `scanners ${ctx.account.id}`, 6, 600)
    return streamPage(reply, scannersPage(mail), scanMail(ctx, mail))
  })

  app.get('/mailbox/:id/html', { schema: { params: Id } }, async (request, reply) => {
    const ctx = await admit(request, reply)
    if (!ctx) return reply
    const { html } = await getSandboxMail(ctx, request.params.id)
    return reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').header('content-security-policy', MAIL_POLICY)
      .send(html.replace('<head>', '<head><base target="_blank">'))
  })

  /** Null: not logged in, and on the way to the log-in page. Throws Forbidden for other roles. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<Context | null> {
    const session = await findWebSession(ground, request)
    if (!session) {
      reply.redirect('/login', 303)
      return null
    }
    const { account, actor } = session
    if (actor.kind !== 'user' || (actor.role !== 'owner' && actor.role !== 'admin')) throw new Forbidden('the mailbox is for owners and admins')
    return contextOf(ground, account, actor)
  }
}

function sendFailure(reply: FastifyReply, error: FastifyError): FastifyReply {
  if (error instanceof LimitReached) return sendPage(reply.header('retry-after', error.retry_after), 429, sorryPage('Just a moment', 'Scanners have been sent often in the last minutes. Please wait a little.'))
  if (error instanceof Forbidden) return sendPage(reply, 403, sorryPage('Not for you', 'The mailbox is for the owner and the admins of the account.'))
  if (error instanceof NotFound || error.validationContext === 'params') return sendPage(reply, 404, sorryPage('No such mail', 'There is no such mail in this mailbox.'))
  if (error.validation) return sendPage(reply, 400, sorryPage('No such page', 'The address is not one of the mailbox: page is a whole number from 1 on, and view one word.'))
  return sendPage(reply, 500, sorryPage('That did not work', 'Something went wrong on our side. Please try again later.'))
}
