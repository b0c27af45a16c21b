// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askedHash, bearer, closedCase, codes, rate, read } from '../../../test/support/rated-case.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { CODES } from './errors.ts'

let world: World
let acme: TestAccount
let case_id: number
before(async () => {
  world = await openWorld()
  acme = await world.account()
  case_id = await closedCase(acme.ctx)
  for (let count = 0; count < 15; count++) {
    await rate(world, case_id, await askedHash(world, acme, case_id), 'GOOD')
    world.clock.advance({ minutes: 1 })
  }
})
after(() => world.close())

const LINKS = ['first_url', 'previous_url', 'next_url', 'last_url']

async function linksOf(query: string): Promise<Record<string, string>> {
  const body = (await read(world, acme, `/api/v1/cases/${case_id}/ratings${query}`)).json()
  return Object.fromEntries(LINKS.filter((name) => name in body).map((name) => [name, body[name]]))
}

test('every error leads to a page that explains it', async () => {
  const { errors: [{ more_info }] } = (await read(world, acme, '/api/v1/cases?limit=0')).json()
  const { pathname, hash } = new URL(more_info)
  const page = await world.app.inject(pathname)
  assert.deepEqual([page.statusCode, page.headers['content-type'], hash], [200, 'text/html; charset=utf-8', '#PARAMETER_INVALID'])
  for (const code of Object.keys(CODES)) assert.ok(page.body.includes(`<tr id="${code}">`), code)
})

test('a page shows where it is, and links to those beside it', async () => {
  const at = (query: string): string => `http://earshot.test/api/v1/cases/${case_id}/ratings.json${query}`
  assert.deepEqual(await linksOf(''), { next_url: at('?offset=10'), last_url: at('?offset=10') })
  assert.deepEqual(await linksOf('?offset=10'), { first_url: at(''), previous_url: at('?offset=0'), last_url: at('?offset=10') })
  assert.deepEqual(await linksOf('.json?offset=3&limit=4'), { first_url: at('?limit=4'), previous_url: at('?limit=4&offset=0'), next_url: at('?limit=4&offset=7'), last_url: at('?limit=4&offset=12') })
  assert.deepEqual(await linksOf('?offset=40&limit=5'), { first_url: at('?limit=5'), previous_url: at('?limit=5&offset=35'), last_url: at('?limit=5&offset=10') })
  assert.deepEqual(await linksOf('?limit=15'), {})
  assert.deepEqual(await linksOf('?limit=5000'), {})
  assert.deepEqual(await linksOf(`?score=BAD&offset=5`), {})
  assert.deepEqual(await linksOf(`?score=good&limit=5&include=user,team&_session=1&access_token=${acme.api_key}`), {
    next_url: at('?_session=1&include=user%2Cteam&limit=5&offset=5&score=good'), last_url: at('?_session=1&include=user%2Cteam&limit=5&offset=10&score=good'),
  })
})

test('a page past the end is empty, and a limit above the greatest is the greatest', async () => {
  const past = (await read(world, acme, `/api/v1/cases/${case_id}/ratings?offset=40`)).json()
  assert.deepEqual([past.status, past.data, past.offset, past.limit, past.total_count], [200, [], 40, 10, 15])
  const all = (await read(world, acme, `/api/v1/cases/${case_id}/ratings?limit=10000`)).json()
  assert.deepEqual([all.data.length, all.limit, all.total_count], [15, 1000, 15])
})

test('the pages together are the list', async () => {
  const ids: number[] = []
  let url: string | undefined = `/api/v1/cases/${case_id}/ratings?limit=4`
  while (url) {
    const answer = await read(world, acme, url)
    const body = answer.json()
    ids.push(...body.data.map(({ id }: { id: number }) => id))
    assert.equal(answer.headers['x-next-url'], body.next_url)
    assert.equal(answer.headers.link, body.next_url && `<${body.next_url}>; rel="next"`)
    url = body.next_url && new URL(body.next_url).pathname + new URL(body.next_url).search
  }
  const all = (await read(world, acme, `/api/v1/cases/${case_id}/ratings?limit=100`)).json()
  assert.deepEqual(ids, all.data.map(({ id }: { id: number }) => id))
})

test('what is known already is not sent again', async () => {
  const other = await closedCase(acme.ctx, { number: 'cached' })
  const hash = await askedHash(world, acme, other)
  const { data } = (await rate(world, other, hash, 'GOOD')).json()
  for (const url of [`/api/v1/cases/${other}/ratings/${data.id}`, `/api/v1/cases/${other}/ratings`, `/api/v1/cases/${other}`]) {
    const first = await read(world, acme, url)
    const tag = String(first.headers.etag)
    assert.match(tag, /^"[0-9a-f]{32}"$/)
    for (const match of [tag, tag.replaceAll('"', ''), `W/${tag}`, `"x", ${tag}`, '*']) {
      const known = await read(world, acme, url, { headers: { 'if-none-match': match } })
      assert.deepEqual([known.statusCode, known.body, known.headers.etag], [304, '', tag], `${url} ${match}`)
    }
    assert.equal((await read(world, acme, url, { headers: { 'if-none-match': '"other"' } })).statusCode, 200)
    const since = String(first.headers['last-modified'])
    assert.match(since, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
    const is_list = url.endsWith('ratings')
    assert.equal((await read(world, acme, url, { headers: { 'if-modified-since': since } })).statusCode, is_list ? 200 : 304, url)
    assert.equal((await read(world, acme, url, { headers: { 'if-modified-since': since, 'if-none-match': '"other"' } })).statusCode, 200)
    world.clock.advance({ minutes: 1 })
    await rate(world, other, hash, first.json().data.score === 'BAD' || first.json().data.rating === 'BAD' || first.json().data[0]?.score === 'BAD' ? 'GOOD' : 'BAD')
    assert.equal((await read(world, acme, url, { headers: { 'if-none-match': tag } })).statusCode, 200, url)
    assert.equal((await read(world, acme, url, { headers: { 'if-modified-since': since } })).statusCode, 200, url)
  }
})

test('names are spelt as the caller wants, type names too', async () => {
  const camel = (await read(world, acme, `/api/v1/cases/${case_id}/ratings?_case=camel&limit=1`)).json()
  assert.deepEqual(Object.keys(camel), ['status', 'data', 'resource', 'offset', 'limit', 'totalCount', 'nextUrl', 'lastUrl'])
  assert.deepEqual([camel.data[0].creator.resourceType, camel.data[0].resourceType, camel.data[0].score], ['userMinimal', 'rating', 'GOOD'])
  assert.match(camel.nextUrl, /\?_case=camel&limit=1&offset=1$/)
  const pascal = (await read(world, acme, `/api/v1/cases/${case_id}?_case=PASCAL`)).json()
  assert.deepEqual([pascal.Data.ResourceType, pascal.Data.RatingStatus, pascal.Data.Requester.ResourceType, pascal.Data.Status.ResourceType], ['Case', 'RECEIVED', 'User', 'CaseStatus'])
  const refused = (await read(world, acme, '/api/v1/cases/ratings/recent?_case=camel')).json()
  assert.deepEqual(Object.keys(refused.errors[0]), ['code', 'parameters', 'message', 'moreInfo'])
})

test('nulls and empty lists are left out where the caller wants none', async () => {
  for (const [query, headers] of [['?_empty=false', {}], ['', { 'x-options': 'flat, no_empty' }]] as const) {
    const { data } = (await read(world, acme, `/api/v1/cases/${case_id}/ratings${query}`, { headers })).json()
    assert.deepEqual(Object.keys(data[0]), ['id', 'score', 'case', 'creator', 'assignee_agent', 'created_at', 'updated_at', 'resource_type', 'resource_url'])
  }
  assert.ok('comment' in (await read(world, acme, `/api/v1/cases/${case_id}/ratings?_empty=true`)).json().data[0])
  assert.deepEqual((await read(world, acme, `/api/v1/cases/${case_id}/ratings?_empty=false&score=BAD`)).json().data, [])
})

test('what is not there says in which way', async () => {
  const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', url: string) => world.app.inject({ method, url, headers: bearer(acme) })
  for (const [method, url, status, code] of [
    ['GET', '/api/v1/nonsense', 400, 'APP_NOT_FOUND'], ['GET', '/api/v1/casesx', 400, 'APP_NOT_FOUND'], ['GET', '/api/v1', 400, 'APP_NOT_FOUND'], ['GET', '/api/v1/', 400, 'APP_NOT_FOUND'],
    ['GET', '/api/v1/cases/abc', 400, 'RESOURCE_ACTION_NOT_AVAILABLE'], ['GET', `/api/v1/cases/${case_id}/nonsense`, 400, 'RESOURCE_ACTION_NOT_AVAILABLE'],
    ['GET', `/api/v1/cases/${case_id}/ratings/1/more`, 400, 'RESOURCE_ACTION_NOT_AVAILABLE'], ['GET', '/api/v1/cases/ratings', 400, 'RESOURCE_ACTION_NOT_AVAILABLE'],
    ['DELETE', `/api/v1/cases/${case_id}/ratings/1`, 405, 'METHOD_NOT_SUPPORTED'], ['PUT', `/api/v1/cases/${case_id}/ratings`, 405, 'METHOD_NOT_SUPPORTED'],
    ['GET', `/api/v1/cases/${case_id}/ratings/trigger`, 403, 'PERMISSIONS_DENIED'], ['PUT', `/api/v1/cases/${case_id}/ratings/some-hash`, 405, 'METHOD_NOT_SUPPORTED'],
    ['PATCH', '/api/v1/cases.json', 405, 'METHOD_NOT_SUPPORTED'], ['GET', '/api/v1/cases/999999', 404, 'RESOURCE_NOT_FOUND'], ['GET', '/api/v1/cases/0', 404, 'RESOURCE_NOT_FOUND'],
    ['GET', '/api/v1/cases/99999999999999999999', 404, 'RESOURCE_NOT_FOUND'], ['GET', `/api/v1/cases/${case_id}/ratings/999999`, 404, 'RESOURCE_NOT_FOUND'],
    ['GET', '/api/v1/cases/999999/ratings', 404, 'RESOURCE_NOT_FOUND'],
  ] as const) {
    const refused = await ask(method, url)
    assert.deepEqual([refused.statusCode, codes(refused), refused.json().status, refused.headers['content-type'], refused.headers['x-api-version']], [status, [code], status, 'application/json', '1'], `${method} ${url}`)
  }
  assert.equal((await ask('DELETE', `/api/v1/cases/${case_id}/ratings`)).headers.allow, 'GET, POST')
  assert.equal((await ask('DELETE', `/api/v1/cases/${case_id}/ratings/1`)).headers.allow, 'GET, PUT')
})

test('paths that look like ours but are others\' are left to them', async () => {
  for (const url of ['/api/v1x/cases', '/api/v2/cases']) assert.notEqual((await world.app.inject(url)).headers['x-api-version'], '1', url)
})

test('only JSON is answered', async () => {
  for (const accept of ['text/html', 'application/xml, text/*', 'application/json;q=0']) {
    const refused = await read(world, acme, '/api/v1/cases', { headers: { accept } })
    assert.deepEqual([refused.statusCode, codes(refused)], [406, ['FORMAT_NOT_ACCEPTABLE']], accept)
  }
  for (const accept of ['application/json', '*/*', 'text/html, application/json;q=0.5', 'application/*', 'text/html,*/*;q=0.8']) assert.equal((await read(world, acme, '/api/v1/cases', { headers: { accept } })).statusCode, 200, accept)
})

test('HEAD answers as GET would, without the body', async () => {
  const get = await read(world, acme, `/api/v1/cases/${case_id}`)
  const head = await read(world, acme, `/api/v1/cases/${case_id}`, { method: 'HEAD' })
  assert.deepEqual([head.statusCode, head.body, head.headers.etag, head.headers['content-type']], [200, '', get.headers.etag, 'application/json'])
})
