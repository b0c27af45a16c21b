import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { listAccounts } from '../src/core/accounts.ts'
import { submitTicket } from '../src/core/cases/submit.ts'
import { contextOf, type Context, type Ground } from '../src/core/context.ts'
import { openStorage, type Storage } from '../src/storage/open.ts'
import { makeDataDir, startEarshot, type EarshotProcess } from '../test/support/earshot-process.ts'
import { ticketBody, type Load, type Measured } from './load.ts'
import { cpuOf } from './processes.ts'

/** An Earshot with one account on an embedded database of its own. */
export interface Stage {
  readonly data_dir: string
  readonly api_key: string
  readonly ctx: Context
  readonly connection: Storage['connection']
  /** The database's first process. */
  readonly postmaster: number
  /** Starts `earshot …` on these data. */
  start(args: readonly string[], settings?: Readonly<Record<string, string>>): EarshotProcess
  /** Starts a server; its address. */
  serve(args: readonly string[], settings?: Readonly<Record<string, string>>): Promise<{ url: string, server: EarshotProcess }>
  /** Does what a quiet hour does to what was written, and takes longer than statements may: the tables are counted, and whoever reads first need not write the pages of others. */
  settle(): Promise<void>
  /** Leaves the database, as the memory of a stranger's connection is not to be measured. */
  leave(): Promise<void>
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const data = makeDataDir('bench')
  const running: EarshotProcess[] = []
  const start = (args: readonly string[], settings: Readonly<Record<string, string>> = {}): EarshotProcess => {
    const earshot = startEarshot(args, { EARSHOT_DATA_DIR: data.path, EARSHOT_PORT: '0', EARSHOT_LOG_LEVEL: 'warn', ...settings })
    running.push(earshot)
    return earshot
  }
  const storage = await openStorage({ database_url: null, data_dir: data.path, log: () => undefined })
  const maker = start(['account', 'create', '--name', 'Bench', '--json'])
  const { api_key } = JSON.parse((await maker.printed(/\{.*\}\n/))[0])
  const ground: Ground = { db: storage.db, now: () => new Date(), log: pino({ level: 'silent' }) }
  const [account] = await listAccounts(ground)
  if (!account) throw new Error('no account was made')
  return {
    data_dir: data.path, api_key, start, ctx: contextOf(ground, account, { kind: 'system' }), connection: storage.connection,
    postmaster: Number.parseInt(readFileSync(join(data.path, 'database/data/postmaster.pid'), 'utf8'), 10),
    async serve(args, settings) {
      const server = start(['serve', ...args], settings)
      return { server, url: (await server.printed(/listens on (\S+)/))[1] ?? '' }
    },
    async settle() {
      await storage.db.connection().execute(async (one) => {
        await sql`set statement_timeout = 0`.execute(one)
        await sql`vacuum analyze`.execute(one)
        await sql`checkpoint`.execute(one)
        await sql`reset statement_timeout`.execute(one)
      })
    },
    leave: () => storage.close(),
    async close() {
      await Promise.all(running.map((one) => one.stop()))
      await storage.close()
      await data.remove()
    },
  }
}

/** Makes so many invitations, as tickets that come in do; their numbers. */
export async function invite(ctx: Context, first: number, count: number): Promise<number[]> {
  const ids: number[] = []
  for (let from = 0; from < count; from += 256) {
    const submitted = await Promise.all(Array.from({ length: Math.min(256, count - from) }, (_, index) => submitTicket(ctx, toInput(ticketBody(first + from + index)))))
    ids.push(...submitted.map(({ invitation_id }) => invitation_id))
  }
  return ids
}

/** Requests from a process of their own. */
export async function load(options: Load): Promise<Measured> {
  return JSON.parse(await outputOf(spawn(process.execPath, [join(import.meta.dirname, 'load.ts'), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] })))
}

/** Runs a program of this folder to its end. */
export async function runProgram(file: string, options: object): Promise<string> {
  return outputOf(spawn(process.execPath, [join(import.meta.dirname, file), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** Starts a program of this folder that prints where it listens. */
export async function startProgram(file: string, options: object): Promise<{ child: ChildProcess, url: string, stop(): Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const [line] = await once(child.stdout ?? child, 'data')
  const url = /listens on (\S+)/.exec(String(line))?.[1]
  if (!url) throw new Error(`${file} said ${line}`)
  return {
    child, url,
    async stop() {
      child.disconnect()
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** What the work used of the processors: the process itself, and the database, in microseconds. */
export async function withCpu<T>(pid: number | undefined, postmaster: number, work: () => Promise<T>): Promise<T & { node_us: number, postgres_us: number }> {
  const [node, postgres] = [cpuOf(pid ?? 0), cpuOf(postmaster)]
  const result = await work()
  return { ...result, node_us: cpuOf(pid ?? 0) - node, postgres_us: cpuOf(postmaster) - postgres }
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`a program of the benchmark ended with ${code}`)
  return output
}

function toInput(body: Record<string, unknown>): Parameters<typeof submitTicket>[1] {
  const closed_at = new Date(String(body.ticketClosedOn))
  return {
    site_id: null, number: String(body.ticketID), title: String(body.ticketTitle), board_name: String(body.boardName), company: { external_id: Number(body.companyRecID), name: String(body.companyName) },
    contact: { external_id: Number(body.contactRecID), name: String(body.contactName), email: String(body.contactEmail) }, staff_codes: String(body.resource).split(','),
    opened_at: new Date(String(body.ticketCreatedOn)), closed_at, source_updated_at: closed_at,
  }
}
