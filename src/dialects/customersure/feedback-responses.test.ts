// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { submitTicket } from '../../core/cases/submit.ts'
import { restoreResponse, voidResponse } from '../../core/clicks/review.ts'
import { requestErasure, workErasure } from '../../core/erasures.ts'
import { createKey } from '../../core/keys.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { reviseResponse } from '../../core/responses/revise.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { createSurvey, getSurveyFor, withQuestions, type SurveyWithQuestions } from '../../core/surveys.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

const NOBODY = { responder_ip: null, user_agent: null }

let world: World
let acme: TestAccount
let api: CustomerSureClient
let nps: SurveyWithQuestions

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  world.clock.set('2026-03-16T10:00:00Z')
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  nps = await surveyFor('nps')
})

test('a response comes back with the document\'s keys, its request nested in it', async () => {
  const request = await ask({
    first_name: 'Kate', reference: '#1041', machine_id: '8736245',
    data: [{ key: 'name', value: 'Kate' }, { key: 'telephone_number', value: '01234 567 890' }, { key: 'company_name', value: 'Acme' }, { key: 'category', value: 'api-support' }],
  })
  world.clock.advance({ minutes: 5 })
  const [rating, reason] = nps.questions
  await answer(request, { score: 9, comment: 'Fantastic' })
  const [listed] = (await api.get('/feedback_responses')).json()
  const { id, ...rest } = listed
  assert.deepEqual(rest, {
    reference: '#1041', machine_id: '8736245',
    fields: { email: 'kate@example.com', name: 'Kate', telephone_number: '01234 567 890', company_name: 'Acme', category: 'api-support' },
    answers: [
      { question_id: rating?.id, question: rating?.text, answer: '9', type: 'Rating' },
      { question_id: reason?.id, question: reason?.text, answer: 'Fantastic', type: 'Text' },
    ],
    submitted_at: '2026-03-16T10:05:00Z', updated_at: '2026-03-16T10:05:00Z',
    feedback_request: {
      id: request.id, email: 'kate@example.com', state: 'sent', first_name: 'Kate', surname: null, survey_id: nps.id, email_template_id: null, reference: '#1041', machine_id: '8736245',
      send_at: '2026-03-16T10:00:00Z', sent_at: '2026-03-16T10:00:00Z', created_at: '2026-03-16T10:00:00Z', updated_at: '2026-03-16T10:05:00Z',
      deletion_requested_at: null, not_sent_reason: null, delivery_failure: null,
    },
    survey: { id: nps.id, name: 'NPS' },
  })
  assert.deepEqual((await api.get(`/feedback_responses/${id}`)).json(), listed)
})

test('what is blank is null, and no comment is no answer', async () => {
  await answer(await ask({}), { score: 3, comment: null })
  const [only] = (await api.get('/feedback_responses')).json()
  assert.deepEqual(only.fields, { email: 'kate@example.com', name: null, telephone_number: null, company_name: null })
  assert.deepEqual([only.reference, only.machine_id, only.answers.length], [null, null, 1])
})

test('every type of question has its name, and chosen boxes are joined', async () => {
  const made = await createSurvey(acme.ctx.db, acme.account.id, {
    name: 'All', purpose: 'other', questions: [
      { type: 'rating', text: 'a', scale: { min: 1, max: 5 } }, { type: 'text', text: 'b' }, { type: 'dropdown', text: 'c', options: ['x', 'y'] },
      { type: 'radio', text: 'd', options: ['x', 'y'] }, { type: 'checkbox', text: 'e', options: ['one', 'two, too', 'three'] },
    ],
  }, acme.ctx.now())
  const [survey] = await withQuestions(acme.ctx.db, [made])
  const [a, b, c, d, e] = survey?.questions.map((question) => question.id) ?? []
  const request = await ask({ survey_id: made.id })
  await recordResponse(world.ground, tokenOf(request), [
    { question_id: a ?? 0, value: 5 }, { question_id: b ?? 0, text: 'fine' }, { question_id: c ?? 0, choices: ['y'] }, { question_id: d ?? 0, choices: ['x'] }, { question_id: e ?? 0, choices: ['one', 'three'] },
  ], NOBODY)
  const [only] = (await api.get('/feedback_responses')).json()
  assert.deepEqual(only.answers.map(({ type, answer: given }: { type: string, answer: string }) => [type, given]), [
    ['Rating', '5'], ['Text', 'fine'], ['Dropdown', 'y'], ['Radio', 'x'], ['Checkbox', 'one, three'],
  ])
})

test('codes that were linked are not told again, others are fields', async () => {
  await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  await answer(await ask({ data: [{ key: 'staff_code', value: 'luke' }, { key: 'site_code', value: 'main' }, { key: 'staff_code', value: 'leia' }, { key: '__proto__', value: 'x' }] }), { score: 3, comment: null })
  const [only] = (await api.get('/feedback_responses')).json()
  assert.deepEqual(Object.keys(only.fields).toSorted(), ['__proto__', 'company_name', 'email', 'name', 'staff_code', 'telephone_number'])
  assert.equal(only.fields.staff_code, 'leia')
})

test('data of the request are a better word than what the contact is called by now', async () => {
  await answer(await ask({ data: [{ key: 'name', value: 'Kate A.' }] }), { score: 3, comment: null })
  await ask({ ignore_throttle: true, data: [{ key: 'name', value: 'Kate B.' }] })
  assert.equal((await api.get('/feedback_responses')).json()[0].fields.name, 'Kate A.')
})

test('blank pairs hide nothing of what is known of the person, and are null beside it', async () => {
  await answer(await ask({ data: [{ key: 'name', value: 'Ann Real' }, { key: 'telephone_number', value: '01234' }, { key: 'company_name', value: 'Acme' }] }), { score: 3, comment: null })
  world.clock.advance({ minutes: 1 })
  await answer(await ask({ ignore_throttle: true, data: ['email', 'name', 'telephone_number', 'company_name', 'floor'].map((key) => ({ key, value: '' })) }), { score: 3, comment: null })
  assert.deepEqual((await api.get('/feedback_responses')).json()[0].fields, { email: 'kate@example.com', name: 'Ann Real', telephone_number: '01234', company_name: 'Acme', floor: null })
})

test('a response keeps the name that its request said, whoever else has the address by now, and takes a fuller one', async () => {
  await answer(await ask({ first_name: 'Anna', surname: 'Alt', reference: 'first' }), { score: 3, comment: null })
  world.clock.advance({ minutes: 1 })
  await answer(await ask({ ignore_throttle: true, first_name: 'Bert', reference: 'second' }), { score: 3, comment: null })
  const names = async () => (await api.get('/feedback_responses')).json().map((one: { fields: { name: string } }) => one.fields.name)
  assert.deepEqual(await names(), ['Bert', 'Anna Alt'])
  await ask({ ignore_throttle: true, data: [{ key: 'name', value: 'Bert Brand' }] })
  assert.deepEqual(await names(), ['Bert Brand', 'Anna Alt'])
})

test('an erasure takes the reference, and with it the number that it gave the ticket', async () => {
  await answer(await ask({ first_name: 'Kate', reference: '#1041' }), { score: 3, comment: 'Kate' })
  const { id } = await requestErasure(acme.ctx, 'kate@example.com')
  while (await workErasure(world.ground, world.config.secret, acme.account.id, id) > 0);
  const [only] = (await api.get('/feedback_responses')).json()
  assert.deepEqual([only.reference, only.machine_id, only.fields.name, only.fields.email, only.feedback_request.reference, only.answers[0].answer], [null, null, null, null, null, '3'])
})

test('what was voided and restored has changed, for those who ask for changes', async () => {
  await answer(await ask({}), { score: 3, comment: null })
  const { id, submitted_at } = (await api.get('/feedback_responses')).json()[0]
  world.clock.advance({ hours: 1 })
  const since = world.clock.now().toISOString()
  await voidResponse(acme.ctx, id)
  assert.deepEqual(await emails(`updated_since=${since}`), [])
  await restoreResponse(acme.ctx, id)
  assert.deepEqual(await emails(`updated_since=${since}`), ['kate@example.com'])
  assert.equal((await api.get(`/feedback_responses/${id}`)).json().submitted_at, submitted_at)
})

test('a ticket that came in another way shows here with its number', async () => {
  const at = acme.ctx.now()
  const ticket = await submitTicket(acme.ctx, {
    site_id: null, number: '7001', title: 'Printer', board_name: null, company: { external_id: 9, name: 'Soylent' }, contact: { external_id: 8, name: 'Ann Lee', email: 'ann@example.com' },
    staff_codes: ['tech'], opened_at: at, closed_at: at, source_updated_at: at,
  })
  const { token } = await world.ground.db.selectFrom('invitations').select('token').where('id', '=', ticket.invitation_id).executeTakeFirstOrThrow()
  await recordResponse(world.ground, token, { score: 10, comment: null }, NOBODY)
  const [only] = (await api.get('/feedback_responses')).json()
  assert.deepEqual([only.reference, only.survey.name, only.fields.company_name, only.fields.name], ['7001', 'Ticket', 'Soylent', 'Ann Lee'])
})

test('the list is newest first by the time of the answer', async () => {
  const [early, late] = [await ask({ email: 'a@example.com' }), await ask({ email: 'b@example.com' })]
  await answer(late, { score: 1, comment: null })
  world.clock.advance({ minutes: 1 })
  await answer(early, { score: 2, comment: null })
  assert.deepEqual(await emails(''), ['a@example.com', 'b@example.com'])
  const page = await api.get('/feedback_responses?per_page=1&page=2')
  assert.deepEqual([page.json()[0].fields.email, page.headers['x-total-count'], page.headers['x-total-pages']], ['b@example.com', '2', '2'])
})

test('filters: survey, site, staff, e-mail and time', async () => {
  const north = await createSite(acme.ctx, { code: 'north', name: 'North' })
  const luke = await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  const five = await surveyFor('five_questions')
  await answer(await ask({ email: 'Plain@example.com' }), { score: 1, comment: null })
  world.clock.advance({ hours: 1 })
  await answer(await ask({ email: 'north@example.com', data: [{ key: 'site_code', value: 'north' }] }), { score: 1, comment: null })
  world.clock.advance({ hours: 1 })
  const revised = await ask({ email: 'luke@example.com', survey_id: five.id, data: [{ key: 'staff_code', value: 'luke' }] })
  await answer(revised, { score: 1, comment: null })
  const main = acme.account.default_site_id
  assert.deepEqual(await emails(`survey_ids[]=${five.id}`), ['luke@example.com'])
  assert.deepEqual(await emails(`survey_ids[]=${five.id}&survey_ids[]=${nps.id}`), ['luke@example.com', 'north@example.com', 'Plain@example.com'])
  assert.deepEqual(await emails(`site_ids=${north.id}`), ['north@example.com'])
  assert.deepEqual(await emails(`site_ids%5B%5D=${main}`), ['luke@example.com', 'Plain@example.com'])
  assert.deepEqual(await emails(`staff_ids[]=${luke.id}`), ['luke@example.com'])
  assert.deepEqual(await emails('email=plain@EXAMPLE.com'), ['Plain@example.com'])
  assert.deepEqual(await emails('email=example.com'), [])
  assert.deepEqual(await emails('created_since=2026-03-16T11:00:00Z'), ['luke@example.com', 'north@example.com'])
  assert.deepEqual(await emails('created_since=2026-03-16T12:00:00 01:00'), ['luke@example.com', 'north@example.com'])
  assert.deepEqual(await emails('created_since=2026-03-17'), [])
  world.clock.advance({ hours: 1 })
  await reviseResponse(world.ground, tokenOf(revised), { score: 2 }, NOBODY)
  assert.deepEqual(await emails('updated_since=2026-03-16T13:00Z'), ['luke@example.com'])
  assert.deepEqual(await emails(`updated_since=2026-03-16T13:00Z&site_ids=${north.id}`), [])
  assert.deepEqual(await emails('survey_ids[]=&email='), ['luke@example.com', 'north@example.com', 'Plain@example.com'])
})

test('what can\'t be read is refused', async () => {
  const answered = await api.get('/feedback_responses?survey_ids[]=1&survey_ids[]=x&created_since=yesterday&email=%00')
  assert.equal(answered.statusCode, 422)
  const errors: { resource: string, field: string, error: string }[] = answered.json().errors
  assert.deepEqual(errors.map(({ resource, field, error }) => [resource, field, error]).toSorted(), [
    ['/feedback_responses', 'created_since', 'invalid_date'], ['/feedback_responses', 'email', 'invalid_format'], ['/feedback_responses', 'survey_ids[1]', 'invalid_format'],
  ])
})

test('another account\'s ids match nothing', async () => {
  const luke = await createStaffMember(acme.ctx, { code: 'luke', name: 'Luke' })
  await answer(await ask({ data: [{ key: 'staff_code', value: 'luke' }] }), { score: 1, comment: null })
  const [mine] = (await api.get('/feedback_responses')).json()
  const theirs = customerSureClient(world, (await world.account({ name: 'Other' })).api_key)
  assert.equal((await theirs.get(`/feedback_responses/${mine.id}`)).statusCode, 404)
  for (const query of ['', `?survey_ids[]=${nps.id}`, `?site_ids[]=${acme.account.default_site_id}`, `?staff_ids[]=${luke.id}`]) assert.deepEqual((await theirs.get(`/feedback_responses${query}`)).json(), [], query)
})

test('a key of one site sees no other', async () => {
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  const north = customerSureClient(world, (await createKey(acme.ctx, { name: 'north', site_code: 'north' })).api_key)
  await answer(await ask({ email: 'main@example.com' }), { score: 1, comment: null })
  await answer(await ask({ email: 'north@example.com', data: [{ key: 'site_code', value: 'north' }] }), { score: 1, comment: null })
  const all = (await api.get('/feedback_responses')).json()
  const seen = (await north.get('/feedback_responses')).json()
  assert.deepEqual(seen.map((one: { fields: { email: string } }) => one.fields.email), ['north@example.com'])
  const hidden = all.find((one: { id: number }) => one.id !== seen[0].id)
  assert.equal((await north.get(`/feedback_responses/${hidden.id}`)).statusCode, 404)
  assert.deepEqual((await north.get(`/feedback_responses?site_ids[]=${acme.account.default_site_id}`)).json(), [])
})

interface Asked { id: number, link: string }

async function ask(change: Record<string, unknown>): Promise<Asked> {
  const made = await api.post('/feedback_requests', { email: 'kate@example.com', send_at: world.clock.now().toISOString(), survey_id: nps.id, external_link: true, ...change })
  assert.equal(made.statusCode, 201, made.body)
  return made.json()
}

async function answer(request: Asked, answers: { score: number, comment: string | null }): Promise<void> {
  await recordResponse(world.ground, tokenOf(request), answers, NOBODY)
}

function tokenOf({ link }: Asked): string {
  return link.split('/').at(-1) ?? ''
}

async function emails(query: string): Promise<string[]> {
  const found = await api.get(`/feedback_responses?${query}`)
  assert.equal(found.statusCode, 200, found.body)
  const rows: { fields: { email: string } }[] = found.json()
  return rows.map(({ fields }) => fields.email)
}

async function surveyFor(purpose: 'nps' | 'five_questions'): Promise<SurveyWithQuestions> {
  const [survey] = await withQuestions(acme.ctx.db, [await getSurveyFor(acme.ctx, purpose)])
  assert.ok(survey)
  return survey
}
