import type { FastifyRequest } from 'fastify'

/** Nobody speaks more; the rest of a longer header is not read. */
const MOST = 20

/** The languages that a browser accepts, as tags, the preferred one first. */
export function acceptedLanguages({ headers }: FastifyRequest): string[] {
  const parts = (headers['accept-language'] ?? '').split(',', MOST).map((part) => {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    return { tag, quality: quality === undefined ? 1 : Number(quality) }
  })
  return parts.filter(({ tag, quality }) => tag !== '' && tag !== '*' && quality > 0).toSorted((a, b) => b.quality - a.quality).map(({ tag }) => tag)
}
