import Fastify, { type FastifyInstance } from 'fastify'
import { contextOf } from '../../src/core/context.ts'
import { openSession } from '../../src/core/sessions.ts'
import { createUser } from '../../src/core/users.ts'
import { foldPath } from '../../src/dialects/kayako/paths.ts'
import { kayako } from '../../src/dialects/kayako/plugin.ts'
import type { TestAccount, World } from './world.ts'

/** The part of the server that customers use. */
export async function customerApp({ ground, config }: World): Promise<FastifyInstance> {
  const app = Fastify({ rewriteUrl: ({ url }) => foldPath(url ?? '/'), routerOptions: { maxParamLength: 16_384 } })
  await app.register(kayako, { ground, public_url: config.public_url, secret: config.secret })
  return app
}

/** What a contact sends who has logged in; they become a user by that, if they are none yet. */
export async function asContact({ ground }: World, { account, ctx }: TestAccount, contact_id: number): Promise<Record<string, string>> {
  const contact = await ctx.db.selectFrom('contacts').select(['email', 'name']).where('account_id', '=', account.id).where('id', '=', contact_id).executeTakeFirstOrThrow()
  const known = await ctx.db.selectFrom('users').select('id').where('account_id', '=', account.id).where('contact_id', '=', contact_id).executeTakeFirst()
  if (!known) await createUser(ctx, { email: contact.email ?? '', name: contact.name ?? 'Customer', role: 'customer' })
  const { session_id, csrf_token } = await openSession(contextOf(ground, account, { kind: 'customer', contact_id, fingerprint_id: null }))
  return { 'x-session-id': session_id, 'x-csrf-token': csrf_token }
}

/** What a visitor sends who is known by a fingerprint only: that of this number. */
export function asVisitor({ account }: TestAccount, number: number): Record<string, string> {
  return { host: `${account.subdomain}.example.com`, 'x-fingerprint-id': `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` }
}
