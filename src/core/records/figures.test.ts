/** Sums and notes together say what looking at every record says: for any subject, range and filter, however much of it is added up already. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql, type RawBuilder } from 'kysely'
import { ticket } from '../../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { makeDice, type Dice } from '../../demo/random.ts'
import { setBoardSurvey } from '../board-surveys.ts'
import { submitTicket } from '../cases/submit.ts'
import { getAccount } from '../accounts.ts'
import { contextOf, type Context } from '../context.ts'
import type { Answers } from '../responses/answers.ts'
import { listResponses } from '../responses/list.ts'
import { findNames, type AskedFilter } from '../responses/names.ts'
import { recordResponse } from '../responses/record.ts'
import { reviseResponse } from '../responses/revise.ts'
import { listStaff } from '../staff.ts'
import { getSurveyFor } from '../surveys.ts'
import { foundFigures, recordFigures, type Figure } from './figures.ts'
import { foldRecordChanges } from './fold.ts'
import { scopeBy, scopeOf } from './scope.ts'

const ZONE = 'America/St_Johns'
const FIGURES: Figure[] = ['waiting', 'responses', 'invited', 'comments', 'invited_comments', 'answer_count', 'score_sum', 'score_count', 'credit_sum', 'credit_count']
const SCORED: Figure[] = ['waiting', 'responses', 'invited', 'comments', 'invited_comments', 'score_sum', 'score_count']
const PLACES = Array.from({ length: 40 }, (_, index) => index + 1)
const NOBODY = { responder_ip: null, user_agent: null }

let world: World
let acme: TestAccount
const dice = makeDice(11)

before(async () => {
  world = await openWorld({ now: '2025-09-20T12:00:00Z' })
  acme = await world.account({ time_zone: ZONE })
  await setBoardSurvey(acme.ctx, { kind: 'ticket', name: 'Help', survey_id: (await getSurveyFor(acme.ctx, 'employee')).id })
  for (let day = 0; day < 45; day++) await liveOneDay(day)
})
after(() => world.close())

/** Tickets go out and some answers come in, a few are changed, and what was noted is added up now and then. */
async function liveOneDay(day: number): Promise<void> {
  const sent = await Promise.all(Array.from({ length: dice.between(1, 4) }, (_, index) => submitTicket(acme.ctx, ticket({
    number: String(day * 10 + index), title: dice.pick(['100 % slow', 'Printer_2', 'Mail']), board_name: dice.pick(['Help', 'Helpdesk', null]), company: dice.pick([{ external_id: 1, name: 'Acme' }, { external_id: 2, name: 'Acme South' }, { external_id: 3, name: 'Zeta' }]),
    contact: { external_id: day * 10 + index, name: 'Jo Doe', email: `jo${index}@client.example` }, staff_codes: dice.pick([[], ['amy'], ['amy', 'ben'], ['ben', 'cat', 'amy']]),
  }))))
  await world.work()
  world.clock.advance({ hours: dice.between(1, 60), minutes: dice.between(0, 59) })
  for (const { invitation_id } of sent) {
    if (dice.chance(0.3)) continue
    const { token, survey_id, staff_ids } = await world.ground.db.selectFrom('invitations').select(['token', 'survey_id', 'staff_ids']).where('id', '=', invitation_id).executeTakeFirstOrThrow()
    await recordResponse(world.ground, token, await answersOf(survey_id, staff_ids), NOBODY)
    if (dice.chance(0.3)) await reviseResponse(world.ground, token, { score: dice.between(1, 10), comment: dice.pick([null, 'Better']) }, NOBODY)
    if (dice.chance(0.3)) await foldRecordChanges(world.ground, dice.between(1, 9))
  }
}

/** A score and now and then a comment; each technician is rated where the survey asks about them. */
async function answersOf(survey_id: number, staff_ids: readonly number[]): Promise<Answers> {
  const rows = await world.ground.db.selectFrom('survey_questions as sq').innerJoin('questions as q', 'q.id', 'sq.question_id').where('sq.survey_id', '=', survey_id).select(['q.id', 'q.per_staff']).orderBy('sq.position').execute()
  const about = rows.find(({ per_staff }) => per_staff)
  if (!about) return { score: dice.between(1, 10), comment: dice.pick([null, 'Fine']) }
  return staff_ids.map((staff_id) => ({ question_id: about.id, staff_id, value: dice.between(1, 10) }))
}

test('the copies on a response say what its answers and its case do', async () => {
  const { rows } = await sql<{ id: number, counted: number, answers: number, credits: number[] | null, rated: number[] | null, kind: string, case_kind: string }>`
    select r.id, r.answer_count as counted, (select count(*) from answers a where a.response_id = r.id) as answers, (select array_agg((c ->> 0)::integer order by place) from jsonb_array_elements(r.credits) with ordinality as e(c, place)) as credits,
      (select array_agg(a.value::integer order by array_position(r.staff_ids, a.staff_id)) from answers a where a.response_id = r.id and a.staff_id is not null) as rated, c.kind, r.case_kind from responses r join cases c on c.id = r.case_id`.execute(world.ground.db)
  assert.ok(rows.filter(({ credits }) => credits && credits.length > 1).length > 3)
  assert.deepEqual(rows.filter((row) => row.counted !== row.answers || row.kind !== row.case_kind || JSON.stringify(row.credits) !== JSON.stringify(row.rated)), [])
})

test('for any scope, with some of it added up', async () => {
  assert.ok(await count('record_changes') > 0)
  assert.ok(await count('record_rollups') > 100)
  await compareMany(acme.ctx)
})

test('with all of it added up, and nothing noted', async () => {
  while (await foldRecordChanges(world.ground) > 0);
  assert.equal(await count('record_changes'), 0)
  await compareMany(acme.ctx)
})

test('pages found by counting are those found by going through all', async () => {
  const two = (await listStaff(acme.ctx)).filter(({ code }) => code !== 'cat').map(({ id }) => id)
  const { id: survey_id } = await getSurveyFor(acme.ctx, 'employee')
  for (const filter of [{}, { score: 7 }, { has_comment: true }, { company_name: 'acme' }, { technician: 'BEN' }, { staff_ids: two }, { staff_ids: two, has_comment: true }, { staff_ids: two, survey_ids: [survey_id] }, { staff_ids: two, site_ids: [acme.account.default_site_id], from: new Date('2025-10-03T07:30:00Z') }, { from: new Date('2025-10-03T07:30:00Z') }, { from: new Date('2025-09-28T07:30:00Z'), to: new Date('2025-11-20T01:00:00Z') }, { board_name: 'desk' }] satisfies AskedFilter[]) {
    const everything = await idsOf(filter, { offset: 0, limit: 1000 })
    for (let offset = 0; offset <= everything.ids.length + 7; offset += 7) {
      assert.deepEqual(await idsOf(filter, { offset, limit: 7 }), { ids: everything.ids.slice(offset, offset + 7), total: everything.ids.length }, `${JSON.stringify(filter)} ${offset}`)
    }
  }
})

test('another time zone or scale of the account makes its sums anew', async () => {
  await world.ground.db.updateTable('accounts').set({ time_zone: 'Pacific/Auckland', score_scale_max: 5 }).where('id', '=', acme.account.id).execute()
  const ctx = contextOf(world.ground, await getAccount(world.ground, String(acme.account.id)), acme.ctx.actor)
  assert.equal(await count('record_rollups'), 0)
  await compareMany(ctx)
  await foldRecordChanges(world.ground, 50)
  await compareMany(ctx)
})

test('what is taken away counts no more', async () => {
  const ctx = contextOf(world.ground, await getAccount(world.ground, String(acme.account.id)), acme.ctx.actor)
  const waiting = await world.ground.db.selectFrom('invitations').select('id').where('answered_at', 'is', null).limit(3).execute()
  for (const table of ['sandbox_mails', 'deliveries'] as const) await world.ground.db.deleteFrom(table).where('invitation_id', 'in', waiting.map(({ id }) => id)).execute()
  await world.ground.db.deleteFrom('invitations').where('id', 'in', waiting.map(({ id }) => id)).execute()
  await compareMany(ctx)
})

test('of many that change at once each is noted, and what nobody counts is no change', async () => {
  const ctx = contextOf(world.ground, await getAccount(world.ground, String(acme.account.id)), acme.ctx.actor)
  const { db } = world.ground
  const waiting = (await db.selectFrom('invitations').select('id').where('sent_at', 'is not', null).where('answered_at', 'is', null).orderBy('id').limit(4).execute()).map(({ id }) => id)
  const notes = async (change: () => Promise<unknown>) => {
    const before_it = await count('record_changes')
    await change()
    return await count('record_changes') - before_it
  }
  assert.equal(waiting.length, 4)
  assert.equal(await notes(() => db.updateTable('invitations').set({ due_at: new Date(), updated_at: new Date() }).where('account_id', '=', acme.account.id).execute()), 0)
  assert.equal(await notes(() => db.updateTable('invitations').set({ board_name: 'Helpdesk East', company_id: null }).where('id', 'in', waiting).execute()), 8)
  assert.equal(await notes(() => db.updateTable('invitations').set({ sent_at: new Date('2025-10-12T02:29:00Z') }).where('id', 'in', waiting).execute()), 8)
  assert.equal(await notes(() => db.updateTable('responses').set({ comment: 'In a word: fine' }).where('account_id', '=', acme.account.id).where('comment', 'is', null).where('score_value', '>', 5).execute()) % 2, 0)
  await compareMany(ctx)
})

test('responses that are taken away count no more', async () => {
  const ctx = contextOf(world.ground, await getAccount(world.ground, String(acme.account.id)), acme.ctx.actor)
  const ids = (await world.ground.db.selectFrom('responses').select('id').orderBy('id').limit(3).execute()).map(({ id }) => id)
  for (const table of ['rating_facts', 'answers', 'response_staff', 'revisions'] as const) await world.ground.db.deleteFrom(table).where('response_id', 'in', ids).execute()
  await world.ground.db.deleteFrom('responses').where('id', 'in', ids).execute()
  await compareMany(ctx)
})

test('what is rolled back was never noted', async () => {
  const before_it = await count('record_changes')
  const invitation = await world.ground.db.selectFrom('invitations').select(['token', 'survey_id', 'staff_ids']).where('answered_at', 'is', null).orderBy('id').limit(1).executeTakeFirstOrThrow()
  const answers = await answersOf(invitation.survey_id, invitation.staff_ids)
  await assert.rejects(world.ground.db.transaction().execute(async (tx) => {
    await recordResponse({ ...world.ground, db: tx }, invitation.token, answers, NOBODY)
    throw new Error('changed my mind')
  }), /changed my mind/)
  assert.equal(await count('record_changes'), before_it)
})

async function compareMany(ctx: Context): Promise<void> {
  for (let round = 0; round < 40; round++) {
    const filter = await findNames(ctx, anyFilter(dice))
    const scope = scopeOf(filter)
    assert.ok(scope, JSON.stringify(filter))
    const scopes = [scope, scopeBy(scope, 'company'), scopeBy(scope, 'staff')].filter((one) => one !== null)
    const figures = filter.score === undefined ? FIGURES : SCORED
    for (const one of scopes) {
      const { subject } = one
      const of = subject.of === 'board' ? 'all' : subject.of
      const summed = await addedUp(ctx, recordFigures(ctx, one, figures, { scores: filter.score === undefined, by_day: dice.chance(0.3) }), figures, filter.score === undefined)
      const found = await addedUp(ctx, foundFigures(ctx, filter, of, figures, { scores: filter.score === undefined }), figures, filter.score === undefined)
      assert.deepEqual(summed, subject.of === 'staff' && subject.ids ? found.filter(({ subject_id }) => subject.ids?.includes(Number(subject_id))) : found, `${JSON.stringify(filter)} ${subject.of}`)
    }
  }
}

function anyFilter(from: Dice): AskedFilter {
  const time = (): Date => from.chance(0.5) ? new Date(Date.UTC(2025, 8, 20 + from.between(0, 60), 2, 30)) : new Date(Date.UTC(2025, 8, 20 + from.between(0, 60), from.between(0, 23), from.between(0, 59)))
  return {
    ...from.chance(0.6) ? { from: time() } : {}, ...from.chance(0.6) ? { to: time() } : {}, ...from.chance(0.3) ? { score: from.between(1, 5) } : {}, ...from.chance(0.3) ? { headline_metric: 'csat' as const, not_kind: 'project' as const } : {},
    ...from.pick<AskedFilter>([{}, {}, { company_name: 'acme' }, { technician: 'amy' }, { technician: 'nobody' }, { board_name: 'desk' }, { board_name: 'help' }, { board_name: '' }, { site_ids: [acme.account.default_site_id] }, { site_ids: [] }, { kind: 'ticket' }, { survey_purpose: 'ticket' }, { survey_purpose: 'ticket', technician: 'amy' }, { company_name: '_' }]),
  }
}

/** In the order of its keys, without what adds up to nothing. */
async function addedUp(ctx: Context, figures: RawBuilder<unknown>, names: Figure[], scores: boolean): Promise<Record<string, unknown>[]> {
  const sums = sql.join(names.map((name) => sql`sum(f.${sql.ref(name)})::bigint as ${sql.ref(name)}`))
  const { rows } = await sql<Record<string, unknown>>`
    select f.subject_id, f.site_id, ${sums}${scores ? sql`, array[${sql.join(PLACES.map((place) => sql`coalesce(sum(f.sign * f.by_score[${sql.lit(place)}]), 0)::integer`))}] as by_score` : sql``} from ${figures} f group by f.subject_id, f.site_id having sum(f.waiting) <> 0 or sum(f.responses) <> 0 order by 1, 2`.execute(ctx.db)
  return rows
}

async function idsOf(filter: AskedFilter, page: { offset: number, limit: number }): Promise<{ ids: number[], total: number }> {
  const { rows, total } = await listResponses(acme.ctx, filter, page)
  return { ids: rows.map(({ id }) => id), total }
}

async function count(table: 'record_changes' | 'record_rollups'): Promise<number> {
  const { total } = await world.ground.db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('total')).where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  return total
}
