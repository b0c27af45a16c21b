import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { preparePlace, type Place } from '../../src/storage/embedded-place.ts'
import { program_env, runProgram } from '../../src/storage/embedded-program.ts'
import { socketUrl } from './postgres.ts'

const bin_dir = '/usr/lib/postgresql/15/bin'

/** The oldest PostgreSQL that is promised to work, where Debian has put it, in a temporary directory; null where it is not installed. */
export async function startPostgres15(): Promise<{ url: string; close(): Promise<void> } | null> {
  if (!existsSync(join(bin_dir, 'postgres'))) return null
  const data_dir = await mkdtemp(join(tmpdir(), 'earshot-pg15-'))
  const place = await preparePlace({ data_dir, log: () => undefined })
  const made = await runProgram(join(bin_dir, 'initdb'), ['-D', place.data_dir, '-U', 'earshot', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'], place)
  if (made.code !== 0) throw new Error(`PostgreSQL 15 could not be set up: ${made.output}`)
  const child = await launch(place)
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

async function launch(place: Place) {
  const log = await open(place.log_file, 'a')
  const args = ['-D', place.data_dir, '-k', place.socket_dir, '-c', 'listen_addresses=', '-c', 'autovacuum_naptime=5s']
  const child = spawn(join(bin_dir, 'postgres'), args, { cwd: place.base, env: program_env, detached: true, stdio: ['ignore', log.fd, log.fd], ...place.user })
  await log.close()
  while (!(await isReady(place))) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL 15 did not start: ${await readFile(place.log_file, 'utf8')}`)
    await pause(5)
  }
  return child
}

async function isReady(place: Place): Promise<boolean> {
  const lines = (await readFile(join(place.data_dir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return lines[7]?.trim() === 'ready'
}
