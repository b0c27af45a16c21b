import { Type } from 'typebox'
import { createAccount, listAccounts } from '../core/accounts.ts'
import { contextOf, type Account, type Ground } from '../core/context.ts'
import { createKey } from '../core/keys.ts'
import { createLoginLink } from '../core/login-links.ts'
import { transaction } from '../storage/database.ts'
import type { Call, Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts } from './drafts.ts'
import { loginUrl } from './user.ts'

const Draft = Type.Object({
  name: Type.String(), subdomain: Type.Optional(Type.String()), time_zone: Type.Optional(Type.String()),
  owner_email: Type.Optional(Type.String()), from_email: Type.Optional(Type.String()), locale: Type.Optional(Type.String()),
}, { additionalProperties: false })

export const createAccountCommand: Command = {
  summary: 'Makes an account with its owner and a key that is good for everything in it; prints both once.',
  flags: {
    name: { value: 'NAME', meaning: 'What it is called.' },
    subdomain: { value: 'WORD', meaning: 'Its short name; made of the name where it is left out.' },
    'time-zone': { value: 'ZONE', meaning: 'Such as Europe/Berlin; its days, weeks and quarters. UTC where it is left out.' },
    'owner-email': { value: 'ADDRESS', meaning: 'What its owner logs in with; owner@SUBDOMAIN.localhost where it is left out.' },
    'from-email': { value: 'ADDRESS', meaning: 'What its mails come from; feedback@SUBDOMAIN.localhost where it is left out.' },
    locale: { value: 'LOCALE', meaning: 'What its first surveys and templates are in, such as de or zh-CN; en where it is left out.' },
    ...FROM_FLAG,
  },
  async run(call) {
    const drafts = readDrafts(call, Draft, {
      name: call.text('name'), subdomain: call.text('subdomain'), time_zone: call.text('time-zone'), owner_email: call.text('owner-email'), from_email: call.text('from-email'), locale: call.text('locale'),
    })
    const made = await call.withGround((ground) => transaction(ground.db, async (tx) => {
      const results = []
      for (const draft of drafts) results.push(await openAccount(call, { ...ground, db: tx }, draft))
      return results
    }))
    call.print(oneOrList(made), made.flatMap(({ account, api_key, login_url }) => [
      `Account ${account.id}: ${account.name} (${account.subdomain}, ${account.time_zone})`, `API key, shown this once: ${api_key}`, `Log in as its owner, once within 24 hours: ${login_url}`,
    ]))
  },
}

export const listAccountsCommand: Command = {
  summary: 'Lists the accounts.',
  async run(call) {
    const accounts = await call.withGround(listAccounts)
    call.print(accounts.map(briefly), accounts.map((account) => `${account.id}  ${account.name}  ${account.subdomain}  ${account.time_zone}`))
  },
}

/** The account, its key and its owner's link come together or not at all. */
async function openAccount(call: Call, ground: Ground, draft: Parameters<typeof createAccount>[1]) {
  const { account, owner_id } = await createAccount(ground, draft)
  const ctx = contextOf(ground, account, { kind: 'system' })
  const { api_key } = await createKey(ctx, { name: 'first key' })
  const { token } = await createLoginLink(ctx, owner_id)
  return { account: briefly(account), api_key, login_url: loginUrl(call, token) }
}

function briefly({ id, name, subdomain, time_zone }: Account) {
  return { id, name, subdomain, time_zone }
}
