// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createUser } from '../../core/users.ts'
import { basic, bearer, closedCase, codes, read } from '../../../test/support/rated-case.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const PASSWORD = 'correct horse battery'

let world: World
let acme: TestAccount
let agent: number
before(async () => {
  world = await openWorld()
  acme = await world.account({ name: 'Acme', time_zone: 'Europe/Berlin' })
  agent = (await createUser(acme.ctx, { email: 'agent@acme.example', name: 'Anna Agent', role: 'agent', password: PASSWORD })).id
})
after(() => world.close())

function call(url: string, headers: Record<string, string>, method: 'GET' | 'DELETE' = 'GET') {
  return world.app.inject({ method, url, headers })
}

test('a log-in shows its session, whose id is what later calls show', async () => {
  const answer = await call('/api/v1/session.json', { ...basic('agent@acme.example', PASSWORD), 'user-agent': 'Desk/1' })
  const { session_id, data } = answer.json()
  assert.deepEqual(answer.json(), {
    status: 200,
    data: {
      id: session_id, portal: 'API', ip_address: '127.0.0.1', user_agent: 'Desk/1', instance_id: acme.account.id, instance_name: 'acme', user: { id: agent, resource_type: 'user' },
      status: 'ONLINE', last_activity_at: '2026-03-16T10:00:00+00:00', created_at: '2026-03-16T10:00:00+00:00', resource_type: 'session',
    },
    resource: 'session', session_id,
  })
  assert.ok(answer.headers['x-csrf-token'])
  world.clock.advance({ minutes: 5 })
  const again = await call('/api/v1/session', { 'x-session-id': session_id, 'user-agent': 'Desk/1' })
  assert.deepEqual(again.json(), { status: 200, data: { ...data, last_activity_at: '2026-03-16T10:05:00+00:00' }, resource: 'session' })
})

test('each log-in opens one session, also where it is shown', async () => {
  const count = async () => (await world.ground.db.selectFrom('sessions').select('id').execute()).length
  const before = await count()
  await call('/api/v1/session', basic('agent@acme.example', PASSWORD))
  assert.equal(await count(), before + 1)
})

test('logging out ends the session, with its token only', async () => {
  const log_in = await call('/api/v1/me', basic('agent@acme.example', PASSWORD))
  const headers = { 'x-session-id': log_in.json().session_id, 'x-csrf-token': String(log_in.headers['x-csrf-token']) }
  assert.deepEqual(codes(await call('/api/v1/session', { 'x-session-id': headers['x-session-id'] }, 'DELETE')), ['CSRF_FAILED'])
  const out = await call('/api/v1/session.json', headers, 'DELETE')
  assert.deepEqual([out.statusCode, out.body], [200, '{"status":200}'])
  for (const method of ['GET', 'DELETE'] as const) assert.equal((await call('/api/v1/session', headers, method)).statusCode, 454)
})

test('a session opened without a CSRF token can only read', async () => {
  const log_in = await call('/api/v1/me', { ...basic('agent@acme.example', PASSWORD), 'x-csrf': 'false' })
  const headers = { 'x-session-id': log_in.json().session_id }
  assert.equal((await call('/api/v1/session', headers)).statusCode, 200)
  assert.deepEqual(codes(await call('/api/v1/session', headers, 'DELETE')), ['CSRF_FAILED'])
})

test('a key has no session', async () => {
  for (const method of ['GET', 'DELETE'] as const) assert.deepEqual(codes(await call('/api/v1/session', bearer(acme), method)), ['RESOURCE_NOT_FOUND'])
  assert.deepEqual(codes(await call('/api/v1/session', basic('agent@acme.example', PASSWORD), 'DELETE')), ['RESOURCE_NOT_FOUND'])
})

test('me is who logged in', async () => {
  const answer = await call('/api/v1/me.json', basic('agent@acme.example', PASSWORD))
  const { session_id, ...body } = answer.json()
  const made = body.data.created_at
  assert.ok(session_id)
  assert.deepEqual(body, {
    status: 200,
    data: {
      id: agent, full_name: 'Anna Agent', legacy_id: null, is_enabled: true, is_mfa_enabled: false, role: { id: 2, resource_type: 'role' }, avatar: null, organization: null, teams: [],
      emails: [{ id: agent, resource_type: 'identity_email' }], phones: [], time_zone: null, created_at: made, updated_at: made,
      resource_type: 'user', resource_url: `http://earshot.test/api/v1/users/${agent}`,
    },
    resource: 'user',
  })
  assert.deepEqual((await read(world, acme, `/api/v1/users/${agent}`)).json(), body)
})

test('me is the owner for a key, and the contact for a customer', async () => {
  const { data: owner } = (await call('/api/v1/me?include=role', bearer(acme))).json()
  assert.deepEqual([owner.id, owner.role.type], [acme.owner_id, 'OWNER'])
  await closedCase(acme.ctx)
  await createUser(acme.ctx, { email: 'Jane@customer.example', name: 'Jane Doe', role: 'customer', password: PASSWORD })
  const { data: customer } = (await call('/api/v1/me?include=role', basic('jane@customer.example', PASSWORD))).json()
  const contact = await world.ground.db.selectFrom('contacts').select('id').where('email', '=', 'jane@customer.example').executeTakeFirstOrThrow()
  assert.deepEqual([customer.id, customer.role.type], [contact.id, 'CUSTOMER'])
})

test('a customer logs in with a password, and by the session that it opens', async () => {
  const { session_id } = (await call('/api/v1/session', basic('jane@customer.example', PASSWORD))).json()
  assert.equal((await call('/api/v1/me?include=role', { 'x-session-id': session_id })).json().data.role.type, 'CUSTOMER')
  assert.deepEqual(codes(await call('/api/v1/cases', { 'x-session-id': session_id })), ['PERMISSIONS_DENIED'])
})

test('customers are shown all of themselves, and of others their names', async () => {
  const jane = { 'x-session-id': (await call('/api/v1/session', basic('jane@customer.example', PASSWORD))).json().session_id }
  const { data } = (await call('/api/v1/me?include=*', jane)).json()
  assert.deepEqual([data.role.type, data.emails, data.organization.name], ['CUSTOMER', [{ id: data.id, is_primary: true, email: 'jane@customer.example', resource_type: 'identity_email' }], undefined])
  assert.deepEqual((await call('/api/v1/session?include=user', jane)).json().data.user.full_name, 'Jane Doe')
  const { data: [own], resources } = (await call('/api/v1/conversations?include=*&_flat=true', jane)).json()
  assert.deepEqual([own.subject, Object.keys(resources)], ['Printer on fire', ['user_minimal', 'case_status']])
})

test('me and session are written as the caller wants them', async () => {
  const key = bearer(acme)
  assert.deepEqual((await call('/api/v1/me?_case=camel&fields=fullName,isMfaEnabled', key)).json().data, { id: acme.owner_id, fullName: 'Owner', isMfaEnabled: false })
  const flat = (await call('/api/v1/me?_flat=true&include=role,identity_email', key)).json()
  assert.deepEqual([flat.data.role, Object.keys(flat.resources), flat.resources.role[5].type], [{ id: 5, resource_type: 'role' }, ['role', 'identity_email'], 'OWNER'])
  const session = (await call('/api/v1/session?fields=user&_empty=false', basic('agent@acme.example', PASSWORD))).json()
  assert.deepEqual(session.data, { id: session.session_id, user: { id: agent, resource_type: 'user' } })
})
