import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { addBlock } from '../../core/blocks.ts'
import { submitTicket } from '../../core/cases/submit.ts'
import { contextOf } from '../../core/context.ts'
import { requestErasure, workErasure } from '../../core/erasures.ts'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { createTeam } from '../../core/teams.ts'
import { createEmailTemplate, createTextMessageTemplate } from '../../core/templates.ts'
import { unsubscribe } from '../../core/unsubscribes.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { enableTexts } from '../../../test/support/text-messages.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let api: CustomerSureClient
let survey_id: number
let default_template: number

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  world.clock.set('2026-03-16T10:00:00Z')
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  survey_id = (await getSurveyFor(acme.ctx, 'nps')).id
  default_template = acme.account.default_email_template_id ?? 0
})

test('the document\'s own request comes back as its sample does', async () => {
  const luke = await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke Sky', team: (await createTeam(acme.ctx, { name: 'Support' })).name })
  const newcastle = await createSite(acme.ctx, { code: 'newcastle', name: 'Newcastle' })
  const answer = await api.post('/feedback_requests', {
    email: 'john.smith@example.com', send_at: '2026-08-20T18:00:00+0100', survey_id, email_template_id: default_template, first_name: 'John', surname: 'Smith', reference: '#1041', machine_id: '8736245',
    data: [{ key: 'staff_code', value: 'luke' }, { key: 'site_code', value: 'newcastle' }, { key: 'category', value: 'api-support' }, { key: 'ticket_date', value: '20th Aug 2026' }],
    reminders: [{ email_template_id: default_template, send_at: '2026-08-27T18:00:00+0100' }, { email_template_id: default_template, send_at: '2026-09-01T18:00:00+01:00' }],
  })
  assert.equal(answer.statusCode, 201)
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
  const { id, link, data, reminders, ...rest } = answer.json()
  assert.deepEqual(rest, {
    email: 'john.smith@example.com', state: 'pending', first_name: 'John', surname: 'Smith', survey_id, email_template_id: default_template, reference: '#1041', machine_id: '8736245',
    send_at: '2026-08-20T17:00:00Z', sent_at: null, created_at: '2026-03-16T10:00:00Z', updated_at: '2026-03-16T10:00:00Z', not_sent_reason: null, delivery_failure: null, ignore_throttle: false,
  })
  assert.match(link, /^http:\/\/earshot\.test\/surveys\/[\w-]{22}$/)
  assert.deepEqual(withoutIds(data), [{ key: 'staff_code', value: 'luke' }, { key: 'site_code', value: 'newcastle' }, { key: 'category', value: 'api-support' }, { key: 'ticket_date', value: '20th Aug 2026' }])
  assert.deepEqual(withoutIds(reminders), ['2026-08-27T17:00:00Z', '2026-09-01T17:00:00Z'].map((send_at) => (
    { email_template_id: default_template, send_at, sent_at: null, text_message_template_id: null, not_sent_reason: null, delivery_failure: null })))
  assert.deepEqual((await api.get(`/feedback_requests/${id}`)).json(), answer.json())
  assert.deepEqual(await creditOf(id), { site_id: newcastle.id, team_id: luke.team_id, staff_ids: [luke.id], number: '1041' })
})

test('numbers may come as strings, and texts as numbers', async () => {
  const { statusCode, ...answer } = await post({ survey_id: String(survey_id), email_template_id: ` ${default_template} `, reference: 1041, external_link: 'true', ignore_throttle: 1, data: [{ key: 'floor', value: 3 }] })
  assert.equal(statusCode, 201)
  const body = answer.json()
  assert.deepEqual([body.survey_id, body.email_template_id, body.reference, body.state, body.ignore_throttle, body.data[0].value], [survey_id, default_template, '1041', 'sent', true, '3'])
})

test('a number of more digits than JSON keeps is not taken for another one', async () => {
  const wrong = await api.post('/feedback_requests', `{"email":"a@example.com","send_at":"2026-03-16T10:00:00Z","survey_id":${survey_id},"machine_id":9007199254740993,"reference":1e21,"data":[{"key":"a","value":12345678901234567890}]}`)
  assert.deepEqual(fields(wrong), ['reference invalid_format', 'machine_id invalid_format', 'data[0].value invalid_format'])
  assert.equal((await post({ machine_id: 9_007_199_254_740_991 })).json().machine_id, '9007199254740991')
})

test('blank parameters are like ones that were left out, and come back as null', async () => {
  const body = (await post({ first_name: '', surname: null, reference: ' ', machine_id: '', data: [{ key: 'name', value: '' }], reminders: [], sms: null, query_params: null })).json()
  assert.deepEqual([body.first_name, body.surname, body.reference, body.machine_id], [null, null, null, null])
  assert.deepEqual(withoutIds(body.data), [{ key: 'name', value: null }])
})

test('all that is missing is told at once', async () => {
  const answer = await api.post('/feedback_requests', {})
  assert.equal(answer.statusCode, 422)
  assert.equal(answer.json().message, 'Validation error')
  assert.deepEqual(answer.json().errors, ['email', 'survey_id', 'send_at'].map((field) => ({ resource: '/feedback_requests/', field, error: 'required', extra_info: {} })))
})

test('all that is wrong is told at once, whoever found it', async () => {
  const other = await world.account({ name: 'Other' })
  const answer = await post({
    email: 'john.smith', send_at: 'tomorrow', survey_id: (await getSurveyFor(other.ctx, 'nps')).id, email_template_id: 'x', reference: 'r'.repeat(256), machine_id: 'm'.repeat(37), ignore_throttle: 'maybe',
    data: [{ key: 'k'.repeat(31), value: 'v'.repeat(101) }, { value: 'no key' }, 'no pair'], reminders: [{ send_at: '2026-03-16T09:00:00Z', email_template_id: 999_999 }, { text_message_template_id: 4 }],
  })
  assert.equal(answer.statusCode, 422)
  const errors: { field: string, error: string, extra_info: Record<string, unknown> }[] = answer.json().errors
  assert.deepEqual(errors.map(({ field, error }) => `${field} ${error}`).toSorted(), [
    'data[0].key wrong_length', 'data[0].value wrong_length', 'data[1].key required', 'data[2] invalid_format', 'email invalid_format', 'email_template_id invalid_format', 'ignore_throttle invalid_value',
    'machine_id wrong_length', 'reference wrong_length', 'reminders[0].email_template_id invalid_value', 'reminders[1].email_template_id required', 'reminders[1].send_at required',
    'reminders[1].text_message_template_id forbidden_value', 'send_at invalid_date', 'survey_id invalid_value',
  ])
  const info = (field: string) => errors.find((error) => error.field === field)?.extra_info
  assert.deepEqual(info('machine_id'), { maximum: '36' })
  assert.deepEqual(info('email_template_id'), { must_be: 'integer' })
  assert.deepEqual(info('ignore_throttle'), { allowed_values: [true, false] })
  assert.equal((await api.get('/feedback_requests')).headers['x-total-count'], '0')
})

test('each limit holds to the character', async () => {
  const longest = { reference: 'é'.repeat(255), machine_id: '😀'.repeat(36), first_name: 'f'.repeat(255), data: Array.from({ length: 50 }, (_, index) => ({ key: `${index}`.padEnd(30, 'k'), value: '😀'.repeat(100) })) }
  const answer = await post(longest)
  assert.equal(answer.statusCode, 201)
  assert.equal(answer.json().data.length, 50)
  assert.deepEqual(fields(await post({ data: [...longest.data, { key: 'one', value: 'more' }] })), ['data wrong_length'])
  assert.deepEqual(fields(await post({ first_name: 'f'.repeat(256), surname: 's'.repeat(256) })), ['first_name wrong_length', 'surname wrong_length'])
  const reminder = { send_at: '2026-04-01T00:00:00Z', email_template_id: default_template }
  assert.equal((await post({ reminders: Array(10).fill(reminder) })).statusCode, 201)
  assert.deepEqual(fields(await post({ reminders: Array(11).fill(reminder) })), ['reminders wrong_length'])
})

test('characters that no mail or database takes are refused, and broken ones mended', async () => {
  const answer = await post({ first_name: 'a\nBcc: x@example.com', surname: 'a\u0000b', reference: '1\r2', data: [{ key: 'a\u0000', value: 'b\u0000' }] })
  assert.deepEqual(fields(answer), ['surname invalid_format', 'data[0].key invalid_format', 'data[0].value invalid_format', 'first_name invalid_format', 'reference invalid_format'])
  assert.equal((await post({ data: [{ key: 'half', value: '\ud83d' }] })).json().data[0].value, '\ufffd')
})

test('wrong kinds of values are faults of their fields', async () => {
  const answer = await post({ email: ['a@example.com'], survey_id: {}, send_at: 1_700_000_000, data: { key: 'a' }, reminders: 'none', sms: '07700', machine_id: { a: 1 } })
  assert.deepEqual(fields(answer).toSorted(), ['data invalid_format', 'email invalid_format', 'machine_id invalid_format', 'reminders invalid_format', 'send_at invalid_date', 'sms invalid_format', 'survey_id invalid_format'])
})

test('up to a day ago means now, and earlier is refused', async () => {
  for (const send_at of ['2026-03-16T10:00:00Z', '2026-03-16T09:59:30Z', '2026-03-15T10:00:00Z', '2026-03-16T10:30:00+01:00', '2026-03-16T09:00']) {
    assert.equal((await post({ send_at })).json().send_at, '2026-03-16T10:00:00Z', send_at)
  }
  assert.equal((await post({ send_at: '2026-03-16T11:00' })).json().send_at, '2026-03-16T11:00:00Z')
  assert.deepEqual(fields(await post({ send_at: '2026-03-15T09:59:59Z' })), ['send_at invalid_date'])
  for (const send_at of ['2026-02-30T10:00:00Z', '2026-03-16T25:00:00Z', 'now', '16/03/2026']) assert.deepEqual(fields(await post({ send_at })), ['send_at invalid_date'], send_at)
})

test('a reminder has to be later than its request', async () => {
  const reminders = (send_at: string) => [{ send_at, email_template_id: default_template }]
  assert.deepEqual(fields(await post({ send_at: '2026-03-20T10:00:00Z', reminders: reminders('2026-03-20T10:00:00Z') })), ['reminders[0].send_at invalid_date'])
  assert.deepEqual(fields(await post({ send_at: '2026-03-16T09:00:00Z', reminders: reminders('2026-03-16T09:30:00Z') })), ['reminders[0].send_at invalid_date'])
  assert.equal((await post({ send_at: '2026-03-20T10:00:00Z', reminders: reminders('2026-03-20T10:00:01Z') })).statusCode, 201)
})

test('without a template the account\'s default goes, and without that it is required', async () => {
  assert.equal((await post({})).json().email_template_id, default_template)
  await world.ground.db.updateTable('accounts').set({ default_email_template_id: null }).where('id', '=', acme.account.id).execute()
  assert.deepEqual(fields(await post({})), ['email_template_id required'])
  assert.equal((await post({ external_link: true })).json().email_template_id, null)
})

test('an archived survey or template can\'t be asked for', async () => {
  const template = await createEmailTemplate(acme.ctx, { kind: 'invitation', name: 'Old', from_name: 'A', from_email: 'a@example.com', subject: 's', body: 'b' })
  const archived = { archived_at: acme.ctx.now() }
  await world.ground.db.updateTable('email_templates').set(archived).where('id', '=', template.id).execute()
  await world.ground.db.updateTable('surveys').set(archived).where('account_id', '=', acme.account.id).where('purpose', '=', 'project').execute()
  const project = await world.ground.db.selectFrom('surveys').select('id').where('account_id', '=', acme.account.id).where('purpose', '=', 'project').executeTakeFirstOrThrow()
  assert.deepEqual(fields(await post({ survey_id: project.id, email_template_id: template.id })), ['survey_id invalid_value', 'email_template_id invalid_value'])
})

test('query_params is the old name of data, and is not looked at beside it', async () => {
  assert.equal((await post({ query_params: 'x', data: [{ key: 'a', value: 'b' }] })).statusCode, 201)
  assert.deepEqual(fields(await post({ query_params: 'x' })), ['data invalid_format'])
  assert.deepEqual(withoutIds((await post({ query_params: [{ key: 'floor', value: '2' }] })).json().data), [{ key: 'floor', value: '2' }])
})

test('an external link is sent at once, and nothing goes out', async () => {
  const body = (await post({ send_at: '2026-05-01T00:00:00Z', external_link: true })).json()
  assert.deepEqual([body.state, body.sent_at, body.not_sent_reason], ['sent', '2026-03-16T10:00:00Z', null])
  const refused = await post({ external_link: true, reminders: [{ send_at: '2026-05-02T00:00:00Z', email_template_id: default_template }] })
  assert.deepEqual(fields(refused), ['reminders forbidden_value'])
})

test('a request by text message is kept as not sent until text messages are enabled', async () => {
  const template = await createTextMessageTemplate(acme.ctx, { name: 'SMS', body: 'Hello {{link-to-survey}}' })
  const sms = { number: '+44 7700 900123', text_message_template_id: template.id }
  const answer = await post({ email: null, email_template_id: 999_999, sms, reminders: [{ send_at: '2026-04-01T00:00:00Z', text_message_template_id: template.id }] })
  assert.equal(answer.statusCode, 201)
  const body = answer.json()
  assert.deepEqual([body.state, body.not_sent_reason, body.email, body.email_template_id], ['not_sent', 'text messages not enabled', null, null])
  assert.deepEqual(withoutIds(body.reminders), [{
    email_template_id: null, send_at: '2026-04-01T00:00:00Z', sent_at: null, text_message_template_id: template.id, not_sent_reason: 'text messages not enabled', delivery_failure: null,
  }])
  assert.deepEqual(fields(await post({ sms: {} })), ['sms.number required', 'sms.text_message_template_id required'])
  assert.deepEqual(fields(await post({ sms: { number: 'call me', text_message_template_id: 999_999 } })), ['sms.number invalid_format', 'sms.text_message_template_id invalid_value'])
  assert.deepEqual(fields(await post({ sms, reminders: [{ send_at: '2026-04-01T00:00:00Z', email_template_id: default_template }] })),
    ['reminders[0].text_message_template_id required', 'reminders[0].email_template_id forbidden_value'])
})

test('a text message ignores whatever is named as its e-mail template, in a change too', async () => {
  const template = await createTextMessageTemplate(acme.ctx, { name: 'SMS', body: 'Hello {{link-to-survey}}' })
  await enableTexts(acme.ctx)
  const sms = { number: '+44 7700 900123', text_message_template_id: template.id }
  const made = await post({ sms, email_template_id: 'none', send_at: '2026-05-01T00:00:00Z' })
  assert.deepEqual([made.statusCode, made.json().email_template_id], [201, null])
  const change = (fields: object) => api.patch(`/feedback_requests/${made.json().id}`, fields)
  assert.deepEqual([(await change({ email_template_id: 'x' })).statusCode, (await change({ email_template_id: 4.5, sms })).statusCode], [200, 200])
  assert.deepEqual(fields(await change({ email_template_id: 'x', sms: null })), ['email_template_id invalid_format'])
})

test('a number is stored in E.164, as it is dialled in the account\'s country too', async () => {
  const template = await createTextMessageTemplate(acme.ctx, { name: 'SMS', body: 'Hello {{link-to-survey}}' })
  const to = (number: string) => post({ sms: { number, text_message_template_id: template.id } })
  const stored = async (number: string) => {
    const { id } = (await to(number)).json()
    return world.ground.db.selectFrom('invitations as v').innerJoin('contacts as c', 'c.id', 'v.contact_id').where('v.id', '=', id).select(['v.telephone_number', 'c.telephone_number as of_contact']).executeTakeFirst()
  }
  assert.deepEqual(await stored('+44 (0)7700 900-456'), { telephone_number: '+447700900456', of_contact: '+447700900456' })
  const [fault] = (await to('07700 900456')).json().errors
  assert.deepEqual([fault.field, fault.error], ['sms.number', 'invalid_format'])
  assert.match(fault.extra_info.message, /with \+ and the code of its country.*once the account has a country/)
  await world.ground.db.updateTable('accounts').set({ country: 'GB' }).where('id', '=', acme.account.id).execute()
  assert.equal((await stored('07700 900456'))?.telephone_number, '+447700900456')
  for (const number of ['0770', '12345', '+44 7700 900456 ext 3', 'ring 07700 900456']) {
    const [wrong] = (await to(number)).json().errors
    assert.deepEqual([wrong.error, wrong.extra_info.message.includes('as it is dialled in GB')], ['invalid_format', true], number)
  }
  assert.equal((await post({ data: [{ key: 'telephone_number', value: 'extension 12' }] })).statusCode, 201)
  await world.ground.db.updateTable('accounts').set({ country: null }).where('id', '=', acme.account.id).execute()
})

test('a refusal is stored with its reason, and its reminders with it', async () => {
  await world.ground.db.insertInto('blocks').values({ account_id: acme.account.id, pattern: 'example.org', created_at: acme.ctx.now() }).execute()
  const body = (await post({ email: 'jo@mail.example.org', reminders: [{ send_at: '2026-04-01T00:00:00Z', email_template_id: default_template }] })).json()
  assert.deepEqual([body.state, body.not_sent_reason, body.reminders[0].not_sent_reason], ['not_sent', 'blocked address', 'blocked address'])
})

test('over-survey protection holds a second one back, unless it is told to ignore it', async () => {
  await post({ external_link: true })
  assert.equal((await post({})).json().not_sent_reason, 'over-survey protection')
  assert.equal((await post({ email: 'JOHN.SMITH@example.com' })).json().not_sent_reason, 'over-survey protection')
  assert.equal((await post({ ignore_throttle: true })).json().state, 'pending')
  world.clock.advance({ days: 31 })
  assert.equal((await post({ send_at: world.clock.now().toISOString() })).json().state, 'pending')
})

test('an address is one person however its domain is written, to over-survey protection, opting out, blocks and erasure', async () => {
  const first = (await post({ email: 'zoe@BÜCHER.example', external_link: true })).json()
  assert.equal(first.email, 'zoe@bücher.example')
  const again = (await post({ email: 'Zoe@xn--bcher-kva.example' })).json()
  assert.deepEqual([again.email, again.not_sent_reason], ['Zoe@bücher.example', 'over-survey protection'])
  await unsubscribe(world.ground, first.link.split('/').at(-1))
  for (const email of ['zoe@xn--bcher-kva.example', 'zoe@ｂücher.example', 'zoe@bu\u0308cher.example']) assert.equal((await post({ email, ignore_throttle: true })).json().not_sent_reason, 'unsubscribed', email)
  const pending = (await post({ email: 'max@client.example' })).json()
  assert.equal((await api.patch(`/feedback_requests/${pending.id}`, { email: 'zoe@XN--BCHER-KVA.example' })).json().not_sent_reason, 'unsubscribed')

  await addBlock(acme.ctx, 'xn--mller-kva.example')
  await addBlock(acme.ctx, 'jo@ｓtraße.example')
  for (const email of ['a@müller.example', 'a@sub.müller.example', 'a@xn--mller-kva.example', 'jo@strasse.example', 'jo@straße.example']) {
    assert.equal((await post({ email })).json().not_sent_reason, email.includes('strasse') ? null : 'blocked address', email)
  }
  const { id } = await requestErasure(acme.ctx, 'zoe@xn--bcher-kva.example')
  while (await workErasure(world.ground, world.config.secret, acme.account.id, id) > 0);
  assert.equal((await api.get(`/feedback_requests/${again.id}`)).json().email, null)
})

test('a domain of marks and signs is known in letters, or else in ASCII', async () => {
  const forms = { 'a@xn--h2brj9c.example': 'a@भारत.example', 'a@भारत.example': 'a@भारत.example', 'a@คิว.example': 'a@คิว.example', 'a@xn--i-7iq.example': 'a@xn--i-7iq.example', 'a@XN--I-7IQ.example': 'a@xn--i-7iq.example', 'A@Example.COM': 'A@Example.COM' }
  for (const [written, known] of Object.entries(forms)) assert.equal((await post({ email: written, ignore_throttle: true })).json().email, known)
})

test('an address that no mail server could look up is none', async () => {
  for (const email of [`a@${'x'.repeat(64)}.example`, 'a@\u00ad.example']) assert.deepEqual(fields(await post({ email })), ['email invalid_format'], email)
  assert.equal((await post({ email: `a@${'x'.repeat(63)}.example` })).statusCode, 201)
})

test('data fill the contact and the company', async () => {
  const id = (await post({ data: [{ key: 'name', value: 'John Q. Smith' }, { key: 'company_name', value: 'Cyberdyne' }, { key: 'telephone_number', value: '01234' }, { key: 'postcode', value: 'NE1' }] })).json().id
  const person = await world.ground.db.selectFrom('invitations as v').innerJoin('contacts as p', 'p.id', 'v.contact_id').innerJoin('companies as c', 'c.id', 'v.company_id')
    .where('v.id', '=', id).select(['p.email', 'p.name', 'p.surname', 'p.telephone_number', 'p.postcode', 'c.name as company']).executeTakeFirst()
  assert.deepEqual(person, { email: 'john.smith@example.com', name: 'John Q. Smith', surname: 'Smith', telephone_number: '01234', postcode: 'NE1', company: 'Cyberdyne' })
  const again = (await post({ email: 'John.Smith@example.com', data: [{ key: 'company_name', value: 'CYBERDYNE' }] })).json().id
  const rows = await world.ground.db.selectFrom('invitations').select(['contact_id', 'company_id']).where('id', 'in', [id, again]).execute()
  assert.deepEqual(rows[0], rows[1])
})

test('the reference names the ticket, with its facts and its credit', async () => {
  const ticket = await submitTicket(acme.ctx, ticketOf('1041'))
  const tech = await world.ground.db.selectFrom('staff').select('id').where('account_id', '=', acme.account.id).where('code', '=', 'tech').executeTakeFirstOrThrow()
  const { id } = (await post({ reference: '#1041', machine_id: 'other' })).json()
  const row = await world.ground.db.selectFrom('invitations').select(['case_id', 'case_title', 'board_name']).where('id', '=', id).executeTakeFirst()
  assert.deepEqual(row, { case_id: ticket.case_id, case_title: 'Printer', board_name: 'Service' })
  assert.deepEqual((await creditOf(id)).staff_ids, [tech.id])
  await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  const named = await creditOf((await post({ reference: '1041', data: [{ key: 'staff_code', value: 'luke' }, { key: 'staff_code', value: 'tech' }] })).json().id)
  assert.equal(named.staff_ids.length, 2)
  assert.equal(named.staff_ids[1], tech.id)
})

test('without a reference the machine_id names it, and with neither there is no ticket', async () => {
  assert.equal((await creditOf((await post({ machine_id: 'm-1' })).json().id)).number, 'm-1')
  assert.equal((await creditOf((await post({ reference: '#', machine_id: 'm-2' })).json().id)).number, 'm-2')
  assert.equal((await creditOf((await post({})).json().id)).number, null)
})

test('a code that nobody knows is kept and links nothing', async () => {
  const body = (await post({ data: [{ key: 'staff_code', value: 'nobody' }, { key: 'site_code', value: 'nowhere' }] })).json()
  assert.equal(body.data.length, 2)
  assert.deepEqual(await creditOf(body.id), { site_id: acme.account.default_site_id, team_id: null, staff_ids: [], number: null })
})

test('the list is newest first and can be asked for one state', async () => {
  const pending = (await post({})).json()
  const sent = (await post({ external_link: true, email: 'b@example.com' })).json()
  assert.deepEqual((await api.get('/feedback_requests')).json(), [sent, pending])
  assert.deepEqual((await api.get('/feedback_requests?state=pending')).json(), [pending])
  assert.deepEqual((await api.get('/feedback_requests?state=sent')).json(), [sent])
  const none = await api.get('/feedback_requests?state=not_sent')
  assert.deepEqual([none.json(), none.headers['x-total-count']], [[], '0'])
  const wrong = await api.get('/feedback_requests?state=lost')
  assert.equal(wrong.statusCode, 422)
  assert.deepEqual(wrong.json().errors, [{ resource: '/feedback_requests', field: 'state', error: 'invalid_value', extra_info: { allowed_values: ['pending', 'sent', 'not_sent'] } }])
})

test('each state has pages of its own, with an end', async () => {
  for (let number = 0; number < 5; number++) await post({ email: `p${number}@example.com`, external_link: number % 2 === 0 })
  const page = async (query: string) => {
    const { headers, ...answer } = await api.get(`/feedback_requests?state=sent&per_page=2${query}`)
    const rows: { email: string }[] = answer.json()
    return { emails: rows.map(({ email }) => email.slice(0, 2)), total: headers['x-total-count'], pages: headers['x-total-pages'], rels: [...String(headers.link).matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel), link: String(headers.link) }
  }
  assert.partialDeepStrictEqual(await page(''), { emails: ['p4', 'p2'], total: '3', pages: '2', rels: ['first', 'next', 'last'] })
  assert.partialDeepStrictEqual(await page('&page=2'), { emails: ['p0'], total: '3', pages: '2', rels: ['first', 'prev', 'last'] })
  assert.partialDeepStrictEqual(await page('&page=3'), { emails: [], total: '3', pages: '2', rels: ['first', 'prev', 'last'] })
  assert.match((await page('')).link, /\/feedback_requests\?state=sent&per_page=2&page=2>; rel="next"/)
  assert.deepEqual((await api.get('/feedback_requests?state=')).json().length, 5)
})

test('another account\'s requests, surveys and templates are not there', async () => {
  const mine = (await post({ data: [{ key: 'staff_code', value: 'luke' }] })).json()
  const other = await world.account({ name: 'Other' })
  const theirs = customerSureClient(world, other.api_key)
  assert.equal((await theirs.get(`/feedback_requests/${mine.id}`)).statusCode, 404)
  assert.deepEqual((await theirs.get('/feedback_requests')).json(), [])
  const answer = await theirs.post('/feedback_requests', {
    email: 'a@example.com', send_at: '2026-03-16T10:00:00Z', survey_id, email_template_id: default_template, reminders: [{ send_at: '2026-04-01T00:00:00Z', email_template_id: default_template }],
  })
  assert.deepEqual(fields(answer), ['survey_id invalid_value', 'email_template_id invalid_value', 'reminders[0].email_template_id invalid_value'])
})

test('a key of one site writes to it and sees no other', async () => {
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  const { api_key } = await createKey(acme.ctx, { name: 'north', site_code: 'north' })
  const north = customerSureClient(world, api_key)
  const main = (await post({ reference: '7' })).json()
  const own = (await north.post('/feedback_requests', { email: 'n@example.com', send_at: '2026-03-16T10:00:00Z', survey_id, reference: '7', data: [{ key: 'site_code', value: 'main' }] })).json()
  assert.deepEqual((await north.get('/feedback_requests')).json(), [own])
  assert.equal((await north.get(`/feedback_requests/${main.id}`)).statusCode, 404)
  const rows = await world.ground.db.selectFrom('invitations').select(['site_id', 'case_id']).where('id', 'in', [main.id, own.id]).execute()
  assert.equal(new Set(rows.map((row) => row.site_id)).size, 2)
  assert.equal(new Set(rows.map((row) => row.case_id)).size, 2)
})

test('requests at once for one new person, company and ticket make one of each', async () => {
  const body = { reference: '#77', data: [{ key: 'company_name', value: 'Soylent' }] }
  const answers = await Promise.all(Array.from({ length: 12 }, () => post(body)))
  assert.deepEqual(answers.map((answer) => answer.statusCode), Array(12).fill(201))
  const rows = await world.ground.db.selectFrom('invitations').select(['contact_id', 'company_id', 'case_id']).where('account_id', '=', acme.account.id).distinct().execute()
  assert.equal(rows.length, 1)
})

test('tickets that came in another way are requests here too', async () => {
  const system = contextOf(world.ground, acme.account, { kind: 'system' })
  await submitTicket(system, ticketOf('55'))
  const [only] = (await api.get('/feedback_requests')).json()
  assert.deepEqual([only.email, only.reference, only.state, only.first_name], ['ann@example.com', '55', 'pending', 'Ann'])
})

function post(change: Record<string, unknown>): Promise<LightMyRequestResponse> {
  return api.post('/feedback_requests', { email: 'john.smith@example.com', send_at: '2026-03-16T10:00:00Z', survey_id, ...change })
}

function fields(answer: LightMyRequestResponse): string[] {
  assert.equal(answer.statusCode, 422, answer.body)
  return answer.json().errors.map((error: { field: string, error: string }) => `${error.field} ${error.error}`)
}

function withoutIds(rows: { id: number }[]): object[] {
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length)
  return rows.map(({ id: _, ...row }) => row)
}

async function creditOf(invitation_id: number): Promise<{ site_id: number, team_id: number | null, staff_ids: number[], number: string | null }> {
  return world.ground.db.selectFrom('invitations as v').leftJoin('cases as c', 'c.id', 'v.case_id').where('v.id', '=', invitation_id)
    .select(['v.site_id', 'v.team_id', 'v.staff_ids', 'c.number']).executeTakeFirstOrThrow()
}

function ticketOf(number: string) {
  const at = new Date('2026-03-15T10:00:00Z')
  return {
    site_id: null, number, title: 'Printer', board_name: 'Service', company: { external_id: 9, name: 'Acme Customer' }, contact: { external_id: 8, name: 'Ann Lee', email: 'ann@example.com' },
    staff_codes: ['tech'], opened_at: at, closed_at: at, source_updated_at: at,
  }
}
