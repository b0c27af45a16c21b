import { createTransport } from 'nodemailer'
import { Readable } from 'node:stream'
import { openSigner, type DkimSettings } from './dkim.ts'
import { failureOf, loggable } from './failures.ts'
import { writeMime } from './mime.ts'
import { returnPath, type BounceSettings } from './return-path.ts'
import type { Sender } from './sender.ts'

export interface EmailOptions {
  /** Null: the mail server signs, or nobody does. */
  dkim: DkimSettings | null
  /** Null: what can't be delivered comes back to whom the template sends from. */
  bounces: BounceSettings | null
}

const CONNECTIONS = 5

/** Within the lease's minute and its renewals; a server that takes longer than this for one answer is tried again later. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 15_000, socketTimeout: 30_000, dnsTimeout: 10_000 }

/**
 * Sends by SMTP: `smtp://user:password@host:port` (with STARTTLS where the server has it) or `smtps://…`. Connections are kept open between mails, five at most or what
 * `?maxConnections=` says.
 */
export function openEmail(mail_url: string, { dkim, bounces }: EmailOptions = { dkim: null, bounces: null }): Sender {
  const sign = dkim ? openSigner(dkim) : null
  const concurrency = Math.max(1, Math.floor(Number(new URL(mail_url).searchParams.get('maxConnections'))) || CONNECTIONS)
  // A mail whose connection breaks is never sent again behind our back: that is decided by its outcome.
  const transport = createTransport({ url: mail_url, pool: true, maxConnections: concurrency, maxRequeues: 0, disableFileAccess: true, disableUrlAccess: true, ...TIMEOUTS })
  const handed_over = new Set<string>()
  transport.use('stream', ({ data, message }, done) => {
    const message_id = String(data.messageId)
    const raw = data.raw
    message.createReadStream = () => inOnePiece(raw).once('end', () => handed_over.add(message_id))
    done()
  })
  const stop = new AbortController()
  return {
    concurrency,
    async send(message, mail) {
      try {
        const written = writeMime(mail)
        const from = bounces ? returnPath(bounces, message) : mail.from.address
        const { response } = await transport.sendMail({ raw: sign ? sign(written) : written, envelope: { from, to: mail.to.address }, messageId: mail.message_id, signal: stop.signal })
        return { outcome: { kind: 'sent', detail: response.slice(0, 500) }, is_ambiguous: false }
      } catch (error) {
        const is_ambiguous = handed_over.has(mail.message_id) && loggable(error).response_code === null
        return { outcome: stop.signal.aborted ? { kind: 'given_back', detail: null } : failureOf(error), is_ambiguous, log: loggable(error) }
      } finally {
        handed_over.delete(mail.message_id)
      }
    },
    close() {
      stop.abort()
      transport.close()
    },
  }
}

/** Nodemailer's own stream passes a mail through several others. */
function inOnePiece(raw: unknown): Readable {
  return new Readable({
    read() {
      this.push(raw)
      this.push(null)
    },
  })
}
