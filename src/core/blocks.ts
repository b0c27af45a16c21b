import type { Selectable } from 'kysely'
import type { BlockRow } from '../storage/schema.ts'
import { isEmail } from './checks.ts'
import type { Context } from './context.ts'
import { Invalid, NotFound } from './errors.ts'
import { plainNumber } from './reach.ts'

/** What the account itself sends nothing to. The pattern is in lower case; a domain means its sub-domains too, a number has no separators. */
export interface Block extends Omit<Selectable<BlockRow>, 'account_id'> {
  kind: 'address' | 'domain' | 'number'
}

/** Blocks an e-mail address, a domain (`example.com`, or `@example.com`) or a telephone number. One that is blocked already stays as it is. Throws Invalid. */
export async function addBlock(ctx: Context, text: string): Promise<Block> {
  const pattern = readPattern(text)
  await ctx.db.insertInto('blocks').values({ account_id: ctx.account.id, pattern, created_at: ctx.now() }).onConflict((conflict) => conflict.doNothing()).execute()
  return toBlock(await ctx.db.selectFrom('blocks').select(['pattern', 'created_at']).where('account_id', '=', ctx.account.id).where('pattern', '=', pattern).executeTakeFirstOrThrow())
}

/** Lifts a block; what was not sent because of it stays so, and what a customer opted out of does too. Throws Invalid and NotFound. */
export async function removeBlock(ctx: Context, text: string): Promise<Block> {
  const pattern = readPattern(text)
  const row = await ctx.db.deleteFrom('blocks').where('account_id', '=', ctx.account.id).where('pattern', '=', pattern).returning(['pattern', 'created_at']).executeTakeFirst()
  if (!row) throw new NotFound(`the account does not block ${pattern}`)
  return toBlock(row)
}

/** One page of the account's blocks, by pattern, and how many there are. */
export async function listBlocks(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: Block[], total: number }> {
  const own = ctx.db.selectFrom('blocks').where('account_id', '=', ctx.account.id)
  const rows = await own.select(['pattern', 'created_at']).orderBy('pattern').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows: rows.map(toBlock), total }
}

function readPattern(text: string): string {
  const pattern = text.trim().toLowerCase()
  if (NUMBER.test(plainNumber(pattern))) return plainNumber(pattern)
  const domain = pattern.replace(/^@/, '')
  if (isDomain(domain)) return domain
  if (isEmail(pattern)) return pattern
  throw new Invalid([{ field: 'block', code: 'invalid_format', info: { message: 'must be an e-mail address, a domain such as example.com, or a telephone number' } }])
}

/** Of two labels at least: a block of all of `com` would be a slip. */
function isDomain(text: string): boolean {
  return text.includes('.') && isEmail(`x@${text}`)
}

const NUMBER = /^\+?\d{5,15}$/

function toBlock({ pattern, created_at }: Omit<Block, 'kind'>): Block {
  return { kind: pattern.includes('@') ? 'address' : NUMBER.test(pattern) ? 'number' : 'domain', pattern, created_at }
}
