// once
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { createClient, revokeClient, type OauthClientDraft } from '../../core/oauth/clients.ts'
import { changeUser } from '../../core/users.ts'
import { askToken } from '../../../test/support/oauth.ts'
import { giveSecondFactor } from '../../../test/support/second-factor.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const PASSWORD = 'correct horse battery'
const EMAIL = 'agent@acme.example'
const BACK = 'https://client.example/back'
const PATH = '/oauth/token/authorize'
const VERIFIER = 'a-verifier-that-has-at-least-forty-three-characters'
const CHALLENGE = { code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'), code_challenge_method: 'S256' }

let world: World
let acme: TestAccount
let user_id: number
before(async () => {
  world = await openWorld()
  acme = await world.account()
  user_id = (await createUser(acme.ctx, { email: EMAIL, name: 'Agent', role: 'agent', password: PASSWORD })).id
})
after(() => world.close())

async function makeClient(draft: Partial<OauthClientDraft> & { is_public?: boolean } = {}) {
  const { id, client_id, client_secret } = await createClient(acme.ctx, { name: 'Desk', redirect_uris: [BACK], ...draft })
  const fields: Record<string, string> = client_secret === null ? { client_id } : { client_id, client_secret }
  return { id, client_id, fields, asked: { response_type: 'code', client_id, redirect_uri: BACK, state: 'st&te=é' } }
}

function show(asked: Record<string, string>) {
  return world.app.inject(`${PATH}?${new URLSearchParams(asked).toString()}`)
}

function send(fields: Record<string, string>, headers: Record<string, string> = {}) {
  return world.app.inject({ method: 'POST', url: PATH, payload: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
}

const YES = { email: EMAIL, password: PASSWORD, decision: 'allow' }

/** Where the browser is sent, and with what. */
function sentTo(answer: LightMyRequestResponse): { to: string, said: Record<string, string> } {
  assert.equal(answer.statusCode, 303, answer.body)
  assert.equal(answer.headers['cache-control'], 'no-store')
  const url = new URL(String(answer.headers.location))
  return { to: `${url.protocol}//${url.host}${url.pathname}`, said: Object.fromEntries(url.searchParams) }
}

async function codeFor(asked: Record<string, string>): Promise<string> {
  return sentTo(await send({ ...asked, ...YES })).said.code ?? ''
}

function redeem(fields: Record<string, string>, code: string, more: Record<string, string> = { redirect_uri: BACK }) {
  return askToken(world, { ...fields, grant_type: 'authorization_code', code, ...more })
}

async function isRefused(answer: Promise<LightMyRequestResponse>, error = 'invalid_grant'): Promise<void> {
  const { statusCode, json } = await answer
  assert.deepEqual([statusCode, json().error], [400, error])
}

test('a person is shown who asks for what, logs in, and their client gets its tokens', async () => {
  const { asked, fields } = await makeClient({ name: 'Desk <b>', scopes: ['conversations', 'users:read'] })
  const page = await show(asked)
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /Let Desk &lt;b&gt; in\?[\s\S]*see and change cases[\s\S]*see people[\s\S]*client\.example/)
  assert.match(page.body, /name="state" value="st&amp;te=é"/)
  assert.doesNotMatch(page.body, /<script|name="scope"/)
  assert.match(String(page.headers['content-security-policy']), /form-action 'self' https:\/\/client\.example; .*frame-ancestors 'none'/)
  assert.equal(page.headers['cache-control'], 'no-store')
  const { to, said } = sentTo(await send({ ...asked, ...YES }))
  assert.deepEqual([to, Object.keys(said), said.state], [BACK, ['code', 'state'], asked.state])
  const tokens = (await redeem(fields, said.code ?? '')).json()
  assert.deepEqual([tokens.token_type, tokens.scope], ['Bearer', 'conversations users:read'])
  const me = await world.app.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${tokens.access_token}` } })
  assert.equal(me.json().data.id, user_id)
})

test('looking changes nothing, however often', async () => {
  const { asked } = await makeClient()
  const count = async () => Promise.all((['oauth_codes', 'oauth_grants', 'sessions', 'pending_log_ins'] as const).map(async (table) => (await world.ground.db.selectFrom(table).select('id').execute()).length))
  const before = await count()
  for (let times = 0; times < 3; times++) await show({ ...asked, ...YES })
  await world.app.inject({ method: 'HEAD', url: `${PATH}?${new URLSearchParams(asked).toString()}` })
  assert.deepEqual(await count(), before)
})

test('nobody is sent to an address that is not the client\'s own, letter by letter', async () => {
  const { asked, id } = await makeClient({ redirect_uris: [BACK, 'https://client.example/other'] })
  for (const redirect_uri of ['https://evil.example/', `${BACK}/`, `${BACK}?x=1`, 'https://client.example/BACK', 'https://client.example:443/back', '//client.example/back']) {
    for (const answer of [await show({ ...asked, redirect_uri }), await send({ ...asked, ...YES, redirect_uri }), await send({ ...asked, redirect_uri, decision: 'deny' })]) {
      assert.deepEqual([answer.statusCode, answer.headers.location], [400, undefined], redirect_uri)
    }
  }
  const { redirect_uri: _, ...unnamed } = asked
  assert.equal((await show(unnamed)).statusCode, 400)
  assert.equal((await show({ ...asked, client_id: 'oc_nobody' })).statusCode, 400)
  await revokeClient(acme.ctx, id)
  assert.equal((await show(asked)).statusCode, 400)
})

test('what else is wrong the client is told, with its state', async () => {
  const { asked } = await makeClient()
  const faults: [Record<string, string>, string][] = [
    [{ response_type: 'token' }, 'unsupported_response_type'], [{ response_type: '' }, 'invalid_request'], [{ scope: 'users' }, 'invalid_scope'], [{ scope: 'nonsense' }, 'invalid_scope'],
    [{ code_challenge: CHALLENGE.code_challenge }, 'invalid_request'], [{ ...CHALLENGE, code_challenge_method: 'plain' }, 'invalid_request'], [{ ...CHALLENGE, code_challenge: 'short' }, 'invalid_request'],
    [{ code_challenge_method: 'S256' }, 'invalid_request'],
  ]
  for (const [wrong, error] of faults) {
    for (const answer of [await show({ ...asked, ...wrong }), await send({ ...asked, ...YES, ...wrong })]) {
      const { to, said } = sentTo(answer)
      assert.deepEqual([to, said.error, said.state, said.code], [BACK, error, asked.state, undefined], JSON.stringify(wrong))
    }
  }
  const { asked: closed } = await makeClient({ grants: ['password'] })
  assert.equal(sentTo(await show(closed)).said.error, 'unauthorized_client')
})

test('saying no takes no password', async () => {
  const { asked } = await makeClient()
  const { to, said } = sentTo(await send({ ...asked, decision: 'deny' }))
  assert.deepEqual([to, said.error, said.state], [BACK, 'access_denied', asked.state])
})

test('a wrong password is answered with the page, the address kept and the password not', async () => {
  const { asked } = await makeClient()
  const answer = await send({ ...asked, ...YES, password: 'wrong password' })
  assert.equal(answer.statusCode, 401)
  assert.match(answer.body, /role="alert"[\s\S]*value="agent@acme\.example"/)
  assert.doesNotMatch(answer.body, /wrong password/)
  assert.equal((await send({ ...asked, decision: 'allow' })).statusCode, 401)
})

test('ten wrong passwords lock the page, too', async () => {
  world.clock.set('2026-04-01T10:00:00Z')
  const { asked } = await makeClient()
  for (let tries = 0; tries < 10; tries++) await send({ ...asked, ...YES, password: 'wrong' })
  const locked = await send({ ...asked, ...YES })
  assert.deepEqual([locked.statusCode, locked.headers['retry-after']], [429, '600'])
  world.clock.advance({ hours: 1 })
})

test('a second factor is asked for before leave is given', async () => {
  const { asked } = await makeClient()
  const { id } = await createUser(acme.ctx, { email: 'two@acme.example', name: 'Two', role: 'agent', password: PASSWORD })
  const code = await giveSecondFactor(world, acme.ctx, id)
  const page = await send({ ...asked, ...YES, email: 'two@acme.example' })
  assert.equal(page.statusCode, 200)
  const auth_token = /name="auth_token" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  assert.doesNotMatch(page.body, new RegExp(PASSWORD))
  const wrong = await send({ ...asked, decision: 'allow', auth_token, code: '000000' })
  assert.equal(wrong.statusCode, 401)
  assert.ok(wrong.body.includes(auth_token))
  assert.ok(sentTo(await send({ ...asked, decision: 'allow', auth_token, code: code() })).said.code)
})

test('a person of another account gives no leave here', async () => {
  const other = await world.account()
  await createUser(other.ctx, { email: 'owner@other.example', name: 'Other', role: 'owner', password: PASSWORD })
  const answer = await send({ ...(await makeClient()).asked, ...YES, email: 'owner@other.example' })
  assert.equal(answer.statusCode, 403)
  assert.match(answer.body, /belongs to another account/)
})

test('forms that other sites send are refused', async () => {
  const { asked } = await makeClient()
  for (const from of ['cross-site', 'same-site']) assert.equal((await send({ ...asked, ...YES }, { 'sec-fetch-site': from })).statusCode, 403)
  assert.equal((await send({ ...asked, ...YES }, { 'sec-fetch-site': 'same-origin' })).statusCode, 303)
})

test('a code is good once, and shown again it ends what it was traded for', async () => {
  const { asked, fields } = await makeClient()
  const code = await codeFor(asked)
  const { access_token, refresh_token } = (await redeem(fields, code)).json()
  await isRefused(redeem(fields, code))
  assert.equal((await world.app.inject({ url: '/api/v1/cases', headers: { authorization: `Bearer ${access_token}` } })).statusCode, 401)
  await isRefused(askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token }))
})

test('a code is over after 60 seconds', async () => {
  const { asked, fields } = await makeClient()
  const [early, late] = [await codeFor(asked), await codeFor(asked)]
  world.clock.advance({ seconds: 59 })
  assert.equal((await redeem(fields, early)).statusCode, 200)
  world.clock.advance({ seconds: 1 })
  await isRefused(redeem(fields, late))
})

test('a code is its client\'s alone, for the address it was asked for with, and its user\'s while they are in', async () => {
  const [one, other] = [await makeClient(), await makeClient()]
  const code = await codeFor(one.asked)
  await isRefused(redeem(other.fields, code))
  await isRefused(redeem(one.fields, 'ok_guess'))
  assert.equal((await redeem(one.fields, code)).statusCode, 200)
  await isRefused(redeem(one.fields, await codeFor(one.asked), { redirect_uri: 'https://client.example/other' }))
  await isRefused(redeem(one.fields, await codeFor(one.asked), {}))
  const { redirect_uri: _, ...unnamed } = one.asked
  assert.equal((await redeem(one.fields, await codeFor(unnamed), {})).statusCode, 200)
  const last = await codeFor(one.asked)
  await changeUser(acme.ctx, user_id, { disabled: true })
  await isRefused(redeem(one.fields, last))
  await changeUser(acme.ctx, user_id, { disabled: false })
})

test('a client without a secret proves by its verifier that the code is its own', async () => {
  const { asked, fields } = await makeClient({ is_public: true, redirect_uris: ['com.example.desk:/back'] })
  const own = { ...asked, redirect_uri: 'com.example.desk:/back' }
  assert.equal(sentTo(await show(own)).said.error, 'invalid_request')
  assert.match(String((await show({ ...own, ...CHALLENGE })).headers['content-security-policy']), /form-action 'self' com\.example\.desk:;/)
  const back = { redirect_uri: own.redirect_uri }
  await isRefused(redeem(fields, await codeFor({ ...own, ...CHALLENGE }), back))
  await isRefused(redeem(fields, await codeFor({ ...own, ...CHALLENGE }), { ...back, code_verifier: `${VERIFIER}x` }))
  await isRefused(redeem(fields, await codeFor({ ...own, ...CHALLENGE }), { ...back, code_verifier: CHALLENGE.code_challenge }))
  const { access_token, refresh_token } = (await redeem(fields, await codeFor({ ...own, ...CHALLENGE }), { ...back, code_verifier: VERIFIER })).json()
  assert.equal((await world.app.inject({ url: '/api/v1/cases', headers: { authorization: `Bearer ${access_token}` } })).statusCode, 200)
  assert.equal((await askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token })).statusCode, 200)
  const { asked: secretive, fields: secret } = await makeClient()
  await isRefused(redeem(secret, await codeFor(secretive), { redirect_uri: BACK, code_verifier: VERIFIER }))
})

test('an address that has a query keeps it', async () => {
  const uri = 'https://client.example/back?tenant=7'
  const { asked } = await makeClient({ redirect_uris: [uri] })
  const answer = await send({ ...asked, ...YES, redirect_uri: uri })
  assert.match(String(answer.headers.location), /^https:\/\/client\.example\/back\?tenant=7&code=ok_[\w-]{43}&state=/)
})

test('what is garbled is answered kindly', async () => {
  const { asked } = await makeClient()
  assert.equal((await world.app.inject(`${PATH}?client_id=a&client_id=b`)).statusCode, 400)
  assert.equal((await show({ ...asked, state: 'x'.repeat(5000) })).statusCode, 400)
  assert.equal((await world.app.inject({ method: 'POST', url: PATH, payload: '<x/>', headers: { 'content-type': 'text/xml' } })).statusCode, 415)
  for (const url of [PATH, `${PATH}?client_id=%00`]) assert.match((await world.app.inject(url)).body, /not known to this server/)
})
