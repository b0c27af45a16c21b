// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { answerOnPage } from '../support/answering.ts'
import { bizratingsClient, ticketBody } from '../support/bizratings.ts'
import { closedMail, MAIL_FIELDS } from '../support/closed-mail.ts'
import { untilLimited } from '../support/visits.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'
import { setBoardSurvey } from '../../src/core/board-surveys.ts'
import { revokeSnippetKey } from '../../src/core/snippet-keys.ts'
import { createStaffMember } from '../../src/core/staff.ts'
import { getSurveyFor, withQuestions } from '../../src/core/surveys.ts'

let world: World
let acme: TestAccount
before(async () => void (world = await openWorld()))
after(() => world?.close())
beforeEach(async () => {
  acme = await world.account({ name: 'Acme & Sons' })
  await world.ground.db.deleteFrom('rate_limits').execute()
})

function get(url: string) {
  return world.app.inject({ url })
}

function post(url: string, payload = '') {
  return world.app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'A browser' } })
}

function records() {
  return world.ground.db.selectFrom('invitations').selectAll().where('account_id', '=', acme.account.id).orderBy('id').execute()
}

async function record(ticketno: string | number) {
  return (await bizratingsClient(world, acme.api_key).get(`/api/v1.3/tickets/${ticketno}`)).json()
}

function checkedScore(page: string): string | undefined {
  return /value="(\d+)"[^>]* checked/.exec(page)?.[1]
}

function actionOf(page: string): string {
  return /<form method="post" action="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#39;', '\'') ?? ''
}

test('a rating link shows the survey with its score selected, and stores nothing', async () => {
  const { rating } = await closedMail(world, acme)
  const page = await get(rating(7))
  assert.deepEqual([page.statusCode, page.headers['cache-control'], page.headers['x-robots-tag'], String(page.headers['set-cookie']).replace(/=[\w-]{22};/, '=…;').replace(/ep_[\w-]+/, 'KEY')], [200, 'no-store', 'noindex, nofollow', 'earshot_page=…; Path=/rate/KEY; Max-Age=2592000; HttpOnly; SameSite=Lax'])
  assert.equal(checkedScore(page.body), '7')
  assert.match(page.body, /7 is selected, as in your e-mail/)
  assert.match(page.body, /About: Unable to access shared drive/)
  assert.match(page.body, /Acme &amp; Sons/)
  assert.equal((await world.app.inject({ method: 'HEAD', url: rating(7) })).statusCode, 200)
  assert.deepEqual(await records(), [])
})

test('a score that is on no scale selects nothing', async () => {
  const { rating } = await closedMail(world, acme)
  for (const score of ['0', '11', 'x', '-1', '1e1', '%00', '<b>', '99999999']) {
    const page = await get(rating(score))
    assert.deepEqual([page.statusCode, checkedScore(page.body)], [200, undefined], score)
    assert.doesNotMatch(page.body, /<b>/)
  }
})

test('a score of the account\'s scale selects nothing in a board\'s survey that has another one, or asks something else', async () => {
  const { rating } = await closedMail(world, acme)
  const ask = async (purpose: 'good_or_bad' | 'nps' | 'five_questions') => setBoardSurvey(acme.ctx, { kind: 'ticket', name: 'Networking', survey_id: (await getSurveyFor(acme.ctx, purpose)).id })
  await ask('good_or_bad')
  const page = await get(rating(2))
  assert.match(page.body, /Good/)
  assert.deepEqual([page.statusCode, checkedScore(page.body), page.body.includes('as in your e-mail')], [200, undefined, false])
  await ask('nps')
  assert.equal(checkedScore((await get(rating(7))).body), undefined)
  await ask('five_questions')
  assert.equal(checkedScore((await get(rating(7))).body), '7')
  const five = await getSurveyFor(acme.ctx, 'five_questions')
  const [headline] = (await withQuestions(world.ground.db, [five])).flatMap(({ questions }) => questions)
  const setMetric = (metric: 'csat' | 'none') => world.ground.db.updateTable('questions').set({ metric }).where('account_id', '=', acme.account.id).where('id', '=', headline?.id ?? 0).execute()
  await setMetric('none')
  assert.equal(checkedScore((await get(rating(7))).body), undefined)
  await setMetric('csat')
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', acme.account.id).where('purpose', '=', 'ticket').execute()
  assert.equal(checkedScore((await get(rating(7))).body), undefined)
})

test('sending the form makes the record and its answer where the image was blocked', async () => {
  const { rating, public_key, load } = await closedMail(world, acme)
  const answer = await answerOnPage(world, rating(7), { score: 8, comment: 'Quick & kind', headers: { 'user-agent': 'A browser' } })
  assert.deepEqual([answer.statusCode, answer.headers.location], [303, `/rate/${public_key}/thanks`])
  const now = world.clock.now().toISOString()
  assert.partialDeepStrictEqual(await record(100123), { Score: 8, Comment: 'Quick & kind', SurveyCompleted: true, SentOn: now, RespondedOn: now, TicketClosedOn: null, UserAgent: 'A browser', ResponderIP: '127.0.0.1' })
  await load()
  assert.equal((await records()).length, 1)
  const thanks = await get(`/rate/${public_key}/thanks`)
  assert.equal(thanks.statusCode, 200)
  assert.match(thanks.body, /Acme &amp; Sons[\s\S]*Thank you/)
})

test('the answer belongs to the record that the image made', async () => {
  const { rating, load } = await closedMail(world, acme)
  await load()
  const sent_on = world.clock.now().toISOString()
  world.clock.advance({ hours: 2 })
  await answerOnPage(world, rating(9), { score: 9 })
  assert.partialDeepStrictEqual(await record(100123), { Score: 9, SentOn: sent_on, RespondedOn: world.clock.now().toISOString() })
  assert.equal((await records()).length, 1)
})

test('raw texts in the address come through the form unharmed', async () => {
  const { rating } = await closedMail(world, acme)
  const page = await get(rating(9, 'ticket=7&email=jo+x@client.example&company=Smith%20&%20Sons&title=Printer%20&%20scanner%20"50%"%20<b>'))
  assert.match(page.body, /About: Printer &amp; scanner &quot;50%&quot; &lt;b&gt;/)
  const name = /type="radio" name="([^"]+)"/.exec(page.body)?.[1]
  assert.equal((await post(actionOf(page.body), `${name}=9`)).statusCode, 303)
  assert.partialDeepStrictEqual(await record(7), { TicketTitle: 'Printer & scanner "50%" <b>', CompanyName: 'Smith & Sons', ContactEmail: 'jo+x@client.example', Score: 9 })
})

test('the page shows nothing that is stored of the ticket, nor the record\'s own link', async () => {
  const { rating } = await closedMail(world, acme)
  await bizratingsClient(world, acme.api_key).post('/api/tickets', ticketBody({ ticketTitle: 'Confidential matter', companyName: 'Hidden Ltd', contactName: 'Hidden Person', boardName: 'Hidden board' }))
  const page = await get(rating(9, 'ticket=100123&email=jane.smith@acme.example'))
  assert.equal(page.statusCode, 200)
  assert.doesNotMatch(page.body, /Confidential|Hidden/)
  const [made] = await records()
  assert.ok(made && !page.body.includes(made.token))
})

test('what is missing or wrong is asked for again, and then nothing is stored', async () => {
  const { rating } = await closedMail(world, acme)
  const name = /type="radio" name="([^"]+)"/.exec((await get(rating(9))).body)?.[1]
  for (const form of ['', `${name}=11`, 'q999999=9']) {
    const answer = await post(rating(9), form)
    assert.equal(answer.statusCode, 422)
    assert.match(answer.body, /role="alert"/)
    assert.equal(checkedScore(answer.body), undefined)
    assert.equal(actionOf(answer.body).split('?')[0], rating(9).split('?')[0])
  }
  assert.deepEqual(await records(), [])
  assert.equal((await world.app.inject({ method: 'POST', url: rating(9), payload: { score: 9 } })).statusCode, 415)
  assert.equal((await post(rating(9), `${name}=9&x=${'x'.repeat(300_000)}`)).statusCode, 413)
})

test('who answered already is told so; the second answer is kept beside the first', async () => {
  const { rating } = await closedMail(world, acme)
  const form = `${/type="radio" name="([^"]+)"/.exec((await get(rating(9))).body)?.[1]}=9`
  const answers = await Promise.all([post(rating(9), form), post(rating(8), form)])
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [303, 409])
  assert.match(answers.find(({ statusCode }) => statusCode === 409)?.body ?? '', /Already answered/)
  const again = await get(rating(3))
  assert.equal(again.statusCode, 200)
  assert.match(again.body, /Already answered/)
  assert.match(again.body, /Acme &amp; Sons/)
  const revisions = await world.ground.db.selectFrom('revisions').select('rejected_reason').where('account_id', '=', acme.account.id).execute()
  assert.deepEqual(revisions, [{ rejected_reason: 'already answered' }])
  assert.equal((await get(rating(9, { ...MAIL_FIELDS, email: 'other@acme.example', contactid: '1' }))).body.includes('Already answered'), false)
})

test('a link whose time is over, or whose survey is archived, takes no answer', async () => {
  const { rating, load } = await closedMail(world, acme)
  await load()
  const form = `${/type="radio" name="([^"]+)"/.exec((await get(rating(9))).body)?.[1]}=9`
  world.clock.advance({ days: 181 })
  for (const answer of [await get(rating(9)), await post(rating(9), form)]) {
    assert.equal(answer.statusCode, 410)
    assert.match(answer.body, /This survey is closed/)
  }
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('account_id', '=', acme.account.id).execute()
  const { ticket: _, ...fields } = MAIL_FIELDS
  for (const ticket of ['100123', '2']) assert.equal((await get(rating(9, { ...fields, ticket }))).statusCode, 410)
  assert.equal((await post(rating(9, { ...fields, ticket: '2' }), form)).statusCode, 410)
})

test('an unknown key, a revoked one and a link that says too little lead to a page that says so', async () => {
  const { rating, public_key, id } = await closedMail(world, acme)
  for (const answer of [await get(rating(9, 'ticket=7')), await post(rating(9, 'ticket=$FAULTID&email=jo@client.example'), 'q1=9')]) {
    assert.equal(answer.statusCode, 400)
    assert.match(answer.body, /This link does not work/)
  }
  const unknown = rating(9).replace(public_key, `ep_${'A'.repeat(22)}`)
  await revokeSnippetKey(acme.ctx, id)
  for (const url of [unknown, rating(9), `/rate/${public_key}/thanks`]) {
    const answer = await get(url)
    assert.equal(answer.statusCode, 404)
    assert.match(answer.body, /We could not find this survey/)
    assert.doesNotMatch(answer.body, /Acme/)
  }
  assert.equal((await post(rating(9), 'q1=9')).statusCode, 404)
  assert.deepEqual(await records(), [])
})

test('too many visits from one address, and too many records of one key, are held off', async () => {
  const { rating, id } = await closedMail(world, acme)
  const form = `${/type="radio" name="([^"]+)"/.exec((await get(rating(9))).body)?.[1]}=9`
  await world.ground.db.insertInto('rate_limits').values({ bucket: `template answer ${acme.account.id}.${id}`, window_start: new Date(world.clock.now().getTime() - world.clock.now().getTime() % 3_600_000), hits: 3000 }).execute()
  const text = /<textarea[^>]* name="([^"]+)"/.exec((await get(rating(9))).body)?.[1]
  const full = await post(rating(3), `${form}&${text}=Half+an+hour's+<work>`)
  assert.deepEqual([full.statusCode, Number(full.headers['retry-after']) > 600, checkedScore(full.body), actionOf(full.body).split('?')[0]], [429, true, '9', rating(3).split('?')[0]])
  assert.match(full.body, /role="alert"[\s\S]*Not sent yet[\s\S]*press Send again[\s\S]*<form/)
  assert.match(full.body, /Half an hour&#39;s &lt;work&gt;<\/textarea>/)
  assert.doesNotMatch(full.body, /Please check|as in your e-mail/)
  await world.ground.db.updateTable('rate_limits').set({ hits: 0 }).where('bucket', 'like', 'template answer %.%').execute()
  await world.ground.db.insertInto('rate_limits').values({ bucket: 'template answer of 127.0.0.1', window_start: new Date(world.clock.now().getTime() - world.clock.now().getTime() % 600_000), hits: 60 })
    .onConflict((conflict) => conflict.columns(['bucket', 'window_start']).doUpdateSet({ hits: 60 })).execute()
  assert.equal((await post(rating(9), form)).statusCode, 429)
  await world.ground.db.updateTable('rate_limits').set({ hits: 600 }).where('bucket', 'like', 'survey visit%').execute()
  const limited = await untilLimited(() => get(rating(9)))
  assert.match(limited.body, /Just a moment/)
  assert.deepEqual(await records(), [])
  world.clock.advance({ minutes: 1 })
})

test('a question about each technician is about those of the link who are known, and calls them as the link does', async () => {
  const { db } = world.ground
  await db.updateTable('surveys').set({ purpose: 'other' }).where('account_id', '=', acme.account.id).where('purpose', '=', 'ticket').execute()
  await db.updateTable('surveys').set({ purpose: 'ticket' }).where('account_id', '=', acme.account.id).where('purpose', '=', 'employee').execute()
  await createStaffMember(acme.ctx, { code: 'mlee', name: 'Max Lee' })
  await createStaffMember(acme.ctx, { code: 'else', name: 'Someone Else' })
  const { rating } = await closedMail(world, acme)
  const page = await get(rating(9))
  assert.deepEqual([...page.body.matchAll(/class="who"><bdi>([^<]+)/g)].map((match) => match[1]), ['mlee'])
  assert.doesNotMatch(page.body, /Max Lee/)
  const faulty = await post(rating(9))
  assert.match(faulty.body, /<bdi>mlee<\/bdi>: /)
  assert.doesNotMatch(faulty.body, /Max Lee/)
  assert.equal((await answerOnPage(world, rating(9), { score: 9 })).statusCode, 303)
  assert.equal((await record(100123)).AssignedResources, 'jdoe,mlee')
})
