import { randomBytes } from 'node:crypto'
import { transaction, type Db } from '../storage/database.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { ACTING_USER_COLUMNS } from './acting-user.ts'
import { userActor, type Context, type Ground, type Principal } from './context.ts'
import { NotFound, Unauthenticated } from './errors.ts'
import { closeGrantsOf } from './oauth/grants.ts'
import { findStep, otpauthUrl } from './one-time-codes.ts'
import { countHit } from './rate-limits.ts'
import { openSecret, sealSecret } from './sealed-secrets.ts'
import { hashToken, makeToken } from './secret-tokens.ts'
import { closeSessionsOf } from './sessions.ts'

/** The length that RFC 4226 recommends. */
const SECRET_BYTES = 20
const PENDING_MS = 5 * 60_000
const TRY_WINDOW_SECONDS = 600
const TRIES = 10

/** How a log-in ends: whoever came is in, or has to show a one-time code with this token within five minutes. */
export type LogIn = { principal: Principal } | { auth_token: string }

/**
 * Gives a user a second factor from now on, a new one where there was one; the address for their authenticator app is shown this once. What they logged in with before ends.
 * Throws NotFound.
 */
export async function enableSecondFactor(ctx: Context, user_id: number, server_secret: string): Promise<{ otpauth_url: string }> {
  const secret = randomBytes(SECRET_BYTES)
  const row = { account_id: ctx.account.id, user_id, sealed_secret: sealSecret(server_secret, purposeOf(ctx.account.id, user_id), secret), last_step: 0, created_at: ctx.now() }
  return transaction(ctx.db, async (tx) => {
    const { email } = await getLogin(tx, ctx.account.id, user_id)
    await tx.insertInto('second_factors').values(row).onConflict((conflict) => conflict.columns(['account_id', 'user_id']).doUpdateSet(row)).execute()
    await closeSessionsOf(tx, ctx.account.id, user_id)
    await closeGrantsOf(tx, ctx.account.id, user_id)
    await closePendingLogInsOf(tx, ctx.account.id, user_id)
    return { otpauth_url: otpauthUrl(`Earshot ${ctx.account.name}`, email, secret) }
  })
}

/** Lets a user in by their password alone again; harmless where that is so already. Throws NotFound. */
export async function disableSecondFactor(ctx: Context, user_id: number): Promise<void> {
  await getLogin(ctx.db, ctx.account.id, user_id)
  await ctx.db.deleteFrom('second_factors').where('account_id', '=', ctx.account.id).where('user_id', '=', user_id).execute()
}

/** The end of a log-in's first step, for whoever proved to be this user: they are in, or their one-time code is asked for. */
export async function endFirstStep(ground: Ground, user_id: number, principal: Principal): Promise<LogIn> {
  const account_id = principal.account.id
  const factor = await ground.db.selectFrom('second_factors').select('user_id').where('account_id', '=', account_id).where('user_id', '=', user_id).executeTakeFirst()
  if (!factor) return { principal }
  const auth_token = makeToken(32)
  const now = ground.now()
  await ground.db.insertInto('pending_log_ins')
    .values({ account_id, user_id, token_hash: hashToken(auth_token), expires_at: new Date(now.getTime() + PENDING_MS), created_at: now }).execute()
  return { auth_token }
}

/**
 * The second step: whoever has the token of the first one and a code that was not used yet. A code that is wrong leaves the token as it is. Throws Unauthenticated (the token is
 * unknown, used or over; the code is wrong or used), LimitReached from the eleventh code of a user in ten minutes on.
 */
export async function finishLogIn(ground: Ground, server_secret: string, { auth_token, code }: { auth_token: string, code: string }): Promise<Principal> {
  const pending = await findPending(ground, auth_token)
  if (!pending) throw new Unauthenticated('the log-in took too long, or was finished already')
  // Each try counts, right or wrong: of many at once none is looked at for free.
  await countHit(ground, `one-time code ${pending.id}/${pending.user_id}`, TRIES, TRY_WINDOW_SECONDS)
  const step = findStep(openSecret(server_secret, purposeOf(pending.id, pending.user_id), pending.sealed_secret), code, ground.now())
  if (step === null || !(await useUp(ground, pending, step, auth_token))) throw new Unauthenticated('this code is wrong, or was used already')
  return { account: toAccount(pending), actor: userActor(pending) }
}

/** Ends every log-in of a user that is at its second step. */
export async function closePendingLogInsOf(db: Db, account_id: number, user_id: number): Promise<void> {
  await db.deleteFrom('pending_log_ins').where('account_id', '=', account_id).where('user_id', '=', user_id).execute()
}

/** Removes the log-ins that were not finished in time. */
export async function sweepPendingLogIns(ground: Ground): Promise<void> {
  await ground.db.deleteFrom('pending_log_ins').where('expires_at', '<=', ground.now()).execute()
}

/** So that no row's secret opens in another row's place. */
function purposeOf(account_id: number, user_id: number): string {
  return `second factor ${account_id}/${user_id}`
}

async function getLogin(db: Db, account_id: number, user_id: number): Promise<{ email: string }> {
  const user = await db.selectFrom('users').select('email').where('account_id', '=', account_id).where('id', '=', user_id).executeTakeFirst()
  if (!user) throw new NotFound(`the account has no user ${user_id}`)
  return user
}

function findPending(ground: Ground, auth_token: string) {
  return ground.db.selectFrom('pending_log_ins as p').innerJoin('accounts', 'accounts.id', 'p.account_id')
    .innerJoin('users', (join) => join.onRef('users.account_id', '=', 'p.account_id').onRef('users.id', '=', 'p.user_id'))
    .innerJoin('second_factors as f', (join) => join.onRef('f.account_id', '=', 'p.account_id').onRef('f.user_id', '=', 'p.user_id'))
    .where('p.token_hash', '=', hashToken(auth_token)).where('p.expires_at', '>', ground.now()).where('users.disabled_at', 'is', null)
    .select(ACCOUNT_COLUMNS).select(ACTING_USER_COLUMNS).select('f.sealed_secret').executeTakeFirst()
}

/** Code and token, both or neither: of two who show the same at once, one is in. */
async function useUp(ground: Ground, { id: account_id, user_id }: { id: number, user_id: number }, step: number, auth_token: string): Promise<boolean> {
  return transaction(ground.db, async (tx) => {
    const used = await tx.updateTable('second_factors').set({ last_step: step }).where('account_id', '=', account_id).where('user_id', '=', user_id).where('last_step', '<', step)
      .returning('user_id').executeTakeFirst()
    if (!used) return false
    const ended = await tx.deleteFrom('pending_log_ins').where('token_hash', '=', hashToken(auth_token)).returning('user_id').executeTakeFirst()
    return ended !== undefined
  })
}
