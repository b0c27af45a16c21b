import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { Invalid, NotFound } from '../../core/errors.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { changeSegment, createSegment, listSegments } from '../../core/segments.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let api: CustomerSureClient

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
})

type Pairs = Record<string, string | number | null> | [string, string][]

async function request(data: Pairs, to: { client?: CustomerSureClient, account?: TestAccount } = {}): Promise<{ id: number, link: string }> {
  const { client = api, account = acme } = to
  const pairs = (Array.isArray(data) ? data : Object.entries(data)).map(([key, value]) => ({ key, value }))
  const answer = await client.post('/feedback_requests', { email: 'jo@client.example', send_at: '2026-05-01T00:00:00Z', survey_id: (await getSurveyFor(account.ctx, 'ticket')).id, data: pairs })
  assert.equal(answer.statusCode, 201, answer.body)
  return answer.json()
}

async function answered({ link }: { link: string }): Promise<number> {
  return (await recordResponse(world.ground, link.split('/').at(-1) ?? '', { score: 9, comment: null }, { responder_ip: null, user_agent: null })).id
}

/** `key=value` of each option that an invitation has. */
async function optionsOf(invitation_id: number): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`select s.key || '=' || o.value as text from invitations v join segment_options o on o.account_id = v.account_id and o.id = any(v.segment_option_ids)
    join segments s on s.account_id = o.account_id and s.id = o.segment_id where v.id = ${invitation_id} order by 1`.execute(world.ground.db)
  return rows.map(({ text }) => text)
}

async function optionsOfResponse(response_id: number): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`select s.key || '=' || o.value as text from response_segments r join segment_options o on o.account_id = r.account_id and o.id = r.option_id
    join segments s on s.account_id = r.account_id and s.id = r.segment_id and s.id = o.segment_id join responses p on p.account_id = r.account_id and p.id = r.response_id and p.dated_at = r.dated_at
    where r.response_id = ${response_id} order by 1`.execute(world.ground.db)
  return rows.map(({ text }) => text)
}

function faultOf(field: string, code: string) {
  return (error: unknown) => error instanceof Invalid && error.faults[0]?.field === field && error.faults[0]?.code === code
}

test('a value of a segment becomes one of its options, once, and goes from the request to the response', async () => {
  await createSegment(acme.ctx, { key: 'category', name: 'Category' })
  await createSegment(acme.ctx, { key: 'plan', name: 'Plan' })
  const first = await request({ category: 'api-support', plan: 'gold', floor: 3 })
  const second = await request({ category: 'api-support', plan: 'silver' })
  assert.deepEqual(await optionsOf(first.id), ['category=api-support', 'plan=gold'])
  assert.deepEqual(await optionsOf(second.id), ['category=api-support', 'plan=silver'])
  assert.deepEqual((await listSegments(acme.ctx)).map(({ key, option_count }) => [key, option_count]), [['category', 1], ['plan', 2]])
  const response = await answered(first)
  assert.deepEqual(await optionsOfResponse(response), ['category=api-support', 'plan=gold'])
})

test('pairs of segments come back in the fields of a response, as all pairs do', async () => {
  await createSegment(acme.ctx, { key: 'category', name: 'Category' })
  const { fields } = (await api.get(`/feedback_responses/${await answered(await request({ category: 'api-support', floor: 3 }))}`)).json()
  assert.deepEqual([fields.category, fields.floor], ['api-support', '3'])
})

test('the key and the value count letter by letter, a blank value is none, and the same twice is one', async () => {
  await createSegment(acme.ctx, { key: 'category', name: 'Category' })
  const { id, link } = await request([['category', 'A'], ['category', 'a'], ['category', 'A'], ['Category', 'b'], ['category', '']])
  assert.deepEqual(await optionsOf(id), ['category=A', 'category=a'])
  assert.deepEqual(await optionsOfResponse(await answered({ link })), ['category=A', 'category=a'])
})

test('a change of the data links them anew, and the response has what was there last', async () => {
  await createSegment(acme.ctx, { key: 'category', name: 'Category' })
  const { id, link } = await request({ category: 'a' })
  await api.patch(`/feedback_requests/${id}`, { first_name: 'Jo' })
  assert.deepEqual(await optionsOf(id), ['category=a'])
  await api.patch(`/feedback_requests/${id}`, { data: [{ key: 'floor', value: '1' }] })
  assert.deepEqual(await optionsOf(id), [])
  await api.patch(`/feedback_requests/${id}`, { data: [{ key: 'category', value: 'b' }, { key: 'floor', value: '1' }] })
  assert.deepEqual(await optionsOfResponse(await answered({ link })), ['category=b'])
})

test('a segment sorts what comes after it, and an archived one nothing more', async () => {
  const early = await request({ plan: 'gold' })
  await createSegment(acme.ctx, { key: 'plan', name: 'Plan' })
  const while_used = await request({ plan: 'gold' })
  assert.notEqual((await changeSegment(acme.ctx, 'plan', { archived: true })).archived_at, null)
  const late = await request({ plan: 'gold' })
  assert.deepEqual([await optionsOf(early.id), await optionsOf(while_used.id), await optionsOf(late.id)], [[], ['plan=gold'], []])
  assert.deepEqual(await changeSegment(acme.ctx, 'plan', { archived: false, name: 'Contract' }).then(({ archived_at, name, option_count }) => [archived_at, name, option_count]), [null, 'Contract', 1])
  assert.deepEqual(await optionsOf((await request({ plan: 'tin' })).id), ['plan=tin'])
})

test('a change of the data leaves the option of an archived segment to the pair that still has it', async () => {
  await createSegment(acme.ctx, { key: 'plan', name: 'Plan' })
  await createSegment(acme.ctx, { key: 'category', name: 'Category' })
  const { id, link } = await request({ plan: 'gold', category: 'a' })
  await changeSegment(acme.ctx, 'plan', { archived: true })
  await api.patch(`/feedback_requests/${id}`, { data: [{ key: 'category', value: 'b' }, { key: 'plan', value: 'gold' }] })
  assert.deepEqual(await optionsOf(id), ['category=b', 'plan=gold'])
  assert.deepEqual(await optionsOfResponse(await answered({ link })), ['category=b', 'plan=gold'])
  const other = await request({ category: 'a' })
  await api.patch(`/feedback_requests/${other.id}`, { data: [{ key: 'plan', value: 'gold' }] })
  assert.deepEqual(await optionsOf(other.id), [])
})

test('requests at once with the same new values, in any order, make each option once', async () => {
  for (const key of ['a', 'b', 'c']) await createSegment(acme.ctx, { key, name: key.toUpperCase() })
  const orders: [string, string][][] = [[['a', '1'], ['b', '1'], ['c', '1']], [['c', '1'], ['b', '1'], ['a', '1']], [['b', '1'], ['a', '1'], ['c', '2']]]
  const requests = await Promise.all(Array.from({ length: 12 }, (_, index) => request(orders[index % 3] ?? [])))
  for (const [index, { id }] of requests.entries()) assert.deepEqual(await optionsOf(id), ['a=1', 'b=1', index % 3 === 2 ? 'c=2' : 'c=1'])
  assert.deepEqual((await listSegments(acme.ctx)).map(({ option_count }) => option_count), [1, 1, 2])
})

test('beyond 10,000 values a new one is a plain pair, and known ones go on', async () => {
  const { id: segment_id } = await createSegment(acme.ctx, { key: 'order', name: 'Order' })
  await sql`insert into segment_options (account_id, segment_id, value, created_at) select ${acme.account.id}, ${segment_id}, 'o' || n, ${acme.ctx.now()} from generate_series(1, 9998) n`.execute(world.ground.db)
  const [one, two] = await Promise.all([request({ order: 'x1' }), request([['order', 'x2'], ['order', 'x3']])])
  const linked = [...await optionsOf(one.id), ...await optionsOf(two.id)]
  assert.equal(linked.length, 2)
  assert.deepEqual((await listSegments(acme.ctx)).map(({ option_count }) => option_count), [10_000])
  const { id, link } = await request([['order', 'x4'], ['order', 'o7']])
  assert.deepEqual(await optionsOf(id), ['order=o7'])
  const { fields } = (await api.get(`/feedback_responses/${await answered({ link })}`)).json()
  assert.equal(fields.order, 'o7')
})

test('an account has at most 50 segments, also where many are made at once', async () => {
  for (let number = 0; number < 48; number++) await createSegment(acme.ctx, { key: `k${number}`, name: 'K' })
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, (_, index) => createSegment(acme.ctx, { key: `more${index}`, name: 'M' })))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2)
  await assert.rejects(createSegment(acme.ctx, { key: 'last', name: 'L' }), faultOf('key', 'custom'))
})

test('a key is taken once, letter by letter, and the built-in ones never', async () => {
  await createSegment(acme.ctx, { key: 'plan', name: 'Plan' })
  await createSegment(acme.ctx, { key: 'Plan', name: 'Another' })
  await assert.rejects(createSegment(acme.ctx, { key: 'plan', name: 'Plan' }), faultOf('key', 'forbidden_value'))
  for (const key of ['staff_code', 'site_code', 'name', 'email', 'telephone_number', 'company_name', 'postcode', 'reference', 'machine_id']) {
    await assert.rejects(createSegment(acme.ctx, { key, name: 'X' }), faultOf('key', 'forbidden_value'), key)
  }
  await assert.rejects(createSegment(acme.ctx, { key: 'k'.repeat(31), name: 'X' }), faultOf('key', 'wrong_length'))
  await assert.rejects(createSegment(acme.ctx, { key: ' plan', name: 'X' }), faultOf('key', 'invalid_format'))
  await assert.rejects(createSegment(acme.ctx, { key: '', name: 'n'.repeat(101) }), ({ faults }: Invalid) => faults.length === 2)
  await assert.rejects(changeSegment(acme.ctx, 'plan', { name: ' ' }), faultOf('name', 'required'))
  await assert.rejects(changeSegment(acme.ctx, 'none', { name: 'X' }), NotFound)
})

test('another account\'s segments sort nothing here, and can\'t be changed from here', async () => {
  await createSegment(acme.ctx, { key: 'plan', name: 'Plan' })
  const other = await world.account({ name: 'Other' })
  const theirs = await request({ plan: 'gold' }, { client: customerSureClient(world, other.api_key), account: other })
  assert.deepEqual(await optionsOf(theirs.id), [])
  assert.deepEqual(await listSegments(other.ctx), [])
  await assert.rejects(changeSegment(other.ctx, 'plan', { name: 'Mine' }), NotFound)
  assert.deepEqual((await listSegments(acme.ctx)).map(({ name, option_count }) => [name, option_count]), [['Plan', 0]])
})
