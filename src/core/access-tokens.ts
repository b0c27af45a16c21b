import { sql, type SqlBool } from 'kysely'
import type { Tx } from '../storage/database.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { ACTING_USER_COLUMNS } from './acting-user.ts'
import { userActor, type Ground, type Principal } from './context.ts'
import { Unauthenticated } from './errors.ts'
import { findKeyOfClient, findKeyWhere } from './keys.ts'
import { commonScopes } from './oauth/scopes.ts'
import { addressBlock, checkLimit, countHit } from './rate-limits.ts'
import { hashToken, makeToken } from './secret-tokens.ts'

const LIFE_SECONDS = 3600
const PREFIX = 'ea_'
const GRANT_PREFIX = 'oa_'

const WINDOW_SECONDS = 600
const WRONG_TRIES = 50
/** A client needs one an hour; each is a row until it is swept. */
const TOKENS = 600

export interface ClientCredentials { client_id: string, client_secret: string, client_address: string }

/**
 * Trades a key's client id and secret for an access token that stands for the key for an hour, or until the key ends. It is shown this once: only its hash is kept.
 * `expires_in` is in seconds. Throws Unauthenticated for wrong credentials, or ones of a key that is revoked or expired; LimitReached after 50 such tries of a client in ten minutes, or
 * 600 tokens of one key.
 */
export async function createAccessToken(ground: Ground, { client_address, ...client }: ClientCredentials): Promise<{ access_token: string, expires_in: number }> {
  const bucket = `client secret ${addressBlock(client_address)}`
  await checkLimit(ground, bucket, WRONG_TRIES, WINDOW_SECONDS)
  const key = await findKeyOfClient(ground, client)
  if (!key) {
    await countHit(ground, bucket, WRONG_TRIES, WINDOW_SECONDS)
    throw new Unauthenticated('the client id or its secret is wrong, or the key is no longer good')
  }
  await countHit(ground, `client token ${key.account_id}/${key.key_id}`, TOKENS, WINDOW_SECONDS)
  const now = ground.now()
  const expires_in = key.expires_at ? Math.min(LIFE_SECONDS, Math.floor((key.expires_at.getTime() - now.getTime()) / 1000)) : LIFE_SECONDS
  const access_token = `${PREFIX}${makeToken(32)}`
  await ground.db.insertInto('access_tokens')
    .values({ account_id: key.account_id, key_id: key.key_id, token_hash: hashToken(access_token), expires_at: new Date(now.getTime() + expires_in * 1000), created_at: now }).execute()
  return { access_token, expires_in }
}

/** Whom this access token speaks for: its key's principal; null for one that is unknown or over, or whose key is revoked or expired. */
export async function findAccessToken(ground: Ground, token: string): Promise<Principal | null> {
  if (!token.startsWith(PREFIX)) return null
  const token_hash = hashToken(token)
  return findKeyWhere(ground, `access token ${token_hash.toString('base64')}`, sql<SqlBool>`(api_keys.account_id, api_keys.id)
    = (select t.account_id, t.key_id from access_tokens t where t.token_hash = ${token_hash} and t.expires_at > ${ground.now()})`)
}

/** A token of a user's leave for a client, in the transaction of what it is given for; shown this once. `expires_in` is in seconds. */
export async function createGrantToken(tx: Tx, grant: { account_id: number, grant_id: number, scopes: string[] }, now: Date): Promise<{ access_token: string, expires_in: number }> {
  const access_token = `${GRANT_PREFIX}${makeToken(32)}`
  await tx.insertInto('access_tokens').values({ ...grant, token_hash: hashToken(access_token), expires_at: new Date(now.getTime() + LIFE_SECONDS * 1000), created_at: now }).execute()
  return { access_token, expires_in: LIFE_SECONDS }
}

/** The user that this token of a client speaks for, and within which scopes: no more than the client still has. Null for one that is unknown or over, or whose user or client is out. */
export async function findGrantToken(ground: Ground, token: string): Promise<(Principal & { scopes: string[] }) | null> {
  if (!token.startsWith(GRANT_PREFIX)) return null
  const row = await ground.db.selectFrom('access_tokens as t').innerJoin('accounts', 'accounts.id', 't.account_id')
    .innerJoin('oauth_grants as g', (join) => join.onRef('g.account_id', '=', 't.account_id').onRef('g.id', '=', 't.grant_id'))
    .innerJoin('oauth_clients as c', (join) => join.onRef('c.account_id', '=', 'g.account_id').onRef('c.id', '=', 'g.oauth_client_id'))
    .innerJoin('users', (join) => join.onRef('users.account_id', '=', 'g.account_id').onRef('users.id', '=', 'g.user_id'))
    .where('t.token_hash', '=', hashToken(token)).where('t.expires_at', '>', ground.now()).where('users.disabled_at', 'is', null).where('c.revoked_at', 'is', null)
    .select(ACCOUNT_COLUMNS).select(ACTING_USER_COLUMNS).select(['t.scopes as token_scopes', 'c.scopes as client_scopes']).executeTakeFirst()
  return row ? { account: toAccount(row), actor: userActor(row), scopes: commonScopes(row.token_scopes ?? [], row.client_scopes) } : null
}

/** Removes the tokens that are over. */
export async function sweepAccessTokens(ground: Ground): Promise<void> {
  await ground.db.deleteFrom('access_tokens').where('expires_at', '<=', ground.now()).execute()
}
