import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { makeSurveyLink } from '../../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const SUMMARY = '/api/tickets/summary'
const VOLUME = '/api/responses/summary'
const CLIENTS = '/api/tickets/clientresponses'
const EMPLOYEES = '/api/tickets/employeeeresponses'
const RATINGS = '/api/tickets/multisiteemployeerating'

interface Client { CompanyName: string, TotalSent: number, TotalResponses: number, LastResponseOn: string | null }
interface Summary { TotalSent: number, TotalResponses: number, ResponseRate: number | null, AverageScore: number | null, CommentCount: number, Scores: { Score: number, Count: number }[] }

let world: World
let account: TestAccount
let client: BizRatingsClient
let north: BizRatingsClient

/** One ticket a day from 2025-12-28 at half past eleven in the evening of Berlin, mailed at once and, if at all, answered a minute later. The last one belongs to the north. */
const TICKETS = [
  { ticketID: 1, score: 10, comment: 'Splendid', companyRecID: 1, companyName: 'Acme Corporation', contactEmail: 'jane@acme.example', resource: 'jdoe,mlee', boardName: 'Networking', ticketTitle: 'Shared drive' },
  { ticketID: 2, score: 4, comment: '', companyRecID: 2, companyName: 'Bolt & Co', contactEmail: 'bob@bolt.example', resource: 'mlee', boardName: 'Printers', ticketTitle: 'Printer 100% stuck' },
  { ticketID: 3, score: null, comment: '', companyRecID: 1, companyName: 'Acme Corporation', contactEmail: 'jane@acme.example', resource: 'jdoe', boardName: 'Printers', ticketTitle: 'Toner_low' },
  { ticketID: 4, score: 7, comment: 'Fine', companyRecID: 3, companyName: 'Cobalt', contactEmail: 'carl@cobalt.example', resource: '', boardName: '', ticketTitle: 'Password' },
  { ticketID: 5, score: null, comment: '', companyRecID: 4, companyName: 'Dune', contactEmail: 'dot@dune.example', resource: 'kim', boardName: '', ticketTitle: 'Drive letter' },
  { ticketID: 6, score: 2, comment: '', companyRecID: 2, companyName: 'Bolt & Co', contactEmail: 'bob@bolt.example', resource: 'mlee', boardName: '', ticketTitle: 'Snow' },
] as const

before(async () => {
  world = await openWorld({ now: '2025-12-28T22:30:00Z' })
  account = await world.account({ time_zone: 'Europe/Berlin' })
  client = bizratingsClient(world, account.api_key)
  await createSite(account.ctx, { code: 'north', name: 'North' })
  north = bizratingsClient(world, (await createKey(account.ctx, { name: 'north', site_code: 'north' })).api_key)
  for (const { score, comment, ...ticket } of TICKETS) {
    const posted = await (ticket.ticketID === 6 ? north : client).post('/api/tickets', ticketBody({ ...ticket, contactRecID: ticket.ticketID }))
    assert.equal(posted.statusCode, 201, posted.body)
    await world.work()
    world.clock.advance({ minutes: 1 })
    if (score !== null) await answerOnPage(world, await pageOf(world, account.account.id, posted.json().SurveyRequestID), { score, comment })
    world.clock.advance({ days: 1, minutes: -1 })
  }
})
after(() => world.close())

test('the summary is one object with every figure', async () => {
  // 10, 4 and 7: mean 7, variance 9, so 1.96 × 3 / √3 either way.
  assert.deepEqual(await get(client, SUMMARY), {
    TotalSent: 5, TotalResponses: 3, ResponseRate: 60, AverageScore: 7, AverageScoreLow: 3.61, AverageScoreHigh: 10, CommentCount: 2,
    Scores: [0, 0, 0, 1, 0, 0, 1, 0, 0, 1].map((Count, index) => ({ Score: index + 1, Count })),
  })
})

test('every filter narrows what was sent and what was answered', async () => {
  for (const [query, ...expected] of [
    ['filterBy=SRServiceRecID&keyword=3', 1, 0], ['filterBy=CompanyName&keyword=ACME', 2, 1], ['filterBy=Keywords&keyword=splendid', 1, 1], ['filterBy=mKeywords&keyword=toner,password', 2, 1],
    ['memberName=jdoe', 2, 1], ['MEMBERNAME=mlee&filterBy=AssignedResources&keyword=jdoe', 1, 1], ['memberName=nobody', 0, 0],
    ['startDate=2025-12-29&endDate=29-Dec-2025', 1, 1], ['startDate=30-12-2025', 3, 1], ['endDate=2025/12/28', 1, 1], ['startDate=2025-12-30&endDate=2025-12-30', 1, 0], ['startDate=2025-12-30&endDate=2025-12-01', 0, 0],
  ] as const) {
    const { TotalSent, TotalResponses } = await get<Summary>(client, `${SUMMARY}?${query}`)
    assert.deepEqual([TotalSent, TotalResponses], expected, query)
  }
})

test('reviewType asks for comments of what was answered, and leaves what was sent as it is', async () => {
  const { Scores, ...figures } = await get<Summary>(client, `${SUMMARY}?reviewType=3`)
  assert.deepEqual(figures, { TotalSent: 5, TotalResponses: 2, ResponseRate: 40, AverageScore: 8.5, AverageScoreLow: 5.56, AverageScoreHigh: 10, CommentCount: 2 })
  assert.deepEqual(Scores.filter(({ Count }) => Count > 0), [{ Score: 7, Count: 1 }, { Score: 10, Count: 1 }])
  assert.deepEqual(await get(client, `${SUMMARY}?reviewType=0`), await get(client, SUMMARY))
})

test('where there is nothing to divide, there is null', async () => {
  const nothing = { TotalSent: 0, TotalResponses: 0, ResponseRate: null, AverageScore: null, AverageScoreLow: null, AverageScoreHigh: null, CommentCount: 0 }
  const { Scores, ...figures } = await get<Summary>(client, `${SUMMARY}?startDate=2030-01-01`)
  assert.deepEqual(figures, nothing)
  assert.equal(Scores.length, 10)
  const unanswered = await get<Summary>(client, `${SUMMARY}?filterBy=CompanyName&keyword=Dune`)
  assert.deepEqual([unanswered.TotalSent, unanswered.ResponseRate, unanswered.AverageScore], [1, 0, null])
})

test('what was only queued was not sent, and what is answered all the same was', async () => {
  const other = await world.account({ name: 'Queue' })
  const queue = bizratingsClient(world, other.api_key)
  const posted = await queue.post('/api/tickets', ticketBody())
  assert.equal((await get<Summary>(queue, SUMMARY)).TotalSent, 0)
  await answerOnPage(world, await pageOf(world, other.account.id, posted.json().SurveyRequestID), { score: 3 })
  const { TotalSent, TotalResponses, ResponseRate } = await get<Summary>(queue, SUMMARY)
  assert.deepEqual([TotalSent, TotalResponses, ResponseRate], [1, 1, 100])
})

test('a rate and a mean have two decimals', async () => {
  const other = await world.account({ name: 'Thirds' })
  const thirds = bizratingsClient(world, other.api_key)
  const scores = [7, 8, 8, null, null, null, null]
  for (const [index, score] of scores.entries()) {
    const posted = await thirds.post('/api/tickets', ticketBody({ ticketID: index + 1, contactRecID: index + 1, contactEmail: `c${index}@acme.example` }))
    if (score !== null) await answerOnPage(world, await pageOf(world, other.account.id, posted.json().SurveyRequestID), { score })
  }
  await world.work()
  const { ResponseRate, AverageScore } = await get<Summary>(thirds, SUMMARY)
  assert.deepEqual([ResponseRate, AverageScore], [42.86, 7.67])
})

test('periods come oldest first, empty ones too, from the first response to today', async () => {
  const volume = async (query: string) => (await get<{ Period: string, ResponseCount: number }[]>(client, `${VOLUME}?${query}`)).map(({ Period, ResponseCount }) => [Period, ResponseCount])
  world.clock.set('2026-01-02T23:30:00Z')
  assert.deepEqual(await volume('viewType=daily'), [['2025-12-28', 1], ['2025-12-29', 1], ['2025-12-30', 0], ['2025-12-31', 1], ['2026-01-01', 0], ['2026-01-02', 0], ['2026-01-03', 0]])
  assert.deepEqual(await volume('viewType=Weekly'), [['2025-W52', 1], ['2026-W01', 2]])
  assert.deepEqual(await volume(''), [['2025-12', 3], ['2026-01', 0]])
  assert.deepEqual(await volume('VIEWTYPE=monthly&source=csat'), await volume(''))
  assert.deepEqual(await volume('viewType=quarterly'), [['2025-Q4', 3], ['2026-Q1', 0]])
  assert.deepEqual(await volume('viewType=quarterly&startDate=2025-06-30&endDate=01-Oct-2025'), [['2025-Q2', 0], ['2025-Q3', 0], ['2025-Q4', 0]])
  assert.deepEqual(await volume('startDate=2025-12-29&endDate=2025-12-30'), [['2025-12', 1]], 'counted within the range')
  assert.deepEqual(await volume('startDate=2026-02-01&endDate=2026-01-01'), [])
  assert.deepEqual(await volume('startDate=2027-01-01'), [], 'today is before')
  assert.deepEqual(await volume('endDate=2024-01-01'), [], 'nothing had begun')
})

test('a period says from which instant to which it goes, also where the clocks change', async () => {
  const [october] = await get<object[]>(client, `${VOLUME}?startDate=2025-10-10&endDate=2025-10-10`)
  assert.deepEqual(october, { Period: '2025-10', PeriodStart: '2025-09-30T22:00:00.000Z', PeriodEnd: '2025-10-31T22:59:59.999Z', ResponseCount: 0 })
  const [sunday] = await get<object[]>(client, `${VOLUME}?viewType=daily&startDate=2025-10-26&endDate=2025-10-26`)
  assert.deepEqual(sunday, { Period: '2025-10-26', PeriodStart: '2025-10-25T22:00:00.000Z', PeriodEnd: '2025-10-26T22:59:59.999Z', ResponseCount: 0 })
})

test('a source has responses of its own, and one without any has no periods', async () => {
  assert.deepEqual(await get(client, `${VOLUME}?source=NPS`), [])
  const other = await world.account({ name: 'Promoters' })
  const promoters = bizratingsClient(world, other.api_key)
  await answerOnPage(world, `/surveys/${(await makeSurveyLink(other.ctx, { purpose: 'nps' })).token}`, { score: 10 })
  assert.equal((await get<{ ResponseCount: number }[]>(promoters, `${VOLUME}?source=nps`))[0]?.ResponseCount, 1)
  assert.deepEqual(await get(promoters, VOLUME), [])
  assert.equal((await get<Summary>(promoters, SUMMARY)).TotalSent, 0)
})

test('companies come with their figures, the last to have answered first', async () => {
  const rows = await get<Client[]>(client, CLIENTS)
  assert.deepEqual(rows.map(({ CompanyName, TotalSent, TotalResponses }) => [CompanyName, TotalSent, TotalResponses]), [['Cobalt', 1, 1], ['Bolt & Co', 1, 1], ['Acme Corporation', 2, 1], ['Dune', 1, 0]])
  assert.deepEqual(rows[2], { CompanyRecID: 1, CompanyName: 'Acme Corporation', TotalSent: 2, TotalResponses: 1, ResponseRate: 50, AverageScore: 10, LastResponseOn: '2025-12-28T22:31:00.000Z' })
  assert.deepEqual(rows[3], { CompanyRecID: 4, CompanyName: 'Dune', TotalSent: 1, TotalResponses: 0, ResponseRate: 0, AverageScore: null, LastResponseOn: null })
  assert.deepEqual((await get<Client[]>(client, `${CLIENTS}?filterBy=BoardName&keyword=printers`)).map(({ CompanyName, TotalSent }) => [CompanyName, TotalSent]), [['Bolt & Co', 1], ['Acme Corporation', 1]])
  assert.deepEqual((await get<Client[]>(client, `${CLIENTS}?startDate=29-12-2025&endDate=30-12-2025`)).map(({ CompanyName }) => CompanyName), ['Bolt & Co', 'Acme Corporation'])
})

test('who has no company is a row without a name', async () => {
  const other = await world.account({ name: 'Nobody' })
  await answerOnPage(world, `/surveys/${(await makeSurveyLink(other.ctx, {})).token}`, { score: 6 })
  const [row] = await get<object[]>(bizratingsClient(world, other.api_key), CLIENTS)
  assert.deepEqual(row, { CompanyRecID: null, CompanyName: null, TotalSent: 1, TotalResponses: 1, ResponseRate: 100, AverageScore: 6, LastResponseOn: world.clock.now().toISOString() })
})

test('technicians come with their figures, and share a response', async () => {
  assert.deepEqual(await get(client, EMPLOYEES), [
    { Employee: 'mlee', EmployeeIdentifier: 'mlee', TotalResponses: 2, AverageScore: 7, CommentCount: 1, LastResponseOn: '2025-12-29T22:31:00.000Z' },
    { Employee: 'jdoe', EmployeeIdentifier: 'jdoe', TotalResponses: 1, AverageScore: 10, CommentCount: 1, LastResponseOn: '2025-12-28T22:31:00.000Z' },
  ])
  assert.deepEqual((await get<{ EmployeeIdentifier: string }[]>(client, `${EMPLOYEES}?companyname=bolt`)).map(({ EmployeeIdentifier }) => EmployeeIdentifier), ['mlee'])
  assert.deepEqual(await get(client, `${EMPLOYEES}?companyName=%25`), [])
  assert.deepEqual(await get(client, `${EMPLOYEES}?startDate=30-12-2025`), [])
})

test('technicians of all sites have a row for each', async () => {
  const rows = await get<{ EmployeeIdentifier: string, SiteID: number, SiteName: string, ResponseCount: number, AverageScore: number }[]>(client, RATINGS)
  assert.deepEqual(rows.map(({ EmployeeIdentifier, SiteName, ResponseCount, AverageScore }) => [EmployeeIdentifier, SiteName, ResponseCount, AverageScore]), [['mlee', 'North', 1, 2], ['mlee', 'Main', 2, 7], ['jdoe', 'Main', 1, 10]])
  assert.deepEqual(Object.keys(rows[0] ?? {}), ['Employee', 'EmployeeIdentifier', 'SiteID', 'SiteName', 'ResponseCount', 'AverageScore'])
  assert.equal(rows[1]?.SiteID, account.account.default_site_id)
  assert.equal((await get<object[]>(client, `${RATINGS}?endDate=2025-12-28`)).length, 2)
})

test('a key of one site gets the figures of that site, and none of all sites', async () => {
  const { TotalSent, TotalResponses, AverageScore } = await get<Summary>(north, SUMMARY)
  assert.deepEqual([TotalSent, TotalResponses, AverageScore], [1, 1, 2])
  assert.deepEqual((await get<Client[]>(north, CLIENTS)).map(({ CompanyName, TotalSent: sent }) => [CompanyName, sent]), [['Bolt & Co', 1]])
  assert.equal((await get<{ ResponseCount: number }[]>(north, VOLUME))[0]?.ResponseCount, 1)
  assert.equal((await get<object[]>(north, EMPLOYEES)).length, 1)
  const refused = await north.get(RATINGS)
  assert.deepEqual([refused.statusCode, refused.headers['content-type']], [403, 'application/problem+json; charset=utf-8'])
})

test('reports are paged, and say how much there is', async () => {
  const names: string[] = []
  for (const currentPage of [1, 2, 3]) {
    const page = await client.get(`${CLIENTS}?pageSize=2&currentPage=${currentPage}`)
    assert.deepEqual([page.statusCode, page.headers['x-total-count'], page.headers['x-total-pages']], [200, '4', '2'])
    names.push(...page.json<Client[]>().map(({ CompanyName }) => CompanyName))
  }
  assert.deepEqual(names, ['Cobalt', 'Bolt & Co', 'Acme Corporation', 'Dune'])
  for (const path of [EMPLOYEES, RATINGS]) {
    const first = await client.get(`${path}?pageSize=1`)
    assert.equal(first.json<object[]>().length, 1)
    assert.match(String(first.headers.link), /currentPage=2>; rel="next"/)
    const beyond = await client.get(`${path}?pageSize=1000&currentPage=2147483647`)
    assert.deepEqual([beyond.statusCode, beyond.json(), beyond.headers['x-total-pages']], [200, [], '1'])
  }
  const empty = await client.get(`${CLIENTS}?startDate=2030-01-01`)
  assert.deepEqual([empty.json(), empty.headers['x-total-count'], empty.headers['x-total-pages']], [[], '0', '0'])
})

test('a bad argument is refused by name', async () => {
  for (const [path, query, field] of [
    [SUMMARY, 'score=5', 'score'], [SUMMARY, 'currentPage=1', 'currentPage'], [SUMMARY, 'reviewType=1', 'reviewType'], [SUMMARY, 'filterBy=Company&keyword=x', 'filterBy'], [SUMMARY, 'filterBy=BoardName', 'keyword'],
    [SUMMARY, 'keyword=x', 'filterBy'], [SUMMARY, 'startDate=soon', 'startDate'], [SUMMARY, 'memberName=a%00b', 'memberName'], [SUMMARY, 'filterBy=mKeywords&keyword=,', 'keyword'],
    [VOLUME, 'viewType=yearly', 'viewType'], [VOLUME, 'viewType=constructor', 'viewType'], [VOLUME, 'source=CES', 'source'], [VOLUME, 'pageSize=5', 'pageSize'], [VOLUME, 'endDate=31-02-2026', 'endDate'],
    [VOLUME, 'viewType=daily&startDate=1998-01-01&endDate=2026-01-01', 'startDate'], [CLIENTS, 'memberName=x', 'memberName'], [CLIENTS, 'reviewType=3', 'reviewType'], [CLIENTS, 'pageSize=1001', 'pageSize'],
    [CLIENTS, 'filterBy=nothing&keyword=x', 'filterBy'], [EMPLOYEES, 'filterBy=CompanyName&keyword=x', 'filterBy,keyword'], [EMPLOYEES, 'currentPage=0', 'currentPage'], [EMPLOYEES, 'companyName=%00', 'companyName'],
    [RATINGS, 'companyName=x', 'companyName'], [RATINGS, 'startDate=2026-13-01', 'startDate'], [RATINGS, 'pageSize=0', 'pageSize'],
  ] as const) {
    const refused = await client.get(`${path}?${query}`)
    assert.deepEqual([refused.statusCode, refused.headers['content-type']], [400, 'application/problem+json; charset=utf-8'], `${path}?${query}`)
    assert.deepEqual(Object.keys(refused.json<{ errors: object }>().errors).join(), field, `${path}?${query}`)
  }
})

test('the widest range that is answered has 10 000 periods', async () => {
  assert.equal((await get<object[]>(client, `${VOLUME}?viewType=daily&startDate=1998-08-17&endDate=2026-01-01`)).length, 10_000)
  assert.equal((await client.get(`${VOLUME}?viewType=daily&startDate=1998-08-16&endDate=2026-01-01`)).statusCode, 400)
})

test('without a good key there is nothing', async () => {
  const nobody = bizratingsClient(world, 'wrong')
  for (const path of [SUMMARY, VOLUME, CLIENTS, EMPLOYEES, RATINGS]) {
    for (const refused of [await nobody.get(path), await world.app.inject({ url: path })]) assert.deepEqual([refused.statusCode, refused.headers['www-authenticate']], [401, 'Bearer'])
  }
})

test('an account without anything has empty reports', async () => {
  const empty = bizratingsClient(world, (await world.account({ name: 'Empty' })).api_key)
  for (const path of [VOLUME, CLIENTS, EMPLOYEES, RATINGS]) assert.deepEqual(await get(empty, path), [])
  assert.equal((await get<Summary>(empty, SUMMARY)).TotalSent, 0)
})

async function get<T>(one: BizRatingsClient, path: string): Promise<T> {
  const answer = await one.get(path)
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`)
  return answer.json<T>()
}

test('an end beyond all periods is refused by its own name, and one that nothing reaches costs nothing', async () => {
  const ask = (query: string) => client.get(`/api/${query}`)
  assert.deepEqual(Object.keys((await ask('responses/summary?viewType=daily&endDate=9999-12-31')).json().errors), ['endDate'])
  assert.deepEqual(Object.keys((await ask('responses/summary?viewType=daily&startDate=0001-01-01')).json().errors), ['startDate'])
  for (const path of ['tickets/summary', 'tickets/responses', 'tickets/clientresponses', 'tickets/employeeeresponses']) {
    const [all, open] = [(await ask(`${path}?`)).json(), (await ask(`${path}?startDate=0001-01-01&endDate=9999-12-31`)).json()]
    assert.deepEqual(open, all, path)
    assert.equal((await ask(`${path}?endDate=0001-01-01T00:00:00Z`)).statusCode, 200)
  }
})
