// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { processorSeconds } from '../../../test/support/processor.ts'
import { requestErasure } from '../../core/erasures.ts'
import { createKey } from '../../core/keys.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { createSite } from '../../core/sites.ts'
import { createTeam } from '../../core/teams.ts'
import { changeStaffMember, createStaffMember } from '../../core/staff.ts'
import { askedHash, bearer, closedCase, codes, rate, read } from '../../../test/support/rated-case.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world.close())

let numbers = 0
/** A case of its own for a test. */
async function freshCase(account = acme): Promise<number> {
  return closedCase(account.ctx, { number: `T${++numbers}` })
}

test('a rating has every key, in the vendor\'s order', async () => {
  const account = await world.account()
  await createTeam(account.ctx, { name: 'Field' })
  await createStaffMember(account.ctx, { code: 'amir', name: 'Amir', team: 'Field' })
  const case_id = await closedCase(account.ctx)
  const hash = await askedHash(world, account, case_id)
  const answer = await rate(world, case_id, hash, 'GOOD', 'quick')
  assert.equal(answer.statusCode, 201)
  const db = world.ground.db
  const one = await db.selectFrom('responses').selectAll().where('account_id', '=', account.account.id).executeTakeFirstOrThrow()
  const staff = await db.selectFrom('staff').select('id').where('account_id', '=', account.account.id).executeTakeFirstOrThrow()
  assert.equal(answer.body, JSON.stringify({
    status: 201,
    data: {
      id: one.id, score: 'GOOD', comment: 'quick', case: { id: case_id, resource_type: 'case' }, creator: { id: one.contact_id, resource_type: 'user_minimal' },
      assignee_agent: { id: staff.id, resource_type: 'user_minimal' }, assignee_team: { id: one.team_id, legacy_id: null, resource_type: 'team' },
      created_at: '2026-03-16T10:00:00+00:00', updated_at: '2026-03-16T10:00:00+00:00', resource_type: 'rating', resource_url: `http://earshot.test/api/v1/cases/ratings/${one.id}`,
    },
    resource: 'rating',
  }))
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['x-api-version'], '1')
  await changeStaffMember(account.ctx, 'amir', { team: null })
  const listed = await read(world, account, `/api/v1/cases/${case_id}/ratings`)
  const { data } = answer.json()
  assert.equal(listed.body, JSON.stringify({ status: 200, data: [data], resource: 'rating', offset: 0, limit: 10, total_count: 1 }))
  for (const url of [`/api/v1/cases/${case_id}/ratings/${data.id}`, `/api/v1/cases/ratings/${data.id}`, `/api/v1/cases/${case_id}/ratings/${hash}`])
    assert.equal((await read(world, account, url)).body, JSON.stringify({ status: 200, data, resource: 'rating' }), url)
})

test('a case without technician and team has neither, and a case not rated an empty list', async () => {
  const case_id = await closedCase(acme.ctx, { number: 'bare', staff_codes: [] })
  assert.equal((await read(world, acme, `/api/v1/cases/${case_id}/ratings`)).body, '{"status":200,"data":[],"resource":"rating","offset":0,"limit":10,"total_count":0}')
  const { data } = (await rate(world, case_id, await askedHash(world, acme, case_id), 'BAD')).json()
  assert.deepEqual([data.score, data.comment, data.assignee_agent, data.assignee_team], ['BAD', null, null, null])
})

test('a second POST by the same hash revises the rating, and keeps a comment that it leaves out', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const first = (await rate(world, case_id, hash, 'GOOD', 'nice')).json()
  world.clock.advance({ minutes: 1 })
  const second = await rate(world, case_id, hash, 'BAD')
  assert.equal(second.statusCode, 201)
  assert.deepEqual(second.json().data, { ...first.data, score: 'BAD', updated_at: '2026-03-16T10:01:00+00:00' })
  const kept = await world.ground.db.selectFrom('revisions').select(['accepted_at', 'answers']).where('response_id', '=', first.data.id).where('account_id', '=', acme.account.id).execute()
  assert.equal(kept.length, 1)
  assert.ok(kept[0]?.accepted_at)
})

test('many first POSTs at once make one rating', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const answers = await Promise.all(Array.from({ length: 8 }, () => rate(world, case_id, hash, 'GOOD')))
  assert.deepEqual(answers.map((answer) => answer.statusCode), Array(8).fill(201))
  assert.equal(new Set(answers.map((answer) => answer.json().data.id)).size, 1)
  assert.equal((await read(world, acme, `/api/v1/cases/${case_id}/ratings`)).json().total_count, 1)
})

test('each invitation has its own rating; lists are newest first and filtered by score and comment', async () => {
  const case_id = await freshCase()
  const ids: number[] = []
  for (const [score, comment] of [['GOOD', 'a'], ['BAD', 'b'], ['GOOD', undefined]] as const) {
    ids.unshift((await rate(world, case_id, await askedHash(world, acme, case_id), score, comment)).json().data.id)
    world.clock.advance({ minutes: 1 })
  }
  const idsOf = async (query: string): Promise<number[]> => (await read(world, acme, `/api/v1/cases/${case_id}/ratings.json${query}`)).json<{ data: { id: number }[] }>().data.map(({ id }) => id)
  assert.deepEqual(await idsOf(''), ids)
  assert.deepEqual(await idsOf('?score=good'), [ids[0], ids[2]])
  assert.deepEqual(await idsOf('?Score=BAD'), [ids[1]])
  assert.deepEqual(await idsOf('?comment=TRUE'), [ids[1], ids[2]])
  assert.deepEqual(await idsOf('?comment=0'), [ids[0]])
  assert.deepEqual(await idsOf('?score=GOOD&comment=true&unknown=1'), [ids[2]])
  assert.equal((await read(world, acme, `/api/v1/cases/${case_id}`)).json().data.rating, 'GOOD')
  for (const query of ['score=OK', 'comment=maybe', 'offset=-1', 'limit=0', 'limit=x', 'offset=1&offset=2', 'offset=99999999999999999999', '_case=kebab', '_empty=perhaps']) {
    const refused = await read(world, acme, `/api/v1/cases/${case_id}/ratings?${query}`)
    assert.deepEqual([refused.statusCode, codes(refused)], [400, ['PARAMETER_INVALID']], query)
  }
})

test('what other surveys heard about the case shows where it is clear', async () => {
  const case_id = await freshCase()
  const token = async (number: number): Promise<string> => {
    await closedCase(acme.ctx, { number: `T${numbers}`, contact: { external_id: number, name: 'X', email: `x${number}@customer.example` } })
    return (await world.ground.db.selectFrom('invitations').select('token').where('case_id', '=', case_id).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()).token
  }
  const evidence = { responder_ip: null, user_agent: null }
  const tokens: string[] = []
  for (const [number, score] of [[901, 10], [902, 5], [903, 6], [904, 4], [905, 1]] as const) {
    tokens.push(await token(number))
    await recordResponse(world.ground, tokens.at(-1) ?? '', { score, comment: null }, evidence)
    world.clock.advance({ minutes: 1 })
  }
  const listed = (await read(world, acme, `/api/v1/cases/${case_id}/ratings`)).json()
  // 6 of 10 is 55 per cent, as neutral as 5 and not as bad as 4.
  assert.deepEqual(listed.data.map(({ score }: { score: string }) => score), ['BAD', 'BAD', 'GOOD'])
  assert.equal(listed.total_count, 3)
  const neutral = await world.ground.db.selectFrom('responses').select('id').where('case_id', '=', case_id).where('sentiment', '=', 2).orderBy('id').execute()
  assert.equal(neutral.length, 2)
  for (const { id } of neutral) assert.equal((await read(world, acme, `/api/v1/cases/ratings/${id}`)).statusCode, 404)
  // The link of another survey is no hash.
  assert.equal((await rate(world, case_id, tokens[0] ?? '', 'GOOD')).statusCode, 403)
})

test('recent ratings are those of one customer, one organization or one case', async () => {
  const account = await world.account()
  const first = await closedCase(account.ctx, { number: '1' })
  const second = await closedCase(account.ctx, { number: '2', contact: { external_id: 80, name: 'Joe', email: 'joe@customer.example' } })
  const ids: number[] = []
  for (const case_id of [first, second, first, second, first]) {
    ids.unshift((await rate(world, case_id, await askedHash(world, account, case_id), 'GOOD')).json().data.id)
    world.clock.advance({ minutes: 1 })
  }
  const recent = async (query: string) => (await read(world, account, `/api/v1/cases/ratings/recent.json?${query}`)).json()
  const cases = await world.ground.db.selectFrom('cases').selectAll().where('account_id', '=', account.account.id).orderBy('id').execute()
  const byCase = await recent(`case_id=${first}`)
  assert.deepEqual(Object.keys(byCase), ['status', 'data', 'resource', 'total_count'])
  assert.deepEqual(byCase.data.map(({ id }: { id: number }) => id), [ids[0], ids[2], ids[4]])
  const byCompany = await recent(`organizationId=${cases[0]?.company_id}`)
  assert.deepEqual([byCompany.data.map(({ id }: { id: number }) => id), byCompany.total_count], [ids.slice(0, 3), 5])
  assert.deepEqual((await recent(`user_id=${cases[1]?.contact_id}&limit=1`)).data.map(({ id }: { id: number }) => id), [ids[1]])
  assert.deepEqual((await recent('user_id=999999')).data, [])
  const none = await read(world, account, '/api/v1/cases/ratings/recent')
  assert.equal(none.statusCode, 400)
  assert.deepEqual(none.json().errors.map(({ code, parameters }: { code: string, parameters: string[] }) => [code, parameters]), [['ANY_FIELD_REQUIRED', ['user_id', 'organization_id', 'case_id']]])
  assert.deepEqual(codes(await read(world, account, `/api/v1/cases/ratings/recent?case_id=${first}&user_id=1`)), ['ONE_FIELD_EXPECTED'])
  for (const query of ['case_id=abc', 'case_id=', 'case_id=1.5', 'user_id=1&limit=0']) assert.deepEqual(codes(await read(world, account, `/api/v1/cases/ratings/recent?${query}`)), ['PARAMETER_INVALID'], query)
})

test('PUT changes what it names', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const { data } = (await rate(world, case_id, hash, 'GOOD', 'nice')).json()
  const put = (payload: object, id: unknown = data.id) => world.app.inject({ method: 'PUT', url: `/api/v1/cases/${case_id}/ratings/${id}.json`, payload })
  assert.deepEqual([(await put({ hash, score: 'bad' })).statusCode, (await put({ hash, score: 'bad' })).json().data.score, (await put({ hash, score: 'bad' })).json().data.comment], [200, 'BAD', 'nice'])
  assert.deepEqual([(await put({ hash, comment: 'hm' })).json().data.score, (await put({ hash, comment: 'hm' })).json().data.comment], ['BAD', 'hm'])
  assert.equal((await put({ hash, comment: '' })).json().data.comment, null)
  assert.deepEqual(codes(await put({ hash })), ['REQUEST_FIELDS_EMPTY'])
  assert.deepEqual(codes(await put({})), ['FIELD_REQUIRED', 'REQUEST_FIELDS_EMPTY'])
  assert.deepEqual(codes(await put({ hash, score: '' })), ['FIELD_EMPTY'])
  assert.deepEqual(codes(await put({ hash, score: 'MEH', comment: 5 })), ['FIELD_INVALID', 'FIELD_INVALID'])
  assert.equal((await put({ hash, comment: 'x'.repeat(10_001) })).json().errors[0].parameter, 'comment')
  const other = await askedHash(world, acme, case_id)
  assert.deepEqual(codes(await put({ hash: other, score: 'GOOD' })), ['RESOURCE_NOT_FOUND'])
  const { data: sibling } = (await rate(world, case_id, other, 'GOOD')).json()
  assert.deepEqual([(await put({ hash, score: 'GOOD' }, sibling.id)).statusCode, (await put({ hash, score: 'GOOD' }, 99999)).statusCode], [403, 403])
  assert.equal((await put({ hash, score: 'GOOD' }, '9'.repeat(30))).statusCode, 404)
})

test('PUT refuses what was read before somebody else changed it', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const created = await rate(world, case_id, hash, 'GOOD')
  const put = (headers: Record<string, string>, score: string) => world.app.inject({ method: 'PUT', url: `/api/v1/cases/${case_id}/ratings/${created.json().data.id}`, payload: { hash, score }, headers })
  const tag = String(created.headers.etag)
  world.clock.advance({ minutes: 1 })
  const changed = await put({ 'if-match': tag }, 'BAD')
  assert.equal(changed.statusCode, 200)
  assert.notEqual(changed.headers.etag, tag)
  const stale = await put({ 'if-match': tag }, 'GOOD')
  assert.deepEqual([stale.statusCode, codes(stale)], [412, ['RESOURCE_MODIFIED']])
  assert.equal((await put({ 'if-unmodified-since': String(created.headers['last-modified']) }, 'GOOD')).statusCode, 412)
  assert.equal((await put({ 'if-match': String(changed.headers.etag).replaceAll('"', '') }, 'BAD')).statusCode, 200)
  assert.equal((await put({ 'if-match': '*' }, 'BAD')).statusCode, 200)
  assert.equal((await put({ 'if-unmodified-since': new Date(world.clock.now()).toUTCString() }, 'GOOD')).statusCode, 200)
  const now = (await read(world, acme, `/api/v1/cases/${case_id}/ratings/${created.json().data.id}`)).headers.etag
  const racing = await Promise.all(['GOOD', 'BAD', 'BAD', 'BAD'].map((score, index) => {
    world.clock.advance({ seconds: index })
    return world.app.inject({ method: 'PUT', url: `/api/v1/cases/${case_id}/ratings/${created.json().data.id}`, payload: { hash, score, comment: `${index}` }, headers: { 'if-match': String(now) } })
  }))
  assert.deepEqual(racing.map((answer) => answer.statusCode).toSorted(), [200, 412, 412, 412])
})

test('POST says all that is missing or wrong', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const post = (payload?: object) => world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings`, ...(payload ? { payload } : {}) })
  const bare = await post()
  assert.equal(bare.statusCode, 400)
  assert.deepEqual(bare.json(), {
    status: 400,
    errors: ['hash', 'score'].map((parameter) => ({ code: 'FIELD_REQUIRED', parameter, message: 'This field has to be given.', more_info: 'http://earshot.test/docs/kayako#FIELD_REQUIRED' })),
  })
  assert.deepEqual(codes(await post({ hash })), ['FIELD_REQUIRED'])
  assert.deepEqual(codes(await post({ score: 'GOOD' })), ['FIELD_REQUIRED'])
  assert.deepEqual(codes(await post({ hash, score: '' })), ['FIELD_EMPTY'])
  assert.deepEqual(codes(await post({ hash, score: null })), ['FIELD_EMPTY'])
  for (const score of ['OK', 1, true, ['GOOD'], { a: 1 }]) assert.deepEqual(codes(await post({ hash, score })), ['FIELD_INVALID'])
  assert.deepEqual(codes(await post({ hash, score: 'GOOD', comment: 'x'.repeat(10_001) })), ['FIELD_INVALID'])
  for (const wrong of [7, ['x'], {}]) assert.deepEqual(codes(await post({ hash: wrong, score: 'GOOD' })), ['FIELD_INVALID'])
  for (const empty of ['', null]) assert.deepEqual(codes(await post({ hash: empty, score: 'GOOD' })), ['FIELD_EMPTY'])
  const odd = await post({ hash, score: 'GOOD', comment: 'a\u0000b \ud800 \u{1f600}' })
  assert.deepEqual([odd.statusCode, odd.json().data?.comment], [201, 'ab \ufffd \u{1f600}'])
})

test('the hash may come in the address, but not another one', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const post = (query: string, payload: object) => world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings?${query}`, payload })
  assert.deepEqual(codes(await post(`hash=${hash}`, { hash: 'other', score: 'GOOD' })), ['PARAMETERS_INCONSISTENT'])
  assert.deepEqual(codes(await post('hash=', { score: 'GOOD' })), ['FIELD_EMPTY'])
  const rated = await post(`hash=${hash}`, { score: 'GOOD' })
  assert.deepEqual([rated.statusCode, rated.headers['content-location']], [201, rated.json().data.resource_url])
})

test('forms, multipart and JSON in any spelling are taken', async () => {
  const bodies = [
    ['application/x-www-form-urlencoded', 'hash=HASH&score=good&comment=caf%C3%A9+%26+more'],
    ['application/x-www-form-urlencoded; charset=UTF-8', 'Hash=HASH&Score=Good&Comment=caf%C3%A9+%26+more'],
    ['application/json; charset=utf-8', '{"Hash":"HASH","Score":"GOOD","comment":"café & more"}'],
    ['multipart/form-data; boundary=xyz', ['hash', 'HASH', 'score', 'GOOD', 'comment', 'café & more'].reduce((text, part, index) =>
      text + (index % 2 === 0 ? `--xyz\r\nContent-Disposition: form-data; name="${part}"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 4\r\n\r\n` : `${part}\r\n`), '') + '--xyz--\r\n'],
  ] as const
  for (const [type, template] of bodies) {
    const case_id = await freshCase()
    const hash = await askedHash(world, acme, case_id)
    const answer = await world.app.inject({ method: 'POST', url: `/api/v1//cases/${case_id}/ratings.json`, headers: { 'content-type': type }, payload: template.replace('HASH', hash) })
    assert.deepEqual([answer.statusCode, answer.json().data?.score, answer.json().data?.comment], [201, 'GOOD', 'café & more'], type)
  }
  const url = `/api/v1/cases/${await freshCase()}/ratings`
  for (const [type, payload, status, code] of [
    ['application/json', '{"score":', 400, 'FIELD_INVALID'], ['application/json', '["GOOD"]', 400, 'FIELD_INVALID'], ['application/json', '', 400, 'FIELD_REQUIRED'],
    ['multipart/form-data; boundary=xyz', 'nothing of the kind', 400, 'FIELD_INVALID'], ['multipart/form-data', '--xyz--', 400, 'FIELD_INVALID'],
    ['text/xml', '<score/>', 415, 'FORMAT_NOT_ACCEPTABLE'], ['application/json', `{"comment":"${'x'.repeat(300_000)}"}`, 413, 'FIELD_INVALID'],
  ] as const) {
    const answer = await world.app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload })
    assert.deepEqual([answer.statusCode, codes(answer)[0], answer.headers['content-type']], [status, code, 'application/json'], `${type} ${payload.slice(0, 20)}`)
  }
})

test('a body is read in the charset that it names, and refused where it is no text in it', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const post = (type: string, text: string, encoding: BufferEncoding) => world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings`, headers: { 'content-type': type }, payload: Buffer.from(text, encoding) })
  const json = JSON.stringify({ hash, score: 'GOOD', comment: 'café' })
  const part = (name: string, value: string, charset: string) => `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: text/plain${charset}\r\n\r\n${value}\r\n`
  const parts = (charset: string) => `${part('hash', hash, charset)}${part('score', 'GOOD', charset)}${part('comment', 'café', charset)}--xyz--\r\n`
  for (const [type, text, encoding] of [
    ['application/json', `\ufeff${json}`, 'utf8'], ['application/json; charset=ISO-8859-1', json, 'latin1'], ['application/json; charset="utf-16le"', json, 'utf16le'],
    ['application/x-www-form-urlencoded; charset=iso-8859-1', `hash=${hash}&score=GOOD&comment=caf%E9`, 'utf8'], ['application/x-www-form-urlencoded; charset=iso-8859-1', `hash=${hash}&score=GOOD&comment=café`, 'latin1'],
    ['multipart/form-data; boundary=xyz', parts('; charset=ISO-8859-1'), 'latin1'], ['multipart/form-data; boundary=xyz', parts(''), 'utf8'],
  ] as const) {
    const answer = await post(type, text, encoding)
    assert.deepEqual([answer.statusCode, answer.json().data?.comment], [201, 'café'], `${type} ${answer.body}`)
  }
  for (const [type, text] of [
    ['application/json', json], ['application/json; charset=klingon', json], ['application/x-www-form-urlencoded', `hash=${hash}&score=GOOD&comment=caf%E9`], ['multipart/form-data; boundary=xyz', parts('')],
  ] as const) {
    const answer = await post(type, text, 'latin1')
    assert.deepEqual([answer.statusCode, codes(answer)], [400, ['FIELD_INVALID']], type)
  }
})

test('a form of very many names is read at once', async () => {
  const payload = Array.from({ length: 40_000 }, (_, index) => `${index.toString(36)}=`).join('&')
  const url = `/api/v1/cases/${await freshCase()}/ratings`
  const seconds = await processorSeconds(async () => {
    const answer = await world.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload })
    assert.deepEqual(codes(answer), ['FIELD_REQUIRED', 'FIELD_REQUIRED'])
  })
  assert.ok(seconds < 2)
})

test('only the hash of that case\'s rating mail opens it, while its time lasts', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const other = await freshCase()
  const get = (id: number, secret: string) => world.app.inject(`/api/v1/cases/${id}/ratings/${secret}`)
  const unrated = await get(case_id, hash)
  assert.deepEqual([unrated.statusCode, codes(unrated)], [404, ['RESOURCE_NOT_FOUND']])
  for (const [id, secret] of [[case_id, 'wrong'], [other, hash], [999_999, hash], [case_id, `${hash}x`], [case_id, hash.toLowerCase() + 'A'], [case_id, 'a%00b'], [case_id, 'x'.repeat(300)]] as const) {
    const refused = await get(id, secret)
    assert.deepEqual([refused.statusCode, codes(refused)], [403, ['PERMISSIONS_DENIED']], secret)
    assert.equal((await rate(world, id, decodeURIComponent(secret), 'GOOD')).statusCode, 403)
  }
  await rate(world, case_id, hash, 'GOOD')
  assert.equal((await get(case_id, hash)).statusCode, 200)
  world.clock.advance({ days: 181 })
  assert.equal((await get(case_id, hash)).statusCode, 403)
  assert.equal((await rate(world, case_id, hash, 'BAD')).statusCode, 403)
  world.clock.advance({ days: -181 })
})

test('a hash shows its case to whom the mail went, and not who has it now', async () => {
  const number = 'handed on'
  const case_id = await closedCase(acme.ctx, { number, title: 'Before' })
  const hash = await askedHash(world, acme, case_id)
  await rate(world, case_id, hash, 'GOOD')
  const shown = async () => (await world.app.inject(`/api/v1/cases/${case_id}/ratings/${hash}?include=*`)).json().data.case
  assert.equal((await shown()).subject, 'Before')
  await closedCase(acme.ctx, { number, title: 'After', source_updated_at: new Date('2026-03-10T09:00:00Z'), contact: { external_id: 4321, name: 'Next', email: 'next@customer.example' } })
  assert.deepEqual(await shown(), { id: case_id, resource_type: 'case' })
})

test('tries of wrong hashes are limited per address', async () => {
  const case_id = await freshCase()
  const hash = await askedHash(world, acme, case_id)
  const from = (address: string, secret: string) => world.app.inject({ url: `/api/v1/cases/${case_id}/ratings/${secret}`, remoteAddress: address })
  for (let tries = 0; tries < 50; tries++) assert.equal((await from('203.0.113.9', `wrong${tries}`)).statusCode, 403)
  const limited = await from('203.0.113.9', hash)
  assert.deepEqual([limited.statusCode, codes(limited)], [429, ['RATE_LIMIT_REACHED']])
  assert.ok(Number(limited.headers['retry-after']) > 0)
  assert.equal((await from('203.0.113.10', hash)).statusCode, 404)
  world.clock.advance({ minutes: 10 })
  assert.equal((await from('203.0.113.9', hash)).statusCode, 404)
})

test('a trigger sends the mail whose link is the hash', async () => {
  const case_id = await closedCase(acme.ctx, { number: 'mailed', contact: { external_id: 55, name: 'Mia Mail', email: 'mia@customer.example' } })
  await world.work()
  const asked = await world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings/trigger.json`, headers: { ...bearer(acme), 'content-type': 'application/json' } })
  assert.deepEqual([asked.statusCode, asked.body, asked.headers['content-type']], [201, '{"status":201}', 'application/json'])
  await world.work()
  const mails = await world.ground.db.selectFrom('sandbox_mails').select('text').where('account_id', '=', acme.account.id).where('to_header', 'like', '%mia@customer.example%').orderBy('id').execute()
  // One for the closed ticket itself, one for the trigger.
  assert.equal(mails.length, 2)
  const hash = /\/surveys\/([\w-]+)/.exec(mails[1]?.text ?? '')?.[1] ?? ''
  assert.equal((await read(world, acme, `/api/v1/cases/${case_id}`)).json().data.rating_status, 'OFFERED')
  const rated = await rate(world, case_id, hash, 'GOOD')
  assert.equal(rated.statusCode, 201)
  assert.equal((await read(world, acme, `/api/v1/cases/${case_id}`)).json().data.rating_status, 'RECEIVED')
})

test('a trigger says why nobody can be asked', async () => {
  const case_id = await freshCase()
  const trigger = (id: number | string) => world.app.inject({ method: 'POST', url: `/api/v1/cases/${id}/ratings/trigger`, headers: bearer(acme) })
  await world.ground.db.insertInto('blocks').values({ account_id: acme.account.id, pattern: 'blocked.example', created_at: world.clock.now() }).execute()
  const blocked = await closedCase(acme.ctx, { number: 'blocked', contact: { external_id: 56, name: 'B', email: 'b@blocked.example' } })
  const asked = await trigger(blocked)
  assert.equal(asked.statusCode, 201)
  assert.deepEqual(asked.json(), { status: 201, notifications: [{ type: 'WARNING', message: 'The request was not sent: blocked address.' }] })
  await world.ground.db.updateTable('cases').set({ contact_id: null }).where('account_id', '=', acme.account.id).where('id', '=', case_id).execute()
  const nobody = await trigger(case_id)
  assert.deepEqual([nobody.statusCode, nobody.json().errors[0].code, nobody.json().errors[0].parameter], [400, 'FIELD_REQUIRED', 'requester'])
  assert.equal((await trigger(999_999)).statusCode, 404)
  assert.equal((await trigger('9'.repeat(40))).statusCode, 404)
})

test('whoever\'s data are being deleted is mailed nothing more, though the deletion is not done', async () => {
  const case_id = await closedCase(acme.ctx, { number: 'deleted', contact: { external_id: 57, name: 'D', email: 'Leaving@customer.example' } })
  await world.work()
  await requestErasure(acme.ctx, 'leaving@customer.example')
  const asked = await world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings/trigger`, headers: bearer(acme) })
  assert.deepEqual(asked.json(), { status: 201, notifications: [{ type: 'WARNING', message: 'The request was not sent: customer data deleted.' }] })
  await world.work()
  const mails = await world.ground.db.selectFrom('invitations').select(['state', 'not_sent_reason']).where('account_id', '=', acme.account.id).where('case_id', '=', case_id).orderBy('id').execute()
  assert.deepEqual(mails.at(-1), { state: 'not_sent', not_sent_reason: 'customer data deleted' })
})

test('another account\'s cases and ratings do not exist', async () => {
  const case_id = await freshCase()
  const { data } = (await rate(world, case_id, await askedHash(world, acme, case_id), 'GOOD')).json()
  const stranger = await world.account({ name: 'Stranger' })
  for (const url of [`/api/v1/cases/${case_id}`, `/api/v1/cases/${case_id}/ratings`, `/api/v1/cases/${case_id}/ratings/${data.id}`, `/api/v1/cases/ratings/${data.id}`]) {
    const refused = await read(world, stranger, url)
    assert.deepEqual([refused.statusCode, codes(refused)], [404, ['RESOURCE_NOT_FOUND']], url)
  }
  assert.equal((await world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings/trigger`, headers: bearer(stranger) })).statusCode, 404)
  assert.equal((await read(world, stranger, `/api/v1/cases/ratings/recent?case_id=${case_id}`)).json().total_count, 0)
  const own = await closedCase(stranger.ctx)
  assert.equal((await read(world, stranger, `/api/v1/cases/${own}/ratings/${data.id}`)).statusCode, 404)
})

test('a key of one site sees that site only', async () => {
  const account = await world.account()
  const north = await createSite(account.ctx, { code: 'north', name: 'North' })
  const { api_key } = await createKey(account.ctx, { name: 'north', site_code: 'north' })
  const elsewhere = await closedCase(account.ctx, { number: 'a' })
  const inside = await closedCase(account.ctx, { number: 'b', site_id: north.id })
  const { data } = (await rate(world, elsewhere, await askedHash(world, account, elsewhere), 'GOOD')).json()
  const limited = { ...account, api_key }
  assert.deepEqual((await read(world, limited, '/api/v1/cases')).json().data.map(({ id }: { id: number }) => id), [inside])
  for (const url of [`/api/v1/cases/${elsewhere}`, `/api/v1/cases/${elsewhere}/ratings`, `/api/v1/cases/ratings/${data.id}`]) assert.equal((await read(world, limited, url)).statusCode, 404, url)
  assert.equal((await read(world, limited, `/api/v1/cases/ratings/recent?case_id=${elsewhere}`)).json().total_count, 0)
  assert.equal((await world.app.inject({ method: 'POST', url: `/api/v1/cases/${elsewhere}/ratings/trigger`, headers: bearer(limited) })).statusCode, 404)
  assert.equal((await world.app.inject({ method: 'POST', url: `/api/v1/cases/${inside}/ratings/trigger`, headers: bearer(limited) })).statusCode, 201)
})
