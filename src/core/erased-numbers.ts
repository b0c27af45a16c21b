import { createHmac, hkdfSync } from 'node:crypto'
import { sql } from 'kysely'
import type { Tx } from '../storage/database.ts'

/**
 * What is kept of a number whose customer is deleted, so that an opt-out that comes later is known for its account's: it is found by the number and not read from here. Numbers are few enough
 * to try them all, so a plain hash would hide nothing; this one needs the server's secret, which is not in the database.
 */
export function numberHash(server_secret: string, number: string): Buffer {
  return createHmac('sha256', Buffer.from(hkdfSync('sha256', server_secret, '', 'earshot erased numbers', 32))).update(number).digest()
}

/** Keeps the numbers that these invitations were sent to by text message; they are about to lose them. */
export async function keepErasedNumbers(tx: Tx, server_secret: string, account_id: number, invitation_ids: number[], now: Date): Promise<void> {
  const rows = await tx.selectFrom('invitations').select('telephone_number').distinct().where('account_id', '=', account_id).where('id', '=', sql<number>`any(${invitation_ids}::bigint[])`)
    .where('channel', '=', 'sms').where('attempts', '>', 0).where('telephone_number', 'is not', null).orderBy('telephone_number').execute()
  const numbers = rows.flatMap(({ telephone_number }) => telephone_number ?? [])
  if (numbers.length === 0) return
  await tx.insertInto('erased_numbers').values(numbers.map((number) => ({ account_id, number_hash: numberHash(server_secret, number), erased_at: now })))
    .onConflict((conflict) => conflict.doNothing()).execute()
}
