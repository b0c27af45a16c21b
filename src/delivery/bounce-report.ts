import { findReturnPath } from './return-path.ts'

/** What a server reports of a mail that it could not deliver (RFC 3464). */
export interface BounceReport {
  /** The delivery, by the address that the report came back to, or that it quotes; null: none of ours. */
  delivery: { account_id: number, delivery_id: number } | null
  /** Of the mail that is meant, with its angle brackets. */
  message_id: string | null
  /** Who it did not reach, in lower case. */
  recipients: string[]
  /** Such as 5.1.1. */
  status: string | null
  /** Status and diagnosis in the server's words, in one line. */
  detail: string
}

/**
 * Reads a mail as a report of a failure. Null for all else: out-of-office replies, and reports that it was delivered, relayed, or is late. Only `Action: failed` counts.
 */
export function readBounce(raw: string, secret: string): BounceReport | null {
  const parts = partsOf(raw.replace(/\r\n?/g, '\n'))
  const failed = parts.filter(({ type }) => /^message\/(global-)?delivery-status$/.test(type)).flatMap(({ body }) => body.split(/\n[ \t]*\n/).map(fieldsOf))
    .find((fields) => fields.get('action')?.toLowerCase().split(/[\s(]/)[0] === 'failed')
  if (!failed) return null
  const original = parts.filter(({ type }) => /^(message\/(rfc822|global)|text\/rfc822-headers|message\/global-headers)$/.test(type)).map(({ body }) => fieldsOf(body.split('\n\n', 1)[0] ?? ''))
  const status = /^[245]\.\d{1,3}\.\d{1,3}/.exec(failed.get('status') ?? '')?.[0] ?? null
  const diagnosis = (failed.get('diagnostic-code') ?? '').replace(/^\w+;\s*/, '')
  return {
    delivery: findReturnPath(raw, secret),
    message_id: original.map((fields) => /<[^<>\s]+>/.exec(fields.get('message-id') ?? '')?.[0]).find((id) => id !== undefined) ?? null,
    recipients: ['original-recipient', 'final-recipient'].flatMap((name) => failed.get(name)?.replace(/^[^;]*;\s*/, '').toLowerCase() ?? []),
    status,
    detail: oneLine([diagnosis.includes(status ?? ' ') ? null : status, diagnosis].filter((part) => part).join(' ')) || 'the mail came back',
  }
}

/** Whether nobody has that address: it is unknown, is none any more, or takes nothing. Full mailboxes and refused contents say nothing of the address. */
export function isDeadAddress(status: string | null): boolean {
  return status !== null && /^5\.(0|1|2\.1$)/.test(status)
}

interface Part { type: string, body: string }

/** All parts of a mail that are no multiparts themselves, decoded; a mail that is quoted is one part. */
function partsOf(mail: string, depth = 0): Part[] {
  const cut = mail.indexOf('\n\n')
  const [head, body] = cut < 0 ? [mail, ''] : [mail.slice(0, cut), mail.slice(cut + 2)]
  const fields = fieldsOf(head)
  const content = fields.get('content-type') ?? 'text/plain'
  const type = content.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const boundary = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(content)?.slice(1).find((one) => one)
  if (!type.startsWith('multipart/') || !boundary || depth > 5) return [{ type, body: decode(body, fields.get('content-transfer-encoding')) }]
  const inner = `\n${body}`.split(`\n--${boundary}`).slice(1)
  return inner.filter((part) => !part.startsWith('--')).flatMap((part) => partsOf(part.replace(/^[^\n]*\n/, ''), depth + 1))
}

/** Header fields by their names in lower case, unfolded; of several with one name the first. */
function fieldsOf(head: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of head.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const [, name = '', value = ''] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? []
    if (name && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value.trim())
  }
  return fields
}

function decode(body: string, encoding = ''): string {
  if (/^base64/i.test(encoding)) return Buffer.from(body, 'base64').toString('latin1').replace(/\r\n?/g, '\n')
  if (/^quoted-printable/i.test(encoding)) return body.replace(/=\n/g, '').replace(/=([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
  return body
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, 500)
}
