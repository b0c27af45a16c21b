// once
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { until } from '../../test/support/until.ts'
import { openWorld, type World } from '../../test/support/world.ts'
import { createAccessToken, findAccessToken, sweepAccessTokens, type ClientCredentials } from './access-tokens.ts'
import { LimitReached, Unauthenticated } from './errors.ts'
import { createKey, findKey, listKeys, revokeKey } from './keys.ts'

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('a token stands for its key, and only its hash is kept', async () => {
  const { account, ctx } = await world.account()
  const { id, client } = await makeClient(ctx)
  const { access_token, expires_in } = await createAccessToken(world.ground, client)
  assert.match(access_token, /^ea_[\w-]{43}$/)
  assert.equal(expires_in, 3600)
  assert.deepEqual(await findAccessToken(world.ground, access_token), { account, actor: { kind: 'key', key_id: id, site_id: null } })
  const rows = await world.ground.db.selectFrom('access_tokens').selectAll().where('account_id', '=', account.id).execute()
  assert.deepEqual(rows.map(({ token_hash }) => token_hash), [createHash('sha256').update(access_token).digest()])
  assert.ok((await listKeys(ctx)).find((key) => key.id === id))
})

test('a token is no key, a key is no token, and what is neither finds nobody', async () => {
  const { ctx, api_key } = await world.account()
  const { access_token } = await createAccessToken(world.ground, (await makeClient(ctx)).client)
  assert.equal(await findKey(world.ground, access_token), null)
  for (const token of [api_key, '', 'ea_', `ea_${'A'.repeat(43)}`, `${access_token}x`, access_token.toUpperCase()]) assert.equal(await findAccessToken(world.ground, token), null)
})

test('one key gets 600 tokens in ten minutes, and then waits', async () => {
  const { ctx } = await world.account()
  const { client } = await makeClient(ctx)
  const tries = await Promise.allSettled(Array.from({ length: 605 }, () => createAccessToken(world.ground, client)))
  assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 600)
  for (const late of tries) assert.ok(late.status === 'fulfilled' || late.reason instanceof LimitReached)
  await createAccessToken(world.ground, (await makeClient(ctx)).client)
})

test('a token is over after an hour, to the second, and its row goes', async () => {
  const { ctx, account } = await world.account()
  const { client } = await makeClient(ctx)
  const { access_token } = await createAccessToken(world.ground, client)
  world.clock.advance({ seconds: 3599 })
  const second = await createAccessToken(world.ground, client)
  assert.ok(await findAccessToken(world.ground, access_token))
  world.clock.advance({ seconds: 1 })
  assert.equal(await findAccessToken(world.ground, access_token), null)
  await sweepAccessTokens(world.ground)
  const left = await world.ground.db.selectFrom('access_tokens').select('token_hash').where('account_id', '=', account.id).execute()
  assert.deepEqual(left.map(({ token_hash }) => token_hash), [createHash('sha256').update(second.access_token).digest()])
})

test('a token never outlives its key', async () => {
  const { ctx } = await world.account()
  const { client } = await makeClient(ctx, new Date(world.clock.now().getTime() + 90_000))
  const { access_token, expires_in } = await createAccessToken(world.ground, client)
  assert.equal(expires_in, 90)
  world.clock.advance({ seconds: 90 })
  assert.equal(await findAccessToken(world.ground, access_token), null)
  await assert.rejects(createAccessToken(world.ground, client), Unauthenticated)
})

test('revoking a key ends its tokens at once, and no other key\'s', async () => {
  const { ctx } = await world.account()
  const [one, two] = [await makeClient(ctx), await makeClient(ctx)]
  const [first, again, other] = [await createAccessToken(world.ground, one.client), await createAccessToken(world.ground, one.client), await createAccessToken(world.ground, two.client)]
  const asked = [1, 2, 3].map(() => findAccessToken(world.ground, first.access_token))
  await revokeKey(ctx, one.id)
  for (const { access_token } of [first, again]) assert.equal(await findAccessToken(world.ground, access_token), null)
  assert.ok(await findAccessToken(world.ground, other.access_token))
  await assert.rejects(createAccessToken(world.ground, one.client), Unauthenticated)
  await Promise.all(asked)
})

test('the use of a token is noted on its key', async () => {
  const { ctx } = await world.account()
  const { id, client } = await makeClient(ctx)
  await findAccessToken(world.ground, (await createAccessToken(world.ground, client)).access_token)
  await until(async () => (await listKeys(ctx)).find((key) => key.id === id)?.last_used_at !== null)
})

async function makeClient(ctx: Parameters<typeof createKey>[0], expires_at?: Date): Promise<{ id: number, client: ClientCredentials }> {
  const { id, client_id, client_secret } = await createKey(ctx, { name: 'client', ...expires_at ? { expires_at } : {} })
  return { id, client: { client_id, client_secret, client_address: '192.0.2.1' } }
}
