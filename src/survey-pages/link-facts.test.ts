// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLink } from './link-facts.ts'

const GOOD = 'ticket=7&email=jo@client.example'

function read(query: string) {
  return readLink(`/rate/ep_x/9?${query}`)
}

function faultsOf(query: string): string[] {
  return read(query).faults.map(({ field }) => field)
}

test('every field is read', () => {
  const { facts, faults } = read('ticket=T-1/2.3_4&email=jo@client.example&contact=Jo%20Doe&contactid=12&company=Acme&companyid=34&board=Desk&staff=jd,%20mm,,jd&title=Printer')
  assert.deepEqual(faults, [])
  assert.deepEqual(facts, {
    ticket: 'T-1/2.3_4', email: 'jo@client.example', title: 'Printer', board: 'Desk', contact: { external_id: 12, name: 'Jo Doe' }, company: { external_id: 34, name: 'Acme' }, staff: ['jd', 'mm'],
  })
})

test('texts that were pasted in as they are stay what they are', () => {
  const titles: [string, string][] = [
    ['Printer & scanner', 'Printer & scanner'], ['100% & more', '100% & more'], ['A+B', 'A+B'], ['50%', '50%'], ['%zz', '%zz'], ['%C3%A9t%C3%A9', 'été'], ['%E9t', '%E9t'], ['Ã©', 'é'],
    ['a=b', 'a=b'], ['R&D=x', 'R&D=x'], ['x&email=evil@client.example', 'x&email=evil@client.example'], ['x&ticket=8', 'x&ticket=8'], ['say "hi" <b>', 'say "hi" <b>'], ['two%0D%0Alines', 'two lines'], ['&', '&'], ['?', '?'],
  ]
  for (const [pasted, title] of titles) {
    const { facts } = read(`${GOOD}&title=${pasted}`)
    assert.deepEqual([facts.title, facts.ticket, facts.email], [title, '7', 'jo@client.example'])
  }
  assert.partialDeepStrictEqual(read(`${GOOD}&company=Smith & Sons&board=A&B&title=x`).facts, { company: { name: 'Smith & Sons' }, board: 'A&B', title: 'x' })
})

test('names match in any letter case, and where the page was escaped once too often', () => {
  assert.partialDeepStrictEqual(read('Ticket=7&amp;EMAIL=jo@client.example&amp;title=x').facts, { ticket: '7', email: 'jo@client.example', title: 'x' })
})

test('an optional field whose placeholder was not replaced is not given', () => {
  for (const placeholder of ['$SYMPTOM', '{{title}}', '[Ticket: Title]', '%TITLE%', '[Contact: First Name] [Contact: Last Name]', '%5BTicket%3A%20Title%5D', '$a$b', '%ADDRESS%', '']) {
    const { facts, faults } = read(`${GOOD}&contactid=${placeholder}&staff=${placeholder}&title=${placeholder}`)
    assert.deepEqual([facts.title, facts.staff, facts.contact.external_id, faults], [null, [], null, []], placeholder)
  }
  for (const title of ['[EXT] Printer', '$50 refund', '50% off 10%', 'Printer {{x}}']) assert.equal(read(`${GOOD}&title=${title}`).facts.title, title)
})

test('a ticket and an address have to be there, and in the right form', () => {
  assert.deepEqual(faultsOf(''), ['ticket', 'email'])
  for (const ticket of ['', '#', '$FAULTID', '[ticketnumber]', '{{ticket}}', '%TICKET%', 'a b', '7;', 'x'.repeat(51), '%00']) assert.deepEqual(faultsOf(`ticket=${ticket}&email=jo@client.example`), ['ticket'], ticket)
  for (const email of ['', '$EMAIL', '[Contact: Email Address]', '{{email}}', '%EMAIL%', 'jo', 'jo@', 'a@b@c', `${'x'.repeat(60)}@${'y'.repeat(40)}.example`]) assert.deepEqual(faultsOf(`ticket=7&email=${email}`), ['email'], email)
  assert.deepEqual([read('ticket=%23%207&email=jo@client.example').facts.ticket, faultsOf(`ticket=${'x'.repeat(50)}&email=jo@client.example`)], ['7', []])
})

test('what is too long is refused, what is just not is taken', () => {
  for (const [field, most] of [['title', 500], ['board', 300], ['company', 300], ['contact', 100], ['staff', 100]] as const) {
    assert.deepEqual(faultsOf(`${GOOD}&${field}=${'ü'.repeat(most).replaceAll('ü', '%C3%BC')}`), [], field)
    assert.deepEqual(faultsOf(`${GOOD}&${field}=${'x'.repeat(most + 1)}`), [field])
  }
})

test('ten technicians are taken, each once, and eleven are refused', () => {
  const codes = (count: number) => Array.from({ length: count }, (_, index) => `${index}`.padStart(100, 'x')).join(',')
  assert.deepEqual([read(`${GOOD}&staff=${codes(10)},,${codes(10)}`).facts.staff.length, faultsOf(`${GOOD}&staff=${codes(10)}`)], [10, []])
  for (const staff of [codes(11), `a,${'x'.repeat(101)}`]) assert.deepEqual(faultsOf(`${GOOD}&staff=${staff}`), ['staff'])
})

test('ids are whole numbers, and 0 is none', () => {
  assert.partialDeepStrictEqual(read(`${GOOD}&contactid=0&companyid=00`).facts, { contact: { external_id: null }, company: { external_id: null } })
  for (const id of ['x', '1.5', '1e3', '9'.repeat(16), '0x1']) assert.deepEqual(faultsOf(`${GOOD}&contactid=${id}&companyid=${id}`), ['contactid', 'companyid'], id)
})

test('written anew, the query says the same', () => {
  for (const query of [`${GOOD}&title=Printer & scanner 50% "x" <b> + #`, 'title=ünï&ticket=%237&email=jo+x@client.example&staff=a,b', `${GOOD}&title=$SYMPTOM&board=%AD%&company=[A]`]) {
    const once = read(query)
    assert.deepEqual(read(once.query), once)
    assert.match(once.query, /^[\w=&%.~*'()!-]+$/)
  }
})
