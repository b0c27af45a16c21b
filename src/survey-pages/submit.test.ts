// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { QuestionDraft } from '../core/surveys.ts'
import { makeSurveyLink, type LinkOptions, type SurveyLink } from '../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount

before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world?.close())

interface AskedLink extends SurveyLink { ids: number[] }

/** A link, and the ids of its questions in order. */
async function makeLink(options: LinkOptions): Promise<AskedLink> {
  const link = await makeSurveyLink(acme.ctx, options)
  const rows = await world.ground.db.selectFrom('survey_questions').select('question_id').where('survey_id', '=', link.survey.id).orderBy('position').execute()
  return { ...link, ids: rows.map((row) => row.question_id) }
}

type Fields = [string, string][]

function post(token: string, fields: Fields, headers: Record<string, string> = {}) {
  return world.app.inject({ method: 'POST', url: `/surveys/${token}`, payload: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en', ...headers } })
}

async function storedAnswers(invitation_id: number) {
  const response = await world.ground.db.selectFrom('responses').selectAll().where('invitation_id', '=', invitation_id).executeTakeFirst()
  const answers = await world.ground.db.selectFrom('answers').select(['question_id', 'staff_id', 'value', 'text', 'choices']).where('response_id', '=', response?.id ?? 0).orderBy('id').execute()
  return { response, answers }
}

const EVERY_TYPE: QuestionDraft[] = [
  { type: 'rating', text: 'How was it?', scale: { min: 1, max: 5 }, metric: 'csat', required: true },
  { type: 'text', text: 'Why?', required: true },
  { type: 'dropdown', text: 'Where?', options: ['Here', 'There'], required: true },
  { type: 'radio', text: 'When?', options: ['Now', 'Then'], required: true },
  { type: 'checkbox', text: 'Who?', options: ['You', 'Me', 'They'], required: true },
]

test('the answers of every type of question are stored, and the browser is led to a page that says thank you', async () => {
  const { token, invitation_id, ids } = await makeLink({ questions: EVERY_TYPE })
  const [rating, text, dropdown, radio, checkbox] = ids
  const reply = await post(token, [[`q${rating}`, '4'], [`q${text}`, ' Because\r\nit was. '], [`q${dropdown}`, 'There'], [`q${radio}`, 'Now'], [`q${checkbox}`, 'They'], [`q${checkbox}`, 'You']], { 'user-agent': 'A browser' })
  assert.equal(reply.statusCode, 303)
  assert.equal(reply.headers.location, `/surveys/${token}/thanks`)
  const { response, answers } = await storedAnswers(invitation_id)
  assert.deepEqual(answers, [
    { question_id: rating, staff_id: null, value: 4, text: null, choices: null },
    { question_id: text, staff_id: null, value: null, text: 'Because\nit was.', choices: null },
    { question_id: dropdown, staff_id: null, value: null, text: null, choices: ['There'] },
    { question_id: radio, staff_id: null, value: null, text: null, choices: ['Now'] },
    { question_id: checkbox, staff_id: null, value: null, text: null, choices: ['You', 'They'] },
  ])
  assert.deepEqual([response?.score_value, response?.comment, response?.user_agent, response?.responder_ip], [4, 'Because\nit was.', 'A browser', '127.0.0.1'])

  const thanks = await world.app.inject({ url: `/surveys/${token}/thanks` })
  assert.equal(thanks.statusCode, 200)
  assert.match(thanks.body, /Thank you/)
  assert.match(thanks.body, /Acme/)
})

test('a text that is a number stays a text', async () => {
  const { token, invitation_id, ids } = await makeLink({ questions: [{ type: 'text', text: 'How many?' }, { type: 'radio', text: 'Which?', options: ['7', '8'] }] })
  await post(token, [[`q${ids[0]}`, '12'], [`q${ids[1]}`, '7']])
  const { answers } = await storedAnswers(invitation_id)
  assert.deepEqual(answers.map((answer) => [answer.value, answer.text, answer.choices]), [[null, '12', null], [null, null, ['7']]])
})

test('each staff member gets the score that was given for them', async () => {
  const { token, invitation_id, ids, staff_ids } = await makeLink({ purpose: 'employee', staff: ['Ann', 'Bo'] })
  const reply = await post(token, [[`q${ids[0]}.${staff_ids[0]}`, '9'], [`q${ids[0]}.${staff_ids[1]}`, '2'], [`q${ids[1]}`, '']])
  assert.equal(reply.statusCode, 303)
  const { answers } = await storedAnswers(invitation_id)
  assert.deepEqual(answers.map(({ staff_id, value }) => [staff_id, value]), [[staff_ids[0], 9], [staff_ids[1], 2]])
})

test('what is missing is asked for again, with a summary and a sentence at each question, and nothing that was given is lost', async () => {
  const { token, invitation_id, ids } = await makeLink({ questions: EVERY_TYPE })
  const [rating, text, dropdown, radio, checkbox] = ids
  const reply = await post(token, [[`q${text}`, '</textarea><b>mine'], [`q${checkbox}`, 'Me'], [`q${dropdown}`, '']])
  assert.equal(reply.statusCode, 422)
  assert.match(reply.body, /<title>Please check: /)
  assert.match(reply.body, /role="alert" tabindex="-1" autofocus/)
  assert.deepEqual([...reply.body.matchAll(/<li><a href="#([^"]+)">/g)].map((match) => match[1]), [`q${rating}`, `q${dropdown}`, `q${radio}`])
  for (const id of [rating, dropdown, radio]) {
    assert.ok(reply.body.includes(`id="q${id}"`))
    assert.ok(reply.body.includes(`id="q${id}-fault">Please answer this question.`))
  }
  assert.ok(reply.body.includes('\n&lt;/textarea&gt;&lt;b&gt;mine</textarea>'))
  assert.match(reply.body, /value="Me"[^>]* checked/)
  assert.equal((await storedAnswers(invitation_id)).response, undefined)
})

test('a form with nothing in it, nothing that we asked, or too much of it is asked again', async () => {
  const { token, invitation_id, ids } = await makeLink({ purpose: 'nps' })
  const [rating, text] = ids
  const refused: Fields[] = [
    [], [['score', '9']], [[`q${rating}`, '']], [[`q${rating}`, '11']], [[`q${rating}`, '-1']], [[`q${rating}`, '9.5']], [[`q${rating}`, 'nine']], [[`q${rating}`, '99999999999999']],
    [[`q${rating}`, '9'], [`q${text}`, 'x'.repeat(10_001)]], [[`q${rating}`, '9'], ['q999999', '9']], [[`q${rating}.1`, '9']], [['q0', '9']], [['__proto__', '9']], [[`q${rating}`, '9'], [`q${text}.5`, 'x']],
  ]
  for (const fields of refused) {
    const reply = await post(token, fields)
    assert.equal(reply.statusCode, 422, JSON.stringify(fields).slice(0, 100))
  }
  assert.equal((await storedAnswers(invitation_id)).response, undefined)
  const last = await post(token, [[`q${rating}`, '9'], [`q${text}`, 'x'.repeat(10_000)], ['utm_source', 'mail']])
  assert.equal(last.statusCode, 303)
})

test('a choice that is none of the options is refused', async () => {
  const { token, ids } = await makeLink({ questions: [{ type: 'dropdown', text: 'Which?', options: ['a', 'b'] }] })
  const reply = await post(token, [[`q${ids[0]}`, 'c']])
  assert.equal(reply.statusCode, 422)
  assert.match(reply.body, /Please choose one of the given answers/)
})

test('control characters do no harm', async () => {
  const { token, invitation_id, ids } = await makeLink({ purpose: 'ticket' })
  const reply = await world.app.inject({
    method: 'POST', url: `/surveys/${token}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `q${ids[0]}=5&q${ids[1]}=a%00b%1F%F0%9F%98%80`,
  })
  assert.equal(reply.statusCode, 303)
  assert.match((await storedAnswers(invitation_id)).response?.comment ?? '', /^ab.?😀$/u)
})

test('a second answer is refused kindly, kept aside, and changes nothing', async () => {
  const { token, invitation_id, ids } = await makeLink({ purpose: 'ticket' })
  await post(token, [[`q${ids[0]}`, '8']])
  const again = await post(token, [[`q${ids[0]}`, '1']])
  assert.equal(again.statusCode, 409)
  assert.match(again.body, /Already answered/)
  const { response } = await storedAnswers(invitation_id)
  assert.equal(response?.score_value, 8)
  const kept = await world.ground.db.selectFrom('revisions').select('rejected_reason').where('response_id', '=', response?.id ?? 0).execute()
  assert.deepEqual(kept, [{ rejected_reason: 'already answered' }])

  const shown = await world.app.inject({ url: `/surveys/${token}` })
  assert.equal(shown.statusCode, 200)
  assert.match(shown.body, /Already answered/)
  assert.doesNotMatch(shown.body, /<form/)
})

test('of two that send at once, one is taken', async () => {
  const { token, invitation_id, ids } = await makeLink({ purpose: 'ticket' })
  const replies = await Promise.all(['3', '4', '5', '6'].map((score) => post(token, [[`q${ids[0]}`, score]])))
  assert.deepEqual(replies.map((reply) => reply.statusCode).sort(), [303, 409, 409, 409])
  const rows = await world.ground.db.selectFrom('responses').select('id').where('invitation_id', '=', invitation_id).execute()
  assert.equal(rows.length, 1)
})

test('an answer that comes too late is refused, and so is one to a link that does not exist', async () => {
  const { token, invitation_id, ids } = await makeLink({ purpose: 'ticket' })
  const now = world.clock.now()
  world.clock.advance({ days: 181 })
  const late = await post(token, [[`q${ids[0]}`, '8']])
  world.clock.set(now)
  assert.equal(late.statusCode, 410)
  assert.match(late.body, /This survey is closed/)
  assert.equal((await storedAnswers(invitation_id)).response, undefined)
  const unknown = await post('AAAAAAAAAAAAAAAAAAAAAA', [[`q${ids[0]}`, '8']])
  assert.equal(unknown.statusCode, 404)
  assert.match(unknown.body, /We could not find this survey/)
})

test('one survey\'s link takes no answers to another\'s questions', async () => {
  const ticket = await makeLink({ purpose: 'ticket' })
  const nps = await makeLink({ purpose: 'nps' })
  const reply = await post(ticket.token, [[`q${ticket.ids[0]}`, '8'], [`q${nps.ids[0]}`, '8']])
  assert.equal(reply.statusCode, 422)
  assert.equal((await storedAnswers(ticket.invitation_id)).response, undefined)
})

test('what is not a form is refused as a page, and so is one that is too large', async () => {
  const { token, ids } = await makeLink({ purpose: 'ticket' })
  const json = await world.app.inject({ method: 'POST', url: `/surveys/${token}`, payload: { [`q${ids[0]}`]: '8' } })
  assert.equal(json.statusCode, 415)
  assert.match(json.body, /We could not read that/)
  const large = await post(token, [[`q${ids[1]}`, 'x'.repeat(300_000)]])
  assert.equal(large.statusCode, 413)
  assert.match(large.body, /That was too much/)
  assert.equal((await world.app.inject({ url: `/surveys/${token}` })).statusCode, 200)
})

test('a database that is away is our fault, and said so without details', async () => {
  const broken = await openWorld()
  const account = await broken.account()
  const { token } = await makeSurveyLink(account.ctx)
  await broken.ground.db.schema.alterTable('invitations').renameTo('elsewhere').execute()
  const reply = await broken.app.inject({ url: `/surveys/${token}` })
  await broken.close()
  assert.equal(reply.statusCode, 500)
  assert.match(reply.body, /Something went wrong/)
  assert.doesNotMatch(reply.body, /invitations|relation/)
  assert.ok(!JSON.stringify(broken.log_lines).includes(token))
})

test('where HTTPS is required, an answer over plain HTTP is refused', async () => {
  const secure = await openWorld({ env: { EARSHOT_REQUIRE_HTTPS: 'on', EARSHOT_TRUST_PROXY: 'loopback' } })
  const reply = await secure.app.inject({ method: 'POST', url: '/surveys/AAAA', payload: 'q1=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  await secure.close()
  assert.equal(reply.statusCode, 403)
})
