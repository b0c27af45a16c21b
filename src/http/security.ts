import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Forbidden } from '../core/errors.ts'

/** Probes come from beside the server, without TLS. */
const PROBES = new Set(['/healthz', '/readyz'])
const HALF_A_YEAR_SECONDS = 15_768_000

/** On every answer: browsers guess no types, and say nobody where they came from, as our addresses hold secrets. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer')
  })
}

/** Whether a browser sends this for a page of another site. Browsers tell; what does not tell is no browser. */
export function isFromOtherSite({ headers }: FastifyRequest): boolean {
  const from = headers['sec-fetch-site']
  return from === 'cross-site' || from === 'same-site'
}

/**
 * Over plain HTTP a GET or HEAD is sent to the same address under HTTPS, and anything else is refused as Forbidden, in the words of whatever face it was meant for:
 * a redirected POST would have shown its secrets already.
 */
export function requireHttps(app: FastifyInstance, public_url: string): void {
  app.addHook('onRequest', async (request, reply) => {
    if (PROBES.has(request.url)) return
    if (request.protocol === 'https') {
      reply.header('strict-transport-security', `max-age=${HALF_A_YEAR_SECONDS}`)
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new Forbidden('this server is to be spoken to over HTTPS only')
    const host = public_url.startsWith('https:') ? new URL(public_url).host : request.hostname
    return reply.redirect(`https://${host}${request.url}`, 301)
  })
}
