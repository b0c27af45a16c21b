// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launchBrowser } from './chromium.ts'

test('the browser that the tests use renders a page and runs its script', async (t) => {
  const browser = await launchBrowser()
  t.after(() => browser.close())
  const page = await browser.newPage()
  await page.setContent('<button onclick="this.textContent = 1 + 1">add</button>')
  await page.click('button')
  assert.equal(await page.textContent('button'), '2')
  assert.ok((await page.screenshot()).length > 500)
})
