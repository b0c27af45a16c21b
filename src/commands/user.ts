import { Type } from 'typebox'
import type { Context } from '../core/context.ts'
import { NotFound } from '../core/errors.ts'
import { createLoginLink } from '../core/login-links.ts'
import { disableSecondFactor, enableSecondFactor } from '../core/second-factors.ts'
import { changeUser, createUser, listUsers, ROLES, type User } from '../core/users.ts'
import { ACCOUNT_FLAG, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'

const Role = Type.Union([Type.Literal('owner'), Type.Literal('admin'), Type.Literal('agent'), Type.Literal('collaborator'), Type.Literal('customer')])
const StaffCode = Type.Union([Type.String(), Type.Null()])
const Draft = Type.Object({
  email: Type.String(), name: Type.String(), role: Role, password: Type.Optional(Type.String()), staff_code: Type.Optional(StaffCode),
}, { additionalProperties: false })
const Change = Type.Object({
  email: Type.Optional(Type.String()), name: Type.Optional(Type.String()), role: Type.Optional(Role), password: Type.Optional(Type.String()),
  staff_code: Type.Optional(StaffCode), disabled: Type.Optional(Type.Boolean()),
}, { additionalProperties: false })

const FLAGS = {
  ...ACCOUNT_FLAG,
  email: { value: 'ADDRESS', meaning: 'What they log in with; a customer is the contact who has it.' },
  name: { value: 'NAME', meaning: 'Their name.' },
  role: { value: 'ROLE', meaning: `${ROLES.join(', ')}.` },
  staff: { value: 'CODE', meaning: 'The staff member that they are.' },
  ...FROM_FLAG,
} as const

/** A password on the command line would be seen by every user of the machine: it comes by --from, or is set after a log-in link. */
export const createUserCommand: Command = {
  summary: 'Makes a user, who logs in with a password (field password of --from) or by `user link`.',
  flags: FLAGS,
  async run(call) {
    const drafts = readDrafts(call, Draft, fieldsOf(call))
    const users = await call.withAccount((ctx) => writeAll(ctx, drafts, createUser))
    call.print(oneOrList(users), users.map(lineOf))
  },
}

export const listUsersCommand: Command = {
  summary: 'Lists the account\'s users.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const users = await call.withAccount(listUsers)
    call.print(users, users.map(lineOf))
  },
}

export const changeUserCommand: Command = {
  summary: 'Changes a user; fields that are left out stay. Password by --from (field password).',
  positionals: ['ID|ADDRESS'],
  flags: { ...FLAGS, disable: { meaning: 'Keeps them out, and ends their sessions.' }, enable: { meaning: 'Lets them in again.' } },
  async run(call) {
    if (call.isSet('disable') && call.isSet('enable')) throw new UsageError('--disable and --enable exclude each other')
    const disabled = call.isSet('disable') ? true : call.isSet('enable') ? false : undefined
    const [change = {}, ...more] = readDrafts(call, Change, { ...fieldsOf(call), disabled })
    if (more.length > 0) throw new UsageError('--from must hold one object here')
    const user = await call.withAccount(async (ctx) => changeUser(ctx, await findUserId(ctx, call.positionals[0] ?? ''), change))
    call.print(user, [lineOf(user)])
  },
}

export const linkUserCommand: Command = {
  summary: 'Makes a link that logs a user in, once within 24 hours.',
  positionals: ['ID|ADDRESS'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const { token, expires_at } = await call.withAccount(async (ctx) => createLoginLink(ctx, await findUserId(ctx, call.positionals[0] ?? '')))
    call.print({ login_url: loginUrl(call, token), expires_at }, [loginUrl(call, token)])
  },
}

export const totpUserCommand: Command = {
  summary: 'Gives a user a second factor (an authenticator app\'s codes), or takes it away. Enabling ends their sessions and their clients\' tokens.',
  positionals: ['enable|disable', 'ID|ADDRESS'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const [what, id_or_email = ''] = call.positionals
    if (what !== 'enable' && what !== 'disable') throw new UsageError(`${what} is neither enable nor disable`)
    await call.withAccount(async (ctx) => {
      const id = await findUserId(ctx, id_or_email)
      if (what === 'disable') {
        await disableSecondFactor(ctx, id)
        return call.print({ id, has_second_factor: false }, [`User ${id} logs in by the password alone.`])
      }
      const { otpauth_url } = await enableSecondFactor(ctx, id, call.config.secret)
      call.print({ id, has_second_factor: true, otpauth_url }, ['For their authenticator app, shown this once:', otpauth_url])
    })
  },
}

/** The address of a log-in link. */
export function loginUrl(call: Call, token: string): string {
  return `${call.config.public_url}/login/${token}`
}

function fieldsOf(call: Call): Record<string, unknown> {
  return { email: call.text('email'), name: call.text('name'), role: call.text('role'), staff_code: call.text('staff') }
}

/** Throws NotFound. */
export async function findUserId(ctx: Context, id_or_email: string): Promise<number> {
  const text = id_or_email.toLowerCase()
  const user = (await listUsers(ctx)).find(({ id, email }) => String(id) === text || email.toLowerCase() === text)
  if (!user) throw new NotFound(`the account has no user ${id_or_email}`)
  return user.id
}

function lineOf(user: User): string {
  return `${user.id}  ${user.name}  ${user.email}  ${user.role}${user.disabled_at ? '  disabled' : ''}${user.has_password ? '' : '  no password'}${user.has_second_factor ? '  second factor' : ''}`
}
