import { sql } from 'kysely'
import { transaction, type Tx } from '../storage/database.ts'
import { checkAccountZone, updateAccount } from './accounts.ts'
import { checked, given } from './checks.ts'
import { actorName, type Account, type Context } from './context.ts'
import type { Fault } from './errors.ts'
import { recordEvents } from './events.ts'

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export const SCORE_SCALES = [3, 5, 10] as const

/** What an account can decide for itself, in the words of whoever decides. */
export interface AccountSettings {
  /** An IANA name, such as Europe/Berlin. */
  time_zone: string
  /** One of WEEKDAYS. */
  first_weekday: string
  /** Days between two invitations to the same address; 0 is off. */
  throttle_days: number
  /** An e-mail template for invitations; null only in accounts that lost it. */
  default_email_template_id: number | null
  text_messages: boolean
  /** ISO 3166, such as GB; null: telephone numbers need a prefix. */
  country: string | null
  /** The highest score that reports show, one of SCORE_SCALES. */
  score_scale: number
  /** How long personal data are kept; null: for ever. */
  retention_months: number | null
  /** Whether deleting a person takes their scores too. */
  full_removal: boolean
}

/** Fields that are left out stay as they are. */
export type AccountSettingsChange = Partial<AccountSettings>

/** The settings as they are. */
export function settingsOf({ time_zone, first_weekday, throttle_days, default_email_template_id, text_messages_enabled_at, country, score_scale_max, retention_months, full_removal }: Account): AccountSettings {
  return {
    time_zone, first_weekday: WEEKDAYS[first_weekday - 1] ?? WEEKDAYS[0], throttle_days, default_email_template_id, text_messages: text_messages_enabled_at !== null, country,
    score_scale: score_scale_max, retention_months, full_removal,
  }
}

/**
 * Changes settings, and tells what was changed as an event. Another time zone or scale counts all records of the account anew in the same transaction, during which no answer and no
 * sending of any account is written: `onRecount` is told before how many there are, and may throw, which leaves everything as it was. Throws Invalid with everything that is wrong.
 */
export async function changeAccountSettings(ctx: Context, change: AccountSettingsChange, onRecount: (records: number) => void = () => undefined): Promise<Account> {
  return transaction(ctx.db, async (tx) => {
    const before = await lockAccount(tx, ctx.account.id)
    checked([...plainFaults(change), await given(change.time_zone, (zone) => checkAccountZone(ctx.db, zone)), await templateFault(tx, ctx.account.id, change.default_email_template_id)])
    const columns = columnsOf(change, ctx.now())
    if ((columns.time_zone ?? before.time_zone) !== before.time_zone || (columns.score_scale_max ?? before.score_scale_max) !== before.score_scale_max) {
      await sql`set local statement_timeout = 0`.execute(tx)
      onRecount(await countRecords(tx, ctx.account.id))
    }
    const account = await updateAccount(tx, ctx.account.id, columns)
    const changed = differences(settingsOf({ ...ctx.account, ...before }), settingsOf(account))
    if (Object.keys(changed).length > 0) {
      await recordEvents(tx, [{ account_id: account.id, type: 'account.changed', subject_id: account.id, actor: actorName(ctx.actor), detail: changed, created_at: ctx.now() }])
    }
    return account
  })
}

const SETTING_COLUMNS = ['time_zone', 'first_weekday', 'score_scale_max', 'throttle_days', 'text_messages_enabled_at', 'default_email_template_id', 'country', 'retention_months', 'full_removal'] as const

/** Nobody else changes it meanwhile. */
function lockAccount(tx: Tx, id: number) {
  return tx.selectFrom('accounts').select(SETTING_COLUMNS).where('id', '=', id).forNoKeyUpdate().executeTakeFirstOrThrow()
}

function plainFaults(change: AccountSettingsChange): (Fault | null)[] {
  return [
    given(change.first_weekday, (day) => WEEKDAYS.some((one) => one === day) ? null : { field: 'first_weekday', code: 'invalid_value', info: { allowed_values: WEEKDAYS } }),
    given(change.throttle_days, (days) => wholeFault('throttle_days', days, 0, 3650)),
    given(change.country, (code) => isCountry(code) ? null : { field: 'country', code: 'invalid_value', info: { message: 'must be a country by two letters, such as GB' } }),
    given(change.score_scale, (scale) => SCORE_SCALES.some((one) => one === scale) ? null : { field: 'score_scale', code: 'invalid_value', info: { allowed_values: SCORE_SCALES } }),
    given(change.retention_months, (months) => wholeFault('retention_months', months, 1, 600)),
  ]
}

function wholeFault(field: string, value: number, least: number, most: number): Fault | null {
  if (Number.isInteger(value) && value >= least && value <= most) return null
  return { field, code: 'invalid_value', info: { greater_than: least, less_than: most, must_be: 'integer', message: `must be a whole number from ${least} to ${most}` } }
}

function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/i.test(code) && new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code.toUpperCase()) !== undefined
}

/** What requests that name no template are sent with: it must invite, and be in use. Locked, lest it is archived meanwhile. */
async function templateFault(tx: Tx, account_id: number, id: number | null | undefined): Promise<Fault | null> {
  if (id === undefined) return null
  const usable = Number.isSafeInteger(id) && await tx.selectFrom('email_templates').select('id').where('account_id', '=', account_id).where('id', '=', id)
    .where('kind', '=', 'invitation').where('archived_at', 'is', null).forShare().executeTakeFirst()
  return usable ? null : { field: 'default_email_template_id', code: 'invalid_value', info: { message: 'must be an e-mail template of this account, for invitations, that is not archived' } }
}

/** Text messages that are on already keep the time since when they are. */
function columnsOf(change: AccountSettingsChange, now: Date) {
  const { time_zone, first_weekday, throttle_days, default_email_template_id, text_messages, country, score_scale, retention_months, full_removal } = change
  return {
    ...time_zone === undefined ? {} : { time_zone },
    ...first_weekday === undefined ? {} : { first_weekday: WEEKDAYS.findIndex((day) => day === first_weekday) + 1 },
    ...throttle_days === undefined ? {} : { throttle_days },
    ...default_email_template_id === undefined ? {} : { default_email_template_id },
    ...text_messages === undefined ? {} : { text_messages_enabled_at: text_messages ? sql<Date>`coalesce(text_messages_enabled_at, ${now})` : null },
    ...country === undefined ? {} : { country: country?.toUpperCase() ?? null },
    ...score_scale === undefined ? {} : { score_scale_max: score_scale },
    ...retention_months === undefined ? {} : { retention_months },
    ...full_removal === undefined ? {} : { full_removal },
  }
}

/** How many responses and waiting invitations the account has. */
async function countRecords(tx: Tx, account_id: number): Promise<number> {
  const { rows: [row] } = await sql<{ count: number }>`select (select count(*) from responses where account_id = ${account_id})
    + (select count(*) from invitations where account_id = ${account_id} and sent_at is not null and answered_at is null) as count`.execute(tx)
  return row?.count ?? 0
}

function differences(before: AccountSettings, after: AccountSettings): Record<string, unknown> {
  const old = new Map<string, unknown>(Object.entries(before))
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => old.get(name) !== value).map(([name, value]) => [name, { from: old.get(name) ?? null, to: value }]))
}
