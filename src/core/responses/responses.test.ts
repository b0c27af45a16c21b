import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ticket } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { submitTicket, type TicketInput } from '../cases/submit.ts'
import { AlreadyAnswered, Expired, Invalid, NotFound } from '../errors.ts'
import { findByToken } from '../invitations/open.ts'
import { getSurveyFor } from '../surveys.ts'
import { getResponse, listResponses } from './list.ts'
import { MAX_REVISIONS } from './parts.ts'
import { recordResponse } from './record.ts'
import { reviseResponse } from './revise.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world.close())

const browser = { responder_ip: '192.0.2.7', user_agent: 'Browser/1' }
let number = 1000

async function invited(given: Partial<TicketInput> = {}): Promise<{ token: string, case_id: number }> {
  const submitted = await submitTicket(acme.ctx, ticket({ number: String(number++), ...given }))
  const row = await world.ground.db.selectFrom('invitations').select('token').where('account_id', '=', acme.account.id).where('id', '=', submitted.invitation_id).executeTakeFirstOrThrow()
  return { token: row.token, case_id: submitted.case_id }
}

test('an answer is stored with its headline, its credit and one rating fact', async () => {
  const { token, case_id } = await invited()
  const recorded = await recordResponse(world.ground, token, { score: 9, comment: ' Quick and kind.\r\nThanks! ' }, browser)
  const response = await getResponse(acme.ctx, recorded.id)
  assert.deepEqual(response.score, { value: 9, min: 1, max: 10, metric: 'csat', sentiment: 4 })
  assert.equal(response.comment, 'Quick and kind.\nThanks!')
  assert.equal(response.case?.id, case_id)
  assert.deepEqual(response.staff.map(({ code }) => code), ['jdoe', 'mlee'])
  assert.equal(response.company?.name, 'Acme Corporation')
  assert.equal(response.responder_ip, '192.0.2.7')
  const facts = await world.ground.db.selectFrom('rating_facts').select(['metric', 'value', 'sentiment']).where('response_id', '=', recorded.id).execute()
  assert.deepEqual(facts, [{ metric: 'csat', value: 9, sentiment: 4 }])
  const events = await world.ground.db.selectFrom('events').select('type').where('subject_id', '=', recorded.id).execute()
  assert.deepEqual(events, [{ type: 'response.received' }])
})

test('twenty racing submits make one response, and the others are kept as rejected revisions', async () => {
  const { token } = await invited()
  const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => recordResponse(world.ground, token, { score: 1 + (index % 10), comment: null }, browser)))
  const won = tries.filter((one) => one.status === 'fulfilled')
  assert.equal(won.length, 1)
  for (const lost of tries.filter((one) => one.status === 'rejected')) assert.ok(lost.reason instanceof AlreadyAnswered)
  const id = won[0]?.value.id ?? 0
  const { kept } = await world.ground.db.selectFrom('revisions').select((eb) => eb.fn.countAll<number>().as('kept')).where('response_id', '=', id).where('rejected_at', 'is not', null).executeTakeFirstOrThrow()
  assert.equal(kept, 19)
})

test('a refused second answer is kept as far as it fits the questions, whatever else was in it', async () => {
  const { token } = await invited()
  const { id } = await recordResponse(world.ground, token, { score: 3, comment: null }, browser)
  await assert.rejects(recordResponse(world.ground, token, { score: 99, comment: 'null \u0000 and half \ud800 a pair' }, browser), AlreadyAnswered)
  await assert.rejects(recordResponse(world.ground, token, { score: 4, comment: 'x'.repeat(200_000) }, browser), AlreadyAnswered)
  const kept = await world.ground.db.selectFrom('revisions').select('answers').where('response_id', '=', id).orderBy('id').execute()
  assert.deepEqual(kept.map(({ answers }) => answers.length), [1, 1])
})

test('of one response a hundred revisions are kept, however many are tried', async () => {
  const { token } = await invited()
  const { id } = await recordResponse(world.ground, token, { score: 3, comment: null }, browser)
  await Promise.allSettled(Array.from({ length: 130 }, () => recordResponse(world.ground, token, { score: 4, comment: null }, browser)))
  await reviseResponse(world.ground, token, { score: 9 }, browser)
  const { kept } = await world.ground.db.selectFrom('revisions').select((eb) => eb.fn.countAll<number>().as('kept')).where('response_id', '=', id).executeTakeFirstOrThrow()
  assert.equal(kept, MAX_REVISIONS)
  assert.equal((await getResponse(acme.ctx, id)).score?.value, 9)
})

test('one bad answer in a batch fails alone', async () => {
  const good = await Promise.all(Array.from({ length: 5 }, () => invited()))
  const tries = await Promise.allSettled([...good.map(({ token }) => recordResponse(world.ground, token, { score: 8, comment: null }, browser)), recordResponse(world.ground, 'nosuchtoken', { score: 8, comment: null }, browser)])
  assert.deepEqual(tries.map(({ status }) => status), ['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
  const last = tries.at(-1)
  assert.ok(last?.status === 'rejected' && last.reason instanceof NotFound)
})

test('all faults are told at once and nothing is stored', async () => {
  const { token } = await invited()
  await assert.rejects(recordResponse(world.ground, token, { score: 11, comment: 'x'.repeat(10_001) }, browser), (error) => error instanceof Invalid && error.faults.map(({ field, code }) => `${field} ${code}`).join() === 'score invalid_value,comment wrong_length')
  await assert.rejects(recordResponse(world.ground, token, [{ question_id: 999_999, value: 3 }], browser), (error) => error instanceof Invalid && error.faults.map(({ code }) => code).toSorted().join() === 'invalid_value,required')
  await assert.rejects(recordResponse(world.ground, token, { score: 7.5, comment: null }, browser), Invalid)
  await recordResponse(world.ground, token, { score: 10, comment: null }, browser)
})

test('a link is over after its survey’s days, and when the survey is archived', async () => {
  const { token } = await invited()
  world.clock.advance({ days: 181 })
  await assert.rejects(recordResponse(world.ground, token, { score: 5, comment: null }, browser), Expired)
  world.clock.advance({ days: -181 })
  await world.ground.db.updateTable('surveys').set({ archived_at: world.ground.now() }).where('account_id', '=', acme.account.id).where('purpose', '=', 'ticket').execute()
  await assert.rejects(recordResponse(world.ground, token, { score: 5, comment: null }, browser), Expired)
  await world.ground.db.updateTable('surveys').set({ archived_at: null }).where('account_id', '=', acme.account.id).where('purpose', '=', 'ticket').execute()
})

test('a revision changes score or comment, keeps what was there, and leaves the credit and the date', async () => {
  const { token } = await invited()
  const { id } = await recordResponse(world.ground, token, { score: 2, comment: 'Slow' }, browser)
  const before = await getResponse(acme.ctx, id)
  world.clock.advance({ hours: 1 })
  await reviseResponse(world.ground, token, { score: 10 }, { responder_ip: '192.0.2.8', user_agent: null })
  const revised = await getResponse(acme.ctx, id)
  assert.equal(revised.score?.value, 10)
  assert.equal(revised.comment, 'Slow')
  assert.deepEqual(revised.answered_at, before.answered_at)
  assert.deepEqual(revised.staff, before.staff)
  assert.ok(revised.updated_at > before.updated_at)
  await reviseResponse(world.ground, token, { comment: null }, browser)
  assert.equal((await getResponse(acme.ctx, id)).comment, null)
  const facts = await world.ground.db.selectFrom('rating_facts').select(['value', 'sentiment', 'dated_at']).where('response_id', '=', id).execute()
  assert.deepEqual(facts, [{ value: 10, sentiment: 4, dated_at: before.answered_at }])
  const { kept } = await world.ground.db.selectFrom('revisions').select((eb) => eb.fn.countAll<number>().as('kept')).where('response_id', '=', id).where('accepted_at', 'is not', null).executeTakeFirstOrThrow()
  assert.equal(kept, 2)
})

test('a revision misses nothing about those whom the page could not ask about, and they keep their place', async () => {
  const survey = await getSurveyFor(acme.ctx, 'employee')
  const { token } = await invited({ survey_id: survey.id })
  const { invitation, survey: { questions: [question] } } = await findByToken(world.ground, token)
  const [first = 0, second = 0] = invitation.staff_ids
  const about = (staff_id: number, value: number) => ({ question_id: question?.id ?? 0, staff_id, value })
  assert.ok(question?.required && question.per_staff)
  await assert.rejects(recordResponse(world.ground, token, [about(second, 3)], browser), Invalid)
  const { id } = await recordResponse(world.ground, token, [about(second, 3)], browser, [second])
  await reviseResponse(world.ground, token, { score: 8, comment: 'Better' }, browser)
  const { score_value, comment, staff_ids, credits } = await world.ground.db.selectFrom('responses').selectAll().where('account_id', '=', acme.account.id).where('id', '=', id).executeTakeFirstOrThrow()
  assert.deepEqual([score_value, comment, staff_ids, credits?.map((credit) => credit?.[0] ?? null)], [8, 'Better', [first, second], [null, 8]])
})

test('what is not there can’t be revised', async () => {
  const { token } = await invited()
  await assert.rejects(reviseResponse(world.ground, token, { score: 3 }, browser), NotFound)
  await assert.rejects(reviseResponse(world.ground, 'nosuchtoken', { score: 3 }, browser), NotFound)
  for (const odd of ['', 'with\u0000nul', '\ud800', 'x'.repeat(100_000)]) {
    await assert.rejects(recordResponse(world.ground, odd, { score: 3, comment: null }, browser), NotFound)
    await assert.rejects(findByToken(world.ground, odd), NotFound)
  }
})

test('filters find what they say, with percent signs, quotes and backslashes taken as they are', async () => {
  const odd = await world.account({ name: 'Odd' })
  const texts = ['100 % "sure"', 'under_score', 'back\\slash', 'plain', 'Ünïcode 日本']
  for (const [index, text] of texts.entries()) {
    const submitted = await submitTicket(odd.ctx, ticket({ number: String(index), title: text, company: { external_id: index, name: text }, contact: { external_id: index, name: text, email: `p${index}@x.example` }, staff_codes: [`t${index}`] }))
    const row = await world.ground.db.selectFrom('invitations').select('token').where('account_id', '=', odd.account.id).where('id', '=', submitted.invitation_id).executeTakeFirstOrThrow()
    await recordResponse(world.ground, row.token, { score: index + 1, comment: index % 2 ? text : null }, browser)
  }
  const numbers = async (filter: Parameters<typeof listResponses>[1]) => (await listResponses(odd.ctx, filter, { offset: 0, limit: 10 })).rows.map((row) => row.case?.number).toSorted()
  assert.deepEqual(await numbers({ company_name: '%' }), ['0'])
  assert.deepEqual(await numbers({ company_name: '_' }), ['1'])
  assert.deepEqual(await numbers({ company_name: '\\' }), ['2'])
  assert.deepEqual(await numbers({ company_name: 'ÜNÏ' }), ['4'])
  assert.deepEqual(await numbers({ phrases: ['"sure"', 'PLAIN'] }), ['0', '3'])
  assert.deepEqual(await numbers({ technician: 'T2' }), ['2'])
  assert.deepEqual(await numbers({ score: 3 }), ['2'])
  assert.deepEqual(await numbers({ has_comment: true }), ['1', '3'])
  assert.deepEqual(await numbers({ clear: true }), ['0', '1', '2', '3'])
  assert.deepEqual(await numbers({ contact_email: 'P3@' }), ['3'])
  assert.deepEqual(await numbers({ email: 'P3@X.example' }), ['3'])
  assert.deepEqual(await numbers({ site_ids: [] }), [])
  assert.deepEqual(await numbers({ not_kind: 'ticket' }), [])
})

test('lists are newest first, paged, with exact totals, and empty past the end', async () => {
  const busy = await world.account({ name: 'Busy' })
  for (let index = 0; index < 7; index++) {
    const submitted = await submitTicket(busy.ctx, ticket({ number: String(index) }))
    const row = await world.ground.db.selectFrom('invitations').select('token').where('account_id', '=', busy.account.id).where('id', '=', submitted.invitation_id).executeTakeFirstOrThrow()
    world.clock.advance({ minutes: 1 })
    await recordResponse(world.ground, row.token, { score: 5, comment: null }, browser)
  }
  const page = async (offset: number) => {
    const { rows, total } = await listResponses(busy.ctx, {}, { offset, limit: 3 })
    return [total, ...rows.map((row) => row.case?.number)]
  }
  assert.deepEqual(await page(0), [7, '6', '5', '4'])
  assert.deepEqual(await page(6), [7, '0'])
  assert.deepEqual(await page(9), [7])
  await assert.rejects(getResponse(acme.ctx, (await listResponses(busy.ctx, {}, { offset: 0, limit: 1 })).rows[0]?.id ?? 0), NotFound)
})
