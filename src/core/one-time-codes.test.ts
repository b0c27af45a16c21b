// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeAt, findStep, otpauthUrl, stepAt, toBase32 } from './one-time-codes.ts'

const SECRET = Buffer.from('12345678901234567890')

test('codes are those of RFC 6238\'s own table', () => {
  for (const [seconds, code] of [[59, '94287082'], [1_111_111_109, '07081804'], [1_111_111_111, '14050471'], [1_234_567_890, '89005924'], [2_000_000_000, '69279037'], [20_000_000_000, '65353130']] as const) {
    assert.equal(codeAt(SECRET, stepAt(new Date(seconds * 1000)), 8), code)
  }
})

test('codes of six digits are those of RFC 4226\'s table', () => {
  assert.deepEqual(Array.from({ length: 10 }, (_, count) => codeAt(SECRET, count)), ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'])
})

test('the step before and the one after will do, those beyond will not, and blanks do not matter', () => {
  const now = new Date('2026-03-16T10:00:10Z')
  const step = stepAt(now)
  for (const near of [step - 1, step, step + 1]) assert.equal(findStep(SECRET, codeAt(SECRET, near), now), near)
  for (const far of [step - 2, step + 2]) assert.equal(findStep(SECRET, codeAt(SECRET, far), now), null)
  assert.equal(findStep(SECRET, ` ${codeAt(SECRET, step).replace(/^.../, '$& ')}`, now), step)
  for (const wrong of ['', '12345', codeAt(SECRET, step, 8), 'abcdef', '١٢٣٤٥٦']) assert.equal(findStep(SECRET, wrong, now), null, wrong)
})

test('an app is told the issuer, the name and the secret in base 32', () => {
  assert.equal(toBase32(Buffer.from('foobar')), 'MZXW6YTBOI')
  assert.equal(otpauthUrl('Earshot A&B', 'jo@example.com', SECRET),
    'otpauth://totp/Earshot%20A%26B:jo%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Earshot%20A%26B&algorithm=SHA1&digits=6&period=30')
})
