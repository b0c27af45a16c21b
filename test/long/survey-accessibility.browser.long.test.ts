// once
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { LOCALES, type Locale } from '../../src/texts/locales.ts'
import { axeFaults } from '../support/axe.ts'
import { headingOf, openRespondentPages, type RespondentPage, type RespondentPages } from '../support/respondent-pages.ts'
import { assertFits, openBrowserWorld, type BrowserWorld } from '../support/survey-browser.ts'

/** Two worlds, each with a browser of its own, share the languages. */
const lanes: { house: BrowserWorld, respondent: RespondentPages, page: Page }[] = []
before(async () => {
  for (let lane = 0; lane < 2; lane++) {
    const house = await openBrowserWorld()
    const { page } = await house.visit({ viewport: { width: 320, height: 640 } })
    await page.route('https://cdn.example/**', (route) => route.abort())
    lanes.push({ house, respondent: await openRespondentPages(house), page })
  }
})
after(async () => {
  for (const { house, respondent } of lanes) {
    await respondent.close()
    await house.close()
  }
})

describe('each page that a respondent can come to', { concurrency: 2 }, () => {
  for (const lane of [0, 1]) {
    describe(`in every other language from ${LOCALES[lane]} on`, { concurrency: 1 }, () => {
      for (const locale of LOCALES.filter((_, index) => index % 2 === lane)) {
        test(`speaks ${locale}, has no fault that axe knows of, in light and in dark, and fits 320 pixels`, async () => {
          const { respondent, page } = lanes[lane] ?? assert.fail('no such lane')
          for (const one of respondent.pages) await assertGood(page, one, locale)
        })
      }
    })
  }
})

async function assertGood(page: Page, { name, says, open }: RespondentPage, locale: Locale): Promise<void> {
  await open(page, locale)
  assert.equal(await page.evaluate(() => document.documentElement.lang), locale, name)
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), headingOf(says, locale), name)
  await assertFits(page)
  await page.emulateMedia({ colorScheme: 'light' })
  assert.deepEqual(await axeFaults(page), [], `${name}, light`)
  await page.emulateMedia({ colorScheme: 'dark' })
  assert.deepEqual(await axeFaults(page, 'looks'), [], `${name}, dark`)
}
