// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bounceMail } from '../../test/support/bounce-mail.ts'
import { processorSeconds } from '../../test/support/processor.ts'
import { isDeadAddress, readBounce } from './bounce-report.ts'
import { findReturnPath, returnPath } from './return-path.ts'

const SECRET = 'a secret that only this test knows of'
const BOUNCES = { domain: 'bounces.acme.test', secret: SECRET }
const DELIVERY = { account_id: 12, delivery_id: 3456 }
const ADDRESS = returnPath(BOUNCES, DELIVERY)

test('an address to come back to names its delivery, and is short enough for any server', () => {
  assert.match(ADDRESS, /^bounces\+12-3456\.[0-9a-f]{20}@bounces\.acme\.test$/)
  assert.deepEqual([findReturnPath(`To: <${ADDRESS}>`, SECRET), findReturnPath(ADDRESS.toUpperCase(), SECRET)], [DELIVERY, DELIVERY])
  const longest = returnPath(BOUNCES, { account_id: 999_999_999_999_999, delivery_id: 999_999_999_999_999 })
  assert.ok(longest.slice(0, longest.indexOf('@')).length <= 64)
  assert.deepEqual(findReturnPath(longest, SECRET), { account_id: 999_999_999_999_999, delivery_id: 999_999_999_999_999 })
})

test('an address that nobody else can make up: another delivery, another proof and another secret are none', () => {
  for (const text of [ADDRESS.replace('12-', '13-'), ADDRESS.replace('3456', '3457'), ADDRESS.replace(/\.[0-9a-f]/, '.z'), ADDRESS.replace(/[0-9a-f]{20}/, '0'.repeat(20)), ADDRESS.replace('bounces+', 'bounces-'), '']) assert.equal(findReturnPath(text, SECRET), null, text)
  assert.equal(findReturnPath(ADDRESS, 'another secret, which is not the same one'), null)
  assert.deepEqual(findReturnPath(`${ADDRESS.replace('12-', '13-')} ${ADDRESS}`, SECRET), DELIVERY, 'a forged one hides no good one')
})

test('a report of a failure says of which mail, to whom, and why', () => {
  assert.deepEqual(readBounce(bounceMail({ to: ADDRESS, original: 'Message-ID:\r\n <i12.7@acme.test>' }), SECRET), {
    delivery: DELIVERY, message_id: '<i12.7@acme.test>', recipients: ['jo@client.test', 'jo@client.test'], status: '5.1.1', detail: '550 5.1.1 <jo@client.test>: no such user here',
  })
})

test('headers alone, other ends of lines, folded and encoded parts are read too', () => {
  const plain = bounceMail({ to: ADDRESS, type: 'text/rfc822-headers', original: 'Message-Id: <i12.7@acme.test>', diagnosis: 'smtp; 550 5.1.1\r\n\tno such\r\n user', recipient: 'Jo@Client.test' })
  assert.partialDeepStrictEqual(readBounce(plain.replaceAll('\r\n', '\n'), SECRET), { message_id: '<i12.7@acme.test>', recipients: ['jo@client.test', 'jo@client.test'], detail: '550 5.1.1 no such user' })
  const status = plain.slice(plain.indexOf('Reporting-MTA'), plain.indexOf('\r\n\r\n--A5F6', plain.indexOf('Reporting-MTA')))
  const encoded = plain.replace(`Content-Type: message/delivery-status\r\n\r\n${status}`, () => `Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(status).toString('base64')}`)
  assert.notEqual(encoded, plain)
  assert.equal(readBounce(encoded, SECRET)?.status, '5.1.1')
})

test('only a failure counts: what is late, delivered, relayed or an answer of a person or a program is none', () => {
  for (const action of ['delayed', 'delivered', 'relayed', 'expanded', '', 'not failed']) assert.equal(readBounce(bounceMail({ to: ADDRESS, action }), SECRET), null, action)
  for (const action of ['Failed', 'failed (no such user)', 'FAILED']) assert.ok(readBounce(bounceMail({ to: ADDRESS, action }), SECRET), action)
  const answer = `From: jo@client.test\r\nTo: ${ADDRESS}\r\nSubject: Out of office\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n`
  for (const mail of [answer, '', '\r\n\r\n', 'nonsense', answer.replace('Subject', 'Content-Type: multipart/mixed\r\nSubject')]) assert.equal(readBounce(mail, SECRET), null)
})

test('a mail that lies in a hundred others is given up, and a large one is read in a second', async () => {
  const nested = Array.from({ length: 100 }, (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`).join('')
  assert.equal(readBounce(nested, SECRET), null)
  const large = bounceMail({ to: ADDRESS, original: 'x: y\r\n'.repeat(200_000) })
  assert.ok(await processorSeconds(() => readBounce(large, SECRET)) < 2)
})

test('an address is dead where nobody has it, not where its mailbox is full or the mail was not liked', () => {
  assert.deepEqual(['5.1.1', '5.1.10', '5.0.0', '5.2.1'].map(isDeadAddress), [true, true, true, true])
  assert.deepEqual(['5.2.2', '5.7.1', '5.4.1', '4.1.1', '4.4.7', '5.2.10', null].map(isDeadAddress), [false, false, false, false, false, false, false])
})
