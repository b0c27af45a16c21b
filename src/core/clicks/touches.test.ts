// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { clientHash, loadTouches, noteTouch, sweepTouches, type TouchInput } from './touches.ts'

let world: World
let account: TestAccount
before(async () => {
  world = await openWorld()
  account = await world.account()
})
after(() => world.close())

function touch(given: Partial<TouchInput> = {}): Promise<void> {
  return noteTouch(world.ground, {
    account_id: account.account.id, link: 'a link', method: 'GET', score: null, is_trap: false, address: '203.0.113.1', user_agent: 'A', accept_language: null, fetch_headers: null, page_session: null, ...given,
  })
}

function look(given: { link?: string, address?: string } = {}) {
  const { link = 'a link', address = '203.0.113.1' } = given
  return loadTouches(world.ground.db, [{ account_id: account.account.id, link, client: clientHash(address, 'A'), page_session: null, at: world.clock.now() }])
}

async function countAll(): Promise<number> {
  return (await world.ground.db.selectFrom('touches').select('id').where('account_id', '=', account.account.id).execute()).length
}

test('of one client fifty touches of a link are kept in ten minutes, and they hide no other client\'s', async () => {
  for (let time = 0; time < 55; time++) await touch({ score: time % 3 })
  await touch({ address: '203.0.113.2', score: 9 })
  const [found] = await look({ address: '203.0.113.2' })
  assert.deepEqual([found?.touches.length, found?.touches.filter(({ is_same_client }) => is_same_client).map(({ score }) => score)], [51, [9]])
  world.clock.advance({ minutes: 11 })
  await touch({ score: 5 })
  assert.deepEqual((await look())[0]?.touches.map(({ score }) => score), [5])
})

test('of one link a thousand are kept in all', async () => {
  for (let client = 0; client < 25; client++) await Promise.all(Array.from({ length: 50 }, () => touch({ link: 'another', address: `203.0.113.${client}` })))
  const { length } = (await look({ link: 'another' }))[0]?.touches ?? []
  assert.ok(length !== undefined && length >= 1000 && length < 1100, `${length}, as those who come at the same moment are counted together`)
})

test('how many other links the same client followed within a minute is told, and whose they are is not', async () => {
  world.clock.advance({ hours: 1 })
  for (const link of ['one', 'two', 'two', 'three']) await touch({ link, address: '203.0.113.77' })
  assert.equal((await look({ link: 'mine', address: '203.0.113.77' }))[0]?.other_links, 3)
  assert.equal((await look({ link: 'mine', address: '203.0.113.78' }))[0]?.other_links, 0)
  world.clock.advance({ minutes: 2 })
  assert.equal((await look({ link: 'mine', address: '203.0.113.77' }))[0]?.other_links, 0)
})

test('long headers are cut, and a page is shown though its touch can\'t be noted', async () => {
  await touch({ link: 'long', user_agent: 'x'.repeat(5000), accept_language: 'y'.repeat(5000), fetch_headers: 'z'.repeat(5000), address: 'w'.repeat(500) })
  const row = await world.ground.db.selectFrom('touches').select(['user_agent', 'accept_language', 'fetch_headers', 'address']).where('link', '=', 'long').executeTakeFirstOrThrow()
  assert.deepEqual([row.user_agent?.length, row.accept_language?.length, row.fetch_headers?.length, row.address.length], [512, 100, 200, 45])
  await touch({ account_id: 999_999 })
  assert.ok(world.log_lines.some(({ msg }) => msg === 'a touch of a link was not noted'))
})

test('touches are forgotten after sixty days', async () => {
  assert.equal(await sweepTouches(world.ground), 0)
  world.clock.advance({ days: 61 })
  await touch({ link: 'fresh' })
  while (await sweepTouches(world.ground) > 0);
  assert.equal(await countAll(), 1)
})
