import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import type { LightMyRequestResponse } from 'fastify'
import { bizratingsClient } from '../../test/support/bizratings.ts'
import { customerSureClient } from '../../test/support/customersure.ts'
import { makeSurveyLink } from '../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { widgetSecret } from '../core/responses/open-answer.ts'
import { createSegment, listSegments } from '../core/segments.ts'
import { createSite } from '../core/sites.ts'
import { createStaffMember } from '../core/staff.ts'
import { setSurveyTexts } from '../core/survey-texts.ts'
import { createSurvey, type QuestionDraft, type Survey } from '../core/surveys.ts'

const QUESTIONS: QuestionDraft[] = [
  { type: 'rating', text: 'Well?', scale: { min: 1, max: 5 }, metric: 'csat' },
  { type: 'dropdown', text: 'Where were you?', options: ['north', 'south', 'moon'], segment: 'site_code' },
  { type: 'checkbox', text: 'Who helped you?', options: ['pat', 'kim'], segment: 'staff_code' },
  { type: 'radio', text: 'Which plan?', options: ['gold', 'silver'], segment: 'plan' },
  { type: 'radio', text: 'And what else?', options: ['small', 'large'], segment: 'size', shown_if: { question: 1, values: [1, 2] } },
]

let world: World
let house: TestAccount
let survey: Survey
before(async () => {
  world = await openWorld()
  house = await world.account({ name: 'Northwind IT' })
  for (const [code, name] of [['north', 'Northern shop'], ['south', 'Southern shop']] as const) await createSite(house.ctx, { code, name })
  for (const [code, name] of [['pat', 'Pat Doe'], ['kim', 'Kim Ek']] as const) await createStaffMember(house.ctx, { code, name })
  for (const key of ['plan', 'size', 'hue']) await createSegment(house.ctx, { key, name: key })
  survey = await createSurvey(house.ctx.db, house.account.id, { name: 'Asks', purpose: 'other', questions: QUESTIONS }, house.ctx.now())
})
after(() => world.close())

test('what a question offers of a segment is a value of it from then on', async () => {
  assert.deepEqual((await listSegments(house.ctx)).map(({ key, option_count }) => [key, option_count]), [['hue', 0], ['plan', 2], ['size', 2]])
})

test('a page names sites and staff by their names, unless the survey says something else of them, and sends their codes', async () => {
  const { body } = await world.app.inject({ url: `/surveys/${survey.code}` })
  assert.deepEqual([...body.matchAll(/<option value="(\w+)"[^>]*>([^<]+)/g)].map(([, value, text]) => [value, text]), [['north', 'Northern shop'], ['south', 'Southern shop'], ['moon', 'moon']])
  assert.match(body, /type="checkbox" name="q\d+" value="pat"[^>]*><span dir="auto"[^>]*>Pat Doe</)
  assert.deepEqual([...body.matchAll(/data-segment="(\w+)"/g)].map(([, key]) => key), ['site_code', 'staff_code', 'plan', 'size'])
  const questions = QUESTIONS.map(({ text, scale_labels, options }) => ({ text, ...scale_labels && { scale_labels }, ...options && { options: options.map((option) => (option === 'north' ? 'Norden' : option)) } }))
  await setSurveyTexts(house.ctx, survey.id, [{ locale: 'de', questions }])
  assert.match((await world.app.inject({ url: `/surveys/${survey.code}?locale=de` })).body, /<option value="north">Norden<\/option>\n<option value="south">Southern shop</)
})

test('what the visitor chose is the response\'s segment, not what was passed on; what no question asks for stays hidden', async () => {
  await send({ passed: { site_code: 'north', staff_code: 'kim', plan: 'gold', size: 'small', hue: 'red' }, chosen: ['4', 'south', 'pat', 'silver'] })
  const shown = await newest()
  assert.deepEqual(shown.fields, { email: null, name: null, telephone_number: null, company_name: null, plan: 'silver', size: 'small', hue: 'red' })
  assert.deepEqual(await linkedTo(shown.id), ['plan=silver', 'size=small'])
  const [row] = (await bizratingsClient(world, house.api_key).get('/api/v1.2/tickets/multisiteresponses')).json<{ SiteName: string, AssignedResources: string }[]>()
  assert.deepEqual([row?.SiteName, row?.AssignedResources], ['Southern shop', 'pat'])
})

test('what was asked and left blank is no value, and a site that nobody knows links none', async () => {
  await send({ passed: { site_code: 'north', plan: 'gold' }, chosen: ['4', 'moon', '', ''] })
  const shown = await newest()
  assert.deepEqual([shown.fields.site_code, shown.fields.plan, await linkedTo(shown.id)], ['moon', undefined, []])
})

test('signed data name the rest, and the visitor\'s choice stands for what they say of it', async () => {
  const text = JSON.stringify({ email: 'bo@client.example', plan: 'gold', hue: 'blue', staff_code: 'kim' })
  await send({ text, signature: createHmac('sha256', await widgetSecret(house.ctx, world.config.secret)).update(text).digest('hex'), chosen: ['1', 'north', 'pat', 'silver', 'large'] })
  const shown = await newest()
  assert.deepEqual(await linkedTo(shown.id), ['hue=blue', 'plan=silver', 'size=large'])
  assert.deepEqual((await customerSureClient(world, house.api_key).get(`/feedback_responses?staff_ids[]=${await staffId('pat')}&per_page=1`)).json()[0].id, shown.id)
})

test('an invitation that knows its site, staff or plan has them chosen; what is chosen instead counts, and what is left out stays', async () => {
  const staff_id = await staffId('kim')
  const { token, invitation_id } = await makeSurveyLink(house.ctx, { to: { data: [{ key: 'plan', value: 'gold' }, { key: 'hue', value: 'green' }] } })
  const site = await world.ground.db.selectFrom('sites').select('id').where('account_id', '=', house.account.id).where('code', '=', 'north').executeTakeFirstOrThrow()
  await world.ground.db.updateTable('invitations').set({ survey_id: survey.id, site_id: site.id, staff_ids: [staff_id] }).where('id', '=', invitation_id).execute()
  const page = await world.app.inject({ url: `/surveys/${token}` })
  assert.deepEqual([...page.body.matchAll(/value="(\w+)"[^>]*? (?:checked|selected)/g)].map(([, value]) => value), ['north', 'kim', 'gold'])
  await post(`/surveys/${token}`, page.body, ['2', 'south', '', 'silver'])
  const shown = await newest()
  assert.deepEqual([shown.fields.plan, shown.fields.hue, await linkedTo(shown.id)], ['silver', 'green', ['hue=green', 'plan=silver']])
  assert.deepEqual(await creditOf(shown.id), { site: 'south', staff: ['kim'], facts: ['south kim'] })
  // Whoever sent it may think again.
  const cookie = String(page.headers['set-cookie']).split(';')[0] ?? ''
  const change = await world.app.inject({ url: `/surveys/${token}/change`, headers: { cookie } })
  assert.deepEqual([...change.body.matchAll(/value="(\w+)"[^>]*? (?:checked|selected)/g)].map(([, value]) => value), ['2', 'south', 'silver'])
  await post(`/surveys/${token}/change`, change.body, ['2', '', 'pat', 'gold', 'small'], cookie)
  assert.deepEqual([(await newest()).fields.plan, await linkedTo(shown.id)], ['gold', ['hue=green', 'plan=gold', 'size=small']])
  assert.deepEqual(await creditOf(shown.id), { site: 'north', staff: ['pat'], facts: ['north pat'] })
})

test('staff who are passed on are not missed in questions about each of them, which the page can\'t ask', async () => {
  const { code } = await createSurvey(house.ctx.db, house.account.id, { name: 'Each', purpose: 'other', questions: [...QUESTIONS.slice(0, 1), { type: 'rating', text: 'And them?', scale: { min: 1, max: 5 }, per_staff: true, required: true }] }, house.ctx.now())
  assert.equal((await send({ code, passed: { staff_code: 'kim' }, chosen: ['3'] })).statusCode, 303)
})

interface Sent { code?: string, passed?: object, text?: string, signature?: string, chosen: string[] }

async function send({ code = survey.code, passed, text = JSON.stringify(passed), signature = '', chosen }: Sent): Promise<LightMyRequestResponse> {
  const path = `/surveys/${code}?embed=1`
  return post(path, (await world.app.inject({ url: path })).body, chosen, '', { params: text, signature })
}

/** Fills in the page's questions in their order; blank leaves one out. */
async function post(path: string, page: string, chosen: string[], cookie = '', more: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  const names = [...new Set([...page.matchAll(/ name="(q\d+)"/g)].map(([, name = '']) => name))]
  world.clock.advance({ seconds: 70 })
  const form = new URLSearchParams({ page: /name="page" value="([^"]+)"/.exec(page)?.[1] ?? '', version: '1', ...more })
  for (const [index, value] of chosen.entries()) if (value !== '') form.append(names[index] ?? '', value)
  const reply = await world.app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en', ...cookie && { cookie } }, payload: form.toString() })
  assert.equal(reply.statusCode, 303, reply.body)
  return reply
}

async function newest(): Promise<{ id: number, fields: Record<string, string | null> }> {
  return (await customerSureClient(world, house.api_key).get('/feedback_responses?per_page=1')).json()[0]
}

async function linkedTo(response_id: number): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`select s.key || '=' || o.value as text from response_segments r join segment_options o on o.account_id = r.account_id and o.id = r.option_id
    join segments s on s.account_id = o.account_id and s.id = o.segment_id where r.response_id = ${response_id} order by 1`.execute(world.ground.db)
  return rows.map(({ text }) => text)
}

async function creditOf(response_id: number): Promise<{ site: string, staff: string[], facts: string[] } | undefined> {
  const { rows } = await sql<{ site: string, staff: string[], facts: string[] }>`select s.code as site, array(select p.code from response_staff rs join staff p on p.id = rs.staff_id where rs.response_id = r.id order by rs.position) as staff,
    array(select t.code || ' ' || p.code from rating_facts f join sites t on t.id = f.site_id join staff p on p.id = any(f.staff_ids) where f.response_id = r.id) as facts
    from responses r join sites s on s.id = r.site_id where r.id = ${response_id} and r.staff_ids = array(select staff_id from response_staff where response_id = r.id order by position)`.execute(world.ground.db)
  return rows[0]
}

async function staffId(code: string): Promise<number> {
  return (await world.ground.db.selectFrom('staff').select('id').where('account_id', '=', house.account.id).where('code', '=', code).executeTakeFirstOrThrow()).id
}
