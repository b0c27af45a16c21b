import { createKey, listKeys, revokeKey, type KeyInfo } from '../core/keys.ts'
import { ACCOUNT_FLAG, need, needNumber, UsageError, type Command } from './command.ts'

export const createKeyCommand: Command = {
  summary: 'Makes an API key; prints it once.',
  flags: {
    ...ACCOUNT_FLAG,
    name: { value: 'NAME', meaning: 'What it is for.' },
    site: { value: 'CODE', meaning: 'Limits it to this site.' },
    expires: { value: 'DATE', meaning: 'When it stops working, such as 2027-01-31; never where it is left out.' },
  },
  async run(call) {
    const name = need(call, 'name')
    const site_code = call.text('site')
    const expires_at = readTime(call.text('expires'))
    const key = await call.withAccount((ctx) => createKey(ctx, { name, ...(site_code === undefined ? {} : { site_code }), ...(expires_at && { expires_at }) }))
    call.print(key, [`Key ${key.id}: ${name}`, `API key, shown this once: ${key.api_key}`, `Client id: ${key.client_id}`, `Client secret, shown this once: ${key.client_secret}`])
  },
}

export const listKeysCommand: Command = {
  summary: 'Lists the account\'s API keys.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const keys = await call.withAccount(listKeys)
    call.print(keys, keys.map((key) => `${key.id}  ${key.name}  ${key.site_code ?? 'all sites'}  ${stateOf(key)}`))
  },
}

export const revokeKeyCommand: Command = {
  summary: 'Ends an API key at once and for good.',
  positionals: ['ID'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    await call.withAccount((ctx) => revokeKey(ctx, id))
    call.print({ id, revoked: true }, [`Key ${id} is revoked.`])
  },
}

function stateOf(key: KeyInfo): string {
  if (key.revoked_at) return `revoked ${key.revoked_at.toISOString()}`
  const use = key.last_used_at ? `last used ${key.last_used_at.toISOString()}` : 'never used'
  return key.expires_at ? `${use}, expires ${key.expires_at.toISOString()}` : use
}

function readTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new UsageError('--expires must be a date, such as 2027-01-31')
  return time
}
