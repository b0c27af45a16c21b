import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { contextOf, type Principal } from '../core/context.ts'
import { Forbidden, LimitReached, Unauthenticated } from '../core/errors.ts'
import { redeemLoginLink } from '../core/login-links.ts'
import { finishLogIn, type LogIn } from '../core/second-factors.ts'
import { closeSession, openSession } from '../core/sessions.ts'
import { logIn } from '../core/users.ts'
import { clientAddress } from '../http/address.ts'
import type { FaceOptions } from '../http/face.ts'
import { sendPage } from '../http/page.ts'
import { isFromOtherSite } from '../http/security.ts'
import { clearSessionCookies, findWebSession, setSessionCookies } from '../http/session-cookie.ts'
import { explain } from './errors.ts'
import { codePage, firstPage, linkPage, logInPage, sorryPage } from './views.ts'

const Credentials = Type.Object({ email: Type.String({ maxLength: 254 }), password: Type.String({ maxLength: 200 }) })
const Token = Type.Object({ token: Type.String({ maxLength: 200 }) })
const Code = Type.Object({ auth_token: Type.String({ maxLength: 200 }), code: Type.String({ maxLength: 20 }) })
const Csrf = Type.Object({ csrf_token: Type.String({ maxLength: 200 }) })

/** The pages by which the account's own people come in: `/`, `/login`, `/login/code` (for a second factor), `/login/:token` (a link that works once), `/logout`. */
export async function accountPages(plain: FastifyInstance, { ground, secret }: FaceOptions): Promise<void> {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.removeAllContentTypeParsers()
  await app.register(formbody)
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const { status, message } = explain(error)
    tellWhen(reply, error)
    return sendPage(reply, status, sorryPage(message))
  })
  app.addHook('preHandler', async (request) => refuseOtherSites(request))

  app.get('/', async (request, reply) => sendPage(reply, 200, firstPage(await findWebSession(ground, request))))

  app.get('/login', async (_request, reply) => sendPage(reply, 200, logInPage(null)))

  app.post('/login', { schema: { body: Credentials } }, async (request, reply) => {
    try {
      return await letIn(request, reply, await logIn(ground, { ...request.body, client_address: clientAddress(request) }))
    } catch (error) {
      const { status, message } = explain(error)
      if (status >= 500) throw error
      tellWhen(reply, error)
      return sendPage(reply, status, logInPage({ email: request.body.email, message }))
    }
  })

  app.post('/login/code', { schema: { body: Code } }, async (request, reply) => {
    try {
      return await letIn(request, reply, { principal: await finishLogIn(ground, secret, request.body) })
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error
      return sendPage(reply, 401, codePage(request.body.auth_token, 'This code is wrong, was used already, or came too late.'))
    }
  })

  // Scanners open the links of mails, so a GET only shows the button.
  app.get('/login/:token', { schema: { params: Token } }, async (_request, reply) => sendPage(reply, 200, linkPage()))

  app.post('/login/:token', { schema: { params: Token } }, async (request, reply) => {
    return letIn(request, reply, await redeemLoginLink(ground, { token: request.params.token, client_address: clientAddress(request) }))
  })

  app.post('/logout', { schema: { body: Csrf } }, async (request, reply) => {
    const session = await findWebSession(ground, request)
    if (session && !session.checkCsrf(request.body.csrf_token)) throw new Forbidden('this form is not from your session')
    if (session) await closeSession(ground, session.session_id)
    clearSessionCookies(request, reply)
    return reply.redirect('/login', 303)
  })

  /** Customers have no pages: what they may do, they do through a client of the API. */
  async function letIn(request: FastifyRequest, reply: FastifyReply, log_in: LogIn): Promise<FastifyReply> {
    if ('auth_token' in log_in) return sendPage(reply, 200, codePage(log_in.auth_token, null))
    const { principal } = log_in
    if (principal.actor.kind !== 'user') throw new Forbidden('these pages are for the people of the account')
    setSessionCookies(request, reply, await openSessionOf(principal))
    return reply.redirect('/', 303)
  }

  function openSessionOf(principal: Principal) {
    return openSession(contextOf(ground, principal.account, principal.actor))
  }
}

function tellWhen(reply: FastifyReply, error: unknown): void {
  if (error instanceof LimitReached) reply.header('retry-after', error.retry_after)
}

/** Else another site could log its visitors in as somebody else. */
function refuseOtherSites(request: FastifyRequest): void {
  if (request.method === 'POST' && isFromOtherSite(request)) throw new Forbidden('this form is to be sent from its own page')
}
