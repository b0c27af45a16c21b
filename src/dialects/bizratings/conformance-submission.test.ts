// once
/** What the vendor's guide promises of handing in a ticket (section 11), kept over HTTP; see conformance.test.ts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let account: TestAccount
let client: BizRatingsClient
let ticketID = 0

before(async () => {
  world = await openWorld()
  account = await world.account()
  client = bizratingsClient(world, account.api_key)
})
after(() => world.close())

const INTEGERS = ['ticketID', 'companyRecID', 'contactRecID']
const TIMES = ['ticketCreatedOn', 'ticketClosedOn', 'ticketUpdatedOn']
/** Of each text so many characters at most. */
const LENGTHS = { ticketTitle: 500, companyName: 300, contactName: 100, contactEmail: 100, boardName: 300, resource: 500 }
const OPTIONAL = ['boardName', 'resource']

test('§11 a closed ticket is taken, and a survey goes to the contact\'s address', async () => {
  const posted = await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, contactEmail: 'whom.to@ask.example' }))
  assert.deepEqual([posted.statusCode, posted.json().TicketID, posted.json().Status], [201, ticketID, 'Queued'])
  await world.work()
  const mails = await world.ground.db.selectFrom('sandbox_mails').select(['to_header', 'text']).where('account_id', '=', account.account.id).execute()
  assert.deepEqual(mails.map(({ to_header }) => /[^\s<]+@[^\s>]+/.exec(to_header)?.[0]), ['whom.to@ask.example'])
  assert.match(mails[0]?.text ?? '', /http:\/\/earshot\.test\/surveys\//)
})

test('§11 what is handed in is what is read back', async () => {
  const body = {
    ticketID: ++ticketID, ticketTitle: 'VPN drops every hour', boardName: 'Remote access', companyRecID: 77, companyName: 'Dune Ltd', contactRecID: 5120, contactName: 'Maria Rossi', contactEmail: 'maria@dune.example',
    resource: 'asmith,bjones', ticketCreatedOn: '2026-03-01T07:15:00Z', ticketClosedOn: '2026-03-02T16:30:00Z', ticketUpdatedOn: '2026-03-02T16:45:00Z',
  }
  assert.equal((await client.post('/api/tickets', body)).statusCode, 201)
  const { SRServiceRecID, TicketTitle, BoardName, CompanyRecID, CompanyName, ContactRecID, ContactName, ContactEmail, AssignedResources, TicketCreatedOn, TicketClosedOn, TicketUpdatedOn } = (await client.get(`/api/v1.3/tickets/${ticketID}`)).json()
  assert.deepEqual(
    [SRServiceRecID, TicketTitle, BoardName, CompanyRecID, CompanyName, ContactRecID, ContactName, ContactEmail, AssignedResources, ...[TicketCreatedOn, TicketClosedOn, TicketUpdatedOn].map((time) => time.replace('.000', ''))],
    [body.ticketID, body.ticketTitle, body.boardName, body.companyRecID, body.companyName, body.contactRecID, body.contactName, body.contactEmail, body.resource, body.ticketCreatedOn, body.ticketClosedOn, body.ticketUpdatedOn],
  )
})

test('§11 a body with the shape of the guide\'s example is taken, as JSON', async () => {
  // All twelve names in that order, whole numbers, two technicians without a space between them, times in UTC.
  const example = JSON.stringify(ticketBody({ ticketID: 900_001, companyRecID: 81, contactRecID: 82, contactEmail: 'shape@example.example' }), null, 2)
  assert.deepEqual(Object.keys(JSON.parse(example)), ['ticketID', 'ticketTitle', 'boardName', 'companyRecID', 'companyName', 'contactRecID', 'contactName', 'contactEmail', 'resource', ...TIMES])
  assert.equal((await client.post('/api/tickets', example, { 'content-type': 'application/json' })).statusCode, 201)
  for (const content_type of ['application/json; charset=utf-8', 'Application/JSON']) assert.equal((await client.post('/api/tickets', example, { 'content-type': content_type })).statusCode, 200, content_type)
  for (const content_type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) assert.equal((await client.post('/api/tickets', example, { 'content-type': content_type })).statusCode, 415, content_type)
})

for (const field of [...INTEGERS, ...Object.keys(LENGTHS).filter((name) => !OPTIONAL.includes(name)), ...TIMES]) {
  test(`§11 ${field} is required`, async () => {
    for (const value of [undefined, null]) assert.deepEqual(await faults({ [field]: value }), [field])
  })
}

for (const field of OPTIONAL) {
  test(`§11 ${field} is optional`, async () => {
    for (const value of [undefined, null, '']) assert.equal((await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, [field]: value }))).statusCode, 201)
    const { BoardName, AssignedResources } = (await client.get(`/api/tickets/${ticketID}`)).json()
    assert.equal(field === 'boardName' ? BoardName : AssignedResources, null)
  })
}

for (const field of INTEGERS) {
  test(`§11 ${field} is a whole number`, async () => {
    for (const value of [2_147_483_648, 9_007_199_254_740_991]) assert.equal((await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, contactEmail: `n${ticketID}@acme.example`, [field]: value }))).statusCode, 201)
    for (const value of ['7', 7.5, true, [7]]) assert.deepEqual(await faults({ [field]: value }), [field], String(value))
  })
}

for (const [field, maximum] of Object.entries(LENGTHS)) {
  test(`§11 ${field} is a text of at most ${maximum} characters`, async () => {
    const text = (length: number) => field === 'contactEmail' ? `${'x'.repeat(60)}@${'y'.repeat(length - 69)}.example` : 'é'.repeat(length)
    assert.equal((await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, contactRecID: 10_000 + ticketID, [field]: text(maximum) }))).statusCode, 201)
    assert.deepEqual(await faults({ [field]: text(maximum + 1) }), [field])
    for (const value of [7, false, ['x'], { x: 1 }]) assert.deepEqual(await faults({ [field]: value }), [field])
  })
}

for (const field of TIMES) {
  test(`§11 ${field} is a date-time`, async () => {
    const later = { ticketCreatedOn: '2020-01-01T00:00:00Z', ticketClosedOn: '2026-03-15T15:45:00Z', ticketUpdatedOn: '2026-03-15T15:45:00Z' }
    for (const value of ['2026-03-14T09:00:00Z', '2026-03-14T10:00:00+01:00', '2026-03-14T09:00:00.123']) assert.equal((await client.post('/api/tickets', ticketBody({ ...later, ticketID: ++ticketID, [field]: value }))).statusCode, 201, value)
    for (const value of ['yesterday', '2026-02-30T00:00:00Z', '', 1_773_000_000]) assert.deepEqual(await faults({ [field]: value }), [field], String(value))
  })
}

test('§11 resource is a list of technicians, separated by commas', async () => {
  await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, resource: 'one,two, three' }))
  assert.equal((await client.get(`/api/tickets/${ticketID}`)).json().AssignedResources, 'one,two,three')
})

/** The fields that a ticket is refused for. */
async function faults(given: Record<string, unknown>): Promise<string[]> {
  const refused = await client.post('/api/tickets', ticketBody({ ticketID: ++ticketID, ...given }))
  assert.deepEqual([refused.statusCode, refused.headers['content-type']], [400, 'application/problem+json; charset=utf-8'], refused.body)
  return Object.keys(refused.json().errors)
}
