import { sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import { recordset } from '../../storage/recordset.ts'
import { isEmail } from '../checks.ts'
import { addressesOf } from '../reach.ts'
import type { NotSentReason } from './reasons.ts'

/** What has to be known of a message to say whether it may go. */
export interface Refusable {
  account_id: number
  channel: 'email' | 'sms' | 'link'
  /** Lower case; null where a text message needs none. */
  address: string | null
  /** Of a text message: who opted out by their address gets none either, and the other way round. */
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
 * address is settled by the claim of that address (claim.ts), not here.
 */
export async function refusals(db: Db, messages: Refusable[], now: Date): Promise<(NotSentReason | null)[]> {
  if (messages.length === 0) return []
  const rows = await sql<RefusalFacts>`
    select i.position, s.archived_at is not null as survey_archived, coalesce(t.archived_at, tt.archived_at) is not null as template_archived, a.text_messages_enabled_at is not null as text_messages_enabled,
      exists (select from unsubscribes u where u.account_id = i.account_id and u.address = any(i.addresses)) as unsubscribed,
      exists (select from blocks b where b.account_id = i.account_id and b.pattern = any(i.patterns)) as blocked,
      not i.ignore_throttle and not s.throttle_exempt and a.throttle_days > 0
        and exists (select from invited_addresses l where l.account_id = i.account_id and l.address = i.address
          and l.last_invited_at > greatest(i.at, ${now}::timestamptz) - make_interval(days => a.throttle_days)) as over_surveyed
    from jsonb_to_recordset(${recordset(messages.map(toRow))}::jsonb)
      as i(position integer, account_id bigint, address text, addresses text[], patterns text[], survey_id bigint, email_template_id bigint, text_message_template_id bigint, ignore_throttle boolean, at timestamptz)
    join accounts a on a.id = i.account_id
    join surveys s on s.account_id = i.account_id and s.id = i.survey_id
    left join email_templates t on t.account_id = i.account_id and t.id = i.email_template_id
    left join text_message_templates tt on tt.account_id = i.account_id and tt.id = i.text_message_template_id`.execute(db)
  const facts = new Map(rows.rows.map((row) => [row.position, row]))
  return messages.map((message, index) => refusalOf(message, facts.get(index)))
}

/** A mail has no text message's template, and the other way round: whichever is named counts. */
function toRow(message: Refusable) {
  const addresses = addressesOf({ email: message.address, telephone_number: message.telephone_number })
  const named = message.channel === 'sms' ? { email_template_id: null } : { text_message_template_id: null }
  return { ...message, ...named, addresses, patterns: [...addresses, ...parentDomains(message.address)] }
}

interface RefusalFacts {
  position: number
  survey_archived: boolean
  template_archived: boolean
  text_messages_enabled: boolean
  unsubscribed: boolean
  blocked: boolean
  over_surveyed: boolean
}

function refusalOf(message: Refusable, facts: RefusalFacts | undefined): NotSentReason | null {
  if (!facts) throw new Error('a message names a survey that its account does not have')
  if (facts.survey_archived) return 'survey archived'
  if (message.channel === 'link') return null
  if (message.channel === 'sms' && !facts.text_messages_enabled) return 'text messages not enabled'
  if (facts.template_archived) return 'template archived'
  if (message.channel === 'email' && (message.address === null || !isEmail(message.address))) return 'invalid address'
  if (facts.unsubscribed) return 'unsubscribed'
  if (facts.blocked) return 'blocked address'
  return facts.over_surveyed ? 'over-survey protection' : null
}

/** An address is blocked by itself, by its domain, or by any domain above that. */
function parentDomains(address: string | null): string[] {
  const labels = address?.includes('@') ? (address.split('@').at(-1) ?? '').split('.') : []
  return labels.map((_, index) => labels.slice(index).join('.'))
}
