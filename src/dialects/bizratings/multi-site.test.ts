// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { invite } from '../../../test/support/invitations.ts'
import { makeSurveyLink } from '../../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface Row { SRServiceRecID: number | null, SiteID: number, SiteName: string, SentOn?: string }

const VERSIONS = ['/api', '/api/v1.1', '/api/v1.2']

let world: World
let account: TestAccount
let client: BizRatingsClient
let north: BizRatingsClient
let north_id: number

/** Tickets 1 and 3 at the default site, 2 and 4 in the north; answered one a day from 2026-03-27, at half past eleven in the evening in Berlin, where the clocks go forward on the 29th. */
before(async () => {
  world = await openWorld({ now: '2026-03-27T22:30:00Z' })
  account = await world.account({ time_zone: 'Europe/Berlin' })
  client = bizratingsClient(world, account.api_key)
  north_id = (await createSite(account.ctx, { code: 'north', name: 'North' })).id
  north = bizratingsClient(world, (await createKey(account.ctx, { name: 'north', site_code: 'north' })).api_key)
  for (const [ticketID, one, score, comment, resource] of [[1, client, 9, 'Splendid', 'jdoe'], [2, north, 4, '', 'mlee'], [3, client, 4, 'Took long', 'jdoe,mlee'], [4, north, 7, 'Fine', 'kim']] as const) {
    if (ticketID === 3) world.clock.set('2026-03-29T21:30:00Z')
    const posted = await one.post('/api/tickets', ticketBody({ ticketID, resource, boardName: `Board ${ticketID}`, contactRecID: ticketID, contactEmail: `c${ticketID}@acme.example`, companyRecID: ticketID, companyName: `Client ${ticketID}` }))
    await world.work()
    assert.equal((await answerOnPage(world, await pageOf(world, account.account.id, posted.json().SurveyRequestID), { score, comment })).statusCode, 303)
    world.clock.advance({ days: 1 })
  }
})
after(() => world.close())

test('the responses of all sites come together, newest first, and each says where it belongs', async () => {
  for (const version of VERSIONS) {
    const listed = await client.get(`${version}/tickets/multisiteresponses`)
    assert.equal(listed.statusCode, 200)
    const main_id = account.account.default_site_id
    assert.deepEqual(listed.json<Row[]>().map(({ SRServiceRecID, SiteID, SiteName }) => [SRServiceRecID, SiteID, SiteName]), [[4, north_id, 'North'], [3, main_id, 'Main'], [2, north_id, 'North'], [1, main_id, 'Main']])
  }
})

test('a row has what the plain list shows of it, and its site', async () => {
  const [, row] = (await client.get('/api/v1.2/tickets/multisiteresponses')).json<Row[]>()
  const [plain] = (await client.get('/api/v1.3/tickets/responses')).json<Row[]>()
  assert.deepEqual(row, { ...plain, SiteID: account.account.default_site_id })
  assert.equal(row?.SentOn, '2026-03-29T21:30:00.000Z')
})

test('each version adds its fields to those of the one before', async () => {
  const keys = async (version: string) => Object.keys((await client.get(`${version}/tickets/multisiteresponses`)).json<object[]>()[0] ?? {})
  const base = await keys('/api')
  assert.equal(base.length, 18)
  assert.deepEqual(await keys('/api/v1.1'), [...base, 'ContactRecID', 'ResponderIP', 'UserAgent'])
  assert.deepEqual(await keys('/api/v1.2'), [...base, 'ContactRecID', 'ResponderIP', 'UserAgent', 'SentOn'])
})

test('the arguments are those of the plain list', async () => {
  for (const [query, expected] of [
    ['filterBy=companyname&keyword=client', [4, 3, 2, 1]], ['FILTERBY=Keywords&Keyword=splendid', [1]], ['memberName=JDOE', [3, 1]], ['reviewType=3', [4, 3, 1]], ['reviewType=0&score=0', [4, 3, 2, 1]], ['score=4', [3, 2]],
    ['score=4&reviewType=3&memberName=mlee', [3]],
  ] as const) assert.deepEqual(await numbers(query), expected, query)
})

test('days are the account\'s, also where the clocks change', async () => {
  assert.deepEqual(await numbers('startDate=2026/03/28&endDate=28-Mar-2026'), [2])
  assert.deepEqual(await numbers('startDate=29-3-2026&endDate=2026-03-29'), [3])
  assert.deepEqual(await numbers('startDate=2026-03-29T21:30:00Z'), [4, 3])
  assert.deepEqual(await numbers('endDate=2026-03-26'), [])
})

test('pages go through all sites', async () => {
  const second = await client.get('/api/v1.1/tickets/multisiteresponses?pageSize=3&currentPage=2')
  assert.deepEqual(second.json<Row[]>().map(({ SRServiceRecID }) => SRServiceRecID), [1])
  assert.deepEqual([second.headers['x-total-count'], second.headers['x-total-pages']], ['4', '2'])
  assert.match(String(second.headers.link), /<http:\/\/earshot.test\/api\/v1.1\/tickets\/multisiteresponses\?pageSize=3&currentPage=1>; rel="first"/)
  const beyond = await client.get('/api/tickets/multisiteresponses?currentPage=9')
  assert.deepEqual([beyond.statusCode, beyond.json(), beyond.headers['x-total-count']], [200, [], '4'])
})

test('a key of one site is refused before anything else is looked at', async () => {
  for (const version of VERSIONS) for (const query of ['', '?startDate=never']) {
    const refused = await north.get(`${version}/tickets/multisiteresponses${query}`)
    assert.equal(refused.statusCode, 403)
    assert.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8')
    assert.match(refused.json().detail, /all sites/)
  }
})

test('a bad argument is refused by name, and who is nobody learns nothing', async () => {
  for (const [query, field] of [['siteId=1', 'siteId'], ['filterBy=Site&keyword=x', 'filterBy'], ['score=11', 'score'], ['pageSize=1001', 'pageSize'], ['endDate=soon', 'endDate']] as const) {
    const refused = await client.get(`/api/v1.2/tickets/multisiteresponses?${query}`)
    assert.equal(refused.statusCode, 400, query)
    assert.deepEqual(Object.keys(refused.json().errors), [field])
  }
  for (const authorization of ['', 'Bearer wrong']) assert.equal((await client.get('/api/tickets/multisiteresponses', { authorization })).statusCode, 401)
})

test('projects, other metrics and other accounts are left out', async () => {
  const other = await world.account({ name: 'Other' })
  const projects = bizratingsClient(world, other.api_key)
  const { id: case_id } = await world.ground.db.insertInto('cases')
    .values({ account_id: other.account.id, site_id: other.account.default_site_id, kind: 'project', number: '31', created_at: world.clock.now(), updated_at: world.clock.now() }).returning('id').executeTakeFirstOrThrow()
  await answerOnPage(world, await pageOf(world, other.account.id, (await invite(other.ctx, { survey: 'project', case_id })).id), { score: 9 })
  await answerOnPage(world, `/surveys/${(await makeSurveyLink(other.ctx, { purpose: 'nps' })).token}`, { score: 9 })
  const listed = await projects.get('/api/tickets/multisiteresponses')
  assert.deepEqual([listed.json(), listed.headers['x-total-count'], listed.headers['x-total-pages'], listed.headers.link], [[], '0', '0', undefined])
})

async function numbers(query: string): Promise<unknown[]> {
  const listed = await client.get(`/api/v1.1/tickets/multisiteresponses?${query}`)
  assert.equal(listed.statusCode, 200, listed.body)
  return listed.json<Row[]>().map(({ SRServiceRecID }) => SRServiceRecID)
}
