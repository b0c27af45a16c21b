import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A secret of so many random bytes, in letters that need no escaping in an address. */
export function makeToken(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

/** What is stored of it. It is random and long, so a plain hash tells nobody anything. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Whether it is the token that this is the hash of. */
export function checkToken(token: string, hash: Buffer | null): boolean {
  return hash !== null && timingSafeEqual(hashToken(token), hash)
}
