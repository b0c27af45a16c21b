// once
/** Somebody answers a survey that has everything, makes mistakes, mends them, changes an answer later, and wants no more of it: on each way that there is to use a page. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { textsOf } from '../../src/texts/catalogue.ts'
import { keyboard, pointer, type Hands } from '../support/hands.ts'
import { invite } from '../support/invitations.ts'
import { answersTo, assertFits, openBrowserWorld, type BrowserWorld, type Visit } from '../support/survey-browser.ts'
import { makeSurveyLink } from '../support/survey-link.ts'
import { WHOLE_DESIGN, WHOLE_QUESTIONS, WHOLE_STAFF } from '../support/whole-survey.ts'

let house: BrowserWorld
before(async () => { house = await openBrowserWorld() })
after(() => house.close())

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 48"><rect width="160" height="48" fill="#c2185b"/></svg>'

async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const visitor = await house.visit({ viewport: { width: 1280, height: 800 }, ...options })
  await visitor.page.route('https://cdn.example/**', (route) => route.fulfill({ contentType: 'image/svg+xml', body: LOGO }))
  return visitor
}

interface Walk {
  hands: Hands
  locale?: string
  /** Looks at a page that has just come, and once more when it is filled in. */
  look?: (page: Page) => Promise<void>
}

/** The whole way. What was stored is looked at where it has to be. */
async function walk(page: Page, { hands, locale = 'en', look = async () => undefined }: Walk): Promise<void> {
  const { send, form, notices, opt_out } = textsOf(locale)
  const { token, survey, invitation_id } = await makeSurveyLink(house.account.ctx, { questions: WHOLE_QUESTIONS, design: WHOLE_DESIGN, staff: WHOLE_STAFF, case_title: 'The printer' })
  const group = (name: RegExp) => page.getByRole('radiogroup', { name })
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const come = async (heading: string) => {
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
    await look(page)
  }

  await page.goto(`/surveys/${token}?locale=${locale}`)
  await look(page)
  await hands.choose(group(/our visit/), 1)
  await hands.pick(page.getByRole('combobox'), 'Something else')
  await hands.write(page.getByRole('textbox', { name: /What was it/ }), 'The noise')
  await hands.choose(group(/Ann Lee/), 3)
  await hands.choose(group(/come back/), 9)
  await hands.choose(group(/stars in all/), 6)
  await hands.tick(page.getByRole('checkbox', { name: 'Maintenance' }))
  await hands.tick(page.getByRole('checkbox', { name: 'Training' }))
  await hands.choose(group(/When/), 0)
  await hands.write(page.locator('#email'), 'jo')
  await look(page)
  assert.ok(page.url().endsWith(`${token}?locale=${locale}`), 'nothing was sent on the way')
  await hands.press(button(send))

  await page.getByRole('alert').waitFor()
  await look(page)
  assert.deepEqual(await answersTo(house.world, invitation_id), [])
  assert.deepEqual(await page.locator('.fault').allTextContents(), [form.fault_email, form.fault_consent])
  await hands.press(page.getByRole('link', { name: form.fields.email }))
  await hands.write(page.locator('#email'), 'jo@client.example')
  await hands.tick(page.locator('#consent'))
  await hands.press(button(send))
  await come(notices.thanks.heading)
  assert.deepEqual(await answersTo(house.world, invitation_id), ['2', 'Something else', 'The noise', '4', '9', '7', 'Maintenance,Training', 'Now'])

  await hands.press(page.getByRole('link', { name: form.change.link }))
  await come(form.change.heading)
  await hands.choose(group(/come back/), 3)
  await hands.press(button(form.change.button))
  await come(notices.thanks.heading)
  assert.deepEqual((await answersTo(house.world, invitation_id))[4], '3')

  await page.goto(`/unsubscribe/${(await invite(house.account.ctx, { survey_id: survey.id, email: `jo${survey.id}@client.test`, ignore_throttle: true })).token}?locale=${locale}`)
  await look(page)
  await hands.press(button(opt_out.ask.button))
  await come(opt_out.done.heading)
}

test('by keyboard alone: each stop is in sight and in the order of reading, and no key but Enter on a button sends anything', async () => {
  const { page, close } = await visit()
  await walk(page, { hands: keyboard(page) })
  await close()
})

test('by keyboard alone in forced colours', async () => {
  const { page, close } = await visit({ forcedColors: 'active' })
  await walk(page, { hands: keyboard(page) })
  await close()
})

test('without JavaScript', async () => {
  const { page, close } = await visit({ javaScriptEnabled: false })
  await walk(page, { hands: pointer() })
  await close()
})

test('by finger at 320 pixels: nothing is wider than the page, all that can be touched is 44 pixels wide and high, and eleven scores are six and five', async () => {
  const { page, close } = await visit({ viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true })
  await walk(page, {
    hands: pointer(true),
    async look() {
      await assertFits(page)
      assert.deepEqual(await tooSmall(page), [])
      const tops = await page.locator('.w11 .cell').evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().top))
      assert.ok(tops.length === 0 || [...new Set(tops)].map((top) => tops.filter((one) => one === top).length).join() === '6,5')
    },
  })
  await close()
})

const SIZES = [
  { name: 'at 200 % zoom', window: { width: 640, height: 400, deviceScaleFactor: 2 }, font_size: 16 },
  { name: 'with text of twice the size', window: { width: 1280, height: 800, deviceScaleFactor: 1 }, font_size: 32 },
  { name: 'with text of twice the size in a small window', window: { width: 640, height: 400, deviceScaleFactor: 1 }, font_size: 32 },
  { name: 'with text of twice the size on a phone', window: { width: 360, height: 640, deviceScaleFactor: 1 }, font_size: 32 },
  { name: 'at 400 % zoom', window: { width: 320, height: 200, deviceScaleFactor: 4 }, font_size: 16 },
]

test('zoomed to 400 %, where each page is looked at in other sizes too, nothing is cut off', async () => {
  const { page, close } = await visit()
  const developer = await page.context().newCDPSession(page)
  const resize = async ({ window, font_size }: typeof SIZES[number]) => {
    await developer.send('Emulation.setDeviceMetricsOverride', { ...window, mobile: false })
    await developer.send('Page.setFontSizes', { fontSizes: { standard: font_size } })
  }
  await walk(page, {
    hands: pointer(),
    async look() {
      for (const size of SIZES) {
        await resize(size)
        assert.deepEqual(await page.evaluate(() => [getComputedStyle(document.documentElement).fontSize, innerWidth, devicePixelRatio]), [`${size.font_size}px`, size.window.width, size.window.deviceScaleFactor])
        await assertFits(page)
        assert.deepEqual(await cutOff(page), [], size.name)
      }
    },
  })
  await close()
})

test('words longer than a line are broken, wherever they stand', async () => {
  const word = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen'
  const questions = WHOLE_QUESTIONS.map(({ shown_if, ...question }) => ({
    ...question, required: true, text: `${question.text} ${word}`, ...question.options ? { options: question.options.map((option) => `${option} ${word}`) } : {}, ...question.scale ? { scale_labels: { min: `Low ${word}`, max: `High ${word}` } } : {},
  }))
  const two = { type: 'rating' as const, text: 'Well?', scale: { min: 1, max: 2 }, scale_labels: { min: `Bad ${word}`, max: `Good ${word}` } }
  const { token } = await makeSurveyLink(house.account.ctx, { questions: [...questions, two, { ...two, appearance: 'faces' }], design: { ...WHOLE_DESIGN, consent: { text: word + word, required: true } }, staff: [`Ann ${word}`], case_title: word })
  const { page, close } = await visit({ viewport: { width: 320, height: 568 } })
  await page.goto(`/surveys/${token}`)
  await page.getByRole('button').click()
  await page.getByRole('alert').waitFor()
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    await assertFits(page)
    assert.deepEqual(await cutOff(page), [])
  }
  await close()
})

test('with less motion wished for nothing moves by itself', async () => {
  const { page, close } = await visit({ reducedMotion: 'reduce' })
  await walk(page, {
    hands: pointer(),
    look: async () => assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('*')].flatMap((one) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one)
      return transitionDuration === '0s' && animationName === 'none' && scrollBehavior === 'auto' ? [] : [one.outerHTML.slice(0, 80)]
    })), []),
  })
  await close()
})

for (const [locale, how, hands] of [['ar', 'by keyboard alone', keyboard], ['he', 'by mouse', () => pointer()]] as const) {
  test(`from right to left, ${how} in ${locale}: the first score, each box and each mark of a fault is on the right`, async () => {
    const { page, close } = await visit()
    await walk(page, {
      hands: hands(page), locale,
      async look() {
        assert.deepEqual(await page.evaluate(() => [document.documentElement.dir, document.documentElement.lang]), ['rtl', locale])
        await assertFits(page)
        assert.deepEqual(await onTheLeft(page), [])
      },
    })
    await close()
  })
}

test('in forced colours all that is chosen, has the focus or is faulty is told apart, on light and on dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { token } = await makeSurveyLink(house.account.ctx, { questions: WHOLE_QUESTIONS, design: WHOLE_DESIGN, staff: WHOLE_STAFF })
    const { page, close } = await visit({ forcedColors: 'active', colorScheme })
    await page.goto(`/surveys/${token}`)
    const option = page.locator('.option')
    for (const [name, cell, much] of [['a face', page.locator('.faces .cell').nth(1), 0.3], ['a star', page.locator('.stars .cell').nth(2), 0.05], ['a number', page.locator('.numbers .cell').nth(4), 0.3], ['a box', option.first(), 0.002], ['an option', option.filter({ hasText: 'Then' }), 0.002]] as const) {
      const plain = await picture(page, cell)
      await cell.locator('input').check()
      const chosen = await picture(page, cell)
      await page.keyboard.press('Shift')
      await cell.locator('input').focus()
      const focused = await picture(page, cell, false)
      const changed = [await difference(page, plain, chosen), await difference(page, chosen, focused)]
      assert.ok(changed.every((share, index) => share >= (index === 0 ? much : 0.002)), `${name}, ${colorScheme}: ${changed}`)
    }
    for (const [name, control] of [['a list', page.locator('select')], ['a text', page.locator('#name')], ['a button', page.getByRole('button')]] as const) {
      const plain = await picture(page, control)
      await control.focus()
      assert.ok(await difference(page, plain, await picture(page, control, false)) >= 0.002, `${name}, ${colorScheme}`)
    }
    await page.getByRole('button').click()
    await page.getByRole('alert').waitFor()
    const marks = await page.locator('.faulty').evaluateAll((all) => all.map((one) => {
      const { borderInlineStartStyle, borderInlineStartWidth, borderInlineStartColor } = getComputedStyle(one)
      return [borderInlineStartStyle, borderInlineStartWidth, borderInlineStartColor !== getComputedStyle(document.body).backgroundColor]
    }))
    assert.deepEqual(marks, marks.map(() => ['solid', '4px', true]))
    assert.equal(marks.length, await page.locator('.fault').count())
    await close()
  }
})

/** What an element and the ring around it look like; with nothing in focus, unless it is to stay where it is. */
async function picture(page: Page, one: Locator, leave = true): Promise<string> {
  if (leave) await page.evaluate(() => { if (document.activeElement instanceof HTMLElement) document.activeElement.blur() })
  await page.mouse.move(0, 0)
  await one.scrollIntoViewIfNeeded()
  const box = await one.boundingBox()
  assert.ok(box)
  return (await page.screenshot({ clip: { x: box.x - 6, y: box.y - 6, width: box.width + 12, height: box.height + 12 } })).toString('base64')
}

/** Which share of two pictures of the same size is plainly not the same colour. */
function difference(page: Page, ...pictures: [string, string]): Promise<number> {
  return page.evaluate(async (both) => {
    const [one, other] = await Promise.all(both.map(async (data) => {
      const image = Object.assign(new Image(), { src: `data:image/png;base64,${data}` })
      await image.decode()
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d')
      canvas?.drawImage(image, 0, 0)
      return canvas?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray()
    }))
    let differ = 0
    for (let at = 0; one && other && at < one.length; at += 4) if ([0, 1, 2].some((channel) => Math.abs((one[at + channel] ?? 0) - (other[at + channel] ?? 0)) > 48)) differ++
    return differ * 4 / (one?.length ?? 1)
  }, pictures)
}

/** What can be touched and is smaller than 44 pixels: a control with its label, or a link. */
function tooSmall(page: Page): Promise<string[]> {
  return page.locator('a[href], button, select, textarea, input:not([type=hidden])').evaluateAll((all) => all.flatMap((one) => {
    const target = one.closest('.cell, .option') ?? one
    const { width, height } = target.getBoundingClientRect()
    const is_seen = one.closest('.unseen') === null && one.getClientRects().length > 0
    return is_seen && (width < 44 || height < 44) ? [`${width} x ${height}: ${one.outerHTML.slice(0, 80)}`] : []
  }))
}

/** What does not fit where it stands: words wider than their own box, and cells that their words stick out of. What somebody writes can be scrolled. */
function cutOff(page: Page): Promise<string[]> {
  return page.locator('main *:not(svg *, option, .unseen, .unseen *, .vh)').evaluateAll((all) => all.flatMap((one) => {
    const { left, right, top, bottom, width } = one.getBoundingClientRect()
    const around = one.closest('.cell, .option, button, .button, main')?.getBoundingClientRect()
    const sticks_out = around !== undefined && width > 0 && (left < around.left - 1 || right > around.right + 1 || top < around.top - 1 || bottom > around.bottom + 1)
    const is_cut = one instanceof HTMLElement && !one.matches('input, textarea') && getComputedStyle(one).display !== 'inline' && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
    return sticks_out || is_cut ? [one.outerHTML.slice(0, 80)] : []
  }))
}

/** What does not begin on the right: boxes beside their words, scores beside the next, the bar at a faulty question. */
function onTheLeft(page: Page): Promise<string[]> {
  return page.locator('.option, .cells, .faulty').evaluateAll((all) => all.flatMap((one) => {
    const [first, second] = one.matches('.faulty') ? [] : [...one.children].map((child) => child.getBoundingClientRect())
    const { borderRightWidth, borderLeftWidth } = getComputedStyle(one)
    const is_right = first && second ? first.right > second.right || first.top < second.top : Number.parseFloat(borderRightWidth) > Number.parseFloat(borderLeftWidth)
    return one.getClientRects().length === 0 || is_right ? [] : [one.outerHTML.slice(0, 80)]
  }))
}
