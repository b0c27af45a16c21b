import { readFileSync } from 'node:fs'
import { findMailDelivery, recordReceipt } from '../core/invitations/receipts.ts'
import { isDeadAddress, readBounce, type BounceReport } from '../delivery/bounce-report.ts'
import type { Ground } from '../core/context.ts'
import { need, UsageError, type Call, type Command } from './command.ts'

/** What mail servers take for "try again later". */
const TEMPORARY = 75

export const bounce: Command = {
  summary: 'Takes a mail that came back, for a pipe from the mail server. What is no report of a failure, or of no mail of ours, changes nothing.',
  flags: { from: { value: 'FILE', meaning: 'The mail; - reads standard input.' } },
  async run(call) {
    const report = readBounce(readMail(need(call, 'from')), call.config.secret)
    if (!report) return say(call, 'no report of a failure')
    try {
      const delivery = await call.withGround((ground) => takeBounce(ground, report))
      if (!delivery) return say(call, 'of no mail that was sent from here')
      call.print({ bounced: true, ...delivery, detail: report.detail }, [`delivery ${delivery.delivery_id} of account ${delivery.account_id} came back: ${report.detail}`])
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error))
      return TEMPORARY
    }
  },
}

/** By the address that it came back to, which only we can make; else by the Message-ID and the recipient together. */
async function takeBounce(ground: Ground, report: BounceReport): Promise<BounceReport['delivery']> {
  const delivery = report.delivery ?? (report.message_id === null ? null : await findMailDelivery(ground, report.message_id, report.recipients))
  if (delivery) await recordReceipt(ground, delivery, { kind: 'bounced', detail: report.detail, is_opt_out: false, is_dead: isDeadAddress(report.status) })
  return delivery
}

function say(call: Call, reason: string): void {
  call.print({ bounced: false, reason }, [`nothing to do: ${reason}`])
}

/** Bytes as they are: only what is plain ASCII is looked at. */
function readMail(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'latin1')
  } catch (error) {
    throw new UsageError(`--from ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
