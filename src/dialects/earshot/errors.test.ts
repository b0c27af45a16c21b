// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify, { type LightMyRequestResponse } from 'fastify'
import { AlreadyAnswered, Expired, Forbidden, Invalid, LimitReached, NotFound, Unauthenticated } from '../../core/errors.ts'
import { Malformed, sendError } from './errors.ts'

async function told(error: Error): Promise<LightMyRequestResponse> {
  const app = Fastify({ genReqId: () => 'trace' })
  app.setErrorHandler(sendError)
  app.get('/', async () => { throw error })
  return app.inject('/')
}

test('every error of the core is a problem of its own status', async () => {
  for (const [error, status, title, detail] of [
    [new NotFound('no such case'), 404, 'Not Found', 'No such case.'], [new Unauthenticated('send a key'), 401, 'Unauthorized', 'Send a key.'], [new Forbidden('not with this key'), 403, 'Forbidden', 'Not with this key.'],
    [new Expired('it is over'), 410, 'Gone', 'It is over.'], [new AlreadyAnswered('it was answered'), 409, 'Conflict', 'It was answered.'], [new LimitReached(7), 429, 'Too Many Requests', 'Too many tries, wait 7 seconds.'],
    [new Malformed('the body is not JSON'), 400, 'Bad Request', 'The body is not JSON.'],
  ] as const) {
    const answer = await told(error)
    assert.equal(answer.statusCode, status)
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
    assert.deepEqual(answer.json(), { type: 'about:blank', title, status, detail, trace_id: 'trace' })
  }
})

test('who tries too often is told how long to wait, and who has no key how to show one', async () => {
  assert.equal((await told(new LimitReached(7))).headers['retry-after'], '7')
  assert.equal((await told(new Unauthenticated('send a key'))).headers['www-authenticate'], 'Bearer realm="Earshot"')
})

test('faults are told with their fields, codes and messages', async () => {
  const answer = await told(new Invalid([{ field: 'contact.email', code: 'required', info: {} }, { field: 'title', code: 'wrong_length', info: { maximum: 500 } }]))
  assert.equal(answer.statusCode, 422)
  assert.equal(answer.json().detail, 'contact.email is required; title must have at most 500 characters.')
  assert.deepEqual(answer.json().faults, [
    { field: 'contact.email', code: 'required', message: 'is required' }, { field: 'title', code: 'wrong_length', message: 'must have at most 500 characters' },
  ])
})

test('what nobody foresaw says nothing of itself', async () => {
  const answer = await told(new Error('relation "cases" does not exist'))
  assert.deepEqual([answer.statusCode, answer.json().trace_id], [500, 'trace'])
  assert.doesNotMatch(answer.body, /relation/)
})
