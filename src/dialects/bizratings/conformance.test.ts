// once
/**
 * Each promise that the vendor's guide makes to a client, by its section, kept over HTTP. Here what goes for all endpoints, how surveys go out, and the list of all endpoints (sections 1, 2 and 12);
 * the others are in the files beside this one. What exactly each answer holds, and what is refused, is tested with each endpoint.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey, revokeKey } from '../../core/keys.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { READ_PATHS, tellStory, type Story } from '../../../test/support/bizratings-story.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { closedMail, MAIL_FIELDS } from '../../../test/support/closed-mail.ts'
import { earshotClient, projectFields } from '../../../test/support/earshot.ts'
import { collectRoutes } from '../../../test/support/routes.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

type Row = Record<string, unknown>

let story: Story
let routes: string[]
before(async () => {
  const { built, routes: found } = await collectRoutes(tellStory)
  story = built
  routes = found
})
after(() => story.world.close())

test('§1 authentication: the key goes into the Authorization header, and nothing is shown without one', async () => {
  for (const path of READ_PATHS) {
    assert.equal((await story.client.get(path)).statusCode, 200, path)
    assert.equal((await story.world.app.inject({ url: path })).statusCode, 401, path)
  }
  assert.equal((await story.world.app.inject({ method: 'POST', url: '/api/tickets', payload: ticketBody() })).statusCode, 401)
})

test('§1 authentication: a key can be exchanged for a new one', async () => {
  const { world, account: { ctx } } = story
  const old_key = await createKey(ctx, { name: 'old' })
  const new_key = await createKey(ctx, { name: 'new' })
  const statuses = async () => [(await bizratingsClient(world, old_key.api_key).get('/api/tickets/summary')).statusCode, (await bizratingsClient(world, new_key.api_key).get('/api/tickets/summary')).statusCode]
  assert.deepEqual(await statuses(), [200, 200], 'while both are in use')
  await revokeKey(ctx, old_key.id)
  assert.deepEqual(await statuses(), [401, 200])
})

test('§1 format: every endpoint answers in JSON', async () => {
  for (const path of READ_PATHS) assert.match(String((await story.client.get(path)).headers['content-type']), /^application\/json; charset=utf-8$/, path)
})

test('§1 format: dates are ISO 8601 texts', async () => {
  const seen = new Set<string>()
  for (const path of READ_PATHS) {
    for (const [name, value] of rowsOf((await story.client.get(path)).json()).flatMap(Object.entries).filter(([field]) => /On$|Start$|End$/.test(field))) {
      if (value !== null) seen.add(name)
      assert.ok(value === null || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value)), `${path} ${name}: ${value}`)
    }
  }
  assert.deepEqual([...seen].sort(), ['LastResponseOn', 'PeriodEnd', 'PeriodStart', 'ProjectClosedOn', 'QuarterStart', 'RespondedOn', 'SentOn', 'TicketClosedOn', 'TicketCreatedOn', 'TicketUpdatedOn'])
})

test('§1 HTTPS: plain requests can be kept out, a reading one by sending it on, a writing one by refusing it', async () => {
  const world = await openWorld({ env: { EARSHOT_REQUIRE_HTTPS: 'on', EARSHOT_TRUST_PROXY: 'loopback', EARSHOT_PUBLIC_URL: 'https://feedback.example.com' } })
  try {
    const client = bizratingsClient(world, (await world.account()).api_key)
    const plain = await client.get('/api/v1.3/tickets/responses?score=0')
    assert.deepEqual([plain.statusCode, plain.headers.location], [301, 'https://feedback.example.com/api/v1.3/tickets/responses?score=0'])
    const refused = await client.post('/api/tickets', ticketBody())
    assert.deepEqual([refused.statusCode, refused.headers['content-type'], refused.json().status], [403, 'application/problem+json; charset=utf-8', 403])
    const https = { 'x-forwarded-proto': 'https' }
    assert.deepEqual([(await client.post('/api/tickets', ticketBody(), https)).statusCode, (await client.get('/api/tickets/100123', https)).statusCode], [201, 200])
  } finally {
    await world.close()
  }
})

test('§1 versions: each has all that the one before has, with the same values, and adds what it is said to', async () => {
  for (const [path, added] of [
    ['tickets/responses', [[], ['ContactRecID'], ['ResponderIP', 'UserAgent'], ['SentOn']]], ['tickets/1', [[], ['ContactRecID'], ['ResponderIP', 'UserAgent'], ['SentOn']]],
    ['tickets/multisiteresponses', [[], ['ContactRecID', 'ResponderIP', 'UserAgent'], ['SentOn']]], ['tickets/projectresponses', [[], ['CompanyRecID', 'ContactRecID', 'ResponderIP', 'UserAgent'], ['SentOn']]],
  ] as const) {
    let [earlier] = rowsOf((await story.client.get(`/api/${path}`)).json())
    for (const [version, names] of added.entries()) {
      const [row] = rowsOf((await story.client.get(version === 0 ? `/api/${path}` : `/api/v1.${version}/${path}`)).json())
      assert.deepEqual(Object.keys(row ?? {}), [...Object.keys(earlier ?? {}), ...names], path)
      assert.deepEqual({ ...row, ...earlier }, row, path)
      earlier = row
    }
  }
})

test('§1 paging: pages count from 1, and make up the whole list', async () => {
  const all = rowsOf((await story.client.get('/api/tickets/responses')).json())
  const pages = await Promise.all([1, 2, 3, 4].map(async (page) => rowsOf((await story.client.get(`/api/tickets/responses?currentPage=${page}&pageSize=2`)).json())))
  assert.deepEqual(pages.map((page) => page.length), [2, 2, 1, 0])
  assert.deepEqual(pages.flat(), all)
})

test('§1 paging: leaving both out is the first page at the default size', async () => {
  const { world } = story
  const { account: { id }, api_key } = await world.account({ name: 'Many' })
  const client = bizratingsClient(world, api_key)
  for (let number = 1; number <= 51; number++) {
    const posted = await client.post('/api/tickets', ticketBody({ ticketID: number, contactRecID: number, contactEmail: `c${number}@acme.example` }))
    await answerOnPage(world, await pageOf(world, id, posted.json().SurveyRequestID), { score: 5 })
  }
  const plain = await client.get('/api/tickets/responses')
  assert.deepEqual([rowsOf(plain.json()).length, plain.headers['x-total-count'], plain.headers['x-total-pages']], [50, '51', '2'])
  assert.equal(plain.body, (await client.get('/api/tickets/responses?currentPage=1&pageSize=50')).body)
})

test('§1 dates: both forms mean the same', async () => {
  for (const path of READ_PATHS.filter((one) => !/quarterly|\/1$/.test(one))) {
    const [slashes, name] = await Promise.all(['startDate=2026/01/12&endDate=2026/02/03', 'startDate=12-Jan-2026&endDate=03-Feb-2026'].map((query) => story.client.get(`${path}?${query}`)))
    assert.deepEqual([slashes?.statusCode, slashes?.body], [200, name?.body], path)
  }
})

test('§1 filters: filterBy names a field, keyword what it is to have', async () => {
  const rows = rowsOf((await story.client.get('/api/tickets/responses?filterBy=CompanyName&keyword=Acme%20Corp')).json())
  assert.deepEqual(rows.map(({ SRServiceRecID, CompanyName }) => [SRServiceRecID, CompanyName]), [[3, 'Acme Corp'], [1, 'Acme Corp']])
})

test('§2 API method: a ticket that is handed in is queued and its contact gets the survey by mail; SentOn is when', async () => {
  const { world, account, client } = await newcomer('By API')
  assert.equal((await client.post('/api/tickets', ticketBody())).json().Status, 'Queued')
  assert.equal((await recordOf(client)).SentOn, null)
  world.clock.advance({ minutes: 7 })
  const sent_at = world.clock.now().toISOString()
  await world.work()
  const [mail, ...others] = await mailsOf(account)
  assert.match(mail?.to_header ?? '', /jane\.smith@acme\.example/)
  assert.deepEqual(others, [])
  assert.equal((await recordOf(client)).SentOn, sent_at)
  const link = /http:\/\/earshot\.test(\/surveys\/[\w-]+)/.exec(mail?.text ?? '')?.[1] ?? ''
  assert.equal((await answerOnPage(world, link, { score: 9 })).statusCode, 303)
  assert.deepEqual(rowsOf((await client.get('/api/v1.3/tickets/responses')).json()).map(({ Score, SentOn }) => [Score, SentOn]), [[9, sent_at]])
})

test('§2 a survey goes out when a project closes, too', async () => {
  const { world, account, client } = await newcomer('Project')
  const posted = await earshotClient(world, account.api_key).post('/v1/projects', projectFields())
  await world.work()
  assert.match((await mailsOf(account))[0]?.to_header ?? '', /jane\.smith@acme\.example/)
  await answerOnPage(world, await pageOf(world, account.account.id, posted.json().invitation_id), { score: 8 })
  assert.deepEqual(rowsOf((await client.get('/api/tickets/projectresponses')).json()).map(({ PRecId, Score }) => [PRecId, Score]), [['P-7', 8]])
})

test('§2 template method: the mail\'s own signal makes the record at that moment, and nothing else is sent', async () => {
  const { world, account, client } = await newcomer('By template')
  const mail = await closedMail(world, account)
  assert.equal((await client.get('/api/tickets/100123')).statusCode, 404)
  const signal_at = world.clock.now().toISOString()
  await mail.load()
  world.clock.advance({ hours: 1 })
  await mail.load()
  await world.work()
  const { SentOn, TicketTitle, CompanyName, ContactEmail, AssignedResources, BoardName } = await recordOf(client)
  assert.deepEqual([SentOn, TicketTitle, CompanyName, ContactEmail, AssignedResources, BoardName], [signal_at, 'Unable to access shared drive', 'Acme Corporation', 'jane.smith@acme.example', 'jdoe,mlee', 'Networking'])
  assert.deepEqual(await mailsOf(account), [])
})

test('§2 template method: TicketClosedOn is null, before the answer and after', async () => {
  const { world, account, client } = await newcomer('Unclosed')
  const mail = await closedMail(world, account)
  await mail.load()
  assert.equal((await recordOf(client)).TicketClosedOn, null)
  assert.equal((await answerOnPage(world, mail.rating(9), { score: 9 })).statusCode, 303)
  const [row] = rowsOf((await client.get('/api/v1.3/tickets/responses')).json())
  assert.deepEqual([row?.TicketClosedOn, row?.Score, row?.SentOn], [null, 9, world.clock.now().toISOString()])
})

test('§2 template method: startDate and endDate find a record by the day of its sending, answered or not', async () => {
  const { world, account, client } = await newcomer('Sent on a day')
  const mail = await closedMail(world, account)
  const day = world.clock.now().toISOString().slice(0, 10)
  await mail.load()
  world.clock.advance({ days: 2 })
  const sent = async (query: string) => (await client.get(`/api/tickets/summary?${query}`)).json().TotalSent
  const later = world.clock.now().toISOString().slice(0, 10)
  assert.deepEqual([await sent(`startDate=${day}&endDate=${day}`), await sent('endDate=2020-01-01'), await sent(`startDate=${later}`)], [1, 0, 0])
  await answerOnPage(world, mail.rating(4), { score: 4 })
  for (const path of ['/api/v1.3/tickets/responses', '/api/v1.2/tickets/multisiteresponses', '/api/tickets/clientresponses', '/api/tickets/employeeeresponses', '/api/tickets/multisiteemployeerating']) {
    const counts = await Promise.all([`startDate=${day}&endDate=${day}`, `startDate=${later}`].map(async (query) => (await client.get(`${path}?${query}`)).json().length))
    assert.equal(counts[1], 0, path)
    assert.ok(counts[0] > 0, path)
  }
  assert.deepEqual([await sent(`startDate=${day}&endDate=${day}`), await sent(`startDate=${later}`)], [1, 0])
  const [record] = (await client.get('/api/v1.3/tickets/responses')).json()
  assert.deepEqual([record.SentOn.slice(0, 10), record.RespondedOn.slice(0, 10)], [day, later])
  assert.equal((await client.get('/api/tickets/clientresponses')).json()[0].LastResponseOn, record.RespondedOn)
  const periods = (await client.get(`/api/responses/summary?viewType=daily&startDate=${day}`)).json()
  assert.deepEqual(periods.filter(({ ResponseCount }: { ResponseCount: number }) => ResponseCount > 0).map(({ Period }: { Period: string }) => Period), [day])
})

test('§2 template method: a ticket whose mail goes to several contacts has a record for each', async () => {
  const { world, account, client } = await newcomer('Twice')
  const mail = await closedMail(world, account)
  for (const [email, contactid] of [['one@acme.example', '1'], ['two@acme.example', '2']] as const) {
    const fields = { ...MAIL_FIELDS, email, contactid }
    for (const url of [mail.image(fields), mail.image(fields)]) await world.app.inject({ url })
    await answerOnPage(world, mail.rating(7, fields), { score: 7 })
  }
  const rows = rowsOf((await client.get('/api/v1.1/tickets/responses')).json())
  assert.deepEqual(rows.map(({ SRServiceRecID, ContactEmail, ContactRecID }) => [SRServiceRecID, ContactEmail, ContactRecID]), [[100123, 'two@acme.example', 2], [100123, 'one@acme.example', 1]])
})

test('§12 the endpoints of the guide are served, and none besides but the one that gives out tokens', () => {
  const versioned = (path: string, versions: number) => Array.from({ length: versions }, (_, version) => `GET /api${version === 0 ? '' : `/v1.${version}`}/tickets/${path}`)
  const guide = [
    ...versioned('responses', 4), 'GET /api/tickets/fivequestionsurveydetailresponse', 'GET /api/tickets/employeesurveydetailresponse', ...versioned('projectresponses', 3), ...versioned('multisiteresponses', 3),
    'GET /api/tickets/multisiteemployeerating', ...versioned(':ticketno', 4), 'GET /api/tickets/summary', 'GET /api/responses/summary', 'GET /api/tickets/clientresponses', 'GET /api/tickets/employeeeresponses',
    'GET /api/tickets/quarterlyresponses', 'GET /api/tickets/quarterlyresponsessummary', 'POST /api/tickets',
  ]
  assert.equal(guide.length, 24)
  const served = routes.filter((route) => /^\w+ \/(api\/(tickets|responses|v1\.\d)|connect)\b/.test(route))
  assert.deepEqual(served, [...guide, 'POST /connect/token'].sort())
})

async function newcomer(name: string): Promise<{ world: World, account: TestAccount, client: BizRatingsClient }> {
  const account = await story.world.account({ name })
  return { world: story.world, account, client: bizratingsClient(story.world, account.api_key) }
}

async function recordOf(client: BizRatingsClient): Promise<Row> {
  return (await client.get('/api/v1.3/tickets/100123')).json()
}

function mailsOf({ account }: TestAccount): Promise<{ to_header: string, text: string }[]> {
  return story.world.ground.db.selectFrom('sandbox_mails').select(['to_header', 'text']).where('account_id', '=', account.id).execute()
}

/** The rows of a list, or the one object as its only row. */
function rowsOf(body: unknown): Row[] {
  return [body].flat().filter((row): row is Row => typeof row === 'object' && row !== null)
}
