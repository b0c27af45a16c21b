import { sql, type Selectable } from 'kysely'
import type { Db, Tx } from '../storage/database.ts'
import { recordset } from '../storage/recordset.ts'
import type { UnsubscribeRow } from '../storage/schema.ts'
import type { Account, Context, Ground } from './context.ts'
import { numberHash } from './erased-numbers.ts'
import { NotFound } from './errors.ts'
import { findByToken } from './invitations/open.ts'
import { addressesOf } from './reach.ts'
import type { SurveyWithQuestions } from './surveys.ts'

export type Unsubscribe = Omit<Selectable<UnsubscribeRow>, 'account_id'>

/** What the page of a secret link shows: whose messages they are, and since when they are not wanted; null: they are. */
export interface OptOut {
  account: Account
  survey: SurveyWithQuestions
  template_locale: string | null
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
  const rows = await own.select(['address', 'by_customer_at', 'came_by']).orderBy('by_customer_at', 'desc').orderBy('address').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** An invitation that reaches nobody (its customer's data were deleted) has nothing to opt out of. */
async function openOptOut(ground: Ground, token: string): Promise<{ addresses: string[], opt_out: OptOut }> {
  const { account, survey, invitation, template_locale } = await findByToken(ground, token)
  const addresses = addressesOf(invitation)
  if (addresses.length === 0) throw new NotFound('this invitation has no address')
  const rows = await ground.db.selectFrom('unsubscribes').select('by_customer_at').where('account_id', '=', account.id).where('address', 'in', addresses).orderBy('by_customer_at', 'desc').execute()
  const [latest] = rows
  return { addresses, opt_out: { account, survey, template_locale, unsubscribed_at: latest && rows.length === addresses.length ? latest.by_customer_at : null } }
}

/**
 * A number opts out, by a word in a text message: in every account that ever sent it one, since the word names none; also where its customer was deleted since. What it opted out
 * of already stays as it is. `secret` is the server's, `number` is in E.164. Answers how many accounts that concerns.
 */
export async function unsubscribeNumber(ground: Ground, secret: string, number: string): Promise<number> {
  const result = await sql`insert into unsubscribes (account_id, address, by_customer_at, came_by)
    select f.account_id, ${number}, ${ground.now()}::timestamptz, 'text' from (
      select v.account_id from invitations v where v.telephone_number = ${number} and v.channel = 'sms' and v.attempts > 0
      union select e.account_id from erased_numbers e where e.number_hash = ${numberHash(secret, number)}) as f
    order by f.account_id
    on conflict (account_id, address) do nothing`.execute(ground.db)
  return Number(result.numAffectedRows ?? 0)
}

/** A number opts out of one account, as its provider tells, if that account sent it a text before its customer was deleted: the invitation does not know the number any more. */
export async function unsubscribeErasedNumber(ground: Ground, secret: string, { account_id, number }: { account_id: number, number: string }): Promise<void> {
  await sql`insert into unsubscribes (account_id, address, by_customer_at, came_by)
    select e.account_id, ${number}, ${ground.now()}::timestamptz, 'text' from erased_numbers e where e.account_id = ${account_id} and e.number_hash = ${numberHash(secret, number)}
    on conflict (account_id, address) do nothing`.execute(ground.db)
}

/** A number opts in again, by a word in a text message: what it opted out of that way is undone in every account. What was opted out of on a page stays. Answers how many accounts that concerns. */
export async function resubscribeNumber(ground: Ground, number: string): Promise<number> {
  const result = await sql`delete from unsubscribes u where u.address = ${number} and u.came_by = 'text'`.execute(ground.db)
  return Number(result.numAffectedRows ?? 0)
}

/** What invitations reached their customers by opts out of their accounts, as the provider tells: of text messages the number, of mails the address. */
export async function unsubscribeRecipients(tx: Tx, invitations: { account_id: number, invitation_id: number }[], now: Date): Promise<void> {
  if (invitations.length === 0) return
  const rows = recordset(invitations.map(({ account_id, invitation_id }) => ({ account_id, invitation_id })))
  await sql`insert into unsubscribes (account_id, address, by_customer_at, came_by)
    select distinct v.account_id, r.address, ${now}::timestamptz, r.came_by from jsonb_to_recordset(${rows}::jsonb) as i(account_id bigint, invitation_id bigint)
    join invitations v on v.account_id = i.account_id and v.id = i.invitation_id
    cross join lateral (select case v.channel when 'sms' then v.telephone_number else lower(v.email) end as address, case v.channel when 'sms' then 'text' else 'provider' end as came_by) r
    where r.address is not null order by 1, 2
    on conflict (account_id, address) do nothing`.execute(tx)
}
