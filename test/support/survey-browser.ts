import assert from 'node:assert/strict'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from './chromium.ts'
import { openWorld, type TestAccount, type World } from './world.ts'

/** A world that listens, with a browser in front of it. */
export interface BrowserWorld {
  world: World
  account: TestAccount
  /** What addresses begin with. */
  base: string
  /** A page of a fresh visitor. Whatever it says on its console is a complaint, and so is any request but those for pages and their script. */
  visit(options?: BrowserContextOptions): Promise<Visit>
  close(): Promise<void>
}

export interface Visit { page: Page, complaints: string[], close(): Promise<void> }

export async function openBrowserWorld(): Promise<BrowserWorld> {
  const browser = await launchBrowser()
  const world = await openWorld()
  const account = await world.account({ name: 'Northwind IT' })
  const base = await world.app.listen({ port: 0, host: '127.0.0.1' })
  return {
    world, account, base,
    visit: (options) => visit(browser, world, base, options),
    async close() {
      await browser.close()
      await world.close()
    },
  }
}

/** What was answered to an invitation: question id (and staff id), and the answer. */
export async function answersTo(world: World, invitation_id: number): Promise<string[]> {
  const rows = await world.ground.db.selectFrom('answers as a').innerJoin('responses as r', (join) => join.onRef('r.account_id', '=', 'a.account_id').onRef('r.id', '=', 'a.response_id'))
    .where('r.invitation_id', '=', invitation_id).select(['a.value', 'a.text', 'a.choices']).orderBy('a.id').execute()
  return rows.map(({ value, text, choices }) => String(value ?? text ?? choices))
}

/** Fails where the page can be scrolled sideways. */
export async function assertFits(page: Page): Promise<void> {
  const { wide, high } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, high: document.documentElement.scrollHeight }))
  assert.ok(wide <= 0, `${wide} px too wide at ${page.url()}`)
  assert.ok(high > 100)
}

async function visit(browser: Browser, world: World, base: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ baseURL: base, locale: 'en-GB', ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  // Whoever sends a page off has looked at it: in less than two seconds nobody does.
  page.on('domcontentloaded', () => world.clock.advance({ seconds: 3 }))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (request.resourceType() !== 'document' && !/\/survey-page\.\w+\.js$/.test(request.url())) complaints.push(`a request for ${request.url()}`)
  })
  return { page, complaints, close: () => context.close() }
}
