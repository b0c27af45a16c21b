import { readDateTime } from '../core/days.ts'
import { createKey, listKeys, revokeKey, type KeyInfo } from '../core/keys.ts'
import { ACCOUNT_FLAG, need, needNumber, UsageError, type Command } from './command.ts'

export const createKeyCommand: Command = {
  summary: 'Makes an API key; prints it once.',
  flags: {
    ...ACCOUNT_FLAG,
    name: { value: 'NAME', meaning: 'What it is for.' },
    site: { value: 'CODE', meaning: 'Limits it to this site.' },
    expires: { value: 'DATE', meaning: 'When it stops working, such as 2027-01-31 (as that day begins in the account\'s time zone); never where it is left out.' },
  },
  async run(call) {
    const name = need(call, 'name')
    const site_code = call.text('site')
    const expires = call.text('expires')
    const key = await call.withAccount((ctx) => createKey(ctx, {
      name, ...(site_code === undefined ? {} : { site_code }), ...(expires === undefined ? {} : { expires_at: readTime(expires, ctx.account.time_zone) }),
    }))
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

/** A day is its first moment in the account's time zone. */
function readTime(text: string, time_zone: string): Date {
  const time = readDateTime(/^[\d-]{10}$/.test(text) ? `${text}T00:00` : text, time_zone)
  if (!time) throw new UsageError('--expires must be a date, such as 2027-01-31, or a time, such as 2027-01-31T18:00:00Z')
  return time
}
