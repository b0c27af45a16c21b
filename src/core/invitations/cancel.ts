import { transaction } from '../../storage/database.ts'
import { checked } from '../checks.ts'
import type { Context } from '../context.ts'
import { closeCutOff, logCutOff } from './cut-offs.ts'
import { checkPending, getPending } from './pending.ts'
import { endReminders, notSent, settleMessages } from './settle.ts'

/**
 * Takes a pending invitation and its reminders out of the queue: not sent, `cancelled`. Once this has returned, nothing of it goes out any more.
 * Throws NotFound, and Invalid with a fault of `state` where it is too late: sent, not sent, or being sent at this moment.
 */
export async function cancelInvitation(ctx: Context, id: number): Promise<void> {
  const cut_off = await transaction(ctx.db, async (tx) => {
    const now = ctx.now()
    const invitation = await getPending({ ...ctx, db: tx }, id, 'locked')
    checked([await checkPending(tx, invitation, now)])
    const message = { account_id: ctx.account.id, invitation_id: id, reminder_id: null }
    const closed = await closeCutOff(tx, [message], now)
    await settleMessages(tx, [notSent(message, 'cancelled')], now)
    await endReminders(tx, invitation, 'cancelled')
    return closed
  })
  logCutOff(ctx, cut_off)
}
