/** NPS, CSAT and the response rate say what a plain look at every answer and every invitation says, however much is added up already, and while somebody adds up. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ticket } from '../../test/support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { getAccount } from '../core/accounts.ts'
import { submitTicket } from '../core/cases/submit.ts'
import { contextOf, type Context } from '../core/context.ts'
import { foldRecordChanges } from '../core/records/fold.ts'
import { deleteAnswers } from '../core/responses/parts.ts'
import { recordResponse } from '../core/responses/record.ts'
import { reviseResponse } from '../core/responses/revise.ts'
import { createSite } from '../core/sites.ts'
import { createSurvey, getSurveyFor } from '../core/surveys.ts'
import { makeDice, type Dice } from '../demo/random.ts'
import { snapshot, transaction } from '../storage/database.ts'
import { countSent } from './invitation-counts.ts'
import { countRatings, type Buckets, type RatingFilter } from './rating-counts.ts'

const NOBODY = { responder_ip: null, user_agent: null }

let world: World
let acme: TestAccount
let sites: number[]
let surveys: number[]
const dice = makeDice(5)

before(async () => {
  world = await openWorld({ now: '2025-09-20T12:00:00Z' })
  acme = await world.account({ time_zone: 'America/St_Johns' })
  sites = [acme.account.default_site_id, (await createSite(acme.ctx, { code: 'north', name: 'North' })).id]
  const mixed = await createSurvey(acme.ctx.db, acme.account.id, {
    name: 'Mixed', purpose: 'other', questions: [
      { type: 'rating', text: 'Recommend?', metric: 'nps', scale: { min: 0, max: 10 }, required: true }, { type: 'rating', text: 'Stars?', metric: 'nps', scale: { min: 1, max: 5 } },
      { type: 'rating', text: 'Happy?', metric: 'csat', scale: { min: 1, max: 4 } }, { type: 'rating', text: 'Easy?', metric: 'ces', scale: { min: 1, max: 7 } }, { type: 'text', text: 'Why?' },
    ],
  }, acme.ctx.now())
  surveys = [mixed.id, ...(await Promise.all((['ticket', 'nps', 'five_questions', 'employee'] as const).map((purpose) => getSurveyFor(acme.ctx, purpose)))).map(({ id }) => id)]
  for (let day = 0; day < 40; day++) await liveOneDay(day)
})
after(() => world.close())

/** Tickets go out; some mails bounce, some are answered, some answers are changed; what was noted is added up now and then. */
async function liveOneDay(day: number): Promise<void> {
  const sent = await Promise.all(Array.from({ length: dice.between(1, 5) }, (_, index) => submitTicket(acme.ctx, ticket({
    number: String(day * 10 + index), site_id: dice.pick(sites), survey_id: dice.pick(surveys), company: dice.pick([{ external_id: 1, name: 'Acme' }, { external_id: 2, name: 'Acme South' }, { external_id: 3, name: 'Zeta' }]),
    contact: { external_id: day * 10 + index, name: 'Jo Doe', email: `jo${index}@client.example` }, staff_codes: dice.pick([['amy'], ['amy', 'ben'], ['ben', 'cat', 'amy']]),
  }))))
  if (dice.chance(0.8)) await world.work()
  world.clock.advance({ hours: dice.between(1, 60), minutes: dice.between(0, 59) })
  for (const { invitation_id } of sent) {
    if (dice.chance(0.2)) await bounce(invitation_id)
    if (dice.chance(0.7)) await answer(invitation_id)
    if (dice.chance(0.1)) await bounce(invitation_id)
    if (dice.chance(0.3)) await foldRecordChanges(world.ground, dice.between(1, 9))
  }
}

async function bounce(id: number): Promise<void> {
  await world.ground.db.updateTable('invitations').set({ bounced_at: world.clock.now() }).where('id', '=', id).where('sent_at', 'is not', null).execute()
}

async function answer(id: number): Promise<void> {
  const { token, survey_id, staff_ids } = await world.ground.db.selectFrom('invitations').select(['token', 'survey_id', 'staff_ids']).where('id', '=', id).executeTakeFirstOrThrow()
  const questions = await world.ground.db.selectFrom('survey_questions as sq').innerJoin('questions as q', 'q.id', 'sq.question_id').where('sq.survey_id', '=', survey_id).where('q.type', '=', 'rating').select(['q.id', 'q.per_staff', 'q.required', 'q.scale_min', 'q.scale_max']).orderBy('sq.position').execute()
  await recordResponse(world.ground, token, questions.filter(({ required }) => required || dice.chance(0.8)).flatMap((question) => (question.per_staff ? staff_ids : [null])
    .map((staff_id) => ({ question_id: question.id, staff_id, value: dice.between(question.scale_min ?? 0, question.scale_max ?? 0) }))), NOBODY)
  if (dice.chance(0.3)) await reviseResponse(world.ground, token, { score: dice.between(1, 5), comment: dice.pick([null, 'Better']) }, NOBODY)
}

test('for any filter, with some of it added up', async () => {
  assert.ok(await count('rating_changes') > 0 && await count('invitation_changes') > 0)
  assert.ok(await count('rating_rollups') > 100 && await count('invitation_rollups') > 20)
  await compareMany(acme.ctx, 60)
})

test('while two others add up and answers come in', async () => {
  const open = await world.ground.db.selectFrom('invitations').select('id').where('answered_at', 'is', null).orderBy('id').execute()
  let over = false
  const folding = Promise.all([1, 2].map(async () => {
    while (!over) await foldRecordChanges(world.ground, 2)
  }))
  const answering = (async () => {
    for (const { id } of open.slice(0, 25)) await answer(id)
  })()
  await compareMany(acme.ctx, 60)
  await answering
  over = true
  await folding
})

test('with all of it added up, and nothing noted', async () => {
  while (await foldRecordChanges(world.ground) > 0);
  assert.deepEqual([await count('rating_changes'), await count('invitation_changes')], [0, 0])
  await compareMany(acme.ctx, 60)
})

test('what changes of invitations is noted once a statement, and only where it is counted', async () => {
  const invitations = (set: Partial<{ updated_at: Date, bounced_at: Date | null }>) => world.ground.db.updateTable('invitations').set(set).where('account_id', '=', acme.account.id).where('sent_at', 'is not', null)
  await invitations({ updated_at: world.clock.now() }).execute()
  assert.equal(await count('invitation_changes'), 0)
  const before = await world.ground.db.selectFrom('invitations').select(['id', 'sent_at', 'site_id', 'survey_id', 'bounced_at']).where('account_id', '=', acme.account.id).where('bounced_at', 'is not', null).execute()
  await invitations({ bounced_at: null }).execute()
  const groups = new Set(before.map(({ sent_at, site_id, survey_id }) => `${sent_at?.toISOString()} ${site_id} ${survey_id}`))
  assert.deepEqual([before.length > 5, await count('invitation_changes')], [true, groups.size])
  await compareMany(acme.ctx, 10)
  for (const { id, bounced_at } of before) await world.ground.db.updateTable('invitations').set({ bounced_at }).where('account_id', '=', acme.account.id).where('id', '=', id).execute()
  await foldRecordChanges(world.ground, 10_000)
})

test('another time zone of the account makes its sums anew', async () => {
  await world.ground.db.updateTable('accounts').set({ time_zone: 'Pacific/Auckland' }).where('id', '=', acme.account.id).execute()
  assert.deepEqual([await count('rating_rollups'), await count('invitation_rollups'), await count('invitation_blocks')], [0, 0, 0])
  const ctx = await inNewZone()
  await compareMany(ctx, 20)
  await foldRecordChanges(world.ground, 50)
  await compareMany(ctx, 20)
})

test('what is taken away counts no more, and what moves is counted where it is', async () => {
  const ctx = await inNewZone()
  const responses = await world.ground.db.selectFrom('responses').select(['account_id', 'id']).orderBy('id').limit(4).execute()
  await transaction(world.ground.db, async (tx) => {
    for (const response of responses) await deleteAnswers(tx, response)
  })
  const unsent = await world.ground.db.selectFrom('invitations').select('id').where('answered_at', 'is', null).orderBy('id').limit(3).execute()
  for (const table of ['sandbox_mails', 'deliveries'] as const) await world.ground.db.deleteFrom(table).where('invitation_id', 'in', unsent.map(({ id }) => id)).execute()
  await world.ground.db.deleteFrom('invitations').where('id', 'in', unsent.map(({ id }) => id)).execute()
  await world.ground.db.updateTable('invitations').set({ site_id: sites[1] ?? 0, survey_id: surveys[2] ?? 0 }).where('sent_at', 'is not', null).where('id', '<', (unsent[0]?.id ?? 0) + 30).execute()
  await world.ground.db.updateTable('rating_facts').set({ company_id: null }).where('response_id', '<', (responses[0]?.id ?? 0) + 12).execute()
  await compareMany(ctx, 40)
  while (await foldRecordChanges(world.ground) > 0);
  await compareMany(ctx, 40)
})

async function inNewZone(): Promise<Context> {
  return contextOf(world.ground, await getAccount(world.ground, String(acme.account.id)), acme.ctx.actor)
}

/** All answers as they are stored, and what they are counted by, from where it comes from. */
interface Rating { metric: string, value: number, scale_min: number, scale_max: number, staff_id: number | null, staff_ids: number[], site_id: number, survey_id: number, company_id: number | null, dated_at: Date }

async function compareMany(ctx: Context, rounds: number): Promise<void> {
  const { company_ids, staff_ids } = await everybody()
  for (let round = 0; round < rounds; round++) {
    const filter = anyFilter(dice, company_ids, staff_ids)
    await snapshot(ctx.db, async (db) => {
      const seen = { ...ctx, db }
      const ratings: Rating[] = await db.selectFrom('answers as a').innerJoin('questions as q', 'q.id', 'a.question_id').innerJoin('responses as r', 'r.id', 'a.response_id').innerJoin('rating_facts as f', 'f.answer_id', 'a.id').where('a.value', 'is not', null)
        .select(['q.metric', 'a.value', 'q.scale_min', 'q.scale_max', 'a.staff_id', 'r.staff_ids', 'r.site_id', 'r.survey_id', 'f.company_id', 'r.dated_at']).$narrowType<{ value: number, scale_min: number, scale_max: number }>().execute()
      for (const metric of ['csat', 'nps'] as const) assert.deepEqual(await countRatings(seen, metric, filter), plainBuckets(ratings.filter((one) => one.metric === metric && passes(one, filter)), metric), `${metric} ${JSON.stringify(filter)}`)
      const invitations = await db.selectFrom('invitations').selectAll().execute()
      const sent = invitations.filter(({ sent_at, site_id, survey_id }) => sent_at && within(sent_at, filter) && isOf(filter.site_ids, site_id) && isOf(filter.survey_ids, survey_id))
      const delivered = sent.filter(({ bounced_at }) => bounced_at === null)
      assert.deepEqual(await countSent(seen, filter), { sent: sent.length, delivered: delivered.length, replied: delivered.filter(({ answered_at }) => answered_at).length }, JSON.stringify(filter))
    })
  }
}

async function everybody(): Promise<{ company_ids: number[], staff_ids: number[] }> {
  const idsOf = async (table: 'companies' | 'staff') => (await world.ground.db.selectFrom(table).select('id').orderBy('id').execute()).map(({ id }) => id)
  return { company_ids: await idsOf('companies'), staff_ids: await idsOf('staff') }
}

function anyFilter(from: Dice, company_ids: number[], staff_ids: number[]): RatingFilter {
  const time = (): Date => from.chance(0.5) ? new Date(Date.UTC(2025, 8, 20 + from.between(0, 60), 2, 30)) : new Date(Date.UTC(2025, 8, 20 + from.between(0, 60), from.between(0, 23), from.between(0, 59)))
  const some = (ids: readonly number[]): number[] => ids.filter(() => from.chance(0.5))
  return {
    ...from.chance(0.6) ? { from: time() } : {}, ...from.chance(0.6) ? { to: time() } : {}, ...from.chance(0.3) ? { site_ids: some(sites) } : {}, ...from.chance(0.3) ? { survey_ids: some(surveys) } : {},
    ...from.chance(0.3) ? { company_ids: some(company_ids) } : {}, ...from.chance(0.4) ? { staff_ids: some(staff_ids) } : {},
  }
}

function passes({ dated_at, site_id, survey_id, company_id, staff_id, staff_ids }: Rating, filter: RatingFilter): boolean {
  const credited = staff_id === null ? staff_ids : [staff_id]
  return within(dated_at, filter) && isOf(filter.site_ids, site_id) && isOf(filter.survey_ids, survey_id) && isOf(filter.company_ids, company_id ?? 0) && (!filter.staff_ids || credited.some((id) => filter.staff_ids?.includes(id)))
}

function within(at: Date, { from, to }: RatingFilter): boolean {
  return (!from || at >= from) && (!to || at < to)
}

function isOf(ids: readonly number[] | undefined, id: number): boolean {
  return !ids || ids.includes(id)
}

function plainBuckets(ratings: Rating[], metric: 'csat' | 'nps'): Buckets {
  const buckets: Buckets = [0, 0, 0, 0, 0]
  for (const { value, scale_min, scale_max } of ratings) {
    const share = (value - scale_min) / (scale_max - scale_min)
    const place = metric === 'csat' ? Math.min(4, Math.floor(5 * share + 1e-9)) : share * 10 >= 8.5 - 1e-9 ? 2 : share * 10 >= 6.5 - 1e-9 ? 1 : 0
    if (place === 0 || place === 1 || place === 2 || place === 3 || place === 4) buckets[place]++
  }
  return buckets
}

async function count(table: 'rating_changes' | 'rating_rollups' | 'invitation_changes' | 'invitation_rollups' | 'invitation_blocks'): Promise<number> {
  const { total } = await world.ground.db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('total')).where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  return total
}
