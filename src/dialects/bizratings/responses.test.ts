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

interface Row { SurveyResponseID: number, SRServiceRecID: number | string | null, Score: number, Comment: string | null, SentOn: string | null }

let world: World
let account: TestAccount
let client: BizRatingsClient

/** Berlin, so that days there are not the database's; answered one a day from 2026-03-16, at half past eleven in the evening there. */
const TICKETS = [
  { ticketID: 1, score: 10, comment: 'Splendid', companyName: 'Acme Corporation', contactEmail: 'jane@acme.example', resource: 'jdoe,mlee', boardName: 'Networking', ticketTitle: 'Shared drive' },
  { ticketID: 2, score: 4, comment: '', companyName: 'Bolt & Co', companyRecID: 2, contactRecID: 2, contactEmail: 'bob@bolt.example', resource: 'mlee', boardName: 'Printers', ticketTitle: 'Printer 100% stuck' },
  { ticketID: 3, score: 4, comment: 'Took long', companyName: 'Acme Corporation', contactEmail: 'jane@acme.example', resource: 'kim', boardName: 'Printers', ticketTitle: 'Toner_low' },
  { ticketID: 4, score: 7, comment: 'Fine, thanks', companyName: 'Cobalt', companyRecID: 3, contactRecID: 3, contactEmail: 'carl@cobalt.example', resource: '', boardName: '', ticketTitle: 'Password' },
] as const

before(async () => {
  world = await openWorld({ now: '2026-03-16T22:30:00Z' })
  account = await world.account({ time_zone: 'Europe/Berlin' })
  client = bizratingsClient(world, account.api_key)
  for (const { score, comment, ...ticket } of TICKETS) {
    await answered(client, ticket, score, comment)
    world.clock.advance({ days: 1 })
  }
})
after(() => world.close())

test('responses are listed newest first, with every field', async () => {
  const listed = await client.get('/api/v1.3/tickets/responses')
  assert.equal(listed.statusCode, 200)
  assert.deepEqual(await numbers(''), [4, 3, 2, 1])
  const newest = listed.json<Row[]>()[0]
  assert.deepEqual({ ...newest, SurveyResponseID: 0 }, {
    SurveyResponseID: 0, SRServiceRecID: 4, TicketTitle: 'Password', BoardName: null, SiteName: 'Main', CompanyRecID: 3, CompanyName: 'Cobalt', ContactName: 'Jane Smith', ContactEmail: 'carl@cobalt.example',
    AssignedResources: null, Score: 7, Comment: 'Fine, thanks', SurveyCompleted: true, TicketCreatedOn: '2026-03-14T08:30:00.000Z', TicketClosedOn: '2026-03-15T15:45:00.000Z',
    TicketUpdatedOn: '2026-03-15T15:50:00.000Z', RespondedOn: '2026-03-19T22:30:00.000Z', ContactRecID: 3, ResponderIP: '127.0.0.1', UserAgent: 'lightMyRequest', SentOn: null,
  })
})

test('each version adds its fields to those of the one before', async () => {
  const keys = async (version: string) => Object.keys((await client.get(`/api${version}/tickets/responses`)).json<object[]>()[0] ?? {})
  const base = await keys('')
  assert.equal(base.length, 17)
  assert.deepEqual(await keys('/v1.1'), [...base, 'ContactRecID'])
  assert.deepEqual(await keys('/v1.2'), [...base, 'ContactRecID', 'ResponderIP', 'UserAgent'])
  assert.deepEqual(await keys('/v1.3'), [...base, 'ContactRecID', 'ResponderIP', 'UserAgent', 'SentOn'])
})

test('memberName is a technician, and goes together with a filter', async () => {
  assert.deepEqual(await numbers('memberName=mlee'), [2, 1])
  assert.deepEqual(await numbers('membername=JDOE'), [1])
  assert.deepEqual(await numbers('memberName=mlee&filterBy=AssignedResources&keyword=jdoe'), [1])
  assert.deepEqual(await numbers('memberName=nobody'), [])
})

test('reviewType, score and their zeros', async () => {
  assert.deepEqual(await numbers('reviewType=0&score=0'), [4, 3, 2, 1])
  assert.deepEqual(await numbers('reviewType=3'), [4, 3, 1])
  assert.deepEqual(await numbers('score=4'), [3, 2])
  assert.deepEqual(await numbers('score=4&reviewType=3'), [3])
  assert.deepEqual(await numbers('score=9'), [])
})

test('days are the account\'s, both ends included, in all forms', async () => {
  assert.deepEqual(await numbers('startDate=2026-03-17'), [4, 3, 2], 'answered at half past eleven in the evening')
  assert.deepEqual(await numbers('startDate=17-Mar-2026&endDate=2026/03/18'), [3, 2])
  assert.deepEqual(await numbers('startDate=16-3-2026&endDate=16-03-2026'), [1])
  assert.deepEqual(await numbers('endDate=2026-03-15'), [])
  assert.deepEqual(await numbers('startDate=2026-03-17T22:30:00Z&endDate=2026-03-17T22:30:00Z'), [2])
  assert.deepEqual(await numbers('startDate=2026-03-17T23:30:00%2B01:00&endDate=2026-03-18T23:29:59'), [2])
  assert.deepEqual(await numbers('startDate=2026-03-20&endDate=2026-03-01'), [])
})

test('pages say where they are', async () => {
  const first = await client.get('/api/tickets/responses?pageSize=3&score=0')
  assert.deepEqual([first.headers['x-total-count'], first.headers['x-total-pages']], ['4', '2'])
  assert.equal(first.json<Row[]>().length, 3)
  assert.equal(first.headers.link, '<http://earshot.test/api/tickets/responses?pageSize=3&score=0&currentPage=2>; rel="next", <http://earshot.test/api/tickets/responses?pageSize=3&score=0&currentPage=2>; rel="last"')
  const second = await client.get('/api/tickets/responses?pageSize=3&CURRENTPAGE=2')
  assert.deepEqual(second.json<Row[]>().map((row) => row.SRServiceRecID), [1])
  assert.equal(second.headers.link, '<http://earshot.test/api/tickets/responses?pageSize=3&currentPage=1>; rel="first", <http://earshot.test/api/tickets/responses?pageSize=3&currentPage=1>; rel="prev"')
  const beyond = await client.get('/api/tickets/responses?currentPage=2147483647&pageSize=1000')
  assert.deepEqual([beyond.statusCode, beyond.json(), beyond.headers['x-total-count'], beyond.headers['x-total-pages']], [200, [], '4', '1'])
})

test('nothing found is an empty array of no pages', async () => {
  const empty = await client.get('/api/tickets/responses?score=9')
  assert.deepEqual([empty.statusCode, empty.json(), empty.headers['x-total-count'], empty.headers['x-total-pages'], empty.headers.link], [200, [], '0', '0', undefined])
})

test('a bad argument is refused by name, and says what would do', async () => {
  for (const [query, field, says] of [
    ['company=Acme', 'company', /not an argument here; there are memberName/], ['__proto__=1', '__proto__', /not an argument/], ['filterBy=Company&keyword=x', 'filterBy', /SRServiceRecID, Keywords, mKeywords/],
    ['filterBy=CompanyName', 'keyword', /go together/], ['keyword=x', 'filterBy', /go together/], ['reviewType=1', 'reviewType', /0 .* or 3/], ['reviewType=x', 'reviewType', /whole number/],
    ['score=-1', 'score', /at least 0/], ['score=11', 'score', /1 to 10/], ['score=4.5', 'score', /whole number/], ['startDate=yesterday', 'startDate', /2025-10-01/], ['endDate=31-Feb-2026', 'endDate', /2025-10-01/],
    ['currentPage=0', 'currentPage', /at least 1/], ['currentPage=-1', 'currentPage', /at least 1/], ['currentPage=x', 'currentPage', /whole number/], ['currentPage=99999999999999999999', 'currentPage', /whole number/],
    ['currentPage=3000000000', 'currentPage', /at most/], ['pageSize=0', 'pageSize', /at least 1/], ['pageSize=1001', 'pageSize', /at most 1000/], ['score=1&Score=2', 'score', /more than once/], ['score=1&score=1', 'score', /more than once/],
    ['memberName=a%00b', 'memberName', /character/], ['filterBy=Keywords&keyword=%00', 'keyword', /character/], ['filterBy=mKeywords&keyword=,%20,', 'keyword', /phrase/],
  ] as const) {
    const refused = await client.get(`/api/v1.1/tickets/responses?${query}`)
    assert.equal(refused.statusCode, 400, query)
    assert.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8')
    const { errors } = refused.json<{ errors: Record<string, string[]> }>()
    assert.deepEqual(Object.keys(errors), [field], query)
    assert.match(Object.values(errors)[0]?.[0] ?? '', says, query)
  }
})

test('what is wrong with each argument is told at once, however many there are', async () => {
  const refused = await client.get('/api/tickets/responses?memberName=%00&filterBy=x&keyword=%00&reviewType=9&score=-1&startDate=x&endDate=y&currentPage=0&pageSize=0&site=1&company=2')
  assert.equal(refused.statusCode, 400)
  assert.deepEqual(Object.keys(refused.json().errors).sort(), ['company', 'currentPage', 'endDate', 'filterBy', 'keyword', 'memberName', 'pageSize', 'reviewType', 'score', 'site', 'startDate'])
})

test('an argument without a value counts as not given', async () => {
  assert.deepEqual(await numbers('memberName=%20&filterBy=&keyword=&reviewType=&score=&startDate=&endDate=&currentPage=&pageSize='), [4, 3, 2, 1])
})

test('SentOn is when the mail went', async () => {
  const other = await world.account({ name: 'Sending' })
  const sending = bizratingsClient(world, other.api_key)
  const posted = await sending.post('/api/tickets', ticketBody())
  const queued_at = world.clock.now()
  await world.work()
  world.clock.advance({ minutes: 5 })
  await answerOnPage(world, await pageOf(world, other.account.id, posted.json().SurveyRequestID), { score: 3 })
  assert.deepEqual((await sending.get('/api/v1.3/tickets/responses')).json<Row[]>().map(({ SentOn }) => SentOn), [queued_at.toISOString()])
})

test('only first ratings about satisfaction are listed, and those without a ticket have no number', async () => {
  const other = await world.account({ name: 'Kinds' })
  const kinds = bizratingsClient(world, other.api_key)
  for (const [purpose, score] of [['nps', 10], ['good_or_bad', 2], ['five_questions', 6]] as const) {
    const { token } = await makeSurveyLink(other.ctx, { purpose })
    await answerOnPage(world, `/surveys/${token}`, { score })
    world.clock.advance({ minutes: 1 })
  }
  const rows = (await kinds.get('/api/tickets/responses')).json<Row[]>()
  assert.deepEqual(rows.map(({ SRServiceRecID, Score }) => [SRServiceRecID, Score]), [[null, 6], [null, 10]])
})

test('a response about a project is no ticket response', async () => {
  const other = await world.account({ name: 'Projects' })
  const projects = bizratingsClient(world, other.api_key)
  const { id: case_id } = await world.ground.db.insertInto('cases')
    .values({ account_id: other.account.id, site_id: other.account.default_site_id, kind: 'project', number: '31', created_at: world.clock.now(), updated_at: world.clock.now() }).returning('id').executeTakeFirstOrThrow()
  const { id } = await invite(other.ctx, { survey: 'project', case_id })
  await answerOnPage(world, await pageOf(world, other.account.id, id), { score: 9 })
  assert.deepEqual((await projects.get('/api/tickets/responses')).json(), [])
  assert.equal((await projects.get('/api/tickets/31')).statusCode, 404)
})

test('scores are shown, and looked for, on the account\'s scale', async () => {
  const other = await world.account({ name: 'Three points' })
  const three = bizratingsClient(world, other.api_key)
  await world.ground.db.updateTable('accounts').set({ score_scale_max: 3 }).where('id', '=', other.account.id).execute()
  for (const [index, score] of [1, 3, 4, 7, 8, 10].entries()) await answered(three, { ticketID: index + 1, contactRecID: index, contactEmail: `c${index}@acme.example` }, score, '')
  const rows = (await three.get('/api/tickets/responses')).json<Row[]>().toSorted((a, b) => Number(a.SRServiceRecID) - Number(b.SRServiceRecID))
  assert.deepEqual(rows.map(({ Score }) => Score), [1, 1, 2, 2, 3, 3])
  for (const score of [1, 2, 3]) assert.equal((await three.get(`/api/tickets/responses?score=${score}`)).json<Row[]>().length, 2)
  assert.equal((await three.get('/api/tickets/responses?score=4')).statusCode, 400)
})

test('a key of one site sees that site, others the default site', async () => {
  const other = await world.account({ name: 'Sites' })
  await createSite(other.ctx, { code: 'north', name: 'North' })
  const everywhere = bizratingsClient(world, other.api_key)
  const north = bizratingsClient(world, (await createKey(other.ctx, { name: 'north', site_code: 'north' })).api_key)
  const [of_main, of_north] = [ticketBody({ ticketID: 1 }), ticketBody({ ticketID: 2 })]
  for (const [one, ticket] of [[everywhere, of_main], [north, of_north]] as const) {
    const posted = await one.post('/api/tickets', ticket)
    await answerOnPage(world, await pageOf(world, other.account.id, posted.json().SurveyRequestID), { score: 5 })
  }
  const seen = async (one: BizRatingsClient) => (await one.get('/api/tickets/responses')).json<Row[]>().map(({ SRServiceRecID }) => SRServiceRecID)
  assert.deepEqual(await seen(everywhere), [1])
  assert.deepEqual(await seen(north), [2])
})

test('another account\'s responses are not there', async () => {
  const other = bizratingsClient(world, (await world.account({ name: 'Stranger' })).api_key)
  for (const query of ['', '?filterBy=SRServiceRecID&keyword=1', '?memberName=mlee']) assert.deepEqual((await other.get(`/api/tickets/responses${query}`)).json(), [])
})

async function answered(one: BizRatingsClient, ticket: Record<string, unknown>, score: number, comment: string): Promise<void> {
  const posted = await one.post('/api/tickets', ticketBody(ticket))
  assert.equal(posted.statusCode, 201, posted.body)
  const { account_id } = await world.ground.db.selectFrom('invitations').select('account_id').where('id', '=', posted.json().SurveyRequestID).executeTakeFirstOrThrow()
  assert.equal((await answerOnPage(world, await pageOf(world, account_id, posted.json().SurveyRequestID), { score, comment })).statusCode, 303)
}

async function numbers(query: string): Promise<unknown[]> {
  const listed = await client.get(`/api/v1.3/tickets/responses?${query}`)
  assert.equal(listed.statusCode, 200, listed.body)
  return listed.json<Row[]>().map(({ SRServiceRecID }) => SRServiceRecID)
}
