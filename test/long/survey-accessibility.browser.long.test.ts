import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LOCALES } from '../../src/texts/locales.ts'
import { respondentPages } from '../support/respondent-pages.ts'
import { assertFits, openBrowserWorld, type BrowserWorld } from '../support/survey-browser.ts'

let house: BrowserWorld
before(async () => { house = await openBrowserWorld() })
after(() => house.close())

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

for (const locale of LOCALES) {
  test(`every page in ${locale} has no fault that axe knows of, in light and in dark, and fits 320 pixels`, async () => {
    const { page, close } = await house.visit({ viewport: { width: 320, height: 640 } })
    await page.route('https://cdn.example/**', (route) => route.abort())
    for (const { name, open } of respondentPages(house, locale)) {
      await open(page)
      assert.equal(await page.evaluate(() => document.documentElement.lang), locale, name)
      await assertFits(page)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(TAGS).analyze()
        assert.deepEqual(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html) })), [], `${name}, ${colorScheme}`)
      }
    }
    await close()
  })
}
