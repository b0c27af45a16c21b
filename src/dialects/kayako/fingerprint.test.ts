// once
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { findOrCreateVisitor, findVisitor, nameVisitor } from '../../core/fingerprints.ts'
import { transaction } from '../../storage/database.ts'
import { basic, bearer, closedCase, codes } from '../../../test/support/rated-case.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const PASSWORD = 'correct horse battery'

let world: World
let acme: TestAccount
let other: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account({ subdomain: 'acme' })
})
after(() => world.close())

function call(headers: Record<string, string>, query = '', method: 'GET' | 'DELETE' = 'GET', remoteAddress = '192.0.2.1') {
  return world.app.inject({ method, url: `/api/v1/session${query}`, headers, remoteAddress })
}

/** Known as a visitor, who has no session to show: 404. */
async function isKnown(headers: Record<string, string>, query = ''): Promise<boolean> {
  const answer = await call(headers, query)
  assert.deepEqual([answer.statusCode, codes(answer)], [404, ['RESOURCE_NOT_FOUND']])
  return !answer.json().errors[0].message.includes('account')
}

test('the only account of a server is meant whatever the host', async () => {
  for (const host of ['localhost:8080', '127.0.0.1', 'acme.example.com', 'feedback.example.com', '[::1]:80']) assert.ok(await isKnown({ 'x-fingerprint-id': randomUUID(), host }), host)
  other = await world.account({ subdomain: 'other' })
})

test('of several accounts the host\'s first part says which', async () => {
  for (const host of ['acme.example.com', 'ACME.example.com:8080', 'other.feedback.example.com']) assert.ok(await isKnown({ 'x-fingerprint-id': randomUUID(), host }), host)
  for (const host of ['localhost', '127.0.0.1', 'acme', 'nobody.example.com', `${acme.account.id}.example.com`]) assert.ok(!(await isKnown({ 'x-fingerprint-id': randomUUID(), host })), host)
})

test('a fingerprint is a random UUID, in the header or the address', async () => {
  const uuid = randomUUID()
  assert.ok(await isKnown({ host: 'acme.example.com' }, `?_fingerprint_id=${uuid}`))
  assert.ok(await isKnown({ 'x-fingerprint-id': uuid, host: 'acme.example.com' }, `?_fingerprint_id=${uuid}`))
  const torn = await call({ 'x-fingerprint-id': uuid, host: 'acme.example.com' }, `?_fingerprint_id=${randomUUID()}`)
  assert.deepEqual([torn.statusCode, codes(torn)], [400, ['PARAMETERS_INCONSISTENT']])
  for (const wrong of ['', 'x', '1', uuid.slice(1), `${uuid}0`, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '00000000-0000-0000-0000-000000000000', `${uuid.slice(0, 14)}7${uuid.slice(15)}`]) {
    const refused = await call({ 'x-fingerprint-id': wrong, host: 'acme.example.com' })
    assert.deepEqual([refused.statusCode, codes(refused)], [400, ['PARAMETER_INVALID']], wrong)
  }
})

test('who only looks is not written down; who writes is, once, as a hash', async () => {
  const uuid = randomUUID()
  const rows = () => world.ground.db.selectFrom('fingerprints').selectAll().execute()
  const before = (await rows()).length
  await call({ 'x-fingerprint-id': uuid, host: 'acme.example.com' })
  assert.equal((await rows()).length, before)
  await Promise.all([uuid, uuid.toUpperCase(), uuid].map((one) => call({ 'x-fingerprint-id': one, host: 'acme.example.com' }, '', 'DELETE')))
  const written = await rows()
  assert.equal(written.length, before + 1)
  assert.ok(!JSON.stringify(written).includes(uuid))
  assert.deepEqual([written[0]?.account_id, written[0]?.contact_id, written[0]?.uuid_hash.length], [acme.account.id, null, 32])
})

test('one fingerprint is another visitor in another account', async () => {
  const uuid = randomUUID()
  const one = await findOrCreateVisitor(world.ground, acme.account, { uuid, client_address: '192.0.2.2' })
  assert.deepEqual(await findVisitor(world.ground, acme.account, uuid), one)
  assert.deepEqual(await findVisitor(world.ground, other.account, uuid), { kind: 'customer', contact_id: null, fingerprint_id: null })
})

test('saying who they are is noted, and gives visitors no log-in', async () => {
  const uuid = randomUUID()
  await closedCase(acme.ctx)
  const { contact_id } = await createUser(acme.ctx, { email: 'jane@customer.example', name: 'Jane', role: 'customer', password: PASSWORD })
  const visitor = await findOrCreateVisitor(world.ground, acme.account, { uuid, client_address: '192.0.2.3' })
  assert.ok(visitor.kind === 'customer' && visitor.fingerprint_id !== null && contact_id !== null)
  const { fingerprint_id } = visitor
  await transaction(world.ground.db, (tx) => nameVisitor(tx, { account_id: acme.account.id, fingerprint_id, contact_id }))
  assert.deepEqual(await findVisitor(world.ground, acme.account, uuid), { kind: 'customer', contact_id, fingerprint_id })
  const me = await world.app.inject({ url: '/api/v1/me', headers: { 'x-fingerprint-id': uuid, host: 'acme.example.com' } })
  assert.deepEqual([me.statusCode, codes(me)], [403, ['PERMISSIONS_DENIED']])
})

const HELLO = { subject: 'Hello', contents: 'Is anybody there?', name: 'Vi Sitor', email: 'vi@customer.example' }

test('a conversation makes its visitor known, and outlives what they were known by', async () => {
  const headers = { 'x-fingerprint-id': randomUUID(), host: 'acme.example.com' }
  const { id } = (await world.app.inject({ method: 'POST', url: '/api/v1/conversations', headers, payload: HELLO })).json().data
  const row = () => world.ground.db.selectFrom('cases').select(['contact_id', 'fingerprint_id']).where('account_id', '=', acme.account.id).where('id', '=', id).executeTakeFirstOrThrow()
  const { contact_id, fingerprint_id } = await row()
  assert.deepEqual(await findVisitor(world.ground, acme.account, headers['x-fingerprint-id']), { kind: 'customer', contact_id, fingerprint_id })
  assert.ok(contact_id !== null && fingerprint_id !== null)
  await world.ground.db.deleteFrom('fingerprints').where('account_id', '=', acme.account.id).where('id', '=', fingerprint_id).execute()
  assert.deepEqual(await row(), { contact_id, fingerprint_id: null })
  assert.equal((await world.app.inject({ url: `/api/v1/conversations/${id}`, headers })).statusCode, 404)
})

test('no link to another page hands a secret on', async () => {
  const uuid = randomUUID()
  const query = `?_fingerprint_id=${uuid}&limit=1`
  for (const subject of ['one', 'two']) assert.equal((await world.app.inject({ method: 'POST', url: `/api/v1/conversations${query}`, headers: { host: 'acme.example.com' }, payload: { ...HELLO, subject } })).statusCode, 201)
  const page = await world.app.inject({ url: `/api/v1/conversations${query}&_otp=1&hash=1&_FingerprintId=${uuid}`, headers: { host: 'acme.example.com' } })
  assert.deepEqual([page.json().total_count, page.json().next_url, page.headers['x-next-url']], [2, 'http://earshot.test/api/v1/conversations.json?limit=1&offset=1', 'http://earshot.test/api/v1/conversations.json?limit=1&offset=1'])
})

test('an address brings 100 new visitors in ten minutes', async () => {
  world.clock.set('2026-04-01T10:00:00Z')
  const bring = (address: string) => call({ 'x-fingerprint-id': randomUUID(), host: 'acme.example.com' }, '', 'DELETE', address)
  const answers = await Promise.all(Array.from({ length: 105 }, () => bring('192.0.2.50')))
  assert.equal(answers.filter(({ statusCode }) => statusCode === 404).length, 100)
  const limited = await bring('192.0.2.50')
  assert.deepEqual([limited.statusCode, codes(limited), limited.headers['retry-after']], [429, ['RATE_LIMIT_REACHED'], '600'])
  const begun = (uuid: string) => world.app.inject({ method: 'POST', url: '/api/v1/conversations', headers: { 'x-fingerprint-id': uuid, host: 'acme.example.com' }, payload: HELLO, remoteAddress: '192.0.2.50' })
  assert.deepEqual(codes(await begun(randomUUID())), ['RATE_LIMIT_REACHED'])
  assert.equal((await bring('192.0.2.51')).statusCode, 404)
})

test('whoever shows more than a fingerprint is who that says; a cookie that comes along is not asked', async () => {
  const fingerprint = { 'x-fingerprint-id': randomUUID(), host: 'acme.example.com' }
  assert.equal((await call({ ...fingerprint, ...basic('jane@customer.example', PASSWORD) })).statusCode, 200)
  assert.equal((await world.app.inject({ url: '/api/v1/cases', headers: { ...fingerprint, ...bearer(acme) } })).statusCode, 200)
  assert.ok(await isKnown({ ...fingerprint, cookie: 'earshot_session=stale' }))
})
