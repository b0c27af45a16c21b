// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sweepAccessTokens } from '../../core/access-tokens.ts'
import { createKey } from '../../core/keys.ts'
import { changeClient, createClient, listClients, revokeClient, type OauthClientDraft } from '../../core/oauth/clients.ts'
import { sweepGrants } from '../../core/oauth/grants.ts'
import { changeUser } from '../../core/users.ts'
import { Invalid, NotFound } from '../../core/errors.ts'
import { askToken } from '../../../test/support/oauth.ts'
import { basic, codes } from '../../../test/support/rated-case.ts'
import { giveSecondFactor } from '../../../test/support/second-factor.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const PASSWORD = 'correct horse battery'
const EMAIL = 'agent@acme.example'

let world: World
let acme: TestAccount
let user_id: number
before(async () => {
  world = await openWorld()
  acme = await world.account()
  user_id = (await createUser(acme.ctx, { email: EMAIL, name: 'Agent', role: 'agent', password: PASSWORD })).id
})
after(() => world.close())

/** A client by its secret, as form fields. */
async function makeClient(draft: Partial<OauthClientDraft> = {}) {
  const { id, client_id, client_secret } = await createClient(acme.ctx, { name: 'Desk', grants: ['password', 'refresh_token'], ...draft })
  return { id, fields: { client_id, client_secret: client_secret ?? '' } }
}

const USER = { grant_type: 'password', username: EMAIL, password: PASSWORD }

function cases(token: string, more = '') {
  return world.app.inject({ url: `/api/v1/cases${more}`, headers: { authorization: `Bearer ${token}` } })
}

async function refused(answer: Promise<{ statusCode: number, json(): Record<string, unknown> }>, status: number, error: string): Promise<void> {
  const { statusCode, json } = await answer
  assert.deepEqual([statusCode, json().error, Object.keys(json())], [status, error, ['error', 'error_description']])
}

test('a password is traded for tokens, in the shape of RFC 6749', async () => {
  const { fields } = await makeClient()
  const answer = await askToken(world, { ...USER, ...fields })
  const { access_token, refresh_token, ...rest } = answer.json()
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'conversations' })
  assert.match(access_token, /^oa_[\w-]{43}$/)
  assert.match(refresh_token, /^or_[\w-]{43}$/)
  assert.deepEqual([answer.headers['cache-control'], answer.headers.pragma], ['no-store', 'no-cache'])
  assert.equal((await cases(access_token)).statusCode, 200)
  assert.equal((await world.app.inject(`/api/v1/cases?access_token=${access_token}`)).statusCode, 200)
  assert.equal((await cases(access_token)).json().session_id, undefined)
})

test('forms, JSON and multipart are taken, and the client by Basic too', async () => {
  const { fields } = await makeClient()
  assert.equal((await world.app.inject({ method: 'POST', url: '/oauth/token', payload: { ...USER, ...fields } })).statusCode, 200)
  assert.equal((await askToken(world, USER, basic(fields.client_id, fields.client_secret))).statusCode, 200)
  assert.equal((await askToken(world, { ...USER, client_id: fields.client_id }, basic(fields.client_id, fields.client_secret))).statusCode, 200)
})

test('what a client says wrongly it is told in the RFC\'s words', async () => {
  const { fields } = await makeClient()
  await refused(askToken(world, { ...fields }), 400, 'invalid_request')
  await refused(askToken(world, { ...USER, ...fields, grant_type: 'implicit' }), 400, 'unsupported_grant_type')
  await refused(askToken(world, { ...fields, grant_type: 'password', username: EMAIL }), 400, 'invalid_request')
  await refused(askToken(world, { ...fields, grant_type: 'refresh_token' }), 400, 'invalid_request')
  await refused(askToken(world, { ...USER, ...fields }, basic(fields.client_id, fields.client_secret)), 400, 'invalid_request')
  await refused(askToken(world, { ...USER, client_id: 'oc_other' }, basic(fields.client_id, fields.client_secret)), 400, 'invalid_request')
  await refused(askToken(world, { ...USER, ...fields, scope: 'users' }), 400, 'invalid_scope')
  await refused(askToken(world, { ...USER, ...fields, scope: 'nonsense' }), 400, 'invalid_scope')
  await refused(askToken(world, { ...fields, grant_type: 'client_credentials' }), 400, 'unauthorized_client')
  await refused(askToken(world, { ...fields, grant_type: 'authorization_code', code: 'x' }), 400, 'unauthorized_client')
  await refused(askToken(world, { ...USER, ...fields, password: 'wrong' }), 400, 'invalid_grant')
  await refused(world.app.inject({ method: 'POST', url: '/oauth/token', payload: `grant_type=password&grant_type=password&client_id=${fields.client_id}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 400, 'invalid_request')
  await refused(world.app.inject({ method: 'POST', url: '/oauth/token', payload: '{', headers: { 'content-type': 'application/json' } }), 400, 'invalid_request')
  await refused(world.app.inject({ method: 'POST', url: '/oauth/token', payload: '<x/>', headers: { 'content-type': 'text/xml' } }), 415, 'invalid_request')
  for (const [method, url] of [['GET', '/oauth/token'], ['GET', '/oauth/nothing'], ['DELETE', '/oauth/token/authorize']] as const) await refused(world.app.inject({ method, url }), 404, 'invalid_request')
})

test('a client that is unknown, revoked or has another secret is refused alike', async () => {
  const [right, revoked, other] = [await makeClient(), await makeClient(), await makeClient()]
  await revokeClient(acme.ctx, revoked.id)
  const { client_id, client_secret } = right.fields
  const wrong: Record<string, string>[] = [{}, { client_id }, { client_id, client_secret: 'wrong' }, { client_id, client_secret: other.fields.client_secret }, revoked.fields, { client_id: 'oc_nobody', client_secret }, { client_id: '\u0000', client_secret }]
  for (const fields of wrong) {
    const answer = await askToken(world, { ...USER, ...fields })
    assert.deepEqual([answer.statusCode, answer.json().error], [401, 'invalid_client'], JSON.stringify(fields))
    assert.match(String(answer.headers['www-authenticate']), /^Basic /)
  }
  await refused(askToken(world, USER, { authorization: 'Bearer x' }), 401, 'invalid_client')
})

test('50 wrong secrets in ten minutes keep an address out, the right one too', async () => {
  world.clock.set('2026-04-01T10:00:00Z')
  const { fields } = await makeClient()
  const ask = (client_secret: string, remoteAddress: string) => world.app.inject({ method: 'POST', url: '/oauth/token', payload: { ...USER, ...fields, client_secret }, remoteAddress })
  for (let tries = 0; tries < 50; tries++) assert.equal((await ask('wrong', '192.0.2.9')).statusCode, 401)
  const limited = await ask(fields.client_secret, '192.0.2.9')
  assert.deepEqual([limited.statusCode, limited.json().error, limited.headers['retry-after']], [429, 'too_many_requests', '600'])
  assert.equal((await ask(fields.client_secret, '192.0.2.10')).statusCode, 200)
})

test('ten wrong passwords lock the log-in here as elsewhere', async () => {
  world.clock.advance({ hours: 1 })
  const { fields } = await makeClient()
  for (let tries = 0; tries < 10; tries++) await askToken(world, { ...USER, ...fields, password: 'wrong' })
  const locked = await askToken(world, { ...USER, ...fields })
  assert.deepEqual([locked.statusCode, locked.json().error], [429, 'too_many_requests'])
  world.clock.advance({ hours: 1 })
})

test('a user with a second factor sends its code along', async () => {
  const { fields } = await makeClient()
  const { id } = await createUser(acme.ctx, { email: 'two@acme.example', name: 'Two', role: 'agent', password: PASSWORD })
  const code = await giveSecondFactor(world, acme.ctx, id)
  const given = { ...USER, ...fields, username: 'two@acme.example' }
  const asked = await askToken(world, given)
  assert.deepEqual([asked.statusCode, asked.json().error], [400, 'invalid_grant'])
  assert.match(asked.json().error_description, /one-time code as otp/)
  await refused(askToken(world, { ...given, otp: '000000' }), 400, 'invalid_grant')
  assert.equal((await askToken(world, { ...given, otp: code() })).statusCode, 200)
  await refused(askToken(world, { ...given, otp: code() }), 400, 'invalid_grant')
})

test('a user of another account gives this account\'s clients nothing', async () => {
  const other = await world.account()
  await createUser(other.ctx, { email: 'agent@other.example', name: 'Other', role: 'owner', password: PASSWORD })
  await refused(askToken(world, { ...USER, ...(await makeClient()).fields, username: 'agent@other.example' }), 400, 'invalid_grant')
})

test('scopes are those asked for, and the API keeps to them', async () => {
  const { fields } = await makeClient({ scopes: ['conversations', 'users:read'] })
  const narrow = (await askToken(world, { ...USER, ...fields, scope: 'conversations:read' })).json()
  assert.equal(narrow.scope, 'conversations:read')
  assert.equal((await cases(narrow.access_token)).statusCode, 200)
  const write = await world.app.inject({ method: 'POST', url: '/api/v1/cases/1/ratings/trigger', headers: { authorization: `Bearer ${narrow.access_token}` } })
  assert.deepEqual([write.statusCode, codes(write)], [403, ['PERMISSIONS_DENIED']])
  await refused(askToken(world, { ...USER, ...fields, scope: 'users' }), 400, 'invalid_scope')
  assert.equal((await askToken(world, { ...USER, ...fields })).json().scope, 'conversations users:read')
})

test('a refresh token is good once; shown again it ends all tokens of its leave', async () => {
  const { fields } = await makeClient()
  const refresh = (refresh_token: string, more = {}) => askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token, ...more })
  const first = (await askToken(world, { ...USER, ...fields })).json()
  const bystander = (await askToken(world, { ...USER, ...fields })).json()
  const second = (await refresh(first.refresh_token)).json()
  assert.equal((await cases(second.access_token)).statusCode, 200)
  assert.equal((await cases(first.access_token)).statusCode, 200)
  await refused(refresh(first.refresh_token), 400, 'invalid_grant')
  for (const { access_token } of [first, second]) assert.deepEqual(codes(await cases(access_token)), ['AUTHENTICATION_FAILED'])
  await refused(refresh(second.refresh_token), 400, 'invalid_grant')
  assert.equal((await cases(bystander.access_token)).statusCode, 200)
})

test('of two who refresh with one token at once, none is left with any', async () => {
  const { fields } = await makeClient()
  const { refresh_token } = (await askToken(world, { ...USER, ...fields })).json()
  const answers = await Promise.all([1, 2].map(() => askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token })))
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 400])
  const [won] = answers.filter(({ statusCode }) => statusCode === 200)
  assert.equal((await cases(won?.json().access_token)).statusCode, 401)
})

test('a refresh may ask for less than the leave, not for more, and never for another client', async () => {
  const [one, other] = [await makeClient({ scopes: ['conversations', 'users'] }), await makeClient()]
  const first = (await askToken(world, { ...USER, ...one.fields, scope: 'conversations users:read' })).json()
  const refresh = (refresh_token: string, fields: Record<string, string>, scope?: string) => askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token, ...scope ? { scope } : {} })
  await refused(refresh(first.refresh_token, one.fields, 'users'), 400, 'invalid_scope')
  await refused(refresh(first.refresh_token, other.fields), 400, 'invalid_grant')
  await refused(refresh('or_unknown', one.fields), 400, 'invalid_grant')
  const less = (await refresh(first.refresh_token, one.fields, 'conversations:read')).json()
  assert.equal(less.scope, 'conversations:read')
  assert.equal((await refresh(less.refresh_token, one.fields)).json().scope, 'conversations users:read')
})

test('an access token is over after an hour, a refresh token after 30 days, and their rows go', async () => {
  const { fields } = await makeClient()
  const first = (await askToken(world, { ...USER, ...fields })).json()
  world.clock.advance({ seconds: 3599 })
  assert.equal((await cases(first.access_token)).statusCode, 200)
  world.clock.advance({ seconds: 1 })
  assert.deepEqual(codes(await cases(first.access_token)), ['AUTHENTICATION_FAILED'])
  world.clock.advance({ days: 29 })
  const second = (await askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token: first.refresh_token })).json()
  world.clock.advance({ days: 30 })
  await refused(askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token: second.refresh_token }), 400, 'invalid_grant')
  await sweepAccessTokens(world.ground)
  await sweepGrants(world.ground)
  for (const table of ['access_tokens', 'refresh_tokens', 'oauth_grants', 'oauth_codes'] as const) assert.deepEqual(await world.ground.db.selectFrom(table).select('id').execute(), [], table)
})

test('a new password, being disabled, and the client\'s end each end the tokens', async () => {
  const { id, fields } = await makeClient()
  const open = async () => (await askToken(world, { ...USER, ...fields })).json()
  const one = await open()
  await changeUser(acme.ctx, user_id, { password: PASSWORD })
  assert.equal((await cases(one.access_token)).statusCode, 401)
  const two = await open()
  await changeUser(acme.ctx, user_id, { disabled: true })
  assert.equal((await cases(two.access_token)).statusCode, 401)
  await changeUser(acme.ctx, user_id, { disabled: false })
  await refused(askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token: two.refresh_token }), 400, 'invalid_grant')
  const three = await open()
  await revokeClient(acme.ctx, id)
  assert.equal((await cases(three.access_token)).statusCode, 401)
  await refused(askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token: three.refresh_token }), 401, 'invalid_client')
})

test('a client that loses a scope takes it from the tokens that are out', async () => {
  const { id, fields } = await makeClient({ scopes: ['conversations', 'users'] })
  const { access_token } = (await askToken(world, { ...USER, ...fields })).json()
  await changeClient(acme.ctx, id, { scopes: ['users'] })
  assert.deepEqual(codes(await cases(access_token)), ['PERMISSIONS_DENIED'])
})

test('a client that loses a way to its tokens, or the user whom it acts for, loses the tokens', async () => {
  const other = (await createUser(acme.ctx, { email: 'next@acme.example', name: 'Next', role: 'collaborator' })).id
  const { id, fields } = await makeClient({ grants: ['password', 'refresh_token', 'client_credentials'], user_id: other })
  const [byUser, byPassword] = await Promise.all([{ grant_type: 'client_credentials' }, USER].map(async (more) => (await askToken(world, { ...fields, ...more })).json()))
  await changeClient(acme.ctx, id, { name: 'Still it', user_id: other, grants: ['client_credentials', 'password', 'refresh_token'] })
  assert.equal((await cases(byUser.access_token)).statusCode, 200)
  await changeClient(acme.ctx, id, { user_id })
  assert.deepEqual([(await cases(byUser.access_token)).statusCode, (await cases(byPassword.access_token)).statusCode], [401, 200])
  await changeClient(acme.ctx, id, { grants: ['client_credentials', 'refresh_token'] })
  assert.equal((await cases(byPassword.access_token)).statusCode, 401)
  await refused(askToken(world, { ...fields, grant_type: 'refresh_token', refresh_token: byPassword.refresh_token }), 400, 'invalid_grant')
})

test('by client credentials a client acts for its user, and an API key\'s pair is none of these clients', async () => {
  const client = await makeClient({ grants: ['client_credentials', 'refresh_token'], scopes: ['users', 'conversations'], user_id })
  const { access_token, refresh_token, scope } = (await askToken(world, { ...client.fields, grant_type: 'client_credentials' })).json()
  assert.deepEqual([refresh_token, scope], [undefined, 'users conversations'])
  assert.equal((await world.app.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${access_token}` } })).json().data.id, user_id)
  const { client_id, client_secret } = await createKey(acme.ctx, { name: 'key' })
  for (const grant of [{ grant_type: 'client_credentials' }, USER]) await refused(askToken(world, { client_id, client_secret, ...grant }), 401, 'invalid_client')
  await changeUser(acme.ctx, user_id, { disabled: true })
  await refused(askToken(world, { ...client.fields, grant_type: 'client_credentials' }), 400, 'unauthorized_client')
  await changeUser(acme.ctx, user_id, { disabled: false })
})

test('secrets and tokens are stored as hashes only', async () => {
  const { fields } = await makeClient()
  const { access_token, refresh_token } = (await askToken(world, { ...USER, ...fields })).json()
  const { db } = world.ground
  const rows = [await db.selectFrom('oauth_clients').selectAll().execute(), await db.selectFrom('access_tokens').selectAll().execute(), await db.selectFrom('refresh_tokens').selectAll().execute()]
  for (const secret of [fields.client_secret, access_token, refresh_token]) assert.ok(!JSON.stringify(rows).includes(secret))
  assert.ok(!JSON.stringify(await listClients(acme.ctx)).includes('hash'))
})

test('what a client cannot be is told', async () => {
  const make = (draft: Partial<OauthClientDraft> & { is_public?: boolean }) => createClient(acme.ctx, { name: 'x', redirect_uris: ['https://client.example/back'], ...draft })
  for (const uri of ['http://client.example/', 'https://client.example/#x', '/back', 'javascript:alert(1)', 'data:text/html,x', 'app:/back', 'https://a;b.example/', 'https://client.example/ x', '', 'https://client.example/ü'])
    await assert.rejects(make({ redirect_uris: [uri] }), Invalid, uri)
  for (const uri of ['https://client.example/back?x=1', 'http://localhost:3000/back', 'http://127.0.0.1/', 'http://[::1]:8/', 'com.example.app:/back']) assert.deepEqual((await make({ redirect_uris: [uri] })).redirect_uris, [uri])
  for (const draft of [{ redirect_uris: [] }, { name: ' ' }, { scopes: [] }, { scopes: ['all'] }, { grants: [] }, { grants: ['implicit'] }, { grants: ['client_credentials'] }, { is_public: true, grants: ['password'] }]) await assert.rejects(make(draft), Invalid, JSON.stringify(draft))
  await assert.rejects(make({ user_id: 999_999 }), NotFound)
  const other = await world.account()
  await assert.rejects(make({ user_id: other.owner_id }), NotFound)
  const { id } = await make({})
  for (const change of [{ redirect_uris: ['http://x.example'] }, { grants: ['client_credentials'] }, { scopes: ['x'] }]) await assert.rejects(changeClient(acme.ctx, id, change), Invalid)
  await assert.rejects(changeClient(other.ctx, id, { name: 'Mine' }), NotFound)
  await assert.rejects(revokeClient(other.ctx, id), NotFound)
  assert.deepEqual(await listClients(other.ctx), [])
})

test('the tokens of clients open nothing but this API', async () => {
  const { fields } = await makeClient({ scopes: ['conversations', 'users', 'configuration'] })
  await createUser(acme.ctx, { email: 'jane@customer.example', name: 'Jane', role: 'customer', password: PASSWORD })
  for (const username of [EMAIL, 'jane@customer.example']) {
    const { access_token } = (await askToken(world, { ...USER, ...fields, username })).json()
    const authorization = `Bearer ${access_token}`
    for (const url of ['/api/tickets/responses', '/v1/surveys']) assert.equal((await world.app.inject({ url, headers: { authorization } })).statusCode, 401, url)
    const token = await world.app.inject({ url: '/surveys', headers: { 'user-agent': 'x', accept: 'application/vnd.customersure.v1+json', authorization: `Token token="${access_token}"` } })
    assert.equal(token.statusCode, 401)
    const traded = await world.app.inject({ method: 'POST', url: '/connect/token', payload: new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    assert.equal(traded.statusCode, 401)
  }
})
