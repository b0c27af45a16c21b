// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import { submitProject, submitTicket } from '../../core/cases/submit.ts'
import { claimDue } from '../../core/invitations/claim.ts'
import { recordOutcome } from '../../core/invitations/outcome.ts'
import { createKey } from '../../core/keys.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { createTeam } from '../../core/teams.ts'
import { createEmailTemplate } from '../../core/templates.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let api: CustomerSureClient
let survey_id: number
let template: number
let text_template: number

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  world.clock.set('2026-03-16T10:00:00Z')
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  survey_id = (await getSurveyFor(acme.ctx, 'nps')).id
  template = acme.account.default_email_template_id ?? 0
  text_template = (await world.ground.db.selectFrom('text_message_templates').select('id').where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()).id
})

interface Request { id: number, state: string, not_sent_reason: string | null, updated_at: string, link: string, data: { id: number, key: string, value: string | null }[], reminders: { id: number, send_at: string, not_sent_reason: string | null }[] }

const LATER = '2026-04-01T12:00:00Z'
const ALL = {
  email: 'john.smith@example.com', send_at: LATER, first_name: 'John', surname: 'Smith', reference: '#1041', machine_id: '8736245', ignore_throttle: true,
  data: [{ key: 'category', value: 'api-support' }, { key: 'floor', value: '3' }],
}

async function made(change: Record<string, unknown> = {}): Promise<Request> {
  const answer = await api.post('/feedback_requests', { survey_id, email: 'john.smith@example.com', send_at: LATER, ...change })
  assert.equal(answer.statusCode, 201, answer.body)
  return answer.json()
}

function patch(id: number, change: unknown): Promise<LightMyRequestResponse> {
  return api.patch(`/feedback_requests/${id}`, change)
}

async function patched(id: number, change: unknown): Promise<Request> {
  const answer = await patch(id, change)
  assert.equal(answer.statusCode, 200, answer.body)
  assert.deepEqual((await api.get(`/feedback_requests/${id}`)).json(), answer.json())
  return answer.json()
}

async function shown(id: number): Promise<Request> {
  return (await api.get(`/feedback_requests/${id}`)).json()
}

function fields(answer: LightMyRequestResponse): string[] {
  assert.equal(answer.statusCode, 422, answer.body)
  return answer.json().errors.map((error: { field: string, error: string }) => `${error.field} ${error.error}`)
}

function row(id: number) {
  return world.ground.db.selectFrom('invitations').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

test('what is given changes, and what is left out stays', async () => {
  const request = await made({ ...ALL, reminders: [{ send_at: '2026-04-08T12:00:00Z', email_template_id: template }] })
  world.clock.advance({ minutes: 5 })
  for (const [change, told] of [
    [{ first_name: 'Jack' }, { first_name: 'Jack' }], [{ surname: 'Jones' }, { surname: 'Jones' }], [{ email: 'jack@example.com' }, { email: 'jack@example.com' }],
    [{ send_at: '2026-04-02T14:00:00+0200' }, { send_at: '2026-04-02T12:00:00Z' }], [{ reference: '#7' }, { reference: '#7' }], [{ machine_id: 'm-7' }, { machine_id: 'm-7' }],
    [{ ignore_throttle: 'false' }, { ignore_throttle: false }], [{ email_template_id: String(template) }, {}], [{ survey_id }, {}], [{}, {}],
  ]) {
    const before = await shown(request.id)
    assert.deepEqual(await patched(request.id, change), { ...before, ...told, updated_at: '2026-03-16T10:05:00Z' }, JSON.stringify(change))
  }
})

test('all of it may be changed at once, as a new request would be', async () => {
  const { id, link } = await made()
  const other = (await getSurveyFor(acme.ctx, 'ticket')).id
  const own = await createEmailTemplate(acme.ctx, { kind: 'invitation', name: 'Own', from_name: 'A', from_email: 'a@example.com', subject: 's', body: 'b' })
  const change = { ...ALL, email: 'new@example.com', survey_id: other, email_template_id: own.id, reminders: [{ email_template_id: template, send_at: '2026-04-08T12:00:00Z' }] }
  const twin = await made(change)
  const { id: _, link: other_link, data, reminders, ...rest } = twin
  const answer = await patched(id, change)
  assert.deepEqual({ ...answer, data: answer.data.map(withoutId), reminders: answer.reminders.map(withoutId) }, { ...rest, id, link, data: data.map(withoutId), reminders: reminders.map(withoutId) })
  assert.notEqual(link, other_link)
  const [{ token: _t, id: _i, data: _d, ...mine }, { token: _u, id: _j, data: _e, ...theirs }] = [await row(id), await row(twin.id)]
  assert.deepEqual(mine, theirs)
})

function withoutId<T extends { id: number }>({ id: _, ...rest }: T): Omit<T, 'id'> {
  return rest
}

test('null and blank clear what is optional, and are missed where it is not', async () => {
  const { id } = await made({ ...ALL, email_template_id: template, reminders: [{ send_at: '2026-04-08T12:00:00Z', email_template_id: template }] })
  const cleared = await patched(id, { first_name: null, surname: '', reference: ' ', machine_id: null, email_template_id: null, ignore_throttle: null, external_link: null, sms: null, data: null, reminders: null })
  assert.partialDeepStrictEqual(cleared, { first_name: null, surname: null, reference: null, machine_id: null, email_template_id: template, ignore_throttle: false, state: 'pending', data: [], reminders: [] })
  assert.equal((await row(id)).case_id, null)
  assert.deepEqual(fields(await patch(id, { email: null, survey_id: '', send_at: null })), ['email required', 'survey_id required', 'send_at required'])
})

test('all that is wrong with a change is told at once, and nothing of it is done', async () => {
  const request = await made(ALL)
  const answer = await patch(request.id, {
    first_name: 'Jack', email: 'nobody', survey_id: 999_999, email_template_id: 'x', send_at: '2026-03-15T09:59:59Z', machine_id: 'm'.repeat(37), reference: 'r'.repeat(256), ignore_throttle: 'maybe',
    data: [{ key: 'k'.repeat(31), value: 'v'.repeat(101) }, { value: 'no key' }], reminders: [{ send_at: '2026-03-16T09:00:00Z', email_template_id: 999_999 }, { text_message_template_id: 4 }],
  })
  assert.deepEqual(fields(answer).toSorted(), [
    'data[0].key wrong_length', 'data[0].value wrong_length', 'data[1].key required', 'email invalid_format', 'email_template_id invalid_format', 'ignore_throttle invalid_value', 'machine_id wrong_length',
    'reference wrong_length', 'reminders[0].email_template_id invalid_value', 'reminders[0].send_at invalid_date', 'reminders[1].email_template_id required', 'reminders[1].send_at required',
    'reminders[1].text_message_template_id forbidden_value', 'send_at invalid_date', 'survey_id invalid_value',
  ])
  assert.deepEqual([...new Set(answer.json().errors.map((error: { resource: string }) => error.resource))], [`/feedback_requests/${request.id}`])
  assert.deepEqual(await shown(request.id), request)
})

test('reminders are looked at against the time that the request has after the change', async () => {
  const { id } = await made({ reminders: [{ send_at: '2026-04-08T12:00:00Z', email_template_id: template }] })
  assert.deepEqual(fields(await patch(id, { send_at: '2026-04-08T12:00:00Z' })), ['reminders[0].send_at invalid_date'])
  assert.deepEqual(fields(await patch(id, { reminders: [{ send_at: LATER, email_template_id: template }] })), ['reminders[0].send_at invalid_date'])
  const moved = await patched(id, { send_at: '2026-05-01T00:00:00Z', reminders: [{ send_at: '2026-05-02T00:00:00Z', email_template_id: template }] })
  assert.deepEqual(moved.reminders.map(({ send_at }) => send_at), ['2026-05-02T00:00:00Z'])
})

test('up to a day ago means now, also in a change, and it then goes', async () => {
  const { id } = await made()
  assert.partialDeepStrictEqual(await patched(id, { send_at: '2026-03-15T10:00:00Z' }), { send_at: '2026-03-16T10:00:00Z', state: 'pending' })
  await world.work()
  assert.partialDeepStrictEqual(await shown(id), { state: 'sent', sent_at: '2026-03-16T10:00:00Z' })
})

test('a request that is put off does not go when it was to go first', async () => {
  const { id } = await made({ send_at: '2026-03-17T10:00:00Z' })
  await patched(id, { send_at: '2026-03-19T10:00:00Z' })
  world.clock.set('2026-03-18T10:00:00Z')
  await world.work()
  assert.equal((await shown(id)).state, 'pending')
  world.clock.set('2026-03-19T10:00:00Z')
  await world.work()
  assert.equal((await shown(id)).state, 'sent')
})

test('a change of something else leaves the time, also where that has passed', async () => {
  const { id } = await made({ send_at: '2026-03-17T10:00:00Z', reminders: [{ send_at: '2026-03-18T10:00:00Z', email_template_id: template }] })
  world.clock.set('2026-03-20T10:00:00Z')
  assert.partialDeepStrictEqual(await patched(id, { first_name: 'Jack' }), { send_at: '2026-03-17T10:00:00Z', first_name: 'Jack', state: 'pending' })
})

test('arrays replace, and what is the same in them keeps its id', async () => {
  const { id, data, reminders } = await made({ ...ALL, reminders: ['2026-04-08T12:00:00Z', '2026-04-15T12:00:00Z'].map((send_at) => ({ send_at, email_template_id: template })) })
  const after = await patched(id, {
    data: [{ key: 'category', value: 'api-support' }, { key: 'floor', value: '4' }, { key: 'room', value: '12' }],
    reminders: ['2026-04-15T12:00:00Z', '2026-04-22T12:00:00Z', '2026-04-22T12:00:00Z'].map((send_at) => ({ send_at, email_template_id: template })),
  })
  assert.deepEqual(after.data.map(({ key, value }) => `${key} ${value}`), ['category api-support', 'floor 4', 'room 12'])
  assert.deepEqual(after.data.map((pair) => pair.id === data[0]?.id), [true, false, false])
  assert.deepEqual(after.reminders.map(({ send_at }) => send_at), ['2026-04-15T12:00:00Z', '2026-04-22T12:00:00Z', '2026-04-22T12:00:00Z'])
  assert.deepEqual(after.reminders.map((reminder) => reminder.id === reminders[1]?.id), [true, false, false])
  assert.deepEqual((await patched(id, { data: [{ key: 'floor', value: '4' }, { key: 'category', value: 'api-support' }], reminders: [] })).data.map(({ key }) => key), ['floor', 'category'])
  assert.deepEqual((await patched(id, { query_params: [{ key: 'old', value: 'name' }] })).data.map(({ key }) => key), ['old'])
})

test('who gets the credit follows the data and the reference', async () => {
  const [luke, leia] = [await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke', team: (await createTeam(acme.ctx, { name: 'Support' })).name }), await createStaffMember(acme.ctx, { code: 'leia', name: 'Leia' })]
  const newcastle = await createSite(acme.ctx, { code: 'newcastle', name: 'Newcastle' })
  const { id } = await made({ reference: '#1', data: [{ key: 'staff_code', value: 'luke' }, { key: 'site_code', value: 'newcastle' }, { key: 'company_name', value: 'Cyberdyne' }] })
  const before = await row(id)
  assert.partialDeepStrictEqual(before, { staff_ids: [luke.id], team_id: luke.team_id, site_id: newcastle.id })
  await patched(id, { first_name: 'Jack' })
  assert.deepEqual(await row(id), { ...before, first_name: 'Jack' })
  await patched(id, { data: [{ key: 'staff_code', value: 'leia' }, { key: 'company_name', value: 'Soylent' }] })
  const after = await row(id)
  assert.partialDeepStrictEqual(after, { staff_ids: [leia.id], team_id: null, case_id: before.case_id, site_id: newcastle.id })
  assert.notEqual(after.company_id, before.company_id)
  await patched(id, { reference: '#2' })
  const another = await row(id)
  assert.partialDeepStrictEqual(another, { staff_ids: [leia.id], site_id: acme.account.default_site_id })
  assert.notEqual(another.case_id, before.case_id)
  const ticket = await submitTicket(acme.ctx, ticketOf('55'))
  await patched(id, { reference: '55' })
  assert.partialDeepStrictEqual(await row(id), { case_id: ticket.case_id, case_title: 'Printer', case_kind: 'ticket', board_name: 'Service', staff_ids: [leia.id] })
})

test('the site stays where a change names no other: also a key\'s own, and one whose code is taken out', async () => {
  for (const code of ['york', 'newcastle']) await createSite(acme.ctx, { code, name: code })
  const york = customerSureClient(world, (await createKey(acme.ctx, { name: 'york', site_code: 'york' })).api_key)
  const request = { email: 'kate@example.com', send_at: '2026-04-01T10:00:00Z', survey_id: (await getSurveyFor(acme.ctx, 'nps')).id, ignore_throttle: true }
  for (const [code, change] of [['newcastle', { surname: 'Quick' }], ['york', { data: [] }]] as const) {
    const { id } = (await york.post('/feedback_requests', { ...request, data: [{ key: 'site_code', value: code }] })).json<{ id: number }>()
    await patched(id, change)
    assert.equal((await york.get(`/feedback_requests/${id}`)).statusCode, 200, code)
    await patched(id, { data: [{ key: 'site_code', value: 'main' }] })
    assert.equal((await york.get(`/feedback_requests/${id}`)).statusCode, 404)
  }
})

test('a change of the person leaves the case of a request that came in another way', async () => {
  const south = await createSite(acme.ctx, { code: 'south', name: 'South' })
  const project = await submitProject(acme.ctx, { ...ticketOf('9'), name: 'Move', manager_codes: ['tech'], site_id: south.id })
  const before = await row(project.invitation_id)
  const changed = await patched(project.invitation_id, { email: 'ben@example.com', first_name: 'Ben', data: [{ key: 'floor', value: '1' }] })
  assert.partialDeepStrictEqual(changed, { email: 'ben@example.com', reference: '9', data: [{ key: 'floor', value: '1' }] })
  const { contact_id, company_id, email, first_name, data: _, ...rest } = await row(project.invitation_id)
  const { contact_id: ann, company_id: her_company, email: _e, first_name: _f, data: _d, ...same } = before
  assert.deepEqual([rest, email, first_name, company_id], [same, 'ben@example.com', 'Ben', her_company])
  assert.notEqual(contact_id, ann)
  assert.equal((await submitProject(acme.ctx, { ...ticketOf('9'), name: 'Move', manager_codes: ['tech'], site_id: south.id })).outcome, 'updated')
})

test('a request may become a text message and back', async () => {
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: acme.ctx.now() }).where('id', '=', acme.account.id).execute()
  const { id } = await made({ reminders: [{ send_at: '2026-04-08T12:00:00Z', email_template_id: template }] })
  const sms = { number: '+44 7700 900123', text_message_template_id: text_template }
  assert.deepEqual(fields(await patch(id, { sms })), ['reminders[0].text_message_template_id required', 'reminders[0].email_template_id forbidden_value'])
  assert.deepEqual(fields(await patch(id, { sms: {} })).slice(0, 2), ['sms.number required', 'sms.text_message_template_id required'])
  const text = await patched(id, { sms, email: null, reminders: [{ send_at: '2026-04-08T12:00:00Z', text_message_template_id: text_template }] })
  assert.partialDeepStrictEqual(text, { state: 'pending', email: null, email_template_id: null, reminders: [{ text_message_template_id: text_template }] })
  assert.partialDeepStrictEqual(await row(id), { channel: 'sms', text_message_template_id: text_template })
  assert.deepEqual(fields(await patch(id, { sms: null })), ['email required', 'reminders[0].email_template_id required', 'reminders[0].text_message_template_id forbidden_value'])
  const mail = await patched(id, { sms: null, email: 'a@example.com', reminders: [] })
  assert.partialDeepStrictEqual(mail, { email_template_id: template, email: 'a@example.com', state: 'pending' })
  assert.partialDeepStrictEqual(await row(id), { channel: 'email', text_message_template_id: null, telephone_number: null })
})

test('a text message without an e-mail address keeps its contact, and what is known of it leaves no second one behind', async () => {
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: acme.ctx.now() }).where('id', '=', acme.account.id).execute()
  const contacts = () => world.ground.db.selectFrom('contacts').select(['id', 'email', 'first_name', 'telephone_number']).where('account_id', '=', acme.account.id).orderBy('id').execute()
  const { id } = await made({ email: null, first_name: 'Jo', reference: '12', sms: { number: '+44 7700 900123', text_message_template_id: text_template } })
  const { contact_id } = await row(id)
  await Promise.all([patch(id, { surname: 'Doe' }), patch(id, { first_name: 'Joe' })])
  await patched(id, { sms: { number: '+44 7700 900999', text_message_template_id: text_template } })
  assert.deepEqual(await contacts(), [{ id: contact_id, email: null, first_name: 'Joe', telephone_number: '+447700900999' }])
  assert.equal((await row(id)).contact_id, contact_id)
  await patched(id, { email: 'jo@example.com' })
  assert.deepEqual(await contacts(), [{ id: contact_id, email: 'jo@example.com', first_name: 'Joe', telephone_number: '+447700900999' }])
})

test('one that turns out to be for a contact who is known by their address is theirs, with its case, and whom it was for before is gone', async () => {
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: acme.ctx.now() }).where('id', '=', acme.account.id).execute()
  const { contact_id: known } = await row((await made({ email: 'jo@example.com' })).id)
  const { id } = await made({ email: null, reference: '12', sms: { number: '+44 7700 900123', text_message_template_id: text_template } })
  await patched(id, { email: 'Jo@example.com' })
  assert.equal((await row(id)).contact_id, known)
  const { contact_id } = await world.ground.db.selectFrom('cases').select('contact_id').where('account_id', '=', acme.account.id).where('number', '=', '12').executeTakeFirstOrThrow()
  assert.equal(contact_id, known)
  assert.deepEqual(await world.ground.db.selectFrom('contacts').select('id').where('account_id', '=', acme.account.id).execute(), [{ id: known }])
})

test('two text messages that are given the same new address at once are for one contact', async () => {
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: acme.ctx.now() }).where('id', '=', acme.account.id).execute()
  for (let round = 0; round < 10; round++) {
    const sms = { number: '+44 7700 900123', text_message_template_id: text_template }
    const both = [await made({ email: null, sms }), await made({ email: null, sms })]
    const answers = await Promise.all(both.map(({ id }) => patch(id, { email: `both${round}@example.com` })))
    assert.deepEqual(answers.map(({ statusCode }) => statusCode), [200, 200])
    const [one, other] = [await row(both[0]?.id ?? 0), await row(both[1]?.id ?? 0)]
    assert.equal(one.contact_id, other.contact_id)
  }
  const { rows: [left] } = await sql<{ count: number }>`select count(*) as count from contacts where account_id = ${acme.account.id} and email is null`.execute(world.ground.db)
  assert.equal(left?.count, 0)
})

test('one that becomes a text message while those are off is not sent, and its reminders are not either', async () => {
  const { id } = await made()
  const off = await patched(id, { sms: { number: '+447700900123', text_message_template_id: text_template }, reminders: [{ send_at: '2026-04-08T12:00:00Z', text_message_template_id: text_template }] })
  assert.partialDeepStrictEqual(off, { state: 'not_sent', not_sent_reason: 'text messages not enabled', reminders: [{ not_sent_reason: 'text messages not enabled' }] })
})

test('one that becomes an external link is sent at once, counts, and is counted', async () => {
  const { id } = await made({ reminders: [{ send_at: '2026-04-08T12:00:00Z', email_template_id: template }] })
  assert.deepEqual(fields(await patch(id, { external_link: true })), ['reminders forbidden_value'])
  assert.partialDeepStrictEqual(await patched(id, { external_link: true, reminders: [] }), { state: 'sent', sent_at: '2026-03-16T10:00:00Z' })
  assert.equal((await made({ send_at: '2026-03-16T10:00:00Z' })).not_sent_reason, 'over-survey protection')
  const rate = await api.get('/response_rate?from_time=2026-03-16T00:00Z&to_time=2026-03-17T00:00Z')
  assert.equal(rate.json().sent_count, 1)
})

test('a change asks again what forbids sending', async () => {
  const now = acme.ctx.now()
  await made({ external_link: true, email: 'asked@example.com' })
  await world.ground.db.insertInto('unsubscribes').values({ account_id: acme.account.id, address: 'gone@example.com', by_customer_at: now }).execute()
  for (const [email, reason] of [['GONE@example.com', 'unsubscribed'], ['asked@example.com', 'over-survey protection']] as const) {
    const { id } = await made({ send_at: '2026-03-17T10:00:00Z', reminders: [{ send_at: '2026-04-08T12:00:00Z', email_template_id: template }] })
    const after = await patched(id, { email })
    assert.deepEqual([after.state, after.not_sent_reason, after.reminders[0]?.not_sent_reason], ['not_sent', reason, reason])
  }
  const { id } = await made({ send_at: '2026-03-17T10:00:00Z' })
  assert.equal((await patched(id, { email: 'asked@example.com', ignore_throttle: true })).state, 'pending')
  const { id: later } = await made({ send_at: '2026-03-17T10:00:00Z' })
  assert.equal((await patched(later, { email: 'asked@example.com', send_at: '2026-04-20T00:00:00Z' })).state, 'pending')
})

test('what was archived since can\'t be asked for, but does not hinder a change of something else', async () => {
  const { id } = await made()
  const archived = { archived_at: acme.ctx.now() }
  await world.ground.db.updateTable('surveys').set(archived).where('id', '=', survey_id).execute()
  assert.deepEqual(fields(await patch(id, { survey_id })), ['survey_id invalid_value'])
  assert.partialDeepStrictEqual(await patched(id, { first_name: 'Jack' }), { state: 'not_sent', not_sent_reason: 'survey archived', first_name: 'Jack' })
})

test('what was sent, or not sent, can be neither changed nor cancelled', async () => {
  const link = await made({ external_link: true })
  const mail = await made({ email: 'b@example.com', send_at: '2026-03-16T10:00:00Z' })
  await world.work()
  const held = await made({ send_at: '2026-03-16T10:00:00Z' })
  for (const [{ id }, state] of [[link, 'sent'], [mail, 'sent'], [held, 'not_sent']] as const) {
    const before = await shown(id)
    for (const answer of [await patch(id, { first_name: 'Jack' }), await patch(id, {}), await api.delete(`/feedback_requests/${id}`)]) {
      assert.equal(answer.statusCode, 422)
      assert.equal(answer.json().message, 'Validation error')
      const [{ extra_info: { message, ...info }, ...error }, ...more] = answer.json().errors
      assert.deepEqual([error, info, more], [{ resource: `/feedback_requests/${id}`, field: 'state', error: 'forbidden_value' }, { disallowed_values: [state] }, []])
      assert.match(message, state === 'sent' ? /sent already/ : /not sent/)
    }
    assert.deepEqual(fields(await patch(id, { email: 'x', machine_id: {} })), ['state forbidden_value', 'machine_id invalid_format', 'email invalid_format'])
    assert.deepEqual(await shown(id), before)
  }
})

test('a worker that has it in hand is not interfered with, and one that died is', async () => {
  const { id } = await made({ send_at: '2026-03-16T10:00:00Z' })
  const { messages: [message] } = await claimDue(world.ground, { limit: 10, host: 'earshot.test' })
  assert.equal(message?.invitation_id, id)
  const [changed, cancelled] = [await patch(id, { first_name: 'Jack' }), await api.delete(`/feedback_requests/${id}`)]
  for (const answer of [changed, cancelled]) assert.deepEqual(answer.json().errors[0].extra_info, { disallowed_values: ['pending'], message: 'is being sent at this moment' })
  world.clock.advance({ seconds: 61 })
  assert.equal((await patched(id, { email: 'other@example.com' })).state, 'pending')
  if (message) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  assert.equal((await shown(id)).state, 'pending')
  await world.work()
  const mails = await world.ground.db.selectFrom('sandbox_mails').select('to_header').where('account_id', '=', acme.account.id).execute()
  assert.deepEqual([mails.length, (await shown(id)).state], [1, 'sent'])
  assert.match(mails[0]?.to_header ?? '', /other@example\.com/)
})

test('between two tries it can be changed and cancelled, and the address that it held is given back', async () => {
  for (const end of [(id: number) => patch(id, { email: 'second@example.com' }), (id: number) => api.delete(`/feedback_requests/${id}`)]) {
    const { id } = await made({ email: 'first@example.com', send_at: '2026-03-16T10:00:00Z' })
    const { messages: [message] } = await claimDue(world.ground, { limit: 10, host: 'earshot.test' })
    if (message) await recordOutcome(world.ground, message, { kind: 'temporary_failure', detail: '451' })
    const wait = (await row(id)).due_at
    assert.equal((await made({ email: 'first@example.com', send_at: '2026-03-16T10:00:00Z' })).not_sent_reason, 'over-survey protection')
    assert.ok((await end(id)).statusCode < 300)
    assert.deepEqual((await row(id)).due_at, wait)
    const free = await made({ email: 'first@example.com', send_at: '2026-03-16T10:00:00Z' })
    assert.equal(free.state, 'pending')
    await api.delete(`/feedback_requests/${free.id}`)
  }
})

test('one that has its response is not changed any more, but may be cancelled', async () => {
  const request = await made({ send_at: '2026-03-17T10:00:00Z' })
  await recordResponse(world.ground, request.link.split('/').at(-1) ?? '', { score: 9, comment: null }, { responder_ip: null, user_agent: null })
  const answer = await patch(request.id, { first_name: 'Jack' })
  assert.deepEqual(answer.json().errors[0].extra_info, { disallowed_values: ['pending'], message: 'has its response already' })
  assert.equal((await api.delete(`/feedback_requests/${request.id}`)).statusCode, 204)
})

test('a cancelled request is kept, with its reminders, and nothing of it goes out', async () => {
  const { id, ...request } = await made({ ...ALL, send_at: '2026-03-17T10:00:00Z', reminders: [{ send_at: '2026-03-18T10:00:00Z', email_template_id: template }] })
  const answer = await api.delete(`/feedback_requests/${id}`)
  assert.deepEqual([answer.statusCode, answer.body], [204, ''])
  world.clock.set('2026-03-20T10:00:00Z')
  await world.work()
  assert.deepEqual(await shown(id), { ...request, id, state: 'not_sent', not_sent_reason: 'cancelled', reminders: request.reminders.map((reminder) => ({ ...reminder, not_sent_reason: 'cancelled' })) })
  assert.deepEqual(await world.ground.db.selectFrom('sandbox_mails').select('id').where('account_id', '=', acme.account.id).execute(), [])
  assert.deepEqual(fields(await api.delete(`/feedback_requests/${id}`)), ['state forbidden_value'])
})

test('parameters that POST does not have are named, and the body is read as there', async () => {
  const { id } = await made()
  const answer = await api.patch(`/feedback_requests/${id}?x=1`, { state: 'sent', id: 3, data: [{ key: 'a', id: 5 }], reminders: [{ colour: 1 }], sms: { text: 'hi' } })
  assert.deepEqual([answer.statusCode, answer.json().message], [403, 'Unpermitted parameters: x, state, id, data[0].id, sms.text, reminders[0].colour'])
  for (const body of ['{', '[]', '7']) assert.equal((await patch(id, body)).statusCode, 400, body)
  assert.equal((await patch(id, '')).statusCode, 200)
  assert.equal((await api.patch(`/feedback_requests/${id}`, 'a=b', { 'content-type': 'text/plain' })).statusCode, 415)
  const cancel = await api.delete(`/feedback_requests/${id}?force=1`)
  assert.deepEqual([cancel.statusCode, cancel.json().message], [403, 'Unpermitted parameters: force'])
})

test('what is not there, another account\'s, and another site\'s can be neither changed nor cancelled', async () => {
  const mine = await made()
  const other = customerSureClient(world, (await world.account({ name: 'Other' })).api_key)
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  const north = customerSureClient(world, (await createKey(acme.ctx, { name: 'north', site_code: 'north' })).api_key)
  for (const [client, id] of [[other, mine.id], [north, mine.id], [api, 999_999_999], [api, 'abc'], [api, '0']] as const) {
    for (const answer of [await client.patch(`/feedback_requests/${id}`, { first_name: 'Jack' }), await client.delete(`/feedback_requests/${id}`)]) {
      assert.deepEqual([answer.statusCode, answer.json()], [404, { message: 'Not found' }])
    }
  }
  assert.deepEqual(await shown(mine.id), mine)
  const theirs = await other.patch(`/feedback_requests/${(await (await other.post('/feedback_requests', { email: 'a@example.com', send_at: LATER, survey_id: await anySurvey(other) })).json()).id}`, { survey_id, email_template_id: template })
  assert.deepEqual(fields(theirs), ['survey_id invalid_value', 'email_template_id invalid_value'])
})

async function anySurvey(client: CustomerSureClient): Promise<number> {
  return (await client.get('/surveys?per_page=1')).json()[0].id
}

test('changes at once of different fields are all done', async () => {
  const { id } = await made()
  const changes = [{ first_name: 'A' }, { surname: 'B' }, { reference: '9' }, { machine_id: 'm' }, { send_at: '2026-05-01T00:00:00Z' }, { ignore_throttle: true }, { data: [{ key: 'floor', value: '1' }] }, { email: 'z@example.com' }]
  const answers = await Promise.all(changes.map((change) => patch(id, change)))
  assert.deepEqual(answers.map((answer) => answer.statusCode), changes.map(() => 200))
  const after = await shown(id)
  assert.deepEqual(after.data.map(({ key, value }) => ({ key, value })), [{ key: 'floor', value: '1' }])
  assert.partialDeepStrictEqual(after, { first_name: 'A', surname: 'B', reference: '9', machine_id: 'm', send_at: '2026-05-01T00:00:00Z', ignore_throttle: true, email: 'z@example.com' })
})

test('a change and the same ticket posted again do not wait for each other', async () => {
  const { invitation_id } = await submitTicket(acme.ctx, ticketOf('77'))
  for (let round = 0; round < 20; round++) {
    const [changed, posted] = await Promise.all([patch(invitation_id, { surname: `S${round}`, data: [{ key: 'round', value: round }] }), submitTicket(acme.ctx, { ...ticketOf('77'), title: `Printer ${round}` })])
    assert.deepEqual([changed.statusCode, posted.outcome], [200, 'updated'])
    assert.partialDeepStrictEqual(await row(invitation_id), { surname: `S${round}`, case_title: `Printer ${round}` })
  }
})

function ticketOf(number: string) {
  const at = new Date('2026-03-15T10:00:00Z')
  return {
    site_id: null, number, title: 'Printer', board_name: 'Service', company: { external_id: 9, name: 'Acme Customer' }, contact: { external_id: 8, name: 'Ann Lee', email: 'ann@example.com' },
    staff_codes: ['tech'], opened_at: at, closed_at: at, source_updated_at: at,
  }
}
