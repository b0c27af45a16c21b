// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answerOnPage } from '../../test/support/answering.ts'
import { bizratingsClient } from '../../test/support/bizratings.ts'
import { customerSureClient } from '../../test/support/customersure.ts'
import { makeSurveyLink } from '../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { countByPeriod } from '../metrics/response-counts.ts'
import { changeAccountSettings, settingsOf, type AccountSettings, type AccountSettingsChange } from './account-settings.ts'
import { getAccount } from './accounts.ts'
import type { Context } from './context.ts'
import { dayAt } from './days.ts'
import { Invalid } from './errors.ts'
import { foldRecordChanges } from './records/fold.ts'
import { isoOf } from './records/span.ts'
import { createEmailTemplate } from './templates.ts'

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('settings are changed one by one, and those that are left out stay', async () => {
  const { ctx, account } = await world.account()
  const before_all: AccountSettings = settingsOf(account)
  assert.deepEqual(before_all, {
    time_zone: 'UTC', first_weekday: 'monday', throttle_days: 30, default_email_template_id: account.default_email_template_id, text_messages: false, country: null, score_scale: 10, retention_months: null, full_removal: false,
  })
  const template = await createEmailTemplate(ctx, { kind: 'invitation', name: 'Other', from_name: 'Us', from_email: 'us@acme.example', subject: 'How?', body: '{{link-to-survey}}' })
  const changes: AccountSettingsChange[] = [
    { time_zone: 'Asia/Kathmandu' }, { first_weekday: 'sunday' }, { throttle_days: 0 }, { default_email_template_id: template.id }, { text_messages: true }, { country: 'GB' }, { score_scale: 5 }, { retention_months: 24 }, { full_removal: true },
  ]
  let expected: AccountSettings = before_all
  for (const change of changes) {
    expected = { ...expected, ...change }
    assert.deepEqual(settingsOf(await changeAccountSettings(ctx, change)), expected)
    assert.deepEqual(settingsOf(await getAccount(world.ground, account.id)), expected)
  }
  assert.deepEqual(settingsOf(await changeAccountSettings(ctx, { country: null, retention_months: null, text_messages: false })), { ...expected, country: null, retention_months: null, text_messages: false })
})

test('text messages that are on already keep the time since when they are', async () => {
  const { ctx } = await world.account()
  const since = (await changeAccountSettings(ctx, { text_messages: true })).text_messages_enabled_at
  world.clock.advance({ hours: 1 })
  assert.deepEqual((await changeAccountSettings(ctx, { text_messages: true })).text_messages_enabled_at, since)
})

test('everything that is wrong is told at once, and nothing of it is written', async () => {
  const { ctx, account } = await world.account()
  const reminder = await createEmailTemplate(ctx, { kind: 'reminder', name: 'Reminder', from_name: 'Us', from_email: 'us@acme.example', subject: 'How?', body: '{{link-to-survey}}' })
  const wrong = { time_zone: 'Mars/Base', first_weekday: 'someday', throttle_days: -1, default_email_template_id: reminder.id, country: 'ZZ9', score_scale: 4, retention_months: 601, full_removal: true }
  await assert.rejects(changeAccountSettings(ctx, wrong), invalid('first_weekday', 'throttle_days', 'country', 'score_scale', 'retention_months', 'time_zone', 'default_email_template_id'))
  for (const change of [{ throttle_days: 1.5 }, { throttle_days: 3651 }, { retention_months: 0 }, { country: 'Q1' }, { time_zone: '+02:00' }, { default_email_template_id: Number.NaN }]) {
    await assert.rejects(changeAccountSettings(ctx, change), invalid(...Object.keys(change)))
  }
  assert.deepEqual(await getAccount(world.ground, account.id), account)
  assert.deepEqual(await eventsOf(ctx), [])
})

test('the default template is one of the account\'s own that is in use', async () => {
  const [mine, theirs] = [await world.account(), await world.account()]
  const id = mine.account.default_email_template_id ?? 0
  await assert.rejects(changeAccountSettings(theirs.ctx, { default_email_template_id: id }), invalid('default_email_template_id'))
  await world.ground.db.updateTable('email_templates').set({ archived_at: world.clock.now() }).where('id', '=', id).execute()
  await assert.rejects(changeAccountSettings(mine.ctx, { default_email_template_id: id }), invalid('default_email_template_id'))
})

test('a change is an event that says what was before, and who did it; what stays as it is is none', async () => {
  const { ctx } = await world.account()
  await changeAccountSettings(ctx, { throttle_days: 7, first_weekday: 'monday' })
  await changeAccountSettings(ctx, { throttle_days: 7 })
  assert.deepEqual((await eventsOf(ctx)).map(({ type, actor, detail }) => ({ type, actor, detail })), [
    { type: 'account.changed', actor: ctx.actor.kind === 'key' ? `key:${ctx.actor.key_id}` : '', detail: { throttle_days: { from: 30, to: 7 } } },
  ])
})

test('another time zone puts every record on the day that it is there: figures are what a plain computation says, before and after', async () => {
  const acme = await world.account({ time_zone: 'Pacific/Auckland' })
  const instants = await answerAround(acme)
  let told: number | null = null
  for (const time_zone of ['Pacific/Auckland', 'America/St_Johns', 'UTC', 'Pacific/Auckland']) {
    const account = await changeAccountSettings(acme.ctx, { time_zone }, (records) => { told = records })
    const ctx = { ...acme.ctx, account }
    for (const is_folded of [false, true]) {
      if (is_folded) while (await foldRecordChanges(world.ground) > 0);
      const counted = (await countByPeriod(ctx, 'day', {})).filter(({ count }) => count > 0).map(({ first, count }) => `${isoOf(first)} ${count}`)
      assert.deepEqual(counted, plainDays(instants, time_zone))
    }
  }
  assert.equal(told, instants.length + 1, 'the responses, and the invitation that waits')
})

test('another scale shows every score on it', async () => {
  const acme = await world.account()
  await answerAround(acme)
  const average = async (): Promise<number> => (await bizratingsClient(world, acme.api_key).get('/api/tickets/summary')).json().AverageScore
  while (await foldRecordChanges(world.ground) > 0);
  const of_ten = await average()
  await changeAccountSettings(acme.ctx, { score_scale: 5 })
  const rescaled = SCORES.map((score) => 1 + Math.round((score - 1) * 4 / 9))
  assert.equal(of_ten, rounded(SCORES))
  assert.equal(await average(), rounded(rescaled))
  while (await foldRecordChanges(world.ground) > 0);
  assert.equal(await average(), rounded(rescaled))
})

test('whoever is told how many records are to be counted anew can still leave everything as it is', async () => {
  const acme = await world.account()
  await answerAround(acme)
  const refuse = (records: number): never => { throw new Error(`not ${records} records`) }
  await assert.rejects(changeAccountSettings(acme.ctx, { time_zone: 'Asia/Tokyo', first_weekday: 'sunday' }, refuse), { message: 'not 8 records' })
  assert.partialDeepStrictEqual(settingsOf(await getAccount(world.ground, acme.account.id)), { time_zone: 'UTC', first_weekday: 'monday' })
})

test('weeks begin with the account\'s day from the next request on', async () => {
  const acme = await world.account()
  const { token } = await makeSurveyLink(acme.ctx)
  world.clock.set('2026-03-15T12:00:00Z')
  await answerOnPage(world, `/surveys/${token}`, { score: 9 })
  world.clock.set('2026-03-16T12:00:00Z')
  const api = customerSureClient(world, acme.api_key)
  const total = async () => (await api.get('/csat?period=current_week')).json().total_number_of_ratings
  assert.equal(await total(), 0, 'the 16th is a Monday')
  await changeAccountSettings(acme.ctx, { first_weekday: 'sunday' })
  assert.equal(await total(), 1)
})

const SCORES = [1, 4, 5, 8, 10, 10, 3]

/** Answers spread over two months, near midnights, and an invitation that waits. */
async function answerAround({ ctx }: TestAccount): Promise<Date[]> {
  const instants: Date[] = []
  world.clock.set('2026-03-01T00:30:00Z')
  for (const score of SCORES) {
    const { token } = await makeSurveyLink(ctx)
    await answerOnPage(world, `/surveys/${token}`, { score, comment: '' })
    instants.push(world.clock.now())
    world.clock.advance({ hours: 187, minutes: 13 })
  }
  await makeSurveyLink(ctx)
  return instants
}

function plainDays(instants: Date[], zone: string): string[] {
  return [...Map.groupBy(instants, (instant) => isoOf(dayAt(zone, instant)))].map(([day, those]) => `${day} ${those.length}`)
}

function rounded(scores: number[]): number {
  return Math.round(scores.reduce((sum, score) => sum + score, 0) / scores.length * 100) / 100
}

function eventsOf(ctx: Context) {
  return world.ground.db.selectFrom('events').selectAll().where('account_id', '=', ctx.account.id).where('type', '=', 'account.changed').orderBy('id').execute()
}

function invalid(...fields: string[]) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Invalid, String(error))
    assert.deepEqual(error.faults.map(({ field }) => field), fields)
    return true
  }
}
