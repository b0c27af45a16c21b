/** Every filterBy of every endpoint that has any, memberName and companyName: whatever is in a keyword is text, in any script and letter case, and no pattern. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { submitProject } from '../../core/cases/submit.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { project } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

/** A record each, answered with its id as the score. An accent that is written as a character of its own stays that. */
const RECORDS = [
  { id: 1, company: 'Müller & Söhne', email: "o'hara_5%@acme.example", staff: ['Jörg', "it's"], board: 'Netz_werk 100%', title: 'C:\\temp "full"', comment: 'Größe über alles', project: '31', contact: 'O\'Brien "Ü" 5%_x\\y' },
  { id: 2, company: '東京電力 😀', email: 'info@東京.example', staff: ['山田', '😀'], board: '障害受付', title: 'プリンタが動かない', comment: '😀 great 👍🏽', project: 'P_2%', contact: '王 小明 😀' },
  { id: 3, company: 'Cafe\u0301 Nord', email: 'nord@cafe.example', staff: ['a\\b', 'e\u0301'], board: 'Straße', title: 'nai\u0308ve_plan', comment: "50% done; it's \\ ok", project: '007', contact: 'Zoe\u0308' },
  { id: 4, company: 'Plain 50%_\'"\\ Ltd', email: 'plain@plain.example', staff: ['kim', '"q"'], board: 'It\'s "Desk" \\ e\u0301', title: 'Mouse', comment: '', project: "4'\\", contact: 'Kim' },
]

type Ids = readonly number[]
/** What is asked for, the ids of the answered records that are found, and of those that were only sent, where they are others. */
type Row = readonly [keyword: string, answered: Ids, sent?: Ids]

const COMPANIES: Row[] = [
  ['MÜLLER & s', [1]], ['söHNE', [1]], ['電力', [2]], ['😀', [2]], ['CAFE\u0301', [3]], ['caf\u00e9', []], ['%', [4]], ['50%', [4]], ['_', [4]], ['\\', [4]], ["'", [4]], ['"', [4]], ['%_', [4]], ['%%', []], ['n', [1, 3, 4]], ['Nobody', []], ["'; --", []],
]
const TECHNICIANS: Row[] = [
  ['JÖRG', [1]], ["IT'S", [1]], ['it', []], ['山田', [2]], ['山', []], ['😀', [2]], ['a\\b', [3]], ['E\u0301', [3]], ['\u00e9', []], ['KIM', [4]], ['"q"', [4]], ['%', []], ['k%', []], ['k_m', []], ['_', []], ['\\', []], ["'", []], ['Nobody', []],
]
const TICKET_FILTERS: Record<string, Row[]> = {
  SRServiceRecID: [['1', [1], []], ['101', [], [1]], ['01', []], ['1%', []], ['_', []], ['\\', []], ["'1'", []], ['"1"', []], ['１', []], ['😀', []], ['5', []]],
  Keywords: [
    ['GRÖßE ü', [1], []], ['プリンタ', [2]], ['😀', [2], []], ['👍', [2], []], ['👍🏻', []], ['NAI\u0308VE', [3]], ['na\u00efve', []], ['%', [3], []], ['_', [3]], ['\\', [1, 3], [1]], ['"FULL"', [1]], ["it's", [3], []], ['done; it', [3], []],
    ['mouse', [4]], ['alles, 50%', []], ['Nobody', []],
  ],
  mKeywords: [['über, 動かない', [1, 2], [2]], ['%,_', [3]], ['\\,"', [1, 3], [1]], ["'", [3], []], ['😀,MOUSE', [2, 4], [4]], ['nai\u0308,x,y', [3]], [' great , Nobody ,', [2], []], ['Nobody,%%', []]],
  CompanyName: COMPANIES,
  ContactEmail: [["'", [1]], ['_5', [1]], ['%', [1]], ['ACME', [1]], ['東京', [2]], ['EXAMPLE', [1, 2, 3, 4]], ['\\', []], ['"', []], ['😀', []], ['e\u0301', []], ['cafe_example', []]],
  AssignedResources: TECHNICIANS,
  BoardName: [['netz_WERK', [1]], ['100%', [1]], ['_', [1]], ['%', [1]], ['受付', [2]], ['STRAßE', [3]], ['strasse', []], ["it's", [4]], ['"desk', [4]], ['\\', [4]], ['E\u0301', [4]], ['\u00e9', []], ['😀', []], ['Nobody', []]],
}
const PROJECT_FILTERS: Record<string, Row[]> = {
  PRecId: [['31', [1]], ['3_', []], ['%', []], ['P_2%', [2]], ['p_2%', []], ['P-2%', []], ['007', [3]], ['7', []], ["4'\\", [4]], ['"', []], ['３１', []], ['😀', []]],
  ProjectMgr: [['JÖR', [1]], ["it's", []], ['田', [2]], ['\\', [3]], ['A\\', [3]], ['ki', [4]], ['%', []], ['_', []], ['"', []], ["'", []], ['😀', []], ['e\u0301', []]],
  CompanyName: COMPANIES,
  ContactName: [["o'b", [1]], ['"ü"', [1]], ['%', [1]], ['_', [1]], ['\\', [1]], ['小明', [2]], ['😀', [2]], ['ZOE\u0308', [3]], ['zo\u00eb', []], ['kim', [4]], ['plain', []]],
}

const TICKET_LISTS = [...['/api', '/api/v1.1', '/api/v1.2', '/api/v1.3'].map((version) => `${version}/tickets/responses`), ...['/api', '/api/v1.1', '/api/v1.2'].map((version) => `${version}/tickets/multisiteresponses`)]
const PROJECT_LISTS = ['/api', '/api/v1.1', '/api/v1.2'].map((version) => `${version}/tickets/projectresponses`)
const [SUMMARY, CLIENTS, EMPLOYEES] = ['/api/tickets/summary', '/api/tickets/clientresponses', '/api/tickets/employeeeresponses']

let world: World
let client: BizRatingsClient

before(async () => {
  world = await openWorld()
  const account = await world.account()
  client = bizratingsClient(world, account.api_key)
  for (const record of RECORDS) await happen(account, record)
  await world.work()
})
after(() => world.close())

for (const [filterBy, rows] of Object.entries(TICKET_FILTERS)) {
  test(`${filterBy} finds what it says in each list of ticket responses, in the summary and among the companies`, async () => {
    for (const row of rows) {
      const args = { filterBy: row[1].length % 2 ? filterBy : filterBy.toLowerCase(), keyword: row[0] }
      for (const path of TICKET_LISTS) await findsInList(path, args, row[1])
      await findsInSummary(args, row)
      await findsCompanies(args, row)
    }
  })
}

for (const [filterBy, rows] of Object.entries(PROJECT_FILTERS)) {
  test(`${filterBy} finds what it says in each list of project responses`, async () => {
    for (const [keyword, answered] of rows) for (const path of PROJECT_LISTS) await findsInList(path, { filterBy: answered.length % 2 ? filterBy : filterBy.toUpperCase(), keyword }, answered)
  })
}

test('memberName finds a technician, whole and in any letter case, in each list and in the summary', async () => {
  for (const row of [...TECHNICIANS, [' kim ', [4]] as const]) {
    for (const path of TICKET_LISTS) await findsInList(path, { memberName: row[0] }, row[1])
    await findsInSummary({ memberName: row[0] }, row)
  }
})

test('companyName finds the technicians who worked for it', async () => {
  for (const [companyName, answered] of COMPANIES) {
    const found = (await get<{ EmployeeIdentifier: string }[]>(EMPLOYEES, { companyName })).map(({ EmployeeIdentifier }) => EmployeeIdentifier)
    assert.deepEqual(found.sort(), RECORDS.filter(({ id }) => answered.includes(id)).flatMap(({ staff }) => staff).sort(), companyName)
  }
})

test('memberName and a filter go together', async () => {
  for (const [memberName, keyword, found] of [['kim', 'plain', [4]], ['kim', 'Müller', []]] as const) await findsInList('/api/tickets/responses', { memberName, filterBy: 'CompanyName', keyword }, found)
})

test('an empty keyword is none: alone it asks for everything, and a filterBy that waits for it is refused', async () => {
  for (const path of [...TICKET_LISTS, SUMMARY, CLIENTS, ...PROJECT_LISTS]) {
    for (const query of ['filterBy=CompanyName&keyword=', 'filterBy=CompanyName&keyword=%20', 'filterBy=CompanyName']) assert.deepEqual(await refusal(path, query), { keyword: ['keyword is required: filterBy and keyword go together.'] })
    assert.deepEqual(await refusal(path, 'keyword=Acme&filterBy='), { filterBy: ['filterBy is required: filterBy and keyword go together.'] })
    assert.equal((await client.get(`${path}?filterBy=&keyword=`)).body, (await client.get(path)).body)
  }
  assert.equal((await client.get(`${EMPLOYEES}?companyName=`)).body, (await client.get(EMPLOYEES)).body)
})

test('an unknown filterBy is refused with the names of those there are', async () => {
  for (const [paths, filters] of [[[...TICKET_LISTS, SUMMARY, CLIENTS], TICKET_FILTERS], [PROJECT_LISTS, PROJECT_FILTERS]] as const) for (const path of paths) {
    for (const name of ['Company', 'constructor', '__proto__', 'CompanyName%20', 'PRecId,ProjectMgr', '%F0%9F%98%80']) assert.deepEqual(await refusal(path, `filterBy=${name}&keyword=x`), { filterBy: [`filterBy must be one of ${Object.keys(filters).join(', ')}.`] }, name)
  }
})

/** A ticket and a project that are answered, and one more ticket, numbered 100 higher, that is only sent. */
async function happen({ ctx, account }: TestAccount, { id, company, email, staff, board, title, comment, project: number, contact }: typeof RECORDS[number]): Promise<void> {
  for (const ticketID of [id, id + 100]) {
    const posted = await client.post('/api/tickets', ticketBody({ ticketID, companyRecID: id, companyName: company, contactRecID: id, contactName: contact, contactEmail: email, resource: staff.join(), boardName: board, ticketTitle: title }))
    assert.deepEqual([posted.statusCode, posted.json().Status], [201, 'Queued'])
    if (ticketID === id) await answerOnPage(world, await pageOf(world, account.id, posted.json().SurveyRequestID), { score: id, comment })
  }
  const { invitation_id } = await submitProject(ctx, project({ number, company: { external_id: id, name: company }, contact: { external_id: id, name: contact, email }, manager_codes: staff }))
  await answerOnPage(world, await pageOf(world, account.id, invitation_id), { score: id })
}

async function findsInList(path: string, args: Record<string, string>, answered: Ids): Promise<void> {
  const listed = await client.get(`${path}?${new URLSearchParams(args)}`)
  assert.equal(listed.statusCode, 200, listed.body)
  assert.deepEqual(listed.json<{ Score: number }[]>().map(({ Score }) => Score).sort(), answered, `${path} ${JSON.stringify(args)}`)
  assert.equal(Number(listed.headers['x-total-count']), answered.length)
}

async function findsInSummary(args: Record<string, string>, [, answered, sent = answered]: Row): Promise<void> {
  const { TotalSent, TotalResponses, Scores } = await get<{ TotalSent: number, TotalResponses: number, Scores: { Score: number, Count: number }[] }>(SUMMARY, args)
  assert.deepEqual(Scores.filter(({ Count }) => Count > 0).map(({ Score }) => Score), answered, JSON.stringify(args))
  assert.deepEqual([TotalResponses, TotalSent], [answered.length, answered.length + sent.length], JSON.stringify(args))
}

async function findsCompanies(args: Record<string, string>, [, answered, sent = answered]: Row): Promise<void> {
  const rows = await get<{ CompanyRecID: number, TotalSent: number, TotalResponses: number }[]>(CLIENTS, args)
  const companies = (found: typeof rows) => found.map(({ CompanyRecID }) => CompanyRecID).sort()
  assert.deepEqual([companies(rows.filter(({ TotalResponses }) => TotalResponses === 1)), companies(rows.filter(({ TotalSent, TotalResponses }) => TotalSent > TotalResponses))], [answered, sent], JSON.stringify(args))
}

async function get<T>(path: string, args: Record<string, string>): Promise<T> {
  const answer = await client.get(`${path}?${new URLSearchParams(args)}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<T>()
}

async function refusal(path: string, query: string): Promise<unknown> {
  const refused = await client.get(`${path}?${query}`)
  assert.deepEqual([refused.statusCode, refused.headers['content-type']], [400, 'application/problem+json; charset=utf-8'], `${path}?${query}`)
  return refused.json().errors
}
