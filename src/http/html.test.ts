// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html, raw } from './html.ts'

test('what is given is escaped, in texts and in attributes', () => {
  const evil = `<script>"&'</script>`
  assert.equal(html`<p title="${evil}">${evil}</p>`.markup, '<p title="&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;">&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;</p>')
})

test('markup stays as it is, lists are joined, nothing is nothing', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`)
  assert.equal(html`<ul>${items}</ul>${null}${undefined}${false}${0}${raw('<hr>')}`.markup, '<ul><li>a</li><li>&lt;b&gt;</li></ul>0<hr>')
})
