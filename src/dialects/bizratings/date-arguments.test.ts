// once
/** Each way to write a date, as either end of a range, at every endpoint that takes one; and days at both their ends where the clocks change. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { submitProject, submitTicket } from '../../core/cases/submit.ts'
import { foldRecordChanges } from '../../core/records/fold.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { answerOnPage, pageOf } from '../../../test/support/answering.ts'
import { bizratingsClient, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { project, ticket } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

type Row = Record<string, unknown>

/** An endpoint, and at which of the four instants of a day what it answers lies: 0 is the last millisecond before the day, 1 its first, 2 its last, 3 the first of the next day. */
interface Endpoint { path: string, instantsOf(answer: unknown, day: Day): unknown[] }

const dated = (field: string) => (answer: unknown, day: Day): unknown[] => [...new Set(rowsOf(answer).map((row) => instantsOf(day).indexOf(String(row[field]))))].sort()

const ENDPOINTS: Endpoint[] = [
  ...['/api', '/api/v1.1', '/api/v1.2', '/api/v1.3'].map((version) => `${version}/tickets/responses`),
  ...['projectresponses', 'multisiteresponses'].flatMap((list) => ['/api', '/api/v1.1', '/api/v1.2'].map((version) => `${version}/tickets/${list}`)),
  '/api/tickets/fivequestionsurveydetailresponse', '/api/tickets/employeesurveydetailresponse',
].map((path): Endpoint => ({ path, instantsOf: dated('RespondedOn') })).concat([
  { path: '/api/tickets/clientresponses', instantsOf: (answer, day) => dated('LastResponseOn')(rowsOf(answer).filter(({ LastResponseOn }) => LastResponseOn !== null), day) },
  { path: '/api/tickets/employeeeresponses', instantsOf: dated('LastResponseOn') },
  { path: '/api/tickets/multisiteemployeerating', instantsOf: (answer) => rowsOf(answer).map(({ EmployeeIdentifier }) => Number(EmployeeIdentifier)).sort() },
  { path: '/api/tickets/summary', instantsOf: summaryInstants },
  { path: '/api/responses/summary', instantsOf: (answer) => [rowsOf(answer).reduce((sum, { ResponseCount }) => sum + Number(ResponseCount), 0)] },
])
const VOLUME = '/api/responses/summary'

interface Day { zone: string, day: string, start: string, next: string }

const DAYS: Day[] = [
  { zone: 'Europe/Berlin', day: '2026-03-29', start: '2026-03-28T23:00:00.000Z', next: '2026-03-29T22:00:00.000Z' },
  { zone: 'Europe/Berlin', day: '2025-10-26', start: '2025-10-25T22:00:00.000Z', next: '2025-10-26T23:00:00.000Z' },
  { zone: 'America/St_Johns', day: '2026-03-08', start: '2026-03-08T03:30:00.000Z', next: '2026-03-09T02:30:00.000Z' },
  { zone: 'America/St_Johns', day: '2025-11-02', start: '2025-11-02T02:30:00.000Z', next: '2025-11-03T03:30:00.000Z' },
  // Days that begin at one o'clock.
  { zone: 'America/Santiago', day: '2025-09-07', start: '2025-09-07T04:00:00.000Z', next: '2025-09-08T03:00:00.000Z' },
  { zone: 'Africa/Cairo', day: '2025-04-25', start: '2025-04-24T22:00:00.000Z', next: '2025-04-25T21:00:00.000Z' },
  // One whose midnight comes twice.
  { zone: 'Atlantic/Azores', day: '2025-10-26', start: '2025-10-26T00:00:00.000Z', next: '2025-10-27T01:00:00.000Z' },
]
const BERLIN = DAYS[0] ?? assert.fail()

let world: World
const accounts = new Map<Day, { account: TestAccount, client: BizRatingsClient }>()

before(async () => {
  world = await openWorld({ now: '2025-04-01T00:00:00Z' })
  for (const day of DAYS) {
    const account = await world.account({ name: `${day.zone} ${day.day}`, time_zone: day.zone })
    accounts.set(day, { account, client: bizratingsClient(world, account.api_key) })
    for (const [index, instant] of instantsOf(day).entries()) await happen(account, index, instant)
  }
  world.clock.set('2026-04-10T12:00:00Z')
})
after(() => world.close())

const DAY_FORMS = (day: string): string[] => {
  const [year = '', month = '', date = ''] = day.split('-')
  const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1] ?? ''
  return [`${year}/${month}/${date}`, `${date}-${name}-${year}`, day, `${Number(date)}-${Number(month)}-${year}`, `${year}/${Number(month)}/${Number(date)}`, `${Number(date)}-${name.toLowerCase()}-${year}`, `${date}-${month}-${year}`]
}

/** As they stand in the address: `%2B` is a plus sign, and `+` one that nobody encoded. */
const STARTS = [
  ...DAY_FORMS('2026-03-29'),
  '2026-03-28T23:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-28T23:00Z', '2026-03-29T00:00:00%2B01:00', '2026-03-29T00:00:00+01:00', '2026-03-29T00:00:00%2B0100', '2026-03-28T18:00:00-05:00', '2026-03-29T00:00:00', '2026-03-29T00:00',
]
const ENDS = [
  ...DAY_FORMS('2026-03-29'),
  '2026-03-29T21:59:59.999Z', '2026-03-29T21:59:59.9990000Z', '2026-03-29t21:59:59.999z', '2026-03-29T23:59:59.999%2B02:00', '2026-03-29T23:59:59.999+02:00', '2026-03-29T23:59:59.999%2B0200', '2026-03-29T16:59:59.999-05:00', '2026-03-29T23:59:59.999', '2026-03-29%2023:59:59.999',
]

for (const endpoint of ENDPOINTS) {
  test(`${endpoint.path} takes every form of a date at either end`, async () => {
    for (const start of STARTS) await check(endpoint, BERLIN, `startDate=${start}`, [1, 2, 3])
    for (const end of ENDS) await check(endpoint, BERLIN, `endDate=${end}`, [0, 1, 2])
    await check(endpoint, BERLIN, `STARTDATE=${STARTS.at(-1)}&enddate=${ENDS[1]}`, [1, 2])
  })

  test(`${endpoint.path} is exact to the millisecond`, async () => {
    for (const [query, expected] of [
      ['startDate=2026-03-28T22:59:59.999Z', [0, 1, 2, 3]], ['startDate=2026-03-28T23:00:00.001Z', [2, 3]], ['endDate=2026-03-29T22:00:00Z', [0, 1, 2, 3]], ['endDate=2026-03-29T21:59:59.998Z', [0, 1]],
      ['startDate=2026-03-29T21:59:59.999Z&endDate=2026-03-29T21:59:59.999Z', [2]], ['startDate=2026-03-29T00:00:00.000&endDate=2026-03-29T00:00:00.000', [1]], ['startDate=2026-03-30&endDate=2026-03-29', []],
    ] as const) await check(endpoint, BERLIN, query, expected)
  })

  test(`${endpoint.path} refuses what is no date by its name, and takes any that the calendar has`, async () => {
    const { client } = accounts.get(BERLIN) ?? assert.fail()
    for (const name of ['startDate', 'endDate']) for (const text of ['2026-02-29', '31-Feb-2026', '29-13-2026', '03/29/2026', '2026-03-29T24:00:00Z', '0000-01-01', 'today', '1774738800']) {
      const refused = await client.get(`${endpoint.path}?${name}=${text}`)
      assert.equal(refused.statusCode, 400, text)
      assert.deepEqual(Object.keys(refused.json().errors), [name])
      assert.match(refused.json().errors[name][0], /2025-10-01, 2025\/10\/01, 01-Oct-2025 or 01-10-2025/)
    }
    if (endpoint.path !== VOLUME) await check(endpoint, BERLIN, 'startDate=0001-01-01&endDate=31-Dec-9999', [0, 1, 2, 3])
    else assert.deepEqual(Object.keys((await client.get(`${VOLUME}?startDate=0001-01-01&endDate=31-Dec-9999`)).json().errors), ['startDate'], 'too many periods')
  })
}

for (const sums of ['noted', 'added up'] as const) {
  for (const day of DAYS) {
    test(`${day.day} has both its ends in ${day.zone}, at every endpoint, when records are ${sums}`, async () => {
      if (sums === 'added up') while ((await foldRecordChanges(world.ground)) > 0);
      const forms = DAY_FORMS(day.day)
      for (const [index, endpoint] of ENDPOINTS.entries()) {
        const [start = '', end = ''] = [forms[index % forms.length], forms[(index + 3) % forms.length]]
        await check(endpoint, day, `startDate=${end}&endDate=${start}`, [1, 2])
        if (sums === 'noted') continue
        await check(endpoint, day, `startDate=${start}`, [1, 2, 3])
        await check(endpoint, day, `endDate=${end}`, [0, 1, 2])
      }
    })
  }
}

/** A ticket that two surveys are answered about, one for each list of single answers, another one that nobody answers, and a project; all by a technician and for a company of this instant alone. */
async function happen({ ctx, account: { id } }: TestAccount, index: number, instant: string): Promise<void> {
  world.clock.set(instant)
  const of = (number: number) => ({ number: String(number), company: { external_id: index + 1, name: `Company ${index}` }, contact: { external_id: number, name: 'Jo', email: `c${number}@client.example` } })
  for (const [place, purpose] of (['five_questions', 'employee'] as const).entries()) {
    const { id: survey_id } = await getSurveyFor(ctx, purpose)
    await respond(id, (await submitTicket(ctx, ticket({ ...of(10 * place + index + 1), staff_codes: [String(index)], survey_id }))).invitation_id, index + 1)
  }
  await respond(id, (await submitProject(ctx, project({ ...of(30 + index), manager_codes: [String(index)] }))).invitation_id, index + 1)
  await submitTicket(ctx, ticket({ ...of(40 + index), staff_codes: [] }))
  await world.work()
}

async function respond(account_id: number, invitation_id: number, score: number): Promise<void> {
  assert.equal((await answerOnPage(world, await pageOf(world, account_id, invitation_id), { score })).statusCode, 303)
}

async function check({ path, instantsOf: seen }: Endpoint, day: Day, query: string, expected: readonly number[]): Promise<void> {
  const { client } = accounts.get(day) ?? assert.fail()
  const answer = await client.get(`${path}?${query}`)
  assert.equal(answer.statusCode, 200, `${path}?${query}: ${answer.body}`)
  if (answer.headers['x-total-count'] !== undefined) assert.equal(Number(answer.headers['x-total-count']), rowsOf(answer.json()).length)
  // The volume has nothing but numbers: two responses are counted at each instant.
  assert.deepEqual(seen(answer.json(), day), path === VOLUME ? [2 * expected.length] : expected, `${path}?${query}`)
}

/** The score says which instant it was; what nobody answered was sent at the same. */
function summaryInstants(answer: unknown): unknown[] {
  const [summary = {}] = rowsOf([answer])
  const found = rowsOf(summary.Scores).filter(({ Count }) => Count === 2).map(({ Score }) => Number(Score) - 1)
  assert.deepEqual([summary.TotalSent, summary.TotalResponses], [3 * found.length, 2 * found.length])
  return found
}

function instantsOf({ start, next }: Day): string[] {
  return [before_ms(start), start, before_ms(next), next]
}

function before_ms(instant: string): string {
  return new Date(Date.parse(instant) - 1).toISOString()
}

function rowsOf(answer: unknown): Row[] {
  assert.ok(Array.isArray(answer))
  return answer.filter((row): row is Row => typeof row === 'object' && row !== null)
}
