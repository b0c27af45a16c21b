/** Makes the pictures of the documents: `npm run screenshots`. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './support/sources.ts'
import { openBrowserWorld } from './support/survey-browser.ts'
import { makeSurveyLink } from './support/survey-link.ts'

const MAX_BYTES = 100_000

const house = await openBrowserWorld()
try {
  const { token } = await makeSurveyLink(house.account.ctx, { purpose: 'nps', case_title: 'Printer on the second floor is offline' })
  const { page } = await house.visit({ viewport: { width: 760, height: 800 }, colorScheme: 'light' })
  await page.goto(`/surveys/${token}?score=9`)
  await page.getByRole('textbox').fill('Ann called back within minutes, and it works again.')
  await page.getByRole('heading', { level: 1 }).click()
  const path = join(root, 'docs/images/survey-page.png')
  await page.screenshot({ path, fullPage: true })
  const { size } = statSync(path)
  console.log(`${path}: ${size} bytes`)
  if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
} finally {
  await house.close()
}
