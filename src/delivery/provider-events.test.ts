import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { invite } from '../../test/support/invitations.ts'
import { enableTexts, inviteByText, remindByText } from '../../test/support/text-messages.ts'
import { SID, signedForm } from '../../test/support/twilio-stand-in.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { changeAccountSettings } from '../core/account-settings.ts'
import { requestErasure, workErasures } from '../core/erasures.ts'
import { claimDueTexts } from '../core/invitations/claim.ts'
import type { TextMessage } from '../core/invitations/messages.ts'
import { recordOutcome } from '../core/invitations/outcome.ts'
import { signTwilio } from './twilio-signature.ts'

const TOKEN = 'the token'
const NUMBER = '+447700900123'
const STATUS = '/provider-events/twilio/status'
const INCOMING = '/provider-events/twilio/incoming'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld({ env: { EARSHOT_SMS_URL: `twilio://${SID}:${encodeURIComponent(TOKEN)}@127.0.0.1:9?from=+15550100` } })
})
after(() => world.close())
beforeEach(async () => {
  await world.ground.db.updateTable('invitations').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
  await world.ground.db.deleteFrom('unsubscribes').execute()
  await world.ground.db.deleteFrom('erased_numbers').execute()
  await world.ground.db.updateTable('invitations').set({ telephone_number: null }).execute()
  acme = await world.account()
  await enableTexts(acme.ctx)
})

async function call(path: string, fields: Record<string, string>) {
  return world.app.inject({ method: 'POST', url: path, ...signedForm(TOKEN, `http://earshot.test${path}`, fields) })
}

function status({ account_id, delivery_id }: { account_id: number, delivery_id: number }, fields: Record<string, string>) {
  return call(`${STATUS}?account=${account_id}&delivery=${delivery_id}`, { MessageSid: 'SM1', AccountSid: SID, To: NUMBER, ...fields })
}

async function say(Body: string, fields: Record<string, string> = {}) {
  return call(INCOMING, { From: NUMBER, To: '+15550100', Body, MessageSid: 'SM2', ...fields })
}

/** A text message that a worker has just begun to send. */
async function begun(): Promise<TextMessage> {
  const { messages: [message] } = await claimDueTexts(world.ground, { limit: 1, host: 'earshot.test' })
  if (!message) throw new Error('nothing is due')
  return message
}

async function sent(): Promise<TextMessage> {
  const message = await begun()
  await recordOutcome(world.ground, message, { kind: 'sent', detail: 'queued as SM1', segments: 1 })
  return message
}

function invitationOf(id: number) {
  return world.ground.db.selectFrom('invitations').select(['state', 'bounced_at', 'delivery_failure', 'not_sent_reason']).where('id', '=', id).executeTakeFirstOrThrow()
}

function deliveryOf({ delivery_id }: TextMessage) {
  return world.ground.db.selectFrom('deliveries').select(['outcome', 'detail', 'delivered_at', 'bounced_at']).where('id', '=', delivery_id).executeTakeFirstOrThrow()
}

function optedOut() {
  return world.ground.db.selectFrom('unsubscribes').select(['account_id', 'address', 'came_by']).orderBy('account_id').execute()
}

test('delivered: the attempt knows it, and nothing else changes', async () => {
  const { id } = await inviteByText(acme.ctx)
  const message = await sent()
  for (const MessageStatus of ['queued', 'sent', 'delivered']) assert.equal((await status(message, { MessageStatus })).statusCode, 204)
  assert.deepEqual(await deliveryOf(message), { outcome: 'sent', detail: 'delivered', delivered_at: world.clock.now(), bounced_at: null })
  assert.deepEqual(await invitationOf(id), { state: 'sent', bounced_at: null, delivery_failure: null, not_sent_reason: null })
})

for (const MessageStatus of ['undelivered', 'failed']) {
  test(`${MessageStatus}: the invitation bounced, with the provider's words, and its reminders end`, async () => {
    const { id } = await inviteByText(acme.ctx)
    const reminder = await remindByText(acme.ctx, id, new Date(world.clock.now().getTime() + 1000))
    const message = await sent()
    assert.equal((await status(message, { MessageStatus, ErrorCode: '30003', ErrorMessage: 'Unreachable\nhandset' })).statusCode, 204)
    const detail = `${MessageStatus}, error 30003, Unreachable handset`
    assert.deepEqual(await deliveryOf(message), { outcome: 'sent', detail, delivered_at: null, bounced_at: world.clock.now() })
    assert.deepEqual(await invitationOf(id), { state: 'sent', bounced_at: world.clock.now(), delivery_failure: detail, not_sent_reason: null })
    world.clock.advance({ seconds: 1 })
    await claimDueTexts(world.ground, { limit: 10, host: 'earshot.test' })
    const row = await world.ground.db.selectFrom('reminders').select('not_sent_reason').where('id', '=', reminder).executeTakeFirstOrThrow()
    assert.equal(row.not_sent_reason, 'delivery failed')
  })
}

test('a reminder that did not arrive says so of itself, not of its invitation', async () => {
  const { id } = await inviteByText(acme.ctx)
  await sent()
  const reminder = await remindByText(acme.ctx, id, world.clock.now())
  const message = await sent()
  await status(message, { MessageStatus: 'undelivered', ErrorCode: '30005' })
  const row = await world.ground.db.selectFrom('reminders').select(['state', 'delivery_failure']).where('id', '=', reminder).executeTakeFirstOrThrow()
  assert.deepEqual([row, (await invitationOf(id)).bounced_at], [{ state: 'sent', delivery_failure: 'undelivered, error 30005' }, null])
})

test('told again, or otherwise later: the first word that says whether it arrived is the one that counts', async () => {
  const { id } = await inviteByText(acme.ctx)
  const message = await sent()
  await status(message, { MessageStatus: 'delivered' })
  const before = [await deliveryOf(message), await invitationOf(id)]
  world.clock.advance({ seconds: 5 })
  for (const MessageStatus of ['delivered', 'sent', 'undelivered', 'failed']) assert.equal((await status(message, { MessageStatus })).statusCode, 204)
  assert.deepEqual([await deliveryOf(message), await invitationOf(id)], before)
})

test('what is told before the worker has written its own outcome stays', async () => {
  const { id } = await inviteByText(acme.ctx)
  const message = await begun()
  await status(message, { MessageStatus: 'failed', ErrorCode: '30007' })
  await recordOutcome(world.ground, message, { kind: 'sent', detail: 'queued as SM1', segments: 1 })
  assert.partialDeepStrictEqual(await invitationOf(id), { state: 'sent', bounced_at: world.clock.now(), delivery_failure: 'failed, error 30007' })
  assert.equal((await deliveryOf(message)).detail, 'failed, error 30007')
})

test('an attempt that nobody heard the end of was taken after all: it is sent, and does not go again', async () => {
  const { id } = await inviteByText(acme.ctx)
  const message = await begun()
  await recordOutcome(world.ground, message, { kind: 'temporary_failure', detail: 'the provider did not answer in time' })
  assert.equal((await invitationOf(id)).state, 'pending')
  await status(message, { MessageStatus: 'sent' })
  assert.deepEqual([(await invitationOf(id)).state, (await deliveryOf(message)).outcome], ['sent', 'sent'])
  world.clock.advance({ days: 1 })
  assert.deepEqual((await claimDueTexts(world.ground, { limit: 10, host: 'earshot.test' })).messages, [])
})

test('a failure of an earlier attempt says nothing once another one followed', async () => {
  const { id } = await inviteByText(acme.ctx)
  const first = await begun()
  world.clock.advance({ seconds: 61 })
  await sent()
  await status(first, { MessageStatus: 'failed', ErrorCode: '30003' })
  assert.partialDeepStrictEqual(await invitationOf(id), { state: 'sent', bounced_at: null, delivery_failure: null })
})

test('a message that failed since its recipient opted out unsubscribes the number', async () => {
  await inviteByText(acme.ctx)
  await status(await sent(), { MessageStatus: 'failed', ErrorCode: '21610' })
  assert.deepEqual(await optedOut(), [{ account_id: acme.account.id, address: NUMBER, came_by: 'text' }])
})

test('a message that is not known, another account\'s, and a status that says nothing are taken, and change nothing', async () => {
  const { id } = await inviteByText(acme.ctx)
  const message = await sent()
  const other = await world.account()
  const before = [await deliveryOf(message), await invitationOf(id)]
  const fields = { MessageStatus: 'failed', ErrorCode: '1' }
  for (const query of ['', '?account=1', `?delivery=${message.delivery_id}`, `?account=${other.account.id}&delivery=${message.delivery_id}`, `?account=${message.account_id}&delivery=999999`,
    '?account=x&delivery=-1', `?account=${message.account_id}&delivery=99999999999999999999`, `?account=${message.account_id}&delivery=1&delivery=${message.delivery_id}`]) {
    assert.equal((await call(`${STATUS}${query}`, fields)).statusCode, 204, query)
  }
  for (const MessageStatus of ['canceled', 'nonsense', '']) assert.equal((await status(message, { MessageStatus })).statusCode, 204)
  assert.equal((await call(`${STATUS}?account=${message.account_id}&delivery=${message.delivery_id}`, {})).statusCode, 204)
  assert.deepEqual([await deliveryOf(message), await invitationOf(id)], before)
})

test('without a good signature nothing is taken: 403', async () => {
  const { id } = await inviteByText(acme.ctx)
  const message = await sent()
  const url = `${STATUS}?account=${message.account_id}&delivery=${message.delivery_id}`
  const fields = { MessageStatus: 'failed' }
  const good = signedForm(TOKEN, `http://earshot.test${url}`, fields)
  const tries = [
    { ...good, headers: { 'content-type': good.headers['content-type'] ?? '' } }, { ...good, headers: { ...good.headers, 'x-twilio-signature': '' } }, { ...good, headers: { ...good.headers, 'x-twilio-signature': 'nonsense' } },
    signedForm('another token', `http://earshot.test${url}`, fields), signedForm(TOKEN, `https://earshot.test${url}`, fields), signedForm(TOKEN, `http://earshot.test${STATUS}`, fields),
    { ...good, payload: 'MessageStatus=delivered' }, { ...good, payload: `${good.payload}&To=%2B1` },
  ]
  for (const [index, one] of tries.entries()) {
    const answer = await world.app.inject({ method: 'POST', url, ...one, remoteAddress: '192.0.2.1' })
    assert.deepEqual([answer.statusCode, answer.json()], [403, { message: 'the signature is not good' }], `try ${index}`)
  }
  assert.equal((await world.app.inject({ method: 'POST', url: INCOMING, payload: 'From=%2B447700900123&Body=STOP', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).statusCode, 403)
  assert.deepEqual([(await invitationOf(id)).bounced_at, await optedOut()], [null, []])
})

test('the standard port may be in the signed address or not, and names are signed in their order, repeated ones with each value', async () => {
  const fields = { Body: 'Hi', From: NUMBER }
  const signed = signedForm(TOKEN, `http://earshot.test:80${INCOMING}`, fields)
  assert.equal((await world.app.inject({ method: 'POST', url: INCOMING, ...signed })).statusCode, 200)
  assert.equal(signTwilio('t', 'http://a.test/', [['b', '2'], ['a', '1'], ['b', '1'], ['b', '2']]), signTwilio('t', 'http://a.test/a1b1b2', []))
})

test('the example of the provider\'s own libraries is signed as it says', () => {
  const form = Object.entries({ CallSid: 'CA1234567890ABCDE', Caller: '+14158675309', Digits: '1234', From: '+14158675309', To: '+18005551212' })
  assert.equal(signTwilio('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', form), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')
})

test('who tries signatures is made to wait after 100 in ten minutes, and the provider is not', async () => {
  const forge = () => world.app.inject({ method: 'POST', url: INCOMING, payload: 'Body=STOP', headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'x' }, remoteAddress: '192.0.2.77' })
  const statuses = []
  for (let number = 0; number < 101; number++) statuses.push((await forge()).statusCode)
  assert.deepEqual([statuses.slice(0, 100).every((one) => one === 403), statuses[100]], [true, 429])
  assert.match(String((await forge()).headers['retry-after']), /^\d+$/)
  const good = signedForm(TOKEN, `http://earshot.test${INCOMING}`, { From: NUMBER, Body: 'Hi' })
  assert.equal((await world.app.inject({ method: 'POST', url: INCOMING, ...good, remoteAddress: '192.0.2.77' })).statusCode, 200)
})

test('a body that is too long, or no form, is refused; GET is not there', async () => {
  for (const url of [STATUS, INCOMING]) {
    const long = signedForm(TOKEN, `http://earshot.test${url}`, { Body: 'x'.repeat(70_000) })
    assert.equal((await world.app.inject({ method: 'POST', url, ...long })).statusCode, 413)
    assert.equal((await world.app.inject({ method: 'POST', url, payload: { Body: 'STOP' } })).statusCode, 415)
    assert.equal((await world.app.inject({ method: 'POST', url })).statusCode, 403)
    assert.equal((await world.app.inject({ method: 'GET', url })).statusCode, 404)
  }
})

for (const word of ['STOP', 'stop', ' Stop \n', 'STOPALL', 'UNSUBSCRIBE', 'Cancel', 'END', 'quit', 'REVOKE', 'optout']) {
  test(`${JSON.stringify(word)} opts the number out, and is answered with silence`, async () => {
    await inviteByText(acme.ctx)
    await sent()
    const answer = await say(word)
    assert.deepEqual([answer.statusCode, answer.headers['content-type'], answer.body], [200, 'text/xml; charset=utf-8', '<?xml version="1.0" encoding="UTF-8"?>\n<Response></Response>\n'])
    assert.deepEqual(await optedOut(), [{ account_id: acme.account.id, address: NUMBER, came_by: 'text' }])
    assert.equal((await say(word)).statusCode, 200)
    assert.equal((await optedOut()).length, 1)
    assert.equal((await inviteByText(acme.ctx)).not_sent_reason, 'unsubscribed')
  })
}

test('other words, other kinds of sender and none at all opt nobody out', async () => {
  await inviteByText(acme.ctx)
  await sent()
  for (const word of ['Stop it please', 'non-stop', 'S T O P', '', 'HELP', 'no']) assert.equal((await say(word)).statusCode, 200)
  for (const From of ['', 'whatsapp:+447700900123', 'ACME', '+44 7700 900123', '12345']) assert.equal((await say('STOP', { From })).statusCode, 200)
  assert.equal((await call(INCOMING, {})).statusCode, 200)
  assert.deepEqual(await optedOut(), [])
})

test('STOP counts in every account that ever sent to the number, and in no other', async () => {
  const [second, mails, pending] = [await world.account(), await world.account(), await world.account()]
  for (const { ctx } of [acme, second]) {
    await enableTexts(ctx)
    await inviteByText(ctx)
    await sent()
  }
  await invite(mails.ctx, { telephone_number: NUMBER })
  await enableTexts(pending.ctx)
  await inviteByText(pending.ctx, { send_at: new Date(world.clock.now().getTime() + 86_400_000) })
  await say('STOP')
  assert.deepEqual((await optedOut()).map(({ account_id }) => account_id), [acme.account.id, second.account.id])
})

for (const full_removal of [false, true]) {
  test(`a number whose customer was deleted${full_removal ? ' with all their answers' : ''} still opts out, in the accounts that sent to it`, async () => {
    const [told, other] = [await world.account(), await world.account()]
    const deliveries = []
    for (const { ctx } of [acme, told]) {
      await enableTexts(ctx)
      const account = await changeAccountSettings(ctx, { full_removal })
      await inviteByText(ctx, { email: 'jo@client.test' })
      deliveries.push(await sent())
      await requestErasure({ ...ctx, account }, 'jo@client.test')
    }
    while (await workErasures(world.ground, world.config.secret) > 0);
    const [, theirs] = deliveries
    assert.ok(theirs)
    const failed = { MessageStatus: 'undelivered', ErrorCode: '21610' }
    for (const call of [{ delivery: theirs, To: '+447700900999' }, { delivery: { ...theirs, account_id: other.account.id }, To: NUMBER }]) await status(call.delivery, { ...failed, To: call.To })
    assert.deepEqual(await optedOut(), [])
    await status(theirs, failed)
    assert.deepEqual(await optedOut(), [{ account_id: told.account.id, address: NUMBER, came_by: 'text' }])
    await say('STOP')
    assert.deepEqual((await optedOut()).map(({ account_id }) => account_id), [acme.account.id, told.account.id])
    assert.equal((await inviteByText(acme.ctx)).not_sent_reason, 'unsubscribed')
    await say('START')
    assert.deepEqual(await optedOut(), [])
  })
}

for (const word of ['START', 'yes', ' Unstop ']) {
  test(`${JSON.stringify(word)} takes back what came by text, and only that`, async () => {
    const other = await world.account()
    await inviteByText(acme.ctx)
    await sent()
    await say('STOP')
    await world.ground.db.insertInto('unsubscribes').values([{ account_id: other.account.id, address: NUMBER, by_customer_at: world.clock.now() }]).execute()
    assert.equal((await say(word)).statusCode, 200)
    assert.deepEqual(await optedOut(), [{ account_id: other.account.id, address: NUMBER, came_by: 'page' }])
    assert.equal((await inviteByText(acme.ctx)).state, 'pending')
  })
}

test('what the provider takes for a stop in another language is one', async () => {
  await inviteByText(acme.ctx)
  await sent()
  await say('Arrêt', { OptOutType: 'STOP' })
  assert.equal((await optedOut()).length, 1)
  await say('Reprendre', { OptOutType: 'START' })
  assert.deepEqual(await optedOut(), [])
  await say('STOP', { OptOutType: 'HELP' })
  assert.deepEqual(await optedOut(), [])
})

test('no number and no text is in the log', () => {
  assert.ok(world.log_lines.some(({ msg }) => msg === 'a number opted out by text message'))
  assert.doesNotMatch(JSON.stringify(world.log_lines), /447700900123|Reprendre/)
})

test('where no provider is set, nobody can sign anything', async (t) => {
  const bare = await openWorld()
  t.after(() => bare.close())
  for (const url of [STATUS, INCOMING]) assert.equal((await bare.app.inject({ method: 'POST', url, ...signedForm('', `http://earshot.test${url}`, {}) })).statusCode, 403)
})
