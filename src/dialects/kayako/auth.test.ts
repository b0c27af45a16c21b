// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InjectOptions } from 'fastify'
import type { Role } from '../../core/context.ts'
import { createKey, revokeKey } from '../../core/keys.ts'
import { changeUser } from '../../core/users.ts'
import { askedHash, basic, bearer, closedCase, codes, rate } from '../../../test/support/rated-case.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const PASSWORD = 'correct: horse battery'

let world: World
let acme: TestAccount
let case_id: number
let rating_id: number
before(async () => {
  world = await openWorld()
  acme = await world.account()
  for (const role of ['owner', 'admin', 'agent', 'collaborator'] as const) await createUser(acme.ctx, { email: `${role}@acme.example`, name: role, role, password: PASSWORD })
  case_id = await closedCase(acme.ctx)
  rating_id = (await rate(world, case_id, await askedHash(world, acme, case_id), 'GOOD')).json().data.id
})
after(() => world.close())

function call(url: string, headers: InjectOptions['headers'], more: InjectOptions = {}) {
  return world.app.inject({ url, ...more, headers: { ...headers, ...more.headers } })
}

function trigger(headers: InjectOptions['headers'], query = '') {
  return call(`/api/v1/cases/${case_id}/ratings/trigger${query}`, headers, { method: 'POST' })
}

function encoded(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`
}

async function logIn(headers: Record<string, string> = {}, role: Role = 'agent'): Promise<{ session_id: string, csrf: string | undefined }> {
  const answer = await call('/api/v1/cases', { ...basic(`${role}@acme.example`, PASSWORD), ...headers })
  assert.equal(answer.statusCode, 200)
  const csrf = answer.headers['x-csrf-token']
  return { session_id: answer.json().session_id, csrf: csrf === undefined ? undefined : String(csrf) }
}

test('without credentials, what is not public is refused', async () => {
  for (const url of ['/api/v1/cases', `/api/v1/cases/${case_id}`, `/api/v1/cases/${case_id}/ratings`, '/api/v1/cases/ratings/recent', `/api/v1/cases/ratings/${rating_id}`, `/api/v1/cases/${case_id}/ratings/${rating_id}`]) {
    const refused = await call(url, {})
    assert.deepEqual([refused.statusCode, codes(refused)], [401, ['AUTHORIZATION_REQUIRED']], url)
    assert.match(String(refused.headers['www-authenticate']), /^Basic realm=/)
  }
  assert.deepEqual(codes(await trigger({})), ['AUTHORIZATION_REQUIRED'])
})

test('a password that a browser adds to another site\'s form writes nothing', async () => {
  const sent = () => world.ground.db.selectFrom('invitations').select((eb) => eb.fn.countAll<number>().as('count')).where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  const before = await sent()
  for (const site of ['cross-site', 'same-site']) {
    const refused = await trigger({ ...basic('agent@acme.example', PASSWORD), 'sec-fetch-site': site, 'content-type': 'application/x-www-form-urlencoded' })
    assert.deepEqual([refused.statusCode, codes(refused)], [403, ['CSRF_FAILED']], site)
  }
  assert.deepEqual(await sent(), before)
  for (const site of ['same-origin', 'none']) assert.equal((await trigger({ ...basic('agent@acme.example', PASSWORD), 'sec-fetch-site': site })).statusCode, 201, site)
  assert.equal((await call('/api/v1/cases', { ...basic('agent@acme.example', PASSWORD), 'sec-fetch-site': 'cross-site' })).statusCode, 200)
})

test('a script in a browser is not made to show the browser\'s own log-in', async () => {
  for (const by of ['XMLHttpRequest', 'XMHTTPRequest']) assert.equal((await call('/api/v1/cases', { 'x-requested-with': by })).headers['www-authenticate'], undefined, by)
})

test('wrong credentials of any kind are refused alike', async () => {
  const { id, api_key } = await createKey(acme.ctx, { name: 'gone' })
  await revokeKey(acme.ctx, id)
  for (const authorization of [encoded('agent@acme.example:wrong'), encoded(`nobody@acme.example:${PASSWORD}`), encoded(`a\u0000b@acme.example:${PASSWORD}`), encoded('no colon'),
    'Basic', 'Basic %%%', 'Bearer ek_unknown', 'Bearer', `Bearer ${api_key}`, 'Digest username="x"', `Token token="${acme.api_key}"`]) {
    const refused = await call('/api/v1/cases', { authorization })
    assert.deepEqual([refused.statusCode, codes(refused)], [401, ['AUTHENTICATION_FAILED']], authorization)
    assert.ok(refused.headers['www-authenticate'])
  }
  assert.deepEqual(codes(await call('/api/v1/cases?access_token=ek_unknown', {})), ['AUTHENTICATION_FAILED'])
})

test('after ten wrong passwords the log-in is locked, for the right one too', async () => {
  await createUser(acme.ctx, { email: 'forgetful@acme.example', name: 'F', role: 'agent', password: PASSWORD })
  for (let tries = 0; tries < 10; tries++) await call('/api/v1/cases', basic('forgetful@acme.example', 'wrong'), { remoteAddress: '203.0.113.7' })
  const locked = await call('/api/v1/cases', basic('forgetful@acme.example', PASSWORD), { remoteAddress: '203.0.113.7' })
  assert.deepEqual([locked.statusCode, codes(locked)], [429, ['AUTHENTICATION_LOCKED']])
  assert.ok(Number(locked.headers['retry-after']) > 0)
  assert.equal((await call('/api/v1/cases', basic('forgetful@acme.example', PASSWORD), { remoteAddress: '203.0.113.8' })).statusCode, 200)
})

test('each role may do what it may', async () => {
  const may: Record<string, Role[]> = {
    '/api/v1/cases': ['collaborator', 'agent', 'admin', 'owner'],
    [`/api/v1/cases/${case_id}`]: ['collaborator', 'agent', 'admin', 'owner'],
    [`/api/v1/cases/ratings/recent?case_id=${case_id}`]: ['collaborator', 'agent', 'admin', 'owner'],
    [`/api/v1/cases/${case_id}/ratings`]: ['agent', 'admin', 'owner'],
    [`/api/v1/cases/${case_id}/ratings/${rating_id}`]: ['agent', 'admin', 'owner'],
    [`/api/v1/cases/ratings/${rating_id}`]: ['agent', 'admin', 'owner'],
  }
  for (const role of ['collaborator', 'agent', 'admin', 'owner'] as const) {
    const { session_id, csrf } = await logIn({}, role)
    const headers = { 'x-session-id': session_id, 'x-csrf-token': csrf }
    for (const [url, roles] of Object.entries(may)) {
      const answer = await call(url, headers)
      assert.equal(answer.statusCode, roles.includes(role) ? 200 : 403, `${role} ${url}`)
      if (answer.statusCode === 403) assert.deepEqual(codes(answer), ['PERMISSIONS_DENIED'])
    }
    assert.equal((await trigger(headers)).statusCode, role === 'collaborator' ? 403 : 201)
  }
})

test('an API key acts as the owner, in the header or the query', async () => {
  assert.equal((await call(`/api/v1/cases/${case_id}/ratings`, bearer(acme))).statusCode, 200)
  assert.equal((await call(`/api/v1/cases/${case_id}/ratings`, { authorization: `bearer ${acme.api_key}` })).statusCode, 200)
  assert.equal((await call(`/api/v1/cases/${case_id}/ratings?access_token=${acme.api_key}`, {})).statusCode, 200)
  assert.equal((await call(`/api/v1/cases/${case_id}/ratings?access_token=${acme.api_key}`, bearer(acme))).statusCode, 200)
  const torn = await call('/api/v1/cases?access_token=other', bearer(acme))
  assert.deepEqual([torn.statusCode, codes(torn)], [400, ['PARAMETERS_INCONSISTENT']])
  for (const authorization of [encoded(`agent@acme.example:${PASSWORD}`), 'Digest x']) assert.deepEqual(codes(await call(`/api/v1/cases?access_token=${acme.api_key}`, { authorization })), ['PARAMETERS_INCONSISTENT'])
  const answer = await call('/api/v1/cases', bearer(acme))
  assert.deepEqual([answer.json().session_id, answer.headers['x-csrf-token']], [undefined, undefined])
})

test('a password opens a session, which then does alone', async () => {
  const { session_id, csrf } = await logIn()
  assert.ok(session_id && csrf)
  for (const [headers, query] of [[{ 'x-session-id': session_id }, ''], [{}, `?_session_id=${session_id}`], [{ cookie: `a=b; earshot_session=${session_id}` }, ''], [{ 'x-session-id': session_id, cookie: `earshot_session=${session_id}` }, `?_session_id=${session_id}`]] as const) {
    const answer = await call(`/api/v1/cases/${case_id}/ratings${query}`, headers)
    assert.deepEqual([answer.statusCode, answer.json().session_id], [200, undefined])
  }
})

test('the body of a log-in ends with its session, and of a trigger stays what it is', async () => {
  const answer = await call(`/api/v1/cases/ratings/${rating_id}`, basic('agent@acme.example', PASSWORD))
  assert.deepEqual(Object.keys(answer.json()), ['status', 'data', 'resource', 'session_id'])
  assert.equal((await trigger(basic('agent@acme.example', PASSWORD))).body, '{"status":201}')
})

test('what the caller has already is told without opening a session that nobody could use', async () => {
  const url = `/api/v1/cases/ratings/${rating_id}`
  const { etag } = (await call(url, bearer(acme))).headers
  const count = async () => (await world.ground.db.selectFrom('sessions').select('token_hash').execute()).length
  const before = await count()
  const known = await call(url, { ...basic('agent@acme.example', PASSWORD), 'if-none-match': String(etag) })
  assert.deepEqual([known.statusCode, known.headers['x-csrf-token'], await count()], [304, undefined, before])
  const looked = await call(url, basic('agent@acme.example', PASSWORD), { method: 'HEAD' })
  assert.deepEqual([looked.statusCode, looked.headers['x-csrf-token'], await count()], [200, undefined, before])
})

test('a session that writes shows its CSRF token; nothing else has to', async () => {
  const { session_id, csrf } = await logIn({ 'x-csrf': 'true' })
  const other = await logIn()
  for (const token of [undefined, '', 'wrong', other.csrf]) {
    const refused = await trigger({ 'x-session-id': session_id, ...(token === undefined ? {} : { 'x-csrf-token': token }) })
    assert.deepEqual([refused.statusCode, codes(refused)], [403, ['CSRF_FAILED']], String(token))
  }
  assert.equal((await trigger({ 'x-session-id': session_id, 'x-csrf-token': csrf ?? '' })).statusCode, 201)
  assert.equal((await trigger({ cookie: `earshot_session=${session_id}` })).statusCode, 403)
  assert.equal((await trigger(bearer(acme))).statusCode, 201)
  assert.equal((await logIn({ 'x-csrf': 'FALSE' })).csrf, undefined)
})

test('a session that is unknown, over or its user\'s no more is not loaded', async () => {
  const { session_id } = await logIn()
  const user = await createUser(acme.ctx, { email: 'leaving@acme.example', name: 'L', role: 'agent', password: PASSWORD })
  const leaving = (await call('/api/v1/cases', basic('leaving@acme.example', PASSWORD))).json().session_id
  await changeUser(acme.ctx, user.id, { disabled: true })
  for (const [session, also] of [['unknown', {}], ['', {}], [leaving, {}], ['unknown', bearer(acme)], ['unknown', basic('agent@acme.example', PASSWORD)]] as const) {
    const refused = await call('/api/v1/cases', { 'x-session-id': session, ...also })
    assert.deepEqual([refused.statusCode, codes(refused)], [454, ['SESSION_LOADING_FAILED']])
    assert.deepEqual([refused.json().status, refused.headers['www-authenticate']], [454, undefined])
  }
  world.clock.advance({ days: 15 })
  assert.equal((await call('/api/v1/cases', { 'x-session-id': session_id })).statusCode, 454)
})

test('a session named in two ways must be one', async () => {
  const [one, other] = [await logIn(), await logIn()]
  for (const [headers, query] of [[{ 'x-session-id': one.session_id }, `?_session_id=${other.session_id}`], [{ 'x-session-id': one.session_id, cookie: `earshot_session=${other.session_id}` }, ''], [{}, `?_session_id=${one.session_id}&_sessionId=${other.session_id}`]] as const) {
    const refused = await call(`/api/v1/cases${query}`, headers)
    assert.deepEqual([refused.statusCode, codes(refused)], [400, ['PARAMETERS_INCONSISTENT']])
  }
})

test('a cookie that comes along unasked does not stand against credentials', async () => {
  assert.equal((await call('/api/v1/cases', { ...bearer(acme), cookie: 'earshot_session=stale' })).statusCode, 200)
  assert.equal((await call('/api/v1/cases', { ...basic('agent@acme.example', PASSWORD), cookie: 'earshot_session=stale' })).statusCode, 200)
})

test('what is public asks nobody who they are', async () => {
  const hash = await askedHash(world, acme, case_id)
  const answer = await call(`/api/v1/cases/${case_id}/ratings`, { authorization: 'Bearer wrong', 'x-session-id': 'wrong' }, { method: 'POST', payload: { hash, score: 'BAD' } })
  assert.equal(answer.statusCode, 201)
})
