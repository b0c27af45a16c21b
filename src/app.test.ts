// once
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openWorld, type WorldOptions } from '../test/support/world.ts'
import { openDatabase } from './storage/database.ts'
import { buildApp } from './app.ts'

test('the probes say that the process is up and the database ready', async (t) => {
  const { app } = await open(t)
  assert.deepEqual((await app.inject('/healthz')).json(), { status: 'ok' })
  const ready = await app.inject('/readyz')
  assert.deepEqual([ready.statusCode, ready.json()], [200, { status: 'ready' }])
})

test('without a database it is up, but not ready, and says so without naming it', async (t) => {
  const { ground, config } = await open(t)
  const { db, close } = openDatabase({ connection: { connectionString: 'postgres://earshot:password@127.0.0.1:1/nowhere' } })
  const app = await buildApp({ ground: { ...ground, db }, config })
  t.after(() => app.close().then(close))
  assert.equal((await app.inject('/healthz')).statusCode, 200)
  const ready = await app.inject('/readyz')
  assert.deepEqual([ready.statusCode, ready.json()], [503, { status: 'unavailable', reason: 'The database does not answer (ECONNREFUSED).' }])
})

test('a database that lacks a migration is not ready', async (t) => {
  const { app, ground } = await open(t)
  await ground.db.schema.dropTable('migrations').execute()
  const ready = await app.inject('/readyz')
  assert.deepEqual([ready.statusCode, ready.json()], [503, { status: 'unavailable', reason: 'The database is not migrated.' }])
})

test('a request has a minute to come in whole', async (t) => {
  const { app } = await open(t)
  assert.equal(app.server.requestTimeout, 60_000)
})

test('where nothing is, a browser gets a page and a program JSON', async (t) => {
  const { app } = await open(t)
  const page = await app.inject({ url: '/nothing', headers: { accept: 'text/html,*/*' } })
  assert.equal(page.statusCode, 404)
  assert.match(page.body, /<h1>There is nothing at this address<\/h1>/)
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-[\w+/=]+'; .*form-action 'self'; base-uri 'none'; .*frame-ancestors 'none'$/)
  const json = await app.inject('/nothing')
  assert.deepEqual([json.statusCode, json.json()], [404, { message: 'There is nothing at this address.' }])
})

test('every answer keeps browsers from guessing types and from telling where they came from', async (t) => {
  const { app } = await open(t)
  for (const url of ['/healthz', '/nothing', '/login', '/csat', '/api/v1/cases', '/api/tickets/responses']) {
    const { headers } = await app.inject(url)
    assert.deepEqual([headers['x-content-type-options'], headers['referrer-policy']], ['nosniff', 'no-referrer'], url)
  }
})

test('where HTTPS is required, a GET is redirected, anything else refused, and probes are left alone', async (t) => {
  const { app } = await open(t, { env: { EARSHOT_REQUIRE_HTTPS: 'on', EARSHOT_TRUST_PROXY: '127.0.0.1', EARSHOT_PUBLIC_URL: 'https://feedback.example.com' } })
  const plain = await app.inject('/login?a=b')
  assert.deepEqual([plain.statusCode, plain.headers.location], [301, 'https://feedback.example.com/login?a=b'])
  for (const url of ['/login', '/api/tickets', '/feedback_requests', '/api/v1/cases/1/ratings']) assert.equal((await app.inject({ method: 'POST', url })).statusCode, 403, url)
  assert.equal((await app.inject('/readyz')).statusCode, 200)
  const secure = await app.inject({ url: '/login', headers: { 'x-forwarded-proto': 'https' } })
  assert.deepEqual([secure.statusCode, secure.headers['strict-transport-security']], [200, 'max-age=15768000'])
})

test('a stranger\'s word about the protocol is not taken', async (t) => {
  const { app } = await open(t, { env: { EARSHOT_REQUIRE_HTTPS: 'on', EARSHOT_TRUST_PROXY: '10.0.0.0/8', EARSHOT_PUBLIC_URL: 'https://feedback.example.com' } })
  assert.equal((await app.inject({ url: '/login', headers: { 'x-forwarded-proto': 'https' } })).statusCode, 301)
})

test('it serves HTTPS itself', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'earshot-tls-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const { app } = await open(t, { env: { EARSHOT_TLS_CERT: cert, EARSHOT_TLS_KEY: key, EARSHOT_REQUIRE_HTTPS: 'on' } })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  assert.match(address, /^https:/)
  const status = await new Promise((resolve, reject) => {
    request(`${address}/login`, { rejectUnauthorized: false, agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject).end()
  })
  assert.equal(status, 200)
})

test('the log names routes, never addresses or what they hold', async (t) => {
  const { app, log_lines } = await open(t)
  await app.inject({ method: 'POST', url: '/login/a-secret-token' })
  await app.inject({ method: 'POST', url: '/login', payload: 'email=private%40example.com&password=hunter2', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  const text = JSON.stringify(log_lines)
  assert.match(text, /POST \/login\/:token/)
  assert.doesNotMatch(text, /a-secret-token|private|hunter2/)
})

async function open(t: { after(fn: () => Promise<void>): void }, options?: WorldOptions) {
  const world = await openWorld(options)
  t.after(() => world.close())
  return world
}

test('a request that names the whole address means its path', async (t) => {
  const { app, account } = await open(t)
  const { api_key } = await account()
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { authorization: `Token token=${api_key}`, accept: 'application/vnd.customersure.v1+json', 'user-agent': 'test' }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => get(address, { path: 'http://elsewhere.example/surveys?page=1', headers }, resolve).on('error', reject))
  answer.resume()
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers.link, '<http://earshot.test/surveys?page=1>; rel="first", <http://earshot.test/surveys?page=1>; rel="last"')
})

test('an address with broken percent-encoding, or far too long, is answered by its own face', async (t) => {
  const world = await open(t)
  const { api_key } = await world.account()
  const bearer = { authorization: `Bearer ${api_key}` }
  const answer = async (url: string, headers: Record<string, string>) => {
    const { statusCode, headers: { 'content-type': type } } = await world.app.inject({ url, headers })
    return [statusCode, type]
  }
  assert.deepEqual(await answer('/api/tickets/%zz', bearer), [404, 'application/problem+json; charset=utf-8'])
  assert.deepEqual(await answer(`/api/tickets/${'9'.repeat(2000)}`, bearer), [400, 'application/problem+json; charset=utf-8'])
  assert.deepEqual(await answer('/api/v1/cases/%ff', bearer), [400, 'application/json'])
  const token = { authorization: `Token token=${api_key}`, accept: 'application/vnd.customersure.v1+json', 'user-agent': 'Acme' }
  assert.deepEqual(await answer('/feedback_requests/%zz', token), [404, 'application/json; charset=utf-8'])
  assert.deepEqual(await answer('/surveys/%zz', { accept: 'text/html' }), [404, 'text/html; charset=utf-8'])
  assert.deepEqual(await answer(`/surveys/${'x'.repeat(2000)}`, { accept: 'text/html' }), [404, 'text/html; charset=utf-8'])
})
