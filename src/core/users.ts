import { createHash } from 'node:crypto'
import { sql, type Selectable } from 'kysely'
import { transaction, type Tx, type Db } from '../storage/database.ts'
import type { UserRow } from '../storage/schema.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { ACTING_USER_COLUMNS, actingUserId } from './acting-user.ts'
import { checkEmail, checkText, checked, given, isEmail, isUniqueViolation } from './checks.ts'
import { userActor, type Context, type Ground, type UserRole } from './context.ts'
import { Invalid, NotFound, Unauthenticated, type Fault } from './errors.ts'
import { closeLoginLinksOf } from './login-links.ts'
import { closeGrantsOf } from './oauth/grants.ts'
import { inTurn } from './password-turns.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { findOrCreateContact } from './people/contacts.ts'
import { addressBlock, checkLimit, countHit } from './rate-limits.ts'
import { closePendingLogInsOf, endFirstStep, type LogIn } from './second-factors.ts'
import { closeSessionsOf } from './sessions.ts'
import { getStaffMemberByCode } from './staff.ts'

export const ROLES: readonly UserRole[] = ['owner', 'admin', 'agent', 'collaborator', 'customer']

/** A user as lists show it: without the password's hash. A customer has the contact that they are. */
export type User = Omit<Selectable<UserRow>, 'password_hash' | 'account_id'> & { has_password: boolean, has_second_factor: boolean }

export interface UserDraft {
  /** What they log in with: unique over all accounts, in any letter case. */
  email: string
  name: string
  /** A customer is the contact with this address, made where there is none, and never becomes one of the account's own. */
  role: UserRole
  /** At least 10 characters. Without one, only a log-in link lets them in. */
  password?: string
  /** The staff member that this user is, by code; null: none. */
  staff_code?: string | null
}

/** Fields that are left out stay as they are. */
export interface UserChange extends Partial<UserDraft> {
  disabled?: boolean
}

/** Makes a user of the account. Throws Invalid, also for an address or a contact that is taken; NotFound for an unknown staff member. */
export async function createUser(ctx: Context, draft: UserDraft): Promise<User> {
  checked([checkEmail('email', draft.email), ...checkFields(draft)])
  const now = ctx.now()
  const row = {
    account_id: ctx.account.id, email: draft.email, name: draft.name, role: draft.role, staff_id: await findStaffId(ctx, draft.staff_code ?? null),
    password_hash: draft.password === undefined ? null : await hashPassword(draft.password), created_at: now, updated_at: now,
  }
  checked([draft.role === 'customer' && row.staff_id !== null ? NO_STAFF : null])
  return transaction(ctx.db, async (tx) => {
    const contact_id = draft.role === 'customer' ? (await findOrCreateContact(tx, { account_id: ctx.account.id, external_id: null, email: draft.email, name: draft.name, company_id: null }, now)).id : null
    const made = await tx.insertInto('users').values({ ...row, contact_id }).returningAll().executeTakeFirstOrThrow().catch(refuseTaken)
    return toUser({ ...made, has_second_factor: false })
  })
}

/** Changes a user. A new password, or being disabled, ends their sessions, log-ins that are half-way, links to log in, and what clients were given in their name. Throws NotFound and Invalid; the last owner stays one, and a customer a customer. */
export async function changeUser(ctx: Context, id: number, change: UserChange): Promise<User> {
  checked([given(change.email, (email) => checkEmail('email', email)), ...checkFields(change)])
  const columns = await changedColumns(ctx, change)
  return transaction(ctx.db, async (tx) => {
    const before = await getUser({ ...ctx, db: tx }, id)
    checked([checkSameSide(before, change.role), before.role === 'customer' && columns.staff_id != null ? NO_STAFF : null])
    await tx.updateTable('users').set({ ...columns, updated_at: ctx.now() }).where('account_id', '=', ctx.account.id).where('id', '=', id).execute().catch(refuseTaken)
    await refuseWithoutOwner(tx, ctx.account.id)
    if (change.password !== undefined || change.disabled) {
      await closeSessionsOf(tx, ctx.account.id, id)
      await closeGrantsOf(tx, ctx.account.id, id)
      await closePendingLogInsOf(tx, ctx.account.id, id)
      await closeLoginLinksOf(tx, ctx.account.id, id)
    }
    return getUser({ ...ctx, db: tx }, id)
  })
}

/** By their id, disabled or not. Throws NotFound. */
export async function getUser(ctx: Context, id: number): Promise<User> {
  const user = await usersOf(ctx).where('id', '=', id).executeTakeFirst()
  if (!user) throw new NotFound(`the account has no user ${id}`)
  return toUser(user)
}

/** The user who acts; for a key the account's first owner, as whom it acts. Throws Forbidden for who did not log in: a visitor, whoever holds a link. */
export async function getActingUser(ctx: Context): Promise<User> {
  if (ctx.actor.kind !== 'key') return getUser(ctx, await actingUserId(ctx))
  return toUser(await usersOf(ctx).where('role', '=', 'owner').where('disabled_at', 'is', null).orderBy('id').limit(1).executeTakeFirstOrThrow())
}

/** All users, disabled ones too, by name (case-insensitive, by code point). */
export async function listUsers(ctx: Context): Promise<User[]> {
  const rows = await usersOf(ctx).orderBy(sql`lower(name) collate "C"`).orderBy('id').execute()
  return rows.map(toUser)
}

/** Takes away the log-ins of these contacts, with their sessions and whatever leave they gave. */
export async function removeLogInsOf(tx: Tx, account_id: number, contact_ids: number[]): Promise<void> {
  await tx.deleteFrom('users').where('account_id', '=', account_id).where('contact_id', '=', sql<number>`any(${contact_ids}::bigint[])`).execute()
}

const LOG_IN_WINDOW_SECONDS = 600
const FAILURES_PER_USER = 10
const FAILURES_PER_ADDRESS = 50

/**
 * Whoever has this address and password; where they have a second factor, what to finish the log-in with. Throws Unauthenticated, after the same time whether there is such a user or not; LimitReached after 10 failures
 * of a client with an address, or 50 of a client, in ten minutes. Of tries made at once, no more are answered than of tries made in turn.
 */
export async function logIn(ground: Ground, input: { email: string, password: string, client_address: string }): Promise<LogIn> {
  const client = addressBlock(input.client_address)
  const buckets = [{ bucket: `log-in ${digest(`${client} ${input.email.toLowerCase()}`)}`, limit: FAILURES_PER_USER }, { bucket: `log-in ${digest(client)}`, limit: FAILURES_PER_ADDRESS }]
  await checkLimits(ground, buckets)
  return inTurn(ground.db, async () => {
    await checkLimits(ground, buckets)
    // What is no address is nobody's, and may hold what no query takes.
    const row = isEmail(input.email) ? await findForLogIn(ground.db, input.email) : undefined
    if ((await checkPassword(input.password, row?.password_hash ?? null)) && row && await isStillGood(ground.db, row)) {
      await checkLimits(ground, buckets)
      return endFirstStep(ground, row.user_id, { account: toAccount(row), actor: userActor(row) })
    }
    await Promise.all(buckets.map(({ bucket, limit }) => countHit(ground, bucket, limit, LOG_IN_WINDOW_SECONDS)))
    throw new Unauthenticated('unknown address or wrong password')
  })
}

/** Checking takes a while: a password that was changed in between, or a user who was disabled, has had their sessions ended already. */
async function isStillGood(db: Db, { id, user_id, password_hash }: { id: number, user_id: number, password_hash: string | null }): Promise<boolean> {
  const user = await db.selectFrom('users').select(['password_hash', 'disabled_at']).where('account_id', '=', id).where('id', '=', user_id).executeTakeFirst()
  return user !== undefined && user.password_hash === password_hash && user.disabled_at === null
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
    .select(ACCOUNT_COLUMNS).select(ACTING_USER_COLUMNS).select('users.password_hash').executeTakeFirst()
}

function usersOf(ctx: Context) {
  return ctx.db.selectFrom('users').selectAll().where('account_id', '=', ctx.account.id)
    .select((eb) => eb.exists(eb.selectFrom('second_factors as f').select('f.user_id').whereRef('f.account_id', '=', 'users.account_id').whereRef('f.user_id', '=', 'users.id')).$castTo<boolean>().as('has_second_factor'))
}

function toUser(row: Selectable<UserRow> & { has_second_factor: boolean }): User {
  const { id, email, name, role, staff_id, contact_id, disabled_at, created_at, updated_at, has_second_factor } = row
  return { id, email, name, role, staff_id, contact_id, disabled_at, created_at, updated_at, has_password: row.password_hash !== null, has_second_factor }
}

const NO_STAFF: Fault = { field: 'staff_code', code: 'forbidden_value', info: { message: 'is not for customers' } }

function checkSameSide(before: User, role: UserRole | undefined): Fault | null {
  if (role === undefined || (role === 'customer') === (before.role === 'customer')) return null
  return { field: 'role', code: 'forbidden_value', info: { message: 'cannot change between customer and the others: make another user' } }
}

function refuseTaken(error: unknown): never {
  if (isUniqueViolation(error, 'users_contact')) throw new Invalid([{ field: 'email', code: 'forbidden_value', info: { message: 'belongs to a contact who has a log-in already' } }])
  if (!isUniqueViolation(error, 'users_email')) throw error
  throw new Invalid([{ field: 'email', code: 'forbidden_value', info: { message: 'is taken by another user' } }])
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
