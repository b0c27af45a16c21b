// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { changeStaffMember, createStaffMember } from '../../core/staff.ts'
import { createSurvey } from '../../core/surveys.ts'
import { answerFields, answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { invite, type InvitationWish } from '../../../test/support/invitations.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface Row { SurveyResponseID: number, SRServiceRecID: number | string | null, QuestionNumber: number, Question: string, Answer: string | null, Score: number | null, Employee?: string | null, EmployeeIdentifier?: string | null }

const FIVE = '/api/tickets/fivequestionsurveydetailresponse'
const EMPLOYEE = '/api/tickets/employeesurveydetailresponse'

let world: World
let account: TestAccount
let client: BizRatingsClient

before(async () => {
  world = await openWorld({ now: '2026-03-27T22:30:00Z' })
  account = await world.account({ time_zone: 'Europe/Berlin' })
  client = bizratingsClient(world, account.api_key)
  // Half past eleven in the evening there, before and after the clocks go forward.
  await answered({ survey: 'five_questions', ...await ticket(1) }, ['10', '9', '', '7', '6', 'Quick'])
  world.clock.set('2026-03-29T21:30:00Z')
  await answered({ survey: 'five_questions', ...await ticket(2) }, ['3', '', '', '', '1', ''])
  world.clock.set('2026-03-30T21:30:00Z')
  await answered({ survey: 'employee', ...await ticket(3) }, ['8', '2', 'Both came'])
})
after(() => world.close())

test('a five-question survey comes a row for each answer, newest response first', async () => {
  const listed = await client.get(FIVE)
  assert.equal(listed.statusCode, 200)
  const rows = listed.json<Row[]>()
  assert.deepEqual(rows.map(({ SRServiceRecID, QuestionNumber, Answer, Score }) => [SRServiceRecID, QuestionNumber, Answer, Score]), [
    [2, 1, '3', 3], [2, 5, '1', 1], [1, 1, '10', 10], [1, 2, '9', 9], [1, 4, '7', 7], [1, 5, '6', 6], [1, 6, 'Quick', null],
  ])
  assert.deepEqual({ ...rows[6], SurveyResponseID: 0 }, {
    SurveyResponseID: 0, SRServiceRecID: 1, CompanyName: 'Client 1', ContactName: 'Jo 1', ContactEmail: 'jo1@client.example', QuestionNumber: 6, Question: 'Is there anything you would like to add?',
    Answer: 'Quick', Score: null, RespondedOn: '2026-03-27T22:30:00.000Z',
  })
  assert.equal(new Set(rows.map(({ SurveyResponseID }) => SurveyResponseID)).size, 2)
})

test('an employee survey says whom each answer is about', async () => {
  const rows = (await client.get(EMPLOYEE)).json<Row[]>()
  assert.deepEqual(rows.map(({ QuestionNumber, Answer, Score, Employee, EmployeeIdentifier }) => [QuestionNumber, Answer, Score, Employee, EmployeeIdentifier]), [
    [1, '8', 8, 'Kim Lee', 'kim'], [1, '2', 2, 'Ann Poe', 'ann'], [2, 'Both came', null, null, null],
  ])
  assert.deepEqual(Object.keys(rows[0] ?? {}), ['SurveyResponseID', 'SRServiceRecID', 'CompanyName', 'ContactName', 'ContactEmail', 'QuestionNumber', 'Question', 'Answer', 'Score', 'RespondedOn', 'Employee', 'EmployeeIdentifier'])
})

test('neither list has the other\'s surveys, nor tickets\', nor projects\'', async () => {
  const other = await world.account({ name: 'Others' })
  const others = bizratingsClient(world, other.api_key)
  for (const survey of ['ticket', 'nps', 'good_or_bad'] as const) await answerOnPage(world, await pageOf(world, other.account.id, (await invite(other.ctx, { survey, ignore_throttle: true })).id), { score: 1 })
  const { id: case_id } = await world.ground.db.insertInto('cases')
    .values({ account_id: other.account.id, site_id: other.account.default_site_id, kind: 'project', number: '31', created_at: world.clock.now(), updated_at: world.clock.now() }).returning('id').executeTakeFirstOrThrow()
  await answerOnPage(world, await pageOf(world, other.account.id, (await invite(other.ctx, { survey: 'five_questions', case_id, ignore_throttle: true })).id), { score: 9 })
  for (const path of [FIVE, EMPLOYEE]) {
    const listed = await others.get(path)
    assert.deepEqual([listed.statusCode, listed.json(), listed.headers['x-total-count'], listed.headers['x-total-pages'], listed.headers.link], [200, [], '0', '0', undefined])
  }
})

test('without a ticket or a contact of its own an answer is there all the same', async () => {
  const other = await world.account({ name: 'Without' })
  await answerOnPage(world, await pageOf(world, other.account.id, (await invite(other.ctx, { survey: 'five_questions' })).id), { score: 5 })
  const [row] = (await bizratingsClient(world, other.api_key).get(FIVE)).json<(Row & Record<string, unknown>)[]>()
  assert.deepEqual([row?.SRServiceRecID, row?.CompanyName, row?.ContactName, row?.ContactEmail, row?.Score], [null, null, null, 'jo@client.test', 5])
})

test('days are the account\'s, in all forms, also where the clocks change', async () => {
  for (const [query, expected] of [
    ['startDate=2026/03/28', [2, 2]], ['startDate=29-Mar-2026&endDate=29-3-2026', [2, 2]], ['endDate=2026-03-28', [1, 1, 1, 1, 1]], ['startDate=2026-03-28&endDate=2026-03-28', []],
    ['STARTDATE=2026-03-29T21:30:00Z&enddate=2026-03-29T23:30:00%2B02:00', [2, 2]], ['startDate=2026-03-30', []],
  ] as const) assert.deepEqual((await client.get(`${FIVE}?${query}`)).json<Row[]>().map(({ SRServiceRecID }) => SRServiceRecID), expected, query)
  assert.equal((await client.get(`${EMPLOYEE}?startDate=30-03-2026&endDate=30-03-2026`)).json<Row[]>().length, 3)
})

test('pages are pages of answers, and a response may go over from one to the next', async () => {
  const pages = await Promise.all([1, 2, 3, 4].map((page) => client.get(`${FIVE}?pageSize=3&currentPage=${page}`)))
  assert.deepEqual(pages.map((page) => page.json<Row[]>().map(({ SRServiceRecID, QuestionNumber }) => `${SRServiceRecID}/${QuestionNumber}`)), [['2/1', '2/5', '1/1'], ['1/2', '1/4', '1/5'], ['1/6'], []])
  for (const page of pages) assert.deepEqual([page.headers['x-total-count'], page.headers['x-total-pages']], ['7', '3'])
  assert.match(String(pages[0]?.headers.link), /currentPage=2>; rel="next", .*currentPage=3>; rel="last"/)
})

test('scores are on the account\'s scale, answers as they were given; other kinds of questions are told in words', async () => {
  const other = await world.account({ name: 'Scales' })
  await world.ground.db.updateTable('accounts').set({ score_scale_max: 5 }).where('id', '=', other.account.id).execute()
  const { id: survey_id } = await createSurvey(world.ground.db, other.account.id, { name: 'Mixed', purpose: 'five_questions', questions: [
    { type: 'rating', text: 'Would you recommend us?', metric: 'nps', scale: { min: 0, max: 10 } }, { type: 'checkbox', text: 'What was good?', options: ['Speed', 'Tone', 'Price'] }, { type: 'radio', text: 'Again?', options: ['Yes', 'No'] },
  ] }, world.clock.now())
  const { id } = await invite(other.ctx, { survey_id })
  const path = await pageOf(world, other.account.id, id)
  const [rating = '', boxes = '', radio = ''] = await fieldsOf(path)
  await world.app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' }, payload: new URLSearchParams([[rating, '8'], [boxes, 'Speed'], [boxes, 'Price'], [radio, 'Yes']]).toString() })
  const rows = (await bizratingsClient(world, other.api_key).get(FIVE)).json<Row[]>()
  assert.deepEqual(rows.map(({ Answer, Score }) => [Answer, Score]), [['8', 4], ['Speed, Price', null], ['Yes', null]])
})

test('a key of one site sees that site, others the default site', async () => {
  const other = await world.account({ name: 'Sites' })
  const { id: site_id } = await createSite(other.ctx, { code: 'north', name: 'North' })
  const north = bizratingsClient(world, (await createKey(other.ctx, { name: 'north', site_code: 'north' })).api_key)
  for (const [wish, score] of [[{}, 5], [{ site_id }, 6]] as const) {
    await answerOnPage(world, await pageOf(world, other.account.id, (await invite(other.ctx, { survey: 'five_questions', ignore_throttle: true, ...wish })).id), { score })
  }
  assert.deepEqual((await bizratingsClient(world, other.api_key).get(FIVE)).json<Row[]>().map(({ Score }) => Score), [5])
  assert.deepEqual((await north.get(FIVE)).json<Row[]>().map(({ Score }) => Score), [6])
})

test('what was renamed or archived since keeps its answers, an employee under the new name', async () => {
  const other = await world.account({ name: 'Renamed' })
  const { id } = await createStaffMember(other.ctx, { code: 'x1', name: 'Old Name' })
  await answerOnPage(world, await pageOf(world, other.account.id, (await invite(other.ctx, { survey: 'employee', staff_ids: [id] })).id), { score: 4 })
  await changeStaffMember(other.ctx, 'x1', { name: 'New Name', deactivated: true })
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', other.account.id).execute()
  assert.deepEqual((await bizratingsClient(world, other.api_key).get(EMPLOYEE)).json<Row[]>().map(({ Employee, EmployeeIdentifier, Score }) => [Employee, EmployeeIdentifier, Score]), [['New Name', 'x1', 4]])
})

test('a bad argument is refused by name, and who is nobody learns nothing', async () => {
  for (const path of [FIVE, EMPLOYEE]) {
    for (const [query, field] of [['score=1', 'score'], ['filterBy=BoardName', 'filterBy'], ['pageSize=0', 'pageSize'], ['currentPage=0', 'currentPage'], ['startDate=x', 'startDate'], ['endDate=2026-02-30', 'endDate']] as const) {
      const refused = await client.get(`${path}?${query}`)
      assert.equal(refused.statusCode, 400, query)
      assert.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8')
      assert.deepEqual(Object.keys(refused.json().errors), [field])
    }
    for (const authorization of ['', 'Bearer wrong']) assert.equal((await client.get(path, { authorization })).statusCode, 401)
  }
})

/** A ticket of that number with its contact, closed and asked about; what another asking about it takes from it. */
async function ticket(number: number): Promise<InvitationWish> {
  for (const [code, name] of [['kim', 'Kim Lee'], ['ann', 'Ann Poe']] as const) if (number === 1) await createStaffMember(account.ctx, { code, name })
  const posted = await client.post('/api/tickets', ticketBody({
    ticketID: number, companyRecID: number, companyName: `Client ${number}`, contactRecID: number, contactName: `Jo ${number}`, contactEmail: `jo${number}@client.example`, resource: 'kim,ann',
  }))
  return world.ground.db.selectFrom('invitations').select(['case_id', 'contact_id', 'company_id', 'email', 'staff_ids']).where('account_id', '=', account.account.id).where('id', '=', posted.json().SurveyRequestID).executeTakeFirstOrThrow()
}

async function answered(wish: InvitationWish, values: string[]): Promise<void> {
  const path = await pageOf(world, account.account.id, (await invite(account.ctx, { ignore_throttle: true, ...wish })).id)
  assert.equal((await answerFields(world, path, values)).statusCode, 303)
}

/** The names of a page's fields, each once, in order. */
async function fieldsOf(path: string): Promise<string[]> {
  const { body } = await world.app.inject({ url: path })
  return [...new Set([...body.matchAll(/<(?:input|textarea|select)\b[^>]*\bname="(q[^"]+)"/g)].map(([, name = '']) => name))]
}
