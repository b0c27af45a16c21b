// once
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { createSnippetKey } from '../../src/core/snippet-keys.ts'
import { LOCALES } from '../../src/texts/locales.ts'
import { invite } from '../support/invitations.ts'
import { openWholeSurvey } from '../support/respondent-pages.ts'
import { assertFits, openBrowserWorld, type BrowserWorld } from '../support/survey-browser.ts'
import { makeSurveyLink } from '../support/survey-link.ts'

let house: BrowserWorld
before(async () => { house = await openBrowserWorld() })
after(() => house.close())

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const EVERY_TYPE = [
  { type: 'rating' as const, text: 'How was it?', scale: { min: 0, max: 10 }, scale_labels: { min: 'Bad', max: 'Good' }, required: true },
  { type: 'rating' as const, text: 'How was this person?', scale: { min: 1, max: 5 }, per_staff: true, required: true },
  { type: 'text' as const, text: 'Why?', required: true },
  { type: 'dropdown' as const, text: 'Where?', options: ['Here', 'There'], required: true },
  { type: 'radio' as const, text: 'When?', options: ['Now', 'Then'], required: true },
  { type: 'checkbox' as const, text: 'Who?', options: ['You', 'Me'], required: true },
]

async function makeForm(locale = 'en'): Promise<string> {
  return (await makeSurveyLink(house.account.ctx, { questions: EVERY_TYPE, staff: ['Ann Lee', 'Bo Nilsson'], case_title: 'The printer', locale })).token
}

async function makeUnsubscribe(locale = 'en'): Promise<string> {
  const { survey } = await makeSurveyLink(house.account.ctx, { questions: EVERY_TYPE, locale })
  return `/unsubscribe/${(await invite(house.account.ctx, { survey_id: survey.id, email: `jo${survey.id}@client.test` })).token}?locale=${locale}`
}

async function makeRating(query: string): Promise<string> {
  return `/rate/${(await createSnippetKey(house.account.ctx, { name: 'Closed' })).public_key}/7?${query}`
}

async function answer(page: Page): Promise<void> {
  const { token } = await makeSurveyLink(house.account.ctx)
  await page.goto(`/surveys/${token}`)
  await page.getByRole('radio').last().check()
  await page.getByRole('button').click()
  await page.waitForURL('**/thanks')
}

/** Every page that a respondent can come to. */
const PAGES: { name: string, heading: string, open: (page: Page) => Promise<void> }[] = [
  { name: 'the form', heading: 'Your feedback', open: async (page) => void await page.goto(`/surveys/${await makeForm()}?score=7`) },
  { name: 'the form of a rating link', heading: 'Your feedback', open: async (page) => void await page.goto(await makeRating('ticket=5&email=jo@client.example&title=Printer & scanner')) },
  { name: 'the page of a link that names no ticket', heading: 'This link does not work', open: async (page) => void await page.goto(await makeRating('email=jo@client.example')) },
  { name: 'the form from right to left', heading: 'חוות הדעת שלך', open: async (page) => void await page.goto(`/surveys/${await makeForm('he')}`) },
  {
    name: 'the form with faults', heading: 'Your feedback',
    async open(page) {
      await page.goto(`/surveys/${await makeForm()}`)
      await page.getByRole('button').click()
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'the thank-you page', heading: 'Thank you', open: answer },
  {
    name: 'the page of an answered survey', heading: 'Already answered',
    async open(page) {
      await answer(page)
      await page.goto(page.url().replace(/\/thanks$/, ''))
    },
  },
  {
    name: 'the page of a closed survey', heading: 'This survey is closed',
    async open(page) {
      const { token, survey } = await makeSurveyLink(house.account.ctx, { questions: EVERY_TYPE })
      await house.world.ground.db.updateTable('surveys').set({ archived_at: house.world.clock.now() }).where('id', '=', survey.id).execute()
      await page.goto(`/surveys/${token}`)
    },
  },
  { name: 'the page to unsubscribe', heading: 'Stop these messages?', open: async (page) => void await page.goto(await makeUnsubscribe()) },
  {
    name: 'the page of who unsubscribed', heading: 'You are unsubscribed',
    async open(page) {
      await page.goto(await makeUnsubscribe())
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Subscribe again' }).waitFor()
    },
  },
  {
    name: 'the page of who came back, from right to left', heading: 'שמחים שחזרת',
    async open(page) {
      await page.goto(await makeUnsubscribe('he'))
      for (const name of ['הסרה מרשימת התפוצה', 'הצטרפות מחדש']) await page.getByRole('button', { name }).click()
      await page.getByRole('heading', { name: 'שמחים שחזרת' }).waitFor()
    },
  },
  { name: 'the page of an unknown link to unsubscribe', heading: 'We could not find this link', open: async (page) => void await page.goto('/unsubscribe/AAAA') },
  { name: 'the page of an unknown link', heading: 'We could not find this survey', open: async (page) => void await page.goto('/surveys/AAAA') },
]

const LOOKS = [
  { colorScheme: 'light' as const, size: { width: 1280, height: 800 }, background: 'rgb(238, 242, 243)' },
  { colorScheme: 'dark' as const, size: { width: 320, height: 640 }, background: 'rgb(13, 19, 18)' },
]

for (const { name, heading, open } of PAGES) {
  test(`${name} keeps to its policy, fits, and has no fault that axe knows of, in light and in dark, wide and narrow`, async () => {
    const { page, complaints, close } = await house.visit()
    await open(page)
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), heading)
    // The browser notes every answer that is no success; the policy would complain in other words.
    assert.deepEqual(complaints.filter((complaint) => !complaint.startsWith('Failed to load resource: the server responded')), [])
    for (const { colorScheme, size, background } of LOOKS) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), background, 'the style was let through')
      await assertFits(page)
      const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(TAGS).analyze()
      assert.deepEqual(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html) })), [], colorScheme)
      assert.ok(passes.length > 5)
    }
    await close()
  })
}

test('a survey that has everything has no fault that axe knows of in any language, in light or in dark', async () => {
  const { page, close } = await house.visit({ viewport: { width: 320, height: 640 } })
  await page.route('https://cdn.example/**', (route) => route.abort())
  for (const [index, locale] of LOCALES.entries()) {
    await page.emulateMedia({ colorScheme: index % 2 === 0 ? 'light' : 'dark' })
    await openWholeSurvey(house, page, locale)
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(TAGS).analyze()
    assert.deepEqual(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html) })), [], locale)
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
