import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { recordset } from '../../storage/recordset.ts'

/** An invitation that wants an address for itself. */
export interface AddressClaim {
  account_id: number
  invitation_id: number
  /** Lower case. */
  address: string
  /** Goes in any case, but counts against later ones. */
  ignore_throttle: boolean
}

/**
 * Over-survey protection, settled: answers the invitations that got their address, in no order. The row of an address is updated only where its last invitation is long enough
 * ago, or was this one (which tries again): of two that race for it, whoever comes second sees what the first one wrote.
 */
export async function claimAddresses(tx: Tx, claims: AddressClaim[], now: Date): Promise<Set<number>> {
  const granted = new Set<number>()
  for (const wave of wavesOf(claims)) {
    for (const invitation_id of await claimWave(tx, wave, now)) granted.add(invitation_id)
  }
  return granted
}

/** Invitations that won't be sent after all count no more: their addresses are as they were before. */
export async function giveAddressesBack(tx: Tx, invitations: { account_id: number, invitation_id: number }[]): Promise<void> {
  if (invitations.length === 0) return
  const rows = recordset(invitations.map(({ account_id, invitation_id }) => ({ account_id, invitation_id })))
  await sql`with given as (
      select l.account_id, l.address, l.previous_invited_at from invited_addresses l
      join jsonb_to_recordset(${rows}::jsonb) as i(account_id bigint, invitation_id bigint) on l.account_id = i.account_id and l.invitation_id = i.invitation_id
      where (l.account_id, l.address) in (select v.account_id, lower(v.email) from invitations v where v.account_id = i.account_id and v.id = i.invitation_id)
    ), gone as (
      delete from invited_addresses l using given where l.account_id = given.account_id and l.address = given.address and given.previous_invited_at is null
    )
    update invited_addresses l set last_invited_at = given.previous_invited_at, previous_invited_at = null
    from given where l.account_id = given.account_id and l.address = given.address and given.previous_invited_at is not null`.execute(tx)
}

/** One statement can write a row once only: a second claim of an address comes after the first. In one order for all, lest two workers wait for each other. */
function wavesOf(claims: AddressClaim[]): AddressClaim[][] {
  const waves: AddressClaim[][] = []
  const seen = new Map<string, number>()
  for (const claim of claims) {
    const key = `${claim.account_id} ${claim.address}`
    const number = seen.get(key) ?? 0
    seen.set(key, number + 1)
    const wave = waves[number] ?? (waves[number] = [])
    wave.push(claim)
  }
  return waves
}

async function claimWave(tx: Tx, claims: AddressClaim[], now: Date): Promise<number[]> {
  const result = await sql<{ invitation_id: number }>`
    with claims as (
      select i.account_id, i.address, i.invitation_id, case when i.ignore_throttle then 0 else a.throttle_days end as days
      from jsonb_to_recordset(${recordset(claims)}::jsonb) as i(account_id bigint, address text, invitation_id bigint, ignore_throttle boolean)
      join accounts a on a.id = i.account_id
    )
    insert into invited_addresses as l (account_id, address, last_invited_at, invitation_id)
    select account_id, address, ${now}::timestamptz, invitation_id from claims order by account_id, address
    on conflict (account_id, address) do update set last_invited_at = excluded.last_invited_at, invitation_id = excluded.invitation_id,
      previous_invited_at = case when l.invitation_id = excluded.invitation_id then l.previous_invited_at else l.last_invited_at end
    where l.invitation_id = excluded.invitation_id
      or (select c.days = 0 or l.last_invited_at <= excluded.last_invited_at - make_interval(days => c.days)
        from claims c where c.account_id = excluded.account_id and c.invitation_id = excluded.invitation_id)
    returning l.invitation_id`.execute(tx)
  return result.rows.map((row) => row.invitation_id)
}
