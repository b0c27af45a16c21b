/** `npm run bench [-- NAME…]`: measures Earshot beside its bare baselines, prints a table, and keeps it in bench/results/latest.md. See docs/benchmarks.md. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { measureBulk } from './bulk-sending.ts'
import { measurePages, measureRequests, measureSubmits, measureTickets } from './intake.ts'
import { measureLargeAccount, measureLargeFeedback, measureLargerFeedback } from './large-account.ts'
import { measureMemory, measureReports, measureStart } from './presence.ts'
import { loadAverage } from './processes.ts'
import { measureSending } from './sending.ts'
import { renderTable, type Line } from './table.ts'

const BENCHMARKS: Readonly<Record<string, () => Promise<Line[]>>> = {
  tickets: measureTickets, requests: measureRequests, submit: measureSubmits, pages: measurePages, sending: measureSending, bulk: measureBulk, start: measureStart, memory: measureMemory, reports: measureReports,
  large: measureLargeAccount, feedback: measureLargeFeedback,
}

/** Only by their names, as they take an hour and a half and 35 GB of disk. */
const ON_DEMAND: typeof BENCHMARKS = { feedback10: measureLargerFeedback }

process.exitCode = await main(process.argv.slice(2))

async function main(names: readonly string[]): Promise<number> {
  const all = { ...BENCHMARKS, ...ON_DEMAND }
  const unknown = names.filter((name) => !(name in all))
  if (unknown.length > 0) {
    console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`)
    return 2
  }
  const begun = performance.now()
  const load_before = loadAverage()
  const lines: Line[] = []
  for (const [name, measure] of Object.entries(names.length > 0 ? all : BENCHMARKS)) {
    if (names.length > 0 && !names.includes(name)) continue
    console.error(`${name} …`)
    lines.push(...await measure())
  }
  const report = [
    renderTable(lines), '',
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round((performance.now() - begun) / 1000)} s in all.`,
    `Load average before ${load_before}, after ${loadAverage()}.`,
  ].join('\n')
  console.log(report)
  const directory = join(import.meta.dirname, 'results')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'latest.md'), `${report}\n`)
  return 0
}
