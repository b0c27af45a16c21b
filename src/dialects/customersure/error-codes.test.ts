// once
/** Every code of a validation error, with each key of extra_info that it can have. `custom`, and the keys `minimum` and `exactly`, say nothing that this API would have to. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { changeEmailTemplate, createEmailTemplate, createTextMessageTemplate } from '../../core/templates.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface VendorError { resource: string, field: string, error: string, extra_info: Record<string, unknown> }

let world: World
let acme: TestAccount
let api: CustomerSureClient
let request: Record<string, unknown>
let text_template: number
let archived_template: number

before(async () => {
  world = await openWorld({ now: '2026-08-19T16:30:14Z' })
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  request = { email: 'kate@example.com', send_at: '2026-08-20T10:00:00Z', survey_id: (await getSurveyFor(acme.ctx, 'nps')).id, ignore_throttle: true }
  text_template = (await createTextMessageTemplate(acme.ctx, { name: 'Text', body: '{{link-to-survey}}' })).id
  archived_template = (await createEmailTemplate(acme.ctx, { kind: 'invitation', name: 'Old', from_name: 'Kate', from_email: 'kate@acme.example', subject: 'Old', body: '{{link-to-survey}}' })).id
  await changeEmailTemplate(acme.ctx, archived_template, { archived: true })
})
after(() => world.close())

const DATE = { valid_format: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:?\\d{2})?$' }
const SITE = { site_code: 'north', name: 'North', region: 'North' }

/** What is given besides what is right, and the errors of it: field, code, extra_info. */
const OF_REQUESTS: [string, () => Record<string, unknown>, [string, string, Record<string, unknown>][]][] = [
  ['required', () => ({ email: null, send_at: '', survey_id: ' ' }), [['email', 'required', {}], ['survey_id', 'required', {}], ['send_at', 'required', {}]]],
  ['required, nested', () => ({ sms: { number: '' }, reminders: [{}], data: [{ value: 'x' }] }), [['sms.number', 'required', {}], ['sms.text_message_template_id', 'required', {}], ['data[0].key', 'required', {}],
    ['reminders[0].send_at', 'required', {}], ['reminders[0].text_message_template_id', 'required', {}]]],
  ['invalid_format: valid_format and message', () => ({ email: 'kate', first_name: 'a\nb', sms: { number: '1', text_message_template_id: text_template } }), [
    ['email', 'invalid_format', { valid_format: '^[^@\\s]{1,64}@[^@\\s]+$', message: 'is not an e-mail address' }],
    ['first_name', 'invalid_format', { valid_format: '^[^\\x00-\\x1F\\x7F-\\x9F]*$', message: 'must be one line of text' }],
    ['sms.number', 'invalid_format', { valid_format: '^\\+[1-9][0-9]{6,14}$', message: 'must be a telephone number with + and the code of its country, such as +44 7700 900123; numbers without that code are understood once the account has a country' }],
  ]],
  ['invalid_format: must_be', () => ({ survey_id: '1.5', email_template_id: 'ten' }), [['survey_id', 'invalid_format', { must_be: 'integer' }], ['email_template_id', 'invalid_format', { must_be: 'integer' }]]],
  ['invalid_format: message', () => ({ reference: {}, data: { key: 'a' }, reminders: ['x'] }), [['reference', 'invalid_format', { message: 'must be a text' }], ['data', 'invalid_format', { message: 'must be an array' }],
    ['reminders[0]', 'invalid_format', { message: 'must be an object' }]]],
  ['wrong_length: maximum', () => ({ machine_id: 'x'.repeat(37), reference: 'x'.repeat(256), data: [{ key: 'k'.repeat(31), value: 'v'.repeat(101) }] }), [['reference', 'wrong_length', { maximum: '255' }], ['machine_id', 'wrong_length', { maximum: '36' }],
    ['data[0].key', 'wrong_length', { maximum: '30' }], ['data[0].value', 'wrong_length', { maximum: '100' }]]],
  ['wrong_length: maximum and message', () => ({ data: Array.from({ length: 51 }, () => ({ key: 'a', value: 'b' })), reminders: Array.from({ length: 11 }, () => ({})) }), [
    ['data', 'wrong_length', { maximum: '50', message: 'must have at most 50 pairs' }], ['reminders', 'wrong_length', { maximum: '10', message: 'must be at most 10' }],
  ]],
  ['invalid_value: allowed_values', () => ({ external_link: 'perhaps' }), [['external_link', 'invalid_value', { allowed_values: [true, false] }]]],
  ['invalid_value, with no more to say', () => ({ survey_id: 999_999, email_template_id: archived_template }), [['survey_id', 'invalid_value', {}], ['email_template_id', 'invalid_value', {}]]],
  ['forbidden_value: disallowed_values and message', () => ({ reminders: [{ send_at: '2026-08-27T10:00:00Z', email_template_id: acme.account.default_email_template_id, text_message_template_id: text_template }] }), [
    ['reminders[0].text_message_template_id', 'forbidden_value', { disallowed_values: [0], message: 'is of another channel than the request' }],
  ]],
  ['invalid_date: valid_format', () => ({ send_at: 'tomorrow' }), [['send_at', 'invalid_date', DATE]]],
  ['invalid_date: greater_than and message', () => ({ send_at: '2026-08-18T10:00:00Z', reminders: [{ send_at: '2026-08-01T10:00:00Z', email_template_id: acme.account.default_email_template_id }] }), [
    ['send_at', 'invalid_date', { greater_than: '2026-08-18T16:30:14Z', message: 'is more than 24 hours ago' }],
    ['reminders[0].send_at', 'invalid_date', { greater_than: '2026-08-19T16:30:14Z', message: 'must be later than the request is sent' }],
  ]],
]

for (const [what, given, errors] of OF_REQUESTS) {
  test(`requests, ${what}: the same of a new one and of a changed one`, async () => {
    const expected = errors.map(([field, error, extra_info]) => ({ field, error, extra_info: 'disallowed_values' in extra_info ? { ...extra_info, disallowed_values: [text_template] } : extra_info }))
    const made = (await api.post('/feedback_requests', request)).json<{ id: number }>()
    for (const [answer, resource] of [[await api.post('/feedback_requests', { ...request, ...given() }), '/feedback_requests/'], [await api.patch(`/feedback_requests/${made.id}`, given()), `/feedback_requests/${made.id}`]] as const) {
      const { message, errors: told } = answer.json<{ message: string, errors: VendorError[] }>()
      assert.deepEqual([answer.statusCode, message], [422, 'Validation error'])
      for (const { extra_info: { valid_format } } of told) assert.ok(valid_format === undefined || new RegExp(String(valid_format)))
      assert.deepEqual(inOrder(told), inOrder(expected.map((one) => ({ resource, ...one }))))
    }
  })
}

test('requests, forbidden_value of state: it is too late', async () => {
  const sent = (await api.post('/feedback_requests', { ...request, external_link: true })).json<{ id: number }>()
  for (const answer of [await api.patch(`/feedback_requests/${sent.id}`, {}), await api.delete(`/feedback_requests/${sent.id}`)]) {
    const [error] = answer.json<{ errors: VendorError[] }>().errors
    assert.deepEqual([answer.statusCode, error?.resource, error?.field, error?.error, error?.extra_info.disallowed_values], [422, `/feedback_requests/${sent.id}`, 'state', 'forbidden_value', ['sent']])
    assert.equal(typeof error?.extra_info.message, 'string')
  }
})

test('sites: required, wrong_length, and the code that is taken', async () => {
  assert.equal((await api.post('/sites', SITE)).statusCode, 201)
  assert.deepEqual(await errorsOf(api.post('/sites', { site_code: ' ' })), ['name required {}', 'region required {}', 'site_code required {}'])
  assert.deepEqual(await errorsOf(api.post('/sites', { ...SITE, site_code: 'c'.repeat(256), city: 'c'.repeat(256) })), ['city wrong_length {"maximum":"200"}', 'site_code wrong_length {"maximum":"100"}'])
  assert.deepEqual(await errorsOf(api.post('/sites', SITE)), ['site_code forbidden_value {"disallowed_values":["north"],"message":"is taken by another site"}'])
  assert.deepEqual(await errorsOf(api.patch('/sites/main', { site_code: 'north' })), ['site_code forbidden_value {"disallowed_values":["north"],"message":"is taken by another site"}'])
})

test('queries: invalid_value with greater_than, less_than and allowed_values; invalid_date; invalid_format', async () => {
  assert.deepEqual(await errorsOf(api.get('/sites?page=0&per_page=0')), ['page invalid_value {"greater_than":"1"}', 'per_page invalid_value {"greater_than":"1"}'])
  assert.deepEqual(await errorsOf(api.get('/sites?page=1000000001')), ['page invalid_value {"less_than":"1000000000"}'])
  assert.deepEqual(await errorsOf(api.get('/feedback_requests?state=gone')), ['state invalid_value {"allowed_values":["pending","sent","not_sent"]}'])
  assert.deepEqual(await errorsOf(api.get('/nps?from_time=x&survey_ids[]=y')), [`from_time invalid_date ${JSON.stringify(DATE)}`, 'survey_ids[0] invalid_format {"must_be":"integer"}'])
  assert.deepEqual(await errorsOf(api.get('/csat?from_time=2026-02-01&to_time=2026-01-01')), ['to_time invalid_date {"message":"is before the start of the window"}'])
})

async function errorsOf(answered: ReturnType<CustomerSureClient['get']>): Promise<string[]> {
  const answer = await answered
  assert.equal(answer.statusCode, 422, answer.body)
  return answer.json<{ errors: VendorError[] }>().errors.map(({ field, error, extra_info }) => `${field} ${error} ${JSON.stringify(extra_info)}`).toSorted()
}

function inOrder(errors: VendorError[]): VendorError[] {
  return errors.toSorted((a, b) => (a.field < b.field ? -1 : 1))
}
