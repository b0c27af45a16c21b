// once
/** Nine kinds of link scanners and eight kinds of people, as far as they need no browser: scanners.browser.test.ts has the others. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { HUMANS } from '../../src/scanners/humans.ts'
import { scoreOf } from '../../src/scanners/page-reader.ts'
import { SCANNERS, type Scanner } from '../../src/scanners/scanners.ts'
import type { Surroundings } from '../../src/scanners/surroundings.ts'
import { makeVisitor } from '../../src/scanners/visitor.ts'
import { arrivedClosedMail, arrivedMail, countedForTicket, countedScores, passTime, sendInto, type ScannedMail } from '../support/scanned-mail.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

let world: World
let acme: TestAccount
let where: Surroundings

before(async () => {
  world = await openWorld()
  acme = await world.account()
  where = { send: sendInto(world), wait: (ms) => passTime(world, ms), browser: null }
})
after(() => world?.close())

const QUIET_MS = 660_000

/** From another machine than all others here, without cookies, JavaScript or a word: nothing speaks for them. */
async function answerPlainly({ links }: Pick<ScannedMail, 'links'>, score: number): Promise<void> {
  const visitor = makeVisitor(where.send, { address: '198.51.100.99', agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0', language: 'de', keeps_cookies: false })
  const { forms: [form] } = await visitor.open(links.find((link) => scoreOf(link) === score) ?? '')
  await where.wait(5000)
  if (!form) throw new Error('nothing can be sent')
  await visitor.submit(form)
}

/** The links from this one on, and the others after them: so each score is the first once. */
function beginningWith(links: string[], score: number): string[] {
  return [...links.slice(score), ...links.slice(0, score)]
}

async function scan(scanner: Scanner, score: number): Promise<void> {
  const mail = await arrivedMail(world, acme)
  assert.equal(mail.links.length, 12)
  if (scanner.after_customer) await answerPlainly(mail, 3)
  if (scanner.after_customer) await where.wait(35_000)
  await scanner.scan(beginningWith(mail.links, score), where)
  await where.wait(QUIET_MS)
  assert.deepEqual(await countedScores(world, mail), scanner.after_customer ? [3] : [])
  if (scanner.after_customer) return
  await answerPlainly(mail, 4)
  await where.wait(QUIET_MS)
  assert.deepEqual(await countedScores(world, mail), [4], 'and the customer\'s answer counts')
}

for (const scanner of SCANNERS.filter(({ needs_browser }) => !needs_browser)) {
  test(`a scanner that ${scanner.does} counts for nothing, whichever score it begins with`, async () => {
    for (let score = 0; score <= 10; score++) await scan(scanner, score)
  })
}

test('the links of a closed-ticket mail are scanned in all these ways for nothing, and its customer counts', async () => {
  for (const [index, scanner] of SCANNERS.filter(({ needs_browser }) => !needs_browser).entries()) {
    const mail = await arrivedClosedMail(world, acme, `10${index}`)
    if (scanner.after_customer) await answerPlainly(mail, 3)
    await where.wait(35_000)
    await scanner.scan(mail.links, where)
    await where.wait(QUIET_MS)
    assert.deepEqual(await countedForTicket(world, mail.number), scanner.after_customer ? [3] : [], scanner.name)
    if (!scanner.after_customer) await answerPlainly(mail, 4)
    await where.wait(QUIET_MS)
    assert.deepEqual(await countedForTicket(world, mail.number), scanner.after_customer ? [3] : [4], scanner.name)
  }
})

for (const human of HUMANS.filter(({ needs_browser }) => !needs_browser)) {
  test(`one who ${human.does} counts once, with that score`, async () => {
    const mail = await arrivedMail(world, acme)
    world.clock.advance({ days: human.days_later ?? 0 })
    await human.answer(mail.links, where)
    assert.deepEqual(await countedScores(world, mail), [human.score])
    await where.wait(QUIET_MS)
    assert.deepEqual(await countedScores(world, mail), [human.score])
  })
}

test('there are nine scanners and eight people', () => {
  assert.deepEqual([SCANNERS.length, HUMANS.length], [9, 8])
  assert.equal(new Set([...SCANNERS, ...HUMANS].map(({ name }) => name)).size, 17)
})
