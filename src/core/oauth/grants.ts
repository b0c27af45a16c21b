import { transaction, type Db, type Tx } from '../../storage/database.ts'
import { createGrantToken } from '../access-tokens.ts'
import { actingUserId } from '../acting-user.ts'
import type { Context, Ground } from '../context.ts'
import { Expired, Forbidden } from '../errors.ts'
import { hashToken, makeToken } from '../secret-tokens.ts'
import { readScopes, requireGrant, type OauthClient } from './clients.ts'

const REFRESH_LIFE_MS = 30 * 86_400_000

/** What a client is given; `expires_in` is in seconds. */
export interface Tokens { access_token: string, expires_in: number, refresh_token: string | null, scopes: string[] }

/** A user's leave as it is stored. */
interface GrantRow { account_id: number, id: number }

/**
 * Lets a client act for the user who acts here and gave it their password. Throws Forbidden (the client may not do so), Expired (the user is not of the client's account),
 * Invalid (fault scope).
 */
export async function openGrantByPassword(ctx: Context, client: OauthClient, scope: string | null): Promise<Tokens> {
  requireGrant(client, 'password')
  if (client.account_id !== ctx.account.id) throw new Expired('this client is not of the user\'s account')
  const user_id = await actingUserId(ctx)
  return transaction(ctx.db, (tx) => openGrant(tx, client, { user_id, scopes: readScopes(client, scope) }, ctx.now()))
}

/** Lets a client act for the user that it was made for; it asks again rather than refreshing. Throws Forbidden (the client may not do so, or has no such user any more), Invalid (fault scope). */
export async function openGrantByClient(ground: Ground, client: OauthClient, scope: string | null): Promise<Tokens> {
  requireGrant(client, 'client_credentials')
  const { user_id } = client
  const scopes = readScopes(client, scope)
  const user = user_id === null ? undefined : await ground.db.selectFrom('users').select('id').where('account_id', '=', client.account_id).where('id', '=', user_id).where('disabled_at', 'is', null).executeTakeFirst()
  if (!user) throw new Forbidden('the user for whom this client acts is gone')
  return transaction(ground.db, (tx) => openGrant(tx, { ...client, grants: [] }, { user_id: user.id, scopes }, ground.now()))
}

/**
 * New tokens for a refresh token, which is good once: whoever shows it again has stolen it, or was stolen from, and all tokens of that leave end. Throws Forbidden (the client may not do so),
 * Expired (it is unknown, used or over, or another client's), Invalid (fault scope: more than the first time).
 */
export async function refreshTokens(ground: Ground, client: OauthClient, { refresh_token, scope }: { refresh_token: string, scope: string | null }): Promise<Tokens> {
  requireGrant(client, 'refresh_token')
  const now = ground.now()
  const tokens = await transaction(ground.db, async (tx) => {
    const known = await findRefreshToken(tx, client, refresh_token)
    if (!known || known.expires_at <= now || known.disabled_at !== null) return null
    const scopes = readScopes(known, scope)
    const used = await tx.updateTable('refresh_tokens').set({ used_at: now }).where('account_id', '=', known.account_id).where('id', '=', known.token_id).where('used_at', 'is', null).returning('id').executeTakeFirst()
    if (used) return issueTokens(tx, client, { account_id: known.account_id, id: known.grant_id }, scopes, now)
    await closeGrant(tx, { account_id: known.account_id, id: known.grant_id })
    return null
  })
  if (!tokens) throw new Expired('this refresh token is unknown, used or over')
  return tokens
}

/** A new leave with its first tokens, in the transaction of what it is given for. */
export async function openGrant(tx: Tx, client: OauthClient, { user_id, scopes }: { user_id: number, scopes: string[] }, now: Date): Promise<Tokens & { grant_id: number }> {
  const { id } = await tx.insertInto('oauth_grants').values({ account_id: client.account_id, oauth_client_id: client.id, user_id, scopes, created_at: now }).returning('id').executeTakeFirstOrThrow()
  return { ...await issueTokens(tx, client, { account_id: client.account_id, id }, scopes, now), grant_id: id }
}

/** Ends a leave with all its tokens; harmless where it is over. */
export async function closeGrant(tx: Tx, { account_id, id }: GrantRow): Promise<void> {
  await tx.deleteFrom('oauth_grants').where('account_id', '=', account_id).where('id', '=', id).execute()
}

/** Ends all that a user gave leave for. */
export async function closeGrantsOf(db: Db, account_id: number, user_id: number): Promise<void> {
  await db.deleteFrom('oauth_grants').where('account_id', '=', account_id).where('user_id', '=', user_id).execute()
  await db.deleteFrom('oauth_codes').where('account_id', '=', account_id).where('user_id', '=', user_id).execute()
}

const HOUR_MS = 3_600_000

/** Removes codes and refresh tokens that are over, and leaves of which no token is left. */
export async function sweepGrants(ground: Ground): Promise<void> {
  const now = ground.now()
  const an_hour_ago = new Date(now.getTime() - HOUR_MS)
  // Codes stay for a while, so that one that is shown twice is still known.
  await ground.db.deleteFrom('oauth_codes').where('expires_at', '<=', an_hour_ago).execute()
  await ground.db.deleteFrom('refresh_tokens').where('expires_at', '<=', now).execute()
  await ground.db.deleteFrom('oauth_grants as g').where('g.created_at', '<=', an_hour_ago)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('access_tokens as t').select('t.id').whereRef('t.account_id', '=', 'g.account_id').whereRef('t.grant_id', '=', 'g.id'))))
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('refresh_tokens as r').select('r.id').whereRef('r.account_id', '=', 'g.account_id').whereRef('r.grant_id', '=', 'g.id')))).execute()
}

async function issueTokens(tx: Tx, client: OauthClient, grant: GrantRow, scopes: string[], now: Date): Promise<Tokens> {
  const { access_token, expires_in } = await createGrantToken(tx, { account_id: grant.account_id, grant_id: grant.id, scopes }, now)
  if (!client.grants.includes('refresh_token')) return { access_token, expires_in, refresh_token: null, scopes }
  const refresh_token = `or_${makeToken(32)}`
  await tx.insertInto('refresh_tokens').values({ account_id: grant.account_id, grant_id: grant.id, token_hash: hashToken(refresh_token), expires_at: new Date(now.getTime() + REFRESH_LIFE_MS), created_at: now }).execute()
  return { access_token, expires_in, refresh_token, scopes }
}

function findRefreshToken(tx: Tx, client: OauthClient, refresh_token: string) {
  return tx.selectFrom('refresh_tokens as r')
    .innerJoin('oauth_grants as g', (join) => join.onRef('g.account_id', '=', 'r.account_id').onRef('g.id', '=', 'r.grant_id'))
    .innerJoin('users', (join) => join.onRef('users.account_id', '=', 'g.account_id').onRef('users.id', '=', 'g.user_id'))
    .where('r.token_hash', '=', hashToken(refresh_token)).where('g.account_id', '=', client.account_id).where('g.oauth_client_id', '=', client.id)
    .select(['r.account_id', 'r.id as token_id', 'r.grant_id', 'r.expires_at', 'g.scopes', 'users.disabled_at']).executeTakeFirst()
}
