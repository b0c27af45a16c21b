// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../../test/support/chromium.ts'
import { goldenFiles } from '../../test/support/golden.ts'
import { textsOf } from '../texts/catalogue.ts'
import { layOutMail, lookOf } from './layout.ts'
import { ratingButtons, type Scale } from './rating-buttons.ts'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser.close())

interface Box { x: number, y: number, width: number, height: number }

/** Where the buttons of a mail are at a width, in their order, and by how much the mail is too wide for it. */
async function measure(html: string, width: number): Promise<{ boxes: Box[], overflow: number }> {
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  try {
    await page.setContent(html)
    return await page.evaluate(() => ({
      boxes: [...document.querySelectorAll('a.point')].map((point) => point.getBoundingClientRect()).map(({ x, y, width: wide, height }) => ({ x, y, width: wide, height })),
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }))
  } finally {
    await page.close()
  }
}

/** How many buttons stand on each line. */
function linesOf(boxes: Box[]): number[] {
  return [...Map.groupBy(boxes, ({ y }) => Math.round(y)).values()].map((line) => line.length)
}

function mailOf(appearance: Scale['appearance'], count: number, locale: string): string {
  const { quality } = textsOf(locale).labels
  const points = Array.from({ length: count }, (_, index) => ({ score: index + 1, word: index === 0 ? quality.min : index === count - 1 ? quality.max : null, url: `https://earshot.test/${index}` }))
  const look = lookOf(null)
  return layOutMail({ locale, title: 'x', preview: 'x', look, blocks: [ratingButtons({ question: textsOf(locale).questions.ticket, lang: locale, appearance, points }, locale, look)], footer: null })
}

for (const locale of ['en', 'de', 'ar', 'ja']) {
  test(`eleven points are one row from 560 px on and six and five below, the lowest where reading begins (${locale})`, async () => {
    const html = goldenFiles().get(`${locale}-invitation.html`) ?? ''
    for (const width of [320, 360, 414, 560, 640, 1280]) {
      const { boxes, overflow } = await measure(html, width)
      assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`)
      assert.deepEqual(linesOf(boxes), width < 560 ? [6, 5] : [11], `at ${width}`)
      assert.deepEqual(boxes.filter((box) => box.width < 44 || box.height < 44), [], `at ${width}`)
      const [first, second] = boxes
      assert.equal((first?.x ?? 0) < (second?.x ?? 0), locale !== 'ar')
    }
  })
}

test('every other kind of scale has buttons of 44 px at least, and fits', async () => {
  for (const [appearance, count, locale, narrow] of [['numbers', 10, 'de', [5, 5]], ['numbers', 5, 'th', [5]], ['numbers', 7, 'en', [4, 3]], ['words', 2, 'de', [2]], ['faces', 3, 'fi', [3]], ['faces', 5, 'de', [5]], ['stars', 5, 'he', [5]], ['stars', 10, 'en', [5, 5]]] as const) {
    for (const width of [320, 640]) {
      const { boxes, overflow } = await measure(mailOf(appearance, count, locale), width)
      const name = `${count} ${appearance} in ${locale} at ${width}`
      assert.deepEqual([overflow <= 0, linesOf(boxes), boxes.filter((box) => box.width < 44 || box.height < 44)], [true, width === 640 ? [count] : narrow, []], name)
    }
  }
})
