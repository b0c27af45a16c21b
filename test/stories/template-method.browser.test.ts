// once
/** A PSA sends its own closed-ticket mail with our snippet in it; a customer opens it in a real browser, and clicks. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { createSnippetKey } from '../../src/core/snippet-keys.ts'
import { renderSnippet } from '../../src/delivery/snippet.ts'
import { bizratingsClient } from '../support/bizratings.ts'
import { assertFits, openBrowserWorld, type BrowserWorld } from '../support/survey-browser.ts'

let house: BrowserWorld
let public_key: string
before(async () => {
  house = await openBrowserWorld()
  public_key = (await createSnippetKey(house.account.ctx, { name: 'Closed' })).public_key
})
after(() => house.close())

type Ticket = Record<'$FAULTID' | '$USEREMAILADDRESS' | '$USERNAME' | '$AREA' | '$ASSIGNEDTO' | '$SYMPTOM', string>

const TICKET: Ticket = {
  $FAULTID: '100123', $USEREMAILADDRESS: 'pat.obrien@client.example', $USERNAME: 'Pat O\'Brien', $AREA: 'Smith & Sons', $ASSIGNEDTO: 'Ann Lee', $SYMPTOM: 'Printer & scanner at 100% + "offline" again',
}

/** The mail as the PSA sends it: with each placeholder replaced by the text as it is. */
function mailOf(ticket: Ticket, escape = (text: string) => text): string {
  const snippet = renderSnippet({
    public_url: house.base, public_key, psa: 'halopsa', question: 'How satisfied are you with the help you received?', scale: { min: 1, max: 10 }, labels: { min: 'Very poor', max: 'Excellent' },
  })
  const body = Object.entries(ticket).reduce((text, [placeholder, value]) => text.replaceAll(placeholder, () => escape(value)), snippet)
  return `<html><head><meta name="viewport" content="width=device-width"></head><body style="margin:12px"><p>Your ticket is closed.</p>${body}<p>Your service desk</p></body></html>`
}

/** Opens a mail, waits for its image, and clicks a score. */
async function rate(page: Page, mail: string, score: number): Promise<void> {
  await page.setContent(mail, { waitUntil: 'load' })
  await page.getByRole('link', { name: String(score), exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Your feedback' }).waitFor()
}

async function send(page: Page, comment: string): Promise<void> {
  await page.getByRole('textbox').fill(comment)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.waitForURL('**/thanks')
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Thank you')
}

async function read(path: string) {
  return (await bizratingsClient(house.world, house.account.api_key).get(`/api/v1.3/tickets/${path}`)).json()
}

test('an opened mail is a record, and a click and Send are its score', async () => {
  const { page, close } = await house.visit()
  await page.setContent(mailOf(TICKET), { waitUntil: 'load' })
  const sent_on = house.world.clock.now().toISOString()
  // What stands behind the raw quotation mark is lost to the address; nothing else is.
  const expected = { SRServiceRecID: 100123, TicketTitle: 'Printer & scanner at 100% +', CompanyName: 'Smith & Sons', ContactName: 'Pat O\'Brien', ContactEmail: 'pat.obrien@client.example', AssignedResources: 'Ann Lee', SentOn: sent_on, TicketClosedOn: null }
  assert.partialDeepStrictEqual(await read('100123'), { ...expected, Score: null })

  house.world.clock.advance({ minutes: 5 })
  await rate(page, mailOf(TICKET), 9)
  assert.ok(await page.getByRole('radio', { name: '9', exact: true }).isChecked())
  assert.ok(await page.getByText('About: Printer & scanner at 100% +').isVisible())
  assert.equal((await read('100123')).Score, null, 'a click alone stores nothing')
  await send(page, 'Thanks & bye')
  assert.partialDeepStrictEqual(await read('100123'), { ...expected, Score: 9, Comment: 'Thanks & bye' })
  assert.deepEqual((await read('responses')).map((row: { SRServiceRecID: number, Score: number }) => [row.SRServiceRecID, row.Score]), [[100123, 9]])

  await page.setContent(mailOf(TICKET), { waitUntil: 'load' })
  await page.getByRole('link', { name: '1', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Already answered' }).waitFor()
  await close()
})

test('with images blocked the rating makes the record', async () => {
  const { page, close } = await house.visit({ javaScriptEnabled: false })
  await page.route('**/*.gif*', (route) => route.abort())
  const ticket = { ...TICKET, $FAULTID: '100124' }
  await page.setContent(mailOf(ticket), { waitUntil: 'load' })
  assert.equal((await read('100124')).status, 404)
  await rate(page, mailOf(ticket), 3)
  await page.getByRole('radio', { name: '4', exact: true }).check()
  await send(page, 'Slow')
  const record = await read('100124')
  assert.partialDeepStrictEqual(record, { Score: 4, Comment: 'Slow', SentOn: record.RespondedOn })
  await close()
})

test('a PSA that escapes its texts has them whole', async () => {
  const { page, close } = await house.visit()
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  await page.setContent(mailOf({ ...TICKET, $FAULTID: '100125' }, escape), { waitUntil: 'load' })
  assert.partialDeepStrictEqual(await read('100125'), { TicketTitle: TICKET.$SYMPTOM, CompanyName: 'Smith & Sons' })
  await close()
})

test('two contacts of one ticket are two records', async () => {
  const { page, close } = await house.visit()
  for (const email of ['one@client.example', 'two@client.example']) await page.setContent(mailOf({ ...TICKET, $FAULTID: '100126', $USEREMAILADDRESS: email }), { waitUntil: 'load' })
  const sent = await house.world.ground.db.selectFrom('invitations').select('email').where('reference', '=', '100126').orderBy('id').execute()
  assert.deepEqual(sent.map(({ email }) => email), ['one@client.example', 'two@client.example'])
  await close()
})

test('every score is 44 pixels wide and high, and at 320 pixels they go into rows', async () => {
  const { page, close } = await house.visit({ viewport: { width: 320, height: 568 } })
  await page.setContent(mailOf(TICKET), { waitUntil: 'load' })
  await assertFits(page)
  const boxes = await Promise.all((await page.getByRole('link').all()).map((link) => link.boundingBox()))
  assert.equal(boxes.length, 10)
  for (const box of boxes) assert.ok(box && box.width >= 44 && box.height >= 44, JSON.stringify(box))
  assert.equal(new Set(boxes.map((box) => box?.y)).size, 2)
  await page.setViewportSize({ width: 1280, height: 800 })
  assert.equal(new Set(await Promise.all((await page.getByRole('link').all()).map(async (link) => (await link.boundingBox())?.y))).size, 1)
  await close()
})
