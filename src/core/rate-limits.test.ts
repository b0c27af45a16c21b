import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { until } from '../../test/support/until.ts'
import { openWorld, type World } from '../../test/support/world.ts'
import { transaction } from '../storage/database.ts'
import { LimitReached } from './errors.ts'
import { addressBlock, checkLimit, countHit, countHitBehind, sweepRateLimits } from './rate-limits.ts'

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('the tries up to the limit pass, the next one is told how long to wait', async () => {
  world.clock.set('2026-03-16T10:00:10Z')
  for (let i = 0; i < 3; i++) await countHit(world.ground, 'a', 3, 60)
  await assert.rejects(countHit(world.ground, 'a', 3, 60), (error) => error instanceof LimitReached && error.retry_after === 50)
  await countHit(world.ground, 'b', 3, 60)
  world.clock.set('2026-03-16T10:01:00Z')
  await countHit(world.ground, 'a', 3, 60)
})

test('of a burst exactly as many pass as the limit says', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => countHit(world.ground, `burst ${i % 2}`, 30, 60)))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 60)
  const rows = await world.ground.db.selectFrom('rate_limits').select('hits').where('bucket', 'like', 'burst%').execute()
  assert.deepEqual(rows.map(({ hits }) => hits), [100, 100])
})

test('asking does not count', async () => {
  await countHit(world.ground, 'ask', 2, 60)
  for (let i = 0; i < 5; i++) await checkLimit(world.ground, 'ask', 2, 60)
  await countHit(world.ground, 'ask', 2, 60)
  await assert.rejects(checkLimit(world.ground, 'ask', 2, 60), LimitReached)
})

test('a hit by itself does not wait for the disk, and within something else leaves it as durable as it was', async () => {
  const { db } = world.ground
  await sql`create table waits (bucket text, synchronous_commit text)`.execute(db)
  await sql`create function note_wait() returns trigger language plpgsql as $$ begin insert into waits values (new.bucket, current_setting('synchronous_commit')); return new; end $$`.execute(db)
  await sql`create trigger note_wait before insert on rate_limits for each row execute function note_wait()`.execute(db)
  await countHit(world.ground, 'by itself', 5, 60)
  await transaction(db, (tx) => countHit({ ...world.ground, db: tx }, 'within', 5, 60))
  await sql`drop trigger note_wait on rate_limits`.execute(db)
  const { rows } = await sql<{ bucket: string, synchronous_commit: string }>`select * from waits order by bucket`.execute(db)
  assert.deepEqual(rows.map((row) => Object.values(row)), [['by itself', 'off'], ['within', 'on']])
  assert.deepEqual((await sql`show synchronous_commit`.execute(db)).rows, [{ synchronous_commit: 'on' }])
})

test('tries that nobody waits for are limited at once by those of this process, and soon by those of others; the next window is free', async () => {
  const tryIt = () => countHitBehind(world.ground, 'behind', 5, 60)
  for (let times = 0; times < 5; times++) tryIt()
  assert.throws(tryIt, (error) => error instanceof LimitReached && error.retry_after > 0)
  world.clock.advance({ minutes: 1 })
  tryIt()
  const own = world.ground.db.selectFrom('rate_limits').select('hits').where('bucket', '=', 'behind').orderBy('window_start', 'desc')
  await until(async () => (await own.execute())[0]?.hits === 1)
  await world.ground.db.updateTable('rate_limits').set({ hits: 1_000_000 }).where('bucket', '=', 'behind').execute()
  await until(() => {
    try { return Boolean(countHitBehind(world.ground, 'behind', 100_000, 60)) } catch { return true } // its own tries are far fewer by then
  }, 'what others counted is known')
})

test('counts of past windows are swept, present ones stay', async () => {
  await countHit(world.ground, 'old', 5, 60)
  world.clock.advance({ days: 2 })
  await countHit(world.ground, 'new', 5, 60)
  await sweepRateLimits(world.ground)
  assert.deepEqual((await world.ground.db.selectFrom('rate_limits').select('bucket').execute()).map(({ bucket }) => bucket), ['new'])
})

test('addresses of one IPv6 network count as one client', () => {
  assert.equal(addressBlock('203.0.113.9'), '203.0.113.9')
  assert.equal(addressBlock('2001:db8:0:1:aaaa::1'), '2001:db8:0:1::/64')
  assert.equal(addressBlock('2001:0db8:0000:0001:bbbb:1:2:3'), '2001:db8:0:1::/64')
  assert.equal(addressBlock('2001:db8::1'), '2001:db8:0:0::/64')
  assert.equal(addressBlock('::1'), '0:0:0:0::/64')
  assert.equal(addressBlock('fe80::1%eth0'), 'fe80:0:0:0::/64')
})
