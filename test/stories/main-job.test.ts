// once
/** The main job, from end to end: a closed ticket comes in over HTTP, its mail goes out, the customer answers, and everyone sees it. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { openDelivery } from '../../src/delivery/deliver.ts'
import { ticketBody } from '../support/bizratings.ts'
import { openSmtpSink } from '../support/smtp-sink.ts'
import { openWorld } from '../support/world.ts'

test('ticket, mail, answer, and the same answer through all three vendors\' APIs and in CSAT', async (t) => {
  const { base, api_key, sink, send, clock } = await openHouse(t)
  const bearer = { authorization: `Bearer ${api_key}` }
  const token = { authorization: `Token token="${api_key}"`, accept: 'application/vnd.customersure.v1+json;', 'user-agent': 'Acme Ltd' }

  const posted = await fetch(`${base}/api/tickets`, { method: 'POST', headers: { ...bearer, 'content-type': 'application/json' }, body: JSON.stringify(ticketBody()) })
  assert.deepEqual([posted.status, await field(posted, 'Status')], [201, 'Queued'])

  await send()
  assert.deepEqual(sink.mails.map(({ to }) => to), [['jane.smith@acme.example']])
  const [mail] = sink.mails
  assert.ok(mail)
  assert.match(mail.html, /Jane/)

  clock.advance({ hours: 2 })
  const link = ratingLink(mail.html, 9)
  assert.ok(link.startsWith(`${base}/surveys/`))
  const page = await fetch(link)
  assert.equal(page.status, 200)
  const form = await page.text()
  assert.deepEqual(await json(`${base}/api/tickets/responses`, bearer), [], 'opening the link has stored nothing')

  const answered = await fetch(link.replace(/\/r\/.*/, ''), { method: 'POST', body: fillIn(form, 'All is well again'), redirect: 'manual' })
  assert.equal(answered.status, 303)
  const thanks = await fetch(new URL(answered.headers.get('location') ?? '', base))
  assert.match(await thanks.text(), /thank/i)

  const [row] = await json<{ SRServiceRecID: number, Score: number, Comment: string, SurveyCompleted: boolean }[]>(`${base}/api/v1.3/tickets/responses`, bearer)
  assert.deepEqual([row?.SRServiceRecID, row?.Score, row?.Comment, row?.SurveyCompleted], [100123, 9, 'All is well again', true])
  const [feedback] = await json<{ answers: { answer: string }[] }[]>(`${base}/feedback_responses`, token)
  assert.deepEqual(feedback?.answers.map(({ answer }) => answer), ['9', 'All is well again'])
  const cases = await json<{ data: { id: number, rating: string }[] }>(`${base}/api/v1/cases`, bearer)
  assert.deepEqual(cases.data.map(({ rating }) => rating), ['GOOD'])
  const ratings = await json<{ data: { score: string, comment: string }[] }>(`${base}/api/v1/cases/${cases.data[0]?.id}/ratings`, bearer)
  assert.deepEqual(ratings.data.map(({ score, comment }) => [score, comment]), [['GOOD', 'All is well again']])
  const csat = await json<{ csat: number, total_number_of_ratings: number }>(`${base}/csat?period=7-days`, token)
  assert.deepEqual([csat.csat, csat.total_number_of_ratings], [100, 1])

  await send()
  assert.equal(sink.mails.length, 1, 'one mail, however often the worker looks')
  const again = await fetch(link.replace(/\/r\/.*/, ''), { method: 'POST', body: fillIn(form, 'Once more'), redirect: 'manual' })
  assert.equal(again.status, 409)
})

/** A server that listens, and a worker with a real mail server. */
async function openHouse(t: TestContext) {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const world = await openWorld({ env: { EARSHOT_PUBLIC_URL: base } })
  t.after(() => world.close())
  const sink = await openSmtpSink()
  t.after(() => sink.close())
  const delivery = openDelivery({ ground: world.ground, mail_url: sink.url, public_url: base })
  t.after(() => delivery.close(0))
  await world.app.listen({ host: '127.0.0.1', port })
  const { api_key } = await world.account()
  const send = async () => {
    while (await delivery.sendDue() > 0);
  }
  return { base, api_key, sink, send, clock: world.clock }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function ratingLink(html: string, score: number): string {
  const links = [...html.matchAll(/href="([^"]+)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'))
  const link = links.find((one) => new URL(one).pathname.includes(`/r/${score}.`))
  assert.ok(link, 'the mail has a link for the score')
  return link
}

/** The form as the browser would send it: the score that the link chose, and a comment. */
function fillIn(form: string, comment: string): URLSearchParams {
  const chosen = [...form.matchAll(/<input[^>]*type="radio"[^>]*>/g)].map(([input]) => input).filter((input) => /\schecked\b/.test(input))
  assert.equal(chosen.length, 1, 'the page has the score of the link chosen')
  return new URLSearchParams([[attribute(chosen[0], 'name'), attribute(chosen[0], 'value')], [attribute(/<textarea[^>]*>/.exec(form)?.[0], 'name'), comment]])
}

function attribute(element: string | undefined, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(element ?? '')?.[1] ?? ''
}

async function json<T>(url: string, headers: Record<string, string>): Promise<T> {
  const response = await fetch(url, { headers })
  assert.equal(response.status, 200, url)
  return response.json()
}

async function field(response: Response, name: string): Promise<unknown> {
  const body: Record<string, unknown> = await response.json()
  return body[name]
}
