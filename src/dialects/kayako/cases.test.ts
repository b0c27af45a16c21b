import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { foldCaseChanges } from '../../core/case-counts.ts'
import { askedHash, closedCase, codes, rate, read } from '../../../test/support/rated-case.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world.close())

async function one(case_id: number) {
  return (await read(world, acme, `/api/v1/cases/${case_id}.json`)).json().data
}

test('a case has what a ratings client needs of it', async () => {
  const case_id = await closedCase(acme.ctx)
  const row = await world.ground.db.selectFrom('cases').selectAll().where('id', '=', case_id).executeTakeFirstOrThrow()
  const staff = await world.ground.db.selectFrom('staff').select('id').executeTakeFirstOrThrow()
  const answer = await read(world, acme, `/api/v1/cases/${case_id}`)
  assert.equal(answer.body, JSON.stringify({
    status: 200,
    data: {
      id: case_id, subject: 'Printer on fire', requester: { id: row.contact_id, resource_type: 'user' }, creator: { id: row.contact_id, resource_type: 'user' },
      assigned_agent: { id: staff.id, resource_type: 'user' }, assigned_team: null, status: { id: 5, resource_type: 'case_status' }, rating: null, rating_status: 'UNOFFERED',
      created_at: '2026-03-09T09:00:00+00:00', updated_at: '2026-03-16T10:00:00+00:00', resource_type: 'case', resource_url: `http://earshot.test/api/v1/cases/${case_id}`,
    },
    resource: 'case',
  }))
})

test('its rating is offered once asked and sent, received once rated, and the newest one', async () => {
  const case_id = await closedCase(acme.ctx, { number: '2' })
  assert.deepEqual([(await one(case_id)).rating, (await one(case_id)).rating_status], [null, 'UNOFFERED'])
  const hash = await askedHash(world, acme, case_id)
  assert.equal((await one(case_id)).rating_status, 'UNOFFERED')
  await world.work()
  assert.deepEqual([(await one(case_id)).rating, (await one(case_id)).rating_status], [null, 'OFFERED'])
  await rate(world, case_id, hash, 'GOOD')
  assert.deepEqual([(await one(case_id)).rating, (await one(case_id)).rating_status], ['GOOD', 'RECEIVED'])
  world.clock.advance({ minutes: 1 })
  await rate(world, case_id, await askedHash(world, acme, case_id), 'BAD')
  assert.equal((await one(case_id)).rating, 'BAD')
})

test('cases are listed by when they last changed, in pages', async () => {
  const account = await world.account()
  const list = async (query = '') => (await read(world, account, `/api/v1/cases${query}`)).json()
  assert.deepEqual(await list(), { status: 200, data: [], resource: 'case', offset: 0, limit: 10, total_count: 0 })
  const ids: number[] = []
  for (const number of ['a', 'b', 'c']) {
    ids.push(await closedCase(account.ctx, { number }))
    world.clock.advance({ minutes: 1 })
  }
  await closedCase(account.ctx, { number: 'a', title: 'Again' })
  const page = await list('?limit=2&status=closed&unknown=1')
  assert.deepEqual(page.data.map(({ id, subject }: { id: number, subject: string }) => [id, subject]), [[ids[0], 'Again'], [ids[2], 'Printer on fire']])
  assert.deepEqual([page.total_count, page.limit, page.next_url], [3, 2, 'http://earshot.test/api/v1/cases.json?limit=2&offset=2&status=closed&unknown=1'])
  assert.deepEqual((await list('?limit=2&offset=2')).data.map(({ id }: { id: number }) => id), [ids[1]])
})

test('cases are chosen by their ids and their status', async () => {
  const account = await world.account()
  const stranger = await world.account()
  const [first, second] = [await closedCase(account.ctx, { number: '1' }), await closedCase(account.ctx, { number: '2' })]
  const other = await closedCase(stranger.ctx)
  const { data: open } = (await world.app.inject({ method: 'POST', url: '/api/v1/cases', headers: { authorization: `Bearer ${account.api_key}` }, payload: { subject: 'Open', email: 'jo@customer.example' } })).json()
  const ids = async (query: string): Promise<number[]> => (await read(world, account, `/api/v1/cases?${query}`)).json().data.map(({ id }: { id: number }) => id).toSorted((a: number, b: number) => a - b)
  for (const [query, expected] of [
    [`ids=${first},${open.id},${other},999999`, [first, open.id]], [`ids[]=${first}&ids[]=${second}`, [first, second]], ['ids=', []], [`ids=${first}&status=OPEN`, []], [`ids=${first},${open.id}&status=2`, [open.id]],
    ['status=open', [open.id]], ['status=5', [first, second]], ['status=2,5', [first, second, open.id]], ['status=1', []], ['status=PENDING', []], ['priority=4&tags=x', [first, second, open.id]],
  ] as const) assert.deepEqual(await ids(query), expected, query)
  assert.deepEqual(codes(await read(world, account, '/api/v1/cases?ids=1,x')), ['PARAMETER_INVALID'])
})

test('pages of cases stay exact while cases come and change, whoever adds up and when', async () => {
  const account = await world.account()
  const known: { id: number, at: number }[] = []
  for (let round = 0; round < 40; round++) {
    const number = String(round % 17)
    const id = await closedCase(account.ctx, { number })
    const at = world.clock.now().getTime()
    const before = known.findIndex((one) => one.id === id)
    if (before >= 0) known.splice(before, 1)
    known.unshift({ id, at })
    if (round % 5 === 2) await foldCaseChanges(world.ground, 3)
    world.clock.advance({ hours: 7 })
    const offset = (round * 3) % 12
    const page = (await read(world, account, `/api/v1/cases?limit=4&offset=${offset}`)).json()
    assert.deepEqual([page.total_count, page.data.map((one: { id: number }) => one.id)], [known.length, known.slice(offset, offset + 4).map((one) => one.id)], `round ${round}`)
  }
  while (await foldCaseChanges(world.ground) > 0);
  assert.equal((await read(world, account, '/api/v1/cases?limit=100')).json().data.length, 17)
})

test('an open case without people says so', async () => {
  const site_id = acme.account.default_site_id
  const { id } = await world.ground.db.insertInto('cases').values({ account_id: acme.account.id, site_id, kind: 'conversation', number: 'x', created_at: world.clock.now(), updated_at: world.clock.now() }).returning('id').executeTakeFirstOrThrow()
  const { subject, requester, creator, assigned_agent, assigned_team, status } = await one(id)
  assert.deepEqual({ subject, requester, creator, assigned_agent, assigned_team, status: status.id }, { subject: null, requester: null, creator: null, assigned_agent: null, assigned_team: null, status: 2 })
})
