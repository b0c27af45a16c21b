/** A customer is deleted by their address: nothing that says who they were is left in any table or shown by any API, and what they thought still counts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { changeAccountSettings } from '../../src/core/account-settings.ts'
import { claimDue } from '../../src/core/invitations/claim.ts'
import { countPerson, eraseIdlePersons, getErasure, requestErasure, workErasures } from '../../src/core/erasures.ts'
import { Forbidden, Invalid } from '../../src/core/errors.ts'
import { foldRecordChanges } from '../../src/core/records/fold.ts'
import { recordOutcome } from '../../src/core/invitations/outcome.ts'
import { recordReceipt } from '../../src/core/invitations/receipts.ts'
import { listSandboxTexts } from '../../src/core/sandbox-texts.ts'
import { createSegment } from '../../src/core/segments.ts'
import { createStaffMember } from '../../src/core/staff.ts'
import { itemAt } from '../../src/storage/recordset.ts'
import { answerOnPage, pageOf } from '../support/answering.ts'
import { bizratingsClient, ticketBody } from '../support/bizratings.ts'
import { closedMail } from '../support/closed-mail.ts'
import { customerSureClient } from '../support/customersure.ts'
import { asContact } from '../support/customers.ts'
import { earshotClient, projectFields } from '../support/earshot.ts'
import { askedHash, rate, read } from '../support/rated-case.ts'
import { enableTexts, textTemplate } from '../support/text-messages.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

const MARK = 'Zebra'
const EMAIL = `Jane.${MARK}@client.example`
const NUMBER = 4711

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('after the erasure no row of any table holds a trace of the person, and all of the others is as it was', async () => {
  const account = await lived()
  const jo = await othersRows(account)
  assert.ok((await tracesIn(account)).length > 8, 'there was something to delete')
  const found = await countPerson(account.ctx, EMAIL.toUpperCase())
  assert.deepEqual(found, { contacts: 1, invitations: 6, responses: 4, full_removal: false })
  const erasure = await requestErasure(account.ctx, ` ${EMAIL.toUpperCase()} `)
  await workAll()
  assert.deepEqual(await tracesIn(account), [])
  const { finished_at, ...done } = await getErasure(account.ctx, erasure.id)
  assert.deepEqual(done, { id: erasure.id, reason: 'request', full_removal: false, contacts: 1, invitations: 6, responses: 4, requested_at: world.clock.now() })
  assert.deepEqual(finished_at, world.clock.now())
  assert.equal(await othersRows(account), jo)
})

test('all figures are the same, through each API, and its lists show the scores without a name', async () => {
  const account = await lived()
  const figures = await figuresOf(account)
  const listed = async () => (await customerSureClient(world, account.api_key).get('/feedback_responses')).json<{ id: number, answers: unknown[], fields: object, reference: string | null, feedback_request: Record<string, unknown> }[]>()
  const named = (await listed()).find(({ reference }) => reference === 'R-1')
  await erase(account)
  assert.deepEqual(await figuresOf(account), figures)
  while (await foldRecordChanges(world.ground) > 0);
  assert.deepEqual(await figuresOf(account), figures)

  const rows = (await bizratingsClient(world, account.api_key).get('/api/v1.3/tickets/responses')).json<Record<string, unknown>[]>()
  const [ticket] = rows.filter(({ SRServiceRecID, Score }) => SRServiceRecID === NUMBER && Score === 9)
  assert.deepEqual([ticket?.Score, ticket?.ContactName, ticket?.ContactEmail, ticket?.Comment, ticket?.TicketTitle, ticket?.ResponderIP, ticket?.UserAgent, ticket?.ContactRecID], [9, null, null, null, null, null, null, null])
  assert.deepEqual([ticket?.CompanyName, ticket?.AssignedResources, ticket?.BoardName], ['Acme Corporation', 'jdoe,mlee', 'Networking'])
  const [project] = (await bizratingsClient(world, account.api_key).get('/api/v1.2/tickets/projectresponses')).json()
  assert.deepEqual([project.ProjectName, project.ContactName, project.Score], ['New office network', null, 8])
  assert.equal((await bizratingsClient(world, account.api_key).get(`/api/tickets/${NUMBER}`)).json().Score, 10)

  const asked = (await listed()).find(({ id }) => id === named?.id)
  assert.deepEqual(asked?.answers.length, 1, 'the text is gone, the rating is not')
  assert.deepEqual(asked?.fields, { email: null, name: null, telephone_number: null, company_name: 'Acme Corporation' })
  assert.equal(asked?.reference, null)
  const { email, first_name, surname, reference, machine_id, deletion_requested_at, state } = asked?.feedback_request ?? {}
  assert.deepEqual([email, first_name, surname, reference, machine_id, state], [null, null, null, null, null, 'sent'])
  assert.match(String(deletion_requested_at), /^2026-.*Z$/)

  const { data: [recent] } = (await read(world, account, `/api/v1/cases/ratings/recent?case_id=${(await caseOf(account, NUMBER)).id}`)).json()
  assert.deepEqual([recent.score, recent.comment], ['GOOD', null])
  assert.deepEqual([(await caseOf(account, NUMBER)).requester, (await caseOf(account, NUMBER)).subject], [null, null])
})

test('nothing of the person is found any more by words, names or addresses', async () => {
  const account = await lived()
  const biz = bizratingsClient(world, account.api_key)
  const api = customerSureClient(world, account.api_key)
  const searches = [`ContactEmail&keyword=${EMAIL}`, `Keywords&keyword=${MARK}`].map((filter) => `/api/tickets/responses?filterBy=${filter}`)
  const found = async () => [...await Promise.all(searches.map(async (url) => (await biz.get(url)).json().length)), (await api.get(`/feedback_responses?email=${EMAIL}`)).json().length]
  assert.ok((await found()).every((count) => count > 0), String(await found()))
  await erase(account)
  assert.deepEqual(await found(), searches.map(() => 0).concat(0))
})

test('from the request on, before anything is worked off, the person is not asked again and links are closed', async () => {
  const account = await lived()
  const sent_before = await mails(account)
  const waiting = await world.ground.db.selectFrom('invitations').select(['id', 'token']).where('account_id', '=', account.account.id).where('state', '=', 'sent').where('answered_at', 'is', null).where('first_name', '=', MARK).executeTakeFirstOrThrow()
  await requestErasure(account.ctx, EMAIL)
  const refused = (await customerSureClient(world, account.api_key).get('/feedback_requests?state=not_sent')).json()
  const [pending] = refused.filter(({ reminders }: { reminders: unknown[] }) => reminders.length > 0)
  assert.equal(pending.not_sent_reason, 'customer data deleted')
  assert.deepEqual(pending.reminders.map(({ not_sent_reason }: { not_sent_reason: string }) => not_sent_reason), ['customer data deleted'])
  const [response] = (await customerSureClient(world, account.api_key).get(`/feedback_responses?email=${EMAIL}`)).json()
  assert.equal(response.feedback_request.deletion_requested_at, world.clock.now().toISOString().replace('.000Z', 'Z'))
  world.clock.advance({ days: 40 })
  await world.work()
  assert.equal(await mails(account), sent_before)
  const page = await world.app.inject({ url: `/surveys/${waiting.token}` })
  assert.doesNotMatch(page.body, /<form/)
  const submitted = await world.app.inject({ method: 'POST', url: `/surveys/${waiting.token}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'q1=9' })
  assert.equal(submitted.statusCode, 410)
  await workAll()
  assert.deepEqual(await tracesIn(account), [])
})

test('an old closed-ticket mail, opened again, makes no new record of the person', async () => {
  const account = await lived()
  const mail = await closedMail(world, account)
  const facts = { ticket: 'M-1', email: EMAIL, contact: MARK }
  assert.equal((await mail.load(facts)).statusCode, 200)
  await erase(account)
  const invitations = await count(account, 'invitations')
  assert.equal((await world.app.inject({ url: mail.image(facts) })).statusCode, 410)
  assert.equal((await world.app.inject({ url: mail.rating(9, facts) })).statusCode, 410)
  assert.equal(await count(account, 'invitations'), invitations)
  assert.deepEqual(await tracesIn(account), [])
})

test('asking again, also at once, is the same erasure; once it is done there is nothing left to do', async () => {
  const account = await lived()
  const [one, two] = await Promise.all([requestErasure(account.ctx, EMAIL), requestErasure(account.ctx, EMAIL.toLowerCase())])
  assert.equal(one?.id, two?.id)
  await Promise.all([workAll(), workAll()])
  const before_again = await allRows(account)
  const again = await requestErasure(account.ctx, EMAIL)
  assert.notEqual(again.id, one?.id)
  await workAll()
  const { contacts, invitations, responses, finished_at } = await getErasure(account.ctx, again.id)
  assert.deepEqual([contacts, invitations, responses, finished_at], [0, 0, 0, world.clock.now()])
  assert.equal(await allRows(account), before_again)
})

test('it is told as events, which do not name the person', async () => {
  const account = await lived()
  const { id } = await requestErasure(account.ctx, EMAIL)
  await workAll()
  const rows = await world.ground.db.selectFrom('events').select(['type', 'actor', 'detail']).where('account_id', '=', account.account.id).where('subject_id', '=', id).where('type', 'like', 'erasure.%').orderBy('id').execute()
  const actor = account.ctx.actor.kind === 'key' ? `key:${account.ctx.actor.key_id}` : ''
  assert.deepEqual(rows, [
    { type: 'erasure.requested', actor, detail: { reason: 'request', full_removal: false } },
    { type: 'erasure.finished', actor, detail: { reason: 'request', full_removal: false, contacts: 1, invitations: 6, responses: 4 } },
  ])
})

test('what the customer opted out of, and whom the account blocks, stays', async () => {
  const account = await lived()
  const { db } = world.ground
  const account_id = account.account.id
  await db.insertInto('unsubscribes').values({ account_id, address: EMAIL.toLowerCase(), by_customer_at: world.clock.now() }).execute()
  await db.insertInto('blocks').values({ account_id, pattern: EMAIL.toLowerCase(), created_at: world.clock.now() }).execute()
  await erase(account)
  assert.deepEqual((await tracesIn(account)).toSorted(), ['blocks', 'unsubscribes'])
  const again = await customerSureClient(world, account.api_key).post('/feedback_requests', { email: EMAIL, send_at: world.clock.now().toISOString(), survey_id: await surveyOf(account, 'NPS') })
  assert.deepEqual([again.json().state, again.json().not_sent_reason], ['not_sent', 'unsubscribed'])
})

test('with full removal the responses and invitations go, and the figures follow as if they had never been', async () => {
  const account = await lived()
  const without = await figuresOf(await lived({ zebra: false }))
  await changeAccountSettings(account.ctx, { full_removal: true })
  const ctx = { ...account.ctx, account: { ...account.account, full_removal: true } }
  const { id } = await requestErasure(ctx, EMAIL)
  await workAll()
  assert.deepEqual(await tracesIn(account), [])
  const { contacts, invitations, responses, full_removal } = await getErasure(ctx, id)
  assert.deepEqual({ contacts, invitations, responses, full_removal }, { contacts: 1, invitations: 6, responses: 4, full_removal: true })
  assert.deepEqual(await figuresOf(account), without)
  while (await foldRecordChanges(world.ground) > 0);
  assert.deepEqual(await figuresOf(account), without)
  for (const table of ['rating_facts', 'answers', 'response_staff'] as const) {
    const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)} t where account_id = ${account.account.id} and not exists (select from responses r where r.account_id = t.account_id and r.id = t.response_id)`.execute(world.ground.db)
    assert.equal(row?.count, 0, table)
  }
})

test('a text message and its number go too; what a segment counts stays', async () => {
  const account = await world.account()
  await enableTexts(account.ctx)
  await createSegment(account.ctx, { key: 'plan', name: 'Plan' })
  const asked = await customerSureClient(world, account.api_key).post('/feedback_requests', {
    email: EMAIL, send_at: world.clock.now().toISOString(), survey_id: await surveyOf(account, 'NPS'), sms: { number: '+447700900777', text_message_template_id: await textTemplate(account.ctx, `Dear ${MARK}: {{link-to-survey}}`) },
    data: [{ key: 'plan', value: 'gold' }, { key: 'pet', value: MARK }],
  })
  await world.work()
  assert.equal((await listSandboxTexts(account.ctx, { offset: 0, limit: 1 })).total, 1)
  await erase(account)
  assert.equal((await listSandboxTexts(account.ctx, { offset: 0, limit: 1 })).total, 0)
  const traces = (await rowsOf(account.account.id)).filter(({ name, row }) => name !== 'text_message_templates' && /zebra|447700900777/i.test(row))
  assert.deepEqual(traces, [])
  const { data } = (await customerSureClient(world, account.api_key).get(`/feedback_requests/${asked.json().id}`)).json()
  assert.deepEqual(data.map(({ key, value }: { key: string, value: string }) => [key, value]), [['plan', 'gold']])
})

test('a conversation, the visitor who began it and a customer\'s log-in go too, and their ratings still count', async () => {
  const account = await world.account()
  const visitor = { host: `${account.account.subdomain}.example.com`, 'x-fingerprint-id': '00000000-0000-4000-8000-00000000aaaa' }
  const begun = await world.app.inject({ method: 'POST', url: '/api/v1/conversations', headers: visitor, payload: { subject: `${MARK} has a question`, contents: `This is ${MARK}.`, name: MARK, email: EMAIL } })
  const { id, requester } = begun.json().data
  assert.equal((await world.app.inject({ method: 'POST', url: `/api/v1/conversations/${id}/ratings`, headers: visitor, payload: { score: 'GOOD', comment: `Thanks, ${MARK}` } })).statusCode, 201)
  await asContact(world, account, requester.id)
  await erase(account)
  assert.deepEqual(await tracesIn(account), [])
  assert.equal((await world.app.inject({ url: `/api/v1/conversations/${id}`, headers: visitor })).statusCode, 404, 'nobody is recognised')
  const { data: [rating] } = (await read(world, account, `/api/v1/cases/${id}/ratings`)).json()
  assert.deepEqual([rating.score, rating.comment], ['GOOD', null])
})

test('whatever hangs on a response or an invitation is thought of: a new table has to be, too', async () => {
  const { rows } = await sql<{ name: string }>`select conrelid::regclass::text || ' of ' || confrelid::regclass::text as name from pg_constraint
    where contype = 'f' and confrelid in ('responses'::regclass, 'invitations'::regclass, 'contacts'::regclass) order by 1`.execute(world.ground.db)
  const known = ['answers of responses', 'cases of contacts', 'deliveries of invitations', 'fingerprints of contacts', 'held_responses of invitations', 'invitations of contacts', 'rating_facts of responses', 'reminders of invitations', 'response_fields of responses', 'response_segments of responses', 'response_staff of responses', 'responses of contacts', 'responses of invitations', 'revisions of responses', 'users of contacts']
  assert.deepEqual(rows.map(({ name }) => name), known)
})

test('a message that is on its way is waited for, and what the mail server said of it goes too', async () => {
  const account = await world.account()
  await customerSureClient(world, account.api_key).post('/feedback_requests', { email: EMAIL, send_at: world.clock.now().toISOString(), survey_id: await surveyOf(account, 'NPS') })
  const { messages: [message] } = await claimDue(world.ground, { limit: 10, host: 'earshot.test' })
  assert.ok(message)
  const { id } = await requestErasure(account.ctx, EMAIL)
  await workAll()
  assert.equal((await getErasure(account.ctx, id)).finished_at, null)
  await recordOutcome(world.ground, message, { kind: 'sent', detail: `250 queued for <${EMAIL}>` })
  await workAll()
  assert.notEqual((await getErasure(account.ctx, id)).finished_at, null)
  assert.deepEqual(await tracesIn(account), [])
})

test('a message whose worker died is waited for ten minutes', async () => {
  const account = await world.account()
  await customerSureClient(world, account.api_key).post('/feedback_requests', { email: EMAIL, send_at: world.clock.now().toISOString(), survey_id: await surveyOf(account, 'NPS') })
  await claimDue(world.ground, { limit: 10, host: 'earshot.test' })
  const { id } = await requestErasure(account.ctx, EMAIL)
  for (const [minutes, is_done] of [[9, false], [2, true]] as const) {
    world.clock.advance({ minutes })
    await workAll()
    assert.equal((await getErasure(account.ctx, id)).finished_at !== null, is_done)
  }
})

test('what a provider tells of a message after the erasure brings no words back', async () => {
  const account = await world.account()
  const survey_id = await surveyOf(account, 'NPS')
  const template = account.account.default_email_template_id
  await changeAccountSettings(account.ctx, { throttle_days: 0 })
  const send_at = world.clock.now().toISOString()
  const begin = async () => (await claimDue(world.ground, { limit: 10, host: 'earshot.test' })).messages
  const ask = (reminders: object[]) => customerSureClient(world, account.api_key).post('/feedback_requests', { email: EMAIL, send_at, survey_id, reminders })
  await ask([{ send_at: new Date(world.clock.now().getTime() + 3_600_000).toISOString(), email_template_id: template }])
  const messages = await begin()
  await recordOutcome(world.ground, itemAt(messages, 0), { kind: 'sent', detail: null })
  await ask([])
  messages.push(...await begin())
  world.clock.advance({ hours: 1 })
  messages.push(...await begin())
  world.clock.advance({ minutes: 11 })
  await erase(account)
  const said = `550 nobody here is called ${EMAIL}`
  const reminder = messages.find(({ reminder_id }) => reminder_id !== null)
  for (const message of messages) if (message !== reminder) await recordOutcome(world.ground, message, { kind: 'permanent_failure', detail: said })
  for (const message of messages) await recordReceipt(world.ground, message, { kind: 'bounced', detail: said, is_opt_out: true })
  assert.deepEqual(await tracesIn(account), [])
  const bounced = await world.ground.db.selectFrom('deliveries').select('reminder_id').where('account_id', '=', account.account.id).where('bounced_at', 'is not', null).execute()
  assert.ok(reminder && bounced.some(({ reminder_id }) => reminder_id === reminder.reminder_id) && bounced.some(({ reminder_id }) => reminder_id === null), 'that they did not arrive is known')
})

test('many invitations are erased piece by piece, each in its own transaction', async () => {
  const account = await world.account()
  await changeAccountSettings(account.ctx, { throttle_days: 0 })
  const survey_id = await surveyOf(account, 'NPS')
  const api = customerSureClient(world, account.api_key)
  await Promise.all(Array.from({ length: 230 }, () => api.post('/feedback_requests', { email: EMAIL, send_at: '2027-01-01T00:00:00Z', survey_id, surname: MARK })))
  const { id } = await requestErasure(account.ctx, EMAIL)
  assert.equal(await workErasures(world.ground, world.config.secret), 200)
  assert.deepEqual([(await getErasure(account.ctx, id)).invitations, (await getErasure(account.ctx, id)).finished_at], [200, null])
  await workAll()
  assert.deepEqual([(await getErasure(account.ctx, id)).invitations, await tracesIn(account)], [230, []])
})

test('answers and requests that come in at the same moment leave no trace either, or came in after it', async () => {
  const account = await world.account()
  await changeAccountSettings(account.ctx, { throttle_days: 0 })
  const survey_id = await surveyOf(account, 'NPS')
  const api = customerSureClient(world, account.api_key)
  const ask = async (surname: string) => api.post('/feedback_requests', { email: EMAIL, send_at: world.clock.now().toISOString(), survey_id, surname, external_link: true })
  const links = await Promise.all(Array.from({ length: 12 }, async () => new URL((await ask(MARK)).json().link).pathname))
  const answers = links.map((path, index) => answerOnPage(world, path, { score: index % 11, comment: MARK }).catch((error: unknown) => error))
  await Promise.all([...answers, requestErasure(account.ctx, EMAIL), ask(MARK), ask(MARK), workAll(), requestErasure(account.ctx, EMAIL)])
  await workAll()
  await erase(account)
  assert.deepEqual(await tracesIn(account), [])
  const open = await world.ground.db.selectFrom('erasures').select('id').where('account_id', '=', account.account.id).where('finished_at', 'is', null).execute()
  const marked = await world.ground.db.selectFrom('invitations').select('id').where('account_id', '=', account.account.id).where('erasure_id', 'is not', null).execute()
  assert.deepEqual([open, marked], [[], []])
})

test('a bad address is refused, and so is a key of one site', async () => {
  const { ctx } = await world.account()
  for (const email of ['', 'jane', 'jane@', `${'x'.repeat(300)}@client.example`]) await assert.rejects(requestErasure(ctx, email), Invalid)
  await assert.rejects(requestErasure({ ...ctx, actor: { kind: 'key', key_id: 1, site_id: ctx.account.default_site_id } }, EMAIL), Forbidden)
})

test('another account\'s customer of the same address stays', async () => {
  const [mine, theirs] = [await lived(), await lived()]
  const before_all = await allRows(theirs)
  await erase(mine)
  assert.equal(await allRows(theirs), before_all)
})

test('retention erases who was not heard of for so many months of the account\'s calendar, and nobody while it is off', async () => {
  world.clock.set('2026-03-16T10:00:00Z')
  const [account, other] = [await lived(), await lived()]
  const figures = await figuresOf(account)
  world.clock.set('2026-09-16T12:00:00Z')
  assert.equal(await eraseIdlePersons(world.ground), 0)
  await changeAccountSettings(account.ctx, { retention_months: 6, time_zone: 'Pacific/Auckland' })
  await changeAccountSettings(other.ctx, { retention_months: 600 })
  world.clock.set('2026-09-16T11:59:00Z')
  assert.equal(await eraseIdlePersons(world.ground), 0, 'six months ago it is the 16th of March there, on which both were heard of')
  world.clock.set('2026-09-16T12:00:00Z')
  assert.equal(await eraseIdlePersons(world.ground), 1, 'now it is the 17th; but one of them was to be asked ten days later')
  await workAll()
  assert.ok((await tracesIn(account)).length > 0)
  assert.doesNotMatch(await allRows(account), /jo@other\.example/)
  world.clock.set('2026-12-01T12:00:00Z')
  assert.equal(await eraseIdlePersons(world.ground), 1)
  assert.equal(await eraseIdlePersons(world.ground), 0)
  await workAll()
  assert.deepEqual(await tracesIn(account), [])
  assert.ok((await tracesIn(other)).length > 0)
  assert.deepEqual((await figuresOf(account)).scores, figures.scores)
  const [erasure] = await world.ground.db.selectFrom('erasures').select(['reason', 'actor', 'address', 'contacts', 'responses']).where('account_id', '=', account.account.id).orderBy('id').execute()
  assert.deepEqual(erasure, { reason: 'retention', actor: 'system', address: null, contacts: 1, responses: 2 })
})

/** An account whose customer has been through everything, and another customer who has answered too. */
async function lived({ zebra = true } = {}): Promise<TestAccount> {
  const account = await world.account({ time_zone: 'UTC' })
  await changeAccountSettings(account.ctx, { throttle_days: 0 })
  const jo = { contactRecID: 99, contactName: 'Jo Doe', contactEmail: 'jo@other.example' }
  await postAndAnswer(account, ticketBody({ ticketID: 1, ...jo }), 4, 'Slow')
  await postAndAnswer(account, ticketBody({ ticketID: 2, ...jo }), 7, '')
  if (zebra) await liveAsZebra(account)
  return account
}

async function liveAsZebra(account: TestAccount): Promise<void> {
  await postAndAnswer(account, ticketBody({ ticketID: NUMBER, ticketTitle: `${MARK} can't print`, contactName: `Jane ${MARK}`, contactEmail: EMAIL }), 9, `${MARK} is happy`)
  const api = customerSureClient(world, account.api_key)
  const survey_id = await surveyOf(account, 'NPS')
  await createStaffMember(account.ctx, { code: 'luke', name: 'Luke' })
  const data = [{ key: 'staff_code', value: 'luke' }, { key: 'site_code', value: 'main' }, { key: 'name', value: `Jane ${MARK}` }, { key: 'telephone_number', value: `${MARK} 1` }, { key: 'postcode', value: MARK }, { key: 'company_name', value: 'Acme Corporation' }, { key: 'pet', value: MARK }]
  const person = { email: EMAIL, first_name: MARK, surname: MARK, survey_id, data }
  const asked = await api.post('/feedback_requests', { ...person, send_at: world.clock.now().toISOString(), reference: 'R-1', machine_id: `${MARK}-1` })
  assert.equal(asked.statusCode, 201, asked.body)
  await world.work()
  await answerOnPage(world, new URL(asked.json().link).pathname, { score: 10, comment: `I am ${MARK}` })
  const inDays = (days: number): string => new Date(world.clock.now().getTime() + days * 86_400_000).toISOString()
  const reminder = (await api.get('/email_templates')).json().find(({ name }: { name: string }) => name === 'Reminder').id
  const pending = await api.post('/feedback_requests', { ...person, send_at: inDays(10), reference: EMAIL, reminders: [{ email_template_id: reminder, send_at: inDays(20) }] })
  assert.equal(pending.statusCode, 201, pending.body)
  await api.post('/feedback_requests', { ...person, send_at: world.clock.now().toISOString() })
  await world.work()
  const hash = await askedHash(world, account, (await caseOf(account, NUMBER)).id)
  await rate(world, (await caseOf(account, NUMBER)).id, hash, 'BAD', `${MARK} was angry`)
  await rate(world, (await caseOf(account, NUMBER)).id, hash, 'GOOD', `${MARK} is content`)
  const project = await earshotClient(world, account.api_key).post('/v1/projects', projectFields({ contact: { name: `Jane ${MARK}`, email: EMAIL } }))
  await answerOnPage(world, await pageOf(world, account.account.id, project.json().invitation_id), { score: 8, comment: `${MARK} moved` })
  await world.work()
}

async function postAndAnswer(account: TestAccount, body: Record<string, unknown>, score: number, comment: string): Promise<void> {
  const posted = await bizratingsClient(world, account.api_key).post('/api/tickets', body)
  await world.work()
  const answered = await answerOnPage(world, await pageOf(world, account.account.id, posted.json().SurveyRequestID), { score, comment })
  assert.equal(answered.statusCode, 303, answered.body)
}

async function erase(account: TestAccount): Promise<void> {
  await requestErasure(account.ctx, EMAIL)
  await workAll()
}

async function workAll(): Promise<void> {
  while (await workErasures(world.ground, world.config.secret) > 0);
}

async function figuresOf(account: TestAccount) {
  const biz = bizratingsClient(world, account.api_key)
  const api = customerSureClient(world, account.api_key)
  const window = 'from_time=2026-01-01T00:00Z&to_time=2031-01-01T00:00Z'
  return {
    scores: (await biz.get('/api/tickets/responses')).json().map(({ Score }: { Score: number }) => Score),
    summary: { ...(await biz.get('/api/tickets/summary')).json(), CommentCount: 'follows the comments' },
    nps: (await api.get(`/nps?${window}`)).json(), csat: (await api.get(`/csat?${window}`)).json(), rate: (await api.get(`/response_rate?${window}`)).json(),
    ratings: (await read(world, account, '/api/v1/cases')).json().data.map(({ id, rating }: { id: number, rating: string }) => `${id > 0} ${rating}`).filter((line: string) => !line.endsWith('null')).toSorted(),
  }
}

async function surveyOf(account: TestAccount, name: string): Promise<number> {
  return (await customerSureClient(world, account.api_key).get('/surveys')).json().find((survey: { name: string }) => survey.name === name).id
}

async function caseOf(account: TestAccount, number: number): Promise<{ id: number, requester: object | null, subject: string | null }> {
  const { id } = await world.ground.db.selectFrom('cases').select('id').where('account_id', '=', account.account.id).where('number', '=', String(number)).executeTakeFirstOrThrow()
  return (await read(world, account, `/api/v1/cases/${id}`)).json().data
}

async function mails(account: TestAccount): Promise<number> {
  return count(account, 'sandbox_mails')
}

async function count({ account }: TestAccount, table: 'sandbox_mails' | 'invitations'): Promise<number> {
  return (await world.ground.db.selectFrom(table).select('id').where('account_id', '=', account.id).execute()).length
}

/** The tables that hold the mark somewhere, each as often as it does. */
async function tracesIn({ account }: TestAccount): Promise<string[]> {
  const rows = await rowsOf(account.id)
  return rows.filter(({ row }) => row.toLowerCase().includes(MARK.toLowerCase())).map(({ name }) => name)
}

async function allRows({ account }: TestAccount): Promise<string> {
  return (await rowsOf(account.id)).filter(({ name }) => !['erasures', 'events', 'api_keys'].includes(name)).map(({ name, row }) => `${name} ${row}`).toSorted().join('\n')
}

/** What is there of the other customer. */
async function othersRows(account: TestAccount): Promise<string> {
  const { ids } = (await sql<{ ids: string }>`select string_agg(id::text, ',' order by id) as ids from invitations where account_id = ${account.account.id} and email = 'jo@other.example'`.execute(world.ground.db)).rows[0] ?? { ids: '' }
  const { rows } = await sql<{ row: string }>`
    select t::text as row from invitations t where account_id = ${account.account.id} and email = 'jo@other.example'
    union all select t::text from responses t where account_id = ${account.account.id} and email = 'jo@other.example'
    union all select t::text from contacts t where account_id = ${account.account.id} and email = 'jo@other.example'
    union all select t::text from cases t where account_id = ${account.account.id} and number in ('1', '2') order by 1`.execute(world.ground.db)
  return [ids, ...rows.map(({ row }) => row)].join('\n')
}

async function rowsOf(account_id: number): Promise<{ name: string, row: string }[]> {
  const tables = await sql<{ name: string }>`select table_name as name from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and column_name = 'account_id' and table_type = 'BASE TABLE' order by 1`.execute(world.ground.db)
  const { rows } = await sql<{ name: string, row: string }>`${sql.join(tables.rows.map(({ name }) => sql`select ${name}::text as name, t::text as row from ${sql.table(name)} t where account_id = ${account_id}`), sql` union all `)}`.execute(world.ground.db)
  return rows
}
