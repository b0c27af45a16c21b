import type { Page } from 'playwright-core'
import { scoreOf, type Form } from './page-reader.ts'
import { inWindow, type Surroundings } from './surroundings.ts'
import { makeVisitor, type Identity, type Visited } from './visitor.ts'

/** Somebody who answers a mail, each in their own way. */
export interface Human {
  name: string
  /** In a sentence. */
  does: string
  /** What they say in the end, on a scale from 0 to 10. */
  score: number
  needs_browser?: boolean
  /** So long after the mail. */
  days_later?: number
  /** They only click, and never send. */
  only_clicks?: boolean
  answer(links: readonly string[], where: Surroundings): Promise<void>
}

/** One of their own each: whoever shares address and browser with a scanner shares its fate. */
function agent(version: number): string {
  return `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`
}

const DESKTOP = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const PHONE = 'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36'
const TABLET = 'Mozilla/5.0 (iPad; CPU OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1'
const PERSON: Identity = { address: '198.51.100.21', agent: DESKTOP, language: 'en-GB,en;q=0.9', keeps_cookies: true }

export const HUMANS: readonly Human[] = [
  {
    name: 'mouse', does: 'clicks a score in the mail, moves the mouse, and closes the page', score: 9, needs_browser: true, only_clicks: true,
    answer: (links, where) => inWindow(where, PERSON, {}, async (page) => {
      await page.goto(linkOf(links, 9))
      await where.wait(1200, page)
      await page.mouse.move(200, 200)
      await page.mouse.move(320, 260, { steps: 6 })
      await where.wait(3000, page)
      await seesThatItIsSaved(page)
    }),
  },
  {
    name: 'touch', does: 'taps a score on a phone, and Send', score: 8, needs_browser: true,
    answer: (links, where) => inWindow(where, { ...PERSON, address: '198.51.100.22', agent: PHONE }, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, async (page) => {
      await page.goto(linkOf(links, 8))
      await where.wait(3000, page)
      await page.getByRole('button').tap()
      await page.waitForURL('**/thanks')
    }),
  },
  {
    name: 'keyboard', does: 'opens a score by the keyboard, writes a comment, and presses Send', score: 7, needs_browser: true,
    answer: (links, where) => inWindow(where, { ...PERSON, address: '198.51.100.23', agent: DESKTOP.replace('156', '155') }, {}, async (page) => {
      await page.goto(linkOf(links, 7))
      await where.wait(2500, page)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.type('Quick & friendly')
      await where.wait(4000, page)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/thanks')
    }),
  },
  {
    name: 'no script', does: 'has no JavaScript, and presses Send', score: 10,
    answer: (links, where) => look(links, where, { ...PERSON, address: '198.51.100.24', agent: agent(151) }, 10, 6000),
  },
  {
    name: 'no cookies', does: 'has neither JavaScript nor cookies, and presses Send', score: 6,
    answer: (links, where) => look(links, where, { ...PERSON, address: '198.51.100.25', agent: TABLET, keeps_cookies: false }, 6, 5000),
  },
  {
    name: 'forwarded', does: 'looks at the page and forwards the mail; a colleague answers otherwise', score: 4,
    async answer(links, where) {
      await makeVisitor(where.send, { ...PERSON, address: '198.51.100.26', agent: agent(149) }).open(linkOf(links, 9))
      await where.wait(90_000)
      await look(links, where, { ...PERSON, address: '192.0.2.27', agent: PHONE.replace('Pixel 9', 'Pixel 10') }, 4, 8000)
    },
  },
  {
    name: 'mind changed', does: 'clicks one score, then another, sends a third, and sends once more', score: 2,
    async answer(links, where) {
      const visitor = makeVisitor(where.send, { ...PERSON, address: '198.51.100.28', agent: agent(148) })
      await visitor.open(linkOf(links, 5))
      await where.wait(5000)
      const page = await visitor.open(linkOf(links, 3))
      await where.wait(9000)
      await visitor.submit(choosing(formOf(page), 4))
      await where.wait(120_000)
      await visitor.submit(choosing(formOf(page), 2))
    },
  },
  {
    name: 'late', does: 'answers thirty days later', score: 5, days_later: 30,
    answer: (links, where) => look(links, where, { ...PERSON, address: '198.51.100.29', agent: TABLET.replace('26_1', '26_0') }, 5, 7000),
  },
]

/** The customer of a scanner that comes later: no JavaScript, and Send. */
export async function answerFirst(links: readonly string[], where: Surroundings, score: number): Promise<void> {
  await look(links, where, { ...PERSON, address: '198.51.100.30', agent: agent(150) }, score, 5000)
}

/** Opens a score's link, reads for so long, and sends the form as it stands. */
async function look(links: readonly string[], { send, wait }: Surroundings, identity: Identity, score: number, read_ms: number): Promise<void> {
  const visitor = makeVisitor(send, identity)
  const page = await visitor.open(linkOf(links, score))
  await wait(read_ms)
  await visitor.submit(formOf(page))
}

/** The form with another score in its first scale. */
function choosing(form: Form, score: number): Form {
  const scale = form.controls.find(({ type }) => type === 'radio')?.name
  return { ...form, controls: form.controls.map((control) => control.name === scale && control.type === 'radio' ? { ...control, is_set: control.value === String(score) } : control) }
}

function formOf({ forms, status }: Visited): Form {
  const form = forms.at(-1)
  if (!form) throw new Error(`the page has no form, and status ${status}`)
  return form
}

function linkOf(links: readonly string[], score: number): string {
  const link = links.find((one) => scoreOf(one) === score)
  if (link === undefined) throw new Error(`the mail has no link for ${score}`)
  return link
}

/** Until the page says so, as a person does. */
async function seesThatItIsSaved(page: Page): Promise<void> {
  await page.getByRole('status').filter({ hasText: /\S/ }).waitFor({ timeout: 5000 })
}
