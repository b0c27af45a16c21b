// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DEFAULT_SURVEYS } from '../core/default-surveys.ts'
import { LOCALES } from '../texts/locales.ts'
import { makeSurveyLink, type LinkOptions } from '../../test/support/survey-link.ts'
import { WHOLE_DESIGN, WHOLE_QUESTIONS, WHOLE_STAFF } from '../../test/support/whole-survey.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { PAGE_SCRIPT } from './script/file.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world?.close())

/** What fits the first flight of a new connection. */
const FIRST_FLIGHT = 14_000

/** How many bytes of a page travel, in each language. */
async function bytesOf(options: LinkOptions): Promise<number[]> {
  const { token } = await makeSurveyLink(acme.ctx, options)
  const pages = await Promise.all(LOCALES.map((locale) => world.app.inject(`/surveys/${token}?locale=${locale}`)))
  assert.ok(pages.every(({ statusCode }) => statusCode === 200))
  return pages.map(({ body }) => gzipSync(body).length)
}

for (const { name, purpose } of DEFAULT_SURVEYS) {
  test(`the survey ${name} comes in one flight in every language`, async () => {
    const bytes = await bytesOf({ purpose, staff: purpose === 'employee' ? WHOLE_STAFF : [] })
    assert.ok(Math.max(...bytes) <= FIRST_FLIGHT / 2, String(bytes))
  })
}

test('so does a survey that has everything, three times over', async () => {
  const questions = [0, 1, 2].flatMap((time) => WHOLE_QUESTIONS.map(({ shown_if, ...question }) => ({ ...question, ...shown_if ? { shown_if: { ...shown_if, question: shown_if.question + time * WHOLE_QUESTIONS.length } } : {} })))
  const bytes = await bytesOf({ questions, design: WHOLE_DESIGN, staff: WHOLE_STAFF })
  assert.ok(Math.max(...bytes) <= FIRST_FLIGHT, String(bytes))
})

test('and the script is at most 3 kB', () => {
  assert.ok(gzipSync(PAGE_SCRIPT.body).length <= 3000)
})
