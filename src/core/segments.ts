import { sql, type Selectable } from 'kysely'
import { transaction, type Db, type Tx } from '../storage/database.ts'
import { recordset, unnested } from '../storage/recordset.ts'
import type { SegmentRow } from '../storage/schema.ts'
import { checkText, checked, given, isUniqueViolation } from './checks.ts'
import type { Context } from './context.ts'
import { Invalid, NotFound, type Fault } from './errors.ts'

export type Segment = Selectable<SegmentRow>
/** With how many different values there have been. */
export type SegmentView = Segment & { option_count: number }

/** A key by which reports are split. A pair of data belongs to it whose key is the same, letter by letter. */
export interface SegmentDraft { key: string, name: string }

/** Fields that are left out stay as they are. An archived segment takes no more values; what has them keeps them. */
export interface SegmentChange { name?: string, archived?: boolean }

export const MAX_SEGMENTS = 50
export const MAX_OPTIONS = 10_000

/** Those that are built in: what has these keys is a code. */
const CODES = ['site_code', 'staff_code']

/** Pairs of these keys have a meaning of their own. */
const OWN_MEANING = [...CODES, 'name', 'email', 'telephone_number', 'company_name', 'postcode', 'reference', 'machine_id']

/** Makes a segment; invitations that are accepted from now on are sorted by it. Throws Invalid, also for a key that is taken or means something else, and for the 51st. */
export async function createSegment(ctx: Context, draft: SegmentDraft): Promise<SegmentView> {
  checked([checkText('key', draft.key, 30) ?? checkKey(draft.key), checkText('name', draft.name, 100)])
  const account_id = ctx.account.id
  return transaction(ctx.db, async (tx) => {
    await tx.selectFrom('accounts').select('id').where('id', '=', account_id).forNoKeyUpdate().execute() // one at a time, so that the count holds
    const { count } = await tx.selectFrom('segments').select((eb) => eb.fn.countAll<number>().as('count')).where('account_id', '=', account_id).executeTakeFirstOrThrow()
    if (count >= MAX_SEGMENTS) throw new Invalid([{ field: 'key', code: 'custom', info: { message: `is one too many: an account has at most ${MAX_SEGMENTS} segments` } }])
    const now = ctx.now()
    const insert = tx.insertInto('segments').values({ account_id, key: draft.key, name: draft.name, created_at: now, updated_at: now })
    return { ...await insert.returningAll().executeTakeFirstOrThrow().catch(refuseTakenKey), option_count: 0 }
  })
}

/** Changes a segment, found by its key. Throws NotFound and Invalid. */
export async function changeSegment(ctx: Context, key: string, { name, archived }: SegmentChange): Promise<SegmentView> {
  checked([given(name, (text) => checkText('name', text, 100))])
  const now = ctx.now()
  const changes = { ...name !== undefined && { name }, ...archived !== undefined && { archived_at: archived ? now : null }, updated_at: now }
  const segment = await ctx.db.updateTable('segments').set(changes).where('account_id', '=', ctx.account.id).where('key', '=', key).returning('id').executeTakeFirst()
  const [view] = segment ? await viewSegments(ctx).where('s.id', '=', segment.id).execute() : []
  if (!view) throw new NotFound(`the account has no segment ${key}`)
  return view
}

/** All segments, archived ones too, by name (case-insensitive, by code point). */
export async function listSegments(ctx: Context): Promise<SegmentView[]> {
  return viewSegments(ctx).orderBy(sql`lower(s.name) collate "C"`).orderBy('s.id').execute()
}

export interface Pair { account_id: number, key: string, value: string }

/**
 * The options that pairs of data stand for, in their order; null for a pair of no segment, a blank one, and a new value of a segment that has 10,000 already. A value that is
 * new becomes an option. Any number of callers may do this at once; `locking` is what locks other rows in the same transaction: contacts and cases come first, then segments, lest two wait for each other.
 */
export async function resolveSegmentOptions(tx: Tx, pairs: Pair[], now: Date, locking: Promise<unknown> | null = null): Promise<(number | null)[]> {
  let found = await findOptions(tx, pairs)
  const missing = [...found.values()].filter((one) => one.option_id === null)
  if (missing.length > 0) {
    await locking
    await insertOptions(tx, missing, now)
    found = await findOptions(tx, pairs)
  }
  return pairs.map((_, position) => found.get(position)?.option_id ?? null)
}

/** The options that pairs stand for, those that there are already. */
export async function findOptionsOf(tx: Db, pairs: Pair[]): Promise<number[]> {
  return [...new Set([...(await findOptions(tx, pairs)).values()].flatMap(({ option_id }) => option_id ?? []))]
}

/** Of these options those that are of none of the segments with these keys. */
export async function optionsBesides(db: Db, account_id: number, ids: number[], keys: string[]): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('segment_options as o').innerJoin('segments as s', (join) => join.onRef('s.account_id', '=', 'o.account_id').onRef('s.id', '=', 'o.segment_id'))
    .where('o.account_id', '=', account_id).where('o.id', 'in', ids).where('s.key', 'not in', keys).select('o.id').orderBy('o.id').execute()
  return rows.map(({ id }) => id)
}

/** A question as far as it asks for a segment. */
interface Asking { segment?: string, options?: string[] }

/** What is wrong with the segments that questions ask for; an archived one may stay. */
export async function askedFaults(db: Db, account_id: number, questions: Asking[]): Promise<Fault[]> {
  const keys = questions.flatMap(({ segment }) => segment ?? [])
  if (keys.length === 0) return []
  const known = [...CODES, ...(await db.selectFrom('segments').select('key').where('account_id', '=', account_id).execute()).map(({ key }) => key)]
  return questions.flatMap(({ segment }, index) => segment === undefined || known.includes(segment) ? []
    : [{ field: `questions[${index}].segment`, code: 'invalid_value', info: { allowed_values: known, message: `is no segment of this account; there are ${known.join(', ')}` } }])
}

/** What questions offer of the account's own segments becomes values of them, so that answers link what is known. */
export async function offerOptions(db: Db, account_id: number, questions: Asking[], now: Date): Promise<void> {
  const pairs = questions.flatMap(({ segment, options = [] }) => segment === undefined ? [] : options.map((value) => ({ account_id, key: segment, value })))
  if (pairs.length > 0) await transaction(db, (tx) => resolveSegmentOptions(tx, pairs, now))
}

function viewSegments(ctx: Context) {
  return ctx.db.selectFrom('segments as s').selectAll('s').where('s.account_id', '=', ctx.account.id)
    .select((eb) => eb.selectFrom('segment_options as o').whereRef('o.account_id', '=', 's.account_id').whereRef('o.segment_id', '=', 's.id')
      .select((inner) => inner.fn.countAll<number>().as('count')).$asScalar().$notNull().as('option_count'))
}

function checkKey(key: string): Fault | null {
  if (key !== key.trim()) return { field: 'key', code: 'invalid_format', info: { message: 'has blanks around it, which no pair would match' } }
  if (!OWN_MEANING.includes(key)) return null
  return { field: 'key', code: 'forbidden_value', info: { disallowed_values: OWN_MEANING, message: 'means something else already' } }
}

function refuseTakenKey(error: unknown): never {
  if (!isUniqueViolation(error, 'segments_account_id_key_key')) throw error
  throw new Invalid([{ field: 'key', code: 'forbidden_value', info: { message: 'is taken by another segment' } }])
}

interface FoundOption { position: number, account_id: number, segment_id: number, value: string, option_id: number | null }

/** Those of a segment that is in use, by their positions. */
async function findOptions(tx: Db, pairs: Pair[]): Promise<Map<number, FoundOption>> {
  const result = await sql<FoundOption>`
    select i.position, s.account_id, s.id as segment_id, i.value, o.id as option_id
    from ${unnested(pairs, 'position integer, account_id bigint, key text, value text')} i
    join segments s on s.account_id = i.account_id and s.key = i.key and s.archived_at is null
    left join segment_options o on o.account_id = s.account_id and o.segment_id = s.id and o.value = i.value
    where i.value <> '' order by i.position`.execute(tx)
  return new Map(result.rows.map((row) => [row.position, row]))
}

/** One caller at a time adds to a segment, in one order for all of them, so that the limit holds and nobody waits in a circle. */
async function insertOptions(tx: Tx, missing: FoundOption[], now: Date): Promise<void> {
  const rows = recordset(missing.map(({ account_id, segment_id, value }) => ({ account_id, segment_id, value })))
  await sql`select s.id from segments s where (s.account_id, s.id) in (select i.account_id, i.segment_id from jsonb_to_recordset(${rows}::jsonb) as i(account_id bigint, segment_id bigint))
    order by s.account_id, s.id for no key update`.execute(tx)
  await sql`insert into segment_options (account_id, segment_id, value, created_at)
    select account_id, segment_id, value, ${now}
    from (select account_id, segment_id, value, row_number() over (partition by account_id, segment_id order by min(position)) as nth, min(position) as position
      from jsonb_to_recordset(${rows}::jsonb) as r(position integer, account_id bigint, segment_id bigint, value text)
      where not exists (select from segment_options o where o.account_id = r.account_id and o.segment_id = r.segment_id and o.value = r.value)
      group by account_id, segment_id, value) as i
    where i.nth + (select count(*) from segment_options o where o.account_id = i.account_id and o.segment_id = i.segment_id) <= ${MAX_OPTIONS}::integer
    order by i.position
    on conflict (account_id, segment_id, value) do nothing`.execute(tx)
}
