import type { Context, Ground } from './context.ts'
import { Forbidden } from './errors.ts'
import { addressBlock, checkLimit, countHit } from './rate-limits.ts'
import { hashToken } from './secret-tokens.ts'

const WINDOW_SECONDS = 600
const WRITES = 200
const WRONG_SECRETS = 50
const SECRET_CALLS = 2000

/**
 * A customer may begin 200 conversations, or rate so often, in ten minutes. Fingerprints are anybody's to invent, so that visitors are counted by their network address. Others are not limited.
 * Throws LimitReached.
 */
export async function limitCustomer(ctx: Context, client_address: string | null): Promise<void> {
  if (ctx.actor.kind !== 'customer') return
  const { contact_id, fingerprint_id } = ctx.actor
  const who = fingerprint_id === null ? `contact ${contact_id}` : `visitors at ${placeOf(client_address)}`
  await countHit(ctx, `${ctx.account.id} ${who}`, WRITES, WINDOW_SECONDS)
}

/** Does what a secret lets do, while its network address has not tried too many: in ten minutes 50 that were refused as Forbidden, or 2000 calls in all. Throws LimitReached. */
export async function limitSecrets<T>(ground: Ground, client_address: string | null, call: () => Promise<T>): Promise<T> {
  const place = placeOf(client_address)
  await checkLimit(ground, `wrong hash ${place}`, WRONG_SECRETS, WINDOW_SECONDS)
  await countHit(ground, `hash ${place}`, SECRET_CALLS, WINDOW_SECONDS)
  try {
    return await call()
  } catch (error) {
    if (error instanceof Forbidden) await countHit(ground, `wrong hash ${place}`, WRONG_SECRETS, WINDOW_SECONDS)
    throw error
  }
}

function placeOf(client_address: string | null): string {
  return hashToken(addressBlock(client_address ?? 'unknown')).toString('base64url')
}
