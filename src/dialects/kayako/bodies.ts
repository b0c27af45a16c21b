import type { FastifyInstance, FastifyRequest } from 'fastify'
import { refuse } from './errors.ts'

/**
 * Forms, JSON and multipart (one vendor's SDK posts ratings so), each held in memory as a whole: the app limits how large a body may be. All of them become one plain object. They are texts in
 * the charset that they name, in UTF-8 where they name none; what is not such a text is refused, since half of it would be stored as question marks.
 */
export function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const add = (type: string | RegExp, parse: (body: Buffer, content_type: string) => object | Promise<object>): void => {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, async (request: FastifyRequest, body: string | Buffer) => parse(Buffer.from(body), String(request.headers['content-type'])))
  }
  add('application/x-www-form-urlencoded', (body, content_type) => parseForm(body, charsetOf(content_type)))
  add(/^application\/([\w.-]+\+)?json\b/i, (body, content_type) => parseJson(decode(body, charsetOf(content_type))))
  add('multipart/form-data', parseMultipart)
}

/** What is escaped is in the body's charset, too, and comes out in UTF-8. */
function parseForm(body: Buffer, charset: string): object {
  const text = decode(body, charset).replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => encodeURIComponent(decode(Buffer.from(escaped.replaceAll('%', ''), 'hex'), charset)))
  return named(new URLSearchParams(text))
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

/** Each part may name a charset; they are all taken to be in the first one's. */
async function parseMultipart(body: Buffer, content_type: string): Promise<object> {
  const [head = ''] = body.toString('latin1').split('\r\n\r\n', 1)
  const text = decode(body, charsetOf(head))
  try {
    return named(await new Response(text, { headers: { 'content-type': content_type } }).formData())
  } catch {
    throw refuse('FIELD_INVALID', { message: 'The body is not valid multipart/form-data.' })
  }
}

function charsetOf(header: string): string {
  return /;\s*charset="?([\w.:-]+)/i.exec(header)?.[1] ?? 'utf-8'
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    throw refuse('FIELD_INVALID', { message: 'The body is no text in the charset that it names; without a name that is UTF-8.' })
  }
}

/** A name that comes twice keeps all its values. In one pass, since anybody may send a form, and one of many thousand names. */
function named(parts: URLSearchParams | FormData): object {
  const all = Map.groupBy<string, [string, unknown]>(parts, ([name]) => name)
  return Object.fromEntries([...all].map(([name, pairs]) => [name, pairs.length === 1 ? pairs[0]?.[1] : pairs.map(([, value]) => value)]))
}
