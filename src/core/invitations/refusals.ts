import { sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import { unnested } from '../../storage/recordset.ts'
import { isEmail } from '../checks.ts'
import { addressesOf } from '../reach.ts'
import { isE164 } from '../telephone-numbers.ts'
import type { NotSentReason } from './reasons.ts'

/** What has to be known of a message to say whether it may go. */
export interface Refusable {
  account_id: number
  channel: 'email' | 'sms' | 'link'
  /** Where it goes: an e-mail address or a telephone number. */
  email: string | null
  telephone_number: string | null
  survey_id: number
  email_template_id: number | null
  text_message_template_id: number | null
  ignore_throttle: boolean
  /** When it is to go: the over-survey protection looks back from here. */
  at: Date
}

/**
 * Whether each message may go: null, or why not. Asked when an invitation is accepted, and again when it is about to be sent. That two of them race for one
 * address is settled by the claim of that address (claim.ts), not here. A text message is held back by what is known of its e-mail address too: it is the same customer.
 */
export async function refusals(db: Db, messages: Refusable[], now: Date): Promise<(NotSentReason | null)[]> {
  if (messages.length === 0) return []
  const rows = await sql<RefusalFacts>`
    select i.position, s.archived_at is not null as survey_archived, coalesce(t.archived_at, x.archived_at) is not null as template_archived, a.text_messages_enabled_at is not null as text_messages_enabled,
      exists (select from unsubscribes u where u.account_id = i.account_id and u.address = any(i.addresses)) as unsubscribed,
      exists (select from blocks b where b.account_id = i.account_id and b.pattern = any(i.patterns)) as blocked,
      exists (select from erasures e where e.account_id = i.account_id and e.address = any(i.addresses)) as being_deleted,
      not i.ignore_throttle and not s.throttle_exempt and a.throttle_days > 0
        and exists (select from invited_addresses l where l.account_id = i.account_id and l.address = any(i.addresses)
          and l.last_invited_at > greatest(i.at, ${now}::timestamptz) - make_interval(days => a.throttle_days)) as over_surveyed
    from ${unnested(messages.map(toQuery), `position integer, account_id bigint, addresses text[], patterns text[], survey_id bigint, email_template_id bigint, text_message_template_id bigint, ignore_throttle boolean,
      at timestamptz`)} i
    join accounts a on a.id = i.account_id
    join surveys s on s.account_id = i.account_id and s.id = i.survey_id
    left join email_templates t on t.account_id = i.account_id and t.id = i.email_template_id
    left join text_message_templates x on x.account_id = i.account_id and x.id = i.text_message_template_id`.execute(db)
  const facts = new Map(rows.rows.map((row) => [row.position, row]))
  return messages.map((message, index) => refusalOf(message, facts.get(index)))
}

/** What a message claims for itself: a mail its address, a text message its number, and its e-mail address where it has one. */
export function claimedAddresses({ channel, email, telephone_number }: Pick<Refusable, 'channel' | 'email' | 'telephone_number'>): string[] {
  return addressesOf({ email, telephone_number: channel === 'email' ? null : telephone_number })
}

/** Only the template of its own channel is looked at. */
function toQuery({ email_template_id, text_message_template_id, ...message }: Refusable) {
  const addresses = claimedAddresses(message)
  const templates = message.channel === 'sms' ? { text_message_template_id } : { email_template_id }
  return { ...message, ...templates, addresses, patterns: addresses.flatMap(blockPatterns) }
}

interface RefusalFacts {
  position: number
  survey_archived: boolean
  template_archived: boolean
  text_messages_enabled: boolean
  unsubscribed: boolean
  blocked: boolean
  /** An erasure has an address only while it is under way. */
  being_deleted: boolean
  over_surveyed: boolean
}

function refusalOf(message: Refusable, facts: RefusalFacts | undefined): NotSentReason | null {
  if (!facts) throw new Error('a message names a survey that its account does not have')
  if (facts.survey_archived) return 'survey archived'
  if (message.channel === 'link') return null
  if (message.channel === 'sms' && !facts.text_messages_enabled) return 'text messages not enabled'
  if (facts.template_archived) return 'template archived'
  if (!hasAddress(message)) return 'invalid address'
  if (facts.being_deleted) return 'customer data deleted'
  if (facts.unsubscribed) return 'unsubscribed'
  if (facts.blocked) return 'blocked address'
  return facts.over_surveyed ? 'over-survey protection' : null
}

/** Whether it has one that its channel can reach. */
function hasAddress({ channel, email, telephone_number }: Refusable): boolean {
  return channel === 'sms' ? telephone_number !== null && isE164(telephone_number) : email !== null && isEmail(email)
}

/** An address is blocked by itself, by its domain, or by any domain above that; a number by itself. */
function blockPatterns(address: string): string[] {
  const labels = address.includes('@') ? (address.split('@').at(-1) ?? '').split('.') : []
  return [address, ...labels.map((_, index) => labels.slice(index).join('.'))]
}
