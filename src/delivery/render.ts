import type { EmailMessage } from '../core/invitations/messages.ts'
import { html, type Html } from '../http/html.ts'
import { textsOf } from '../texts/catalogue.ts'
import { needsIsolation } from '../texts/sentences.ts'
import { linksOf, mergeFields, ratingLink } from './fields.ts'
import { layOutMail, lookOf, unsubscribeFooter, type Look, type MailTheme } from './layout.ts'
import { findFields, mergeText, splitFields, type Fields } from './merge.ts'
import { ratingButtons, ratingLines, type Appearance, type Scale } from './rating-buttons.ts'

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

/** What a mail is written from: a message, with how its survey looks, where that is said. */
export type MailMessage = Omit<EmailMessage, 'question' | 'theme'> & {
  question: (NonNullable<EmailMessage['question']> & { appearance?: Exclude<Appearance, 'words'> }) | null
  theme?: Partial<MailTheme> | null
}

/**
 * Writes the mail of a message. Template bodies are plain text with merge fields; the HTML part is made from it, and everything merged into it is escaped. What goes into a header
 * is one line, whatever was merged into it. The points of the survey's first rating question link to its page with the score chosen there: opening one answers nothing.
 * Every mail can be unsubscribed from: by its headers, at one click (RFC 8058), and by a link in its body, which it gets at its end if the template has none.
 */
export function renderMail(message: MailMessage, public_url: string): Mail {
  const { template } = message
  const { survey: link, unsubscribe } = linksOf(message, public_url)
  const [scale, look] = [scaleOf(message, public_url), lookOf(message.theme ?? null)]
  const fields = mergeFields(message, public_url, scale ? ratingLines(scale, template.locale) : link)
  const subject = oneLine(mergeText(template.subject, { ...fields, 'rating-buttons': '' }), 500)
  const paragraphs = template.body.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n/)
  const blocks = paragraphs.flatMap((paragraph) => htmlBlocks(paragraph, { fields, link, scale, look, locale: template.locale }))
  const texts = paragraphs.map((paragraph) => mergeText(paragraph, fields).trim())
  const named = new Set(findFields(template.body).map(({ field }) => field))
  const has_own = named.has('unsubscribe-link')
  return {
    message_id: message.message_id,
    from: { name: oneLine(template.from_name, 200), address: template.from_email },
    to: { name: oneLine([message.first_name, message.surname].filter((part) => part).join(' ') || (fields.name ?? ''), 200), address: message.email },
    subject,
    headers: {
      'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply', 'Content-Language': template.locale,
      'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    html: layOutMail({
      locale: template.locale, title: subject, preview: oneLine(named.has('rating-buttons') && scale ? scale.question : texts.join(' ').replace(/https?:\/\/\S+/g, ''), 140), look, blocks,
      footer: has_own ? null : unsubscribeFooter(unsubscribe, template.locale, look),
    }),
    text: [...texts, ...has_own ? [] : [textsOf(template.locale).mail.unsubscribe_line.replace('{url}', () => unsubscribe)]].filter((block) => block !== '').join('\n\n') + '\n',
  }
}

/** The survey's first rating question. On a scale of two points the words are the buttons; faces have words too, their own ones where the scale has none. Null: there is no such question. */
function scaleOf(message: MailMessage, public_url: string): Scale | null {
  const { question, template } = message
  const { scale_min: min, scale_max: max } = question ?? {}
  if (!question || min == null || max == null) return null
  const { labels, mail } = textsOf(template.locale)
  const appearance = appearanceOf(question.appearance ?? 'numbers', max - min + 1, question.scale_labels !== null)
  const words = question.scale_labels ?? (appearance === 'faces' ? labels.good_or_bad : null)
  const wordOf = (score: number): string | null => {
    if (score === min || score === max) return (score === min ? words?.min : words?.max) ?? null
    return appearance === 'faces' && 2 * score === min + max ? mail.middle : null
  }
  return {
    question: question.text, lang: question.lang ?? template.locale, appearance,
    points: Array.from({ length: max - min + 1 }, (_, index) => ({ score: min + index, word: wordOf(min + index), url: ratingLink(message, min + index, public_url) })),
  }
}

function appearanceOf(shown: Exclude<Appearance, 'words'>, count: number, has_words: boolean): Appearance {
  return count === 2 && has_words && shown === 'numbers' ? 'words' : shown
}

/** The buttons are a block of their own, wherever they stand in a paragraph; a paragraph of blank fields is none. */
function htmlBlocks(paragraph: string, { fields, link, scale, look, locale }: { fields: Fields, link: string, scale: Scale | null, look: Look, locale: string }): Html[] {
  const blocks: Html[] = []
  let inline: Html[] = []
  let written = ''
  const flush = (): void => {
    if (written.trim() !== '') blocks.push(html`<p style="margin:0 0 16px">${inline}</p>`)
    ;[inline, written] = [[], '']
  }
  for (const piece of splitFields(paragraph, fields)) {
    if (piece.field === 'rating-buttons' && scale) {
      flush()
      blocks.push(ratingButtons(scale, locale, look))
      continue
    }
    const text = piece.field === 'rating-buttons' ? link : piece.text
    const is_name = piece.field !== null && needsIsolation(paragraph, text)
    inline.push(piece.field !== null && LINKS.has(piece.field) ? html`<a class="link" href="${text}" style="color:${look.light.link}">${text}</a>` : is_name ? html`<bdi>${withBreaks(text)}</bdi>` : withBreaks(text))
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
