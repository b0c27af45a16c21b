// once
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { invite } from '../../../test/support/invitations.ts'
import { enableTexts, inviteByText, remindByText, textTemplate } from '../../../test/support/text-messages.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { claimDue, claimDueTexts, renewClaims, type Claimed } from './claim.ts'
import type { TextMessage } from './messages.ts'
import { recordOutcome } from './outcome.ts'

const NUMBER = '+447700900123'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
})
after(() => world.close())
beforeEach(async () => {
  acme = await world.account()
  await enableTexts(acme.ctx)
})
afterEach(async () => {
  await world.ground.db.updateTable('invitations').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
  await world.ground.db.updateTable('reminders').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
})

function claim(limit = 100): Promise<Claimed<TextMessage>> {
  return claimDueTexts(world.ground, { limit, host: 'earshot.test' })
}

async function send(): Promise<number[]> {
  const { messages } = await claim()
  for (const message of messages) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  return messages.map(({ invitation_id }) => invitation_id)
}

async function sendMails(): Promise<number[]> {
  const { messages } = await claimDue(world.ground, { limit: 100, host: 'earshot.test' })
  for (const message of messages) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  return messages.map(({ invitation_id }) => invitation_id)
}

async function reasonOf({ id }: { id: number }): Promise<string | null> {
  return (await world.ground.db.selectFrom('invitations').select('not_sent_reason').where('id', '=', id).executeTakeFirstOrThrow()).not_sent_reason
}

function protectedAddresses() {
  return world.ground.db.selectFrom('invited_addresses').select(['address', 'last_invited_at', 'previous_invited_at']).where('account_id', '=', acme.account.id).orderBy('address').execute()
}

test('a due text message comes with all that it needs, and is claimed apart from mails', async () => {
  const { id, token } = await inviteByText(acme.ctx, { reference: 'R-1', data: [{ key: 'plan', value: 'gold' }] })
  const mail = await invite(acme.ctx)
  const { messages: [message, ...others] } = await claim()
  assert.partialDeepStrictEqual(message, {
    channel: 'sms', account_id: acme.account.id, invitation_id: id, reminder_id: null, token, telephone_number: NUMBER, email: null, first_name: 'Jo', reference: 'R-1', data: [{ key: 'plan', value: 'gold' }],
    message_id: `<i${acme.account.id}.${id}@earshot.test>`,
  })
  assert.deepEqual([message?.template.id, others.length, await sendMails()], [await textTemplate(acme.ctx), 0, [mail.id]])
  const delivery = await world.ground.db.selectFrom('deliveries').select(['channel', 'attempt', 'outcome']).where('invitation_id', '=', id).execute()
  assert.deepEqual(delivery, [{ channel: 'sms', attempt: 1, outcome: null }])
})

test('workers at once share what is due, and a lease can be renewed', async () => {
  const ids = []
  for (let number = 10; number < 40; number++) ids.push((await inviteByText(acme.ctx, { telephone_number: `+4477009001${number}` })).id)
  const claims = await Promise.all([claim(20), claim(20), claim(20)])
  const messages = claims.flatMap((one) => one.messages)
  assert.deepEqual(messages.map(({ invitation_id }) => invitation_id).toSorted((a, b) => a - b), ids)
  world.clock.advance({ seconds: 50 })
  assert.equal((await renewClaims(world.ground, messages)).held.size, 30)
  world.clock.advance({ seconds: 50 })
  assert.equal((await claim()).messages.length, 0)
})

test('until text messages are enabled none goes, looked at when it is accepted and when it is due', async () => {
  const before = await inviteByText(acme.ctx)
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: null }).where('id', '=', acme.account.id).execute()
  assert.equal((await inviteByText(acme.ctx)).not_sent_reason, 'text messages not enabled')
  assert.deepEqual([(await claim()).messages, await reasonOf(before)], [[], 'text messages not enabled'])
})

test('what forbids a text message: its template, its number, an opt-out or a block of the number or of the address', async () => {
  const { db } = world.ground
  const mine = { account_id: acme.account.id }
  const now = world.clock.now()
  const archived = await inviteByText(acme.ctx, { text_message_template_id: await textTemplate(acme.ctx, 'Hi') })
  const none = await inviteByText(acme.ctx, { telephone_number: null })
  const odd = await inviteByText(acme.ctx, { telephone_number: '07700 900123' })
  const [out, blocked, mail_out, domain] = await Promise.all([
    inviteByText(acme.ctx, { telephone_number: '+447700900201' }), inviteByText(acme.ctx, { telephone_number: '+447700900202' }),
    inviteByText(acme.ctx, { telephone_number: '+447700900203', email: 'Un@client.test' }), inviteByText(acme.ctx, { telephone_number: '+447700900204', email: 'x@sub.blocked.test' }),
  ])
  const fine = await inviteByText(acme.ctx)
  await db.insertInto('unsubscribes').values(['+447700900201', 'un@client.test'].map((address) => ({ ...mine, address, by_customer_at: now }))).execute()
  await db.insertInto('blocks').values(['+447700900202', 'blocked.test'].map((pattern) => ({ ...mine, pattern, created_at: now }))).execute()
  await db.updateTable('text_message_templates').set({ archived_at: now }).where('account_id', '=', mine.account_id).where('name', '=', 'A text').execute()
  assert.deepEqual(await send(), [fine.id])
  assert.deepEqual(await Promise.all([archived, none, odd, out, blocked, mail_out, domain].map(reasonOf)),
    ['template archived', 'invalid address', 'invalid address', 'unsubscribed', 'blocked address', 'unsubscribed', 'blocked address'])
  assert.equal((await inviteByText(acme.ctx, { telephone_number: '+447700900201' })).not_sent_reason, 'unsubscribed')
  const other = await world.account()
  await enableTexts(other.ctx)
  assert.equal((await inviteByText(other.ctx, { telephone_number: '+447700900201' })).state, 'pending')
})

test('over-survey protection holds over channels: a text claims its number, and its address where it has one', async () => {
  await inviteByText(acme.ctx, { survey: 'nps', email: 'Jo@client.test' })
  assert.equal((await send()).length, 1)
  assert.deepEqual((await protectedAddresses()).map(({ address }) => address), [NUMBER, 'jo@client.test'])
  assert.equal((await invite(acme.ctx, { survey: 'nps' })).not_sent_reason, 'over-survey protection')
  assert.equal((await inviteByText(acme.ctx, { survey: 'five_questions' })).not_sent_reason, 'over-survey protection')
  assert.equal((await inviteByText(acme.ctx, { survey: 'nps', telephone_number: '+447700900999' })).state, 'pending')
})

test('a mail claims its address only, which holds back a text of the same address', async () => {
  await invite(acme.ctx, { survey: 'nps', telephone_number: NUMBER })
  await sendMails()
  assert.deepEqual((await protectedAddresses()).map(({ address }) => address), ['jo@client.test'])
  assert.equal((await inviteByText(acme.ctx, { survey: 'nps', email: 'jo@client.test' })).not_sent_reason, 'over-survey protection')
  assert.equal((await inviteByText(acme.ctx, { survey: 'nps' })).state, 'pending')
})

test('a text that gets only one of its two addresses gets neither, and the other one stays free', async () => {
  const mail = await invite(acme.ctx, { survey: 'nps' })
  const text = await inviteByText(acme.ctx, { survey: 'nps', email: 'jo@client.test' })
  const later = await inviteByText(acme.ctx, { survey: 'nps', send_at: new Date(world.clock.now().getTime() + 1000) })
  assert.deepEqual([await sendMails(), await send(), await reasonOf(text)], [[mail.id], [], 'over-survey protection'])
  world.clock.advance({ seconds: 1 })
  assert.deepEqual(await send(), [later.id])
})

test('in one batch each is judged after those before it, also where they share only one address', async () => {
  const [a, b, c] = ['+447700900301', '+447700900302', '+447700900303']
  await invite(acme.ctx, { survey: 'nps', email: 'taken@client.test' })
  await sendMails()
  const at = (second: number) => new Date(world.clock.now().getTime() - 10_000 + second * 1000)
  // Accepted before protection would refuse it: only the claim sees that its address is taken.
  await world.ground.db.updateTable('accounts').set({ throttle_days: 0 }).where('id', '=', acme.account.id).execute()
  const half = await inviteByText(acme.ctx, { survey: 'nps', telephone_number: a, email: 'taken@client.test', send_at: at(1) })
  const second = await inviteByText(acme.ctx, { survey: 'nps', telephone_number: a, email: 'free@client.test', send_at: at(2) })
  const third = await inviteByText(acme.ctx, { survey: 'nps', telephone_number: b, email: 'free@client.test', send_at: at(3) })
  const fourth = await inviteByText(acme.ctx, { survey: 'nps', telephone_number: b, email: 'other@client.test', send_at: at(4) })
  const forced = await inviteByText(acme.ctx, { survey: 'nps', telephone_number: b, email: 'free@client.test', ignore_throttle: true, send_at: at(5) })
  const apart = await inviteByText(acme.ctx, { survey: 'nps', telephone_number: c, send_at: at(6) })
  await world.ground.db.updateTable('accounts').set({ throttle_days: 30 }).where('id', '=', acme.account.id).execute()
  assert.deepEqual(await send(), [second.id, fourth.id, forced.id, apart.id])
  assert.deepEqual(await Promise.all([half, third].map(reasonOf)), ['over-survey protection', 'over-survey protection'])
  assert.deepEqual((await protectedAddresses()).map(({ address }) => address), [a, b, c, 'free@client.test', 'other@client.test', 'taken@client.test'].toSorted())
})

test('what is not sent in the end gives both addresses back, as they were before', async () => {
  const wish = { survey: 'nps', email: 'jo@client.test' } as const
  await inviteByText(acme.ctx, wish)
  await send()
  const before = await protectedAddresses()
  world.clock.advance({ days: 31 })
  await inviteByText(acme.ctx, wish)
  for (const message of (await claim()).messages) await recordOutcome(world.ground, message, { kind: 'permanent_failure', detail: 'error 21614' })
  assert.deepEqual(await protectedAddresses(), before)
})

test('a link for a number counts against later texts to it', async () => {
  await invite(acme.ctx, { survey: 'nps', channel: 'link', telephone_number: NUMBER, email: null })
  assert.equal((await inviteByText(acme.ctx, { survey: 'nps' })).not_sent_reason, 'over-survey protection')
})

test('mails and texts for shared addresses, claimed by several workers at once, come to exactly one for each, and no worker waits for another for ever', async () => {
  for (let round = 0; round < 8; round++) {
    const people = Array.from({ length: 6 }, (_, index) => ({ number: `+4477009${round}4${String(index).padStart(2, '0')}`, email: `p${index}.${round}@client.test` }))
    const at = world.clock.now()
    for (const [index, { number, email }] of people.entries()) {
      const next = people[(index + 1) % people.length] ?? { number, email }
      await inviteByText(acme.ctx, { survey: 'nps', telephone_number: number, email: next.email, send_at: at })
      await inviteByText(acme.ctx, { survey: 'nps', telephone_number: next.number, email, send_at: at })
      await invite(acme.ctx, { survey: 'nps', email, send_at: at })
    }
    const [texts, more, mails] = await Promise.all([claim(5), claim(5), claimDue(world.ground, { limit: 4, host: 'earshot.test' }), claimDue(world.ground, { limit: 4, host: 'earshot.test' }), claim(5)])
    assert.ok([texts, more, mails].every(({ messages, refused }) => messages.length + refused > 0))
    while ((await claim()).messages.length + (await claimDue(world.ground, { limit: 100, host: 'earshot.test' })).messages.length > 0);
    const begun = await world.ground.db.selectFrom('deliveries as d').innerJoin('invitations as v', 'v.id', 'd.invitation_id').where('d.account_id', '=', acme.account.id).where('v.send_at', '=', at)
      .select(['v.email', 'v.telephone_number']).execute()
    const claimed = begun.flatMap(({ email, telephone_number }) => [email, telephone_number]).filter((one) => one !== null)
    assert.deepEqual(claimed.length, new Set(claimed).size, `round ${round}: an address was claimed twice`)
    assert.ok(begun.length >= people.length / 2)
    world.clock.advance({ days: 31 })
  }
  assert.deepEqual((await protectedAddresses()).filter(({ last_invited_at }) => !(last_invited_at instanceof Date)), [])
})

test('a reminder by text waits for its invitation, goes once, and ends with the first that did not arrive', async () => {
  const { id } = await inviteByText(acme.ctx)
  const now = world.clock.now()
  const first = await remindByText(acme.ctx, id, now)
  const second = await remindByText(acme.ctx, id, new Date(now.getTime() + 1000))
  assert.deepEqual(await send(), [id])
  const [message] = (await claim()).messages
  assert.deepEqual([message?.reminder_id, message?.message_id], [first, `<i${acme.account.id}.${id}.r${first}@earshot.test>`])
  if (message) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  await world.ground.db.updateTable('reminders').set({ delivery_failure: 'undelivered' }).where('id', '=', first).execute()
  world.clock.advance({ seconds: 1 })
  assert.deepEqual(await send(), [])
  const row = await world.ground.db.selectFrom('reminders').select('not_sent_reason').where('id', '=', second).executeTakeFirstOrThrow()
  assert.equal(row.not_sent_reason, 'delivery failed')
})
