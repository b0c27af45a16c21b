// once
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { invite } from '../../test/support/invitations.ts'
import { enableTexts, inviteByText, remindByText, textTemplate } from '../../test/support/text-messages.ts'
import { openTwilioStandIn, SID, type TwilioStandIn, type TwilioVerdict } from '../../test/support/twilio-stand-in.ts'
import { until } from '../../test/support/until.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { claimDueTexts } from '../core/invitations/claim.ts'
import { recordResponse } from '../core/responses/record.ts'
import { openDelivery, type Delivery } from './deliver.ts'

const NUMBER = '+447700900123'
const PUBLIC_URL = 'https://feedback.acme.test'

let world: World
let acme: TestAccount
const opened: { close(): Promise<void> }[] = []
before(async () => {
  world = await openWorld()
})
after(() => world.close())
beforeEach(async () => {
  acme = await world.account()
  await enableTexts(acme.ctx)
  world.log_lines.length = 0
})
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
  await world.ground.db.updateTable('invitations').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
})

async function openStandIn(verdict?: (number: string, earlier: number) => TwilioVerdict, query?: string): Promise<TwilioStandIn> {
  const twilio = await openTwilioStandIn({ ...verdict ? { verdict } : {}, ...query ? { query } : {} })
  opened.push(twilio)
  return twilio
}

function open(sms_url: string | null, public_url = PUBLIC_URL): Delivery {
  const delivery = openDelivery({ ground: world.ground, mail_url: null, sms_url, public_url })
  opened.push(delivery)
  return delivery
}

async function sendAll(delivery: Delivery): Promise<void> {
  while ((await delivery.sendDueTexts()) > 0);
}

function invitationOf({ id }: { id: number }) {
  return world.ground.db.selectFrom('invitations').select(['state', 'not_sent_reason', 'delivery_failure', 'due_at']).where('id', '=', id).executeTakeFirstOrThrow()
}

function attemptsOf({ id }: { id: number }) {
  return world.ground.db.selectFrom('deliveries').select(['outcome', 'detail', 'segments']).where('invitation_id', '=', id).orderBy('attempt').execute()
}

function ambiguous(): unknown[] {
  return world.log_lines.filter((line) => String(line.msg).startsWith('ambiguous')).map((line) => line.message_id)
}

test('an invitation goes out as a form, logged in, with the address to call back and a key of its own', async () => {
  const twilio = await openStandIn()
  const invited = await inviteByText(acme.ctx)
  const delivery = open(twilio.url)
  assert.deepEqual([await delivery.sendDueTexts(), await delivery.sendDueTexts()], [1, 0])
  const { id } = await world.ground.db.selectFrom('deliveries').select('id').where('invitation_id', '=', invited.id).executeTakeFirstOrThrow()
  assert.deepEqual(twilio.faults, [])
  assert.deepEqual(twilio.texts, [{
    to: NUMBER, from: '+15550100', service: null, body: `Hello Jo, how did we do? Please tell us: ${PUBLIC_URL}/surveys/${invited.token}`,
    call_back: `${PUBLIC_URL}/provider-events/twilio/status?account=${acme.account.id}&delivery=${id}`, idempotency_key: `i${acme.account.id}.${invited.id}@feedback.acme.test`,
  }])
  assert.partialDeepStrictEqual(await invitationOf(invited), { state: 'sent', not_sent_reason: null, delivery_failure: null })
  assert.deepEqual(await attemptsOf(invited), [{ outcome: 'sent', detail: 'queued as SM00000000000000000000000000000001', segments: 1 }])
})

test('a messaging service takes the place of the number', async () => {
  const twilio = await openStandIn(undefined, 'messaging_service_sid=MG7')
  await inviteByText(acme.ctx)
  await sendAll(open(twilio.url))
  assert.partialDeepStrictEqual(twilio.texts, [{ from: null, service: 'MG7' }])
  assert.deepEqual(twilio.faults, [])
})

test('mails and texts do not wait for each other', async () => {
  const twilio = await openStandIn(() => 'stall')
  await inviteByText(acme.ctx)
  const mail = await invite(acme.ctx)
  const delivery = open(twilio.url)
  const sending = delivery.sendDueTexts()
  await until(() => twilio.stalled === 1)
  assert.equal(await delivery.sendDue(), 1)
  assert.equal((await invitationOf(mail)).state, 'sent')
  await delivery.close(10)
  await sending
})

test('no more requests are under way than the setting says', async () => {
  const twilio = await openStandIn(() => ({ after_ms: 20 }), 'from=+15550100&maxConnections=3')
  for (let number = 10; number < 30; number++) await inviteByText(acme.ctx, { telephone_number: `+4477009001${number}` })
  await sendAll(open(twilio.url))
  assert.deepEqual([twilio.texts.length, twilio.most_at_once], [20, 3])
})

const TEMPORARY: [string, TwilioVerdict][] = [
  ['too many requests', { status: 429, code: 20429 }], ['its own error', { status: 500, code: 20500 }], ['no service', { status: 503, raw: '<html>' }], ['a wrong log-in', { status: 401, code: 20003 }],
  ['an account that is suspended', { status: 403, code: 20005 }], ['a sender that is not ours', { status: 400, code: 21606 }], ['a region that is not enabled', { status: 400, code: 21408 }],
  ['a code that nobody heard of', { status: 400, code: 29_999 }], ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }], ['no such account', { status: 404, code: 20404 }],
]
for (const [what, verdict] of TEMPORARY) {
  test(`${what} is tried again, and tells no secret to the log`, async () => {
    const twilio = await openStandIn((_, earlier) => (earlier === 0 ? verdict : 'accept'))
    const invited = await inviteByText(acme.ctx)
    const delivery = open(twilio.url)
    await sendAll(delivery)
    assert.deepEqual([twilio.texts.length, (await invitationOf(invited)).state], [0, 'pending'])
    world.clock.advance({ minutes: 2 })
    await sendAll(delivery)
    assert.deepEqual([twilio.texts.length, (await invitationOf(invited)).state], [1, 'sent'])
    assert.doesNotMatch(JSON.stringify(world.log_lines), new RegExp(`${NUMBER.slice(1)}|token|${SID}|Hello`))
  })
}

test('a pause that the provider asks for is kept, four hours at most', async () => {
  const twilio = await openStandIn((number) => ({ status: 429, code: 20429, headers: { 'retry-after': number === NUMBER ? '900' : '999999' } }))
  const [asked, too_long] = [await inviteByText(acme.ctx), await inviteByText(acme.ctx, { telephone_number: '+447700900124' })]
  await sendAll(open(twilio.url))
  const waits = await Promise.all([asked, too_long].map(async (one) => ((await invitationOf(one)).due_at.getTime() - world.clock.now().getTime()) / 1000))
  assert.deepEqual(waits, [900, 14_400])
})

for (const code of [21211, 21614, 21635, 21617]) {
  test(`error ${code}, which is said of this very message, ends it with the provider's words`, async () => {
    const twilio = await openStandIn(() => ({ status: 400, code, message: `The number ${NUMBER} is\nnot good.` }))
    const invited = await inviteByText(acme.ctx)
    await sendAll(open(twilio.url))
    assert.partialDeepStrictEqual(await invitationOf(invited), { state: 'not_sent', not_sent_reason: 'delivery failed', delivery_failure: `400, error ${code}, The number ${NUMBER} is not good.` })
    assert.ok(world.log_lines.some((line) => line.code === String(code) && line.response_code === 400 && line.invitation_id === invited.id))
    assert.doesNotMatch(JSON.stringify(world.log_lines), /447700900123|not good/)
  })
}

test('a recipient who told the provider to stop is unsubscribed', async () => {
  const twilio = await openStandIn(() => ({ status: 400, code: 21610, message: 'Attempt to send to unsubscribed recipient' }))
  const invited = await inviteByText(acme.ctx)
  await sendAll(open(twilio.url))
  assert.partialDeepStrictEqual(await invitationOf(invited), { state: 'not_sent', not_sent_reason: 'unsubscribed' })
  const rows = await world.ground.db.selectFrom('unsubscribes').select(['address', 'came_by']).where('account_id', '=', acme.account.id).execute()
  assert.deepEqual(rows, [{ address: NUMBER, came_by: 'text' }])
  assert.equal((await inviteByText(acme.ctx)).not_sent_reason, 'unsubscribed')
})

test('an answer that is cut off, or that never ends, was a yes all the same', async () => {
  for (const verdict of ['cut', 'endless'] as const) {
    const twilio = await openStandIn(() => verdict)
    const invited = await inviteByText(acme.ctx, { telephone_number: verdict === 'cut' ? NUMBER : '+447700900124' })
    await sendAll(open(twilio.url))
    assert.deepEqual([(await invitationOf(invited)).state, (await attemptsOf(invited))[0]?.detail, ambiguous()], ['sent', 'queued', []])
  }
})

test('a line that breaks before the answer is named as ambiguous, and the text goes once more, with the same key', async () => {
  const twilio = await openStandIn((_, earlier) => (earlier === 0 ? 'drop' : 'accept'))
  const delivery = open(twilio.url)
  const { id } = await inviteByText(acme.ctx)
  await sendAll(delivery)
  assert.equal((await invitationOf({ id })).state, 'pending')
  assert.deepEqual(ambiguous(), [`<i${acme.account.id}.${id}@feedback.acme.test>`])
  world.clock.advance({ minutes: 2 })
  await sendAll(delivery)
  assert.deepEqual([twilio.texts.length, twilio.tries.length, twilio.texts[0]?.idempotency_key], [1, 2, `i${acme.account.id}.${id}@feedback.acme.test`])
})

test('a provider that is not there is a temporary failure, and nothing went out', async () => {
  const twilio = await openTwilioStandIn()
  await twilio.close()
  const invited = await inviteByText(acme.ctx)
  await sendAll(open(twilio.url))
  assert.deepEqual([(await invitationOf(invited)).state, ambiguous()], ['pending', []])
  assert.match((await attemptsOf(invited))[0]?.detail ?? '', /could not be reached \(ECONNREFUSED\)/)
})

test('a worker that died in the middle: after the lease another one sends, once, and names it', async () => {
  const twilio = await openStandIn()
  const { id } = await inviteByText(acme.ctx)
  await claimDueTexts(world.ground, { limit: 100, host: 'feedback.acme.test' })
  const delivery = open(twilio.url)
  await sendAll(delivery)
  assert.equal(twilio.texts.length, 0)
  world.clock.advance({ seconds: 61 })
  await sendAll(delivery)
  assert.deepEqual([twilio.texts.length, ambiguous()], [1, [`<i${acme.account.id}.${id}@feedback.acme.test>`]])
})

test('two workers send each text once', async () => {
  const twilio = await openStandIn(() => ({ after_ms: 2 }))
  for (let number = 100; number < 200; number++) await inviteByText(acme.ctx, { telephone_number: `+447700900${number}` })
  const workers = [open(twilio.url), open(twilio.url)]
  await Promise.all(workers.map(async (worker) => {
    while ((await worker.sendDueTexts(20)) > 0);
  }))
  assert.deepEqual([twilio.texts.length, new Set(twilio.tries).size], [100, 100])
})

test('closing waits for a silent provider only so long, then gives back and names what it cut off', async () => {
  const twilio = await openStandIn((_, earlier) => (earlier === 0 ? 'stall' : 'accept'))
  const delivery = open(twilio.url)
  const { id } = await inviteByText(acme.ctx)
  const sending = delivery.sendDueTexts()
  await until(() => twilio.stalled === 1)
  await delivery.close(20)
  await sending
  assert.deepEqual(ambiguous(), [`<i${acme.account.id}.${id}@feedback.acme.test>`])
  await sendAll(open(twilio.url))
  assert.equal(twilio.texts.length, 1)
})

test('a text that is too long for any provider is not handed over, and says so', async () => {
  const twilio = await openStandIn()
  const long = await inviteByText(acme.ctx, { text_message_template_id: await textTemplate(acme.ctx, `${'{{a}}'.repeat(16)} {{link-to-survey}}`), data: [{ key: 'a', value: 'x'.repeat(100) }] })
  const most = await inviteByText(acme.ctx, { telephone_number: '+447700900124', text_message_template_id: await textTemplate(acme.ctx, `${'{{a}}'.repeat(15)} {{link-to-survey}}`), data: [{ key: 'a', value: 'x'.repeat(100) }] })
  await sendAll(open(twilio.url))
  const { state, not_sent_reason, delivery_failure } = await invitationOf(long)
  assert.deepEqual([state, not_sent_reason], ['not_sent', 'delivery failed'])
  assert.match(delivery_failure ?? '', /^The text message would have 16\d\d characters, and 1600 is the most/)
  assert.deepEqual([twilio.tries, (await invitationOf(most)).state, (await attemptsOf(most))[0]?.segments, (await attemptsOf(long))[0]?.segments], [['+447700900124'], 'sent', 11, 11])
})

test('a reminder goes while there is no answer, and no more after it', async () => {
  const twilio = await openStandIn()
  const delivery = open(twilio.url)
  const { id, token } = await inviteByText(acme.ctx)
  const day = (days: number) => new Date(world.clock.now().getTime() + days * 86_400_000)
  const first = await remindByText(acme.ctx, id, day(3))
  await remindByText(acme.ctx, id, day(6))
  await sendAll(delivery)
  world.clock.advance({ days: 3 })
  await sendAll(delivery)
  assert.deepEqual(twilio.texts.map((text) => text.idempotency_key), ['', `.r${first}`].map((reminder) => `i${acme.account.id}.${id}${reminder}@feedback.acme.test`))
  await recordResponse(world.ground, token, { score: 8, comment: null }, { responder_ip: null, user_agent: null })
  world.clock.advance({ days: 3 })
  await sendAll(delivery)
  assert.equal(twilio.texts.length, 2)
})

test('on a machine of one\'s own there is no address to call back, unless the provider is there too', async () => {
  const twilio = await openStandIn()
  await inviteByText(acme.ctx)
  await sendAll(open(twilio.url, 'http://localhost:8080'))
  assert.match(twilio.texts[0]?.call_back ?? '', /^http:\/\/localhost:8080\/provider-events/)
})

test('without a provider each text is kept once, however often it is tried', async () => {
  const invited = await inviteByText(acme.ctx)
  await sendAll(open(null))
  const kept = () => world.ground.db.selectFrom('sandbox_texts').select(['message_id', 'to_number', 'body', 'segments', 'invitation_id']).where('account_id', '=', acme.account.id).execute()
  const text = {
    message_id: `<i${acme.account.id}.${invited.id}@feedback.acme.test>`, to_number: NUMBER, body: `Hello Jo, how did we do? Please tell us: ${PUBLIC_URL}/surveys/${invited.token}`, segments: 1, invitation_id: invited.id,
  }
  assert.deepEqual(await kept(), [text])
  await world.ground.db.updateTable('invitations').set({ state: 'pending', sent_at: null, due_at: world.clock.now() }).where('id', '=', invited.id).execute()
  await sendAll(open(null))
  assert.deepEqual(await kept(), [text])
  assert.equal((await invitationOf(invited)).state, 'sent')
})
