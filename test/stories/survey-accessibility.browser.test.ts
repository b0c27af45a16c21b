// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NOTICE_KINDS } from '../../src/texts/shape.ts'
import { axeFaults } from '../support/axe.ts'
import { headingOf, openRespondentPages, openWholeSurvey } from '../support/respondent-pages.ts'
import { assertFits, openBrowserWorld, type BrowserWorld } from '../support/survey-browser.ts'
import { makeSurveyLink } from '../support/survey-link.ts'

let house: BrowserWorld
before(async () => { house = await openBrowserWorld() })
after(() => house.close())

const LOOKS = [
  { colorScheme: 'light' as const, looks_at: 'all' as const, size: { width: 1280, height: 800 }, background: 'rgb(238, 242, 243)' },
  { colorScheme: 'dark' as const, looks_at: 'looks' as const, size: { width: 320, height: 640 }, background: 'rgb(13, 19, 18)' },
]
const FRAMED = { light: 'rgb(255, 255, 255)', dark: 'rgb(21, 29, 28)' }

test('every page keeps to its policy, fits, and has no fault that axe knows of, in light and in dark, wide and narrow', async () => {
  const { pages, close: closePages } = await openRespondentPages(house)
  const { page, complaints, close } = await house.visit()
  await page.route('https://cdn.example/**', (route) => route.abort())
  for (const { name, says, open } of pages) {
    await open(page, 'en')
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), headingOf(says, 'en'), name)
    for (const { colorScheme, looks_at, size, background } of LOOKS) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      const style = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      assert.equal(style, await page.locator('[data-origins]').count() > 0 ? FRAMED[colorScheme] : background, `the style of ${name} was let through`)
      await assertFits(page)
      assert.deepEqual(await axeFaults(page, looks_at), [], `${name}, ${colorScheme}`)
    }
  }
  // The browser notes every answer that is no success; the policy would complain in other words.
  assert.deepEqual(complaints.filter((complaint) => !/^Failed to load resource|cdn\.example|survey-frame|\/r\/4\./.test(complaint)), [])
  assert.deepEqual(NOTICE_KINDS.filter((kind) => pages.every(({ says }) => says !== kind)), [], 'each notice is among them')
  await closePages()
  await close()
})

// All languages, with every page, are in test/long.
test('a survey that has everything has no fault that axe knows of where it is read from the right, has long words or letters of its own', async () => {
  const { page, close } = await house.visit({ viewport: { width: 320, height: 640 } })
  await page.route('https://cdn.example/**', (route) => route.abort())
  for (const [locale, colorScheme] of [['ar', 'dark'], ['de', 'light'], ['ja', 'dark'], ['th', 'light']] as const) {
    await page.emulateMedia({ colorScheme })
    await openWholeSurvey(house, page, locale)
    assert.deepEqual(await axeFaults(page), [], locale)
  }
  await close()
})

test('in forced colours the chosen score and the focus are still to be seen', async () => {
  const { token } = await makeSurveyLink(house.account.ctx, { purpose: 'nps' })
  const { page, close } = await house.visit({ forcedColors: 'active' })
  await page.goto(`/surveys/${token}?score=7`)
  const look = (label: string) => page.getByRole('radio', { name: label, exact: true }).evaluate((radio) => {
    const { backgroundColor, outlineStyle, borderStyle } = getComputedStyle(radio)
    return { backgroundColor, outlineStyle, borderStyle }
  })
  const [chosen, other] = [await look('7'), await look('6')]
  assert.notEqual(chosen.backgroundColor, other.backgroundColor)
  assert.equal(other.borderStyle, 'solid')
  assert.equal(chosen.outlineStyle, 'none')
  await page.keyboard.press('Tab')
  assert.equal((await look('7')).outlineStyle, 'solid')
  await close()
})

test('a score that has the focus, chosen or not, still shows its number', async () => {
  const { token } = await makeSurveyLink(house.account.ctx, { purpose: 'nps' })
  const { page, close } = await house.visit()
  await page.goto(`/surveys/${token}?score=7`)
  const cell = page.locator('.cell').nth(7)
  for (const forcedColors of ['none', 'active'] as const) {
    await page.emulateMedia({ forcedColors })
    await page.keyboard.press('Tab')
    await cell.locator('input').focus()
    const shown = await cell.screenshot()
    await cell.locator('span').evaluate((number) => { number.textContent = '' })
    assert.ok(!shown.equals(await cell.screenshot()), `with forced colours ${forcedColors}`)
    await cell.locator('span').evaluate((number) => { number.textContent = '7' })
    assert.ok(shown.equals(await cell.screenshot()), 'the same look gives the same picture')
  }
  await close()
})

test('a screen reader hears the question, what its ends mean, and what is wrong with the answer', async () => {
  const { token } = await makeSurveyLink(house.account.ctx, { purpose: 'nps' })
  const { page, close } = await house.visit()
  await page.goto(`/surveys/${token}`)
  const group = page.getByRole('radiogroup', { name: /How likely are you to recommend us.* Required/ })
  const description = () => group.evaluate((element) => element.getAttribute('aria-describedby')?.split(' ').map((id) => document.getElementById(id)?.textContent).join(' | '))
  assert.equal(await description(), '0 = Not at all likely 10 = Extremely likely')
  await page.getByRole('button').click()
  await page.getByRole('alert').waitFor()
  assert.equal(await description(), 'Please answer this question. | 0 = Not at all likely 10 = Extremely likely')
  assert.equal(await group.getAttribute('aria-invalid'), 'true')
  await close()
})
