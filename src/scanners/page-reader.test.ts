// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf, readMarkup, scoreOf, surveyLinks } from './page-reader.ts'

test('links and forms come out of a page, with addresses whole and values as they stand', () => {
  const { links, forms: [form] } = readMarkup(`<a href="/b?x=1&amp;y=2">b</a><a href="mailto:a@b.c">m</a>
    <form method="post" action="/send"><input type="hidden" name="page" value="a&#39;b"><input name="website"><input type="radio" name="q1" value="1"><input type="radio" name="q1" value="2" checked>
    <input type="checkbox" name="q2" checked><textarea name="q3">
two &lt;lines&gt;</textarea><select name="q4"><option value="">-</option><option value="x" selected>x</option></select><button>Send</button></form>`, 'https://host.example/a')
  assert.deepEqual(links, ['https://host.example/b?x=1&y=2'])
  assert.deepEqual([form?.action, form?.method], ['https://host.example/send', 'POST'])
  assert.deepEqual(form && fieldsOf(form), [['page', 'a\'b'], ['website', ''], ['q1', '2'], ['q2', 'on'], ['q3', 'two <lines>'], ['q4', 'x']])
  assert.deepEqual(readMarkup('<p>nothing</p>', 'https://host.example/'), { links: [], forms: [] })
})

test('of a mail only the links to its survey are taken, each once, and each tells its score', () => {
  const links = surveyLinks('<a href="http://h.example/surveys/T/r/0.abcdefg">0</a><a href="http://h.example/surveys/T">go</a><a href="http://h.example/surveys/T">again</a><a href="http://h.example/unsubscribe/T">out</a><a href="http://h.example/rate/K/7?ticket=1">7</a>')
  assert.deepEqual(links.map(scoreOf), [0, null, 7])
  assert.equal(scoreOf('http://h.example/surveys/T?score=4&locale=de'), 4)
})
