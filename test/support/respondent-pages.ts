import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { buildApp } from '../../src/app.ts'
import { scoreCode } from '../../src/core/clicks/links.ts'
import type { Ground } from '../../src/core/context.ts'
import { countHit, countHitBehind } from '../../src/core/rate-limits.ts'
import { createSnippetKey } from '../../src/core/snippet-keys.ts'
import { archiveSurvey } from '../../src/core/surveys.ts'
import { setWidget } from '../../src/core/widgets.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { textsOf } from '../../src/texts/catalogue.ts'
import type { Locale } from '../../src/texts/locales.ts'
import type { NoticeKind, OptOutStage } from '../../src/texts/shape.ts'
import { answerOnPage } from './answering.ts'
import { invite } from './invitations.ts'
import type { BrowserWorld } from './survey-browser.ts'
import { makeSurveyLink } from './survey-link.ts'
import { WHOLE_DESIGN, WHOLE_QUESTIONS, WHOLE_STAFF } from './whole-survey.ts'

/** A page that a respondent can come to, and how. What its heading says: the survey's own, that of changing it, or that of a notice. */
export interface RespondentPage { name: string, says: 'survey' | 'change' | NoticeKind | OptOutStage, open: (page: Page, locale: Locale) => Promise<void> }

/** All of them; to be closed before the house is. They share their surveys and links, so that they are opened one after the other, in a browser that keeps its cookies. */
export interface RespondentPages { pages: RespondentPage[], close(): Promise<void> }

const SMALL_QUESTIONS = [{ type: 'rating' as const, text: 'Well?', scale: { min: 1, max: 5 }, required: true }]
const SMALL_DESIGN = { ...WHOLE_DESIGN, fields: [], consent: null }

/** Every page that there is, in any language: each route and each state of src/survey-pages. */
export async function openRespondentPages(house: BrowserWorld): Promise<RespondentPages> {
  const { world, account: { ctx } } = house
  const makeWhole = () => makeSurveyLink(ctx, { questions: WHOLE_QUESTIONS, design: WHOLE_DESIGN, staff: WHOLE_STAFF, case_title: 'The printer' })
  const makeSmall = () => makeSurveyLink(ctx, { questions: SMALL_QUESTIONS, design: SMALL_DESIGN })

  const late = await makeSmall()
  world.clock.advance({ days: 181 })
  const [whole, clicked, own, answered, archived] = [await makeWhole(), await makeSmall(), await makeWhole(), await makeSurveyLink(ctx), await makeSmall()]
  await answerOnPage(world, `/surveys/${answered.token}`, { score: 9 })
  await archiveSurvey(ctx, archived.survey.id)
  const [ask, done, back] = await Promise.all(['ask', 'done', 'back'].map(async (who) => `/unsubscribe/${(await invite(ctx, { survey_id: whole.survey.id, email: `${who}@client.test`, ignore_throttle: true })).token}`))
  await world.app.inject({ method: 'POST', url: done ?? '' })
  const [open, framed, gone] = [await makeWhole(), await makeWhole(), await makeSmall()]
  await setWidget(ctx, framed.survey.id, { trigger: 'tab' })
  await archiveSurvey(ctx, gone.survey.id)
  const key = (await createSnippetKey(ctx, { name: 'Closed' })).public_key
  const rate = (ticket: number) => `/rate/${key}/7?ticket=${ticket}&email=jo@client.test&title=Printer %26 scanner`
  await answerOnPage(world, rate(6), { score: 9 })
  const { strict, broken, close } = await openOtherServers(house)

  return {
    close,
    pages: [
      { name: 'the survey', says: 'survey', open: (page, locale) => go(page, locale, `/surveys/${whole.token}`) },
      { name: 'the survey with all its questions', says: 'survey', open: (page, locale) => openWhole(page, locale, whole.token) },
      { name: 'the survey with faults', says: 'survey', open: (page, locale) => send(page, () => openWhole(page, locale, whole.token)) },
      { name: 'the survey of a button in a mail, its score being saved', says: 'survey', open: (page, locale) => click(page, locale, `/surveys/${clicked.token}/r/${scoreCode(clicked.token, 4)}`) },
      { name: 'the survey of a closed-ticket mail', says: 'survey', open: (page, locale) => go(page, locale, rate(5)) },
      { name: 'the survey of a closed-ticket mail with faults', says: 'survey', open: (page, locale) => send(page, () => go(page, locale, rate(5).replace('/7?', '/77?'))) },
      { name: 'the survey of a closed-ticket mail that has to wait', says: 'survey', open: (page, locale) => limited(house, 'template answer of 127.0.0.1', 600, page, () => send(page, () => go(page, locale, rate(5)))) },
      { name: 'the survey by its open link', says: 'survey', open: (page, locale) => go(page, locale, `/surveys/${open.survey.code}`) },
      { name: 'the survey by its open link with faults', says: 'survey', open: (page, locale) => send(page, () => openWhole(page, locale, open.survey.code)) },
      { name: 'the survey in a frame', says: 'survey', open: (page, locale) => go(page, locale, `/surveys/${framed.survey.code}?embed=1`) },
      { name: 'the survey in a frame with faults', says: 'survey', open: (page, locale) => send(page, () => go(page, locale, `/surveys/${framed.survey.code}?embed=1`)) },
      { name: 'thanks, with a link to change and to review', says: 'thanks', open: async (page, locale) => { await answerOnce(page, own.token); await go(page, locale, `/surveys/${own.token}/thanks`) } },
      { name: 'answered, by this browser', says: 'answered', open: async (page, locale) => { await answerOnce(page, own.token); await go(page, locale, `/surveys/${own.token}`) } },
      { name: 'the survey once more, to change it', says: 'change', open: async (page, locale) => { await answerOnce(page, own.token); await go(page, locale, `/surveys/${own.token}/change`) } },
      {
        name: 'the survey once more, with faults', says: 'change',
        open: (page, locale) => send(page, async () => {
          await answerOnce(page, own.token)
          await go(page, locale, `/surveys/${own.token}/change`)
          await page.locator('#email').fill('')
        }),
      },
      { name: 'thanks', says: 'thanks', open: (page, locale) => go(page, locale, `/surveys/${answered.token}/thanks`) },
      { name: 'answered', says: 'answered', open: (page, locale) => go(page, locale, `/surveys/${answered.token}`) },
      { name: 'answered twice', says: 'answered', open: (page, locale) => post(page, `${house.base}/surveys/${answered.token}?locale=${locale}`, { text: '1' }) },
      { name: 'thanks by a closed-ticket mail', says: 'thanks', open: (page, locale) => go(page, locale, `/rate/${key}/thanks`) },
      { name: 'answered by a closed-ticket mail', says: 'answered', open: (page, locale) => go(page, locale, rate(6)) },
      { name: 'thanks by an open link', says: 'thanks', open: (page, locale) => go(page, locale, `/surveys/${open.survey.code}/thanks`) },
      { name: 'thanks in a frame', says: 'thanks', open: (page, locale) => go(page, locale, `/surveys/${framed.survey.code}/thanks?embed=1`) },
      { name: 'closed, as its survey is archived', says: 'expired', open: (page, locale) => go(page, locale, `/surveys/${archived.token}`) },
      { name: 'closed, as its days are over', says: 'expired', open: (page, locale) => go(page, locale, `/surveys/${late.token}`) },
      { name: 'an open link that is closed', says: 'expired', open: (page, locale) => go(page, locale, `/surveys/${gone.survey.code}`) },
      { name: 'a frame that is closed', says: 'expired', open: (page, locale) => go(page, locale, `/surveys/${gone.survey.code}?embed=1`) },
      { name: 'an unknown link', says: 'unknown', open: (page, locale) => go(page, locale, '/surveys/AAAA') },
      { name: 'a closed-ticket link without a ticket', says: 'bad_link', open: (page, locale) => go(page, locale, `/rate/${key}/7?email=jo@client.test`) },
      { name: 'an unknown link to unsubscribe', says: 'unknown_link', open: (page, locale) => go(page, locale, '/unsubscribe/AAAA') },
      { name: 'unsubscribe', says: 'ask', open: (page, locale) => go(page, locale, ask ?? '') },
      { name: 'unsubscribed', says: 'done', open: (page, locale) => go(page, locale, done ?? '') },
      {
        name: 'subscribed again', says: 'back',
        async open(page, locale) {
          await world.app.inject({ method: 'POST', url: back ?? '' })
          await send(page, () => go(page, locale, back ?? ''))
        },
      },
      { name: 'too many visits', says: 'limited', open: (page, locale) => limited(house, 'survey visit 127.0.0.1', 60, page, () => go(page, locale, `/surveys/${whole.token}`)) },
      { name: 'more than is taken', says: 'too_large', open: (page, locale) => post(page, `${house.base}/surveys/${whole.token}?locale=${locale}`, { text: 'x'.repeat(300_000) }) },
      { name: 'what is no form', says: 'not_a_form', open: (page, locale) => post(page, `${house.base}/surveys/${whole.token}?locale=${locale}`, { text: '1', enctype: 'text/plain' }) },
      { name: 'an answer without HTTPS', says: 'not_secure', open: (page, locale) => post(page, `${strict}/surveys/${whole.token}?locale=${locale}`, { text: '1' }) },
      { name: 'a fault of ours', says: 'broken', open: async (page, locale) => void await page.goto(`${broken}/surveys/${whole.token}?locale=${locale}`) },
    ],
  }
}

/** What such a page has for its heading. */
export function headingOf(says: RespondentPage['says'], locale: Locale): string {
  const { heading, form, notices, opt_out } = textsOf(locale)
  switch (says) {
    case 'survey': return heading
    case 'change': return form.change.heading
    case 'ask':
    case 'done':
    case 'back': return opt_out[says].heading
    default: return notices[says].heading
  }
}

/** The form of a survey that has everything, with all its questions to be seen. */
export async function openWholeSurvey({ account }: BrowserWorld, page: Page, locale: Locale): Promise<void> {
  const { token } = await makeSurveyLink(account.ctx, { questions: WHOLE_QUESTIONS, design: WHOLE_DESIGN, staff: WHOLE_STAFF, case_title: 'The printer', locale })
  await openWhole(page, locale, token)
}

async function openWhole(page: Page, locale: Locale, link: string): Promise<void> {
  await go(page, locale, `/surveys/${link}`)
  await page.locator('.faces [type=radio]').first().check()
  await page.getByRole('combobox').selectOption('Something else')
}

async function go(page: Page, locale: Locale, path: string): Promise<void> {
  await page.goto(`${path}${path.includes('?') ? '&' : '?'}locale=${locale}`)
}

/** Sends the form of the page that is opened, and waits for what is said to that: all of these pages have one button, and what comes in its place lies at the same address. */
async function send(page: Page, open: () => Promise<void>): Promise<void> {
  await open()
  await Promise.all([page.waitForEvent('domcontentloaded'), page.getByRole('button').click()])
}

/** What the page's script does, once it has seen somebody move. */
async function click(page: Page, locale: Locale, path: string): Promise<void> {
  await go(page, locale, path)
  await page.mouse.move(10, 10)
  await page.mouse.move(20, 20)
  await page.locator('.saved:not(:empty)').waitFor()
}

/** Unless this browser has done so already. */
async function answerOnce(page: Page, token: string): Promise<void> {
  await page.goto(`/surveys/${token}`)
  if (await page.locator('form').count() === 0) return
  await page.getByRole('radio', { name: 'Good', exact: true }).check()
  await page.locator('#email').fill('jo@client.test')
  await page.locator('#consent').check()
  await page.getByRole('button').click()
  await page.waitForURL('**/thanks')
}

/** A form that is none of ours. */
async function post(page: Page, address: string, { text, enctype = 'application/x-www-form-urlencoded' }: { text: string, enctype?: string }): Promise<void> {
  await page.goto('about:blank')
  await page.evaluate((form) => {
    const element = Object.assign(document.createElement('form'), { method: 'post', action: form.address, enctype: form.enctype })
    element.append(Object.assign(document.createElement('input'), { name: 'q1', value: form.text }))
    document.body.append(element)
    element.submit()
  }, { address, text, enctype })
  await page.waitForURL(address)
}

/** A page as it is while a limit is reached, which others are to know nothing of. */
async function limited({ world: { ground, clock } }: BrowserWorld, bucket: string, window_seconds: number, page: Page, open: () => Promise<void>): Promise<void> {
  const setHits = (hits: number) => ground.db.updateTable('rate_limits').set({ hits }).where('bucket', '=', bucket).execute()
  await countHit(ground, bucket, 1_000_000, window_seconds)
  await setHits(100_000)
  while (!isKnownLimited(ground, bucket, window_seconds)) await pause(20)
  await open()
  await page.getByRole('heading', { level: 1 }).waitFor()
  clock.advance({ seconds: window_seconds })
}

/** Whether a process that counts behind knows of it by now. */
function isKnownLimited(ground: Ground, bucket: string, window_seconds: number): boolean {
  try {
    countHitBehind(ground, bucket, 99_999, window_seconds)
    return false
  } catch {
    return true
  }
}

/** The same server where it takes nothing but HTTPS; and where its database is gone. */
async function openOtherServers({ world: { ground, config } }: BrowserWorld): Promise<{ strict: string, broken: string, close(): Promise<void> }> {
  const nowhere = openDatabase({ connection: { host: '127.0.0.1', port: 1 } })
  const apps = [await buildApp({ ground, config: { ...config, require_https: true } }), await buildApp({ ground: { ...ground, db: nowhere.db }, config })]
  const [strict = '', broken = ''] = await Promise.all(apps.map((app) => app.listen({ port: 0, host: '127.0.0.1' })))
  return {
    strict, broken,
    async close() {
      await Promise.all(apps.map((app) => app.close()))
      await nowhere.close()
    },
  }
}
