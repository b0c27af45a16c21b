import { randomBytes, scryptSync } from 'node:crypto'
import type { Context } from '../../src/core/context.ts'
import { createUser as createDearUser, type User, type UserDraft } from '../../src/core/users.ts'

/** What a guess at a password costs is kept with its hash; here it is next to nothing, where the product takes a tenth of a second. What it does cost is tested where passwords are. */
const COST = { N: 16, r: 8, p: 1 }

/** A user who can log in, made by the core but for the hash of the password. */
export async function createUser(ctx: Context, { password, ...draft }: UserDraft): Promise<User> {
  const user = await createDearUser(ctx, draft)
  if (password === undefined) return user
  await ctx.db.updateTable('users').set({ password_hash: hash(password) }).where('account_id', '=', ctx.account.id).where('id', '=', user.id).execute()
  return { ...user, has_password: true }
}

/** In the form of src/core/passwords.ts. */
function hash(password: string): string {
  const salt = randomBytes(16)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), scryptSync(password, salt, 32, COST).toString('base64url')].join('$')
}
