// once
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

/** First and last days of all periods, seen from a day; where weeks begin with Monday, and where they begin with Sunday. By the calendar on the wall. */
interface Seen { current_week: [monday: string, sunday: string], last_week: [monday: string, sunday: string], week_before_last: [monday: string, sunday: string], others: Record<string, string> }
const CALENDAR: Record<string, Seen> = {
  // New Year's Day.
  '2026-01-01': {
    current_week: ['2025-12-29 2026-01-01', '2025-12-28 2026-01-01'], last_week: ['2025-12-22 2025-12-28', '2025-12-21 2025-12-27'], week_before_last: ['2025-12-15 2025-12-21', '2025-12-14 2025-12-20'], others: {
      '7-days': '2025-12-26 2026-01-01', '30-days': '2025-12-03 2026-01-01', '3-months': '2025-10-02 2026-01-01', '6-months': '2025-07-02 2026-01-01', '12-months': '2025-01-02 2026-01-01',
      current_month: '2026-01-01 2026-01-01', current_quarter: '2026-01-01 2026-01-01', current_year: '2026-01-01 2026-01-01', last_month: '2025-12-01 2025-12-31', last_quarter: '2025-10-01 2025-12-31', last_year: '2025-01-01 2025-12-31',
      yesterday: '2025-12-31 2025-12-31', day_before_yesterday: '2025-12-30 2025-12-30', month_before_last: '2025-11-01 2025-11-30', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // The day after the clocks went forward in New York.
  '2026-03-09': {
    current_week: ['2026-03-09 2026-03-09', '2026-03-08 2026-03-09'], last_week: ['2026-03-02 2026-03-08', '2026-03-01 2026-03-07'], week_before_last: ['2026-02-23 2026-03-01', '2026-02-22 2026-02-28'], others: {
      '7-days': '2026-03-03 2026-03-09', '30-days': '2026-02-08 2026-03-09', '3-months': '2025-12-10 2026-03-09', '6-months': '2025-09-10 2026-03-09', '12-months': '2025-03-10 2026-03-09',
      current_month: '2026-03-01 2026-03-09', current_quarter: '2026-01-01 2026-03-09', current_year: '2026-01-01 2026-03-09', last_month: '2026-02-01 2026-02-28', last_quarter: '2025-10-01 2025-12-31', last_year: '2025-01-01 2025-12-31',
      yesterday: '2026-03-08 2026-03-08', day_before_yesterday: '2026-03-07 2026-03-07', month_before_last: '2026-01-01 2026-01-31', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // The day on which they go forward in Berlin.
  '2026-03-29': {
    current_week: ['2026-03-23 2026-03-29', '2026-03-29 2026-03-29'], last_week: ['2026-03-16 2026-03-22', '2026-03-22 2026-03-28'], week_before_last: ['2026-03-09 2026-03-15', '2026-03-15 2026-03-21'], others: {
      '7-days': '2026-03-23 2026-03-29', '30-days': '2026-02-28 2026-03-29', '3-months': '2025-12-30 2026-03-29', '6-months': '2025-09-30 2026-03-29', '12-months': '2025-03-30 2026-03-29',
      current_month: '2026-03-01 2026-03-29', current_quarter: '2026-01-01 2026-03-29', current_year: '2026-01-01 2026-03-29', last_month: '2026-02-01 2026-02-28', last_quarter: '2025-10-01 2025-12-31', last_year: '2025-01-01 2025-12-31',
      yesterday: '2026-03-28 2026-03-28', day_before_yesterday: '2026-03-27 2026-03-27', month_before_last: '2026-01-01 2026-01-31', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // The day after they went back in Auckland.
  '2026-04-06': {
    current_week: ['2026-04-06 2026-04-06', '2026-04-05 2026-04-06'], last_week: ['2026-03-30 2026-04-05', '2026-03-29 2026-04-04'], week_before_last: ['2026-03-23 2026-03-29', '2026-03-22 2026-03-28'], others: {
      '7-days': '2026-03-31 2026-04-06', '30-days': '2026-03-08 2026-04-06', '3-months': '2026-01-07 2026-04-06', '6-months': '2025-10-07 2026-04-06', '12-months': '2025-04-07 2026-04-06',
      current_month: '2026-04-01 2026-04-06', current_quarter: '2026-04-01 2026-04-06', current_year: '2026-01-01 2026-04-06', last_month: '2026-03-01 2026-03-31', last_quarter: '2026-01-01 2026-03-31', last_year: '2025-01-01 2025-12-31',
      yesterday: '2026-04-05 2026-04-05', day_before_yesterday: '2026-04-04 2026-04-04', month_before_last: '2026-02-01 2026-02-28', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // The day after they went forward in Auckland.
  '2026-09-28': {
    current_week: ['2026-09-28 2026-09-28', '2026-09-27 2026-09-28'], last_week: ['2026-09-21 2026-09-27', '2026-09-20 2026-09-26'], week_before_last: ['2026-09-14 2026-09-20', '2026-09-13 2026-09-19'], others: {
      '7-days': '2026-09-22 2026-09-28', '30-days': '2026-08-30 2026-09-28', '3-months': '2026-06-29 2026-09-28', '6-months': '2026-03-29 2026-09-28', '12-months': '2025-09-29 2026-09-28',
      current_month: '2026-09-01 2026-09-28', current_quarter: '2026-07-01 2026-09-28', current_year: '2026-01-01 2026-09-28', last_month: '2026-08-01 2026-08-31', last_quarter: '2026-04-01 2026-06-30', last_year: '2025-01-01 2025-12-31',
      yesterday: '2026-09-27 2026-09-27', day_before_yesterday: '2026-09-26 2026-09-26', month_before_last: '2026-07-01 2026-07-31', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // The day on which they go back in Berlin.
  '2026-10-25': {
    current_week: ['2026-10-19 2026-10-25', '2026-10-25 2026-10-25'], last_week: ['2026-10-12 2026-10-18', '2026-10-18 2026-10-24'], week_before_last: ['2026-10-05 2026-10-11', '2026-10-11 2026-10-17'], others: {
      '7-days': '2026-10-19 2026-10-25', '30-days': '2026-09-26 2026-10-25', '3-months': '2026-07-26 2026-10-25', '6-months': '2026-04-26 2026-10-25', '12-months': '2025-10-26 2026-10-25',
      current_month: '2026-10-01 2026-10-25', current_quarter: '2026-10-01 2026-10-25', current_year: '2026-01-01 2026-10-25', last_month: '2026-09-01 2026-09-30', last_quarter: '2026-07-01 2026-09-30', last_year: '2025-01-01 2025-12-31',
      yesterday: '2026-10-24 2026-10-24', day_before_yesterday: '2026-10-23 2026-10-23', month_before_last: '2026-08-01 2026-08-31', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // The day after they went back in New York.
  '2026-11-02': {
    current_week: ['2026-11-02 2026-11-02', '2026-11-01 2026-11-02'], last_week: ['2026-10-26 2026-11-01', '2026-10-25 2026-10-31'], week_before_last: ['2026-10-19 2026-10-25', '2026-10-18 2026-10-24'], others: {
      '7-days': '2026-10-27 2026-11-02', '30-days': '2026-10-04 2026-11-02', '3-months': '2026-08-03 2026-11-02', '6-months': '2026-05-03 2026-11-02', '12-months': '2025-11-03 2026-11-02',
      current_month: '2026-11-01 2026-11-02', current_quarter: '2026-10-01 2026-11-02', current_year: '2026-01-01 2026-11-02', last_month: '2026-10-01 2026-10-31', last_quarter: '2026-07-01 2026-09-30', last_year: '2025-01-01 2025-12-31',
      yesterday: '2026-11-01 2026-11-01', day_before_yesterday: '2026-10-31 2026-10-31', month_before_last: '2026-09-01 2026-09-30', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // The last day of a year, which some months have no date for.
  '2026-12-31': {
    current_week: ['2026-12-28 2026-12-31', '2026-12-27 2026-12-31'], last_week: ['2026-12-21 2026-12-27', '2026-12-20 2026-12-26'], week_before_last: ['2026-12-14 2026-12-20', '2026-12-13 2026-12-19'], others: {
      '7-days': '2026-12-25 2026-12-31', '30-days': '2026-12-02 2026-12-31', '3-months': '2026-10-01 2026-12-31', '6-months': '2026-07-01 2026-12-31', '12-months': '2026-01-01 2026-12-31',
      current_month: '2026-12-01 2026-12-31', current_quarter: '2026-10-01 2026-12-31', current_year: '2026-01-01 2026-12-31', last_month: '2026-11-01 2026-11-30', last_quarter: '2026-07-01 2026-09-30', last_year: '2025-01-01 2025-12-31',
      yesterday: '2026-12-30 2026-12-30', day_before_yesterday: '2026-12-29 2026-12-29', month_before_last: '2026-10-01 2026-10-31', year_before_last: '2024-01-01 2024-12-31',
    },
  },
  // A leap day, which the year before has not.
  '2028-02-29': {
    current_week: ['2028-02-28 2028-02-29', '2028-02-27 2028-02-29'], last_week: ['2028-02-21 2028-02-27', '2028-02-20 2028-02-26'], week_before_last: ['2028-02-14 2028-02-20', '2028-02-13 2028-02-19'], others: {
      '7-days': '2028-02-23 2028-02-29', '30-days': '2028-01-31 2028-02-29', '3-months': '2027-11-30 2028-02-29', '6-months': '2027-08-30 2028-02-29', '12-months': '2027-03-01 2028-02-29',
      current_month: '2028-02-01 2028-02-29', current_quarter: '2028-01-01 2028-02-29', current_year: '2028-01-01 2028-02-29', last_month: '2028-01-01 2028-01-31', last_quarter: '2027-10-01 2027-12-31', last_year: '2027-01-01 2027-12-31',
      yesterday: '2028-02-28 2028-02-28', day_before_yesterday: '2028-02-27 2028-02-27', month_before_last: '2027-12-01 2027-12-31', year_before_last: '2026-01-01 2026-12-31',
    },
  },
}

/** The first instant of a day in a zone, found by looking at its clock every half hour. */
function firstInstant(zone: string, date: string): number {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })
  for (let time = Date.parse(`${date}T00:00:00Z`) - 15 * 3_600_000; ; time += 1_800_000) if (clock.format(time) >= date) return time
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

for (const time_zone of ['Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata']) {
  test(`all periods in ${time_zone}, at any hour, from new years, leap days and days around changed clocks`, () => {
    for (const [date, { others, ...weeks }] of Object.entries(CALENDAR)) {
      for (const [index, first_weekday] of [1, 7].entries()) {
        const expected = { ...others, ...Object.fromEntries(Object.entries(weeks).map(([period, days]) => [period, days[index] ?? ''])) }
        assert.deepEqual(Object.keys(expected).toSorted(), PERIOD_NAMES.toSorted())
        const [start, end] = [firstInstant(time_zone, date), firstInstant(time_zone, dayAfter(date))]
        for (const now of [start, start + 5_400_000, (start + end) / 2, end - 1]) {
          for (const { period } of EXPECTED) {
            const [first = '', last = ''] = expected[period]?.split(' ') ?? []
            const window = periodWindow(period, { time_zone, first_weekday }, new Date(now))
            assert.deepEqual([window.from.getTime(), window.to.getTime()], [firstInstant(time_zone, first), firstInstant(time_zone, dayAfter(last)) - 1], `${period} from ${new Date(now).toISOString()}, weeks from ${first_weekday}`)
          }
        }
      }
    }
  })
}

test('the days on which clocks change, by the hour', () => {
  const NEW_YORK = { time_zone: 'America/New_York', first_weekday: 7 }
  const AUCKLAND = { time_zone: 'Pacific/Auckland', first_weekday: 1 }
  assert.deepEqual(shown(periodWindow('yesterday', NEW_YORK, new Date('2026-03-09T16:00:00Z'))), ['2026-03-08T05:00:00.000Z', '2026-03-09T03:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('yesterday', NEW_YORK, new Date('2026-11-02T16:00:00Z'))), ['2026-11-01T04:00:00.000Z', '2026-11-02T04:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('yesterday', AUCKLAND, new Date('2026-04-05T21:00:00Z'))), ['2026-04-04T11:00:00.000Z', '2026-04-05T11:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('yesterday', AUCKLAND, new Date('2026-09-27T21:00:00Z'))), ['2026-09-26T12:00:00.000Z', '2026-09-27T10:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('last_week', NEW_YORK, new Date('2026-11-02T16:00:00Z'))), ['2026-10-25T04:00:00.000Z', '2026-11-01T03:59:59.999Z'])
  assert.deepEqual(shown(periodWindow('last_quarter', AUCKLAND, new Date('2026-04-06T00:00:00Z'))), ['2025-12-31T11:00:00.000Z', '2026-03-31T10:59:59.999Z'])
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
  assert.deepEqual(chooseWindow({ period: null, from, to }, usual, UTC, THURSDAY), { from, to: new Date('2026-05-02T00:00:00.999Z') })
  const exact = new Date('2026-05-02T00:00:00.001Z')
  assert.deepEqual(chooseWindow({ period: null, from, to: exact }, usual, UTC, THURSDAY), { from, to: exact })
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
