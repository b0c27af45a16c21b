// once
/** A score that is clicked in a mail and never sent off, on its way through every API; and what a decision about it changes there. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countProvisional } from '../../src/core/clicks/provisional.ts'
import { getSandboxMail, listSandboxMails } from '../../src/core/sandbox-mails.ts'
import { scoreOf, surveyLinks } from '../../src/scanners/page-reader.ts'
import { bizratingsClient, ticketBody } from '../support/bizratings.ts'
import { openBrowser, type Browser } from '../support/clicking.ts'
import { customerSureClient } from '../support/customersure.ts'
import { earshotClient } from '../support/earshot.ts'
import { invite, remind } from '../support/invitations.ts'
import { read } from '../support/rated-case.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world?.close())

/** The links of the newest mail, as paths. */
async function linksOfLastMail(): Promise<string[]> {
  const { rows: [newest] } = await listSandboxMails(acme.ctx, { offset: 0, limit: 1 })
  const mail = await getSandboxMail(acme.ctx, newest?.id ?? 0)
  return surveyLinks(mail.html).map((link) => new URL(link).pathname)
}

async function clicked(links: string[], score: number, address: string): Promise<Browser> {
  const person = openBrowser(world, { address })
  await person.open(links.find((link) => scoreOf(`http://earshot.test${link}`) === score) ?? '')
  world.clock.advance({ seconds: 4 })
  assert.deepEqual((await person.click()).json(), { saved: true })
  return person
}

/** What each API says: rows with their score and whether they are complete, feedback, ratings, and sums. */
async function seen() {
  const [biz, api] = [bizratingsClient(world, acme.api_key), customerSureClient(world, acme.api_key)]
  const { data: cases } = (await read(world, acme, '/api/v1/cases')).json()
  return {
    rows: (await biz.get('/api/v1.3/tickets/responses')).json().map(({ Score, Comment, SurveyCompleted, ResponderIP }: Record<string, unknown>) => [Score, Comment, SurveyCompleted, ResponderIP]),
    total: (await biz.get('/api/tickets/summary')).json().TotalResponses,
    feedback: (await api.get('/feedback_responses')).json().length,
    csat: (await api.get('/csat')).json().total_number_of_ratings,
    rating: cases[0].rating,
  }
}

const NOTHING = { rows: [], total: 0, feedback: 0, csat: 0, rating: 'UNOFFERED' }

test('a click counts everywhere after ten minutes, incomplete; a Send from another machine completes it', async () => {
  await bizratingsClient(world, acme.api_key).post('/api/tickets', ticketBody())
  await world.work()
  const waiting = await seen()
  assert.deepEqual({ ...waiting, rating: '' }, { ...NOTHING, rating: '' })
  world.clock.advance({ hours: 1 })
  const links = await linksOfLastMail()
  await clicked(links, 9, '198.51.100.1')
  assert.deepEqual(await seen(), waiting, 'the quiet window holds it back')
  world.clock.advance({ minutes: 10 })
  await countProvisional(world.ground)
  const counted = await seen()
  assert.deepEqual({ ...counted, rating: '' }, { rows: [[9, null, false, '198.51.100.1']], total: 1, feedback: 1, csat: 1, rating: '' })
  assert.equal(counted.rating, 'GOOD')

  const elsewhere = openBrowser(world, { address: '198.51.100.2' })
  world.clock.advance({ days: 2 })
  await elsewhere.open(links.at(-1) ?? '')
  world.clock.advance({ seconds: 20 })
  assert.equal((await elsewhere.send({ score: 10, comment: 'Even better' })).statusCode, 303)
  assert.deepEqual(await seen(), { ...counted, rows: [[10, 'Even better', true, '198.51.100.2']] })

  const other = openBrowser(world, { address: '198.51.100.3' })
  world.clock.advance({ minutes: 5 })
  assert.match(await other.open(links.at(-1) ?? ''), /Already answered/)
  assert.equal((await other.send({ score: 1, comment: 'Not mine' })).statusCode, 409)
  assert.deepEqual(await seen(), { ...counted, rows: [[10, 'Even better', true, '198.51.100.2']] })

  const own = earshotClient(world, acme.api_key)
  const { id } = await world.ground.db.selectFrom('responses').select('id').where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  assert.equal((await own.post(`/v1/responses/${id}/void`, {})).statusCode, 200)
  assert.deepEqual(await seen(), waiting, 'voided, it is nowhere, and the ticket waits again')
  assert.equal((await own.post(`/v1/responses/${id}/restore`, {})).statusCode, 200)
  assert.deepEqual(await seen(), { ...counted, rows: [[10, 'Even better', true, '198.51.100.2']] })
})

test('a click ends reminders before it counts; what is suspected ends none', async () => {
  const mails = async () => (await listSandboxMails(acme.ctx, { offset: 0, limit: 1 })).total
  const clicking = await invite(acme.ctx, { email: 'clicking@client.test', survey: 'nps', ignore_throttle: true })
  await world.work()
  const links = await linksOfLastMail()
  await remind(acme.ctx, clicking.id, new Date(world.clock.now().getTime() + 360_000))
  world.clock.advance({ minutes: 5 })
  await clicked(links, 8, '198.51.100.4')
  const before = await mails()
  world.clock.advance({ minutes: 2 })
  await world.work()
  assert.equal(await mails(), before)

  const scanned = await invite(acme.ctx, { email: 'scanned@client.test', survey: 'nps', ignore_throttle: true })
  await world.work()
  const scanned_links = await linksOfLastMail()
  await remind(acme.ctx, scanned.id, new Date(world.clock.now().getTime() + 360_000))
  world.clock.advance({ minutes: 5 })
  const machine = openBrowser(world, { address: '203.0.113.60' })
  await machine.open(scanned_links[0] ?? '')
  assert.equal((await machine.send({})).statusCode, 200)
  world.clock.advance({ minutes: 2 })
  await world.work()
  assert.equal(await mails(), before + 2, 'its invitation and its reminder')
})

test('of a click and a Send within the quiet window the Send counts, and once', async () => {
  const { id } = await invite(acme.ctx, { email: 'both@client.test', survey: 'nps', ignore_throttle: true })
  await world.work()
  world.clock.advance({ minutes: 5 })
  const person = await clicked(await linksOfLastMail(), 3, '198.51.100.5')
  world.clock.advance({ minutes: 1 })
  assert.equal((await person.send({ score: 7, comment: 'After some thought' })).statusCode, 303)
  world.clock.advance({ minutes: 20 })
  await countProvisional(world.ground)
  const rows = await world.ground.db.selectFrom('responses').select(['score_value', 'comment', 'provisional_since']).where('invitation_id', '=', id).execute()
  assert.deepEqual(rows, [{ score_value: 7, comment: 'After some thought', provisional_since: null }])
  assert.equal(await person.send({ score: 6, comment: 'Once more' }).then(({ statusCode }) => statusCode), 303, 'who sent it may change it')
  world.clock.advance({ hours: 25 })
  assert.equal(await person.send({ score: 1 }).then(({ statusCode }) => statusCode), 409, 'but not for ever')
})
