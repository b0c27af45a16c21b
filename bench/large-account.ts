import type { Context } from '../src/core/context.ts'
import { feedbackQuestions, type Asked } from './feedback-questions.ts'
import { fillMillion, SIZE } from './million.ts'
import { QUESTIONS, type Question } from './questions.ts'
import { openStage } from './stage.ts'
import type { Line } from './table.ts'

/** So many that the 99th of a hundred is the fourth worst, and not what once came between. */
const ROUNDS = 300
/** Connections, plans and pages of the disk are warm after so many. */
const WARM_UPS = 5

/** Ten times as many, of whom fewer wait: a case and an invitation for each of these would need another twenty gigabytes. */
const LARGER = { ...SIZE, responses: 10_000_000, waiting_for_one: 0.1 }

/** Every question of one dialect to an account of a million responses: one after the other, three hundred of each. */
export function measureLargeAccount(): Promise<Line[]> {
  return measureSuite(async () => QUESTIONS, (api_key) => ({ authorization: `Bearer ${api_key}` }))
}

/** The same of the dialect that knows feedback requests, with its metrics. */
export function measureLargeFeedback(size = SIZE): Promise<Line[]> {
  return measureSuite(async (ctx) => feedbackQuestions(await askedOf(ctx, size)), (api_key) => ({ authorization: `Token token=${api_key}`, accept: 'application/vnd.customersure.v1+json', 'user-agent': 'bench' }), size)
}

export function measureLargerFeedback(): Promise<Line[]> {
  return measureLargeFeedback(LARGER)
}

type Headers = Readonly<Record<string, string>>

async function measureSuite(questionsOf: (ctx: Context) => Promise<readonly Question[]>, headersOf: (api_key: string) => Headers, size = SIZE): Promise<Line[]> {
  const stage = await openStage()
  try {
    await fillMillion(stage.ctx, size)
    await stage.settle()
    const { url } = await stage.serve(['--web-only'])
    return await askAll(url, await questionsOf(stage.ctx), headersOf(stage.api_key))
  } finally {
    await stage.close()
  }
}

/** The first question is for the first page of a list, with which others are compared. */
export async function askAll(url: string, questions: readonly Question[], headers: Headers): Promise<Line[]> {
  const lines: Line[] = []
  for (const question of questions) lines.push(await measure(url, headers, question, question.is_page ? questions[0] : undefined))
  return lines
}

export async function askedOf(ctx: Context, { responses, waiting_for_one }: typeof SIZE): Promise<Asked> {
  const of = async (table: 'surveys' | 'sites' | 'staff') => (await ctx.db.selectFrom(table).select('id').where('account_id', '=', ctx.account.id).orderBy('id').execute()).map(({ id }) => id)
  const pages = { responses: Math.floor(responses / 30), requests: Math.floor(responses * (1 + waiting_for_one) / 30) }
  return { surveys: await of('surveys'), sites: await of('sites'), staff: await of('staff'), pages }
}

/** Pages are asked for in turn with the first one, so that what else the machine does meets both alike. */
async function measure(url: string, headers: Headers, question: Question, first_page?: Question): Promise<Line> {
  const times: number[] = []
  const first_times: number[] = []
  for (let n = 0; n < WARM_UPS + ROUNDS; n++) {
    const time = await ask(url, headers, question, n)
    const first_time = first_page && await ask(url, headers, first_page, n)
    if (n < WARM_UPS) continue
    times.push(time)
    if (first_time !== undefined) first_times.push(first_time)
  }
  const [ours, first] = [spreadOf(times), spreadOf(first_times)]
  return {
    what: question.what, ours: show(ours), baseline: first_page ? `first page ${show(first)}` : '–', ratio: first_page ? (ours.p99 / first.p99).toFixed(2) : '–', target: `p99 ≤ ${question.limit_ms} ms${first_page ? ', twice the first page' : ''}`, cpu: '–',
  }
}

/** Milliseconds until all of the answer is there. */
async function ask(url: string, headers: Headers, { path, may_miss }: Question, n: number): Promise<number> {
  const begun = performance.now()
  const answer = await fetch(`${url}${path(n)}`, { headers })
  await answer.arrayBuffer()
  if (answer.status !== 200 && !(may_miss && answer.status === 404)) throw new Error(`${path(n)} was answered with ${answer.status}`)
  return performance.now() - begun
}

interface Spread { p50: number, p99: number }

function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}

function show({ p50, p99 }: Spread): string {
  return `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`
}
