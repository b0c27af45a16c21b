/** A mail server that reads and forgets, in a process of its own: `node bench/smtp-sink.ts '{"distinct":true}'` also tells its recipients apart. Prints its address; on each message from its parent it answers with what it got since the last reset: SinkReport. */
import { SMTPServer } from 'smtp-server'

export interface SinkReport {
  mails: number
  /** How many different ones, if they are told apart. */
  recipients: number
  bytes: number
  /** Between the first and the last one. */
  seconds: number
}

const connections = { authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true, logger: false }
const { distinct = false } = JSON.parse(process.argv[2] ?? '{}')
const recipients = new Set<string>()
let [mails, bytes, first, last] = [0, 0, 0, 0]

const server = new SMTPServer({
  ...connections,
  onData(stream, session, done) {
    if (distinct) for (const { address } of session.envelope.rcptTo) recipients.add(address)
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length))
    stream.on('end', () => {
      last = performance.now()
      if (mails++ === 0) first = last
      done()
    })
  },
})
server.on('error', () => undefined)
server.listen(0, '127.0.0.1', () => {
  const address = server.server.address()
  if (typeof address === 'object' && address) console.log(`listens on smtp://127.0.0.1:${address.port}`)
})
process.on('message', (message) => {
  process.send?.({ mails, recipients: recipients.size, bytes, seconds: (last - first) / 1000 } satisfies SinkReport)
  if (message !== 'reset') return
  ;[mails, bytes] = [0, 0]
  recipients.clear()
})
process.on('disconnect', () => process.exit(0))
