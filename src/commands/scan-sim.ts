import { setTimeout as pause } from 'node:timers/promises'
import { endQuietWindow, outcomesOf, type Outcome } from '../core/clicks/outcomes.ts'
import { countProvisional } from '../core/clicks/provisional.ts'
import { recheckAnswers } from '../core/clicks/recheck.ts'
import type { Context } from '../core/context.ts'
import { inviteTrials, removeTrials, type Trial } from '../core/trials.ts'
import { openChromium } from '../scanners/chromium.ts'
import { sendOverNetwork } from '../scanners/network.ts'
import { ACTORS, expectedScore, roleOf, run, type Actor, type Run } from '../scanners/simulation.ts'
import type { Surroundings } from '../scanners/surroundings.ts'
import { ACCOUNT_FLAG, Unable, UsageError, type Call, type Command } from './command.ts'

export const scanSimCommand: Command = {
  summary: 'Sends link scanners and people to surveys of a running server, and says who counts; takes three minutes.',
  flags: { ...ACCOUNT_FLAG, url: { value: 'URL', meaning: 'Where the server is reached; EARSHOT_PUBLIC_URL unless said otherwise.' }, only: { value: 'NAMES', meaning: 'Some of them, separated by commas.' } },
  async run(call) {
    const url = (call.text('url') ?? call.config.public_url).replace(/\/+$/, '')
    const actors = chosen(call)
    await checkServer(url)
    const browser = await openChromium()
    const where: Surroundings = { send: sendOverNetwork, wait: (ms) => pause(ms), browser }
    const findings = await call.withAccount((ctx) => simulate(ctx, actors, where, url)).finally(() => browser?.close())
    call.print({ browser: browser !== null, findings }, linesOf(findings, browser !== null))
    return findings.some(({ is_right }) => is_right === false) ? 1 : 0
  },
}

/** What was found of one of them. */
interface Finding {
  kind: 'scanner' | 'person'
  name: string
  does: string
  /** The score that had to count; null: none. */
  expected: number | null
  /** The score that counts. */
  counted: number | null
  suspected: number
  /** Null where it could not run. */
  is_right: boolean | null
  problem: string | null
}

/** All at the same time, each with an invitation of its own, of which nothing stays. */
async function simulate(ctx: Context, actors: readonly Actor[], where: Surroundings, url: string): Promise<Finding[]> {
  const trials = await inviteTrials(ctx, actors.map((actor) => ('human' in actor ? actor.human.days_later ?? 0 : 0)))
  const ids = trials.map(({ invitation_id }) => invitation_id)
  try {
    const runs = await Promise.all(actors.map((actor, index) => run(actor, linksOf(trials[index], url), where)))
    await recheckAnswers(ctx)
    await endQuietWindow(ctx.db, ctx.account.id, ids, ctx.now())
    await countProvisional(ctx)
    const outcomes = new Map((await outcomesOf(ctx, ids)).map((outcome) => [outcome.invitation_id, outcome]))
    return actors.map((actor, index) => findingOf(actor, runs[index], outcomes.get(ids[index] ?? 0)))
  } finally {
    await removeTrials(ctx, trials)
  }
}

function linksOf(trial: Trial | undefined, url: string): string[] {
  return trial?.paths.map((path) => `${url}${path}`) ?? []
}

function findingOf(actor: Actor, made: Run | undefined, outcome: Outcome | undefined): Finding {
  const { name, does } = roleOf(actor)
  const expected = expectedScore(actor)
  const counted = outcome?.score ?? null
  return {
    kind: 'human' in actor ? 'person' : 'scanner', name, does, expected, counted, suspected: outcome?.suspected ?? 0,
    is_right: made?.done ? counted === expected : null, problem: made && !made.done ? made.why : null,
  }
}

/** Throws UsageError for a name that nobody has. */
function chosen(call: Call): readonly Actor[] {
  const names = call.text('only')?.split(',').map((name) => name.trim())
  const unknown = names?.find((name) => !ACTORS.some((actor) => roleOf(actor).name === name))
  if (unknown !== undefined) throw new UsageError(`--only: nobody is called ${unknown}; there are ${ACTORS.map((actor) => roleOf(actor).name).join(', ')}`)
  return ACTORS.filter((actor) => names?.includes(roleOf(actor).name) ?? true)
}

async function checkServer(url: string): Promise<void> {
  const answer = await sendOverNetwork({ method: 'GET', url: `${url}/healthz`, headers: {}, body: null, address: '' }).catch(() => null)
  if (answer?.status !== 200) throw new Unable(`no server of Earshot answers at ${url}: start it with earshot serve, or name its address with --url`)
}

function linesOf(findings: readonly Finding[], has_browser: boolean): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length))
  const line = ({ name, does, expected, counted, suspected, is_right, problem }: Finding): string => {
    const said = problem ?? `${counted === null ? 'counts for nothing' : `${counted} counts`}${suspected > 0 ? `, ${suspected} suspected` : ''}${is_right ? '' : `; ${expected ?? 'nothing'} should`}`
    return `  ${is_right === null ? 'not run' : is_right ? 'right  ' : 'WRONG  '}  ${name.padEnd(width)}  ${said}  (${does})`
  }
  const of = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).map(line)
  const wrong = findings.filter(({ is_right }) => is_right === false).length
  return [
    'Scanners, which must count for nothing:', ...of('scanner'), '', 'People, who must count once:', ...of('person'), '',
    ...has_browser ? [] : ['There is no Chromium here, or the package playwright-core is not installed: those that need one did not run.'],
    wrong === 0 ? 'All that ran were told apart.' : `${wrong} were taken for what they are not.`,
  ]
}
