/**
 * Runs the tests: `npm test -- [--long] [--db embedded|15] [part of a path …]`.
 * All of them on the embedded PostgreSQL, and again on PostgreSQL 15 but for the files whose first line is `// once`: what they test lies above it. Three files run at a
 * time, of the long ones two, each on a database of its own; those whose first line has `beside others` only wait for the clock, and do so beside them. A process runs one
 * file after the other (test/support/test-worker.ts).
 * The last lines say what failed, how many passed on which PostgreSQL, and what could not be run.
 */
import { globSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { findChromium } from './support/chromium.ts'
import { openTestWorker, type TestCount, type TestWorker } from './support/test-worker.ts'
import { startEmbedded, startPostgres15, type ThrowAwayServer } from './support/throw-away-postgres.ts'

interface Database {
  name: string
  start(): Promise<ThrowAwayServer | null>
  how_to_get: string
}

interface Round {
  name: string
  server: ThrowAwayServer
  files: string[]
  count: TestCount
  /** What was said of failed tests: to be said once more at the end, where it is looked for. */
  failures: string[]
}

/** One more than the cores of a small machine: of three there is always one that waits, for a browser's next picture or a clock. */
const HANDS = 3
/** What takes minutes keeps more than one process busy by itself. */
const LONG_HANDS = 2
const MAX_FAILURES_LENGTH = 4000
const root = join(import.meta.dirname, '..')
const file_timeout_ms = 300_000
const long_file_timeout_ms = 1_200_000
/** Compiled code is kept between processes, and between runs: a third of what loading the sources takes. */
const compile_cache = join(tmpdir(), `earshot-test-compiled-${process.getuid?.() ?? 0}`)

const databases: Database[] = [
  { name: 'embedded', start: startEmbedded, how_to_get: 'run npm ci' },
  { name: '15', start: startPostgres15, how_to_get: 'apt-get install postgresql-15' },
]

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { long: { type: 'boolean', default: false }, db: { type: 'string' } } })
  const chosen = databases.filter(({ name }) => values.db === undefined || values.db === name)
  if (chosen.length === 0) return refuse(`--db is one of ${databases.map(({ name }) => name).join(', ')}`)
  const found = findFiles(values.long, positionals)
  if (found.length === 0) return refuse(`no test file's path contains ${positionals.join(' or ') || 'anything'}`)

  const missing: string[] = []
  const files = await withoutBrowser(found, missing)
  const rounds: Round[] = []
  try {
    await startRounds(rounds, chosen, files, missing)
    await runAll(rounds, values.long)
  } finally {
    for (const { server } of rounds) await server.close()
  }
  return report(rounds, missing)
}

/** With `--long` only the long ones, as the others have their own command. */
function findFiles(long: boolean, parts: string[]): string[] {
  const all = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: root }).sort()
  return all.filter((file) => file.endsWith('.long.test.ts') === long && (parts.length === 0 || parts.some((part) => file.includes(part))))
}

async function withoutBrowser(files: string[], missing: string[]): Promise<string[]> {
  const browser_files = files.filter(needsBrowser)
  if (browser_files.length === 0) return files
  const program = await findChromium()
  if (program !== null) process.env.EARSHOT_TEST_CHROMIUM = program // to be looked for once
  if (program !== null) return files
  missing.push(`no Chromium (apt-get install chromium, or name one with EARSHOT_TEST_CHROMIUM), so these were not run: ${browser_files.join(', ')}`)
  return files.filter((file) => !browser_files.includes(file))
}

function needsBrowser(file: string): boolean {
  return /\.browser\.(long\.)?test\.ts$/.test(file)
}

function isOnce(file: string): boolean {
  return firstLineOf(file).startsWith('// once')
}

function isPatient(file: string): boolean {
  return firstLineOf(file).includes('beside others')
}

function firstLineOf(file: string): string {
  return readFileSync(join(root, file), 'utf8').split('\n', 1)[0] ?? ''
}

/** Adds what runs on each PostgreSQL that is there: on the first one all. */
async function startRounds(rounds: Round[], chosen: Database[], files: string[], missing: string[]): Promise<void> {
  for (const [index, database] of chosen.entries()) {
    const own = index === 0 ? files : files.filter((file) => !isOnce(file))
    const server = own.length === 0 ? null : await database.start()
    if (server) rounds.push({ name: database.name, server, files: own, count: { passed: 0, failed: 0 }, failures: [] })
    else if (own.length > 0) missing.push(`no PostgreSQL ${database.name} (${database.how_to_get}), so ${own.length} files were not run on it`)
  }
}

/** So many files at a time, whichever database they are for; those that only wait for the clock beside them. */
async function runAll(rounds: Round[], long: boolean): Promise<void> {
  console.log(rounds.map(({ name, files }) => `# PostgreSQL ${name}, ${files.length} files`).join('\n'))
  const jobs = rounds.flatMap((round) => round.files.map((file) => ({ file, round })))
  const waiting = jobs.filter(({ file }) => !isPatient(file)).sort((one, other) => weigh(other.file) - weigh(one.file))
  const beside = jobs.filter(({ file }) => isPatient(file))
  const taken: { what: string, seconds: number }[] = []
  async function work(queue: typeof jobs): Promise<void> {
    const workers = new Map<Round, TestWorker>()
    async function workerOf(round: Round): Promise<TestWorker> {
      const known = workers.get(round)
      if (known && !known.is_spent()) return known
      if (known) await end(known, round)
      const worker = openTestWorker({ ...process.env, EARSHOT_TEST_DATABASE_URL: round.server.url, NODE_COMPILE_CACHE: compile_cache })
      workers.set(round, worker)
      return worker
    }
    for (let next = queue.shift(); next !== undefined && !interrupted.signal.aborted; next = queue.shift()) {
      const { file, round } = next
      const worker = await workerOf(round)
      const began = performance.now()
      const { passed, failed } = await runFile(worker, join(root, file), round, long ? long_file_timeout_ms : file_timeout_ms)
      taken.push({ what: `${file} on ${round.name}`, seconds: (performance.now() - began) / 1000 })
      round.count.passed += passed
      round.count.failed += failed
    }
    for (const [round, worker] of workers) await end(worker, round)
  }
  await Promise.all([work(beside), ...Array.from({ length: long ? LONG_HANDS : HANDS }, () => work(waiting))])
  if (taken.length > 1) console.log(`the slowest: ${taken.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10).map(({ what, seconds }) => `${what} ${seconds.toFixed(0)} s`).join(', ')}`)
}

async function end(worker: TestWorker, round: Round): Promise<void> {
  const trouble = await worker.close()
  if (trouble === null) return
  process.stdout.write(trouble)
  round.failures.push(trouble)
  round.count.failed++
}

/** What is likely to take long comes first, so that all hands are busy to the end: browsers, then journeys, then whatever is the longest to read. */
function weigh(file: string): number {
  const kind = needsBrowser(file) ? 2 : file.startsWith('test/stories/') ? 1 : 0
  return kind * 1e9 + statSync(join(root, file)).size
}

/** The report at once, so that two files' lines do not mix. The runner's own time limit is for tests, and a file that hangs outside of them would hang the run: so each file has one too. */
async function runFile(worker: TestWorker, file: string, { name, failures }: Round, timeout_ms: number): Promise<TestCount> {
  const late = AbortSignal.timeout(timeout_ms)
  const { count, printed } = await worker.run(file, AbortSignal.any([interrupted.signal, late]))
  process.stdout.write(printed.replace(/^ *✖.*$/gm, (line) => styleText('red', line)))
  const stopped = late.aborted ? `, stopped after ${timeout_ms / 1000} s` : ''
  if (count.failed > 0) failures.push(`${file} on PostgreSQL ${name}: ${summary(count)}${stopped}\n${failuresIn(printed)}`)
  return count
}

/** The runner's own summary of what failed, or else the lines that say so; of a file that fails as a whole not more than can be read. */
function failuresIn(printed: string): string {
  const at = printed.lastIndexOf('✖ failing tests:')
  const said = at === -1 ? printed.split('\n').filter((line) => line.includes('✖')).join('\n') : printed.slice(at).split('\n').slice(1).join('\n')
  return said.trim().slice(0, MAX_FAILURES_LENGTH)
}

function report(rounds: Round[], missing: string[]): number {
  const total: TestCount = { passed: 0, failed: (process.env.EARSHOT_CI === '1' ? missing.length : 0) + (interrupted.signal.aborted ? 1 : 0) }
  for (const failure of rounds.flatMap(({ failures }) => failures)) console.log(`\n${failure}`)
  console.log()
  for (const { name, count } of rounds) {
    console.log(`PostgreSQL ${name}: ${summary(count)}`)
    total.passed += count.passed
    total.failed += count.failed
  }
  for (const line of missing) console.log(`Not tested: ${line}`)
  console.log(summary(total))
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

function summary({ passed, failed }: TestCount): string {
  return `${passed} passed, ${failed} failed`
}

function refuse(message: string): number {
  console.error(message)
  return 2
}
