import type { Selectable } from 'kysely'
import type { Db } from '../storage/database.ts'
import type { UnsubscribeRow } from '../storage/schema.ts'
import type { Account, Context, Ground } from './context.ts'
import { NotFound } from './errors.ts'
import { findByToken } from './invitations/open.ts'
import { addressesOf } from './reach.ts'
import type { Survey } from './surveys.ts'

export type Unsubscribe = Omit<Selectable<UnsubscribeRow>, 'account_id'>

/** What the page of a secret link shows: whose messages they are, and since when they are not wanted; null: they are. */
export interface OptOut {
  account: Account
  survey: Survey
  unsubscribed_at: Date | null
}

/** Whether whoever was invited by this token has opted out, by everything that the invitation reaches them by. Changes nothing. Throws NotFound. */
export async function findOptOut(ground: Ground, token: string): Promise<OptOut> {
  return (await openOptOut(ground, token)).opt_out
}

/**
 * Opts a customer out of whatever the account sends, by their own link: the address and the telephone number that the invitation has. A link whose survey is closed or
 * answered does it too, and so does a second time, which changes nothing. What is pending finds out when it is due. Throws NotFound.
 */
export async function unsubscribe(ground: Ground, token: string): Promise<OptOut> {
  const { addresses, opt_out } = await openOptOut(ground, token)
  await keepUnsubscribes(ground.db, opt_out.account.id, addresses, ground.now())
  return { ...opt_out, unsubscribed_at: opt_out.unsubscribed_at ?? ground.now() }
}

/** Takes that back, by the same link: only who opted out may. What was not sent meanwhile stays so. Throws NotFound. */
export async function resubscribe(ground: Ground, token: string): Promise<OptOut> {
  const { addresses, opt_out } = await openOptOut(ground, token)
  await ground.db.deleteFrom('unsubscribes').where('account_id', '=', opt_out.account.id).where('address', 'in', addresses).execute()
  return { ...opt_out, unsubscribed_at: null }
}

/** Notes that a customer wants nothing more at these addresses (as addressesOf gives them); those that are noted already keep their time. */
export async function keepUnsubscribes(db: Db, account_id: number, addresses: string[], by_customer_at: Date): Promise<void> {
  if (addresses.length === 0) return
  await db.insertInto('unsubscribes').values(addresses.toSorted().map((address) => ({ account_id, address, by_customer_at })))
    .onConflict((conflict) => conflict.doNothing()).execute()
}

/** One page of what customers opted out, the latest first, and how many there are. There is no function that removes one for the account: that is the customer's alone. */
export async function listUnsubscribes(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: Unsubscribe[], total: number }> {
  const own = ctx.db.selectFrom('unsubscribes').where('account_id', '=', ctx.account.id)
  const rows = await own.select(['address', 'by_customer_at']).orderBy('by_customer_at', 'desc').orderBy('address').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** An invitation that reaches nobody (its customer's data were deleted) has nothing to opt out of. */
async function openOptOut(ground: Ground, token: string): Promise<{ addresses: string[], opt_out: OptOut }> {
  const { account, survey, invitation } = await findByToken(ground, token)
  const addresses = addressesOf(invitation)
  if (addresses.length === 0) throw new NotFound('this invitation has no address')
  const rows = await ground.db.selectFrom('unsubscribes').select('by_customer_at').where('account_id', '=', account.id).where('address', 'in', addresses).orderBy('by_customer_at', 'desc').execute()
  const [latest] = rows
  return { addresses, opt_out: { account, survey, unsubscribed_at: latest && rows.length === addresses.length ? latest.by_customer_at : null } }
}
