// once
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { withFileLock } from './embedded-lock.ts'
import { findIdentity } from './embedded-process.ts'

test('of many who want the lock one at a time has it, and nothing is left of it', async (t) => {
  const dir = lockDir(t)
  const path = join(dir, 'lock')
  writeFileSync(path, '999999999 1 dead')
  let inside = 0
  let most = 0
  await Promise.all(Array.from({ length: 20 }, () => withFileLock(path, 60_000, async () => {
    most = Math.max(most, ++inside)
    await turn()
    inside--
  })))
  assert.equal(most, 1)
  assert.deepEqual(readdirSync(dir), [])
})

test("processes that find a dead owner's lock do not take each other's", async (t) => {
  const dir = lockDir(t)
  writeFileSync(join(dir, 'lock'), '999999999 1 dead')
  const script = `
    import { appendFileSync } from 'node:fs'
    import { withFileLock } from ${JSON.stringify(join(import.meta.dirname, 'embedded-lock.ts'))}
    for (let round = 0; round < 20; round++) await withFileLock(process.argv[1] + '/lock', 60_000, async () => {
      appendFileSync(process.argv[1] + '/story', 'in ')
      await new Promise((done) => setImmediate(done))
      appendFileSync(process.argv[1] + '/story', 'out ')
    })`
  const children = Array.from({ length: 3 }, () => spawn(process.execPath, ['--input-type=module', '-e', script, dir], { stdio: 'inherit' }))
  for (const [code] of await Promise.all(children.map((child) => once(child, 'exit')))) assert.equal(code, 0)
  assert.equal(readFileSync(join(dir, 'story'), 'utf8'), 'in out '.repeat(60))
})

test('a number that has gone to a younger process holds no lock; a living owner does', async (t) => {
  const path = join(lockDir(t), 'lock')
  writeFileSync(path, `${process.pid} 1 earlier`)
  assert.equal(await withFileLock(path, 1000, async () => 'mine'), 'mine')
  writeFileSync(path, (await findIdentity(process.pid)) ?? '')
  await assert.rejects(withFileLock(path, 50, async () => 'never'), { name: 'StorageError', message: /delete that file/ })
})

test('work that fails gives the lock back', async (t) => {
  const path = join(lockDir(t), 'lock')
  await assert.rejects(withFileLock(path, 1000, () => Promise.reject(new Error('no'))), /no/)
  assert.equal(await withFileLock(path, 1000, async () => 'free'), 'free')
})

function lockDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'earshot-lock-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
