// once
/** Every option of an answer, two by two, on every route: the routes come from the server itself, so that a new one without an example here fails. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InjectOptions } from 'fastify'
import { contextOf } from '../../core/context.ts'
import { openSession } from '../../core/sessions.ts'
import { createStaffMember } from '../../core/staff.ts'
import { createTeam } from '../../core/teams.ts'
import { asContact } from '../../../test/support/customers.ts'
import { askedHash, bearer, closedCase, codes, rate, read } from '../../../test/support/rated-case.ts'
import { collectRoutes } from '../../../test/support/routes.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { readFields } from './fields.ts'
import type { Json } from './names.ts'

let world: World
let acme: TestAccount
let routes: string[]
let examples: Record<string, InjectOptions>
let case_id: number
let rating_id: number

before(async () => {
  const { built, routes: found } = await collectRoutes(() => openWorld())
  world = built
  routes = found.map((route) => route.replaceAll(/\(\^.*?\$\)(?=\/|$)/g, '')).filter((route) => / \/api\/v1\/.*[^/*]$/.test(route))
  acme = await world.account()
  await createTeam(acme.ctx, { name: 'Field' })
  await createStaffMember(acme.ctx, { code: 'amir', name: 'Amir', team: 'Field' })
  case_id = await closedCase(acme.ctx)
  const hash = await askedHash(world, acme, case_id)
  rating_id = (await rate(world, case_id, hash, 'GOOD', 'quick')).json().data.id
  const row = await world.ground.db.selectFrom('cases').selectAll().where('id', '=', case_id).where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  const [key, jane] = [bearer(acme), await asContact(world, acme, row.contact_id ?? 0)]
  const own = (await world.app.inject({ method: 'POST', url: `/api/v1/conversations/${case_id}/ratings`, headers: jane, payload: { score: 'BAD' } })).json().data.id
  examples = {
    'GET /api/v1/cases/:id/ratings': { url: `/api/v1/cases/${case_id}/ratings`, headers: key },
    'GET /api/v1/cases/ratings/recent': { url: '/api/v1/cases/ratings/recent', query: { case_id: String(case_id) }, headers: key },
    'GET /api/v1/cases/:id/ratings/:ratingId': { url: `/api/v1/cases/${case_id}/ratings/${rating_id}`, headers: key },
    'GET /api/v1/cases/:id/ratings/:hash': { url: `/api/v1/cases/${case_id}/ratings/${hash}` },
    'POST /api/v1/cases/:id/ratings': { method: 'POST', url: `/api/v1/cases/${case_id}/ratings`, payload: { hash, score: 'GOOD' } },
    'PUT /api/v1/cases/:id/ratings/:ratingId': { method: 'PUT', url: `/api/v1/cases/${case_id}/ratings/${rating_id}`, payload: { hash, score: 'GOOD' } },
    'POST /api/v1/cases/:id/ratings/trigger': { method: 'POST', url: `/api/v1/cases/${case_id}/ratings/trigger`, headers: key },
    'GET /api/v1/cases/ratings/:ratingId': { url: `/api/v1/cases/ratings/${rating_id}`, headers: key },
    'GET /api/v1/conversations/:id/ratings': { url: `/api/v1/conversations/${case_id}/ratings`, headers: jane },
    'POST /api/v1/conversations/:id/ratings': { method: 'POST', url: `/api/v1/conversations/${case_id}/ratings`, headers: jane, payload: { score: 'GOOD' } },
    'PUT /api/v1/conversations/:id/ratings/:ratingId': { method: 'PUT', url: `/api/v1/conversations/${case_id}/ratings/${own}`, headers: jane, payload: { comment: 'x' } },
    'GET /api/v1/cases': { url: '/api/v1/cases', headers: key },
    'GET /api/v1/cases/:id': { url: `/api/v1/cases/${case_id}`, headers: key },
    'POST /api/v1/cases': { method: 'POST', url: '/api/v1/cases', headers: key, payload: { subject: 'x', requester_id: row.contact_id, assigned_agent_id: (await world.ground.db.selectFrom('staff').select('id').executeTakeFirstOrThrow()).id } },
    'GET /api/v1/conversations': { url: '/api/v1/conversations', headers: jane },
    'GET /api/v1/conversations/:id': { url: `/api/v1/conversations/${case_id}`, headers: jane },
    'POST /api/v1/conversations': { method: 'POST', url: '/api/v1/conversations', headers: jane, payload: { subject: 'x', contents: 'y' } },
    'GET /api/v1/users/:id': { url: `/api/v1/users/${row.contact_id}`, headers: key },
    'GET /api/v1/teams': { url: '/api/v1/teams', headers: key },
    'GET /api/v1/teams/:id': { url: `/api/v1/teams/${row.team_id}`, headers: key },
    'GET /api/v1/organizations/:id': { url: `/api/v1/organizations/${row.company_id}`, headers: key },
    'GET /api/v1/me': { url: '/api/v1/me', headers: jane },
    'GET /api/v1/session': { url: '/api/v1/session', headers: jane },
    'DELETE /api/v1/session': { method: 'DELETE', url: '/api/v1/session' },
    'GET /api/v1/insights/cases/csat': { url: '/api/v1/insights/cases/csat', headers: key },
  }
})
after(() => world.close())

test('every route has an example here', () => {
  assert.deepEqual(Object.keys(examples).sort(), [...routes].sort())
})

/** Each option as it may be asked for. */
const OPTIONS: Readonly<Record<string, readonly (readonly [query: Record<string, string>, headers: Record<string, string>])[]>> = {
  _case: [[{}, {}], [{ _case: 'camel' }, {}], [{ _case: 'Pascal' }, {}]],
  _empty: [[{}, {}], [{ _empty: 'false' }, {}]],
  options: [[{}, {}], [{}, { 'x-options': 'no_empty' }], [{}, { 'x-options': 'FLAT , no_empty' }], [{}, { 'x-options': 'flat' }]],
  _flat: [[{}, {}], [{ _flat: '1' }, {}]],
  include: [[{}, {}], [{ include: '*' }, {}], [{ 'include[]': 'user' }, {}], [{ include: ' user_minimal, team,CaseStatus, ' }, {}]],
  fields: [[{}, {}], [{ fields: 'resource_type' }, {}], [{ fields: '+contents,-created_at' }, {}], [{ fields: '*(*)' }, {}]],
}

interface Choice { case: 'snake' | 'camel' | 'pascal', drops: boolean, flat: boolean, include: string, fields: string }

function choiceOf(query: Record<string, string>, headers: Record<string, string>): Choice {
  const options = headers['x-options'] ?? ''
  const spelling = (query._case ?? 'snake').toLowerCase()
  return {
    case: spelling === 'camel' || spelling === 'pascal' ? spelling : 'snake', drops: query._empty === 'false' || options.includes('no_empty'), flat: query._flat === '1' || options.includes('flat') || options.includes('FLAT'),
    include: query.include ?? query['include[]'] ?? '', fields: query.fields ?? '',
  }
}

/** What must hold of any answer, whatever was asked for. Names are looked at as the caller spelt them. */
function checkAnswer(label: string, choice: Choice, body: { [name: string]: Json }): void {
  const text = JSON.stringify(body)
  const keys = [...text.matchAll(/"([A-Za-z_]\w*)":/g)].map(([, key]) => key ?? '')
  if (choice.case === 'camel') assert.deepEqual(keys.filter((key) => !/^[a-z][A-Za-z0-9]*$/.test(key)), [], label)
  if (choice.case === 'pascal') assert.deepEqual(keys.filter((key) => !/^[A-Z][A-Za-z0-9]*$/.test(key)), [], label)
  const snake = JSON.parse(text.replaceAll(/"([A-Za-z]\w*)":/g, (_, key: string) => `"${toSnake(key)}":`))
  const order = ['status', 'data', 'resource', 'offset', 'limit', 'total_count', 'resources', 'first_url', 'previous_url', 'next_url', 'last_url', 'notifications']
  assert.deepEqual(Object.keys(snake), order.filter((key) => key in snake), label)
  if (!('data' in snake)) return
  if (choice.drops) assert.doesNotMatch(JSON.stringify(snake.data).replaceAll(/\[[^[\]{}]*\]/g, (list) => (list === '[]' ? list : '')), /:null|:\[\]/, label)
  assert.equal('resources' in snake, choice.flat, label)
  const rows: { [name: string]: Json }[] = [snake.data].flat()
  for (const row of rows) {
    if (choice.fields === 'resource_type') assert.deepEqual(Object.keys(row), 'id' in row ? ['id', 'resource_type'] : ['resource_type'], label)
    if (choice.fields.startsWith('+')) assert.ok(!('created_at' in row) && (!('subject' in row) || choice.drops || 'contents' in row), label)
    if (choice.fields === '') assert.ok(!('contents' in row) && 'resource_type' in row, label)
  }
  if (choice.flat || choice.include === '') assert.doesNotMatch(JSON.stringify(snake.data), /"full_name".*"full_name"/, label)
}

function toSnake(key: string): string {
  return key.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}

async function openedSession(): Promise<Record<string, string>> {
  const { session_id, csrf_token } = await openSession(contextOf(world.ground, acme.account, { kind: 'user', user_id: acme.owner_id, role: 'owner', staff_id: null }))
  return { 'x-session-id': session_id, 'x-csrf-token': csrf_token }
}

test('each two options hold together, on every route', async () => {
  const names = Object.keys(OPTIONS)
  let asked = 0
  let tried = 0
  for (const [route, example] of Object.entries(examples)) {
    for (const [index, first] of names.entries()) for (const second of names.slice(index + 1)) for (const one of OPTIONS[first] ?? []) for (const other of OPTIONS[second] ?? []) {
      // What writes does so each time, and there are limits to that.
      if (example.method && ++tried % 7 !== 0) continue
      const [query, headers] = [{ ...one[0], ...other[0] }, { ...one[1], ...other[1] }]
      const label = `${route} ${JSON.stringify(query)} ${JSON.stringify(headers)}`
      // What ends a session needs another one each time.
      const shown = route.startsWith('DELETE') ? await openedSession() : example.headers
      const answer = await world.app.inject({ ...example, query: { ...example.query as Record<string, string>, ...query }, headers: { ...shown, ...headers } })
      assert.ok(answer.statusCode === 200 || answer.statusCode === 201, `${label}: ${answer.body}`)
      assert.deepEqual([answer.headers['content-type'], answer.headers['x-api-version']], ['application/json', '1'], label)
      checkAnswer(label, choiceOf(query, headers), answer.json())
      asked++
    }
  }
  assert.ok(asked > 1500, `${asked}`)
})

test('what is included takes the place of its reference', async () => {
  const url = `/api/v1/cases/${case_id}/ratings/${rating_id}`
  const plain = (await read(world, acme, url)).json().data
  const whole = (await read(world, acme, `${url}?include=*`)).json().data
  assert.deepEqual(Object.keys(whole), Object.keys(plain))
  assert.deepEqual([whole.creator.full_name, whole.creator.resource_type, whole.assignee_agent.full_name, whole.assignee_team.title], ['Jane Doe', 'user_minimal', 'Amir', 'Field'])
  assert.deepEqual([whole.case.subject, whole.case.requester.full_name, whole.case.requester.organization.name, whole.case.requester.role.type, whole.case.assigned_agent.teams[0].title, whole.case.status.type],
    ['Printer on fire', 'Jane Doe', 'Brewfictus', 'CUSTOMER', 'Field', 'CLOSED'])
  for (const [query, names] of [
    ['include=user', ['creator', 'assignee_agent']], ['include=user_minimal', ['creator', 'assignee_agent']], ['include=userMinimal', ['creator', 'assignee_agent']], ['include=UserMinimal,Team', ['creator', 'assignee_agent', 'assignee_team']],
    ['include=case,', ['case']], ['include[]=case&include[]=team', ['case', 'assignee_team']], ['include=case&include=team', ['case', 'assignee_team']], ['include=case,%20team', ['case', 'assignee_team']], ['include=', []], ['include=nothing,rating', []], ['Include=team', ['assignee_team']],
  ] as const) {
    const { data } = (await read(world, acme, `${url}?${query}`)).json()
    assert.deepEqual(Object.keys(data).filter((name) => JSON.stringify(data[name]) !== JSON.stringify(plain[name])), names, query)
  }
  // Users in a case are users, not minimal ones, and not asked for with those.
  assert.equal((await read(world, acme, `/api/v1/cases/${case_id}?include=user_minimal`)).json().data.requester.full_name, undefined)
})

test('in flat mode what is included stands beside the data, once', async () => {
  const { data, resources } = (await read(world, acme, `/api/v1/cases/${case_id}/ratings?_flat=true&include=*`)).json()
  assert.deepEqual(Object.keys(data[0].creator), ['id', 'resource_type'])
  assert.deepEqual(Object.keys(resources).sort(), ['case', 'case_status', 'identity_email', 'organization', 'role', 'team', 'user', 'user_minimal'])
  assert.deepEqual(Object.keys(resources.case), [String(case_id)])
  assert.deepEqual([resources.case[case_id].subject, resources.user_minimal[data[0].creator.id].full_name, resources.team[data[0].assignee_team.id].title], ['Printer on fire', 'Jane Doe', 'Field'])
  const nested = (await read(world, acme, `/api/v1/cases/${case_id}/ratings/${rating_id}?include=case,user`, { headers: { 'x-options': 'flat' } })).json()
  assert.ok(nested.resources.case && nested.resources.user_minimal)
  assert.deepEqual((await read(world, acme, `/api/v1/cases/${case_id}?_flat=true`)).json().resources, {})
  const camel = (await read(world, acme, `/api/v1/cases/${case_id}/ratings?_flat=true&include=*&_case=camel`)).json()
  assert.deepEqual([Object.keys(camel.resources).sort(), Object.values<{ resourceType: string }>(camel.resources.userMinimal)[0]?.resourceType], [['case', 'caseStatus', 'identityEmail', 'organization', 'role', 'team', 'user', 'userMinimal'], 'userMinimal'])
  const small = (await read(world, acme, `/api/v1/cases/${case_id}/ratings?_flat=true&include=case&fields=case(subject)`)).json()
  assert.deepEqual([small.data[0], small.resources.case[case_id]], [{ id: small.data[0].id, case: { id: case_id, resource_type: 'case' } }, { id: case_id, subject: 'Printer on fire' }])
})

test('only the fields that are wanted are shown', async () => {
  const keys = async (query: string): Promise<string> => Object.keys((await read(world, acme, `/api/v1/cases/${case_id}?${query}`)).json().data).join()
  const all = 'id,subject,requester,creator,assigned_agent,assigned_team,status,rating,rating_status,created_at,updated_at,resource_type,resource_url'
  const with_contents = all.replace('rating_status,', 'rating_status,contents,')
  for (const [query, expected] of [
    ['', all], ['fields=', all], ['fields=subject', 'id,subject'], ['fields=rating,subject', 'id,subject,rating'], ['fields=%2Bsubject', all], ['fields=+subject', all], ['fields=contents', with_contents], ['fields=+contents', with_contents],
    ['fields=-requester,-creator', all.replace('requester,creator,', '')], ['fields=+contents,-subject', with_contents.replace('subject,', '')], ['fields=subject,+contents', 'id,subject,contents'], ['fields=subject, rating', 'id,subject,rating'],
    ['fields=*', with_contents], ['fields=*,-rating', with_contents.replace('rating,', '')], ['fields=*(*)', with_contents], ['fields=RatingStatus', 'id,rating_status'], ['fields=nothing', all], ['fields=-id', all],
    ['fields[]=subject&fields[]=rating', 'id,subject,rating'], ['fields=id', 'id'],
  ] as const) assert.equal(await keys(query), expected, query)
  const nested = (await read(world, acme, `/api/v1/cases/${case_id}/ratings/${rating_id}?include=*&fields=+case(subject,requester(full_name,role(%2Btitle,-type))),-comment`)).json().data
  assert.deepEqual(nested.case, { id: case_id, subject: 'Printer on fire', requester: { id: nested.creator.id, full_name: 'Jane Doe', role: { id: 4, title: 'Customer', resource_type: 'role' } } })
  assert.ok(!('comment' in nested) && 'score' in nested)
  assert.equal((await read(world, acme, `/api/v1/cases/${case_id}/ratings/${rating_id}?include=case&fields=*(*)`)).json().data.case.contents, null)
  assert.ok(!('contents' in (await read(world, acme, `/api/v1/cases/${case_id}/ratings/${rating_id}?include=case&fields=*`)).json().data.case))
  const report = (await read(world, acme, '/api/v1/insights/cases/csat?fields=metric(value)')).json().data
  assert.deepEqual([Object.keys(report), Object.keys(report.metric)], [['metric'], ['value']])
  for (const wrong of ['a(', 'a)b', 'a(b', 'a(b))', '('.repeat(40), 'a(b)c', `${'a('.repeat(12)}${')'.repeat(12)}`]) assert.deepEqual(codes(await read(world, acme, `/api/v1/cases?fields=${encodeURIComponent(wrong)}`)), ['PARAMETER_INVALID'], wrong)
  assert.ok(readFields(' , ,'))
})

test('who is no member of staff sees names of others, and no more', async () => {
  const hidden = /amir@|jane@customer|"role"|"emails"|"organization"/
  for (const route of ['GET /api/v1/cases/:id/ratings/:hash', 'GET /api/v1/conversations/:id/ratings', 'GET /api/v1/conversations/:id', 'GET /api/v1/conversations']) {
    const answer = await world.app.inject({ ...examples[route], query: { include: '*', fields: '*(*)' } })
    assert.match(answer.body, /"full_name":"Jane Doe"/)
    assert.doesNotMatch(answer.body, hidden, route)
  }
})

test('a tag covers what was included, and a PUT has to match the resource only', async () => {
  const { url, payload } = examples['PUT /api/v1/cases/:id/ratings/:ratingId'] ?? {}
  const hash = typeof payload === 'object' && payload !== null && 'hash' in payload ? String(payload.hash) : ''
  const [plain, whole] = [await read(world, acme, String(url)), await read(world, acme, `${String(url)}?include=*`)]
  assert.match(String(whole.headers.etag), /^"[0-9a-f]{32}-[0-9a-f]{32}"$/)
  assert.ok(String(whole.headers.etag).startsWith(String(plain.headers.etag).slice(0, -1)))
  const known = { 'if-none-match': String(whole.headers.etag) }
  assert.equal((await read(world, acme, `${String(url)}?include=*`, { headers: known })).statusCode, 304)
  assert.equal((await read(world, acme, String(url), { headers: known })).statusCode, 200)
  assert.equal((await read(world, acme, `${String(url)}?include=*`, { headers: { 'if-modified-since': String(whole.headers['last-modified']) } })).statusCode, 200)
  await world.ground.db.updateTable('contacts').set({ name: 'Jane Roe' }).where('account_id', '=', acme.account.id).execute()
  assert.equal((await read(world, acme, `${String(url)}?include=*`, { headers: known })).statusCode, 200)
  assert.equal((await read(world, acme, String(url), { headers: { 'if-none-match': String(plain.headers.etag) } })).statusCode, 304)
  const put = await world.app.inject({ method: 'PUT', url: String(url), headers: { 'if-match': String(whole.headers.etag) }, payload: { hash, comment: 'again' } })
  assert.equal(put.statusCode, 200)
  assert.equal((await world.app.inject({ method: 'PUT', url: String(url), headers: { 'if-match': String(whole.headers.etag) }, payload: { hash, comment: 'once more' } })).statusCode, 412)
})

test('what was made says where it is, and a page what comes next, in the headers too', async () => {
  const made = await world.app.inject({ ...examples['POST /api/v1/conversations/:id/ratings'] })
  assert.equal(made.headers['content-location'], made.json().data.resource_url)
  const page = await world.app.inject({ ...examples['GET /api/v1/conversations/:id/ratings'], query: { limit: '1', include: 'team,user', _flat: 'true', fields: '+score' } })
  const next = `http://earshot.test/api/v1/conversations/${case_id}/ratings.json?_flat=true&fields=%2Bscore&include=team%2Cuser&limit=1&offset=1`
  assert.deepEqual([page.headers['x-next-url'], page.headers.link, page.json().next_url], [next, `<${next}>; rel="next"`, next])
})
