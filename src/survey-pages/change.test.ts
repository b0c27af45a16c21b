// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { changeSurvey } from '../core/survey-changes.ts'
import type { QuestionDraft, SurveyDesign } from '../core/surveys.ts'
import { makeSurveyLink, type SurveyLink } from '../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world?.close())
// Whoever opens the links of several people within a minute is a machine.
beforeEach(() => world.clock.advance({ minutes: 2 }))

const SESSION = 'a-session-of-22-letter'
const QUESTIONS: QuestionDraft[] = [
  { type: 'rating', text: 'How was it?', scale: { min: 1, max: 5 }, metric: 'csat', required: true }, { type: 'text', text: 'Why?' }, { type: 'checkbox', text: 'Which?', options: ['a', 'b'] },
]

interface Answered extends SurveyLink { names: string[] }

/** A survey that was answered by the page of that session: 2, Slow, b; of Jo. */
async function answered(design: Omit<SurveyDesign, 'name' | 'questions'> = {}): Promise<Answered> {
  const link = await makeSurveyLink(acme.ctx, { questions: QUESTIONS, design: { fields: [{ key: 'name', required: true }], consent: { text: 'Yes.' }, ...design } })
  const rows = await world.ground.db.selectFrom('survey_questions').select('question_id').where('survey_id', '=', link.survey.id).orderBy('position').execute()
  const made = { ...link, names: rows.map(({ question_id }) => `q${question_id}`) }
  const [rating = '', text = '', box = ''] = made.names
  assert.equal((await post(link.token, '', { [rating]: '2', [text]: 'Slow', [box]: 'b', name: 'Jo', consent: 'en' }, SESSION)).statusCode, 303)
  return made
}

/** Sends a form, with what the page has that this session finds at its address, three seconds later. */
async function post(token: string, path: string, fields: Record<string, string>, session: string | null = null) {
  const { body } = await get(token, path, session)
  world.clock.advance({ seconds: 3 })
  const page = /name="page" value="([^"]*)"/.exec(body)?.[1] ?? ''
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en', ...session === null ? {} : { cookie: `earshot_page=${session}` } }
  return world.app.inject({ method: 'POST', url: `/surveys/${token}${path}`, payload: new URLSearchParams({ version: '1', page, ...fields }).toString(), headers })
}

function get(token: string, path: string, session: string | null = SESSION) {
  return world.app.inject({ url: `/surveys/${token}${path}`, headers: session === null ? {} : { cookie: `other=1; earshot_page=${session}` } })
}

async function stored({ invitation_id }: SurveyLink) {
  const response = await world.ground.db.selectFrom('responses').selectAll().where('invitation_id', '=', invitation_id).executeTakeFirstOrThrow()
  const answers = await world.ground.db.selectFrom('answers').select(['value', 'text', 'choices']).where('response_id', '=', response.id).orderBy('id').execute()
  const fields = await world.ground.db.selectFrom('response_fields').select(['key', 'value']).where('response_id', '=', response.id).orderBy('key').execute()
  const revisions = await world.ground.db.selectFrom('revisions').select(['answers', 'accepted_at', 'rejected_reason']).where('response_id', '=', response.id).orderBy('id').execute()
  return { response, answers: answers.map(({ value, text, choices }) => value ?? text ?? choices), fields: fields.map(({ key, value }) => `${key}=${value}`), revisions }
}

test('the page that sent the answers is offered to change them, and finds them as they were sent', async () => {
  const { token, names: [rating] } = await answered()
  for (const path of ['/thanks', '']) assert.match((await get(token, path)).body, new RegExp(`<a href="/surveys/${token}/change">Change your answers</a>`))
  const { statusCode, body } = await get(token, '/change')
  assert.equal(statusCode, 200)
  assert.match(body, new RegExp(`<form method="post" action="/surveys/${token}/change"`))
  assert.match(body, /<h1>Change your answers<\/h1>/)
  assert.match(body, new RegExp(`value="2" id="${rating}-1" checked`))
  assert.match(body, />\nSlow<\/textarea>/)
  assert.match(body, /value="b"[^>]* checked/)
  assert.match(body, /name="name"[^>]* value="Jo"/)
  assert.match(body, /id="consent" checked/)
  assert.match(body, /<button>Save changes<\/button>/)
})

test('what is changed takes the place of what was there, which is kept; when it was answered stays', async () => {
  const link = await answered()
  const [rating = '', text = '', box = ''] = link.names
  const before = await stored(link)
  world.clock.advance({ hours: 1 })
  const reply = await post(link.token, '/change', { [rating]: '5', [text]: '', [box]: 'a', name: 'Jo Lee' }, SESSION)
  assert.deepEqual([reply.statusCode, reply.headers.location], [303, `/surveys/${link.token}/thanks`])
  const { response, answers, fields, revisions } = await stored(link)
  assert.deepEqual([answers, fields, response.score_value, response.comment, response.answer_count], [[5, ['a']], ['name=Jo Lee'], 5, null, 2])
  assert.deepEqual([response.answered_at, response.updated_at, response.page_session], [before.response.answered_at, world.clock.now(), before.response.page_session])
  assert.deepEqual(revisions.map(({ accepted_at, rejected_reason }) => [accepted_at !== null, rejected_reason]), [[true, null]])
  assert.match(JSON.stringify(revisions[0]?.answers), /Slow/)
  const facts = await world.ground.db.selectFrom('rating_facts').select('value').where('response_id', '=', response.id).execute()
  assert.deepEqual(facts, [{ value: 5 }])
})

test('what is wrong with a change comes back, and nothing is changed', async () => {
  const link = await answered()
  const [rating = '', text = ''] = link.names
  const reply = await post(link.token, '/change?locale=de', { [rating]: '9', [text]: 'Quick', name: '' }, SESSION)
  assert.equal(reply.statusCode, 422)
  assert.match(reply.body, new RegExp(`action="/surveys/${link.token}/change\\?locale=de"`))
  assert.match(reply.body, />\nQuick<\/textarea>/)
  assert.deepEqual([...reply.body.matchAll(/<li><a href="#([^"]+)">/g)].map((match) => match[1]), [rating, 'name'])
  assert.deepEqual((await stored(link)).answers, [2, 'Slow', ['b']])
})

test('whoever else has the link is offered nothing, and what they send is kept aside', async () => {
  const link = await answered()
  const [rating = '', text = ''] = link.names
  for (const session of [null, '', 'another-session-of-22-', `${SESSION}x`]) {
    assert.doesNotMatch((await get(link.token, '/thanks', session)).body, /\/change/)
    const shown = await get(link.token, '/change', session)
    assert.deepEqual([shown.statusCode, shown.headers.location], [302, `/surveys/${link.token}`])
    const refused = await post(link.token, '/change', { [rating]: '5', [text]: 'Not me', name: 'X' }, session)
    assert.equal(refused.statusCode, 409)
    assert.match(refused.body, /Already answered/)
  }
  const { answers, fields, revisions } = await stored(link)
  assert.deepEqual([answers, fields], [[2, 'Slow', ['b']], ['consent=Yes.', 'name=Jo']])
  assert.deepEqual(revisions.map(({ rejected_reason }) => rejected_reason), Array.from({ length: 4 }, () => 'already answered'))
})

test('the window closes after the survey\'s hours, and a survey without any has none', async () => {
  const link = await answered({ edit_hours: 2 })
  const [rating = ''] = link.names
  const now = world.clock.now()
  world.clock.set(new Date((await stored(link)).response.answered_at.getTime() + 2 * 3_600_000 - 1000))
  assert.equal((await get(link.token, '/change')).statusCode, 200)
  world.clock.advance({ seconds: 1 })
  assert.equal((await get(link.token, '/change')).statusCode, 302)
  assert.equal((await post(link.token, '/change', { [rating]: '5', name: 'Jo' }, SESSION)).statusCode, 409)
  world.clock.set(now)
  const never = await answered({ edit_hours: 0 })
  assert.equal((await get(never.token, '/change')).statusCode, 302)
  assert.doesNotMatch((await get(never.token, '/thanks')).body, /\/change/)
})

test('a survey that changed since, or is put away, is changed as it was asked, or not at all', async () => {
  const link = await answered()
  const [rating = '', text = ''] = link.names
  await changeSurvey(acme.ctx, link.survey.id, { questions: [{ type: 'rating', text: 'Another', scale: { min: 1, max: 10 }, required: true }] })
  assert.match((await get(link.token, '/change')).body, /How was it\?[\s\S]*>\nSlow<\/textarea>/)
  assert.equal((await post(link.token, '/change', { [rating]: '4', [text]: 'Quick', name: 'Jo' }, SESSION)).statusCode, 303)
  const { response, answers } = await stored(link)
  assert.deepEqual([answers, response.survey_version], [[4, 'Quick'], 1])
  await world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('id', '=', link.survey.id).execute()
  assert.equal((await get(link.token, '/change')).statusCode, 302)
  const closed = await post(link.token, '/change', { [rating]: '5', name: 'Jo' }, SESSION)
  assert.equal(closed.statusCode, 409)
})

test('there is nothing to change of what was not answered, and nothing of what there is not', async () => {
  const open = await makeSurveyLink(acme.ctx)
  assert.deepEqual([(await get(open.token, '/change')).statusCode, (await post(open.token, '/change', {}, SESSION)).statusCode], [302, 404])
  assert.deepEqual([(await get('AAAA', '/change')).statusCode, (await post('AAAA', '/change', {}, SESSION)).statusCode], [404, 404])
})

test('everyone is shown the link to review, and it tells nobody where they came from', async () => {
  const review_link = { url: 'https://reviews.example/acme?a=1&b=2', label: 'Tell <others>' }
  for (const score of ['1', '5']) {
    const { token, survey } = await makeSurveyLink(acme.ctx, { questions: QUESTIONS, design: { review_link } })
    const { body } = await world.app.inject(`/surveys/${token}`)
    assert.equal((await post(token, '', { [/ name="(q\d+)"/.exec(body)?.[1] ?? '']: score })).headers.location, `/surveys/${token}/thanks`)
    const thanks = await get(token, '/thanks', null)
    assert.match(thanks.body, /<a class="button" href="https:\/\/reviews\.example\/acme\?a=1&amp;b=2" rel="noopener noreferrer" dir="auto">Tell &lt;others&gt;<\/a>/, score)
    assert.doesNotMatch((await get(token, '', null)).body, /reviews\.example/)
    await changeSurvey(acme.ctx, survey.id, { review_link: null })
    assert.doesNotMatch((await get(token, '/thanks', null)).body, /reviews\.example/)
  }
})

test('a brand\'s colour and logo are on every page of its survey, and the policy lets the logo in from there only', async () => {
  const theme = { brand_color: '#c2185b', logo_url: 'https://cdn.example:8443/logo.png?a=1&b="', logo_alt: 'Acme <Ltd>' }
  const { token } = await makeSurveyLink(acme.ctx, { questions: QUESTIONS, design: { theme }, to: { email: 'jo@client.example', channel: 'email' } })
  for (const url of [`/surveys/${token}`, `/unsubscribe/${token}`]) {
    const { body, headers } = await world.app.inject(url)
    assert.match(body, /:root\{--accent:#c2185b;--on:#ffffff;--words:#c2185b;/)
    assert.match(body, /<img src="https:\/\/cdn\.example:8443\/logo\.png\?a=1&amp;b=&quot;" alt="Acme &lt;Ltd&gt;" width="160" height="48">/)
    assert.match(String(headers['content-security-policy']), /img-src 'self' data: https:\/\/cdn\.example:8443;/)
  }
  const { token: plain } = await makeSurveyLink(acme.ctx)
  const { body, headers } = await world.app.inject(`/surveys/${plain}`)
  assert.doesNotMatch(body, /<img/)
  assert.match(String(headers['content-security-policy']), /img-src 'self' data:;/)
})

test('the script is kept for ever by its address, small, and nothing else is at any other', async () => {
  const { token } = await makeSurveyLink(acme.ctx)
  const path = new URL(/<script type="module" src="([^"]+)">/.exec((await get(token, '')).body)?.[1] ?? '').pathname
  const reply = await world.app.inject(path)
  assert.deepEqual([reply.statusCode, reply.headers['content-type'], reply.headers['cache-control'], reply.headers['x-content-type-options']], [200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable', 'nosniff'])
  assert.doesNotMatch(reply.body, /\.submit\(|import|cookie/)
  for (const other of ['/survey-page.x.js', '/survey-pages/..%2Fscript.ts', `${path}x`]) assert.equal((await world.app.inject(other)).statusCode, 404, other)
})
