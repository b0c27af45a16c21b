import type { Page } from 'playwright-core'
import type { Form } from './page-reader.ts'
import { inWindow, type Surroundings } from './surroundings.ts'
import { makeVisitor, type Identity, type Visitor } from './visitor.ts'

/** A machine that follows the links of a mail, so as security services for mails do. */
export interface Scanner {
  name: string
  /** In a sentence. */
  does: string
  /** It comes once the customer has answered. */
  after_customer?: boolean
  /** Without a browser it can't do anything. */
  needs_browser?: boolean
  /** Follows these links, which are all of a mail's that lead to its survey. */
  scan(links: readonly string[], where: Surroundings): Promise<void>
}

/** Old as its system image, as security services run them. */
const OLD: Identity = { address: '203.0.113.11', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.130 Safari/537.36', language: null, keeps_cookies: false }
/** Tells nothing of what it is. */
const HIDDEN: Identity = { address: '203.0.113.12', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36', language: 'en-US,en;q=0.9', keeps_cookies: true }
const NAMELESS: Identity = { address: '203.0.113.13', agent: null, language: null, keeps_cookies: false }
/** As a headless browser that was told to hide it calls itself. */
const DISGUISED: Identity = { ...HIDDEN, address: '203.0.113.14', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36' }

const LOOK_MS = 15_000

export const SCANNERS: readonly Scanner[] = [
  {
    name: 'heads', does: 'asks for the head of each link',
    scan: (links, { send }) => eachOf(links, makeVisitor(send, NAMELESS).head),
  },
  {
    name: 'gets', does: 'opens all links within two seconds',
    scan: async (links, { send }) => void await Promise.all(links.map(makeVisitor(send, OLD).open)),
  },
  {
    name: 'changes', does: 'opens each link with other queries and another score',
    async scan(links, { send }) {
      const { open } = makeVisitor(send, OLD)
      for (const link of links) for (const other of changed(link)) await open(other)
    },
  },
  {
    name: 'follows', does: 'asks for the head of each link, then opens it and whatever it leads to',
    async scan(links, { send }) {
      const visitor = makeVisitor(send, HIDDEN)
      for (const link of links) {
        await visitor.head(link)
        const { links: onward } = await visitor.open(link)
        for (const next of onward.filter((one) => new URL(one).origin === new URL(link).origin)) await visitor.open(next)
      }
    },
  },
  {
    name: 'waits', does: 'opens each link in a browser that runs scripts, and waits 15 seconds', needs_browser: true,
    scan: (links, where) => inWindow(where, { ...DISGUISED, agent: null }, {}, (page) => eachOf(links, async (link) => {
      await page.goto(link)
      await where.wait(LOOK_MS, page)
    })),
  },
  {
    name: 'moves', does: 'opens each link in a browser that looks like a person\'s, scrolls, and moves the pointer as people do', needs_browser: true,
    scan: (links, where) => inWindow(where, DISGUISED, {}, (page) => eachOf(links, async (link) => {
      await page.goto(link)
      await where.wait(2000, page)
      await moveAbout(page)
      await where.wait(LOOK_MS - 2000, page)
    })),
  },
  {
    name: 'presses', does: 'presses every button and posts every form before the customer comes',
    scan: pressEverything,
  },
  {
    name: 'presses later', does: 'presses every button and posts every form after the customer has answered', after_customer: true,
    scan: pressEverything,
  },
  {
    name: 'two at once', does: 'posts every form, and is two at once from two addresses',
    async scan(links, where) {
      await Promise.all([HIDDEN, { ...HIDDEN, address: '203.0.113.15' }].map((identity) => postForms(links, where, identity)))
    },
  },
]

/** By plain requests, and again in a browser where there is one. */
async function pressEverything(links: readonly string[], where: Surroundings): Promise<void> {
  await postForms(links, where, HIDDEN)
  if (!where.browser) return
  await inWindow(where, DISGUISED, {}, (page) => eachOf(links, async (link) => {
    await page.goto(link)
    await where.wait(4000, page)
    await moveAbout(page)
    for (const button of await page.getByRole('button').all()) await button.click({ timeout: 2000 }).catch(() => undefined)
  }))
}

/** Each form in its turn, some seconds after its page: fast ones are easily told. */
async function postForms(links: readonly string[], where: Surroundings, identity: Identity): Promise<void> {
  const visitor = makeVisitor(where.send, identity)
  for (const link of links) {
    const { forms } = await visitor.open(link)
    await where.wait(4000)
    await postAll(forms, visitor)
  }
}

async function postAll(forms: readonly Form[], visitor: Visitor): Promise<void> {
  for (const form of forms) await visitor.submit(withSomething(form))
}

/** The first of a group of which nothing is chosen. */
function withSomething(form: Form): Form {
  const chosen = new Set(form.controls.filter(({ type, is_set }) => type === 'radio' && is_set).map(({ name }) => name))
  return {
    ...form,
    controls: form.controls.map((control) => {
      if (control.type !== 'radio' || chosen.has(control.name)) return control
      chosen.add(control.name)
      return { ...control, is_set: true }
    }),
  }
}

function changed(link: string): string[] {
  const more = `${link}${link.includes('?') ? '&' : '?'}`
  return [`${more}utm_source=scan`, `${more}score=1`, link.replace(/\/r\/\d+\./, '/r/7.'), link.replace(/score=\d+/, 'score=7')]
}

async function moveAbout(page: Page): Promise<void> {
  await page.mouse.move(40, 60)
  await page.mouse.move(220, 300, { steps: 7 })
  await page.mouse.wheel(0, 200)
  await page.mouse.move(180, 120, { steps: 5 })
}

async function eachOf(links: readonly string[], act: (link: string) => Promise<void>): Promise<void> {
  for (const link of links) await act(link)
}
