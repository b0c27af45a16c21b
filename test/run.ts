/**
 * Runs the tests: `npm test -- [--long] [--db embedded|15] [part of a path …]`.
 * All of them on the embedded PostgreSQL, then again on PostgreSQL 15, but for the files whose first line is `// once`.
 */
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { spec, type TestEvent } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { openEmbedded } from '../src/storage/embedded.ts'
import { findChromium } from './support/chromium.ts'
import { startPostgres15 } from './support/postgres-15.ts'
import { socketUrl } from './support/postgres.ts'

interface Server {
  url: string
  close(): Promise<void>
}

interface Database {
  name: string
  start(): Promise<Server | null>
  how_to_get: string
}

interface Count {
  passed: number
  failed: number
}

const root = join(import.meta.dirname, '..')
const file_timeout_ms = 300_000
const long_file_timeout_ms = 1_200_000

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
  const lines: string[] = []
  const total: Count = { passed: 0, failed: 0 }
  for (const [round, database] of chosen.entries()) {
    const count = await runOn(database, round === 0 ? files : files.filter((file) => !isOnce(file)), values.long, missing)
    if (count === null) continue
    lines.push(`PostgreSQL ${database.name}: ${summary(count)}`)
    total.passed += count.passed
    total.failed += count.failed
  }
  return report(lines, missing, total)
}

/** With `--long` only the long ones, as the others have their own command. */
function findFiles(long: boolean, parts: string[]): string[] {
  const all = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: root }).sort()
  return all.filter((file) => file.endsWith('.long.test.ts') === long && (parts.length === 0 || parts.some((part) => file.includes(part))))
}

async function withoutBrowser(files: string[], missing: string[]): Promise<string[]> {
  const browser_files = files.filter((file) => /\.browser\.(long\.)?test\.ts$/.test(file))
  if (browser_files.length === 0 || (await findChromium()) !== null) return files
  missing.push(`no Chromium (apt-get install chromium, or name one with EARSHOT_TEST_CHROMIUM), so these were not run: ${browser_files.join(', ')}`)
  return files.filter((file) => !browser_files.includes(file))
}

function isOnce(file: string): boolean {
  return readFileSync(join(root, file), 'utf8').startsWith('// once')
}

/** Null when that PostgreSQL is not there. */
async function runOn(database: Database, files: string[], long: boolean, missing: string[]): Promise<Count | null> {
  if (files.length === 0 || interrupted.signal.aborted) return null
  const server = await database.start()
  if (server === null) {
    missing.push(`no PostgreSQL ${database.name} (${database.how_to_get}), so ${files.length} files were not run on it`)
    return null
  }
  try {
    console.log(`\n# PostgreSQL ${database.name}, ${files.length} files`)
    process.env.EARSHOT_TEST_DATABASE_URL = server.url
    return await runFiles(files, long)
  } finally {
    await server.close()
  }
}

/** Two files at a time; a long one has the machine to itself. */
async function runFiles(files: string[], long: boolean): Promise<Count> {
  const waiting = [...files]
  const total: Count = { passed: 0, failed: 0 }
  const taken: { file: string, seconds: number }[] = []
  async function work(): Promise<void> {
    for (let file = waiting.shift(); file !== undefined && !interrupted.signal.aborted; file = waiting.shift()) {
      const began = performance.now()
      const count = await runFile(join(root, file), long ? long_file_timeout_ms : file_timeout_ms)
      taken.push({ file, seconds: (performance.now() - began) / 1000 })
      total.passed += count.passed
      total.failed += count.failed
    }
  }
  await Promise.all(long ? [work()] : [work(), work()])
  if (files.length > 10) console.log(`the slowest: ${taken.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10).map(({ file, seconds }) => `${file} ${seconds.toFixed(0)} s`).join(', ')}`)
  return total
}

/**
 * The runner's own time limit is for tests, and a file that hangs outside of them would hang the run: so each file has one too.
 * A skipped test counts as failed, as does a file without tests: what is not tested should not look as if it were.
 */
async function runFile(file: string, timeout_ms: number): Promise<Count> {
  const late = AbortSignal.timeout(timeout_ms)
  const events: TestEvent[] = []
  for await (const event of run({ files: [file], signal: AbortSignal.any([interrupted.signal, late]) })) events.push(event)
  await print(events)
  const count = countTests(events, file)
  if (late.aborted) console.log(`${file} was stopped after ${timeout_ms / 1000} s`)
  if (count.failed > 0) console.log(`${file}: ${summary(count)}`)
  return count
}

/** The runner reports a file without tests as one that passed, under the file's name. */
function countTests(events: TestEvent[], file: string): Count {
  const end = events.find((event) => event.type === 'test:summary' && event.data.file === undefined)
  const is_empty = events.some((event) => event.type === 'test:pass' && event.data.name === file)
  if (end?.type !== 'test:summary' || is_empty) return { passed: 0, failed: 1 }
  return { passed: end.data.counts.passed, failed: end.data.counts.tests - end.data.counts.passed }
}

/** A file's events at once, so that two files' lines do not mix; the sums per file are left out for those of the run. A test cut short has no end, which the printer takes badly. */
async function print(events: TestEvent[]): Promise<void> {
  const shown = events.filter((event) => event.type !== 'test:summary' && !(event.type === 'test:diagnostic' && event.data.nesting === 0 && event.data.file === undefined))
  try {
    for await (const text of Readable.from(shown).compose(new spec())) process.stdout.write(text)
  } catch (error) {
    console.log(`(cut short: ${error instanceof Error ? error.message : error})`)
  }
}

async function startEmbedded(): Promise<Server> {
  const data_dir = await mkdtemp(join(tmpdir(), 'earshot-test-run-'))
  const server = await openEmbedded({ data_dir, log: () => undefined })
  return {
    url: socketUrl(server.connection),
    async close() {
      await server.close()
      await rm(data_dir, { recursive: true, force: true })
    },
  }
}

function report(lines: string[], missing: string[], total: Count): number {
  if (process.env.EARSHOT_CI === '1') total.failed += missing.length
  if (interrupted.signal.aborted) total.failed += 1
  console.log()
  for (const line of lines) console.log(line)
  for (const line of missing) console.log(`Not tested: ${line}`)
  console.log(summary(total))
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

function summary({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`
}

function refuse(message: string): number {
  console.error(message)
  return 2
}
