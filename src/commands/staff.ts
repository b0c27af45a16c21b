import { Type } from 'typebox'
import { changeStaffMember, createStaffMember, listStaff, type StaffMember } from '../core/staff.ts'
import { ACCOUNT_FLAG, readYesNo, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'

const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const Name = { name: Type.Optional(Type.String()), first_name: Text, surname: Text }
const Draft = Type.Object({ code: Type.String(), ...Name, email: Text, time_zone: Text, team: Text }, { additionalProperties: false })
const Change = Type.Object({ code: Type.Optional(Type.String()), ...Name, email: Text, time_zone: Text, team: Text, deactivated: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

const FLAGS = {
  ...ACCOUNT_FLAG,
  code: { value: 'CODE', meaning: 'The account\'s own identifier of them.' },
  name: { value: 'NAME', meaning: 'Their name; made of the two parts of it where they are given instead.' },
  'first-name': { value: 'NAME', meaning: 'Their given name, where it is not what stands before the last space of the name.' },
  surname: { value: 'NAME', meaning: 'Their family name.' },
  email: { value: 'ADDRESS', meaning: 'Their e-mail address.' },
  'time-zone': { value: 'ZONE', meaning: 'Such as Europe/Berlin.' },
  team: { value: 'NAME', meaning: 'The team that they are in.' },
  ...FROM_FLAG,
} as const

export const createStaffCommand: Command = {
  summary: 'Makes a staff member.',
  flags: FLAGS,
  async run(call) {
    const drafts = readDrafts(call, Draft, fieldsOf(call))
    const staff = await call.withAccount((ctx) => writeAll(ctx, drafts, createStaffMember))
    call.print(oneOrList(staff.map(withoutAccount)), staff.map(lineOf))
  },
}

export const listStaffCommand: Command = {
  summary: 'Lists the account\'s staff.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const staff = await call.withAccount(listStaff)
    call.print(staff.map(withoutAccount), staff.map(lineOf))
  },
}

export const changeStaffCommand: Command = {
  summary: 'Changes a staff member; fields that are left out stay.',
  positionals: ['CODE'],
  flags: {
    ...FLAGS,
    deactivated: { value: 'yes|no', meaning: 'yes: they left; reports keep what they did. no: they are back.' },
    deactivate: { meaning: 'The same as --deactivated yes.' },
    activate: { meaning: 'The same as --deactivated no.' },
  },
  async run(call) {
    const deactivated = readDeactivated(call)
    const [change = {}, ...more] = readDrafts(call, Change, { ...fieldsOf(call), deactivated })
    if (more.length > 0) throw new UsageError('--from must hold one object here')
    const member = await call.withAccount((ctx) => changeStaffMember(ctx, call.positionals[0] ?? '', change))
    call.print(withoutAccount(member), [lineOf(member)])
  },
}

function readDeactivated(call: Call): boolean | undefined {
  const given = [readYesNo(call, 'deactivated'), ...call.isSet('deactivate') ? [true] : [], ...call.isSet('activate') ? [false] : []].filter((one) => one !== undefined)
  if (given.length > 1) throw new UsageError('--deactivated, --deactivate and --activate exclude each other')
  return given[0]
}

function fieldsOf(call: Call): Record<string, unknown> {
  return { code: call.text('code'), name: call.text('name'), first_name: call.text('first-name'), surname: call.text('surname'), email: call.text('email'), time_zone: call.text('time-zone'), team: call.text('team') }
}

function withoutAccount(member: StaffMember): Omit<StaffMember, 'account_id'> {
  const { id, code, name, first_name, surname, email, time_zone, team_id, deactivated_at, created_at, updated_at } = member
  return { id, code, name, first_name, surname, email, time_zone, team_id, deactivated_at, created_at, updated_at }
}

function lineOf(member: StaffMember): string {
  return `${member.id}  ${member.code}  ${member.name}${member.email ? `  ${member.email}` : ''}${member.deactivated_at ? '  deactivated' : ''}`
}
