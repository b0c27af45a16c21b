import type { Selectable } from 'kysely'
import type { AccountRow } from '../storage/schema.ts'
import type { Account } from './context.ts'

/** What every query that loads an account selects, also beside other tables; toAccount makes the account of it. */
export const ACCOUNT_COLUMNS = [
  'accounts.id', 'accounts.name', 'accounts.subdomain', 'accounts.time_zone', 'accounts.first_weekday', 'accounts.score_scale_max', 'accounts.throttle_days',
  'accounts.text_messages_enabled_at', 'accounts.default_site_id', 'accounts.default_email_template_id',
  'accounts.country', 'accounts.retention_months', 'accounts.full_removal',
] as const

/** An account from a row of ACCOUNT_COLUMNS, which may hold more. */
export function toAccount(row: Omit<Selectable<AccountRow>, 'created_at' | 'widget_secret_number'>): Account {
  const { id, name, subdomain, time_zone, first_weekday, score_scale_max, throttle_days, text_messages_enabled_at, default_site_id, default_email_template_id, country, retention_months, full_removal } = row
  if (default_site_id === null) throw new Error(`account ${id} has no default site`)
  return { id, name, subdomain, time_zone, first_weekday, score_scale_max, throttle_days, text_messages_enabled_at, default_site_id, default_email_template_id, country, retention_months, full_removal }
}
