/** Pages of the two long lists are those of going through all, for any filter and size, however much is added up already. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { foldRecordChanges } from '../../core/records/fold.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { reviseResponse } from '../../core/responses/revise.ts'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { makeDice } from '../../demo/random.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const NOBODY = { responder_ip: null, user_agent: null }

let world: World
let acme: TestAccount
let api: CustomerSureClient
let surveys: number[]
const dice = makeDice(8)

before(async () => {
  world = await openWorld()
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  for (const code of ['luke', 'leia', 'han']) await createStaffMember(acme.ctx, { code, name: code })
  await world.ground.db.insertInto('blocks').values({ account_id: acme.account.id, pattern: 'blocked.example', created_at: world.clock.now() }).execute()
  surveys = (await Promise.all((['nps', 'ticket'] as const).map((purpose) => getSurveyFor(acme.ctx, purpose)))).map(({ id }) => id)
  for (let day = 0; day < 24; day++) await liveOneDay(day)
})
after(() => world.close())

/** Requests come in, some are sent, some wait and some are refused; some are answered, of which some are dated by their sending, and some changed later. Now and then many ids are other accounts'. */
async function liveOneDay(day: number): Promise<void> {
  if (day % 8 === 7) await sql`select setval(pg_get_serial_sequence('invitations', 'id'), nextval(pg_get_serial_sequence('invitations', 'id')) + 4090)`.execute(world.ground.db)
  for (let index = dice.between(2, 6); index > 0; index--) {
    const made = await api.post('/feedback_requests', {
      email: dice.chance(0.2) ? 'blocked@blocked.example' : `p${day}.${index}@client.example`, survey_id: dice.pick(surveys), send_at: new Date(world.clock.now().getTime() + (dice.chance(0.2) ? 90 * 86_400_000 : 0)).toISOString(), ignore_throttle: true,
      external_link: dice.chance(0.6), data: [{ key: 'site_code', value: dice.pick(['main', 'north']) }, ...dice.pick([['luke'], ['luke', 'leia'], ['han', 'leia'], ['luke', 'han', 'leia'], []]).map((value) => ({ key: 'staff_code', value }))],
    })
    assert.equal(made.statusCode, 201, made.body)
    if (made.json().state === 'sent') await live(made.json())
    if (dice.chance(0.2)) await foldRecordChanges(world.ground, 5)
  }
  world.clock.advance({ hours: 24 })
}

async function live({ id, link }: { id: number, link: string }): Promise<void> {
  const token = link.split('/').at(-1) ?? ''
  if (dice.chance(0.3)) return
  await world.ground.db.updateTable('invitations').set({ dated_when_sent: dice.chance(0.3) }).where('id', '=', id).execute()
  world.clock.advance({ minutes: dice.between(1, 600) })
  await recordResponse(world.ground, token, { score: dice.between(1, 10), comment: null }, NOBODY)
  world.clock.advance({ minutes: dice.between(1, 60) })
  if (dice.chance(0.4)) await reviseResponse(world.ground, token, { score: dice.between(1, 10) }, NOBODY)
}

test('requests of each state and of all, also across blocks of ids', async () => {
  const { rows: blocks } = await sql`select distinct id / 4096 from invitations`.execute(world.ground.db)
  assert.equal(blocks.length, 4)
  for (const table of ['invitation_blocks', 'invitation_changes'] as const) assert.ok(await world.ground.db.selectFrom(table).select('account_id').limit(1).executeTakeFirst(), table)
  await comparePages('/feedback_requests', requestsBy)
})

test('requests that a key of one site sees', async () => {
  const north = customerSureClient(world, (await createKey(acme.ctx, { name: 'north', site_code: 'north' })).api_key)
  const { id } = await world.ground.db.selectFrom('sites').select('id').where('code', '=', 'north').executeTakeFirstOrThrow()
  const expected = await world.ground.db.selectFrom('invitations').select('id').where('site_id', '=', id).orderBy('id', 'desc').execute()
  assert.deepEqual(await everyPage('/feedback_requests', '', 7, north), expected.map((row) => row.id))
})

test('responses new since an instant: made since, changed since, or both, with any other filter', async () => {
  const late = await world.ground.db.selectFrom('responses').select('id').where(sql<boolean>`created_at > dated_at`).execute()
  assert.ok(late.length > 5)
  await comparePages('/feedback_responses', responsesBy)
})

test('the same with all of it added up', async () => {
  while (await foldRecordChanges(world.ground) > 0);
  await comparePages('/feedback_requests', requestsBy)
  await comparePages('/feedback_responses', responsesBy)
})

test('requests and responses of nobody are empty pages', async () => {
  const nobody = customerSureClient(world, (await world.account({ name: 'Other' })).api_key)
  for (const path of ['/feedback_requests?state=pending', '/feedback_requests?page=9', '/feedback_responses?created_since=2020-01-01', `/feedback_responses?survey_ids[]=${surveys[0]}&page=3`]) {
    const answered = await nobody.get(path)
    assert.deepEqual([answered.json(), answered.headers['x-total-count'], answered.headers['x-total-pages']], [[], '0', '1'], path)
  }
})

async function comparePages(path: string, expectedBy: () => Promise<[query: string, ids: number[]]>): Promise<void> {
  for (let round = 0; round < 25; round++) {
    const [query, ids] = await expectedBy()
    assert.deepEqual(await everyPage(path, query, dice.between(3, 20)), ids, query)
  }
}

async function everyPage(path: string, query: string, per_page: number, client = api): Promise<number[]> {
  const found: number[] = []
  for (let page = 1; ; page++) {
    const answered = await client.get(`${path}?per_page=${per_page}&page=${page}&${query}`)
    assert.equal(answered.statusCode, 200, answered.body)
    const rows: { id: number }[] = answered.json()
    if (page > Number(answered.headers['x-total-pages'])) {
      assert.deepEqual([rows, Number(answered.headers['x-total-count'])], [[], found.length], query)
      return found
    }
    found.push(...rows.map(({ id }) => id))
  }
}

async function requestsBy(): Promise<[string, number[]]> {
  const state = dice.pick(['pending', 'sent', 'not_sent', ''])
  const rows = await world.ground.db.selectFrom('invitations').select(['id', 'state']).where('account_id', '=', acme.account.id).orderBy('id', 'desc').execute()
  return [`state=${state}`, rows.filter((row) => state === '' || row.state === state).map(({ id }) => id)]
}

async function responsesBy(): Promise<[string, number[]]> {
  const rows = await world.ground.db.selectFrom('responses').select(['id', 'dated_at', 'created_at', 'updated_at', 'survey_id', 'site_id', 'staff_ids']).where('account_id', '=', acme.account.id).execute()
  const times = rows.flatMap(({ dated_at, created_at, updated_at }) => [dated_at, created_at, updated_at, new Date(updated_at.getTime() + 1000)])
  const staff = (await world.ground.db.selectFrom('staff').select('id').execute()).filter(() => dice.chance(0.5)).map(({ id }) => id)
  const [created, updated] = [dice.chance(0.6) ? dice.pick(times) : null, dice.chance(0.6) ? dice.pick(times) : null]
  const [survey, site, credited] = [dice.chance(0.3) ? dice.pick(surveys) : null, dice.chance(0.3) ? acme.account.default_site_id : null, dice.chance(0.3) && staff.length > 0 ? staff : null]
  const found = rows.filter((row) => (!created || row.created_at >= created) && (!updated || row.updated_at >= updated) && (!survey || row.survey_id === survey) && (!site || row.site_id === site) && (!credited || row.staff_ids.some((id) => credited.includes(id))))
    .sort((a, b) => b.dated_at.getTime() - a.dated_at.getTime() || b.id - a.id)
  const query = [...created ? [`created_since=${created.toISOString()}`] : [], ...updated ? [`updated_since=${updated.toISOString()}`] : [], ...survey ? [`survey_ids[]=${survey}`] : [], ...site ? [`site_ids[]=${site}`] : [], ...(credited ?? []).map((id) => `staff_ids[]=${id}`)]
  return [query.join('&'), found.map(({ id }) => id)]
}
