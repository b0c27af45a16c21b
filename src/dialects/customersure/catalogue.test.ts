// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { archiveSurvey, createSurvey, restoreSurvey } from '../../core/surveys.ts'
import { changeEmailTemplate, changeTextMessageTemplate, createEmailTemplate, createTextMessageTemplate } from '../../core/templates.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let api: CustomerSureClient

before(async () => {
  world = await openWorld()
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  await world.account({ name: 'Other' })
})
after(() => world.close())

test('surveys come by name, whatever its letters, with their questions in order', async () => {
  const made = await createSurvey(acme.ctx.db, acme.account.id, {
    name: 'employee talk', purpose: 'other', locale: 'de', questions: [{ type: 'checkbox', text: 'What?', options: ['a'] }, { type: 'radio', text: 'Which?', options: ['b'] }, { type: 'dropdown', text: 'Where?', options: ['c'] }],
  }, acme.ctx.now())
  const surveys: { id: number, name: string, questions: object[] }[] = (await api.get('/surveys')).json()
  assert.deepEqual(surveys.map(({ name }) => name), ['Employee', 'employee talk', 'Five questions', 'Good or bad', 'NPS', 'Project', 'Ticket'])
  const { questions, ...survey } = surveys[1] ?? { questions: [] }
  assert.deepEqual(survey, { id: made.id, name: 'employee talk', locale: 'de' })
  assert.deepEqual(questions.map((question) => ({ ...question, id: 0 })), [['What?', 'Checkbox'], ['Which?', 'Radio'], ['Where?', 'Dropdown']].map(([question, answer_type]) => ({ id: 0, question, answer_type })))
})

test('an archived survey is not listed, nor taken for a request, until it is in use again', async () => {
  const project = (await api.get('/surveys')).json<{ id: number, name: string }[]>().find(({ name }) => name === 'Project')
  const names = async () => (await api.get('/surveys')).json<{ name: string }[]>().map(({ name }) => name)
  const request = { email: 'jo@client.test', survey_id: project?.id, send_at: acme.ctx.now().toISOString() }
  await archiveSurvey(acme.ctx, project?.id ?? 0)
  assert.equal((await names()).includes('Project'), false)
  assert.equal((await api.get('/surveys')).headers['x-total-count'], String((await names()).length))
  const refused = await api.post('/feedback_requests', request)
  assert.deepEqual([refused.statusCode, refused.json().errors[0].field, refused.json().errors[0].error], [422, 'survey_id', 'invalid_value'])
  await restoreSurvey(acme.ctx, project?.id ?? 0)
  assert.equal((await names()).includes('Project'), true)
  assert.equal((await api.post('/feedback_requests', request)).statusCode, 201)
})

test('e-mail templates come by name, archived ones marked', async () => {
  const draft = { kind: 'invitation', from_name: 'Kate Jones', from_email: 'kate@acme.example', subject: '{{name/Hi}}, how did we do?', body: 'Hi {{name/there}}', locale: 'fr' } as const
  const made = await createEmailTemplate(acme.ctx, { ...draft, name: 'after the sale' })
  await changeEmailTemplate(acme.ctx, made.id, { archived: true })
  const answer = await api.get('/email_templates')
  const templates: { name: string, archived: boolean }[] = answer.json()
  assert.deepEqual(templates.map(({ name, archived }) => [name, archived]), [['after the sale', true], ['Invitation', false], ['Reminder', false]])
  const { kind: _, ...shown } = draft
  assert.deepEqual(templates[0], { id: made.id, name: 'after the sale', ...shown, archived: true })
  assert.equal(answer.headers['x-total-count'], '3')
  assert.deepEqual((await api.get('/email_templates?page=2')).json(), [])
})

test('text message templates come by name, archived ones marked, a page at a time', async () => {
  const draft = { name: 'after the sale', body: 'Hi, we’d love to hear about your visit:\r\n{{link-to-survey}}', locale: 'zh-CN' }
  const made = await createTextMessageTemplate(acme.ctx, draft)
  const older = await createTextMessageTemplate(acme.ctx, { name: 'Zebra', body: 'b' })
  await createTextMessageTemplate(acme.ctx, { name: 'Zebra', body: 'b' })
  await changeTextMessageTemplate(acme.ctx, made.id, { archived: true })
  const answer = await api.get('/text_message_templates')
  const templates: { id: number, name: string, locale: string, archived: boolean }[] = answer.json()
  assert.deepEqual(templates.map(({ name, locale, archived }) => [name, locale, archived]), [['after the sale', 'zh-CN', true], ['Text message', 'en', false], ['Zebra', 'en', false], ['Zebra', 'en', false]])
  assert.deepEqual(templates[0], { id: made.id, ...draft, archived: true })
  assert.equal(templates[2]?.id, older.id)
  assert.deepEqual([answer.statusCode, answer.headers['x-total-count'], answer.headers['x-total-pages']], [200, '4', '1'])
  const page = await api.get('/text_message_templates?page=2&per_page=3')
  assert.deepEqual([page.json().length, page.headers['x-total-pages']], [1, '2'])
  assert.match(String(page.headers.link), /^<http:\/\/earshot\.test\/text_message_templates\?page=1&per_page=3>; rel="first", .*rel="prev".*rel="last"$/)
  assert.deepEqual((await api.get('/text_message_templates?page=3&per_page=3')).json(), [])
})

test('the lists refuse what they have no parameter for, and pages that are none', async () => {
  for (const url of ['/text_message_templates', '/email_templates', '/surveys']) {
    const unknown = await api.get(`${url}?archived=true`)
    assert.deepEqual([unknown.statusCode, /archived/.test(unknown.json().message)], [403, true], url)
    for (const query of ['page=0', 'page=x', 'per_page=0', 'per_page=-1']) assert.equal((await api.get(`${url}?${query}`)).statusCode, 422, `${url}?${query}`)
    assert.equal((await api.get(`${url}?per_page=1000`)).statusCode, 200)
    assert.equal((await api.get(`${url}/`)).statusCode, 301, url)
  }
})

test('the page of a survey\'s customers is another address', async () => {
  const page = await world.app.inject({ method: 'GET', url: '/surveys/no-such-token', headers: { accept: 'text/html' } })
  assert.equal(page.statusCode, 404)
  assert.match(String(page.headers['content-type']), /text\/html/)
})
