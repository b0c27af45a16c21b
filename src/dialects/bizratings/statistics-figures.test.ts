/** The figures of the statistics, against a plain computation over made-up records that the database has no part in. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { submitTicket } from '../../core/cases/submit.ts'
import { setFinancials } from '../../core/company-financials.ts'
import { createKey } from '../../core/keys.ts'
import type { AnswerInput } from '../../core/responses/answers.ts'
import { foldRecordChanges } from '../../core/records/fold.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { getSurveyFor } from '../../core/surveys.ts'
import { makeDice, type Dice } from '../../demo/random.ts'
import { bizratingsClient, type BizRatingsClient } from '../../../test/support/bizratings.ts'
import { invite } from '../../../test/support/invitations.ts'
import { ticket } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface Rating { value: number, min: number, max: number }

/** What happened, as a person would note it down. */
interface Note {
  site: string
  company: number | null
  staff: string[]
  metric: 'csat' | 'nps'
  project: boolean
  sent_at: Date | null
  answered_at: Date | null
  invited: boolean
  rating: Rating | null
  /** Of each technician, where they were rated one by one. */
  own: Map<string, Rating> | null
  comment: string | null
}

/** Of one company, quarter (`2025-Q4`) and site, in cents. */
interface Money { site: string, company: number, label: string, revenue: number, cost: number }

interface Scene { zone: string, calendar: Intl.DateTimeFormat, scale_max: number, account: TestAccount, dice: Dice, sites: Map<string, { id: number, client: BizRatingsClient }>, companies: number[], staff: Map<string, number>, notes: Note[], money: Money[] }

const ZONES = [{ zone: 'Europe/Berlin', scale_max: 10 }, { zone: 'America/Santiago', scale_max: 5 }, { zone: 'Australia/Lord_Howe', scale_max: 3 }]
const STAFF = ['ada', 'bob', 'cy', 'dot']
const DAY_MS = 86_400_000

let world: World
const scenes: Scene[] = []

before(async () => {
  world = await openWorld()
  for (const [index, { zone, scale_max }] of ZONES.entries()) scenes.push(await play(zone, scale_max, makeDice(index + 7)))
})
after(() => world.close())

test('there is something of every kind to count', () => {
  for (const { notes } of scenes) {
    assert.ok(notes.filter(({ answered_at }) => answered_at).length > 100)
    for (const found of [notes.some(({ project }) => project), notes.some(({ metric }) => metric === 'nps'), notes.some(({ own }) => own), notes.some(({ invited }) => !invited), notes.some(({ answered_at }) => !answered_at)]) assert.ok(found)
  }
})

test('the summary is what the plain computation says, for any range', async () => {
  for (const scene of scenes) {
    for (const site of scene.sites.keys()) {
      for (const range of ranges(scene.dice)) {
        const { AverageScoreLow, AverageScoreHigh, ...shown } = await ask<Record<string, number | null>>(scene, site, `/api/tickets/summary?${query(range)}`)
        const records = within(scene, site, range)
        const responses = records.filter(isAnswered)
        const scores = responses.map(({ rating }) => shownScore(scene, rating))
        assert.deepEqual(shown, {
          TotalSent: sentOf(records), TotalResponses: responses.length, ResponseRate: rateOf(records), AverageScore: mean(scores), CommentCount: responses.filter(({ comment }) => comment !== null).length,
          Scores: Array.from({ length: scene.scale_max }, (_, index) => ({ Score: index + 1, Count: scores.filter((score) => score === index + 1).length })),
        }, `${scene.zone} ${site} ${JSON.stringify(range)}`)
        assert.deepEqual([AverageScoreLow, AverageScoreHigh], bounds(scene, scores))
      }
    }
  }
})

test('companies are what the plain computation says, and add up to the summary', async () => {
  for (const scene of scenes) {
    for (const site of scene.sites.keys()) {
      for (const range of ranges(scene.dice)) {
        const rows = await allPages<{ CompanyRecID: number | null, TotalSent: number, TotalResponses: number }>(scene, site, `/api/tickets/clientresponses?${query(range)}`)
        const records = within(scene, site, range)
        const expected = [...new Set(records.map(({ company }) => company))].map((company) => companyRow(scene, company, records.filter((record) => record.company === company)))
        assert.deepEqual(rows.toSorted(byCompany), expected.toSorted(byCompany), `${scene.zone} ${site} ${JSON.stringify(range)}`)
        const summary = await ask<{ TotalSent: number, TotalResponses: number }>(scene, site, `/api/tickets/summary?${query(range)}`)
        assert.deepEqual([sum(rows.map((row) => row.TotalSent)), sum(rows.map((row) => row.TotalResponses))], [summary.TotalSent, summary.TotalResponses])
      }
    }
  }
})

test('periods are what the plain computation says, have no gaps, and add up to the summary', async () => {
  for (const scene of scenes) {
    for (const viewType of ['daily', 'weekly', 'monthly', 'quarterly']) {
      for (const range of ranges(scene.dice)) {
        const rows = await ask<{ Period: string, PeriodStart: string, PeriodEnd: string, ResponseCount: number }[]>(scene, 'main', `/api/responses/summary?viewType=${viewType}&${query(range)}`)
        const responses = within(scene, 'main', range).filter(isAnswered)
        const label = (day: string) => labelOf(viewType, day)
        const labels = responses.map((one) => label(dayOf(scene, one.answered_at)))
        const first = range.startDate ?? responses.map((one) => dayOf(scene, one.answered_at)).toSorted()[0]
        const last = range.endDate ?? dayOf(scene, world.clock.now())
        assert.deepEqual(rows.map(({ Period }) => Period), first === undefined ? [] : [...new Set(daysFrom(first, last).map(label))], `${scene.zone} ${viewType} ${JSON.stringify(range)}`)
        for (const [index, row] of rows.entries()) {
          assert.equal(row.ResponseCount, labels.filter((one) => one === row.Period).length)
          const [start, end] = [Date.parse(row.PeriodStart), Date.parse(row.PeriodEnd)]
          assert.deepEqual([start, end].map((time) => label(dayOf(scene, new Date(time)))), [row.Period, row.Period])
          assert.ok([start - 1, end + 1].every((time) => label(dayOf(scene, new Date(time))) !== row.Period))
          if (index > 0) assert.equal(start, Date.parse(rows[index - 1]?.PeriodEnd ?? '') + 1)
        }
        const { TotalResponses } = await ask<{ TotalResponses: number }>(scene, 'main', `/api/tickets/summary?${query(range)}`)
        assert.equal(sum(rows.map((row) => row.ResponseCount)), TotalResponses)
      }
    }
    const nps = await ask<{ ResponseCount: number }[]>(scene, 'main', '/api/responses/summary?source=nps')
    assert.equal(sum(nps.map((row) => row.ResponseCount)), scene.notes.filter((note) => note.site === 'main' && note.metric === 'nps' && note.answered_at !== null).length)
  }
})

test('technicians are what the plain computation says, at each site and at all of them', async () => {
  for (const scene of scenes) {
    for (const range of ranges(scene.dice)) {
      const everywhere: object[] = []
      for (const [site, { id }] of scene.sites) {
        const rows = await allPages<{ EmployeeIdentifier: string }>(scene, site, `/api/tickets/employeeeresponses?${query(range)}`)
        const expected = STAFF.flatMap((code) => staffRow(scene, code, within(scene, site, range).filter(isAnswered).filter(({ staff }) => staff.includes(code))))
        assert.deepEqual(rows.toSorted(byEmployee), expected, `${scene.zone} ${site} ${JSON.stringify(range)}`)
        everywhere.push(...expected.map(({ Employee, EmployeeIdentifier, TotalResponses, AverageScore }) => ({
          Employee, EmployeeIdentifier, SiteID: id, SiteName: site === 'main' ? 'Main' : 'North', ResponseCount: TotalResponses, AverageScore,
        })))
      }
      const rows = await allPages<{ EmployeeIdentifier: string, SiteID: number }>(scene, 'main', `/api/tickets/multisiteemployeerating?${query(range)}`)
      const keyOf = (row: object) => 'EmployeeIdentifier' in row && 'SiteID' in row ? `${row.SiteID} ${row.EmployeeIdentifier}` : ''
      assert.deepEqual(rows.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1), everywhere.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1))
    }
  }
})

test('companies by quarter are what the plain computation says, and add up to the companies and to the summary', async () => {
  for (const scene of scenes) {
    for (const site of scene.sites.keys()) {
      const rows = await ask<QuarterRow[]>(scene, site, '/api/tickets/quarterlyresponsessummary')
      const expected = quarterRows(scene, site)
      assert.deepEqual(rows, expected, `${scene.zone} ${site}`)
      const totals = await ask<TotalRow[]>(scene, site, '/api/tickets/quarterlyresponses')
      assert.deepEqual(totals.toSorted(byCompany), [...new Set(expected.map(({ CompanyRecID }) => CompanyRecID))].map((company) => totalRow(scene, site, company, rows)).toSorted(byCompany))
      const summary = await ask<{ TotalSent: number, TotalResponses: number }>(scene, site, '/api/tickets/summary')
      for (const list of [rows, totals]) assert.deepEqual([sum(list.map((row) => row.TotalSent)), sum(list.map((row) => row.TotalResponses))], [summary.TotalSent, summary.TotalResponses])
      const clients = await allPages<{ CompanyRecID: number | null }>(scene, site, '/api/tickets/clientresponses?')
      const asked = totals.filter(({ TotalSent, TotalResponses }) => TotalSent + TotalResponses > 0)
      assert.deepEqual(asked.map(({ CompanyRecID }) => CompanyRecID).sort(), clients.map(({ CompanyRecID }) => CompanyRecID).sort(), 'the same companies')
    }
    assert.ok(scene.money.some(({ revenue }) => revenue === 0) && scene.money.some(({ revenue, cost }) => revenue < 0 && cost > 0))
  }
})

test('lists have as many responses as the plain computation says, narrowed too; sites add up to the list of all sites, and summaries to the same', async () => {
  for (const scene of scenes) {
    const narrowings: [query: string, holds: (note: Answered) => boolean][] = [
      ['', () => true], ['reviewType=3', ({ comment }) => comment !== null], [`score=${scene.scale_max}`, ({ rating }) => shownScore(scene, rating) === scene.scale_max], ['memberName=ada', ({ staff }) => staff.includes('ada')],
      ['filterBy=AssignedResources&keyword=BOB', ({ staff }) => staff.includes('bob')], ['filterBy=CompanyName&keyword=company%202', ({ company }) => company === 2],
      ['memberName=ada&filterBy=CompanyName&keyword=Company&reviewType=3', ({ staff, company, comment }) => staff.includes('ada') && company !== null && comment !== null],
    ]
    for (const range of ranges(scene.dice)) {
      for (const [narrowed, holds] of narrowings) {
        const expected = [...scene.sites.keys()].map((site) => within(scene, site, range).filter(isAnswered).filter(holds).length)
        const listed = await Promise.all([...scene.sites.keys()].map((site) => totalOf(scene, site, `/api/tickets/responses?${narrowed}&${query(range)}`)))
        assert.deepEqual(listed, expected, `${scene.zone} ${narrowed} ${JSON.stringify(range)}`)
        assert.equal(await totalOf(scene, 'main', `/api/v1.2/tickets/multisiteresponses?${narrowed}&${query(range)}`), sum(expected))
        if (narrowed.startsWith('score')) continue
        const summaries = await Promise.all([...scene.sites.keys()].map((site) => ask<{ TotalResponses: number }>(scene, site, `/api/tickets/summary?${narrowed}&${query(range)}`)))
        assert.deepEqual(summaries.map(({ TotalResponses }) => TotalResponses), expected)
      }
    }
  }
})

test('the list of all sites is the sites\' lists, newest first', async () => {
  for (const scene of scenes) {
    const answered_at = (rows: { RespondedOn: string }[]) => rows.map(({ RespondedOn }) => RespondedOn)
    const of_sites = await Promise.all([...scene.sites.keys()].map((site) => ask<{ RespondedOn: string }[]>(scene, site, '/api/tickets/responses?pageSize=1000')))
    const everywhere = await ask<{ RespondedOn: string }[]>(scene, 'main', '/api/tickets/multisiteresponses?pageSize=1000')
    assert.deepEqual(answered_at(everywhere), of_sites.flatMap(answered_at).toSorted().toReversed())
  }
})

test('lists of projects and of single answers have as many rows as the plain computation says', async () => {
  for (const scene of scenes) {
    for (const site of scene.sites.keys()) {
      for (const range of ranges(scene.dice)) {
        const projects = within(scene, site, range, true).filter(isAnswered)
        assert.equal(await totalOf(scene, site, `/api/tickets/projectresponses?${query(range)}`), projects.length, `${scene.zone} ${site} ${JSON.stringify(range)}`)
        const answers = within(scene, site, range).filter(isAnswered).map(({ own, comment }) => own ? own.size + (comment === null ? 0 : 1) : 0)
        assert.equal(await totalOf(scene, site, `/api/tickets/employeesurveydetailresponse?${query(range)}`), sum(answers))
      }
    }
  }
})

test('a response of two technicians is in both their rows, and a quarter of all companies is a period of all responses', async () => {
  for (const scene of scenes) {
    for (const site of scene.sites.keys()) {
      const responses = within(scene, site, {}).filter(isAnswered)
      assert.ok(responses.some(({ staff }) => staff.length === 2) && responses.some(({ staff }) => staff.length === 0))
      const technicians = await ask<{ TotalResponses: number }[]>(scene, site, '/api/tickets/employeeeresponses')
      assert.equal(sum(technicians.map((row) => row.TotalResponses)), sum(responses.map(({ staff }) => staff.length)))
      const quarters = await ask<QuarterRow[]>(scene, site, '/api/tickets/quarterlyresponsessummary')
      for (const { Period, ResponseCount } of await ask<{ Period: string, ResponseCount: number }[]>(scene, site, '/api/responses/summary?viewType=quarterly')) {
        assert.equal(sum(quarters.filter(({ Year, Quarter }) => `${Year}-Q${Quarter}` === Period).map((row) => row.TotalResponses)), ResponseCount, `${scene.zone} ${site} ${Period}`)
      }
    }
  }
})

/** Half a year with both changes of the clock in each zone: every week some tickets and other surveys go out, and most are answered within two weeks. */
async function play(zone: string, scale_max: number, dice: Dice): Promise<Scene> {
  world.clock.set('2025-09-01T09:00:00Z')
  const account = await world.account({ name: zone, time_zone: zone })
  await world.ground.db.updateTable('accounts').set({ score_scale_max: scale_max }).where('id', '=', account.account.id).execute()
  const north = await createSite(account.ctx, { code: 'north', name: 'North' })
  const north_key = await createKey(account.ctx, { name: 'north', site_code: 'north' })
  const staff = new Map<string, number>()
  for (const code of STAFF) staff.set(code, (await createStaffMember(account.ctx, { code, name: code.toUpperCase() })).id)
  const sites = new Map([
    ['main', { id: account.account.default_site_id, client: bizratingsClient(world, account.api_key) }], ['north', { id: north.id, client: bizratingsClient(world, north_key.api_key) }],
  ])
  const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const scene: Scene = { zone, calendar, scale_max, account, dice, sites, companies: [1, 2, 3, 4], staff, notes: [], money: [] }
  for (let number = 1; world.clock.now() < new Date('2026-04-20T00:00:00Z'); number += 10) await playDay(scene, number)
  world.clock.set('2026-05-05T12:00:00Z')
  await earn(scene)
  return scene
}

async function playDay(scene: Scene, number: number): Promise<void> {
  const { dice } = scene
  const sent_at = world.clock.now()
  const sent = [...await Promise.all(Array.from({ length: dice.between(3, 6) }, (_, index) => sendTicket(scene, number + index))), await sendOther(scene, number)]
  await world.work()
  for (const { note, invitation_id } of sent) {
    note.sent_at = sent_at
    if (dice.chance(0.75)) await answer(scene, note, invitation_id)
  }
  world.clock.set(sent_at)
  if (dice.chance(0.5)) await answerUninvited(scene)
  // Some of it is summed by now, some is still noted only.
  if (dice.chance(0.4)) await foldRecordChanges(world.ground, dice.between(1, 30))
  world.clock.set(new Date(sent_at.getTime() + dice.between(6, 9) * DAY_MS + dice.between(0, 1440) * 60_000))
}

interface Sent { note: Note, invitation_id: number }

async function sendTicket(scene: Scene, number: number): Promise<Sent> {
  const note = makeNote(scene, { company: scene.dice.pick(scene.companies), staff: someStaff(scene) })
  const company = { external_id: note.company, name: `Company ${note.company}` }
  const contact = { external_id: number, name: 'Jo', email: `c${number}@client.example` }
  const submitted = await submitTicket(scene.account.ctx, ticket({ site_id: siteOf(scene, note.site), number: String(number), company, contact, staff_codes: note.staff }))
  return { note, invitation_id: submitted.invitation_id }
}

async function sendOther(scene: Scene, number: number): Promise<Sent> {
  const { dice, account: { ctx } } = scene
  const survey = dice.pick(['nps', 'employee', 'employee', 'good_or_bad', 'project'] as const)
  const note = makeNote(scene, { company: null, staff: someStaff(scene, 1), metric: survey === 'nps' ? 'nps' : 'csat', project: survey === 'project' })
  const [site_id, staff_ids] = [siteOf(scene, note.site), note.staff.map((code) => scene.staff.get(code) ?? 0)]
  const now = world.clock.now()
  const project = survey === 'project' ? await ctx.db.insertInto('cases').values({ account_id: ctx.account.id, site_id, kind: 'project', number: String(number), created_at: now, updated_at: now }).returning('id').executeTakeFirstOrThrow() : null
  const { id } = await invite(ctx, { survey, site_id, staff_ids, case_id: project?.id ?? null, email: `o${number}@client.example` })
  note.own = survey === 'employee' ? new Map() : null
  note.rating = survey === 'good_or_bad' ? { value: 0, min: 1, max: 2 } : survey === 'nps' ? { value: 0, min: 0, max: 10 } : { value: 0, min: 1, max: 10 }
  return { note, invitation_id: id }
}

async function answer(scene: Scene, note: Note, invitation_id: number): Promise<void> {
  const { dice, account: { ctx } } = scene
  const { token } = await ctx.db.selectFrom('invitations').select('token').where('account_id', '=', ctx.account.id).where('id', '=', invitation_id).executeTakeFirstOrThrow()
  const scale = note.rating ?? { min: 1, max: 10 }
  const rating = (): Rating => ({ value: dice.between(scale.min, scale.max), min: scale.min, max: scale.max })
  const sent_at = note.sent_at ?? world.clock.now()
  note.answered_at = answerTime(scene, sent_at)
  world.clock.set(note.answered_at)
  note.comment = dice.chance(0.4) ? 'Well' : null
  note.rating = rating()
  const answers = note.own ? await answersOfEach(scene, note, rating) : { score: note.rating.value, comment: note.comment }
  await recordResponse(world.ground, token, answers, EVIDENCE)
}

/** A rating of each technician; the first one is the headline. */
async function answersOfEach(scene: Scene, note: Note, rating: () => Rating): Promise<AnswerInput[]> {
  const questions = await perStaffQuestion(scene)
  const own = new Map(note.staff.map((code) => [code, rating()]))
  note.own = own
  note.rating = own.get(note.staff[0] ?? '') ?? null
  return [...note.staff.map((code) => ({ question_id: questions.rating, staff_id: scene.staff.get(code) ?? 0, value: own.get(code)?.value ?? 0 })), { question_id: questions.text, text: note.comment }]
}

const EVIDENCE = { responder_ip: null, user_agent: null }

/** Within two weeks; now and then in the first or last millisecond of a day. */
function answerTime({ zone, dice }: Scene, sent_at: Date): Date {
  const time = new Date(sent_at.getTime() + dice.between(1, 14 * 1440) * 60_000)
  if (dice.chance(0.7)) return time
  const midnight = Temporal.Instant.fromEpochMilliseconds(time.getTime() + DAY_MS).toZonedDateTimeISO(zone).startOfDay().epochMilliseconds
  return new Date(midnight - dice.between(0, 1))
}

/** Most companies have money in most quarters of a longer time; one of them was never asked anything. */
async function earn({ account, dice, companies, sites, money }: Scene): Promise<void> {
  for (const site of sites.keys()) for (const company of [...companies, 5]) for (const label of ['2025-Q2', '2025-Q3', '2025-Q4', '2026-Q1', '2026-Q2', '2026-Q3']) {
    if (dice.chance(0.7)) money.push({ site, company, label, revenue: dice.chance(0.2) ? 0 : dice.between(-30_000, 99_999) * dice.between(1, 9_999_999), cost: dice.between(-30_000, 99_999) * dice.between(1, 9_999_999) })
  }
  const text = (cents: number) => (cents < 0 ? '-' : '') + String(Math.abs(cents)).padStart(3, '0').replace(/..$/, '.$&')
  await setFinancials(account.ctx, money.map(({ site, company, label, revenue, cost }) => ({
    company: { external_id: company, name: `Company ${company}` }, site, year: Number(label.slice(0, 4)), quarter: Number(label.slice(-1)), revenue: text(revenue), cost: text(cost),
  })))
}

/** What comes in by an open link has no invitation. */
async function answerUninvited(scene: Scene): Promise<void> {
  const { dice, account: { ctx } } = scene
  const answered_at = answerTime(scene, world.clock.now())
  const note = makeNote(scene, { company: null, staff: someStaff(scene), invited: false, answered_at, rating: { value: dice.between(1, 10), min: 1, max: 10 } })
  const { id: survey_id, version: survey_version } = await getSurveyFor(ctx, 'ticket')
  const staff_ids = note.staff.map((code) => scene.staff.get(code) ?? 0)
  const { id } = await ctx.db.insertInto('responses').values({
    account_id: ctx.account.id, staff_ids, survey_id, survey_version, site_id: siteOf(scene, note.site), score_value: note.rating?.value ?? 0, score_min: 1, score_max: 10, score_metric: 'csat', sentiment: 2,
    answered_at, dated_at: answered_at, created_at: answered_at, updated_at: answered_at,
  }).returning('id').executeTakeFirstOrThrow()
  for (const [index, staff_id] of staff_ids.entries()) await ctx.db.insertInto('response_staff').values({ account_id: ctx.account.id, response_id: id, position: index + 1, staff_id, dated_at: answered_at, survey_id, earlier_staff_ids: index === 0 ? null : staff_ids.slice(0, index) }).execute()
}

function makeNote(scene: Scene, given: Partial<Note>): Note {
  const note: Note = { site: scene.dice.pick(['main', 'main', 'north']), company: null, staff: [], metric: 'csat', project: false, sent_at: null, answered_at: null, invited: true, rating: null, own: null, comment: null, ...given }
  scene.notes.push(note)
  return note
}

function someStaff({ dice }: Scene, least = 0): string[] {
  const count = dice.between(least, 2)
  return STAFF.map((code) => ({ code, place: dice.next() })).toSorted((a, b) => a.place - b.place).slice(0, count).map(({ code }) => code)
}

function siteOf(scene: Scene, site: string): number {
  return scene.sites.get(site)?.id ?? 0
}

async function perStaffQuestion({ account: { ctx } }: Scene): Promise<{ rating: number, text: number }> {
  const { id } = await getSurveyFor(ctx, 'employee')
  const rows = await ctx.db.selectFrom('survey_questions').select('question_id').where('account_id', '=', ctx.account.id).where('survey_id', '=', id).orderBy('position').execute()
  return { rating: rows[0]?.question_id ?? 0, text: rows[1]?.question_id ?? 0 }
}

interface DayRange { startDate?: string, endDate?: string }

function ranges(dice: Dice): DayRange[] {
  const day = () => new Date(Date.UTC(2025, 8, 1 + dice.between(0, 230))).toISOString().slice(0, 10)
  const [a, b] = [day(), day()].toSorted((one, other) => (one < other ? -1 : 1))
  return [{}, { startDate: a }, { endDate: b }, { startDate: a, endDate: b }, { startDate: '2025-10-01', endDate: '2025-10-31' }, { startDate: '2026-03-29', endDate: '2026-04-05' }]
}

function query(range: DayRange): string {
  return new URLSearchParams({ ...range }).toString()
}

type Answered = Note & { answered_at: Date, rating: Rating }

function isAnswered(note: Note): note is Answered {
  return note.answered_at !== null
}

/** The records of one site about satisfaction, with tickets and what else is no project or with projects, by the account's days. */
function within(scene: Scene, site: string, { startDate = '0000', endDate = '9999' }: DayRange, with_projects = false): Note[] {
  return scene.notes.filter((note) => {
    const date = note.answered_at ?? note.sent_at
    const day = date && dayOf(scene, date)
    return note.site === site && note.metric === 'csat' && note.project === with_projects && day !== null && day >= startDate && day <= endDate
  })
}

function dayOf({ calendar }: Scene, date: Date): string {
  return calendar.format(date)
}

function daysFrom(first: string, last: string): string[] {
  const days: string[] = []
  for (let time = Date.parse(first); time <= Date.parse(last); time += DAY_MS) days.push(new Date(time).toISOString().slice(0, 10))
  return days
}

function labelOf(viewType: string, day: string): string {
  const month = day.slice(0, 7)
  if (viewType === 'daily') return day
  if (viewType === 'monthly') return month
  if (viewType === 'quarterly') return `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`
  // A week belongs to the year of its Thursday.
  const weekday = (new Date(day).getUTCDay() + 6) % 7
  const thursday = new Date(Date.parse(day) + (3 - weekday) * DAY_MS)
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * DAY_MS))
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`
}

function shownScore({ scale_max }: Scene, { value, min, max }: Rating): number {
  return Math.round(1 + (value - min) * (scale_max - 1) / (max - min))
}

/** Two decimals: by the third one, which alone decides. */
function rounded(part: number, whole: number): number | null {
  return whole === 0 ? null : Number((BigInt(part) * 1000n / BigInt(whole) + 5n) / 10n) / 100
}

function mean(scores: number[]): number | null {
  return rounded(sum(scores), scores.length)
}

function bounds({ scale_max }: Scene, scores: number[]): [number | null, number | null] {
  if (scores.length < 2) return [null, null]
  const middle = sum(scores) / scores.length
  const error = Math.sqrt(sum(scores.map((score) => (score - middle) ** 2)) / (scores.length - 1) / scores.length)
  return [Math.max(1, Math.round((middle - 1.96 * error) * 100) / 100), Math.min(scale_max, Math.round((middle + 1.96 * error) * 100) / 100)]
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function sentOf(records: Note[]): number {
  return records.filter(({ invited }) => invited).length
}

function rateOf(records: Note[]): number | null {
  return rounded(100 * records.filter((record) => record.invited && isAnswered(record)).length, sentOf(records))
}

function companyRow(scene: Scene, company: number | null, records: Note[]) {
  const responses = records.filter(isAnswered)
  return {
    CompanyRecID: company, CompanyName: company === null ? null : `Company ${company}`, TotalSent: sentOf(records), TotalResponses: responses.length, ResponseRate: rateOf(records),
    AverageScore: mean(responses.map(({ rating }) => shownScore(scene, rating))), LastResponseOn: lastOf(responses),
  }
}

type QuarterRow = ReturnType<typeof quarterRow>
type TotalRow = ReturnType<typeof totalRow>

/** Newest quarter first, then by name, which here is by number, who has none last. */
function quarterRows(scene: Scene, site: string) {
  const records = within(scene, site, {})
  const money = scene.money.filter((one) => one.site === site)
  const places = [...records.map((record) => `${labelAt(scene, record)} ${record.company ?? 9}`), ...money.map(({ label, company }) => `${label} ${company}`)]
  return [...new Set(places)].toSorted().map((place) => ({ label: place.slice(0, 7), company: place.endsWith('9') ? null : Number(place.slice(8)) }))
    .toSorted((a, b) => (a.label === b.label ? 0 : a.label < b.label ? 1 : -1))
    .map(({ label, company }) => quarterRow(scene, company, label, records.filter((one) => one.company === company && labelAt(scene, one) === label), money.filter((one) => one.company === company && one.label === label)))
}

function quarterRow(scene: Scene, company: number | null, label: string, records: Note[], money: Money[]) {
  const [Year, Quarter] = [Number(label.slice(0, 4)), Number(label.slice(-1))]
  const { LastResponseOn, ...figures } = companyRow(scene, company, records)
  return { ...figures, Year, Quarter, QuarterStart: Temporal.PlainDate.from({ year: Year, month: Quarter * 3 - 2, day: 1 }).toZonedDateTime(scene.zone).toInstant().toString({ smallestUnit: 'millisecond' }), ...profitOf(money) }
}

function totalRow(scene: Scene, site: string, company: number | null, rows: QuarterRow[]) {
  const { LastResponseOn, ...figures } = companyRow(scene, company, within(scene, site, {}).filter((one) => one.company === company))
  return { ...figures, Quarters: rows.filter(({ CompanyRecID }) => CompanyRecID === company).length, ...profitOf(scene.money.filter((one) => one.site === site && one.company === company)) }
}

function profitOf(money: Money[]) {
  if (money.length === 0) return { Revenue: null, Cost: null, Profit: null, MarginPercent: null }
  const [revenue, cost] = [sum(money.map((one) => one.revenue)), sum(money.map((one) => one.cost))]
  return { Revenue: revenue / 100, Cost: cost / 100, Profit: (revenue - cost) / 100, MarginPercent: marginOf(revenue - cost, revenue) }
}

/** Two decimals, half away from zero, by the text of the third one and all that follow. */
function marginOf(profit: number, revenue: number): number | null {
  if (revenue === 0) return null
  const [top, bottom] = [BigInt(Math.abs(profit)) * 100_000n, BigInt(Math.abs(revenue))]
  const thousandths = top / bottom
  const hundredths = thousandths / 10n + (thousandths % 10n >= 5n ? 1n : 0n)
  return Number((profit < 0) === (revenue < 0) ? hundredths : -hundredths) / 100
}

function labelAt(scene: Scene, record: Note): string {
  return labelOf('quarterly', dayOf(scene, record.answered_at ?? record.sent_at ?? new Date(NaN)))
}

function staffRow(scene: Scene, code: string, responses: Answered[]) {
  if (responses.length === 0) return []
  const scores = responses.map(({ own, rating }) => shownScore(scene, own?.get(code) ?? rating))
  return [{
    Employee: code.toUpperCase(), EmployeeIdentifier: code, TotalResponses: responses.length, AverageScore: mean(scores), CommentCount: responses.filter(({ comment }) => comment !== null).length,
    LastResponseOn: lastOf(responses),
  }]
}

function lastOf(responses: Answered[]): string | null {
  return responses.map(({ answered_at }) => answered_at.toISOString()).toSorted().at(-1) ?? null
}

function byCompany(a: { CompanyRecID: number | null }, b: { CompanyRecID: number | null }): number {
  return (a.CompanyRecID ?? 0) - (b.CompanyRecID ?? 0)
}

function byEmployee(a: { EmployeeIdentifier: string }, b: { EmployeeIdentifier: string }): number {
  return a.EmployeeIdentifier < b.EmployeeIdentifier ? -1 : 1
}

async function ask<T>(scene: Scene, site: string, path: string): Promise<T> {
  const answer = await scene.sites.get(site)?.client.get(path)
  assert.ok(answer)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<T>()
}

async function totalOf(scene: Scene, site: string, path: string): Promise<number> {
  const answer = await scene.sites.get(site)?.client.get(`${path}&pageSize=1`)
  assert.ok(answer)
  assert.equal(answer.statusCode, 200, answer.body)
  return Number(answer.headers['x-total-count'])
}

async function allPages<T>(scene: Scene, site: string, path: string): Promise<T[]> {
  const rows: T[] = []
  for (let page = 1; ; page++) {
    const found = await ask<T[]>(scene, site, `${path}&pageSize=3&currentPage=${page}`)
    if (found.length === 0) return rows
    rows.push(...found)
  }
}
