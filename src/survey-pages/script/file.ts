import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A script of ours as a browser gets it. Its name has its content's hash, so that it can be kept for ever. */
interface ScriptFile { path: string, body: Buffer }

/** The script of every page, and what a page that stands in another site's frame has besides. */
export const PAGE_SCRIPT = readScript('page', 'survey-page')
export const FRAME_SCRIPT = readScript('frame', 'survey-frame')

export function sendScript({ body }: ScriptFile, reply: FastifyReply): FastifyReply {
  return reply.header('content-type', 'text/javascript; charset=utf-8').header('cache-control', 'public, max-age=31536000, immutable').send(body)
}

/** A script as this page may load it, from the very server that the page came from; none where that one's name is no name. */
export function scriptFor({ protocol, host }: FastifyRequest, { path }: ScriptFile = PAGE_SCRIPT): string | undefined {
  return /^[\w.:[\]-]+$/.test(host) ? `${protocol}://${host}${path}` : undefined
}

function readScript(source: string, name: string): ScriptFile {
  const body = readFileSync(new URL(`${source}.js`, import.meta.url))
  return { path: `/${name}.${createHash('sha256').update(body).digest('hex').slice(0, 16)}.js`, body }
}
