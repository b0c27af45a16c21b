import Fastify, { type FastifyInstance } from 'fastify'
import { foldPath } from '../../src/dialects/kayako/paths.ts'
import { kayako } from '../../src/dialects/kayako/plugin.ts'
import type { TestAccount, World } from './world.ts'

const HEADER = 'x-test-customer'

/** The part of the server that customers use, for those whom `asContact` and `asVisitor` let in. */
export async function customerApp({ ground, config }: World, accounts: readonly TestAccount[]): Promise<FastifyInstance> {
  const app = Fastify({ rewriteUrl: ({ url }) => foldPath(url ?? '/'), routerOptions: { maxParamLength: 16_384 } })
  await app.register(kayako, {
    ground, public_url: config.public_url, secret: config.secret,
    async findCustomer({ headers }) {
      const [account_id, contact_id, fingerprint_id] = String(headers[HEADER] ?? '').split('/').map((id) => (id === '' ? null : Number(id)))
      const found = accounts.find(({ account }) => account.id === account_id)
      return found ? { account: found.account, actor: { kind: 'customer', contact_id: contact_id ?? null, fingerprint_id: fingerprint_id ?? null } } : null
    },
  })
  return app
}

/** What a contact who logged in sends. */
export function asContact({ account }: TestAccount, contact_id: number): Record<string, string> {
  return { [HEADER]: `${account.id}/${contact_id}/` }
}

/** What a visitor sends who is known by a fingerprint only. */
export function asVisitor({ account }: TestAccount, fingerprint_id: number): Record<string, string> {
  return { [HEADER]: `${account.id}//${fingerprint_id}` }
}
