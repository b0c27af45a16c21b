// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setBoardSurvey } from '../../core/board-surveys.ts'
import { createKey, revokeKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { createSurvey, getSurveyFor } from '../../core/surveys.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { customerSureClient } from '../../../test/support/customersure.ts'
import { invite } from '../../../test/support/invitations.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let account: TestAccount
let client: BizRatingsClient
let ticketID = 1000

before(async () => {
  world = await openWorld()
  account = await world.account()
  client = bizratingsClient(world, account.api_key)
})
after(() => world.close())

const REQUIRED = ['ticketID', 'ticketTitle', 'companyRecID', 'companyName', 'contactRecID', 'contactName', 'contactEmail', 'ticketCreatedOn', 'ticketClosedOn', 'ticketUpdatedOn']

test('a closed ticket is queued, and its record waits for an answer', async () => {
  const posted = await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID }))
  assert.equal(posted.statusCode, 201)
  assert.deepEqual(posted.json(), { TicketID: ticketID, SurveyRequestID: posted.json().SurveyRequestID, Status: 'Queued' })
  const record = await client.get(`/api/v1.3/tickets/${ticketID}`)
  assert.equal(record.statusCode, 200)
  assert.deepEqual(record.json(), {
    SurveyResponseID: null, SRServiceRecID: ticketID, TicketTitle: 'Unable to access shared drive', BoardName: 'Networking', SiteName: 'Main', CompanyRecID: 4501, CompanyName: 'Acme Corporation',
    ContactName: 'Jane Smith', ContactEmail: 'jane.smith@acme.example', AssignedResources: 'jdoe,mlee', Score: null, Comment: null, SurveyCompleted: false,
    TicketCreatedOn: '2026-03-14T08:30:00.000Z', TicketClosedOn: '2026-03-15T15:45:00.000Z', TicketUpdatedOn: '2026-03-15T15:50:00.000Z', RespondedOn: null,
    ContactRecID: 8812, ResponderIP: null, UserAgent: null, SentOn: null,
  })
})

test('each version of a ticket\'s record adds its fields to those of the one before', async () => {
  await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID }))
  const keys = async (version: string) => Object.keys((await client.get(`/api${version}/tickets/${ticketID}`)).json<object>())
  const base = await keys('')
  assert.equal(base.length, 17)
  assert.deepEqual(await keys('/v1.1'), [...base, 'ContactRecID'])
  assert.deepEqual(await keys('/v1.2'), [...base, 'ContactRecID', 'ResponderIP', 'UserAgent'])
  assert.deepEqual(await keys('/v1.3'), [...base, 'ContactRecID', 'ResponderIP', 'UserAgent', 'SentOn'])
})

test('the same ticket and contact again is updated and not asked again', async () => {
  const first = await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID }))
  const second = await client.post('/api/tickets', ticketBody({ ticketID, ticketTitle: 'Shared drive is back' }))
  assert.equal(second.statusCode, 200)
  assert.deepEqual(second.json(), { TicketID: ticketID, SurveyRequestID: first.json().SurveyRequestID, Status: 'Updated' })
  assert.equal((await client.get(`/api/tickets/${ticketID}`)).json().TicketTitle, 'Shared drive is back')
})

test('a ticket that was answered and closed anew is asked about again; its record is then the new request', async () => {
  const first = await submit()
  await answer(first, 9)
  const again = await client.post('/api/tickets', ticketBody({ ticketID }))
  assert.equal(again.statusCode, 200, 'the same closing again is not a new one')
  world.clock.advance({ hours: 1 })
  const reopened = await client.post('/api/tickets', ticketBody({ ticketID, ticketClosedOn: '2026-03-16T09:00:00Z' }))
  assert.equal(reopened.statusCode, 201)
  assert.notEqual(reopened.json().SurveyRequestID, first)
  assert.equal((await record()).Score, null)
  world.clock.advance({ hours: 1 })
  await answer(reopened.json().SurveyRequestID, 4)
  assert.equal((await record()).Score, 4)
})

test('a ticket\'s record is its answer once there is one', async () => {
  const request_id = await submit()
  await answer(request_id, 8, 'Quick and kind')
  const found = await record()
  assert.ok(Number.isInteger(found.SurveyResponseID))
  assert.deepEqual({ ...found, SurveyResponseID: 0 }, {
    ...found, SurveyResponseID: 0, Score: 8, Comment: 'Quick and kind', SurveyCompleted: true, RespondedOn: world.clock.now().toISOString(), ResponderIP: '127.0.0.1', UserAgent: 'Mozilla/5.0 (test)',
  })
})

test('a later asking about something else than satisfaction does not hide the answer', async () => {
  const request_id = await submit()
  await answer(request_id, 8)
  world.clock.advance({ hours: 1 })
  const { id: case_id } = await world.ground.db.selectFrom('cases').select('id').where('number', '=', String(ticketID)).executeTakeFirstOrThrow()
  await invite(account.ctx, { survey: 'nps', case_id })
  assert.equal((await record()).Score, 8)
  await invite(account.ctx, { survey: 'good_or_bad', case_id })
  assert.equal((await record()).Score, null, 'one about satisfaction is the newer record')
})

test('a ticket that another system named by its reference is found by its number, or by its text', async () => {
  const api = customerSureClient(world, account.api_key)
  const survey_id = (await getSurveyFor(account.ctx, 'ticket')).id
  for (const [reference, shown] of [['#880088', 880088], ['INC-7', 'INC-7'], ['0099', '0099']] as const) {
    await api.post('/feedback_requests', { survey_id, email: 'jo@client.example', reference, send_at: world.clock.now().toISOString() })
    const found = await client.get(`/api/tickets/${encodeURIComponent(reference.replace('#', ''))}`)
    assert.equal(found.statusCode, 200)
    assert.equal(found.json().SRServiceRecID, shown)
  }
})

test('names in the body match in any letter case, null is the same as nothing, and what nobody asked for is ignored', async () => {
  const upper = Object.fromEntries(Object.entries(ticketBody({ ticketID: ++ticketID, boardName: null, resource: null })).map(([name, value]) => [name.toUpperCase(), value]))
  const posted = await client.post('/api/tickets', { ...upper, priority: 'high', nested: { a: [1] } })
  assert.equal(posted.statusCode, 201)
  const found = await record()
  assert.equal(found.BoardName, null)
  assert.equal(found.AssignedResources, null)
})

test('people without a record of their own, 0 in some PSAs, are told apart by their addresses', async () => {
  const [first, second] = [++ticketID, ++ticketID]
  await client.post('/api/tickets', ticketBody({ ticketID: first, contactRecID: 0, companyRecID: 0, contactEmail: 'one@none.example', contactName: 'One', companyName: 'None Ltd' }))
  await client.post('/api/tickets', ticketBody({ ticketID: second, contactRecID: 0, companyRecID: 0, contactEmail: 'two@none.example', contactName: 'Two', companyName: 'Nil Ltd' }))
  const record = async (number: number) => {
    const { ContactName, ContactRecID, CompanyName, CompanyRecID } = (await client.get(`/api/v1.3/tickets/${number}`)).json()
    return [ContactName, ContactRecID, CompanyName, CompanyRecID]
  }
  assert.deepEqual(await record(first), ['One', null, 'None Ltd', null])
  assert.deepEqual(await record(second), ['Two', null, 'Nil Ltd', null])
})

test('of resources each counts once, in order', async () => {
  await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, resource: ' mlee ,jdoe,, mlee' }))
  assert.equal((await record()).AssignedResources, 'mlee,jdoe')
})

test('a field that is missing is named, all of them at once', async () => {
  const nothing = await client.post('/api/tickets', {})
  assertProblem(nothing, 400, REQUIRED)
  for (const field of REQUIRED) assertProblem(await client.post('/api/tickets', ticketBody({ [field]: undefined })), 400, [field])
})

test('a value of a wrong kind is refused, a text of digits too', async () => {
  for (const value of ['1001', 1.5, true, {}, 2 ** 60]) {
    for (const field of ['ticketID', 'companyRecID', 'contactRecID']) assertProblem(await client.post('/api/tickets', ticketBody({ [field]: value })), 400, [field])
  }
  for (const field of ['ticketTitle', 'boardName', 'companyName', 'contactName', 'contactEmail', 'resource', 'ticketClosedOn']) assertProblem(await client.post('/api/tickets', ticketBody({ [field]: 7 })), 400, [field])
})

test('what is wrong with each field is told at once, however many there are', async () => {
  assertProblem(await client.post('/api/tickets', Object.fromEntries(Object.keys(ticketBody()).map((field) => [field, []]))), 400, Object.keys(ticketBody()))
  const long = ['ticketTitle', 'boardName', 'companyName', 'contactName', 'contactEmail', 'resource'].map((field) => [field, 'x'.repeat(501)])
  const refused = await client.post('/api/tickets', { ...Object.fromEntries(long), ticketID: '1', companyRecID: 0.5, ticketCreatedOn: 'soon' })
  assertProblem(refused, 400, Object.keys(ticketBody()))
  assert.deepEqual(refused.json().errors.contactRecID, ['contactRecID is required.'])
})

test('a bad address and a closing before the opening are told along with what is wrong with other fields', async () => {
  const both = { contactEmail: 'jane', ticketClosedOn: '2026-03-13T00:00:00Z' }
  const refused = await client.post('/api/tickets', ticketBody({ ticketTitle: undefined, companyRecID: '1', ...both }))
  assertProblem(refused, 400, ['ticketTitle', 'companyRecID', 'contactEmail', 'ticketClosedOn'])
  assert.deepEqual(refused.json().errors.ticketClosedOn, ['ticketClosedOn is before it was opened.'])
  assertProblem(await client.post('/api/tickets?dryRun=true', ticketBody(both)), 400, ['dryRun', 'contactEmail', 'ticketClosedOn'])
  const upper = Object.fromEntries(Object.entries(ticketBody({ ticketTitle: undefined, ...both })).map(([name, value]) => [name.toUpperCase(), value]))
  assertProblem(await client.post('/api/tickets', upper), 400, ['ticketTitle', 'contactEmail', 'ticketClosedOn'])
})

test('of what cannot be read itself, only that is told', async () => {
  const long = await client.post('/api/tickets', ticketBody({ ticketCreatedOn: 'soon', contactEmail: 'x'.repeat(101), ticketClosedOn: '2026-03-13T00:00:00Z' }))
  assertProblem(long, 400, ['ticketCreatedOn', 'contactEmail'])
  assert.equal(long.json().errors.contactEmail.length, 1)
  assertProblem(await client.post('/api/tickets', ticketBody({ ticketTitle: undefined, contactEmail: ' jane@acme.example ' })), 400, ['ticketTitle'])
  assertProblem(await client.post('/api/tickets', ticketBody({ ticketTitle: undefined, contactEmail: null, ticketCreatedOn: null, ticketClosedOn: 5 })), 400, ['ticketTitle', 'contactEmail', 'ticketCreatedOn', 'ticketClosedOn'])
})

test('lengths count characters', async () => {
  const limits = { ticketTitle: 500, boardName: 300, companyName: 300, contactName: 100, resource: 500 }
  for (const [field, limit] of Object.entries(limits)) {
    assert.equal((await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, [field]: '😀'.repeat(limit) }))).statusCode, 201, field)
    assertProblem(await client.post('/api/tickets', ticketBody({ [field]: 'x'.repeat(limit + 1) })), 400, [field])
    // What is one sign to the eye: a family is seven characters, a letter with an accent of its own two.
    for (const sign of ['👨‍👩‍👧‍👦', 'e\u0301']) assertProblem(await client.post('/api/tickets', ticketBody({ [field]: sign.repeat(limit) })), 400, [field])
  }
  assertProblem(await client.post('/api/tickets', ticketBody({ contactEmail: `${'x'.repeat(60)}@${'y'.repeat(40)}.example` })), 400, ['contactEmail'])
})

test('a text that no database stores, or that is blank, is refused', async () => {
  for (const field of ['ticketTitle', 'companyName', 'contactName', 'contactEmail', 'boardName', 'resource']) {
    assertProblem(await client.post('/api/tickets', ticketBody({ [field]: 'a\u0000b' })), 400, [field])
    assertProblem(await client.post('/api/tickets', JSON.stringify(ticketBody()).replace(`"${field}":"`, `"${field}":"\\ud800`)), 400, [field])
  }
  for (const field of ['ticketTitle', 'companyName', 'contactName', 'contactEmail']) assertProblem(await client.post('/api/tickets', ticketBody({ [field]: '  ' })), 400, [field])
})

test('bad dates, a closing before the opening, and a bad address are refused by name', async () => {
  for (const field of ['ticketCreatedOn', 'ticketClosedOn', 'ticketUpdatedOn']) assertProblem(await client.post('/api/tickets', ticketBody({ [field]: '2026-02-30T00:00:00Z' })), 400, [field])
  assertProblem(await client.post('/api/tickets', ticketBody({ ticketClosedOn: '2026-03-13T00:00:00Z' })), 400, ['ticketClosedOn'])
  for (const address of ['jane', 'jane@', 'a b@c.example', 'jane@acme.example\r\nBcc: all@acme.example']) assertProblem(await client.post('/api/tickets', ticketBody({ contactEmail: address })), 400, ['contactEmail'])
})

test('an argument that a single ticket or a post does not take is refused by name', async () => {
  await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID }))
  for (const version of ['', '/v1.1', '/v1.2', '/v1.3']) assertProblem(await client.get(`/api${version}/tickets/${ticketID}?startDate=2026-03-01`), 400, ['startDate'])
  const refused = await client.post('/api/tickets?dryRun=true', ticketBody({ ticketID: ++ticketID }))
  assertProblem(refused, 400, ['dryRun'])
  assert.match(refused.json().errors.dryRun[0], /there are none/)
  assertProblem(await client.get(`/api/tickets/${ticketID}`), 404)
})

test('a refused ticket leaves nothing behind', async () => {
  const refused = ticketBody({ ticketID: 777_001, companyRecID: 777_001, contactRecID: 777_001, ticketClosedOn: '2026-03-13T00:00:00Z' })
  assert.equal((await client.post('/api/tickets', refused)).statusCode, 400)
  assert.equal((await client.get('/api/tickets/777001')).statusCode, 404)
  const companies = await world.ground.db.selectFrom('companies').select('id').where('external_id', '=', 777_001).execute()
  assert.deepEqual(companies, [])
})

test('a local time without an offset is the account\'s', async () => {
  const berlin = await world.account({ name: 'Berlin', time_zone: 'Europe/Berlin' })
  const of_berlin = bizratingsClient(world, berlin.api_key)
  await of_berlin.post('/api/tickets', ticketBody({ ticketID: 5, ticketCreatedOn: '2026-03-14', ticketClosedOn: '2026-03-15T15:45:00', ticketUpdatedOn: '2026-03-15T15:45:00+05:30' }))
  const found = (await of_berlin.get('/api/tickets/5')).json()
  assertProblem(await of_berlin.post('/api/tickets', ticketBody({ ticketCreatedOn: '0001-01-01' })), 400, ['ticketCreatedOn'])
  assert.deepEqual([found.TicketCreatedOn, found.TicketClosedOn, found.TicketUpdatedOn], ['2026-03-13T23:00:00.000Z', '2026-03-15T14:45:00.000Z', '2026-03-15T10:15:00.000Z'])
})

test('a contact who must not be asked: 201, Not sent, and why', async () => {
  await world.ground.db.insertInto('blocks').values({ account_id: account.account.id, pattern: 'blocked.example', created_at: world.clock.now() }).execute()
  const posted = await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, contactRecID: 99, contactEmail: 'joe@mail.blocked.example' }))
  assert.equal(posted.statusCode, 201)
  assert.equal(posted.json().Status, 'Not sent')
  assert.equal(posted.json().Reason, 'blocked address')
  assert.equal((await record()).SentOn, null)
})

test('what is not JSON, not an object, of another kind or too large is refused', async () => {
  assertProblem(await client.post('/api/tickets', '{"ticketID":'), 400, ['body'])
  assertProblem(await client.post('/api/tickets', '[]'), 400, ['body'])
  assertProblem(await client.post('/api/tickets', 'null'), 400, ['body'])
  assertProblem(await client.post('/api/tickets', ''), 400, ['body'])
  assertProblem(await client.post('/api/tickets', 'ticketID=1', { 'content-type': 'application/x-www-form-urlencoded' }), 415)
  assertProblem(await client.post('/api/tickets', 'ticketID', { 'content-type': 'text/plain' }), 415)
  assertProblem(await client.post('/api/tickets', ticketBody({ note: 'x'.repeat(300_000) })), 413)
  const hidden = await client.post('/api/tickets', JSON.stringify(ticketBody({ ticketID: ++ticketID })).replace('{', '{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}},'))
  assert.equal(hidden.statusCode, 201)
})

test('without a key, or with a wrong, revoked or expired one: 401 with Bearer', async () => {
  const { ctx } = account
  const expiring = await createKey(ctx, { name: 'short', expires_at: new Date(world.clock.now().getTime() + 1000) })
  const revoked = await createKey(ctx, { name: 'gone' })
  await revokeKey(ctx, revoked.id)
  world.clock.advance({ seconds: 2 })
  for (const authorization of ['', 'Bearer', 'Bearer ek_wrong', `Token token="${account.api_key}"`, `Basic ${account.api_key}`, `Bearer ${expiring.api_key}`, `Bearer ${revoked.api_key}`]) {
    for (const path of ['/api/tickets/responses', '/api/v1.2/tickets/1', '/api/tickets/summary', '/api/tickets/no/such/thing']) {
      const refused = await client.get(path, { authorization })
      assertProblem(refused, 401)
      assert.equal(refused.headers['www-authenticate'], 'Bearer')
    }
    assertProblem(await client.post('/api/tickets', ticketBody(), { authorization }), 401)
  }
  assert.equal((await client.get('/api/tickets/responses', { authorization: `bearer ${account.api_key}` })).statusCode, 200)
})

test('an unknown ticket, and another account\'s, is 404', async () => {
  await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID }))
  const other = bizratingsClient(world, (await world.account({ name: 'Other' })).api_key)
  for (const version of ['', '/v1.1', '/v1.2', '/v1.3']) {
    assertProblem(await client.get(`/api${version}/tickets/99999999`), 404)
    assertProblem(await other.get(`/api${version}/tickets/${ticketID}`), 404)
  }
  assertProblem(await client.get('/api/tickets/no%20such%20ticket'), 404)
  assertProblem(await client.get('/api/tickets/%00'), 400, ['ticketno'])
  assertProblem(await client.get(`/api/tickets/${'9'.repeat(256)}`), 400, ['ticketno'])
})

test('what nobody foresaw is 500, says nothing of it, and is found in the log by its traceId', async () => {
  const broken = await openWorld()
  try {
    const { api_key } = await broken.account()
    await broken.ground.db.schema.alterTable('cases').renameTo('gone').execute()
    const failed = await bizratingsClient(broken, api_key).get('/api/tickets/1')
    assertProblem(failed, 500)
    assert.doesNotMatch(failed.body, /cases|relation/)
    const line = broken.log_lines.find((one) => one.trace_id === failed.json().traceId)
    assert.match(String(line?.error), /cases/)
  } finally {
    await broken.close()
  }
})

test('a key of one site writes and reads that site; others show the default site', async () => {
  await createSite(account.ctx, { code: 'north', name: 'North' })
  const north = bizratingsClient(world, (await createKey(account.ctx, { name: 'north', site_code: 'north' })).api_key)
  await client.post('/api/tickets', ticketBody({ ticketID: 6001, ticketTitle: 'At the main site' }))
  assert.equal((await north.get('/api/tickets/6001')).statusCode, 404)
  await north.post('/api/tickets', ticketBody({ ticketID: 6001, ticketTitle: 'In the north' }))
  await north.post('/api/tickets', ticketBody({ ticketID: 6002 }))
  const [of_north, of_main] = [(await north.get('/api/tickets/6001')).json(), (await client.get('/api/tickets/6001')).json()]
  assert.deepEqual([of_north.TicketTitle, of_north.SiteName], ['In the north', 'North'])
  assert.deepEqual([of_main.TicketTitle, of_main.SiteName], ['At the main site', 'Main'])
  assert.equal((await client.get('/api/tickets/6002')).statusCode, 404)
})

async function submit(): Promise<number> {
  const posted = await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID }))
  return posted.json().SurveyRequestID
}

async function answer(request_id: number, score: number, comment = ''): Promise<void> {
  const answered = await answerOnPage(world, await pageOf(world, account.account.id, request_id), { score, comment, headers: { 'user-agent': 'Mozilla/5.0 (test)' } })
  assert.equal(answered.statusCode, 303)
}

async function record(): Promise<Record<string, unknown>> {
  return (await client.get(`/api/v1.3/tickets/${ticketID}`)).json()
}

function assertProblem(response: Awaited<ReturnType<BizRatingsClient['get']>>, status: number, fields?: string[]): void {
  assert.equal(response.statusCode, status, response.body)
  assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8')
  const problem = response.json()
  assert.equal(problem.status, status)
  assert.ok(problem.type && problem.title && problem.detail && problem.traceId)
  assert.deepEqual(Object.keys(problem.errors ?? {}).sort(), (fields ?? []).toSorted())
}

test('a ticket that was answered without a score is there, with Score null', async () => {
  const survey = await createSurvey(world.ground.db, account.account.id, { name: 'Optional', purpose: 'other', questions: [{ type: 'rating', text: 'How was it?', metric: 'csat', scale: { min: 1, max: 10 } }, { type: 'text', text: 'Why?' }] }, world.clock.now())
  await setBoardSurvey(account.ctx, { kind: 'ticket', name: 'Optional', survey_id: survey.id })
  const posted = await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, boardName: 'Optional' }))
  await answerOnPage(world, await pageOf(world, account.account.id, posted.json().SurveyRequestID), { comment: 'No number' })
  const { Score, Comment, RespondedOn } = await record()
  assert.deepEqual([Score, Comment, RespondedOn], [null, 'No number', world.clock.now().toISOString()])
})

test('a path that is not there is a problem, too', async () => {
  for (const path of ['/api/tickets', '/api/responses', '/api/v1.3/nothing', '/api/tickets/1/2']) assertProblem(await client.get(path), 404)
})
