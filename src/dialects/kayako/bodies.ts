import type { FastifyInstance, FastifyRequest } from 'fastify'
import { refuse } from './errors.ts'

/** Forms, JSON and multipart (one vendor's SDK posts ratings so), each held in memory as a whole: the app limits how large a body may be. All of them become one plain object. */
export function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, async (_request: FastifyRequest, body: string | Buffer) => named(new URLSearchParams(String(body))))
  app.addContentTypeParser(/^application\/([\w.-]+\+)?json\b/i, { parseAs: 'string' }, async (_request: FastifyRequest, body: string | Buffer) => parseJson(String(body)))
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, async (request: FastifyRequest, body: string | Buffer) => parseMultipart(String(request.headers['content-type']), Buffer.from(body)))
}

/** Some clients announce JSON and send nothing, where there is nothing to say. */
function parseJson(text: string): object {
  if (text.trim() === '') return {}
  const value = readJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('FIELD_INVALID', { message: 'The body has to be a JSON object.' })
  return value
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refuse('FIELD_INVALID', { message: 'The body is not valid JSON.' })
  }
}

async function parseMultipart(content_type: string, body: Buffer): Promise<object> {
  try {
    return named(await new Response(new Uint8Array(body), { headers: { 'content-type': content_type } }).formData())
  } catch {
    throw refuse('FIELD_INVALID', { message: 'The body is not valid multipart/form-data.' })
  }
}

/** A name that comes twice keeps all its values. In one pass, since anybody may send a form, and one of many thousand names. */
function named(parts: URLSearchParams | FormData): object {
  const all = Map.groupBy<string, [string, unknown]>(parts, ([name]) => name)
  return Object.fromEntries([...all].map(([name, pairs]) => [name, pairs.length === 1 ? pairs[0]?.[1] : pairs.map(([, value]) => value)]))
}
