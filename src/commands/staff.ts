import { Type } from 'typebox'
import { changeStaffMember, createStaffMember, listStaff, type StaffMember } from '../core/staff.ts'
import { ACCOUNT_FLAG, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'

const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const Draft = Type.Object({ code: Type.String(), name: Type.String(), email: Text, time_zone: Text, team: Text }, { additionalProperties: false })
const Change = Type.Object({ name: Type.Optional(Type.String()), email: Text, time_zone: Text, team: Text, deactivated: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

const FLAGS = {
  ...ACCOUNT_FLAG,
  name: { value: 'NAME', meaning: 'Their name.' },
  email: { value: 'ADDRESS', meaning: 'Their e-mail address.' },
  'time-zone': { value: 'ZONE', meaning: 'Such as Europe/Berlin.' },
  team: { value: 'NAME', meaning: 'The team that they are in.' },
  ...FROM_FLAG,
} as const

export const createStaffCommand: Command = {
  summary: 'Makes a staff member.',
  flags: { code: { value: 'CODE', meaning: 'The account\'s own identifier of them.' }, ...FLAGS },
  async run(call) {
    const drafts = readDrafts(call, Draft, { code: call.text('code'), ...fieldsOf(call) })
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
  flags: { ...FLAGS, deactivate: { meaning: 'They left; reports keep what they did.' }, activate: { meaning: 'They are back.' } },
  async run(call) {
    if (call.isSet('deactivate') && call.isSet('activate')) throw new UsageError('--deactivate and --activate exclude each other')
    const deactivated = call.isSet('deactivate') ? true : call.isSet('activate') ? false : undefined
    const [change = {}, ...more] = readDrafts(call, Change, { ...fieldsOf(call), deactivated })
    if (more.length > 0) throw new UsageError('--from must hold one object here')
    const member = await call.withAccount((ctx) => changeStaffMember(ctx, call.positionals[0] ?? '', change))
    call.print(withoutAccount(member), [lineOf(member)])
  },
}

function fieldsOf(call: Call): Record<string, unknown> {
  return { name: call.text('name'), email: call.text('email'), time_zone: call.text('time-zone'), team: call.text('team') }
}

function withoutAccount(member: StaffMember): Omit<StaffMember, 'account_id'> {
  const { id, code, name, first_name, surname, email, time_zone, team_id, deactivated_at, created_at, updated_at } = member
  return { id, code, name, first_name, surname, email, time_zone, team_id, deactivated_at, created_at, updated_at }
}

function lineOf(member: StaffMember): string {
  return `${member.id}  ${member.code}  ${member.name}${member.email ? `  ${member.email}` : ''}${member.deactivated_at ? '  deactivated' : ''}`
}
