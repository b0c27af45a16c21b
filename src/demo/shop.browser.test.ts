// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { FastifyInstance } from 'fastify'
import type { Frame, Page } from 'playwright-core'
import { launchBrowser } from '../../test/support/chromium.ts'
import { customerSureClient } from '../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { buildApp } from '../app.ts'
import { createSite } from '../core/sites.ts'
import { openShop, shopPages } from './shop.ts'

let world: World
let house: TestAccount
let app: FastifyInstance
let server: string
let browser: Awaited<ReturnType<typeof launchBrowser>>

before(async () => {
  browser = await launchBrowser()
  world = await openWorld()
  house = await world.account()
  await createSite(house.ctx, { code: 'harbour', name: 'Harbour' })
  app = await buildApp({ ground: world.ground, config: world.config })
  const codes = await openShop(house.ctx)
  assert.deepEqual(await openShop(house.ctx), codes, 'they are made once')
  await app.register(shopPages, { codes, public_url: 'https://feedback.example.com' })
  server = await app.listen({ port: 0, host: '127.0.0.1' })
})
after(async () => {
  await browser.close()
  await app.close()
  await world.close()
})

test('the shop\'s page is not in the ordinary server', async () => {
  for (const path of ['/demo/widget', '/demo/widget.js', '/demo/widget.css']) assert.equal((await world.app.inject(path)).statusCode, 404)
})

test('its three widgets ask what they are for, filled in with what the shop knows, and the page tells what it hears', async () => {
  const { page, said } = await visit()
  for (const [trigger, question, chosen] of [['Feedback', 'recommend us', 'Lamps'], ['Rate this page', 'How easy', null], ['How was the delivery?', 'How was the delivery?', 'Robin Visitor']] as const) {
    await page.getByRole('button', { name: trigger }).click()
    const frame = await surveyIn(page)
    assert.match(await frame.locator('form').innerText(), new RegExp(question.replace('?', '\\?')))
    if (chosen) await frame.waitForFunction((value) => [...document.querySelectorAll<HTMLInputElement>('input:checked, input[data-field]')].some((one) => one.value === value), chosen)
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'How was the delivery?' }).click()
  const frame = await surveyIn(page)
  assert.equal(await frame.locator('select').inputValue(), 'harbour')
  world.clock.advance({ seconds: 20 })
  await frame.getByRole('radio', { name: 'Very good' }).check()
  await frame.getByRole('button', { name: 'Send' }).click()
  await page.getByText('submitted', { exact: true }).waitFor()
  assert.deepEqual((await page.locator('#heard p').allInnerTexts()).map((line) => line.split(/\s+/).slice(1).join(' ')), ['open Tab', 'close Tab', 'open Button', 'close Button', 'open Own', 'close Own', 'open Own', 'submitted Own'])
  const [shown] = (await customerSureClient(world, house.api_key).get('/feedback_responses?per_page=1')).json()
  assert.deepEqual([shown.reference, shown.fields.email, shown.fields.basket], ['ORDER-2090', 'robin.visitor@client.example', 'Reading lamp No. 4'])
  assert.deepEqual(said, [])
})

test('what to paste is of the widget that is chosen, and nothing of the page is wider than a phone or hard to use', async () => {
  const { page, said } = await visit(360)
  const [tab, custom] = [await page.locator('#snippet').innerText(), await page.getByLabel('Own').check().then(() => page.locator('#snippet').innerText())]
  for (const snippet of [tab, custom]) assert.match(snippet, /^<script src="https:\/\/feedback\.example\.com\/widget\.js\?survey=[\w-]{12}"><\/script>\n<div data-customersure-survey-widget data-widget-params='\{"survey": "[\w-]{12}"\}'\n/)
  assert.notEqual(tab, custom)
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join()}`), [], colorScheme)
  }
  assert.deepEqual(said, [])
})

async function visit(width = 1280): Promise<{ page: Page, said: string[] }> {
  const page = await (await browser.newContext({ viewport: { width, height: 800 } })).newPage()
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.message))
  await page.goto(`${server}/demo/widget`)
  return { page, said }
}

async function surveyIn(page: Page): Promise<Frame> {
  const frame = await (await page.locator('dialog[open] iframe').elementHandle())?.contentFrame()
  assert.ok(frame)
  await frame.getByRole('button', { name: 'Send' }).waitFor()
  return frame
}
