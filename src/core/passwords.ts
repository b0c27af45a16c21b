import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** What a guess costs: 16 MB and about a tenth of a second. Kept with every hash, so that it can be raised later. */
const COST = { N: 16_384, r: 8, p: 5 }
const HASH_BYTES = 32

/** A password as it is stored: `scrypt$N$r$p$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/** Whether it is the password. Takes as long where there is none to compare with, so that nobody learns who has one. */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt, hash] = (stored ?? NOBODYS).split('$')
  const expected = Buffer.from(hash ?? '', 'base64url')
  const actual = await derive(password, Buffer.from(salt ?? '', 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(expected, actual) && stored !== null
}

const NOBODYS = ['scrypt', COST.N, COST.r, COST.p, Buffer.alloc(16).toString('base64url'), Buffer.alloc(HASH_BYTES).toString('base64url')].join('$')

/** Composed and decomposed letters are the same password: keyboards differ. */
function derive(password: string, salt: Buffer, cost: { N: number, r: number, p: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, { ...cost, maxmem: 256 * cost.N * cost.r }, (error, hash) => (error ? reject(error) : resolve(hash)))
  })
}
