import { scoreCode } from '../core/clicks/links.ts'
import type { Message } from '../core/invitations/messages.ts'
import { findFields, type Fields } from './merge.ts'

/** What every message can merge besides the data of its own request. */
export const MERGE_FIELDS = [
  'name', 'first_name', 'surname', 'email', 'reference', 'company_name', 'staff_name', 'link-to-survey', 'unsubscribe-link', 'rating-buttons',
] as const
type MergeField = typeof MERGE_FIELDS[number]

/** What a message is about, as far as its text can say. */
export type MessageFacts = Pick<Message, 'token' | 'first_name' | 'surname' | 'reference' | 'company_name' | 'staff_name' | 'data'> & { email: string | null }

/** Where the links of a message lead. */
export function linksOf({ token }: Pick<MessageFacts, 'token'>, public_url: string): { survey: string, unsubscribe: string } {
  return { survey: `${public_url}/surveys/${token}`, unsubscribe: `${public_url}/unsubscribe/${token}` }
}

/** Where a point of a mail's scale leads: opening it answers nothing. */
export function ratingLink(facts: Pick<MessageFacts, 'token'>, score: number, public_url: string): string {
  return `${linksOf(facts, public_url).survey}/r/${scoreCode(facts.token, score)}`
}

/**
 * The fields of a message. One that is blank falls back to the data of that key, then to what follows its slash. `name` greets, so it is the first name alone;
 * `rating-buttons` is whatever the channel makes of them.
 */
export function mergeFields(facts: MessageFacts, public_url: string, rating_buttons: string): Fields {
  const links = linksOf(facts, public_url)
  const own: Record<MergeField, string> = {
    name: facts.first_name ?? '', first_name: facts.first_name ?? '', surname: facts.surname ?? '', email: facts.email ?? '', reference: facts.reference ?? '',
    company_name: facts.company_name ?? '', staff_name: facts.staff_name ?? '', 'link-to-survey': links.survey, 'unsubscribe-link': links.unsubscribe, 'rating-buttons': rating_buttons,
  }
  const fields: Fields = Object.fromEntries(facts.data.map(({ key, value }) => [key, value]))
  for (const [key, value] of Object.entries(own)) if (value.trim() !== '' || key === 'rating-buttons') fields[key] = value
  return fields
}

/** The fields of these texts that are nothing but a request's data could be, and have nothing that stands in for them: a slip of the pen is blank in every message. */
export function unknownFields(...texts: string[]): string[] {
  const found = texts.flatMap(findFields).filter(({ field, fallback }) => fallback === null && !MERGE_FIELDS.some((known) => known === field))
  return [...new Set(found.map(({ field }) => field))]
}
