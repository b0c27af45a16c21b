// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { openBrowser } from '../../../test/support/clicking.ts'
import { earshotClient, type EarshotClient } from '../../../test/support/earshot.ts'
import { makeSurveyLink } from '../../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let account: TestAccount
let client: EarshotClient

before(async () => {
  world = await openWorld()
  account = await world.account()
  client = earshotClient(world, account.api_key)
})
after(() => world?.close())

/** An answer that came in the very moment of its page, so by a machine. */
async function suspected(score: number, ctx = account.ctx): Promise<{ id: number, token: string, invitation_id: number }> {
  const { token, invitation_id } = await makeSurveyLink(ctx)
  world.clock.advance({ minutes: 20 })
  const machine = openBrowser(world, { address: '203.0.113.9' })
  await machine.open(`/surveys/${token}`)
  await machine.send({ score })
  const { id } = await world.ground.db.selectFrom('held_responses').select('id').where('invitation_id', '=', invitation_id).executeTakeFirstOrThrow()
  return { id, token, invitation_id }
}

async function countedScores(invitation_id: number): Promise<(number | null)[]> {
  return (await world.ground.db.selectFrom('responses').select('score_value').where('invitation_id', '=', invitation_id).execute()).map(({ score_value }) => score_value)
}

test('what is suspected is listed with its answers and its reasons, counts once it is accepted, and can be taken out and put back', async () => {
  const { id, invitation_id } = await suspected(3)
  const { data: [held], total, next } = (await client.get('/v1/review')).json()
  assert.deepEqual([total, next], [1, null])
  assert.deepEqual({ ...held, answers: held.answers.length, survey_id: 0 }, {
    id, state: 'suspected', invitation_id, survey_id: 0, email: null, received_at: world.clock.now().toISOString(), counts_at: null, answers: 1, responder_ip: '203.0.113.9', user_agent: held.user_agent, weight: 5,
    reasons: [{ reason: 'came within two seconds after its page', weight: 6 }, { reason: 'the browser keeps cookies', weight: -1 }], decided_at: null, decided_by: null, answered_by_another: false,
  })
  assert.equal(held.answers[0].value, 3)

  const accepted = await client.post(`/v1/review/${id}/accept`, {})
  assert.deepEqual([accepted.statusCode, accepted.json()], [200, { id }])
  assert.deepEqual(await countedScores(invitation_id), [3])
  assert.deepEqual((await client.get('/v1/review')).json(), { data: [], total: 0, next: null })

  assert.deepEqual((await client.post(`/v1/responses/${id}/void`, {})).json(), { id })
  assert.deepEqual(await countedScores(invitation_id), [])
  const { data: [voided] } = (await client.get('/v1/review?state=voided')).json()
  assert.deepEqual([voided.id, voided.decided_at, voided.answers.map(({ value }: { value: number }) => value)], [id, world.clock.now().toISOString(), [3]])
  assert.match(voided.decided_by, /^key:\d+$/)
  assert.deepEqual((await client.post(`/v1/responses/${id}/restore`, {})).json(), { id })
  assert.deepEqual(await countedScores(invitation_id), [3])
  const told = await world.ground.db.selectFrom('events').select('type').where('account_id', '=', account.account.id).where('subject_id', '=', id).where('type', 'like', 'response.%').orderBy('id').execute()
  assert.deepEqual(told.map(({ type }) => type), ['response.suspected', 'response.received', 'response.accepted', 'response.voided', 'response.restored'])
})

test('what is suspected can be put away unseen by any figure, and waits again once it is restored', async () => {
  const { id, invitation_id } = await suspected(1)
  assert.equal((await client.post(`/v1/review/${id}/void`, {})).statusCode, 200)
  assert.deepEqual(await countedScores(invitation_id), [])
  assert.equal((await client.get('/v1/review')).json().total, 0)
  assert.equal((await client.post(`/v1/responses/${id}/restore`, {})).statusCode, 200)
  assert.equal((await client.get('/v1/review')).json().data[0].id, id)
  await client.post(`/v1/review/${id}/void`, {})
})

test('where somebody else has answered meanwhile, nothing can be accepted any more', async () => {
  const { id, token, invitation_id } = await suspected(1)
  const person = openBrowser(world, { address: '198.51.100.4' })
  world.clock.advance({ minutes: 5 })
  await person.open(`/surveys/${token}`)
  world.clock.advance({ seconds: 9 })
  await person.send({ score: 9 })
  assert.equal((await client.get('/v1/review')).json().data[0].answered_by_another, true)
  assert.equal((await client.post(`/v1/review/${id}/accept`, {})).statusCode, 409)
  assert.deepEqual(await countedScores(invitation_id), [9])
  assert.equal((await client.post(`/v1/review/${id}/void`, {})).statusCode, 200)
})

test('pages end, and what is no page or no state is a fault', async () => {
  const other = await world.account()
  const own = earshotClient(world, other.api_key)
  const ids = [(await suspected(1, other.ctx)).id, (await suspected(2, other.ctx)).id, (await suspected(3, other.ctx)).id]
  const first = (await own.get('/v1/review?state=suspected&per_page=2')).json()
  assert.deepEqual(first.data.map(({ id }: { id: number }) => id), [ids[2], ids[1]])
  const second = (await own.get(new URL(first.next).pathname + new URL(first.next).search)).json()
  assert.deepEqual([second.data.map(({ id }: { id: number }) => id), second.total, second.next], [[ids[0]], 3, null])
  assert.deepEqual((await own.get('/v1/review?page=9')).json().data, [])
  for (const query of ['state=counted', 'state=', 'per_page=0', 'per_page=1001', 'page=0', 'page=x', 'survey=1', 'state=voided&state=voided']) assert.equal((await own.get(`/v1/review?${query}`)).statusCode, 422, query)
})

test('without a key 401; an unknown one, another account\'s, another site\'s, and what waits for nothing 404', async () => {
  const { id } = await suspected(2)
  const { id: counted } = await suspected(4)
  await client.post(`/v1/review/${counted}/accept`, {})
  const site = await createSite(account.ctx, { code: 'north', name: 'North' })
  const north = earshotClient(world, (await createKey(account.ctx, { name: 'of a site', site_code: site.code })).api_key)
  const stranger = earshotClient(world, (await world.account()).api_key)
  const nobody = earshotClient(world, 'ek_none')
  for (const path of [`/v1/review/${id}/accept`, `/v1/review/${id}/void`, `/v1/responses/${counted}/void`, `/v1/responses/${id}/restore`]) {
    assert.equal((await nobody.post(path, {})).statusCode, 401, path)
    for (const one of [stranger, north]) assert.equal((await one.post(path, {})).statusCode, 404, path)
    for (const unknown of ['0', '999999', 'abc', '-1', '99999999999999999999']) assert.equal((await client.post(path.replace(/\d+(?=\/\w+$)/, unknown), {})).statusCode, 404, path)
    assert.equal((await client.post(`${path}?x=1`, {})).statusCode, 422, path)
  }
  assert.equal((await nobody.get('/v1/review')).statusCode, 401)
  for (const one of [stranger, north]) assert.deepEqual((await one.get('/v1/review')).json(), { data: [], total: 0, next: null })
  assert.equal((await client.post(`/v1/responses/${id}/void`, {})).statusCode, 404, 'what does not count yet is reviewed')
  assert.equal((await client.post(`/v1/review/${counted}/accept`, {})).statusCode, 404, 'what counts is not reviewed')
  assert.equal((await client.post(`/v1/responses/${counted}/restore`, {})).statusCode, 404, 'nobody voided it')
  await client.post(`/v1/review/${id}/void`, {})
  assert.equal((await client.post(`/v1/review/${id}/void`, {})).statusCode, 404, 'it is put away already')
})
