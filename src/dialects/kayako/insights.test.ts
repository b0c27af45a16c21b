import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { foldCaseChanges } from '../../core/case-counts.ts'
import { createKey } from '../../core/keys.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { createTeam, getTeamByName } from '../../core/teams.ts'
import { askedHash, basic, bearer, closedCase, codes, rate, read } from '../../../test/support/rated-case.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
const staff_ids: Record<string, number> = {}
const team_ids: Record<string, number> = {}

/** When, who worked on it, and what was said. The clocks of Berlin go forward on 29 March at 2 o'clock. */
const RATED: readonly [string, string, 'GOOD' | 'BAD'][] = [
  ['2026-03-09T22:59:59Z', 'amir', 'BAD'], ['2026-03-09T23:00:00Z', 'amir', 'GOOD'], ['2026-03-27T12:00:00Z', 'bea', 'GOOD'], ['2026-03-28T22:30:00Z', 'amir', 'GOOD'], ['2026-03-28T23:30:00Z', 'amir', 'BAD'],
  ['2026-03-29T21:30:00Z', 'bea', 'BAD'], ['2026-03-29T22:30:00Z', 'amir', 'GOOD'], ['2026-04-01T10:00:00Z', 'bea', 'GOOD'],
]

before(async () => {
  world = await openWorld({ now: '2026-03-01T10:00:00Z' })
  acme = await world.account({ time_zone: 'Europe/Berlin' })
  for (const [team, code] of [['Field', 'amir'], ['Desk', 'bea']] as const) {
    team_ids[code] = (await createTeam(acme.ctx, { name: team })).id
    staff_ids[code] = (await createStaffMember(acme.ctx, { code, name: code, team })).id
  }
  for (const [index, [at, code, score]] of RATED.entries()) {
    world.clock.set(at)
    const case_id = await closedCase(acme.ctx, { number: String(index), staff_codes: [code] })
    await rate(world, case_id, await askedHash(world, acme, case_id), score)
    if (index % 3 === 1) await foldCaseChanges(world.ground, 1)
  }
  world.clock.set('2026-04-02T09:00:00Z')
})
after(() => world.close())

async function csat(query: string, account = acme) {
  const answer = await read(world, account, `/api/v1/insights/cases/csat.json?${query}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json().data
}

test('the report has every key, in the vendor\'s order, and no resource beside the data', async () => {
  const answer = await read(world, acme, '/api/v1/insights/cases/csat?start_at=2026-03-28T00:00:00%2B01:00&end_at=2026-03-30T23:59:59%2B02:00&interval=day')
  assert.equal(answer.body, JSON.stringify({
    status: 200,
    data: {
      start_at: '2026-03-27T23:00:00+00:00', end_at: '2026-03-30T21:59:59+00:00', previous_start_at: '2026-03-24T23:00:00+00:00', previous_end_at: '2026-03-27T22:59:59+00:00', interval: 'DAY', interval_count: 3,
      series: { name: 'average_csat', data: [100, 0, 100], previous: [null, null, 100] }, metric: { name: 'average_csat', value: 50, previous: 100, delta_percent: -50 }, resource_type: 'report_case_csat',
    },
  }))
})

test('days are the account\'s, 23 hours long where the clocks change, added up or not', async () => {
  const query = 'start_at=2026-03-09&end_at=2026-03-30T23:59:59&interval=DAY'
  const before_adding = await csat(query)
  assert.equal(before_adding.interval_count, 22)
  assert.deepEqual(before_adding.series.data, [0, 100, ...Array(16).fill(null), 100, 100, 0, 100])
  while (await foldCaseChanges(world.ground) > 0);
  assert.deepEqual(await csat(query), before_adding)
})

test('weeks, months, quarters and years begin where the report does', async () => {
  for (const [query, starts, data] of [
    ['start_at=2026-03-09&end_at=2026-04-01T23:59:59&interval=WEEK', 4, [50, null, 50, 100]],
    ['start_at=2026-03-01&end_at=2026-04-30T23:59:59&interval=Month', 2, [57.142857142857, 100]],
    ['start_at=2026-01-01&end_at=2026-12-31&interval=QUARTER', 4, [57.142857142857, 100, null, null]],
    ['start_at=2025-01-01&end_at=2026-12-31&interval=YEAR', 2, [null, 62.5]],
    ['start_at=2026-01-31&end_at=2026-03-31T23:59:59&interval=MONTH', 3, [null, 57.142857142857, null]],
  ] as const) {
    const report = await csat(query)
    assert.deepEqual([report.interval_count, report.series.data], [starts, data], query)
  }
})

test('an instant that cuts a day leaves out what was before it, or after', async () => {
  const value = async (query: string) => (await csat(query)).metric.value
  assert.equal(await value('start_at=2026-03-28T22:30:00Z&end_at=2026-03-28T23:29:59Z'), 100)
  assert.equal(await value('start_at=2026-03-28T22:30:01Z&end_at=2026-03-28T23:30:00Z'), 0)
  assert.equal(await value('start_at=2026-03-28T22:30:01Z&end_at=2026-03-28T23:29:59Z'), null)
  assert.equal(await value(`start_at=${Date.parse('2026-03-09T23:00:00Z') / 1000}&end_at=${Date.parse('2026-03-27T12:00:00Z') / 1000}`), 100)
  assert.equal(await value('start_at=2026-03-09T23:00:00 00:00&end_at=2026-03-29T21:29:59 0000'.replaceAll(' ', '+')), 75)
})

test('agents and teams have what is theirs', async () => {
  const range = 'start_at=2026-03-01&end_at=2026-04-01T23:59:59&interval=YEAR'
  const value = async (query: string) => (await csat(`${range}&${query}`)).metric.value
  assert.equal(await value(`agent_id=${staff_ids.amir}`), 60)
  assert.equal(await value(`agent_id=${staff_ids.bea}`), 66.666666666667)
  assert.equal(await value(`team_id=${team_ids.amir}`), 60)
  assert.equal(await value(`teamId=${(await getTeamByName(acme.ctx, 'desk')).id}`), 66.666666666667)
  for (const query of ['agent_id=999999', 'team_id=999999']) assert.equal(await value(query), null)
  const cut = 'start_at=2026-03-28T20:00:00Z&end_at=2026-03-29T22:29:59Z'
  assert.equal((await csat(`${cut}&agent_id=${staff_ids.amir}`)).metric.value, 50)
  assert.equal((await csat(`${cut}&team_id=${team_ids.bea}`)).metric.value, 0)
  const { id } = await createUser(acme.ctx, { email: 'bea@acme.example', name: 'Bea', role: 'agent', staff_code: 'bea' })
  assert.equal(await value(`agent_id=${id}`), 66.666666666667)
  const both = await read(world, acme, `/api/v1/insights/cases/csat?agent_id=1&team_id=1`)
  assert.deepEqual([both.statusCode, both.json().errors[0].code, both.json().errors[0].parameters], [400, 'ONE_FIELD_EXPECTED', ['agent_id', 'team_id']])
})

test('without dates it is about the last thirty days, and the thirty before them', async () => {
  const report = await csat('')
  assert.deepEqual([report.start_at, report.end_at, report.previous_start_at, report.previous_end_at, report.interval, report.interval_count],
    ['2026-03-03T23:00:00+00:00', '2026-04-02T09:00:00+00:00', '2026-02-02T11:59:59+00:00', '2026-03-03T22:59:59+00:00', 'DAY', 30])
  assert.deepEqual([report.metric.value, report.metric.previous, report.metric.delta_percent], [62.5, null, null])
  const from = await csat('start_at=2026-03-30&end_at=2026-04-01T23:59:59&previous_start_at=2026-03-28&previous_end_at=2026-03-29T23:59:59')
  assert.deepEqual([from.series.data, from.series.previous, from.metric], [[100, null, 100], [100, 0], { name: 'average_csat', value: 100, previous: 33.333333333333, delta_percent: 200 }])
  const nothing_good = await csat('start_at=2026-03-30&end_at=2026-03-30T23:59:59&previous_start_at=2026-03-29&previous_end_at=2026-03-29T23:59:59')
  assert.deepEqual([nothing_good.metric.previous, nothing_good.metric.delta_percent], [0, null])
})

test('an empty account has a report of nothing', async () => {
  const report = await csat('interval=WEEK', await world.account())
  assert.deepEqual([report.series.data, report.metric], [[null, null, null, null, null], { name: 'average_csat', value: null, previous: null, delta_percent: null }])
})

test('what makes no sense is refused', async () => {
  for (const query of ['interval=HOUR', 'start_at=yesterday', 'start_at=2026-02-30', 'end_at=', 'agent_id=x', 'team_id=0', 'start_at=2026-03-02&end_at=2026-03-01', 'previous_start_at=2026-03-02&previous_end_at=2026-03-01',
    'start_at=2020-01-01&end_at=2026-01-01&interval=DAY', 'start_at=0001-01-01&end_at=9998-01-01&interval=YEAR', 'previous_start_at=2000-01-01', 'start_at=99999999999', 'start_at=a&start_at=b'])
    assert.deepEqual(codes(await read(world, acme, `/api/v1/insights/cases/csat?${query}`)), ['PARAMETER_INVALID'], query)
  assert.equal((await csat('start_at=1100-01-01&end_at=2026-12-31&interval=YEAR&source_channel=MAIL')).interval_count, 927)
})

test('it is for agents and up, of their own account, and a key of one site sees that site', async () => {
  for (const role of ['collaborator', 'agent'] as const) {
    await createUser(acme.ctx, { email: `${role}@acme.example`, name: role, role, password: 'long enough for us' })
    const answer = await world.app.inject({ url: '/api/v1/insights/cases/csat', headers: basic(`${role}@acme.example`, 'long enough for us') })
    assert.equal(answer.statusCode, role === 'agent' ? 200 : 403)
  }
  const stranger = await world.account({ name: 'Stranger' })
  assert.equal((await csat(`start_at=2026-03-01&end_at=2026-04-01&agent_id=${staff_ids.amir}`, stranger)).metric.value, null)
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  for (const [site_code, value] of [['north', null], ['main', 62.5]] as const) {
    const { api_key } = await createKey(acme.ctx, { name: site_code, site_code })
    const answer = await world.app.inject({ url: '/api/v1/insights/cases/csat', headers: bearer({ ...acme, api_key }) })
    assert.equal(answer.json().data.metric.value, value)
  }
})

test('a revised rating counts as what it is now, and another time zone counts anew', async () => {
  const account = await world.account({ time_zone: 'UTC', name: 'Movers' })
  world.clock.set('2026-04-02T23:30:00Z')
  const case_id = await closedCase(account.ctx)
  const hash = await askedHash(world, account, case_id)
  await rate(world, case_id, hash, 'GOOD')
  const days = async () => (await csat('start_at=2026-04-02&end_at=2026-04-03T23:59:59', account)).series.data
  assert.deepEqual(await days(), [100, null])
  await foldCaseChanges(world.ground)
  await rate(world, case_id, hash, 'BAD')
  assert.deepEqual(await days(), [0, null])
  await world.ground.db.updateTable('accounts').set({ time_zone: 'Europe/Berlin' }).where('id', '=', account.account.id).execute()
  assert.deepEqual(await days(), [null, 0])
})

test('a rating counts for each agent of its case, once in all; a neutral answer and one about no case for nobody', async () => {
  const account = await world.account({ name: 'Pairs' })
  const case_id = await closedCase(account.ctx, { staff_codes: ['x', 'y'] })
  await rate(world, case_id, await askedHash(world, account, case_id), 'GOOD')
  const other = await closedCase(account.ctx, { number: '2', staff_codes: ['x'], contact: { external_id: 5, name: 'Jo', email: 'jo@customer.example' } })
  const { token } = await world.ground.db.selectFrom('invitations').select('token').where('account_id', '=', account.account.id).where('case_id', '=', other).executeTakeFirstOrThrow()
  await recordResponse(world.ground, token, { score: 5, comment: null }, { responder_ip: null, user_agent: null })
  await rate(world, other, await askedHash(world, account, other), 'BAD')
  const staff = await world.ground.db.selectFrom('staff').select('id').where('account_id', '=', account.account.id).orderBy('code').execute()
  for (const round of ['noted', 'added up']) {
    assert.deepEqual(await Promise.all(['', ...staff.map(({ id }) => `agent_id=${id}`)].map(async (query) => (await csat(query, account)).metric.value)), [50, 50, 100], round)
    while (await foldCaseChanges(world.ground) > 0);
  }
})
