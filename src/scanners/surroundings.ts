import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { Identity, Send } from './visitor.ts'

/** Where scanners and people do what they do. */
export interface Surroundings {
  send: Send
  /** Lets time pass; where it is a page that waits, for that too. */
  wait(ms: number, page?: Page): Promise<void>
  /** A browser that is looked through by nobody; null where there is none. */
  browser: Browser | null
  /** Prepares what a browser opens, before it opens anything. */
  prepare?(context: BrowserContext, identity: Identity): Promise<void>
}

/** Opens a browser's window as somebody, and closes it. Throws where there is no browser. */
export async function inWindow<T>({ browser, prepare }: Surroundings, identity: Identity, options: BrowserContextOptions, act: (page: Page) => Promise<T>): Promise<T> {
  if (!browser) throw new Error('there is no browser')
  const context = await browser.newContext({ ...identity.agent === null ? {} : { userAgent: identity.agent }, locale: identity.language?.split(',')[0] ?? 'en-US', ...options })
  try {
    await prepare?.(context, identity)
    return await act(await context.newPage())
  } finally {
    await context.close()
  }
}
