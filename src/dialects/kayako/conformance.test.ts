// once
/** What the vendor's page on satisfaction ratings promises, section by section and in our own words, asked for through HTTP. What it leaves open is in the other tests. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createStaffMember } from '../../core/staff.ts'
import { createTeam } from '../../core/teams.ts'
import type { Role } from '../../core/context.ts'
import { askedHash, basic, closedCase, codes, rate, read } from '../../../test/support/rated-case.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let case_id: number
let hash: string
let rating: { [name: string]: unknown, id: number }
const people: Record<string, Record<string, string>> = {}

before(async () => {
  world = await openWorld()
  acme = await world.account()
  await createTeam(acme.ctx, { name: 'Field' })
  await createStaffMember(acme.ctx, { code: 'amir', name: 'Amir', team: 'Field' })
  for (const role of ['collaborator', 'agent', 'admin', 'owner'] as const) {
    await createUser(acme.ctx, { email: `${role}@acme.example`, name: role, role, password: 'long enough for us' })
    const opened = (await world.app.inject({ url: '/api/v1/cases.json', headers: basic(`${role}@acme.example`, 'long enough for us') })).json()
    people[role] = { 'x-session-id': opened.session_id }
  }
  case_id = await closedCase(acme.ctx)
  hash = await askedHash(world, acme, case_id)
  rating = (await rate(world, case_id, hash, 'GOOD')).json().data
})
after(() => world.close())

/** Whoever may, and whoever may not, of those who log in; and what they are answered. */
async function allowed(roles: readonly Role[], url: string): Promise<void> {
  for (const [role, headers] of Object.entries(people)) {
    const { statusCode } = await world.app.inject({ url, headers })
    assert.equal(statusCode, roles.some((one) => one === role) ? 200 : 403, `${role} ${url}`)
  }
  assert.equal((await world.app.inject(url)).statusCode, 401, url)
}

const STAFF = ['agent', 'admin', 'owner'] as const
const EVERYBODY = ['collaborator', ...STAFF] as const
const KEYS = ['id', 'score', 'comment', 'case', 'creator', 'assignee_agent', 'assignee_team', 'created_at', 'updated_at', 'resource_type', 'resource_url']

describe('the resource', () => {
  test('its score is GOOD or BAD', async () => {
    assert.equal(rating.score, 'GOOD')
    const bad = await closedCase(acme.ctx, { number: 'bad' })
    assert.equal((await rate(world, bad, await askedHash(world, acme, bad), 'BAD')).json().data.score, 'BAD')
    assert.deepEqual(codes(await world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings.json`, payload: { hash, score: 'FAIR' } })), ['FIELD_INVALID'])
  })
  test('its comment is a text or null', async () => {
    assert.equal(rating.comment, null)
    const other = await closedCase(acme.ctx, { number: 'said' })
    assert.equal((await rate(world, other, await askedHash(world, acme, other), 'GOOD', 'Said')).json().data.comment, 'Said')
  })
  test('it names its conversation, who gave it, and the agent and team who had it, by reference', async () => {
    const row = await world.ground.db.selectFrom('cases').selectAll().where('account_id', '=', acme.account.id).where('id', '=', case_id).executeTakeFirstOrThrow()
    assert.deepEqual([rating.case, rating.creator, rating.assignee_agent, rating.assignee_team], [
      { id: case_id, resource_type: 'case' }, { id: row.contact_id, resource_type: 'user_minimal' }, { id: row.staff_ids[0], resource_type: 'user_minimal' }, { id: row.team_id, legacy_id: null, resource_type: 'team' },
    ])
  })
  test('its times are ISO 8601 with an offset, of when it was given and when it was last changed', async () => {
    const other = await closedCase(acme.ctx, { number: 'times' })
    const secret = await askedHash(world, acme, other)
    await rate(world, other, secret, 'GOOD')
    world.clock.advance({ hours: 1 })
    const changed = (await rate(world, other, secret, 'BAD')).json().data
    assert.deepEqual([changed.created_at, changed.updated_at], ['2026-03-16T10:00:00+00:00', '2026-03-16T11:00:00+00:00'])
  })
  test('its keys stand as in the samples, its type and address at their end, and the address leads to it', async () => {
    assert.deepEqual(Object.keys(rating), KEYS)
    assert.deepEqual([rating.resource_type, rating.resource_url], ['rating', `http://earshot.test/api/v1/cases/ratings/${rating.id}`])
    assert.deepEqual((await read(world, acme, new URL(String(rating.resource_url)).pathname)).json().data, rating)
  })
})

describe('retrieving all ratings of a case', () => {
  const url = (query = ''): string => `/api/v1/cases/${case_id}/ratings.json${query}`
  test('is for agents, admins and owners', () => allowed(STAFF, url()))
  test('answers a list with its status, resource, offset 0, limit 10 and total', async () => {
    assert.deepEqual((await read(world, acme, url())).json(), { status: 200, data: [rating], resource: 'rating', offset: 0, limit: 10, total_count: 1 })
  })
  test('takes a score', async () => {
    assert.equal((await read(world, acme, url('?score=GOOD'))).json().total_count, 1)
    assert.equal((await read(world, acme, url('?score=BAD'))).json().total_count, 0)
  })
  test('takes whether there is a comment: true with, false without', async () => {
    assert.equal((await read(world, acme, url('?comment=false'))).json().total_count, 1)
    assert.equal((await read(world, acme, url('?comment=true'))).json().total_count, 0)
  })
})

describe('retrieving recent ratings', () => {
  const url = (query: string): string => `/api/v1/cases/ratings/recent.json?${query}`
  test('is for collaborators, agents, admins and owners', () => allowed(EVERYBODY, url(`case_id=${case_id}`)))
  test('needs the id of a user, an organization or a case', async () => {
    assert.deepEqual(codes(await read(world, acme, url(''))), ['ANY_FIELD_REQUIRED'])
    const { contact_id, company_id } = await world.ground.db.selectFrom('cases').selectAll().where('account_id', '=', acme.account.id).where('id', '=', case_id).executeTakeFirstOrThrow()
    for (const query of [`user_id=${contact_id}`, `organization_id=${company_id}`, `case_id=${case_id}`]) {
      const { data } = (await read(world, acme, url(`${query}&limit=100`))).json()
      assert.ok(data.some(({ id }: { id: number }) => id === rating.id), query)
    }
  })
  test('takes one id only', async () => {
    for (const query of ['user_id=1&organization_id=1', 'user_id=1&case_id=1', 'organization_id=1&case_id=1', 'user_id=1&organization_id=1&case_id=1']) assert.deepEqual(codes(await read(world, acme, url(query))), ['ONE_FIELD_EXPECTED'])
  })
  test('answers three unless another limit is named, with a total and neither offset nor limit', async () => {
    const other = await closedCase(acme.ctx, { number: 'many' })
    for (let count = 0; count < 5; count++) await rate(world, other, await askedHash(world, acme, other), 'GOOD')
    const usual = (await read(world, acme, url(`case_id=${other}`))).json()
    assert.deepEqual([Object.keys(usual), usual.resource, usual.data.length, usual.total_count], [['status', 'data', 'resource', 'total_count'], 'rating', 3, 5])
    assert.equal((await read(world, acme, url(`case_id=${other}&limit=4`))).json().data.length, 4)
  })
})

describe('retrieving a rating', () => {
  test('by its id is for agents, admins and owners', () => allowed(STAFF, `/api/v1/cases/${case_id}/ratings/${rating.id}.json`))
  test('by its id answers the resource', async () => {
    assert.deepEqual((await read(world, acme, `/api/v1/cases/${case_id}/ratings/${rating.id}.json`)).json(), { status: 200, data: rating, resource: 'rating' })
  })
  test('by its hash is public, and answers the same', async () => {
    assert.deepEqual((await world.app.inject(`/api/v1/cases/${case_id}/ratings/${hash}.json`)).json(), { status: 200, data: rating, resource: 'rating' })
  })
})

describe('adding a rating', () => {
  test('is public, takes the hash of the mail, a score and a comment, and answers 201 with the resource', async () => {
    const other = await closedCase(acme.ctx, { number: 'added' })
    const secret = await askedHash(world, acme, other)
    const added = await world.app.inject({ method: 'POST', url: `/api/v1/cases/${other}/ratings.json`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `hash=${secret}&score=GOOD&comment=Well+done` })
    const body = added.json()
    assert.deepEqual([added.statusCode, Object.keys(body), body.status, body.resource, Object.keys(body.data), body.data.comment], [201, ['status', 'data', 'resource'], 201, 'rating', KEYS, 'Well done'])
  })
  test('is for whoever the conversation is of, and nobody else', async () => {
    const other = await closedCase(acme.ctx, { number: 'mine', contact: { external_id: 99, name: 'Joe', email: 'joe@customer.example' } })
    await askedHash(world, acme, other)
    assert.deepEqual(codes(await rate(world, other, hash, 'BAD')), ['PERMISSIONS_DENIED'])
    assert.deepEqual(codes(await world.app.inject({ method: 'POST', url: `/api/v1/cases/${other}/ratings`, headers: people.owner ?? {}, payload: { hash, score: 'BAD' } })), ['PERMISSIONS_DENIED'])
    assert.equal((await read(world, acme, `/api/v1/cases/${other}/ratings`)).json().total_count, 0)
  })
})

describe('updating a rating', () => {
  test('is public, takes the hash, a score and a comment, and answers 200 with the resource', async () => {
    const other = await closedCase(acme.ctx, { number: 'updated' })
    const secret = await askedHash(world, acme, other)
    const { id } = (await rate(world, other, secret, 'GOOD')).json().data
    const changed = await world.app.inject({ method: 'PUT', url: `/api/v1/cases/${other}/ratings/${id}.json`, payload: { hash: secret, score: 'BAD', comment: 'Broken again' } })
    const body = changed.json()
    assert.deepEqual([changed.statusCode, body.status, body.resource, body.data.id, body.data.score, body.data.comment], [200, 200, 'rating', id, 'BAD', 'Broken again'])
  })
  test('is for whoever the conversation is of, and nobody else', async () => {
    const other = await closedCase(acme.ctx, { number: 'theirs' })
    const secret = await askedHash(world, acme, other)
    await rate(world, other, secret, 'GOOD')
    for (const headers of [{}, people.owner ?? {}]) {
      const refused = await world.app.inject({ method: 'PUT', url: `/api/v1/cases/${case_id}/ratings/${rating.id}`, headers, payload: { hash: secret, score: 'BAD' } })
      assert.deepEqual(codes(refused), ['PERMISSIONS_DENIED'])
    }
  })
})

describe('triggering a rating', () => {
  test('is for agents, admins and owners, and answers only that it was done', async () => {
    for (const role of EVERYBODY) {
      const other = await closedCase(acme.ctx, { number: `asked by ${role}` })
      const asked = await world.app.inject({ method: 'POST', url: `/api/v1/cases/${other}/ratings/trigger.json`, headers: basic(`${role}@acme.example`, 'long enough for us') })
      if (role === 'collaborator') assert.equal(asked.statusCode, 403)
      else assert.deepEqual([asked.statusCode, asked.body], [201, '{"status":201}'])
    }
    assert.equal((await world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings/trigger.json` })).statusCode, 401)
  })
  test('mails the requester a link whose hash rates the case', async () => {
    const other = await closedCase(acme.ctx, { number: 'mail', contact: { external_id: 77, name: 'Una Mail', email: 'una@customer.example' } })
    const asked = await world.app.inject({ method: 'POST', url: `/api/v1/cases/${other}/ratings/trigger.json`, headers: basic('agent@acme.example', 'long enough for us') })
    assert.equal(asked.statusCode, 201)
    await world.work()
    const mails = await world.ground.db.selectFrom('sandbox_mails').select(['to_header', 'text']).where('account_id', '=', acme.account.id).orderBy('id', 'desc').execute()
    const sent = mails.filter(({ to_header }) => to_header.includes('una@customer.example'))
    const hashes = sent.flatMap(({ text }) => [...text.matchAll(/\/surveys\/([\w-]+)/g)].map(([, token]) => token ?? ''))
    const given = await Promise.all([...new Set(hashes)].map(async (secret) => (await rate(world, other, secret, 'GOOD')).statusCode))
    assert.deepEqual(given.toSorted(), [201, 403])
    const seen = (await read(world, acme, `/api/v1/cases/${other}`)).json().data
    assert.deepEqual([seen.rating, seen.rating_status], ['GOOD', 'RECEIVED'])
  })
})
