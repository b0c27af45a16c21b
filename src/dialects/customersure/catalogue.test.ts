import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createSurvey } from '../../core/surveys.ts'
import { createEmailTemplate } from '../../core/templates.ts'
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

test('an archived survey is not listed', async () => {
  await world.ground.db.updateTable('surveys').set({ archived_at: acme.ctx.now() }).where('account_id', '=', acme.account.id).where('name', '=', 'Project').execute()
  const answer = await api.get('/surveys')
  assert.equal(answer.json().some(({ name }: { name: string }) => name === 'Project'), false)
  assert.equal(answer.headers['x-total-count'], String(answer.json().length))
})

test('e-mail templates come by name, archived ones marked', async () => {
  const draft = { kind: 'invitation', from_name: 'Kate Jones', from_email: 'kate@acme.example', subject: '{{name/Hi}}, how did we do?', body: 'Hi {{name/there}}', locale: 'fr' } as const
  const made = await createEmailTemplate(acme.ctx, { ...draft, name: 'after the sale' })
  await world.ground.db.updateTable('email_templates').set({ archived_at: acme.ctx.now() }).where('id', '=', made.id).execute()
  const answer = await api.get('/email_templates')
  const templates: { name: string, archived: boolean }[] = answer.json()
  assert.deepEqual(templates.map(({ name, archived }) => [name, archived]), [['after the sale', true], ['Invitation', false], ['Reminder', false]])
  const { kind: _, ...shown } = draft
  assert.deepEqual(templates[0], { id: made.id, name: 'after the sale', ...shown, archived: true })
  assert.equal(answer.headers['x-total-count'], '3')
  assert.deepEqual((await api.get('/email_templates?page=2')).json(), [])
})

test('the page of a survey\'s customers is another address', async () => {
  const page = await world.app.inject({ method: 'GET', url: '/surveys/no-such-token', headers: { accept: 'text/html' } })
  assert.equal(page.statusCode, 404)
  assert.match(String(page.headers['content-type']), /text\/html/)
})
