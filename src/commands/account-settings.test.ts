// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeOfRecount } from './account-settings.ts'
import { Unable } from './command.ts'

test('before records are counted anew it is said how many, how long that takes, and what it holds up', () => {
  assert.match(noticeOfRecount(1, false), /^Counting 1 record anew, about 1 second long\. Answers and messages of all accounts wait/)
  assert.match(noticeOfRecount(999_999, false), /^Counting 999,999 records anew, about 15 seconds long\./)
  assert.match(noticeOfRecount(8_000_000, true), /^Counting 8,000,000 records anew, about 120 seconds long\. .* more than 60 seconds fail…$/)
})

test('a million records are counted anew only where that is agreed to', () => {
  assert.throws(() => noticeOfRecount(1_000_000, false), (error: unknown) => error instanceof Unable && /1,000,000 records anew, about 15 seconds.*Nothing was changed.*--yes$/.test(error.message))
})
