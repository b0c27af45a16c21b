import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { project, ticket } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { submitProject, submitTicket } from './submit.ts'
import { contextOf } from '../context.ts'
import { Invalid } from '../errors.ts'
import { recordResponse } from '../responses/record.ts'
import { createSite } from '../sites.ts'
import { getSurveyFor } from '../surveys.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world.close())

const nobody = { responder_ip: null, user_agent: null }

function invitationsOf(case_id: number) {
  return world.ground.db.selectFrom('invitations').selectAll().where('account_id', '=', acme.account.id).where('case_id', '=', case_id).orderBy('id').execute()
}

test('a closed ticket is stored with its people and invites its contact', async () => {
  const submitted = await submitTicket(acme.ctx, ticket())
  assert.equal(submitted.outcome, 'queued')
  const [invitation, ...more] = await invitationsOf(submitted.case_id)
  assert.equal(more.length, 0)
  assert.equal(invitation?.state, 'pending')
  assert.equal(invitation.email, 'jane.smith@acme.example')
  assert.equal(invitation.first_name, 'Jane')
  assert.equal(invitation.case_title, 'Unable to access shared drive')
  assert.match(invitation.token, /^[\w-]{22}$/)
  const staff = await world.ground.db.selectFrom('staff').select(['id', 'code']).where('account_id', '=', acme.account.id).orderBy('id').execute()
  assert.deepEqual(staff.map(({ code }) => code).toSorted(), ['jdoe', 'mlee'])
  assert.deepEqual(invitation.staff_ids, ['jdoe', 'mlee'].map((code) => staff.find((one) => one.code === code)?.id))
})

test('the same ticket and contact again updates the ticket and does not invite again', async () => {
  const first = await submitTicket(acme.ctx, ticket({ number: '200' }))
  const again = await submitTicket(acme.ctx, ticket({ number: '200', title: 'Shared drive, again', staff_codes: ['ann'] }))
  assert.deepEqual([again.outcome, again.case_id, again.invitation_id], ['updated', first.case_id, first.invitation_id])
  const [invitation, ...more] = await invitationsOf(first.case_id)
  assert.equal(more.length, 0)
  assert.equal(invitation?.case_title, 'Shared drive, again', 'until it is sent, the snapshot follows the case')
  const ann = await world.ground.db.selectFrom('staff').select('id').where('account_id', '=', acme.account.id).where('code', '=', 'ann').executeTakeFirstOrThrow()
  assert.deepEqual(invitation.staff_ids, [ann.id])
})

test('once sent, the snapshot no longer follows the case', async () => {
  const first = await submitTicket(acme.ctx, ticket({ number: '201' }))
  await world.work()
  await submitTicket(acme.ctx, ticket({ number: '201', title: 'Renamed later', staff_codes: ['late'] }))
  const [invitation] = await invitationsOf(first.case_id)
  assert.equal(invitation?.state, 'sent')
  assert.equal(invitation.case_title, 'Unable to access shared drive')
})

test('a reopened ticket invites again once it was answered and closed anew', async () => {
  const first = await submitTicket(acme.ctx, ticket({ number: '300' }))
  const [invitation] = await invitationsOf(first.case_id)
  await recordResponse(world.ground, invitation?.token ?? '', { score: 9, comment: null }, nobody)
  const sameClosing = await submitTicket(acme.ctx, ticket({ number: '300' }))
  assert.equal(sameClosing.outcome, 'updated')
  const reopened = ticket({ number: '300', closed_at: new Date('2026-03-16T09:00:00Z') })
  const second = await submitTicket(acme.ctx, reopened)
  assert.equal(second.outcome, 'queued')
  assert.notEqual(second.invitation_id, first.invitation_id)
  assert.equal((await submitTicket(acme.ctx, reopened)).outcome, 'updated', 'the second closing invites once, too')
})

test('another contact of the same ticket is invited as well', async () => {
  const first = await submitTicket(acme.ctx, ticket({ number: '301' }))
  const second = await submitTicket(acme.ctx, ticket({ number: '301', contact: { external_id: 8813, name: 'Bob', email: 'bob@acme.example' } }))
  assert.equal(second.outcome, 'queued')
  assert.equal(second.case_id, first.case_id)
})

test('fifty concurrent submissions of one ticket invite once', async () => {
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => submitTicket(acme.ctx, ticket({ number: '400' }))))
  assert.equal(outcomes.filter(({ outcome }) => outcome === 'queued').length, 1)
  assert.equal(new Set(outcomes.map(({ case_id }) => case_id)).size, 1)
  assert.equal((await invitationsOf(outcomes[0]?.case_id ?? 0)).length, 1)
})

test('concurrent tickets that share new companies, contacts and staff do not stand in each other’s way', async () => {
  const outcomes = await Promise.all(Array.from({ length: 200 }, (_, index) => submitTicket(acme.ctx, ticket({
    number: `5${index}`, company: { external_id: 9000 + (index % 5), name: `Client ${index % 5}` },
    contact: { external_id: 9100 + (index % 20), name: `Person ${index % 20}`, email: `person${index % 20}@client.example` }, staff_codes: [`tech${index % 7}`, `tech${(index + 3) % 7}`],
  }))))
  assert.equal(outcomes.filter(({ outcome }) => outcome === 'queued').length, 200)
  const { companies } = await world.ground.db.selectFrom('companies').select((eb) => eb.fn.countAll<number>().as('companies')).where('external_id', '>=', 9000).where('external_id', '<', 9005).executeTakeFirstOrThrow()
  assert.equal(companies, 5)
})

test('a company and a contact known by another name are renamed, not doubled', async () => {
  await submitTicket(acme.ctx, ticket({ number: '600', company: { external_id: 77, name: 'Old name' }, contact: { external_id: 78, name: 'Ann Old', email: 'ann@old.example' } }))
  await submitTicket(acme.ctx, ticket({ number: '601', company: { external_id: 77, name: 'New name' }, contact: { external_id: 78, name: 'Ann New', email: 'ann@new.example' } }))
  const company = await world.ground.db.selectFrom('companies').select('name').where('account_id', '=', acme.account.id).where('external_id', '=', 77).execute()
  const contact = await world.ground.db.selectFrom('contacts').select(['name', 'surname', 'email']).where('account_id', '=', acme.account.id).where('external_id', '=', 78).execute()
  assert.deepEqual(company, [{ name: 'New name' }])
  assert.deepEqual(contact, [{ name: 'Ann New', surname: 'New', email: 'ann@new.example' }])
})

test('a blocked or unsubscribed contact is stored as not sent, with the reason', async () => {
  await world.ground.db.insertInto('blocks').values({ account_id: acme.account.id, pattern: 'blocked.example', created_at: world.ground.now() }).execute()
  await world.ground.db.insertInto('unsubscribes').values({ account_id: acme.account.id, address: 'gone@acme.example', by_customer_at: world.ground.now() }).execute()
  const blocked = await submitTicket(acme.ctx, ticket({ number: '700', contact: { external_id: 1, name: 'B', email: 'someone@mail.Blocked.example' } }))
  assert.deepEqual([blocked.outcome, blocked.not_sent_reason], ['not_sent', 'blocked address'])
  const gone = await submitTicket(acme.ctx, ticket({ number: '701', contact: { external_id: 2, name: 'G', email: 'Gone@acme.example' } }))
  assert.deepEqual([gone.outcome, gone.not_sent_reason], ['not_sent', 'unsubscribed'])
})

test('a bad address and a closing before the opening are both told, and nothing is stored', async () => {
  const bad = ticket({ number: '800', contact: { external_id: 3, name: 'X', email: 'not an address' }, closed_at: new Date('2026-03-01T00:00:00Z') })
  await assert.rejects(submitTicket(acme.ctx, bad), (error) => error instanceof Invalid && error.faults.map(({ field }) => field).join() === 'contact.email,closed_at')
  const stored = await world.ground.db.selectFrom('cases').select('id').where('account_id', '=', acme.account.id).where('number', '=', '800').execute()
  assert.deepEqual(stored, [])
})

test('a finished project is stored with its managers and invites its contact to the project survey', async () => {
  const submitted = await submitProject(acme.ctx, project({ number: '31' }))
  assert.equal(submitted.outcome, 'queued')
  const [invitation] = await invitationsOf(submitted.case_id)
  assert.equal(invitation?.survey_id, (await getSurveyFor(acme.ctx, 'project')).id)
  assert.deepEqual([invitation.case_title, invitation.case_opened_at, invitation.case_updated_at, invitation.reference], ['New office network', null, null, '31'])
  const stored = await world.ground.db.selectFrom('cases').select(['kind', 'number', 'title', 'board_name', 'closed_at', 'staff_ids']).where('account_id', '=', acme.account.id).where('id', '=', submitted.case_id).executeTakeFirst()
  assert.partialDeepStrictEqual(stored, { kind: 'project', number: '31', title: 'New office network', board_name: 'Projects', closed_at: new Date('2026-03-15T15:45:00Z') })
  const staff = new Map((await world.ground.db.selectFrom('staff').select(['id', 'code']).where('account_id', '=', acme.account.id).execute()).map(({ id, code }) => [id, code]))
  assert.deepEqual(stored?.staff_ids.map((id) => staff.get(id)), ['pm', 'jdoe'])
})

test('a project again is updated, and reopened asked about again; a ticket of its number is another case', async () => {
  const [first, of_ticket] = await Promise.all([submitProject(acme.ctx, project({ number: '32' })), submitTicket(acme.ctx, ticket({ number: '32' }))])
  assert.notEqual(first.case_id, of_ticket.case_id)
  const again = await submitProject(acme.ctx, project({ number: '32', name: 'Renamed', manager_codes: [] }))
  assert.deepEqual(again, { case_id: first.case_id, invitation_id: first.invitation_id, outcome: 'updated', not_sent_reason: null })
  const [invitation] = await invitationsOf(first.case_id)
  assert.deepEqual([invitation?.case_title, invitation?.staff_ids], ['Renamed', []])
  const reopened = project({ number: '32', closed_at: new Date('2026-03-16T09:00:00Z') })
  assert.equal((await submitProject(acme.ctx, reopened)).outcome, 'updated', 'nobody has answered yet')
  await recordResponse(world.ground, invitation?.token ?? '', { score: 9, comment: null }, nobody)
  assert.equal((await submitProject(acme.ctx, reopened)).outcome, 'updated', 'it was asked about this closing')
  const second = await submitProject(acme.ctx, project({ number: '32', closed_at: new Date('2026-03-17T09:00:00Z') }))
  assert.equal(second.outcome, 'queued')
  assert.notEqual(second.invitation_id, first.invitation_id)
})

test('fifty concurrent submissions of one project and of its ticket\'s namesake invite once each', async () => {
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => (index % 2 ? submitTicket(acme.ctx, ticket({ number: '33' })) : submitProject(acme.ctx, project({ number: '33' })))))
  assert.equal(outcomes.filter(({ outcome }) => outcome === 'queued').length, 2)
  assert.equal(new Set(outcomes.map(({ case_id }) => case_id)).size, 2)
})

test('all that is wrong with a project is told at once, and nothing is stored', async () => {
  const bad = project({ number: '34', contact: { external_id: null, name: 'X', email: 'nowhere' }, opened_at: new Date('2026-03-16T00:00:00Z'), site_code: 'nowhere', survey_id: 999_999 })
  await assert.rejects(submitProject(acme.ctx, bad), (error) => error instanceof Invalid && error.faults.map(({ field }) => field).join() === 'contact.email,closed_at,site_code,survey_id')
  const stored = await world.ground.db.selectFrom('cases').select('id').where('account_id', '=', acme.account.id).where('number', '=', '34').execute()
  assert.deepEqual(stored, [])
})

test('a survey that is named is asked with; another account\'s and an archived one are not known', async () => {
  const other = await world.account({ name: 'Surveys' })
  const five = (await getSurveyFor(other.ctx, 'five_questions')).id
  const { invitation_id } = await submitTicket(other.ctx, ticket({ number: '1', survey_id: five }))
  const { survey_id } = await world.ground.db.selectFrom('invitations').select('survey_id').where('id', '=', invitation_id).executeTakeFirstOrThrow()
  assert.equal(survey_id, five)
  await assert.rejects(submitTicket(acme.ctx, ticket({ survey_id: five })), (error) => error instanceof Invalid && error.faults[0]?.field === 'survey_id')
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('id', '=', five).execute()
  await assert.rejects(submitTicket(other.ctx, ticket({ number: '2', survey_id: five })), (error) => error instanceof Invalid && error.faults[0]?.field === 'survey_id')
})

test('an account without a survey for projects takes those that name one, and no others', async () => {
  const other = await world.account({ name: 'No projects' })
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', other.account.id).where('purpose', '=', 'project').execute()
  const { id: survey_id } = await getSurveyFor(other.ctx, 'ticket')
  const [refused, taken, beside] = await Promise.allSettled([
    submitProject(other.ctx, project({ number: '1' })), submitProject(other.ctx, project({ number: '2', survey_id })), submitTicket(acme.ctx, ticket({ number: '35' })),
  ])
  assert.ok(refused?.status === 'rejected' && refused.reason instanceof Invalid && refused.reason.faults[0]?.field === 'survey_id')
  assert.deepEqual([taken?.status, beside?.status], ['fulfilled', 'fulfilled'], 'nobody fails for another\'s sake')
  const stored = await world.ground.db.selectFrom('cases').select('number').where('account_id', '=', other.account.id).execute()
  assert.deepEqual(stored, [{ number: '2' }])
})

test('a case goes to the site whose code is given; a key of one site knows no other', async () => {
  const north = await createSite(acme.ctx, { code: 'north', name: 'North' })
  const siteOf = async (submitted: ReturnType<typeof submitTicket>) => (await world.ground.db.selectFrom('cases').select('site_id').where('id', '=', (await submitted).case_id).executeTakeFirstOrThrow()).site_id
  assert.equal(await siteOf(submitProject(acme.ctx, project({ number: '36', site_code: 'north' }))), north.id)
  const of_north = contextOf(world.ground, acme.account, { kind: 'key', key_id: 1, site_id: north.id })
  assert.equal(await siteOf(submitProject(of_north, project({ number: '37' }))), north.id)
  assert.equal(await siteOf(submitTicket(of_north, ticket({ number: '37', site_code: 'north' }))), north.id)
  await assert.rejects(submitTicket(of_north, ticket({ number: '38', site_code: 'main' })), (error) => error instanceof Invalid && error.faults[0]?.field === 'site_code')
})

test('two accounts may have the same ticket, contact and company without meeting', async () => {
  const other = await world.account({ name: 'Other' })
  const mine = await submitTicket(acme.ctx, ticket({ number: '900' }))
  const theirs = await submitTicket(other.ctx, ticket({ number: '900' }))
  assert.notEqual(mine.case_id, theirs.case_id)
  assert.equal(theirs.outcome, 'queued')
})

test('the database itself refuses a row that points into another account', async () => {
  const other = await world.account({ name: 'Third' })
  const mine = await submitTicket(acme.ctx, ticket({ number: '901' }))
  const crossing = world.ground.db.updateTable('invitations').set({ account_id: other.account.id }).where('id', '=', mine.invitation_id).execute()
  await assert.rejects(crossing, /foreign key/)
})
