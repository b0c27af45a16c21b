// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { answerOnPage } from '../support/answering.ts'
import { bizratingsClient, ticketBody } from '../support/bizratings.ts'
import { closedMail, MAIL_FIELDS } from '../support/closed-mail.ts'
import { untilLimited } from '../support/visits.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'
import { createKey } from '../../src/core/keys.ts'
import { createSite } from '../../src/core/sites.ts'
import { revokeSnippetKey } from '../../src/core/snippet-keys.ts'

let world: World
let acme: TestAccount
before(async () => void (world = await openWorld()))
after(() => world?.close())
beforeEach(async () => {
  acme = await world.account()
  await world.ground.db.deleteFrom('rate_limits').execute()
})

async function countRecords(): Promise<number> {
  return (await world.ground.db.selectFrom('invitations').select('id').where('account_id', '=', acme.account.id).execute()).length
}

async function record(ticketno: string | number, api_key = acme.api_key) {
  return (await bizratingsClient(world, api_key).get(`/api/v1.3/tickets/${ticketno}`)).json()
}

test('the image is one transparent pixel that nobody keeps, and its first load is the record', async () => {
  const { load } = await closedMail(world, acme)
  const sent_on = world.clock.now().toISOString()
  const answer = await load()
  assert.equal(answer.statusCode, 200)
  assert.deepEqual([answer.headers['content-type'], answer.headers['cache-control'], answer.headers['set-cookie']], ['image/gif', 'no-store', undefined])
  assert.deepEqual([answer.rawPayload.subarray(0, 6).toString(), answer.rawPayload.readUInt16LE(6), answer.rawPayload.readUInt16LE(8)], ['GIF89a', 1, 1])
  assert.partialDeepStrictEqual(await record(100123), {
    SurveyResponseID: null, SRServiceRecID: 100123, TicketTitle: 'Unable to access shared drive', BoardName: 'Networking', SiteName: 'Main', CompanyRecID: 4501, CompanyName: 'Acme Corporation', ContactRecID: 8812,
    ContactName: 'Jane Smith', ContactEmail: 'jane.smith@acme.example', AssignedResources: 'jdoe,mlee', Score: null, SentOn: sent_on, TicketClosedOn: null, TicketCreatedOn: null, RespondedOn: null,
  })
  world.clock.advance({ hours: 1 })
  const again = await load()
  assert.deepEqual([again.statusCode, again.rawPayload], [200, answer.rawPayload])
  assert.deepEqual([(await record(100123)).SentOn, await countRecords()], [sent_on, 1])
})

test('twenty loads at once are one record', async () => {
  const { load } = await closedMail(world, acme)
  const answers = await Promise.all(Array.from({ length: 20 }, () => load()))
  assert.deepEqual([...new Set(answers.map(({ statusCode }) => statusCode))], [200])
  assert.equal(await countRecords(), 1)
})

test('a HEAD is answered like a GET and writes nothing', async () => {
  const { image, id } = await closedMail(world, acme)
  const head = (url: string) => world.app.inject({ method: 'HEAD', url })
  const answer = await head(image())
  assert.deepEqual([answer.statusCode, answer.headers['content-type'], answer.body], [200, 'image/gif', ''])
  assert.equal((await head(image('ticket=7'))).statusCode, 400)
  assert.equal(await countRecords(), 0)
  await revokeSnippetKey(acme.ctx, id)
  assert.equal((await head(image())).statusCode, 404)
})

test('no other method is served', async () => {
  const { image } = await closedMail(world, acme)
  for (const method of ['POST', 'PUT', 'DELETE'] as const) assert.equal((await world.app.inject({ method, url: image() })).statusCode, 404)
  assert.equal(await countRecords(), 0)
})

test('bad fields are told in a sentence, and nothing is written', async () => {
  const { load } = await closedMail(world, acme)
  const { ticket: _, ...without_ticket } = MAIL_FIELDS
  const wrong: [Record<string, string>, RegExp][] = [
    [without_ticket, /^ticket is required$/], [{ ...MAIL_FIELDS, ticket: '$FAULTID' }, /^ticket must be 1 to 50 letters, digits .*placeholder/], [{ ...MAIL_FIELDS, email: '' }, /^email is required$/],
    [{ ...MAIL_FIELDS, email: '[Contact: Email Address]' }, /^email is not an e-mail address$/], [{ ...MAIL_FIELDS, title: 'x'.repeat(501) }, /^title must have at most 500 characters$/],
    [{ ...MAIL_FIELDS, contactid: 'x', staff: 'x'.repeat(101) }, /^staff must have at most 100 characters; contactid must be a whole number$/],
    [{ ...MAIL_FIELDS, staff: Array.from({ length: 11 }, (_, index) => index).join() }, /^staff must name at most 10 technicians$/],
  ]
  for (const [fields, sentence] of wrong) {
    const answer = await load(fields)
    assert.deepEqual([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']], [400, 'text/plain; charset=utf-8', 'no-store'])
    assert.match(answer.body, sentence)
  }
  assert.equal((await load('')).statusCode, 400)
  assert.equal(await countRecords(), 0)
})

test('an unknown key and a revoked one lead nowhere', async () => {
  const { load, image, public_key, id } = await closedMail(world, acme)
  for (const key of [`ep_${'A'.repeat(22)}`, 'ep_', acme.api_key, '%00', 'x'.repeat(5000)]) {
    const answer = await world.app.inject({ url: image().replace(public_key, key) })
    assert.deepEqual([answer.statusCode, answer.headers['content-type'], answer.body], [404, 'text/plain; charset=utf-8', 'no such key'], key)
  }
  await load()
  await revokeSnippetKey(acme.ctx, id)
  assert.equal((await load()).statusCode, 404)
  assert.equal(await countRecords(), 1)
})

test('an account that asks about tickets no more answers 410', async () => {
  const { load } = await closedMail(world, acme)
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', acme.account.id).execute()
  assert.equal((await load()).statusCode, 410)
  assert.equal(await countRecords(), 0)
})

test('more than 600 loads a minute from one address are held off, and more than 3,000 records an hour of one key', async () => {
  const { load, rating, id } = await closedMail(world, acme)
  await load()
  const { db } = world.ground
  await db.updateTable('rate_limits').set({ hits: 600 }).where('bucket', 'like', 'survey visit%').execute()
  const limited = await untilLimited(load)
  assert.deepEqual([limited.statusCode, limited.headers['content-type']], [429, 'text/plain; charset=utf-8'])
  assert.match(String(limited.headers['retry-after']), /^\d+$/)
  world.clock.advance({ minutes: 1 })
  await db.updateTable('rate_limits').set({ hits: 3000 }).where('bucket', '=', `template record ${acme.account.id}.${id}`).execute()
  assert.equal((await load()).statusCode, 200)
  const full = await load({ ...MAIL_FIELDS, ticket: '2' })
  assert.deepEqual([full.statusCode, Number(full.headers['retry-after']) > 60, await countRecords()], [429, true, 1])
  assert.equal((await answerOnPage(world, rating(9, { ...MAIL_FIELDS, ticket: '2' }), { score: 9 })).statusCode, 303, 'answers have a limit of their own')
})

test('someone who tries through keys is held off', async () => {
  const { image, public_key } = await closedMail(world, acme)
  const miss = () => world.app.inject({ url: image().replace(public_key, `ep_${'B'.repeat(22)}`) })
  for (let count = 0; count < 60; count++) assert.equal((await miss()).statusCode, 404)
  assert.equal((await miss()).statusCode, 429)
})

test('the record is of the key\'s site', async () => {
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  await (await closedMail(world, acme, 'north')).load()
  const { api_key } = await createKey(acme.ctx, { name: 'North', site_code: 'north' })
  assert.deepEqual([(await record(100123)).status, (await record(100123, api_key)).SiteName], [404, 'North'])
})

test('a ticket that comes in by the API as well has one record', async () => {
  const { load } = await closedMail(world, acme)
  const api = bizratingsClient(world, acme.api_key)
  await load()
  assert.deepEqual([(await api.post('/api/tickets', ticketBody())).statusCode, await countRecords()], [200, 1])
  assert.equal((await api.post('/api/tickets', ticketBody({ ticketID: 2 }))).statusCode, 201)
  await load({ ...MAIL_FIELDS, ticket: '2', title: 'Other' })
  assert.deepEqual([(await record(2)).TicketTitle, await countRecords()], ['Unable to access shared drive', 2])
})
