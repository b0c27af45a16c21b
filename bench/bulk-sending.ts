import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { getSurveyFor } from '../src/core/surveys.ts'
import type { Context } from '../src/core/context.ts'
import { withStage } from './intake.ts'
import { memoryOf } from './processes.ts'
import { sampleMail } from './sending.ts'
import type { SinkReport } from './smtp-sink.ts'
import { runProgram, startProgram, type Stage } from './stage.ts'
import { show, type Line } from './table.ts'

const [MANY, FEW] = [100_000, 20_000]
const NONE = { cpu: '–' }

/**
 * A hundred thousand requests that are due in the same minute: how fast one worker sends them, beside a bare pool, and what memory it takes at the beginning and at the end; then how
 * often two workers that share twenty thousand send one twice.
 */
export async function measureBulk(): Promise<Line[]> {
  return withStage(async (stage) => {
    const sink = await startProgram('smtp-sink.ts', { distinct: true })
    const report = async (message: 'count' | 'reset'): Promise<SinkReport> => {
      sink.child.send(message)
      return (await once(sink.child, 'message'))[0]
    }
    const arrived = async (count: number): Promise<void> => {
      for (const end = performance.now() + 300_000; (await report('count')).mails < count; await pause(100)) if (performance.now() > end) throw new Error(`${count} mails did not arrive in five minutes`)
    }
    const mail = await sampleMail(stage.ctx)
    try {
      const bare = await sendBare(sink.url, mail, arrived, report)
      const one = await sendByWorkers(stage, sink.url, { workers: 1, count: MANY, first: 1 }, arrived, report)
      const two = await sendByWorkers(stage, sink.url, { workers: 2, count: FEW, first: 1 + MANY }, arrived, report)
      const later = await sendBare(sink.url, mail, arrived, report)
      const baseline = (bare + later) / 2
      return [
        { what: '100,000 mails due at once, one worker', ours: show(one.rate, '/s'), baseline: show(baseline, '/s'), ratio: (one.rate / baseline).toFixed(2), target: '≥ 0.7', ...NONE },
        { what: 'its memory after 10,000, and after 90,000', ours: `${show(one.early_mb)} and ${show(one.late_mb, ' MB')}`, baseline: '–', ratio: (one.late_mb / one.early_mb).toFixed(2), target: 'flat', ...NONE },
        { what: '20,000 mails due at once, two workers', ours: `${show(two.rate, '/s')}, ${two.doubles} twice`, baseline: show(baseline, '/s'), ratio: (two.rate / baseline).toFixed(2), target: '0 twice', ...NONE },
      ]
    } finally {
      await sink.stop()
    }
  })
}

async function sendBare(url: string, mail: object, arrived: (count: number) => Promise<void>, report: (message: 'reset') => Promise<SinkReport>): Promise<number> {
  const run = runProgram('baseline-mail.ts', { url, count: FEW, mail })
  await arrived(FEW)
  await run
  const { mails, seconds } = await report('reset')
  return (mails - 1) / seconds
}

async function sendByWorkers(stage: Stage, url: string, { workers, count, first }: { workers: number, count: number, first: number }, arrived: (count: number) => Promise<void>, report: (message: 'reset') => Promise<SinkReport>) {
  await makeDue(stage.ctx, first, count)
  const running = Array.from({ length: workers }, () => stage.start(['work'], { EARSHOT_MAIL_URL: url }))
  const memory = (): number => memoryOf(running.flatMap(({ child }) => child.pid ?? []))
  await arrived(count / 10)
  const early_mb = memory()
  await arrived(count * 0.9)
  const late_mb = memory()
  await arrived(count)
  await Promise.all(running.map((worker) => worker.stop()))
  const { mails, recipients, seconds } = await report('reset')
  if (recipients !== count) throw new Error(`${count - recipients} of ${count} mails did not go out`)
  return { rate: (mails - 1) / seconds, doubles: mails - recipients, early_mb, late_mb }
}

/** Requests as they are once accepted, each to another address. */
async function makeDue(ctx: Context, first: number, count: number): Promise<void> {
  const survey = await getSurveyFor(ctx, 'nps')
  const now = ctx.now()
  await sql`insert into invitations (account_id, token, channel, state, survey_id, email_template_id, send_at, due_at, email, first_name, surname, site_id, headline_metric, created_at, updated_at)
    select ${ctx.account.id}, 'bulk' || n || '-' || md5(n::text || random()), 'email', 'pending', ${survey.id}, ${ctx.account.default_email_template_id}, ${now}, ${now}, 'bulk' || n || '@client.example', 'Person', 'Number' || n,
      ${ctx.account.default_site_id}, ${survey.headline_metric}, ${now}, ${now}
    from generate_series(${first}::integer, ${first + count - 1}::integer) n`.execute(ctx.db)
  await sql`analyze invitations`.execute(ctx.db)
}
