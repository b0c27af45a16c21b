// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { DEFAULT_SURVEYS } from '../../src/core/default-surveys.ts'
import { answersTo, assertFits, openBrowserWorld, type BrowserWorld } from '../support/survey-browser.ts'
import { makeSurveyLink } from '../support/survey-link.ts'

let house: BrowserWorld
before(async () => { house = await openBrowserWorld() })
after(() => house.close())

const STAFF = ['Ann Lee', 'Bo Nilsson']

/** What is answered on each default survey: the last score of every scale, and a comment. */
const EXPECTED: Record<string, string[]> = {
  'Ticket': ['10', 'Fine, thanks.'],
  'NPS': ['10', 'Fine, thanks.'],
  'Five questions': ['10', '10', '10', '10', '10', 'Fine, thanks.'],
  'Employee': ['10', '10', 'Fine, thanks.'],
  'Project': ['10', 'Fine, thanks.'],
  'Good or bad': ['2', 'Fine, thanks.'],
}

type Way = (page: Page) => Promise<void>

async function answerByMouse(page: Page): Promise<void> {
  for (const group of await page.getByRole('radiogroup').all()) await group.getByRole('radio').last().click()
  await page.getByRole('textbox').click()
  await page.getByRole('textbox').fill('Fine, thanks.')
  await page.getByRole('button', { name: 'Send' }).click()
}

/** Up from the first score is round to the last one; Tab goes on to the next group, as there is one stop in each. */
async function answerByKeyboard(page: Page): Promise<void> {
  const groups = await page.getByRole('radiogroup').count()
  for (let group = 0; group < groups; group++) {
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowUp')
  }
  assert.match(page.url(), /\/surveys\/[\w-]+$/, 'choosing alone sends nothing')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Fine, thanks.')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
}

const WAYS: { name: string, way: Way, options: BrowserContextOptions }[] = [
  { name: 'by mouse', way: answerByMouse, options: {} },
  { name: 'by keyboard alone', way: answerByKeyboard, options: {} },
  { name: 'without JavaScript', way: answerByMouse, options: { javaScriptEnabled: false } },
  { name: 'on a phone of 320 pixels', way: answerByMouse, options: { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true } },
]

for (const { name, way, options } of WAYS) {
  test(`every default survey can be answered ${name}`, async () => {
    const { page, complaints, close } = await house.visit(options)
    for (const { purpose, name: survey } of DEFAULT_SURVEYS) {
      const { token, invitation_id } = await makeSurveyLink(house.account.ctx, { purpose, staff: purpose === 'employee' ? STAFF : [] })
      await page.goto(`/surveys/${token}`)
      if (options.javaScriptEnabled !== false) await assertFits(page)
      await way(page)
      await page.waitForURL('**/thanks')
      assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Thank you')
      assert.deepEqual(await answersTo(house.world, invitation_id), EXPECTED[survey], survey)
    }
    assert.deepEqual(complaints, [])
    await close()
  })
}

test('eleven scores fit 320 pixels as six and five, each 44 pixels wide and high', async () => {
  const { token } = await makeSurveyLink(house.account.ctx, { purpose: 'nps' })
  const { page, close } = await house.visit({ viewport: { width: 320, height: 568 } })
  await page.goto(`/surveys/${token}`)
  await assertFits(page)
  const boxes = await Promise.all((await page.getByRole('radio').all()).map((radio) => radio.boundingBox()))
  assert.deepEqual([...new Set(boxes.map((box) => box?.y))].map((y) => boxes.filter((box) => box?.y === y).length), [6, 5])
  for (const box of boxes) assert.ok(box && box.width >= 44 && box.height >= 44, JSON.stringify(box))
  await page.setViewportSize({ width: 1280, height: 800 })
  const rows = await Promise.all((await page.getByRole('radio').all()).map(async (radio) => (await radio.boundingBox())?.y))
  assert.equal(new Set(rows).size, 1)
  await close()
})

test('the score from the mail is selected, can be changed, and is stored only when it is sent', async () => {
  const { token, invitation_id } = await makeSurveyLink(house.account.ctx, { purpose: 'nps' })
  const { page, close } = await house.visit()
  await page.goto(`/surveys/${token}?score=3`)
  assert.ok(await page.getByRole('radio', { name: '3', exact: true }).isChecked())
  assert.deepEqual(await answersTo(house.world, invitation_id), [])
  await page.getByRole('radio', { name: '4', exact: true }).check()
  await page.getByRole('button').click()
  await page.waitForURL('**/thanks')
  assert.deepEqual(await answersTo(house.world, invitation_id), ['4'])
  await page.goBack()
  await page.reload()
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Already answered')
  assert.deepEqual(await answersTo(house.world, invitation_id), ['4'])
  await close()
})

test('with faults the summary has the focus, each of its lines leads to its question, and what was given is still there', async () => {
  const { token, invitation_id } = await makeSurveyLink(house.account.ctx, {
    questions: [
      { type: 'text', text: 'Why?' },
      { type: 'rating', text: 'How was it?', scale: { min: 1, max: 5 }, required: true },
      { type: 'dropdown', text: 'Where?', options: ['Here', 'There'], required: true },
      { type: 'checkbox', text: 'Who?', options: ['You', 'Me'] },
    ],
  })
  const { page, complaints, close } = await house.visit()
  await page.goto(`/surveys/${token}`)
  await page.getByRole('textbox').fill('Because & <so>')
  await page.getByRole('checkbox', { name: 'Me' }).check()
  await page.getByRole('button').click()
  assert.match(await page.title(), /^Please check: /)
  await page.waitForFunction(() => document.activeElement?.className === 'summary') // it comes with the first picture
  assert.equal(await page.getByRole('textbox').inputValue(), 'Because & <so>')
  assert.ok(await page.getByRole('checkbox', { name: 'Me' }).isChecked())

  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Space')
  assert.ok(await page.getByRole('radio', { name: '1' }).isChecked())
  await page.getByRole('link', { name: 'Where?' }).click()
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SELECT')
  await page.getByRole('combobox').selectOption('There')
  await page.getByRole('button').click()
  await page.waitForURL('**/thanks')
  assert.deepEqual(await answersTo(house.world, invitation_id), ['Because & <so>', '1', 'There', 'Me'])
  assert.deepEqual(complaints.filter((complaint) => !complaint.includes('422')), [])
  await close()
})
