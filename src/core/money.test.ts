// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amountNumber, amountText, parseCents, percentOf } from './money.ts'

test('an amount is read to the cent', () => {
  for (const [text, cents] of [
    ['0', 0], ['12000', 1_200_000], ['12000.5', 1_200_050], ['12000.50', 1_200_050], ['0.07', 7], ['-0.07', -7], ['007', 700], ['1.10', 110], ['0.29', 29], ['1.15', 115], ['-12000.50', -1_200_050],
    ['9999999999999.99', 999_999_999_999_999], ['-9999999999999.99', -999_999_999_999_999],
  ] as const) assert.equal(parseCents(text), cents, text)
})

test('there is no negative zero', () => {
  assert.ok(Object.is(parseCents('-0'), 0))
  assert.ok(Object.is(parseCents('-0.00'), 0))
  assert.equal(amountText(0), '0.00')
})

test('what could be read in two ways, or not to the cent, is no amount', () => {
  for (const text of ['', ' ', '-', '.5', '5.', '1.234', '12.345', '1,5', '1,234', '1,234.50', '1.234,50', '1 234', '1e3', '+5', '--5', '5-', '(5)', '€5', '5 EUR', '0x10', 'NaN', 'Infinity', '10000000000000', '10000000000000.00', '١٢', '5\n', '5\0']) {
    assert.equal(parseCents(text), null, JSON.stringify(text))
  }
})

test('cents become the amount that they were read from', () => {
  for (const text of ['0.00', '0.01', '-0.01', '0.99', '-1.00', '12000.50', '9999999999999.99', '-9999999999999.99']) assert.equal(amountText(parseCents(text) ?? NaN), text)
})

test('as a number an amount shows its cents, no more and no less', () => {
  for (const [cents, shown] of [[0n, '0'], [7n, '0.07'], [-1_200_050n, '-12000.5'], [999_999_999_999_999n, '9999999999999.99'], [7_036_874_417_766_399n, '70368744177663.99']] as const) {
    assert.equal(JSON.stringify(amountNumber(cents)), shown)
  }
})

test('a percentage has two decimals, half away from zero, of any size and sign', () => {
  for (const [part, whole, percent] of [
    [1n, 3n, 33.33], [2n, 3n, 66.67], [1n, 20_000n, 0.01], [1n, 20_001n, 0], [-1n, 20_000n, -0.01], [-1n, 20_001n, 0], [5n, -10n, -50], [-5n, -10n, 50], [0n, -10n, 0], [999_999_999_999_999n, 1_000_000_000_000_000n, 100],
    [99_994_999_999_999n, 100_000_000_000_000n, 99.99], [99_995_000_000_000n, 100_000_000_000_000n, 100], [-2_000_000_000_000_000n, 1n, -200_000_000_000_000_000],
  ] as const) assert.ok(Object.is(percentOf(part, whole), percent), `${part} / ${whole}: ${percentOf(part, whole)}`)
  assert.equal(percentOf(5n, 0n), null)
})
