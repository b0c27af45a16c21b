// once
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { makeDice } from '../../src/demo/random.ts'
import { addressOf, forEach, startLoader } from '../support/crash-load.ts'
import { makeDataDir, startEarshot, type EarshotProcess } from '../support/earshot-process.ts'
import { serverPid } from '../support/embedded.ts'
import { openSmtpSink } from '../support/smtp-sink.ts'

const ROUNDS = 50
/** What dies: our server, the database's first process alone, all of its processes, or everything. */
const VICTIMS = ['server', 'postmaster', 'database', 'both'] as const

const seed = Number(process.env.EARSHOT_TEST_SEED ?? Date.now() % 1_000_000)

test('kill -9 at random points under load loses no acknowledged ticket and no mail, and repeats only what the log names', async (t) => {
  t.diagnostic(`seed ${seed} (EARSHOT_TEST_SEED)`)
  const world = await openWorld(t)
  const loader = startLoader({ url: world.url, api_key: world.api_key, clients: 8, pause_ms: 60 })
  t.after(() => loader.abandon())
  const dice = makeDice(seed)
  const killed: Record<string, number> = {}
  for (let round = 1; round <= ROUNDS; round++) {
    await pause(dice.between(100, 3000))
    const victim = dice.pick(VICTIMS)
    killed[victim] = (killed[victim] ?? 0) + 1
    await world.kill(victim)
    const before = loader.acknowledged.size
    await until(() => loader.acknowledged.size > before, 60_000, () => `a ticket acknowledged after round ${round} (${victim}); the server's last words:\n${world.lastWords()}`)
  }
  await loader.stop()
  await until(() => world.isQueueEmpty(), 180_000, () => 'the queue empty')
  const missing: number[] = []
  await forEach(loader.acknowledged, 8, async (number) => {
    if (await world.statusOf(number) !== 200) missing.push(number)
  })
  const addresses = Map.groupBy(world.sink.mails, (mail) => mail.to[0] ?? '')
  const unsent = [...loader.acknowledged].filter((number) => !addresses.has(addressOf(number)))
  const doubles = [...Map.groupBy(world.sink.mails, (mail) => mail.headers['message-id'] ?? '')].filter(([, mails]) => mails.length > 1).map(([message_id]) => message_id)
  const named = world.namedAmbiguous()
  t.diagnostic(`${ROUNDS} rounds (${Object.entries(killed).map(([victim, count]) => `${victim} ${count}`).join(', ')}), ${loader.acknowledged.size} tickets acknowledged, ${loader.failures()} posts repeated`)
  t.diagnostic(`${world.sink.mails.length} mails arrived, ${doubles.length} of them twice, ${named.size} named ambiguous by the log; ${missing.length} tickets missing, ${unsent.length} without a mail`)
  assert.deepEqual(missing, [], 'acknowledged tickets that are not there')
  assert.deepEqual(unsent, [], 'acknowledged tickets without a mail')
  assert.deepEqual(doubles.filter((message_id) => !named.has(message_id)), [], 'repeated mails that the log does not name')
  assert.deepEqual([...addresses].filter(([, mails]) => new Set(mails.map((mail) => mail.headers['message-id'])).size > 1).map(([address]) => address), [], 'people who were invited twice')
})

async function openWorld(t: TestContext) {
  const data = makeDataDir('crash')
  const sink = await openSmtpSink()
  const port = await freePort()
  const settings = { EARSHOT_DATA_DIR: data.path, EARSHOT_PORT: String(port), EARSHOT_MAIL_URL: sink.url }
  const processes: EarshotProcess[] = []
  const start = async (): Promise<EarshotProcess> => {
    const earshot = startEarshot(['serve'], settings)
    processes.push(earshot)
    await earshot.printed(/Earshot listens/)
    return earshot
  }
  const maker = startEarshot(['account', 'create', '--name', 'Crash', '--json'], settings)
  const { api_key } = JSON.parse((await maker.printed(/\{.*\}\n/))[0])
  await once(maker.child, 'exit')
  let server = await start()
  t.after(async () => {
    await server.stop()
    killDatabase(data.path, 'database')
    await sink.close()
    await data.remove()
  })
  const url = `http://127.0.0.1:${port}`
  const ask = (path: string) => fetch(`${url}${path}`, { headers: { authorization: path.startsWith('/api') ? `Bearer ${api_key}` : `Token token=${api_key}`, accept: path.startsWith('/api') ? '*/*' : 'application/vnd.customersure.v1+json' } })
  return {
    url, api_key, sink,
    /** A server that lives on has to find its database again by itself. */
    async kill(victim: (typeof VICTIMS)[number]) {
      if (victim !== 'server') killDatabase(data.path, victim === 'postmaster' ? 'postmaster' : 'database')
      if (victim === 'postmaster' || victim === 'database') return
      await server.stop('SIGKILL')
      server = await start()
    },
    async isQueueEmpty(): Promise<boolean> {
      const answer = await ask('/feedback_requests?state=pending&per_page=1').catch(() => null)
      return answer?.status === 200 && (await answer.text()) === '[]'
    },
    async statusOf(number: number): Promise<number> {
      const answer = await ask(`/api/v1.3/tickets/${number}`)
      await answer.arrayBuffer()
      return answer.status
    },
    lastWords: () => server.log().split('\n').slice(-40).join('\n'),
    namedAmbiguous(): Set<string> {
      const lines = processes.flatMap((one) => one.log().split('\n')).filter((line) => line.includes('"ambiguous'))
      return new Set(lines.map((line) => String(JSON.parse(line).message_id)))
    },
  }
}

/** The processes of our own database only: its first one, by its pid file, and those that it began. */
function killDatabase(data_dir: string, which: 'postmaster' | 'database'): void {
  const postmaster = serverPid(data_dir)
  if (postmaster === null || !isPostgres(postmaster)) return
  const children = which === 'database' ? childrenOf(postmaster) : []
  for (const pid of [postmaster, ...children]) kill(pid)
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => statFields(pid)?.[1] === String(parent))
}

function isPostgres(pid: number): boolean {
  return read(`/proc/${pid}/comm`)?.trim() === 'postgres'
}

/** State, parent and so on: what follows the name, which may hold anything. */
function statFields(pid: number): string[] | null {
  const line = read(`/proc/${pid}/stat`)
  return line === null ? null : line.slice(line.lastIndexOf(')') + 2).split(' ')
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  return typeof address === 'object' && address ? address.port : assert.fail('no free port')
}

async function until(holds: () => boolean | Promise<boolean>, within_ms: number, what: () => string): Promise<void> {
  const deadline = performance.now() + within_ms
  while (!await holds()) {
    if (performance.now() > deadline) assert.fail(`not within ${within_ms / 1000} s: ${what()}`)
    await pause(50)
  }
}
