import type { Db } from '../storage/database.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { ACTING_USER_COLUMNS, actingUserId } from './acting-user.ts'
import { userActor, type Context, type Ground, type Principal } from './context.ts'
import { checkToken, hashToken, makeToken } from './secret-tokens.ts'

const DAY_MS = 86_400_000
/** A session ends so long after its last use. */
const LIFE_MS = 14 * DAY_MS
/** Uses within a day of each other are not written down. */
const GRAIN_MS = DAY_MS

/** Opens a session of the acting user, who may be a customer. Both tokens are shown this once: only their hashes are kept. Throws Forbidden for an actor who did not log in. */
export async function openSession(ctx: Context): Promise<{ session_id: string, csrf_token: string, expires_at: Date, created_at: Date }> {
  const user_id = await actingUserId(ctx)
  const session_id = makeToken(32)
  const csrf_token = makeToken(32)
  const now = ctx.now()
  const expires_at = new Date(now.getTime() + LIFE_MS)
  await ctx.db.insertInto('sessions')
    .values({ account_id: ctx.account.id, user_id, token_hash: hashToken(session_id), csrf_hash: hashToken(csrf_token), expires_at, created_at: now })
    .execute()
  return { session_id, csrf_token, expires_at, created_at: now }
}

/** Whose session this is, when it was opened, and a check of the token that proves that a write was meant; null for one that is unknown or over, or whose user is disabled. */
export async function findSession(ground: Ground, session_id: string): Promise<(Principal & { created_at: Date, checkCsrf(token: string): boolean }) | null> {
  const now = ground.now()
  const token_hash = hashToken(session_id)
  const row = await loadSession(ground.db, token_hash, now)
  if (!row) return null
  if (row.expires_at.getTime() < now.getTime() + LIFE_MS - GRAIN_MS) await prolong(ground.db, token_hash, new Date(now.getTime() + LIFE_MS))
  return { account: toAccount(row), actor: userActor(row), created_at: row.session_created_at, checkCsrf: (token) => checkToken(token, row.csrf_hash) }
}

/** Ends a session; harmless when there is none. */
export async function closeSession(ground: Ground, session_id: string): Promise<void> {
  await ground.db.deleteFrom('sessions').where('token_hash', '=', hashToken(session_id)).execute()
}

/** Ends every session of a user. */
export async function closeSessionsOf(db: Db, account_id: number, user_id: number): Promise<void> {
  await db.deleteFrom('sessions').where('account_id', '=', account_id).where('user_id', '=', user_id).execute()
}

/** Removes the sessions that are over. */
export async function sweepSessions(ground: Ground): Promise<void> {
  await ground.db.deleteFrom('sessions').where('expires_at', '<=', ground.now()).execute()
}

function loadSession(db: Db, token_hash: Buffer, now: Date) {
  return db.selectFrom('sessions').innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .innerJoin('users', (join) => join.onRef('users.account_id', '=', 'sessions.account_id').onRef('users.id', '=', 'sessions.user_id'))
    .where('sessions.token_hash', '=', token_hash).where('sessions.expires_at', '>', now).where('users.disabled_at', 'is', null)
    .select(ACCOUNT_COLUMNS).select(ACTING_USER_COLUMNS).select(['sessions.csrf_hash', 'sessions.expires_at', 'sessions.created_at as session_created_at']).executeTakeFirst()
}

async function prolong(db: Db, token_hash: Buffer, expires_at: Date): Promise<void> {
  await db.updateTable('sessions').set({ expires_at }).where('token_hash', '=', token_hash).execute()
}
