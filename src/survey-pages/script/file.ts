import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply, FastifyRequest } from 'fastify'

const BODY = readFileSync(new URL('page.js', import.meta.url))

/** Where the pages' script lies. Its name has its content's hash, so that it can be kept for ever. */
export const SCRIPT_PATH = `/survey-page.${createHash('sha256').update(BODY).digest('hex').slice(0, 16)}.js`

export async function sendScript(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply.header('content-type', 'text/javascript; charset=utf-8').header('cache-control', 'public, max-age=31536000, immutable').send(BODY)
}

/** The script as this page may load it, from the very server that the page came from; none where that one's name is no name. */
export function scriptFor({ protocol, host }: FastifyRequest): string | undefined {
  return /^[\w.:[\]-]+$/.test(host) ? `${protocol}://${host}${SCRIPT_PATH}` : undefined
}
