// once
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { directionOf } from '../src/http/direction.ts'
import { LOCALES } from '../src/texts/locales.ts'
import { golden_dir, goldenFiles } from './support/golden.ts'

const files = goldenFiles()

test('there is a golden file of each part of each default template in each language, and no other', () => {
  assert.equal(files.size, 5 * LOCALES.length)
  assert.deepEqual(globSync('*', { cwd: golden_dir }).sort(), [...files.keys()].sort())
})

for (const locale of LOCALES) {
  test(`the default templates in ${locale} go out as they did: npm run golden renews them`, () => {
    const own = new RegExp(`^${locale}-(invitation|reminder|text-message)\\.`)
    for (const [name, content] of files) if (own.test(name)) assert.equal(content, readFileSync(join(golden_dir, name), 'utf8'), name)
  })
}

test('no mail is larger than 30 kB, brings anything from elsewhere, or lacks its language, a button for each point and the way out', () => {
  for (const [name, content] of files) {
    if (!name.endsWith('.html')) continue
    const locale = LOCALES.find((one) => name.startsWith(`${one}-invitation`) || name.startsWith(`${one}-reminder`)) ?? ''
    assert.ok(Buffer.byteLength(content) <= 30_000, `${name}: ${Buffer.byteLength(content)} bytes`)
    assert.ok(content.includes(`<html lang="${locale}" dir="${directionOf(locale)}" `), name)
    assert.ok(content.includes(`<div lang="${locale}" dir="${directionOf(locale)}"`), name)
    assert.deepEqual([/<a class="point[^>]* href=/g, /<v:roundrect href=/g, /\/unsubscribe\//g].map((part) => content.match(part)?.length), [11, 11, 1], name)
    assert.doesNotMatch(content, /<img|url\(|<link|<script|@import|\{\{|\}\}|undefined/, name)
  }
})

test('no text message of the default ones needs more than three parts', () => {
  for (const [name, content] of files) if (name.endsWith('text-message.txt')) assert.ok(content.length <= 3 * 67, `${name}: ${content.length} characters`)
})
