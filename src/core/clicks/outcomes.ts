import { sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { Context } from '../context.ts'

/** What has come of an invitation's link. */
export interface Outcome {
  invitation_id: number
  /** The score that counts; null where nothing does, or an answer without one. */
  score: number | null
  is_counted: boolean
  suspected: number
  /** Clicks that wait for their quiet window. */
  provisional: number
}

/** What has come of these invitations so far, in no order. */
export async function outcomesOf({ db, account }: Pick<Context, 'db' | 'account'>, invitation_ids: number[]): Promise<Outcome[]> {
  const { rows } = await sql<Outcome>`
    select v.id as invitation_id, r.score_value as score, r.id is not null as is_counted,
      (select count(*) from held_responses h where h.account_id = v.account_id and h.invitation_id = v.id and h.state = 'suspected') as suspected,
      (select count(*) from held_responses h where h.account_id = v.account_id and h.invitation_id = v.id and h.state = 'provisional') as provisional
    from invitations v left join responses r on r.account_id = v.account_id and r.invitation_id = v.id
    where v.account_id = ${account.id} and v.id = any(${invitation_ids}::bigint[])`.execute(db)
  return rows
}

/** Ends the quiet window of what waits for these invitations, for trials that nobody else has the links of: what would come until then has come. */
export async function endQuietWindow(db: Db, account_id: number, invitation_ids: number[], now: Date): Promise<void> {
  await db.updateTable('held_responses').set({ counts_at: now }).where('account_id', '=', account_id).where('invitation_id', '=', sql<number>`any(${invitation_ids}::bigint[])`).where('state', '=', 'provisional').execute()
}
