import type { Context } from './context.ts'
import { Forbidden } from './errors.ts'

/** What every query that loads who acts selects of users; userActor makes the actor of it. */
export const ACTING_USER_COLUMNS = ['users.id as user_id', 'users.role', 'users.staff_id', 'users.contact_id'] as const

/** The row of users that the actor logged in as. Throws Forbidden for an actor who did not log in: a key, a visitor, whoever holds a link. */
export async function actingUserId({ db, account, actor }: Context): Promise<number> {
  if (actor.kind === 'user') return actor.user_id
  if (actor.kind !== 'customer' || actor.contact_id === null || actor.fingerprint_id !== null) throw new Forbidden('only who logged in can do this')
  const row = await db.selectFrom('users').select('id').where('account_id', '=', account.id).where('contact_id', '=', actor.contact_id).executeTakeFirst()
  if (!row) throw new Forbidden('this customer has no log-in')
  return row.id
}
