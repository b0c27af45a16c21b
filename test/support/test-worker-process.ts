/**
 * A process that runs one test file after the other: told by a message which, it prints the report and answers with a WorkerAnswer. Each file has a root of its own, with its hooks and its
 * count, and ends when nothing is left that would keep a process of its own from ending; what it changed about the process and did not change back fails it.
 */
import { run } from 'node:test'
import { spec, type TestEvent } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import type { TestCount, WorkerAnswer } from './test-worker.ts'

/** The sums per file, as the runner tells them; of the run there are others. */
const SUM = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/

process.env.NODE_TEST_WORKER_ID = '1' // as the runner does it with the first file
process.env.NODE_TEST_CONTEXT = 'child' // or one `test.only` would leave out the others, in silence
process.on('message', async (file: string) => {
  process.channel?.unref()
  const before = surroundings()
  const seen: TestEvent[] = []
  for await (const text of run({ files: [file], isolation: 'none' }).compose(note(seen)).compose(new spec())) process.stdout.write(text)
  const wrong = [...await importError(file), ...exitCode(), ...changes(before, surroundings()).map((one) => `it changed ${one}`)]
  for (const line of wrong) console.log(`✖ ${file}: ${line}`)
  const { passed, failed } = countTests(seen, file)
  process.channel?.ref()
  process.send?.({ count: { passed, failed: failed === 0 && wrong.length > 0 ? 1 : failed }, bytes: process.memoryUsage.rss() } satisfies WorkerAnswer)
})

function note(seen: TestEvent[]) {
  return async function* (events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
    for await (const event of events) {
      seen.push(event)
      if (event.type !== 'test:summary' && !(event.type === 'test:diagnostic' && SUM.test(event.data.message))) yield event
    }
  }
}

/** A skipped test or suite counts as failed, as does a file without tests, which the runner may report as one that passed, under the file's name: what is not tested should not look as if it were. */
function countTests(seen: TestEvent[], file: string): TestCount {
  const end = seen.find((event) => event.type === 'test:summary')
  const is_empty = seen.some((event) => event.type === 'test:pass' && event.data.name === file)
  if (end?.type !== 'test:summary' || is_empty) return { passed: 0, failed: 1 }
  const { passed, tests } = end.data.counts
  const is_left_out = seen.some((event) => event.type === 'test:pass' && (event.data.skip !== undefined || event.data.todo !== undefined))
  const is_wrong = !end.data.success || passed === 0 || is_left_out || seen.some((event) => event.type === 'test:fail') // a hook of the whole file is no test
  return { passed, failed: Math.max(tests - passed, is_wrong ? 1 : 0) }
}

/** What a file throws after its first test the runner keeps to itself; to import it again is to hear it again. */
async function importError(file: string): Promise<string[]> {
  try {
    await import(pathToFileURL(file).href)
    return []
  } catch (error) {
    return [`it could not be loaded: ${error instanceof Error ? error.stack : error}`]
  }
}

function exitCode(): string[] {
  const code = process.exitCode
  process.exitCode = undefined
  return code === undefined || code === 0 ? [] : [`it would have ended with ${code}`]
}

/** What a file could change for those after it. What it leaves to be done at the process's end is no matter to them. */
function surroundings(): Map<string, unknown> {
  return new Map<string, unknown>([
    ['the directory', process.cwd()],
    ...Object.entries(process.env).map(([name, value]) => [`the setting ${name}`, value] as const),
    ...process.eventNames().filter((name) => name !== 'exit').map((name) => [`the listeners of ${String(name)}`, process.listenerCount(name)] as const),
    ...Object.entries(Object.getOwnPropertyDescriptors(globalThis)).filter(([name]) => !name.startsWith('__')).map(([name, { value }]) => [`the global ${name}`, value] as const), // packages note there what is to be there once
  ])
}

/** The names of what is not as it was. A global that had no value yet, as the runtime makes it when it is first asked for, may have one now. */
function changes(before: Map<string, unknown>, now: Map<string, unknown>): string[] {
  return [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.has(name) !== now.has(name) || (before.get(name) !== undefined && !Object.is(before.get(name), now.get(name))))
}
