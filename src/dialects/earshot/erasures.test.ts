// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { workErasures } from '../../core/erasures.ts'
import { createKey } from '../../core/keys.ts'
import { earshotClient, ticketFields, type EarshotClient } from '../../../test/support/earshot.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let account: TestAccount
let client: EarshotClient

before(async () => {
  world = await openWorld()
  account = await world.account()
  client = earshotClient(world, account.api_key)
  await client.post('/v1/tickets', ticketFields())
})
after(() => world.close())

test('an erasure is accepted, and looked at until it is done', async () => {
  const asked = await client.post('/v1/erasures', { email: ' Jane.Smith@acme.example ' })
  assert.equal(asked.statusCode, 202)
  const { id, ...erasure } = asked.json()
  assert.deepEqual(erasure, { reason: 'request', full_removal: false, contacts: 0, invitations: 0, responses: 0, requested_at: world.clock.now().toISOString(), finished_at: null })
  assert.equal(asked.headers.location, `/v1/erasures/${id}`)
  assert.deepEqual((await client.get(`/v1/erasures/${id}`)).json(), asked.json())
  assert.equal((await client.post('/v1/erasures', { email: 'jane.smith@ACME.example' })).json().id, id)
  while (await workErasures(world.ground, world.config.secret) > 0);
  assert.deepEqual((await client.get(`/v1/erasures/${id}`)).json(), { ...asked.json(), contacts: 1, invitations: 1, finished_at: world.clock.now().toISOString() })
})

test('nobody of that address is an erasure too, and says nothing else', async () => {
  const asked = await client.post('/v1/erasures', { email: 'nobody@nowhere.example' })
  assert.equal(asked.statusCode, 202)
  while (await workErasures(world.ground, world.config.secret) > 0);
  const { contacts, invitations, responses, finished_at } = (await client.get(`/v1/erasures/${asked.json().id}`)).json()
  assert.deepEqual([contacts, invitations, responses, finished_at], [0, 0, 0, world.clock.now().toISOString()])
})

test('bad fields and arguments are faults', async () => {
  for (const [body, field, code] of [[{}, 'email', 'required'], [{ email: '' }, 'email', 'required'], [{ email: 'jane' }, 'email', 'invalid_format'], [{ email: 5 }, 'email', 'invalid_format'], [{ email: 'a@b.example', name: 'x' }, 'name', 'custom'], [{ email: `${'x'.repeat(250)}@b.example` }, 'email', 'wrong_length']] as const) {
    const answer = await client.post('/v1/erasures', body)
    assert.equal(answer.statusCode, 422, JSON.stringify(body))
    assert.deepEqual(answer.json().faults.map((fault: { field: string, code: string }) => [fault.field, fault.code]), [[field, code]])
  }
  assert.equal((await client.post('/v1/erasures', '{')).statusCode, 400)
  assert.equal((await client.post('/v1/erasures?x=1', { email: 'a@b.example' })).statusCode, 422)
  assert.equal((await client.get('/v1/erasures/1?x=1')).statusCode, 422)
})

test('without a key 401; an unknown one, another account\'s, and what is no number 404', async () => {
  const { id } = (await client.post('/v1/erasures', { email: 'jo@acme.example' })).json()
  const nobody = earshotClient(world, 'ek_none')
  assert.equal((await nobody.post('/v1/erasures', { email: 'jo@acme.example' })).statusCode, 401)
  assert.equal((await nobody.get(`/v1/erasures/${id}`)).statusCode, 401)
  const stranger = earshotClient(world, (await world.account()).api_key)
  assert.equal((await stranger.get(`/v1/erasures/${id}`)).statusCode, 404)
  for (const other of ['999999', 'abc', '0', '99999999999999999999', '-1']) assert.equal((await client.get(`/v1/erasures/${other}`)).statusCode, 404, other)
})

test('a key of one site may not delete a person, and sees no erasure', async () => {
  const { id } = (await client.post('/v1/erasures', { email: 'jo@acme.example' })).json()
  const key = earshotClient(world, (await createKey(account.ctx, { name: 'of one site', site_code: 'main' })).api_key)
  assert.equal((await key.post('/v1/erasures', { email: 'jo@acme.example' })).statusCode, 403)
  assert.equal((await key.get(`/v1/erasures/${id}`)).statusCode, 404)
})
