// once
/** A customer gets a mail, opts out by it, and hears nothing more until they come back; each step as mail programs, browsers and API clients take it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { addBlock, removeBlock } from '../../src/core/blocks.ts'
import { customerSureClient, type CustomerSureClient } from '../support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

let world: World
let acme: TestAccount
let api: CustomerSureClient
before(async () => {
  world = await openWorld({ env: { EARSHOT_PUBLIC_URL: 'https://feedback.acme.test' } })
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
})
after(() => world?.close())

interface Shown { id: number, state: string, not_sent_reason: string | null, reminders: { state: string, not_sent_reason: string | null }[] }

/** Asks for feedback in so many days, with a reminder a week later. */
async function ask(email: string, days = 0): Promise<Shown> {
  const at = (more: number) => new Date(world.clock.now().getTime() + more * 86_400_000).toISOString()
  const [survey] = (await api.get('/surveys')).json<{ id: number }[]>()
  const templates = (await api.get('/email_templates')).json<{ id: number, name: string }[]>()
  const reminder = templates.find(({ name }) => name === 'Reminder')
  return (await api.post('/feedback_requests', { email, survey_id: survey?.id, send_at: at(days), ignore_throttle: true, reminders: [{ email_template_id: reminder?.id, send_at: at(days + 7) }] })).json()
}

async function shown({ id }: Shown): Promise<Shown> {
  return (await api.get(`/feedback_requests/${id}`)).json()
}

/** The path that the last mail to this address names for unsubscribing. */
async function unsubscribePath(email: string): Promise<string> {
  const mails = await world.ground.db.selectFrom('sandbox_mails').select(['headers', 'html', 'text']).where('to_header', '=', email).orderBy('id', 'desc').execute()
  const [mail] = mails
  const { 'List-Unsubscribe': header, 'List-Unsubscribe-Post': post } = Object(mail?.headers)
  assert.equal(post, 'List-Unsubscribe=One-Click')
  const [, url = '', path = ''] = /^<(https:\/\/feedback\.acme\.test(\/unsubscribe\/[\w-]+))>$/.exec(header) ?? []
  assert.ok(mail?.html.includes(url) && mail.text.includes(url))
  return path
}

async function mailsTo(email: string): Promise<number> {
  return (await world.ground.db.selectFrom('sandbox_mails').select('id').where('to_header', '=', email).execute()).length
}

test('one click in the mail program ends the reminder, what waits, and what is asked later, until they come back by the page', async () => {
  const email = 'jo@client.test'
  const first = await ask(email)
  await world.work()
  const waiting = await ask(email, 3)
  const path = await unsubscribePath(email)
  assert.equal((await world.app.inject({ url: path })).statusCode, 200)
  const click = await world.app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'List-Unsubscribe=One-Click' })
  assert.equal(click.statusCode, 200)
  assert.deepEqual([(await ask(email)).not_sent_reason, (await ask(email.toUpperCase())).not_sent_reason], ['unsubscribed', 'unsubscribed'])
  world.clock.advance({ days: 8 })
  await world.work()
  const [asked, later] = [await shown(first), await shown(waiting)]
  assert.deepEqual([asked.state, asked.reminders[0]?.not_sent_reason], ['sent', 'unsubscribed'])
  assert.deepEqual([later.state, later.not_sent_reason], ['not_sent', 'unsubscribed'])
  assert.equal(await mailsTo(email), 1)

  const page = await world.app.inject({ url: path })
  const [, back = ''] = /action="([^"]+)"/.exec(page.body) ?? []
  assert.equal((await world.app.inject({ method: 'POST', url: back, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).statusCode, 200)
  assert.equal((await ask(email)).state, 'pending')
  await world.work()
  assert.equal(await mailsTo(email), 2)
})

test('what a customer opted out of stays so, whatever the account does with its own list', async () => {
  const email = 'ann@client.test'
  await ask(email)
  await world.work()
  await world.app.inject({ method: 'POST', url: await unsubscribePath(email) })
  await addBlock(acme.ctx, email)
  await removeBlock(acme.ctx, email)
  const { state, not_sent_reason } = await ask(email)
  assert.deepEqual([state, not_sent_reason], ['not_sent', 'unsubscribed'])
})

test('an answer by the link that the mail had is still taken from who opted out', async () => {
  const email = 'bo@client.test'
  const { id } = await ask(email)
  await world.work()
  await world.app.inject({ method: 'POST', url: await unsubscribePath(email) })
  const { link } = (await api.get(`/feedback_requests/${id}`)).json()
  assert.equal((await world.app.inject({ url: new URL(link).pathname })).statusCode, 200)
})
