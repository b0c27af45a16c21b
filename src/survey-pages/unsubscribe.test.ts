// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InjectOptions } from 'fastify'
import { listUnsubscribes } from '../core/unsubscribes.ts'
import { invite } from '../../test/support/invitations.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account({ name: 'Acme <b> & "Co"' })
})
after(() => world?.close())

let count = 0
/** The token of somebody new, and their address. */
async function someone(): Promise<{ token: string, email: string }> {
  const email = `jo${count++}@client.test`
  return { token: (await invite(acme.ctx, { email })).token, email }
}

async function isOut(email: string): Promise<boolean> {
  return (await listUnsubscribes(acme.ctx, { offset: 0, limit: 1000 })).rows.some(({ address }) => address === email)
}

function call(method: 'GET' | 'HEAD' | 'POST', url: string, more: InjectOptions = {}) {
  return world.app.inject({ method, url, ...more })
}

test('looking shows one button in a small page that nobody may store, index or frame, and changes nothing', async () => {
  const { token, email } = await someone()
  const reply = await call('GET', `/unsubscribe/${token}`)
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(reply.headers['cache-control'], 'no-store')
  assert.equal(reply.headers['x-robots-tag'], 'noindex, nofollow')
  assert.equal(reply.headers['referrer-policy'], 'no-referrer')
  assert.equal(reply.headers['set-cookie'], undefined)
  assert.match(String(reply.headers['content-security-policy']), /default-src 'none'; style-src 'sha256-[^']+';.*form-action 'self'.*frame-ancestors 'none'/)
  assert.match(reply.body, /<html lang="en" dir="ltr">/)
  assert.match(reply.body, new RegExp(`<form method="post" action="/unsubscribe/${token}">\\s*<button>Unsubscribe</button>`))
  assert.match(reply.body, /Acme &lt;b&gt; &amp; &quot;Co&quot; will then send you no more/)
  assert.doesNotMatch(reply.body, /<script|style="| on[a-z]+="|<b>/)
  assert.doesNotMatch(reply.body, new RegExp(email), 'whoever sees the page learns nobody\'s address')
  assert.equal((await call('HEAD', `/unsubscribe/${token}`)).statusCode, 200)
  assert.equal(await isOut(email), false)
})

test('the button opts out, says so, and offers to come back; coming back offers to go again', async () => {
  const { token, email } = await someone()
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: '' }
  const done = await call('POST', `/unsubscribe/${token}`, form)
  assert.deepEqual([done.statusCode, await isOut(email)], [200, true])
  assert.match(done.body, /<h1>You are unsubscribed<\/h1>/)
  assert.match(done.body, new RegExp(`action="/resubscribe/${token}"`))
  assert.match((await call('GET', `/unsubscribe/${token}`)).body, /<h1>You are unsubscribed<\/h1>/)
  const back = await call('POST', `/resubscribe/${token}`, form)
  assert.deepEqual([back.statusCode, await isOut(email)], [200, false])
  assert.match(back.body, /<h1>Welcome back<\/h1>/)
  assert.match(back.body, new RegExp(`action="/unsubscribe/${token}"`))
  assert.match((await call('GET', `/unsubscribe/${token}`)).body, /<button>Unsubscribe/)
})

const BOUNDARY = 'x-boundary'
const ONE_CLICKS: Record<string, InjectOptions> = {
  'a form': { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'List-Unsubscribe=One-Click' },
  'a multipart form': {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }, payload: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${BOUNDARY}--\r\n`,
  },
  'no type': { payload: Buffer.from('List-Unsubscribe=One-Click') },
  'no body': {},
  'another type': { headers: { 'content-type': 'text/plain;charset=UTF-8' }, payload: 'List-Unsubscribe=One-Click' },
}
for (const [name, request] of Object.entries(ONE_CLICKS)) {
  test(`a mail program's one click with ${name} opts out at once: 200, no cookie, nowhere else to go`, async () => {
    const { token, email } = await someone()
    const reply = await call('POST', `/unsubscribe/${token}`, request)
    assert.deepEqual([reply.statusCode, reply.headers.location, reply.headers['set-cookie'], await isOut(email)], [200, undefined, undefined, true])
    assert.equal((await call('POST', `/unsubscribe/${token}`, request)).statusCode, 200, 'twice is harmless')
  })
}

test('a link that is unknown, whatever it looks like, is not found and opts nobody out', async () => {
  const total = async () => (await listUnsubscribes(acme.ctx, { offset: 0, limit: 1 })).total
  const was = await total()
  for (const token of ['AAAAAAAAAAAAAAAAAAAAAA', 'x', '%00', 'a%2Fb', 'a'.repeat(400)]) {
    for (const [method, path] of [['GET', 'unsubscribe'], ['POST', 'unsubscribe'], ['POST', 'resubscribe']] as const) {
      const reply = await call(method, `/${path}/${token}`)
      assert.equal(reply.statusCode, 404, `${method} ${path} ${token}`)
      assert.match(reply.body, /We could not find this link/)
    }
  }
  assert.equal((await call('GET', `/resubscribe/${(await someone()).token}`)).statusCode, 404)
  assert.equal(await total(), was)
})

test('a survey link whose time is over, whose survey is archived, or that was answered still opts out', async () => {
  const { token, email } = await someone()
  const was = world.clock.now()
  await world.ground.db.updateTable('invitations').set({ answered_at: was }).where('token', '=', token).execute()
  await world.ground.db.updateTable('surveys').set({ archived_at: was }).where('account_id', '=', acme.account.id).where('purpose', '=', 'ticket').execute()
  world.clock.advance({ days: 400 })
  const reply = await call('POST', `/unsubscribe/${token}`)
  world.clock.set(was)
  await world.ground.db.updateTable('surveys').set({ archived_at: null }).where('account_id', '=', acme.account.id).execute()
  assert.deepEqual([reply.statusCode, await isOut(email)], [200, true])
})

test('the page is in the language and direction of the template that its link came in, or in the one that the link names, and stays in it', async () => {
  const { token } = await someone()
  await world.ground.db.updateTable('email_templates').set({ locale: 'he' }).where('account_id', '=', acme.account.id).execute()
  assert.match((await call('GET', `/unsubscribe/${token}`)).body, /<html lang="he" dir="rtl">[\s\S]*<button>הסרה מרשימת התפוצה/)
  await world.ground.db.updateTable('email_templates').set({ locale: 'en' }).where('account_id', '=', acme.account.id).execute()
  const asked = await call('GET', `/unsubscribe/${token}?locale=fi`)
  assert.match(asked.body, /<html lang="fi" dir="ltr">/)
  const [, action = ''] = /action="([^"]+)"/.exec(asked.body) ?? []
  assert.match((await call('POST', action)).body, /<html lang="fi" dir="ltr">[\s\S]*<h1>Viestit on lopetettu/)
  assert.match((await call('GET', `/unsubscribe/${token}?locale=xx`)).body, /<html lang="en" dir="ltr">/)
})

test('a body beyond all measure is refused', async () => {
  const { token, email } = await someone()
  assert.equal((await call('POST', `/unsubscribe/${token}`, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'x'.repeat(300_000) })).statusCode, 413)
  assert.equal(await isOut(email), false)
})

test('one address may try 60 links that do not exist in ten minutes', async () => {
  world.clock.advance({ hours: 1 })
  const statuses: number[] = []
  for (let guess = 0; guess < 61; guess++) statuses.push((await call('POST', `/unsubscribe/guess-${guess}`, { remoteAddress: '2001:db8::1' })).statusCode)
  assert.deepEqual([...new Set(statuses.slice(0, 60)), statuses[60]], [404, 429])
})
