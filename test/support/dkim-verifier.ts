import { createHash, verify, type KeyObject } from 'node:crypto'

/** What a signature says, and whether it holds. */
export interface Verified { readonly tags: Record<string, string>, readonly signed: string[], readonly is_good: boolean }

/** Checks the first DKIM signature of a mail as a receiver does that knows the public key: relaxed both ways. Written apart from the code that signs. */
export function verifyDkim(raw: string, key: KeyObject): Verified {
  const gap = raw.indexOf('\r\n\r\n')
  const headers = raw.slice(0, gap).split(/\r\n(?=[^ \t])/)
  const own = headers.find((header) => /^dkim-signature:/i.test(header)) ?? ''
  const tags = Object.fromEntries(own.slice(own.indexOf(':') + 1).replace(/\s+/g, ' ').split(';').map((tag): [string, string] => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s/g, '')]))
  const signed = (tags.h ?? '').split(':')
  const left = [...headers]
  const lines = signed.map((name) => {
    const index = left.findLastIndex((header) => header.slice(0, header.indexOf(':')).trim().toLowerCase() === name.toLowerCase())
    return index < 0 ? '' : `${relaxed(left.splice(index, 1)[0] ?? '')}\r\n`
  })
  const data = Buffer.from(lines.join('') + relaxed(own.replace(/\bb=[^;]*$/, 'b=')), 'latin1')
  const signature = Buffer.from(tags.b ?? '', 'base64')
  const holds = key.asymmetricKeyType === 'rsa' ? verify('sha256', data, key, signature) : verify(null, createHash('sha256').update(data).digest(), key, signature)
  return { tags, signed, is_good: holds && createHash('sha256').update(relaxedBody(raw.slice(gap + 4)), 'latin1').digest('base64') === tags.bh }
}

function relaxed(header: string): string {
  const colon = header.indexOf(':')
  return `${header.slice(0, colon).trim().toLowerCase()}:${header.slice(colon + 1).replace(/\r\n/g, '').replace(/[ \t]+/g, ' ').trim()}`
}

function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
  while (lines.at(-1) === '') lines.pop()
  return lines.map((line) => `${line}\r\n`).join('')
}
