// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSurvey, getSurveyFor } from '../../core/surveys.ts'
import { earshotClient, ticketFields, type EarshotClient } from '../../../test/support/earshot.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface Named { id: number, name: string }

let world: World
let account: TestAccount
let client: EarshotClient
let five = 0

before(async () => {
  world = await openWorld()
  account = await world.account()
  client = earshotClient(world, account.api_key)
  five = (await getSurveyFor(account.ctx, 'five_questions')).id
})
after(() => world.close())

test('surveys are listed by name, with their questions in order', async () => {
  const listed = await client.get('/v1/surveys')
  assert.equal(listed.statusCode, 200)
  const { data, total, next } = listed.json()
  assert.deepEqual(data.map(({ name }: Named) => name), ['Employee', 'Five questions', 'Good or bad', 'NPS', 'Project', 'Ticket'])
  assert.deepEqual([total, next], [6, null])
  const [nps] = data.filter(({ name }: Named) => name === 'NPS')
  assert.deepEqual(nps, {
    id: nps.id, name: 'NPS', purpose: 'nps', locale: 'en', questions: [
      { id: nps.questions[0].id, type: 'rating', text: 'How likely are you to recommend us to a friend or colleague?', required: true, per_staff: false, metric: 'nps', scale: { min: 0, max: 10 },
        scale_labels: { min: 'Not at all likely', max: 'Extremely likely' }, options: null },
      { id: nps.questions[1].id, type: 'text', text: 'What is the main reason for your score?', required: false, per_staff: false, metric: 'none', scale: null, scale_labels: null, options: null },
    ],
  })
})

test('a survey with options shows them, and one that was archived is not listed', async () => {
  const other = await world.account({ name: 'Options' })
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', other.account.id).execute()
  const others = earshotClient(world, other.api_key)
  assert.deepEqual((await others.get('/v1/surveys')).json(), { data: [], total: 0, next: null })
  await createSurvey(world.ground.db, other.account.id, { name: 'Of options', purpose: 'other', locale: 'de', questions: [{ type: 'checkbox', text: 'What was good?', options: ['Speed', 'Tone'] }] }, world.clock.now())
  const { data: [survey] } = (await others.get('/v1/surveys')).json()
  assert.deepEqual([survey.purpose, survey.locale, survey.questions[0].options, survey.questions[0].scale], ['other', 'de', ['Speed', 'Tone'], null])
})

test('pages lead from one to the next, and past the end there is nothing', async () => {
  const first = (await client.get('/v1/surveys?per_page=4')).json()
  assert.deepEqual([first.data.length, first.total, first.next], [4, 6, 'http://earshot.test/v1/surveys?per_page=4&page=2'])
  const second = (await client.get(first.next.replace('http://earshot.test', ''))).json()
  assert.deepEqual([second.data.map(({ name }: Named) => name), second.total, second.next], [['Project', 'Ticket'], 6, null])
  assert.equal((await client.get('/v1/surveys?per_page=3&page=2')).json().next, null, 'the last page may be full')
  for (const path of ['/v1/surveys', '/v1/boards']) {
    const beyond = await client.get(`${path}?page=2147483647&per_page=1000`)
    assert.deepEqual([beyond.statusCode, beyond.json().data, beyond.json().next], [200, [], null])
  }
})

test('a bad argument is refused by name', async () => {
  for (const path of ['/v1/surveys', '/v1/boards']) {
    for (const [query, faults] of [
      ['page=0', 'page invalid_value'], ['page=-1', 'page invalid_format'], ['page=x&per_page=1.5', 'page invalid_format,per_page invalid_format'], ['per_page=0', 'per_page invalid_value'], ['per_page=1001', 'per_page invalid_value'],
      ['page=', 'page invalid_format'], ['page=3000000000', 'page invalid_value'], ['page=99999999999999999999', 'page invalid_format'], ['page=1&page=2', 'page invalid_format'], ['Page=1', 'Page custom'], ['__proto__=1', '__proto__ custom'],
      ['name=x&constructor=1', 'name custom,constructor custom'],
    ] as const) {
      const refused = await client.get(`${path}?${query}`)
      assert.equal(refused.statusCode, 422, query)
      assert.equal(refused.json<Problem>().faults.map(({ field, code }) => `${field} ${code}`).join(), faults, query)
    }
  }
  assert.match((await client.get('/v1/boards?nmae=x')).json<Problem>().faults[0]?.message ?? '', /there are page, per_page/)
})

test('a board is given a survey, another one, and none', async () => {
  const set = await client.put('/v1/boards', { kind: 'ticket', name: ' Service Desk ', survey_id: five })
  assert.equal(set.statusCode, 200, set.body)
  const board = { kind: 'ticket', name: 'Service Desk', survey_id: five, survey_name: 'Five questions', survey_archived_at: null }
  assert.deepEqual(set.json(), board)
  assert.deepEqual((await client.get('/v1/boards')).json(), { data: [board], total: 1, next: null })
  const posted = await client.post('/v1/tickets', ticketFields({ board_name: 'SERVICE DESK' }))
  assert.equal((await world.ground.db.selectFrom('invitations').select('survey_id').where('id', '=', posted.json().invitation_id).executeTakeFirstOrThrow()).survey_id, five)
  const nps = (await getSurveyFor(account.ctx, 'nps')).id
  assert.deepEqual((await client.put('/v1/boards', { kind: 'ticket', name: 'service desk', survey_id: nps })).json(), { ...board, name: 'service desk', survey_id: nps, survey_name: 'NPS' })
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('id', '=', nps).execute()
  assert.equal((await client.get('/v1/boards')).json().data[0].survey_archived_at, world.clock.now().toISOString())
  for (let time = 0; time < 2; time++) {
    const none = await client.put('/v1/boards', { kind: 'ticket', name: 'Service Desk', survey_id: null })
    assert.deepEqual([none.statusCode, none.json()], [200, { kind: 'ticket', name: 'Service Desk', survey_id: null, survey_name: null, survey_archived_at: null }])
  }
  assert.deepEqual((await client.get('/v1/boards')).json(), { data: [], total: 0, next: null })
})

test('what is wrong with a board is told at once, and leaving out its survey is not taking it away', async () => {
  for (const [body, faults] of [
    [{}, 'kind required,name required,survey_id required'], [{ kind: 'ticket', name: 'X' }, 'survey_id required'], [{ kind: 'desk', name: ' ', survey_id: 'five' }, 'kind invalid_value,name required,survey_id invalid_format'],
    [{ kind: null, name: 'x'.repeat(301), survey_id: 0, colour: 1 }, 'kind invalid_value,name wrong_length,survey_id invalid_value,colour custom'], [{ kind: 'project', name: 'X', survey_id: 999_999 }, 'survey_id invalid_value'],
    [{ kind: 'project', name: 'a\nb', survey_id: null }, 'name invalid_format'], [[], 'body invalid_format'],
  ] as const) {
    const refused = await client.put('/v1/boards', body)
    assert.equal(refused.statusCode, 422, refused.body)
    assert.equal(refused.json<Problem>().faults.map(({ field, code }) => `${field} ${code}`).join(), faults)
  }
  assert.equal((await client.put('/v1/boards', '{')).statusCode, 400)
  assert.equal((await client.put('/v1/boards', 'kind=ticket', { 'content-type': 'text/plain' })).statusCode, 415)
  assert.equal((await client.put('/v1/boards?x=1', { kind: 'ticket', name: 'X', survey_id: null })).statusCode, 422)
})

test('a key of one site reads boards and surveys, and sets none', async () => {
  const of_one = earshotClient(world, (await createKey(account.ctx, { name: 'main', site_code: 'main' })).api_key)
  assert.deepEqual([(await of_one.get('/v1/surveys')).statusCode, (await of_one.get('/v1/boards')).statusCode], [200, 200])
  const refused = await of_one.put('/v1/boards', { kind: 'ticket', name: 'X', survey_id: five })
  assert.deepEqual([refused.statusCode, refused.headers['content-type']], [403, 'application/problem+json; charset=utf-8'])
})

test('another account\'s survey can\'t be given to a board, and its boards are not seen', async () => {
  const other = await world.account({ name: 'Other' })
  const others = earshotClient(world, other.api_key)
  await client.put('/v1/boards', { kind: 'project', name: 'Shared name', survey_id: five })
  assert.equal((await others.put('/v1/boards', { kind: 'project', name: 'Shared name', survey_id: five })).statusCode, 422)
  assert.equal((await others.put('/v1/boards', { kind: 'project', name: 'Shared name', survey_id: null })).statusCode, 200)
  assert.deepEqual((await others.get('/v1/boards')).json().data, [])
  assert.equal((await client.get('/v1/boards')).json().data[0].survey_id, five, 'nor taken away')
})

interface Problem { faults: { field: string, code: string, message: string }[] }
