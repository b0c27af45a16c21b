import { createHash, timingSafeEqual } from 'node:crypto'
import { transaction, type Tx } from '../../storage/database.ts'
import { actingUserId } from '../acting-user.ts'
import type { Context, Ground } from '../context.ts'
import { Expired, Forbidden, Invalid } from '../errors.ts'
import { hashToken, makeToken } from '../secret-tokens.ts'
import { findRedirect, readScopes, requireGrant, type OauthClient } from './clients.ts'
import { closeGrant, openGrant, type Tokens } from './grants.ts'

const LIFE_MS = 60_000

/** What a client asks a user's leave for. */
export interface CodeRequest {
  /** As it was named; null where it was not. */
  redirect_uri: string | null
  scope: string | null
  /** The SHA-256 of the client's verifier, in base64url (RFC 7636). */
  code_challenge: string | null
}

/** Throws Forbidden (the client may not ask so), Invalid (fault scope, redirect_uri or code_challenge). What is asked for, to be shown to the user. */
export function checkCodeRequest(client: OauthClient, { redirect_uri, scope, code_challenge }: CodeRequest): { scopes: string[] } {
  requireGrant(client, 'authorization_code')
  if (findRedirect(client, redirect_uri) === null) throw new Invalid([{ field: 'redirect_uri', code: 'invalid_value', info: { message: 'is not one of the client\'s' } }])
  if (code_challenge === null && client.is_public) throw new Invalid([{ field: 'code_challenge', code: 'required', info: { message: 'is required of a client without a secret' } }])
  if (code_challenge !== null && !/^[\w-]{43}$/.test(code_challenge)) throw new Invalid([{ field: 'code_challenge', code: 'invalid_format', info: { message: 'must be a SHA-256 in base64url' } }])
  return { scopes: readScopes(client, scope) }
}

/** The acting user's leave for a client, as a code that is good once, for a minute. Throws as above, and Forbidden for a user of another account. */
export async function createCode(ctx: Context, client: OauthClient, request: CodeRequest): Promise<{ code: string }> {
  const { scopes } = checkCodeRequest(client, request)
  if (client.account_id !== ctx.account.id) throw new Forbidden('this program belongs to another account')
  const code = `ok_${makeToken(32)}`
  const now = ctx.now()
  await ctx.db.insertInto('oauth_codes').values({
    account_id: ctx.account.id, oauth_client_id: client.id, user_id: await actingUserId(ctx), scopes, redirect_uri: request.redirect_uri, code_challenge: request.code_challenge,
    code_hash: hashToken(code), expires_at: new Date(now.getTime() + LIFE_MS), created_at: now,
  }).execute()
  return { code }
}

/**
 * Tokens for a code. Shown a second time it ends what it was traded for. Throws Forbidden (the client may not do so), Expired (it is unknown, used or over, another client's, or redirect_uri or
 * code_verifier are not those it was asked for with).
 */
export async function redeemCode(ground: Ground, client: OauthClient, given: { code: string, redirect_uri: string | null, code_verifier: string | null }): Promise<Tokens> {
  requireGrant(client, 'authorization_code')
  const now = ground.now()
  const tokens = await transaction(ground.db, async (tx) => {
    const used = await markUsed(tx, client, given.code, now)
    if (!used) {
      await closeIfUsed(tx, client, given.code)
      return null
    }
    if (used.expires_at <= now || used.redirect_uri !== given.redirect_uri || !checkVerifier(used.code_challenge, given.code_verifier)) return null
    const user = await tx.selectFrom('users').select('id').where('account_id', '=', used.account_id).where('id', '=', used.user_id).where('disabled_at', 'is', null).executeTakeFirst()
    if (!user) return null
    const opened = await openGrant(tx, client, { user_id: user.id, scopes: used.scopes }, now)
    await tx.updateTable('oauth_codes').set({ grant_id: opened.grant_id }).where('account_id', '=', used.account_id).where('id', '=', used.id).execute()
    return opened
  })
  if (!tokens) throw new Expired('this code is unknown, used or over, or redirect_uri or code_verifier are not those it was asked for with')
  return tokens
}

/** Two who show one code at once come one after the other here. */
function markUsed(tx: Tx, client: OauthClient, code: string, now: Date) {
  return tx.updateTable('oauth_codes').set({ used_at: now }).where('code_hash', '=', hashToken(code)).where('account_id', '=', client.account_id).where('oauth_client_id', '=', client.id)
    .where('used_at', 'is', null).returningAll().executeTakeFirst()
}

async function closeIfUsed(tx: Tx, client: OauthClient, code: string): Promise<void> {
  const known = await tx.selectFrom('oauth_codes').select(['account_id', 'grant_id']).where('code_hash', '=', hashToken(code)).where('account_id', '=', client.account_id).where('oauth_client_id', '=', client.id).executeTakeFirst()
  if (known && known.grant_id !== null) await closeGrant(tx, { account_id: known.account_id, id: known.grant_id })
}

/** Both or neither: a verifier for a code that was asked for without is somebody else's code. */
function checkVerifier(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null || verifier === null) return challenge === verifier
  const hash = createHash('sha256').update(verifier).digest()
  const expected = Buffer.from(challenge, 'base64url')
  return /^[\w.~-]{43,128}$/.test(verifier) && hash.length === expected.length && timingSafeEqual(hash, expected)
}
