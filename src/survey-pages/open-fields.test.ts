// once: what it stores goes through the same statements as other answers
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { acceptHeld, listHeld } from '../core/clicks/review.ts'
import { widgetSecret } from '../core/responses/open-answer.ts'
import { changeSurvey } from '../core/survey-changes.ts'
import { createSurvey, type Survey } from '../core/surveys.ts'

let world: World
let house: TestAccount
let survey: Survey
before(async () => {
  world = await openWorld()
  house = await world.account({ name: 'Northwind IT' })
  survey = await createSurvey(house.ctx.db, house.account.id, {
    name: 'On our site', purpose: 'other', questions: [{ type: 'rating', text: 'Well?', scale: { min: 1, max: 5 }, required: true }],
    fields: [{ key: 'name' }, { key: 'email', required: true }, { key: 'telephone_number' }], consent: { text: 'You may quote me.' }, widget: { origins: ['https://shop.example'] },
    review_link: { url: 'https://reviews.example/northwind', label: 'Tell others' }, theme: { logo_url: 'https://cdn.example/logo.png' },
  }, house.ctx.now())
})
after(() => world?.close())

test('an open link asks for the customer\'s own fields, blank and known by their keys to the site around', async () => {
  for (const query of ['', '?embed=1']) {
    const { body, headers } = await world.app.inject(`/surveys/${survey.code}${query}`)
    assert.deepEqual([...body.matchAll(/<input id="\w+" name="(\w+)" data-field="(\w+)" [^>]*value=""/g)].map(([, name, key]) => [name, key]), [['name', 'name'], ['email', 'email'], ['telephone_number', 'telephone_number']])
    assert.match(body, /<input type="checkbox" name="consent" value="en" id="consent">/)
    assert.match(String(headers['content-security-policy']), /img-src 'self' data: https:\/\/cdn\.example;/)
  }
})

test('what the visitor writes is kept in the place of what was passed on, and nobody consents in their name', async () => {
  const contacts = await countOf('contacts')
  const passed = JSON.stringify({ name: 'Ann Lee', email: 'ann@client.example', telephone_number: '0123 45678', company_name: 'Client', consent: 'You may sell it all.', basket: '3 items' })
  assert.equal((await answer({ name: 'Ann', email: 'ann@home.example' }, { passed })).statusCode, 303)
  assert.deepEqual(await newest(), { email: 'ann@home.example', contact_id: null, survey_version: 1, fields: { name: 'Ann', email: 'ann@home.example', company_name: 'Client', basket: '3 items' } })
  assert.equal((await answer({ email: 'ann@home.example', consent: 'en' }, { passed: '{"consent":"x"}' })).statusCode, 303)
  assert.deepEqual((await newest()).fields, { email: 'ann@home.example', consent: 'You may quote me.' })
  assert.equal(await countOf('contacts'), contacts)
})

test('what is wrong with them comes back beside them, with what was passed on', async () => {
  const reply = await answer({ name: 'Ann', email: 'ann at home' }, { passed: '{"basket":"3"}', query: '?embed=1' })
  assert.equal(reply.statusCode, 422)
  assert.deepEqual([...reply.body.matchAll(/<li><a href="#([^"]+)">/g)].map((match) => match[1]), ['email'])
  assert.match(reply.body, /name="params" value="\{&quot;basket&quot;:&quot;3&quot;\}"/)
  assert.match(reply.body, /data-field="name"[^>]* value="Ann"/)
})

test('where the site\'s own server says who it is, their contact takes what they write, but not from what seems to be a machine\'s', async () => {
  const passed = JSON.stringify({ email: 'bo@client.example', name: 'Bo Ek' })
  const signature = createHmac('sha256', await widgetSecret(house.ctx, world.config.secret)).update(passed).digest('hex')
  const contact = () => world.ground.db.selectFrom('contacts').select(['id', 'email', 'name', 'telephone_number']).where('account_id', '=', house.account.id).where('email', '=', 'bo@client.example').executeTakeFirst()
  assert.equal((await answer({ name: 'Robot', email: 'robot@spam.example', website: 'x' }, { passed, signature })).statusCode, 303)
  assert.deepEqual([(await contact())?.name, (await contact())?.telephone_number], ['Bo Ek', null])
  assert.equal((await answer({ name: 'Bo Berg', email: 'bo@home.example', telephone_number: '0123 45678' }, { passed, signature })).statusCode, 303)
  const { id, ...known } = await contact() ?? { id: 0 }
  assert.deepEqual(known, { email: 'bo@client.example', name: 'Bo Berg', telephone_number: '0123 45678' })
  assert.deepEqual(await newest(), { email: 'bo@client.example', contact_id: id, survey_version: 1, fields: { name: 'Bo Berg', email: 'bo@home.example', telephone_number: '0123 45678' } })
})

test('what waits for review has all of it once it counts', async () => {
  assert.equal((await answer({ email: 'cy@home.example', consent: 'en', website: 'x' }, { passed: '{"basket":"4"}' })).statusCode, 303)
  const { rows: [held] } = await listHeld(house.ctx, 'suspected', { offset: 0, limit: 1 })
  await acceptHeld(house.ctx, held?.id ?? 0)
  assert.deepEqual(await newest(), { email: 'cy@home.example', contact_id: null, survey_version: 1, fields: { email: 'cy@home.example', consent: 'You may quote me.', basket: '4' } })
})

test('a page that was open before the survey changed is taken as it asked; in a frame the thanks lead to a review beside it', async () => {
  const page = await world.app.inject(`/surveys/${survey.code}?embed=1`)
  await changeSurvey(house.ctx, survey.id, { questions: [{ type: 'rating', text: 'Really?', scale: { min: 0, max: 10 }, required: true }] })
  const sent = await answer({ email: 'di@home.example' }, { query: '?embed=1', page: page.body })
  assert.equal(sent.headers.location, `/surveys/${survey.code}/thanks?embed=1`)
  assert.equal((await newest()).survey_version, 1)
  assert.match((await world.app.inject(String(sent.headers.location))).body, /<a class="button" href="https:\/\/reviews\.example\/northwind" rel="noopener noreferrer" target="_blank"/)
  const faulty = await answer({ email: '' }, { page: page.body })
  assert.match(faulty.body, /Well\?/)
})

interface Around { passed?: string, signature?: string, query?: string, page?: string }

async function answer(fields: Record<string, string>, { passed, signature, query = '', page }: Around): Promise<LightMyRequestResponse> {
  const remoteAddress = `192.0.2.${turn++}`
  const body = page ?? (await world.app.inject({ url: `/surveys/${survey.code}${query}`, remoteAddress })).body
  world.clock.advance({ seconds: 3 })
  const form = new URLSearchParams({ page: /name="page" value="([^"]+)"/.exec(body)?.[1] ?? '', version: /name="version" value="([^"]+)"/.exec(body)?.[1] ?? '', [/type="radio" name="([^"]+)"/.exec(body)?.[1] ?? '']: '4', ...fields })
  for (const [name, value] of Object.entries({ params: passed, signature })) if (value !== undefined) form.set(name, value)
  return world.app.inject({ method: 'POST', url: `/surveys/${survey.code}${query}`, remoteAddress, headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' }, payload: form.toString() })
}
let turn = 1

async function newest() {
  const { id, ...response } = await world.ground.db.selectFrom('responses').select(['id', 'email', 'contact_id', 'survey_version']).where('account_id', '=', house.account.id).orderBy('answered_at', 'desc').limit(1).executeTakeFirstOrThrow()
  const fields = await world.ground.db.selectFrom('response_fields').select(['key', 'value']).where('account_id', '=', house.account.id).where('response_id', '=', id).execute()
  return { ...response, fields: Object.fromEntries(fields.map(({ key, value }) => [key, value])) }
}

async function countOf(table: 'contacts'): Promise<number> {
  return (await world.ground.db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('count')).where('account_id', '=', house.account.id).executeTakeFirstOrThrow()).count
}
