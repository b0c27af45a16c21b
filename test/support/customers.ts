import { randomUUID } from 'node:crypto'
import { basic } from './rated-case.ts'
import { createUser } from './users.ts'
import type { TestAccount, World } from './world.ts'

const PASSWORD = 'long enough for customers'

/** What a contact sends who logged in: the session that their password opened. Makes the log-in, so once for each contact. */
export async function asContact({ app, ground }: World, { account, ctx }: TestAccount, contact_id: number): Promise<Record<string, string>> {
  const { email, name } = await ground.db.selectFrom('contacts').select(['email', 'name']).where('account_id', '=', account.id).where('id', '=', contact_id).executeTakeFirstOrThrow()
  if (email === null) throw new Error('a contact without an address cannot log in')
  const user = await createUser(ctx, { email, name: name ?? email, role: 'customer', password: PASSWORD })
  if (user.contact_id !== contact_id) throw new Error('another contact has this address')
  const opened = await app.inject({ url: '/api/v1/session', headers: basic(email, PASSWORD) })
  return { 'x-session-id': opened.json().session_id, 'x-csrf-token': String(opened.headers['x-csrf-token']) }
}

/** What a visitor sends who was never here before: the fingerprint that their client made up, to the account's own host. */
export function asVisitor({ account }: TestAccount): Record<string, string> {
  return { 'x-fingerprint-id': randomUUID(), host: `${account.subdomain}.example.com` }
}
