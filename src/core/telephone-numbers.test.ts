// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isE164, toE164 } from './telephone-numbers.ts'

test('a number with its country\'s code is understood without a country, however it is written', () => {
  for (const written of ['+447700900123', ' +44 7700 900123 ', '+44 (0)7700 900-123', '+44.7700.900.123']) assert.equal(toE164(written, null), '+447700900123', written)
  assert.equal(toE164('+49 170 1234567', 'GB'), '+491701234567')
})

test('a number as it is dialled at home takes the code of the account\'s country', () => {
  assert.equal(toE164('07700 900123', 'GB'), '+447700900123')
  assert.equal(toE164('(0170) 123 45 67', 'DE'), '+491701234567')
  assert.equal(toE164('0044 7700 900123', 'DE'), '+447700900123')
  assert.equal(toE164('(415) 555-0100', 'US'), '+14155550100')
})

test('without a country, or in one without a telephone plan, a number without a code is none', () => {
  for (const country of [null, 'AQ', 'XX']) assert.equal(toE164('07700 900123', country), null)
})

test('what is no number at all, is too short or too long, or has an extension, is refused', () => {
  for (const text of ['', ' ', 'call me', 'ring +44 7700 900123', '+44 7700', '+44 7700 900123 4567', '+1 415 555 0100 ext. 7', '999', '+0 7700 900123', '+447700900123; drop']) assert.equal(toE164(text, 'GB'), null, text)
})

test('E.164 is a plus and the digits, nothing else', () => {
  assert.ok(isE164('+447700900123'))
  for (const text of ['447700900123', '+44 7700900123', '+0447700900123', '+1234567890123456', '', '+']) assert.ok(!isE164(text), text)
})
