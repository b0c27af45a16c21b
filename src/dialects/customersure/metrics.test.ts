import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { foldRecordChanges } from '../../core/records/fold.ts'
import { recordResponse } from '../../core/responses/record.ts'
import type { Recorded } from '../../core/responses/store.ts'
import { reviseResponse } from '../../core/responses/revise.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { createSurvey, getSurveyFor } from '../../core/surveys.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const NOBODY = { responder_ip: null, user_agent: null }
const EMPTY_NPS = { net_promoter_score: null, promoter_count: 0, passive_count: 0, detractor_count: 0, total_number_of_ratings: 0 }
const EMPTY_CSAT = { csat: null, very_negative_count: 0, negative_count: 0, neutral_count: 0, positive_count: 0, very_positive_count: 0, total_number_of_ratings: 0 }

let world: World
let acme: TestAccount
let api: CustomerSureClient

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  world.clock.set('2026-03-16T10:00:00Z')
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
})

test('with nothing to divide by, figures are null and counts 0', async () => {
  assert.deepEqual((await api.get('/nps')).json(), EMPTY_NPS)
  assert.deepEqual((await api.get('/csat')).json(), EMPTY_CSAT)
  assert.deepEqual((await api.get('/response_rate')).json(), { response_rate_percent: null, sent_count: 0, delivered_count: 0, reply_count: 0 })
})

test('NPS is promoters less detractors, of all', async () => {
  for (const score of [10, 9, 9, 8, 7, 6, 0]) await rate('nps', score)
  assert.deepEqual((await api.get('/nps')).json(), { net_promoter_score: 14, promoter_count: 3, passive_count: 2, detractor_count: 2, total_number_of_ratings: 7 })
  assert.deepEqual((await api.get('/csat')).json(), EMPTY_CSAT)
})

test('NPS below zero is rounded away from zero too', async () => {
  for (const score of [0, 7, 7, 7, 7, 7, 7, 7]) await rate('nps', score)
  assert.equal((await api.get('/nps')).json().net_promoter_score, -13)
})

test('an NPS question on another scale is put on 0 to 10', async () => {
  const survey = await createSurvey(acme.ctx.db, acme.account.id, { name: 'Stars', purpose: 'other', questions: [{ type: 'rating', text: 'Recommend?', metric: 'nps', scale: { min: 1, max: 5 } }] }, acme.ctx.now())
  for (const stars of [5, 4, 3, 1]) await answer(await ask({ survey_id: survey.id }), stars)
  assert.deepEqual((await api.get('/nps')).json(), { net_promoter_score: -25, promoter_count: 1, passive_count: 1, detractor_count: 2, total_number_of_ratings: 4 })
})

test('CSAT counts five sentiments, and the best two are satisfied', async () => {
  for (const score of [1, 2, 3, 5, 6, 7, 8, 9, 10, 10]) await rate('ticket', score)
  assert.deepEqual((await api.get('/csat')).json(), {
    csat: 50, very_negative_count: 2, negative_count: 1, neutral_count: 2, positive_count: 2, very_positive_count: 3, total_number_of_ratings: 10,
  })
})

test('the usual window of NPS and CSAT begins at a midnight of the account, 30 days ago, and ends now', async () => {
  acme = await world.account({ name: 'Berlin', time_zone: 'Europe/Berlin' })
  api = customerSureClient(world, acme.api_key)
  world.clock.set('2026-03-10T22:59:59.999Z')
  await rate('nps', 0)
  world.clock.set('2026-03-10T23:00:00Z')
  await rate('nps', 10)
  world.clock.set('2026-04-10T09:00:00Z')
  await rate('nps', 10)
  assert.equal((await api.get('/nps')).json().total_number_of_ratings, 2)
})

test('times override the window, both ends included, in any zone', async () => {
  await rate('nps', 10)
  assert.equal(await total('from_time=2026-03-16T10:00Z&to_time=2026-03-16T10:00Z'), 1)
  assert.equal(await total('from_time=2026-03-16T11:00:00%2B01:00'), 1)
  assert.equal(await total('from_time=2026-03-16T11:00:00+0100'), 1)
  assert.equal(await total('from_time=2026-03-16T10:00:01Z'), 0)
  assert.equal(await total('to_time=2026-03-16T09:59:59.999Z'), 0)
  assert.equal(await total('to_time=2015-01-31T23:59Z'), 0)
  assert.equal(await total('from_time=2015-01-01T00:00Z&to_time=2015-01-31T23:59Z'), 0)
})

test('an end is a whole second, as responses show it: two windows that meet leave nothing out, and what is told more exactly is taken so', async () => {
  world.clock.set('2026-03-15T23:59:59.600Z')
  await rate('nps', 10)
  assert.equal((await api.get('/feedback_responses')).json()[0].submitted_at, '2026-03-15T23:59:59Z')
  world.clock.set('2026-03-16T10:00:00Z')
  assert.equal(await total('from_time=2026-03-15T00:00:00Z&to_time=2026-03-15T23:59:59Z'), 1)
  assert.equal(await total('from_time=2026-03-15T23:59:59Z&to_time=2026-03-15T23:59:59Z'), 1)
  assert.equal(await total('from_time=2026-03-16T00:00:00Z&to_time=2026-03-16T23:59:59Z'), 0)
  assert.equal(await total('from_time=2026-03-15T00:00:00Z&to_time=2026-03-15T23:59:59.500Z'), 0)
})

test('a period overrides times, in the account\'s days', async () => {
  world.clock.set('2026-03-15T23:30:00Z')
  await rate('nps', 10)
  world.clock.set('2026-03-16T10:00:00Z')
  assert.equal(await total('period=yesterday&from_time=2015-01-01T00:00Z&to_time=2015-01-02T00:00Z'), 1)
  assert.equal(await total('period=current_week'), 0)
  assert.equal(await total('period=last_week'), 1)
  assert.equal(await total('period=12-months'), 1)
  await world.ground.db.updateTable('accounts').set({ time_zone: 'Europe/Berlin' }).where('id', '=', acme.account.id).execute()
  assert.equal(await total('period=yesterday'), 0)
  assert.equal(await total('period=current_week'), 1)
})

test('an unknown period tells the known ones; unreadable and reversed times are refused', async () => {
  for (const path of ['/nps', '/csat', '/response_rate']) {
    const answered = await api.get(`${path}?period=fortnight`)
    assert.equal(answered.statusCode, 422)
    const [error] = answered.json().errors
    assert.deepEqual([error.resource, error.field, error.error, error.extra_info.allowed_values.length], [path, 'period', 'invalid_value', 18])
    const wrong = await api.get(`${path}?from_time=soon&to_time=2026-02-30T00:00Z&period=fortnight&site_ids[]=hq`)
    assert.deepEqual(wrong.json().errors.map((one: { field: string, error: string }) => `${one.field} ${one.error}`), ['from_time invalid_date', 'to_time invalid_date', 'period invalid_value', 'site_ids[0] invalid_format'])
    const reversed = await api.get(`${path}?from_time=2026-03-02&to_time=2026-03-01`)
    assert.deepEqual(reversed.json().errors.map((one: { field: string, error: string }) => `${one.field} ${one.error}`), ['to_time invalid_date'])
  }
})

test('filters: survey, site, staff and a part of the company\'s name', async () => {
  const north = await createSite(acme.ctx, { code: 'north', name: 'North' })
  const luke = await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  const nps = await getSurveyFor(acme.ctx, 'nps')
  await rate('nps', 10)
  await rate('nps', 9, [{ key: 'site_code', value: 'north' }])
  await rate('nps', 0, [{ key: 'staff_code', value: 'luke' }, { key: 'company_name', value: 'Cyberdyne 100% Systems' }])
  const score = async (query: string) => (await api.get(`/nps?${query}`)).json().net_promoter_score
  assert.equal(await score(`survey_ids[]=${nps.id}`), 33)
  assert.equal(await score(`survey_ids[]=${nps.id + 1}`), null)
  assert.equal(await score(`site_ids[]=${north.id}`), 100)
  assert.equal(await score(`site_ids=${acme.account.default_site_id}`), 0)
  assert.equal(await score(`site_ids[]=${north.id}&site_ids[]=${acme.account.default_site_id}`), 33)
  assert.equal(await score(`staff_ids[]=${luke.id}`), -100)
  assert.equal(await score(`staff_ids[]=${luke.id}&site_ids[]=${north.id}`), null)
  assert.equal(await score('company_name=cyber'), -100)
  assert.equal(await score('company_name=0%25%20SYS'), -100)
  assert.equal(await score('company_name=cyber_yne'), null)
  assert.equal(await score('company_name=Acme'), null)
})

test('a rating about one of two staff members counts for that one', async () => {
  const [luke, leia] = [await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' }), await createStaffMember(acme.ctx, { code: 'leia', name: 'Leia' })]
  const survey_id = (await getSurveyFor(acme.ctx, 'employee')).id
  const request = await ask({ survey_id, data: [{ key: 'staff_code', value: 'luke' }, { key: 'staff_code', value: 'leia' }] })
  const [question] = (await api.get('/surveys')).json().find((survey: { id: number }) => survey.id === survey_id).questions
  await recordResponse(world.ground, tokenOf(request), [{ question_id: question.id, staff_id: luke.id, value: 10 }, { question_id: question.id, staff_id: leia.id, value: 1 }], NOBODY)
  const csat = async (query: string) => {
    const body = (await api.get(`/csat?${query}`)).json()
    return [body.csat, body.total_number_of_ratings]
  }
  assert.deepEqual(await csat(''), [50, 2])
  assert.deepEqual(await csat(`staff_ids[]=${luke.id}`), [100, 1])
  assert.deepEqual(await csat(`staff_ids[]=${leia.id}`), [0, 1])
  assert.deepEqual(await csat(`staff_ids[]=${luke.id}&staff_ids[]=${leia.id}`), [50, 2])
})

test('an answer credited to two counts once, whoever of them is asked for, also at one company', async () => {
  const [luke, leia, han] = [await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' }), await createStaffMember(acme.ctx, { code: 'leia', name: 'Leia' }), await createStaffMember(acme.ctx, { code: 'han', name: 'Han' })]
  const codes = (...names: string[]) => names.map((value) => ({ key: 'staff_code', value }))
  await rate('nps', 10, [...codes('luke', 'leia'), { key: 'company_name', value: 'Cyberdyne' }])
  await rate('nps', 10, [...codes('luke'), { key: 'company_name', value: 'Soylent' }])
  await rate('nps', 10, codes('han'))
  world.clock.set('2026-03-18T10:00:00Z')
  for (const added_up of [false, true]) {
    while (added_up && await foldRecordChanges(world.ground) > 0);
    for (const window of ['', '&from_time=2026-03-16T09:59:00Z&to_time=2026-03-17T10:00:00Z', '&period=current_week']) {
      assert.equal(await total(`staff_ids[]=${luke.id}&staff_ids[]=${leia.id}${window}`), 2)
      assert.equal(await total(`staff_ids[]=${luke.id}&staff_ids[]=${luke.id}${window}`), 2)
      assert.equal(await total(`staff_ids[]=${luke.id}&staff_ids[]=${leia.id}&staff_ids[]=${han.id}${window}`), 3)
      assert.equal(await total(`staff_ids[]=${luke.id}&staff_ids[]=${leia.id}&company_name=cyber${window}`), 1)
      assert.equal(await total(`staff_ids[]=${han.id}&company_name=cyber${window}`), 0)
      assert.equal(await total(`company_name=CYBER${window}`), 1)
    }
  }
})

test('figures follow a revision at once, before and after they are added up', async () => {
  const request = await ask({})
  await answer(request, 10)
  while (await foldRecordChanges(world.ground) > 0);
  await reviseResponse(world.ground, tokenOf(request), { score: 0 }, NOBODY)
  assert.equal((await api.get('/nps')).json().net_promoter_score, -100)
  while (await foldRecordChanges(world.ground) > 0);
  assert.deepEqual((await api.get('/nps')).json(), { net_promoter_score: -100, promoter_count: 0, passive_count: 0, detractor_count: 1, total_number_of_ratings: 1 })
})

test('the response rate is of what was delivered, 2 to 32 days ago', async () => {
  const north = await createSite(acme.ctx, { code: 'north', name: 'North' })
  const nps = await getSurveyFor(acme.ctx, 'nps')
  world.clock.set('2026-03-01T12:00:00Z')
  const [replied, , bounced] = [await ask({}), await ask({ data: [{ key: 'site_code', value: 'north' }] }), await ask({})]
  await answer(replied, 5)
  await world.ground.db.updateTable('invitations').set({ bounced_at: world.clock.now() }).where('id', '=', bounced.id).execute()
  for (const outside of ['2026-02-11T23:59:59Z', '2026-03-15T00:00:00Z']) {
    world.clock.set(outside)
    await answer(await ask({}), 5)
  }
  await api.post('/feedback_requests', { email: 'later@example.com', send_at: '2026-04-01T00:00:00Z', survey_id: nps.id })
  world.clock.set('2026-03-17T08:00:00Z')
  assert.deepEqual(await rateOf(''), { response_rate_percent: 50, sent_count: 3, delivered_count: 2, reply_count: 1 })
  assert.deepEqual(await rateOf(`site_ids[]=${north.id}`), { response_rate_percent: 0, sent_count: 1, delivered_count: 1, reply_count: 0 })
  assert.equal((await rateOf(`survey_ids[]=${nps.id}`)).sent_count, 3)
  assert.equal((await rateOf(`survey_ids[]=${nps.id + 1}`)).sent_count, 0)
  assert.equal((await rateOf('from_time=2026-02-01&to_time=2026-03-17')).sent_count, 5)
  assert.equal((await rateOf('period=7-days')).sent_count, 1)
})

test('staff_ids and company_name are no parameters of the response rate', async () => {
  assert.equal((await api.get('/response_rate?staff_ids[]=1')).statusCode, 403)
  assert.equal((await api.get('/response_rate?company_name=a')).statusCode, 403)
})

test('another account\'s ids match nothing, and its ratings count nowhere else', async () => {
  const luke = await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  await rate('nps', 10, [{ key: 'staff_code', value: 'luke' }])
  const theirs = customerSureClient(world, (await world.account({ name: 'Other' })).api_key)
  for (const query of ['', `?site_ids[]=${acme.account.default_site_id}`, `?staff_ids[]=${luke.id}`, '?company_name=']) assert.deepEqual((await theirs.get(`/nps${query}`)).json(), EMPTY_NPS, query)
  assert.equal((await theirs.get('/response_rate?period=7-days')).json().sent_count, 0)
})

test('a key of one site measures that site', async () => {
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  const north = customerSureClient(world, (await createKey(acme.ctx, { name: 'north', site_code: 'north' })).api_key)
  await rate('nps', 10, [{ key: 'site_code', value: 'north' }])
  await rate('nps', 0)
  assert.equal((await north.get('/nps')).json().net_promoter_score, 100)
  assert.deepEqual((await north.get(`/nps?site_ids[]=${acme.account.default_site_id}`)).json(), EMPTY_NPS)
  assert.equal((await north.get('/response_rate?period=7-days')).json().sent_count, 1)
})

interface Asked { id: number, link: string }

async function ask(change: Record<string, unknown>): Promise<Asked> {
  const survey_id = (await getSurveyFor(acme.ctx, 'nps')).id
  const made = await api.post('/feedback_requests', { email: 'kate@example.com', send_at: world.clock.now().toISOString(), survey_id, external_link: true, ...change })
  assert.equal(made.statusCode, 201, made.body)
  return made.json()
}

async function rate(purpose: 'nps' | 'ticket', score: number, data: { key: string, value: string }[] = []): Promise<Recorded> {
  return answer(await ask({ survey_id: (await getSurveyFor(acme.ctx, purpose)).id, data }), score)
}

function answer(request: Asked, score: number): Promise<Recorded> {
  return recordResponse(world.ground, tokenOf(request), { score, comment: null }, NOBODY)
}

function tokenOf({ link }: Asked): string {
  return link.split('/').at(-1) ?? ''
}

async function total(query: string): Promise<number> {
  const answered = await api.get(`/nps?${query}`)
  assert.equal(answered.statusCode, 200, answered.body)
  return answered.json().total_number_of_ratings
}

async function rateOf(query: string): Promise<{ sent_count: number }> {
  const answered = await api.get(`/response_rate?${query}`)
  assert.equal(answered.statusCode, 200, answered.body)
  return answered.json()
}
