import { sql, type SqlBool } from 'kysely'
import type { Ground, Principal } from './context.ts'
import { Unauthenticated } from './errors.ts'
import { findKeyOfClient, findKeyWhere } from './keys.ts'
import { addressBlock, checkLimit, countHit } from './rate-limits.ts'
import { hashToken, makeToken } from './secret-tokens.ts'

const LIFE_SECONDS = 3600
const PREFIX = 'ea_'

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

/** Removes the tokens that are over. */
export async function sweepAccessTokens(ground: Ground): Promise<void> {
  await ground.db.deleteFrom('access_tokens').where('expires_at', '<=', ground.now()).execute()
}
