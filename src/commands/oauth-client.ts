import { Type } from 'typebox'
import { changeClient, createClient, GRANTS, listClients, revokeClient, type OauthClient } from '../core/oauth/clients.ts'
import { SCOPES } from '../core/oauth/scopes.ts'
import type { Context } from '../core/context.ts'
import { ACCOUNT_FLAG, needNumber, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'
import { findUserId } from './user.ts'

const Words = Type.Array(Type.String())
const Draft = Type.Object({
  name: Type.String(), redirect_uris: Type.Optional(Words), scopes: Type.Optional(Words), grants: Type.Optional(Words), user: Type.Optional(Type.String()), is_public: Type.Optional(Type.Boolean()),
}, { additionalProperties: false })
const Change = Type.Object({
  name: Type.Optional(Type.String()), redirect_uris: Type.Optional(Words), scopes: Type.Optional(Words), grants: Type.Optional(Words), user: Type.Optional(Type.String()),
}, { additionalProperties: false })

const FLAGS = {
  ...ACCOUNT_FLAG,
  name: { value: 'NAME', meaning: 'What people are told that it is called.' },
  'redirect-uris': { value: 'URIS', meaning: 'Where browsers are sent back to, by comma.' },
  scopes: { value: 'SCOPES', meaning: `What it may be let into, by comma; conversations where they are left out. Of ${SCOPES.filter((scope) => !scope.includes(':')).join(', ')}, each alone or with :read or :write.` },
  grants: { value: 'GRANTS', meaning: `How it gets tokens, by comma: ${GRANTS.join(', ')}; the first two where they are left out.` },
  user: { value: 'ID|ADDRESS', meaning: 'For whom it acts by client_credentials.' },
  ...FROM_FLAG,
} as const

export const createClientCommand: Command = {
  summary: 'Makes an OAuth client; prints its secret once.',
  flags: { ...FLAGS, public: { meaning: 'It could keep no secret, as an app or a page in a browser: it gets none, and has to use PKCE.' } },
  async run(call) {
    const drafts = readDrafts(call, Draft, { ...fieldsOf(call), is_public: call.isSet('public') ? true : undefined })
    const clients = await call.withAccount((ctx) => writeAll(ctx, drafts, async (tx, draft) => createClient(tx, await withUser(tx, draft))))
    call.print(oneOrList(clients.map(withoutAccount)), clients.flatMap((client) => [
      lineOf(client), `Client id: ${client.client_id}`, client.client_secret === null ? 'It has no secret.' : `Client secret, shown this once: ${client.client_secret}`,
    ]))
  },
}

export const listClientsCommand: Command = {
  summary: 'Lists the account\'s OAuth clients.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const clients = await call.withAccount(listClients)
    call.print(clients.map(withoutAccount), clients.map(lineOf))
  },
}

export const changeClientCommand: Command = {
  summary: 'Changes an OAuth client; fields that are left out stay. Tokens that are out lose what it loses.',
  positionals: ['ID'],
  flags: FLAGS,
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    const [change = {}, ...more] = readDrafts(call, Change, fieldsOf(call))
    if (more.length > 0) throw new UsageError('--from must hold one object here')
    const client = await call.withAccount(async (ctx) => changeClient(ctx, id, await withUser(ctx, change)))
    call.print(withoutAccount(client), [lineOf(client)])
  },
}

export const revokeClientCommand: Command = {
  summary: 'Ends an OAuth client and all its tokens at once and for good.',
  positionals: ['ID'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    await call.withAccount((ctx) => revokeClient(ctx, id))
    call.print({ id, revoked: true }, [`Client ${id} is revoked.`])
  },
}

function fieldsOf(call: Call): Record<string, unknown> {
  return { name: call.text('name'), redirect_uris: listOf(call.text('redirect-uris')), scopes: listOf(call.text('scopes')), grants: listOf(call.text('grants')), user: call.text('user') }
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((word) => word.trim()).filter((word) => word !== '')
}

async function withUser<T extends { user?: string }>(ctx: Context, { user, ...fields }: T): Promise<Omit<T, 'user'> & { user_id?: number }> {
  return user === undefined ? fields : { ...fields, user_id: await findUserId(ctx, user) }
}

function withoutAccount<T extends OauthClient>({ account_id: _, ...client }: T): Omit<T, 'account_id'> {
  return client
}

function lineOf(client: OauthClient): string {
  return `${client.id}  ${client.name}  ${client.client_id}  ${client.grants.join(',')}  ${client.scopes.join(',')}${client.is_public ? '  public' : ''}${client.revoked_at ? `  revoked ${client.revoked_at.toISOString()}` : ''}`
}
