// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SUSPECT_AT, weigh, weightOf, type Facts, type PageFacts, type Touch } from './evidence.ts'

const AT = new Date('2026-03-16T10:00:00Z')
const BROWSER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'

function before(seconds: number): Date {
  return new Date(AT.getTime() - seconds * 1000)
}

/** Somebody without JavaScript and cookies who read the page for ten seconds, and what is given. */
function facts(given: Partial<Omit<Facts, 'page'>> & { page?: Partial<PageFacts> } = {}): Facts {
  const page = { link: 'a link', page_session: 'one', issued_at: before(10), is_trapped: false, cookie_returned: false, accept_language: 'en', gesture: false, from_scanner_network: false, ...given.page }
  return { user_agent: BROWSER, has_comment: false, at: AT, sent_at: null, points: 11, touches: [], other_links: 0, is_sent: true, ...given, page }
}

function touch(given: Partial<Touch> & { seconds_before?: number } = {}): Touch {
  const { seconds_before = 10, ...rest } = given
  return { at: before(seconds_before), method: 'GET', score: null, is_trap: false, is_same_client: true, ...rest }
}

const WEIGHTS: [string, Partial<Omit<Facts, 'page'>> & { page?: Partial<PageFacts> }, number][] = [
  ['nothing', {}, 0],
  ['three scores by the same client within a minute', { touches: [1, 2, 3].map((score) => touch({ score })) }, 10],
  ['both scores of a scale of two', { points: 2, touches: [1, 2].map((score) => touch({ score })) }, 10],
  ['two scores of a longer scale', { touches: [1, 2].map((score) => touch({ score })) }, 3],
  ['the same score twice', { touches: [4, 4].map((score) => touch({ score })) }, 0],
  ['three scores by others within a minute', { touches: [1, 2, 3].map((score) => touch({ score, is_same_client: false })) }, 3],
  ['three scores longer ago', { touches: [1, 2, 3].map((score) => touch({ score, seconds_before: 200 })) }, 0],
  ['three scores longer ago, of what nobody sent off', { is_sent: false, touches: [1, 2, 3].map((score) => touch({ score, seconds_before: 200 })) }, 12],
  ['the unseen link, followed by the same client', { touches: [touch({ is_trap: true })] }, 6],
  ['the unseen link, followed by another', { touches: [touch({ is_trap: true, is_same_client: false })] }, 2],
  ['the unseen field, filled', { page: { is_trapped: true } }, 6],
  ['a HEAD and a GET half a second apart', { touches: [touch({ method: 'HEAD' }), touch({ seconds_before: 9.6 })] }, 3],
  ['a HEAD and a GET two seconds apart', { touches: [touch({ method: 'HEAD' }), touch({ seconds_before: 8 })] }, 0],
  ['a page that was fetched 20 seconds after the mail went', { sent_at: before(30) }, 2],
  ['a page that was fetched 40 seconds after the mail went', { sent_at: before(50) }, 0],
  ['a form sent a second after its page', { page: { issued_at: before(1) } }, 6],
  ['a form sent two seconds after its page', { page: { issued_at: before(2) } }, 0],
  ['a form of no page of ours', { page: { issued_at: null, page_session: null } }, 2],
  ['no language', { page: { accept_language: ' ' } }, 2],
  ['a headless browser', { user_agent: BROWSER.replace('Chrome', 'HeadlessChrome') }, 2],
  ['a browser of ten years ago', { user_agent: BROWSER.replace('156', '56') }, 2],
  ['no browser', { user_agent: null }, 2],
  ['a network of scanners', { page: { from_scanner_network: true } }, 2],
  ['three other people\'s links', { other_links: 3 }, 4],
  ['two other people\'s links', { other_links: 2 }, 0],
  ['a gesture', { page: { gesture: true } }, -4],
  ['a comment', { has_comment: true }, -5],
  ['a cookie', { page: { cookie_returned: true } }, -1],
]

for (const [what, given, weight] of WEIGHTS) {
  test(`${what} weighs ${weight}`, () => {
    assert.equal(weightOf(weigh(facts(given))), weight)
  })
}

test('nothing that one person may have by chance is enough alone', () => {
  const chances = WEIGHTS.filter(([what]) => /network|language|browser|other people|HEAD|mail went|by others|two scores of|no page/.test(what))
  assert.ok(chances.length >= 12)
  for (const [what, given] of chances) assert.ok(weightOf(weigh(facts(given))) < SUSPECT_AT, what)
})
