// once
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AlreadyAnswered, Expired, Forbidden, Invalid, LimitReached, NotFound, Unauthenticated, type FaultCode } from '../../core/errors.ts'
import { CODES, errorBody, toRefused } from './errors.ts'

function seen(error: unknown): [number, string | undefined] {
  const refused = toRefused(error)
  return [refused.statusCode, refused.problems[0]?.code]
}

test('every error of the core has its code and status', () => {
  assert.deepEqual(seen(new NotFound()), [404, 'RESOURCE_NOT_FOUND'])
  assert.deepEqual(seen(new Unauthenticated()), [401, 'AUTHENTICATION_FAILED'])
  for (const error of [new Forbidden(), new Expired(), new AlreadyAnswered()]) assert.deepEqual(seen(error), [403, 'PERMISSIONS_DENIED'])
  assert.deepEqual(seen(new LimitReached(30)), [429, 'RATE_LIMIT_REACHED'])
  assert.deepEqual(toRefused(new LimitReached(30)).headers, { 'retry-after': '30' })
})

test('every fault is told, under the name that the caller knows', () => {
  const fault = (field: string, code: FaultCode) => ({ field, code, info: {} })
  const { status, errors } = errorBody(toRefused(new Invalid([fault('contact.email', 'required'), fault('comment', 'wrong_length')])), 'http://here')
  assert.equal(status, 400)
  assert.deepEqual(errors, [
    { code: 'FIELD_REQUIRED', parameter: 'requester', message: 'The requester is required.', more_info: 'http://here/docs/kayako#FIELD_REQUIRED' },
    { code: 'FIELD_INVALID', parameter: 'comment', message: 'The comment must have at least 1 characters.', more_info: 'http://here/docs/kayako#FIELD_INVALID' },
  ])
})

test('what nobody expected says nothing of itself', () => {
  const body = JSON.stringify(errorBody(toRefused(new Error('relation "secrets" does not exist')), ''))
  assert.deepEqual(seen(new Error('x')), [500, 'ACTION_FAILED'])
  assert.ok(!body.includes('secrets'))
})

test('the README lists every code with its status', () => {
  const listed = [...readFileSync(join(import.meta.dirname, 'README.md'), 'utf8').matchAll(/^\| ([A-Z_]+) \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  assert.deepEqual(listed, Object.entries(CODES).map(([code, [status]]) => [code, status]))
})
