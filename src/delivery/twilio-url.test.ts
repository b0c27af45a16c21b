// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback } from './provider-url.ts'
import { readTwilioUrl } from './twilio-url.ts'

test('a number, a short code, a name or a messaging service is who text messages come from', () => {
  const senderOf = (query: string) => readTwilioUrl(`twilio://AC1:secret@api.twilio.com?${query}`).sender
  assert.deepEqual(['from=+15550100', 'from=%2B15550100', 'from=12345', 'from=Acme%20Ltd', 'messaging_service_sid=MG1'].map(senderOf),
    [{ From: '+15550100' }, { From: '+15550100' }, { From: '12345' }, { From: 'Acme Ltd' }, { MessagingServiceSid: 'MG1' }])
})

test('it is HTTPS, but for a loopback address', () => {
  const baseOf = (host: string) => readTwilioUrl(`twilio://AC1:secret@${host}?from=+15550100`).base_url
  assert.deepEqual(['api.twilio.com', 'gateway.test:8443', '127.0.0.1:9000', 'localhost:9000', '[::1]:9000', '10.0.0.1:9000', '127.0.0.1.evil.test'].map(baseOf),
    ['https://api.twilio.com', 'https://gateway.test:8443', 'http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000', 'https://10.0.0.1:9000', 'https://127.0.0.1.evil.test'])
  assert.deepEqual(['127.1.2.3', 'LOCALHOST', '[::1]', 'localhost.test', '::2'].map(isLoopback), [true, true, true, false, false])
})

test('percent-encoded parts are decoded, and the number of connections can be said', () => {
  assert.partialDeepStrictEqual(readTwilioUrl('twilio://AC1:a%40b%3Ac@api.twilio.com/?from=+15550100&maxConnections=3'), { sid: 'AC1', token: 'a@b:c', connections: 3 })
  assert.equal(readTwilioUrl('twilio://AC1:a@api.twilio.com?from=+15550100').connections, 10)
})

for (const [text, complaint] of [
  ['https://AC1:t@api.twilio.com?from=+15550100', /must look like/], ['twilio://api.twilio.com?from=+15550100', /must look like/], ['twilio://AC1@api.twilio.com?from=+15550100', /must look like/],
  ['twilio://AC1:t@?from=+15550100', /must look like/], ['twilio://AC1:t@api.twilio.com/path?from=+15550100', /must look like/], ['twilio://AC1:%ff@api.twilio.com?from=+15550100', /must look like/],
  ['nonsense', /must look like/], ['twilio://AC1:t@api.twilio.com', /does not say who/], ['twilio://AC1:t@api.twilio.com?from=', /does not say who/],
  ['twilio://AC1:t@api.twilio.com?from=+15550100&messaging_service_sid=MG1', /has both/], ['twilio://AC1:t@api.twilio.com?form=+15550100', /has form in its query/],
  ['twilio://AC1:t@api.twilio.com?from=A%20name%20that%20is%20long', /has a from/], ['twilio://AC1:t@api.twilio.com?from=+15550100&maxConnections=0', /maxConnections/],
] as const) {
  test(`${text} is refused, without its token`, () => {
    assert.throws(() => readTwilioUrl(text), (error: Error) => complaint.test(error.message) && !error.message.includes('t@'))
  })
}
