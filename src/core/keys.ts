import { sql, type RawBuilder, type Selectable, type SqlBool } from 'kysely'
import type { Db } from '../storage/database.ts'
import type { ApiKeyRow } from '../storage/schema.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { checkText, checked, given } from './checks.ts'
import type { Context, Ground, Principal } from './context.ts'
import { NotFound, type Fault } from './errors.ts'
import { checkToken, hashToken, makeToken } from './secret-tokens.ts'
import { shareLookUp } from './shared-look-up.ts'
import { getSiteByCode } from './sites.ts'

/** A key as lists show it: nothing by which anybody could use it. */
export type KeyInfo = Pick<Selectable<ApiKeyRow>, 'id' | 'name' | 'client_id' | 'last_used_at' | 'expires_at' | 'revoked_at' | 'created_at'> & { site_code: string | null }

const USE_NOTED_EVERY_MS = 60_000

/** Whom this API key speaks for; null for one that is unknown, revoked or expired. A revocation works at once: nothing is kept between look-ups. */
export async function findKey(ground: Ground, key: string): Promise<Principal | null> {
  const key_hash = hashToken(key)
  return findKeyWhere(ground, `key ${key_hash.toString('base64')}`, sql<SqlBool>`api_keys.key_hash = ${key_hash}`)
}

/** Whom the one key for which this holds speaks for; null as above. Those who ask at the same time share the look-up of that name. */
export async function findKeyWhere(ground: Ground, name: string, condition: RawBuilder<SqlBool>): Promise<Principal | null> {
  const found = await shareLookUp(ground.db, name, () => loadKey(ground, condition))
  if (!found || (found.expires_at && found.expires_at <= ground.now())) return null
  return found.principal
}

/** The key that this client id and secret belong to; null where they are wrong, or it is revoked or expired. */
export async function findKeyOfClient(ground: Ground, client: { client_id: string, client_secret: string }): Promise<{ account_id: number, key_id: number, expires_at: Date | null } | null> {
  // What can't be an id may hold what no query takes.
  if (!/^ec_[\w-]{1,50}$/.test(client.client_id)) return null
  const row = await ground.db.selectFrom('api_keys').select(['account_id', 'id as key_id', 'expires_at', 'client_secret_hash'])
    .where('client_id', '=', client.client_id).where('revoked_at', 'is', null).executeTakeFirst()
  if (!row || !checkToken(client.client_secret, row.client_secret_hash) || (row.expires_at && row.expires_at <= ground.now())) return null
  return { account_id: row.account_id, key_id: row.key_id, expires_at: row.expires_at }
}

/** Makes a key for the whole account or for one of its sites. The key and the secret are shown this once: only their hashes are kept. */
export async function createKey(ctx: Context, input: { name: string, site_code?: string, expires_at?: Date }): Promise<{ id: number, api_key: string, client_id: string, client_secret: string }> {
  checked([checkText('name', input.name, 100), given(input.expires_at, (expires_at) => checkExpiry(ctx, expires_at))])
  const site = input.site_code === undefined ? null : await getSiteByCode(ctx, input.site_code)
  const api_key = `ek_${makeToken(32)}`
  const client_id = `ec_${makeToken(12)}`
  const client_secret = `es_${makeToken(32)}`
  const { id } = await ctx.db.insertInto('api_keys')
    .values({
      account_id: ctx.account.id, name: input.name, key_hash: hashToken(api_key), client_id, client_secret_hash: hashToken(client_secret),
      site_id: site?.id ?? null, expires_at: input.expires_at ?? null, created_at: ctx.now(),
    })
    .returning('id').executeTakeFirstOrThrow()
  return { id, api_key, client_id, client_secret }
}

/** The account's keys, oldest first, revoked and expired ones too. */
export async function listKeys(ctx: Context): Promise<KeyInfo[]> {
  return ctx.db.selectFrom('api_keys as k')
    .leftJoin('sites as s', (join) => join.onRef('s.account_id', '=', 'k.account_id').onRef('s.id', '=', 'k.site_id'))
    .where('k.account_id', '=', ctx.account.id)
    .select(['k.id', 'k.name', 'k.client_id', 's.code as site_code', 'k.last_used_at', 'k.expires_at', 'k.revoked_at', 'k.created_at'])
    .orderBy('k.id').execute()
}

/** Ends a key for good; ending it twice changes nothing. Throws NotFound. */
export async function revokeKey(ctx: Context, id: number): Promise<void> {
  const own = ctx.db.updateTable('api_keys').where('account_id', '=', ctx.account.id).where('id', '=', id)
  const { numUpdatedRows } = await own.set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(ctx.now())) })).executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new NotFound(`the account has no key ${id}`)
}

function checkExpiry(ctx: Context, expires_at: Date): Fault | null {
  if (!Number.isNaN(expires_at.getTime()) && expires_at > ctx.now()) return null
  return { field: 'expires_at', code: 'invalid_date', info: { message: 'must be a time to come' } }
}

async function loadKey(ground: Ground, condition: RawBuilder<SqlBool>): Promise<{ principal: Principal, expires_at: Date | null } | null> {
  const row = await ground.db.selectFrom('api_keys').innerJoin('accounts', 'accounts.id', 'api_keys.account_id')
    .where(condition).where('api_keys.revoked_at', 'is', null)
    .select(ACCOUNT_COLUMNS).select(['api_keys.id as key_id', 'api_keys.site_id', 'api_keys.expires_at', 'api_keys.last_used_at'])
    .executeTakeFirst()
  if (!row) return null
  noteUse(ground, row)
  return { principal: { account: toAccount(row), actor: { kind: 'key', key_id: row.key_id, site_id: row.site_id } }, expires_at: row.expires_at }
}

/** Beside the request, which neither waits for it nor fails with it. */
function noteUse(ground: Ground, row: { id: number, key_id: number, last_used_at: Date | null }): void {
  const now = ground.now()
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MS)
  if (row.last_used_at && row.last_used_at > before) return
  writeUse(ground.db, row.id, row.key_id, now, before).catch((error: unknown) => ground.log.warn({ error: String(error) }, 'the use of a key was not noted'))
}

async function writeUse(db: Db, account_id: number, key_id: number, now: Date, before: Date): Promise<void> {
  await db.updateTable('api_keys').set({ last_used_at: now })
    .where('account_id', '=', account_id).where('id', '=', key_id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', before)])).execute()
}
