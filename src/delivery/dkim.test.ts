// once
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { verifyDkim } from '../../test/support/dkim-verifier.ts'
import { goldenMail } from '../../test/support/golden.ts'
import { openSmtpSink, type SmtpSink } from '../../test/support/smtp-sink.ts'
import { openSigner } from './dkim.ts'
import { openEmail } from './email.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed25519 = generateKeyPairSync('ed25519')

let sink: SmtpSink
let directory: string
before(async () => {
  sink = await openSmtpSink()
  directory = mkdtempSync(join(tmpdir(), 'earshot-dkim-'))
})
after(async () => {
  await sink.close()
  rmSync(directory, { recursive: true, force: true })
})

function fileOf(name: string, content: string): string {
  const file = join(directory, name)
  writeFileSync(file, content)
  return file
}

function settingsOf(name: string, { privateKey }: typeof rsa) {
  return { domain: 'acme.test', selector: 's1', key_file: fileOf(name, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()) }
}

/** A mail in that language as it came over the line. */
async function sent(settings: ReturnType<typeof settingsOf>, locale: 'en' | 'ar' | 'ja' = 'en'): Promise<string> {
  const sender = openEmail(sink.url, { dkim: settings, bounces: null })
  const { outcome } = await sender.send(undefined as never, goldenMail(locale))
  sender.close()
  assert.equal(outcome.kind, 'sent', outcome.detail ?? '')
  return sink.mails.at(-1)?.raw ?? ''
}

for (const [algorithm, pair] of [['rsa', rsa], ['ed25519', ed25519]] as const) {
  test(`a mail that was sent has a good signature (${algorithm}), which covers both headers to unsubscribe by`, async () => {
    for (const locale of ['en', 'ar', 'ja'] as const) {
      const { tags, signed, is_good } = verifyDkim(await sent(settingsOf(algorithm, pair), locale), pair.publicKey)
      assert.equal(is_good, true, locale)
      assert.partialDeepStrictEqual(tags, { v: '1', a: `${algorithm}-sha256`, c: 'relaxed/relaxed', d: 'acme.test', s: 's1' })
      for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type', 'list-unsubscribe', 'list-unsubscribe-post']) assert.ok(signed.includes(name), name)
    }
  })
}

test('the signature holds when a relay folds headers anew and trims blanks, and for no other mail, key or header', async () => {
  const raw = await sent(settingsOf('rsa', rsa))
  const check = (mail: string, key = rsa.publicKey) => verifyDkim(mail, key).is_good
  assert.equal(check(raw.replace(/\r\nList-Unsubscribe: /, '\r\nList-Unsubscribe:\r\n\t ').replace(/\r\nSubject: /i, '\r\nsubject:  ')), true)
  assert.equal(check(`${raw}\r\n\r\n`), true)
  for (const [from, to] of [['Jo', 'Joe'], ['List-Unsubscribe-Post: List-Unsubscribe=One-Click', 'List-Unsubscribe-Post: no'], ['/unsubscribe/', '/elsewhere/'], ['Subject: How', 'Subject: Now'], ['d=acme.test', 'd=evil.test']] as const) {
    assert.ok(raw.includes(from), from)
    assert.equal(check(raw.replace(from, to)), false, from)
  }
  assert.equal(check(raw, generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey), false)
})

test('no line of the signature is longer than 78 characters', async () => {
  const raw = await sent(settingsOf('rsa', rsa))
  const own = /DKIM-Signature:(?:[^\r]|\r\n[ \t])*/.exec(raw)?.[0] ?? ''
  assert.deepEqual(own.split('\r\n').filter((line) => line.length > 78), [])
  assert.ok(raw.startsWith('DKIM-Signature:'))
})

test('what is no private key, or one that nobody would trust, is refused with what is wrong', () => {
  const open = (name: string, content: string) => () => openSigner({ domain: 'acme.test', selector: 's1', key_file: fileOf(name, content) })
  assert.throws(open('nonsense', 'nonsense'), /holds no private key in PEM/)
  assert.throws(open('public', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()), /holds no private key in PEM/)
  assert.throws(open('ec', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()), /neither RSA of 1024 bits/)
  assert.throws(open('short', generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()), /neither RSA of 1024 bits/)
  assert.throws(() => openSigner({ domain: 'acme.test', selector: 's1', key_file: '/no/such/file' }), /holds no private key/)
})
