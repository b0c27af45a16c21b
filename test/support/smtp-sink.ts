import { once } from 'node:events'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

export interface SunkMail {
  from: string
  to: string[]
  /** Unfolded, by their names in lower case. */
  headers: Record<string, string>
  /** Decoded, of the first part of each type. */
  text: string
  html: string
  raw: string
}

/** What the sink does with a recipient. `drop` ends the connection after the whole mail, without an answer; `stall` never answers it. */
export type Verdict = 'accept' | 'drop' | 'stall' | { code: number, at?: 'recipient' | 'end' }

export interface SmtpSink {
  /** What EARSHOT_MAIL_URL takes. */
  readonly url: string
  /** What was accepted, oldest first. */
  readonly mails: SunkMail[]
  /** Every recipient that was spoken of, accepted or not. */
  readonly tries: string[]
  /** How many mails it took whole and never answered. */
  readonly stalled: number
  close(): Promise<void>
}

/** A mail server on the loopback that keeps what it is sent. `verdict` is asked for each mail, with its recipient and how often that one was tried before. */
export async function openSmtpSink(options: { verdict?: (recipient: string, earlier: number) => Verdict } = {}): Promise<SmtpSink> {
  const mails: SunkMail[] = []
  const tries: string[] = []
  let stalled = 0
  const verdictOf = (recipient: string): Verdict => options.verdict?.(recipient, tries.filter((one) => one === recipient).length - 1) ?? 'accept'
  const sockets = new Set<{ destroy(): void }>()
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true, logger: false, closeTimeout: 100,
    onRcptTo({ address }, _session, done) {
      tries.push(address)
      const verdict = verdictOf(address)
      if (typeof verdict === 'object' && verdict.at !== 'end') return done(refusal(verdict.code))
      done()
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const recipient = session.envelope.rcptTo[0]?.address ?? ''
        const verdict = verdictOf(recipient)
        if (typeof verdict === 'object') return done(refusal(verdict.code))
        if (verdict === 'drop') return sockets.forEach((socket) => socket.destroy())
        if (verdict === 'stall') return void stalled++
        mails.push(parseMail(Buffer.concat(chunks).toString('latin1'), session))
        done()
      })
    },
  })
  server.server.on('connection', (socket) => sockets.add(socket))
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('the sink has no port')
  return {
    url: `smtp://127.0.0.1:${address.port}`, mails, tries,
    get stalled() {
      return stalled
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

function refusal(code: number): Error {
  return Object.assign(new Error(code < 500 ? 'try again later' : 'no such mailbox'), { responseCode: code })
}

function parseMail(raw: string, session: SMTPServerSession): SunkMail {
  const { headers, body } = splitPart(raw)
  const parts = partsOf(headers, body)
  const sender = session.envelope.mailFrom
  return {
    from: sender ? sender.address : '', to: session.envelope.rcptTo.map(({ address }) => address), headers, raw,
    text: contentOf(parts.find((part) => part.headers['content-type']?.startsWith('text/plain'))),
    html: contentOf(parts.find((part) => part.headers['content-type']?.startsWith('text/html'))),
  }
}

interface Part { headers: Record<string, string>, body: string }

function splitPart(raw: string): Part {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  return { headers: Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])), body: raw.slice(end + 4) }
}

function partsOf(headers: Record<string, string>, body: string): Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1]
  if (!boundary) return [{ headers, body }]
  return body.split(`--${boundary}`).slice(1, -1).map((part) => splitPart(part.replace(/^\r\n/, '')))
}

function contentOf(part: Part | undefined): string {
  if (!part) return ''
  const encoding = part.headers['content-transfer-encoding']
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString('utf8')
  const bytes = encoding !== 'quoted-printable' ? part.body : part.body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8').replace(/\r\n/g, '\n')
}
