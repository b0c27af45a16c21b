// once
/** Which survey a ticket is asked about with can be chosen for its board or with the ticket, through each API that takes tickets; the answers come back row by row. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createStaffMember } from '../../src/core/staff.ts'
import { pageOf } from '../support/answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from '../support/bizratings.ts'
import { earshotClient, ticketFields, type EarshotClient } from '../support/earshot.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

interface Survey { id: number, purpose: string, questions: { id: number, text: string }[] }
interface Row { SRServiceRecID: number, QuestionNumber: number, Question: string, Answer: string, Score: number | null, Employee?: string | null, EmployeeIdentifier?: string | null }

const FIVE = '/api/tickets/fivequestionsurveydetailresponse'
const EMPLOYEE = '/api/tickets/employeesurveydetailresponse'

let world: World
let account: TestAccount
let biz: BizRatingsClient
let own: EarshotClient
let five: Survey
let employee: Survey
let contact = 0

before(async () => {
  world = await openWorld()
  account = await world.account()
  biz = bizratingsClient(world, account.api_key)
  own = earshotClient(world, account.api_key)
  for (const [code, name] of [['jdoe', 'Jo Doe'], ['mlee', 'Max Lee']] as const) await createStaffMember(account.ctx, { code, name })
  const { data: surveys } = (await own.get('/v1/surveys')).json<{ data: Survey[] }>()
  const found = ['five_questions', 'employee'].flatMap((purpose) => surveys.find((survey) => survey.purpose === purpose) ?? [])
  assert.ok(found[0] && found[1])
  ;[five, employee] = [found[0], found[1]]
  for (const [name, survey_id] of [['Networking', five.id], ['On site', employee.id]] as const) assert.equal((await own.put('/v1/boards', { kind: 'ticket', name, survey_id })).statusCode, 200)
})
after(() => world.close())

test('a board\'s five questions, of a ticket from a PSA', async () => {
  const posted = await biz.post('/api/tickets', ticketBody({ ticketID: 1, boardName: 'NETWORKING', ...nextContact() }))
  await answer(posted.json().SurveyRequestID, ['10', '9', '', '7', '6', 'Quick'])
  assert.deepEqual(await rows(FIVE, 1), [[1, '10', 10], [2, '9', 9], [4, '7', 7], [5, '6', 6], [6, 'Quick', null]])
  assert.deepEqual(await rows(EMPLOYEE, 1), [])
})

test('a board\'s employee survey, of a ticket from a PSA', async () => {
  const posted = await biz.post('/api/tickets', ticketBody({ ticketID: 2, boardName: 'on site', ...nextContact() }))
  await answer(posted.json().SurveyRequestID, ['8', '3', 'Both came'])
  assert.deepEqual(await rows(EMPLOYEE, 2), [[1, '8', 8, 'Jo Doe', 'jdoe'], [1, '3', 3, 'Max Lee', 'mlee'], [2, 'Both came', null, null, null]])
  assert.deepEqual(await rows(FIVE, 2), [])
})

test('five questions that a request asks for, whatever its board has', async () => {
  const posted = await own.post('/v1/tickets', ticketFields({ number: 3, board_name: 'On site', survey_id: five.id, contact: ownContact() }))
  await answer(posted.json().invitation_id, ['4', '', '', '', '', ''])
  assert.deepEqual(await rows(FIVE, 3), [[1, '4', 4]])
  assert.deepEqual(await rows(EMPLOYEE, 3), [])
})

test('an employee survey that a request asks for, without a board', async () => {
  const posted = await own.post('/v1/tickets', ticketFields({ number: 4, board_name: null, survey_id: employee.id, staff_codes: ['mlee'], contact: ownContact() }))
  await answer(posted.json().invitation_id, ['9', ''])
  assert.deepEqual(await rows(EMPLOYEE, 4), [[1, '9', 9, 'Max Lee', 'mlee']])
})

test('the lists have all of it, newest first, and the headline of each is a ticket response too', async () => {
  assert.deepEqual((await biz.get(FIVE)).json<Row[]>().map(({ SRServiceRecID }) => SRServiceRecID), [3, 1, 1, 1, 1, 1])
  assert.deepEqual((await biz.get(EMPLOYEE)).json<Row[]>().map(({ SRServiceRecID }) => SRServiceRecID), [4, 2, 2, 2])
  assert.deepEqual((await biz.get(FIVE)).json<Row[]>().map(({ Question }) => Question)[1], five.questions[0]?.text)
  assert.deepEqual((await biz.get('/api/tickets/responses')).json<Row[]>().map(({ SRServiceRecID, Score }) => [SRServiceRecID, Score]), [[4, 9], [3, 4], [2, 8], [1, 10]])
})

test('a ticket that loses its staff before the mail goes is asked about with the survey for those without', async () => {
  const who = nextContact()
  await biz.post('/api/tickets', ticketBody({ ticketID: 6, boardName: 'On site', resource: 'jdoe', ...who }))
  const posted = await biz.post('/api/tickets', ticketBody({ ticketID: 6, boardName: 'On site', resource: null, ...who }))
  assert.equal(posted.json().Status, 'Updated')
  await world.work()
  const { body } = await world.app.inject({ url: await pageOf(world, account.account.id, posted.json().SurveyRequestID) })
  assert.match(body, /type="radio"/)
})

test('one that keeps its staff, or has other staff, keeps its employee survey, too', async () => {
  const who = nextContact()
  await biz.post('/api/tickets', ticketBody({ ticketID: 7, boardName: 'On site', resource: 'jdoe', ...who }))
  const posted = await biz.post('/api/tickets', ticketBody({ ticketID: 7, boardName: 'On site', resource: 'mlee', ...who }))
  await world.work()
  const { body } = await world.app.inject({ url: await pageOf(world, account.account.id, posted.json().SurveyRequestID) })
  assert.match(body, /Max Lee/)
})

/** Over-survey protection holds these surveys back, so each ticket is somebody else's. */
function nextContact(): Record<string, unknown> {
  contact++
  return { contactRecID: contact, contactName: `Jo ${contact}`, contactEmail: `jo${contact}@client.example` }
}

function ownContact(): Record<string, unknown> {
  const { contactRecID, contactName, contactEmail } = nextContact()
  return { external_id: contactRecID, name: contactName, email: contactEmail }
}

/** The mail goes, and its page is filled in, field by field; an empty text leaves one blank. */
async function answer(invitation_id: number, values: string[]): Promise<void> {
  await world.work()
  const sent = await world.ground.db.selectFrom('invitations').select('state').where('id', '=', invitation_id).executeTakeFirstOrThrow()
  assert.equal(sent.state, 'sent')
  world.clock.advance({ minutes: 5 })
  const url = await pageOf(world, account.account.id, invitation_id)
  const { body } = await world.app.inject({ url })
  const fields = [...new Set([...body.matchAll(/<(?:input|textarea|select)\b[^>]*\bname="(q[^"]+)"/g)].map(([, name = '']) => name))]
  assert.equal(fields.length, values.length)
  const form = new URLSearchParams(fields.flatMap((name, index): [string, string][] => (values[index] ? [[name, values[index]]] : [])))
  assert.equal((await world.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' }, payload: form.toString() })).statusCode, 303)
}

/** The rows of one ticket, without what is the same in all of them. */
async function rows(path: string, number: number): Promise<unknown[][]> {
  const own_rows = (await biz.get(path)).json<Row[]>().filter(({ SRServiceRecID }) => SRServiceRecID === number)
  return own_rows.map(({ QuestionNumber, Answer, Score, Employee, EmployeeIdentifier }) => [QuestionNumber, Answer, Score, ...path === EMPLOYEE ? [Employee, EmployeeIdentifier] : []])
}
