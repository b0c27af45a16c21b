import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { itemAt, recordset } from '../../storage/recordset.ts'
import { resolveSegmentOptions } from '../segments.ts'

/** A pair of an invitation's data, as it is stored with it, in order. */
export interface Datum { id: number, key: string, value: string }

/** A pair that is to be stored. */
export type DatumDraft = Omit<Datum, 'id'>

/** What an invitation has by its data: the pairs themselves, and the options of segments that they are. */
export interface InvitationData { data: Datum[], segment_option_ids: number[] }

/** The data that invitations of these accounts are to have, in their order: each pair gets a number, and values that are new to their segment become options of it, once `locking` is over (see resolveSegmentOptions). */
export async function prepareData(tx: Tx, wanted: { account_id: number, data: DatumDraft[] }[], now: Date, locking: Promise<unknown> | null = null): Promise<InvitationData[]> {
  const pairs = wanted.flatMap(({ account_id, data }) => data.map((pair) => ({ account_id, ...pair })))
  if (pairs.length === 0) return wanted.map(() => ({ data: [], segment_option_ids: [] }))
  const [ids, options] = await Promise.all([takeIds(tx, pairs.length), resolveSegmentOptions(tx, pairs, now, locking)])
  let first = 0
  return wanted.map(({ data }) => {
    const from = first
    first += data.length
    return { data: data.map(({ key, value }, index) => ({ id: itemAt(ids, from + index), key, value })), segment_option_ids: inOrder(options.slice(from, first)) }
  })
}

/** The same for what takes the place of an invitation's data: a pair stays that is the same as the one that stood in its place, and so do the options whose pair is still there, also of a segment that was archived since. */
export async function replaceData(tx: Tx, account_id: number, before: InvitationData, wanted: DatumDraft[], now: Date): Promise<InvitationData> {
  const [kept, [fresh]] = await Promise.all([keptOptions(tx, account_id, before.segment_option_ids, wanted), prepareData(tx, [{ account_id, data: wanted }], now)])
  const { data, segment_option_ids } = fresh ?? { data: [], segment_option_ids: [] }
  return {
    data: data.map((pair, place) => {
      const old = before.data[place]
      return old?.key === pair.key && old.value === pair.value ? old : pair
    }),
    segment_option_ids: inOrder([...kept, ...segment_option_ids]),
  }
}

async function takeIds(tx: Tx, count: number): Promise<number[]> {
  const { rows: [row] } = await sql<{ ids: number[] }>`select array(select nextval('invitation_data_ids') from generate_series(1, ${count}::integer)) as ids`.execute(tx)
  return row?.ids ?? []
}

async function keptOptions(tx: Tx, account_id: number, ids: number[], pairs: DatumDraft[]): Promise<number[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: number }>`
    select o.id from segment_options o join segments s on s.account_id = o.account_id and s.id = o.segment_id
    where o.account_id = ${account_id} and o.id = any(${ids}::bigint[]) and (s.key, o.value) in (select i.key, i.value from jsonb_to_recordset(${recordset(pairs)}::jsonb) as i(key text, value text))`.execute(tx)
  return rows.map(({ id }) => id)
}

function inOrder(ids: readonly (number | null)[]): number[] {
  return [...new Set(ids.filter((id) => id !== null))].sort((a, b) => a - b)
}
