import { execFile } from 'node:child_process'
import { readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a postmaster.pid says about the server it belongs to. */
export interface Postmaster {
  pid: number
  socket_dir: string
  port: number
}

/** The server that runs on this data directory, or null: no pid file, a dead or zombie process, or its number in another program's hands. */
export async function findPostmaster(data_dir: string): Promise<Postmaster | null> {
  const postmaster = await readPostmaster(data_dir)
  return postmaster !== null && (await isPostmaster(postmaster.pid, data_dir)) ? postmaster : null
}

/** True from the moment a server claims the directory until it has let go of it, whether or not it can be reached. */
export async function hasPidFile(data_dir: string): Promise<boolean> {
  return (await readText(join(data_dir, 'postmaster.pid'))) !== null
}

/** A process's number and birth, so that a later process with the same number is not taken for it; null when it is dead or a zombie. */
export async function findIdentity(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? findLinuxIdentity(pid) : findOtherIdentity(pid)
}

async function readPostmaster(data_dir: string): Promise<Postmaster | null> {
  const lines = (await readText(join(data_dir, 'postmaster.pid')))?.split('\n') ?? []
  const pid = Number(lines[0])
  const port = Number(lines[3])
  const socket_dir = lines[4] ?? ''
  if (!Number.isInteger(pid) || pid <= 1 || !Number.isInteger(port) || port <= 0 || socket_dir === '') return null
  return { pid, port, socket_dir }
}

async function isPostmaster(pid: number, data_dir: string): Promise<boolean> {
  if ((await findIdentity(pid)) === null) return false
  if (process.platform !== 'linux') return (await ask('ps', ['-o', 'comm=', '-p', String(pid)])).endsWith('postgres')
  if ((await readText(`/proc/${pid}/comm`))?.trim() !== 'postgres') return false
  return worksIn(pid, data_dir)
}

/** A postmaster's working directory is its data directory; where we may not see it, the program's name must do. */
async function worksIn(pid: number, data_dir: string): Promise<boolean> {
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  if (cwd === null) return true
  const [there, here] = await Promise.all([stat(cwd).catch(() => null), stat(data_dir).catch(() => null)])
  return there !== null && here !== null && there.ino === here.ino && there.dev === here.dev
}

/** The name in /proc/PID/stat is in brackets and may hold anything, so the fields are counted from the last one. */
async function findLinuxIdentity(pid: number): Promise<string | null> {
  const line = await readText(`/proc/${pid}/stat`)
  if (line === null) return null
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? null : `${pid} ${fields[19]} ${(await readText('/proc/sys/kernel/random/boot_id'))?.trim()}`
}

async function findOtherIdentity(pid: number): Promise<string | null> {
  const [state = '', ...birth] = (await ask('ps', ['-o', 'stat=,lstart=', '-p', String(pid)])).split(/\s+/)
  return state === '' || state.startsWith('Z') ? null : `${pid} ${birth.join('-')}`
}

function ask(command: string, args: string[]): Promise<string> {
  return new Promise((resolve) => execFile(command, args, { env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } }, (error, stdout) => resolve(error ? '' : stdout.trim())))
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}
