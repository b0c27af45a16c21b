import axe from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Those rules of axe that look at colours and sizes: all others say the same of a page in the dark or in another window. */
const RULES_OF_LOOKS = ['color-contrast', 'link-in-text-block', 'target-size']

/** What axe finds wrong with a page as it is now, or with its looks alone, and where. It is put into a page once, which is what takes its time. */
export async function axeFaults(page: Page, looks_at: 'all' | 'looks' = 'all'): Promise<{ id: string, where: string[] }[]> {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe.source)
  const rules = looks_at === 'all' ? { type: 'tag' as const, values: TAGS } : { type: 'rule' as const, values: RULES_OF_LOOKS }
  const { violations, passes } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ['violations'] }), rules)
  // Joined letters are an icon's to axe, which has no contrast: of a page that is Arabic all through there are no colours to look at.
  if (looks_at === 'all' && passes.length <= 5) throw new Error(`axe did not look at ${page.url()}`)
  return violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html) }))
}

declare global {
  interface Window { axe: typeof axe }
}
