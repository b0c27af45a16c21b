import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { recordset } from '../../storage/recordset.ts'
import type { Ground } from '../context.ts'

/** An attempt that was cut off: nobody can know whether its message went out. */
export interface CutOff { account_id: number, invitation_id: number, message_id: string }

/** Ends the attempts of messages that nobody told the outcome of: their worker died, between beginning them and our commit. To be logged once that is done. */
export async function closeCutOff(tx: Tx, messages: { account_id: number, invitation_id: number, reminder_id: number | null }[], now: Date): Promise<CutOff[]> {
  if (messages.length === 0) return []
  const result = await sql<CutOff>`
    update deliveries d set outcome = 'unknown', finished_at = ${now}
    from jsonb_to_recordset(${recordset(messages)}::jsonb) as i(account_id bigint, invitation_id bigint, reminder_id bigint)
    where d.account_id = i.account_id and d.invitation_id = i.invitation_id and d.reminder_id is not distinct from i.reminder_id and d.outcome is null
    returning d.account_id, d.invitation_id, d.message_id`.execute(tx)
  return result.rows
}

/** Such a message is sent again, since a lost one is worse than a second one, unless what it is about was changed or cancelled. */
export function logCutOff(ground: Ground, cut_off: CutOff[]): void {
  for (const { account_id, invitation_id, message_id } of cut_off) {
    ground.log.warn({ account_id, invitation_id, message_id }, 'ambiguous: cut off between handing the message over and hearing of it, it may be sent twice')
  }
}
