import { sql } from 'kysely'
import { atEase, type Db } from '../storage/database.ts'
import { unnested } from '../storage/recordset.ts'
import { groupStatement, type Settled } from '../storage/group-commit.ts'
import type { Ground } from './context.ts'
import { LimitReached } from './errors.ts'

/** No window is longer, so that older rows can go whatever they counted. */
const LONGEST_WINDOW_SECONDS = 86_400

/**
 * Counts one try in a bucket's present window, for all processes together. Windows are fixed: they begin at multiples of their length since 1970.
 * Throws LimitReached from the try after the `limit`th on, with the seconds until the window is over.
 */
export async function countHit(ground: Ground, bucket: string, limit: number, window_seconds: number): Promise<void> {
  const window = windowOf(ground, window_seconds)
  const hits = await groupStatement(ground.db, writeHits, { bucket, window_start: window.start })
  if (hits > limit) throw new LimitReached(window.seconds_left)
}

/** So long tries may gather before they are counted. */
const GATHER_MS = 100
/** So many buckets are remembered; what comes of forgetting them is that a few tries too many are let through. */
const MAX_REMEMBERED = 10_000

/** What is known here of the tries in present windows, of each database. */
const remembered = new WeakMap<Db, Map<string, number>>()

/**
 * The same for a generous limit of what happens often: nobody waits for the count. It goes by what this process knows, which is its own tries at once, and those of others a tenth of a second later, so that a
 * few too many may be let through.
 */
export function countHitBehind(ground: Ground, bucket: string, limit: number, window_seconds: number): void {
  const window = windowOf(ground, window_seconds)
  const hit = { bucket, window_start: window.start }
  const known = remember(ground.db)
  const hits = (known.get(hitKey(hit)) ?? 0) + 1
  known.set(hitKey(hit), hits)
  groupStatement(ground.db, writeHitsBehind, hit, GATHER_MS).then((counted) => void known.set(hitKey(hit), Math.max(counted, known.get(hitKey(hit)) ?? 0)),
    (error: unknown) => ground.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'a visit was not counted'))
  if (hits > limit) throw new LimitReached(window.seconds_left)
}

/** Throws LimitReached when a bucket's window has had `limit` tries; counts none. */
export async function checkLimit(ground: Ground, bucket: string, limit: number, window_seconds: number): Promise<void> {
  const window = windowOf(ground, window_seconds)
  const row = await ground.db.selectFrom('rate_limits').select('hits').where('bucket', '=', bucket).where('window_start', '=', window.start).executeTakeFirst()
  if (row && row.hits >= limit) throw new LimitReached(window.seconds_left)
}

/** The part of a client's address that limits count by: whoever has one IPv6 address has the 2^64 beside it. */
export function addressBlock(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** Removes the counts of windows that are over. */
export async function sweepRateLimits(ground: Ground): Promise<void> {
  const before = new Date(ground.now().getTime() - LONGEST_WINDOW_SECONDS * 1000)
  await ground.db.deleteFrom('rate_limits').where('window_start', '<', before).execute()
}

function windowOf(ground: Ground, window_seconds: number): { start: Date, seconds_left: number } {
  if (window_seconds > LONGEST_WINDOW_SECONDS) throw new RangeError(`a window of ${window_seconds} seconds is too long`)
  const now = ground.now().getTime()
  const start = now - (now % (window_seconds * 1000))
  return { start: new Date(start), seconds_left: Math.ceil((start + window_seconds * 1000 - now) / 1000) }
}

interface Hit { bucket: string, window_start: Date }

/**
 * A burst in one statement; each try is answered with its own number. Rows are written in one order, lest two batches wait for each other. Nobody waits for the disk, unless something else
 * is in the same transaction: a server that crashes forgets the tries of its last half second, which helps no one.
 */
async function writeHits(db: Db, hits: Hit[]): Promise<Settled<number>[]> {
  const tries = new Map<string, number[]>()
  hits.forEach((hit, index) => tries.set(hitKey(hit), [...(tries.get(hitKey(hit)) ?? []), index]))
  const rows = [...tries.values()].map((indexes) => ({ ...hitAt(hits, indexes[0]), hits: indexes.length }))
  const { rows: counted } = await sql<Hit & { hits: number }>`
    insert into rate_limits (bucket, window_start, hits)
    select bucket, window_start, hits from ${unnested(rows.toSorted((a, b) => (hitKey(a) < hitKey(b) ? -1 : 1)), 'position integer, bucket text, window_start timestamptz, hits integer')} i where ${atEase(db)} order by i.position
    on conflict (bucket, window_start) do update set hits = rate_limits.hits + excluded.hits
    returning bucket, window_start, hits`.execute(db)
  const numbers: Settled<number>[] = []
  for (const row of counted) {
    const indexes = tries.get(hitKey(row)) ?? []
    indexes.forEach((index, place) => (numbers[index] = { value: row.hits - indexes.length + place + 1 }))
  }
  return numbers
}

/** A queue of its own, for those who may wait. */
function writeHitsBehind(db: Db, hits: Hit[]): Promise<Settled<number>[]> {
  return writeHits(db, hits)
}

function remember(db: Db): Map<string, number> {
  let known = remembered.get(db)
  if (!known || known.size >= MAX_REMEMBERED) remembered.set(db, known = new Map())
  return known
}

function hitKey(hit: Hit): string {
  return `${hit.bucket} ${hit.window_start.getTime()}`
}

function hitAt(hits: Hit[], index: number | undefined): Hit {
  const hit = index === undefined ? undefined : hits[index]
  if (!hit) throw new RangeError('no such hit')
  return hit
}
