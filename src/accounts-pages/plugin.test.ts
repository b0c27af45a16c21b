// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { giveSecondFactor } from '../../test/support/second-factor.ts'
import { openWorld, type World } from '../../test/support/world.ts'
import { contextOf } from '../core/context.ts'
import { createLoginLink } from '../core/login-links.ts'
import { openSession } from '../core/sessions.ts'
import { createUser } from '../core/users.ts'

const PASSWORD = 'correct horse battery'
let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('a visitor is shown the way to log in', async () => {
  const page = await world.app.inject('/')
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /href="\/login"/)
})

test('a person logs in, sees their account, and logs out', async () => {
  const { ctx } = await world.account({ name: 'Acme <Ltd>' })
  await createUser(ctx, { email: 'anna@example.com', name: 'Anna', role: 'admin', password: PASSWORD })
  const answer = await post('/login', { email: 'anna@example.com', password: PASSWORD })
  assert.deepEqual([answer.statusCode, answer.headers.location], [303, '/'])
  const cookie = cookiesOf(answer)
  const page = await world.app.inject({ url: '/', headers: { cookie } })
  assert.match(page.body, /Acme &lt;Ltd&gt;[\s\S]*logged in as admin/)
  const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  assert.equal((await post('/logout', { csrf_token: 'forged' }, { cookie })).statusCode, 403)
  assert.match((await world.app.inject({ url: '/', headers: { cookie } })).body, /logged in as admin/)
  const out = await post('/logout', { csrf_token }, { cookie })
  assert.deepEqual([out.statusCode, out.headers.location], [303, '/login'])
  assert.match((await world.app.inject({ url: '/', headers: { cookie } })).body, /href="\/login"/)
})

test('the cookie is out of reach of scripts and of other sites', async () => {
  const { ctx, owner_id } = await world.account()
  const { token } = await createLoginLink(ctx, owner_id)
  const answer = await world.app.inject({ method: 'POST', url: `/login/${token}` })
  for (const line of [answer.headers['set-cookie']].flat()) assert.match(String(line), /^earshot_\w+=[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/)
})

test('a browser keeps a session for as long as it is used', async () => {
  const { ctx, owner_id } = await world.account()
  const answer = await world.app.inject({ method: 'POST', url: `/login/${(await createLoginLink(ctx, owner_id)).token}` })
  const kept_days = Number(/; Max-Age=(\d+)/.exec(String(answer.headers['set-cookie']))?.[1]) / 86_400
  for (let days = 10; days <= 60; days += 10) {
    world.clock.advance({ days: 10 })
    assert.ok(kept_days > days)
    assert.match((await world.app.inject({ url: '/', headers: { cookie: cookiesOf(answer) } })).body, /logged in as owner/)
  }
})

test('wrong credentials are answered with the form, the address kept and the password not', async () => {
  const answer = await post('/login', { email: 'x"@example.com', password: 'wrong password' })
  assert.equal(answer.statusCode, 401)
  assert.match(answer.body, /role="alert"[^>]*>This address and password do not belong together/)
  assert.match(answer.body, /value="x&quot;@example.com"/)
  assert.doesNotMatch(answer.body, /wrong password/)
  assert.equal(answer.headers['set-cookie'], undefined)
})

test('what cannot be an address is answered like any other wrong one', async () => {
  for (const email of ['a\0b@example.com', '\0', 'x', '@@', ' ']) assert.equal((await post('/login', { email, password: 'wrong password' })).statusCode, 401, JSON.stringify(email))
})

test('too many wrong credentials are told to wait', async () => {
  for (let i = 0; i < 10; i++) await post('/login', { email: 'many@example.com', password: 'wrong' })
  const answer = await post('/login', { email: 'many@example.com', password: 'wrong' })
  assert.equal(answer.statusCode, 429)
  assert.match(answer.body, /Please wait \d+ minutes/)
  assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/)
})

test('opening a log-in link uses nothing up; its button does, once', async () => {
  const { ctx, owner_id } = await world.account()
  const { token } = await createLoginLink(ctx, owner_id)
  for (const method of ['GET', 'HEAD', 'GET'] as const) assert.equal((await world.app.inject({ method, url: `/login/${token}` })).statusCode, 200)
  const first = await world.app.inject({ method: 'POST', url: `/login/${token}` })
  assert.equal(first.statusCode, 303)
  assert.match((await world.app.inject({ url: '/', headers: { cookie: cookiesOf(first) } })).body, /logged in as owner/)
  const second = await world.app.inject({ method: 'POST', url: `/login/${token}` })
  assert.equal(second.statusCode, 410)
  assert.match(second.body, /used already, or its time is over/)
})

test('a second factor is asked for after the password, and after a log-in link', async () => {
  const { ctx } = await world.account()
  const { id } = await createUser(ctx, { email: 'two@example.com', name: 'Two', role: 'admin', password: PASSWORD })
  const code = await giveSecondFactor(world, ctx, id)
  const link = await createLoginLink(ctx, id)
  for (const [later, first] of [[0, await post('/login', { email: 'two@example.com', password: PASSWORD })], [1, await world.app.inject({ method: 'POST', url: `/login/${link.token}` })]] as const) {
    assert.deepEqual([first.statusCode, first.headers['set-cookie']], [200, undefined])
    const auth_token = /name="auth_token" value="([^"]+)"/.exec(first.body)?.[1] ?? ''
    const wrong = await post('/login/code', { auth_token, code: '000000' })
    assert.equal(wrong.statusCode, 401)
    assert.match(wrong.body, /role="alert"/)
    const right = await post('/login/code', { auth_token, code: code(later) })
    assert.deepEqual([right.statusCode, right.headers.location], [303, '/'])
    assert.match((await world.app.inject({ url: '/', headers: { cookie: cookiesOf(right) } })).body, /logged in as admin/)
    assert.equal((await post('/login/code', { auth_token, code: code(later) })).statusCode, 401)
  }
})

test('after ten codes a person is told to wait', async () => {
  const { ctx } = await world.account()
  const { id } = await createUser(ctx, { email: 'ten@example.com', name: 'Ten', role: 'admin', password: PASSWORD })
  await giveSecondFactor(world, ctx, id)
  const auth_token = /name="auth_token" value="([^"]+)"/.exec((await post('/login', { email: 'ten@example.com', password: PASSWORD })).body)?.[1] ?? ''
  for (let tries = 0; tries < 10; tries++) assert.equal((await post('/login/code', { auth_token, code: '000000' })).statusCode, 401)
  const answer = await post('/login/code', { auth_token, code: '000000' })
  assert.equal(answer.statusCode, 429)
  assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/)
})

test('customers are kept out of the pages, by their password and by a session of the API', async () => {
  const { ctx, account } = await world.account({ name: 'Acme for staff' })
  const { contact_id } = await createUser(ctx, { email: 'jane@customer.example', name: 'Jane', role: 'customer', password: PASSWORD })
  const answer = await post('/login', { email: 'jane@customer.example', password: PASSWORD })
  assert.deepEqual([answer.statusCode, answer.headers['set-cookie']], [403, undefined])
  const { session_id } = await openSession(contextOf(world.ground, account, { kind: 'customer', contact_id, fingerprint_id: null }))
  const cookie = `earshot_session=${session_id}`
  const page = await world.app.inject({ url: '/', headers: { cookie } })
  assert.match(page.body, /href="\/login"/)
  assert.doesNotMatch(page.body, /Acme for staff/)
  assert.equal((await world.app.inject({ url: '/mailbox', headers: { cookie } })).statusCode, 403)
})

test('forms that other sites send are refused', async () => {
  const answer = await post('/login', { email: 'a@example.com', password: 'b' }, { 'sec-fetch-site': 'cross-site' })
  assert.equal(answer.statusCode, 403)
})

test('a form that is incomplete or too long is answered kindly', async () => {
  assert.equal((await post('/login', { email: 'a@example.com' })).statusCode, 400)
  assert.equal((await post('/login', { email: 'a@example.com', password: 'x'.repeat(201) })).statusCode, 400)
  assert.equal((await post('/login', { email: 'a@example.com', password: 'x'.repeat(300_000) })).statusCode, 413)
  assert.equal((await world.app.inject({ method: 'POST', url: '/login', payload: '{}', headers: { 'content-type': 'text/plain' } })).statusCode, 415)
})

function post(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return world.app.inject({ method: 'POST', url, payload: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
}

function cookiesOf(answer: { headers: Record<string, unknown> }): string {
  return [answer.headers['set-cookie']].flat().map((line) => String(line).split(';')[0]).join('; ')
}
