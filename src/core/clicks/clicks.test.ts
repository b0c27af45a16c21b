import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { makeSurveyLink, type LinkOptions, type SurveyLink } from '../../../test/support/survey-link.ts'
import { listResponses } from '../responses/list.ts'
import { changeSurvey } from '../survey-changes.ts'
import { figuresOf } from '../../../test/support/clicking.ts'
import { openBrowser, type Browser } from '../../../test/support/clicking.ts'
import { countProvisional } from './provisional.ts'
import { recheckAnswers } from './recheck.ts'
import { acceptHeld, listHeld, restoreResponse, voidHeld, voidResponse } from './review.ts'

let world: World
let house: TestAccount
before(async () => {
  world = await openWorld()
  house = await world.account({ name: 'Northwind IT' })
})
after(() => world.close())

test('a person without scripts and cookies who takes two seconds is counted at once; whoever comes later is a rejected revision', async () => {
  const { link, person } = await asked({}, { cookies: false })
  const page = await person.open(person.scoreLink(link.token, 9))
  assert.match(page, /value="9"[^>]*checked/)
  world.clock.advance({ seconds: 4 })
  assert.equal((await person.send({ comment: 'Well done' })).statusCode, 303)
  assert.deepEqual(await counted(link), [{ score: 9, comment: 'Well done', provisional: false }])
  const other = openBrowser(world, { address: '203.0.113.5' })
  assert.match(await other.open(`/surveys/${link.token}`), /<main class="notice">/)
  assert.equal((await world.app.inject({ method: 'POST', url: `/surveys/${link.token}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'q1=3' })).statusCode, 409)
  assert.deepEqual(await counted(link), [{ score: 9, comment: 'Well done', provisional: false }])
})

test('a person who keeps cookies may change what they sent, for a day', async () => {
  const { link, person } = await asked()
  await person.open(`/surveys/${link.token}`)
  world.clock.advance({ seconds: 5 })
  await person.send({ score: 6 })
  assert.equal((await person.send({ score: 8 })).statusCode, 303)
  assert.deepEqual(await counted(link), [{ score: 8, comment: null, provisional: false }])
  world.clock.advance({ hours: 25 })
  assert.equal((await person.send({ score: 2 })).statusCode, 409)
  assert.deepEqual(await counted(link), [{ score: 8, comment: null, provisional: false }])
})

test('looking writes no answer, whatever follows the link, and a changed score is none', async () => {
  const { link, person } = await asked()
  for (const score of [0, 5, 10]) await person.open(person.scoreLink(link.token, score))
  const changed = await person.open(person.scoreLink(link.token, 9).replace('/9.', '/3.'))
  assert.doesNotMatch(changed, / checked/)
  assert.deepEqual(await counted(link), [])
  const touches = await world.ground.db.selectFrom('touches').select(['method', 'score', 'is_trap']).where('account_id', '=', house.account.id).orderBy('id', 'desc').limit(4).execute()
  assert.deepEqual(touches.map(({ score }) => score), [null, 10, 5, 0])
})

test('a form that is sent in an instant, or with what no person sees filled in, is held for review and thanked all the same', async () => {
  for (const how of ['at once', 'trapped'] as const) {
    const { link, person } = await asked()
    await person.open(`/surveys/${link.token}`)
    if (how === 'trapped') world.clock.advance({ seconds: 9 })
    const reply = await person.send({ score: 10, ...how === 'trapped' ? { website: 'http://spam.example' } : {} })
    assert.equal(reply.statusCode, 200)
    assert.match(reply.body, /<h1>/)
    assert.deepEqual(await counted(link), [])
    const { rows: [held] } = await listHeld(house.ctx, 'suspected', { offset: 0, limit: 1 })
    assert.equal(held?.invitation_id, link.invitation_id)
    assert.ok(held.reasons.some(({ reason }) => reason === (how === 'trapped' ? 'followed what no person sees' : 'came within two seconds after its page')))
  }
})

test('a machine that follows all scores and then sends the first form is suspected; the person after it counts', async () => {
  const { link, person } = await asked()
  const machine = openBrowser(world, { address: '203.0.113.77', cookies: false })
  for (const score of [0, 1, 2, 3]) await machine.open(machine.scoreLink(link.token, score))
  world.clock.advance({ seconds: 10 })
  assert.equal((await machine.send({})).statusCode, 200)
  assert.deepEqual(await counted(link), [])
  world.clock.advance({ minutes: 3 })
  await person.open(person.scoreLink(link.token, 8))
  world.clock.advance({ seconds: 6 })
  assert.equal((await person.send({})).statusCode, 303)
  assert.deepEqual(await counted(link), [{ score: 8, comment: null, provisional: false }])
})

test('a machine that sends the form of each link in its turn is found out by the next ones', async () => {
  const { link } = await asked()
  const machine = openBrowser(world, { address: '203.0.113.78', cookies: false })
  for (const score of [0, 1, 2, 3]) {
    await machine.open(machine.scoreLink(link.token, score))
    world.clock.advance({ seconds: 3 })
    await machine.send({})
  }
  assert.equal(await recheckAnswers(world.ground), 1)
  assert.deepEqual(await counted(link), [])
  assert.equal(await recheckAnswers(world.ground), 0)
})

test('a click that a page saw a person make counts after ten minutes, unconfirmed, and is confirmed by a Send of anybody', async () => {
  const { link, person } = await asked()
  await person.open(person.scoreLink(link.token, 7))
  world.clock.advance({ seconds: 3 })
  assert.deepEqual((await person.click()).json(), { saved: true })
  assert.equal(await countProvisional(world.ground), 0)
  assert.deepEqual(await counted(link), [])
  world.clock.advance({ minutes: 10 })
  const clicked_at = new Date(world.clock.now().getTime() - 600_000)
  assert.equal(await countProvisional(world.ground), 1)
  assert.deepEqual(await counted(link), [{ score: 7, comment: null, provisional: true }])
  assert.deepEqual((await world.ground.db.selectFrom('responses').select('answered_at').where('invitation_id', '=', link.invitation_id).executeTakeFirstOrThrow()).answered_at, clicked_at)
  const later = openBrowser(world, { address: '198.51.100.200' })
  world.clock.advance({ days: 3 })
  await later.open(`/surveys/${link.token}`)
  world.clock.advance({ seconds: 20 })
  assert.equal((await later.send({ score: 9, comment: 'I thought about it' })).statusCode, 303)
  assert.deepEqual(await counted(link), [{ score: 9, comment: 'I thought about it', provisional: false }])
})

test('a click is not taken without a person\'s page, nor where a survey asks for a Send; where it is to count at once, it does', async () => {
  const none = await asked()
  await none.person.open(none.person.scoreLink(none.link.token, 7))
  assert.deepEqual((await none.person.click({ page: 'forged.page.ticket' })).json(), { saved: false })
  const confirm = await asked()
  await world.ground.db.updateTable('surveys').set({ one_click: 'confirm' }).where('id', '=', confirm.link.survey.id).execute()
  await confirm.person.open(confirm.person.scoreLink(confirm.link.token, 7))
  world.clock.advance({ seconds: 3 })
  assert.deepEqual((await confirm.person.click()).json(), { saved: false })
  const instant = await asked()
  await world.ground.db.updateTable('surveys').set({ one_click: 'instant' }).where('id', '=', instant.link.survey.id).execute()
  await instant.person.open(instant.person.scoreLink(instant.link.token, 7))
  world.clock.advance({ seconds: 3 })
  assert.deepEqual((await instant.person.click()).json(), { saved: true })
  assert.deepEqual(await counted(instant.link), [{ score: 7, comment: null, provisional: true }])
  await world.ground.db.updateTable('surveys').set({ one_click: 'smart' }).where('account_id', '=', house.account.id).execute()
  assert.equal((await world.app.inject({ method: 'POST', url: `/surveys/${none.link.token}/r/7.forgedx`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: '' })).statusCode, 404)
})

test('a machine that moves and scrolls on each link is held by its many scores when the quiet window is over', async () => {
  const { link } = await asked()
  const machine = openBrowser(world, { address: '203.0.113.79' })
  for (const score of [0, 1, 2, 3, 4]) {
    await machine.open(machine.scoreLink(link.token, score))
    world.clock.advance({ seconds: 15 })
    await machine.click()
  }
  world.clock.advance({ minutes: 11 })
  await countProvisional(world.ground)
  assert.deepEqual(await counted(link), [])
  const invitation = await world.ground.db.selectFrom('invitations').select(['answered_at', 'provisional_at']).where('id', '=', link.invitation_id).executeTakeFirstOrThrow()
  assert.deepEqual(invitation, { answered_at: null, provisional_at: null })
})

test('what is suspected can be accepted with its own time, or put away and taken out again', async () => {
  const { link, person } = await asked()
  await person.open(`/surveys/${link.token}`)
  const sent_at = world.clock.now()
  await person.send({ score: 4 })
  const { rows: [held] } = await listHeld(house.ctx, 'suspected', { offset: 0, limit: 1 })
  assert.ok(held)
  world.clock.advance({ hours: 2 })
  await voidHeld(house.ctx, held.id)
  assert.equal((await listHeld(house.ctx, 'voided', { offset: 0, limit: 5 })).rows[0]?.id, held.id)
  await restoreResponse(house.ctx, held.id)
  await acceptHeld(house.ctx, held.id)
  assert.deepEqual(await counted(link), [{ score: 4, comment: null, provisional: false }])
  const row = await world.ground.db.selectFrom('responses').select(['id', 'answered_at']).where('invitation_id', '=', link.invitation_id).executeTakeFirstOrThrow()
  assert.deepEqual(row, { id: held.id, answered_at: sent_at })
  await assert.rejects(acceptHeld(house.ctx, held.id), { name: 'NotFound' })
})

test('a voided response leaves every list and figure, and comes back as it was, but for when it changed', async () => {
  const { link, person } = await asked({ staff: ['Pat'], case_title: 'Printer' })
  await person.open(`/surveys/${link.token}`)
  world.clock.advance({ seconds: 8 })
  await person.send({ score: 2, comment: 'Not good' })
  const before = await snapshot()
  const { rows: [response] } = await listResponses(house.ctx, {}, { offset: 0, limit: 1 })
  assert.ok(response)
  await voidResponse(house.ctx, response.id)
  assert.deepEqual(await counted(link), [])
  await assert.rejects(voidResponse(house.ctx, response.id), { name: 'NotFound' })
  world.clock.advance({ hours: 1 })
  await restoreResponse(house.ctx, response.id)
  assert.deepEqual(await snapshot(), before)
  assert.deepEqual((await listResponses(house.ctx, {}, { offset: 0, limit: 1 })).rows[0]?.updated_at, world.clock.now())
  await voidResponse(house.ctx, response.id)
  await person.open(`/surveys/${link.token}`)
  world.clock.advance({ seconds: 8 })
  assert.equal((await person.send({ score: 5 })).statusCode, 303)
  await assert.rejects(restoreResponse(house.ctx, response.id), { name: 'AlreadyAnswered' })
})

test('another account, a customer and a key of another site decide nothing', async () => {
  const { link, person } = await asked()
  await person.open(`/surveys/${link.token}`)
  await person.send({ score: 4 })
  const { rows: [held] } = await listHeld(house.ctx, 'suspected', { offset: 0, limit: 1 })
  assert.ok(held)
  const other = await world.account({ name: 'Other' })
  for (const decide of [acceptHeld, voidHeld, restoreResponse, voidResponse]) await assert.rejects(decide(other.ctx, held.id), { name: 'NotFound' })
  await assert.rejects(acceptHeld({ ...house.ctx, actor: { kind: 'key', key_id: 1, site_id: 987654 } }, held.id), { name: 'NotFound' })
  await assert.rejects(listHeld({ ...house.ctx, actor: { kind: 'customer', contact_id: 1, fingerprint_id: null } }, 'suspected', { offset: 0, limit: 1 }), { name: 'Forbidden' })
  assert.equal((await listHeld(other.ctx, 'suspected', { offset: 0, limit: 1 })).total, 0)
})

test('a click counts in the version of the survey that it was made in', async () => {
  const question = { type: 'rating' as const, scale: { min: 1, max: 5 } }
  const { link, person } = await asked({ questions: [{ ...question, text: 'Well?' }] })
  await person.open(person.scoreLink(link.token, 4))
  world.clock.advance({ seconds: 6 })
  await person.click()
  await changeSurvey(house.ctx, link.survey.id, { questions: [{ ...question, text: 'Really?' }] })
  world.clock.advance({ minutes: 11 })
  await countProvisional(world.ground)
  assert.deepEqual(await counted(link), [{ score: 4, comment: null, provisional: true }])
  assert.equal((await world.ground.db.selectFrom('responses').select('survey_version').where('invitation_id', '=', link.invitation_id).executeTakeFirst())?.survey_version, 1)
})

async function asked(options: LinkOptions = {}, browser: { cookies?: boolean } = {}): Promise<{ link: SurveyLink, person: Browser }> {
  const link = await makeSurveyLink(house.ctx, { purpose: 'nps', ...options })
  world.clock.advance({ hours: 1 })
  return { link, person: openBrowser(world, { address: `192.0.2.${visitors++}`, ...browser }) }
}
let visitors = 1

async function counted({ invitation_id }: SurveyLink): Promise<{ score: number | null, comment: string | null, provisional: boolean }[]> {
  const rows = await world.ground.db.selectFrom('responses').select(['score_value as score', 'comment', 'provisional_since']).where('invitation_id', '=', invitation_id).execute()
  return rows.map(({ provisional_since, ...row }) => ({ ...row, provisional: provisional_since !== null }))
}

/** Every row that an answer makes, and what is counted from them. */
async function snapshot(): Promise<unknown> {
  const tables = ['responses', 'response_staff', 'answers', 'rating_facts', 'response_segments', 'revisions', 'response_fields']
  const rows = await Promise.all(tables.map(async (table) => (await sql<{ row: unknown }>`select to_jsonb(t) - 'updated_at' as row from ${sql.table(table)} t where account_id = ${house.account.id} order by (to_jsonb(t) - 'updated_at')::text`.execute(world.ground.db)).rows))
  return { rows, figures: await figuresOf(house.ctx) }
}
