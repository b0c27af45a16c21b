/** What sending is measured against: `node bench/baseline-mail.ts JSON`, a bare nodemailer pool that sends the same mail so many times. Prints the processor time that this took, in microseconds. */
import { createTransport } from 'nodemailer'

const { url, count, mail } = JSON.parse(process.argv[2] ?? '{}')
const transport = createTransport({ url, pool: true, maxConnections: 5, maxMessages: Infinity })
const before = process.cpuUsage()
await Promise.all(Array.from({ length: count }, (_, index) => transport.sendMail({ ...mail, to: `person${index}@client.example`, messageId: `<b${index}@baseline.example>` })))
transport.close()
const { user, system } = process.cpuUsage(before)
console.log(user + system)
