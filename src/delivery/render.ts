import type { EmailMessage } from '../core/invitations/messages.ts'
import { scoreCode } from '../core/clicks/links.ts'
import { html, type Html } from '../http/html.ts'
import { textsOf } from '../texts/catalogue.ts'
import { needsIsolation } from '../texts/sentences.ts'
import { linksOf, mergeFields } from './fields.ts'
import { layOutMail, ratingButtons, unsubscribeFooter, type RatingPoint } from './layout.ts'
import { findFields, mergeText, splitFields, type Fields } from './merge.ts'

export interface Mailbox { name: string, address: string }

/** A mail as it goes out. */
export interface Mail {
  message_id: string
  from: Mailbox
  to: Mailbox
  subject: string
  headers: Record<string, string>
  html: string
  text: string
}

/**
 * Writes the mail of a message. Template bodies are plain text with merge fields; the HTML part is made from it, and everything merged into it is escaped. What goes into a header
 * is one line, whatever was merged into it. The points of the survey's first rating question link to its page with the score chosen there: opening one answers nothing.
 * Every mail can be unsubscribed from: by its headers, at one click (RFC 8058), and by a link in its body, which it gets at its end if the template has none.
 */
export function renderMail(message: EmailMessage, public_url: string): Mail {
  const { template } = message
  const { survey: link, unsubscribe } = linksOf(message, public_url)
  const points = ratingPoints(message, link)
  const fields = mergeFields(message, public_url, textButtons(points, link))
  const subject = oneLine(mergeText(template.subject, { ...fields, 'rating-buttons': '' }), 500)
  const paragraphs = template.body.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n/)
  const blocks = paragraphs.flatMap((paragraph) => htmlBlocks(paragraph, fields, link, message, points))
  const texts = paragraphs.map((paragraph) => mergeText(paragraph, fields).trim())
  const has_own = findFields(template.body).some(({ field }) => field === 'unsubscribe-link')
  return {
    message_id: message.message_id,
    from: { name: oneLine(template.from_name, 200), address: template.from_email },
    to: { name: oneLine([message.first_name, message.surname].filter((part) => part).join(' ') || (fields.name ?? ''), 200), address: message.email },
    subject,
    headers: {
      'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply', 'Content-Language': template.locale,
      'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    html: layOutMail({ locale: template.locale, title: subject, blocks, footer: has_own ? null : unsubscribeFooter(unsubscribe, template.locale) }),
    text: [...texts, ...has_own ? [] : [textsOf(template.locale).mail.unsubscribe_line.replace('{url}', () => unsubscribe)]].filter((block) => block !== '').join('\n\n') + '\n',
  }
}

/** On a scale of two points the words are the buttons; on a longer one the words explain its ends. */
function ratingPoints(message: EmailMessage, link: string): RatingPoint[] {
  const { scale_min: min, scale_max: max, scale_labels: labels } = message.question ?? {}
  if (min == null || max == null) return []
  return Array.from({ length: max - min + 1 }, (_, index) => {
    const score = min + index
    const word = score === min ? labels?.min : score === max ? labels?.max : undefined
    return { score, word: word ?? null, url: `${link}/r/${scoreCode(message.token, score)}` }
  })
}

function textButtons(points: RatingPoint[], link: string): string {
  if (points.length === 0) return link
  return points.map(({ score, word, url }) => `${word && points.length === 2 ? word : word ? `${score} (${word})` : score}: ${url}`).join('\n')
}

/** The buttons are a block of their own, wherever they stand in a paragraph; a paragraph of blank fields is none. */
function htmlBlocks(paragraph: string, fields: Fields, link: string, message: EmailMessage, points: RatingPoint[]): Html[] {
  const blocks: Html[] = []
  let inline: Html[] = []
  let written = ''
  const flush = (): void => {
    if (written.trim() !== '') blocks.push(html`<p style="margin:0 0 16px">${inline}</p>`)
    ;[inline, written] = [[], '']
  }
  for (const piece of splitFields(paragraph, fields)) {
    if (piece.field === 'rating-buttons' && points.length > 0) {
      flush()
      blocks.push(ratingButtons({ points, question: message.question?.text ?? '', locale: message.template.locale, lang: message.question?.lang ?? message.template.locale }))
      continue
    }
    const text = piece.field === 'rating-buttons' ? link : piece.text
    const is_name = piece.field !== null && needsIsolation(paragraph, text)
    inline.push(piece.field !== null && LINKS.has(piece.field) ? html`<a class="link" href="${text}" style="color:#0b5cad">${text}</a>` : is_name ? html`<bdi>${withBreaks(text)}</bdi>` : withBreaks(text))
    written += text
  }
  flush()
  return blocks
}

const LINKS = new Set(['link-to-survey', 'unsubscribe-link', 'rating-buttons'])

function withBreaks(text: string): Html {
  return html`${text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [html`<br>`, line]))}`
}

/** Control characters, line ends among them, would end a header or hide in it. */
function oneLine(text: string, maximum: number): string {
  return [...text.replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim()].slice(0, maximum).join('')
}
