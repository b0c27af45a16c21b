// once, beside others: it waits for three minutes of real time, and nothing of it is about the database
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startEarshot } from '../support/earshot-process.ts'
import { testDatabase } from '../support/postgres.ts'

test('scan-sim tells nine scanners from eight people on a server that runs, in three minutes', { timeout: 300_000 }, async (t) => {
  const database = await testDatabase()
  t.after(() => database.drop())
  const settings = { EARSHOT_DATABASE_URL: database.url, EARSHOT_SECRET: 'a secret that only this test knows', EARSHOT_PORT: '0' }
  const maker = startEarshot(['account', 'create', '--name', 'Scanned', '--json'], settings)
  await maker.printed(/\{.*\}\n/)
  await maker.stop()
  const server = startEarshot(['serve'], settings)
  t.after(() => server.stop())
  const [, url = ''] = await server.printed(/listens on (\S+)/)
  const simulation = startEarshot(['scan-sim', '--url', url, '--json'], settings)
  const { findings } = JSON.parse((await simulation.printed(/\{.*\}\n/, 280_000))[0])
  assert.equal(findings.length, 17)
  assert.deepEqual(findings.filter(({ is_right }: { is_right: boolean | null }) => is_right === false), [])
  assert.ok(findings.filter(({ is_right }: { is_right: boolean | null }) => is_right === true).length >= 12)
})
