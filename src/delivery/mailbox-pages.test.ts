// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { invite } from '../../test/support/invitations.ts'
import { passTime, sendInto } from '../../test/support/scanned-mail.ts'
import { enableTexts, inviteByText, textTemplate } from '../../test/support/text-messages.ts'
import { createUser } from '../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { outcomesOf } from '../core/clicks/outcomes.ts'
import { contextOf, type Role } from '../core/context.ts'
import { countHit } from '../core/rate-limits.ts'
import { getSandboxMail } from '../core/sandbox-mails.ts'
import { openSession } from '../core/sessions.ts'
import { HUMANS } from '../scanners/humans.ts'
import { surveyLinks } from '../scanners/page-reader.ts'
import { SCANNERS } from '../scanners/scanners.ts'
import { scanMail } from './mailbox-scanners.ts'

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

test('a mail that was sent is in the list, and opens as a page, on a phone, as text, with its headers, and leads to its survey', async () => {
  const { token } = await invite(acme.ctx, { first_name: '<b>Jo</b>' })
  await world.work()
  const cookie = await cookieOf(acme)
  const list = await get('/mailbox', cookie)
  const id = await lastMailId(acme)
  assert.match(list.body, new RegExp(`<a href="/mailbox/${id}"><strong>How did we do\\?</strong></a><span>&lt;b&gt;Jo&lt;/b&gt; Doe &lt;jo@client.test&gt;</span>`))
  assert.match(list.body, /16 Mar 2026, 11:00:00/)
  const mail = await get(`/mailbox/${id}`, cookie)
  assert.equal(mail.statusCode, 200)
  for (const part of [`href="http://earshot.test/surveys/${token}" target="_blank"`, `<iframe class="wide" src="/mailbox/${id}/html"`, `?view=wide" aria-current="page"`]) assert.ok(mail.body.includes(part), part)
  const views = { phone: [`<iframe class="phone" src="/mailbox/${id}/html"`], text: ['Hello &lt;b&gt;Jo&lt;/b&gt;,'], headers: [`&lt;i${acme.account.id}.`, 'Auto-Submitted', 'List-Unsubscribe-Post', '<dt>HTML part</dt><dd>', ' kB</dd>'] }
  for (const [view, parts] of Object.entries(views)) {
    const { statusCode, body } = await get(`/mailbox/${id}?view=${view}`, cookie)
    assert.equal(statusCode, 200)
    for (const part of [...parts, `?view=${view}" aria-current="page"`]) assert.ok(body.includes(part), part)
    assert.doesNotMatch(body, /<b>Jo/)
  }
  for (const unknown of ['?view=', '?view=nonsense', '?view=text&view=phone']) assert.equal((await get(`/mailbox/${id}${unknown}`, cookie)).body.includes('<iframe class="wide"'), unknown.length < 20)
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

async function press(id: number | string, headers: Record<string, string>) {
  return world.app.inject({ method: 'POST', url: `/mailbox/${id}/scanners`, headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...headers }, payload: '' })
}

test('scanners are sent to a mail by a button, and the page says that nothing of it counts', async () => {
  const account = await world.account()
  const { id: invitation_id } = await invite(account.ctx, { survey: 'nps' })
  await world.work()
  const mail = await getSandboxMail(account.ctx, await lastMailId(account))
  assert.match((await get(`/mailbox/${mail.id}`, await cookieOf(account))).body, new RegExp(`<form method="post" action="/mailbox/${mail.id}/scanners"><button class="quiet">Simulate scanners</button>`))
  let page = ''
  for await (const piece of scanMail(account.ctx, mail, { send: sendInto(world), wait: (ms) => passTime(world, ms) })) page += piece.markup
  assert.deepEqual([...page.matchAll(/<th scope="row">([^<]+)<\/th>/g)].map(([, name]) => name), SCANNERS.map(({ name }) => name))
  assert.ok(page.split('<td>yes</td>').length > 4)
  assert.match(page, /Before: nothing\. Now: nothing\. None of the scanners counts\./)
  assert.match(page, /Held for review: [1-9]/)
  const [person] = HUMANS.filter(({ name }) => name === 'no script')
  world.clock.advance({ minutes: 2 })
  await person?.answer(surveyLinks(mail.html), { send: sendInto(world), wait: (ms) => passTime(world, ms), browser: null })
  assert.deepEqual((await outcomesOf(account.ctx, [invitation_id])).map(({ score, is_counted }) => [score, is_counted]), [[10, true]])
})

test('the page of a trial is whole, whatever becomes of each scanner', async () => {
  const account = await world.account()
  await invite(account.ctx)
  await world.work()
  await world.ground.db.updateTable('sandbox_mails').set({ html: '<p>No link at all</p>' }).where('account_id', '=', account.account.id).execute()
  const answer = await press(await lastMailId(account), { cookie: await cookieOf(account) })
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.body.split('<th scope="row">').length, SCANNERS.length + 1)
  assert.match(answer.body, /^<!doctype html>[\s\S]*<\/table>\s*<h2>What counts<\/h2>[\s\S]*<\/html>\s*$/)
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
})

test('the button is for owners and admins, of their own mails, from our own pages, and not for all day', async () => {
  const account = await world.account()
  await invite(account.ctx)
  await world.work()
  const [id, cookie] = [await lastMailId(account), await cookieOf(account)]
  assert.deepEqual([(await press(id, {})).statusCode, (await press(id, { cookie: 'earshot_session=wrong' })).headers.location], [303, '/login'])
  assert.equal((await press(id, { cookie: await cookieOf(account, 'agent') })).statusCode, 403)
  assert.equal((await press(id, { cookie, 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  for (const other of [await lastMailId(acme), 999_999, 'x', 0]) assert.equal((await press(other, { cookie })).statusCode, 404, String(other))
  for (let time = 0; time < 6; time++) await countHit(world.ground, `scanners ${account.account.id}`, 6, 600)
  const limited = await press(id, { cookie })
  assert.equal(limited.statusCode, 429)
  assert.match(limited.body, /Just a moment/)
})
