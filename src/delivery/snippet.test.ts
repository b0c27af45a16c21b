// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PSAS, renderSnippet, type Psa, type SnippetParts } from './snippet.ts'

const KEY = 'ep_AAAAAAAAAAAAAAAAAAAAAA'

function render(given: Partial<SnippetParts> = {}): string {
  return renderSnippet({
    public_url: 'https://feedback.example.com', public_key: KEY, psa: 'generic', question: 'How was it?', scale: { min: 1, max: 10 }, labels: { min: 'Very poor', max: 'Excellent' }, ...given,
  })
}

/** The addresses as a browser reads them. */
function addresses(snippet: string, attribute: 'href' | 'src'): string[] {
  return [...snippet.matchAll(new RegExp(`${attribute}="([^"]*)"`, 'g'))].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'))
}

const QUERIES: Record<Psa, string> = {
  halopsa: 'ticket=$FAULTID&email=$USEREMAILADDRESS&contact=$USERNAME&company=$AREA&staff=$ASSIGNEDTO&title=$SYMPTOM',
  connectwise: 'ticket=[ticketnumber]&email=[contactemail]&contact=[contactname]&company=[companyname]&title=[summary]',
  autotask: 'ticket=[Ticket: Number]&email=[Contact: Email Address]&contact=[Contact: First Name] [Contact: Last Name]&company=[Company: Name]&title=[Ticket: Title]',
  generic: 'ticket={{ticket}}&email={{email}}&contact={{contact}}&contactid={{contactid}}&company={{company}}&companyid={{companyid}}&board={{board}}&staff={{staff}}&title={{title}}',
}

for (const psa of PSAS) {
  test(`the snippet for ${psa} has a link for each score, and the image at its end, with the placeholders as they are`, () => {
    const snippet = render({ psa })
    assert.deepEqual(addresses(snippet, 'href'), Array.from({ length: 10 }, (_, index) => `https://feedback.example.com/rate/${KEY}/${index + 1}?${QUERIES[psa]}`))
    assert.deepEqual(addresses(snippet, 'src'), [`https://feedback.example.com/sent/${KEY}.gif?${QUERIES[psa]}`])
    assert.match(snippet, /<img alt="" width="1" height="1" [^>]*>(<\/td><\/tr>\s*<\/table>\s*)$/)
    assert.match(snippet, /<bdi>1 = Very poor<\/bdi>, <bdi>10 = Excellent<\/bdi>/)
    assert.match(snippet, /How was it\?/)
  })
}

test('a snippet in a language names it in each link, where no title can swallow it, and not in the image', () => {
  const snippet = render({ psa: 'halopsa', locale: 'zh-CN' })
  assert.deepEqual(new Set(addresses(snippet, 'href').map((address) => address.split('?')[1])), new Set([`locale=zh-CN&${QUERIES.halopsa}`]))
  assert.deepEqual(addresses(snippet, 'src'), [`https://feedback.example.com/sent/${KEY}.gif?${QUERIES.halopsa}`])
})

test('an ampersand is escaped in every address, and each address is the last attribute of its element', () => {
  for (const psa of PSAS) {
    const snippet = render({ psa })
    assert.doesNotMatch(snippet, /&(?!amp;|nbsp;|#39;)/)
    assert.equal([...snippet.matchAll(/(?:href|src)="[^"]*">/g)].length, 11)
  }
})

test('nothing in it needs a style sheet, a script or another server', () => {
  const snippet = render()
  assert.doesNotMatch(snippet, /<(style|script|link|div)|\s(class|id|dir)=|(text-align|float|align|margin|padding)[^:;"]*(left|right)/i)
  assert.deepEqual([...new Set([...snippet.matchAll(/https?:\/\/[^/"]+/g)].map(([origin]) => origin))], ['https://feedback.example.com'])
})

test('on a scale of two points the words are the links; without words the numbers stand alone', () => {
  const two = render({ scale: { min: 1, max: 2 }, labels: { min: 'Bad', max: 'Good' } })
  assert.match(two, />Bad<[\s\S]*>Good</)
  assert.doesNotMatch(two, /1 = /)
  assert.deepEqual(addresses(two, 'href').map((url) => /\/(\d)\?/.exec(url)?.[1]), ['1', '2'])
  const bare = render({ scale: { min: 0, max: 4 }, labels: null })
  assert.deepEqual([...bare.matchAll(/-->(\d)<!--/g)].map((match) => match[1]), ['0', '1', '2', '3', '4'])
  assert.doesNotMatch(bare, / = /)
})

test('what the account wrote is escaped', () => {
  const snippet = render({ question: 'A <b> & "c"?', labels: { min: '<i>', max: '&' } })
  assert.match(snippet, /A &lt;b&gt; &amp; &quot;c&quot;\?/)
  assert.match(snippet, /1 = &lt;i&gt;<\/bdi>, <bdi>10 = &amp;</)
})
