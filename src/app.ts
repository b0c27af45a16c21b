import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { accountPages } from './accounts-pages/plugin.ts'
import type { Config } from './config.ts'
import type { Ground } from './core/context.ts'
import { isCoreError } from './core/errors.ts'
import { mailboxPages } from './delivery/mailbox-pages.ts'
import { providerEvents } from './delivery/provider-events.ts'
import { sendGridEvents } from './delivery/sendgrid-events.ts'
import { bizratings } from './dialects/bizratings/plugin.ts'
import { customersure } from './dialects/customersure/plugin.ts'
import { earshot } from './dialects/earshot/plugin.ts'
import { foldPath } from './dialects/kayako/paths.ts'
import { kayako } from './dialects/kayako/plugin.ts'
import type { FaceOptions } from './http/face.ts'
import { html } from './http/html.ts'
import { sendPage } from './http/page.ts'
import { addSecurityHeaders, requireHttps } from './http/security.ts'
import { findStorageFault } from './storage/readiness.ts'
import { surveyPages } from './survey-pages/plugin.ts'

/** Larger than any request that the faces document; what is larger is refused by each in its own shape. */
const BODY_LIMIT_BYTES = 256 * 1024
/** For a request to come in whole, lest a client that sends a byte now and then holds its connection for ever. */
const REQUEST_TIMEOUT_MS = 60_000

/** All faces, in one server that does not listen yet. Throws where a TLS file cannot be read. */
export async function buildApp({ ground, config }: { ground: Ground, config: Config }): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Some faces show it with their errors, so that the line in the log can be found, whichever process wrote it.
    genReqId: () => randomUUID(),
    trustProxy: config.trust_proxy.length > 0 ? [...config.trust_proxy] : false,
    // As long as an address may be at all: what is too long for what it names is refused by the face, in its own shape.
    routerOptions: { maxParamLength: 16_384 },
    rewriteUrl: (request) => foldPath(readablePath(pathOnly(request.url ?? '/'))),
    ...serverOptions(config),
  })
  logRequests(app, ground)
  addSecurityHeaders(app)
  if (config.require_https) requireHttps(app, config.public_url)
  app.setNotFoundHandler(sendNotFound)
  app.setErrorHandler(sendError)
  addProbes(app, ground)
  const options: FaceOptions = { ground, public_url: config.public_url, secret: config.secret }
  await app.register(bizratings, options)
  await app.register(customersure, options)
  await app.register(kayako, options)
  await app.register(earshot, options)
  await app.register(surveyPages, { ...options, scanner_networks: config.scanner_networks })
  await app.register(mailboxPages, options)
  await app.register(accountPages, options)
  await app.register(providerEvents, { ...options, sms_url: config.sms_url })
  await app.register(sendGridEvents, { ground, sendgrid_event_key: config.sendgrid_event_key })
  return app
}

/** As proxies may send it, a request names the whole address: every face would take that for its path, and put it into its links. */
function pathOnly(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]*\/?/i, '/')
}

/** A path with broken percent-encoding names nothing: it is taken literally, so that the face it is below says so in its own shape. */
function readablePath(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  try {
    decodeURIComponent(path)
    return url
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length)
  }
}

function serverOptions(config: Config) {
  const { tls } = config
  if (!tls) return {}
  const files = { cert: readFileSync(tls.cert_file), key: readFileSync(tls.key_file) }
  return { https: files }
}

/** The route's pattern, not the address: addresses hold tokens. A failure that no face expects is logged with where it happened. */
function logRequests(app: FastifyInstance, ground: Ground): void {
  app.addHook('onError', async (request, _reply, error) => {
    if (!isCoreError(error) && (error.statusCode ?? 500) >= 500) ground.log.error({ trace_id: request.id, route: routeOf(request), error: error.message, stack: error.stack }, 'a request failed')
  })
  if (!ground.log.isLevelEnabled('debug')) return
  app.addHook('onResponse', async (request, reply) => {
    ground.log.debug({ route: routeOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered')
  })
}

function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(none)'}`
}

/** For whoever keeps the process running: is it up, and could it do its work? */
function addProbes(app: FastifyInstance, ground: Ground): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const reason = await findStorageFault(ground.db)
    return reply.header('cache-control', 'no-store').code(reason ? 503 : 200).send(reason ? { status: 'unavailable', reason } : { status: 'ready' })
  })
}

function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!wantsPage(request)) return reply.code(404).send({ message: 'There is nothing at this address.' })
  return sendPage(reply, 404, { title: 'Not found', body: html`<main><h1>There is nothing at this address</h1><p>The link may be mistyped or incomplete. <a href="/">Go to the first page</a></p></main>` })
}

/** Only for what belongs to no face. */
function sendError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.name === 'Forbidden' ? 403 : (error.statusCode ?? 500)
  const message = status < 500 ? error.message : 'Something went wrong on our side.'
  if (!wantsPage(request)) return reply.code(status).send({ message })
  return sendPage(reply, status, { title: 'That did not work', body: html`<main><h1>That did not work</h1><p>${message}</p></main>` })
}

function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false
}
