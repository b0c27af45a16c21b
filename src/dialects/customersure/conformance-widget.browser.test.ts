// once
/** Each promise of the vendor's document on its widget, by its section, kept in a browser on a site of somebody else's. What else the widget does is tested beside it, in src/survey-pages/widget.browser.test.ts. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Frame, Page } from 'playwright-core'
import { launchBrowser } from '../../../test/support/chromium.ts'
import { customerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { createSegment } from '../../core/segments.ts'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { createSurvey, listSurveys, type SurveyDesign } from '../../core/surveys.ts'
import { setWidget } from '../../core/widgets.ts'

let world: World
let acme: TestAccount
let server: string
let site: Server
let browser: Awaited<ReturnType<typeof launchBrowser>>
let body = ''

before(async () => {
  browser = await launchBrowser()
  world = await openWorld()
  acme = await world.account()
  server = (await world.app.listen({ port: 0, host: '127.0.0.1' })).replace('127.0.0.1', 'localhost')
  site = createServer((_request, reply) => reply.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Site</title><button id="native">Ours</button>${body}</html>`))
  await new Promise<void>((resolve) => { site.listen(0, '127.0.0.1', resolve) })
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  await createStaffMember(acme.ctx, { code: 'pat', name: 'Pat Doe' })
  await createSegment(acme.ctx, { key: 'account_type', name: 'Account type' })
})
after(async () => {
  await browser.close()
  site.closeAllConnections()
  site.close()
  await world.close()
})

test('Introduction: any survey can be displayed in a website', async () => {
  const { rows } = await listSurveys(acme.ctx, { offset: 0, limit: 100 })
  assert.ok(rows.length >= 6)
  for (const { id, code } of rows) {
    await setWidget(acme.ctx, id, {})
    const page = await visit(snippet(code))
    await page.locator('.t').click()
    await surveyIn(page)
    await page.context().close()
  }
})

test('Introduction: of two pre-built widgets each has a trigger on the page, which displays the survey in a modal popover', async () => {
  for (const trigger of ['tab', 'button'] as const) {
    const page = await visit(snippet(await makeSurvey({ widget: { trigger } })))
    await page.locator(`.t.${trigger}`).click()
    await surveyIn(page)
    assert.ok(await page.locator('dialog').evaluate((element) => element.matches(':modal')))
  }
})

test('Introduction: the popover adapts to all screen sizes', async () => {
  const page = await visit(snippet(await makeSurvey({})))
  await page.locator('.t').click()
  const frame = await surveyIn(page)
  for (const [width, height] of [[320, 480], [360, 740], [768, 1024], [1280, 720], [2560, 1440]] as const) {
    await page.setViewportSize({ width, height })
    const box = await page.locator('dialog').boundingBox()
    assert.ok(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, `${width} ${JSON.stringify(box)}`)
    assert.ok(await frame.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}`)
  }
})

test('Introduction: instead of our trigger an element of the site\'s own, or a scripted event, shows the survey; there is a preset for it', async () => {
  const page = await visit(snippet(await makeSurvey({ widget: { trigger: 'custom' } })))
  assert.equal(await page.locator('.t').count(), 0)
  await page.evaluate(() => { document.querySelector('#native')?.addEventListener('click', () => Reflect.get(window, 'CustomerSureSurveyWidget').toggleWidget()) })
  await page.locator('#native').click()
  await surveyIn(page)
})

test('Installing: the snippet is all that a page needs, with the organisation or without', async () => {
  const code = await makeSurvey({})
  for (const org of ['"org": "your-subdomain", ', '']) {
    const page = await visit(`<script src="${server}/widget.js?survey=${code}"></script>\n  <div data-customersure-survey-widget\n       data-widget-params='{${org}"survey": "${code}"}'>\n  </div>\n<script>CustomerSureSurveyWidget.init();</script>`)
    await page.locator('.t').click()
    assert.ok((await surveyIn(page)).url().includes(code))
  }
})

test('Toggle Widget: what is hidden is shown, what is visible is hidden', async () => {
  const page = await visit(snippet(await makeSurvey({})))
  for (const shown of [true, false, true, false]) {
    await page.evaluate(() => Reflect.get(window, 'CustomerSureSurveyWidget').toggleWidget())
    assert.equal(await page.locator('dialog').isVisible(), shown)
  }
})

test('Pass Parameters: the attribute is set before init, and not parsed again when it changes', async () => {
  const code = await makeSurvey({ fields: [{ key: 'name' }] })
  const page = await visit(snippet(code, { name: 'Mariner' }))
  await page.evaluate(() => document.querySelector('[data-survey-params]')?.setAttribute('data-survey-params', '{"name": "Other"}'))
  await page.evaluate(() => Reflect.get(window, 'CustomerSureSurveyWidget').init())
  await page.locator('.t').click()
  const frame = await filledIn(page)
  assert.equal(await frame.locator('[data-field=name]').inputValue(), 'Mariner')
})

const CUSTOMER = { name: 'Ann Lee', email: 'ann@client.example', telephone_number: '+44 20 7946 0000', company_name: 'Client Ltd', postcode: 'NE1 4XF' }
const KEYS = ['name', 'email', 'telephone_number', 'company_name', 'postcode'] as const

test('Customer data: what the survey asks is filled in beforehand, and the customer can change it', async () => {
  const page = await visit(snippet(await makeSurvey({ fields: KEYS.map((key) => ({ key })) }), CUSTOMER))
  await page.locator('.t').click()
  const frame = await filledIn(page)
  for (const key of KEYS) assert.equal(await frame.locator(`[data-field=${key}]`).inputValue(), CUSTOMER[key], key)
  await frame.locator('[data-field=name]').fill('Bo Ek')
  await send(frame)
  const { fields } = await newest()
  assert.deepEqual(KEYS.map((key) => fields[key]), ['Bo Ek', ...KEYS.slice(1).map((key) => CUSTOMER[key])])
})

test('Customer data: what the survey does not ask is hidden, and kept as it was given', async () => {
  const page = await visit(snippet(await makeSurvey({}), CUSTOMER))
  await page.locator('.t').click()
  const frame = await filledIn(page)
  assert.equal(await frame.locator('[data-field], [data-segment]').count(), 0)
  await send(frame)
  const { fields } = await newest()
  assert.deepEqual(KEYS.map((key) => fields[key]), KEYS.map((key) => CUSTOMER[key]))
})

const SEGMENTS = { site_code: 'north', staff_code: 'pat', account_type: 'gold' }

test('Segmentation metadata: staff_code and site_code are built in, others the account\'s own; reports are by them', async () => {
  await makeSurvey({ questions: [{ type: 'rating', text: 'Well?', scale: { min: 1, max: 5 } }, { type: 'radio', text: 'Which?', options: ['gold', 'silver'], segment: 'account_type' }] })
  const page = await visit(snippet(await makeSurvey({}), SEGMENTS))
  await page.locator('.t').click()
  await send(await filledIn(page))
  const { id, fields } = await newest()
  assert.deepEqual([fields.account_type, fields.site_code, fields.staff_code], ['gold', undefined, undefined])
  const api = customerSureClient(world, acme.api_key)
  const [north] = (await api.get('/sites')).json<{ id: string, site_code: string }[]>().filter(({ site_code }) => site_code === 'north')
  const [pat] = (await api.get('/staff?code=pat')).json<{ id: string }[]>()
  for (const query of [`site_ids[]=${north?.id}`, `staff_ids[]=${pat?.id}`]) assert.equal((await api.get(`/feedback_responses?${query}`)).json()[0].id, id, query)
})

test('Segmentation metadata: checkboxes, radio buttons or a menu that ask for a segment have its value chosen', async () => {
  const options = ['silver', 'gold']
  for (const type of ['checkbox', 'radio', 'dropdown'] as const) {
    const page = await visit(snippet(await makeSurvey({ questions: [{ type: 'rating', text: 'Well?', scale: { min: 1, max: 5 } }, { type, text: 'Which?', options, segment: 'account_type' }] }), SEGMENTS))
    await page.locator('.t').click()
    const frame = await filledIn(page)
    assert.deepEqual(await frame.evaluate(() => [...document.querySelectorAll<HTMLInputElement | HTMLOptionElement>('option:checked, input:checked')].map(({ value }) => value)), ['gold'], type)
    await send(frame)
    assert.equal((await newest()).fields.account_type, 'gold')
  }
})

test('Unique metadata: any other pair is kept with this response alone; reference and machine_id are its own', async () => {
  const page = await visit(snippet(await makeSurvey({}), { reference: 'INV-2090', machine_id: 'a87ee488-645c-432a-817f-6690152da8c9', colour: 'teal' }))
  await page.locator('.t').click()
  await send(await filledIn(page))
  const shown = await newest()
  assert.deepEqual([shown.reference, shown.machine_id, shown.fields.colour, shown.fields.reference], ['INV-2090', 'a87ee488-645c-432a-817f-6690152da8c9', 'teal', undefined])
  const plain = await visit(snippet(await makeSurvey({})))
  await plain.locator('.t').click()
  await send(await surveyIn(plain))
  assert.equal((await newest()).fields.colour, undefined)
})

test('Pass Parameters, the sample: its tag ends too early, and the widget is toggled without init; it works, with nothing passed on', async () => {
  const code = await makeSurvey({ fields: [{ key: 'name' }] })
  const page = await visit(`<script src="${server}/widget.js?survey=${code}"></script>\n  <div data-customersure-survey-widget\n       data-widget-params='{"org": "acme", "survey": "${code}"}'>\n       data-survey-params='{"name": "Mariner"}'>\n  </div>\n<script>CustomerSureSurveyWidget.toggleWidget();</script>`)
  assert.equal(await (await surveyIn(page)).locator('[data-field=name]').inputValue(), '')
})

async function makeSurvey(design: Partial<SurveyDesign>): Promise<string> {
  return (await createSurvey(acme.ctx.db, acme.account.id, { name: 'Of a widget', purpose: 'other', questions: [{ type: 'rating', text: 'Well?', scale: { min: 1, max: 5 } }], widget: {}, ...design }, acme.ctx.now())).code
}

function snippet(code: string, params?: object): string {
  return `<script src="${server}/widget.js?survey=${code}"></script><div data-customersure-survey-widget data-widget-params='{"org": "acme", "survey": "${code}"}'${params ? ` data-survey-params='${JSON.stringify(params)}'` : ''}></div><script>CustomerSureSurveyWidget.init();</script>`
}

async function visit(markup: string): Promise<Page> {
  body = markup
  const page = await (await browser.newContext()).newPage()
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`)
  return page
}

async function surveyIn(page: Page): Promise<Frame> {
  const frame = await (await page.locator('dialog[open] iframe').elementHandle())?.contentFrame()
  assert.ok(frame)
  await frame.locator('form > button').waitFor()
  return frame
}

/** The survey, once what was passed on has come. */
async function filledIn(page: Page): Promise<Frame> {
  const frame = await surveyIn(page)
  await frame.waitForFunction(() => document.querySelector<HTMLInputElement>('input[name=params]')?.value !== '')
  return frame
}

async function send(frame: Frame): Promise<void> {
  world.clock.advance({ seconds: 20 })
  await frame.getByRole('radio', { name: '4' }).check()
  await frame.locator('form > button').click()
  await frame.locator('main.notice').waitFor()
}

async function newest(): Promise<{ id: number, reference: string | null, machine_id: string | null, fields: Record<string, string | null> }> {
  return (await customerSureClient(world, acme.api_key).get('/feedback_responses?per_page=1')).json()[0]
}
