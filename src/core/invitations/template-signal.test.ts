import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { ticket } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { setBoardSurvey } from '../board-surveys.ts'
import { submitTicket } from '../cases/submit.ts'
import { AlreadyAnswered, Expired, Invalid, LimitReached, NotFound } from '../errors.ts'
import { recordTemplateResponse } from '../responses/template-answer.ts'
import { createSite } from '../sites.ts'
import { createSnippetKey, revokeSnippetKey } from '../snippet-keys.ts'
import { createStaffMember } from '../staff.ts'
import { getSurveyFor } from '../surveys.ts'
import { noteTemplateSent, openTemplateLink, type TemplateFacts } from './template-signal.ts'

let world: World
let acme: TestAccount
let key: string
before(async () => void (world = await openWorld()))
after(() => world.close())
beforeEach(async () => {
  acme = await world.account()
  key = (await createSnippetKey(acme.ctx, { name: 'Closed' })).public_key
})

function facts(given: Partial<TemplateFacts> = {}): TemplateFacts {
  return {
    ticket: '100123', email: 'jane.smith@acme.example', title: 'Unable to access shared drive', board: 'Networking', contact: { external_id: 8812, name: 'Jane Smith' },
    company: { external_id: 4501, name: 'Acme Corporation' }, staff: ['jdoe', 'mlee'], ...given,
  }
}

function note(given?: Partial<TemplateFacts>): Promise<void> {
  return noteTemplateSent(world.ground, key, facts(given), client)
}

function records() {
  return world.ground.db.selectFrom('invitations').selectAll().where('account_id', '=', acme.account.id).orderBy('id').execute()
}

/** Everything that a stranger must not change. */
async function known() {
  const { db } = world.ground
  const account_id = acme.account.id
  return {
    cases: await db.selectFrom('cases').selectAll().where('account_id', '=', account_id).orderBy('id').execute(),
    companies: await db.selectFrom('companies').selectAll().where('account_id', '=', account_id).orderBy('id').execute(),
    contacts: await db.selectFrom('contacts').selectAll().where('account_id', '=', account_id).orderBy('id').execute(),
    staff: await db.selectFrom('staff').selectAll().where('account_id', '=', account_id).orderBy('id').execute(),
  }
}

async function countRows(table: 'responses' | 'revisions'): Promise<number> {
  return (await world.ground.db.selectFrom(table).select('id').where('account_id', '=', acme.account.id).execute()).length
}

const nobody = { responder_ip: null, user_agent: null }
const client = '192.0.2.7'

test('the first signal makes the ticket, its people and a record that was sent now, with what the mail says', async () => {
  await note()
  const [record, ...more] = await records()
  const { cases: [stored], companies: [company], contacts: [contact], staff } = await known()
  assert.deepEqual(more, [])
  assert.partialDeepStrictEqual(record, {
    occasion: `case ${stored?.id} contact ${contact?.id} #1`, channel: 'link', state: 'sent', sent_at: world.clock.now(), answered_at: null, email: 'jane.smith@acme.example', first_name: 'Jane', surname: 'Smith',
    reference: '100123', case_id: stored?.id, contact_id: contact?.id, company_id: company?.id, site_id: acme.account.default_site_id, case_title: 'Unable to access shared drive', board_name: 'Networking',
    case_opened_at: null, case_closed_at: null, case_updated_at: null,
  })
  assert.deepEqual([stored?.number, stored?.title, stored?.board_name, stored?.closed_at], ['100123', 'Unable to access shared drive', 'Networking', null])
  assert.deepEqual([company?.name, company?.external_id, contact?.name, contact?.external_id, contact?.company_id], ['Acme Corporation', 4501, 'Jane Smith', 8812, company?.id])
  assert.deepEqual(staff.map(({ code }) => code), ['jdoe', 'mlee'])
  assert.deepEqual([record?.staff_ids, stored?.staff_ids], [staff.map(({ id }) => id), staff.map(({ id }) => id)])
})

test('twenty signals at once, and later ones, are one record', async () => {
  await Promise.all(Array.from({ length: 20 }, () => note()))
  const before = await records()
  assert.equal(before.length, 1)
  world.clock.advance({ days: 3 })
  await note()
  assert.deepEqual(await records(), before)
  assert.deepEqual(Object.values(await known()).map((found) => found.length), [1, 1, 1, 2])
})

test('two contacts of one ticket are two records', async () => {
  await Promise.all([note(), note({ email: 'bob@acme.example', contact: { external_id: 8813, name: 'Bob' } })])
  assert.equal((await known()).cases.length, 1)
  assert.deepEqual((await records()).map(({ email }) => email).toSorted(), ['bob@acme.example', 'jane.smith@acme.example'])
})

test('with a ticket and an address alone there is a record, too', async () => {
  const bare = { title: null, board: null, contact: { external_id: null, name: null }, company: { external_id: null, name: null }, staff: [] }
  await note(bare)
  await note({ ...bare, email: 'JANE.Smith@acme.example' })
  await note({ ...bare, company: { external_id: 77, name: null } })
  assert.partialDeepStrictEqual(await records(), [{ company_id: null, case_title: null, staff_ids: [], first_name: null }])
  assert.equal((await known()).companies.length, 0)
})

test('nothing that is known is changed, however the mail names it', async () => {
  await submitTicket(acme.ctx, ticket())
  const before = await known()
  await note({ title: 'Other', board: 'Other', email: 'other@acme.example', contact: { external_id: 8812, name: 'Other' }, company: { external_id: 4501, name: 'Other' }, staff: ['mlee'] })
  await note({ contact: { external_id: null, name: 'Other' }, company: { external_id: null, name: 'ACME corporation' }, staff: [] })
  assert.deepEqual(await known(), before)
})

test('a person or company that is known by name only is found by it, and keeps having no id', async () => {
  await note({ contact: { external_id: null, name: 'Jane' }, company: { external_id: null, name: 'Acme' } })
  const before = await known()
  await note({ contact: { external_id: 5, name: 'Jane' }, company: { external_id: 6, name: 'Acme' } })
  assert.deepEqual(await known(), before)
  assert.equal((await records()).length, 1)
})

test('who shares an address under another id is another contact', async () => {
  await note({ contact: { external_id: 1, name: 'One' } })
  await note({ contact: { external_id: 2, name: 'Two' } })
  assert.deepEqual((await known()).contacts.map(({ external_id }) => external_id), [1, 2])
  assert.equal((await records()).length, 2)
})

test('a ticket that was submitted as well has one record, whichever came first', async () => {
  const submitted = await submitTicket(acme.ctx, ticket({ number: '1' }))
  await note({ ticket: '1' })
  assert.deepEqual((await records()).map(({ id }) => id), [submitted.invitation_id])
  await note({ ticket: '2' })
  assert.equal((await submitTicket(acme.ctx, ticket({ number: '2' }))).outcome, 'updated')
  assert.equal((await records()).length, 2)
})

test('who answered by the mail is asked anew when the ticket is closed after that, and only then', async () => {
  await recordTemplateResponse(world.ground, key, facts(), { score: 9, comment: null }, nobody, client)
  const answered_at = world.clock.now()
  assert.equal((await submitTicket(acme.ctx, ticket({ closed_at: answered_at }))).outcome, 'updated')
  const anew = ticket({ closed_at: new Date(answered_at.getTime() + 1000) })
  assert.notEqual((await submitTicket(acme.ctx, anew)).outcome, 'updated')
  assert.equal((await submitTicket(acme.ctx, anew)).outcome, 'updated')
  assert.equal((await records()).length, 2)
})

test('a signal and a submission at once are one record', async () => {
  for (let round = 0; round < 5; round++) await Promise.all([note({ ticket: `r${round}` }), submitTicket(acme.ctx, ticket({ number: `r${round}` })), note({ ticket: `r${round}` })])
  assert.equal((await records()).length, 5)
})

test('what the mail does not say comes from the ticket that is known', async () => {
  await submitTicket(acme.ctx, ticket())
  await note({ title: null, board: null, email: 'bob@acme.example', contact: { external_id: 8813, name: 'Bob' }, company: { external_id: null, name: null }, staff: [] })
  const [first, second] = await records()
  assert.deepEqual([second?.case_title, second?.board_name, second?.staff_ids, second?.company_id], [first?.case_title, first?.board_name, first?.staff_ids, first?.company_id])
  assert.deepEqual([second?.case_opened_at, second?.case_closed_at], [ticket().opened_at, null])
})

test('the ticket is one of the key\'s site', async () => {
  const north = await createSite(acme.ctx, { code: 'north', name: 'North' })
  const { public_key } = await createSnippetKey(acme.ctx, { name: 'North', site_code: 'north' })
  await note()
  await noteTemplateSent(world.ground, public_key, facts(), client)
  assert.deepEqual((await known()).cases.map(({ site_id, number }) => [site_id, number]), [[acme.account.default_site_id, '100123'], [north.id, '100123']])
})

test('wrong facts, an unknown key and a revoked one write nothing', async () => {
  const { id, public_key } = await createSnippetKey(acme.ctx, { name: 'Old' })
  await revokeSnippetKey(acme.ctx, id)
  await assert.rejects(noteTemplateSent(world.ground, public_key, facts(), client), NotFound)
  await assert.rejects(noteTemplateSent(world.ground, 'ep_', facts(), client), NotFound)
  await assert.rejects(note({ ticket: '', email: 'x', board: 'x'.repeat(301) }), (error) => error instanceof Invalid && error.faults.map(({ field }) => field).join() === 'ticket,email,board')
  assert.deepEqual(Object.values(await known()).flat(), [])
})

test('a board with a survey of its own is asked about with that one', async () => {
  const five = await getSurveyFor(acme.ctx, 'five_questions')
  await setBoardSurvey(acme.ctx, { kind: 'ticket', name: 'networking', survey_id: five.id })
  const { survey } = await openTemplateLink(world.ground, key, facts())
  await note()
  await note({ ticket: '100124', board: 'Cloud' })
  const [own, other] = await records()
  assert.deepEqual([survey.id, own?.survey_id, other?.survey_id === five.id], [five.id, five.id, false])
})

test('a board\'s survey about employees stands aside on a page that knows none of them, and in the record of its answer', async () => {
  const employee = await getSurveyFor(acme.ctx, 'employee')
  const kind = await getSurveyFor(acme.ctx, 'ticket')
  await setBoardSurvey(acme.ctx, { kind: 'ticket', name: 'Networking', survey_id: employee.id })
  assert.equal((await openTemplateLink(world.ground, key, facts())).survey.id, kind.id)
  const { id } = await recordTemplateResponse(world.ground, key, facts(), { score: 9, comment: null }, nobody, client)
  const response = await world.ground.db.selectFrom('responses').selectAll().where('account_id', '=', acme.account.id).where('id', '=', id).executeTakeFirstOrThrow()
  assert.deepEqual([response.score_value, response.survey_id, response.staff_ids.length, (await records())[0]?.survey_id], [9, kind.id, 2, kind.id])
  assert.equal((await openTemplateLink(world.ground, key, facts({ ticket: '2' }))).survey.id, employee.id, 'they are known now')
  await note({ ticket: '3', staff: ['new'] })
  const signalled = await openTemplateLink(world.ground, key, facts({ ticket: '3', staff: ['new'] }))
  assert.deepEqual([signalled.survey.id, signalled.staff.length], [employee.id, 1], 'the signal makes whom it names')
})

test('without a survey about tickets there is nothing to ask', async () => {
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', acme.account.id).where('purpose', '=', 'ticket').execute()
  await assert.rejects(note(), Expired)
  await assert.rejects(openTemplateLink(world.ground, key, facts()), Expired)
  assert.deepEqual(Object.values(await known()).flat(), [])
})

async function setHits(bucket: string, hits: number, window_seconds: number): Promise<void> {
  const now = world.clock.now().getTime()
  await world.ground.db.insertInto('rate_limits').values({ bucket, window_start: new Date(now - now % (window_seconds * 1000)), hits })
    .onConflict((conflict) => conflict.columns(['bucket', 'window_start']).doUpdateSet({ hits })).execute()
}

function answer(ticket: string, client_address = client) {
  return recordTemplateResponse(world.ground, key, facts({ ticket }), { score: 9, comment: null }, nobody, client_address)
}

test('a key makes so many records an hour by signals, and as many by answers, while those that are there are still found', async () => {
  await note()
  const { id } = await world.ground.db.selectFrom('snippet_keys').select('id').where('public_key', '=', key).executeTakeFirstOrThrow()
  await setHits(`template record ${acme.account.id}.${id}`, 3000, 3600)
  await assert.rejects(note({ ticket: '2' }), (error) => error instanceof LimitReached && error.retry_after > 600)
  await answer('3')
  await setHits(`template answer ${acme.account.id}.${id}`, 3000, 3600)
  await assert.rejects(answer('2'), (error) => error instanceof LimitReached && error.retry_after > 600)
  await note()
  await answer('100123')
  world.clock.advance({ hours: 1 })
  await note({ ticket: '2' })
  assert.equal((await records()).length, 3)
})

test('an address makes 120 records in ten minutes by signals and 60 by answers, and no more; other addresses do', async () => {
  await world.ground.db.deleteFrom('rate_limits').execute()
  await setHits('template record of 192.0.2.7', 119, 600)
  await note()
  await assert.rejects(note({ ticket: '2' }), (error) => error instanceof LimitReached && error.retry_after <= 600)
  await note()
  await setHits('template answer of 192.0.2.7', 59, 600)
  await assert.rejects(recordTemplateResponse(world.ground, key, facts({ ticket: '3' }), { score: 99, comment: null }, nobody, client), Invalid, 'what is refused is not counted')
  await answer('3')
  await assert.rejects(answer('4'), (error) => error instanceof LimitReached && error.retry_after <= 600)
  await answer('100123')
  await noteTemplateSent(world.ground, key, facts({ ticket: '5' }), '192.0.2.8')
  await answer('6', '192.0.2.8')
  await setHits('template answer of 2001:db8:0:1::/64', 60, 600)
  await assert.rejects(answer('7', '2001:db8:0:1::9'), LimitReached)
  const { id } = await world.ground.db.selectFrom('snippet_keys').select('id').where('public_key', '=', key).executeTakeFirstOrThrow()
  const { hits } = await world.ground.db.selectFrom('rate_limits').select('hits').where('bucket', '=', `template answer ${acme.account.id}.${id}`).executeTakeFirstOrThrow()
  assert.equal(hits, 2, 'what an address has too much takes nothing from the key')
  world.clock.advance({ minutes: 10 })
  await note({ ticket: '2' })
  await answer('4')
  assert.deepEqual((await records()).map(({ reference }) => reference), ['100123', '3', '5', '6', '2', '4'])
})

test('an answer makes the record where there is none, and both or neither are stored', async () => {
  await assert.rejects(recordTemplateResponse(world.ground, key, facts(), { score: 11, comment: null }, nobody, client), Invalid)
  assert.deepEqual(Object.values(await known()).flat(), [])
  await recordTemplateResponse(world.ground, key, facts(), { score: 9, comment: 'Good' }, nobody, client)
  const [record] = await records()
  assert.deepEqual([record?.sent_at, record?.answered_at], [world.clock.now(), world.clock.now()])
  await note()
  assert.equal((await records()).length, 1)
})

test('of answers that race one is the response; the others are kept as what they wanted', async () => {
  const outcomes = await Promise.allSettled([7, 8, 9].map((score) => recordTemplateResponse(world.ground, key, facts(), { score, comment: null }, nobody, client)))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const outcome of outcomes) if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof AlreadyAnswered)
  assert.deepEqual([await countRows('responses'), await countRows('revisions'), (await records()).length], [1, 2, 1])
})

test('a question about each technician is about those of the link that are known; all of them get the credit', async () => {
  const { db } = world.ground
  await db.updateTable('surveys').set({ purpose: 'other' }).where('account_id', '=', acme.account.id).where('purpose', '=', 'ticket').execute()
  await db.updateTable('surveys').set({ purpose: 'ticket' }).where('account_id', '=', acme.account.id).where('purpose', '=', 'employee').execute()
  const { id } = await createStaffMember(acme.ctx, { code: 'jdoe', name: 'Jo Doe' })
  const link = await openTemplateLink(world.ground, key, facts())
  assert.deepEqual(link.staff.map(({ id, code }) => ({ id, code })), [{ id, code: 'jdoe' }])
  const question_id = link.survey.questions[0]?.id ?? 0
  await assert.rejects(recordTemplateResponse(world.ground, key, facts(), [], nobody, client), (error) => error instanceof Invalid && error.faults.length === 1)
  await recordTemplateResponse(world.ground, key, facts(), [{ question_id, staff_id: id, value: 9 }], nobody, client)
  assert.equal((await records())[0]?.staff_ids.length, 2)
})

test('a link that names others than the record does asks about those that both name', async () => {
  await note({ staff: ['jdoe'] })
  await createStaffMember(acme.ctx, { code: 'new', name: 'New' })
  const { staff } = await openTemplateLink(world.ground, key, facts({ staff: ['new', 'jdoe'] }))
  assert.deepEqual(staff.map(({ code }) => code), ['jdoe'])
})
