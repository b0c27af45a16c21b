import { sql, type Selectable } from 'kysely'
import type { Db, Tx } from '../storage/database.ts'
import { unnested } from '../storage/recordset.ts'
import type { StaffMemberRow } from '../storage/schema.ts'
import { checked, checkEmail, checkText, checkTimeZone, given, isUniqueViolation } from './checks.ts'
import type { Context } from './context.ts'
import { Invalid, NotFound, type Fault } from './errors.ts'
import { splitName } from './people/names.ts'
import { getTeamByName } from './teams.ts'

export type StaffMember = Selectable<StaffMemberRow>

export interface StaffMemberDraft {
  /** The account's own identifier of the person, unique in the account. */
  code: string
  /** May be left out where its parts are given, of which it is made then; else they are made of it. */
  name?: string
  first_name?: string | null
  surname?: string | null
  email?: string | null
  time_zone?: string | null
  /** By name; null: none. */
  team?: string | null
}

/** Fields that are left out stay as they are. */
export interface StaffMemberChange extends Partial<StaffMemberDraft> {
  /** Someone who left stays in the reports of their time. */
  deactivated?: boolean
}

/** Makes a staff member. Throws Invalid, also for a code that is taken; NotFound for an unknown team. */
export async function createStaffMember(ctx: Context, draft: StaffMemberDraft): Promise<StaffMember> {
  const names = nameColumns(draft, { name: '', first_name: null, surname: null })
  checked([...checkFields(draft), draft.name === undefined ? checkText('name', names.name, 200) : null])
  const now = ctx.now()
  return ctx.db.insertInto('staff')
    .values({ account_id: ctx.account.id, code: draft.code, ...names, ...(await otherColumns(ctx, draft)), created_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow().catch((error: unknown) => refuseTakenCode(error, draft.code))
}

/** Changes a staff member, found by their code; it may be changed too. What they did stays theirs. Throws NotFound and Invalid. */
export async function changeStaffMember(ctx: Context, code: string, change: StaffMemberChange): Promise<StaffMember> {
  const known = await getStaffMemberByCode(ctx, code)
  const names = nameColumns(change, known)
  checked([...checkFields(change), change.name === undefined ? checkText('name', names.name, 200) : null])
  const now = ctx.now()
  const deactivation = change.deactivated === undefined ? {} : { deactivated_at: change.deactivated ? (known.deactivated_at ?? now) : null }
  const columns = { ...change.code === undefined ? {} : { code: change.code }, ...names, ...(await otherColumns(ctx, change)), ...deactivation, updated_at: now }
  const member = await ctx.db.updateTable('staff').set(columns).where('account_id', '=', ctx.account.id).where('code', '=', code)
    .returningAll().executeTakeFirst().catch((error: unknown) => refuseTakenCode(error, change.code ?? ''))
  if (!member) throw new NotFound(`the account has no staff member ${code}`)
  return member
}

/** By their code. Throws NotFound. */
export async function getStaffMemberByCode(ctx: Context, code: string): Promise<StaffMember> {
  const member = await ctx.db.selectFrom('staff').selectAll().where('account_id', '=', ctx.account.id).where('code', '=', code).executeTakeFirst()
  if (!member) throw new NotFound(`the account has no staff member ${code}`)
  return member
}

/** All staff members, deactivated ones too, by name (case-insensitive, by code point). */
export async function listStaff(ctx: Context): Promise<StaffMember[]> {
  return ctx.db.selectFrom('staff').selectAll().where('account_id', '=', ctx.account.id).orderBy(sql`lower(name) collate "C"`).orderBy('id').execute()
}

/** By their id, deactivated or not. Throws NotFound. */
export async function getStaffMember(ctx: Context, id: number): Promise<StaffMember> {
  const member = await ctx.db.selectFrom('staff').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst()
  if (!member) throw new NotFound(`the account has no staff member ${id}`)
  return member
}

/** One page of those with this address (in any letter case) and code, by name as above, and how many there are. */
export async function listStaffPage(ctx: Context, filter: { email?: string, code?: string }, page: { offset: number, limit: number }): Promise<{ rows: StaffMember[], total: number }> {
  const own = ctx.db.selectFrom('staff').where('account_id', '=', ctx.account.id)
    .$if(filter.email !== undefined, (staff) => staff.where(sql`lower(email)`, '=', sql`lower(${filter.email})`))
    .$if(filter.code !== undefined, (staff) => staff.where('code', '=', filter.code ?? ''))
  const rows = await own.selectAll().orderBy(sql`lower(name) collate "C"`).orderBy('id').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** Whose staff members codes stand for. */
export interface StaffCodes { account_id: number, codes: string[] }
export type KnownStaff = Pick<StaffMember, 'account_id' | 'code' | 'id' | 'name' | 'team_id'>

/** Those that there are already, for resolveStaff: asked beside other questions. */
export async function findStaff(db: Db, inputs: StaffCodes[]): Promise<KnownStaff[]> {
  const members = [...wantedOf(inputs).values()]
  if (members.length === 0) return []
  const rows = await sql<KnownStaff>`
    select s.account_id, s.code, s.id, s.name, s.team_id from ${unnested(members, 'account_id bigint, code text')} i
    join staff s on s.account_id = i.account_id and s.code = i.code`.execute(db)
  return rows.rows
}

/**
 * The staff members that these codes stand for, in the order of each list; a code that is new makes one of that name. `known`: what findStaff found. For batches: any number of callers
 * may do this at once.
 */
export async function resolveStaff(tx: Tx, inputs: StaffCodes[], now: Date, known: KnownStaff[] | null = null): Promise<{ id: number, team_id: number | null }[][]> {
  const found = new Map((known ?? await findStaff(tx, inputs)).map((row) => [staffKey(row), row]))
  const missing = [...wantedOf(inputs)].filter(([key]) => !found.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member)
  if (missing.length > 0) for (const row of await insertByCodes(tx, missing, now)) found.set(staffKey(row), row)
  return inputs.map(({ account_id, codes }) => codes.map((code) => memberOf(found, staffKey({ account_id, code }))))
}

/** Those of these codes that are known already, in the order of the codes. */
export async function findStaffByCodes(db: Db, account_id: number, codes: string[]): Promise<KnownStaff[]> {
  const rows = await findStaff(db, [{ account_id, codes }])
  return codes.flatMap((code) => rows.find((row) => row.code === code) ?? [])
}

function staffKey({ account_id, code }: { account_id: number, code: string }): string {
  return `${account_id}/${code}`
}

function wantedOf(inputs: StaffCodes[]): Map<string, { account_id: number, code: string }> {
  return new Map(inputs.flatMap(({ account_id, codes }) => codes.map((code) => [staffKey({ account_id, code }), { account_id, code }])))
}

/** The harmless update makes it answer rows that somebody else made in the meantime. */
async function insertByCodes(tx: Tx, members: { account_id: number, code: string }[], now: Date): Promise<KnownStaff[]> {
  return tx.insertInto('staff').values(members.map((member) => ({ ...member, name: member.code, ...splitName(member.code), created_at: now, updated_at: now })))
    .onConflict((conflict) => conflict.columns(['account_id', 'code']).doUpdateSet({ code: (eb) => eb.ref('excluded.code') }))
    .returning(['account_id', 'code', 'id', 'name', 'team_id']).execute()
}

function memberOf(found: Map<string, KnownStaff>, key: string): { id: number, team_id: number | null } {
  const member = found.get(key)
  if (!member) throw new Error('a staff member was neither found nor made')
  return { id: member.id, team_id: member.team_id }
}

function checkFields(fields: StaffMemberChange): (Fault | null)[] {
  return [
    given(fields.code, (code) => checkText('code', code, 100)),
    given(fields.name, (name) => checkText('name', name, 200)),
    given(fields.first_name, (name) => checkText('first_name', name, 200)),
    given(fields.surname, (name) => checkText('surname', name, 200)),
    given(fields.email, (email) => checkEmail('email', email)),
    given(fields.time_zone, (time_zone) => checkTimeZone('time_zone', time_zone)),
  ]
}

type Names = Pick<StaffMember, 'name' | 'first_name' | 'surname'>

/** A name alone is taken apart; parts alone are put together, with what was there before of the other one. */
function nameColumns(given_names: StaffMemberChange, before: Names): Names {
  const { name, first_name, surname } = given_names
  if (name === undefined && first_name === undefined && surname === undefined) return { name: before.name, first_name: before.first_name, surname: before.surname }
  const base = name === undefined ? before : splitName(name)
  const parts = { first_name: first_name === undefined ? base.first_name : first_name, surname: surname === undefined ? base.surname : surname }
  return { name: name ?? [parts.first_name, parts.surname].filter((part) => part !== null).join(' '), ...parts }
}

function refuseTakenCode(error: unknown, code: string): never {
  if (!isUniqueViolation(error, 'staff_account_id_code_key')) throw error
  throw new Invalid([{ field: 'code', code: 'forbidden_value', info: { disallowed_values: [code], message: 'is taken by another staff member' } }])
}

async function otherColumns(ctx: Context, fields: StaffMemberChange): Promise<{ email?: string | null, time_zone?: string | null, team_id?: number | null }> {
  return {
    ...(fields.email === undefined ? {} : { email: fields.email }),
    ...(fields.time_zone === undefined ? {} : { time_zone: fields.time_zone }),
    ...(fields.team === undefined ? {} : { team_id: fields.team === null ? null : (await getTeamByName(ctx, fields.team)).id }),
  }
}
