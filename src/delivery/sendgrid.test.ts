// once
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { invite } from '../../test/support/invitations.ts'
import { openSendGridStandIn, type SendGridStandIn, type SendGridVerdict } from '../../test/support/sendgrid-stand-in.ts'
import { until } from '../../test/support/until.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { openDelivery, type Delivery } from './deliver.ts'
import { checkSendGrid } from './sendgrid.ts'
import { readSendGridUrl } from './sendgrid-url.ts'

let world: World
let acme: TestAccount
const opened: { close(): Promise<void> }[] = []
before(async () => {
  world = await openWorld()
})
after(() => world.close())
beforeEach(async () => {
  acme = await world.account()
  world.log_lines.length = 0
})
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
  await world.ground.db.updateTable('invitations').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
})

async function openStandIn(verdict?: (recipient: string) => SendGridVerdict, query?: string): Promise<SendGridStandIn> {
  const sendgrid = await openSendGridStandIn({ ...verdict ? { verdict } : {}, ...query ? { query } : {} })
  opened.push(sendgrid)
  return sendgrid
}

/** Where nobody is any more. */
async function goneUrl(): Promise<string> {
  const sendgrid = await openSendGridStandIn()
  await sendgrid.close()
  return sendgrid.url
}

function open(mail_url: string): Delivery {
  const delivery = openDelivery({ ground: world.ground, mail_url, public_url: 'https://feedback.acme.test', dkim: null, bounces: { domain: 'bounces.acme.test', secret: 'of no use here' } })
  opened.push(delivery)
  return delivery
}

async function sendAll(delivery: Delivery): Promise<void> {
  while ((await delivery.sendDue()) > 0);
}

function invitationOf({ id }: { id: number }) {
  return world.ground.db.selectFrom('invitations').select(['state', 'not_sent_reason', 'delivery_failure', 'due_at']).where('id', '=', id).executeTakeFirstOrThrow()
}

function attemptsOf({ id }: { id: number }) {
  return world.ground.db.selectFrom('deliveries').select(['id', 'outcome', 'detail']).where('invitation_id', '=', id).orderBy('attempt').execute()
}

test('an invitation goes out as JSON, logged in, with its own headers, and with what its events are known by', async () => {
  const sendgrid = await openStandIn()
  const invited = await invite(acme.ctx)
  const delivery = open(sendgrid.url)
  assert.deepEqual([await delivery.sendDue(), await delivery.sendDue()], [1, 0])
  assert.deepEqual(sendgrid.faults, [])
  const [attempt] = await attemptsOf(invited)
  assert.deepEqual([attempt?.outcome, attempt?.detail, (await invitationOf(invited)).state], ['sent', 'queued as message-1', 'sent'])
  const [mail] = sendgrid.mails
  assert.deepEqual([mail?.to, mail?.subject, mail?.args], ['jo@client.test', 'How did we do?', { earshot_delivery: `${acme.account.id}-${attempt?.id}` }])
  assert.match(mail?.from ?? '', /^Acme <[^<>\s]+>$/)
  assert.partialDeepStrictEqual(mail?.headers, {
    'Message-ID': `<i${acme.account.id}.${invited.id}@feedback.acme.test>`, 'List-Unsubscribe': `<https://feedback.acme.test/unsubscribe/${invited.token}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', 'Auto-Submitted': 'auto-generated',
  })
  assert.match(mail?.text ?? '', /^Hello Jo,/)
  assert.match(mail?.html ?? '', /^<!doctype html>/)
})

test('no more requests are under way than the setting says', async () => {
  const sendgrid = await openStandIn(() => ({ after_ms: 20 }), '?maxConnections=3')
  for (let number = 0; number < 15; number++) await invite(acme.ctx, { email: `p${number}@client.test` })
  await sendAll(open(sendgrid.url))
  assert.deepEqual([sendgrid.mails.length, sendgrid.most_at_once], [15, 3])
})

const TEMPORARY: [string, SendGridVerdict][] = [
  ['too many requests', { status: 429 }], ['its own error', { status: 500 }], ['no service', { status: 503, raw: '<html>' }], ['a wrong key', { status: 401 }], ['a sender that is not ours', { status: 403, field: 'from' }],
  ['a fault with the sender', { status: 400, field: 'from.email' }], ['a fault with nothing', { status: 400 }], ['an address that is not there', { status: 404 }], ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, raw: '' }],
]
for (const [name, verdict] of TEMPORARY) {
  test(`${name}: it is tried again in a minute`, async () => {
    const sendgrid = await openStandIn(() => verdict)
    const invited = await invite(acme.ctx)
    await sendAll(open(sendgrid.url))
    const { state, due_at } = await invitationOf(invited)
    const seconds = ((due_at?.getTime() ?? 0) - world.clock.now().getTime()) / 1000
    assert.deepEqual([state, seconds > 50 && seconds < 70, sendgrid.tries], ['pending', true, 1])
    assert.equal((await attemptsOf(invited))[0]?.outcome, 'temporary_failure')
  })
}

for (const [name, verdict, detail] of [
  ['a recipient that it does not take', { status: 400, field: 'personalizations.0.to.0.email' }, '400, It says no.'], ['a text that it does not take', { status: 400, field: 'content.1.value' }, '400, It says no.'], ['a mail that is too large', { status: 413, raw: '' }, '413'],
] as const) {
  test(`${name}: it is not tried again`, async () => {
    const sendgrid = await openStandIn(() => verdict)
    const invited = await invite(acme.ctx)
    await sendAll(open(sendgrid.url))
    assert.partialDeepStrictEqual(await invitationOf(invited), { state: 'not_sent', not_sent_reason: 'delivery failed', delivery_failure: detail })
  })
}

test('it is not tried before the time that Retry-After names', async () => {
  const sendgrid = await openStandIn(() => ({ status: 429, headers: { 'retry-after': '600' } }))
  const invited = await invite(acme.ctx)
  await sendAll(open(sendgrid.url))
  assert.ok(((await invitationOf(invited)).due_at?.getTime() ?? 0) >= world.clock.now().getTime() + 600_000)
})

test('a line that ends without an answer is told as ambiguous; a server that is not there is not', async () => {
  const sendgrid = await openStandIn(() => 'drop')
  await invite(acme.ctx)
  await sendAll(open(sendgrid.url))
  const ambiguous = () => world.log_lines.filter(({ msg }) => String(msg).startsWith('ambiguous')).length
  assert.equal(ambiguous(), 1)
  await invite(acme.ctx, { email: 'other@client.test' })
  await sendAll(open(await goneUrl()))
  assert.equal(ambiguous(), 1)
})

test('what is under way when the worker stops is given back', async () => {
  const sendgrid = await openStandIn(() => 'stall')
  const invited = await invite(acme.ctx)
  const delivery = open(sendgrid.url)
  const sending = delivery.sendDue()
  await until(() => sendgrid.tries > 0)
  await delivery.close(10)
  await sending
  assert.deepEqual([(await attemptsOf(invited)).map(({ outcome }) => outcome), (await invitationOf(invited)).state], [['given_back'], 'pending'])
})

test('no address, text or key is in the log', async () => {
  const sendgrid = await openStandIn(() => ({ status: 400, field: 'from' }))
  await invite(acme.ctx)
  await sendAll(open(sendgrid.url))
  assert.ok(world.log_lines.length > 0)
  assert.doesNotMatch(JSON.stringify(world.log_lines), /jo@client|It says|SG\.a key/)
})

test('the check says whether the key is good, and whether it may send', async () => {
  const sendgrid = await openStandIn()
  const host = new URL(sendgrid.url).host
  assert.deepEqual(await checkSendGrid(sendgrid.url), { ok: true, detail: `${host} answers and lets us in` })
  sendgrid.setScopes(['alerts.read'])
  assert.deepEqual(await checkSendGrid(sendgrid.url), { ok: false, detail: `${host} answers, but the key may not send mails` })
  assert.deepEqual(await checkSendGrid(`sendgrid://wrong@${host}`), { ok: false, detail: `${host} answers 401` })
  assert.match((await checkSendGrid(await goneUrl())).detail, /could not be reached \(ECONNREFUSED\)/)
})

test('an address says the key, the host, and how many requests at once; over HTTPS but for a loopback address', () => {
  assert.deepEqual(readSendGridUrl('sendgrid://SG.a%40b@api.sendgrid.com'), { base_url: 'https://api.sendgrid.com', key: 'SG.a@b', connections: 10 })
  assert.deepEqual(readSendGridUrl('sendgrid://k@api.eu.sendgrid.com/?maxConnections=2'), { base_url: 'https://api.eu.sendgrid.com', key: 'k', connections: 2 })
  assert.equal(readSendGridUrl('sendgrid://k@127.0.0.1:99').base_url, 'http://127.0.0.1:99')
  for (const text of ['sendgrid://', 'sendgrid://api.sendgrid.com', 'sendgrid://key:secret@api.sendgrid.com', 'sendgrid://key@api.sendgrid.com/v3', 'sendgrid://%zz@api.sendgrid.com', 'sendgrid://key@api.sendgrid.com?from=x', 'sendgrid://key@api.sendgrid.com?maxConnections=0']) assert.throws(() => readSendGridUrl(text), text)
})
