import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'
import { createSurvey, getSurveyFor } from '../core/surveys.ts'
import { setWidget } from '../core/widgets.ts'
import { FRAME_SCRIPT, PAGE_SCRIPT } from './script/file.ts'
import { LOCALES } from '../texts/locales.ts'

let world: World
let house: TestAccount
before(async () => {
  world = await openWorld()
  house = await world.account({ name: 'Northwind IT' })
})
after(() => world.close())

test('any page may load the script with its survey\'s settings, under 3 kB packed, and ask whether it changed', async () => {
  const { id, code } = await getSurveyFor(house.ctx, 'nps')
  await setWidget(house.ctx, id, { trigger: 'button', label: '</script>\u2028' })
  const reply = await world.app.inject({ url: `/widget.js?survey=${code}` })
  assert.equal(reply.statusCode, 200)
  assert.deepEqual([reply.headers['content-type'], reply.headers['access-control-allow-origin'], reply.headers['cross-origin-resource-policy']], ['text/javascript; charset=utf-8', '*', 'cross-origin'])
  assert.ok(gzipSync(reply.rawPayload).length <= 3000, `${gzipSync(reply.rawPayload).length} bytes`)
  assert.ok(reply.body.includes(`"${code}":{"trigger":"button","words":{"en":"\\u003c/script>\\u2028\x7fClose","ar":"`))
  assert.doesNotMatch(reply.body, /SETTINGS|\/\*/)
  const again = await world.app.inject({ url: `/widget.js?survey=${code}`, headers: { 'if-none-match': String(reply.headers.etag) } })
  assert.deepEqual([again.statusCode, again.body], [304, ''])
  await setWidget(house.ctx, id, { label: null })
  assert.equal((await world.app.inject({ url: `/widget.js?survey=${code}`, headers: { 'if-none-match': String(reply.headers.etag) } })).statusCode, 200)
})

test('it has the words of each language that its survey is in, and still fits with all of them', async () => {
  const { id, code } = await getSurveyFor(house.ctx, 'nps')
  for (const label of [null, 'ม'.repeat(40), 'Ask|us']) {
    await setWidget(house.ctx, id, { trigger: 'button', label })
    const reply = await world.app.inject({ url: `/widget.js?survey=${code}` })
    assert.ok(gzipSync(reply.rawPayload).length <= 3000, `${gzipSync(reply.rawPayload).length} bytes`)
    const { words, lang, said }: { words: Record<string, string>, lang: string, said?: string } = JSON.parse(/^const settings=(.*)$/m.exec(reply.body)?.[1] ?? '')[code]
    assert.deepEqual(Object.keys(words).toSorted(), [...LOCALES].toSorted())
    assert.deepEqual([words.de, words.ar, lang, said], label === null ? ['Ihre Meinung\x7fSchließen', 'رأيك\x7fإغلاق\x7frtl', 'en', undefined] : [`${label}\x7fSchließen`, `${label}\x7fإغلاق\x7frtl`, 'en', 'en'])
  }
  const other = await createSurvey(house.ctx.db, house.account.id, { name: 'In one', purpose: 'other', locale: 'fi', questions: [{ type: 'text', text: 'Miksi?' }], widget: {} }, house.ctx.now())
  assert.match((await world.app.inject({ url: `/widget.js?survey=${other.code}` })).body, /"words":\{"fi":"Palaute\x7fSulje"\},"lang":"fi"/)
})

test('script, page and the page\'s scripts are under 17 kB packed in every language', async () => {
  const { code } = await getSurveyFor(house.ctx, 'nps')
  const bytes = async (url: string) => gzipSync((await world.app.inject(url)).rawPayload).length
  const around = await bytes(`/widget.js?survey=${code}`) + await bytes(PAGE_SCRIPT.path) + await bytes(FRAME_SCRIPT.path)
  for (const locale of LOCALES) assert.ok(around + await bytes(`/surveys/${code}?embed=1&locale=${locale}`) <= 17_000, locale)
})

test('without a survey, with an unknown one, or one that is on no other site, the script has no settings', async () => {
  const { code } = await getSurveyFor(house.ctx, 'ticket')
  for (const query of ['', '?survey=AAAAAAAAAAAA', `?survey=${code}`, '?survey=a&survey=b']) {
    const reply = await world.app.inject({ url: `/widget.js${query}` })
    assert.equal(reply.statusCode, 200)
    assert.match(reply.body, /const settings=\{\}/)
  }
})

test('a widget says what is wrong with its label and its sites; another account\'s survey is not there', async () => {
  const { id } = await getSurveyFor(house.ctx, 'nps')
  for (const origin of ['shop.example', 'http://shop.example', 'https://shop.example/', 'https://shop.example/a', 'https://*.example', '*']) await assert.rejects(setWidget(house.ctx, id, { origins: [origin] }), { name: 'Invalid' }, origin)
  await assert.rejects(setWidget(house.ctx, id, { origins: Array.from({ length: 21 }, (_, index) => `https://s${index}.example`) }), { name: 'Invalid' })
  await assert.rejects(setWidget(house.ctx, id, { label: 'x'.repeat(41) }), { name: 'Invalid' })
  assert.deepEqual((await setWidget(house.ctx, id, { origins: ['https://shop.example:8443', 'http://localhost:3000'] })).widget?.origins, ['https://shop.example:8443', 'http://localhost:3000'])
  await assert.rejects(setWidget((await world.account({ name: 'Other' })).ctx, id, {}), { name: 'NotFound' })
  assert.equal((await setWidget(house.ctx, id, null)).widget, null)
})
