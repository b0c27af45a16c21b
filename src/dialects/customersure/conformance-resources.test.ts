// once
/** What the vendor's document promises of each resource, by its section, kept over HTTP: the second half of conformance.test.ts. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { answerOnPage } from '../../../test/support/answering.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { listSandboxMails } from '../../core/sandbox-mails.ts'
import { createStaffMember } from '../../core/staff.ts'
import { createSurvey, getSurveyFor } from '../../core/surveys.ts'
import { createTeam } from '../../core/teams.ts'
import { changeEmailTemplate, createEmailTemplate, createTextMessageTemplate } from '../../core/templates.ts'

const NOW = '2026-08-19T16:30:14Z'

let world: World
let acme: TestAccount
let api: CustomerSureClient
let survey_id: number
let reminder_template: number
let text_template: number

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  world.clock.set(NOW)
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  survey_id = (await getSurveyFor(acme.ctx, 'nps')).id
  const mail = { from_name: 'Kate', from_email: 'kate@acme.example', subject: 'A nudge', body: 'Hi {{name/there}}: {{link-to-survey}}' }
  reminder_template = (await createEmailTemplate(acme.ctx, { ...mail, kind: 'reminder', name: 'Nudge' })).id
  text_template = (await createTextMessageTemplate(acme.ctx, { name: 'Text', body: 'Please: {{link-to-survey}}' })).id
})

test('Feedback requests, state: pending until its time, then sent, with the time it was sent', async () => {
  const made = await create({ send_at: '2026-08-20T10:00:00Z' })
  assert.deepEqual([made.state, made.sent_at], ['pending', null])
  await world.work()
  assert.equal((await show(made)).state, 'pending')
  world.clock.set('2026-08-20T10:00:05Z')
  await world.work()
  const { state, sent_at } = await show(made)
  assert.deepEqual([state, sent_at], ['sent', '2026-08-20T10:00:05Z'])
})

test('Feedback requests, state: not sent, and why', async () => {
  await sent({})
  const { state, not_sent_reason } = await create({})
  assert.deepEqual([state, not_sent_reason], ['not_sent', 'over-survey protection'])
})

test('Feedback requests, first_name: it is in the mail', async () => {
  await sent({ first_name: 'Johnny' })
  const { rows: [mail] } = await listSandboxMails(acme.ctx, { offset: 0, limit: 1 })
  const { text } = await world.ground.db.selectFrom('sandbox_mails').select('text').where('id', '=', mail?.id ?? 0).executeTakeFirstOrThrow()
  assert.match(text, /^Hello Johnny,/)
})

test('Feedback requests, reference and machine_id: kept as they are, and told with the response', async () => {
  const made = await sent({ reference: '#1234', machine_id: '345-457-346-234' })
  assert.deepEqual([made.reference, made.machine_id], ['#1234', '345-457-346-234'])
  await answer(made)
  const [{ reference, machine_id }] = await responses()
  assert.deepEqual([reference, machine_id], ['#1234', '345-457-346-234'])
})

test('Feedback requests, delivery_failure: empty while nothing failed', async () => {
  assert.equal((await sent({})).delivery_failure, null)
})

test('Feedback requests, ignore_throttle: false unless set; set, it goes however many went before', async () => {
  const first = await sent({})
  assert.equal(first.ignore_throttle, false)
  const second = await sent({ ignore_throttle: true })
  assert.deepEqual([second.state, second.ignore_throttle], ['sent', true])
})

test('Create, required: email, send_at and survey_id, each told', async () => {
  const refused = await api.post('/feedback_requests', {})
  assert.deepEqual(refused.json().errors.map(({ field, error }: Record<string, string>) => [field, error]).toSorted(), [['email', 'required'], ['send_at', 'required'], ['survey_id', 'required']])
})

test('Create, email_template_id: required where the account has no default template', async () => {
  await world.ground.db.updateTable('accounts').set({ default_email_template_id: null }).where('id', '=', acme.account.id).execute()
  const refused = await post({})
  assert.deepEqual(refused.json().errors.map(({ field, error }: Record<string, string>) => [field, error]), [['email_template_id', 'required']])
})

test('Create, survey_id: it fails for a survey that one does not own', async () => {
  const other = await world.account({ name: 'Other' })
  const refused = await post({ survey_id: (await getSurveyFor(other.ctx, 'nps')).id })
  assert.deepEqual([refused.statusCode, refused.json().errors[0].field], [422, 'survey_id'])
})

test('Create, external_link: logged only; sent, now, and with its link to hand out', async () => {
  const made = await create({ external_link: true, send_at: '2026-09-20T10:00:00Z' })
  assert.deepEqual([made.state, made.sent_at], ['sent', NOW])
  await world.work()
  assert.equal((await listSandboxMails(acme.ctx, { offset: 0, limit: 1 })).total, 0)
  assert.equal((await world.app.inject({ url: new URL(made.link).pathname })).statusCode, 200)
})

test('Create, data: stored against any response; staff and site are linked, with the staff member\'s team', async () => {
  const luke = await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke Sky', team: (await createTeam(acme.ctx, { name: 'Support' })).name })
  const site = (await api.post('/sites', { site_code: 'newcastle', name: 'Newcastle', region: 'North' })).json()
  const made = await sent({ data: [{ key: 'staff_code', value: 'luke' }, { key: 'site_code', value: 'newcastle' }, { key: 'ticket_date', value: '20th Aug' }] })
  await answer(made)
  const [{ id, fields }] = await responses()
  assert.equal(fields.ticket_date, '20th Aug')
  for (const query of [`staff_ids[]=${luke.id}`, `site_ids[]=${site.id}`]) assert.deepEqual((await responses(query)).map((one) => one.id), [id], query)
  const credit = await world.ground.db.selectFrom('responses').select('team_id').where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  assert.equal(credit.team_id, luke.team_id)
})

test('Create, data: a key of at most 30 characters, a value of at most 100', async () => {
  assert.equal((await create({ data: [{ key: 'k'.repeat(30), value: 'v'.repeat(100) }] })).data.length, 1)
  const refused = await post({ data: [{ key: 'k'.repeat(31), value: 'v' }, { key: 'k', value: 'v'.repeat(101) }] })
  assert.deepEqual(refused.json().errors.map(({ field, error, extra_info }: Record<string, unknown>) => [field, error, extra_info]), [
    ['data[0].key', 'wrong_length', { maximum: '30' }], ['data[1].value', 'wrong_length', { maximum: '100' }],
  ])
})

test('Create, sms: both of its attributes are required; email is not, and email_template_id is ignored', async () => {
  const refused = await post({ sms: {} })
  assert.deepEqual(refused.json().errors.map(({ field, error }: Record<string, string>) => [field, error]).toSorted(), [['sms.number', 'required'], ['sms.text_message_template_id', 'required']])
  const made = await create({ email: undefined, email_template_id: undefined, sms: { number: '+447700900123', text_message_template_id: text_template } })
  assert.deepEqual([made.email, made.email_template_id], [null, null])
})

test('Create, sms: accepted before text messages are enabled, but not sent', async () => {
  const made = await create({ sms: { number: '+447700900123', text_message_template_id: text_template } })
  assert.deepEqual([made.state, made.not_sent_reason], ['not_sent', 'text messages not enabled'])
})

test('Create, reminders: each goes at its time to whoever has not replied', async () => {
  const [quiet, quick] = [await create({ email: 'a@example.com', reminders: nudges() }), await create({ email: 'b@example.com', reminders: nudges() })]
  await world.work()
  await answer(quick)
  world.clock.set('2026-08-28T00:00:00Z')
  await world.work()
  const states = async (one: Row) => (await show(one)).reminders.map(({ sent_at, not_sent_reason }: Row) => [sent_at, not_sent_reason])
  assert.deepEqual(await states(quiet), [['2026-08-28T00:00:00Z', null], [null, null]])
  assert.deepEqual(await states(quick), [[null, 'already responded'], [null, null]])
})

test('Create, reminders: one kind of template, that of the request', async () => {
  const refuse = async (change: Row) => (await post(change)).json().errors.map(({ field, error }: Record<string, string>) => [field, error]).toSorted()
  const send_at = '2026-08-27T10:00:00Z'
  assert.deepEqual(await refuse({ reminders: [{ send_at, email_template_id: reminder_template, text_message_template_id: text_template }] }), [['reminders[0].text_message_template_id', 'forbidden_value']])
  assert.deepEqual(await refuse({ reminders: [{ send_at }] }), [['reminders[0].email_template_id', 'required']])
  const sms = { number: '+447700900123', text_message_template_id: text_template }
  assert.deepEqual(await refuse({ sms, reminders: [{ send_at, email_template_id: reminder_template }] }), [['reminders[0].email_template_id', 'forbidden_value'], ['reminders[0].text_message_template_id', 'required']])
})

test('Create: what was made is returned', async () => {
  const made = await create({ reminders: nudges(), data: [{ key: 'a', value: 'b' }] })
  assert.deepEqual(made, await show(made))
})

test('Feedback responses: one for each survey that a customer completed', async () => {
  await answer(await sent({ email: 'a@example.com' }))
  await answer(await sent({ email: 'b@example.com' }))
  assert.equal((await responses()).length, 2)
})

test('Feedback responses, fields: name, email, telephone_number, company_name, and whatever was set on the request', async () => {
  await answer(await sent({ data: [['name', 'Kate'], ['telephone_number', '01234'], ['company_name', 'Acme'], ['colour', 'red']].map(([key, value]) => ({ key, value })) }))
  assert.deepEqual((await responses())[0]?.fields, { email: 'kate@example.com', name: 'Kate', telephone_number: '01234', company_name: 'Acme', colour: 'red' })
})

test('Feedback responses, feedback_request: the request, or null where there was none', async () => {
  const made = await sent({})
  await answer(made)
  assert.equal((await responses())[0]?.feedback_request.id, made.id)
})

test('Feedback responses, retrieve: by its id, an error otherwise', async () => {
  await answer(await sent({}))
  const [listed] = await responses()
  assert.deepEqual((await api.get(`/feedback_responses/${listed?.id}`)).json(), listed)
  for (const id of [0, 999_999, 'x']) assert.equal((await api.get(`/feedback_responses/${id}`)).statusCode, 404)
})

test('Feedback responses, list: the last comes first', async () => {
  for (const email of ['a@example.com', 'b@example.com', 'c@example.com']) {
    await answer(await sent({ email }))
    world.clock.advance({ minutes: 1 })
  }
  assert.deepEqual((await responses()).map(({ fields }) => fields.email), ['c@example.com', 'b@example.com', 'a@example.com'])
})

test('Metrics, response rate: of a window of 30 days that ends before yesterday; either end can be moved', async () => {
  const rate = async (query = '') => (await api.get(`/response_rate${query}`)).json()
  await answer(await sent({}))
  assert.equal((await rate()).sent_count, 0, 'sent today')
  world.clock.advance({ days: 2 })
  assert.deepEqual(await rate(), { response_rate_percent: null, sent_count: 0, delivered_count: 0, reply_count: 0 })
  world.clock.advance({ days: 1 })
  assert.deepEqual(await rate(), { response_rate_percent: 100, sent_count: 1, delivered_count: 1, reply_count: 1 })
  world.clock.advance({ days: 31 })
  assert.equal((await rate()).sent_count, 0)
  assert.equal((await rate('?from_time=2026-08-01T00:00Z')).sent_count, 1)
  assert.equal((await rate('?from_time=2026-08-01T00:00Z&to_time=2026-08-19T16:00Z')).sent_count, 0)
})

test('Metrics, NPS and CSAT: of all such questions of all surveys, of the last 30 days; surveys, sites, staff and a part of a company\'s name narrow them', async () => {
  const luke = await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  const made = await sent({ data: [{ key: 'staff_code', value: 'luke' }, { key: 'company_name', value: 'Cyberdyne Systems' }] })
  await answer(made, 9)
  const total = async (path: string, query: string) => (await api.get(`/${path}?${query}`)).json().total_number_of_ratings
  for (const query of ['', 'company_name=cyber', `survey_ids[]=${survey_id}`, `site_ids[]=${acme.account.default_site_id}`, `site_ids=${acme.account.default_site_id}`, `staff_ids[]=${luke.id}`, `staff_ids=${luke.id}`]) assert.equal(await total('nps', query), 1, query)
  for (const query of ['company_name=soylent', 'survey_ids[]=999999', 'site_ids[]=999999', 'staff_ids[]=999999', 'to_time=2026-08-19T00:00Z']) assert.equal(await total('nps', query), 0, query)
  assert.deepEqual((await api.get('/nps')).json(), { net_promoter_score: 100, promoter_count: 1, passive_count: 0, detractor_count: 0, total_number_of_ratings: 1 })
  assert.equal(await total('csat', ''), 0, 'it was no csat question')
  world.clock.advance({ days: 31 })
  assert.equal(await total('nps', ''), 0)
})

test('Sites, create: site_code, name and region are required', async () => {
  const refused = await api.post('/sites', {})
  assert.deepEqual(refused.json().errors.map(({ field, error }: Record<string, string>) => [field, error]).toSorted(), [['name', 'required'], ['region', 'required'], ['site_code', 'required']])
})

test('Sites, retrieve, update and list: by id and by code; what is left out stays; sorted by name', async () => {
  const made = (await api.post('/sites', { site_code: 'hq', name: 'Zebra House', region: 'North', city: 'York', site_type: 'Office' })).json()
  for (const id of [made.id, 'hq']) assert.deepEqual((await api.get(`/sites/${id}`)).json(), made)
  assert.deepEqual((await api.patch('/sites/hq', { name: 'Aardvark House' })).json(), { ...made, name: 'Aardvark House' })
  assert.deepEqual((await api.get('/sites')).json().map(({ name }: Row) => name), ['Aardvark House', 'Main'])
  assert.equal((await api.get('/sites/elsewhere')).statusCode, 404)
})

test('Staff: one by id, all, and those of an address or a code', async () => {
  const rod = await createStaffMember(acme.ctx, { code: 'rod-magnusson', name: 'Rod Magnusson', email: 'rod@acme.example' })
  await createStaffMember(acme.ctx, { code: 'ann', name: 'Ann Lee', email: 'ann@acme.example' })
  const codes = async (query: string) => (await api.get(`/staff${query}`)).json().map(({ code }: Row) => code)
  assert.deepEqual((await codes('')).toSorted(), ['ann', 'rod-magnusson'])
  assert.deepEqual(await codes('?email=rod@acme.example'), ['rod-magnusson'])
  assert.deepEqual(await codes('?code=ann'), ['ann'])
  assert.deepEqual(await codes('?code=nobody'), [])
  assert.equal((await api.get(`/staff/${rod.id}`)).json().code, 'rod-magnusson')
  assert.equal((await api.get('/staff/0')).statusCode, 404)
})

test('Surveys: by name, with their language and questions, each with its type', async () => {
  const type = { text: 'Q' } as const
  await createSurvey(acme.ctx.db, acme.account.id, { name: 'AAA', purpose: 'other', locale: 'es-MX', questions: [
    { ...type, type: 'rating', scale: { min: 0, max: 10 } }, { ...type, type: 'text' }, { ...type, type: 'dropdown', options: ['a', 'b'] }, { ...type, type: 'radio', options: ['a', 'b'] }, { ...type, type: 'checkbox', options: ['a', 'b'] },
  ] }, acme.ctx.now())
  const surveys: Row[] = (await api.get('/surveys')).json()
  const names = surveys.map(({ name }) => String(name).toLowerCase())
  assert.deepEqual(names, names.toSorted())
  assert.equal(surveys[0]?.locale, 'es-MX')
  assert.deepEqual(surveys[0]?.questions.map((question: Row) => question.answer_type), ['Rating', 'Text', 'Dropdown', 'Radio', 'Checkbox'])
})

test('Templates: by name, archived ones too, which no request can choose any more', async () => {
  await changeEmailTemplate(acme.ctx, reminder_template, { archived: true })
  const mails: Row[] = (await api.get('/email_templates')).json()
  const names = mails.map(({ name }) => String(name).toLowerCase())
  assert.deepEqual(names, names.toSorted())
  assert.equal(mails.find(({ id }) => id === reminder_template)?.archived, true)
  const refused = await post({ email_template_id: reminder_template })
  assert.deepEqual(refused.json().errors.map(({ field, error }: Record<string, string>) => [field, error]), [['email_template_id', 'invalid_value']])
  assert.ok((await api.get('/text_message_templates')).json().every((one: Row) => Object.keys(one).join() === 'id,name,body,locale,archived'))
})

/** An answer, as a client sees it who knows no types. */
type Row = ReturnType<JSON['parse']>

function nudges(): Row[] {
  return ['2026-08-27T18:00:00+0100', '2026-09-01T18:00:00+0100'].map((send_at) => ({ send_at, email_template_id: reminder_template }))
}

async function post(change: Row) {
  return api.post('/feedback_requests', { email: 'kate@example.com', send_at: world.clock.now().toISOString(), survey_id, ...change })
}

async function create(change: Row): Promise<Row> {
  const made = await post(change)
  assert.equal(made.statusCode, 201, made.body)
  return made.json()
}

/** As it is after it was sent. */
async function sent(change: Row): Promise<Row> {
  const made = await create(change)
  await world.work()
  return show(made)
}

async function show({ id }: Row): Promise<Row> {
  return (await api.get(`/feedback_requests/${id}`)).json()
}

async function answer({ link }: Row, score = 10): Promise<void> {
  const answered = await answerOnPage(world, new URL(link).pathname, { score })
  assert.ok(answered.statusCode < 400, answered.body)
}

async function responses(query = ''): Promise<Row[]> {
  return (await api.get(`/feedback_responses?${query}`)).json()
}
