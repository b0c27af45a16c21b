import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../core/errors.ts'
import { paletteOf } from '../core/themes.ts'
import { getWidgetSurvey } from '../core/widgets.ts'
import type { FaceOptions } from '../http/face.ts'
import { directionOf } from '../http/direction.ts'
import { textsOf } from '../texts/catalogue.ts'

const SOURCE = shorten(readFileSync(new URL('../../widget/widget.js', import.meta.url), 'utf8'))

/** That of the survey's page without a theme. */
const OWN_COLOR = '#0b6b5c'

/**
 * The website widget's script, with the settings of the survey that its address names, so that a page asks for nothing else: any page may load it. An unknown survey has none, which the script says on the console.
 * A browser keeps it for five minutes, then asks whether it changed.
 */
export async function sendWidget({ ground }: FaceOptions, request: FastifyRequest<{ Querystring: { survey?: unknown } }>, reply: FastifyReply): Promise<FastifyReply> {
  const { survey } = request.query
  const settings = typeof survey === 'string' ? await settingsOf(ground.db, survey) : {}
  // U+2028 and < would be something else in a page.
  const body = SOURCE.replaceAll('SETTINGS', () => JSON.stringify(settings).replace(/[<\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`))
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  reply.header('etag', tag).header('cache-control', 'public, max-age=300').header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply.header('content-type', 'text/javascript; charset=utf-8').send(body)
}

/** One page may load the script for several surveys; each has its own. */
async function settingsOf(db: FaceOptions['ground']['db'], code: string): Promise<object> {
  try {
    const { widget, locale, locales, brand_color } = await getWidgetSurvey(db, code)
    const words = Object.fromEntries([locale, ...locales].map((one) => [one, wordsIn(one, widget.label)]))
    const { accent, on } = paletteOf(brand_color ?? OWN_COLOR).light
    return { [code]: { trigger: widget.trigger, words, lang: locale, ...widget.label !== null && { said: locale }, color: accent, ink: on } }
  } catch (error) {
    if (error instanceof NotFound) return {}
    throw error
  }
}

/** What the trigger says, what closes the window, and where that is written from right to left, so; between them is what no label has in it, and JSON does not make longer. The survey's own label is the same in all languages. */
function wordsIn(locale: string, label: string | null): string {
  const { widget } = textsOf(locale)
  return [label ?? widget.label, widget.close, ...directionOf(locale) === 'rtl' ? ['rtl'] : []].join('\x7f')
}

/** Without comments of whole lines, the blanks that lines begin with and, outside of its texts, those around signs; types in comments go too. */
function shorten(source: string): string {
  const lines = source.replaceAll(/\/\*[\s\S]*?\*\/ ?/g, '').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('//')).join('\n')
  return lines.split(/('(?:[^'\\\n]|\\.)*'|`[^`]*`)/).map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/ *([-=+,:;{}()[\]<>?&|!]+) */g, '$1'))).join('')
}
