import { spawn } from 'node:child_process'
import { chown, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Place } from './embedded-place.ts'
import { findPostmaster } from './embedded-process.ts'
import { program_env, runProgram, tail } from './embedded-program.ts'
import { StorageError } from './storage-error.ts'

export const server_user = 'earshot'
export const server_database = 'earshot'
export const server_port = 5432

const major = '18'
const log_limit_bytes = 4 * 1024 * 1024
const poll_ms = 5
/** How long processes of a killed server may take to notice; until then a new one refuses the directory. */
const leftover_ms = 10_000

/**
 * Statements, values and row contents stay out of the log (they hold addresses and comments); memory is for a small machine;
 * statistics follow a job queue's pace; compiling queries costs more than it gives here.
 */
export const server_settings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '64MB',
  io_method: 'sync',
  fsync: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  autovacuum_naptime: '5s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
}

/** Makes the database's files if there are none; a making cut short leaves nothing that counts. Call with the start lock held. Throws StorageError. */
export async function prepareCluster(place: Place, native: string): Promise<void> {
  await removeDrafts(place)
  const files = await readdir(place.data_dir).catch(noneIfMissing)
  if (files.length === 0) await makeCluster(place, native)
  else await checkVersion(place, files)
}

/** Starts the server and waits until it takes connections, through a recovery if need be. Call with the start lock held. Throws StorageError. */
export async function startServer(place: Place, native: string, patience_ms: number): Promise<void> {
  const deadline = performance.now() + leftover_ms
  for (;;) {
    await forgetDeadServer(place)
    const trouble = await launch(place, native, patience_ms)
    if (trouble === null) return
    if (!trouble.includes('pre-existing shared memory block') || performance.now() > deadline) throw startError(place, trouble)
    await pause(poll_ms * 10)
  }
}

async function removeDrafts(place: Place): Promise<void> {
  for (const name of await readdir(place.base)) {
    if (name.startsWith('data.new-')) await rm(join(place.base, name), { recursive: true, force: true }).catch(() => null)
  }
}

async function makeCluster(place: Place, native: string): Promise<void> {
  const draft = join(place.base, `data.new-${randomUUID()}`)
  const shape = ['-U', server_user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  await insist(place, join(native, 'bin', 'initdb'), ['-D', draft, ...shape])
  await insist(place, join(native, 'bin', 'postgres'), ['--single', '-D', draft, 'postgres'], `create database ${server_database}\n`)
  await rename(draft, place.data_dir)
}

async function insist(place: Place, file: string, args: string[], input?: string): Promise<void> {
  const { code, output } = await runProgram(file, args, place, input)
  if (code !== 0) throw new StorageError(`The database could not be made in ${place.base}:\n${tail(output, 6)}\n${advice(output)}`)
}

async function checkVersion(place: Place, files: string[]): Promise<void> {
  const remedy = 'Restore a backup into an empty data directory, or set EARSHOT_DATABASE_URL to a PostgreSQL of your own.'
  if (!files.includes('PG_VERSION')) throw new StorageError(`${place.data_dir} holds files but is no complete database (PG_VERSION is missing). ${remedy}`)
  const found = (await readFile(join(place.data_dir, 'PG_VERSION'), 'utf8')).trim()
  if (found === major) return
  throw new StorageError(`${place.data_dir} was written by PostgreSQL ${found}, and this Earshot brings ${major}. Use the Earshot that wrote it: its backup can be restored here. Or set EARSHOT_DATABASE_URL to a PostgreSQL ${found} that serves it.`)
}

/**
 * PostgreSQL takes the process named in its pid file for a living server when any process has that number, zombies included. We know
 * that it is none, so we put the number it ignores there, its parent's. The rest stays: by it the new server makes sure that no process
 * of the old one is still at work on the files.
 */
async function forgetDeadServer(place: Place): Promise<void> {
  const pid_file = join(place.data_dir, 'postmaster.pid')
  const lines = (await readFile(pid_file, 'utf8').catch(() => '')).split('\n')
  if (lines.length > 7) await writeFile(pid_file, [String(process.pid), ...lines.slice(1)].join('\n'))
  else await rm(pid_file, { force: true })
  for (const name of await readdir(place.socket_dir)) if (name.startsWith('.s.PGSQL.')) await rm(join(place.socket_dir, name), { force: true })
}

/** Null when the server is ready; else what it logged before it ended. */
async function launch(place: Place, native: string, patience_ms: number): Promise<string | null> {
  const log = await openLog(place)
  try {
    const from = (await log.stat()).size
    const child = spawnServer(place, native, log.fd)
    const end: { reason: string | null } = { reason: null }
    child.once('error', (error) => (end.reason = error.message)).once('exit', () => (end.reason ??= ''))
    const is_ready = await untilReady(place, patience_ms, () => end.reason !== null)
    if (is_ready) return null
    if (end.reason === null) throw startError(place, `The server (process ${child.pid}) is still not ready.\n${await readFrom(place, from)}`)
    return `${end.reason}\n${await readFrom(place, from)}`
  } finally {
    await log.close()
  }
}

/** In a session of its own: Ctrl-C in a terminal is for us, and another process may go on using the server when we end. */
function spawnServer(place: Place, native: string, log_fd: number) {
  const args = ['-D', place.data_dir, '-k', place.socket_dir, '-p', String(server_port), ...Object.entries(server_settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const child = spawn(join(native, 'bin', 'postgres'), args, { cwd: place.base, env: program_env, detached: true, stdio: ['ignore', log_fd, log_fd], ...place.user })
  child.unref()
  return child
}

async function untilReady(place: Place, patience_ms: number, hasEnded: () => boolean): Promise<boolean> {
  const deadline = performance.now() + patience_ms
  while (performance.now() < deadline && !hasEnded()) {
    const status = (await readFile(join(place.data_dir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[7]?.trim()
    if (status === 'ready' && (await findPostmaster(place.data_dir)) !== null) return true
    await pause(poll_ms)
  }
  return false
}

async function openLog(place: Place) {
  const size = await stat(place.log_file).then((found) => found.size, () => 0)
  if (size > log_limit_bytes) await rename(place.log_file, `${place.log_file}.1`)
  const log = await open(place.log_file, 'a', 0o600)
  if (place.user !== null) await chown(place.log_file, place.user.uid, place.user.gid)
  return log
}

async function readFrom(place: Place, offset: number): Promise<string> {
  return tail((await readFile(place.log_file)).subarray(offset).toString(), 8)
}

function startError(place: Place, trouble: string): StorageError {
  return new StorageError(`The database in ${place.data_dir} did not start:\n${trouble.trim()}\n${advice(trouble)} Its log is ${place.log_file}.`)
}

function advice(trouble: string): string {
  if (/No space left|Disk quota/i.test(trouble)) return 'The disk is full: make room and start again; nothing acknowledged is lost.'
  if (/look up effective user ID/i.test(trouble)) return 'The user it runs as needs a name on this machine (an entry in /etc/passwd); or set EARSHOT_DATABASE_URL to a PostgreSQL of your own.'
  if (/Permission denied|wrong ownership|invalid permissions/i.test(trouble)) return "The directory and all in it must belong to the user the server runs as; put owner and modes right, or set EARSHOT_DATABASE_URL to a PostgreSQL of your own."
  if (/pre-existing shared memory/i.test(trouble)) return 'Processes of an earlier server are still at work on it: end them and start again.'
  return 'If its files are damaged, restore a backup into an empty data directory, or set EARSHOT_DATABASE_URL to a PostgreSQL of your own.'
}

function noneIfMissing(error: Error): string[] {
  if ('code' in error && error.code === 'ENOENT') return []
  throw error
}
