import axe from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds wrong with a page as it is now, and where. It is put into a page once, which is what takes its time. */
export async function axeFaults(page: Page): Promise<{ id: string, where: string[] }[]> {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe.source)
  const { violations, passes } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }), TAGS)
  if (passes.length <= 5) throw new Error(`axe did not look at ${page.url()}`)
  return violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html) }))
}

declare global {
  interface Window { axe: typeof axe }
}
