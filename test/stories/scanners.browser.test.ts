// once
/** What scanners.test.ts has, in a real browser: those that run scripts, and people with a mouse, a finger or a keyboard. The page's clock and the server's go on together. */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page, Request } from 'playwright-core'
import { HUMANS } from '../../src/scanners/humans.ts'
import { SCANNERS } from '../../src/scanners/scanners.ts'
import { inWindow, type Surroundings } from '../../src/scanners/surroundings.ts'
import { makeVisitor } from '../../src/scanners/visitor.ts'
import { launchBrowser } from '../support/chromium.ts'
import { arrivedClosedMail, arrivedMail, countedForTicket, countedScores, heldStates, passTime, sendInto, type ScannedMail } from '../support/scanned-mail.ts'
import { until } from '../support/until.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

let world: World
let acme: TestAccount
let browser: Browser
let where: Surroundings
let base: string

before(async () => {
  browser = await launchBrowser()
  world = await openWorld({ env: { EARSHOT_TRUST_PROXY: 'loopback' } })
  acme = await world.account({ name: 'Northwind IT' })
  base = await world.app.listen({ port: 0, host: '127.0.0.1' })
  where = {
    browser, send: sendInto(world),
    async wait(ms, page) {
      await passTime(world, ms)
      if (!page) return
      await page.clock.runFor(ms)
      await settled(page)
    },
    async prepare(context, { address }) {
      context.on('request', (request) => {
        if (request.method() === 'POST' && request.resourceType() === 'fetch') pending.add(request)
      })
      context.on('response', (response) => pending.delete(response.request()))
      context.on('requestfailed', (request) => pending.delete(request))
      context.on('close', () => pending.clear())
      await context.setExtraHTTPHeaders({ 'x-forwarded-for': address })
      await context.clock.install({ time: world.clock.now() })
    },
  }
})
after(async () => {
  await browser?.close()
  await world?.close()
})

const QUIET_MS = 660_000
const PERSON = { address: '198.51.100.77', agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', language: 'en-GB', keeps_cookies: true }

const pending = new Set<Request>()

/** Whatever its script has sent by now is answered. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => fetch('/healthz')).catch(() => undefined)
  await until(() => pending.size === 0)
}

async function arrived(): Promise<ScannedMail> {
  const mail = await arrivedMail(world, acme)
  return { ...mail, links: mail.links.map((link) => link.replace('http://earshot.test', base)) }
}

async function answerPlainly({ links }: ScannedMail, score: number): Promise<void> {
  const visitor = makeVisitor(where.send, PERSON)
  const { forms: [form] } = await visitor.open(links[score] ?? '')
  await where.wait(5000)
  if (!form) throw new Error('nothing can be sent')
  await visitor.submit(form)
}

for (const scanner of SCANNERS.filter(({ needs_browser, name }) => needs_browser || name.startsWith('presses'))) {
  test(`a scanner that ${scanner.does} counts for nothing, and the customer counts`, async () => {
    const mail = await arrived()
    if (scanner.after_customer) await answerPlainly(mail, 3)
    await where.wait(35_000)
    await scanner.scan(mail.links, where)
    if (scanner.name === 'moves') assert.ok((await heldStates(world, mail)).includes('provisional'), 'a page can\'t tell it from a person')
    await where.wait(QUIET_MS)
    assert.deepEqual(await countedScores(world, mail), scanner.after_customer ? [3] : [])
    if (!scanner.after_customer) await answerPlainly(mail, 4)
    await where.wait(QUIET_MS)
    assert.deepEqual(await countedScores(world, mail), scanner.after_customer ? [3] : [4])
  })
}

for (const human of HUMANS.filter(({ needs_browser }) => needs_browser)) {
  test(`one who ${human.does} counts once, with that score`, async () => {
    const mail = await arrived()
    await human.answer(mail.links, where)
    assert.deepEqual(await countedScores(world, mail), human.only_clicks ? [] : [human.score])
    await where.wait(QUIET_MS)
    assert.deepEqual(await countedScores(world, mail), [human.score])
  })
}

/** A page whose score came by its link, as somebody has it before them. */
async function onPage(mail: Pick<ScannedMail, 'links'>, score: number, act: (page: Page) => Promise<void>): Promise<void> {
  await inWindow(where, PERSON, {}, async (page) => {
    await noteAge(page)
    await page.goto(mail.links.at(score) ?? '')
    await act(page)
  })
}

function saved(page: Page): Promise<string | null> {
  return page.locator('.saved[role=status]').textContent()
}

/** From now on its pages note how old they were, in milliseconds, when they sent something by themselves. */
async function noteAge(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const [send, began] = [fetch, performance.now()]
    globalThis.fetch = (...request) => {
      document.documentElement.dataset.age ??= String(performance.now() - began)
      return send(...request)
    }
  })
}

test('a score is saved once the page is a second and a half old and somebody moved, whichever is later, and is announced', async () => {
  const mail = await arrived()
  await onPage(mail, 9, async (page) => {
    await page.mouse.move(100, 100)
    await page.mouse.move(140, 150)
    await where.wait(2000, page)
    assert.ok(Number(await page.locator('html').getAttribute('data-age')) >= 1500)
    assert.deepEqual(await heldStates(world, mail), ['provisional'])
    await page.getByRole('status').filter({ hasText: /saved/ }).waitFor()
    assert.equal(await saved(page), 'Thank you, your answer is saved: 9. Send adds your comment.')
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id), [])
    await page.getByRole('textbox').fill('Quick')
    await page.getByRole('button').click()
    await page.waitForURL('**/thanks')
  })
  assert.deepEqual(await countedScores(world, mail), [9])
  assert.deepEqual(await heldStates(world, mail), [])
})

test('nothing is saved for what programs make up, for scrolling alone, nor for a pointer that stands still', async () => {
  const mail = await arrived()
  await onPage(mail, 9, async (page) => {
    await where.wait(2000, page)
    await page.evaluate(() => {
      for (const type of ['pointermove', 'pointerdown', 'touchmove', 'wheel', 'keydown', 'click']) document.body.dispatchEvent(new Event(type, { bubbles: true }))
      scrollTo(0, 200)
      document.querySelector('button')?.focus()
    })
    await where.wait(10_000, page)
    assert.equal(await saved(page), '')
  })
  assert.deepEqual(await heldStates(world, mail), [])
})

test('where no score came by the link, or the survey asks for Send, nothing is saved by moving', async () => {
  const mail = await arrived()
  await onPage({ links: [mail.links.at(-1) ?? ''] }, 0, async (page) => {
    await where.wait(2000, page)
    await page.keyboard.press('Tab')
    await settled(page)
    assert.equal(await page.locator('.saved').count(), 0)
  })
  await acme.ctx.db.updateTable('surveys').set({ one_click: 'confirm' }).where('account_id', '=', acme.account.id).execute()
  await onPage(mail, 9, async (page) => {
    await where.wait(2000, page)
    await page.keyboard.press('Tab')
    await settled(page)
    assert.equal(await page.locator('.saved').count(), 0)
  })
  await acme.ctx.db.updateTable('surveys').set({ one_click: 'smart' }).where('account_id', '=', acme.account.id).execute()
  assert.deepEqual(await heldStates(world, mail), [])
})

test('a score of a closed-ticket mail is saved in the same way', async () => {
  const closed = await arrivedClosedMail(world, acme, '2001')
  const mail = { links: closed.links.map((link) => link.replace('http://earshot.test', base)) }
  await onPage(mail, 7, async (page) => {
    await where.wait(2000, page)
    await page.keyboard.press('Tab')
    await settled(page)
    await page.getByRole('status').filter({ hasText: /saved: 8/ }).waitFor()
  })
  await where.wait(QUIET_MS)
  assert.deepEqual(await countedForTicket(world, closed.number), [8])
})
