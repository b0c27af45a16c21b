// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { disableSecondFactor, sweepPendingLogIns } from '../../core/second-factors.ts'
import { changeUser } from '../../core/users.ts'
import { basic, codes } from '../../../test/support/rated-case.ts'
import { giveSecondFactor } from '../../../test/support/second-factor.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const PASSWORD = 'correct horse battery'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account({ name: 'Acme' })
})
after(() => world.close())

let people = 0

/** An agent with a second factor, and what their app shows. */
async function agent() {
  const email = `agent${++people}@acme.example`
  const { id } = await createUser(acme.ctx, { email, name: 'Agent', role: 'agent', password: PASSWORD })
  return { id, email, code: await giveSecondFactor(world, acme.ctx, id) }
}

function call(headers: Record<string, string>, query = '') {
  return world.app.inject({ url: `/api/v1/cases${query}`, headers })
}

async function tokenOf(email: string): Promise<string> {
  return (await call(basic(email, PASSWORD))).json().auth_token
}

test('a password alone is answered with what the second step takes, and opens no session', async () => {
  const { email } = await agent()
  const answer = await call(basic(email, PASSWORD))
  const { auth_token, ...body } = answer.json()
  assert.equal(answer.statusCode, 403)
  assert.match(auth_token, /^[\w-]{43}$/)
  assert.deepEqual(Object.keys(answer.json()), ['status', 'errors', 'notifications', 'auth_token'])
  assert.deepEqual(body, {
    status: 403,
    errors: [{ code: 'OTP_EXPECTED', message: 'The log-in is to be finished with a one-time code.', more_info: 'http://earshot.test/docs/kayako#OTP_EXPECTED' }],
    notifications: [{ type: 'INFO', message: 'This log-in has a second factor.' }],
  })
  assert.equal(answer.headers['x-csrf-token'], undefined)
  assert.deepEqual(codes(await call(basic(email, 'wrong'))), ['AUTHENTICATION_FAILED'])
})

test('token and code finish it, in headers or in the address, and open a session', async () => {
  const one = await agent()
  const answer = await call({ 'x-token': await tokenOf(one.email), 'x-otp': one.code() })
  assert.equal(answer.statusCode, 200)
  assert.ok(answer.headers['x-csrf-token'])
  assert.equal((await call({ 'x-session-id': answer.json().session_id })).statusCode, 200)
  const other = await agent()
  assert.equal((await call({}, `?_token=${await tokenOf(other.email)}&_otp=${other.code()}`)).statusCode, 200)
})

test('credentials may stand beside the token, and the code beside the credentials', async () => {
  const one = await agent()
  assert.equal((await call({ ...basic(one.email, PASSWORD), 'x-token': await tokenOf(one.email), 'x-otp': one.code() })).statusCode, 200)
  const other = await agent()
  assert.equal((await call({ ...basic(other.email, PASSWORD), 'x-otp': other.code() })).statusCode, 200)
})

test('a code is good once, a token too, and neither is good without the other', async () => {
  const { email, code } = await agent()
  const [first, second] = [await tokenOf(email), await tokenOf(email)]
  const used = code()
  assert.equal((await call({ 'x-token': first, 'x-otp': used })).statusCode, 200)
  for (const [token, otp] of [[second, used], [second, code(-1)], [first, code(1)], ['guess', code(1)], ['', code(1)]] as const) {
    const refused = await call({ 'x-token': token, 'x-otp': otp })
    assert.deepEqual([refused.statusCode, codes(refused)], [401, ['AUTHENTICATION_FAILED']])
    assert.ok(refused.headers['www-authenticate'])
  }
  const alone = await call({ 'x-token': second })
  assert.deepEqual([codes(alone), alone.json().auth_token], [['OTP_EXPECTED'], second])
  assert.deepEqual(codes(await call({ 'x-otp': code(1) })), ['AUTHORIZATION_REQUIRED'])
  assert.equal((await call({ 'x-token': second, 'x-otp': code(1) })).statusCode, 200)
})

test('of many who show the same code at once, one is in', async () => {
  const { email, code } = await agent()
  const tokens = [await tokenOf(email), await tokenOf(email), await tokenOf(email)]
  const answers = await Promise.all([...tokens, ...tokens].map((token) => call({ 'x-token': token, 'x-otp': code() })))
  assert.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1)
})

test('the token of the first step is good for nothing else, and for five minutes', async () => {
  const { email, code } = await agent()
  const token = await tokenOf(email)
  assert.deepEqual(codes(await call({ 'x-session-id': token })), ['SESSION_LOADING_FAILED'])
  assert.deepEqual(codes(await call({ authorization: `Bearer ${token}` })), ['AUTHENTICATION_FAILED'])
  world.clock.advance({ minutes: 5 })
  assert.deepEqual(codes(await call({ 'x-token': token, 'x-otp': code() })), ['AUTHENTICATION_FAILED'])
  await sweepPendingLogIns(world.ground)
  assert.deepEqual(await world.ground.db.selectFrom('pending_log_ins').select('id').where('expires_at', '<=', world.clock.now()).execute(), [])
})

test('after ten codes in ten minutes the log-in is locked, whatever the token and for the right code too', async () => {
  world.clock.set('2026-04-01T10:00:00Z')
  const { email, code } = await agent()
  for (let tries = 0; tries < 10; tries++) assert.equal((await call({ 'x-token': await tokenOf(email), 'x-otp': '000000' })).statusCode, 401)
  const locked = await call({ 'x-token': await tokenOf(email), 'x-otp': code() })
  assert.deepEqual([locked.statusCode, codes(locked), locked.headers['retry-after']], [429, ['AUTHENTICATION_LOCKED'], '600'])
  world.clock.advance({ minutes: 10 })
  assert.equal((await call({ 'x-token': await tokenOf(email), 'x-otp': code() })).statusCode, 200)
})

test('what is said in two places must be the same', async () => {
  const { email, code } = await agent()
  const token = await tokenOf(email)
  for (const [headers, query] of [[{ 'x-token': token, 'x-otp': code() }, '?_otp=000000'], [{ 'x-token': token, 'x-otp': code() }, '?_token=other']] as const) {
    const refused = await call(headers, query)
    assert.deepEqual([refused.statusCode, codes(refused)], [400, ['PARAMETERS_INCONSISTENT']])
  }
  assert.equal((await call({ 'x-token': token, 'x-otp': code() }, `?_token=${token}&_otp=${code()}`)).statusCode, 200)
})

test('enabling ends the sessions before it and replaces the secret; disabling lets the password do', async () => {
  const { id } = await createUser(acme.ctx, { email: 'late@acme.example', name: 'Late', role: 'agent', password: PASSWORD })
  const { session_id } = (await call(basic('late@acme.example', PASSWORD))).json()
  const first = await giveSecondFactor(world, acme.ctx, id)
  assert.equal((await call({ 'x-session-id': session_id })).statusCode, 454)
  const second = await giveSecondFactor(world, acme.ctx, id)
  assert.equal((await call({ ...basic('late@acme.example', PASSWORD), 'x-otp': first() })).statusCode, 401)
  assert.equal((await call({ ...basic('late@acme.example', PASSWORD), 'x-otp': second() })).statusCode, 200)
  await disableSecondFactor(acme.ctx, id)
  assert.equal((await call(basic('late@acme.example', PASSWORD))).statusCode, 200)
})

test('a user who was disabled in between does not get in', async () => {
  const { id, email, code } = await agent()
  const token = await tokenOf(email)
  await changeUser(acme.ctx, id, { disabled: true })
  assert.deepEqual(codes(await call({ 'x-token': token, 'x-otp': code() })), ['AUTHENTICATION_FAILED'])
})

test('the first step is not to be finished once its password is no longer good, or the second factor is another', async () => {
  const one = await agent()
  const token = await tokenOf(one.email)
  await changeUser(acme.ctx, one.id, { password: `${PASSWORD} 2` })
  assert.deepEqual(codes(await call({ 'x-token': token, 'x-otp': one.code() })), ['AUTHENTICATION_FAILED'])
  const other = await agent()
  const before = await tokenOf(other.email)
  const code = await giveSecondFactor(world, acme.ctx, other.id)
  assert.deepEqual(codes(await call({ 'x-token': before, 'x-otp': code() })), ['AUTHENTICATION_FAILED'])
})

test('the secret is stored sealed, and the token as a hash', async () => {
  const { id, email } = await agent()
  const token = await tokenOf(email)
  const row = await world.ground.db.selectFrom('second_factors').selectAll().where('user_id', '=', id).executeTakeFirstOrThrow()
  assert.equal(row.sealed_secret.length, 12 + 16 + 20)
  const pending = await world.ground.db.selectFrom('pending_log_ins').selectAll().where('user_id', '=', id).executeTakeFirstOrThrow()
  assert.ok(!JSON.stringify(pending).includes(token))
  assert.equal(pending.token_hash.length, 32)
})
