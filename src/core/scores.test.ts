// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { npsGroup, percentage, quotient, rescale, roundedQuotient, sentimentOf } from './scores.ts'

test('a rating falls into one of five buckets of 20 percent, the top one including 100', () => {
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((value) => sentimentOf(value, { min: 1, max: 10 }))
  assert.deepEqual(ten, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
  const eleven = Array.from({ length: 11 }, (_, value) => sentimentOf(value, { min: 0, max: 10 }))
  assert.deepEqual(eleven, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4])
  assert.deepEqual([1, 2, 3, 4, 5].map((value) => sentimentOf(value, { min: 1, max: 5 })), [0, 1, 2, 3, 4])
  assert.deepEqual([1, 2].map((value) => sentimentOf(value, { min: 1, max: 2 })), [0, 4])
})

test('a score moves to another scale linearly and rounds half away from zero', () => {
  assert.deepEqual([1, 2].map((value) => rescale(value, { min: 1, max: 2 }, { min: 1, max: 10 })), [1, 10])
  assert.deepEqual([1, 2, 3, 4, 5].map((value) => rescale(value, { min: 1, max: 5 }, { min: 1, max: 10 })), [1, 3, 6, 8, 10])
  assert.equal(rescale(7, { min: 1, max: 10 }, { min: 1, max: 10 }), 7)
})

test('quotients are exact at the half and null without a divisor', () => {
  assert.equal(roundedQuotient(5, 2), 3)
  assert.equal(roundedQuotient(-5, 2), -3)
  assert.equal(roundedQuotient(-1, 3), 0)
  assert.ok(Object.is(roundedQuotient(-1, 3), 0))
  assert.equal(quotient(1005, 1000, 2), 1.01)
  assert.equal(quotient(2, 3, 2), 0.67)
  assert.equal(quotient(1, 0, 2), null)
  assert.equal(percentage(9, 10), 90)
  assert.equal(percentage(1, 8), 13)
})

test('promoters, passives and detractors follow the 0 to 10 scale', () => {
  assert.deepEqual([0, 6, 7, 8, 9, 10].map((value) => npsGroup(value, { min: 0, max: 10 })), ['detractor', 'detractor', 'passive', 'passive', 'promoter', 'promoter'])
  assert.equal(npsGroup(5, { min: 1, max: 5 }), 'promoter')
})
