import { sql } from 'kysely'
import type { Context } from '../src/core/context.ts'
import { feedbackQuestions, type Ids } from './feedback-questions.ts'
import { fillMillion } from './million.ts'
import { QUESTIONS, type Question } from './questions.ts'
import { openStage } from './stage.ts'
import type { Line } from './table.ts'

const ROUNDS = 100
/** Connections, plans and pages of the disk are warm after so many. */
const WARM_UPS = 5

/** Every question of one dialect to an account of a million responses: one after the other, a hundred of each. */
export function measureLargeAccount(): Promise<Line[]> {
  return measureSuite(async () => QUESTIONS, (api_key) => ({ authorization: `Bearer ${api_key}` }))
}

/** The same of the dialect that knows feedback requests, with its metrics. */
export function measureLargeFeedback(): Promise<Line[]> {
  return measureSuite(async (ctx) => feedbackQuestions(await idsOf(ctx)), (api_key) => ({ authorization: `Token token=${api_key}`, accept: 'application/vnd.customersure.v1+json', 'user-agent': 'bench' }))
}

type Headers = Readonly<Record<string, string>>

async function measureSuite(questionsOf: (ctx: Context) => Promise<readonly Question[]>, headersOf: (api_key: string) => Headers): Promise<Line[]> {
  const stage = await openStage()
  try {
    await fillMillion(stage.ctx)
    await sql`vacuum analyze`.execute(stage.ctx.db)
    const { url } = await stage.serve(['--web-only'])
    return await askAll(url, await questionsOf(stage.ctx), headersOf(stage.api_key))
  } finally {
    await stage.close()
  }
}

/** The first question is for the first page of a list, with which others are compared. */
export async function askAll(url: string, questions: readonly Question[], headers: Headers): Promise<Line[]> {
  const measured: { question: Question, p50: number, p99: number }[] = []
  for (const question of questions) measured.push({ question, ...await measure(url, headers, question) })
  const first_page = measured[0]?.p99 ?? Number.NaN
  return measured.map(({ question: { what, limit_ms, is_page }, p50, p99 }) => ({
    what, ours: `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`, baseline: is_page ? `first page ${first_page.toFixed(1)} ms` : '–', ratio: is_page ? (p99 / first_page).toFixed(2) : '–', target: `p99 ≤ ${limit_ms} ms`, cpu: '–',
  }))
}

export async function idsOf(ctx: Context): Promise<Ids> {
  const of = async (table: 'surveys' | 'sites' | 'staff') => (await ctx.db.selectFrom(table).select('id').where('account_id', '=', ctx.account.id).orderBy('id').execute()).map(({ id }) => id)
  return { surveys: await of('surveys'), sites: await of('sites'), staff: await of('staff') }
}

async function measure(url: string, headers: Headers, { path, may_miss }: Question): Promise<{ p50: number, p99: number }> {
  const times: number[] = []
  for (let n = 0; n < WARM_UPS + ROUNDS; n++) {
    const begun = performance.now()
    const answer = await fetch(`${url}${path(n)}`, { headers })
    await answer.arrayBuffer()
    if (answer.status !== 200 && !(may_miss && answer.status === 404)) throw new Error(`${path(n)} was answered with ${answer.status}`)
    if (n >= WARM_UPS) times.push(performance.now() - begun)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}
