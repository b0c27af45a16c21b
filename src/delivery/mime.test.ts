// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openSmtpSink, type SmtpSink, type SunkMail } from '../../test/support/smtp-sink.ts'
import { makeDice } from '../demo/random.ts'
import { openEmail } from './email.ts'
import { writeMime } from './mime.ts'
import type { Mail } from './render.ts'

const SEED = 20_261_125
const MAIL: Mail = {
  message_id: '<i1.2@earshot.test>', from: { name: 'Acme', address: 'feedback@acme.test' }, to: { name: 'Jo Doe', address: 'jo@client.test' }, subject: 'How did we do?',
  headers: { 'Auto-Submitted': 'auto-generated', 'List-Unsubscribe': '<https://earshot.test/unsubscribe/abc>' }, text: 'Hello Jo\n', html: '<p>Hello Jo</p>\n',
}

let sink: SmtpSink
let sender: ReturnType<typeof openEmail>
before(async () => {
  sink = await openSmtpSink()
  sender = openEmail(sink.url)
})
after(async () => {
  sender.close()
  await sink.close()
})

/** As it arrives. What is sent of a message is in the mail alone. */
async function sent(mail: Partial<Mail>): Promise<SunkMail> {
  const { outcome } = await sender.send(undefined as never, { ...MAIL, ...mail })
  assert.equal(outcome.kind, 'sent', outcome.detail ?? '')
  const arrived = sink.mails.pop()
  assert.ok(arrived)
  return arrived
}

/** Up to the line end that each part gets, and to how line ends are written. */
async function assertArrives(text: string): Promise<void> {
  const mail = await sent({ text, html: `<p>${text}</p>` })
  const written = text.replace(/\r\n?/g, '\n')
  assert.deepEqual([mail.text, mail.html].map((part) => part.replaceAll('\r\n', '\n').replace(/\n$/, '')), [written, `<p>${written}</p>`])
  assert.deepEqual(mail.raw.split('\r\n').filter((line) => line.length > 76 || !/^[\t -~]*$/.test(line)), [])
}

test('a mail has its headers, a text and a page, each once', async () => {
  const { headers, text, html, from, to, raw } = await sent({})
  assert.deepEqual([from, to, text, html], ['feedback@acme.test', ['jo@client.test'], 'Hello Jo\n\n', '<p>Hello Jo</p>\n\n'])
  assert.partialDeepStrictEqual(headers, {
    'from': 'Acme <feedback@acme.test>', 'to': 'Jo Doe <jo@client.test>', 'subject': 'How did we do?', 'message-id': '<i1.2@earshot.test>', 'mime-version': '1.0', 'auto-submitted': 'auto-generated',
    'list-unsubscribe': '<https://earshot.test/unsubscribe/abc>',
  })
  assert.match(headers['content-type'] ?? '', /^multipart\/alternative; boundary="/)
  assert.ok(Math.abs(Date.parse(headers.date ?? '') - Date.now()) < 60_000)
  for (const type of ['text/plain', 'text/html']) assert.equal(raw.split(`Content-Type: ${type}; charset=utf-8`).length, 2)
})

const TEXTS = {
  'equals signs arrive as they are': 'a=b ==3D =\n=\n', 'blanks at the ends of lines arrive as they are': 'a \nb\t\n \n\t', 'dots at the beginning of lines arrive as they are': '.\n..a\n.\r\n.',
  'line ends of any kind arrive as line ends': 'a\rb\nc\r\nd\r\r\n\n', 'long lines arrive in one piece': `${'x'.repeat(5000)} ${'ä'.repeat(3000)}`, 'a long line of words arrives in one piece': 'word '.repeat(500).trim(),
  'letters of other scripts arrive as they are': 'ありがとうございました。'.repeat(30), 'characters of four bytes arrive as they are': 'yes 🙂🙃 '.repeat(60).trim(), 'control characters arrive as they are': 'a\u0000b\u007fc\u000bd\u2028e\u0085f',
  'an empty part arrives empty': '', 'what looks like the end of a part does not end it': '----_NmP-=_earshot-Part_1--\n----_NmP-=_earshot-Part_1',
}
for (const [name, text] of Object.entries(TEXTS)) test(name, () => assertArrives(text))

test(`300 texts of any characters arrive as they are (seed ${SEED})`, async () => {
  const dice = makeDice(SEED)
  const pieces = ['=', ' ', '\t', '\n', '.', '\r\n', 'word', 'é', 'ß', 'ก', '語', '🙂', '--', '\u200f', '<b>', '='.repeat(40), 'x'.repeat(75)]
  for (let round = 0; round < 300; round++) await assertArrives(Array.from({ length: dice.between(0, 200) }, () => dice.pick(pieces)).join(''))
})

test('names, subjects and domains of other scripts are encoded, and nothing in them begins a header', async () => {
  const { headers, raw, to } = await sent({ subject: 'Wie fanden Sie unsere Hilfe für „Straße 7“?', from: { name: 'Käse, Inc. "X"', address: 'feedback@acme.test' }, to: { name: 'Jo\r\nBcc: all@client.test', address: 'jo@straße.test' } })
  assert.match(headers.subject ?? '', /^=\?UTF-8\?Q\?Wie_fanden/)
  assert.match(headers.from ?? '', /^=\?UTF-8\?.*\?= <feedback@acme\.test>$/)
  assert.match(headers.to ?? '', /<jo@xn--strae-oqa\.test>$/)
  assert.deepEqual([to, headers.bcc], [['jo@straße.test'], undefined]) // As the sink decodes it.
  assert.match(raw, /^[\t\r\n -~]*$/)
})

test('a mail whose text is mostly of another script is no longer than half as much again', () => {
  const text = 'ขอบคุณที่ติดต่อเรา '.repeat(100)
  const size = (content: string) => writeMime({ ...MAIL, text: content }).length - writeMime({ ...MAIL, text: '' }).length
  assert.ok(size(text) < 1.5 * Buffer.byteLength(text))
})
