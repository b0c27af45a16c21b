// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countSegments } from './segments.ts'

function cut(text: string): string {
  const { encoding, characters, segments } = countSegments(text)
  return `${encoding} ${characters} ${segments}`
}

test('160 characters of the GSM alphabet are one segment, 161 are two of 153', () => {
  assert.deepEqual(['', 'a', 'a'.repeat(160), 'a'.repeat(161), 'a'.repeat(306), 'a'.repeat(307)].map(cut), ['GSM-7 0 1', 'GSM-7 1 1', 'GSM-7 160 1', 'GSM-7 161 2', 'GSM-7 306 2', 'GSM-7 307 3'])
})

test('letters with accents that the alphabet has cost no more, line ends and signs neither', () => {
  assert.equal(cut('Ä ö Ñ ü à é Ç ø Å £ ¥ § ¿ @ _ Ω\n'.padEnd(160, 'x')), 'GSM-7 160 1')
})

test('a sign of the extension table takes two places', () => {
  assert.deepEqual(['€'.repeat(80), '€'.repeat(80) + 'a', '^{}\\[~]|€\f'].map(cut), ['GSM-7 80 1', 'GSM-7 81 2', 'GSM-7 10 1'])
})

test('such a sign is not cut in two: it begins the next segment', () => {
  assert.equal(cut(`${'a'.repeat(152)}€${'a'.repeat(151)}`), 'GSM-7 304 2')
  assert.equal(cut(`${'a'.repeat(152)}€${'a'.repeat(152)}`), 'GSM-7 305 3')
})

test('one character outside the alphabet makes all of it UCS-2: 70 in one segment, else 67 in each', () => {
  assert.deepEqual(['ж', 'ж'.repeat(70), 'ж'.repeat(71), 'ж'.repeat(134), 'ж'.repeat(135), `${'a'.repeat(69)}’`, `${'a'.repeat(70)}’`].map(cut),
    ['UCS-2 1 1', 'UCS-2 70 1', 'UCS-2 71 2', 'UCS-2 134 2', 'UCS-2 135 3', 'UCS-2 70 1', 'UCS-2 71 2'])
})

test('an emoji is one character of two units, and is not cut in two', () => {
  assert.deepEqual(['😀'.repeat(35), '😀'.repeat(36), '😀'.repeat(66), '😀'.repeat(67)].map(cut), ['UCS-2 35 1', 'UCS-2 36 2', 'UCS-2 66 2', 'UCS-2 67 3'])
})
