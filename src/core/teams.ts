import { sql, type Selectable } from 'kysely'
import type { TeamRow } from '../storage/schema.ts'
import { checkText, checked, isUniqueViolation } from './checks.ts'
import type { Context } from './context.ts'
import { Invalid, NotFound } from './errors.ts'

export type Team = Selectable<TeamRow>

/** Makes a team. Throws Invalid, also for a name that is taken (in any letter case). */
export async function createTeam(ctx: Context, draft: { name: string }): Promise<Team> {
  checked([checkText('name', draft.name, 200)])
  const now = ctx.now()
  const insert = ctx.db.insertInto('teams').values({ account_id: ctx.account.id, name: draft.name, created_at: now, updated_at: now })
  return insert.returningAll().executeTakeFirstOrThrow().catch(refuseTakenName)
}

/** Gives a team another name. Throws NotFound and Invalid. */
export async function changeTeam(ctx: Context, id: number, change: { name: string }): Promise<Team> {
  checked([checkText('name', change.name, 200)])
  const update = ctx.db.updateTable('teams').set({ name: change.name, updated_at: ctx.now() }).where('account_id', '=', ctx.account.id).where('id', '=', id)
  const team = await update.returningAll().executeTakeFirst().catch(refuseTakenName)
  if (!team) throw new NotFound(`the account has no team ${id}`)
  return team
}

/** By its name, in any letter case. Throws NotFound. */
export async function getTeamByName(ctx: Context, name: string): Promise<Team> {
  const team = await ctx.db.selectFrom('teams').selectAll().where('account_id', '=', ctx.account.id).where(sql`lower(name)`, '=', sql`lower(${name})`).executeTakeFirst()
  if (!team) throw new NotFound(`the account has no team ${name}`)
  return team
}

/** All teams, by name (case-insensitive, by code point). */
export async function listTeams(ctx: Context): Promise<Team[]> {
  return ctx.db.selectFrom('teams').selectAll().where('account_id', '=', ctx.account.id).orderBy(sql`lower(name) collate "C"`).orderBy('id').execute()
}

function refuseTakenName(error: unknown): never {
  if (!isUniqueViolation(error, 'teams_name')) throw error
  throw new Invalid([{ field: 'name', code: 'forbidden_value', info: { message: 'is taken by another team' } }])
}
