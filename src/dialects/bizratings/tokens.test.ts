// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { createKey, revokeKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { bizratingsClient, ticketBody } from '../../../test/support/bizratings.ts'
import { customerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface Client { id: number, client_id: string, client_secret: string }

let world: World
let account: TestAccount
let client: Client

before(async () => {
  world = await openWorld()
  account = await world.account()
  client = await createKey(account.ctx, { name: 'Power BI' })
})
after(() => world.close())

test('client id and secret are traded for a bearer, in the form or as Basic authentication', async () => {
  for (const answer of [await ask(inForm(client)), await ask({ grant_type: 'client_credentials' }, basic(client)), await ask({ grant_type: 'client_credentials', client_id: client.client_id }, basic(client))]) {
    assert.equal(answer.statusCode, 200, answer.body)
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    assert.deepEqual([answer.headers['cache-control'], answer.headers.pragma], ['no-store', 'no-cache'])
    const { access_token, ...rest } = answer.json()
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600 })
    assert.equal((await bizratingsClient(world, access_token).get('/api/tickets/responses')).statusCode, 200)
  }
})

test('the halves of Basic may be form-encoded, and what else is asked for is left alone', async () => {
  const encoded = Buffer.from([client.client_id, client.client_secret].map((half) => half.replaceAll('_', '%5F')).join(':')).toString('base64')
  assert.equal((await ask({ grant_type: 'client_credentials', scope: 'api', audience: 'x' }, { authorization: `basic ${encoded}` })).statusCode, 200)
})

test('both kinds of bearer work for reading and writing', async () => {
  for (const [index, bearer] of [account.api_key, await tokenOf(client)].entries()) {
    const one = bizratingsClient(world, bearer)
    assert.equal((await one.post('/api/tickets', ticketBody({ ticketID: index + 1, contactRecID: index + 1, contactEmail: `c${index}@acme.example` }))).statusCode, 201)
    for (const path of [
      `/api/v1.3/tickets/${index + 1}`, '/api/v1.1/tickets/responses', '/api/v1.2/tickets/multisiteresponses', '/api/tickets/fivequestionsurveydetailresponse', '/api/tickets/employeesurveydetailresponse',
    ]) assert.equal((await one.get(path)).statusCode, 200, path)
  }
})

test('a token of a site\'s key sees that site only', async () => {
  await createSite(account.ctx, { code: 'north', name: 'North' })
  const north = bizratingsClient(world, await tokenOf(await createKey(account.ctx, { name: 'north', site_code: 'north' })))
  assert.equal((await north.get('/api/tickets/multisiteresponses')).statusCode, 403)
  await north.post('/api/tickets', ticketBody({ ticketID: 50 }))
  assert.equal((await north.get('/api/tickets/50')).json().SiteName, 'North')
  assert.equal((await bizratingsClient(world, await tokenOf(client)).get('/api/tickets/50')).statusCode, 404)
})

test('a token is over after an hour, or with its key', async () => {
  const own = await createKey(account.ctx, { name: 'for a while' })
  const late = bizratingsClient(world, await tokenOf(own))
  world.clock.advance({ hours: 1 })
  const over = await late.get('/api/tickets/responses')
  assert.deepEqual([over.statusCode, over.headers['www-authenticate']], [401, 'Bearer'])
  const fresh = bizratingsClient(world, await tokenOf(own))
  assert.equal((await fresh.get('/api/tickets/responses')).statusCode, 200)
  await revokeKey(account.ctx, own.id)
  assert.equal((await fresh.get('/api/tickets/responses')).statusCode, 401)
  assert.deepEqual([(await ask(inForm(own))).statusCode, (await ask(inForm(own))).json().error], [401, 'invalid_client'])
})

test('the token is good for this API alone', async () => {
  const token = await tokenOf(client)
  assert.equal((await customerSureClient(world, token).get('/surveys')).statusCode, 401)
  assert.equal((await world.app.inject({ url: '/api/v1/cases', headers: { authorization: `Bearer ${token}` } })).statusCode, 401)
})

test('a client that is not known is told so', async () => {
  const stranger = await createKey((await world.account({ name: 'Stranger' })).ctx, { name: 'theirs' })
  for (const [form, headers] of [
    [{ client_id: client.client_id, client_secret: 'wrong' }, {}], [{ client_id: 'nobody', client_secret: client.client_secret }, {}], [{ client_id: stranger.client_id, client_secret: client.client_secret }, {}],
    [{ client_id: 'ec_\0', client_secret: 'x' }, {}], [{ client_id: 'x'.repeat(9000), client_secret: 'x' }, {}], [{ client_id: client.client_secret, client_secret: client.client_id }, {}], [{ client_id: client.client_id }, {}],
    [{ client_id: account.api_key, client_secret: account.api_key }, {}], [{}, {}], [{}, basic({ ...client, client_secret: 'wrong' })], [{}, { authorization: 'Basic !' }], [{}, { authorization: `Basic ${Buffer.from('x').toString('base64')}` }],
    [{}, { authorization: `Bearer ${account.api_key}` }],
  ] as const) {
    const refused = await ask({ grant_type: 'client_credentials', ...form }, headers)
    assert.equal(refused.statusCode, 401, JSON.stringify([form, headers]))
    assert.match(String(refused.headers['www-authenticate']), /^Basic /)
    assert.deepEqual([refused.headers['cache-control'], refused.json().error, typeof refused.json().error_description], ['no-store', 'invalid_client', 'string'])
  }
})

test('a request that makes no sense is told what is wrong, in the words of OAuth 2', async () => {
  const { client_id, client_secret } = client
  for (const [payload, headers, error, says] of [
    ['', {}, 'invalid_request', /grant_type is required/], [`client_id=${client_id}&client_secret=${client_secret}`, {}, 'invalid_request', /grant_type/], ['grant_type=', {}, 'invalid_request', /grant_type/],
    ['grant_type=password&username=a&password=b', {}, 'unsupported_grant_type', /client_credentials/], ['grant_type=Client_Credentials', {}, 'unsupported_grant_type', /client_credentials/],
    ['grant_type=client_credentials&grant_type=client_credentials', {}, 'invalid_request', /more than once/], [`grant_type=client_credentials&client_id=a&client_id=b&client_secret=c`, {}, 'invalid_request', /client_id is given/],
    [`grant_type=client_credentials&client_id=${client_id}&client_secret=${client_secret}`, basic(client), 'invalid_request', /header and in the form/], ['grant_type=client_credentials&client_id=other', basic(client), 'invalid_request', /header and in the form/],
    [JSON.stringify({ grant_type: 'client_credentials', client_id, client_secret }), { 'content-type': 'application/json' }, 'invalid_request', /x-www-form-urlencoded/],
  ] as const) {
    const refused = await post(payload, headers)
    assert.deepEqual([refused.statusCode, refused.json().error], [400, error], payload)
    assert.match(refused.json().error_description, says)
    assert.equal(refused.headers['cache-control'], 'no-store')
  }
  const large = await post(`grant_type=client_credentials&x=${'x'.repeat(300_000)}`)
  assert.deepEqual([large.statusCode, large.json().error], [413, 'invalid_request'])
  const unreadable = await post('grant_type=client_credentials', { 'content-type': 'nonsense' })
  assert.deepEqual([unreadable.statusCode, unreadable.json().error], [415, 'invalid_request'])
  const nothing = await world.app.inject({ method: 'POST', url: '/connect/token' })
  assert.deepEqual([nothing.statusCode, nothing.json().error], [400, 'invalid_request'])
  assert.ok(!world.log_lines.some(({ level }) => Number(level) >= 50), 'nothing of it is a failure of ours')
})

test('credentials in the address are not taken, and there is nothing beside the one path', async () => {
  const { client_id, client_secret } = client
  assert.equal((await world.app.inject({ method: 'POST', url: `/connect/token?grant_type=client_credentials&client_id=${client_id}&client_secret=${client_secret}` })).statusCode, 400)
  for (const [method, url] of [['GET', '/connect/token'], ['POST', '/connect/authorize']] as const) assert.equal((await world.app.inject({ method, url })).statusCode, 404)
})

test('of one address fifty wrong tries in ten minutes are answered, then even the right one has to wait', async () => {
  world.clock.set('2026-04-01T12:00:00Z')
  const wrong = { ...inForm(client), client_secret: 'wrong' }
  for (let i = 0; i < 50; i++) assert.equal((await ask(wrong)).statusCode, 401)
  for (const form of [wrong, inForm(client)]) {
    const limited = await ask(form)
    assert.deepEqual([limited.statusCode, limited.headers['retry-after'], limited.json().error], [429, '600', 'too_many_requests'])
  }
  assert.equal((await world.app.inject({ method: 'POST', url: '/connect/token', remoteAddress: '198.51.100.9', headers: FORM, payload: new URLSearchParams(inForm(client)).toString() })).statusCode, 200, 'from elsewhere')
  world.clock.advance({ minutes: 10 })
  assert.equal((await ask(inForm(client))).statusCode, 200)
})

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

function ask(form: Record<string, string>, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return post(new URLSearchParams(form).toString(), headers)
}

function post(payload: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return world.app.inject({ method: 'POST', url: '/connect/token', headers: { ...FORM, ...headers }, payload })
}

function inForm({ client_id, client_secret }: Client): Record<string, string> {
  return { grant_type: 'client_credentials', client_id, client_secret }
}

function basic({ client_id, client_secret }: Client): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` }
}

async function tokenOf(one: Client): Promise<string> {
  const answer = await ask(inForm(one))
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json().access_token
}
