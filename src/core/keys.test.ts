// once
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { until } from '../../test/support/until.ts'
import { openWorld, type World } from '../../test/support/world.ts'
import { contextOf } from './context.ts'
import { Forbidden, Invalid, NotFound } from './errors.ts'
import { createKey, findKey, listKeys, revokeKey } from './keys.ts'
import { createSite, findSite, findSiteByCode, listSites } from './sites.ts'

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('a key speaks for its account, and only its hash is kept', async () => {
  const { account, ctx, api_key } = await world.account()
  assert.match(api_key, /^ek_[\w-]{43}$/)
  assert.deepEqual(await findKey(world.ground, api_key), { account, actor: ctx.actor })
  const rows = await world.ground.db.selectFrom('api_keys').selectAll().where('account_id', '=', account.id).execute()
  assert.deepEqual(rows.map(({ key_hash }) => key_hash), [createHash('sha256').update(api_key).digest()])
  assert.ok(!JSON.stringify(rows).includes(api_key.slice(3)))
})

test('what is no key finds nobody', async () => {
  for (const key of ['', 'ek_', 'ek_' + 'A'.repeat(43), 'x'.repeat(10_000)]) assert.equal(await findKey(world.ground, key), null)
})

test('a revoked key stops at once, for those who ask at the same time too', async () => {
  const { ctx, api_key } = await world.account()
  const [key] = await listKeys(ctx)
  await Promise.all([revokeKey(ctx, key?.id ?? 0), findKey(world.ground, api_key)])
  const answers = await Promise.all(Array.from({ length: 20 }, () => findKey(world.ground, api_key)))
  assert.deepEqual(answers, Array(20).fill(null))
  const revoked_at = (await listKeys(ctx))[0]?.revoked_at
  world.clock.advance({ hours: 1 })
  await revokeKey(ctx, key?.id ?? 0)
  assert.deepEqual((await listKeys(ctx))[0]?.revoked_at, revoked_at)
})

test('a revocation is seen by whoever asks after it, while earlier questions are under way', async () => {
  const { ctx, api_key } = await world.account()
  const [key] = await listKeys(ctx)
  const early = [1, 2, 3].map(() => findKey(world.ground, api_key))
  await revokeKey(ctx, key?.id ?? 0)
  assert.equal(await findKey(world.ground, api_key), null)
  await Promise.all(early)
})

test('a key expires', async () => {
  const { ctx } = await world.account()
  const { api_key } = await createKey(ctx, { name: 'short', expires_at: new Date(world.clock.now().getTime() + 60_000) })
  assert.ok(await findKey(world.ground, api_key))
  world.clock.advance({ seconds: 60 })
  assert.equal(await findKey(world.ground, api_key), null)
  await assert.rejects(createKey(ctx, { name: 'past', expires_at: world.clock.now() }), Invalid)
})

test('its use is noted, once a minute at most', async () => {
  const { ctx, api_key } = await world.account()
  const used = async () => (await listKeys(ctx))[0]?.last_used_at?.toISOString() ?? null
  const first = world.clock.now().toISOString()
  await findKey(world.ground, api_key)
  await until(async () => (await used()) === first)
  world.clock.advance({ seconds: 59 })
  await findKey(world.ground, api_key)
  await findKey(world.ground, api_key)
  assert.equal(await used(), first)
  world.clock.advance({ seconds: 1 })
  await findKey(world.ground, api_key)
  await until(async () => (await used()) === world.clock.now().toISOString())
})

test('a key of a site sees that site only, and makes none', async () => {
  const { ctx, account } = await world.account()
  const site = await createSite(ctx, { code: 'north', name: 'North' })
  const { api_key } = await createKey(ctx, { name: 'north', site_code: 'north' })
  const principal = await findKey(world.ground, api_key)
  assert.ok(principal)
  const limited = contextOf(world.ground, principal.account, principal.actor)
  assert.deepEqual((await listSites(limited)).map(({ code }) => code), ['north'])
  assert.equal((await findSite(limited, site.id))?.code, 'north')
  assert.equal(await findSite(limited, account.default_site_id), null)
  assert.equal(await findSiteByCode(limited, 'main'), null)
  await assert.rejects(createSite(limited, { code: 'south', name: 'South' }), Forbidden)
  await assert.rejects(createKey(ctx, { name: 'x', site_code: 'nowhere' }), NotFound)
  await assert.rejects(createSite(ctx, { code: 'north', name: 'Again' }), Invalid)
})

test('another account\'s keys and sites do not exist', async () => {
  const mine = await world.account()
  const theirs = await world.account()
  const [key] = await listKeys(theirs.ctx)
  await assert.rejects(revokeKey(mine.ctx, key?.id ?? 0), NotFound)
  assert.ok(await findKey(world.ground, theirs.api_key))
  assert.equal(await findSite(mine.ctx, theirs.account.default_site_id), null)
  assert.equal((await listKeys(mine.ctx)).length, 1)
})
