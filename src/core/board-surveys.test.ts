// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { afterFirstRead } from '../../test/support/moments.ts'
import { project, ticket } from '../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { listBoardSurveys, setBoardSurvey } from './board-surveys.ts'
import { submitProject, submitTicket } from './cases/submit.ts'
import { contextOf, type Context } from './context.ts'
import { Forbidden, Invalid } from './errors.ts'
import { getSurveyFor } from './surveys.ts'

const PAGE = { offset: 0, limit: 100 }

let world: World
let acme: TestAccount
let five = 0
let employee = 0
let ordinary = 0
let of_projects = 0
before(async () => {
  world = await openWorld()
  acme = await world.account()
  five = (await getSurveyFor(acme.ctx, 'five_questions')).id
  employee = (await getSurveyFor(acme.ctx, 'employee')).id
  ordinary = (await getSurveyFor(acme.ctx, 'ticket')).id
  of_projects = (await getSurveyFor(acme.ctx, 'project')).id
})
after(() => world.close())

test('a board without a survey of its own asks with the one for the kind of case', async () => {
  assert.equal(await surveyOf(submitTicket(acme.ctx, ticket({ number: '1', board_name: 'Nobody set this' }))), ordinary)
  assert.equal(await surveyOf(submitTicket(acme.ctx, ticket({ number: '2', board_name: null }))), ordinary)
  assert.equal(await surveyOf(submitProject(acme.ctx, project({ number: '1' }))), of_projects)
})

test('a board is known in any letter case and with blanks around it, and its tickets and projects are set apart', async () => {
  const set = await setBoardSurvey(acme.ctx, { kind: 'ticket', name: ' Straße Ünit ', survey_id: five })
  assert.deepEqual(set, { kind: 'ticket', name: 'Straße Ünit', survey_id: five, survey_name: 'Five questions', survey_archived_at: null, updated_at: world.clock.now() })
  assert.equal(await surveyOf(submitTicket(acme.ctx, ticket({ number: '10', board_name: 'STRAßE üNIT ' }))), five)
  assert.equal(await surveyOf(submitTicket(acme.ctx, ticket({ number: '11', board_name: 'Straße' }))), ordinary)
  assert.equal(await surveyOf(submitProject(acme.ctx, project({ number: '11', board_name: 'Straße Ünit' }))), of_projects)
})

test('set anew a board has the new survey, and set to none it has that of the kind again', async () => {
  await setBoardSurvey(acme.ctx, { kind: 'project', name: 'Rollout', survey_id: five })
  await setBoardSurvey(acme.ctx, { kind: 'project', name: 'ROLLOUT', survey_id: employee })
  const of_rollout = (await listBoardSurveys(acme.ctx, PAGE)).rows.filter(({ kind }) => kind === 'project')
  assert.deepEqual(of_rollout.map(({ name, survey_id }) => [name, survey_id]), [['ROLLOUT', employee]])
  assert.equal(await surveyOf(submitProject(acme.ctx, project({ number: '20', board_name: 'rollout' }))), employee)
  assert.equal(await setBoardSurvey(acme.ctx, { kind: 'project', name: 'rollout', survey_id: null }), null)
  assert.equal(await setBoardSurvey(acme.ctx, { kind: 'project', name: 'rollout', survey_id: null }), null, 'twice is harmless')
  assert.equal(await surveyOf(submitProject(acme.ctx, project({ number: '21', board_name: 'rollout' }))), of_projects)
})

test('of fifty who set one board at once each succeeds, and the board is there once', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, index) => setBoardSurvey(acme.ctx, { kind: 'ticket', name: 'Crowded', survey_id: index % 2 ? five : employee })))
  assert.equal((await listBoardSurveys(acme.ctx, PAGE)).rows.filter(({ name }) => name === 'Crowded').length, 1)
})

test('a survey that was archived, or asks about employees where there is none, stands aside for that of the kind', async () => {
  const other = await world.account({ name: 'Archiving' })
  const [about_employees, five_of_other, ordinary_of_other] = await Promise.all((['employee', 'five_questions', 'ticket'] as const).map(async (purpose) => (await getSurveyFor(other.ctx, purpose)).id))
  await setBoardSurvey(other.ctx, { kind: 'ticket', name: 'Desk', survey_id: about_employees ?? null })
  assert.equal(await surveyOf(submitTicket(other.ctx, ticket({ number: '1', board_name: 'Desk' }))), about_employees)
  assert.equal(await surveyOf(submitTicket(other.ctx, ticket({ number: '2', board_name: 'Desk', staff_codes: [] }))), ordinary_of_other)
  await setBoardSurvey(other.ctx, { kind: 'ticket', name: 'Desk', survey_id: five_of_other ?? null })
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', other.account.id).where('id', '=', five_of_other ?? 0).execute()
  assert.equal(await surveyOf(submitTicket(other.ctx, ticket({ number: '3', board_name: 'Desk' }))), ordinary_of_other)
  assert.deepEqual((await listBoardSurveys(other.ctx, PAGE)).rows.map(({ name, survey_archived_at }) => [name, survey_archived_at]), [['Desk', world.clock.now()]])
})

test('what loses all its staff before it is sent is asked about with what is asked for then, else the board\'s survey, unless it was not about them', async () => {
  const other = await world.account({ name: 'Leaving' })
  const [about_employees = 0, nps = 0, five_of_other = 0] = await Promise.all((['employee', 'nps', 'five_questions'] as const).map(async (purpose) => (await getSurveyFor(other.ctx, purpose)).id))
  await setBoardSurvey(other.ctx, { kind: 'ticket', name: 'Desk', survey_id: nps })
  const again = async (number: string, first: number, then: number | null): Promise<[number, string | null]> => {
    const { invitation_id } = await submitTicket(other.ctx, ticket({ number, board_name: 'Desk', survey_id: first }))
    await submitTicket(other.ctx, ticket({ number, board_name: 'Desk', survey_id: then, staff_codes: [] }))
    const { survey_id, headline_metric } = await world.ground.db.selectFrom('invitations').select(['survey_id', 'headline_metric']).where('id', '=', invitation_id).executeTakeFirstOrThrow()
    return [survey_id, headline_metric]
  }
  assert.deepEqual(await again('1', about_employees, null), [nps, 'nps'])
  assert.deepEqual(await again('2', about_employees, five_of_other), [five_of_other, 'csat'])
  assert.deepEqual(await again('3', five_of_other, null), [five_of_other, 'csat'])
})

test('one batch of many boards, kinds and accounts asks each with its own', async () => {
  const other = await world.account({ name: 'Beside' })
  const five_of_other = (await getSurveyFor(other.ctx, 'five_questions')).id
  const ordinary_of_other = (await getSurveyFor(other.ctx, 'ticket')).id
  await setBoardSurvey(acme.ctx, { kind: 'ticket', name: 'A', survey_id: five })
  await setBoardSurvey(acme.ctx, { kind: 'project', name: 'A', survey_id: employee })
  await setBoardSurvey(other.ctx, { kind: 'ticket', name: 'B', survey_id: five_of_other })
  const asked = await Promise.all([
    submitTicket(acme.ctx, ticket({ number: '900', board_name: 'a' })), submitProject(acme.ctx, project({ number: '900', board_name: 'a' })), submitTicket(other.ctx, ticket({ number: '900', board_name: 'a' })),
    submitTicket(acme.ctx, ticket({ number: '901', board_name: 'b' })), submitTicket(other.ctx, ticket({ number: '901', board_name: 'b' })), submitTicket(acme.ctx, ticket({ number: '902', board_name: 'a', survey_id: employee })),
  ])
  assert.deepEqual(await Promise.all(asked.map((one) => surveyOf(Promise.resolve(one)))), [five, employee, ordinary_of_other, ordinary, five_of_other, employee])
})

test('a board is set within the account\'s own surveys that are in use, under a name, and by whoever speaks for all sites', async () => {
  const other = await world.account({ name: 'Stranger' })
  const theirs = (await getSurveyFor(other.ctx, 'nps')).id
  const faults = async (board: { name: string, survey_id: number | null }): Promise<string> => {
    const error: unknown = await setBoardSurvey(acme.ctx, { kind: 'ticket', ...board }).catch((thrown: unknown) => thrown)
    return error instanceof Invalid ? error.faults.map(({ field, code }) => `${field} ${code}`).join() : 'none'
  }
  assert.equal(await faults({ name: 'X', survey_id: theirs }), 'survey_id invalid_value')
  assert.equal(await faults({ name: ' ', survey_id: 999_999 }), 'name required,survey_id invalid_value')
  assert.equal(await faults({ name: 'x'.repeat(301), survey_id: null }), 'name wrong_length')
  assert.equal(await faults({ name: 'x'.repeat(300), survey_id: five }), 'none')
  const of_one_site: Context = contextOf(world.ground, acme.account, { kind: 'key', key_id: 1, site_id: acme.account.default_site_id })
  await assert.rejects(setBoardSurvey(of_one_site, { kind: 'ticket', name: 'X', survey_id: five }), Forbidden)
})

test('boards are listed by name, a page at a time', async () => {
  const other = await world.account({ name: 'Listing' })
  const survey_id = (await getSurveyFor(other.ctx, 'nps')).id
  for (const name of ['b', 'A', 'c']) await setBoardSurvey(other.ctx, { kind: 'ticket', name, survey_id })
  await setBoardSurvey(other.ctx, { kind: 'project', name: 'B', survey_id })
  const names = async (offset: number, limit: number) => (await listBoardSurveys(other.ctx, { offset, limit })).rows.map(({ kind, name }) => `${kind} ${name}`)
  assert.deepEqual(await names(0, 3), ['ticket A', 'project B', 'ticket b'])
  assert.deepEqual([await names(3, 3), (await listBoardSurveys(other.ctx, { offset: 4, limit: 3 })).total], [['ticket c'], 4])
})

test('a page and its total are of one moment', async () => {
  const { ctx } = await world.account({ name: 'Moment' })
  const survey_id = (await getSurveyFor(ctx, 'nps')).id
  const db = afterFirstRead(ctx.db, () => setBoardSurvey(ctx, { kind: 'ticket', name: 'Late', survey_id }))
  assert.deepEqual(await listBoardSurveys({ ...ctx, db }, PAGE), { rows: [], total: 0 })
  assert.equal((await listBoardSurveys(ctx, PAGE)).total, 1)
})

async function surveyOf(submitted: ReturnType<typeof submitTicket>): Promise<number> {
  const { invitation_id } = await submitted
  const { survey_id } = await world.ground.db.selectFrom('invitations').select('survey_id').where('id', '=', invitation_id).executeTakeFirstOrThrow()
  return survey_id
}
