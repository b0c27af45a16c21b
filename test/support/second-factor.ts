import { codeAt, stepAt } from '../../src/core/one-time-codes.ts'
import { enableSecondFactor } from '../../src/core/second-factors.ts'
import type { Context } from '../../src/core/context.ts'
import type { World } from './world.ts'

/** Gives a user a second factor; what their app shows, now or so many steps of 30 seconds later. */
export async function giveSecondFactor(world: World, ctx: Context, user_id: number): Promise<(later?: number) => string> {
  const { otpauth_url } = await enableSecondFactor(ctx, user_id, world.config.secret)
  const secret = fromBase32(new URL(otpauth_url).searchParams.get('secret') ?? '')
  return (later = 0) => codeAt(secret, stepAt(world.clock.now()) + later)
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
