// once: what it stores goes through the same statements as other answers
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { bizratingsClient } from '../../test/support/bizratings.ts'
import { customerSureClient } from '../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { rotateWidgetSecret, widgetSecret } from '../core/responses/open-answer.ts'
import { acceptHeld, listHeld } from '../core/clicks/review.ts'
import { createSegment } from '../core/segments.ts'
import { createSite } from '../core/sites.ts'
import { createStaffMember } from '../core/staff.ts'
import { archiveSurvey, getSurveyFor, type Survey } from '../core/surveys.ts'

let world: World
let house: TestAccount
let survey: Survey
before(async () => {
  world = await openWorld()
  house = await world.account({ name: 'Northwind IT' })
  survey = await getSurveyFor(house.ctx, 'ticket')
  await createSite(house.ctx, { code: 'north', name: 'North' })
  await createStaffMember(house.ctx, { code: 'pat', name: 'Pat Doe' })
  await createSegment(house.ctx, { key: 'plan', name: 'Plan' })
})
after(() => world.close())

test('an open link shows the survey to anybody, again and again, and sets no trap for scanners', async () => {
  const page = await look()
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /<h1>Your feedback<\/h1>/)
  assert.doesNotMatch(page.body, /rel="nofollow"|name="params"/)
  assert.match(String(page.headers['content-security-policy']), /frame-ancestors 'none'/)
  for (const score of [9, 4]) assert.equal((await answer({ score })).headers.location, `/surveys/${survey.code}/thanks`)
  assert.match((await world.app.inject({ url: `/surveys/${survey.code}/thanks` })).body, /<main class="notice">/)
  assert.deepEqual((await newest(2)).map((one) => one.answers[0]?.answer), ['4', '9'])
})

test('what the site around passes on is the visitor\'s word: what is known is linked, the rest is kept, nothing is made', async () => {
  const before = await countOf('contacts', 'cases', 'staff', 'sites', 'segment_options', 'companies')
  const passed = { name: 'Ann Lee', email: 'ann@client.example', company_name: 'Client', reference: '#4711', machine_id: 'm-1', site_code: 'north', staff_code: 'pat', plan: 'gold', basket: '3 items', nested: { a: 1 }, long: 'x'.repeat(300) }
  assert.equal((await answer({ score: 8, passed: JSON.stringify(passed) })).statusCode, 303)
  assert.deepEqual(await countOf('contacts', 'cases', 'staff', 'sites', 'segment_options', 'companies'), before)
  const [shown] = await newest(1)
  assert.deepEqual([shown?.reference, shown?.machine_id, shown?.feedback_request], ['#4711', 'm-1', null])
  assert.deepEqual(shown?.fields, { email: 'ann@client.example', name: 'Ann Lee', telephone_number: null, company_name: 'Client', basket: '3 items', long: 'x'.repeat(100), plan: 'gold' })
  assert.equal((await answer({ score: 8, passed: '{"email":"ann@xn--bcher-kva.example"}' })).statusCode, 303)
  assert.equal((await newest(1))[0]?.fields.email, 'ann@bücher.example')
  const [, row] = (await bizratingsClient(world, house.api_key).get('/api/v1.2/tickets/multisiteresponses')).json<{ SiteName: string, AssignedResources: string, ContactEmail: string, Score: number }[]>()
  assert.deepEqual([row?.SiteName, row?.AssignedResources, row?.ContactEmail, row?.Score], ['North', 'pat', 'ann@client.example', 8])
})

test('what the account\'s own server signed is taken as a request is: contact, company, ticket and new values of segments', async () => {
  const text = JSON.stringify({ name: 'Bo Ek', email: 'bo@client.example', company_name: 'Ek Ltd', reference: '#815', plan: 'silver' })
  const signature = createHmac('sha256', await widgetSecret(house.ctx, world.config.secret)).update(text).digest('hex')
  assert.equal((await answer({ score: 7, passed: text, signature })).statusCode, 303)
  const db = world.ground.db
  const contact = await db.selectFrom('contacts').select(['id', 'name']).where('account_id', '=', house.account.id).where('email', '=', 'bo@client.example').executeTakeFirst()
  assert.equal(contact?.name, 'Bo Ek')
  const ticket = await db.selectFrom('cases').select(['id', 'contact_id']).where('account_id', '=', house.account.id).where('number', '=', '815').executeTakeFirst()
  assert.equal(ticket?.contact_id, contact?.id)
  assert.equal((await db.selectFrom('segment_options').select('value').where('account_id', '=', house.account.id).execute()).some(({ value }) => value === 'silver'), true)
  const forged = text.replace('Bo Ek', 'Mallory').replace('#815', '#816')
  assert.equal((await answer({ score: 1, passed: forged, signature })).statusCode, 303)
  assert.equal(await db.selectFrom('cases').select('id').where('account_id', '=', house.account.id).where('number', '=', '816').executeTakeFirst(), undefined)
  const secret = await rotateWidgetSecret(house.ctx, world.config.secret)
  assert.match(secret, /^[0-9a-f]{64}$/)
  assert.notEqual(createHmac('sha256', secret).update(text).digest('hex'), signature)
})

test('a survey that takes signed data only takes no other answer', async () => {
  await setWidget({ signed_only: true })
  assert.equal((await answer({ score: 7, passed: '{"name":"Ann"}', signature: '0'.repeat(64) })).statusCode, 410)
  assert.equal((await answer({ score: 7 })).statusCode, 410)
  const text = '{"name":"Ann"}'
  assert.equal((await answer({ score: 7, passed: text, signature: createHmac('sha256', await widgetSecret(house.ctx, world.config.secret)).update(text).digest('hex') })).statusCode, 303)
  await setWidget({ signed_only: false })
})

test('in a frame the page says which sites may be around it, and keeps what was passed on through faults', async () => {
  await setWidget({ origins: ['https://shop.example'] })
  const page = await look('?embed=1')
  assert.match(String(page.headers['content-security-policy']), /frame-ancestors https:\/\/shop\.example$/)
  assert.match(String(page.headers['content-security-policy']), /script-src \S+survey-page\.\w+\.js \S+survey-frame\.\w+\.js;/)
  assert.match(page.body, /<main data-origins="https:\/\/shop\.example">/)
  const faulty = await answer({ passed: '{"a":"<b>"}', query: '?embed=1' })
  assert.equal(faulty.statusCode, 422)
  assert.match(faulty.body, /name="params" value="\{&quot;a&quot;:&quot;&lt;b&gt;&quot;\}"/)
  const sent = await answer({ score: 6, query: '?embed=1' })
  assert.equal(sent.headers.location, `/surveys/${survey.code}/thanks?embed=1`)
  const thanks = await world.app.inject({ url: String(sent.headers.location) })
  assert.match(thanks.body, /<main class="notice" data-answered data-origins="https:\/\/shop\.example">/)
  await setWidget({ origins: [] })
  assert.match(String((await look('?embed=1')).headers['content-security-policy']), /frame-ancestors \*$/)
  await world.ground.db.updateTable('surveys').set({ widget: null }).where('id', '=', survey.id).execute()
  assert.match(String((await look('?embed=1')).headers['content-security-policy']), /frame-ancestors 'none'$/)
})

test('what is passed on and no object of JSON is nothing; what is far too long is refused; nothing of either breaks the page', async () => {
  for (const passed of ['nonsense', '[1,2]', 'null', '{"":"x"}', '{"a":"b\\u0000"}']) assert.equal((await answer({ score: 5, passed })).statusCode, 303)
  assert.deepEqual((await newest(1))[0]?.fields, { email: null, name: null, telephone_number: null, company_name: null })
  assert.equal((await answer({ score: 5, passed: `{"a":"${'x'.repeat(10_000)}"}` })).statusCode, 422)
})

test('a machine\'s answer is held, told nobody, and can be accepted', async () => {
  const before = (await newest(100)).length
  assert.equal((await answer({ score: 10, website: 'http://spam.example' })).statusCode, 303)
  assert.equal((await newest(100)).length, before)
  const { rows: [held] } = await listHeld(house.ctx, 'suspected', { offset: 0, limit: 1 })
  assert.ok(held && held.invitation_id === null)
  await acceptHeld(house.ctx, held.id)
  assert.equal((await newest(100)).length, before + 1)
})

test('one address answers sixty times in ten minutes; others go on', async () => {
  const statuses = new Set<number>()
  for (let count = 0; count < 61; count++) statuses.add((await answer({ score: 5, address: '203.0.113.9' })).statusCode)
  assert.deepEqual([...statuses], [303, 429])
  assert.equal((await answer({ score: 5, address: '203.0.113.10' })).statusCode, 303)
})

test('an unknown code is not found, an archived survey closed', async () => {
  assert.equal((await world.app.inject({ url: '/surveys/AAAAAAAAAAAA' })).statusCode, 404)
  const other = await getSurveyFor(house.ctx, 'nps')
  await archiveSurvey(house.ctx, other.id)
  for (const method of ['GET', 'POST'] as const) {
    const reply = await world.app.inject({ method, url: `/surveys/${other.code}`, ...method === 'POST' ? { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'q1=5' } : {} })
    assert.equal(reply.statusCode, 410)
    assert.match(reply.body, /<main class="notice">/)
  }
  // A widget's frame shows it too; a request's own link is in no frame.
  const policies = await Promise.all(['AAAAAAAAAAAA?embed=1', `${other.code}?embed=1`, other.code, `${'A'.repeat(22)}?embed=1`].map(async (rest) => String((await world.app.inject({ url: `/surveys/${rest}` })).headers['content-security-policy'])))
  assert.deepEqual(policies.map((policy) => /frame-ancestors (.*)$/.exec(policy)?.[1]), ['*', '*', "'none'", "'none'"])
})

function look(query = ''): Promise<LightMyRequestResponse> {
  return world.app.inject({ url: `/surveys/${survey.code}${query}` })
}

interface Given { score?: number, passed?: string, signature?: string, website?: string, query?: string, address?: string }

async function answer({ score, passed, signature, website, query = '', address = `192.0.2.${turn++ % 250}` }: Given): Promise<LightMyRequestResponse> {
  const { body } = await world.app.inject({ url: `/surveys/${survey.code}${query}`, remoteAddress: address })
  world.clock.advance({ seconds: 3 })
  const form = new URLSearchParams({ page: /name="page" value="([^"]+)"/.exec(body)?.[1] ?? '' })
  if (score !== undefined) form.set(/type="radio" name="([^"]+)"/.exec(body)?.[1] ?? '', String(score))
  for (const [name, value] of Object.entries({ params: passed, signature, website })) if (value !== undefined) form.set(name, value)
  return world.app.inject({ method: 'POST', url: `/surveys/${survey.code}${query}`, remoteAddress: address, headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' }, payload: form.toString() })
}
let turn = 1

interface Shown { reference: string | null, machine_id: string | null, fields: Record<string, string | null>, feedback_request: unknown, answers: { answer: string }[] }

async function newest(count: number): Promise<Shown[]> {
  return (await customerSureClient(world, house.api_key).get(`/feedback_responses?per_page=${count}`)).json()
}

async function setWidget(widget: { origins?: string[], signed_only?: boolean }): Promise<void> {
  await world.ground.db.updateTable('surveys').set({ widget: JSON.stringify({ trigger: 'tab', label: null, origins: [], signed_only: false, ...widget }) }).where('id', '=', survey.id).execute()
}

async function countOf(...tables: ('contacts' | 'cases' | 'staff' | 'sites' | 'segment_options' | 'companies')[]): Promise<number[]> {
  return Promise.all(tables.map(async (table) => (await world.ground.db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('count')).where('account_id', '=', house.account.id).executeTakeFirstOrThrow()).count))
}
