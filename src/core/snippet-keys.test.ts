// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openWorld, type World } from '../../test/support/world.ts'
import { contextOf } from './context.ts'
import { Invalid, NotFound } from './errors.ts'
import { createSite } from './sites.ts'
import { createSnippetKey, findSnippetKey, getSnippetKey, listSnippetKeys, revokeSnippetKey } from './snippet-keys.ts'

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('a key stands for a site of its account, the default one where none is named', async () => {
  const { account, ctx } = await world.account()
  const north = await createSite(ctx, { code: 'north', name: 'North' })
  const plain = await createSnippetKey(ctx, { name: 'Closed tickets' })
  const named = await createSnippetKey(ctx, { name: 'North', site_code: 'north' })
  assert.match(plain.public_key, /^ep_[\w-]{22}$/)
  assert.partialDeepStrictEqual(await findSnippetKey(world.ground, plain.public_key), { account, site_id: account.default_site_id, key_id: plain.id })
  assert.equal((await findSnippetKey(world.ground, named.public_key))?.site_id, north.id)
  assert.deepEqual((await listSnippetKeys(ctx)).map(({ name, site_code }) => [name, site_code]), [['Closed tickets', 'main'], ['North', 'north']])
  assert.deepEqual(await getSnippetKey(ctx, plain.id), plain)
})

test('what is no key stands for nothing', async () => {
  for (const key of ['', 'ep_', `ep_${'A'.repeat(22)}`, 'ep_\0', 'x'.repeat(10_000)]) assert.equal(await findSnippetKey(world.ground, key), null)
})

test('a revoked key stands for nothing at once, and its time stays', async () => {
  const { ctx } = await world.account()
  const { id, public_key } = await createSnippetKey(ctx, { name: 'Old' })
  await revokeSnippetKey(ctx, id)
  assert.equal(await findSnippetKey(world.ground, public_key), null)
  const { revoked_at } = await getSnippetKey(ctx, id)
  assert.ok(revoked_at)
  world.clock.advance({ hours: 1 })
  await revokeSnippetKey(ctx, id)
  assert.deepEqual((await getSnippetKey(ctx, id)).revoked_at, revoked_at)
})

test('a blank name, an unknown site and a key of another account are refused', async () => {
  const [{ ctx }, other] = [await world.account(), await world.account()]
  const { id, public_key } = await createSnippetKey(other.ctx, { name: 'Theirs' })
  await assert.rejects(createSnippetKey(ctx, { name: ' ' }), Invalid)
  await assert.rejects(createSnippetKey(ctx, { name: 'x'.repeat(101) }), Invalid)
  await assert.rejects(createSnippetKey(ctx, { name: 'x', site_code: 'nowhere' }), NotFound)
  await assert.rejects(revokeSnippetKey(ctx, id), NotFound)
  await assert.rejects(getSnippetKey(ctx, id), NotFound)
  assert.deepEqual(await listSnippetKeys(ctx), [])
  assert.ok(await findSnippetKey(world.ground, public_key))
})

test('whoever is limited to a site makes and sees keys of that site only', async () => {
  const { account, ctx } = await world.account()
  const north = await createSite(ctx, { code: 'north', name: 'North' })
  await createSnippetKey(ctx, { name: 'Main' })
  const limited = contextOf(world.ground, account, { kind: 'key', key_id: 1, site_id: north.id })
  assert.equal((await createSnippetKey(limited, { name: 'Ours' })).site_code, 'north')
  assert.deepEqual((await listSnippetKeys(limited)).map(({ name }) => name), ['Ours'])
  await assert.rejects(createSnippetKey(limited, { name: 'x', site_code: 'main' }), NotFound)
})
