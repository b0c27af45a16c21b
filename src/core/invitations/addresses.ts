import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { recordset } from '../../storage/recordset.ts'

/** An invitation that wants addresses for itself: all of them, or it goes to none. */
export interface AddressClaim {
  account_id: number
  invitation_id: number
  /** E-mail addresses in lower case, and telephone numbers. */
  addresses: string[]
  /** Goes in any case, but counts against later ones. */
  ignore_throttle: boolean
}

/**
 * Over-survey protection, settled: answers the invitations that got their addresses, in no order. The row of an address is updated only where its last invitation is long enough
 * ago, or was this one (which tries again): of two that race for it, whoever comes second sees what the first one wrote.
 */
export async function claimAddresses(tx: Tx, claims: AddressClaim[], now: Date): Promise<Set<number>> {
  const granted = new Set<number>()
  const waves = wavesOf(claims)
  const mustLock = waves.length > 1 && claims.some(({ addresses }) => addresses.length > 1)
  if (mustLock) await lockAddresses(tx, claims)
  for (const wave of waves) {
    const got = await claimWave(tx, wave, now)
    const isWhole = (claim: AddressClaim): boolean => got.get(claim.invitation_id) === claim.addresses.length
    for (const claim of wave.filter(isWhole)) granted.add(claim.invitation_id)
    await giveAddressesBack(tx, wave.filter((claim) => got.has(claim.invitation_id) && !isWhole(claim)))
  }
  if (mustLock) await forgetLocks(tx, claims)
  return granted
}

/** Invitations that won't be sent after all count no more: their addresses are as they were before, and belong to none, so that giving back twice takes nothing from the one before. */
export async function giveAddressesBack(tx: Tx, invitations: { account_id: number, invitation_id: number }[]): Promise<void> {
  if (invitations.length === 0) return
  const rows = recordset(invitations.map(({ account_id, invitation_id }) => ({ account_id, invitation_id })))
  await sql`with given as materialized (
      select l.account_id, l.address, l.previous_invited_at from invited_addresses l
      join jsonb_to_recordset(${rows}::jsonb) as i(account_id bigint, invitation_id bigint) on l.account_id = i.account_id and l.invitation_id = i.invitation_id
      where (l.account_id, l.address) in (select v.account_id, a.address from invitations v, unnest(array[lower(v.email), v.telephone_number]) as a(address)
        where v.account_id = i.account_id and v.id = i.invitation_id)
      order by l.account_id, l.address for update of l
    ), gone as (
      delete from invited_addresses l using given where l.account_id = given.account_id and l.address = given.address and given.previous_invited_at is null
    )
    update invited_addresses l set last_invited_at = given.previous_invited_at, previous_invited_at = null, invitation_id = 0
    from given where l.account_id = given.account_id and l.address = given.address and given.previous_invited_at is not null`.execute(tx)
}

/** One statement can write a row once only: a claim of an address comes after the earlier ones of it. In one order for all, lest two workers wait for each other. */
function wavesOf(claims: AddressClaim[]): AddressClaim[][] {
  const waves: AddressClaim[][] = []
  const next = new Map<string, number>()
  for (const claim of claims) {
    const keys = claim.addresses.map((address) => `${claim.account_id} ${address}`)
    const number = Math.max(0, ...keys.map((key) => next.get(key) ?? 0))
    for (const key of keys) next.set(key, number + 1)
    const wave = waves[number] ?? (waves[number] = [])
    wave.push(claim)
  }
  return waves
}

/** A later wave may want what no earlier one locked, against the order of another worker: so everything is locked first, in one order, with a row for what has none yet. */
async function lockAddresses(tx: Tx, claims: AddressClaim[]): Promise<void> {
  await sql`insert into invited_addresses as l (account_id, address, last_invited_at, invitation_id)
    select distinct i.account_id, a.address, '-infinity'::timestamptz, 0 from ${claimRows(claims)}, unnest(i.addresses) as a(address) order by i.account_id, a.address
    on conflict (account_id, address) do update set invitation_id = l.invitation_id`.execute(tx)
}

async function forgetLocks(tx: Tx, claims: AddressClaim[]): Promise<void> {
  await sql`delete from invited_addresses l using ${claimRows(claims)} where l.account_id = i.account_id and l.address = any(i.addresses) and l.last_invited_at = '-infinity'`.execute(tx)
}

/** How many addresses each invitation got. */
async function claimWave(tx: Tx, claims: AddressClaim[], now: Date): Promise<Map<number, number>> {
  const result = await sql<{ invitation_id: number }>`
    with claims as (
      select i.account_id, i.addresses, i.invitation_id, case when i.ignore_throttle then 0 else a.throttle_days end as days
      from ${claimRows(claims)} join accounts a on a.id = i.account_id
    )
    insert into invited_addresses as l (account_id, address, last_invited_at, invitation_id)
    select account_id, a.address, ${now}::timestamptz, invitation_id from claims, unnest(addresses) as a(address) order by account_id, a.address
    on conflict (account_id, address) do update set last_invited_at = excluded.last_invited_at, invitation_id = excluded.invitation_id,
      previous_invited_at = case when l.invitation_id = excluded.invitation_id then l.previous_invited_at else nullif(l.last_invited_at, '-infinity') end
    where l.invitation_id = excluded.invitation_id
      or (select c.days = 0 or l.last_invited_at <= excluded.last_invited_at - make_interval(days => c.days)
        from claims c where c.account_id = excluded.account_id and c.invitation_id = excluded.invitation_id)
    returning l.invitation_id`.execute(tx)
  const got = new Map<number, number>()
  for (const { invitation_id } of result.rows) got.set(invitation_id, (got.get(invitation_id) ?? 0) + 1)
  return got
}

function claimRows(claims: AddressClaim[]) {
  return sql`jsonb_to_recordset(${recordset(claims)}::jsonb) as i(account_id bigint, addresses text[], invitation_id bigint, ignore_throttle boolean)`
}
