// once
/** A request by text message, from end to end: it is accepted, its provider gets it and says what became of it, the customer answers, or says STOP. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openDelivery } from '../../src/delivery/deliver.ts'
import { pauseMs } from '../../src/core/invitations/outcome.ts'
import { answerOnPage } from '../support/answering.ts'
import { customerSureClient } from '../support/customersure.ts'
import { enableTexts } from '../support/text-messages.ts'
import { openTwilioStandIn, signedForm, type StandInText, type TwilioStandIn, type TwilioVerdict } from '../support/twilio-stand-in.ts'
import { openWorld } from '../support/world.ts'

const NUMBER = '+447700900123'

/** A world with a stand-in for the provider, and an account in Britain that may send text messages. */
async function openHouse(t: TestContext, verdict?: (number: string, earlier: number) => TwilioVerdict) {
  const twilio = await openTwilioStandIn(verdict ? { verdict } : {})
  t.after(() => twilio.close())
  const world = await openWorld({ env: { EARSHOT_SMS_URL: twilio.url } })
  t.after(() => world.close())
  const acme = await world.account()
  await world.ground.db.updateTable('accounts').set({ country: 'GB' }).where('id', '=', acme.account.id).execute()
  await enableTexts(acme.ctx)
  const api = customerSureClient(world, acme.api_key)
  const survey = (await api.get('/surveys')).json().find(({ name }: { name: string }) => name === 'Ticket')
  const template = await world.ground.db.selectFrom('text_message_templates').select('id').where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  const ask = async (fields: object = {}) => (await api.post('/feedback_requests', {
    survey_id: survey.id, send_at: world.clock.now().toISOString(), first_name: 'Jo', sms: { number: '07700 900123', text_message_template_id: template.id }, ignore_throttle: true, ...fields,
  })).json()
  const show = async ({ id }: { id: number }) => (await api.get(`/feedback_requests/${id}`)).json()
  return { twilio, world, acme, api, template: template.id, ask, show }
}

type House = Awaited<ReturnType<typeof openHouse>>

/** The provider calls the address that it was told to. */
async function callBack({ world, twilio }: House, text: StandInText | undefined, fields: Record<string, string>) {
  const address = new URL(text?.call_back ?? '')
  assert.equal(address.origin, 'http://earshot.test')
  return world.app.inject({ method: 'POST', url: address.pathname + address.search, ...signedForm(twilio.token, address.href, fields) })
}

async function say({ world, twilio }: House, Body: string) {
  const url = '/provider-events/twilio/incoming'
  return world.app.inject({ method: 'POST', url, ...signedForm(twilio.token, `http://earshot.test${url}`, { From: NUMBER, To: '+15550100', Body }) })
}

test('asked, delivered, answered; after STOP the next request is refused, after START it goes again', async (t) => {
  const house = await openHouse(t)
  const { twilio, world, api, ask, show } = house
  const asked = await ask()
  assert.deepEqual([asked.state, asked.email], ['pending', null])
  await world.work()
  assert.deepEqual([(await show(asked)).state, twilio.faults], ['sent', []])
  const [text] = twilio.texts
  assert.deepEqual([text?.to, text?.body], [NUMBER, `Hello Jo, how did we do? Please tell us: ${asked.link}`])
  for (const MessageStatus of ['sent', 'delivered', 'delivered']) assert.equal((await callBack(house, text, { MessageStatus })).statusCode, 204)
  assert.equal((await show(asked)).delivery_failure, null)
  await answerOnPage(world, new URL(asked.link).pathname, { score: 9, comment: 'By phone' })
  const [response] = (await api.get('/feedback_responses')).json()
  assert.ok(response.answers.some(({ answer }: { answer: string }) => answer === 'By phone'))

  assert.match((await say(house, 'Stop')).body, /<Response><\/Response>/)
  const refused = await ask()
  assert.deepEqual([refused.state, refused.not_sent_reason], ['not_sent', 'unsubscribed'])
  await say(house, 'START')
  assert.equal((await ask()).state, 'pending')
  await world.work()
  assert.equal(twilio.texts.length, 2)
})

test('STOP between accepting and sending holds back what was accepted, and its reminders', async (t) => {
  const house = await openHouse(t)
  const { world, ask, show, template } = house
  await ask()
  await world.work()
  const later = await ask({ send_at: '2026-03-17T10:00:00Z', reminders: [{ send_at: '2026-03-18T10:00:00Z', text_message_template_id: template }] })
  await say(house, 'STOP')
  world.clock.set('2026-03-19T10:00:00Z')
  await world.work()
  await world.work()
  const { state, not_sent_reason, reminders } = await show(later)
  assert.deepEqual([state, not_sent_reason, reminders[0].not_sent_reason, house.twilio.texts.length], ['not_sent', 'unsubscribed', 'unsubscribed', 1])
})

test('reminders go by text until one does not arrive', async (t) => {
  const house = await openHouse(t)
  const { twilio, world, ask, show, template } = house
  const asked = await ask({ reminders: [17, 18, 19].map((day) => ({ send_at: `2026-03-${day}T10:00:00Z`, text_message_template_id: template })) })
  await world.work()
  world.clock.set('2026-03-17T10:00:00Z')
  await world.work()
  assert.equal(twilio.texts.length, 2)
  await callBack(house, twilio.texts[1], { MessageStatus: 'undelivered', ErrorCode: '30005' })
  for (const day of [18, 19]) {
    world.clock.set(`2026-03-${day}T10:00:00Z`)
    await world.work()
  }
  const { state, delivery_failure, reminders } = await show(asked)
  assert.deepEqual([twilio.texts.length, state, delivery_failure], [2, 'sent', null])
  assert.deepEqual(reminders.map((one: { not_sent_reason: string, delivery_failure: string }) => [one.not_sent_reason, one.delivery_failure]), [[null, 'undelivered, error 30005'], ['delivery failed', null], ['delivery failed', null]])
})

test('a request that bounced is no longer counted as delivered', async (t) => {
  const house = await openHouse(t)
  const { twilio, world, api, ask, show } = house
  const asked = await ask()
  await ask({ sms: { number: '07700 900124', text_message_template_id: house.template } })
  await world.work()
  const bounced = twilio.texts.find(({ body }) => body.endsWith(asked.link))
  await callBack(house, bounced, { MessageStatus: 'undelivered', ErrorCode: '30003' })
  assert.equal((await show(asked)).delivery_failure, 'undelivered, error 30003')
  assert.equal((await api.get('/response_rate?from_time=2026-03-16T00:00Z&to_time=2026-03-17T00:00Z')).json().delivered_count, 1)
})

test('a text whose answer was lost, and of which the provider tells that it went, does not go again', async (t) => {
  const house = await openHouse(t, () => ({ after_ms: 60 }))
  const { twilio, world, ask, show } = house
  const asked = await ask()
  const delivery = openDelivery({ ground: world.ground, mail_url: null, sms_url: world.config.sms_url, public_url: world.config.public_url })
  const sending = delivery.sendDueTexts()
  while (twilio.tries.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  await delivery.close(0)
  await sending
  while (twilio.texts.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  const attempt = () => world.ground.db.selectFrom('deliveries').select('outcome').where('invitation_id', '=', asked.id).executeTakeFirstOrThrow()
  assert.deepEqual([(await attempt()).outcome, (await show(asked)).state], ['given_back', 'pending'])
  await callBack(house, twilio.texts[0], { MessageStatus: 'delivered' })
  await world.work()
  assert.deepEqual([(await show(asked)).state, twilio.texts.length], ['sent', 1])
})

test('while the provider is away nothing is lost: each text goes once when it is back', async (t) => {
  let is_away = true
  const house: { twilio: TwilioStandIn } & House = await openHouse(t, () => (is_away ? { status: 503 } : 'accept'))
  const { twilio, world, ask, show } = house
  const asked = []
  for (let number = 10; number < 20; number++) asked.push(await ask({ sms: { number: `+4477009001${number}`, text_message_template_id: house.template } }))
  for (let failures = 1; failures <= 3; failures++) {
    await world.work()
    world.clock.advance({ seconds: 1.3 * pauseMs(failures, 0) / 1000 })
  }
  assert.equal(twilio.texts.length, 0)
  is_away = false
  await world.work()
  assert.deepEqual([twilio.texts.length, new Set(twilio.texts.map(({ to }) => to)).size], [10, 10])
  assert.deepEqual((await Promise.all(asked.map(show))).map(({ state }) => state), asked.map(() => 'sent'))
})
