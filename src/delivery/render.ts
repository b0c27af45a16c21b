import type { Message } from '../core/invitations/messages.ts'
import { html, type Html } from '../http/html.ts'
import { layOutMail, ratingButtons, type RatingPoint } from './layout.ts'
import { mergeText, splitFields, type Fields } from './merge.ts'

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
 */
export function renderMail(message: Message, public_url: string): Mail {
  const { template } = message
  const link = `${public_url}/surveys/${message.token}`
  const points = ratingPoints(message, link)
  const fields = mergeFields(message, link)
  const subject = oneLine(mergeText(template.subject, { ...fields, 'rating-buttons': '' }), 500)
  const paragraphs = template.body.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n/)
  return {
    message_id: message.message_id,
    from: { name: oneLine(template.from_name, 200), address: template.from_email },
    to: { name: oneLine(fields.name ?? '', 200), address: message.email },
    subject,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply', 'Content-Language': template.locale },
    html: layOutMail({ locale: template.locale, title: subject, blocks: paragraphs.flatMap((paragraph) => htmlBlocks(paragraph, fields, link, message, points)) }),
    text: paragraphs.map((paragraph) => mergeText(paragraph, { ...fields, 'rating-buttons': textButtons(points, link) }).trim()).filter((block) => block !== '').join('\n\n') + '\n',
  }
}

/** A field that is blank falls back to the data of that key, then to what follows its slash. */
function mergeFields(message: Message, link: string): Fields {
  const own: Fields = {
    name: [message.first_name, message.surname].filter((part) => part).join(' '),
    first_name: message.first_name ?? '', surname: message.surname ?? '', email: message.email, reference: message.reference ?? '',
    company_name: message.company_name ?? '', staff_name: message.staff_name ?? '', 'link-to-survey': link, 'unsubscribe-link': '',
  }
  const fields: Fields = Object.fromEntries(message.data.map(({ key, value }) => [key, value]))
  for (const [key, value] of Object.entries(own)) if (value !== '' || key === 'unsubscribe-link') fields[key] = value
  return fields
}

/** On a scale of two points the words are the buttons; on a longer one the words explain its ends. */
function ratingPoints(message: Message, link: string): RatingPoint[] {
  const { scale_min: min, scale_max: max, scale_labels: labels } = message.question ?? {}
  if (min == null || max == null) return []
  return Array.from({ length: max - min + 1 }, (_, index) => {
    const score = min + index
    const word = score === min ? labels?.min : score === max ? labels?.max : undefined
    return { score, word: word ?? null, url: `${link}?score=${score}` }
  })
}

function textButtons(points: RatingPoint[], link: string): string {
  if (points.length === 0) return link
  return points.map(({ score, word, url }) => `${word && points.length === 2 ? word : word ? `${score} (${word})` : score}: ${url}`).join('\n')
}

/** The buttons are a block of their own, wherever they stand in a paragraph; a paragraph of blank fields is none. */
function htmlBlocks(paragraph: string, fields: Fields, link: string, message: Message, points: RatingPoint[]): Html[] {
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
      blocks.push(ratingButtons({ points, question: message.question?.text ?? '' }))
      continue
    }
    const text = piece.field === 'rating-buttons' ? link : piece.text
    inline.push(piece.field === 'link-to-survey' || piece.field === 'rating-buttons' ? html`<a class="link" href="${text}" style="color:#0b5cad">${text}</a>` : withBreaks(text))
    written += text
  }
  flush()
  return blocks
}

function withBreaks(text: string): Html {
  return html`${text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [html`<br>`, line]))}`
}

/** Control characters, line ends among them, would end a header or hide in it. */
function oneLine(text: string, maximum: number): string {
  return [...text.replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim()].slice(0, maximum).join('')
}
