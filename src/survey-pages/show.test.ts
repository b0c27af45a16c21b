// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { makeSurveyLink } from '../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount

before(async () => {
  world = await openWorld()
  acme = await world.account({ name: 'Acme <b> & "Co"' })
})
after(() => world?.close())

function get(url: string, method: 'GET' | 'HEAD' = 'GET') {
  return world.app.inject({ method, url })
}

function radioValues(page: string): string[] {
  return [...page.matchAll(/type="radio" name="[^"]+" value="([^"]+)"/g)].map((match) => match[1] ?? '')
}

async function storedRows(): Promise<number> {
  const { db } = world.ground
  const counts = await Promise.all([db.selectFrom('responses').select('id').execute(), db.selectFrom('answers').select('id').execute(), db.selectFrom('revisions').select('id').execute(), db.selectFrom('events').select('id').execute()])
  return counts.reduce((sum, rows) => sum + rows.length, 0)
}

test('a secret link shows its survey as a form in one small page that nobody may store, index or frame', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { purpose: 'nps' })
  const reply = await get(`/surveys/${token}`)
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(reply.headers['cache-control'], 'no-store')
  assert.equal(reply.headers['x-robots-tag'], 'noindex, nofollow')
  assert.equal(reply.headers['referrer-policy'], 'no-referrer')
  assert.match(String(reply.headers['set-cookie']), new RegExp(`^earshot_page=[\\w-]{22}; Path=/surveys/${token}; Max-Age=\\d+; HttpOnly; SameSite=Lax$`))
  assert.match(String(reply.headers['content-security-policy']), /default-src 'none'; style-src 'sha256-[^']+'; script-src http:\/\/localhost:80\/survey-page\.[0-9a-f]{16}\.js; connect-src 'self'; .*form-action 'self'.*frame-ancestors 'none'/)
  assert.match(reply.body, /<form method="post"/)
  assert.equal(reply.body.match(/<script/g)?.length, 1)
  assert.doesNotMatch(reply.body, /style="| on[a-z]+="/)
  assert.ok(gzipSync(reply.body).length < 14_000)
})

test('the page\'s script is one small file that may be kept for ever', async () => {
  const { token } = await makeSurveyLink(acme.ctx)
  const [, url = ''] = /<script type="module" src="([^"]+)"><\/script>/.exec((await get(`/surveys/${token}`)).body) ?? []
  const reply = await get(new URL(url).pathname)
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.headers['content-type'], 'text/javascript; charset=utf-8')
  assert.equal(reply.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.ok(gzipSync(reply.body).length < 3000)
  const odd = await world.app.inject({ url: `/surveys/${token}`, headers: { host: "x'; script-src *" } })
  assert.doesNotMatch(odd.body + String(odd.headers['content-security-policy']), /<script|script-src/)
})

test('a rating is offered as its raw scores, both ends of the scale are said in words, and nothing is chosen', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { purpose: 'nps' })
  const { body } = await get(`/surveys/${token}`)
  assert.deepEqual(radioValues(body), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
  assert.match(body, /0 = Not at all likely<\/span> <span>10 = Extremely likely/)
  assert.match(body, /class="must">Required/)
  assert.doesNotMatch(body, / checked/)
})

test('a two-point scale is offered by its words', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { purpose: 'good_or_bad' })
  const { body } = await get(`/surveys/${token}`)
  assert.match(body, /value="1"[^>]*><span>Bad<\/span>/)
  assert.match(body, /value="2"[^>]*><span>Good<\/span>/)
})

test('the score from the mail is selected in the first rating only, if it is on the scale', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { purpose: 'five_questions' })
  const { body } = await get(`/surveys/${token}?score=7`)
  assert.equal(body.match(/ checked/g)?.length, 1)
  assert.match(body, /value="7" id="q\d+-6" checked/)
  assert.match(body, /7 is selected, as in your e-mail/)
  for (const score of ['0', '11', '-1', '7.5', 'x', '', '7&score=8', '99999999999999999999', '%00']) {
    const other = await get(`/surveys/${token}?score=${score}`)
    assert.equal(other.statusCode, 200)
    assert.doesNotMatch(other.body, / checked/, score)
  }
})

test('a question about each staff member is asked once about each, by name, and the mail\'s score is the first one\'s', async () => {
  const { token, staff_ids } = await makeSurveyLink(acme.ctx, { purpose: 'employee', staff: ['Ann Lee', 'Bo <i>'] })
  const { body } = await get(`/surveys/${token}?score=3`)
  assert.equal(body.match(/<fieldset/g)?.length, 2)
  assert.match(body, /<bdi>Ann Lee<\/bdi>/)
  assert.match(body, /<bdi>Bo &lt;i&gt;<\/bdi>/)
  assert.deepEqual([...body.matchAll(/name="q\d+\.(\d+)" value="3"[^>]* checked/g)].map((match) => Number(match[1])), [staff_ids[0]])
})

test('a survey about staff members asks about nobody where nobody is named', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { purpose: 'employee' })
  const { body } = await get(`/surveys/${token}?score=3`)
  assert.doesNotMatch(body, /<fieldset/)
  assert.match(body, /<textarea/)
})

test('every type of question is a native control, and whatever an account wrote is escaped', async () => {
  const evil = `"><script>alert(1)</script>&'`
  const escaped = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;'
  const { token } = await makeSurveyLink(acme.ctx, {
    case_title: evil,
    questions: [
      { type: 'rating', text: evil, scale: { min: 1, max: 5 }, scale_labels: { min: evil, max: evil } },
      { type: 'text', text: evil },
      { type: 'dropdown', text: evil, options: [evil, 'b'] },
      { type: 'radio', text: evil, options: [evil, 'b'], required: true },
      { type: 'checkbox', text: evil, options: [evil, 'b'] },
    ],
  })
  const { body } = await get(`/surveys/${token}`)
  assert.doesNotMatch(body, /<script>/)
  assert.ok(body.split(escaped).length > 10)
  assert.match(body, /Acme &lt;b&gt; &amp; &quot;Co&quot;/)
  assert.match(body, /<textarea[^>]*maxlength="10000"/)
  assert.match(body, /Up to 10,000 characters/)
  assert.match(body, /<select/)
  assert.equal(body.match(/type="radio"[^>]* required/g)?.length, 2)
  assert.equal(body.match(/type="checkbox"/g)?.length, 2)
})

test('a rating without words for its ends says which is which all the same', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { questions: [{ type: 'rating', text: 'Well?', scale: { min: 1, max: 3 } }] })
  assert.match((await get(`/surveys/${token}`)).body, /1 = Lowest<\/span> <span>3 = Highest/)
})

test('the page is in its survey\'s language and direction', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { locale: 'ar', questions: [{ type: 'text', text: 'كيف كان؟' }] })
  assert.match((await get(`/surveys/${token}`)).body, /<html lang="ar" dir="rtl">/)
})

test('looking stores nothing, however often and in whatever way a link is fetched', async () => {
  const { token, invitation_id } = await makeSurveyLink(acme.ctx)
  const rowsBefore = await storedRows()
  for (const score of ['', '?score=1', '?score=10']) {
    const shown = await get(`/surveys/${token}${score}`)
    const head = await get(`/surveys/${token}${score}`, 'HEAD')
    assert.equal(head.statusCode, 200)
    assert.equal(head.body, '')
    assert.equal(head.headers['content-length'], String(Buffer.byteLength(shown.body)))
  }
  const invitation = await world.ground.db.selectFrom('invitations').select('answered_at').where('id', '=', invitation_id).executeTakeFirstOrThrow()
  assert.equal(invitation.answered_at, null)
  assert.equal(await storedRows(), rowsBefore)
})

test('an unknown link, whatever it looks like, says so kindly', async () => {
  for (const token of ['AAAAAAAAAAAAAAAAAAAAAA', 'x', '%00', '%F0%9F%98%80', 'a%2Fb', "'; drop table invitations --", 'a'.repeat(400)]) {
    const reply = await get(`/surveys/${encodeURI(token).replaceAll('%25', '%')}`)
    assert.equal(reply.statusCode, 404, token)
    assert.match(reply.body, /We could not find this survey/)
    assert.equal((await get(`/surveys/${encodeURI(token).replaceAll('%25', '%')}`, 'HEAD')).statusCode, 404)
  }
})

test('a link whose time is over is gone, and names who had asked', async () => {
  const { token } = await makeSurveyLink(acme.ctx)
  const later = await openLater(181)
  const reply = await get(`/surveys/${token}`)
  later()
  assert.equal(reply.statusCode, 410)
  assert.match(reply.body, /This survey is closed/)
  assert.match(reply.body, /Acme &lt;b&gt;/)
})

test('the thank-you page of a survey that is not answered yet leads to the survey', async () => {
  const { token } = await makeSurveyLink(acme.ctx)
  const reply = await get(`/surveys/${token}/thanks`)
  assert.equal(reply.statusCode, 302)
  assert.equal(reply.headers.location, `/surveys/${token}`)
  assert.equal((await get('/surveys/AAAAAAAAAAAAAAAAAAAAAA/thanks')).statusCode, 404)
})

test('one address may look 600 times a minute', async () => {
  const { token } = await makeSurveyLink(acme.ctx)
  const later = await openLater(1)
  const statuses = await Promise.all(Array.from({ length: 601 }, () => world.app.inject({ url: `/surveys/${token}`, remoteAddress: '203.0.113.7' }).then((reply) => reply.statusCode)))
  const limited = await world.app.inject({ url: `/surveys/${token}`, remoteAddress: '203.0.113.7' })
  const neighbour = await world.app.inject({ url: `/surveys/${token}`, remoteAddress: '203.0.113.8' })
  later()
  assert.equal(statuses.filter((status) => status === 200).length, 600)
  assert.equal(limited.statusCode, 429)
  assert.match(limited.body, /Just a moment/)
  assert.ok(Number(limited.headers['retry-after']) >= 1)
  assert.equal(neighbour.statusCode, 200)
})

test('one address may try 60 links that do not exist in ten minutes', async () => {
  const later = await openLater(2)
  const statuses: number[] = []
  for (let count = 0; count < 62; count++) statuses.push((await world.app.inject({ url: `/surveys/guess-${count}`, remoteAddress: '2001:db8::1' })).statusCode)
  const neighbour = await world.app.inject({ url: '/surveys/guess', remoteAddress: '2001:db8::2' })
  later()
  assert.deepEqual([...new Set(statuses.slice(0, 60))], [404])
  assert.deepEqual(statuses.slice(60), [429, 429])
  assert.equal(neighbour.statusCode, 429)
})

/** Moves the clock on; call what it answers to go back. */
async function openLater(days: number): Promise<() => void> {
  const now = world.clock.now()
  world.clock.advance({ days })
  return () => world.clock.set(now)
}
