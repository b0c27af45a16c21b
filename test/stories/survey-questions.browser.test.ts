// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { answersTo, assertFits, openBrowserWorld, type BrowserWorld, type Visit } from '../support/survey-browser.ts'
import { makeSurveyLink } from '../support/survey-link.ts'
import { WHOLE_DESIGN, WHOLE_QUESTIONS, WHOLE_STAFF } from '../support/whole-survey.ts'

let house: BrowserWorld
before(async () => { house = await openBrowserWorld() })
after(() => house.close())

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 48"><rect width="160" height="48" fill="#c2185b"/></svg>'

function makeWhole(locale = 'en') {
  return makeSurveyLink(house.account.ctx, { questions: WHOLE_QUESTIONS, design: WHOLE_DESIGN, staff: WHOLE_STAFF, locale })
}

/** A visitor whose browser gets the logo, which is a complaint no more. */
async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const visitor = await house.visit(options)
  await visitor.page.route('https://cdn.example/**', (route) => route.fulfill({ contentType: 'image/svg+xml', body: LOGO }))
  return { ...visitor, complaints: visitor.complaints }
}

function withoutLogo(complaints: string[]): string[] {
  return complaints.filter((complaint) => complaint !== 'a request for https://cdn.example/logo.png')
}

const face = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })

for (const [how, options] of [['with the script', {}], ['without JavaScript', { javaScriptEnabled: false }]] as const) {
  test(`${how}, a question appears with the answer that it depends on, goes with it, and takes what depends on it along`, async () => {
    const { token, invitation_id } = await makeWhole()
    const { page, complaints, close } = await visit(options)
    await page.goto(`/surveys/${token}`)
    const [better, what] = [page.getByRole('combobox'), page.getByRole('textbox', { name: 'What was it?' })]
    const shown = async () => [await better.isVisible(), await what.isVisible()]
    assert.deepEqual(await shown(), [false, false])
    await face(page, 'Bad').check()
    assert.deepEqual(await shown(), [true, false])
    await better.selectOption('Something else')
    assert.deepEqual(await shown(), [true, true])
    await what.fill('The noise')
    await face(page, 'Good').check()
    assert.deepEqual(await shown(), [false, false])
    await page.getByRole('textbox', { name: 'E-mail address' }).fill('jo@client.example')
    await page.getByRole('checkbox', { name: /You may quote me/ }).check()
    await page.getByRole('button').click()
    await page.waitForURL('**/thanks')
    assert.deepEqual(await answersTo(house.world, invitation_id), ['4'])
    assert.ok(await page.getByRole('link', { name: 'Tell others about us' }).isVisible())
    assert.deepEqual(withoutLogo(complaints), [])
    await close()
  })
}

test('stars fill up to the chosen one, and only those', async () => {
  const { token } = await makeWhole()
  const { page, close } = await visit()
  await page.goto(`/surveys/${token}`)
  const group = page.getByRole('radiogroup', { name: /Bo Nilsson/ })
  const filled = () => group.locator('svg').evaluateAll((stars) => stars.map((star) => getComputedStyle(star).fill !== 'none'))
  assert.deepEqual(await filled(), [false, false, false, false, false])
  await group.getByRole('radio', { name: '3 of 5 – Okay' }).check()
  assert.deepEqual(await filled(), [true, true, true, false, false])
  await page.emulateMedia({ forcedColors: 'active' })
  assert.deepEqual(await filled(), [true, true, true, false, false])
  await close()
})

test('how much may still be written is said once it is little: to the eye at once, to a screen reader in the next pause', async () => {
  const { token } = await makeSurveyLink(house.account.ctx, { questions: [{ type: 'text', text: 'Why?', max_length: 100 }], locale: 'ar' })
  const { page, complaints, close } = await visit()
  await page.clock.install()
  await page.goto(`/surveys/${token}`)
  const [box, hint, status] = [page.getByRole('textbox'), page.locator('.hint'), page.getByRole('status')]
  const said = async () => [await hint.textContent(), await status.textContent()].map((text) => text?.replace(/[\u2068\u2069]/g, ''))
  const limit = (await said())[0]
  await box.fill('x'.repeat(49))
  assert.deepEqual(await said(), [limit, ''])
  await box.fill('x'.repeat(97))
  assert.deepEqual(await said(), ['بقيت 3 أحرف', ''])
  await box.fill('x'.repeat(98))
  await page.clock.runFor(1500)
  assert.deepEqual(await said(), ['بقي حرفان', 'بقي حرفان'])
  await box.fill('')
  await page.clock.runFor(1500)
  assert.deepEqual(await said(), [limit, ''])
  assert.deepEqual(complaints, [])
  await close()
})

test('a logo that does not come is its words, dark on their white plate in the dark too', async () => {
  const { token } = await makeWhole()
  const { page, close } = await house.visit({ colorScheme: 'dark' })
  await page.route('https://cdn.example/**', (route) => route.abort())
  await page.goto(`/surveys/${token}`)
  const look = await page.getByRole('img', { name: 'Northwind' }).evaluate((logo) => [getComputedStyle(logo).color, getComputedStyle(logo).backgroundColor])
  assert.deepEqual(look, ['rgb(27, 31, 36)', 'rgb(255, 255, 255)'])
  await close()
})

test('nothing moves by itself, not even when the logo comes late, and the page is one request but for that and the script', async () => {
  const { token } = await makeWhole()
  const { page, complaints, close } = await house.visit({ viewport: { width: 360, height: 740 } })
  await page.route('https://cdn.example/**', async (route) => {
    await new Promise((done) => { setTimeout(done, 300) })
    await route.fulfill({ contentType: 'image/svg+xml', body: LOGO })
  })
  await page.goto(`/surveys/${token}`)
  const shift = await page.evaluate(() => new Promise<number>((done) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ('value' in entry && typeof entry.value === 'number') sum += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => done(sum), 200)
  }))
  assert.equal(shift, 0)
  assert.deepEqual(await page.getByRole('img', { name: 'Northwind' }).evaluate((logo) => [logo.clientWidth >= 160, logo.clientHeight >= 48]), [true, true])
  assert.deepEqual(complaints, ['a request for https://cdn.example/logo.png'])
  await close()
})

test('it fits 320 pixels and 200 % zoom in every direction of writing, each target 44 pixels wide and high', async () => {
  const { page, close } = await visit({ viewport: { width: 320, height: 640 } })
  for (const locale of ['en', 'fi', 'ar', 'th']) {
    const { token } = await makeWhole(locale)
    await page.setViewportSize({ width: 320, height: 640 })
    await page.goto(`/surveys/${token}?score=1`)
    await assertFits(page)
    for (const box of await page.locator('.cell, .option, select, textarea, .you input, button').evaluateAll((all) => all.filter((one) => one.getClientRects().length > 0).map((one) => one.getBoundingClientRect().toJSON()))) {
      assert.ok(box.width >= 44 && box.height >= 44, `${locale} ${JSON.stringify(box)}`)
    }
    // A window of 1280 pixels at 200 %, and at 400 %.
    for (const width of [640, 320]) {
      await page.setViewportSize({ width, height: 400 })
      await assertFits(page)
      const clipped = await page.locator('.cell > span').evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent))
      assert.deepEqual(clipped, [], `${locale} at ${width}`)
    }
  }
  await close()
})
