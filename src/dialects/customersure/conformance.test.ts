// once
/**
 * Each promise that the vendor's document makes to a client, by its section, kept over HTTP. Here what goes for all endpoints (the overview, from versions to errors); what it promises of each
 * resource is in conformance-resources.test.ts, its curl lines are in curl-lines.test.ts, all periods in metrics/periods.test.ts. What else is refused, and how, is tested with each endpoint.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { getSurveyFor } from '../../core/surveys.ts'

const LISTS = ['/feedback_requests', '/feedback_responses', '/sites', '/staff', '/surveys', '/email_templates', '/text_message_templates']
const READS = [...LISTS, '/response_rate', '/nps', '/csat']

let world: World
let acme: TestAccount
let api: CustomerSureClient
let survey_id: number

before(async () => {
  world = await openWorld({ now: '2026-08-19T16:30:14Z' })
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  survey_id = (await getSurveyFor(acme.ctx, 'nps')).id
})
after(() => world.close())

test('HTTP Accept header: the version has to be named on every request', async () => {
  for (const path of READS) {
    assert.equal((await api.get(path)).statusCode, 200, path)
    const refused = await api.get(path, { accept: 'application/json' })
    assert.equal(refused.statusCode, 406, path)
    assert.match(refused.json().message, /application\/vnd\.customersure\.v1\+json/)
  }
})

test('Schema: HTTPS only, where the server is told so', async () => {
  const strict = await openWorld({ env: { EARSHOT_REQUIRE_HTTPS: 'on', EARSHOT_TRUST_PROXY: 'loopback', EARSHOT_PUBLIC_URL: 'https://feedback.example.com' } })
  try {
    const client = customerSureClient(strict, (await strict.account()).api_key)
    const plain = await client.get('/nps?period=7-days')
    assert.deepEqual([plain.statusCode, plain.headers.location], [301, 'https://feedback.example.com/nps?period=7-days'])
    assert.equal((await client.get('/nps?period=7-days', { 'x-forwarded-proto': 'https' })).statusCode, 200)
  } finally {
    await strict.close()
  }
})

test('Schema: everything is JSON', async () => {
  for (const path of [...READS, '/nowhere', '/feedback_requests/0']) assert.match(String((await api.get(path)).headers['content-type']), /^application\/json; charset=utf-8$/, path)
})

test('Schema: blank fields are there, as null', async () => {
  const made = (await request({ reference: '', first_name: null })).json()
  for (const field of ['reference', 'machine_id', 'first_name', 'surname', 'sent_at', 'not_sent_reason', 'delivery_failure']) assert.equal(made[field], null, field)
  const [site] = (await api.get('/sites')).json()
  assert.deepEqual([site.city, site.region, site.site_type], [null, null, null])
})

test('Schema: times come in with any zone or none, which is UTC, and go out in UTC', async () => {
  for (const [given, answered] of [
    ['2026-08-20T18:00:00+0100', '2026-08-20T17:00:00Z'], ['2026-08-20T18:00:00+01:00', '2026-08-20T17:00:00Z'], ['2026-08-20T18:00:00Z', '2026-08-20T18:00:00Z'], ['2026-08-20T18:00:00', '2026-08-20T18:00:00Z'],
  ] as const) assert.equal((await request({ send_at: given })).json().send_at, answered, given)
})

test('User Agent header: a request without one is rejected', async () => {
  for (const path of READS) {
    const refused = await api.get(path, { 'user-agent': '' })
    assert.deepEqual([refused.statusCode, refused.json()], [403, { message: 'Missing or invalid User Agent string' }])
  }
})

test('Parameters: of a GET in the query, of the others as JSON in the body', async () => {
  assert.equal((await api.get('/feedback_requests?state=sent')).json().length, 0)
  assert.equal((await api.post('/feedback_requests', 'email=kate%40example.com', { 'content-type': 'application/x-www-form-urlencoded' })).statusCode, 415)
  const made = await request({})
  for (const charset of ['application/json', 'application/json; charset=utf-8']) assert.equal((await api.patch(`/feedback_requests/${made.json().id}`, { surname: 'Smith' }, { 'content-type': charset })).statusCode, 200)
})

test('Parameters: arrays have brackets after their name, once or several times', async () => {
  for (const query of [`survey_ids[]=${survey_id}`, `survey_ids[]=${survey_id}&survey_ids[]=456`, `survey_ids%5B%5D=${survey_id}`]) assert.equal((await api.get(`/nps?${query}`)).statusCode, 200, query)
})

test('Date periods: a period stands for both times, and wins over them', async () => {
  const far = '&from_time=2001-01-01T00:00Z&to_time=2001-01-02T00:00Z'
  for (const path of ['/response_rate', '/nps', '/csat']) assert.deepEqual((await api.get(`${path}?period=current_year${far}`)).json(), (await api.get(`${path}?period=current_year`)).json(), path)
})

test('Date periods: all eighteen are taken, and others refused with a list of those', async () => {
  const refused = await api.get('/nps?period=fortnight')
  assert.equal(refused.statusCode, 422)
  const [{ field, error, extra_info }] = refused.json().errors
  assert.deepEqual([field, error, extra_info.allowed_values.toSorted()], ['period', 'invalid_value', ['12-months', '3-months', '30-days', '6-months', '7-days', 'current_month', 'current_quarter', 'current_week', 'current_year',
    'day_before_yesterday', 'last_month', 'last_quarter', 'last_week', 'last_year', 'month_before_last', 'week_before_last', 'year_before_last', 'yesterday']])
  for (const period of extra_info.allowed_values) for (const path of ['/response_rate', '/nps', '/csat']) assert.equal((await api.get(`${path}?period=${period}`)).statusCode, 200, `${path} ${period}`)
})

test('HTTP redirects: a redirection says where to in Location, and following it leads there', async () => {
  for (const [method, path, status] of [['GET', '/nps/', 301], ['GET', '//nps?period=7-days', 301], ['POST', '/feedback_requests/', 307]] as const) {
    const sent_on = method === 'GET' ? await api.get(path) : await api.post(path, { email: 'kate@example.com', survey_id, send_at: '2026-08-20T18:00:00Z' })
    assert.equal(sent_on.statusCode, status, path)
    const { pathname, search } = new URL(String(sent_on.headers.location), 'http://earshot.test')
    const there = method === 'GET' ? await api.get(pathname + search) : await api.post(pathname + search, { email: 'kate@example.com', survey_id, send_at: '2026-08-20T18:00:00Z' })
    assert.equal(there.statusCode, method === 'GET' ? 200 : 201)
  }
})

test('HTTP verbs: GET shows, POST makes, PATCH changes what is given and leaves the rest, DELETE ends', async () => {
  const made = (await request({ first_name: 'Kate', reference: '#7' })).json()
  const changed = await api.patch(`/feedback_requests/${made.id}`, { first_name: 'Cate' })
  assert.deepEqual([changed.statusCode, changed.json()], [200, { ...made, first_name: 'Cate', updated_at: changed.json().updated_at }])
  const deleted = await api.delete(`/feedback_requests/${made.id}`)
  assert.deepEqual([deleted.statusCode, deleted.body], [204, ''])
  const { state, not_sent_reason } = (await api.get(`/feedback_requests/${made.id}`)).json()
  assert.deepEqual([state, not_sent_reason], ['not_sent', 'cancelled'])
})

test('Authentication: every request needs a valid token', async () => {
  for (const path of READS) for (const authorization of ['', 'Token token="fake"', 'Token token=1234567890']) {
    const refused = await api.get(path, { authorization })
    assert.deepEqual([refused.statusCode, refused.headers['www-authenticate'], refused.headers['content-type']], [401, 'Token realm="Application"', 'application/json; charset=utf-8'], path)
  }
  assert.equal((await api.get('/nps', { authorization: `Token token=${acme.api_key}` })).statusCode, 200, 'unquoted, as the document has it once')
})

test('Errors: a message for people always, a list of errors where a resource is at fault', async () => {
  for (const [answer, status] of [
    [await api.get('/nps', { authorization: '' }), 401], [await api.get('/nowhere'), 404], [await api.get('/sites/nowhere'), 404], [await api.post('/feedback_requests', '{'), 400], [await api.post('/feedback_requests', { colour: 'red' }), 403],
  ] as const) {
    assert.equal(answer.statusCode, status)
    assert.deepEqual(Object.keys(answer.json()), ['message'])
    assert.equal(typeof answer.json().message, 'string')
  }
  const refused = await api.post('/feedback_requests', {})
  assert.deepEqual([refused.statusCode, Object.keys(refused.json())], [422, ['message', 'errors']])
})

test('Errors: all faults of a request come at once, each with resource, field, error and extra_info', async () => {
  const refused = await api.post('/feedback_requests', { email: 'nobody', send_at: 'soon', survey_id: 0, machine_id: 'x'.repeat(37), data: [{ key: 'k'.repeat(31), value: 'v'.repeat(101) }], reminders: [{}] })
  const { errors } = refused.json()
  for (const error of errors) assert.deepEqual(Object.keys(error), ['resource', 'field', 'error', 'extra_info'])
  assert.deepEqual(errors.map(({ field, error }: Record<string, string>) => `${field} ${error}`).toSorted(), [
    'data[0].key wrong_length', 'data[0].value wrong_length', 'email invalid_format', 'machine_id wrong_length', 'reminders[0].email_template_id required', 'reminders[0].send_at required',
    'send_at invalid_date', 'survey_id invalid_value',
  ])
  assert.ok(errors.every(({ resource }: { resource: string }) => resource === '/feedback_requests/'), 'of what is to be made: its collection')
})

test('Errors: of what is there, the resource is its own address; the sample', async () => {
  const { id } = (await request({})).json()
  const refused = await api.patch(`/feedback_requests/${id}`, { machine_id: 'x'.repeat(37) })
  assert.deepEqual([refused.statusCode, refused.json()], [422, {
    message: 'Validation error', errors: [{ resource: `/feedback_requests/${id}`, field: 'machine_id', error: 'wrong_length', extra_info: { maximum: '36' } }],
  }])
  const listed = await api.get('/feedback_requests?state=gone')
  assert.deepEqual(listed.json().errors[0].extra_info.allowed_values.toSorted(), ['not_sent', 'pending', 'sent'])
})

test('HTTP status codes: malformed JSON is 400, unpermitted parameters are 403 and named', async () => {
  for (const body of ['{', '[]', '"x"', '{"email":}']) assert.equal((await api.post('/feedback_requests', body)).statusCode, 400, body)
  const refused = await api.post('/feedback_requests', { colour: 'red', data: [{ key: 'a', value: 'b', id: 7 }], sms: { to: '1' } })
  assert.equal(refused.statusCode, 403)
  for (const name of ['colour', 'data[0].id', 'sms.to']) assert.ok(refused.json().message.includes(name), name)
  for (const path of READS) assert.equal((await api.get(`${path}?colour=red`)).statusCode, 403, path)
})

test('lists: thirty on a page unless fewer or more are asked for, a hundred at most, with the addresses around and the totals in the headers', async () => {
  const world_of_many = await world.account({ name: 'Many' })
  const many = customerSureClient(world, world_of_many.api_key)
  for (let number = 100; number < 231; number++) assert.equal((await many.post('/sites', { site_code: `s${number}`, name: `Site ${number}`, region: 'North' })).statusCode, 201)
  const list = async (query: string) => {
    const answer = await many.get(`/sites${query}`)
    return [answer.json().length, answer.headers['x-total-pages'], answer.headers['x-total-count'], [...String(answer.headers.link).matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, address, rel]) => `${rel} ${address?.split('?')[1]}`)]
  }
  assert.deepEqual(await list(''), [30, '5', '132', ['first page=1', 'next page=2', 'last page=5']])
  assert.deepEqual(await list('?page=2'), [30, '5', '132', ['first page=1', 'prev page=1', 'next page=3', 'last page=5']])
  assert.deepEqual(await list('?page=5'), [12, '5', '132', ['first page=1', 'prev page=4', 'last page=5']])
  assert.deepEqual(await list('?per_page=100&page=2'), [32, '2', '132', ['first per_page=100&page=1', 'prev per_page=100&page=1', 'last per_page=100&page=2']])
  assert.equal((await list('?per_page=1000'))[0], 100)
  assert.deepEqual((await list('?page=9')).slice(0, 3), [0, '5', '132'])
})

async function request(change: Record<string, unknown>) {
  const made = await api.post('/feedback_requests', { email: 'kate@example.com', send_at: '2026-08-20T18:00:00Z', survey_id, ignore_throttle: true, ...change })
  assert.equal(made.statusCode, 201, made.body)
  return made
}
