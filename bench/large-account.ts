import { sql } from 'kysely'
import { fillMillion } from './million.ts'
import { QUESTIONS, type Question } from './questions.ts'
import { openStage } from './stage.ts'
import type { Line } from './table.ts'

const ROUNDS = 100
/** Connections, plans and pages of the disk are warm after so many. */
const WARM_UPS = 5

/** Every question to an account of a million responses: one after the other, a hundred of each. */
export async function measureLargeAccount(): Promise<Line[]> {
  const stage = await openStage()
  try {
    await fillMillion(stage.ctx)
    await sql`vacuum analyze`.execute(stage.ctx.db)
    const { url } = await stage.serve(['--web-only'])
    const measured: { question: Question, p50: number, p99: number }[] = []
    for (const question of QUESTIONS) measured.push({ question, ...await measure(url, stage.api_key, question) })
    const first_page = measured[0]?.p99 ?? Number.NaN
    return measured.map(({ question: { what, limit_ms, is_page }, p50, p99 }) => ({
      what, ours: `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`, baseline: is_page ? `first page ${first_page.toFixed(1)} ms` : '–', ratio: is_page ? (p99 / first_page).toFixed(2) : '–', target: `p99 ≤ ${limit_ms} ms`, cpu: '–',
    }))
  } finally {
    await stage.close()
  }
}

async function measure(url: string, api_key: string, { path, may_miss }: Question): Promise<{ p50: number, p99: number }> {
  const times: number[] = []
  for (let n = 0; n < WARM_UPS + ROUNDS; n++) {
    const begun = performance.now()
    const answer = await fetch(`${url}${path(n)}`, { headers: { authorization: `Bearer ${api_key}` } })
    await answer.arrayBuffer()
    if (answer.status !== 200 && !(may_miss && answer.status === 404)) throw new Error(`${path(n)} was answered with ${answer.status}`)
    if (n >= WARM_UPS) times.push(performance.now() - begun)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}
