import { Type } from 'typebox'
import { changeTeam, createTeam, getTeamByName, listTeams, type Team } from '../core/teams.ts'
import { ACCOUNT_FLAG, UsageError, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'

const Draft = Type.Object({ name: Type.String() }, { additionalProperties: false })
const FLAGS = { ...ACCOUNT_FLAG, name: { value: 'NAME', meaning: 'Its name.' }, ...FROM_FLAG } as const

export const createTeamCommand: Command = {
  summary: 'Makes a team.',
  flags: FLAGS,
  async run(call) {
    const drafts = readDrafts(call, Draft, { name: call.text('name') })
    const teams = await call.withAccount((ctx) => writeAll(ctx, drafts, createTeam))
    call.print(oneOrList(teams.map(withoutAccount)), teams.map(lineOf))
  },
}

export const listTeamsCommand: Command = {
  summary: 'Lists the account\'s teams.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const teams = await call.withAccount(listTeams)
    call.print(teams.map(withoutAccount), teams.map(lineOf))
  },
}

export const changeTeamCommand: Command = {
  summary: 'Gives a team another name.',
  positionals: ['NAME'],
  flags: FLAGS,
  async run(call) {
    const [change, ...more] = readDrafts(call, Draft, { name: call.text('name') })
    if (!change || more.length > 0) throw new UsageError('--from must hold one object here')
    const team = await call.withAccount(async (ctx) => changeTeam(ctx, (await getTeamByName(ctx, call.positionals[0] ?? '')).id, change))
    call.print(withoutAccount(team), [lineOf(team)])
  },
}

function withoutAccount({ id, name, created_at, updated_at }: Team): Omit<Team, 'account_id'> {
  return { id, name, created_at, updated_at }
}

function lineOf(team: Team): string {
  return `${team.id}  ${team.name}`
}
