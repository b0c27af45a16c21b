// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { invite } from '../../test/support/invitations.ts'
import { enableTexts, inviteByText, textTemplate } from '../../test/support/text-messages.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { contextOf, type Role } from '../core/context.ts'
import { openSession } from '../core/sessions.ts'
import { createUser } from '../core/users.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account({ time_zone: 'Europe/Berlin' })
})
after(() => world.close())

/** The cookie of someone of that role who is logged in. */
async function cookieOf({ account, ctx }: TestAccount, role: Role = 'owner'): Promise<string> {
  const user = await createUser(ctx, { email: `${role}${Math.random()}@acme.test`, name: role, role })
  const session = await openSession(contextOf(world.ground, account, { kind: 'user', user_id: user.id, role, staff_id: null }))
  return `earshot_session=${session.session_id}`
}

async function get(url: string, cookie?: string) {
  return world.app.inject({ url, headers: { accept: 'text/html', ...(cookie ? { cookie } : {}) } })
}

async function lastMailId({ account }: TestAccount): Promise<number> {
  const { id } = await world.ground.db.selectFrom('sandbox_mails').select('id').where('account_id', '=', account.id).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
  return id
}

test('whoever is not logged in is sent to the log-in page', async () => {
  for (const url of ['/mailbox', '/mailbox/1', '/mailbox/1/html', '/mailbox/texts']) {
    for (const cookie of [undefined, 'earshot_session=wrong']) {
      const answer = await get(url, cookie)
      assert.deepEqual([answer.statusCode, answer.headers.location], [303, '/login'])
    }
  }
})

test('an API key opens no page', async () => {
  const answer = await world.app.inject({ url: '/mailbox', headers: { authorization: `Bearer ${acme.api_key}` } })
  assert.equal(answer.statusCode, 303)
})

test('owners and admins see it, agents and collaborators do not', async () => {
  const statuses = []
  for (const role of ['owner', 'admin', 'agent', 'collaborator'] as const) statuses.push((await get('/mailbox', await cookieOf(acme, role))).statusCode)
  assert.deepEqual(statuses, [200, 200, 403, 403])
  assert.equal((await get('/mailbox/texts', await cookieOf(acme, 'agent'))).statusCode, 403)
})

test('an empty mailbox says how mails come into it', async () => {
  const fresh = await world.account()
  assert.match((await get('/mailbox', await cookieOf(fresh))).body, /There are no mails yet/)
})

test('a mail that was sent is in the list, and opens with headers, both parts and its survey', async () => {
  const { token } = await invite(acme.ctx, { first_name: '<b>Jo</b>' })
  await world.work()
  const cookie = await cookieOf(acme)
  const list = await get('/mailbox', cookie)
  const id = await lastMailId(acme)
  assert.match(list.body, new RegExp(`<a href="/mailbox/${id}"><strong>How did we do\\?</strong></a><span>&lt;b&gt;Jo&lt;/b&gt; Doe &lt;jo@client.test&gt;</span>`))
  assert.match(list.body, /16 Mar 2026, 11:00:00/)
  const mail = await get(`/mailbox/${id}`, cookie)
  assert.equal(mail.statusCode, 200)
  for (const part of [`href="http://earshot.test/surveys/${token}" target="_blank"`, `&lt;i${acme.account.id}.`, 'Auto-Submitted', 'Hello &lt;b&gt;Jo&lt;/b&gt;,', `<iframe src="/mailbox/${id}/html"`]) assert.ok(mail.body.includes(part), part)
  assert.doesNotMatch(mail.body, /<b>Jo/)
  assert.match(String(mail.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-src 'self'; frame-ancestors 'none'$/)
})

test('the mail\'s HTML part is shown for its frame only, with links that open in a new tab and nothing that runs', async () => {
  const { statusCode, headers, body } = await get(`/mailbox/${await lastMailId(acme)}/html`, await cookieOf(acme))
  assert.equal(statusCode, 200)
  assert.match(body, /<head><base target="_blank">/)
  assert.match(String(headers['content-security-policy']), /^default-src 'none'; .*frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox$/)
})

test('another account\'s mail is not there, nor is one that never was', async () => {
  const other = await world.account()
  const cookie = await cookieOf(other)
  const foreign = await lastMailId(acme)
  for (const id of [foreign, 999_999, 'nonsense', '0', '-1', '1.5', '99999999999999999999']) {
    for (const url of [`/mailbox/${id}`, `/mailbox/${id}/html`]) assert.equal((await get(url, cookie)).statusCode, 404, url)
  }
  assert.doesNotMatch((await get('/mailbox', cookie)).body, /jo@client.test/)
})

test('fifty on a page, newest first, with a way to the older ones and back', async () => {
  const busy = await world.account()
  for (let number = 1; number <= 51; number++) await invite(busy.ctx, { email: `p${number}@client.test` })
  await world.work()
  const cookie = await cookieOf(busy)
  const ids = async (page: string) => [...(await get(`/mailbox${page}`, cookie)).body.matchAll(/href="\/mailbox\/(\d+)"/g)].map((match) => Number(match[1]))
  const [first, second] = [await ids(''), await ids('?page=2')]
  assert.deepEqual([first.length, second.length], [50, 1])
  assert.deepEqual([...first, ...second], [...first, ...second].toSorted((a, b) => b - a))
  assert.match((await get('/mailbox', cookie)).body, /Page 1 of 2, 51 mails[^]*rel="next"/)
  assert.match((await get('/mailbox?page=2', cookie)).body, /rel="prev"/)
  assert.deepEqual(await ids('?page=3'), [])
  assert.match((await get('/mailbox?page=9', cookie)).body, /href="\/mailbox\?page=2" rel="prev"/)
  for (const page of ['0', '-1', 'two', '1.5']) assert.equal((await get(`/mailbox?page=${page}`, cookie)).statusCode, 400, page)
})

test('a text message that was sent is shown whole, with its length, its segments and its survey', async () => {
  const texting = await world.account({ time_zone: 'Europe/Berlin' })
  await enableTexts(texting.ctx)
  const cookie = await cookieOf(texting)
  assert.match((await get('/mailbox/texts', cookie)).body, /There are no text messages yet/)
  const { token } = await inviteByText(texting.ctx, { first_name: '<b>Jo</b>', text_message_template_id: await textTemplate(texting.ctx, 'Hello {{first_name}} 😀\nHow did we do? {{link-to-survey}}') })
  await world.work()
  const { statusCode, body } = await get('/mailbox/texts', cookie)
  assert.equal(statusCode, 200)
  for (const part of [`Hello &lt;b&gt;Jo&lt;/b&gt; 😀\nHow did we do? http://earshot.test/surveys/${token}`, '<strong>+447700900123</strong>', '16 Mar 2026, 11:00:00', '83 characters, 2 segments',
    `<a href="http://earshot.test/surveys/${token}" target="_blank">`, 'Page 1 of 1, 1 text message<', '<a href="/mailbox/texts" aria-current="page">']) assert.ok(body.includes(part), part)
  assert.doesNotMatch(body, /<b>Jo/)
  assert.match((await get('/mailbox', cookie)).body, /<a href="\/mailbox" aria-current="page">Mails<\/a><a href="\/mailbox\/texts">/)
  assert.doesNotMatch((await get('/mailbox/texts', await cookieOf(acme))).body, /447700900123/)
})

test('text messages too are fifty on a page, newest first', async () => {
  const busy = await world.account()
  await enableTexts(busy.ctx)
  for (let number = 100; number <= 150; number++) await inviteByText(busy.ctx, { telephone_number: `+447700900${number}` })
  await world.work()
  const cookie = await cookieOf(busy)
  const numbers = async (page: string) => [...(await get(`/mailbox/texts${page}`, cookie)).body.matchAll(/<strong>(\+\d+)</g)].map((match) => match[1])
  const [first, second] = [await numbers(''), await numbers('?page=2')]
  assert.deepEqual([first.length, second.length, new Set([...first, ...second]).size], [50, 1, 51])
  assert.match((await get('/mailbox/texts', cookie)).body, /Page 1 of 2, 51 text messages[^]*href="\/mailbox\/texts\?page=2" rel="next"/)
  assert.deepEqual(await numbers('?page=3'), [])
  for (const page of ['0', '-1', 'two', '1.5']) assert.equal((await get(`/mailbox/texts?page=${page}`, cookie)).statusCode, 400, page)
})
