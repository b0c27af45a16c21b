// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeDice } from '../../demo/random.ts'
import { startOfDay } from '../days.ts'
import { isoOf, spanOf, type Span } from './span.ts'

const ZONE = 'Europe/Berlin'

function day(iso: string): Date {
  const { year, month, day: date } = Temporal.PlainDate.from(iso)
  return startOfDay(ZONE, year, month, date)
}

/** How often each day is counted by the pieces of a span, for all days of some years. */
function counts({ pieces }: Span): Map<string, number> {
  const found = new Map<string, number>()
  for (let date = Temporal.PlainDate.from('2023-12-01'); date.year < 2028; date = date.add({ days: 1 })) {
    const iso = date.toString()
    const times = pieces.filter(({ first, end }) => (first === '-infinity' || first <= iso) && (end === 'infinity' || iso < end)).reduce((sum, { sign }) => sum + sign, 0)
    if (times !== 0) found.set(iso, times)
  }
  return found
}

test('the pieces count each day of a range once and no other day, with few rows', () => {
  const dice = makeDice(3)
  for (let round = 0; round < 300; round++) {
    const first = Temporal.PlainDate.from('2024-01-01').add({ days: dice.between(0, 700) })
    const end = first.add({ days: dice.between(1, dice.pick([3, 12, 40, 400])) })
    const span = spanOf({ from: day(first.toString()), to: day(end.toString()) }, ZONE)
    const expected = new Map<string, number>()
    for (let date = first; Temporal.PlainDate.compare(date, end) < 0; date = date.add({ days: 1 })) expected.set(date.toString(), 1)
    assert.deepEqual(counts(span), expected, `${first} ${end}: ${JSON.stringify(span.pieces)}`)
    const days = span.pieces.filter(({ grain }) => grain === 'day').reduce((sum, piece) => sum + Temporal.PlainDate.from(piece.first).until(piece.end).days, 0)
    assert.ok(days <= 12, `${first} ${end}: ${days} days`)
    assert.deepEqual(span.edges, [])
  }
})

test('whole months are months, and open ends are open', () => {
  assert.deepEqual(spanOf({ from: day('2025-01-01'), to: day('2025-04-01') }, ZONE).pieces, [{ grain: 'month', sign: 1, first: '2025-01-01', end: '2025-04-01' }])
  assert.deepEqual(spanOf({}, ZONE).pieces, [{ grain: 'month', sign: 1, first: '-infinity', end: 'infinity' }])
  assert.deepEqual(spanOf({ from: day('2025-02-28') }, ZONE).pieces, [{ grain: 'day', sign: 1, first: '2025-02-28', end: '2025-03-01' }, { grain: 'month', sign: 1, first: '2025-03-01', end: 'infinity' }])
  assert.deepEqual(spanOf({ to: day('2025-01-30') }, ZONE).pieces, [
    { grain: 'month', sign: 1, first: '-infinity', end: '2025-01-01' }, { grain: 'month', sign: 1, first: '2025-01-01', end: '2025-02-01' }, { grain: 'day', sign: -1, first: '2025-01-30', end: '2025-02-01' },
  ])
  assert.deepEqual(spanOf({ from: day('2025-01-05'), to: day('2025-02-07') }, ZONE, true).pieces, [{ grain: 'day', sign: 1, first: '2025-01-05', end: '2025-02-07' }])
})

test('an instant that cuts a day leaves an edge, also where the clocks change', () => {
  const [from, to] = [new Date('2025-03-30T00:30:00Z'), new Date('2025-10-26T12:00:00Z')]
  const span = spanOf({ from, to }, ZONE)
  assert.deepEqual(span.edges, [{ from, to: day('2025-03-31') }, { from: day('2025-10-26'), to }])
  assert.deepEqual(span.whole, { first: '2025-03-31', end: '2025-10-26' })
  assert.equal(day('2025-03-31').getTime() - day('2025-03-30').getTime(), 23 * 3_600_000)
})

test('within a day there is an edge only, and of nothing there is nothing', () => {
  const [from, to] = [new Date('2025-05-05T08:00:00Z'), new Date('2025-05-05T09:00:00Z')]
  assert.deepEqual(spanOf({ from, to }, ZONE), { whole: null, pieces: [], edges: [{ from, to }] })
  assert.deepEqual(spanOf({ from: to, to: from }, ZONE), { whole: null, pieces: [], edges: [] })
  const [late, early] = [new Date('2025-05-05T20:00:00Z'), new Date('2025-05-06T02:00:00Z')]
  assert.deepEqual(spanOf({ from: late, to: early }, ZONE), { whole: null, pieces: [], edges: [{ from: late, to: day('2025-05-06') }, { from: day('2025-05-06'), to: early }] })
})

test('an end beyond all days is open, and what lies beyond them is nothing', () => {
  const whole = spanOf({}, ZONE)
  for (const zone of [ZONE, 'America/New_York', 'Pacific/Kiritimati']) {
    assert.deepEqual(spanOf({ from: new Date('0001-01-01T00:00:00Z'), to: new Date('+010000-01-01T00:00:00Z') }, zone), whole)
    assert.deepEqual(spanOf({ to: new Date('0001-01-01T00:00:00Z') }, zone), { whole: null, pieces: [], edges: [] })
    assert.deepEqual(spanOf({ from: new Date('9999-12-31T00:00:00Z') }, zone).pieces, [])
    assert.equal(spanOf({ from: day('2026-01-01'), to: new Date('+010000-01-01T00:00:00Z') }, zone).edges.length <= 1, true)
  }
})

test('a day is written with four digits for its year', () => {
  assert.equal(isoOf({ year: 33, month: 4, day: 3 }), '0033-04-03')
})
