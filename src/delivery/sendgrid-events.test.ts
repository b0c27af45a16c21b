import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { invite, remind } from '../../test/support/invitations.ts'
import { EVENT_KEY, signedEvents } from '../../test/support/sendgrid-stand-in.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { removeBlock } from '../core/blocks.ts'
import { claimDue } from '../core/invitations/claim.ts'
import type { EmailMessage } from '../core/invitations/messages.ts'
import { recordOutcome } from '../core/invitations/outcome.ts'
import { sweepProviderEvents } from '../core/invitations/receipts.ts'
import { resubscribe } from '../core/unsubscribes.ts'
import { isSignedBySendGrid, readEventKey } from './sendgrid-signature.ts'

const PATH = '/provider-events/sendgrid'

let world: World
let acme: TestAccount
let number = 0
before(async () => {
  world = await openWorld({ env: { EARSHOT_SENDGRID_EVENT_KEY: EVENT_KEY } })
})
after(() => world.close())
beforeEach(async () => {
  await world.ground.db.updateTable('invitations').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
  acme = await world.account()
})

/** An invitation whose mail a worker has just handed over. */
async function sent() {
  const invited = await invite(acme.ctx)
  const message = await begun()
  await recordOutcome(world.ground, message, { kind: 'sent', detail: 'queued as message-1' })
  return { invited, message }
}

async function begun(): Promise<EmailMessage> {
  const { messages: [message] } = await claimDue(world.ground, { limit: 1, host: 'earshot.test' })
  if (!message) throw new Error('nothing is due')
  return message
}

function eventOf({ account_id, delivery_id }: { account_id: number, delivery_id: number }, fields: Record<string, unknown>) {
  return { email: 'jo@client.test', timestamp: 1, sg_event_id: `event-${++number}`, sg_message_id: 'message-1.recv', earshot_delivery: `${account_id}-${delivery_id}`, ...fields }
}

function tell(events: unknown) {
  return world.app.inject({ method: 'POST', url: PATH, ...signedEvents(events, world.clock.now()) })
}

async function told(message: EmailMessage, fields: Record<string, unknown>): Promise<void> {
  const answer = await tell([eventOf(message, fields)])
  assert.deepEqual([answer.statusCode, answer.body], [204, ''])
}

function invitationOf({ id }: { id: number }) {
  return world.ground.db.selectFrom('invitations').select(['state', 'bounced_at', 'delivery_failure']).where('id', '=', id).executeTakeFirstOrThrow()
}

function deliveryOf({ delivery_id }: EmailMessage) {
  return world.ground.db.selectFrom('deliveries').select(['outcome', 'detail', 'delivered_at', 'bounced_at']).where('id', '=', delivery_id).executeTakeFirstOrThrow()
}

/** What is kept from being sent to the account's customers, and how it came. */
async function suppressed() {
  const own = { account_id: acme.account.id }
  return {
    blocked: (await world.ground.db.selectFrom('blocks').select(['pattern', 'came_by']).where('account_id', '=', own.account_id).execute()).map(({ pattern, came_by }) => `${pattern} ${came_by}`),
    unsubscribed: (await world.ground.db.selectFrom('unsubscribes').select(['address', 'came_by']).where('account_id', '=', own.account_id).execute()).map(({ address, came_by }) => `${address} ${came_by}`),
  }
}

const NOBODY = { blocked: [], unsubscribed: [] }

test('a mail that arrived is delivered, with the other server\'s words', async () => {
  const { invited, message } = await sent()
  await told(message, { event: 'processed' })
  await told(message, { event: 'delivered', response: '250 2.0.0 OK' })
  assert.deepEqual(await deliveryOf(message), { outcome: 'sent', detail: '250 2.0.0 OK', delivered_at: world.clock.now(), bounced_at: null })
  assert.deepEqual([(await invitationOf(invited)).bounced_at, await suppressed()], [null, NOBODY])
})

test('an address that nobody has: the invitation bounced, its reminders end, and the address is blocked', async () => {
  const { invited, message } = await sent()
  const reminder = await remind(acme.ctx, invited.id, new Date(world.clock.now().getTime() + 1000))
  await told(message, { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 no\nsuch user' })
  assert.deepEqual(await invitationOf(invited), { state: 'sent', bounced_at: world.clock.now(), delivery_failure: '550 5.1.1 no such user' })
  assert.deepEqual(await suppressed(), { blocked: ['jo@client.test bounce'], unsubscribed: [] })
  world.clock.advance({ seconds: 1 })
  await claimDue(world.ground, { limit: 10, host: 'earshot.test' })
  const row = await world.ground.db.selectFrom('reminders').select('not_sent_reason').where('id', '=', reminder).executeTakeFirstOrThrow()
  assert.ok(row.not_sent_reason === 'delivery failed' || row.not_sent_reason === 'blocked address', String(row.not_sent_reason))
})

for (const [name, fields, detail, expected] of [
  ['a block', { event: 'bounce', type: 'blocked', status: '5.1.1', reason: 'we do not like you' }, '5.1.1, we do not like you', NOBODY],
  ['a full mailbox', { event: 'bounce', type: 'bounce', status: '5.2.2', reason: '552 5.2.2 full' }, '552 5.2.2 full', NOBODY],
  ['a bounce without a status', { event: 'bounce', type: 'bounce', reason: 'unknown user' }, 'unknown user', { blocked: ['jo@client.test bounce'], unsubscribed: [] }],
  ['a mail dropped for an earlier bounce', { event: 'dropped', reason: 'Bounced Address' }, 'dropped, Bounced Address', { blocked: ['jo@client.test bounce'], unsubscribed: [] }],
  ['a mail dropped for an earlier complaint', { event: 'dropped', reason: 'Spam Reporting Address' }, 'dropped, Spam Reporting Address', { blocked: [], unsubscribed: ['jo@client.test provider'] }],
  ['a mail dropped for an earlier unsubscribe', { event: 'dropped', reason: 'Unsubscribed Address' }, 'dropped, Unsubscribed Address', { blocked: [], unsubscribed: ['jo@client.test provider'] }],
  ['a mail dropped for its content', { event: 'dropped', reason: 'Spam Content' }, 'dropped, Spam Content', NOBODY],
] as const) {
  test(`${name} is a bounce, and is heeded for what it is`, async () => {
    const { invited, message } = await sent()
    await told(message, fields)
    assert.partialDeepStrictEqual(await invitationOf(invited), { bounced_at: world.clock.now(), delivery_failure: detail })
    assert.deepEqual(await suppressed(), expected)
  })
}

for (const event of ['spamreport', 'unsubscribe', 'group_unsubscribe']) {
  test(`${event}: the customer has opted out, and the mail arrived all the same`, async () => {
    const { invited, message } = await sent()
    await told(message, { event: 'delivered' })
    await told(message, { event })
    assert.deepEqual([(await invitationOf(invited)).bounced_at, await suppressed()], [null, { blocked: [], unsubscribed: ['jo@client.test provider'] }])
    assert.equal((await invite(acme.ctx)).not_sent_reason, 'unsubscribed')
  })
}

test('a mail may come back after it was taken', async () => {
  const { invited, message } = await sent()
  await told(message, { event: 'delivered' })
  await told(message, { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 no' })
  assert.ok((await invitationOf(invited)).bounced_at)
  await told(message, { event: 'delivered' })
  assert.equal((await deliveryOf(message)).detail, '550 5.1.1 no')
})

test('the same event again changes nothing, whatever was decided since; another one does', async () => {
  const { invited, message } = await sent()
  const complaint = eventOf(message, { event: 'spamreport' })
  await tell([complaint])
  await resubscribe(world.ground, invited.token)
  assert.equal((await tell([complaint, complaint])).statusCode, 204)
  assert.deepEqual(await suppressed(), NOBODY)
  await told(message, { event: 'spamreport' })
  assert.equal((await suppressed()).unsubscribed.length, 1)

  const bounce = eventOf(message, { event: 'bounce', type: 'bounce', status: '5.1.1' })
  await tell([bounce])
  await removeBlock(acme.ctx, 'jo@client.test')
  await tell([bounce])
  assert.deepEqual((await suppressed()).blocked, [])
})

test('what was told is remembered for a week', async () => {
  const { message } = await sent()
  await told(message, { event: 'spamreport' })
  const count = async () => Number((await world.ground.db.selectFrom('provider_events').select((eb) => eb.fn.countAll().as('n')).where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()).n)
  world.clock.advance({ days: 6 })
  await sweepProviderEvents(world.ground)
  assert.equal(await count(), 1)
  world.clock.advance({ days: 2 })
  await sweepProviderEvents(world.ground)
  assert.equal(await count(), 0)
})

test('an attempt that nobody heard the end of was taken after all: it is sent, and does not go again', async () => {
  const invited = await invite(acme.ctx)
  const message = await begun()
  await recordOutcome(world.ground, message, { kind: 'temporary_failure', detail: 'the provider did not answer in time' })
  await told(message, { event: 'processed' })
  assert.deepEqual([(await invitationOf(invited)).state, (await deliveryOf(message)).outcome], ['sent', 'sent'])
})

test('what is of no delivery, of another account\'s, or says nothing is taken, and changes nothing', async () => {
  const { invited, message } = await sent()
  const other = await world.account()
  const before = [await invitationOf(invited), await deliveryOf(message)]
  const bounce = { event: 'bounce', type: 'bounce', status: '5.1.1' }
  const events = [
    ...[undefined, '', 'x', '1', `${message.account_id}-`, `${other.account.id}-${message.delivery_id}`, `${message.account_id}-999999999`, '999999999-1', `${message.account_id}-99999999999999999999`, message.delivery_id, null].map((earshot_delivery) => ({ ...eventOf(message, bounce), earshot_delivery })),
    ...['deferred', 'open', 'click', 'group_resubscribe', 'nonsense', '', undefined, 1].map((event) => eventOf(message, { event })), null, 1, 'text', [],
  ]
  for (const body of [events, [], {}, null, 'text', 5]) assert.equal((await tell(body)).statusCode, 204)
  assert.deepEqual([await invitationOf(invited), await deliveryOf(message), await suppressed()], [...before, NOBODY])
})

test('without a good signature nothing is taken: 403', async () => {
  const { invited, message } = await sent()
  const events = [eventOf(message, { event: 'spamreport' })]
  const good = signedEvents(events, world.clock.now())
  const at = (seconds: number) => signedEvents(events, new Date(world.clock.now().getTime() + seconds * 1000))
  const without = (name: string) => ({ ...good, headers: Object.fromEntries(Object.entries(good.headers).filter(([header]) => !header.endsWith(name))) })
  const tries = [
    without('signature'), without('timestamp'), { ...good, headers: { ...good.headers, 'x-twilio-email-event-webhook-signature': 'nonsense' } }, { ...good, headers: { ...good.headers, 'x-twilio-email-event-webhook-timestamp': '1' } },
    { ...good, payload: good.payload.trim() }, { ...good, payload: good.payload.replace('spamreport', 'unsubscribe') }, at(-301), at(301), signedEvents(events, world.clock.now(), generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  ]
  for (const [index, one] of tries.entries()) {
    const answer = await world.app.inject({ method: 'POST', url: PATH, ...one, remoteAddress: '192.0.2.1' })
    assert.deepEqual([answer.statusCode, answer.json()], [403, { message: 'the signature is not good' }], `try ${index}`)
  }
  assert.equal((await world.app.inject({ method: 'POST', url: PATH })).statusCode, 403)
  assert.deepEqual([(await invitationOf(invited)).bounced_at, await suppressed()], [null, NOBODY])
  for (const seconds of [-299, 299]) assert.equal((await world.app.inject({ method: 'POST', url: PATH, ...at(seconds) })).statusCode, 204)
})

test('who tries signatures is made to wait after 100 in ten minutes, and the provider is not', async () => {
  const forge = () => world.app.inject({ method: 'POST', url: PATH, payload: '[]', headers: { 'content-type': 'application/json', 'x-twilio-email-event-webhook-signature': 'x' }, remoteAddress: '192.0.2.77' })
  const statuses = []
  for (let round = 0; round < 101; round++) statuses.push((await forge()).statusCode)
  assert.deepEqual([statuses.slice(0, 100).every((one) => one === 403), statuses[100]], [true, 429])
  assert.match(String((await forge()).headers['retry-after']), /^\d+$/)
  assert.equal((await world.app.inject({ method: 'POST', url: PATH, ...signedEvents([], world.clock.now()), remoteAddress: '192.0.2.77' })).statusCode, 204)
})

test('a body that is too long, or no JSON, is refused; GET is not there', async () => {
  assert.equal((await tell(['x'.repeat(2_100_000)])).statusCode, 413)
  assert.equal((await world.app.inject({ method: 'POST', url: PATH, payload: 'event=bounce', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).statusCode, 415)
  assert.equal((await world.app.inject({ method: 'GET', url: PATH })).statusCode, 404)
})

test('the example of the provider\'s own libraries is signed as it says', () => {
  const key = readEventKey('MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==')
  const signed = {
    timestamp: '1600112502', signature: 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
    body: Buffer.from('[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'),
  }
  const at = new Date('2020-09-14T19:41:42Z')
  assert.equal(isSignedBySendGrid(key, signed, at), true)
  assert.equal(isSignedBySendGrid(key, { ...signed, body: signed.body.subarray(0, -2) }, at), false)
  assert.equal(isSignedBySendGrid(key, signed, new Date('2020-09-14T19:46:43Z')), false)
})

test('where no key is set, nobody can sign anything', async (t) => {
  const bare = await openWorld()
  t.after(() => bare.close())
  assert.equal((await bare.app.inject({ method: 'POST', url: PATH, ...signedEvents([], bare.clock.now()) })).statusCode, 403)
})
