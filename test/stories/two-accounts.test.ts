/** Whatever a stranger asks for, with an account's own ids in hand, nothing of that account is shown and nothing of it changes. The routes come from the server itself: a new one without a row here fails. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import { setBoardSurvey } from '../../src/core/board-surveys.ts'
import { setFinancials } from '../../src/core/company-financials.ts'
import { contextOf } from '../../src/core/context.ts'
import { requestErasure } from '../../src/core/erasures.ts'
import { openSession } from '../../src/core/sessions.ts'
import { createSite } from '../../src/core/sites.ts'
import { createStaffMember } from '../../src/core/staff.ts'
import { getSurveyFor } from '../../src/core/surveys.ts'
import { createTeam } from '../../src/core/teams.ts'
import { FRAME_SCRIPT, PAGE_SCRIPT } from '../../src/survey-pages/script/file.ts'
import { answerOnPage, pageOf } from '../support/answering.ts'
import { bizratingsClient, ticketBody } from '../support/bizratings.ts'
import { openBrowser } from '../support/clicking.ts'
import { closedMail } from '../support/closed-mail.ts'
import { customerSureClient } from '../support/customersure.ts'
import { earshotClient, projectFields, ticketFields } from '../support/earshot.ts'
import { askedHash, bearer, rate, read } from '../support/rated-case.ts'
import { collectRoutes } from '../support/routes.ts'
import { makeSurveyLink } from '../support/survey-link.ts'
import { enableTexts, inviteByText } from '../support/text-messages.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

/** What the account has, by what its owners would use to get at it. */
interface Ids {
  number: number
  company: number
  contact: number
  email: string
  request: number
  response: number
  held: number
  case: number
  rating: number
  requester: number
  organization: number
  survey: number
  question: number
  template: number
  text_template: number
  site: number
  staff: number
  team: number
  mail: number
  erasure: number
}

/** A stranger: an account with a ticket of its own that was asked about, the secret of that asking, and closed-ticket mails. */
interface Stranger { account: TestAccount, case: number, hash: string, survey: number, cookie: string, mail: Awaited<ReturnType<typeof closedMail>> }

interface Try { request: InjectOptions, status: number, sees?: (answer: LightMyRequestResponse) => void }
type Tries = (own: Ids, stranger: Stranger) => Try[]

const MARK = 'Zebra'
/** Known to whoever asks for them, so without the mark. */
const HIDDEN_BOARD = 'Striped board'
const HIDDEN_SITE = 'striped'

let world: World
let routes: string[]
let zebra: TestAccount
let own: Ids
let before_all: string
let stranger: Stranger

before(async () => {
  const { built, routes: found } = await collectRoutes(() => openWorld())
  world = built
  routes = found.filter((route) => !isRedirect(route)).map(withoutPatterns)
  zebra = await world.account({ name: `${MARK} Limited` })
  own = await fill(zebra)
  before_all = await allOf(zebra)
  stranger = await makeStranger()
})
after(() => world.close())

/** Open to everyone, or to whoever has the secret in the address, which is checked elsewhere; none takes an id. */
const NOBODYS = [
  'GET /', 'GET /healthz', 'GET /readyz', 'GET /login', 'POST /login', 'GET /login/:token', 'POST /login/code', 'POST /login/:token', 'POST /logout', 'POST /connect/token', 'GET /docs/kayako', 'POST /oauth/token', 'GET /oauth/token/authorize', 'POST /oauth/token/authorize',
  'GET /surveys/:token', 'POST /surveys/:token', 'GET /surveys/:token/thanks', 'GET /surveys/:token/change', 'POST /surveys/:token/change', 'GET /surveys/:token/r/:code', 'POST /surveys/:token/r/:code', 'GET /widget.js', `GET ${PAGE_SCRIPT.path}`, `GET ${FRAME_SCRIPT.path}`, 'GET /rate/:key/thanks',
  'GET /unsubscribe/:token', 'POST /unsubscribe/:token', 'POST /resubscribe/:token',
  'POST /provider-events/twilio/status', 'POST /provider-events/twilio/incoming', 'POST /provider-events/sendgrid',
]

const VERSIONS = ['/api', '/api/v1.1', '/api/v1.2', '/api/v1.3']
const QUARTERLY = ['/api/tickets/quarterlyresponses', '/api/tickets/quarterlyresponsessummary']

const TICKET_LISTS = [...VERSIONS.map((version) => `${version}/tickets/responses`), ...VERSIONS.slice(0, 3).map((version) => `${version}/tickets/multisiteresponses`)]

const ROWS: Record<string, Tries> = {
  ...Object.fromEntries(TICKET_LISTS.map((list): [string, Tries] => [`GET ${list}`, ({ number, email, company }, { account }) => [
    '', `?filterBy=SRServiceRecID&keyword=${number}`, `?filterBy=ContactEmail&keyword=${email}`, `?memberName=${MARK}`, `?filterBy=CompanyName&keyword=${MARK}`, `?filterBy=Keywords&keyword=${company}`,
  ].map((query) => ({ request: { url: `${list}${query}`, headers: bearer(account) }, status: 200, sees: isEmptyList }))])),
  ...Object.fromEntries(VERSIONS.slice(0, 3).map((version): [string, Tries] => [`GET ${version}/tickets/projectresponses`, ({ number }, { account }) => [
    '', `?filterBy=PRecId&keyword=${number}`, `?filterBy=ProjectMgr&keyword=${MARK}`, `?filterBy=CompanyName&keyword=${MARK}`, `?filterBy=ContactName&keyword=${MARK}`,
  ].map((query) => ({ request: { url: `${version}/tickets/projectresponses${query}`, headers: bearer(account) }, status: 200, sees: isEmptyList }))])),
  ...Object.fromEntries(VERSIONS.map((version): [string, Tries] => [`GET ${version}/tickets/:ticketno`, ({ number }, { account }) => [
    { request: { url: `${version}/tickets/${number}`, headers: bearer(account) }, status: 404 },
  ]])),
  ...Object.fromEntries(['/api/tickets/fivequestionsurveydetailresponse', '/api/tickets/employeesurveydetailresponse'].map((url): [string, Tries] => [`GET ${url}`, (_, { account }) => [
    { request: { url, headers: bearer(account) }, status: 200, sees: isEmptyList },
  ]])),
  'GET /api/tickets/summary': ({ number, email }, { account }) => [
    '', `?filterBy=SRServiceRecID&keyword=${number}`, `?filterBy=ContactEmail&keyword=${email}`, `?memberName=${MARK}-1`, `?filterBy=CompanyName&keyword=${MARK}`,
  ].map((query) => ({ request: { url: `/api/tickets/summary${query}`, headers: bearer(account) }, status: 200, sees: (answer) => assert.equal(answer.json().TotalResponses, 0) })),
  'GET /api/responses/summary': (_, { account }) => [{ request: { url: '/api/responses/summary', headers: bearer(account) }, status: 200, sees: isEmptyList }],
  'GET /api/tickets/clientresponses': ({ number, email }, { account }) => [
    `SRServiceRecID&keyword=${number}`, `ContactEmail&keyword=${email}`, `AssignedResources&keyword=${MARK}-1`, `CompanyName&keyword=${MARK}`,
  ].map((filter) => ({ request: { url: `/api/tickets/clientresponses?filterBy=${filter}`, headers: bearer(account) }, status: 200, sees: isEmptyList })),
  'GET /api/tickets/employeeeresponses': (_, { account }) => ['', `?companyName=${MARK}`].map((query) => ({ request: { url: `/api/tickets/employeeeresponses${query}`, headers: bearer(account) }, status: 200, sees: isEmptyList })),
  'GET /api/tickets/multisiteemployeerating': (_, { account }) => [{ request: { url: '/api/tickets/multisiteemployeerating', headers: bearer(account) }, status: 200, sees: isEmptyList }],
  ...Object.fromEntries(QUARTERLY.map((url): [string, Tries] => [`GET ${url}`, (_, { account }) => [{ request: { url, headers: bearer(account) }, status: 200, sees: isEmptyList }]])),
  'POST /api/tickets': ({ number, company, contact }, { account }) => [{
    request: { method: 'POST', url: '/api/tickets', headers: bearer(account), payload: ticketBody({ ticketID: number, companyRecID: company, contactRecID: contact }) }, status: 201,
  }],

  'GET /sent/:key.gif': (ids, { mail }) => [{ request: { url: mail.image(mailed(ids)) }, status: 200 }],
  'GET /rate/:key/:score': (ids, { mail }) => [{ request: { url: mail.rating(9, mailed(ids)) }, status: 200 }],
  'POST /rate/:key/:score': (ids, { mail }) => [{
    request: { method: 'POST', url: mail.rating(9, mailed(ids)), headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `q${ids.question}=9` }, status: 422,
  }],

  'POST /rate/:key/:score/click': (ids, { mail }) => [{
    request: { method: 'POST', url: mail.rating(9, mailed(ids)).replace('?', '/click?'), headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: '' }, status: 200,
  }],

  'POST /feedback_requests': ({ survey, template }, stranger) => [
    customersure(stranger, '/feedback_requests', 422, { survey_id: survey, email: 'jo@client.example', send_at: world.clock.now().toISOString() }),
    customersure(stranger, '/feedback_requests', 422, { survey_id: stranger.survey, email_template_id: template, email: 'jo@client.example', send_at: world.clock.now().toISOString() }),
    customersure(stranger, '/feedback_requests', 422, {
      survey_id: stranger.survey, email: 'jo@client.example', send_at: world.clock.now().toISOString(), reminders: [{ email_template_id: template, send_at: '2027-01-01T00:00:00Z' }],
    }),
  ],
  'GET /feedback_requests': (_, stranger) => [customersure(stranger, '/feedback_requests', 200), customersure(stranger, '/feedback_requests?state=not_sent', 200)],
  'GET /feedback_requests/:id': ({ request }, stranger) => [customersure(stranger, `/feedback_requests/${request}`, 404)],
  'PATCH /feedback_requests/:id': ({ request }, stranger) => [customersure(stranger, `/feedback_requests/${request}`, 404, { first_name: 'Mine' }, 'PATCH')],
  'DELETE /feedback_requests/:id': ({ request }, stranger) => [customersure(stranger, `/feedback_requests/${request}`, 404, {}, 'DELETE')],
  'GET /feedback_responses': (_, stranger) => [{ ...customersure(stranger, '/feedback_responses', 200), sees: isEmptyList }],
  'GET /feedback_responses/:id': ({ response }, stranger) => [customersure(stranger, `/feedback_responses/${response}`, 404)],
  'GET /response_rate': (ids, stranger) => filtered(stranger, '/response_rate', ids, ({ reply_count }) => reply_count, false),
  'GET /nps': (ids, stranger) => filtered(stranger, '/nps', ids, ({ total_number_of_ratings }) => total_number_of_ratings),
  'GET /csat': (ids, stranger) => filtered(stranger, '/csat', ids, ({ total_number_of_ratings }) => total_number_of_ratings),
  'GET /sites': (_, stranger) => [{ ...customersure(stranger, '/sites', 200), sees: (answer) => assert.equal(answer.json().length, 1) }],
  'POST /sites': (_, stranger) => [customersure(stranger, '/sites', 201, { site_code: 'mine', name: 'Mine', region: 'Mine' })],
  'GET /sites/:id': ({ site }, stranger) => [customersure(stranger, `/sites/${site}`, 404)],
  'PATCH /sites/:id': ({ site }, stranger) => [site, 'nowhere'].map((name) => {
    const { request, ...expected } = customersure(stranger, `/sites/${name}`, 404, { name: 'Mine' })
    return { ...expected, request: { ...request, method: 'PATCH' } }
  }),
  'GET /staff': ({ staff }, stranger) => [{ ...customersure(stranger, '/staff', 200), sees: (answer) => assert.ok(!answer.json().some(({ id }: { id: string }) => id === String(staff))) }],
  'GET /staff/:id': ({ staff }, stranger) => [customersure(stranger, `/staff/${staff}`, 404)],
  'GET /surveys': ({ survey }, stranger) => [{ ...customersure(stranger, '/surveys', 200), sees: (answer) => hasNot(answer.json(), survey) }],
  'GET /email_templates': ({ template }, stranger) => [{ ...customersure(stranger, '/email_templates', 200), sees: (answer) => hasNot(answer.json(), template) }],
  'GET /text_message_templates': ({ text_template }, stranger) => [{ ...customersure(stranger, '/text_message_templates', 200), sees: (answer) => hasNot(answer.json(), text_template) }],

  'GET /api/v1/cases': (ids, stranger) => [{ ...kayako(stranger, '/api/v1/cases', 200), sees: (answer) => hasNot(answer.json().data, ids.case) }],
  'GET /api/v1/cases/:id': (ids, stranger) => [kayako(stranger, `/api/v1/cases/${ids.case}`, 404)],
  'GET /api/v1/cases/:id/ratings': (ids, stranger) => [kayako(stranger, `/api/v1/cases/${ids.case}/ratings`, 404)],
  'GET /api/v1/cases/ratings/recent': (ids, stranger) => [`case_id=${ids.case}`, `user_id=${ids.requester}`, `organization_id=${ids.organization}`].map((query) => (
    { ...kayako(stranger, `/api/v1/cases/ratings/recent?${query}`, 200), sees: (answer) => assert.deepEqual(answer.json().data, []) })),
  'GET /api/v1/cases/ratings/:ratingId': (ids, stranger) => [kayako(stranger, `/api/v1/cases/ratings/${ids.rating}`, 404)],
  'GET /api/v1/cases/:id/ratings/:ratingId': (ids, stranger) => [
    kayako(stranger, `/api/v1/cases/${ids.case}/ratings/${ids.rating}`, 404), kayako(stranger, `/api/v1/cases/${stranger.case}/ratings/${ids.rating}`, 404),
  ],
  'GET /api/v1/cases/:id/ratings/:hash': (ids, stranger) => [kayako(stranger, `/api/v1/cases/${ids.case}/ratings/${stranger.hash}`, 403)],
  'POST /api/v1/cases/:id/ratings': (ids, stranger) => [kayako(stranger, `/api/v1/cases/${ids.case}/ratings`, 403, 'POST', { hash: stranger.hash, score: 'BAD', comment: 'Mine' })],
  'PUT /api/v1/cases/:id/ratings/:ratingId': (ids, stranger) => [
    kayako(stranger, `/api/v1/cases/${ids.case}/ratings/${ids.rating}`, 403, 'PUT', { hash: stranger.hash, score: 'BAD' }),
    kayako(stranger, `/api/v1/cases/${stranger.case}/ratings/${ids.rating}`, 404, 'PUT', { hash: stranger.hash, score: 'BAD' }),
  ],
  'POST /api/v1/cases/:id/ratings/trigger': (ids, stranger) => [kayako(stranger, `/api/v1/cases/${ids.case}/ratings/trigger`, 404, 'POST', {})],
  'POST /api/v1/cases': (ids, stranger) => [
    kayako(stranger, '/api/v1/cases', 400, 'POST', { subject: 'Mine', requester_id: ids.requester }),
    kayako(stranger, '/api/v1/cases', 400, 'POST', { subject: 'Mine', email: 'jo@client.example', assigned_agent_id: ids.staff, assigned_team_id: ids.team }),
    kayako(stranger, '/api/v1/cases', 201, 'POST', { subject: 'Mine', email: 'jo@client.example' }),
  ],
  'GET /api/v1/conversations': (ids, stranger) => [{ ...kayako(stranger, '/api/v1/conversations?limit=100&include=*', 200), sees: (answer) => hasNot(answer.json().data, ids.case) }],
  'GET /api/v1/conversations/:id': (ids, stranger) => [kayako(stranger, `/api/v1/conversations/${ids.case}`, 404)],
  'POST /api/v1/conversations': (_, stranger) => [kayako(stranger, '/api/v1/conversations', 403, 'POST', { subject: 'Mine', contents: 'Mine' })],
  'GET /api/v1/conversations/:id/ratings': (ids, stranger) => [kayako(stranger, `/api/v1/conversations/${ids.case}/ratings`, 404)],
  'POST /api/v1/conversations/:id/ratings': (ids, stranger) => [kayako(stranger, `/api/v1/conversations/${ids.case}/ratings`, 404, 'POST', { score: 'BAD' })],
  'PUT /api/v1/conversations/:id/ratings/:ratingId': (ids, stranger) => [
    kayako(stranger, `/api/v1/conversations/${ids.case}/ratings/${ids.rating}`, 404, 'PUT', { score: 'BAD' }), kayako(stranger, `/api/v1/conversations/${stranger.case}/ratings/${ids.rating}`, 404, 'PUT', { score: 'BAD' }),
  ],
  'GET /api/v1/users/:id': (ids, stranger) => [ids.requester, ids.staff].map((id) => kayako(stranger, `/api/v1/users/${id}`, 404)),
  'GET /api/v1/teams': (_, stranger) => [{ ...kayako(stranger, '/api/v1/teams', 200), sees: (answer) => assert.deepEqual(answer.json().data, []) }],
  'GET /api/v1/teams/:id': (ids, stranger) => [kayako(stranger, `/api/v1/teams/${ids.team}`, 404)],
  'GET /api/v1/organizations/:id': (ids, stranger) => [kayako(stranger, `/api/v1/organizations/${ids.organization}`, 404)],
  'GET /api/v1/insights/cases/csat': (ids, stranger) => ['', `agent_id=${ids.staff}`, `team_id=${ids.team}`].map((query) => (
    { ...kayako(stranger, `/api/v1/insights/cases/csat?${query}`, 200), sees: (answer) => assert.equal(answer.json().data.metric.value, null) })),

  'GET /api/v1/me': (_, stranger) => [{ ...kayako(stranger, '/api/v1/me', 200), sees: (answer) => assert.equal(answer.json().data.id, stranger.account.owner_id) }],
  'GET /api/v1/session': (_, { account, cookie }) => [{ request: { url: '/api/v1/session', headers: { cookie } }, status: 200, sees: (answer) => assert.equal(answer.json().data.instance_id, account.account.id) }],
  'DELETE /api/v1/session': (_, stranger) => [{ request: { method: 'DELETE', url: '/api/v1/session', headers: bearer(stranger.account) }, status: 404 }],

  'POST /v1/tickets': ({ number, survey }, { account }) => [
    { request: { method: 'POST', url: '/v1/tickets', headers: bearer(account), payload: ticketFields({ number }) }, status: 201 },
    { request: { method: 'POST', url: '/v1/tickets', headers: bearer(account), payload: ticketFields({ number, survey_id: survey }) }, status: 422 },
    { request: { method: 'POST', url: '/v1/tickets', headers: bearer(account), payload: ticketFields({ number, site_code: HIDDEN_SITE }) }, status: 422 },
  ],
  'POST /v1/projects': ({ number, survey }, { account }) => [
    { request: { method: 'POST', url: '/v1/projects', headers: bearer(account), payload: projectFields({ number }) }, status: 201 },
    { request: { method: 'POST', url: '/v1/projects', headers: bearer(account), payload: projectFields({ number, survey_id: survey, site_code: HIDDEN_SITE }) }, status: 422 },
  ],
  'GET /v1/review': (_, { account }) => ['', '?state=provisional', '?state=voided'].map((query) => ({ request: { url: `/v1/review${query}`, headers: bearer(account) }, status: 200, sees: (answer) => assert.deepEqual(answer.json().data, []) })),
  'POST /v1/review/:id/accept': ({ held }, { account }) => [{ request: { method: 'POST', url: `/v1/review/${held}/accept`, headers: bearer(account) }, status: 404 }],
  'POST /v1/review/:id/void': ({ held }, { account }) => [{ request: { method: 'POST', url: `/v1/review/${held}/void`, headers: bearer(account) }, status: 404 }],
  'POST /v1/responses/:id/void': ({ response, held }, { account }) => [response, held].map((id) => ({ request: { method: 'POST', url: `/v1/responses/${id}/void`, headers: bearer(account) }, status: 404 })),
  'POST /v1/responses/:id/restore': ({ response, held }, { account }) => [response, held].map((id) => ({ request: { method: 'POST', url: `/v1/responses/${id}/restore`, headers: bearer(account) }, status: 404 })),
  'GET /v1/surveys': ({ survey }, { account }) => [{ request: { url: '/v1/surveys', headers: bearer(account) }, status: 200, sees: (answer) => hasNot(answer.json().data, survey) }],
  'GET /v1/boards': (_, { account }) => [{ request: { url: '/v1/boards', headers: bearer(account) }, status: 200, sees: (answer) => assert.deepEqual(answer.json().data, []) }],
  'GET /v1/financials': ({ company }, { account }) => ['', `?company_name=${MARK}`, `?company_external_id=${company}`].map((query) => (
    { request: { url: `/v1/financials${query}`, headers: bearer(account) }, status: 200, sees: (answer) => assert.deepEqual(answer.json().data, []) })),
  'PUT /v1/financials': ({ company }, { account }) => [{
    request: { method: 'PUT', url: '/v1/financials', headers: bearer(account), payload: { financials: [{ company: { external_id: company, name: 'Mine' }, year: 2026, quarter: 1, revenue: 1, cost: 1 }] } }, status: 200,
  }],
  'POST /v1/erasures': ({ email }, { account }) => [{ request: { method: 'POST', url: '/v1/erasures', headers: bearer(account), payload: { email } }, status: 202 }],
  'GET /v1/erasures/:id': ({ erasure }, { account }) => [{ request: { url: `/v1/erasures/${erasure}`, headers: bearer(account) }, status: 404 }],
  'PUT /v1/boards': ({ survey }, { account }) => [survey, null].map((survey_id) => ({
    request: { method: 'PUT', url: '/v1/boards', headers: bearer(account), payload: { kind: 'ticket', name: HIDDEN_BOARD, survey_id } }, status: survey_id === null ? 200 : 422,
    sees: (answer) => assert.doesNotMatch(answer.body, /Five questions/),
  })),

  'GET /mailbox': (_, { cookie }) => [{ request: { url: '/mailbox', headers: { cookie } }, status: 200 }],
  'GET /mailbox/texts': (_, { cookie }) => [{ request: { url: '/mailbox/texts', headers: { cookie } }, status: 200 }],
  'GET /mailbox/:id': ({ mail }, { cookie }) => [{ request: { url: `/mailbox/${mail}`, headers: { cookie } }, status: 404 }],
  'POST /mailbox/:id/scanners': ({ mail }, { cookie }) => [{ request: { method: 'POST', url: `/mailbox/${mail}/scanners`, headers: { cookie } }, status: 404 }],
  'GET /mailbox/:id/html': ({ mail }, { cookie }) => [{ request: { url: `/mailbox/${mail}/html`, headers: { cookie } }, status: 404 }],
}

test('every route of the server is spoken of here, and nothing else', () => {
  assert.deepEqual([...NOBODYS, ...Object.keys(ROWS)].sort(), [...new Set(routes)].sort())
})

for (const [route, tries] of Object.entries(ROWS)) {
  test(`${route} shows and changes nothing of another account`, async () => {
    for (const { request, status, sees } of tries(own, stranger)) {
      const answer = await world.app.inject(request)
      assert.equal(answer.statusCode, status, `${request.url}: ${answer.body}`)
      assert.doesNotMatch(answer.body + JSON.stringify(answer.headers), new RegExp(MARK, 'i'))
      sees?.(answer)
    }
    assert.equal(await allOf(zebra), before_all)
  })
}

test('its own ids show the account all of it', async () => {
  const biz = bizratingsClient(world, zebra.api_key)
  const api = customerSureClient(world, zebra.api_key)
  for (const answer of [
    await biz.get(`/api/tickets/${own.number}`), await biz.get('/api/tickets/responses'), await biz.get('/api/tickets/multisiteresponses'),
    ...await Promise.all(QUARTERLY.map((url) => biz.get(url))),
    await biz.get('/api/tickets/projectresponses'), await biz.get('/api/tickets/fivequestionsurveydetailresponse'), await biz.get('/api/tickets/employeesurveydetailresponse'), await api.get(`/feedback_requests/${own.request}`), await api.get(`/feedback_responses/${own.response}`),
    await read(world, zebra, `/api/v1/cases/${own.case}`), await read(world, zebra, `/api/v1/cases/ratings/${own.rating}`), await read(world, zebra, `/api/v1/cases/ratings/recent?user_id=${own.requester}`),
    await read(world, zebra, `/api/v1/users/${own.requester}`), await read(world, zebra, `/api/v1/teams/${own.team}`), await read(world, zebra, `/api/v1/organizations/${own.organization}`), await read(world, zebra, `/api/v1/conversations/${own.case}`),
    await world.app.inject({ url: `/mailbox/${own.mail}`, headers: { cookie: await cookieOf(zebra) } }), await world.app.inject({ url: '/mailbox/texts', headers: { cookie: await cookieOf(zebra) } }),
  ]) {
    assert.equal(answer.statusCode, 200, answer.body)
    assert.match(answer.body, new RegExp(MARK))
  }
})

/** A ticket that was mailed and answered, and rated, too; its names, texts and addresses all bear the mark. */
async function fill(account: TestAccount): Promise<Ids> {
  const { id: team } = await createTeam(account.ctx, { name: `${MARK} Team` })
  const { id: staff } = await createStaffMember(account.ctx, { code: `${MARK}-1`, name: `${MARK} Technician`, team: `${MARK} Team` })
  const number = 987_654
  const [company, contact, email] = [55_001, 55_002, `${MARK}@client.example`]
  const posted = await bizratingsClient(world, account.api_key).post('/api/tickets', ticketBody({
    ticketID: number, ticketTitle: `${MARK} crossing`, boardName: `${MARK} board`, companyRecID: company, companyName: `${MARK} & Sons`, contactRecID: contact, contactName: `${MARK} Doe`, contactEmail: email, resource: `${MARK}-1`,
  }))
  const request: number = posted.json().SurveyRequestID
  await world.work()
  await answerOnPage(world, await pageOf(world, account.account.id, request), { score: 9, comment: `${MARK} is happy` })
  for (const purpose of ['five_questions', 'employee'] as const) {
    const { token } = await makeSurveyLink(account.ctx, { purpose, staff: [`${MARK} of ${purpose}`] })
    await answerOnPage(world, `/surveys/${token}`, { score: 9, comment: `${MARK} has more to say` })
  }
  await setFinancials(account.ctx, [{ company: { external_id: company, name: null }, site: null, year: 2026, quarter: 1, revenue: '5', cost: '3' }])
  const { data: [found] } = (await read(world, account, '/api/v1/cases')).json()
  await rate(world, found.id, await askedHash(world, account, found.id), 'GOOD', `${MARK} again`)
  await world.work()
  const project = await earshotClient(world, account.api_key).post('/v1/projects', projectFields({ number, name: `${MARK} moves`, contact: { name: `${MARK} Doe`, email }, manager_codes: [`${MARK}-1`], site_code: 'main' }))
  await answerOnPage(world, await pageOf(world, account.account.id, project.json().invitation_id), { score: 9, comment: `${MARK} moved` })
  await enableTexts(account.ctx)
  await inviteByText(account.ctx, { first_name: MARK })
  await world.work()
  await createSite(account.ctx, { code: HIDDEN_SITE, name: `${MARK} site` })
  await setBoardSurvey(account.ctx, { kind: 'ticket', name: HIDDEN_BOARD, survey_id: (await getSurveyFor(account.ctx, 'five_questions')).id })
  const { id: erasure } = await requestErasure(account.ctx, `${MARK}.other@client.example`)
  const { data: [rating] } = (await read(world, account, `/api/v1/cases/${found.id}/ratings`)).json()
  const { invitation_id } = await suspectSomebody(account)
  const held = await world.ground.db.selectFrom('held_responses').select('id').where('invitation_id', '=', invitation_id).executeTakeFirstOrThrow()
  const row = await world.ground.db.selectFrom('responses').selectAll().where('account_id', '=', account.account.id).where('invitation_id', '=', request).executeTakeFirstOrThrow()
  const question = await world.ground.db.selectFrom('answers').select('question_id').where('account_id', '=', account.account.id).where('response_id', '=', row.id).orderBy('id').limit(1).executeTakeFirstOrThrow()
  const text_template = await world.ground.db.selectFrom('text_message_templates').select('id').where('account_id', '=', account.account.id).executeTakeFirstOrThrow()
  const mail = await world.ground.db.selectFrom('sandbox_mails').select('id').where('account_id', '=', account.account.id).orderBy('id').limit(1).executeTakeFirstOrThrow()
  return {
    number, company, contact, email, request, response: row.id, held: held.id, case: found.id, rating: rating.id, requester: found.requester.id, organization: row.company_id ?? 0,
    survey: row.survey_id, question: question.question_id, template: account.account.default_email_template_id ?? 0, site: account.account.default_site_id, staff, team, mail: mail.id, text_template: text_template.id, erasure,
  }
}

/** What is sent in the moment in which its page was handed out is no person's. */
async function suspectSomebody({ ctx }: TestAccount): Promise<{ invitation_id: number }> {
  const { token, invitation_id } = await makeSurveyLink(ctx)
  const machine = openBrowser(world, { address: '203.0.113.200' })
  await machine.open(`/surveys/${token}`)
  await machine.send({ score: 1 })
  return { invitation_id }
}

async function makeStranger(): Promise<Stranger> {
  const account = await world.account({ name: 'Stranger' })
  await bizratingsClient(world, account.api_key).post('/api/tickets', ticketBody())
  const { data: [found] } = (await read(world, account, '/api/v1/cases')).json()
  const hash = await askedHash(world, account, found.id)
  const [survey] = (await customerSureClient(world, account.api_key).get('/surveys')).json()
  return { account, case: found.id, hash, survey: survey.id, cookie: await cookieOf(account), mail: await closedMail(world, account) }
}

async function cookieOf({ account, owner_id }: TestAccount): Promise<string> {
  const { session_id } = await openSession(contextOf(world.ground, account, { kind: 'user', user_id: owner_id, role: 'owner', staff_id: null }))
  return `earshot_session=${session_id}`
}

function customersure({ account }: Stranger, url: string, status: number, payload?: object, method: 'POST' | 'PATCH' | 'DELETE' = 'POST'): Try {
  const headers = { 'user-agent': 'Stranger', accept: 'application/vnd.customersure.v1+json', authorization: `Token token="${account.api_key}"` }
  return { request: payload ? { method, url, headers, payload } : { url, headers }, status }
}

function kayako({ account }: Stranger, url: string, status: number, method: 'GET' | 'POST' | 'PUT' = 'GET', payload?: object): Try {
  return { request: { method, url, headers: bearer(account), ...payload ? { payload } : {} }, status }
}

/** A mail that names the account's ticket, person, company and technician, under the stranger's key. */
function mailed({ number, contact, company, staff }: Ids): Record<string, string> {
  return { ticket: String(number), email: 'jo@client.example', contactid: String(contact), companyid: String(company), staff: String(staff) }
}

/** A metric with each of the account's own ids as its filter: nothing to count. */
function filtered(stranger: Stranger, path: string, { survey, site, staff }: Ids, count: (body: Record<string, unknown>) => unknown, ratings = true): Try[] {
  const filters = ['', `survey_ids[]=${survey}`, `site_ids[]=${site}`, ...ratings ? [`staff_ids[]=${staff}`, `company_name=${MARK}`] : []]
  return filters.map((filter) => ({
    ...customersure(stranger, `${path}?from_time=2026-01-01T00:00Z&to_time=2027-01-01T00:00Z&${filter}`, 200), sees: (answer) => assert.equal(count(answer.json()), 0),
  }))
}

function isEmptyList(answer: LightMyRequestResponse): void {
  assert.deepEqual(answer.json(), [])
}

function hasNot(rows: { id: number }[], id: number): void {
  const ids = rows.map((one) => one.id)
  assert.ok(ids.length > 0 && !ids.includes(id))
}

/** Every row of the account, in every table that has accounts, as one digest. */
async function allOf({ account }: TestAccount): Promise<string> {
  const tables = await sql<{ name: string }>`select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'account_id' order by 1`.execute(world.ground.db)
  assert.ok(tables.rows.length > 20)
  const digests = tables.rows.map(({ name }) => sql`select ${name}::text as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${sql.table(name)} t where account_id = ${account.id}`)
  const { rows } = await sql<{ name: string, digest: string }>`${sql.join(digests, sql` union all `)}`.execute(world.ground.db)
  return rows.map(({ name, digest }) => `${name} ${digest}`).join('\n')
}

/** Those that only lead to the address without a slash too many. */
function isRedirect(route: string): boolean {
  return /.\/\*?$/.test(route.slice(route.indexOf('/')))
}

/** `:id` for `:id(^\d+$)`. */
function withoutPatterns(route: string): string {
  return route.replaceAll(/\(\^.*?\$\)(?=\/|$)/g, '')
}
