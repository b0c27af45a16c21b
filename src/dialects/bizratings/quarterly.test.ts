// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setFinancials } from '../../core/company-financials.ts'
import type { Context } from '../../core/context.ts'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { makeSurveyLink } from '../../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const TOTALS = '/api/tickets/quarterlyresponses'
const QUARTERS = '/api/tickets/quarterlyresponsessummary'

interface Row { CompanyName: string | null, Year: number, Quarter: number, QuarterStart: string, TotalSent: number, TotalResponses: number, Revenue: number | null }

let world: World
let account: TestAccount
let client: BizRatingsClient
let north: BizRatingsClient

/** Of Acme one answer in each of two quarters; Bolt was asked in vain; Cobalt has money only. In the north Acme answered once. */
before(async () => {
  world = await openWorld()
  account = await world.account({ time_zone: 'Europe/Berlin' })
  client = bizratingsClient(world, account.api_key)
  await createSite(account.ctx, { code: 'north', name: 'North' })
  north = bizratingsClient(world, (await createKey(account.ctx, { name: 'north', site_code: 'north' })).api_key)
  await ask(client, '2025-11-03T09:00:00Z', { companyRecID: 1, companyName: 'Acme' }, 8)
  await ask(client, '2026-02-03T09:00:00Z', { companyRecID: 1, companyName: 'Acme' }, 5)
  await ask(client, '2026-02-04T09:00:00Z', { companyRecID: 1, companyName: 'Acme' }, null)
  await ask(client, '2026-02-05T09:00:00Z', { companyRecID: 2, companyName: 'bolt' }, null)
  await ask(north, '2026-02-05T09:00:00Z', { companyRecID: 1, companyName: 'Acme' }, 2)
  await setFinancials(account.ctx, [
    money('Acme', 2025, 4, '10000', '7500.50'), money('Acme', 2026, 1, '5000.01', '6000'), money('Acme', 2026, 2, '0', '100'), money('Cobalt', 2026, 1, '300', '100'), money('Acme', 2026, 1, '77', '7', 'north'),
  ])
})
after(() => world.close())

test('a row of a company and quarter has its survey figures and its money', async () => {
  assert.deepEqual(await get(client, QUARTERS), [
    { CompanyRecID: 1, CompanyName: 'Acme', Year: 2026, Quarter: 2, QuarterStart: '2026-03-31T22:00:00.000Z', TotalSent: 0, TotalResponses: 0, ResponseRate: null, AverageScore: null, Revenue: 0, Cost: 100, Profit: -100, MarginPercent: null },
    { CompanyRecID: 1, CompanyName: 'Acme', Year: 2026, Quarter: 1, QuarterStart: '2025-12-31T23:00:00.000Z', TotalSent: 2, TotalResponses: 1, ResponseRate: 50, AverageScore: 5, Revenue: 5000.01, Cost: 6000, Profit: -999.99, MarginPercent: -20 },
    { CompanyRecID: 2, CompanyName: 'bolt', Year: 2026, Quarter: 1, QuarterStart: '2025-12-31T23:00:00.000Z', TotalSent: 1, TotalResponses: 0, ResponseRate: 0, AverageScore: null, Revenue: null, Cost: null, Profit: null, MarginPercent: null },
    { CompanyRecID: null, CompanyName: 'Cobalt', Year: 2026, Quarter: 1, QuarterStart: '2025-12-31T23:00:00.000Z', TotalSent: 0, TotalResponses: 0, ResponseRate: null, AverageScore: null, Revenue: 300, Cost: 100, Profit: 200, MarginPercent: 66.67 },
    { CompanyRecID: 1, CompanyName: 'Acme', Year: 2025, Quarter: 4, QuarterStart: '2025-09-30T22:00:00.000Z', TotalSent: 1, TotalResponses: 1, ResponseRate: 100, AverageScore: 8, Revenue: 10_000, Cost: 7500.5, Profit: 2499.5, MarginPercent: 25 },
  ])
})

test('a row of a company adds its quarters up, by name', async () => {
  assert.deepEqual(await get(client, TOTALS), [
    { CompanyRecID: 1, CompanyName: 'Acme', Quarters: 3, TotalSent: 3, TotalResponses: 2, ResponseRate: 66.67, AverageScore: 6.5, Revenue: 15_000.01, Cost: 13_600.5, Profit: 1399.51, MarginPercent: 9.33 },
    { CompanyRecID: 2, CompanyName: 'bolt', Quarters: 1, TotalSent: 1, TotalResponses: 0, ResponseRate: 0, AverageScore: null, Revenue: null, Cost: null, Profit: null, MarginPercent: null },
    { CompanyRecID: null, CompanyName: 'Cobalt', Quarters: 1, TotalSent: 0, TotalResponses: 0, ResponseRate: null, AverageScore: null, Revenue: 300, Cost: 100, Profit: 200, MarginPercent: 66.67 },
  ])
})

test('a key of one site gets that site\'s answers and money', async () => {
  const [row, ...others] = await get<object[]>(north, QUARTERS)
  assert.deepEqual(row, { CompanyRecID: 1, CompanyName: 'Acme', Year: 2026, Quarter: 1, QuarterStart: '2025-12-31T23:00:00.000Z', TotalSent: 1, TotalResponses: 1, ResponseRate: 100, AverageScore: 2, Revenue: 77, Cost: 7, Profit: 70, MarginPercent: 90.91 })
  assert.deepEqual(others, [])
  assert.deepEqual((await get<Row[]>(north, TOTALS)).map(({ Revenue }) => Revenue), [77])
})

test('a quarter begins and ends at the account\'s midnight, on whatever time the clocks are', async () => {
  // St. John's is two and a half hours behind UTC in summer and three and a half in winter, Berlin two and one ahead.
  for (const [time_zone, ...edges] of [
    ['Europe/Berlin', '2025-03-31T22:00:00Z', '2025-06-30T22:00:00Z', '2025-09-30T22:00:00Z', '2025-12-31T23:00:00Z'],
    ['America/St_Johns', '2025-04-01T02:30:00Z', '2025-07-01T02:30:00Z', '2025-10-01T02:30:00Z', '2026-01-01T03:30:00Z'],
  ] as const) {
    const other = await world.account({ name: time_zone, time_zone })
    for (const edge of edges) for (const before_ms of [1, 0]) await respond(other, new Date(Date.parse(edge) - before_ms))
    const rows = await get<Row[]>(bizratingsClient(world, other.api_key), QUARTERS)
    assert.deepEqual(rows.map(({ Year, Quarter, QuarterStart, TotalResponses }) => [Year, Quarter, QuarterStart, TotalResponses]), [
      [2026, 1, iso(edges[3]), 1], [2025, 4, iso(edges[2]), 2], [2025, 3, iso(edges[1]), 2], [2025, 2, iso(edges[0]), 2], [2025, 1, time_zone === 'Europe/Berlin' ? '2024-12-31T23:00:00.000Z' : '2025-01-01T03:30:00.000Z', 1],
    ])
  }
})

test('what was sent in one quarter and answered in the next belongs to the next', async () => {
  const other = await world.account({ name: 'Late' })
  const late = bizratingsClient(world, other.api_key)
  const page = await ask(late, '2025-12-31T12:00:00Z', {}, null, other)
  assert.deepEqual((await get<Row[]>(late, QUARTERS)).map(({ Year, Quarter, TotalSent, TotalResponses }) => [Year, Quarter, TotalSent, TotalResponses]), [[2025, 4, 1, 0]])
  world.clock.set('2026-01-01T00:00:00Z')
  await answerOnPage(world, page, { score: 9 })
  assert.deepEqual((await get<Row[]>(late, QUARTERS)).map(({ Year, Quarter, TotalSent, TotalResponses }) => [Year, Quarter, TotalSent, TotalResponses]), [[2026, 1, 1, 1]])
})

test('what is of no company comes last, without a name; surveys that ask for a recommendation are not counted', async () => {
  const other = await world.account({ name: 'Nobody' })
  world.clock.set('2026-03-16T10:00:00Z')
  await setFinancials(other.ctx, [money('Zebra', 2026, 1, '1', '1')])
  await answerOnPage(world, `/surveys/${(await makeSurveyLink(other.ctx, {})).token}`, { score: 6 })
  await answerOnPage(world, `/surveys/${(await makeSurveyLink(other.ctx, { purpose: 'nps' })).token}`, { score: 6 })
  const one = bizratingsClient(world, other.api_key)
  assert.deepEqual((await get<Row[]>(one, QUARTERS)).map(({ CompanyName, TotalResponses }) => [CompanyName, TotalResponses]), [['Zebra', 0], [null, 1]])
  assert.deepEqual((await get<Row[]>(one, TOTALS)).map(({ CompanyName, TotalResponses }) => [CompanyName, TotalResponses]), [['Zebra', 0], [null, 1]])
})

test('a year of the largest amounts adds up to the cent', async () => {
  const other = await world.account({ name: 'Rich' })
  await setFinancials(other.ctx, [1, 2, 3, 4].map((quarter) => money('Acme', 2025, quarter, '9999999999999.99', '-0.01')))
  const [row] = await get<object[]>(bizratingsClient(world, other.api_key), TOTALS)
  assert.deepEqual(row, { CompanyRecID: null, CompanyName: 'Acme', Quarters: 4, TotalSent: 0, TotalResponses: 0, ResponseRate: null, AverageScore: null, Revenue: 39_999_999_999_999.96, Cost: -0.04, Profit: 40_000_000_000_000, MarginPercent: 100 })
})

test('centuries of the largest amounts still add up', async () => {
  const other = await world.account({ name: 'Eternal' })
  await setFinancials(other.ctx, Array.from({ length: 400 }, (_, index) => money('Acme', 1900 + Math.floor(index / 4), 1 + index % 4, '9999999999999.99', '9999999999999.99')))
  const [row] = await get<{ Revenue: number, Profit: number, Quarters: number }[]>(bizratingsClient(world, other.api_key), TOTALS)
  assert.deepEqual([row?.Quarters, row?.Revenue, row?.Profit], [400, 3_999_999_999_999_996, 0])
})

test('rows are not paged, and any argument is refused by name', async () => {
  for (const path of [TOTALS, QUARTERS]) {
    const { headers } = await client.get(path)
    assert.deepEqual([headers.link, headers['x-total-count']], [undefined, undefined])
    for (const name of ['startDate', 'currentPage', 'pageSize', 'filterBy', 'companyName', 'x']) {
      const refused = await client.get(`${path}?${name}=1`)
      assert.deepEqual([refused.statusCode, refused.headers['content-type']], [400, 'application/problem+json; charset=utf-8'])
      assert.deepEqual(Object.keys(refused.json<{ errors: object }>().errors), [name])
    }
  }
})

test('without a good key there is nothing', async () => {
  const nobody = bizratingsClient(world, 'wrong')
  for (const path of [TOTALS, QUARTERS]) {
    for (const refused of [await nobody.get(path), await world.app.inject({ url: path })]) assert.deepEqual([refused.statusCode, refused.headers['www-authenticate']], [401, 'Bearer'])
  }
})

test('an account without anything has no rows, and sees none of another\'s', async () => {
  const empty = bizratingsClient(world, (await world.account({ name: 'Empty' })).api_key)
  for (const path of [TOTALS, QUARTERS]) assert.deepEqual(await get(empty, path), [])
})

let tickets = 0

/** Posts a ticket at a time and mails it; answers it an hour later, where there is a score. The page of its survey. */
async function ask(one: BizRatingsClient, time: string, ticket: Record<string, unknown>, score: number | null, of = account): Promise<string> {
  world.clock.set(time)
  const number = ++tickets
  const posted = await one.post('/api/tickets', ticketBody({ ticketID: number, contactRecID: number, contactEmail: `c${number}@client.example`, ...ticket }))
  assert.equal(posted.statusCode, 201, posted.body)
  await world.work()
  world.clock.advance({ hours: 1 })
  const page = await pageOf(world, of.account.id, posted.json().SurveyRequestID)
  if (score !== null) await answerOnPage(world, page, { score })
  return page
}

/** An answer at this very instant. */
async function respond({ ctx }: { ctx: Context }, instant: Date): Promise<void> {
  world.clock.set(instant)
  const { token } = await makeSurveyLink(ctx)
  await answerOnPage(world, `/surveys/${token}`, { score: 7 })
}

function money(company: string, year: number, quarter: number, revenue: string, cost: string, site: string | null = null) {
  return { company: { external_id: null, name: company }, site, year, quarter, revenue, cost }
}

function iso(time: string): string {
  return new Date(time).toISOString()
}

async function get<T>(one: BizRatingsClient, path: string): Promise<T> {
  const answer = await one.get(path)
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`)
  return answer.json<T>()
}
