// once
/** What the vendor's guide promises of statistics (sections 8 to 10), kept over HTTP; see conformance.test.ts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tellStory, type Story } from '../../../test/support/bizratings-story.ts'

type Row = Record<string, unknown>

const SUMMARY = '/api/tickets/summary'
const VOLUME = '/api/responses/summary'
const CLIENTS = '/api/tickets/clientresponses'
const EMPLOYEES = '/api/tickets/employeeeresponses'
const TOTALS = '/api/tickets/quarterlyresponses'
const QUARTERS = '/api/tickets/quarterlyresponsessummary'

let story: Story
before(async () => {
  story = await tellStory()
})
after(() => story.world.close())

test('§8 the summary has counts, the average score and the response rate', async () => {
  // 10, 4, 7, 9 and 8, of six that were sent.
  const { TotalSent, TotalResponses, ResponseRate, AverageScore, CommentCount } = await get<Row>(SUMMARY)
  assert.deepEqual([TotalSent, TotalResponses, ResponseRate, AverageScore, CommentCount], [6, 5, 83.33, 7.6, 4])
})

for (const [promise, query, sent, scores] of [
  ['memberName picks a technician by name', 'memberName=kim', 3, [8, 9]],
  ['filterBy SRServiceRecID', 'filterBy=SRServiceRecID&keyword=4', 1, []],
  ['filterBy Keywords', 'filterBy=Keywords&keyword=splendid', 1, [10]],
  ['filterBy mKeywords', 'filterBy=mKeywords&keyword=splendid,while', 2, [7, 10]],
  ['filterBy CompanyName', 'filterBy=CompanyName&keyword=Cobalt', 3, [8, 9]],
  ['filterBy ContactEmail', 'filterBy=ContactEmail&keyword=carl@cobalt.example', 1, []],
  ['filterBy AssignedResources', 'filterBy=AssignedResources&keyword=jdoe', 2, [7, 10]],
  ['filterBy BoardName', 'filterBy=BoardName&keyword=Printers', 2, [4, 7]],
  ['reviewType 0 is all', 'reviewType=0', 6, [4, 7, 8, 9, 10]],
  ['reviewType 3 is those with a written comment', 'reviewType=3', 6, [7, 8, 9, 10]],
  ['startDate begins the range', 'startDate=2026/01/13', 3, [8, 9]],
  ['endDate ends the range', 'endDate=13-Jan-2026', 4, [4, 7, 10]],
  ['parameters go together', 'memberName=kim&filterBy=CompanyName&keyword=Cobalt&reviewType=3&startDate=2026/01/13&endDate=2026/01/14', 2, [9]],
] as const) {
  test(`§8 summary: ${promise}`, async () => {
    const { TotalSent, Scores } = await get<{ TotalSent: number, Scores: { Score: number, Count: number }[] }>(`${SUMMARY}?${query}`)
    assert.deepEqual([TotalSent, Scores.filter(({ Count }) => Count > 0).map(({ Score }) => Score)], [sent, scores])
  })
}

test('§8 response volume is counted by month, quarter, week and day, ready for a chart', async () => {
  const volume = async (query: string) => (await get<Row[]>(`${VOLUME}?${query}`)).map(({ Period, ResponseCount }) => [Period, ResponseCount])
  assert.deepEqual(await volume('viewType=monthly'), [['2025-10', 1], ['2025-11', 1], ['2025-12', 0], ['2026-01', 3], ['2026-02', 0], ['2026-03', 0]])
  assert.deepEqual(await volume('viewType=quarterly'), [['2025-Q4', 2], ['2026-Q1', 3]])
  assert.deepEqual(await volume('viewType=weekly&startDate=2026-01-05&endDate=2026-01-25'), [['2026-W02', 0], ['2026-W03', 3], ['2026-W04', 0]])
  assert.deepEqual(await volume('viewType=daily&startDate=2026-01-12&endDate=16-Jan-2026'), [['2026-01-12', 1], ['2026-01-13', 0], ['2026-01-14', 1], ['2026-01-15', 1], ['2026-01-16', 0]])
})

test('§8 response volume: startDate and endDate bound it, in both forms of the guide\'s example', async () => {
  for (const [start, end] of [['2025-10-01', '2025-11-30'], ['01-Oct-2025', '30-Nov-2025']] as const) {
    assert.deepEqual((await get<Row[]>(`${VOLUME}?startDate=${start}&endDate=${end}`)).map(({ Period }) => Period), ['2025-10', '2025-11'])
  }
  assert.equal((await get<Row[]>(`${VOLUME}?startDate=2026-02-01`)).length, 2)
  assert.equal((await get<Row[]>(`${VOLUME}?endDate=2025-10-31`)).length, 1)
})

test('§8 response volume: source is the kind of survey', async () => {
  assert.deepEqual(await get(`${VOLUME}?source=CSAT`), await get(VOLUME))
  assert.deepEqual((await get<Row[]>(`${VOLUME}?source=NPS`)).map(({ Period, ResponseCount }) => [Period, ResponseCount]), [['2026-02', 1], ['2026-03', 0]])
})

test('§9 each client company has a row with its response volume and its average score', async () => {
  assert.deepEqual(await get(CLIENTS), [
    { CompanyRecID: 3, CompanyName: 'Cobalt', TotalSent: 3, TotalResponses: 2, ResponseRate: 66.67, AverageScore: 8.5, LastResponseOn: '2026-01-15T11:00:00.000Z' },
    { CompanyRecID: 1, CompanyName: 'Acme Corp', TotalSent: 2, TotalResponses: 2, ResponseRate: 100, AverageScore: 8.5, LastResponseOn: '2026-01-12T11:00:00.000Z' },
    { CompanyRecID: 2, CompanyName: 'Bolt', TotalSent: 1, TotalResponses: 1, ResponseRate: 100, AverageScore: 4, LastResponseOn: '2025-11-10T11:00:00.000Z' },
  ])
})

for (const [promise, query, expected] of [
  ['filterBy SRServiceRecID', 'filterBy=SRServiceRecID&keyword=2', ['Bolt']],
  ['filterBy Keywords', 'filterBy=Keywords&keyword=toner', ['Acme Corp']],
  ['filterBy mKeywords', 'filterBy=mKeywords&keyword=toner,good', ['Cobalt', 'Acme Corp']],
  ['filterBy CompanyName', 'filterBy=CompanyName&keyword=olt', ['Bolt']],
  ['filterBy ContactEmail', 'filterBy=ContactEmail&keyword=@acme', ['Acme Corp']],
  ['filterBy AssignedResources', 'filterBy=AssignedResources&keyword=mlee', ['Bolt', 'Acme Corp']],
  ['filterBy BoardName', 'filterBy=BoardName&keyword=Printers', ['Acme Corp', 'Bolt']],
  ['startDate begins the range, day first', 'startDate=13-1-2026', ['Cobalt']],
  ['endDate ends the range, day first', 'endDate=10-11-2025', ['Bolt', 'Acme Corp']],
  ['currentPage and pageSize', 'currentPage=2&pageSize=2', ['Bolt']],
] as const) {
  test(`§9 clients: ${promise}`, async () => {
    assert.deepEqual((await get<Row[]>(`${CLIENTS}?${query}`)).map(({ CompanyName }) => CompanyName), expected)
  })
}

test('§9 each technician has a row with response counts and the average score', async () => {
  assert.deepEqual(await get(EMPLOYEES), [
    { Employee: 'ann', EmployeeIdentifier: 'ann', TotalResponses: 1, AverageScore: 3, CommentCount: 1, LastResponseOn: '2026-01-15T11:00:00.000Z' },
    { Employee: 'kim', EmployeeIdentifier: 'kim', TotalResponses: 2, AverageScore: 8.5, CommentCount: 2, LastResponseOn: '2026-01-15T11:00:00.000Z' },
    { Employee: 'jdoe', EmployeeIdentifier: 'jdoe', TotalResponses: 2, AverageScore: 8.5, CommentCount: 2, LastResponseOn: '2026-01-12T11:00:00.000Z' },
    { Employee: 'mlee', EmployeeIdentifier: 'mlee', TotalResponses: 2, AverageScore: 7, CommentCount: 1, LastResponseOn: '2025-11-10T11:00:00.000Z' },
  ])
})

test('§9 technicians: companyName, startDate, endDate, currentPage and pageSize', async () => {
  const names = async (query: string) => (await get<Row[]>(`${EMPLOYEES}?${query}`)).map(({ Employee }) => Employee)
  assert.deepEqual(await names('companyName=Acme%20Corp'), ['jdoe', 'mlee'])
  assert.deepEqual(await names('startDate=13-1-2026'), ['ann', 'kim'])
  assert.deepEqual(await names('endDate=31-10-2025'), ['jdoe', 'mlee'])
  assert.deepEqual(await names('currentPage=2&pageSize=3'), ['mlee'])
  assert.deepEqual(await names('companyName=Cobalt&startDate=13-1-2026&endDate=14-1-2026&currentPage=1&pageSize=1'), ['kim'])
})

test('§9 the path of the technicians has three e\'s; with two of them it is the number of a ticket that is not there', async () => {
  assert.deepEqual([(await story.client.get('/api/tickets/employeeeresponses')).statusCode, (await story.client.get('/api/tickets/employeeresponses')).statusCode], [200, 404])
})

test('§10 each client has one row over all quarters, with profitability', async () => {
  assert.deepEqual((await get<Row[]>(TOTALS)).map(({ CompanyName, Quarters, TotalResponses, AverageScore, Revenue, Cost, Profit, MarginPercent }) => [CompanyName, Quarters, TotalResponses, AverageScore, Revenue, Cost, Profit, MarginPercent]), [
    ['Acme Corp', 2, 2, 8.5, 3000, 2900.5, 99.5, 3.32], ['Bolt', 1, 1, 4, null, null, null, null], ['Cobalt', 1, 2, 8.5, null, null, null, null],
  ])
})

test('§10 the same data comes a row for each quarter and client', async () => {
  assert.deepEqual((await get<Row[]>(QUARTERS)).map(({ Year, Quarter, CompanyName, TotalResponses, AverageScore, Revenue, Cost, Profit, MarginPercent }) => [Year, Quarter, CompanyName, TotalResponses, AverageScore, Revenue, Cost, Profit, MarginPercent]), [
    [2026, 1, 'Acme Corp', 1, 7, 2000, 2500, -500, -25], [2026, 1, 'Cobalt', 2, 8.5, null, null, null, null], [2025, 4, 'Acme Corp', 1, 10, 1000, 400.5, 599.5, 59.95], [2025, 4, 'Bolt', 1, 4, null, null, null, null],
  ])
})

test('§10 neither takes a parameter, and all there is comes at once', async () => {
  for (const path of [TOTALS, QUARTERS]) {
    assert.deepEqual([(await story.client.get(`${path}?startDate=2026/01/01`)).statusCode, (await story.client.get(`${path}?pageSize=1`)).statusCode], [400, 400])
    assert.equal((await story.client.get(path)).headers.link, undefined)
  }
})

async function get<T>(path: string): Promise<T> {
  const answer = await story.client.get(path)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<T>()
}
