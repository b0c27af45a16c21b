// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanInterval } from './mean-interval.ts'

const TEN = { min: 1, max: 10 }

test('the interval lies 1.96 standard errors around the mean', () => {
  // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, variance 32 / 7.
  assert.deepEqual(meanInterval({ count: 8, sum: 40, sum_of_squares: 232 }, TEN), { low: 3.52, high: 6.48 })
})

test('it stays within the scale', () => {
  assert.deepEqual(meanInterval({ count: 2, sum: 11, sum_of_squares: 101 }, TEN), { low: 1, high: 10 })
  assert.deepEqual(meanInterval({ count: 3, sum: 29, sum_of_squares: 281 }, TEN), { low: 9.01, high: 10 })
})

test('scores that are all the same leave no room', () => {
  assert.deepEqual(meanInterval({ count: 5, sum: 35, sum_of_squares: 245 }, TEN), { low: 7, high: 7 })
})

test('fewer than two scores have no spread', () => {
  assert.equal(meanInterval({ count: 0, sum: 0, sum_of_squares: 0 }, TEN), null)
  assert.equal(meanInterval({ count: 1, sum: 7, sum_of_squares: 49 }, TEN), null)
})
