// once
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { openTestWorker, type TestCount, type TestWorker } from './test-worker.ts'
import { until } from './until.ts'

const dir = mkdtempSync(join(tmpdir(), 'earshot-test-files-'))
const head = "import { after, before, beforeEach, describe, test } from 'node:test'\n"
let worker: TestWorker
let files = 0

beforeEach(() => void (worker = openTestWorker({ ...process.env, OF_ALL: 'files' })))
afterEach(async () => void await worker.close())
after(() => rmSync(dir, { recursive: true, force: true }))

test('one file after the other is counted and printed by itself, in one process', async () => {
  const one = await run("test('first', () => console.log('told', process.pid)); test('second', () => process.stderr.write('warned\\n'))")
  const other = await run("test('third', () => console.log('told', process.pid))")
  assert.deepEqual([one.count, other.count], [{ passed: 2, failed: 0 }, { passed: 1, failed: 0 }])
  assert.match(one.printed, /told \d+\n[^]*✔ first[^]*✔ second/)
  assert.match(one.printed, /warned/)
  assert.ok(!one.printed.includes('third') && !other.printed.includes('first'), one.printed + other.printed)
  assert.equal(told(one.printed), told(other.printed))
})

test('hooks are a file\'s own, and what it waits for is over before the next begins', async () => {
  await run("let late = 0; globalThis.setTimeout(() => process.stdout.write('late'), 50); beforeEach(() => process.stdout.write('mine,')); after(() => process.stdout.write('last,')); test('a', () => undefined)").then(({ printed }) => {
    assert.match(printed, /^mine,last,[^]*late/)
  })
  const { printed } = await run("before(() => process.stdout.write('first,')); test('b', () => undefined)")
  assert.match(printed, /^first,✔ b/)
})

test('what failed is told with its place, and a test that was skipped, or a hook, has failed too', async () => {
  const failed = await run("test('wrong', () => { throw new Error('that is it') }); test('right', () => undefined)")
  assert.deepEqual(failed.count, { passed: 1, failed: 1 })
  assert.match(failed.printed, /✖ wrong[^]*failing tests:[^]*test at .*file-\d+\.test\.mjs:2:1[^]*that is it/)
  assert.deepEqual(await counts("test('a', { skip: true }, () => undefined); test('b', () => undefined)"), { passed: 1, failed: 1 })
  assert.deepEqual(await counts("describe.skip('a', () => { test('b', () => undefined) }); test('c', () => undefined)"), { passed: 1, failed: 1 })
  assert.deepEqual(await counts("before(() => { throw new Error('no') }); test('b', () => undefined)"), { passed: 0, failed: 1 })
  assert.deepEqual(await counts("after(() => { throw new Error('no') }); test('b', () => undefined)"), { passed: 1, failed: 1 })
  assert.deepEqual(await counts("test.only('a', () => undefined); test('b', () => undefined)"), { passed: 2, failed: 0 })
})

test('a file without tests has failed, as has one that can\'t be loaded, before or after its tests', async () => {
  assert.deepEqual(await counts(''), { passed: 0, failed: 1 })
  assert.deepEqual(await counts("describe('nothing', () => { for (const name of []) test(name, () => undefined) })"), { passed: 0, failed: 1 })
  assert.deepEqual(await counts("import { nothing } from 'node:fs'; test('a', nothing)"), { passed: 0, failed: 1 })
  const { count, printed } = await run("test('a', () => undefined); throw new Error('after all')")
  assert.deepEqual(count, { passed: 1, failed: 1 })
  assert.match(printed, /could not be loaded: Error: after all/)
})

test('a signal that comes when the file is over is for nobody', async () => {
  const late = new AbortController()
  await run("test('a', () => undefined)", late.signal)
  late.abort()
  assert.deepEqual(await counts("test('b', () => undefined)"), { passed: 1, failed: 0 })
})

test('an error after the tests fails the file, and not the next', async () => {
  const { count, printed } = await run("test('a', () => { setTimeout(() => { throw new Error('much later') }, 50) })")
  assert.deepEqual(count, { passed: 1, failed: 1 })
  assert.match(printed, /much later/)
  assert.deepEqual(await counts("test('b', () => undefined)"), { passed: 1, failed: 0 })
})

test('what a file leaves to those after it fails it', async () => {
  const ways = {
    "process.env.OF_ALL = 'mine'": 'changed the setting OF_ALL', 'delete process.env.OF_ALL': 'changed the setting OF_ALL', "process.chdir('/')": 'changed the directory', 'globalThis.mine = 1': 'changed the global mine',
    'globalThis.Date = class {}': 'changed the global Date', "process.on('SIGHUP', () => undefined)": 'changed the listeners of SIGHUP', 'process.exitCode = 3': 'would have ended with 3',
  }
  for (const [left, told] of Object.entries(ways)) {
    const { count, printed } = await run(`test('a', () => { ${left} })`)
    assert.deepEqual(count, { passed: 1, failed: 1 }, left)
    assert.match(printed, new RegExp(`✖ .*\\.test\\.mjs: it ${told}\n$`))
  }
})

test('where the process ends, by itself or as it takes too long, the file that ran has failed, and what it printed is not lost', async () => {
  const { count, printed } = await run("test('a', () => undefined); test('b', () => { setImmediate(() => { console.log('so far'); process.exit(0) }); return new Promise(() => undefined) })")
  assert.deepEqual(count, { passed: 0, failed: 1 })
  assert.match(printed, /✔ a[^]*so far[^]*the process ended by exit code 0/)
  assert.ok(worker.is_spent())
  await worker.close()

  worker = openTestWorker(process.env)
  const [stop, begun] = [new AbortController(), join(dir, 'begun')]
  const running = run(`import { writeFileSync } from 'node:fs'; test('a', () => { console.log('so far'); writeFileSync('${begun}', ''); setInterval(() => undefined, 1000); return new Promise(() => undefined) })`, stop.signal)
  await until(() => existsSync(begun))
  stop.abort()
  const late = await running
  assert.deepEqual(late.count, { passed: 0, failed: 1 })
  assert.match(late.printed, /so far[^]*the process ended by signal SIGTERM/)
  assert.ok(worker.is_spent())
})

test('a process that ends badly when its files are over is told of', async () => {
  await run("process.on('exit', () => { process.exitCode = 7 }); test('a', () => undefined)")
  assert.match(String(await worker.close()), /ended by exit code 7/)
  worker = openTestWorker(process.env)
  await run("test('a', () => undefined)")
  assert.equal(await worker.close(), null)
})

test('a process that has grown large takes no further file', async () => {
  assert.deepEqual(await counts("test('a', () => undefined)"), { passed: 1, failed: 0 })
  assert.ok(!worker.is_spent())
  assert.deepEqual(await counts("const kept = []; test('a', () => void kept.push(Buffer.alloc(600_000_000, 1)))"), { passed: 1, failed: 0 })
  assert.ok(worker.is_spent())
})

async function counts(text: string): Promise<TestCount> {
  return (await run(text)).count
}

function run(text: string, signal = new AbortController().signal): ReturnType<TestWorker['run']> {
  const file = join(dir, `file-${++files}.test.mjs`)
  writeFileSync(file, head + text)
  return worker.run(file, signal)
}

function told(printed: string): string | undefined {
  return printed.match(/told (\d+)/)?.[1]
}
