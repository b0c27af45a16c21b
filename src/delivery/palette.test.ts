// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contrastBetween } from '../core/colors.ts'
import { DEFAULT_BRAND, palettesOf } from './palette.ts'

const BRANDS = ['#000', '#fff', '#ff0000', '#ffff00', '#00ff00', '#0000ff', '#888888', '#7a1fa2', '#e8a200', '#0b5cad', '#fefefe', '#181c22']

test('whatever the brand colour is, all that is read has a contrast of 4.5, and borders one of 3, in light and dark', () => {
  for (const brand of BRANDS) {
    for (const [name, { ground, card, ink, soft, link, face, word, edge }] of Object.entries(palettesOf(brand))) {
      for (const [text, on] of [[ink, card], [soft, card], [soft, ground], [link, card], [word, face]] as const) assert.ok(contrastBetween(text, on) >= 4.5, `${brand} ${name}: ${text} on ${on}`)
      assert.ok(contrastBetween(edge, card) >= 3, `${brand} ${name}: a border of ${edge}`)
    }
  }
})

test('a colour that can be read is kept as it is, in short or in long', () => {
  assert.partialDeepStrictEqual(palettesOf('#7a1fa2').light, { link: '#7a1fa2', word: '#7a1fa2', edge: '#7a1fa2' })
  assert.deepEqual(palettesOf('#a0C'), palettesOf('#aa00cc'))
})

test('what is no colour has the product\'s own', () => {
  for (const text of ['', 'red', '#12345', '#0b5cad;', 'url(x)']) assert.deepEqual(palettesOf(text), palettesOf(DEFAULT_BRAND))
})
