import type { TextMessage } from '../core/invitations/messages.ts'
import { linksOf, mergeFields } from './fields.ts'
import { mergeText, splitFields } from './merge.ts'
import { countSegments, type Segmentation } from './segments.ts'

/** The longest that providers take. */
export const MOST_CHARACTERS = 1600

/** A text message as it goes out. */
export interface Text extends Segmentation {
  message_id: string
  /** In E.164. */
  to: string
  body: string
}

/** Writes the text of a message. Templates have the same merge fields as those of mails; the rating's buttons are the survey's link, and one without any link has it at its end. */
export function writeText(message: TextMessage, public_url: string): Text {
  const fields = mergeFields(message, public_url, linksOf(message, public_url).survey)
  const template = message.template.body
  const hasLink = splitFields(template, fields).some(({ field }) => field === 'link-to-survey' || field === 'rating-buttons')
  const body = plainText(mergeText(hasLink ? template : `${template.trimEnd()} {{link-to-survey}}`, fields))
  return { message_id: message.message_id, to: message.telephone_number, body, ...countSegments(body) }
}

/** No control characters but line ends, and no room at the ends of lines or of it all. */
function plainText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n]+/gu, ' ').replace(/[ \t]+$/gm, '').trim()
}
