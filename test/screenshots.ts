/** Makes the pictures of the documents, in docs/images: `npm run screenshots`. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { buildApp } from '../src/app.ts'
import { createSite } from '../src/core/sites.ts'
import { openShop, shopPages } from '../src/demo/shop.ts'
import { goldenMail } from './support/golden.ts'
import { root } from './support/sources.ts'
import { openBrowserWorld } from './support/survey-browser.ts'
import { makeSurveyLink, type LinkOptions } from './support/survey-link.ts'

const MAX_BYTES = 130_000
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }
const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, colorScheme: 'light', isMobile: true, hasTouch: true }
const DARK = { colorScheme: 'dark' } as const

/** A survey as many will ask it. */
const VISIT: LinkOptions = {
  case_title: 'Printer on the second floor is offline', staff: ['Ann Lee', 'Bo Nilsson'],
  questions: [
    { type: 'rating', text: 'How was our visit?', scale: { min: 1, max: 5 }, appearance: 'faces', metric: 'csat', required: true },
    { type: 'rating', text: 'How was this person?', scale: { min: 1, max: 5 }, appearance: 'stars', per_staff: true },
    { type: 'checkbox', text: 'What should we offer next?', options: ['Maintenance', 'Training', 'Longer hours'], max_choices: 2 },
    { type: 'text', text: 'What else should we know?', max_length: 500 },
  ],
  design: { fields: [{ key: 'name' }], consent: { text: 'You may quote me by name.' }, theme: { brand_color: '#7b3fb5' } },
}

const house = await openBrowserWorld()
const shop = await buildApp({ ground: house.world.ground, config: house.world.config })
await createSite(house.account.ctx, { code: 'harbour', name: 'Harbour' })
await shop.register(shopPages, { codes: await openShop(house.account.ctx), public_url: house.base })
const shop_url = await shop.listen({ port: 0, host: '127.0.0.1' })

async function openSurvey(page: Page, options: LinkOptions, query: string): Promise<void> {
  const { token } = await makeSurveyLink(house.account.ctx, options)
  await page.goto(`/surveys/${token}?${query}`)
}

async function openRecommendation(page: Page, locale: string): Promise<void> {
  await openSurvey(page, { purpose: 'nps', case_title: 'Printer on the second floor is offline' }, `score=9&locale=${locale}`)
  await page.getByRole('heading', { level: 1 }).click()
}

async function openVisit(page: Page): Promise<void> {
  await openSurvey(page, VISIT, 'score=5')
  for (const [index, value] of [[0, 5], [1, 4]] as const) await page.locator(`.stars input[value="${value}"]`).nth(index).check()
  await page.getByRole('checkbox', { name: 'Training' }).check()
  await page.getByRole('heading', { level: 1 }).click()
}

/** The shop of the demo, with a window open over it. */
async function openWidget(page: Page, trigger: string): Promise<void> {
  await page.goto(`${shop_url}/demo/widget`)
  await page.getByRole('button', { name: trigger }).click()
  const frame = await (await page.waitForSelector('iframe')).contentFrame()
  await frame?.getByRole('radio').nth(4).check()
  await page.mouse.move(2, 2)
  await page.waitForTimeout(500)
}

const PICTURES: Record<string, { as: BrowserContextOptions, open: (page: Page) => Promise<void> }> = {
  'survey-page': {
    as: { ...DESKTOP, viewport: { width: 760, height: 800 } },
    async open(page) {
      await openRecommendation(page, 'en')
      await page.getByRole('textbox').fill('Ann called back within minutes, and it works again.')
      await page.getByRole('heading', { level: 1 }).click()
    },
  },
  'survey-desktop': { as: DESKTOP, open: openVisit },
  'survey-phone-dark': { as: { ...PHONE, ...DARK }, open: openVisit },
  'survey-phone-arabic': { as: PHONE, open: (page) => openRecommendation(page, 'ar') },
  'mail-desktop': { as: { ...DESKTOP, viewport: { width: 760, height: 470 } }, open: (page) => page.setContent(goldenMail('en').html) },
  'mail-phone': { as: PHONE, open: (page) => page.setContent(goldenMail('en').html) },
  'mail-phone-dark': { as: { ...PHONE, ...DARK }, open: (page) => page.setContent(goldenMail('en').html) },
  'widget-desktop': { as: DESKTOP, open: (page) => openWidget(page, 'How was the delivery?') },
  'widget-phone': { as: PHONE, open: (page) => openWidget(page, 'How was the delivery?') },
  'mail-phone-arabic': { as: PHONE, open: (page) => page.setContent(goldenMail('ar').html) },
}

try {
  const wanted = process.argv.slice(2)
  for (const [name, { as, open }] of Object.entries(PICTURES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const { page, close } = await house.visit(as)
    await open(page)
    const path = join(root, `docs/images/${name}.png`)
    await page.screenshot({ path, fullPage: !as.isMobile && !name.startsWith('widget') })
    await close()
    const { size } = statSync(path)
    console.log(`${path}: ${size} bytes`)
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
  }
} finally {
  await shop.close()
  await house.close()
}
