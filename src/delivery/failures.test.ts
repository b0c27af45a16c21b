// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf, loggable } from './failures.ts'

function smtpError(fields: { code: string, responseCode?: number, command?: string }): Error {
  return Object.assign(new Error(`it said ${fields.responseCode ?? 'nothing'}`), fields)
}

const CASES: [string, Parameters<typeof smtpError>[0], 'temporary_failure' | 'permanent_failure'][] = [
  ['an unknown recipient', { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'permanent_failure'],
  ['a sender that is refused', { code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' }, 'permanent_failure'],
  ['content that is refused', { code: 'EMESSAGE', responseCode: 554, command: 'DATA' }, 'permanent_failure'],
  ['an address that cannot be written down', { code: 'EENVELOPE', command: 'API' }, 'permanent_failure'],
  ['a recipient who is greylisted', { code: 'EENVELOPE', responseCode: 451, command: 'RCPT TO' }, 'temporary_failure'],
  ['a full mailbox', { code: 'EENVELOPE', responseCode: 452, command: 'RCPT TO' }, 'temporary_failure'],
  ['a server that closes', { code: 'ECONNECTION', responseCode: 421, command: 'CONN' }, 'temporary_failure'],
  ['a conversation that went wrong', { code: 'EENVELOPE', responseCode: 503, command: 'MAIL FROM' }, 'temporary_failure'],
  ['a server that wants a log-in', { code: 'EENVELOPE', responseCode: 530, command: 'MAIL FROM' }, 'temporary_failure'],
  ['a wrong password', { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }, 'temporary_failure'],
  ['a greeting of no service', { code: 'EPROTOCOL', responseCode: 554, command: 'CONN' }, 'temporary_failure'],
  ['a time-out', { code: 'ETIMEDOUT', command: 'CONN' }, 'temporary_failure'],
  ['no such server', { code: 'EDNS', command: 'CONN' }, 'temporary_failure'],
  ['a certificate that is not trusted', { code: 'ESOCKET', command: 'CONN' }, 'temporary_failure'],
]

for (const [name, fields, kind] of CASES) {
  test(`${name} is a ${kind.replace('_', ' ')}`, () => {
    assert.deepEqual(failureOf(smtpError(fields)), { kind, detail: `it said ${fields.responseCode ?? 'nothing'}` })
  })
}

test('the server\'s words are kept in one line and not too many; the log gets codes only', () => {
  const error = Object.assign(new Error(`550-no\r\n550 jo@client.test ${'x'.repeat(1000)}`), { code: 'EENVELOPE', responseCode: 550 })
  const { detail } = failureOf(error)
  assert.ok(detail.startsWith('550-no 550 jo@client.test') && detail.length === 500)
  assert.deepEqual(loggable(error), { code: 'EENVELOPE', response_code: 550 })
})

test('what is thrown that is no error is temporary', () => {
  assert.deepEqual(failureOf('boom'), { kind: 'temporary_failure', detail: 'boom' })
})
