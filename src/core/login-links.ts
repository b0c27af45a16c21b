import type { Db } from '../storage/database.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { ACTING_USER_COLUMNS } from './acting-user.ts'
import { userActor, type Context, type Ground } from './context.ts'
import { Expired, Forbidden, NotFound } from './errors.ts'
import { addressBlock, checkLimit, countHit } from './rate-limits.ts'
import { endFirstStep, type LogIn } from './second-factors.ts'
import { hashToken, makeToken } from './secret-tokens.ts'

const LIFE_MS = 24 * 3_600_000

/** Makes a link's token that lets this user in once within 24 hours; it is shown now and never again. Throws NotFound, and Forbidden for a customer, for whom there are no pages. */
export async function createLoginLink(ctx: Context, user_id: number): Promise<{ token: string, expires_at: Date }> {
  const user = await ctx.db.selectFrom('users').select(['id', 'role']).where('account_id', '=', ctx.account.id).where('id', '=', user_id).executeTakeFirst()
  if (!user) throw new NotFound(`the account has no user ${user_id}`)
  if (user.role === 'customer') throw new Forbidden('customers have no pages to log in to; give them a password')
  const token = makeToken(16)
  const now = ctx.now()
  const expires_at = new Date(now.getTime() + LIFE_MS)
  await ctx.db.insertInto('login_links').values({ account_id: ctx.account.id, user_id: user.id, token_hash: hashToken(token), expires_at, created_at: now }).execute()
  return { token, expires_at }
}

/**
 * Uses a link up, which stands for the password: a second factor is still asked for. Only ever by a POST: scanners open links in mails. Throws Expired for one that is unknown, used or too old, or whose user is disabled;
 * LimitReached after 50 such tries of a client in ten minutes.
 */
export async function redeemLoginLink(ground: Ground, input: { token: string, client_address: string }): Promise<LogIn> {
  const bucket = `log-in link ${addressBlock(input.client_address)}`
  await checkLimit(ground, bucket, 50, 600)
  const row = await markUsed(ground, input.token)
  if (row) return endFirstStep(ground, row.user_id, { account: toAccount(row), actor: userActor(row) })
  await countHit(ground, bucket, 50, 600)
  throw new Expired('this log-in link was used already, or its time is over')
}

/** Ends every link of a user. */
export async function closeLoginLinksOf(db: Db, account_id: number, user_id: number): Promise<void> {
  await db.deleteFrom('login_links').where('account_id', '=', account_id).where('user_id', '=', user_id).execute()
}

/** Removes the links whose time is over. */
export async function sweepLoginLinks(ground: Ground): Promise<void> {
  await ground.db.deleteFrom('login_links').where('expires_at', '<=', ground.now()).execute()
}

async function markUsed(ground: Ground, token: string) {
  const now = ground.now()
  return ground.db
    .with('used', (db) => db.updateTable('login_links').set({ used_at: now })
      .where('token_hash', '=', hashToken(token)).where('used_at', 'is', null).where('expires_at', '>', now).returning(['account_id', 'user_id']))
    .selectFrom('used')
    .innerJoin('users', (join) => join.onRef('users.account_id', '=', 'used.account_id').onRef('users.id', '=', 'used.user_id'))
    .innerJoin('accounts', 'accounts.id', 'used.account_id')
    .where('users.disabled_at', 'is', null)
    .select(ACCOUNT_COLUMNS).select(ACTING_USER_COLUMNS).executeTakeFirst()
}
