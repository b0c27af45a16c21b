import { createTransport } from 'nodemailer'
import { failureOf, loggable } from './failures.ts'
import type { Mail } from './render.ts'
import type { Sender } from './sender.ts'

const CONNECTIONS = 5

/** Within the lease's minute and its renewals; a server that takes longer than this for one answer is tried again later. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 15_000, socketTimeout: 30_000, dnsTimeout: 10_000 }

/**
 * Sends by SMTP: `smtp://user:password@host:port` (with STARTTLS where the server has it) or `smtps://…`. Connections are kept open between mails, five at most or what
 * `?maxConnections=` says.
 */
export function openEmail(mail_url: string): Sender {
  const concurrency = Math.max(1, Math.floor(Number(new URL(mail_url).searchParams.get('maxConnections'))) || CONNECTIONS)
  // A mail whose connection breaks is never sent again behind our back: that is decided by its outcome.
  const transport = createTransport({ url: mail_url, pool: true, maxConnections: concurrency, maxRequeues: 0, disableFileAccess: true, disableUrlAccess: true, ...TIMEOUTS })
  const handed_over = new Set<string>()
  transport.use('stream', (mail, done) => {
    const message_id = String(mail.data.messageId)
    const { message } = mail
    const read = message.createReadStream.bind(message)
    message.createReadStream = (options) => read(options).once('end', () => handed_over.add(message_id))
    done()
  })
  const stop = new AbortController()
  return {
    concurrency,
    async send(_message, mail) {
      try {
        const { response } = await transport.sendMail({ ...envelopeOf(mail), signal: stop.signal })
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

function envelopeOf(mail: Mail) {
  return { from: mail.from, to: mail.to, subject: mail.subject, messageId: mail.message_id, headers: mail.headers, html: mail.html, text: mail.text }
}
