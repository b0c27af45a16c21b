// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directionOf } from '../http/direction.ts'
import { textsOf } from './catalogue.ts'
import { LOCALES } from './locales.ts'
import { fill, fillNumber } from './sentences.ts'
import type { Plural } from './shape.ts'

const english = leaves(textsOf('en'))

/** Every text by its path, a plural's forms too. */
function leaves(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]])
  return new Map(Object.entries(Object(value)).flatMap(([key, inner]) => [...leaves(inner, path ? `${path}.${key}` : key)]))
}

function isPlural(path: string): boolean {
  return /^(text_limit|fault_too_long|form\.(choose_up_to|too_many|text_left))\./.test(path)
}

function placesOf(text: string): string[] {
  return [...text.matchAll(/\{+[^{}]+\}+/g)].map(([place]) => place.replace(/\/[^}]*/, '')).sort()
}

for (const locale of LOCALES) {
  const texts = textsOf(locale)
  const all = leaves(texts)

  test(`${locale} has every text, with something in it and no blanks around it`, () => {
    const names = (map: Map<string, string>) => [...map.keys()].filter((path) => !isPlural(path)).sort()
    assert.deepEqual(names(all), names(english))
    assert.deepEqual([...all].filter(([path, text]) => text.trim() === '' || (path !== 'faults_title_prefix' && text !== text.trim())), [])
  })

  test(`each plural of ${locale} has exactly the forms that its numbers need`, () => {
    const categories = new Intl.PluralRules(locale).resolvedOptions().pluralCategories
    const plurals: Record<string, Plural> = { text_limit: texts.text_limit, fault_too_long: texts.fault_too_long, choose_up_to: texts.form.choose_up_to, too_many: texts.form.too_many, text_left: texts.form.text_left }
    for (const [name, forms] of Object.entries(plurals)) {
      assert.deepEqual(Object.keys(forms).sort(), [...categories].sort(), name)
      for (const [category, form] of Object.entries(forms)) {
        if (!['zero', 'one', 'two'].includes(category)) assert.ok(form.includes('{n}'), `${name}.${category}`)
        assert.deepEqual(placesOf(form).filter((place) => place !== '{n}'), [])
      }
    }
  })

  test(`each text of ${locale} has the places for values that the English one has`, () => {
    for (const [path, text] of all) if (!isPlural(path)) assert.deepEqual(placesOf(text), placesOf(english.get(path) ?? ''), path)
  })

  test(`${locale} is in its own letters, and no character is of the wrong kind`, () => {
    const scripts: Record<string, RegExp> = { ar: /\p{Script=Arabic}/u, he: /\p{Script=Hebrew}/u, ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u, 'zh-CN': /\p{Script=Han}/u, th: /\p{Script=Thai}/u }
    const own = scripts[locale] ?? /\p{Script=Latin}/u
    assert.deepEqual([...all].filter(([path, text]) => !own.test(text.replace(/\{+[^{}]*\}+/g, '')) && !/scale_end/.test(path)), [])
    assert.deepEqual([...all.values()].filter((text) => /[\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|&\w+;|<|'.*'/.test(text)), [])
    assert.equal(directionOf(locale), locale === 'ar' || locale === 'he' ? 'rtl' : 'ltr')
  })
}

const SAME_WORDS = ['da send', 'no send', 'fr labels.quality.max', 'nl form.fields.postcode']

test('but for the two that stand in for another, no language says what English says', () => {
  for (const locale of LOCALES.filter((one) => !one.startsWith('en'))) {
    const same = [...leaves(textsOf(locale))].filter(([path, text]) => text === english.get(path) && !/scale_end/.test(path)).map(([path]) => path)
    assert.deepEqual(same.filter((path) => !SAME_WORDS.includes(`${locale} ${path}`)), [], locale)
  }
  const mexican = [...leaves(textsOf('es-MX'))].filter(([path, text]) => text !== leaves(textsOf('es')).get(path))
  assert.ok(mexican.length > 20)
})

test('what is no locale is spoken to in English', () => {
  for (const locale of ['xx', '', 'DE', 'constructor']) assert.equal(textsOf(locale), textsOf('en'))
})

test('values are put in as they are, and isolated where a text runs from right to left', () => {
  assert.equal(fill('About: {title}', { title: '{title} $& {x}' }), 'About: {title} $& {x}')
  assert.equal(fill('About: {title} {toString}', { title: 'a' }), 'About: a {toString}')
  assert.equal(fill('About: {title}', { title: 'שלום' }), 'About: \u2068שלום\u2069')
  assert.equal(fill('About: {title}.', { title: '\u202eabc' }), 'About: \u2068\u202eabc\u2069.', 'letters that are told to run backwards turn nothing beside them')
  assert.equal(fill(textsOf('ar').goes_to, { account: 'Acme Ltd.' }), 'تُرسَل إجاباتك إلى \u2068Acme Ltd.\u2069.')
})

test('numbers are written, and their words chosen, as each language does', () => {
  const limit = (locale: string, number: number) => fillNumber(locale, textsOf(locale).text_limit, number)
  assert.deepEqual([limit('en', 1), limit('en', 10_000), limit('de', 10_000), limit('es-MX', 10_000)], ['Up to 1 character.', 'Up to 10,000 characters.', 'Höchstens 10.000 Zeichen.', '10,000 caracteres como máximo.'])
  assert.deepEqual([1, 2, 3, 11, 100].map((number) => limit('ar', number).replace(/[\u2068\u2069]/g, '')), ['حرف واحد كحد أقصى.', 'حرفان كحد أقصى.', '3 أحرف كحد أقصى.', '11 حرفًا كحد أقصى.', '100 حرف كحد أقصى.'])
})
