import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { forEach, startLoader } from '../support/crash-load.ts'
import { startEarshot } from '../support/earshot-process.ts'
import { testDatabase } from '../support/postgres.ts'
import { openSmtpSink } from '../support/smtp-sink.ts'

const INVITATIONS = 5000

test('two workers beside a server that only serves send each of 5,000 mails exactly once', async (t) => {
  const database = await testDatabase()
  t.after(() => database.drop())
  const sink = await openSmtpSink()
  t.after(() => sink.close())
  const settings = { EARSHOT_DATABASE_URL: database.url, EARSHOT_SECRET: 'a secret that only this test knows', EARSHOT_MAIL_URL: sink.url, EARSHOT_PORT: '0', EARSHOT_LOG_LEVEL: 'debug' }
  const maker = startEarshot(['account', 'create', '--name', 'Workers', '--json'], settings)
  const { api_key } = JSON.parse((await maker.printed(/\{.*\}\n/))[0])
  await maker.stop()
  const processes = [['serve', '--web-only'], ['work'], ['work']].map((args) => startEarshot(args, settings))
  t.after(() => Promise.all(processes.map((one) => one.stop())))
  const [server, ...workers] = processes
  const url = (await server?.printed(/listens on (\S+)/))?.[1] ?? ''
  await forEach(workers, 2, async (worker) => void await worker.printed(/sends what is due/))

  const loader = startLoader({ url, api_key, clients: 32, pause_ms: 0, count: INVITATIONS })
  await loader.stop()
  const deadline = performance.now() + 120_000
  while (sink.mails.length < INVITATIONS && performance.now() < deadline) await pause(50)
  const codes = await Promise.all(processes.map((one) => one.stop()))

  const shares = workers.map((worker) => worker.log().split('\n').filter((line) => line.includes('"msg":"sent"')).length)
  t.diagnostic(`${loader.acknowledged.size} tickets acknowledged, ${sink.mails.length} mails arrived, sent by the two workers: ${shares.join(' and ')}`)
  assert.deepEqual(codes, [0, 0, 0])
  assert.equal(sink.mails.length, INVITATIONS)
  assert.equal(new Set(sink.mails.map((mail) => mail.headers['message-id'])).size, INVITATIONS)
  assert.equal(new Set(sink.mails.map((mail) => mail.to[0])).size, INVITATIONS)
  assert.equal(shares.reduce((sum, share) => sum + share, 0), INVITATIONS)
  assert.ok(shares.every((share) => share > 0), 'a worker had nothing to do')
  assert.equal(server?.log().includes('"msg":"sent"'), false)
})
