import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { unnested } from '../../storage/recordset.ts'

/** By what a case is the same again. */
export interface CaseIdentity { account_id: number, site_id: number, kind: string, number: string }

export function caseKey({ account_id, site_id, kind, number }: CaseIdentity): string {
  return `${account_id}/${site_id}/${kind}/${number}`
}

/** Writes who worked on cases, in their order, in place of those who were there before. */
export async function replaceCaseStaff(tx: Tx, cases: { account_id: number, case_id: number, staff_ids: number[], inserted: boolean }[]): Promise<void> {
  const old = cases.filter((one) => !one.inserted)
  const rows = cases.flatMap(({ account_id, case_id, staff_ids }) => staff_ids.map((staff_id, index) => ({ account_id, case_id, place: index + 1, staff_id })))
  await Promise.all([
    old.length > 0 && sql`delete from case_staff s using ${unnested(old, 'account_id bigint, case_id bigint')} i
      where s.account_id = i.account_id and s.case_id = i.case_id`.execute(tx),
    rows.length > 0 && sql`insert into case_staff (account_id, case_id, position, staff_id)
      select account_id, case_id, place, staff_id from ${unnested(rows, 'account_id bigint, case_id bigint, place integer, staff_id bigint')} i`.execute(tx),
  ])
}

export function notThere(): never {
  throw new Error('a case was neither found nor made')
}
