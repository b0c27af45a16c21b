// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { changeStaffMember, createStaffMember } from '../../core/staff.ts'
import { createTeam } from '../../core/teams.ts'
import { answerOnPage } from '../../../test/support/answering.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let api: CustomerSureClient
let rod = 0
let team = 0

before(async () => {
  world = await openWorld()
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
  team = (await createTeam(acme.ctx, { name: 'Desk' })).id
  rod = (await createStaffMember(acme.ctx, { code: 'rod-magnusson', name: 'Rod Magnusson', email: 'Rod.Magnusson@example.com', time_zone: 'Europe/London', team: 'Desk' })).id
  await createStaffMember(acme.ctx, { code: 'ann', first_name: 'Ann Marie', surname: 'van der Berg' })
  await createStaffMember(acme.ctx, { code: 'bo', name: 'bo' })
})
after(() => world.close())

test('a staff member is shown with every attribute; ids are texts', async () => {
  const answer = await api.get(`/staff/${rod}`)
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(answer.json(), { id: String(rod), code: 'rod-magnusson', first_name: 'Rod', surname: 'Magnusson', email: 'Rod.Magnusson@example.com', time_zone: 'Europe/London', deactivated_at: null, team_id: String(team) })
})

test('staff are listed by name, and what is not known is null', async () => {
  const answer = await api.get('/staff')
  assert.deepEqual(answer.json().map(({ code }: { code: string }) => code), ['ann', 'bo', 'rod-magnusson'])
  const { id: _, ...ann } = answer.json()[0]
  assert.deepEqual(ann, { code: 'ann', first_name: 'Ann Marie', surname: 'van der Berg', email: null, time_zone: null, deactivated_at: null, team_id: null })
  assert.equal(answer.json()[1].surname, null)
  assert.deepEqual([answer.headers['x-total-count'], answer.headers['x-total-pages']], ['3', '1'])
})

test('staff are found by address in any letter case, by code, and by both', async () => {
  const found = async (query: string) => (await api.get(`/staff?${query}`)).json().map(({ code }: { code: string }) => code)
  assert.deepEqual(await found('email=rod.magnusson@EXAMPLE.com'), ['rod-magnusson'])
  assert.deepEqual(await found('code=ann'), ['ann'])
  assert.deepEqual(await found('code=ann&email=rod.magnusson@example.com'), [])
  assert.deepEqual(await found('email=rod'), [])
  assert.deepEqual(await found('code=ANN'), [])
  assert.deepEqual(await found('code=&email='), ['ann', 'bo', 'rod-magnusson'])
  const page = await api.get('/staff?per_page=1&page=2')
  assert.deepEqual([page.json()[0].code, page.headers['x-total-pages']], ['bo', '3'])
  assert.match(String((await api.get('/staff?code=ann')).headers.link), /\/staff\?code=ann&page=1>; rel="first"/)
})

test('bad arguments are refused', async () => {
  assert.equal((await api.get('/staff?name=Rod')).statusCode, 403)
  assert.equal((await api.get('/staff?code=a%00')).statusCode, 422)
  assert.equal((await api.get('/staff?per_page=0')).statusCode, 422)
  for (const id of ['rod-magnusson', '0', '999999999', '99999999999999999999']) assert.equal((await api.get(`/staff/${id}`)).statusCode, 404, id)
  assert.equal((await customerSureClient(world, (await world.account()).api_key).get(`/staff/${rod}`)).statusCode, 404)
})

test('who was deactivated says since when, keeps what they did, and still gets what names them', async () => {
  const gone = await createStaffMember(acme.ctx, { code: 'gone', name: 'Gone Soon' })
  const answerFor = async (score: number): Promise<void> => {
    const survey = (await api.get('/surveys')).json().find(({ name }: { name: string }) => name === 'NPS')
    const asked = await api.post('/feedback_requests', { email: `p${score}@client.example`, send_at: world.clock.now().toISOString(), survey_id: survey.id, external_link: true, data: [{ key: 'staff_code', value: 'gone' }] })
    await answerOnPage(world, new URL(asked.json().link).pathname, { score, comment: '' })
  }
  await answerFor(10)
  await changeStaffMember(acme.ctx, 'gone', { deactivated: true })
  const since = world.clock.now().toISOString().replace('.000Z', 'Z')
  world.clock.advance({ days: 1 })
  await changeStaffMember(acme.ctx, 'gone', { deactivated: true })
  assert.equal((await api.get(`/staff/${gone.id}`)).json().deactivated_at, since)
  assert.ok((await api.get('/staff')).json().some(({ code }: { code: string }) => code === 'gone'))
  await answerFor(9)
  assert.equal((await api.get(`/nps?staff_ids[]=${gone.id}`)).json().promoter_count, 2)
  await changeStaffMember(acme.ctx, 'gone', { deactivated: false })
  assert.equal((await api.get(`/staff/${gone.id}`)).json().deactivated_at, null)
})

test('staff are the whole account\'s: a key of one site sees them too', async () => {
  const { api_key } = await createKey(acme.ctx, { name: 'of one site', site_code: 'main' })
  assert.equal((await customerSureClient(world, api_key).get(`/staff/${rod}`)).statusCode, 200)
})
