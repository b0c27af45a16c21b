import { sql, type Selectable } from 'kysely'
import type { Tx } from '../storage/database.ts'
import type { BlockRow } from '../storage/schema.ts'
import { canonicalDomain, canonicalEmail, isEmail } from './checks.ts'
import type { Context } from './context.ts'
import { Invalid, NotFound } from './errors.ts'
import { plainNumber } from './reach.ts'
import { toE164 } from './telephone-numbers.ts'

/** What the account itself sends nothing to. The pattern is in lower case; a domain means its sub-domains too, a number is in E.164. `came_by`: an address that came back is blocked without anybody's doing. */
export interface Block extends Omit<Selectable<BlockRow>, 'account_id'> {
  kind: 'address' | 'domain' | 'number'
}

/** Blocks an e-mail address, a domain (`example.com`, or `@example.com`) or a telephone number (with its country's code, or as it is dialled in the account's country). One that is blocked already stays as it is. Throws Invalid. */
export async function addBlock(ctx: Context, text: string): Promise<Block> {
  const pattern = readPattern(ctx, text)
  await ctx.db.insertInto('blocks').values({ account_id: ctx.account.id, pattern, created_at: ctx.now() }).onConflict((conflict) => conflict.doNothing()).execute()
  return toBlock(await ctx.db.selectFrom('blocks').select(['pattern', 'created_at', 'came_by']).where('account_id', '=', ctx.account.id).where('pattern', '=', pattern).executeTakeFirstOrThrow())
}

/** Lifts a block; what was not sent because of it stays so, and what a customer opted out of does too. What stands in the list is found as it stands there, also where it could not be blocked any more. Throws Invalid and NotFound. */
export async function removeBlock(ctx: Context, text: string): Promise<Block> {
  const listed = await deleteBlock(ctx, text.trim().toLowerCase())
  if (listed) return listed
  const pattern = readPattern(ctx, text)
  const block = await deleteBlock(ctx, pattern)
  if (!block) throw new NotFound(`the account does not block ${pattern}`)
  return block
}

/** One page of the account's blocks, by pattern, and how many there are. */
export async function listBlocks(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: Block[], total: number }> {
  const own = ctx.db.selectFrom('blocks').where('account_id', '=', ctx.account.id)
  const rows = await own.select(['pattern', 'created_at', 'came_by']).orderBy('pattern').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows: rows.map(toBlock), total }
}

async function deleteBlock(ctx: Context, pattern: string): Promise<Block | null> {
  const row = await ctx.db.deleteFrom('blocks').where('account_id', '=', ctx.account.id).where('pattern', '=', pattern).returning(['pattern', 'created_at', 'came_by']).executeTakeFirst()
  return row ? toBlock(row) : null
}

/** Blocks the e-mail address of an invitation, since nobody has it. What is blocked already stays as it is, and an address that is to be deleted is kept nowhere. */
export async function blockRecipient(tx: Tx, { account_id, invitation_id }: { account_id: number, invitation_id: number }, now: Date): Promise<void> {
  await sql`insert into blocks (account_id, pattern, created_at, came_by)
    select v.account_id, lower(v.email), ${now}::timestamptz, 'bounce' from invitations v where v.account_id = ${account_id} and v.id = ${invitation_id} and v.email is not null and v.deletion_requested_at is null
    on conflict (account_id, pattern) do nothing`.execute(tx)
}

/** Texts go to numbers in E.164 only, so a block of a number that is written otherwise would never match. */
function readPattern({ account: { country } }: Context, text: string): string {
  const pattern = text.trim().toLowerCase()
  if (NUMBER.test(plainNumber(pattern))) return readNumber(pattern, country)
  const domain = pattern.replace(/^@/, '')
  if (isDomain(domain)) return canonicalDomain(domain)
  if (isEmail(pattern)) return canonicalEmail(pattern)
  throw new Invalid([{ field: 'block', code: 'invalid_format', info: { message: 'must be an e-mail address, a domain such as example.com, or a telephone number' } }])
}

function readNumber(text: string, country: string | null): string {
  const number = toE164(text, country)
  if (number !== null) return number
  const message = country === null ? 'must have + and its country\'s code, if it is a telephone number: the account has no country' : `must be dialled so in ${country}, or have + and its country's code, if it is a telephone number`
  throw new Invalid([{ field: 'block', code: 'invalid_format', info: { message } }])
}

/** Of two labels at least: a block of all of `com` would be a slip. */
function isDomain(text: string): boolean {
  return text.includes('.') && isEmail(`x@${text}`)
}

const NUMBER = /^\+?\d{5,15}$/

function toBlock(block: Omit<Block, 'kind'>): Block {
  return { kind: block.pattern.includes('@') ? 'address' : NUMBER.test(block.pattern) ? 'number' : 'domain', ...block }
}
