// once
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { invite, remind } from '../../../test/support/invitations.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { changeInvitation } from './change.ts'
import { claimDue } from './claim.ts'
import type { Message } from './messages.ts'
import { pauseMs, recordOutcome } from './outcome.ts'
import { recordReceipt } from './receipts.ts'

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
})

async function claimOne(): Promise<Message> {
  const { messages } = await claimDue(world.ground, { limit: 1, host: 'earshot.test' })
  const [message] = messages
  if (!message) throw new Error('nothing is due')
  return message
}

function invitationOf({ invitation_id }: { invitation_id: number }) {
  return world.ground.db.selectFrom('invitations').select(['state', 'sent_at', 'due_at', 'not_sent_reason', 'delivery_failure']).where('id', '=', invitation_id).executeTakeFirstOrThrow()
}

function deliveriesOf({ invitation_id }: { invitation_id: number }) {
  return world.ground.db.selectFrom('deliveries').select(['outcome', 'detail']).where('invitation_id', '=', invitation_id).orderBy('attempt').execute()
}

test('sent: the time is kept, and nothing is due any more', async () => {
  await invite(acme.ctx)
  const message = await claimOne()
  world.clock.advance({ seconds: 3 })
  await recordOutcome(world.ground, message, { kind: 'sent', detail: '250 queued as 7' })
  assert.partialDeepStrictEqual(await invitationOf(message), { state: 'sent', sent_at: world.clock.now(), not_sent_reason: null, delivery_failure: null })
  assert.deepEqual(await deliveriesOf(message), [{ outcome: 'sent', detail: '250 queued as 7' }])
})

test('a second outcome of the same attempt changes nothing', async () => {
  await invite(acme.ctx)
  const message = await claimOne()
  await Promise.all([recordOutcome(world.ground, message, { kind: 'sent', detail: null }), recordOutcome(world.ground, message, { kind: 'permanent_failure', detail: '550' })])
  await recordOutcome(world.ground, message, { kind: 'permanent_failure', detail: '550' })
  assert.partialDeepStrictEqual(await invitationOf(message), { state: 'sent', not_sent_reason: null })
})

test('an outcome that comes after the lease was lost does not overwrite the other worker\'s', async () => {
  await invite(acme.ctx)
  const lost = await claimOne()
  world.clock.advance({ seconds: 61 })
  const second = await claimOne()
  await recordOutcome(world.ground, lost, { kind: 'permanent_failure', detail: '550' })
  assert.equal((await invitationOf(lost)).state, 'pending')
  await recordOutcome(world.ground, second, { kind: 'sent', detail: null })
  assert.equal((await invitationOf(lost)).state, 'sent')
  assert.deepEqual((await deliveriesOf(lost)).map(({ outcome }) => outcome), ['unknown', 'sent'])
})

test('a permanent failure ends it, with the server\'s words', async () => {
  await invite(acme.ctx)
  const message = await claimOne()
  await recordOutcome(world.ground, message, { kind: 'permanent_failure', detail: '550 no such mailbox' })
  assert.partialDeepStrictEqual(await invitationOf(message), { state: 'not_sent', not_sent_reason: 'delivery failed', delivery_failure: '550 no such mailbox', sent_at: null })
})

test('temporary failures are tried again after growing pauses, the last time after 24 hours', async () => {
  await invite(acme.ctx)
  const start = world.clock.now().getTime()
  const pauses: number[] = []
  for (;;) {
    const message = await claimOne()
    await recordOutcome(world.ground, message, { kind: 'temporary_failure', detail: `451 try ${pauses.length + 1}` })
    const { state, due_at, delivery_failure } = await invitationOf(message)
    if (state === 'not_sent') {
      assert.equal(delivery_failure, `451 try ${pauses.length + 1}`)
      break
    }
    pauses.push(due_at.getTime() - world.clock.now().getTime())
    world.clock.set(due_at)
  }
  assert.equal(world.clock.now().getTime() - start, 24 * 3_600_000)
  assert.ok(pauses.length > 8 && pauses.length < 20, `${pauses.length} pauses`)
  assert.ok((pauses[0] ?? 0) >= 54_000 && (pauses[0] ?? 0) <= 66_000)
  for (const [index, pause] of pauses.slice(1, 8).entries()) assert.ok(pause > (pauses[index] ?? 0), `pause ${index + 1} is not longer than the one before`)
})

test('messages that failed together come back apart', () => {
  const pauses = Array.from({ length: 100 }, (_, seed) => pauseMs(3, seed))
  assert.ok(new Set(pauses).size > 90)
  assert.ok(pauses.every((pause) => pause >= 216_000 && pause <= 264_000))
})

test('given back is due at once, and counts as no try', async () => {
  await invite(acme.ctx)
  const first = await claimOne()
  await recordOutcome(world.ground, first, { kind: 'given_back', detail: null })
  assert.deepEqual((await invitationOf(first)).due_at, world.clock.now())
  world.clock.advance({ days: 2 })
  const second = await claimOne()
  assert.equal(second.message_id, first.message_id)
  await recordOutcome(world.ground, second, { kind: 'temporary_failure', detail: '451' })
  const { state, due_at } = await invitationOf(first)
  assert.equal(state, 'pending')
  const wait = due_at.getTime() - world.clock.now().getTime()
  assert.ok(wait <= 66_000, `waits ${wait} ms, as if it had failed before`)
})

test('a change after a failed try begins anew: another Message-ID, the shortest pause, and 24 hours of tries', async () => {
  const { id } = await invite(acme.ctx, { email: 'wrong@client.test' })
  const tries: Message[] = []
  const fail = async (): Promise<number> => {
    const message = await claimOne()
    tries.push(message)
    await recordOutcome(world.ground, message, { kind: 'temporary_failure', detail: '451' })
    return ((await invitationOf(message)).due_at.getTime() - world.clock.now().getTime()) / 60_000
  }
  assert.ok((await fail()) <= 1.1)
  world.clock.advance({ minutes: 2 })
  assert.ok((await fail()) > 1.1)
  await changeInvitation(acme.ctx, id, { email: 'right@client.test' })
  world.clock.advance({ hours: 25 })
  assert.ok((await fail()) <= 1.1, 'it goes on with the pauses of what it was before')
  world.clock.advance({ minutes: 2 })
  assert.ok((await fail()) > 1.1)
  assert.equal((await invitationOf({ invitation_id: id })).state, 'pending')
  const name = `i${acme.account.id}.${id}`
  assert.deepEqual(tries.map(({ message_id, email }) => [message_id, email]), [
    [`<${name}@earshot.test>`, 'wrong@client.test'], [`<${name}@earshot.test>`, 'wrong@client.test'],
    [`<${name}.c3@earshot.test>`, 'right@client.test'], [`<${name}.c3@earshot.test>`, 'right@client.test'],
  ])
})

test('a receipt of what was changed since does not make the change sent', async () => {
  const { id } = await invite(acme.ctx)
  const before = await claimOne()
  await recordOutcome(world.ground, before, { kind: 'temporary_failure', detail: 'no answer' })
  await changeInvitation(acme.ctx, id, { email: 'right@client.test' })
  await recordReceipt(world.ground, before, { kind: 'delivered', detail: 'delivered' })
  assert.equal((await invitationOf(before)).state, 'pending')
  world.clock.advance({ minutes: 2 })
  const after = await claimOne()
  await recordOutcome(world.ground, after, { kind: 'temporary_failure', detail: 'no answer' })
  await recordReceipt(world.ground, after, { kind: 'taken' })
  assert.equal((await invitationOf(before)).state, 'sent')
})

test('many outcomes at once are each recorded', async () => {
  for (let number = 0; number < 20; number++) await invite(acme.ctx, { email: `p${number}@client.test` })
  const { messages } = await claimDue(world.ground, { limit: 20, host: 'earshot.test' })
  await Promise.all(messages.map((message, index) => recordOutcome(world.ground, message, index % 2 ? { kind: 'sent', detail: null } : { kind: 'temporary_failure', detail: '451' })))
  const states = await Promise.all(messages.map(async (message) => (await invitationOf(message)).state))
  assert.deepEqual(states, messages.map((_, index) => (index % 2 ? 'sent' : 'pending')))
})

test('a reminder that is refused says nothing against its invitation, and ends the reminders after it', async () => {
  const { id } = await invite(acme.ctx)
  const reminder = await remind(acme.ctx, id, world.clock.now())
  await recordOutcome(world.ground, await claimOne(), { kind: 'sent', detail: null })
  const message = await claimOne()
  assert.equal(message.reminder_id, reminder)
  await recordOutcome(world.ground, message, { kind: 'permanent_failure', detail: '550' })
  assert.equal((await invitationOf(message)).state, 'sent')
  const row = await world.ground.db.selectFrom('reminders').select(['state', 'not_sent_reason', 'delivery_failure']).where('id', '=', reminder).executeTakeFirstOrThrow()
  assert.deepEqual(row, { state: 'not_sent', not_sent_reason: 'delivery failed', delivery_failure: '550' })
  for (const later of [await remind(acme.ctx, id, world.clock.now()), await remind(acme.ctx, id, world.clock.now())]) {
    assert.equal((await claimDue(world.ground, { limit: 1, host: 'earshot.test' })).messages.length, 0)
    const ended = await world.ground.db.selectFrom('reminders').select(['state', 'not_sent_reason', 'delivery_failure']).where('id', '=', later).executeTakeFirstOrThrow()
    assert.deepEqual(ended, { state: 'not_sent', not_sent_reason: 'delivery failed', delivery_failure: null }, 'one that did not arrive ends those after it, which are not tried')
  }
})
