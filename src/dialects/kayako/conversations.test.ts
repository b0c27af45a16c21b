// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { requestErasure, workErasure } from '../../core/erasures.ts'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { transaction } from '../../storage/database.ts'
import { asContact, asVisitor } from '../../../test/support/customers.ts'
import { askedHash, basic, bearer, closedCase, codes, rate, read } from '../../../test/support/rated-case.ts'
import { untilBlocked } from '../../../test/support/until.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let globex: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
  globex = await world.account({ name: 'Globex' })
})
after(() => world.close())

type Headers = Record<string, string>

function get(headers: Headers, url: string): Promise<LightMyRequestResponse> {
  return world.app.inject({ url, headers })
}

function post(headers: Headers, payload: object, url = '/api/v1/conversations'): Promise<LightMyRequestResponse> {
  return world.app.inject({ method: 'POST', url, headers, payload })
}

/** A contact of an account; their id. */
async function contact(account: TestAccount, name: string): Promise<number> {
  await closedCase(account.ctx, { number: `of ${name}`, contact: { external_id: null, name, email: `${name}@customer.example` } })
  const { id } = await world.ground.db.selectFrom('contacts').select('id').where('account_id', '=', account.account.id).where('email', '=', `${name}@customer.example`).executeTakeFirstOrThrow()
  return id
}

/** What a contact of an account sends who logged in. */
async function loggedIn(name: string, account = acme): Promise<Headers> {
  return asContact(world, account, await contact(account, name))
}

const visitor = (account = acme): Headers => asVisitor(account)

const HELLO = { subject: 'Where is it?', contents: 'I ordered a lamp.\r\nIt is not here.', name: 'Vi Sitor', email: 'vi@customer.example' }

test('a visitor begins a conversation, whose number is its id and which is a case of that id', async () => {
  const me = visitor()
  const made = await post(me, HELLO)
  assert.equal(made.statusCode, 201)
  const row = await world.ground.db.selectFrom('cases').selectAll().where('account_id', '=', acme.account.id).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
  assert.equal(made.body, JSON.stringify({
    status: 201,
    data: {
      id: row.id, subject: 'Where is it?', requester: { id: row.contact_id, resource_type: 'user_minimal' }, creator: { id: row.contact_id, resource_type: 'user_minimal' }, assigned_agent: null, assigned_team: null,
      status: { id: 2, resource_type: 'case_status' }, is_closed: false, last_message_preview: 'I ordered a lamp.\nIt is not here.', created_at: '2026-03-16T10:00:00+00:00', updated_at: '2026-03-16T10:00:00+00:00',
      resource_type: 'conversation', resource_url: `http://earshot.test/api/v1/conversations/${row.id}`,
    },
    resource: 'conversation',
  }))
  assert.equal(made.headers['content-location'], `http://earshot.test/api/v1/conversations/${row.id}`)
  assert.deepEqual([row.kind, row.number, row.title, row.contents, row.closed_at], ['conversation', String(row.id), HELLO.subject, 'I ordered a lamp.\nIt is not here.', null])
  const person = await world.ground.db.selectFrom('contacts').selectAll().where('account_id', '=', acme.account.id).where('id', '=', row.contact_id).executeTakeFirstOrThrow()
  assert.deepEqual([person.name, person.email], ['Vi Sitor', 'vi@customer.example'])
  const seen = (await read(world, acme, `/api/v1/cases/${row.id}`)).json().data
  assert.deepEqual([seen.subject, seen.requester.id, seen.rating, seen.rating_status], [HELLO.subject, row.contact_id, null, 'UNOFFERED'])
  assert.deepEqual((await get(me, `/api/v1/conversations/${row.id}.json`)).json().data, made.json().data)
})

test('a visitor says who they are once, and changes nothing of whoever has that address', async () => {
  const known = await contact(acme, 'wellknown')
  const me = visitor()
  assert.deepEqual((await post(me, { subject: 'x', contents: 'y' })).json().errors.map(({ code, parameter }: { code: string, parameter: string }) => [code, parameter]), [['FIELD_REQUIRED', 'name'], ['FIELD_REQUIRED', 'email']])
  const first = (await post(me, { ...HELLO, name: 'Im Postor', email: 'Wellknown@customer.example' })).json().data
  assert.equal(first.requester.id, known)
  const second = (await post(me, { subject: 'x', contents: 'y' })).json().data
  assert.equal(second.requester.id, known)
  const third = (await post(me, { subject: 'x', contents: 'y', name: 'Other', email: 'other@customer.example' })).json().data
  assert.notEqual(third.requester.id, known)
  assert.equal((await post(me, { subject: 'x', contents: 'y' })).json().data.requester.id, third.requester.id)
  assert.equal((await world.ground.db.selectFrom('contacts').select('name').where('account_id', '=', acme.account.id).where('id', '=', known).executeTakeFirstOrThrow()).name, 'wellknown')
})

test('a contact begins a conversation as themselves, whatever else is said', async () => {
  const jo = await contact(acme, 'jo')
  const { data } = (await post(await asContact(world, acme, jo), HELLO)).json()
  assert.equal(data.requester.id, jo)
})

test('what is wrong with a conversation is told at once', async () => {
  const me = visitor()
  const wrong = async (payload: object): Promise<string[]> => (await post(me, payload)).json().errors.map(({ code, parameter }: { code: string, parameter: string }) => `${code} ${parameter}`)
  assert.deepEqual(await wrong({}), ['FIELD_REQUIRED subject', 'FIELD_REQUIRED contents'])
  assert.deepEqual(await wrong({ ...HELLO, subject: 5, contents: ['x'] }), ['FIELD_INVALID subject', 'FIELD_INVALID contents'])
  assert.deepEqual(await wrong({ ...HELLO, subject: ' ', contents: '\n' }), ['FIELD_EMPTY subject', 'FIELD_EMPTY contents'])
  assert.deepEqual(await wrong({ ...HELLO, subject: null }), ['FIELD_EMPTY subject'])
  assert.deepEqual(await wrong({ ...HELLO, subject: 'x'.repeat(501), contents: 'x'.repeat(10_001) }), ['FIELD_INVALID subject', 'FIELD_INVALID contents'])
  assert.deepEqual(await wrong({ ...HELLO, email: 'nobody' }), ['FIELD_INVALID email'])
  assert.deepEqual(await wrong({ ...HELLO, subject: 'a\nb' }), ['FIELD_INVALID subject'])
  const odd = await post(me, { ...HELLO, contents: 'a\u0000b \ud800 \u{1f600}' })
  assert.equal(odd.json().data.last_message_preview, 'ab \ufffd \u{1f600}')
})

test('everybody sees their own conversations, last changed first, in pages', async () => {
  const jo = await loggedIn('lister')
  const ids: number[] = []
  for (const subject of ['a', 'b', 'c']) {
    world.clock.advance({ minutes: 1 })
    ids.unshift((await post(jo, { subject, contents: subject })).json().data.id)
  }
  const all = (await get(jo, '/api/v1/conversations')).json()
  assert.deepEqual(all.data.map(({ id }: { id: number }) => id).slice(0, 3), ids)
  // A ticket is a conversation of its requester, too.
  assert.deepEqual([all.total_count, all.data[3].is_closed, all.offset, all.limit], [4, true, 0, 10])
  const page = (await get(jo, '/api/v1/conversations.json?limit=2&offset=2')).json()
  assert.deepEqual([page.data[0].id, page.total_count, page.previous_url, page.next_url], [ids[2], 4, 'http://earshot.test/api/v1/conversations.json?limit=2&offset=0', undefined])
  assert.equal((await get(visitor(), '/api/v1/conversations')).body, '{"status":200,"data":[],"resource":"conversation","offset":0,"limit":10,"total_count":0}')
  assert.deepEqual((await get(jo, '/api/v1/conversations?offset=9')).json().data, [])
  assert.deepEqual(codes(await get(jo, '/api/v1/conversations?limit=0')), ['PARAMETER_INVALID'])
})

test('nobody sees or rates another\'s conversation', async () => {
  const [own, mine] = [await loggedIn('owner'), visitor()]
  const ofContact = (await post(own, HELLO)).json().data.id
  const ofVisitor = (await post(mine, { ...HELLO, email: 'owner@customer.example' })).json().data.id
  const rated = (await post(own, { score: 'GOOD' }, `/api/v1/conversations/${ofContact}/ratings`)).json().data.id
  const strangers: [Headers, number][] = [[await loggedIn('else'), ofContact], [visitor(), ofVisitor], [visitor(), ofContact], [mine, ofContact], [await loggedIn('twin', globex), ofContact], [{ ...mine, ...visitor(globex) }, ofVisitor], [{ ...visitor(globex), 'x-fingerprint-id': mine['x-fingerprint-id'] ?? '' }, ofVisitor], [bearer(globex), ofContact]]
  for (const [who, id] of strangers) {
    for (const [method, path, payload] of [['GET', '', undefined], ['GET', '/ratings', undefined], ['POST', '/ratings', { score: 'BAD' }], ['PUT', `/ratings/${rated}`, { score: 'BAD' }]] as const) {
      const refused = await world.app.inject({ method, url: `/api/v1/conversations/${id}${path}`, headers: who, ...payload ? { payload } : {} })
      assert.deepEqual([refused.statusCode, codes(refused)], [404, ['RESOURCE_NOT_FOUND']], `${method} ${path} ${JSON.stringify(who)}`)
    }
    assert.ok(!(await get(who, '/api/v1/conversations')).json().data.some((one: { id: number }) => one.id === id))
  }
  assert.equal((await get(own, `/api/v1/conversations/${ofContact}/ratings/`)).json().data[0].score, 'GOOD')
  // Whoever logged in as the person whose address a visitor named is their case's requester, and sees what was said in their name.
  assert.equal((await get(own, `/api/v1/conversations/${ofVisitor}`)).statusCode, 200)
})

test('a conversation is rated as often as its requester likes, and each rating can be changed', async () => {
  const me = visitor()
  const { id, requester } = (await post(me, HELLO)).json().data
  const url = `/api/v1/conversations/${id}/ratings`
  assert.equal((await get(me, url)).body, '{"status":200,"data":[],"resource":"conversation_rating","offset":0,"limit":10,"total_count":0}')
  world.clock.advance({ minutes: 1 })
  const first = await post(me, { score: 'good', comment: 'quick' }, `${url}.json`)
  const row = await world.ground.db.selectFrom('responses').selectAll().where('account_id', '=', acme.account.id).where('case_id', '=', id).executeTakeFirstOrThrow()
  const at = `${world.clock.now().toISOString().slice(0, 19)}+00:00`
  assert.equal(first.body, JSON.stringify({
    status: 201,
    data: {
      id: row.id, score: 'GOOD', comment: 'quick', conversation: { id, resource_type: 'conversation' }, creator: { id: requester.id, resource_type: 'user_minimal' }, created_at: at, updated_at: at,
      resource_type: 'conversation_rating', resource_url: `http://earshot.test/api/v1/cases/ratings/${row.id}`,
    },
    resource: 'conversation_rating',
  }))
  assert.deepEqual([row.invitation_id, row.score_value, row.sentiment, row.case_kind, row.email], [null, 2, 4, 'conversation', 'vi@customer.example'])
  world.clock.advance({ minutes: 1 })
  const second = (await post(me, { score: 'BAD' }, url)).json().data
  assert.deepEqual((await get(me, url)).json().data.map((one: { id: number }) => one.id), [second.id, row.id])
  const seen = (await read(world, acme, `/api/v1/cases/${id}`)).json().data
  assert.deepEqual([seen.rating, seen.rating_status], ['BAD', 'RECEIVED'])
  assert.equal((await read(world, acme, `/api/v1/cases/${id}/ratings`)).json().total_count, 2)
  const put = (payload: object, rating: unknown = row.id, headers: Headers = {}) => world.app.inject({ method: 'PUT', url: `${url}/${rating}`, headers: { ...me, ...headers }, payload })
  const changed = await put({ score: 'BAD' }, row.id, { 'if-match': String(first.headers.etag) })
  assert.deepEqual([changed.statusCode, changed.json().data.score, changed.json().data.comment], [200, 'BAD', 'quick'])
  assert.deepEqual(codes(await put({ score: 'GOOD' }, row.id, { 'if-match': String(first.headers.etag) })), ['RESOURCE_MODIFIED'])
  assert.equal((await put({ comment: '' })).json().data.comment, null)
  assert.deepEqual(codes(await put({})), ['REQUEST_FIELDS_EMPTY'])
  assert.deepEqual(codes(await put({ score: 'MEH' })), ['FIELD_INVALID'])
  assert.deepEqual(codes(await put({ score: 'GOOD' }, 999_999)), ['RESOURCE_NOT_FOUND'])
  assert.deepEqual(codes(await put({ comment: 'x'.repeat(10_001) })), ['FIELD_INVALID'])
  for (const [payload, code] of [[{}, 'FIELD_REQUIRED'], [{ score: '' }, 'FIELD_EMPTY'], [{ score: 'OK' }, 'FIELD_INVALID'], [{ score: 'GOOD', comment: 7 }, 'FIELD_INVALID']] as const) assert.deepEqual(codes(await post(me, payload, url)), [code])
  const events = await world.ground.db.selectFrom('events').select(['type', 'actor']).where('account_id', '=', acme.account.id).where('subject_id', '=', row.id).orderBy('id').execute()
  const { fingerprint_id } = await world.ground.db.selectFrom('cases').select('fingerprint_id').where('account_id', '=', acme.account.id).where('id', '=', id).executeTakeFirstOrThrow()
  assert.deepEqual(events, ['received', 'revised', 'revised'].map((what) => ({ type: `response.${what}`, actor: `visitor:${fingerprint_id}` })))
})

test('a contact changes what they said by the mail, too; a visitor does not', async () => {
  for (const [who, status] of [[await loggedIn('mailed'), 200], [visitor(), 403]] as const) {
    const { id } = (await post(who, { ...HELLO, email: 'mailed@customer.example' })).json().data
    assert.equal((await world.app.inject({ method: 'POST', url: `/api/v1/cases/${id}/ratings/trigger`, headers: bearer(acme) })).statusCode, 201)
    const { token } = await world.ground.db.selectFrom('invitations').select('token').where('account_id', '=', acme.account.id).where('case_id', '=', id).executeTakeFirstOrThrow()
    const rated = (await post({}, { hash: token, score: 'GOOD' }, `/api/v1/cases/${id}/ratings`)).json().data
    const changed = await world.app.inject({ method: 'PUT', url: `/api/v1/conversations/${id}/ratings/${rated.id}`, headers: who, payload: { score: 'BAD' } })
    assert.equal(changed.statusCode, status, changed.body)
  }
})

test('a visitor is told neither the name of whom they named nor what that person answers by mail', async () => {
  const known = await contact(acme, 'private')
  const me = visitor()
  const made = (await post(me, { ...HELLO, name: 'Im Postor', email: 'private@customer.example' }, '/api/v1/conversations?include=*')).json().data
  const reference = { id: known, resource_type: 'user_minimal' }
  assert.deepEqual([made.requester, made.creator, made.status.label], [reference, reference, 'Open'])
  const url = `/api/v1/conversations/${made.id}/ratings`
  const own = (await post(me, { score: 'BAD' }, url)).json().data.id
  const mailed = await rate(world, made.id, await askedHash(world, acme, made.id), 'GOOD', 'between us')
  assert.equal(mailed.statusCode, 201)
  const seen = (await get(me, `${url}?include=*`)).json()
  assert.deepEqual([seen.data.map(({ id }: { id: number }) => id), seen.total_count, seen.data[0].creator], [[own], 1, reference])
  const theirs = (await get(await asContact(world, acme, known), `${url}?include=*`)).json()
  assert.deepEqual(theirs.data.map(({ id }: { id: number }) => id).toSorted(), [own, mailed.json().data.id])
  assert.equal(theirs.data[0].creator.full_name, 'private')
})

test('what is being deleted is neither rated nor changed any more, not even by who waited for it', async () => {
  const me = visitor()
  const gone = await contact(acme, 'gone')
  const jo = await asContact(world, acme, gone)
  const { id } = (await post(me, { ...HELLO, email: 'gone@customer.example' })).json().data
  const url = `/api/v1/conversations/${id}/ratings`
  const ratings: number[] = []
  for (const who of [me, jo]) ratings.push((await post(who, { score: 'GOOD', comment: 'Well' }, url)).json().data.id)
  const change = (who: Headers, rating = 0) => world.app.inject({ method: 'PUT', url: `${url}/${ratings[rating]}`, headers: who, payload: { comment: 'Late' } })
  const { id: erasure } = await requestErasure(acme.ctx, 'gone@customer.example')
  for (const answer of [await change(me), await change(jo, 1), await post(me, { score: 'BAD', comment: 'Late' }, url), await post(jo, { score: 'BAD', comment: 'Late' }, url)]) assert.deepEqual(codes(answer), ['PERMISSIONS_DENIED'])

  // Held up by whoever has the row, the deletion is first in the queue for it, and those who write are behind.
  const holder = holdResponses(ratings)
  await holder.held
  const erased = eraseAll(erasure)
  await untilBlocked(world.ground.db, 1)
  const late = [change(me), change(jo, 1)]
  await untilBlocked(world.ground.db, 3)
  holder.release()
  for (const answer of await Promise.all(late)) assert.ok(answer.statusCode === 403 || answer.statusCode === 404, answer.body)
  await erased
  const rows = await world.ground.db.selectFrom('responses').select(['comment', 'responder_ip', 'user_agent', 'email']).where('account_id', '=', acme.account.id).where('case_id', '=', id).execute()
  assert.deepEqual(rows, Array.from({ length: 2 }, () => ({ comment: null, responder_ip: null, user_agent: null, email: null })))
})

function holdResponses(ids: number[]): { held: Promise<void>, release: () => void } {
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  void transaction(world.ground.db, async (tx) => {
    await tx.selectFrom('responses').select('id').where('account_id', '=', acme.account.id).where('id', 'in', ids).forUpdate().execute()
    held.resolve()
    await released.promise
  })
  return { held: held.promise, release: () => released.resolve() }
}

async function eraseAll(erasure: number): Promise<void> {
  while ((await workErasure(world.ground, world.config.secret, acme.account.id, erasure)) > 0);
}

test('an answer to another survey is shown where it is clear, and not to be made good or bad', async () => {
  const jo = await contact(acme, 'tenpoints')
  const { case_id, token } = await world.ground.db.selectFrom('invitations').select(['case_id', 'token']).where('account_id', '=', acme.account.id).where('contact_id', '=', jo).executeTakeFirstOrThrow()
  const payload = await answerForm(token, 9)
  world.clock.advance({ seconds: 5 })
  await world.app.inject({ method: 'POST', url: `/surveys/${token}`, headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' }, payload })
  const url = `/api/v1/conversations/${case_id}/ratings`
  const me = await asContact(world, acme, jo)
  const { data: [rating] } = (await get(me, url)).json()
  assert.equal(rating.score, 'GOOD')
  assert.deepEqual(codes(await world.app.inject({ method: 'PUT', url: `${url}/${rating.id}`, headers: me, payload: { score: 'BAD' } })), ['PERMISSIONS_DENIED'])
})

async function answerForm(token: string, score: number): Promise<string> {
  const page = (await world.app.inject(`/surveys/${token}`)).body
  const field = /name="(q\d+)"/.exec(page)?.[1] ?? ''
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
  return [`${field}=${score}`, ...hidden].join('&')
}

test('whoever works here reads conversations as cases, and neither begins nor rates one', async () => {
  const { id } = (await post(visitor(), HELLO)).json().data
  const rated = (await post(await loggedIn('staffed'), HELLO)).json().data.id
  const users: Headers[] = [bearer(acme)]
  for (const role of ['collaborator', 'agent'] as const) {
    await createUser(acme.ctx, { email: `${role}@acme.example`, name: role, role, password: 'long enough for us' })
    users.push(basic(`${role}@acme.example`, 'long enough for us'))
  }
  for (const who of users) {
    assert.equal((await get(who, `/api/v1/conversations/${id}`)).statusCode, 200)
    assert.equal((await get(who, `/api/v1/conversations/${rated}/ratings`)).statusCode, 200)
    assert.ok((await get(who, '/api/v1/conversations')).json().total_count > 3)
    for (const [method, url, payload] of [['POST', '/api/v1/conversations', HELLO], ['POST', `/api/v1/conversations/${id}/ratings`, { score: 'GOOD' }]] as const) {
      assert.deepEqual(codes(await world.app.inject({ method, url, headers: who, payload })), ['PERMISSIONS_DENIED'], url)
    }
  }
})

test('a rating by its requester is refused to whoever works here', async () => {
  const me = visitor()
  const { id } = (await post(me, HELLO)).json().data
  const rating = (await post(me, { score: 'GOOD' }, `/api/v1/conversations/${id}/ratings`)).json().data.id
  const refused = await world.app.inject({ method: 'PUT', url: `/api/v1/conversations/${id}/ratings/${rating}`, headers: bearer(acme), payload: { score: 'BAD' } })
  assert.deepEqual(codes(refused), ['PERMISSIONS_DENIED'])
})

test('customers see no cases, people or reports, and nobody sees conversations without saying who they are', async () => {
  const me = visitor()
  const { id } = (await post(me, HELLO)).json().data
  for (const url of ['/api/v1/cases', `/api/v1/cases/${id}`, `/api/v1/cases/${id}/ratings`, `/api/v1/cases/ratings/recent?case_id=${id}`, '/api/v1/users/1', '/api/v1/teams', '/api/v1/teams/1', '/api/v1/organizations/1', '/api/v1/insights/cases/csat'])
    assert.deepEqual(codes(await get(me, url)), ['PERMISSIONS_DENIED'], url)
  assert.deepEqual(codes(await world.app.inject({ method: 'POST', url: '/api/v1/cases', headers: me, payload: { subject: 'x', email: 'a@b.example' } })), ['PERMISSIONS_DENIED'])
  for (const url of ['/api/v1/conversations', `/api/v1/conversations/${id}`, `/api/v1/conversations/${id}/ratings`]) {
    assert.deepEqual(codes(await get({}, url)), ['AUTHORIZATION_REQUIRED'], url)
    assert.deepEqual(codes(await get({ authorization: 'Bearer wrong' }, url)), ['AUTHENTICATION_FAILED'], url)
  }
})

test('a case is opened for a requester by id or address, with agent and team', async () => {
  const known = await contact(acme, 'requester')
  const staff = await world.ground.db.selectFrom('staff').selectAll().where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  const team = await world.ground.db.insertInto('teams').values({ account_id: acme.account.id, name: 'Desk', created_at: world.clock.now(), updated_at: world.clock.now() }).returning('id').executeTakeFirstOrThrow()
  const open = (payload: object, headers: Headers = bearer(acme)) => post(headers, payload, '/api/v1/cases.json')
  const made = await open({ subject: 'Lamp', requester_id: String(known), contents: 'by phone', assigned_agent_id: staff.id, assigned_team_id: String(team.id) })
  const { data } = made.json()
  assert.deepEqual([made.statusCode, data.subject, data.requester.id, data.assigned_agent.id, data.assigned_team.id, data.status.id, data.rating_status, made.json().resource], [201, 'Lamp', known, staff.id, team.id, 2, 'UNOFFERED', 'case'])
  assert.equal((await read(world, acme, `/api/v1/cases/${data.id}?fields=contents`)).json().data.contents, 'by phone')
  const fresh = (await open({ subject: 'Desk', email: 'new@customer.example', name: 'New One' })).json().data
  assert.equal((await read(world, acme, `/api/v1/users/${fresh.requester.id}`)).json().data.full_name, 'New One')
  const user = await createUser(acme.ctx, { email: 'amir@acme.example', name: 'Amir', role: 'agent', password: 'long enough for us', staff_code: staff.code })
  const byUser = (await open({ subject: 'x', requester_id: known, assigned_agent_id: user.id }, basic('amir@acme.example', 'long enough for us'))).json().data
  assert.equal(byUser.assigned_agent.id, staff.id)
  const wrong = async (payload: object): Promise<string[]> => (await open(payload)).json().errors.map(({ code, parameter, parameters }: { code: string, parameter?: string, parameters?: string[] }) => `${code} ${parameter ?? parameters?.join()}`)
  assert.deepEqual(await wrong({}), ['FIELD_REQUIRED subject', 'ANY_FIELD_REQUIRED requester_id,email'])
  assert.deepEqual(await wrong({ subject: 'x', requester_id: known, email: 'a@b.example' }), ['ONE_FIELD_EXPECTED requester_id,email'])
  assert.deepEqual(await wrong({ subject: 'x', requester_id: 'x', assigned_team_id: true }), ['FIELD_INVALID requester_id', 'FIELD_INVALID assigned_team_id'])
  const theirs = await contact(globex, 'theirs')
  const [their_staff, their_team] = [await world.ground.db.selectFrom('staff').select('id').where('account_id', '=', globex.account.id).executeTakeFirstOrThrow(), 987_654]
  assert.deepEqual(await wrong({ subject: 'x', requester_id: theirs, assigned_agent_id: their_staff.id, assigned_team_id: their_team }), ['FIELD_INVALID requester_id', 'FIELD_INVALID assigned_agent_id', 'FIELD_INVALID assigned_team_id'])
  assert.deepEqual(await wrong({ subject: ' ', email: 'nobody' }), ['FIELD_EMPTY subject'])
  assert.deepEqual(await wrong({ subject: 'x'.repeat(501), email: 'nobody', contents: 'x'.repeat(10_001) }), ['FIELD_INVALID subject', 'FIELD_INVALID contents', 'FIELD_INVALID email'])
  assert.equal((await world.ground.db.selectFrom('invitations').select('id').where('account_id', '=', acme.account.id).where('case_id', '=', data.id).execute()).length, 0)
})

test('a case opened with a key of one site is that site\'s', async () => {
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  const { api_key } = await createKey(acme.ctx, { name: 'north', site_code: 'north' })
  const north = { authorization: `Bearer ${api_key}` }
  const { id, requester } = (await post(north, { subject: 'x', email: 'north@customer.example' }, '/api/v1/cases')).json().data
  assert.deepEqual((await get(north, '/api/v1/cases')).json().data.map((one: { id: number }) => one.id), [id])
  assert.equal((await get(north, '/api/v1/cases?status=OPEN')).json().total_count, 1)
  assert.equal((await get(north, '/api/v1/cases?status=5')).json().total_count, 0)
  assert.equal((await get(north, `/api/v1/users/${requester.id}`)).statusCode, 200)
  assert.equal((await get(north, `/api/v1/users/${await contact(acme, 'south')}`)).statusCode, 404)
})

test('a customer who writes too often has to wait', async () => {
  const jo = await loggedIn('busy')
  const { id } = (await post(jo, HELLO)).json().data
  for (let count = 1; count < 200; count++) assert.notEqual((await post(jo, { score: 'GOOD' }, `/api/v1/conversations/${id}/ratings`)).statusCode, 429)
  const limited = await post(jo, { score: 'GOOD' }, `/api/v1/conversations/${id}/ratings`)
  assert.deepEqual([limited.statusCode, codes(limited)], [429, ['RATE_LIMIT_REACHED']])
  assert.ok(Number(limited.headers['retry-after']) > 0)
})
