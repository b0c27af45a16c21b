import { setFinancials } from '../../src/core/company-financials.ts'
import { createKey } from '../../src/core/keys.ts'
import { createSite } from '../../src/core/sites.ts'
import { answerFields, answerOnPage, pageOf } from './answering.ts'
import { bizratingsClient, ticketBody, type BizRatingsClient } from './bizratings.ts'
import { earshotClient, projectFields } from './earshot.ts'
import { makeSurveyLink } from './survey-link.ts'
import { openWorld, type TestAccount, type World } from './world.ts'

/** An account at whose two sites some months have passed; it is only read from then on. */
export interface Story {
  world: World
  account: TestAccount
  client: BizRatingsClient
  /** With the key of the other site. */
  north: BizRatingsClient
}

/** Closed tickets, each sent at ten in the morning and answered an hour later, if at all: a score, or each field of a longer survey. The last one is of the other site. */
export const TICKETS = [
  { day: '2025-10-06', answers: 10, comment: 'Splendid work', ticket: { ticketID: 1, ticketTitle: 'Shared drive', boardName: 'Networking', companyRecID: 1, companyName: 'Acme Corp', contactRecID: 11, contactName: 'Jane Smith', contactEmail: 'jane@acme.example', resource: 'jdoe,mlee' } },
  { day: '2025-11-10', answers: 4, comment: '', ticket: { ticketID: 2, ticketTitle: 'Printer stuck', boardName: 'Printers', companyRecID: 2, companyName: 'Bolt', contactRecID: 12, contactName: 'Bob Bolt', contactEmail: 'bob@bolt.example', resource: 'mlee' } },
  { day: '2026-01-12', answers: 7, comment: 'Took a while', ticket: { ticketID: 3, ticketTitle: 'Toner', boardName: 'Printers', companyRecID: 1, companyName: 'Acme Corp', contactRecID: 13, contactName: 'Joe Poe', contactEmail: 'joe@acme.example', resource: 'jdoe' } },
  { day: '2026-01-13', answers: null, comment: '', ticket: { ticketID: 4, ticketTitle: 'Password', boardName: 'Desk', companyRecID: 3, companyName: 'Cobalt', contactRecID: 14, contactName: 'Carl Coe', contactEmail: 'carl@cobalt.example', resource: 'kim' } },
  { day: '2026-01-14', answers: ['9', '8', '7', '6', '5', 'Good'], comment: '', ticket: { ticketID: 5, ticketTitle: 'Review', boardName: 'Reviews', companyRecID: 3, companyName: 'Cobalt', contactRecID: 15, contactName: 'Cy Coe', contactEmail: 'cy@cobalt.example', resource: 'kim' } },
  { day: '2026-01-15', answers: ['8', '3', 'Both came'], comment: '', ticket: { ticketID: 6, ticketTitle: 'Visit', boardName: 'Crew', companyRecID: 3, companyName: 'Cobalt', contactRecID: 16, contactName: 'Dot Coe', contactEmail: 'dot@cobalt.example', resource: 'kim,ann' } },
  { day: '2026-02-02', answers: 2, comment: 'Too late', ticket: { ticketID: 7, ticketTitle: 'Snow', boardName: 'Printers', companyRecID: 2, companyName: 'Bolt', contactRecID: 17, contactName: 'Bea Bolt', contactEmail: 'bea@bolt.example', resource: 'mlee' } },
] as const

/** Finished projects, sent and answered the same way. */
export const PROJECTS = [
  { day: '2026-02-03', score: 9, comment: 'Well run', project: { number: 71, name: 'New office', company: { external_id: 1, name: 'Acme Corp' }, contact: { external_id: 11, name: 'Jane Smith', email: 'jane@acme.example' }, manager_codes: ['pat', 'kim'] } },
  { day: '2026-02-04', score: 5, comment: '', project: { number: 72, name: 'New server', company: { external_id: 2, name: 'Bolt' }, contact: { external_id: 12, name: 'Bob Bolt', email: 'bob@bolt.example' }, manager_codes: ['kim'] } },
] as const

/** Every address that is read, with something in it for each. */
export const READ_PATHS = [
  ...['/api', '/api/v1.1', '/api/v1.2', '/api/v1.3'].flatMap((version) => [`${version}/tickets/responses`, `${version}/tickets/1`]),
  ...['/api', '/api/v1.1', '/api/v1.2'].flatMap((version) => [`${version}/tickets/projectresponses`, `${version}/tickets/multisiteresponses`]),
  ...['fivequestionsurveydetailresponse', 'employeesurveydetailresponse', 'multisiteemployeerating', 'summary', 'clientresponses', 'employeeeresponses', 'quarterlyresponses', 'quarterlyresponsessummary'].map((name) => `/api/tickets/${name}`),
  '/api/responses/summary',
]

/** Tells it in a world of its own; close that when done. */
export async function tellStory(): Promise<Story> {
  const world = await openWorld({ now: '2025-10-01T10:00:00Z' })
  const account = await world.account()
  await createSite(account.ctx, { code: 'north', name: 'North' })
  const story = { world, account, client: bizratingsClient(world, account.api_key), north: bizratingsClient(world, (await createKey(account.ctx, { name: 'north', site_code: 'north' })).api_key) }
  await chooseSurveys(story)
  for (const { day, answers, comment, ticket } of TICKETS) {
    world.clock.set(`${day}T10:00:00Z`)
    const posted = await (ticket.ticketID === 7 ? story.north : story.client).post('/api/tickets', ticketBody({ ...ticket, ticketCreatedOn: `${day}T07:00:00Z`, ticketClosedOn: `${day}T09:00:00Z`, ticketUpdatedOn: `${day}T09:30:00Z` }))
    await world.work()
    if (answers !== null) await answer(story, posted.json().SurveyRequestID, typeof answers === 'number' ? { score: answers, comment } : answers)
  }
  for (const { day, score, comment, project } of PROJECTS) {
    world.clock.set(`${day}T10:00:00Z`)
    const posted = await earshotClient(world, account.api_key).post('/v1/projects', projectFields({ ...project, closed_at: `${day}T09:00:00Z` }))
    await world.work()
    await answer(story, posted.json().invitation_id, { score, comment })
  }
  world.clock.set('2026-02-05T10:00:00Z')
  await answerOnPage(world, `/surveys/${(await makeSurveyLink(account.ctx, { purpose: 'nps' })).token}`, { score: 10 })
  await setFinancials(account.ctx, [[2025, 4, '1000', '400.50'], [2026, 1, '2000', '2500']].map(([year, quarter, revenue, cost]) => (
    { company: { external_id: 1, name: null }, site: null, year: Number(year), quarter: Number(quarter), revenue: String(revenue), cost: String(cost) })))
  world.clock.set('2026-03-02T10:00:00Z')
  return story
}

/** Two boards whose tickets are asked about with a longer survey. */
async function chooseSurveys({ world, account }: Story): Promise<void> {
  const api = earshotClient(world, account.api_key)
  const { data } = (await api.get('/v1/surveys')).json<{ data: { id: number, purpose: string }[] }>()
  for (const [name, purpose] of [['Reviews', 'five_questions'], ['Crew', 'employee']] as const) await api.put('/v1/boards', { kind: 'ticket', name, survey_id: data.find((survey) => survey.purpose === purpose)?.id })
}

async function answer({ world, account }: Story, request_id: number, given: { score: number, comment: string } | readonly string[]): Promise<void> {
  world.clock.advance({ hours: 1 })
  const path = await pageOf(world, account.account.id, request_id)
  const { statusCode } = 'score' in given ? await answerOnPage(world, path, given) : await answerFields(world, path, given)
  if (statusCode !== 303) throw new Error(`the survey answered ${statusCode}`)
}
