import { createHmac, timingSafeEqual } from 'node:crypto'

/** What every authenticator app takes for granted, so that no others are offered (RFC 6238: HMAC-SHA-1, 30 seconds, 6 digits). */
const STEP_SECONDS = 30
const DIGITS = 6
/** Clocks differ, and people type slowly: the step before and the one after will do, too. */
const STEPS_OFF = 1

/** The code of a time step (HOTP, RFC 4226). */
export function codeAt(secret: Buffer, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', secret).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 0x0f
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

/** The step that this code belongs to, of those that are near enough to now; null where it is none of theirs. Takes the same time for every code. */
export function findStep(secret: Buffer, code: string, now: Date): number | null {
  const present = stepAt(now)
  const steps = Array.from({ length: 2 * STEPS_OFF + 1 }, (_, index) => present - STEPS_OFF + index)
  const given = Buffer.from(code.replaceAll(/\s/g, ''))
  const matching = steps.filter((step) => sameBytes(Buffer.from(codeAt(secret, step)), given))
  return matching.at(-1) ?? null
}

/** The time step of a moment. */
export function stepAt(time: Date): number {
  return Math.floor(time.getTime() / 1000 / STEP_SECONDS)
}

/** What an authenticator app reads, mostly as a QR code: whose it is, and the secret in base 32. */
export function otpauthUrl(issuer: string, name: string, secret: Buffer): string {
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(name)}?secret=${toBase32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`
}

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, without padding, as the apps want it. */
export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE_32[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
