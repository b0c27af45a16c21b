import type { Measured } from './load.ts'
import { median, show, type Line } from './table.ts'

export type Round = Pick<Measured, 'requests' | 'seconds' | 'failed'> & { node_us: number, postgres_us: number }

/**
 * Ours and the baseline in turn, several times, after a round of each that does not count; so that what else the machine does meets both. The ratio is the middle one of the rounds' own. After the first round `settle`
 * brings the database to where one is that is older than some seconds: a table that was never counted has its rows looked up by whichever index comes first.
 * Throws where a request failed: a rate of refusals would be none.
 */
export async function duel(options: { what: string, target: string, rounds: number, settle: () => Promise<void>, ours: (round: number) => Promise<Round>, baseline: (round: number) => Promise<Round> }): Promise<Line> {
  const [ours, baselines]: [Round[], Round[]] = [[], []]
  for (let round = 0; round <= options.rounds; round++) {
    const pair = [await options.ours(round), await options.baseline(round)] as const
    for (const { failed } of pair) if (failed > 0) throw new Error(`${options.what}: ${failed} requests failed`)
    if (round === 0) {
      await options.settle()
      continue
    }
    ours.push(pair[0])
    baselines.push(pair[1])
  }
  return {
    what: options.what, target: options.target, ours: show(median(ours.map(rate)), '/s'), baseline: show(median(baselines.map(rate)), '/s'),
    ratio: median(ours.map((one, index) => rate(one) / rate(baselines[index] ?? one))).toFixed(2),
    cpu: `Node ${cpu(ours, 'node_us')} / ${cpu(baselines, 'node_us')}, PostgreSQL ${cpu(ours, 'postgres_us')} / ${cpu(baselines, 'postgres_us')}`,
  }
}

function rate({ requests, seconds }: Round): number {
  return requests / seconds
}

function cpu(rounds: readonly Round[], which: 'node_us' | 'postgres_us'): string {
  return show(median(rounds.map((round) => round[which] / round.requests)), ' µs')
}
