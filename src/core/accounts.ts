import { sql, type UpdateObject } from 'kysely'
import { isIP } from 'node:net'
import { transaction, type Db, type Tx } from '../storage/database.ts'
import type { Schema } from '../storage/schema.ts'
import { findLocale } from '../texts/locales.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { contextOf, type Account, type Ground } from './context.ts'
import { createDefaultSurveys } from './default-surveys.ts'
import { checked, checkEmail, checkText, checkTimeZone, given, NO_ZONE } from './checks.ts'
import { Invalid, NotFound, type Fault } from './errors.ts'
import { checkLocale } from './locales.ts'
import { createSite } from './sites.ts'
import { createDefaultTemplates } from './templates.ts'
import { createUser } from './users.ts'

export interface AccountDraft {
  name: string
  /** Derived from the name, and made unique, where it is not given. */
  subdomain?: string
  /** An IANA name, such as Europe/Berlin; UTC where it is not given. */
  time_zone?: string
  /** The owner's address to log in with; `owner@SUBDOMAIN.localhost` where it is not given. */
  owner_email?: string
  /** What mails come from; `feedback@SUBDOMAIN.localhost` where it is not given. */
  from_email?: string
  /** What its first surveys and templates are in; English where it is not given. */
  locale?: string
}

/**
 * Makes an account with all it needs to begin: its default site, surveys and templates, and an owner who has no password yet (a log-in link lets them in).
 * Throws Invalid: a bad name, time zone or locale, a subdomain or an owner's address that is taken.
 */
export async function createAccount(ground: Ground, draft: AccountDraft): Promise<{ account: Account, owner_id: number }> {
  await checkDraft(ground.db, draft)
  const locale = findLocale(draft.locale ?? 'en') ?? 'en'
  return transaction(ground.db, async (tx) => {
    const bare = await insertAccount(tx, draft, ground.now())
    const ctx = contextOf({ ...ground, db: tx }, bare, { kind: 'system' })
    const site = await createSite(ctx, { code: 'main', name: 'Main' })
    const template = await createDefaultTemplates(ctx, { from_name: bare.name, from_email: draft.from_email ?? `feedback@${bare.subdomain}.localhost` }, locale)
    const account = { ...bare, default_site_id: site.id, default_email_template_id: template.id }
    await tx.updateTable('accounts').set({ default_site_id: site.id, default_email_template_id: template.id }).where('id', '=', account.id).execute()
    await createDefaultSurveys(ctx, locale)
    const owner = await createUser({ ...ctx, account }, { email: draft.owner_email ?? `owner@${bare.subdomain}.localhost`, name: 'Owner', role: 'owner' })
    return { account, owner_id: owner.id }
  })
}

/** By its number, its subdomain or its name (in any letter case). Several of one name: the oldest. */
export async function findAccount(ground: Ground, id_or_name: string | number): Promise<Account | null> {
  const text = String(id_or_name).trim().toLowerCase()
  const row = await ground.db.selectFrom('accounts').select(ACCOUNT_COLUMNS)
    .where((eb) => eb.or([eb(sql`id::text`, '=', text), eb('subdomain', '=', text), eb(sql`lower(name)`, '=', sql`lower(${String(id_or_name).trim()})`)]))
    .orderBy(sql`id::text = ${text}`, 'desc').orderBy(sql`subdomain = ${text}`, 'desc').orderBy('id').limit(1).executeTakeFirst()
  return row ? toAccount(row) : null
}

/** The same, but throws NotFound. */
export async function getAccount(ground: Ground, id_or_name: string | number): Promise<Account> {
  const account = await findAccount(ground, id_or_name)
  if (!account) throw new NotFound(`there is no account ${id_or_name}`)
  return account
}

/** The account whose subdomain a host begins with, such as acme.example.com; else the server's only one. */
export async function findAccountOfHost(ground: Ground, host: string): Promise<Account | null> {
  const [label = '', ...rest] = host.toLowerCase().split('.')
  const accounts = ground.db.selectFrom('accounts').select(ACCOUNT_COLUMNS)
  const named = rest.length > 0 && isIP(host) === 0 ? await accounts.where('subdomain', '=', label).executeTakeFirst() : undefined
  const [only, ...others] = named ? [named] : await accounts.limit(2).execute()
  return only && others.length === 0 ? toAccount(only) : null
}

/** Writes settings of an account that were checked; account-settings.ts decides. */
export async function updateAccount(tx: Tx, id: number, columns: UpdateObject<Schema, 'accounts'>): Promise<Account> {
  // Without any columns it is a plain look at the account.
  const row = await tx.updateTable('accounts').set({ ...columns, name: (eb) => eb.ref('name') }).where('id', '=', id).returning(ACCOUNT_COLUMNS).executeTakeFirstOrThrow()
  return toAccount(row)
}

/** Every account, oldest first. */
export async function listAccounts(ground: Ground): Promise<Account[]> {
  const rows = await ground.db.selectFrom('accounts').select(ACCOUNT_COLUMNS).orderBy('id').execute()
  return rows.map(toAccount)
}

/** Ends an account's widget secret: the next one is another. */
export async function takeNextWidgetSecret(db: Db, id: number): Promise<void> {
  await db.updateTable('accounts').set((eb) => ({ widget_secret_number: eb('widget_secret_number', '+', 1) })).where('id', '=', id).execute()
}

async function checkDraft(db: Db, draft: AccountDraft): Promise<void> {
  checked([
    checkText('name', draft.name, 100),
    given(draft.subdomain, checkSubdomain),
    given(draft.owner_email, (email) => checkEmail('owner_email', email)),
    given(draft.from_email, (email) => checkEmail('from_email', email)),
    given(draft.locale, (locale) => checkLocale('locale', locale)),
    await given(draft.time_zone, (time_zone) => checkAccountZone(db, time_zone)),
  ])
}

function checkSubdomain(subdomain: string): Fault | null {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(subdomain)) return null
  return { field: 'subdomain', code: 'invalid_format', info: { valid_format: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$', message: 'must be lower-case letters, digits and hyphens, at most 63' } }
}

/** Both must know the zone: we, for the dates that come in, and the database, for the days that it counts by. */
export async function checkAccountZone(db: Db, time_zone: string): Promise<Fault | null> {
  return checkTimeZone('time_zone', time_zone) ?? ((await isZoneOfDatabase(db, time_zone)) ? null : NO_ZONE)
}

async function isZoneOfDatabase(db: Db, time_zone: string): Promise<boolean> {
  try {
    await sql`select now() at time zone ${time_zone}`.execute(db)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '22023') return false
    throw error
  }
}

/** The site and the template come right after it, in the same transaction: until then the account is only half there. */
async function insertAccount(tx: Tx, draft: AccountDraft, now: Date): Promise<Account> {
  for (;;) {
    const subdomain = await findFreeSubdomain(tx, draft)
    const row = await tx.insertInto('accounts')
      .values({ name: draft.name.trim(), subdomain, time_zone: draft.time_zone ?? 'UTC', created_at: now })
      .onConflict((conflict) => conflict.column('subdomain').doNothing()).returning(ACCOUNT_COLUMNS).executeTakeFirst()
    if (row) return { ...row, default_site_id: 0 }
  }
}

/** The one that was asked for, or throws Invalid; else one made of the name, with a number where others have it. */
async function findFreeSubdomain(tx: Tx, draft: AccountDraft): Promise<string> {
  const wanted = draft.subdomain ?? deriveSubdomain(draft.name)
  const rows = await tx.selectFrom('accounts').select('subdomain').where('subdomain', 'like', `${wanted}%`).execute()
  const taken = new Set(rows.map((row) => row.subdomain))
  if (!taken.has(wanted)) return wanted
  if (draft.subdomain) throw new Invalid([{ field: 'subdomain', code: 'forbidden_value', info: { disallowed_values: [wanted], message: 'is taken by another account' } }])
  let number = 2
  while (taken.has(`${wanted}-${number}`)) number++
  return `${wanted}-${number}`
}

/** `Müller & Söhne` becomes `muller-sohne`. */
function deriveSubdomain(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{Mark}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').slice(0, 50).replace(/^-+|-+$/g, '') || 'account'
}
