// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey, revokeKey } from '../../core/keys.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { processorSeconds } from '../../../test/support/processor.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const MEDIA_TYPE = 'application/vnd.customersure.v1+json'
const GETS = ['/feedback_requests', '/feedback_requests/1', '/feedback_responses', '/feedback_responses/1', '/response_rate', '/nps', '/csat', '/sites', '/sites/1', '/staff', '/staff/1', '/surveys', '/email_templates', '/text_message_templates']

let world: World
let acme: TestAccount
let api: CustomerSureClient

before(async () => {
  world = await openWorld()
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
})
after(() => world.close())

test('every route wants a User-Agent before all else', async () => {
  for (const url of GETS) {
    const answer = await world.app.inject({ method: 'GET', url, headers: { 'user-agent': ' ' } })
    assert.equal(answer.statusCode, 403, url)
    assert.deepEqual(answer.json(), { message: 'Missing or invalid User Agent string' })
  }
  assert.equal((await api.post('/feedback_requests', '{', { 'user-agent': '' })).statusCode, 403)
})

test('then the version in Accept, and the refusal shows the right one', async () => {
  for (const url of GETS) assert.equal((await api.get(url, { accept: '*/*', authorization: '' })).statusCode, 406, url)
  for (const accept of ['', 'application/json', 'application/vnd.customersure.v2+json', 'text/html']) {
    const answer = await api.get('/nps', { accept })
    assert.equal(answer.statusCode, 406, accept)
    assert.match(answer.json().message, /Accept: application\/vnd\.customersure\.v1\+json/)
  }
  for (const accept of [MEDIA_TYPE, `${MEDIA_TYPE};`, `text/html, ${MEDIA_TYPE}; q=0.5`, MEDIA_TYPE.toUpperCase()]) {
    assert.equal((await api.get('/nps', { accept })).statusCode, 200, accept)
  }
})

test('then the token, quoted or not', async () => {
  for (const url of GETS) assert.equal((await api.get(url, { authorization: 'Token token=fake' })).statusCode, 401, url)
  for (const authorization of ['', 'Token', 'Token token=""', `Bearer ${acme.api_key}`, `Token ${acme.api_key}`, `Token token="${acme.api_key}x"`]) {
    const answer = await api.get('/nps', { authorization })
    assert.equal(answer.statusCode, 401, authorization)
    assert.equal(answer.headers['www-authenticate'], 'Token realm="Application"')
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    assert.deepEqual(Object.keys(answer.json()), ['message'])
  }
  for (const authorization of [`Token token=${acme.api_key}`, `token token="${acme.api_key}"`, `Token nonce="def", token="${acme.api_key}"`]) {
    assert.equal((await api.get('/nps', { authorization })).statusCode, 200, authorization)
  }
})

test('a header of commas that lead to no token is refused before anybody could wait for it', async () => {
  const seconds = await processorSeconds(async () => assert.equal((await api.get('/nps', { authorization: `Token ${', '.repeat(34)}x` })).statusCode, 401))
  assert.ok(seconds < 2)
})

test('a change and a cancellation are checked in the same order', async () => {
  const calls = [(headers: Record<string, string>) => api.patch('/feedback_requests/1', '{', headers), (headers: Record<string, string>) => api.delete('/feedback_requests/1?colour=1', headers)]
  for (const [index, call] of calls.entries()) {
    assert.equal((await call({ 'user-agent': ' ', accept: '*/*' })).statusCode, 403)
    assert.equal((await call({ accept: '*/*', authorization: '' })).statusCode, 406)
    for (const authorization of ['', 'Token token=fake']) assert.equal((await call({ authorization })).statusCode, 401)
    assert.equal((await call({})).statusCode, [400, 403][index])
  }
  assert.equal((await api.patch('/feedback_requests/999999999', { colour: 1, email: 'x' })).statusCode, 403)
  assert.equal((await api.patch('/feedback_requests/999999999', { email: 'x' })).statusCode, 404)
})

test('a revoked key is refused at once', async () => {
  const { id, api_key } = await createKey(acme.ctx, { name: 'short-lived' })
  const other = customerSureClient(world, api_key)
  assert.equal((await other.get('/surveys')).statusCode, 200)
  await revokeKey(acme.ctx, id)
  assert.equal((await other.get('/surveys')).statusCode, 401)
})

test('the token is asked for before the body is read, syntax before permission, permission before validation', async () => {
  const wrong = { authorization: 'Token token=fake' }
  assert.equal((await api.post('/feedback_requests', '{"email":', wrong)).statusCode, 401)
  assert.equal((await api.post('/feedback_requests', '{"colour":')).statusCode, 400)
  assert.equal((await api.post('/feedback_requests', { colour: 1 })).statusCode, 403)
  assert.equal((await api.post('/feedback_requests', {})).statusCode, 422)
})

test('a body that is no JSON object, of another type or too large is refused in this shape', async () => {
  for (const body of ['{', 'email=a@b.c', '[]', '"text"', '7', 'true']) {
    const answer = await api.post('/feedback_requests', body)
    assert.equal(answer.statusCode, 400, body)
    assert.deepEqual(Object.keys(answer.json()), ['message'])
  }
  const latin = await world.app.inject({ method: 'POST', url: '/feedback_requests', headers: { 'user-agent': 'Acme', 'accept': MEDIA_TYPE, 'authorization': `Token token="${acme.api_key}"`, 'content-type': 'application/json' }, payload: Buffer.from('{"first_name":"Ren\u00e9"}', 'latin1') })
  assert.deepEqual([latin.statusCode, latin.json()], [400, { message: 'The request body is not valid JSON in UTF-8' }])
  const form = await api.post('/feedback_requests', 'email=a@b.c', { 'content-type': 'application/x-www-form-urlencoded' })
  assert.equal(form.statusCode, 415)
  assert.match(form.json().message, /application\/json/)
  const large = await api.post('/feedback_requests', { first_name: 'x'.repeat(300_000) })
  assert.equal(large.statusCode, 413)
  assert.deepEqual(Object.keys(large.json()), ['message'])
  assert.equal((await api.post('/feedback_requests', '')).statusCode, 422)
  assert.equal((await api.post('/feedback_requests', {}, { 'content-type': `${MEDIA_TYPE}; charset=utf-8` })).statusCode, 422)
})

test('a list that is far too long is one fault, not one of each item', async () => {
  for (const [name, item] of [['data', '0'], ['reminders', '0'], ['query_params', '{}']] as const) {
    const answer = await api.post('/feedback_requests', `{"${name}":[${Array(100_000 / item.length).fill(item).join()}]}`)
    assert.equal(answer.statusCode, 422)
    assert.ok(answer.body.length < 2000)
    const errors: { field: string, error: string, extra_info: { maximum?: string } }[] = answer.json().errors
    assert.deepEqual(errors.filter(({ field }) => /^(data|reminders)/.test(field)).map(({ field, error, extra_info }) => [field, error, extra_info.maximum]), [[name === 'query_params' ? 'data' : name, 'wrong_length', '1000']])
  }
})

test('parameters that are not permitted are named, on GET too', async () => {
  for (const url of GETS) {
    const answer = await api.get(`${url}?colour=blue&page[]=1`)
    assert.equal(answer.statusCode, 403, url)
    assert.match(answer.json().message, /colour/)
    assert.match(answer.json().message, /page\[\]/)
  }
  const answer = await api.post('/feedback_requests?x=1', { id: 3, data: [{ key: 'a', value: 'b', id: 5 }], reminders: [{ colour: 1 }], sms: { text: 'hi' } })
  assert.equal(answer.statusCode, 403)
  assert.equal(answer.json().message, 'Unpermitted parameters: x, id, data[0].id, sms.text, reminders[0].colour')
})

test('page and per_page must be numbers from 1 up, and blank ones are not given', async () => {
  for (const [query, field] of [['page=0', 'page'], ['page=-1', 'page'], ['page=x', 'page'], ['page=1.5', 'page'], ['per_page=0', 'per_page'], ['per_page=x', 'per_page'], ['page=99999999999999999999', 'page']] as const) {
    const answer = await api.get(`/surveys?${query}`)
    assert.equal(answer.statusCode, 422, query)
    assert.equal(answer.json().message, 'Validation error')
    const errors: { resource: string, field: string }[] = answer.json().errors
    assert.deepEqual(errors.map((error) => [error.resource, error.field]), [['/surveys', field]])
  }
  assert.equal((await api.get('/surveys?page=&per_page=')).json().length, 6)
})

test('pages have totals and the addresses of those around them', async () => {
  const first = await api.get('/surveys?per_page=2')
  assert.equal(first.json().length, 2)
  assert.equal(first.headers['x-total-pages'], '3')
  assert.equal(first.headers['x-total-count'], '6')
  assert.equal(first.headers.link, link([['first', 1], ['next', 2], ['last', 3]]))
  assert.equal((await api.get('/surveys?per_page=2&page=2')).headers.link, link([['first', 1], ['prev', 1], ['next', 3], ['last', 3]]))
  assert.equal((await api.get('/surveys?per_page=2&page=3')).headers.link, link([['first', 1], ['prev', 2], ['last', 3]]))
  const beyond = await api.get('/surveys?per_page=2&page=1000000000')
  assert.deepEqual(beyond.json(), [])
  assert.equal(beyond.headers.link, link([['first', 1], ['prev', 3], ['last', 3]]))
  assert.equal((await api.get('/surveys?per_page=5000')).json().length, 6)
})

test('an empty list has one page, and links keep the other parameters', async () => {
  const answer = await api.get('/feedback_responses?survey_ids[]=1&survey_ids[]=2')
  assert.deepEqual(answer.json(), [])
  assert.equal(answer.headers['x-total-count'], '0')
  assert.equal(answer.headers['x-total-pages'], '1')
  assert.match(String(answer.headers.link), /survey_ids%5B%5D=1&survey_ids%5B%5D=2&page=1>; rel="first"/)
  assert.match(String((await api.get('/feedback_responses?email=a?b@example.com')).headers.link), /\?email=a%3Fb%40example\.com&page=1>; rel="first"/)
})

test('a page holds 30, and never more than 100', async () => {
  for (let count = 0; count < 101; count++) {
    const made = await api.post('/feedback_requests', { email: `p${count}@example.com`, send_at: '2026-03-16T10:00:00Z', survey_id: await anySurvey(), external_link: true })
    assert.equal(made.statusCode, 201)
  }
  assert.equal((await api.get('/feedback_requests')).json().length, 30)
  assert.equal((await api.get('/feedback_requests?per_page=101')).json().length, 100)
  assert.equal((await api.get('/feedback_requests?per_page=100&page=2')).json().length, 1)
  assert.equal((await api.get('/feedback_requests?per_page=101')).headers['x-total-pages'], '2')
})

test('a slash too many is redirected: 301 for GET, 307 for what has a body', async () => {
  for (const [url, target] of [['/nps/', '/nps'], ['/feedback_requests/', '/feedback_requests'], ['/feedback_responses/?page=2', '/feedback_responses?page=2'], ['//nps', '/nps'], ['/feedback_requests//5/', '/feedback_requests/5'], ['/surveys/?page=2', '/surveys?page=2'], ['//feedback_responses//7?x=//', '/feedback_responses/7?x=//']] as const) {
    const answer = await api.get(url)
    assert.equal(answer.statusCode, 301, url)
    assert.equal(answer.headers.location, target)
  }
  for (const answer of [await api.patch('/feedback_requests//5/', {}), await api.delete('/feedback_requests/5/')]) assert.deepEqual([answer.statusCode, answer.headers.location], [307, '/feedback_requests/5'])
  const posted = await api.post('/feedback_requests/', { email: 'a@example.com' })
  assert.equal(posted.statusCode, 307)
  assert.equal(posted.headers.location, '/feedback_requests')
})

test('what is not served is not found', async () => {
  for (const url of ['//example.com', '//surveys/abc', '/nps/5', '/nps/5/', '/feedback_requests/5/6', '/sites/5/6', '/staff/5/6', '/text_message_templates/1']) assert.equal((await api.get(url)).statusCode, 404, url)
  assert.equal((await world.app.inject({ method: 'PUT', url: '/feedback_requests/1' })).statusCode, 404)
  for (const method of ['PATCH', 'DELETE'] as const) assert.equal((await world.app.inject({ method, url: '/feedback_requests' })).statusCode, 404, method)
  for (const url of ['/feedback_requests/abc', '/feedback_requests/0', '/feedback_requests/99999999999999999999', '/feedback_responses/-1', '/feedback_responses/1.5']) {
    const answer = await api.get(url)
    assert.equal(answer.statusCode, 404, url)
    assert.deepEqual(answer.json(), { message: 'Not found' })
  }
})

test('a failure of ours says nothing of its inside', async () => {
  const broken = await openWorld()
  const client = customerSureClient(broken, (await broken.account()).api_key)
  await broken.ground.db.schema.dropTable('rating_facts').execute()
  const answer = await client.get('/csat')
  assert.equal(answer.statusCode, 500)
  assert.deepEqual(answer.json(), { message: 'Something went wrong at our end' })
  assert.equal(broken.log_lines.some((line) => line.msg === 'a request failed'), true)
  await broken.close()
})

async function anySurvey(): Promise<number> {
  return (await api.get('/surveys?per_page=1')).json()[0].id
}

function link(pages: [rel: string, page: number][]): string {
  return pages.map(([rel, page]) => `<http://earshot.test/surveys?per_page=2&page=${page}>; rel="${rel}"`).join(', ')
}
