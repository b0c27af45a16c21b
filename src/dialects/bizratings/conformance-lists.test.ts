// once
/** What the vendor's guide promises of responses, their single answers and single tickets (sections 3 to 7), kept over HTTP; see conformance.test.ts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tellStory, type Story } from '../../../test/support/bizratings-story.ts'
import type { BizRatingsClient } from '../../../test/support/bizratings.ts'

type Row = Record<string, unknown>

const RESPONSES = ['/api', '/api/v1.1', '/api/v1.2', '/api/v1.3'].map((version) => `${version}/tickets/responses`)
const MULTI_SITE = ['/api', '/api/v1.1', '/api/v1.2'].map((version) => `${version}/tickets/multisiteresponses`)
const PROJECTS = ['/api', '/api/v1.1', '/api/v1.2'].map((version) => `${version}/tickets/projectresponses`)
const TICKETS = ['/api', '/api/v1.1', '/api/v1.2', '/api/v1.3'].map((version) => `${version}/tickets`)
const FIVE = '/api/tickets/fivequestionsurveydetailresponse'
const EMPLOYEE = '/api/tickets/employeesurveydetailresponse'
const RATINGS = '/api/tickets/multisiteemployeerating'

let story: Story
let client: BizRatingsClient
before(async () => {
  story = await tellStory()
  client = story.client
})
after(() => story.world.close())

/** Each parameter with the tickets of the default site that it finds, and those of the other one. */
const PARAMETERS: [promise: string, query: string, plain: number[], north: number[]][] = [
  ['without parameters, every response', '', [6, 5, 3, 2, 1], [7]],
  ['memberName picks a technician by name', 'memberName=mlee', [2, 1], [7]],
  ['filterBy SRServiceRecID', 'filterBy=SRServiceRecID&keyword=3', [3], []],
  ['filterBy Keywords', 'filterBy=Keywords&keyword=splendid', [1], []],
  ['filterBy mKeywords', 'filterBy=mKeywords&keyword=splendid,late,while', [3, 1], [7]],
  ['filterBy CompanyName', 'filterBy=CompanyName&keyword=Bolt', [2], [7]],
  ['filterBy ContactEmail', 'filterBy=ContactEmail&keyword=jane@acme.example', [1], []],
  ['filterBy AssignedResources', 'filterBy=AssignedResources&keyword=mlee', [2, 1], [7]],
  ['filterBy BoardName', 'filterBy=BoardName&keyword=Printers', [3, 2], [7]],
  ['reviewType 0 is all', 'reviewType=0', [6, 5, 3, 2, 1], [7]],
  ['reviewType 3 is those with a written comment', 'reviewType=3', [6, 5, 3, 1], [7]],
  ['score picks a score', 'score=4', [2], []],
  ['score 0 is all', 'score=0', [6, 5, 3, 2, 1], [7]],
  ['startDate begins the range', 'startDate=2026/01/14', [6, 5], [7]],
  ['endDate ends the range', 'endDate=12-Jan-2026', [3, 2, 1], []],
  ['startDate and endDate together', 'startDate=10-Nov-2025&endDate=2026/01/12', [3, 2], []],
  ['parameters go together', 'memberName=jdoe&filterBy=CompanyName&keyword=Acme&reviewType=3&score=7&startDate=2026/01/01&endDate=2026/12/31&currentPage=1&pageSize=5', [3], []],
]

for (const [promise, query, plain, north] of PARAMETERS) {
  test(`§3 ticket responses, in each version: ${promise}`, async () => {
    for (const path of RESPONSES) {
      assert.deepEqual(await numbers(client, path, query), plain, path)
      assert.deepEqual(await numbers(story.north, path, query), north, path)
    }
  })

  test(`§6 responses of all sites, in each version, with the parameters of ticket responses: ${promise}`, async () => {
    for (const path of MULTI_SITE) assert.deepEqual(await numbers(client, path, query), [...north, ...plain], path)
  })
}

test('§3 and §6 currentPage and pageSize page through the list', async () => {
  for (const path of RESPONSES) assert.deepEqual([await numbers(client, path, 'currentPage=1&pageSize=3'), await numbers(client, path, 'currentPage=2&pageSize=3')], [[6, 5, 3], [2, 1]])
  for (const path of MULTI_SITE) assert.deepEqual([await numbers(client, path, 'currentPage=1&pageSize=4'), await numbers(client, path, 'currentPage=2&pageSize=4')], [[7, 6, 5, 3], [2, 1]])
})

test('§3 a response has the ticket\'s facts, its technicians, the rating and the comment', async () => {
  const row = (await rows(client, '/api/tickets/responses')).at(-1)
  assert.ok(Number.isInteger(row?.SurveyResponseID))
  assert.deepEqual({ ...row, SurveyResponseID: null }, {
    SurveyResponseID: null, SRServiceRecID: 1, TicketTitle: 'Shared drive', BoardName: 'Networking', SiteName: 'Main', CompanyRecID: 1, CompanyName: 'Acme Corp', ContactName: 'Jane Smith', ContactEmail: 'jane@acme.example',
    AssignedResources: 'jdoe,mlee', Score: 10, Comment: 'Splendid work', SurveyCompleted: true, TicketCreatedOn: '2025-10-06T07:00:00.000Z', TicketClosedOn: '2025-10-06T09:00:00.000Z',
    TicketUpdatedOn: '2025-10-06T09:30:00.000Z', RespondedOn: '2025-10-06T11:00:00.000Z',
  })
})

test('§3 v1.1 has the contact\'s id in the PSA, v1.2 the address and the browser it was answered with, v1.3 when it was sent', async () => {
  const [, v1_1, v1_2, v1_3] = await Promise.all(RESPONSES.map(async (path) => (await rows(client, path)).at(-1)))
  assert.deepEqual([v1_1?.ContactRecID, v1_1?.ResponderIP, v1_1?.SentOn], [11, undefined, undefined])
  assert.deepEqual([v1_2?.ContactRecID, v1_2?.ResponderIP, v1_2?.UserAgent, v1_2?.SentOn], [11, '127.0.0.1', 'lightMyRequest', undefined])
  assert.deepEqual([v1_3?.ContactRecID, v1_3?.ResponderIP, v1_3?.UserAgent, v1_3?.SentOn], [11, '127.0.0.1', 'lightMyRequest', '2025-10-06T10:00:00.000Z'])
})

test('§4 a five-question survey comes a row for each question', async () => {
  assert.deepEqual((await rows(client, FIVE)).map(({ SRServiceRecID, QuestionNumber, Answer, Score }) => [SRServiceRecID, QuestionNumber, Answer, Score]), [[5, 1, '9', 9], [5, 2, '8', 8], [5, 3, '7', 7], [5, 4, '6', 6], [5, 5, '5', 5], [5, 6, 'Good', null]])
})

test('§4 an employee survey comes a row for each question, and says which technician it is about', async () => {
  assert.deepEqual((await rows(client, EMPLOYEE)).map(({ SRServiceRecID, EmployeeIdentifier, Answer, Score }) => [SRServiceRecID, EmployeeIdentifier, Answer, Score]), [[6, 'kim', '8', 8], [6, 'ann', '3', 3], [6, null, 'Both came', null]])
})

test('§4 both lists take startDate, endDate, currentPage and pageSize', async () => {
  for (const [path, day, count] of [[FIVE, '2026/01/14', 6], [EMPLOYEE, '15-Jan-2026', 3]] as const) {
    const counts = await Promise.all(['', `startDate=${day}`, `endDate=${day}`, `startDate=${day}&endDate=${day}`, 'startDate=2026/01/16', 'endDate=13-Jan-2026'].map(async (query) => (await rows(client, path, query)).length))
    assert.deepEqual(counts, [count, count, count, count, 0, 0], path)
    const pages = await Promise.all([1, 2, 3, 4].map((page) => rows(client, path, `currentPage=${page}&pageSize=2`)))
    assert.deepEqual(pages.flat(), await rows(client, path))
    assert.deepEqual(pages[0]?.length, 2)
  }
})

for (const [promise, query, expected] of [
  ['without parameters, every response about a project, and none about a ticket', '', [72, 71]],
  ['filterBy PRecId', 'filterBy=PRecId&keyword=71', [71]],
  ['filterBy ProjectMgr', 'filterBy=ProjectMgr&keyword=kim', [72]],
  ['filterBy CompanyName', 'filterBy=CompanyName&keyword=Acme', [71]],
  ['filterBy ContactName', 'filterBy=ContactName&keyword=Bob%20Bolt', [72]],
  ['reviewType 0 is all', 'reviewType=0', [72, 71]],
  ['reviewType 3 is those with a written comment', 'reviewType=3', [71]],
  ['startDate begins the range', 'startDate=2026/02/04', [72]],
  ['endDate ends the range', 'endDate=03-Feb-2026', [71]],
  ['currentPage and pageSize', 'currentPage=2&pageSize=1', [71]],
  ['parameters go together', 'filterBy=CompanyName&keyword=o&reviewType=3&startDate=2026/02/03&endDate=2026/02/03&currentPage=1&pageSize=5', [71]],
] as const) {
  test(`§5 project responses, in each version: ${promise}`, async () => {
    for (const path of PROJECTS) assert.deepEqual((await rows(client, path, query)).map(({ PRecId }) => PRecId), expected, path)
  })
}

test('§5 a project\'s response says which project, who ran it, for whom, and what was answered; v1.2 when it was sent', async () => {
  const row = (await rows(client, '/api/v1.2/tickets/projectresponses')).at(-1)
  assert.deepEqual(row, {
    PRecId: 71, ProjectName: 'New office', ProjectMgr: 'pat', CompanyName: 'Acme Corp', ContactName: 'Jane Smith', ContactEmail: 'jane@acme.example', Score: 9, Comment: 'Well run', SurveyCompleted: true,
    ProjectClosedOn: '2026-02-03T09:00:00.000Z', RespondedOn: '2026-02-03T11:00:00.000Z', CompanyRecID: 1, ContactRecID: 11, ResponderIP: '127.0.0.1', UserAgent: 'lightMyRequest', SentOn: '2026-02-03T10:00:00.000Z',
  })
})

test('§6 the list of all sites says to which one each response belongs, v1.2 when it was sent', async () => {
  const [north, main] = await rows(client, '/api/v1.2/tickets/multisiteresponses')
  assert.deepEqual([north?.SiteName, north?.SentOn, main?.SiteName, main?.SentOn], ['North', '2026-02-02T10:00:00.000Z', 'Main', '2026-01-15T10:00:00.000Z'])
  assert.notEqual(north?.SiteID, main?.SiteID)
})

test('§6 technicians come with their ratings at every site, by startDate, endDate, currentPage and pageSize', async () => {
  const shown = async (query: string) => (await rows(client, RATINGS, query)).map(({ EmployeeIdentifier, SiteName, ResponseCount, AverageScore }) => [EmployeeIdentifier, SiteName, ResponseCount, AverageScore])
  const all = [['mlee', 'North', 1, 2], ['ann', 'Main', 1, 3], ['kim', 'Main', 2, 8.5], ['jdoe', 'Main', 2, 8.5], ['mlee', 'Main', 2, 7]]
  assert.deepEqual(await shown(''), all)
  assert.deepEqual(await shown('startDate=2026/01/15'), [['mlee', 'North', 1, 2], ['ann', 'Main', 1, 3], ['kim', 'Main', 1, 8]])
  assert.deepEqual(await shown('endDate=10-Nov-2025'), [['mlee', 'Main', 2, 7], ['jdoe', 'Main', 1, 10]])
  assert.deepEqual([await shown('pageSize=3'), await shown('currentPage=2&pageSize=3')], [all.slice(0, 3), all.slice(3)])
})

test('§7 a single ticket is found by its number, in each version', async () => {
  for (const [index, path] of TICKETS.entries()) {
    const found = await client.get(`${path}/1`)
    assert.deepEqual([found.statusCode, found.json()], [200, (await rows(client, RESPONSES[index] ?? '')).at(-1)])
  }
})

test('§7 a ticket that nobody has answered yet has its record, too', async () => {
  const { SurveyResponseID, Score, Comment, RespondedOn, SentOn } = (await client.get('/api/v1.3/tickets/4')).json<Row>()
  assert.deepEqual([SurveyResponseID, Score, Comment, RespondedOn, SentOn], [null, null, null, null, '2026-01-13T10:00:00.000Z'])
})

test('§7 the ticket\'s number is needed, and one that is not there is said to be not there', async () => {
  for (const path of TICKETS) for (const [rest, status] of [['', 404], ['/', 400], ['/4711', 404]] as const) assert.equal((await client.get(`${path}${rest}`)).statusCode, status, `${path}${rest}`)
})

async function rows(one: BizRatingsClient, path: string, query = ''): Promise<Row[]> {
  const listed = await one.get(`${path}?${query}`)
  assert.equal(listed.statusCode, 200, listed.body)
  return listed.json<Row[]>()
}

async function numbers(one: BizRatingsClient, path: string, query: string): Promise<unknown[]> {
  return (await rows(one, path, query)).map(({ SRServiceRecID }) => SRServiceRecID)
}
