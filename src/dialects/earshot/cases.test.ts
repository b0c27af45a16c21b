// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createAccessToken } from '../../core/access-tokens.ts'
import { createKey, revokeKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { earshotClient, projectFields, ticketFields, type EarshotClient } from '../../../test/support/earshot.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let account: TestAccount
let client: EarshotClient
let number = 100

before(async () => {
  world = await openWorld()
  account = await world.account({ time_zone: 'Europe/Berlin' })
  client = earshotClient(world, account.api_key)
})
after(() => world.close())

/** Both ways in, with a good body for each. */
const WAYS = [['/v1/tickets', ticketFields], ['/v1/projects', projectFields]] as const

test('a closed ticket is stored with all that it came with, and its contact is asked', async () => {
  const posted = await client.post('/v1/tickets', ticketFields({ number: ' T-1 ', staff_codes: [' jdoe', 'mlee', 'jdoe'] }))
  assert.equal(posted.statusCode, 201, posted.body)
  const { case_id, invitation_id } = posted.json()
  assert.deepEqual(posted.json(), { case_id, invitation_id, outcome: 'queued', not_sent_reason: null })
  const { company_id: _, contact_id: __, site_id: ___, team_id: ____, staff_ids: _____, ...stored } = await caseOf(case_id)
  assert.deepEqual(stored, {
    account_id: account.account.id, id: case_id, kind: 'ticket', number: 'T-1', title: 'Unable to access shared drive', board_name: 'Networking', opened_at: new Date('2026-03-14T08:30:00Z'),
    closed_at: new Date('2026-03-15T15:45:00Z'), source_updated_at: new Date('2026-03-15T15:50:00Z'), created_at: world.clock.now(), updated_at: world.clock.now(), contents: null, fingerprint_id: null,
  })
  assert.deepEqual(await staffOf(case_id), ['jdoe', 'mlee'])
})

test('a project needs no more than its number, name, closing, company and contact', async () => {
  const posted = await client.post('/v1/projects', projectFields({ opened_at: null, survey_id: null, site_code: null, board_name: ' ', manager_codes: null, source_updated_at: null }))
  assert.equal(posted.statusCode, 201, posted.body)
  const { kind, title, board_name, opened_at, source_updated_at } = await caseOf(posted.json().case_id)
  assert.deepEqual({ kind, title, board_name, opened_at, source_updated_at }, { kind: 'project', title: 'New office network', board_name: null, opened_at: null, source_updated_at: null })
  assert.deepEqual(await staffOf(posted.json().case_id), [])
})

test('a number is the same as its digits', async () => {
  for (const [path, fields] of WAYS) {
    const first = await client.post(path, fields({ number: ++number }))
    const second = await client.post(path, fields({ number: String(number) }))
    assert.deepEqual([first.statusCode, second.statusCode, second.json()], [201, 200, { ...first.json(), outcome: 'updated' }])
  }
})

test('the same contact again is not asked again, until it was answered and closed anew', async () => {
  for (const [path, fields] of WAYS) {
    const body = fields({ number: ++number })
    const first = (await client.post(path, body)).json()
    assert.equal((await client.post(path, body)).statusCode, 200)
    await world.work()
    assert.equal((await answerOnPage(world, await pageOf(world, account.account.id, first.invitation_id), { score: 9 })).statusCode, 303)
    assert.equal((await client.post(path, body)).json().outcome, 'updated')
    const reopened = await client.post(path, { ...body, closed_at: '2026-03-16T09:00:00Z' })
    assert.deepEqual([reopened.statusCode, reopened.json().outcome, reopened.json().case_id], [201, 'queued', first.case_id])
    assert.notEqual(reopened.json().invitation_id, first.invitation_id)
  }
})

test('a contact who must not be asked: 201, not_sent, and why', async () => {
  await world.ground.db.insertInto('blocks').values({ account_id: account.account.id, pattern: 'blocked.example', created_at: world.clock.now() }).execute()
  for (const [path, fields] of WAYS) {
    const posted = await client.post(path, fields({ number: ++number, contact: { name: 'Joe', email: 'joe@mail.blocked.example' } }))
    assert.deepEqual([posted.statusCode, posted.json().outcome, posted.json().not_sent_reason], [201, 'not_sent', 'blocked address'])
  }
})

test('without an offset a time is the account\'s, and a day its first moment', async () => {
  const posted = await client.post('/v1/projects', projectFields({ number: ++number, opened_at: '2026-03-14', closed_at: '2026-03-15T15:45', source_updated_at: '2026-03-15T15:45:00+05:30' }))
  const { opened_at, closed_at, source_updated_at } = await caseOf(posted.json().case_id)
  assert.deepEqual([opened_at, closed_at, source_updated_at].map((time) => time?.toISOString()), ['2026-03-13T23:00:00.000Z', '2026-03-15T14:45:00.000Z', '2026-03-15T10:15:00.000Z'])
})

test('everything at its full length is taken, and one more is refused', async () => {
  const wide = (length: number) => '🙂'.repeat(length)
  const company = (name: string) => ({ company: { name }, contact: { name: wide(100), email: `${'j'.repeat(60)}@${'a'.repeat(30)}.example` } })
  for (const [path, fields, title] of [['/v1/tickets', ticketFields, 'title'], ['/v1/projects', projectFields, 'name']] as const) {
    const codes = path === '/v1/tickets' ? 'staff_codes' : 'manager_codes'
    const whole = { number: `${number}${wide(252)}`, [title]: wide(500), board_name: wide(300), ...company(wide(300)), [codes]: Array.from({ length: 100 }, (_, index) => `${wide(96)}${index}`) }
    const taken = await client.post(path, fields(whole))
    assert.equal(taken.statusCode, 201, taken.body)
    const refused = await client.post(path, fields({
      number: wide(256), [title]: wide(501), board_name: wide(301), company: { name: wide(301) }, contact: { name: wide(101), email: `${'j'.repeat(60)}@${'a'.repeat(32)}.example` },
      site_code: wide(101), [codes]: Array.from({ length: 101 }, () => 'x'),
    }))
    assertFaults(refused, { [title]: 'wrong_length', 'company.name': 'wrong_length', 'contact.name': 'wrong_length', 'contact.email': 'wrong_length', number: 'wrong_length', board_name: 'wrong_length', site_code: 'wrong_length', [codes]: 'wrong_length' })
    assertFaults(await client.post(path, fields({ [codes]: ['ok', wide(101), 1, ' '] })), { [`${codes}[1]`]: 'wrong_length', [`${codes}[2]`]: 'invalid_format', [`${codes}[3]`]: 'required' })
  }
})

test('all that is missing is told at once', async () => {
  assertFaults(await client.post('/v1/tickets', {}), { number: 'required', company: 'required', contact: 'required', closed_at: 'required', title: 'required' })
  assertFaults(await client.post('/v1/projects', { company: {}, contact: { name: ' ' } }), {
    number: 'required', 'company.name': 'required', 'contact.name': 'required', 'contact.email': 'required', closed_at: 'required', name: 'required',
  })
})

test('all that is wrong is told at once, each by its field', async () => {
  const refused = await client.post('/v1/tickets', {
    number: 1.5, title: 7, board_name: ['a'], site_code: '', survey_id: 0, company: 'Acme', contact: { external_id: '8812', name: 'a\u0000b', email: 'nobody' }, staff_codes: 'jdoe',
    opened_at: 'yesterday', closed_at: '2026-02-30T10:00:00Z', source_updated_at: 1_700_000_000, colour: 'red', __proto: 1,
  })
  assertFaults(refused, {
    number: 'invalid_format', title: 'invalid_format', board_name: 'invalid_format', site_code: 'required', survey_id: 'invalid_value', company: 'invalid_format', 'contact.external_id': 'invalid_format',
    'contact.name': 'invalid_format', 'contact.email': 'invalid_format', staff_codes: 'invalid_format', opened_at: 'invalid_date', closed_at: 'invalid_date', source_updated_at: 'invalid_format', colour: 'custom', __proto: 'custom',
  })
  const messages = new Map(refused.json<Problem>().faults?.map(({ field, message }) => [field, message]))
  assert.match(messages.get('colour') ?? '', /^is not a field here; there are number, board_name, .*staff_codes$/)
  assert.deepEqual([messages.get('board_name'), messages.get('number'), messages.get('company')], ['must be a text, and only one', 'must be a text or a whole number', 'must be a JSON object'])
})

test('half a character, a NUL and a field that objects have by themselves are refused', async () => {
  for (const [path, fields] of WAYS) {
    assertFaults(await client.post(path, fields({ number: 'a\u0000', board_name: '\ud800' })), { number: 'invalid_format', board_name: 'invalid_format' })
    assertFaults(await client.post(path, JSON.stringify(fields()).replace('{', '{"__proto__":{"a":1},"constructor":1,')), { ['__proto__']: 'custom', constructor: 'custom' })
    assertFaults(await client.post(path, fields({ company: { name: 'A', colour: 'red' } })), { 'company.colour': 'custom' })
    assertFaults(await client.post(path, fields({ number: 2 ** 60 })), { number: 'invalid_value' })
  }
})

test('of very many unknown fields the first hundred are told', async () => {
  const refused = await client.post('/v1/projects', projectFields(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]))))
  assert.deepEqual([refused.statusCode, refused.json<Problem>().faults?.length], [422, 100])
})

test('what the account has to be asked about is told together as well, and nothing is stored', async () => {
  const other = await world.account({ name: 'Strange' })
  const theirs = (await getSurveyFor(other.ctx, 'ticket')).id
  await createSite(other.ctx, { code: 'theirs', name: 'Theirs' })
  for (const [path, fields] of WAYS) {
    const refused = await client.post(path, fields({ number: 'never', opened_at: '2026-03-15T15:45:01Z', site_code: 'theirs', survey_id: theirs }))
    assertFaults(refused, { closed_at: 'invalid_date', site_code: 'invalid_value', survey_id: 'invalid_value' })
  }
  assert.deepEqual(await world.ground.db.selectFrom('cases').select('id').where('number', '=', 'never').execute(), [])
})

test('an archived survey is not known', async () => {
  const other = await world.account({ name: 'Archive' })
  const { id } = await getSurveyFor(other.ctx, 'nps')
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('id', '=', id).execute()
  assertFaults(await earshotClient(world, other.api_key).post('/v1/tickets', ticketFields({ survey_id: id })), { survey_id: 'invalid_value' })
})

test('a case goes to the site that is named, or to the one that its key is limited to; other sites do not exist for that key', async () => {
  const north = await createSite(account.ctx, { code: 'north', name: 'North' })
  const of_north = earshotClient(world, (await createKey(account.ctx, { name: 'north', site_code: 'north' })).api_key)
  for (const [path, fields] of WAYS) {
    for (const [one, site_code, expected] of [[client, undefined, account.account.default_site_id], [client, 'north', north.id], [of_north, undefined, north.id], [of_north, 'north', north.id]] as const) {
      const posted = await one.post(path, fields({ number: ++number, site_code }))
      assert.equal((await caseOf(posted.json().case_id)).site_id, expected)
    }
    assertFaults(await of_north.post(path, fields({ number: ++number, site_code: 'main' })), { site_code: 'invalid_value' })
  }
})

test('what is not JSON is 400, what is no object 422, another type 415, and too much 413', async () => {
  for (const [path, fields] of WAYS) {
    for (const body of ['{"number":', '', 'number=1', '\u0000']) assertProblem(await client.post(path, body), 400)
    for (const body of ['[]', 'null', '"x"', '7']) assertFaults(await client.post(path, body), { body: 'invalid_format' })
    assertFaults(await world.app.inject({ method: 'POST', url: path, headers: { authorization: `Bearer ${account.api_key}` } }), { body: 'invalid_format' })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) assertProblem(await client.post(path, fields(), { 'content-type': type }), 415)
    assert.equal((await client.post(path, fields({ number: ++number }), { 'content-type': 'application/vnd.acme+json; charset=utf-8' })).statusCode, 201)
    assertProblem(await client.post(path, fields({ name: 'x'.repeat(300_000) })), 413)
    assertFaults(await client.post(`${path}?dry=1`, fields()), { dry: 'custom' })
  }
})

test('without a key, or with one that is wrong, revoked, expired, or of another API: 401, before anything else', async () => {
  const revoked = await createKey(account.ctx, { name: 'gone' })
  await revokeKey(account.ctx, revoked.id)
  const expiring = await createKey(account.ctx, { name: 'short', expires_at: new Date(world.clock.now().getTime() + 1000) })
  const other = await createKey(account.ctx, { name: 'traded' })
  const { access_token } = await createAccessToken(world.ground, { client_id: other.client_id, client_secret: other.client_secret, client_address: '127.0.0.1' })
  world.clock.advance({ seconds: 2 })
  for (const authorization of ['', 'Bearer', 'Bearer ek_wrong', `Basic ${account.api_key}`, `Token token="${account.api_key}"`, `Bearer ${revoked.api_key}`, `Bearer ${expiring.api_key}`, `Bearer ${access_token}`]) {
    for (const answer of [
      await client.post('/v1/tickets', '{', { authorization }), await client.post('/v1/projects', {}, { authorization }), await client.get('/v1/surveys?x=1', { authorization }), await client.get('/v1/boards', { authorization }),
      await client.put('/v1/boards', {}, { authorization }), await client.get('/v1/nothing', { authorization }),
    ]) {
      assertProblem(answer, 401)
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="Earshot"')
    }
  }
  assert.equal((await client.get('/v1/boards', { authorization: `bearer ${account.api_key}` })).statusCode, 200)
})

test('an address that is not there, or not with this method, is 404', async () => {
  for (const answer of [await client.get('/v1'), await client.get('/v1/nothing'), await client.get('/v1/tickets'), await client.get('/v1/tickets/1'), await client.put('/v1/projects', {}), await client.get('/v1/%zz')]) assertProblem(answer, 404)
})

test('what nobody foresaw is 500 and found in the log by its trace_id', async () => {
  const broken = await openWorld()
  try {
    const { api_key } = await broken.account()
    await broken.ground.db.schema.alterTable('invitations').renameTo('gone').execute()
    const failed = await earshotClient(broken, api_key).post('/v1/tickets', ticketFields())
    assertProblem(failed, 500)
    assert.doesNotMatch(failed.body, /invitations|relation/)
    assert.match(String(broken.log_lines.find((line) => line.trace_id === failed.json<Problem>().trace_id)?.error), /invitations/)
  } finally {
    await broken.close()
  }
})

test('two accounts may submit the same case without meeting', async () => {
  const other = await world.account({ name: 'Beside' })
  for (const [path, fields] of WAYS) {
    const mine = await client.post(path, fields({ number: ++number }))
    const theirs = await earshotClient(world, other.api_key).post(path, fields({ number }))
    assert.deepEqual([mine.statusCode, theirs.statusCode, theirs.json().outcome], [201, 201, 'queued'])
    assert.notEqual(mine.json().case_id, theirs.json().case_id)
  }
})

interface Problem { type: string, title: string, status: number, detail: string, trace_id: string, faults?: { field: string, code: string, message: string }[] }

function caseOf(id: number) {
  return world.ground.db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

async function staffOf(case_id: number): Promise<string[]> {
  const { staff_ids } = await caseOf(case_id)
  const staff = new Map((await world.ground.db.selectFrom('staff').select(['id', 'code']).execute()).map(({ id, code }) => [id, code]))
  return staff_ids.map((id) => staff.get(id) ?? 'nobody')
}

function assertProblem(answer: Awaited<ReturnType<EarshotClient['get']>>, status: number): void {
  assert.equal(answer.statusCode, status, answer.body)
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
  const problem = answer.json<Problem>()
  assert.equal(problem.status, status)
  assert.ok(problem.type && problem.title && problem.detail && problem.trace_id)
  assert.equal('faults' in problem, status === 422)
}

/** The codes of the faults, by their fields. */
function assertFaults(answer: Awaited<ReturnType<EarshotClient['get']>>, expected: Record<string, string>): void {
  assertProblem(answer, 422)
  const faults = answer.json<Problem>().faults ?? []
  assert.deepEqual(faults.map(({ field, code }) => `${field} ${code}`).toSorted(), Object.entries(expected).map(([field, code]) => `${field} ${code}`).toSorted())
  assert.ok(faults.every(({ message }) => message !== ''))
}
