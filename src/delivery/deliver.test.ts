// once
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { invite, remind } from '../../test/support/invitations.ts'
import { openSmtpSink, type SmtpSink, type Verdict } from '../../test/support/smtp-sink.ts'
import { until } from '../../test/support/until.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { claimDue } from '../core/invitations/claim.ts'
import { recordOutcome } from '../core/invitations/outcome.ts'
import { recordResponse } from '../core/responses/record.ts'
import { getSandboxMail, listSandboxMails } from '../core/sandbox-mails.ts'
import { createSurvey } from '../core/surveys.ts'
import { openDelivery, type Delivery } from './deliver.ts'

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

async function openSink(verdict?: (recipient: string, earlier: number) => Verdict): Promise<SmtpSink> {
  const sink = await openSmtpSink(verdict ? { verdict } : {})
  opened.push(sink)
  return sink
}

function open(mail_url: string | null): Delivery {
  const delivery = openDelivery({ ground: world.ground, mail_url, public_url: 'https://feedback.acme.test' })
  opened.push(delivery)
  return delivery
}

async function sendAll(delivery: Delivery): Promise<void> {
  while ((await delivery.sendDue()) > 0);
}

function invitationOf(id: number) {
  return world.ground.db.selectFrom('invitations').select(['state', 'not_sent_reason', 'delivery_failure']).where('id', '=', id).executeTakeFirstOrThrow()
}

function ambiguous(): unknown[] {
  return world.log_lines.filter((line) => String(line.msg).startsWith('ambiguous')).map((line) => line.message_id)
}

async function dueOf(id = 0): Promise<Date> {
  return (await world.ground.db.selectFrom('invitations').select('due_at').where('id', '=', id).executeTakeFirstOrThrow()).due_at
}

/** How many attempts of the account ended in which way. */
async function outcomes(): Promise<Record<string, number>> {
  const rows = await world.ground.db.selectFrom('deliveries').select((eb) => ['outcome', eb.fn.countAll<number>().as('count')]).where('account_id', '=', acme.account.id).groupBy('outcome').execute()
  return Object.fromEntries(rows.map(({ outcome, count }) => [String(outcome), count]))
}

test('an invitation goes out as a mail in two parts, with its own Message-ID, and is sent', async () => {
  const sink = await openSink()
  const delivery = open(sink.url)
  const { id, token } = await invite(acme.ctx)
  assert.equal(await delivery.sendDue(), 1)
  assert.equal(await delivery.sendDue(), 0)
  const [mail] = sink.mails
  assert.deepEqual([sink.mails.length, mail?.from, mail?.to], [1, `feedback@${acme.account.subdomain}.localhost`, ['jo@client.test']])
  assert.partialDeepStrictEqual(mail?.headers, {
    'message-id': `<i${acme.account.id}.${id}@feedback.acme.test>`, subject: 'How did we do?', to: 'Jo Doe <jo@client.test>', 'auto-submitted': 'auto-generated', 'content-language': 'en',
    'list-unsubscribe': `<https://feedback.acme.test/unsubscribe/${token}>`, 'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
  })
  assert.match(mail?.text ?? '', /^Hello Jo,\n/)
  for (const part of [mail?.text ?? '', mail?.html ?? '']) assert.ok(part.includes(`https://feedback.acme.test/surveys/${token}/r/10.`))
  assert.deepEqual(await invitationOf(id), { state: 'sent', not_sent_reason: null, delivery_failure: null })
})

test('hundreds go out in batches, each once', async () => {
  const sink = await openSink()
  for (let number = 0; number < 300; number++) await invite(acme.ctx, { email: `p${number}@client.test` })
  const delivery = open(sink.url)
  assert.deepEqual([await delivery.sendDue(), await delivery.sendDue()], [300, 0])
  assert.equal(new Set(sink.mails.flatMap((mail) => mail.to)).size, 300)
  assert.equal(sink.mails.length, 300)
})

test('a greylisting server gets the same mail again after a pause', async () => {
  const sink = await openSink((_, earlier) => (earlier === 0 ? { code: 451 } : 'accept'))
  const delivery = open(sink.url)
  const { id } = await invite(acme.ctx)
  await sendAll(delivery)
  assert.deepEqual([sink.mails.length, sink.tries.length, (await invitationOf(id)).state], [0, 1, 'pending'])
  world.clock.advance({ minutes: 2 })
  await sendAll(delivery)
  assert.equal(sink.mails.length, 1)
  assert.equal((await invitationOf(id)).state, 'sent')
  assert.deepEqual(ambiguous(), [])
})

for (const verdict of [{ code: 421 }, { code: 452, at: 'end' }] as const) {
  test(`an answer of ${verdict.code} to the ${verdict.code === 421 ? 'recipient' : 'content'} is tried again`, async () => {
    const sink = await openSink((_, earlier) => (earlier === 0 ? verdict : 'accept'))
    const delivery = open(sink.url)
    await invite(acme.ctx)
    await sendAll(delivery)
    world.clock.advance({ minutes: 2 })
    await sendAll(delivery)
    assert.equal(sink.mails.length, 1)
    assert.deepEqual(ambiguous(), [])
  })
}

for (const at of ['recipient', 'end'] as const) {
  test(`a refusal for good, of the ${at === 'end' ? 'content' : 'recipient'}, is not tried again, and its text is kept but not logged`, async () => {
    const sink = await openSink(() => ({ code: 550, at }))
    const delivery = open(sink.url)
    const { id } = await invite(acme.ctx)
    await sendAll(delivery)
    const { state, not_sent_reason, delivery_failure } = await invitationOf(id)
    assert.deepEqual([state, not_sent_reason], ['not_sent', 'delivery failed'])
    assert.match(delivery_failure ?? '', /550 no such mailbox/)
    assert.ok(world.log_lines.some((line) => line.response_code === 550 && line.invitation_id === id))
    assert.doesNotMatch(JSON.stringify(world.log_lines), /jo@client|no such mailbox/)
  })
}

test('a connection that breaks before the answer is named as ambiguous, and the mail goes once more', async () => {
  const sink = await openSink((_, earlier) => (earlier === 0 ? 'drop' : 'accept'))
  const delivery = open(sink.url)
  const { id } = await invite(acme.ctx)
  await sendAll(delivery)
  assert.equal((await invitationOf(id)).state, 'pending')
  assert.deepEqual(ambiguous(), [`<i${acme.account.id}.${id}@feedback.acme.test>`])
  world.clock.advance({ minutes: 2 })
  await sendAll(delivery)
  assert.deepEqual([sink.mails.length, sink.tries.length], [1, 2])
})

test('a server that is not there is a temporary failure, and nothing went out', async () => {
  const sink = await openSmtpSink()
  await sink.close()
  const { id } = await invite(acme.ctx)
  await sendAll(open(sink.url))
  assert.equal((await invitationOf(id)).state, 'pending')
  assert.deepEqual(ambiguous(), [])
})

test('a server that hangs up at once is called once an attempt', async () => {
  let calls = 0
  const server = createServer((socket) => {
    calls++
    socket.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const { id } = await invite(acme.ctx)
  await sendAll(open(`smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`))
  server.close()
  assert.deepEqual([calls, (await invitationOf(id)).state, ambiguous()], [1, 'pending', []])
})

test('one bad address holds up nobody else', async () => {
  const sink = await openSink((recipient) => (recipient === 'bad@client.test' ? { code: 550 } : 'accept'))
  await invite(acme.ctx, { email: 'bad@client.test' })
  for (let number = 0; number < 5; number++) await invite(acme.ctx, { email: `good${number}@client.test` })
  await sendAll(open(sink.url))
  assert.equal(sink.mails.length, 5)
})

test('a worker that died in the middle: after the lease another one sends, once, and names it', async () => {
  const sink = await openSink()
  const { id } = await invite(acme.ctx)
  await claimDue(world.ground, { limit: 100, host: 'feedback.acme.test' })
  const delivery = open(sink.url)
  await sendAll(delivery)
  assert.equal(sink.mails.length, 0)
  world.clock.advance({ seconds: 61 })
  await sendAll(delivery)
  assert.deepEqual(sink.mails.map((mail) => mail.headers['message-id']), [`<i${acme.account.id}.${id}@feedback.acme.test>`])
  assert.deepEqual(ambiguous(), [`<i${acme.account.id}.${id}@feedback.acme.test>`])
})

test('what was not begun by the end of the lease is left to others: each mail goes once', async () => {
  const sink = await openSink(() => {
    if (sink.tries.length === 3) world.clock.advance({ seconds: 50 })
    return 'accept'
  })
  for (let number = 0; number < 10; number++) await invite(acme.ctx, { email: `p${number}@client.test` })
  await sendAll(open(`${sink.url}?maxConnections=1`))
  assert.deepEqual(await outcomes(), { sent: 10, given_back: 7 })
  assert.equal(new Set(sink.mails.flatMap((mail) => mail.to)).size, 10)
  assert.equal(sink.mails.length, 10)
})

test('a worker that slept while another one took some over renews only the rest, and sends only that', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const sink = await openSink((recipient, earlier) => (recipient === 'end@client.test' ? 'drop' : recipient === 'p0@client.test' && earlier === 0 ? 'stall' : 'accept'))
  const ids: number[] = []
  for (let number = 0; number < 3; number++) {
    ids.push((await invite(acme.ctx, { email: `p${number}@client.test` })).id)
    world.clock.advance({ seconds: 1 }) // Else it is left to the database which of them goes first.
  }
  const sleeping = open(`${sink.url}?maxConnections=1`).sendDue(ids.length)
  await until(() => sink.stalled === 1)
  world.clock.advance({ seconds: 61 })
  const later = new Date(world.clock.now().getTime() + 1)
  await world.ground.db.updateTable('invitations').set({ due_at: later }).where('id', '=', ids[2] ?? 0).execute()
  const { messages } = await claimDue(world.ground, { limit: 3, host: 'feedback.acme.test' })
  assert.deepEqual(messages.map((message) => message.invitation_id).toSorted((a, b) => a - b), ids.slice(0, 2))
  t.mock.timers.tick(20_000)
  await until(async () => (await dueOf(ids[2])) > later)
  for (const message of messages) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  await invite(acme.ctx, { email: 'end@client.test' })
  await open(sink.url).sendDue() // The drop breaks the line that the sleeper waits on, too.
  await sleeping
  assert.deepEqual(sink.mails.map((mail) => mail.to), [['p2@client.test']])
  assert.deepEqual(await outcomes(), { unknown: 2, sent: 3, temporary_failure: 1 })
})

test('no more is sent than two claims while outcomes can not be written, and all the rest after that', async () => {
  const sink = await openSink(() => ({ code: 550 }))
  const ids: number[] = []
  for (let number = 0; number < 20; number++) {
    ids.push((await invite(acme.ctx, { email: `p${number}@client.test` })).id)
    world.clock.advance({ seconds: 1 })
  }
  const address = { account_id: acme.account.id, address: 'p0@client.test', last_invited_at: world.clock.now(), invitation_id: ids[0] ?? 0 }
  await world.ground.db.insertInto('invited_addresses').values(address).execute()
  const lock = await world.ground.db.startTransaction().execute() // Of what the first outcome gives back.
  const unlock = async () => void (lock.isRolledBack || await lock.rollback().execute())
  opened.push({ close: unlock })
  await lock.selectFrom('invited_addresses').select('address').where('address', '=', address.address).forUpdate().execute()
  const sending = open(`${sink.url}?maxConnections=1`).sendDue(2)
  await until(() => sink.tries.length >= 4)
  await pause(100)
  assert.equal(sink.tries.length, 4)
  await unlock()
  assert.equal(await sending, 20)
  assert.deepEqual(await outcomes(), { permanent_failure: 20 })
})

test('closing finishes what is under way and gives back what was not begun', async () => {
  let delivery: Delivery | null = null
  let closed: Promise<void> | undefined
  const sink = await openSink(() => {
    closed ??= delivery?.close()
    return 'accept'
  })
  for (let number = 0; number < 30; number++) await invite(acme.ctx, { email: `p${number}@client.test` })
  delivery = open(sink.url)
  await delivery.sendDue()
  await closed
  const sent = sink.mails.length
  assert.ok(sent >= 1 && sent < 30, `${sent} sent`)
  assert.deepEqual(await outcomes(), { sent, given_back: 30 - sent })
  assert.equal(await delivery.sendDue(), 0)
  await sendAll(open(sink.url))
  assert.equal(new Set(sink.mails.flatMap((mail) => mail.to)).size, 30)
  assert.equal(sink.mails.length, 30)
})

test('closing waits for a silent server only so long, then gives back and names what it cut off', async () => {
  const sink = await openSink((_, earlier) => (earlier === 0 ? 'stall' : 'accept'))
  const delivery = open(sink.url)
  const { id } = await invite(acme.ctx)
  const sending = delivery.sendDue()
  await until(() => sink.stalled === 1)
  await delivery.close(20)
  await sending
  assert.deepEqual(ambiguous(), [`<i${acme.account.id}.${id}@feedback.acme.test>`])
  await sendAll(open(sink.url))
  assert.equal(sink.mails.length, 1)
})

test('a reminder goes while there is no answer, and no more after it', async () => {
  const sink = await openSink()
  const delivery = open(sink.url)
  const { id, token } = await invite(acme.ctx)
  const day = (days: number) => new Date(world.clock.now().getTime() + days * 86_400_000)
  await remind(acme.ctx, id, day(3))
  await remind(acme.ctx, id, day(6))
  await sendAll(delivery)
  world.clock.advance({ days: 3 })
  await sendAll(delivery)
  assert.deepEqual(sink.mails.map((mail) => mail.headers.subject), ['How did we do?', 'A short reminder: how did we do?'])
  await recordResponse(world.ground, token, { score: 8, comment: null }, { responder_ip: null, user_agent: null })
  world.clock.advance({ days: 3 })
  await sendAll(delivery)
  assert.equal(sink.mails.length, 2)
})

test('a mail is in the colours of its survey, with the faces or stars that it asks with', async () => {
  const questions = [{ type: 'rating' as const, text: 'Well?', scale: { min: 1, max: 3 }, appearance: 'faces' as const }]
  const { id: survey_id } = await createSurvey(acme.ctx.db, acme.account.id, { name: 'Visit', purpose: 'other', questions, theme: { brand_color: '#7a1fa2', logo_url: 'https://cdn.example/logo.png', logo_alt: 'Acme' } }, acme.ctx.now())
  await invite(acme.ctx, { survey_id })
  await sendAll(open(null))
  const { rows: [kept] } = await listSandboxMails(acme.ctx, { offset: 0, limit: 1 })
  const { html } = await getSandboxMail(acme.ctx, kept?.id ?? 0)
  assert.match(html, /1px solid #7a1fa2/)
  assert.match(html, /<img src="https:\/\/cdn\.example\/logo\.png" alt="Acme"/)
  assert.match(html, />So-so</)
})

test('without a mail server each mail is kept once, however often it is tried', async () => {
  const { id } = await invite(acme.ctx)
  await sendAll(open(null))
  const kept = () => world.ground.db.selectFrom('sandbox_mails').select(['message_id', 'to_header', 'from_header', 'subject', 'invitation_id']).where('account_id', '=', acme.account.id).execute()
  const mail = {
    message_id: `<i${acme.account.id}.${id}@feedback.acme.test>`, to_header: 'Jo Doe <jo@client.test>', from_header: `Acme <feedback@${acme.account.subdomain}.localhost>`,
    subject: 'How did we do?', invitation_id: id,
  }
  assert.deepEqual(await kept(), [mail])
  await world.ground.db.updateTable('invitations').set({ state: 'pending', sent_at: null, due_at: world.clock.now() }).where('id', '=', id).execute()
  await sendAll(open(null))
  assert.deepEqual(await kept(), [mail])
  assert.equal((await invitationOf(id)).state, 'sent')
})
