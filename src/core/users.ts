import { createHash } from 'node:crypto'
import { sql, type Selectable } from 'kysely'
import { transaction, type Db } from '../storage/database.ts'
import type { UserRow } from '../storage/schema.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { checkEmail, checkText, checked, given, isEmail, isUniqueViolation } from './checks.ts'
import { userActor, type Context, type Ground, type Principal, type Role } from './context.ts'
import { Invalid, NotFound, Unauthenticated, type Fault } from './errors.ts'
import { inTurn } from './password-turns.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { addressBlock, checkLimit, countHit } from './rate-limits.ts'
import { closeSessionsOf } from './sessions.ts'
import { getStaffMemberByCode } from './staff.ts'

export const ROLES: readonly Role[] = ['owner', 'admin', 'agent', 'collaborator']

/** A user as lists show it: without the password's hash. */
export type User = Omit<Selectable<UserRow>, 'password_hash' | 'account_id'> & { has_password: boolean }

export interface UserDraft {
  /** What they log in with: unique over all accounts, in any letter case. */
  email: string
  name: string
  role: Role
  /** At least 10 characters. Without one, only a log-in link lets them in. */
  password?: string
  /** The staff member that this user is, by code; null: none. */
  staff_code?: string | null
}

/** Fields that are left out stay as they are. */
export interface UserChange extends Partial<UserDraft> {
  disabled?: boolean
}

/** Makes a user of the account. Throws Invalid, also for an address that is taken; NotFound for an unknown staff member. */
export async function createUser(ctx: Context, draft: UserDraft): Promise<User> {
  checked([checkEmail('email', draft.email), ...checkFields(draft)])
  const now = ctx.now()
  const insert = ctx.db.insertInto('users').values({
    account_id: ctx.account.id, email: draft.email, name: draft.name, role: draft.role, staff_id: await findStaffId(ctx, draft.staff_code ?? null),
    password_hash: draft.password === undefined ? null : await hashPassword(draft.password), created_at: now, updated_at: now,
  })
  return toUser(await insert.returningAll().executeTakeFirstOrThrow().catch(refuseTakenEmail))
}

/** Changes a user. A new password, or being disabled, ends their sessions. Throws NotFound and Invalid; the last owner stays one. */
export async function changeUser(ctx: Context, id: number, change: UserChange): Promise<User> {
  checked([given(change.email, (email) => checkEmail('email', email)), ...checkFields(change)])
  const columns = await changedColumns(ctx, change)
  return transaction(ctx.db, async (tx) => {
    const user = await tx.updateTable('users').set({ ...columns, updated_at: ctx.now() })
      .where('account_id', '=', ctx.account.id).where('id', '=', id).returningAll().executeTakeFirst().catch(refuseTakenEmail)
    if (!user) throw new NotFound(`the account has no user ${id}`)
    await refuseWithoutOwner(tx, ctx.account.id)
    if (change.password !== undefined || change.disabled) await closeSessionsOf(tx, ctx.account.id, id)
    return toUser(user)
  })
}

/** By their id, disabled or not. Throws NotFound. */
export async function getUser(ctx: Context, id: number): Promise<User> {
  const user = await ctx.db.selectFrom('users').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst()
  if (!user) throw new NotFound(`the account has no user ${id}`)
  return toUser(user)
}

/** All users, disabled ones too, by name (case-insensitive, by code point). */
export async function listUsers(ctx: Context): Promise<User[]> {
  const rows = await ctx.db.selectFrom('users').selectAll().where('account_id', '=', ctx.account.id).orderBy(sql`lower(name) collate "C"`).orderBy('id').execute()
  return rows.map(toUser)
}

const LOG_IN_WINDOW_SECONDS = 600
const FAILURES_PER_USER = 10
const FAILURES_PER_ADDRESS = 50

/**
 * Whoever has this address and password. Throws Unauthenticated, after the same time whether there is such a user or not; LimitReached after 10 failures
 * of a client with an address, or 50 of a client, in ten minutes. Of tries made at once, no more are answered than of tries made in turn.
 */
export async function logIn(ground: Ground, input: { email: string, password: string, client_address: string }): Promise<Principal> {
  const client = addressBlock(input.client_address)
  const buckets = [{ bucket: `log-in ${digest(`${client} ${input.email.toLowerCase()}`)}`, limit: FAILURES_PER_USER }, { bucket: `log-in ${digest(client)}`, limit: FAILURES_PER_ADDRESS }]
  await checkLimits(ground, buckets)
  return inTurn(ground.db, async () => {
    await checkLimits(ground, buckets)
    // What is no address is nobody's, and may hold what no query takes.
    const row = isEmail(input.email) ? await findForLogIn(ground.db, input.email) : undefined
    if ((await checkPassword(input.password, row?.password_hash ?? null)) && row && !row.disabled_at) {
      await checkLimits(ground, buckets)
      return { account: toAccount(row), actor: userActor(row) }
    }
    await Promise.all(buckets.map(({ bucket, limit }) => countHit(ground, bucket, limit, LOG_IN_WINDOW_SECONDS)))
    throw new Unauthenticated('unknown address or wrong password')
  })
}

async function checkLimits(ground: Ground, buckets: { bucket: string, limit: number }[]): Promise<void> {
  for (const { bucket, limit } of buckets) await checkLimit(ground, bucket, limit, LOG_IN_WINDOW_SECONDS)
}

function checkFields(fields: UserChange): (Fault | null)[] {
  return [
    given(fields.name, (name) => checkText('name', name, 200)),
    given(fields.role, (role) => (ROLES.includes(role) ? null : { field: 'role', code: 'invalid_value', info: { allowed_values: ROLES } })),
    given(fields.password, checkNewPassword),
  ]
}

function checkNewPassword(password: string): Fault | null {
  return password.length < 10 || password.length > 200 ? { field: 'password', code: 'wrong_length', info: { minimum: 10, maximum: 200 } } : null
}

async function findStaffId(ctx: Context, code: string | null): Promise<number | null> {
  return code === null ? null : (await getStaffMemberByCode(ctx, code)).id
}

async function changedColumns(ctx: Context, change: UserChange) {
  return {
    ...(change.email === undefined ? {} : { email: change.email }),
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.role === undefined ? {} : { role: change.role }),
    ...(change.password === undefined ? {} : { password_hash: await hashPassword(change.password) }),
    ...(change.staff_code === undefined ? {} : { staff_id: await findStaffId(ctx, change.staff_code) }),
    ...(change.disabled === undefined ? {} : { disabled_at: change.disabled ? ctx.now() : null }),
  }
}

/** The account's owners are locked first: two changes at once, each of another owner, would each have seen the other one left. */
async function refuseWithoutOwner(tx: Db, account_id: number): Promise<void> {
  await tx.selectFrom('accounts').select('id').where('id', '=', account_id).forNoKeyUpdate().execute()
  const owner = await tx.selectFrom('users').select('id').where('account_id', '=', account_id).where('role', '=', 'owner').where('disabled_at', 'is', null).limit(1).executeTakeFirst()
  if (!owner) throw new Invalid([{ field: 'role', code: 'forbidden_value', info: { message: 'must stay owner: the account has no other one' } }])
}

function findForLogIn(db: Db, email: string) {
  return db.selectFrom('users').innerJoin('accounts', 'accounts.id', 'users.account_id').where(sql`lower(users.email)`, '=', sql`lower(${email})`)
    .select(ACCOUNT_COLUMNS).select(['users.id as user_id', 'users.role', 'users.staff_id', 'users.password_hash', 'users.disabled_at']).executeTakeFirst()
}

function toUser(row: Selectable<UserRow>): User {
  const { id, email, name, role, staff_id, disabled_at, created_at, updated_at } = row
  return { id, email, name, role, staff_id, disabled_at, created_at, updated_at, has_password: row.password_hash !== null }
}

function refuseTakenEmail(error: unknown): never {
  if (!isUniqueViolation(error, 'users_email')) throw error
  throw new Invalid([{ field: 'email', code: 'forbidden_value', info: { message: 'is taken by another user' } }])
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
