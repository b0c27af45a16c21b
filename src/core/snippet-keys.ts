import type { Selectable } from 'kysely'
import type { SnippetKeyRow } from '../storage/schema.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { checkText, checked } from './checks.ts'
import { onlySite, writeSite, type Account, type Context, type Ground } from './context.ts'
import { NotFound } from './errors.ts'
import { makeToken } from './secret-tokens.ts'
import { getSiteByCode } from './sites.ts'

/** A key that stands in mails for everyone to see, and may therefore be shown again. */
export type SnippetKey = Pick<Selectable<SnippetKeyRow>, 'id' | 'public_key' | 'name' | 'created_at' | 'revoked_at'> & { site_code: string }

/** What a key that is in use stands for: an account, and the site that its tickets belong to. */
export interface SnippetPlace { key_id: number, account: Account, site_id: number }

/** Makes a key for a site; for the account's default site where none is named. Throws Invalid, NotFound for an unknown site. */
export async function createSnippetKey(ctx: Context, input: { name: string, site_code?: string }): Promise<SnippetKey> {
  checked([checkText('name', input.name, 100)])
  const site_id = writeSite(ctx, input.site_code === undefined ? null : (await getSiteByCode(ctx, input.site_code)).id)
  const { id } = await ctx.db.insertInto('snippet_keys')
    .values({ account_id: ctx.account.id, public_key: `ep_${makeToken(16)}`, site_id, name: input.name, created_at: ctx.now() })
    .returning('id').executeTakeFirstOrThrow()
  return getSnippetKey(ctx, id)
}

/** The keys that this actor may see, oldest first, revoked ones too. */
export async function listSnippetKeys(ctx: Context): Promise<SnippetKey[]> {
  return visibleKeys(ctx).orderBy('k.id').execute()
}

/** One of these. Throws NotFound. */
export async function getSnippetKey(ctx: Context, id: number): Promise<SnippetKey> {
  const key = await visibleKeys(ctx).where('k.id', '=', id).executeTakeFirst()
  if (!key) throw new NotFound(`the account has no snippet ${id}`)
  return key
}

/** Ends a key for good: links with it in mails that went out already lead nowhere from then on. Ending it twice changes nothing. Throws NotFound. */
export async function revokeSnippetKey(ctx: Context, id: number): Promise<void> {
  await getSnippetKey(ctx, id)
  await ctx.db.updateTable('snippet_keys').set({ revoked_at: ctx.now() })
    .where('account_id', '=', ctx.account.id).where('id', '=', id).where('revoked_at', 'is', null).execute()
}

/** What this key stands for; null for one that is unknown or revoked. */
export async function findSnippetKey(ground: Ground, public_key: string): Promise<SnippetPlace | null> {
  // What can't be a key may hold what no query takes.
  if (!/^ep_[\w-]{22}$/.test(public_key)) return null
  const row = await ground.db.selectFrom('snippet_keys as k').innerJoin('accounts', 'accounts.id', 'k.account_id')
    .where('k.public_key', '=', public_key).where('k.revoked_at', 'is', null)
    .select(ACCOUNT_COLUMNS).select(['k.id as key_id', 'k.site_id']).executeTakeFirst()
  return row ? { key_id: row.key_id, account: toAccount(row), site_id: row.site_id } : null
}

function visibleKeys(ctx: Context) {
  const limit = onlySite(ctx)
  const keys = ctx.db.selectFrom('snippet_keys as k').innerJoin('sites as s', (join) => join.onRef('s.account_id', '=', 'k.account_id').onRef('s.id', '=', 'k.site_id'))
    .where('k.account_id', '=', ctx.account.id).select(['k.id', 'k.public_key', 'k.name', 's.code as site_code', 'k.created_at', 'k.revoked_at'])
  return limit === null ? keys : keys.where('k.site_id', '=', limit)
}
