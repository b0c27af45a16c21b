import MimeNode from 'nodemailer/lib/mime-node'
import { wrap } from 'nodemailer/lib/qp'
import type { Mail } from './render.ts'

/** No encoding of a part can contain it: in quoted-printable an equals sign is followed by two digits, in base64 there is no underscore. */
const BOUNDARY = '=_earshot'

/**
 * A mail as it goes over the line, with CRLF as line end: a text and an HTML part. The headers are nodemailer's, which knows how they are encoded and folded. The rest is put together
 * here at once, since as a stream of its many pieces a mail takes the processor three times as long.
 */
export function writeMime({ from, to, subject, message_id, headers, text, html }: Mail): Buffer {
  const head = new MimeNode('multipart/alternative', { baseBoundary: BOUNDARY })
  head.addHeader(headers)
  head.setHeader({ from, to, subject, 'message-id': message_id })
  const lines = head.buildHeaders()
  const start = `--${head.boundary}`
  return Buffer.from([lines, '', start, part('text/plain', text), start, part('text/html', html), `${start}--`, ''].join('\r\n'))
}

/** What is mostly not Latin would be three times as long in quoted-printable; all else stays readable in it. */
function part(type: string, content: string): string {
  const text = content.replace(/\r\n?|\n/g, '\r\n')
  const is_latin = Buffer.byteLength(text) < 1.2 * text.length
  const body = is_latin ? wrap(quotedPrintable(text)) : Buffer.from(text).toString('base64').replace(/.{76}(?=.)/g, '$&\r\n')
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${is_latin ? 'quoted-printable' : 'base64'}\r\n\r\n${body}`
}

/** Nearly all of it is plain letters, which are not looked at one by one: that takes less than half of what nodemailer's own takes. */
function quotedPrintable(text: string): string {
  return text.replaceAll('=', '=3D').replace(/[^\t\r\n -~]+|[\t ](?=\r\n|$)/g, (run) => Buffer.from(run).toString('hex').toUpperCase().replace(/../g, '=$&'))
}
