// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, dayAt, isDateTime, isDay, readDateTime, startOfDay } from './days.ts'

test('a day begins at midnight of its zone', () => {
  assert.equal(startOfDay('UTC', 2025, 10, 1).toISOString(), '2025-10-01T00:00:00.000Z')
  assert.equal(startOfDay('Europe/Berlin', 2025, 10, 1).toISOString(), '2025-09-30T22:00:00.000Z')
  assert.equal(startOfDay('America/New_York', 2025, 10, 1).toISOString(), '2025-10-01T04:00:00.000Z')
  assert.equal(startOfDay('Pacific/Kiritimati', 2025, 10, 1).toISOString(), '2025-09-30T10:00:00.000Z')
})

test('a day in which the clocks change is 23 or 25 hours long', () => {
  assert.equal(hoursOf('Europe/Berlin', 2025, 3, 30), 23)
  assert.equal(hoursOf('Europe/Berlin', 2025, 10, 26), 25)
  assert.equal(hoursOf('America/New_York', 2025, 3, 9), 23)
  assert.equal(hoursOf('America/New_York', 2025, 11, 2), 25)
  assert.equal(hoursOf('Australia/Lord_Howe', 2025, 4, 6), 24.5)
  assert.equal(hoursOf('UTC', 2025, 3, 30), 24)
})

test('where the clocks skip midnight, the day begins an hour late', () => {
  assert.equal(startOfDay('America/Santiago', 2025, 9, 7).toISOString(), '2025-09-07T04:00:00.000Z')
  assert.equal(hoursOf('America/Santiago', 2025, 9, 7), 23)
})

test('a day that no calendar has does not begin', () => {
  assert.throws(() => startOfDay('UTC', 2025, 2, 29), RangeError)
  assert.throws(() => startOfDay('UTC', 2025, 13, 1), RangeError)
})

test('an instant is in another day elsewhere', () => {
  const instant = new Date('2025-09-30T22:30:00Z')
  assert.deepEqual(dayAt('UTC', instant), { year: 2025, month: 9, day: 30 })
  assert.deepEqual(dayAt('Europe/Berlin', instant), { year: 2025, month: 10, day: 1 })
  assert.deepEqual(dayAt('America/New_York', instant), { year: 2025, month: 9, day: 30 })
})

test('days add up over months, years and leap days', () => {
  assert.deepEqual(addDays({ year: 2024, month: 2, day: 28 }, 1), { year: 2024, month: 2, day: 29 })
  assert.deepEqual(addDays({ year: 2025, month: 12, day: 31 }, 1), { year: 2026, month: 1, day: 1 })
  assert.deepEqual(addDays({ year: 2025, month: 3, day: 1 }, -1), { year: 2025, month: 2, day: 28 })
})

test('only days of the calendar are days', () => {
  assert.equal(isDay({ year: 2024, month: 2, day: 29 }), true)
  assert.equal(isDay({ year: 2025, month: 2, day: 29 }), false)
  assert.equal(isDay({ year: 2025, month: 0, day: 1 }), false)
  assert.equal(isDay({ year: 2025, month: 6, day: 0 }), false)
  assert.equal(isDay({ year: 0, month: 6, day: 1 }), false)
})

test('a date-time is read in every ISO 8601 form that clients send', () => {
  const read = (text: string) => readDateTime(text, 'Europe/Berlin')?.toISOString()
  assert.equal(read('2025-05-01T08:30:00Z'), '2025-05-01T08:30:00.000Z')
  assert.equal(read('2025-05-01T08:30Z'), '2025-05-01T08:30:00.000Z')
  assert.equal(read('2025-05-01T08:30:00.1234567+02:00'), '2025-05-01T06:30:00.123Z')
  assert.equal(read('2025-05-01T08:30:00.5-0400'), '2025-05-01T12:30:00.500Z')
  assert.equal(read('2025-05-01 08:30:00+02'), '2025-05-01T06:30:00.000Z')
  assert.equal(read('2025-05-01T08:30:00'), '2025-05-01T06:30:00.000Z', 'without an offset it is meant in the zone')
})

test('a local time that the clocks show twice is the first one, a skipped one is as before the change', () => {
  assert.equal(readDateTime('2025-10-26T02:30:00', 'Europe/Berlin')?.toISOString(), '2025-10-26T00:30:00.000Z')
  assert.equal(readDateTime('2025-03-30T02:30:00', 'Europe/Berlin')?.toISOString(), '2025-03-30T01:30:00.000Z')
})

test('what is no date-time, or one that no database takes, is not read', () => {
  for (const text of ['', 'yesterday', '2025-05-01', '2025-02-30T00:00:00Z', '2025-05-01T24:00:00Z', '2025-05-01T08:60:00Z', '2025-05-01T08:30:60Z', '2025-05-01T08:30:00+24:00',
    '0000-01-01T00:00:00Z', '0001-01-01T00:00:00+01:00', '9999-12-31T23:00:00-02:00', '2025-05-01T08:30:00Zulu', '20250501T083000Z']) {
    assert.equal(readDateTime(text, 'UTC'), null, text)
  }
})

test('a local time is a date-time only where every zone has it', () => {
  for (const text of ['2025-05-01T08:30', '0001-01-01T00:00:00Z', '0001-01-02T00:00', '9999-12-30T23:00']) assert.equal(isDateTime(text), true, text)
  for (const text of ['2025-05-01', 'soon', '0001-01-01T00:00', '9999-12-31T23:00']) assert.equal(isDateTime(text), false, text)
})

function hoursOf(zone: string, year: number, month: number, day: number): number {
  const next = addDays({ year, month, day }, 1)
  return (startOfDay(zone, next.year, next.month, next.day).getTime() - startOfDay(zone, year, month, day).getTime()) / 3_600_000
}
