import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { StorageError } from './storage-error.ts'

/** Whom the server runs as: PostgreSQL refuses to be root. */
export interface ServerUser {
  uid: number
  gid: number
}

/** Everything the embedded server keeps, and where. */
export interface Place {
  /** Holds all below but, for long paths, the socket. */
  base: string
  data_dir: string
  socket_dir: string
  log_file: string
  lock_file: string
  /** Null: as ourselves. */
  user: ServerUser | null
}

export interface PlaceOptions {
  data_dir: string
  /** Where root's database goes when the data directory is behind a directory that the server's user cannot enter. */
  system_dir?: string
  log: (message: string) => void
}

/** A socket's path holds 108 bytes with its end on Linux, 104 on macOS. */
const socket_path_bytes = 103

/** Finds, or makes, the directories of the database that belongs to a data directory. Throws StorageError and the file system's errors. */
export async function preparePlace(options: PlaceOptions): Promise<Place> {
  const base = await prepareBase(options)
  const user = await chooseUser(base)
  if (user !== null) await handOver(base, user)
  const socket_dir = await prepareSocketDir(base, user)
  return { base, socket_dir, user, data_dir: join(base, 'data'), log_file: join(base, 'postgres.log'), lock_file: join(base, 'start.lock') }
}

/** `<data_dir>/database`: a directory, or where that could not work a link to one under the system directory; the link keeps two data directories apart. */
async function prepareBase(options: PlaceOptions): Promise<string> {
  const data_dir = resolve(options.data_dir)
  const base = join(data_dir, 'database')
  await mkdir(data_dir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
  if (!(await exists(base))) await makeBase(data_dir, base, options)
  return realpath(base)
}

async function makeBase(data_dir: string, base: string, options: PlaceOptions): Promise<void> {
  if (isRoot() && !(await isOpen(data_dir, await defaultUser(), options.log))) return makeSystemBase(data_dir, base, options)
  await mkdir(base, { recursive: true, mode: 0o700 })
}

/** Root's own data directory may be closed to others; then only the right to pass through is added, and only to itself, not to its parents. */
async function isOpen(data_dir: string, user: ServerUser, log: PlaceOptions['log']): Promise<boolean> {
  if (await canEnter(data_dir, user)) return true
  if (!(await canEnter(dirname(data_dir), user))) return false
  log(`${data_dir} is made passable (o+x) for the database's user ${user.uid}.`)
  await chmod(data_dir, (await stat(data_dir)).mode | 0o111)
  return canEnter(data_dir, user)
}

async function makeSystemBase(data_dir: string, base: string, { system_dir = '/var/lib/earshot', log }: PlaceOptions): Promise<void> {
  await mkdir(system_dir, { recursive: true, mode: 0o711 })
  const made = await mkdtemp(join(system_dir, `${basename(data_dir)}-`))
  try {
    await symlink(made, base)
    log(`${data_dir} lies where the database's user cannot enter, so the database is kept in ${made}; ${base} points there.`)
  } catch (error) {
    await rm(made, { recursive: true })
    if (!(await exists(base))) throw error
  }
}

/** Whoever owns an existing database goes on running it, so that root's commands do not take a user's database away. */
async function chooseUser(base: string): Promise<ServerUser | null> {
  if (!isRoot()) return null
  const owner = await stat(base)
  return owner.uid === 0 ? defaultUser() : { uid: owner.uid, gid: owner.gid }
}

async function handOver(base: string, user: ServerUser): Promise<void> {
  if ((await stat(base)).uid === 0) await chown(base, user.uid, user.gid)
  if (!(await canEnter(base, user))) {
    throw new StorageError(`The database's user ${user.uid} cannot enter ${base}. Let others pass its parent directories (chmod o+x), move the data directory, or set EARSHOT_DATABASE_URL to a PostgreSQL of your own.`)
  }
}

async function prepareSocketDir(base: string, user: ServerUser | null): Promise<string> {
  const near = join(base, 'socket')
  const fits = Buffer.byteLength(join(near, '.s.PGSQL.5432')) <= socket_path_bytes
  const dir = fits ? near : join(shortTemporaryDir(), `earshot-${createHash('sha256').update(base).digest('hex').slice(0, 16)}`)
  await mkdir(dir, { mode: 0o700 }).then(() => user && chown(dir, user.uid, user.gid), ignoreExisting)
  return checkSocketDir(dir, user)
}

/** In a directory where anybody may write, a stranger may have been first. */
async function checkSocketDir(dir: string, user: ServerUser | null): Promise<string> {
  const found = await lstat(dir)
  const owner = user?.uid ?? process.getuid?.()
  if (user !== null && found.isDirectory() && found.uid === 0) await chown(dir, user.uid, user.gid)
  else if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) {
    throw new StorageError(`${dir}, where the database's socket goes, is not a directory of user ${owner} with mode 0700; remove it and try again.`)
  }
  return dir
}

function shortTemporaryDir(): string {
  return Buffer.byteLength(tmpdir()) <= 60 ? tmpdir() : '/tmp'
}

/** As root: the user `postgres`, else `nobody`; initdb refuses a number without a name. */
async function defaultUser(): Promise<ServerUser> {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([output('id', ['-u', name]), output('id', ['-g', name])])
    if (uid !== null && gid !== null) return { uid: Number(uid), gid: Number(gid) }
  }
  return { uid: 65534, gid: 65534 }
}

/** Asks the kernel, not the mode bits: the parents, access lists and security modules all have their say. */
async function canEnter(dir: string, user: ServerUser): Promise<boolean> {
  return (await output('/bin/sh', ['-c', 'cd "$1"', 'sh', dir], user)) !== null
}

function output(command: string, args: string[], user: ServerUser | null = null): Promise<string | null> {
  const options = { cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, ...user }
  return new Promise((done) => execFile(command, args, options, (error, stdout) => done(error ? null : stdout.trim())))
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false)
}

function ignoreExisting(error: Error): void {
  if (!('code' in error) || error.code !== 'EEXIST') throw error
}
