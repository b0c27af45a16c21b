// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contrastBetween } from './colors.ts'
import { lookOf, paletteOf, themeFaults } from './themes.ts'

test('contrast is as WCAG has it', () => {
  assert.deepEqual([contrastBetween('#000', '#ffffff'), contrastBetween('#777777', '#777777')], [21, 1])
  assert.equal(contrastBetween('#767676', '#ffffff').toFixed(2), '4.54')
  assert.equal(contrastBetween('#ffffff', '#ff0000').toFixed(2), '4.00')
})

/** Every colour of a coarse cube. */
const COLORS = Array.from({ length: 9 ** 3 }, (_, index) => `#${[index % 9, Math.floor(index / 9) % 9, Math.floor(index / 81)].map((step) => Math.min(255, step * 32).toString(16).padStart(2, '0')).join('')}`)

test('every colour that is taken can be read in light and in dark: on it 4.5, as a control 3, as words 4.5', () => {
  const taken = COLORS.filter((brand_color) => themeFaults({ brand_color }).every((fault) => fault === null))
  assert.ok(taken.length > 350 && taken.length < COLORS.length)
  for (const color of taken) {
    const { light, dark } = paletteOf(color)
    assert.equal(light.accent, color)
    for (const [paint, card] of [[light, '#ffffff'], [dark, '#151d1c']] as const) {
      assert.ok(contrastBetween(paint.on, paint.accent) >= 4.5, `${color}: ink`)
      assert.ok(contrastBetween(paint.accent, card) >= 3, `${color}: control`)
      assert.ok(contrastBetween(paint.words, card) >= 4.5, `${color}: words`)
    }
  }
})

test('a colour that is too light is refused with the nearest that is not, which is taken', () => {
  for (const color of ['#ffd400', '#ffffff', '#9BE7FF']) {
    const [fault] = themeFaults({ brand_color: color }).filter((one) => one !== null)
    assert.equal(fault?.code, 'invalid_value')
    const [, nearest = ''] = /too light to be seen on white; the nearest colour that is not is (#[\da-f]{6})$/.exec(fault?.info.message ?? '') ?? []
    assert.deepEqual(themeFaults({ brand_color: nearest }).filter((one) => one !== null), [])
    assert.ok(contrastBetween(nearest, '#ffffff') < 3.1, `${nearest} is near`)
  }
})

test('a colour that is too dark for the dark is lightened there', () => {
  const { light, dark } = paletteOf('#00205b')
  assert.deepEqual([light, dark.accent === '#00205b', dark.on], [{ accent: '#00205b', on: '#ffffff', words: '#00205b' }, false, '#ffffff'])
})

test('a survey without a theme has the look of the product, a logo without words is called as the account is', () => {
  assert.deepEqual(lookOf({ theme: null }, { name: 'Acme' }), { brand_color: null, on_brand: null, logo: null })
  assert.deepEqual(lookOf({ theme: { brand_color: '#ff6600', logo_url: 'https://cdn.example/l.png' } }, { name: 'Acme' }), { brand_color: '#ff6600', on_brand: '#020403', logo: { url: 'https://cdn.example/l.png', alt: 'Acme' } })
  assert.equal(lookOf({ theme: { logo_url: 'https://cdn.example/l.png', logo_alt: 'Acme Ltd' } }, { name: 'Acme' }).logo?.alt, 'Acme Ltd')
})
