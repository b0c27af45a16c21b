// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOCALES, matchLocale, readableIn } from './locales.ts'

test('each locale is what its own tag means, in any letter case', () => {
  for (const locale of LOCALES) assert.deepEqual([matchLocale(locale), matchLocale(locale.toLowerCase())], [locale, locale])
})

test('the tags of browsers lead to the locale that their readers read', () => {
  const tags: [string, string | null][] = [
    ['en-GB', 'en'], ['en-us', 'en-US'], ['es-AR', 'es'], ['es-419', 'es'], ['es-mx', 'es-MX'], ['fr-CA', 'fr'], ['nb-NO', 'no'], ['nn', 'no'], ['iw', 'he'], ['in', 'id'], ['zh', 'zh-CN'], ['zh-Hans-SG', 'zh-CN'],
    ['zh-TW', null], ['zh-Hant', null], ['pt-BR', null], ['', null], ['*', null], ['x_y', null], ['constructor', null], ['de-DE-u-nu-latn', 'de'],
  ]
  assert.deepEqual(tags.map(([tag]) => matchLocale(tag)), tags.map(([, locale]) => locale))
})

test('only what is read as one\'s own language stands in', () => {
  assert.deepEqual(['es-MX', 'en-US', 'en', 'de'].map((locale) => readableIn(LOCALES.find((one) => one === locale) ?? 'fi')), [['es-MX', 'es'], ['en-US', 'en'], ['en', 'en-US'], ['de']])
})
