import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { changeAccountSettings } from './account-settings.ts'
import { claimDue } from './invitations/claim.ts'
import { recordOutcome } from './invitations/outcome.ts'
import { addBlock, listBlocks, removeBlock } from './blocks.ts'
import { NotFound } from './errors.ts'
import { findOptOut, listUnsubscribes, resubscribe, unsubscribe } from './unsubscribes.ts'
import { invite, remind } from '../../test/support/invitations.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => { world = await openWorld() })
beforeEach(async () => { acme = await world.account() })
after(() => world?.close())

const PAGE = { offset: 0, limit: 100 }

async function send(): Promise<void> {
  for (const message of (await claimDue(world.ground, { limit: 100, host: 'earshot.test' })).messages) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
}

async function reasonOf(invitation_id: number): Promise<string | null> {
  return (await world.ground.db.selectFrom('invitations').select('not_sent_reason').where('id', '=', invitation_id).executeTakeFirstOrThrow()).not_sent_reason
}

async function reminderReason(id: number): Promise<string | null> {
  return (await world.ground.db.selectFrom('reminders').select('not_sent_reason').where('id', '=', id).executeTakeFirstOrThrow()).not_sent_reason
}

async function unsubscribed({ ctx }: TestAccount): Promise<string[]> {
  return (await listUnsubscribes(ctx, PAGE)).rows.map(({ address }) => address).sort()
}

/** What asking by text message becomes: a number of this account's customers, and its template. */
async function textTo(telephone_number: string, email: string | null = null) {
  const { id } = await acme.ctx.db.selectFrom('text_message_templates').select('id').where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  return invite(acme.ctx, { channel: 'sms', email, telephone_number, email_template_id: null, text_message_template_id: id })
}

async function enableTexts(): Promise<void> {
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: world.clock.now() }).where('id', '=', acme.account.id).execute()
}

test('a customer opts out by the token of any invitation, and nothing that waits is sent: no invitation, no reminder', async () => {
  const asked = await invite(acme.ctx)
  const reminder = await remind(acme.ctx, asked.id, world.clock.now())
  await send()
  const waiting = await invite(acme.ctx, { email: 'JO@Client.test' })
  const other = await invite(acme.ctx, { email: 'ann@client.test' })
  await unsubscribe(world.ground, asked.token)
  await send()
  assert.deepEqual([await reasonOf(asked.id), await reminderReason(reminder), await reasonOf(waiting.id), await reasonOf(other.id)], [null, 'unsubscribed', 'unsubscribed', null])
  assert.equal((await invite(acme.ctx)).not_sent_reason, 'unsubscribed')
})

test('it is for the account that sent the link only', async () => {
  const other = await world.account({ name: 'Other' })
  await unsubscribe(world.ground, (await invite(acme.ctx)).token)
  assert.deepEqual([await unsubscribed(acme), await unsubscribed(other)], [['jo@client.test'], []])
  assert.equal((await invite(other.ctx)).not_sent_reason, null)
})

test('an invitation that has an address and a number opts out of both', async () => {
  await enableTexts()
  const { token } = await textTo('+44 (0)7700 900-123', 'Jo@Client.test')
  await unsubscribe(world.ground, token)
  assert.deepEqual(await unsubscribed(acme), ['+4407700900123', 'jo@client.test'])
  assert.deepEqual([(await textTo('+4407700900123')).not_sent_reason, (await invite(acme.ctx)).not_sent_reason], ['unsubscribed', 'unsubscribed'])
})

test('a text message goes neither to a number nor for an address that opted out', async () => {
  await enableTexts()
  await unsubscribe(world.ground, (await invite(acme.ctx)).token)
  assert.deepEqual([(await textTo('+447700900124', 'jo@client.test')).not_sent_reason, (await textTo('+447700900124')).not_sent_reason], ['unsubscribed', null])
})

test('a second time changes nothing, and many at once make one', async () => {
  const { token } = await invite(acme.ctx)
  const first = await unsubscribe(world.ground, token)
  world.clock.advance({ days: 1 })
  const again = await Promise.all(Array.from({ length: 8 }, () => unsubscribe(world.ground, token)))
  assert.deepEqual(new Set([first, ...again].map(({ unsubscribed_at }) => unsubscribed_at?.getTime())).size, 1)
  assert.equal((await listUnsubscribes(acme.ctx, PAGE)).total, 1)
})

test('whoever opted out comes back by the same link, and is asked again from then on', async () => {
  const { id, token } = await invite(acme.ctx)
  await unsubscribe(world.ground, token)
  await send()
  assert.equal((await resubscribe(world.ground, token)).unsubscribed_at, null)
  assert.equal((await resubscribe(world.ground, token)).unsubscribed_at, null)
  const later = await invite(acme.ctx)
  await send()
  assert.deepEqual([await reasonOf(id), await reasonOf(later.id)], ['unsubscribed', null])
})

test('looking says whether they are opted out by all that the invitation has, and changes nothing', async () => {
  await enableTexts()
  const both = await textTo('+447700900125', 'jo@client.test')
  const mail = await invite(acme.ctx)
  assert.equal((await findOptOut(world.ground, mail.token)).unsubscribed_at, null)
  await unsubscribe(world.ground, mail.token)
  assert.deepEqual((await findOptOut(world.ground, mail.token)).unsubscribed_at, world.clock.now())
  assert.equal((await findOptOut(world.ground, both.token)).unsubscribed_at, null)
  assert.deepEqual(await unsubscribed(acme), ['jo@client.test'])
})

test('a token that nobody has, and an invitation that reaches nobody, are not found', async () => {
  const nobody = await invite(acme.ctx, { channel: 'link', email: null })
  for (const token of ['nobody', '', '\0', nobody.token]) {
    for (const act of [findOptOut, unsubscribe, resubscribe]) await assert.rejects(act(world.ground, token), NotFound, token)
  }
})

test('the latest come first in the list, a page at a time', async () => {
  for (const email of ['a@x.test', 'b@x.test', 'c@x.test']) {
    await unsubscribe(world.ground, (await invite(acme.ctx, { email })).token)
    world.clock.advance({ minutes: 1 })
  }
  const { rows, total } = await listUnsubscribes(acme.ctx, { offset: 1, limit: 1 })
  assert.deepEqual([rows.map(({ address }) => address), total], [['b@x.test'], 3])
  assert.deepEqual(await listUnsubscribes((await world.account({ name: 'None' })).ctx, PAGE), { rows: [], total: 0 })
})

test('an address, a domain with its sub-domains and a number are blocked, whatever way they are written', async () => {
  for (const [given, kind, pattern] of [
    [' Jo@Client.test ', 'address', 'jo@client.test'], ['Blocked.Example', 'domain', 'blocked.example'], ['@mail.example', 'domain', 'mail.example'], ['+44 7700 900-126', 'number', '+447700900126'],
  ] as const) assert.deepEqual(await addBlock(acme.ctx, given), { kind, pattern, created_at: world.clock.now(), came_by: 'account' })
  await enableTexts()
  const reasons = async (emails: string[]) => Promise.all(emails.map(async (email) => (await invite(acme.ctx, { email })).not_sent_reason))
  assert.deepEqual(new Set(await reasons(['JO@client.test', 'x@blocked.example', 'x@a.b.blocked.example', 'x@MAIL.example'])), new Set(['blocked address']))
  assert.deepEqual(new Set(await reasons(['joe@client.test', 'x@unblocked.example', 'x@blocked.example.org', 'blocked.example@fine.test'])), new Set([null]))
  assert.deepEqual([(await textTo('+447700900126')).not_sent_reason, (await textTo('+447700900127')).not_sent_reason], ['blocked address', null])
})

test('a block stops what is pending when it is due, reminders too, and only in its account', async () => {
  const other = await world.account({ name: 'Other' })
  const asked = await invite(acme.ctx)
  const reminder = await remind(acme.ctx, asked.id, world.clock.now())
  await send()
  const [waiting, elsewhere] = [await invite(acme.ctx), await invite(other.ctx)]
  await addBlock(acme.ctx, 'client.test')
  await send()
  assert.deepEqual([await reminderReason(reminder), await reasonOf(waiting.id), await reasonOf(elsewhere.id)], ['blocked address', 'blocked address', null])
})

test('a block made twice is one, keeps its time, and is lifted once', async () => {
  const first = await addBlock(acme.ctx, 'client.test')
  world.clock.advance({ days: 1 })
  assert.deepEqual(await addBlock(acme.ctx, '@CLIENT.test'), first)
  assert.deepEqual(await listBlocks(acme.ctx, PAGE), { rows: [first], total: 1 })
  const other = await world.account({ name: 'Other' })
  await assert.rejects(removeBlock(other.ctx, 'client.test'), NotFound)
  assert.deepEqual(await removeBlock(acme.ctx, 'Client.test'), first)
  await assert.rejects(removeBlock(acme.ctx, 'client.test'), { name: 'NotFound', message: 'the account does not block client.test' })
  assert.equal((await invite(acme.ctx)).not_sent_reason, null)
})

test('a number as it is dialled at home is blocked in the account\'s country, and refused where that is not known or has no such number', async () => {
  await enableTexts()
  const home = { ...acme.ctx, account: await changeAccountSettings(acme.ctx, { country: 'GB' }) }
  assert.equal((await addBlock(home, '07700 900126')).pattern, '+447700900126')
  assert.equal((await textTo('+447700900126')).not_sent_reason, 'blocked address')
  await assert.rejects(addBlock(home, '01234'), { name: 'Invalid', message: 'block must be dialled so in GB, or have + and its country\'s code, if it is a telephone number' })
  for (const text of ['07700 900126', '447700900126']) {
    await assert.rejects(addBlock(acme.ctx, text), { name: 'Invalid', message: 'block must have + and its country\'s code, if it is a telephone number: the account has no country' })
  }
  assert.equal((await removeBlock(home, '(07700) 900 126')).pattern, '+447700900126')
})

test('a number that was blocked as it is dialled at home, before that was refused, can be lifted', async () => {
  await world.ground.db.insertInto('blocks').values({ account_id: acme.account.id, pattern: '07700900126', created_at: world.clock.now() }).execute()
  assert.partialDeepStrictEqual(await removeBlock(acme.ctx, '07700900126'), { kind: 'number', pattern: '07700900126' })
})

test('what is no address, domain or number blocks nothing', async () => {
  for (const text of ['', '  ', 'com', '@', 'jo@', 'a b.example', 'jo@client.test, ann@client.test', '1234', '+', '1234567890123456', 'x'.repeat(300) + '.example', 'jo\0@client.test']) {
    await assert.rejects(addBlock(acme.ctx, text), { name: 'Invalid', message: 'block must be an e-mail address, a domain such as example.com, or a telephone number' }, text)
  }
  assert.deepEqual(await listBlocks(acme.ctx, PAGE), { rows: [], total: 0 })
})

test('lifting a block gives nobody back who opted out', async () => {
  await unsubscribe(world.ground, (await invite(acme.ctx)).token)
  await addBlock(acme.ctx, 'jo@client.test')
  await removeBlock(acme.ctx, 'jo@client.test')
  assert.equal((await invite(acme.ctx)).not_sent_reason, 'unsubscribed')
})
