import { setTimeout as pause } from 'node:timers/promises'
import { bouncesOf, type Config } from './config.ts'
import { sweepAccessTokens } from './core/access-tokens.ts'
import { foldCaseChanges } from './core/case-counts.ts'
import { countProvisional } from './core/clicks/provisional.ts'
import { recheckAnswers } from './core/clicks/recheck.ts'
import { sweepTouches } from './core/clicks/touches.ts'
import type { Ground } from './core/context.ts'
import { eraseIdlePersons, workErasures } from './core/erasures.ts'
import { sweepProviderEvents } from './core/invitations/receipts.ts'
import { sweepGrants } from './core/oauth/grants.ts'
import { foldRecordChanges } from './core/records/fold.ts'
import { sweepLoginLinks } from './core/login-links.ts'
import { sweepRateLimits } from './core/rate-limits.ts'
import { sweepPendingLogIns } from './core/second-factors.ts'
import { sweepSessions } from './core/sessions.ts'
import { openDelivery, type Delivery } from './delivery/deliver.ts'

interface Tools { ground: Ground, delivery: Delivery, secret: string }

interface Task {
  readonly name: string
  /** From its end to its next begin; none while it finds work. */
  readonly every_ms: number
  /** Answers how much it did, where more may be waiting. */
  readonly run: (tools: Tools) => Promise<number | void>
}

/** Everything that happens without being asked for. Any number of processes may run it side by side. */
const TASKS: readonly Task[] = [
  { name: 'send the mails that are due', every_ms: 500, run: ({ delivery }) => delivery.sendDue() },
  { name: 'send the text messages that are due', every_ms: 500, run: ({ delivery }) => delivery.sendDueTexts() },
  { name: 'add up what was noted of records', every_ms: 1000, run: ({ ground }) => foldRecordChanges(ground) },
  { name: 'delete persons', every_ms: 5000, run: ({ ground, secret }) => workErasures(ground, secret) },
  { name: 'delete persons who were not heard of for as long as data are kept', every_ms: 3_600_000, run: ({ ground }) => eraseIdlePersons(ground) },
  { name: 'count the clicks whose quiet window is over', every_ms: 5000, run: ({ ground }) => countProvisional(ground) },
  { name: 'look again at fresh answers', every_ms: 10_000, run: ({ ground }) => recheckAnswers(ground) },
  { name: 'forget who followed links long ago', every_ms: 3_600_000, run: ({ ground }) => sweepTouches(ground) },
  { name: 'add up what was noted of cases', every_ms: 1000, run: ({ ground }) => foldCaseChanges(ground) },
  { name: 'forget the counts of past rate limits', every_ms: 600_000, run: ({ ground }) => sweepRateLimits(ground) },
  { name: 'forget what providers told long ago', every_ms: 3_600_000, run: ({ ground }) => sweepProviderEvents(ground) },
  { name: 'forget sessions that are over', every_ms: 600_000, run: ({ ground }) => sweepSessions(ground) },
  { name: 'forget log-in links that are over', every_ms: 600_000, run: ({ ground }) => sweepLoginLinks(ground) },
  { name: 'forget access tokens that are over', every_ms: 600_000, run: ({ ground }) => sweepAccessTokens(ground) },
  { name: 'forget log-ins that nobody finished', every_ms: 600_000, run: ({ ground }) => sweepPendingLogIns(ground) },
  { name: 'forget codes, refresh tokens and leaves that are over', every_ms: 600_000, run: ({ ground }) => sweepGrants(ground) },
]

/** Runs all tasks until it is stopped. One that fails is logged and goes on. Stopping ends what is under way within 12 seconds: a send is finished or given back. */
export function startWorker({ ground, config }: { ground: Ground, config: Config }): { stop(): Promise<void> } {
  const delivery = openDelivery({ ground, mail_url: config.mail_url, sms_url: config.sms_url, public_url: config.public_url, dkim: config.dkim, bounces: bouncesOf(config) })
  const stopping = new AbortController()
  const loops = TASKS.map((task) => repeat(task, { ground, delivery, secret: config.secret }, stopping.signal))
  return {
    async stop() {
      stopping.abort()
      await delivery.close()
      await Promise.race([Promise.all(loops), pause(2000, undefined, { ref: false })])
    },
  }
}

/** One after the other: a task that takes long never runs twice at once. */
async function repeat(task: Task, tools: Tools, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const done = await attempt(task, tools)
    if (done === 0) await pause(task.every_ms, undefined, { signal: stopping }).catch(() => undefined)
  }
}

async function attempt(task: Task, tools: Tools): Promise<number> {
  try {
    return (await task.run(tools)) ?? 0
  } catch (error) {
    tools.ground.log.error({ task: task.name, error: error instanceof Error ? error.message : String(error) }, 'a task failed, and will be tried again')
    return 0
  }
}
