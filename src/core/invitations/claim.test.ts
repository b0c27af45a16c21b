import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { invite, remind } from '../../../test/support/invitations.ts'
import { untilBlocked } from '../../../test/support/until.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import type { Db } from '../../storage/database.ts'
import { recordResponse } from '../responses/record.ts'
import { cancelInvitation } from './cancel.ts'
import { changeInvitation } from './change.ts'
import { claimDue, renewClaims, type Claimed } from './claim.ts'
import { recordOutcome } from './outcome.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
})
after(() => world.close())
beforeEach(async () => {
  acme = await world.account()
})
afterEach(async () => {
  await world.ground.db.updateTable('invitations').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
  await world.ground.db.updateTable('reminders').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
})

function claim(limit = 100): Promise<Claimed> {
  return claimDue(world.ground, { limit, host: 'earshot.test' })
}

async function send(): Promise<number[]> {
  const { messages } = await claim()
  for (const message of messages) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  return messages.map((message) => message.invitation_id)
}

async function stateOf(id: number) {
  return world.ground.db.selectFrom('invitations').select(['state', 'not_sent_reason', 'sent_at']).where('id', '=', id).executeTakeFirstOrThrow()
}

async function reasonOf(id: number): Promise<string | null> {
  return (await stateOf(id)).not_sent_reason
}

test('what is due comes with all that its mail needs', async () => {
  const company = await world.ground.db.insertInto('companies').values({ account_id: acme.account.id, name: 'Client Ltd', created_at: world.clock.now(), updated_at: world.clock.now() }).returning('id').executeTakeFirstOrThrow()
  const staff = await world.ground.db.insertInto('staff').values(['Ann', 'Bob'].map((name) => ({ account_id: acme.account.id, code: name, name, created_at: world.clock.now(), updated_at: world.clock.now() }))).returning('id').execute()
  const invited = await invite(acme.ctx, { company_id: company.id, staff_ids: staff.map(({ id }) => id).reverse(), reference: 'R-1', data: [{ key: 'plan', value: 'gold' }] })
  const { messages } = await claim()
  assert.equal(messages.length, 1)
  const [message] = messages
  assert.partialDeepStrictEqual(message, {
    account_id: acme.account.id, invitation_id: invited.id, reminder_id: null, token: invited.token, email: 'jo@client.test', first_name: 'Jo', surname: 'Doe', reference: 'R-1',
    company_name: 'Client Ltd', staff_name: 'Bob', data: [{ key: 'plan', value: 'gold' }], message_id: `<i${acme.account.id}.${invited.id}@earshot.test>`,
  })
  assert.equal(message?.template.id, acme.account.default_email_template_id)
  assert.equal(message?.question?.scale_max, 10)
})

test('a question about each technician stands in the mail where there is one to ask about', async () => {
  const staff = await world.ground.db.insertInto('staff').values({ account_id: acme.account.id, code: 'Cy', name: 'Cy', created_at: world.clock.now(), updated_at: world.clock.now() }).returning('id').executeTakeFirstOrThrow()
  const nobody = await invite(acme.ctx, { survey: 'employee' })
  const one = await invite(acme.ctx, { survey: 'employee', email: 'mo@client.test', staff_ids: [staff.id] })
  const { messages } = await claim()
  assert.deepEqual(messages.map(({ invitation_id, question }) => [invitation_id, question?.type ?? null]), [[nobody.id, null], [one.id, 'rating']])
})

test('what is not due yet stays, and so do text messages', async () => {
  await invite(acme.ctx, { send_at: new Date(world.clock.now().getTime() + 1000) })
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: world.clock.now() }).where('id', '=', acme.account.id).execute()
  await invite(acme.ctx, { channel: 'sms', telephone_number: '+491701234567' })
  const { messages, refused } = await claim()
  assert.deepEqual([messages, refused], [[], 0])
  assert.equal((await claim()).messages.length, 0)
})

test('the longest due goes first, as many as are asked for', async () => {
  const early = await invite(acme.ctx, { send_at: new Date('2026-03-01T10:00:00Z') })
  await invite(acme.ctx, { send_at: new Date('2026-03-03T10:00:00Z') })
  const earliest = await invite(acme.ctx, { send_at: new Date('2026-02-01T10:00:00Z') })
  assert.deepEqual((await claim(2)).messages.map((message) => message.invitation_id), [earliest.id, early.id])
})

test('two workers at once share what is due: nothing twice, nothing left', async () => {
  const ids = []
  for (let number = 0; number < 30; number++) ids.push((await invite(acme.ctx, { email: `p${number}@client.test` })).id)
  const claims = await Promise.all([claim(20), claim(20), claim(20)])
  const claimed = claims.flatMap(({ messages }) => messages.map((message) => message.invitation_id))
  assert.deepEqual(claimed.toSorted((a, b) => a - b), ids)
})

test('a worker that dies leaves its message due at the end of the lease, and the cut-off attempt is named', async () => {
  const { id } = await invite(acme.ctx)
  const [first] = (await claim()).messages
  world.clock.advance({ seconds: 59 })
  assert.deepEqual((await claim()).messages, [])
  world.clock.advance({ seconds: 1 })
  const second = await claim()
  assert.deepEqual(second.messages.map((message) => message.message_id), [first?.message_id])
  assert.deepEqual(second.ambiguous, [{ account_id: acme.account.id, invitation_id: id, message_id: first?.message_id }])
  const attempts = await world.ground.db.selectFrom('deliveries').select(['attempt', 'outcome']).where('invitation_id', '=', id).orderBy('attempt').execute()
  assert.deepEqual(attempts, [{ attempt: 1, outcome: 'unknown' }, { attempt: 2, outcome: null }])
})

test('a message keeps its Message-ID when the server moves to another name', async () => {
  await invite(acme.ctx)
  const [first] = (await claim()).messages
  world.clock.advance({ minutes: 2 })
  const { messages: [second] } = await claimDue(world.ground, { limit: 1, host: 'new-name.test' })
  assert.equal(second?.message_id, first?.message_id)
})

test('a worker that is still busy keeps its claim by renewing it', async () => {
  await invite(acme.ctx)
  const { messages } = await claim()
  world.clock.advance({ seconds: 50 })
  await renewClaims(world.ground, messages)
  world.clock.advance({ seconds: 50 })
  assert.deepEqual((await claim()).messages, [])
  world.clock.advance({ seconds: 10 })
  assert.equal((await claim()).messages.length, 1)
})

test('a worker that slept does not get back what another one took over, and keeps what it still holds', async () => {
  await invite(acme.ctx)
  await invite(acme.ctx, { email: 'second@client.test' })
  for (const token of ['one', 'two']) await remind(acme.ctx, (await invite(acme.ctx, { channel: 'link', email: `${token}@client.test` })).id, world.clock.now())
  const { messages: slept } = await claim()
  assert.equal(slept.length, 4)
  world.clock.advance({ seconds: 61 })
  const { messages: over } = await claim(1)
  const taken = over.map(nameOf)
  assert.deepEqual(over.map(({ reminder_id }) => reminder_id === null).toSorted(), [false, true])
  const { held, lease_end } = await renewClaims(world.ground, slept)
  assert.deepEqual(slept.filter(({ delivery_id }) => held.has(delivery_id)).map(nameOf), slept.map(nameOf).filter((name) => !taken.includes(name)))
  assert.equal(lease_end.getTime(), world.clock.now().getTime() + 60_000)
  assert.deepEqual((await renewClaims(world.ground, over)).held, new Set(over.map(({ delivery_id }) => delivery_id)))
})

function nameOf({ invitation_id, reminder_id }: Claimed['messages'][number]): string {
  return `${invitation_id} ${reminder_id}`
}

/** Does the one in a transaction, and commits it once the other waits for it. */
async function beside<T>(first: (db: Db) => Promise<unknown>, second: () => Promise<T>): Promise<T> {
  const tx = await world.ground.db.startTransaction().execute()
  await first(tx)
  const waiting = second()
  await untilBlocked(world.ground.db)
  await tx.commit().execute()
  return waiting
}

test('a renewal that meets a failed try does not shorten its pause', async () => {
  const { id } = await invite(acme.ctx)
  for (let tries = 1; tries < 5; tries++) {
    for (const message of (await claim()).messages) await recordOutcome(world.ground, message, { kind: 'temporary_failure', detail: '451' })
    world.clock.advance({ minutes: 30 })
  }
  const { messages: [message] } = await claim()
  assert.ok(message)
  const { held } = await beside((db) => recordOutcome({ ...world.ground, db }, message, { kind: 'temporary_failure', detail: '451' }), () => renewClaims(world.ground, [message]))
  assert.equal(held.size, 0)
  const { due_at } = await world.ground.db.selectFrom('invitations').select('due_at').where('id', '=', id).executeTakeFirstOrThrow()
  assert.ok(due_at.getTime() - world.clock.now().getTime() > 10 * 60_000)
})

test('a late renewal does not take back what is being changed at that moment, and the change goes at once', async () => {
  const { id } = await invite(acme.ctx)
  const { messages } = await claim()
  world.clock.advance({ seconds: 61 })
  const { held } = await beside((db) => changeInvitation({ ...acme.ctx, db }, id, { email: 'right@client.test' }), () => renewClaims(world.ground, messages))
  assert.equal(held.size, 0)
  assert.deepEqual((await claim()).messages.map(({ email }) => email), ['right@client.test'])
})

test('what a change or a cancel cuts off is named as ambiguous', async () => {
  for (const end of [(id: number) => changeInvitation(acme.ctx, id, { first_name: 'Jack' }), (id: number) => cancelInvitation(acme.ctx, id)]) {
    const { id } = await invite(acme.ctx)
    const message = (await claim()).messages.find(({ invitation_id }) => invitation_id === id)
    world.clock.advance({ seconds: 61 })
    world.log_lines.length = 0
    await end(id)
    const named = world.log_lines.filter((line) => String(line.msg).startsWith('ambiguous'))
    assert.deepEqual(named.map((line) => [line.account_id, line.invitation_id, line.message_id]), [[acme.account.id, id, message?.message_id]])
  }
})

test('of two invitations that race for one address, exactly one is sent', async () => {
  for (let round = 0; round < 5; round++) {
    const email = `Race${round}@client.test`
    const ids = [await invite(acme.ctx, { survey: 'nps', email }), await invite(acme.ctx, { survey: 'five_questions', email: email.toLowerCase() })].map(({ id }) => id)
    const claims = await Promise.all([claim(1), claim(1)])
    assert.equal(claims.flatMap(({ messages }) => messages).length, 1)
    assert.deepEqual((await Promise.all(ids.map(reasonOf))).filter((reason) => reason), ['over-survey protection'])
  }
})

test('of two for one address in one batch, the first one due is sent', async () => {
  const late = await invite(acme.ctx, { survey: 'nps' })
  const early = await invite(acme.ctx, { survey: 'nps', send_at: new Date('2026-01-01T00:00:00Z') })
  const claimed = await claim()
  assert.deepEqual([claimed.messages.map((message) => message.invitation_id), claimed.refused], [[early.id], 1])
  assert.equal(await reasonOf(late.id), 'over-survey protection')
})

test('an address may be asked again when the days of protection are over', async () => {
  const soon = new Date(world.clock.now().getTime() + 30 * 86_400_000 - 1000)
  await invite(acme.ctx, { survey: 'nps' })
  assert.equal((await send()).length, 1)
  const held = await invite(acme.ctx, { survey: 'nps', send_at: new Date(soon.getTime() + 2000) })
  world.clock.set(soon)
  assert.equal((await invite(acme.ctx, { survey: 'nps' })).not_sent_reason, 'over-survey protection')
  world.clock.advance({ seconds: 2 })
  assert.deepEqual(await send(), [held.id])
})

test('exempt surveys are neither held back nor counted; ignore_throttle is not held back, but counts', async () => {
  const first = await invite(acme.ctx, { survey: 'ticket' })
  const waiting = await invite(acme.ctx, { survey: 'nps', send_at: new Date(world.clock.now().getTime() + 1000) })
  const forced = await invite(acme.ctx, { survey: 'nps', ignore_throttle: true })
  const again = await invite(acme.ctx, { survey: 'nps', ignore_throttle: true })
  const second = await invite(acme.ctx, { survey: 'ticket' })
  assert.deepEqual((await send()).toSorted((a, b) => a - b), [first.id, forced.id, again.id, second.id])
  world.clock.advance({ seconds: 1 })
  assert.deepEqual(await send(), [])
  assert.equal(await reasonOf(waiting.id), 'over-survey protection')
})

test('a link that is handed out counts against later invitations, but for an exempt survey', async () => {
  await invite(acme.ctx, { survey: 'ticket', channel: 'link' })
  assert.equal((await invite(acme.ctx, { survey: 'nps' })).state, 'pending')
  await invite(acme.ctx, { survey: 'nps', channel: 'link' })
  assert.equal((await invite(acme.ctx, { survey: 'nps' })).not_sent_reason, 'over-survey protection')
})

test('with protection off nobody is held back', async () => {
  await world.ground.db.updateTable('accounts').set({ throttle_days: 0 }).where('id', '=', acme.account.id).execute()
  await invite(acme.ctx, { survey: 'nps' })
  await invite(acme.ctx, { survey: 'nps' })
  assert.equal((await send()).length, 2)
})

test('another account does not count', async () => {
  const other = await world.account()
  await invite(acme.ctx, { survey: 'nps' })
  await invite(other.ctx, { survey: 'nps' })
  assert.equal((await send()).length, 2)
})

test('an invitation that tries again is not held back by its own earlier try', async () => {
  await invite(acme.ctx, { survey: 'nps' })
  const [message] = (await claim()).messages
  if (message) await recordOutcome(world.ground, message, { kind: 'temporary_failure', detail: '451' })
  world.clock.advance({ minutes: 2 })
  assert.equal((await send()).length, 1)
})

test('what is not sent in the end gives its address back, as it was before', async () => {
  await invite(acme.ctx, { survey: 'nps' })
  await send()
  const addresses = () => world.ground.db.selectFrom('invited_addresses').select('last_invited_at').where('account_id', '=', acme.account.id).execute()
  const before = await addresses()
  world.clock.advance({ days: 31 })
  await invite(acme.ctx, { survey: 'nps' })
  await invite(acme.ctx, { survey: 'nps', email: 'new@client.test' })
  for (const message of (await claim()).messages) await recordOutcome(world.ground, message, { kind: 'permanent_failure', detail: '550' })
  assert.deepEqual(await addresses(), before)
  await invite(acme.ctx, { survey: 'nps' })
  assert.equal((await send()).length, 1)
})

test('what forbids a message is looked at once more when it is about to go', async () => {
  const { db } = world.ground
  const mine = { account_id: acme.account.id }
  const now = world.clock.now()
  const unsubscribed = await invite(acme.ctx, { email: 'un@client.test' })
  const blocked = await invite(acme.ctx, { email: 'x@sub.blocked.test' })
  const archived = await invite(acme.ctx, { survey: 'project' })
  const answered = await invite(acme.ctx)
  const fine = await invite(acme.ctx)
  await db.insertInto('unsubscribes').values({ ...mine, address: 'un@client.test', by_customer_at: now }).execute()
  await db.insertInto('blocks').values({ ...mine, pattern: 'blocked.test', created_at: now }).execute()
  await db.updateTable('surveys').set({ archived_at: now }).where('account_id', '=', mine.account_id).where('purpose', '=', 'project').execute()
  await recordResponse(world.ground, answered.token, { score: 9, comment: null }, { responder_ip: null, user_agent: null })
  assert.deepEqual(await send(), [fine.id])
  assert.deepEqual(await Promise.all([unsubscribed, blocked, archived, answered].map(({ id }) => reasonOf(id))), ['unsubscribed', 'blocked address', 'survey archived', 'already responded'])
  const late = await invite(acme.ctx)
  await db.updateTable('email_templates').set({ archived_at: now }).where('account_id', '=', mine.account_id).execute()
  assert.deepEqual(await send(), [])
  assert.equal(await reasonOf(late.id), 'template archived')
})

test('a reminder waits for its invitation, goes once, and in its own words', async () => {
  const { id } = await invite(acme.ctx)
  const reminder = await remind(acme.ctx, id, world.clock.now())
  const [invitation] = (await claim()).messages
  assert.equal(invitation?.reminder_id, null)
  assert.deepEqual((await claim()).messages, [])
  if (invitation) await recordOutcome(world.ground, invitation, { kind: 'sent', detail: null })
  const [message] = (await claim()).messages
  assert.deepEqual([message?.reminder_id, message?.template.kind, message?.message_id], [reminder, 'reminder', `<i${acme.account.id}.${id}.r${reminder}@earshot.test>`])
  if (message) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  world.clock.advance({ days: 1 })
  assert.deepEqual((await claim()).messages, [])
})

test('an answer ends the reminders, and so does an invitation that was not sent', async () => {
  const answered = await invite(acme.ctx)
  const refused = await invite(acme.ctx, { email: 'not an address' })
  const tomorrow = new Date(world.clock.now().getTime() + 86_400_000)
  const reminders = [await remind(acme.ctx, answered.id, tomorrow), await remind(acme.ctx, refused.id, tomorrow)]
  await send()
  await recordResponse(world.ground, answered.token, { score: 9, comment: null }, { responder_ip: null, user_agent: null })
  world.clock.advance({ days: 2 })
  assert.deepEqual([(await claim()).refused, await send()], [2, []])
  const rows = await world.ground.db.selectFrom('reminders').select('not_sent_reason').where('id', 'in', reminders).orderBy('id').execute()
  assert.deepEqual(rows.map((row) => row.not_sent_reason), ['already responded', 'invalid address'])
})

test('a customer who unsubscribed after the invitation gets no reminder', async () => {
  const { id } = await invite(acme.ctx)
  await remind(acme.ctx, id, world.clock.now())
  await send()
  await world.ground.db.insertInto('unsubscribes').values({ account_id: acme.account.id, address: 'jo@client.test', by_customer_at: world.clock.now() }).execute()
  assert.deepEqual(await send(), [])
  assert.equal((await stateOf(id)).state, 'sent')
})
