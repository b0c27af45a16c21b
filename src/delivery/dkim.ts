import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Whose name mails are signed with: the public half of the key is in the DNS, at SELECTOR._domainkey.DOMAIN. */
export interface DkimSettings { readonly domain: string, readonly selector: string, readonly key_file: string }

/** Signs a whole mail, with CRLF as line end: answers it with one header more. */
export type Signer = (mail: Buffer) => Buffer

/** Reads the key. Throws an Error whose text goes on from the setting's name. */
export function openSigner({ domain, selector, key_file }: DkimSettings): Signer {
  const key = readKey(key_file)
  return (mail) => signMail(mail, { domain, selector, key })
}

/**
 * What is signed where it is there, as RFC 6376 advises; mail programs heed List-Unsubscribe only where it and List-Unsubscribe-Post are signed both (RFC 8058).
 */
const SIGNED = [
  'From', 'Sender', 'Reply-To', 'Subject', 'Date', 'Message-ID', 'To', 'Cc', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding', 'Content-Language', 'Auto-Submitted', 'List-Id', 'List-Unsubscribe', 'List-Unsubscribe-Post',
].map((name) => name.toLowerCase())

function readKey(file: string): KeyObject {
  const key = parseKey(file)
  if (key.asymmetricKeyType === 'ed25519') return key
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 1024) return key
  throw new Error('names a file whose key is neither RSA of 1024 bits at least nor Ed25519.')
}

function parseKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file))
  } catch (error) {
    throw new Error(`names a file that holds no private key in PEM: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Relaxed both ways: a relay may fold headers anew and trim blanks without breaking the signature. The Ed25519 one is over a hash too (RFC 8463). */
function signMail(mail: Buffer, { domain, selector, key }: { domain: string, selector: string, key: KeyObject }): Buffer {
  const text = mail.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const fields = new Map(text.slice(0, end).split(/\r\n(?![ \t])/).map((line): [string, string] => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1)]))
  const names = SIGNED.filter((name) => fields.has(name))
  const body_hash = createHash('sha256').update(relaxBody(text.slice(end + 4)), 'latin1').digest('base64')
  const tags = [`v=1; a=${key.asymmetricKeyType === 'rsa' ? 'rsa' : 'ed25519'}-sha256; c=relaxed/relaxed; d=${domain}; s=${selector};`, ...foldNames(names), `bh=${body_hash};`, 'b='].join('\r\n ')
  const signed = [...names.map((name) => relaxHeader(name, fields.get(name) ?? '')), relaxHeader('dkim-signature', ` ${tags}`)].join('\r\n')
  const data = Buffer.from(signed, 'latin1')
  const signature = (key.asymmetricKeyType === 'rsa' ? sign('sha256', data, key) : sign(null, createHash('sha256').update(data).digest(), key)).toString('base64')
  return Buffer.concat([Buffer.from(`DKIM-Signature: ${tags}${signature.replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`), mail])
}

function relaxHeader(name: string, value: string): string {
  return `${name}:${value.replace(/\r\n/g, '').replace(/[ \t]+/g, ' ').trim()}`
}

function relaxBody(body: string): string {
  const lines = body.replace(/[ \t]+/g, ' ').replace(/ (?=\r\n|$)/g, '').replace(/(\r\n)+$/, '')
  return lines === '' ? '' : `${lines}\r\n`
}

/** Lines of a header should have no more than 78 characters. */
function foldNames(names: string[]): string[] {
  const lines: string[] = []
  for (const name of names) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + name.length < 70) lines[lines.length - 1] = `${last}:${name}`
    else lines.push(name)
  }
  return lines.map((line, index) => `${index === 0 ? 'h=' : ''}${line}${index === lines.length - 1 ? ';' : ':'}`)
}
