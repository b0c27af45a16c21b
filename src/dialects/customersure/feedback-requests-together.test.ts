import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { createStaffMember } from '../../core/staff.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { createTextMessageTemplate } from '../../core/templates.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let api: CustomerSureClient
let survey_id: number

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  survey_id = (await getSurveyFor(acme.ctx, 'nps')).id
})

const send_at = '2030-01-01T00:00:00Z'
const post = (fields: object, client = api) => client.post('/feedback_requests', { survey_id, send_at, ...fields })
const rows = (table: 'contacts' | 'cases' | 'invitations') => world.ground.db.selectFrom(table).selectAll().where('account_id', '=', acme.account.id).execute()

test('sixty that come at once are sixty, each answered with what it asked for, and found like that', async () => {
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => post({ email: `person${n}@example.com`, reference: `#${n}`, data: [{ key: 'floor', value: String(n) }], reminders: [{ send_at: '2030-01-02T00:00:00Z', email_template_id: acme.account.default_email_template_id }] })))
  for (const [n, answer] of answers.entries()) {
    const body = answer.json()
    assert.deepEqual([answer.statusCode, body.email, body.reference, body.data[0].value, body.reminders.length], [201, `person${n}@example.com`, `#${n}`, String(n), 1])
    assert.deepEqual((await api.get(`/feedback_requests/${body.id}`)).json(), body)
  }
  assert.deepEqual([(await rows('contacts')).length, (await rows('cases')).length], [60, 60])
})

test('what is wrong with one is told to that one alone', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post({ email: n % 4 === 0 ? 'nobody' : `person${n}@example.com`, ...n % 4 === 1 && { survey_id: 999_999_999 } })))
  assert.deepEqual(answers.map(({ statusCode }) => statusCode), Array.from({ length: 20 }, (_, n) => n % 4 > 1 ? 201 : 422))
  assert.deepEqual([answers[0], answers[1]].map((answer) => answer?.json().errors.map((error: { field: string }) => error.field)), [['email'], ['survey_id']])
  assert.equal((await rows('invitations')).length, 10)
})

test('one person who is asked several times at once is one contact, who keeps what each request told', async () => {
  const told = [{ key: 'name', value: 'Ann Lee' }, { key: 'telephone_number', value: '01234 567890' }, { key: 'postcode', value: 'AB1 2CD' }, { key: 'company_name', value: 'Lee Ltd' }]
  const answers = await Promise.all(told.map((pair, n) => post({ email: n % 2 === 0 ? 'ann@example.com' : 'ANN@example.com', data: [pair] })))
  assert.deepEqual(answers.map(({ statusCode }) => statusCode), [201, 201, 201, 201])
  const [ann, ...others] = await rows('contacts')
  assert.deepEqual([ann?.name, ann?.telephone_number, ann?.postcode, ann?.company_id !== null, others], ['Ann Lee', '01234 567890', 'AB1 2CD', true, []])
  assert.equal(new Set(answers.map((answer) => answer.json().id)).size, 4)
})

test('one ticket that is named several times at once is one ticket, of whoever came first', async () => {
  await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => post({ email: `person${n}@example.com`, reference: n % 2 === 0 ? '#77' : ' 77 ', data: [{ key: 'staff_code', value: 'luke' }] })))
  assert.ok(answers.every(({ statusCode }) => statusCode === 201))
  const [ticket, ...others] = await rows('cases')
  const invitations = await rows('invitations')
  assert.deepEqual([ticket?.number, others.length, ticket?.staff_ids.length, invitations.every(({ case_id }) => case_id === ticket?.id), invitations.length], ['77', 0, 1, true, 12])
})

test('of several without an address each is somebody else', async () => {
  const { id } = await createTextMessageTemplate(acme.ctx, { name: 'SMS', body: 'Hello {{link-to-survey}}' })
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => post({ sms: { number: `+44 7700 90010${n}`, text_message_template_id: id }, data: [{ key: 'name', value: `Person ${n}` }] })))
  assert.deepEqual(answers.map(({ statusCode }) => statusCode), Array(8).fill(201))
  const contacts = await rows('contacts')
  const invitations = await rows('invitations')
  assert.deepEqual(contacts.map(({ name }) => name).sort(), Array.from({ length: 8 }, (_, n) => `Person ${n}`))
  for (const contact of contacts) assert.equal(invitations.find(({ contact_id }) => contact_id === contact.id)?.telephone_number, contact.telephone_number)
})

test('those of two accounts that come together see nothing of each other', async () => {
  const other = await world.account()
  const theirs = customerSureClient(world, other.api_key)
  const their_survey = (await getSurveyFor(other.ctx, 'nps')).id
  await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  const same = { email: 'ann@example.com', reference: '#1', data: [{ key: 'staff_code', value: 'luke' }, { key: 'company_name', value: 'Lee Ltd' }] }
  const [own, their, wrong] = await Promise.all([post(same), post({ ...same, survey_id: their_survey }, theirs), post({ ...same, survey_id: their_survey })])
  assert.deepEqual([own?.statusCode, their?.statusCode, wrong?.statusCode], [201, 201, 422])
  const invitations = await world.ground.db.selectFrom('invitations').selectAll().where('id', 'in', [own?.json().id, their?.json().id]).orderBy('account_id').execute()
  assert.deepEqual(invitations.map(({ staff_ids }) => staff_ids.length), [1, 0])
  assert.deepEqual(new Set(invitations.flatMap(({ contact_id, case_id, company_id }) => [`p${contact_id}`, `c${case_id}`, `o${company_id}`])).size, 6)
})
