import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { openDelivery } from '../src/delivery/deliver.ts'
import { getSandboxMail, listSandboxMails } from '../src/core/sandbox-mails.ts'
import type { Context } from '../src/core/context.ts'
import { duel, type Round } from './duel.ts'
import { withStage } from './intake.ts'
import type { SinkReport } from './smtp-sink.ts'
import { invite, runProgram, startProgram, withCpu } from './stage.ts'
import type { Line } from './table.ts'

const COUNT = 5000

/** Mails to a server on the loopback, by a worker of ours and by a bare pool of as many connections, with the same contents. Counted from the first to the last that arrives. */
export async function measureSending(): Promise<Line[]> {
  return withStage(async (stage) => {
    const sink = await startProgram('smtp-sink.ts', {})
    const report = async (message: 'count' | 'reset'): Promise<SinkReport> => {
      sink.child.send(message)
      return (await once(sink.child, 'message'))[0]
    }
    const arrived = async (): Promise<Round> => {
      const deadline = performance.now() + 120_000
      while ((await report('count')).mails < COUNT && performance.now() < deadline) await pause(50)
      const { mails, seconds } = await report('reset')
      return { requests: mails - 1, seconds, failed: COUNT - mails, node_us: 0, postgres_us: 0 }
    }
    const mail = await sampleMail(stage.ctx)
    try {
      return [await duel({
        what: 'mails to an SMTP sink', target: '≥ 0.7', settle: stage.settle, rounds: 3,
        async ours(round) {
          await invite(stage.ctx, 1000 + round * COUNT, COUNT)
          const worker = stage.start(['work'], { EARSHOT_MAIL_URL: sink.url })
          await worker.printed(/sends what is due/)
          const { node_us, postgres_us, ...measured } = await withCpu(worker.child.pid, stage.postmaster, arrived)
          await worker.stop()
          return { ...measured, node_us, postgres_us }
        },
        async baseline() {
          const run = runProgram('baseline-mail.ts', { url: sink.url, count: COUNT, mail })
          return { ...(await arrived()), node_us: Number(await run), postgres_us: 0 }
        },
      })]
    } finally {
      await sink.stop()
    }
  })
}

/** A mail as ours is written, so that the pool sends the same sizes. */
export async function sampleMail(ctx: Context): Promise<object> {
  await invite(ctx, 1, 1)
  const delivery = openDelivery({ ground: ctx, mail_url: null, public_url: 'http://localhost:8080' })
  await delivery.sendDue()
  await delivery.close()
  const { rows: [first] } = await listSandboxMails(ctx, { offset: 0, limit: 1 })
  const { from_header, subject, html, text, headers } = await getSandboxMail(ctx, first?.id ?? 0)
  return { from: from_header, subject, html, text, headers }
}
