import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { prepareBinaries } from '../../src/storage/embedded-binaries.ts'
import { server_settings } from '../../src/storage/embedded-cluster.ts'
import { preparePlace, type Place } from '../../src/storage/embedded-place.ts'
import { program_env, runProgram } from '../../src/storage/embedded-program.ts'
import { socketUrl } from './postgres.ts'

export interface ThrowAwayServer { url: string, close(): Promise<void> }

/** Nobody waits for the disk, which is most of what making and dropping a database takes. What a crash leaves is tested on servers that are started for it, as the product starts them. There is room for the files that run at a time. */
const OF_A_RUN = { fsync: 'off', full_page_writes: 'off', max_connections: '100' }
const debian_dir = '/usr/lib/postgresql/15'

/** A server of the PostgreSQL that the packages bring, with the product's settings, in a temporary directory. */
export async function startEmbedded(): Promise<ThrowAwayServer> {
  return start((place) => prepareBinaries(place, {}), ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'], server_settings)
}

/** One of the oldest PostgreSQL that is promised to work, where Debian has put it; null where it is not installed. */
export async function startPostgres15(): Promise<ThrowAwayServer | null> {
  if (!existsSync(join(debian_dir, 'bin', 'postgres'))) return null
  return start(async () => debian_dir, ['--locale=C.UTF-8'], { listen_addresses: '', autovacuum_naptime: '5s' })
}

async function start(findProgram: (place: Place) => Promise<string>, shape: string[], settings: Record<string, string>): Promise<ThrowAwayServer> {
  const data_dir = await mkdtemp(join(tmpdir(), 'earshot-test-run-'))
  const place = await preparePlace({ data_dir, log: () => undefined })
  const bin_dir = join(await findProgram(place), 'bin')
  const made = await runProgram(join(bin_dir, 'initdb'), ['-D', place.data_dir, '-U', 'earshot', '-A', 'trust', '-E', 'UTF8', '--no-sync', ...shape], place)
  if (made.code !== 0) throw new Error(`the PostgreSQL in ${bin_dir} could not be set up: ${made.output}`)
  const child = await launch(bin_dir, place, settings)
  return {
    url: socketUrl({ host: place.socket_dir, port: 5432, user: 'earshot', database: 'postgres' }),
    async close() {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
      await rm(data_dir, { recursive: true, force: true })
    },
  }
}

async function launch(bin_dir: string, place: Place, settings: Record<string, string>): Promise<ChildProcess> {
  const log = await open(place.log_file, 'a')
  const args = Object.entries({ ...settings, ...OF_A_RUN }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(bin_dir, 'postgres'), ['-D', place.data_dir, '-k', place.socket_dir, ...args], { cwd: place.base, env: program_env, detached: true, stdio: ['ignore', log.fd, log.fd], ...place.user })
  await log.close()
  while (!(await isReady(place))) {
    if (child.exitCode !== null) throw new Error(`the PostgreSQL in ${bin_dir} did not start: ${await readFile(place.log_file, 'utf8')}`)
    await pause(5)
  }
  return child
}

async function isReady(place: Place): Promise<boolean> {
  const lines = (await readFile(join(place.data_dir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return lines[7]?.trim() === 'ready'
}
