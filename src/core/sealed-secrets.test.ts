// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSecret, sealSecret } from './sealed-secrets.ts'

const SERVER = 'a secret that only this server knows'
const SECRET = Buffer.from('what has to be known again')

test('what was sealed opens with the same secret for the same purpose', () => {
  const sealed = sealSecret(SERVER, 'factor 1/2', SECRET)
  assert.deepEqual(openSecret(SERVER, 'factor 1/2', sealed), SECRET)
  assert.ok(!sealed.includes(SECRET))
  assert.notDeepEqual(sealSecret(SERVER, 'factor 1/2', SECRET), sealed)
})

test('it opens with no other secret, for no other purpose, and not once a bit is changed or cut off', () => {
  const sealed = sealSecret(SERVER, 'factor 1/2', SECRET)
  assert.throws(() => openSecret('a secret of quite another server, too', 'factor 1/2', sealed), /EARSHOT_SECRET/)
  assert.throws(() => openSecret(SERVER, 'factor 1/3', sealed), /cannot be opened/)
  for (const at of [0, 12, 28, sealed.length - 1]) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    assert.throws(() => openSecret(SERVER, 'factor 1/2', changed), /cannot be opened/)
  }
  for (const length of [0, 11, 20, sealed.length - 1]) assert.throws(() => openSecret(SERVER, 'factor 1/2', sealed.subarray(0, length)), /cannot be opened/)
})
