// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { submitProject, submitTicket, type ProjectInput } from '../../core/cases/submit.ts'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { changeStaffMember, createStaffMember } from '../../core/staff.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { project, ticket } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface Row { PRecId: number | string | null, ProjectMgr: string | null, Score: number, Comment: string | null, SentOn: string | null }

const VERSIONS = ['/api', '/api/v1.1', '/api/v1.2']

let world: World
let account: TestAccount
let client: BizRatingsClient

/** Answered one a day from 2026-03-16, at half past eleven in the evening in Berlin. */
const PROJECTS = [
  { number: '31', score: 10, comment: 'Splendid', managers: ['pm', 'kim'], company: 'Acme Corporation', contact: 'Jane Smith' },
  { number: 'P-32', score: 4, comment: '', managers: ['kim', 'pm'], company: 'Bolt 100% & Co', contact: 'Zoë Müller' },
  { number: '007', score: 6, comment: 'Took long', managers: ['r_l'], company: "O'Hara_Sons", contact: '王 小明' },
  { number: '33', score: 8, comment: 'Fine', managers: [], company: 'Cobalt', contact: 'Carl "C" Poe' },
]

before(async () => {
  world = await openWorld({ now: '2026-03-16T22:30:00Z' })
  account = await world.account({ time_zone: 'Europe/Berlin' })
  client = bizratingsClient(world, account.api_key)
  for (const [code, name] of [['pm', 'Åsa Öberg'], ['kim', 'Kim Lee']] as const) await createStaffMember(account.ctx, { code, name })
  for (const [index, { number, score, comment, managers, company, contact }] of PROJECTS.entries()) {
    await answered(account, { number, manager_codes: managers, company: { external_id: index + 1, name: company }, contact: { external_id: index + 1, name: contact, email: `c${index + 1}@acme.example` } }, score, comment)
    world.clock.advance({ days: 1 })
  }
  const { invitation_id } = await submitTicket(account.ctx, ticket({ number: '31' }))
  await answerOnPage(world, await pageOf(world, account.account.id, invitation_id), { score: 1, comment: 'Of a ticket' })
})
after(() => world.close())

test('a project that was sent and answered is listed with every field, and is no ticket', async () => {
  const other = await world.account({ name: 'One' })
  await createStaffMember(other.ctx, { code: 'pm', name: 'Pat Manager' })
  const sent_at = world.clock.now()
  await answered(other, { number: '71', manager_codes: ['pm'] }, 9, 'Well run')
  const one = bizratingsClient(world, other.api_key)
  const listed = await one.get('/api/v1.2/tickets/projectresponses')
  assert.deepEqual([listed.statusCode, listed.json()], [200, [{
    PRecId: 71, ProjectName: 'New office network', ProjectMgr: 'Pat Manager', CompanyName: 'Acme Corporation', ContactName: 'Jane Smith', ContactEmail: 'jane.smith@acme.example', Score: 9, Comment: 'Well run',
    SurveyCompleted: true, ProjectClosedOn: '2026-03-15T15:45:00.000Z', RespondedOn: sent_at.toISOString(), CompanyRecID: 4501, ContactRecID: 8812, ResponderIP: '127.0.0.1', UserAgent: 'lightMyRequest', SentOn: sent_at.toISOString(),
  }]])
  assert.deepEqual((await one.get('/api/tickets/responses')).json(), [])
  assert.equal((await one.get('/api/tickets/71')).statusCode, 404)
})

test('each version adds its fields to those of the one before', async () => {
  const keys = async (version: string) => Object.keys((await client.get(`${version}/tickets/projectresponses`)).json<object[]>()[0] ?? {})
  const base = await keys('/api')
  assert.deepEqual(base, ['PRecId', 'ProjectName', 'ProjectMgr', 'CompanyName', 'ContactName', 'ContactEmail', 'Score', 'Comment', 'SurveyCompleted', 'ProjectClosedOn', 'RespondedOn'])
  assert.deepEqual(await keys('/api/v1.1'), [...base, 'CompanyRecID', 'ContactRecID', 'ResponderIP', 'UserAgent'])
  assert.deepEqual(await keys('/api/v1.2'), [...base, 'CompanyRecID', 'ContactRecID', 'ResponderIP', 'UserAgent', 'SentOn'])
})

test('newest first, in each version; a number that other digits would name stays text, and a project without staff has no manager', async () => {
  for (const version of VERSIONS) {
    const rows = (await client.get(`${version}/tickets/projectresponses`)).json<Row[]>()
    assert.deepEqual(rows.map(({ PRecId, ProjectMgr, Score, Comment }) => [PRecId, ProjectMgr, Score, Comment]), [
      [33, null, 8, 'Fine'], ['007', 'r_l', 6, 'Took long'], ['P-32', 'Kim Lee', 4, null], [31, 'Åsa Öberg', 10, 'Splendid'],
    ])
  }
})

test('the manager is the first of the staff as they were when it was asked', async () => {
  const other = await world.account({ name: 'Managers' })
  const one = bizratingsClient(world, other.api_key)
  await answered(other, { number: '1', manager_codes: ['first', 'second'] }, 5, '')
  await submitProject(other.ctx, project({ number: '1', manager_codes: ['second'] }))
  await changeStaffMember(other.ctx, 'first', { name: 'Renamed Later' })
  const managers = async (keyword: string) => (await one.get(`/api/tickets/projectresponses?filterBy=ProjectMgr&keyword=${keyword}`)).json<Row[]>().map(({ ProjectMgr }) => ProjectMgr)
  assert.deepEqual([await managers('later'), await managers('first'), await managers('second')], [['Renamed Later'], ['Renamed Later'], []])
})

test('reviewType, days of the account, and all of it together', async () => {
  assert.deepEqual(await numbers({ reviewType: '3' }), [33, '007', 31])
  assert.deepEqual(await numbers({ reviewType: '0' }), [33, '007', 'P-32', 31])
  assert.deepEqual(await numbers({ startDate: '2026-03-17' }), [33, '007', 'P-32'], 'answered at half past eleven in the evening')
  assert.deepEqual(await numbers({ startDate: '17-Mar-2026', endDate: '2026/03/18' }), ['007', 'P-32'])
  assert.deepEqual(await numbers({ ENDDATE: '16-3-2026' }), [31])
  assert.deepEqual(await numbers({ startDate: '2026-03-20' }), [])
  assert.deepEqual(await numbers({ reviewType: '3', filterBy: 'CompanyName', keyword: 'co', startDate: '2026-03-17', endDate: '2026-03-19' }), [33])
})

test('pages say where they are', async () => {
  const first = await client.get('/api/tickets/projectresponses?pageSize=3&filterBy=CompanyName&keyword=o')
  assert.deepEqual([first.headers['x-total-count'], first.headers['x-total-pages'], first.json<Row[]>().length], ['4', '2', 3])
  assert.match(String(first.headers.link), /^<http:\/\/earshot\.test\/api\/tickets\/projectresponses\?pageSize=3&filterBy=CompanyName&keyword=o&currentPage=2>; rel="next"/)
  assert.deepEqual((await client.get('/api/tickets/projectresponses?pageSize=3&currentPage=2')).json<Row[]>().map(({ PRecId }) => PRecId), [31])
  const beyond = await client.get('/api/tickets/projectresponses?currentPage=2147483647&pageSize=1000')
  assert.deepEqual([beyond.statusCode, beyond.json(), beyond.headers['x-total-count']], [200, [], '4'])
  const empty = await client.get('/api/tickets/projectresponses?filterBy=PRecId&keyword=0')
  assert.deepEqual([empty.statusCode, empty.json(), empty.headers['x-total-count'], empty.headers['x-total-pages'], empty.headers.link], [200, [], '0', '0', undefined])
})

test('a bad argument is refused by name', async () => {
  for (const version of VERSIONS) {
    for (const [query, field, says] of [
      ['score=1', 'score', /not an argument here; there are filterBy/], ['memberName=kim', 'memberName', /not an argument/], ['filterBy=SRServiceRecID&keyword=1', 'filterBy', /PRecId, ProjectMgr, CompanyName, ContactName/],
      ['filterBy=BoardName&keyword=1', 'filterBy', /PRecId/], ['filterBy=PRecId', 'keyword', /go together/], ['keyword=x', 'filterBy', /go together/], ['reviewType=2', 'reviewType', /0 .* or 3/], ['startDate=soon', 'startDate', /2025-10-01/],
      ['currentPage=0', 'currentPage', /at least 1/], ['pageSize=1001', 'pageSize', /at most 1000/], ['filterBy=ContactName&keyword=%00', 'keyword', /character/], ['keyword=a&keyword=b&filterBy=PRecId', 'keyword', /more than once/],
    ] as const) {
      const refused = await client.get(`${version}/tickets/projectresponses?${query}`)
      assert.deepEqual([refused.statusCode, refused.headers['content-type']], [400, 'application/problem+json; charset=utf-8'], query)
      const { errors } = refused.json<{ errors: Record<string, string[]> }>()
      assert.deepEqual(Object.keys(errors), [field], query)
      assert.match(Object.values(errors)[0]?.[0] ?? '', says)
    }
    for (const authorization of ['', 'Bearer wrong']) assert.equal((await client.get(`${version}/tickets/projectresponses`, { authorization })).statusCode, 401)
  }
})

test('first ratings about satisfaction only, on the account\'s scale', async () => {
  const other = await world.account({ name: 'Surveys' })
  await world.ground.db.updateTable('accounts').set({ score_scale_max: 5 }).where('id', '=', other.account.id).execute()
  await answered(other, { number: '1', survey_id: (await getSurveyFor(other.ctx, 'nps')).id, contact: { external_id: 1, name: 'A', email: 'a@acme.example' } }, 9, '')
  await answered(other, { number: '2', survey_id: (await getSurveyFor(other.ctx, 'good_or_bad')).id, contact: { external_id: 2, name: 'B', email: 'b@acme.example' } }, 2, '')
  assert.deepEqual((await bizratingsClient(world, other.api_key).get('/api/tickets/projectresponses')).json<Row[]>().map(({ PRecId, Score }) => [PRecId, Score]), [[2, 5]])
})

test('a key of one site sees that site, others the default site; another account\'s are not there', async () => {
  const other = await world.account({ name: 'Sites' })
  await createSite(other.ctx, { code: 'north', name: 'North' })
  const north = bizratingsClient(world, (await createKey(other.ctx, { name: 'north', site_code: 'north' })).api_key)
  await answered(other, { number: '1' }, 5, '')
  await answered(other, { number: '2', site_code: 'north' }, 6, '')
  const seen = async (one: BizRatingsClient, query = '') => (await one.get(`/api/tickets/projectresponses${query}`)).json<Row[]>().map(({ PRecId }) => PRecId)
  assert.deepEqual(await seen(bizratingsClient(world, other.api_key)), [1])
  assert.deepEqual(await seen(north), [2])
  assert.deepEqual(await seen(north, '?filterBy=PRecId&keyword=31'), [])
})

/** A project submitted, sent and answered on its page. */
async function answered({ ctx, account: { id } }: TestAccount, given: Partial<ProjectInput>, score: number, comment: string): Promise<void> {
  const { invitation_id, outcome } = await submitProject(ctx, project(given))
  assert.equal(outcome, 'queued')
  await world.work()
  assert.equal((await answerOnPage(world, await pageOf(world, id, invitation_id), { score, comment })).statusCode, 303)
}

async function numbers(query: Record<string, string>): Promise<unknown[]> {
  const listed = await client.get(`/api/v1.2/tickets/projectresponses?${new URLSearchParams(query)}`)
  assert.equal(listed.statusCode, 200, listed.body)
  return listed.json<Row[]>().map(({ PRecId }) => PRecId)
}
