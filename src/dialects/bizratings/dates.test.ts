// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processorSeconds } from '../../../test/support/processor.ts'
import { isDate, isMoment, rangeEnd, rangeStart } from './dates.ts'

const range = (text: string, zone: string) => [rangeStart(text, zone).toISOString(), rangeEnd(text, zone).toISOString()]

test('all four forms of a day mean the whole of it, in the account\'s zone', () => {
  for (const text of ['2025/06/01', '01-Jun-2025', '2025-06-01', '01-6-2025', '1-jun-2025', '1-06-2025', '2025/6/1']) {
    assert.deepEqual(range(text, 'UTC'), ['2025-06-01T00:00:00.000Z', '2025-06-02T00:00:00.000Z'], text)
    assert.deepEqual(range(text, 'Europe/Berlin'), ['2025-05-31T22:00:00.000Z', '2025-06-01T22:00:00.000Z'], text)
    assert.deepEqual(range(text, 'America/New_York'), ['2025-06-01T04:00:00.000Z', '2025-06-02T04:00:00.000Z'], text)
  }
})

test('days in which the clocks change are 23 and 25 hours long', () => {
  assert.deepEqual(range('30-3-2025', 'Europe/Berlin'), ['2025-03-29T23:00:00.000Z', '2025-03-30T22:00:00.000Z'])
  assert.deepEqual(range('26-Oct-2025', 'Europe/Berlin'), ['2025-10-25T22:00:00.000Z', '2025-10-26T23:00:00.000Z'])
})

test('a date-time is that very instant, at both ends', () => {
  assert.deepEqual(range('2025-06-01T10:00:00Z', 'Europe/Berlin'), ['2025-06-01T10:00:00.000Z', '2025-06-01T10:00:00.001Z'])
  assert.equal(rangeStart('2025-06-01T10:00:00', 'Europe/Berlin').toISOString(), '2025-06-01T08:00:00.000Z')
  assert.equal(rangeStart('2025-06-01T10:00:00 02:00', 'UTC').toISOString(), '2025-06-01T08:00:00.000Z', 'a plus sign that nobody encoded')
})

test('what is no date is none', () => {
  for (const text of ['yesterday', '2025-02-30', '31-Feb-2025', '01-Foo-2025', '2025-13-01', '06/01/2025', '20250601', '0000-01-01', '2025-06-01T25:00:00Z', '']) assert.equal(isDate(text), false, text)
})

test('a ticket\'s moments are ISO 8601 only', () => {
  for (const text of ['2025-05-01T08:30:00Z', '2025-05-01T08:30:00.1234567+02:00', '2025-05-01']) assert.equal(isMoment(text), true, text)
  for (const text of ['01-Jun-2025', '2025/06/01', '1748779200', '9999-12-31T23:59:59-05:00', '2025-02-30', '0001-01-01']) assert.equal(isMoment(text), false, text)
})

test('a long text is no date at once', async () => {
  assert.ok(await processorSeconds(() => assert.equal(isDate('T'.repeat(60_000)), false)) < 1)
})
