import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { onlySite, type Context } from '../context.ts'
import { NotFound, type Fault } from '../errors.ts'
import type { Invitation } from './invite.ts'

/** What decides whether an invitation can still be changed. `version` is another one after each change of its row, whoever made it. */
export type Pending = Pick<Invitation, 'account_id' | 'id' | 'state' | 'due_at' | 'answered_at'> & { version: string }

/** Looks at an invitation, or locks it, so that no worker claims it and nobody answers it before the transaction ends. Throws NotFound, also for one of another site than the key's own. */
export async function getPending(ctx: Context & { db: Tx }, id: number, lock: 'locked' | 'unlocked'): Promise<Pending> {
  const site_id = onlySite(ctx)
  const found = await ctx.db.selectFrom('invitations').select(['account_id', 'id', 'state', 'due_at', 'answered_at', sql<string>`xmin::text`.as('version')])
    .where('account_id', '=', ctx.account.id).where('id', '=', id)
    .$if(site_id !== null, (all) => all.where('site_id', '=', site_id))
    .$if(lock === 'locked', (all) => all.forNoKeyUpdate()).executeTakeFirst()
  if (!found) throw new NotFound('no such invitation')
  return found
}

/**
 * Why it can't be changed or cancelled any more: it was sent, or found not to be, or a worker has it in hand. A worker that died has it no more once its lease is over.
 * Asked in a statement of its own: one that waited for the lock would not see the delivery that was begun meanwhile.
 */
export async function checkPending(tx: Tx, { account_id, id, state, due_at }: Pending, now: Date): Promise<Fault | null> {
  if (state !== 'pending') return forbidden(state, state === 'sent' ? 'has been sent already' : 'was not sent, for good')
  const is_leased = due_at > now
  const open = is_leased && await tx.selectFrom('deliveries').select('id').where('account_id', '=', account_id).where('invitation_id', '=', id).where('reminder_id', 'is', null)
    .where('outcome', 'is', null).executeTakeFirst()
  return open ? forbidden(state, 'is being sent at this moment') : null
}

/** The fault of a state that does not allow what is wanted. */
export function forbidden(state: Invitation['state'], message: string): Fault {
  return { field: 'state', code: 'forbidden_value', info: { disallowed_values: [state], message } }
}
