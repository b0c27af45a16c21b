// once: what it stores goes through the same statements as other answers
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContextOptions, Frame, Page } from 'playwright-core'
import { customerSureClient } from '../../test/support/customersure.ts'
import { launchBrowser } from '../../test/support/chromium.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { createSegment } from '../core/segments.ts'
import { createSite } from '../core/sites.ts'
import { archiveSurvey, createSurvey, getSurveyFor, restoreSurvey, type Survey } from '../core/surveys.ts'
import { setWidget } from '../core/widgets.ts'

/** A site of somebody else's, with a strict policy, and a browser in front of it. */
let world: World
let house: TestAccount
let server: string
let site: Server
let host: string
let browser: Awaited<ReturnType<typeof launchBrowser>>
let survey: Survey
let body = ''
let lang = 'en'

before(async () => {
  browser = await launchBrowser()
  world = await openWorld()
  house = await world.account({ name: 'Northwind IT' })
  server = (await world.app.listen({ port: 0, host: '127.0.0.1' })).replace('127.0.0.1', 'localhost')
  site = createServer((_request, reply) => {
    reply.setHeader('content-type', 'text/html; charset=utf-8')
    reply.setHeader('content-security-policy', `default-src 'none'; script-src ${server} 'nonce-own'; frame-src ${server}; style-src 'nonce-own'; img-src data:`)
    reply.end(`<!doctype html><html lang="${lang}"><head><meta name="viewport" content="width=device-width"><title>Shop</title><style nonce="own">.long{height:2000px}</style></head><body><main><h1>Shop</h1><p class="long">Long</p>${body}</main></body></html>`)
  })
  await new Promise<void>((resolve) => { site.listen(0, '127.0.0.1', resolve) })
  host = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  survey = await getSurveyFor(house.ctx, 'ticket')
  await setWidget(house.ctx, survey.id, { trigger: 'button', origins: [host] })
})
after(async () => {
  await browser.close()
  site.closeAllConnections()
  site.close()
  await world.close()
})

const script = (code = survey.code) => `<script src="${server}/widget.js?survey=${code}"></script>`
const init = '<script nonce="own">CustomerSureSurveyWidget.init();</script>'
const mount = (more = '', code = survey.code) => `<div data-customersure-survey-widget data-widget-params='{"org": "northwind", "survey": "${code}"}' ${more}></div>`

test('a button opens the survey over the page; focus goes in and comes back, the page behind stands still, and nothing is asked for before', async () => {
  const { page, asked } = await visit(`${script()}${mount(`data-survey-params='{"name": "Ann", "basket": "3 items"}'`)}${init}`)
  assert.deepEqual(asked.filter((url) => !url.startsWith(host)), [`${server}/widget.js?survey=${survey.code}`])
  const button = page.getByRole('button', { name: 'Feedback' })
  await button.focus()
  await page.keyboard.press('Enter')
  const frame = await surveyIn(page)
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).overflow), 'hidden')
  assert.deepEqual((await new AxeBuilder({ page }).include('[data-customersure-survey-widget]').analyze()).violations.map(({ id }) => id), [])
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => getComputedStyle(document.documentElement).overflow !== 'hidden')
  assert.equal(await page.evaluate(() => document.querySelector('[data-customersure-survey-widget]')?.shadowRoot?.activeElement?.className), 't button')
  await button.click()
  world.clock.advance({ seconds: 20 })
  await frame.getByRole('radio', { name: '9', exact: true }).check()
  const told = page.evaluate(() => new Promise((resolve) => { Reflect.get(window, 'CustomerSureSurveyWidget').on('submitted', () => resolve('submitted')) }))
  await frame.getByRole('button', { name: 'Send' }).click()
  assert.equal(await told, 'submitted')
  await frame.locator('main.notice').waitFor()
  await frame.locator('main').press('Escape')
  await page.waitForFunction(() => getComputedStyle(document.documentElement).overflow !== 'hidden')
  const [shown] = await newest()
  assert.deepEqual([shown?.answers[0]?.answer, shown?.fields.name, shown?.fields.basket], ['9', 'Ann', '3 items'])
  assert.deepEqual(await page.context().cookies(host), [])
})

test('the backdrop closes it; on a phone it fills the screen; who wants less motion gets none', async () => {
  const { page } = await visit(`${script()}${mount()}${init}`)
  await page.getByRole('button', { name: 'Feedback' }).click()
  await surveyIn(page)
  const dialog = page.locator('dialog')
  assert.notEqual(await dialog.evaluate((element) => getComputedStyle(element).animationName), 'none')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  assert.equal(await dialog.evaluate((element) => getComputedStyle(element).animationName), 'none')
  await page.setViewportSize({ width: 360, height: 640 })
  assert.deepEqual(await dialog.boundingBox(), { x: 0, y: 0, width: 360, height: 640 })
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.mouse.click(10, 10)
  await page.waitForFunction(() => !document.querySelector('[data-customersure-survey-widget]')?.shadowRoot?.querySelector('dialog')?.open)
})

test('two widgets, of two surveys, are each their own; a custom trigger is none', async () => {
  const other = await getSurveyFor(house.ctx, 'nps')
  await setWidget(house.ctx, other.id, { trigger: 'custom', origins: [host] })
  const { page } = await visit(`${script()}${script(other.code)}${mount('id="one"')}${mount('id="two"', other.code)}${init}${init}`)
  assert.equal(await page.getByRole('button').count(), 1)
  await page.evaluate(() => Reflect.get(window, 'CustomerSureSurveyWidget').toggleWidget(document.querySelector('#two')))
  const frame = await surveyIn(page)
  assert.ok(frame.url().includes(other.code))
  await page.evaluate(() => Reflect.get(window, 'CustomerSureSurveyWidget').toggleWidget(document.querySelector('#two')))
  await page.waitForFunction(() => getComputedStyle(document.documentElement).overflow !== 'hidden')
})

test('what is passed on stands in the customer\'s own fields, and what they make of it is kept', async () => {
  const { id, code } = await createSurvey(house.ctx.db, house.account.id, {
    name: 'With fields', purpose: 'other', questions: [{ type: 'rating', text: 'Well?', scale: { min: 1, max: 5 } }], fields: [{ key: 'name' }, { key: 'email' }, { key: 'company_name' }], consent: { text: 'You may quote me.' }, widget: { origins: [host] },
  }, house.ctx.now())
  const { page } = await visit(`${script(code)}${mount(`data-survey-params='{"name": "Ann", "email": "ann@client.example", "consent": "yes"}'`, code)}${init}`)
  await page.getByRole('button', { name: 'Feedback' }).click()
  const frame = await surveyIn(page)
  const email = frame.locator('[data-field=email]')
  await frame.waitForFunction(() => document.querySelector<HTMLInputElement>('input[data-field="email"]')?.value !== '')
  assert.deepEqual([await frame.getByLabel('Your name').inputValue(), await email.inputValue(), await frame.getByLabel('Company').inputValue(), await frame.getByRole('checkbox').isChecked()], ['Ann', 'ann@client.example', '', false])
  await email.fill('ann@home.example')
  await frame.getByRole('radio').nth(3).check()
  world.clock.advance({ seconds: 20 })
  await frame.getByRole('button', { name: 'Send' }).click()
  await frame.locator('main.notice').waitFor()
  const rows = await world.ground.db.selectFrom('response_fields as f').innerJoin('responses as r', (join) => join.onRef('r.account_id', '=', 'f.account_id').onRef('r.id', '=', 'f.response_id')).where('r.survey_id', '=', id).select(['f.key', 'f.value']).orderBy('f.key').execute()
  assert.deepEqual(rows, [{ key: 'email', value: 'ann@home.example' }, { key: 'name', value: 'Ann' }])
})

test('what is passed on of a segment is chosen where a question asks for it, by value or by name, and stays the visitor\'s to change', async () => {
  await createSegment(house.ctx, { key: 'plan', name: 'Plan' })
  await createSite(house.ctx, { code: 'north', name: 'Northern shop' })
  const options = ['gold', 'silver']
  const { id, code } = await createSurvey(house.ctx.db, house.account.id, {
    name: 'With segments', purpose: 'other', widget: { origins: [host] }, questions: [
      { type: 'rating', text: 'Well?', scale: { min: 1, max: 5 }, required: true }, { type: 'dropdown', text: 'Where?', options: ['south', 'north'], segment: 'site_code' },
      { type: 'radio', text: 'Which?', options, segment: 'plan' }, { type: 'checkbox', text: 'Which of these?', options, segment: 'plan' }, { type: 'radio', text: 'Any other?', options },
    ],
  }, house.ctx.now())
  const { page } = await visit(`${script(code)}${mount(`data-survey-params='{"site_code": "Northern shop", "plan": "silver", "toString": "gold"}'`, code)}${init}`)
  await page.getByRole('button', { name: 'Feedback' }).click()
  const frame = await surveyIn(page)
  const chosen = () => frame.evaluate(() => [...document.querySelectorAll<HTMLInputElement | HTMLOptionElement>('option:checked, input:checked')].map(({ value }) => value))
  await frame.waitForFunction(() => document.querySelector('select')?.value !== '')
  assert.deepEqual(await chosen(), ['north', 'silver', 'silver'])
  await frame.getByRole('radio', { name: 'gold' }).first().check()
  await frame.getByRole('checkbox', { name: 'silver' }).uncheck()
  // A page that comes back with what to mend has what they made of it.
  await frame.getByRole('button', { name: 'Send' }).click()
  await frame.locator('.summary').waitFor()
  await page.waitForTimeout(100)
  assert.deepEqual(await chosen(), ['north', 'gold'])
  world.clock.advance({ seconds: 20 })
  await frame.getByRole('radio', { name: '4' }).check()
  await frame.getByRole('button', { name: 'Send' }).click()
  await frame.locator('main.notice').waitFor()
  const sites = await world.ground.db.selectFrom('responses as r').innerJoin('sites as s', 's.id', 'r.site_id').where('r.survey_id', '=', id).select('s.code').execute()
  assert.deepEqual([sites, (await newest())[0]?.fields.plan], [[{ code: 'north' }], 'gold'])
})

test('markup whose tag is closed too early works, toggled without init; parameters that are no JSON are one warning', async () => {
  const { page, said } = await visit(`${script()}<div data-customersure-survey-widget data-widget-params='{"org": "x", "survey": "${survey.code}"}'>\n data-survey-params='{"name": "Mariner"}'>\n</div><script nonce="own">CustomerSureSurveyWidget.toggleWidget();</script>`)
  await surveyIn(page)
  assert.deepEqual(said, [])
  // Its address names no survey either: the widget works, in its plain looks.
  const plain = await visit(`<script src="${server}/widget.js"></script>${mount()}${init}`)
  await plain.page.locator('.t.tab').click()
  await surveyIn(plain.page)
  assert.equal(plain.said.length, 1)
  const broken = await visit(`${script()}${mount(`data-survey-params='{name: Mariner}'`)}${init}`)
  await broken.page.getByRole('button', { name: 'Feedback' }).click()
  await surveyIn(broken.page)
  assert.equal(broken.said.length, 1)
})

test('while the window is open the focus is in it, the keyboard leads nowhere else on the page, and a wheel moves nothing behind it', async () => {
  const { page } = await visit(`<a href="#before">Before</a>${script()}${mount()}${init}<a href="#after">After</a>`)
  await page.locator('.t').click()
  await surveyIn(page)
  const focused = () => page.evaluate(() => {
    const inside = document.activeElement?.shadowRoot?.activeElement
    return inside ? (inside.closest('dialog') === null ? 'trigger' : inside.localName) : (document.activeElement?.localName ?? '')
  })
  assert.equal(await focused(), 'button')
  const seen = new Set<string>()
  for (let count = 0; count < 30; count++) {
    await page.keyboard.press('Tab')
    seen.add(await focused())
  }
  assert.ok(seen.has('iframe') && !seen.has('trigger') && !seen.has('a'), [...seen].join())
  await page.mouse.move(20, 400)
  await page.mouse.wheel(0, 500)
  await page.waitForTimeout(100)
  assert.equal(await page.evaluate(() => scrollY), 0)
  await page.mouse.click(20, 400)
  await unlocked(page)
  await page.mouse.wheel(0, 500)
  await page.waitForFunction(() => scrollY > 0)
})

test('the very element that was taken away and comes back is a new widget, once, which hears its survey', async () => {
  const { page, said } = await visit(`${script()}${mount('id="one"')}${init}`)
  await page.locator('.t').click()
  await surveyIn(page)
  await page.evaluate(() => {
    const element = document.querySelector('#one')
    element?.remove()
    Reflect.get(window, 'CustomerSureSurveyWidget').init()
    if (element) document.querySelector('main')?.append(element)
    Reflect.get(window, 'CustomerSureSurveyWidget').init()
  })
  await unlocked(page)
  assert.equal(await page.locator('.t').count(), 1)
  await page.locator('.t').click()
  await (await surveyIn(page)).locator('main').press('Escape')
  await unlocked(page)
  assert.deepEqual(said, [])
})

test('a page that takes it away and puts it back has one that works; messages of others are not heard', async () => {
  const { page } = await visit(`${script()}${mount('id="one"')}${init}`)
  await page.evaluate(() => {
    const element = document.querySelector('#one')
    const again = element?.cloneNode(false)
    element?.remove()
    if (again) document.querySelector('main')?.append(again)
    Reflect.get(window, 'CustomerSureSurveyWidget').init()
  })
  await page.getByRole('button', { name: 'Feedback' }).click()
  await surveyIn(page)
  await page.evaluate(() => { window.postMessage({ source: 'earshot', type: 'close' }, '*') })
  await page.waitForTimeout(50)
  assert.equal(await page.locator('dialog[open]').count(), 1)
})

test('trigger, window and survey speak the language of the page around, where the survey is in it; else the survey\'s own, and the survey that of the visitor', async (t) => {
  t.after(() => { lang = 'en' })
  for (const [around, label, close, spoken, dir, inside = spoken] of [
    ['de', 'Ihre Meinung', 'Schließen', 'de', 'ltr'], ['de-AT', 'Ihre Meinung', 'Schließen', 'de', 'ltr'], ['nb', 'Din mening', 'Lukk', 'no', 'ltr'], ['ar', 'رأيك', 'إغلاق', 'ar', 'rtl'], ['zh-TW', 'Feedback', 'Close', 'en', 'ltr', 'en-US'], ['pt', 'Feedback', 'Close', 'en', 'ltr', 'en-US'], ['', 'Feedback', 'Close', 'en', 'ltr', 'en-US'],
  ] as const) {
    lang = around
    const { page, said } = await visit(`${script()}${mount()}${init}`)
    const trigger = page.locator('.t')
    assert.deepEqual([await trigger.innerText(), await trigger.getAttribute('lang')], [label, spoken], around)
    await trigger.click()
    await page.locator('dialog[open] iframe').waitFor()
    const frame = page.frameLocator('dialog[open] iframe')
    await frame.locator('h1').waitFor()
    assert.deepEqual([await page.locator('.x').innerText(), await frame.locator('html').getAttribute('lang'), await page.locator('dialog').getAttribute('aria-label'), await page.locator('dialog').evaluate((element) => getComputedStyle(element).direction), said], [close, inside, label, dir, []], around)
    await page.context().close()
  }
  // Its own label is in its own language, whatever closes the window.
  lang = 'de'
  await setWidget(house.ctx, survey.id, { label: 'Ask | us' })
  const { page } = await visit(`${script()}${mount()}${init}`)
  assert.deepEqual([await page.locator('.t').innerText(), await page.locator('.t').getAttribute('lang'), await page.locator('.x').textContent()], ['Ask | us', 'en', 'Schließen'])
  await setWidget(house.ctx, survey.id, { label: null })
})

test('both triggers stand at the edge, and neither they nor the window move anything of the page', async () => {
  for (const [trigger, width, dir] of [['tab', 1280, 'ltr'], ['tab', 360, 'ltr'], ['button', 360, 'ltr'], ['tab', 1280, 'rtl'], ['button', 1280, 'rtl']] as const) {
    await setWidget(house.ctx, survey.id, { trigger })
    lang = dir === 'rtl' ? 'ar' : 'en'
    const { page } = await visit(`${script()}${mount()}${init}`, { viewport: { width, height: 700 } })
    assert.equal(await page.evaluate(() => new Promise((resolve) => {
      const moved: PerformanceEntry[] = []
      new PerformanceObserver((list) => { moved.push(...list.getEntries()) }).observe({ type: 'layout-shift', buffered: true })
      setTimeout(() => resolve(moved.length), 50)
    })), 0)
    const box = await page.locator('.t').boundingBox()
    assert.ok(box && Math.min(box.width, box.height) >= 44)
    const gap = trigger === 'tab' ? 0 : 20
    assert.deepEqual([Math.round(dir === 'ltr' ? width - box.x - box.width : box.x), trigger === 'tab' ? Math.round(box.y + box.height / 2) : 700 - box.y - box.height], [gap, trigger === 'tab' ? 350 : 20], `${trigger} ${width} ${dir}`)
    const before = await page.locator('h1').boundingBox()
    await page.locator('.t').click()
    await surveyIn(page)
    assert.deepEqual(await page.locator('h1').boundingBox(), before)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width)
    await page.context().close()
  }
  await setWidget(house.ctx, survey.id, { trigger: 'button' })
  lang = 'en'
})

test('the frame is as tall as the survey in it, after faults and thanks too; what is in the window\'s head closes nothing', async () => {
  const { page } = await visit(`${script()}${mount()}${init}`, { viewport: { width: 1280, height: 1400 } })
  await page.locator('.t').click()
  const frame = await surveyIn(page)
  const fits = () => frame.waitForFunction(() => document.documentElement.scrollHeight === innerHeight && document.body.offsetHeight === innerHeight)
  await fits()
  await frame.getByRole('button', { name: 'Send' }).click()
  await frame.locator('.summary').waitFor()
  await fits()
  const dialog = await page.locator('dialog').boundingBox()
  assert.ok(dialog)
  await page.mouse.click(dialog.x + 40, dialog.y + 20)
  assert.ok(await isOpen(page))
  world.clock.advance({ seconds: 20 })
  await frame.getByRole('radio', { name: '9' }).check()
  await frame.getByRole('button', { name: 'Send' }).click()
  await frame.locator('main.notice').waitFor()
  await fits()
  await page.getByRole('button', { name: 'Close' }).click()
  await unlocked(page)
})

test('the page behind is locked while a window is open, and only then: toggled at once, a second one, taken away while open', async () => {
  const { page, said } = await visit(`${script()}${mount('id="one"')}${mount('id="two"')}${init}`)
  const locked = () => page.evaluate(() => getComputedStyle(document.documentElement).overflow === 'hidden')
  await call(page, 'open')
  await call(page, 'close', 'open')
  await page.waitForTimeout(50)
  assert.deepEqual([await isOpen(page), await locked()], [true, true])
  await page.evaluate(() => Reflect.get(window, 'CustomerSureSurveyWidget').open(document.querySelector('#two')))
  await page.keyboard.press('Escape')
  await page.waitForTimeout(50)
  assert.deepEqual([await page.locator('dialog[open]').count(), await locked()], [1, true])
  await page.evaluate(() => document.querySelector('#one')?.remove())
  await unlocked(page)
  await page.evaluate(() => document.querySelector('#two')?.remove())
  await call(page, 'init', 'toggleWidget', 'open', 'close')
  assert.deepEqual(said, [])
})

test('a survey that takes no answer any more says so in the window', async () => {
  const { page } = await visit(`${script()}${mount()}${init}`)
  await archiveSurvey(house.ctx, survey.id)
  await page.locator('.t').click()
  await page.frameLocator('dialog[open] iframe').locator('main.notice').waitFor()
  await page.frameLocator('dialog[open] iframe').locator('main').press('Escape')
  await unlocked(page)
  await restoreSurvey(house.ctx, survey.id)
})

test('parameters go to the server\'s page only, and only from a site that the survey names; words of other windows are not heard', async () => {
  const { page, asked } = await visit(`${script()}${mount('data-survey-params=\'{"name": "Ann"}\'')}<iframe title="Other" src="${server}/surveys/${survey.code}?embed=1"></iframe>${init}`)
  await page.locator('.t').click()
  await surveyIn(page)
  assert.ok(asked.every((url) => !url.includes('Ann')))
  // The other frame has the server's origin too, yet is not the window's own.
  await page.evaluate(() => { Reflect.set(window, 'told', []); for (const name of ['submitted', 'close']) Reflect.get(window, 'CustomerSureSurveyWidget').on(name, () => Reflect.get(window, 'told').push(name)) })
  await page.frameLocator('iframe[title="Other"]').locator('input[name="params"]').waitFor({ state: 'attached' })
  const frames = page.frames().filter((one) => one.url().startsWith(server))
  assert.equal(frames.length, 2)
  const inside = await Promise.all(frames.map(async (one) => (await one.locator('input[name="params"]').inputValue()) !== ''))
  assert.deepEqual(inside.toSorted(), [false, true])
  await frames[inside.indexOf(false)]?.evaluate(() => { for (const type of ['submitted', 'close', 'ready']) parent.postMessage({ source: 'earshot', type }, '*') })
  await page.waitForTimeout(50)
  assert.deepEqual([await page.evaluate(() => Reflect.get(window, 'told')), await isOpen(page)], [[], true])
  // A message that seems to come from a site that the survey does not name.
  const other = frames[inside.indexOf(false)]
  await other?.evaluate(() => { dispatchEvent(new MessageEvent('message', { source: parent, origin: 'https://evil.example', data: { source: 'earshot', type: 'params', params: '{"name":"Mallory"}' } })) })
  assert.equal(await other?.locator('input[name="params"]').inputValue(), '')
})

/** Calls functions of the widget, one right after the other. */
async function call(page: Page, ...names: string[]): Promise<void> {
  await page.evaluate((list) => { for (const name of list) Reflect.get(window, 'CustomerSureSurveyWidget')[name]() }, names)
}

async function isOpen(page: Page): Promise<boolean> {
  return await page.locator('dialog[open]').count() > 0
}

async function unlocked(page: Page): Promise<void> {
  await page.waitForFunction(() => getComputedStyle(document.documentElement).overflow !== 'hidden')
}

async function visit(markup: string, options: BrowserContextOptions = {}): Promise<{ page: Page, asked: string[], said: string[] }> {
  body = markup
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options })).newPage()
  const [asked, said]: [string[], string[]] = [[], []]
  page.on('request', (request) => asked.push(request.url()))
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.message))
  await page.goto(host)
  return { page, asked, said }
}

async function surveyIn(page: Page): Promise<Frame> {
  await page.locator('dialog[open] iframe').waitFor()
  const frame = page.frames().find((one) => one.url().startsWith(server)) ?? await page.waitForEvent('framenavigated', (one) => one.url().startsWith(server))
  await frame.locator('form > button').waitFor()
  return frame
}

async function newest(): Promise<{ fields: Record<string, string>, answers: { answer: string }[] }[]> {
  return (await customerSureClient(world, house.api_key).get('/feedback_responses?per_page=1')).json()
}
