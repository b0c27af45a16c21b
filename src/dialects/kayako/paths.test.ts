// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldPath } from './paths.ts'

test('every path is routed without its .json', () => {
  assert.equal(foldPath('/api/v1/cases/5/ratings.json'), '/api/v1/cases/5/ratings')
  assert.equal(foldPath('/api/v1/cases/5/ratings.json?score=GOOD&next=a.json'), '/api/v1/cases/5/ratings?score=GOOD&next=a.json')
  assert.equal(foldPath('/api/v1/cases/5/ratings'), '/api/v1/cases/5/ratings')
})

test('doubled slashes inside the path are folded, those in the query are not', () => {
  assert.equal(foldPath('/api/v1//cases///5/ratings.json?x=//'), '/api/v1/cases/5/ratings?x=//')
  assert.equal(foldPath('/api/v1/cases/'), '/api/v1/cases')
})

test('what belongs to others is left alone', () => {
  for (const url of ['/api/v1.1/tickets//5.json', '/api/tickets/5.json', '/feedback_requests.json', '/surveys//x', '/api/v1', '/'])
    assert.equal(foldPath(url), url)
})
