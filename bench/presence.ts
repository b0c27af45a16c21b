import { setTimeout as pause } from 'node:timers/promises'
import { makeDataDir, startEarshot } from '../test/support/earshot-process.ts'
import { recordResponse } from '../src/core/responses/record.ts'
import { getInvitation } from '../src/core/invitations/list.ts'
import type { Context } from '../src/core/context.ts'
import { withStage } from './intake.ts'
import { childrenOf, memoryOf } from './processes.ts'
import { invite, load } from './stage.ts'
import { median, show, type Line } from './table.ts'

const NONE = { baseline: '–', ratio: '–', cpu: '–' }

/** From the command to the first answer of /readyz, as somebody at a terminal sees it. */
export async function measureStart(): Promise<Line[]> {
  const [first, later]: [number[], number[]] = [[], []]
  for (let round = 0; round < 3; round++) {
    const data = makeDataDir('bench')
    first.push(await timeStart(data.path))
    for (let again = 0; again < 2; again++) later.push(await timeStart(data.path))
    await data.remove()
  }
  return [
    { what: 'start to ready, existing data', ours: show(median(later), ' ms'), target: '≤ 1,000 ms', ...NONE },
    { what: 'start to ready, first start ever', ours: show(median(first), ' ms'), target: '≤ 3,000 ms', ...NONE },
  ]
}

/** Web, worker and database, after some work and 15 idle seconds. */
export async function measureMemory(): Promise<Line[]> {
  return withStage(async (stage) => {
    const { url, server } = await stage.serve([])
    await load({ kind: 'tickets', url, api_key: stage.api_key, connections: 16, amount: 500, first: 1 })
    await stage.leave()
    await pause(15_000)
    const { pid = 0 } = server.child
    const [node, database] = [memoryOf([pid]), memoryOf([stage.postmaster, ...childrenOf(stage.postmaster)])]
    return [{ what: 'idle memory: web, worker, database', ours: `${show(node + database, ' MB')} (Node ${show(node)}, database ${show(database)})`, target: '≤ 250 MB', ...NONE }]
  })
}

/** How long tickets take at a steady rate, with a report over everything asked for again and again, and without. */
export async function measureReports(): Promise<Line[]> {
  return withStage(async (stage) => {
    await answerMany(stage.ctx, 10_000)
    const { url } = await stage.serve(['--web-only'])
    const [alone, beside]: [number[], number[]] = [[], []]
    let first = 100_000
    const post = async (): Promise<number> => (await load({ kind: 'tickets', url, api_key: stage.api_key, connections: 16, overallRate: 300, duration: 5, first: (first += 5000) })).p99_ms
    await post()
    for (let round = 0; round < 3; round++) {
      alone.push(await post())
      const reports = askRepeatedly(`${url}/csat?from_time=2000-01-01T00:00:00Z`, stage.api_key)
      beside.push(await post())
      await reports.stop()
    }
    return [{
      what: 'POST p99 while a report runs, 300/s', ours: show(median(beside), ' ms'), baseline: `${show(median(alone), ' ms')} without`, ratio: median(beside.map((one, index) => one / (alone[index] ?? one))).toFixed(2), target: '≤ 2', cpu: '–',
    }]
  })
}

async function timeStart(data_dir: string): Promise<number> {
  const begun = performance.now()
  const earshot = startEarshot(['serve'], { EARSHOT_DATA_DIR: data_dir, EARSHOT_PORT: '0', EARSHOT_LOG_LEVEL: 'warn' })
  const url = (await earshot.printed(/listens on (\S+)/))[1]
  const { status } = await fetch(`${url}/readyz`)
  const took = performance.now() - begun
  await earshot.stop()
  if (status !== 200) throw new Error(`not ready: ${status}`)
  return took
}

async function answerMany(ctx: Context, count: number): Promise<void> {
  const ids = await invite(ctx, 1, count)
  for (let from = 0; from < count; from += 256) {
    await Promise.all(ids.slice(from, from + 256).map(async (id) => {
      const { token } = await getInvitation(ctx, id)
      await recordResponse(ctx, token, { score: 1 + id % 10, comment: null }, { responder_ip: null, user_agent: null })
    }))
  }
}

function askRepeatedly(url: string, api_key: string): { stop(): Promise<void> } {
  let is_over = false
  const running = (async () => {
    while (!is_over) {
      const answer = await fetch(url, { headers: { authorization: `Token token=${api_key}`, accept: 'application/vnd.customersure.v1+json' } })
      if (answer.status !== 200) throw new Error(`the report answered ${answer.status}`)
      await answer.arrayBuffer()
    }
  })()
  return {
    stop() {
      is_over = true
      return running
    },
  }
}
