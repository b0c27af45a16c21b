import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Invalid } from '../core/errors.ts'
import { chooseWindow, PERIOD_NAMES, periodWindow, windowBetween, windowSince, type Period, type Window } from './periods.ts'

const UTC = { time_zone: 'UTC', first_weekday: 1 }
const BERLIN = { time_zone: 'Europe/Berlin', first_weekday: 1 }

/** Seen from Thursday, 14 May 2026, noon. */
const THURSDAY = new Date('2026-05-14T12:00:00Z')
const EXPECTED: { period: Period, days: [first: string, last: string] }[] = [
  { period: '7-days', days: ['2026-05-08', '2026-05-14'] },
  { period: '30-days', days: ['2026-04-15', '2026-05-14'] },
  { period: '3-months', days: ['2026-02-15', '2026-05-14'] },
  { period: '6-months', days: ['2025-11-15', '2026-05-14'] },
  { period: '12-months', days: ['2025-05-15', '2026-05-14'] },
  { period: 'current_week', days: ['2026-05-11', '2026-05-14'] },
  { period: 'current_month', days: ['2026-05-01', '2026-05-14'] },
  { period: 'current_quarter', days: ['2026-04-01', '2026-05-14'] },
  { period: 'current_year', days: ['2026-01-01', '2026-05-14'] },
  { period: 'last_week', days: ['2026-05-04', '2026-05-10'] },
  { period: 'last_month', days: ['2026-04-01', '2026-04-30'] },
  { period: 'last_quarter', days: ['2026-01-01', '2026-03-31'] },
  { period: 'last_year', days: ['2025-01-01', '2025-12-31'] },
  { period: 'yesterday', days: ['2026-05-13', '2026-05-13'] },
  { period: 'day_before_yesterday', days: ['2026-05-12', '2026-05-12'] },
  { period: 'week_before_last', days: ['2026-04-27', '2026-05-03'] },
  { period: 'month_before_last', days: ['2026-03-01', '2026-03-31'] },
  { period: 'year_before_last', days: ['2024-01-01', '2024-12-31'] },
]

test('every period is whole days, to the last millisecond', () => {
  assert.deepEqual(PERIOD_NAMES.toSorted(), EXPECTED.map(({ period }) => period).toSorted())
  for (const { period, days: [first, last] } of EXPECTED) {
    assert.deepEqual(shown(periodWindow(period, UTC, THURSDAY)), [`${first}T00:00:00.000Z`, `${last}T23:59:59.999Z`], period)
  }
})

test('a week begins on the weekday of the account', () => {
  assert.deepEqual(shown(periodWindow('current_week', { ...UTC, first_weekday: 7 }, THURSDAY)), ['2026-05-10T00:00:00.000Z', '2026-05-14T23:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('last_week', { ...UTC, first_weekday: 7 }, THURSDAY)), ['2026-05-03T00:00:00.000Z', '2026-05-09T23:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('current_week', { ...UTC, first_weekday: 4 }, THURSDAY)), ['2026-05-14T00:00:00.000Z', '2026-05-14T23:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('current_week', { ...UTC, first_weekday: 5 }, THURSDAY)), ['2026-05-08T00:00:00.000Z', '2026-05-14T23:59:59.999Z'])
})

test('it is the day of the account, not of the server', () => {
  const shortly_before_midnight_utc = new Date('2026-05-14T23:30:00Z')
  assert.deepEqual(shown(periodWindow('yesterday', BERLIN, shortly_before_midnight_utc)), ['2026-05-13T22:00:00.000Z', '2026-05-14T21:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('yesterday', { ...UTC, time_zone: 'America/Los_Angeles' }, shortly_before_midnight_utc)), ['2026-05-13T07:00:00.000Z', '2026-05-14T06:59:59.999Z'])
})

test('days on which the clocks change are 23 and 25 hours long', () => {
  assert.deepEqual(shown(periodWindow('yesterday', BERLIN, new Date('2026-03-30T10:00:00Z'))), ['2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('yesterday', BERLIN, new Date('2026-10-26T10:00:00Z'))), ['2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'])
})

test('a day that begins at one in the morning begins there', () => {
  const santiago = { ...UTC, time_zone: 'America/Santiago' }
  assert.deepEqual(shown(periodWindow('yesterday', santiago, new Date('2026-09-07T12:00:00Z'))), ['2026-09-06T04:00:00.000Z', '2026-09-07T02:59:59.999Z'])
})

test('months without such a date end the count at their last day', () => {
  assert.deepEqual(shown(periodWindow('3-months', UTC, new Date('2026-05-31T12:00:00Z'))), ['2026-03-01T00:00:00.000Z', '2026-05-31T23:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('12-months', UTC, new Date('2028-02-29T12:00:00Z'))), ['2027-03-01T00:00:00.000Z', '2028-02-29T23:59:59.999Z'])
})

test('on the first of January, last quarter and last month are of last year', () => {
  const new_year = new Date('2026-01-01T08:00:00Z')
  assert.deepEqual(shown(periodWindow('last_quarter', UTC, new_year)), ['2025-10-01T00:00:00.000Z', '2025-12-31T23:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('month_before_last', UTC, new_year)), ['2025-11-01T00:00:00.000Z', '2025-11-30T23:59:59.999Z'])
})

test('the usual windows begin and end at midnights of the account', () => {
  const april = new Date('2026-04-10T09:30:00Z')
  assert.deepEqual(shown(windowSince(30, BERLIN, april)), ['2026-03-10T23:00:00.000Z', '2026-04-10T09:30:00.000Z'])
  assert.deepEqual(shown(windowBetween(32, 2, BERLIN, april)), ['2026-03-08T23:00:00.000Z', '2026-04-07T21:59:59.999Z'])
})

test('a period overrides times, and times override the usual window one by one', () => {
  const usual = windowSince(30, UTC, THURSDAY)
  const from = new Date('2026-05-01T00:00:00Z')
  const to = new Date('2026-05-02T00:00:00Z')
  assert.deepEqual(chooseWindow({ period: 'yesterday', from, to }, usual, UTC, THURSDAY), periodWindow('yesterday', UTC, THURSDAY))
  assert.deepEqual(chooseWindow({ period: null, from, to }, usual, UTC, THURSDAY), { from, to })
  assert.deepEqual(chooseWindow({ period: null, from, to: null }, usual, UTC, THURSDAY), { from, to: THURSDAY })
  assert.deepEqual(chooseWindow({ period: null, from: null, to: null }, usual, UTC, THURSDAY), usual)
})

test('an unknown period and times in the wrong order are refused', () => {
  const usual = windowSince(30, UTC, THURSDAY)
  for (const period of ['fortnight', 'toString', '7-Days']) {
    assert.throws(() => chooseWindow({ period, from: null, to: null }, usual, UTC, THURSDAY),
      (error) => error instanceof Invalid && error.faults[0]?.field === 'period' && error.faults[0].info.allowed_values === PERIOD_NAMES)
  }
  assert.throws(() => chooseWindow({ period: null, from: THURSDAY, to: new Date(0) }, usual, UTC, THURSDAY), (error) => error instanceof Invalid && error.faults[0]?.field === 'to')
})

function shown({ from, to }: Window): [string, string] {
  return [from.toISOString(), to.toISOString()]
}
