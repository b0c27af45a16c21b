import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { prepareBinaries, type BinariesOptions } from './embedded-binaries.ts'
import { prepareCluster, server_database, server_user, startServer } from './embedded-cluster.ts'
import { withFileLock } from './embedded-lock.ts'
import { preparePlace, type Place, type PlaceOptions } from './embedded-place.ts'
import { findPostmaster, hasPidFile, type Postmaster } from './embedded-process.ts'
import { StorageError } from './storage-error.ts'

export interface EmbeddedConnection {
  /** The directory of the server's unix socket. */
  host: string
  port: number
  user: string
  database: string
}

export interface EmbeddedServer {
  readonly connection: EmbeddedConnection
  /** Starts the server again if it has died; for whoever sees connections fail. Calls made meanwhile share one start. Throws StorageError. */
  ensureRunning(): Promise<void>
  /** Leaves; the last process to leave stops the server. End all own connections first. Harmless when repeated. */
  close(): Promise<void>
}

export interface EmbeddedOptions extends PlaceOptions, BinariesOptions {}

const patience_ms = 300_000
const poll_ms = 10
/** The advisory lock, in the server's `postgres` database, that every process using the directory holds shared. */
const users_lock = 0x0ea75807

/**
 * Joins the PostgreSQL that serves this data directory, starting it, and making its files, where needed. Any number of processes may;
 * each counts as long as it lives, however it dies, and none of them owns the server. Throws StorageError.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  return explained(options, async () => {
    const place = await preparePlace(options)
    let membership = await joinServer(place, options)
    let joining: Promise<void> | null = null
    let closed = false

    /** Always by a new connection: the old one, and even the process, may outlive the server by a moment when nobody can connect any more. */
    async function rejoin(): Promise<void> {
      if (closed) return
      const left = membership.client
      membership = await explained(options, () => joinServer(place, options))
      await left.end().catch(() => null)
    }

    return {
      connection: { host: membership.postmaster.socket_dir, port: membership.postmaster.port, user: server_user, database: server_database },
      ensureRunning() {
        joining ??= rejoin().finally(() => (joining = null))
        return joining
      },
      async close() {
        if (closed) return
        closed = true
        await joining?.catch(() => null)
        await leave(place, membership)
      },
    }
  })
}

interface Membership {
  postmaster: Postmaster
  client: pg.Client
}

async function joinServer(place: Place, options: EmbeddedOptions): Promise<Membership> {
  const deadline = performance.now() + patience_ms
  while (performance.now() < deadline) {
    const postmaster = await findPostmaster(place.data_dir)
    const client = postmaster && (await enter(postmaster))
    if (postmaster && client) return { postmaster, client }
    if (postmaster) await pause(poll_ms)
    else await withFileLock(place.lock_file, patience_ms, () => startIfDead(place, options))
  }
  throw new StorageError(`The database server on ${place.data_dir} runs but does not let us in; its log is ${place.log_file}. Stop it (kill -INT, its number is the first line of postmaster.pid) and try again.`)
}

async function startIfDead(place: Place, options: EmbeddedOptions): Promise<void> {
  if ((await findPostmaster(place.data_dir)) !== null) return
  const native = await prepareBinaries(place, options)
  await prepareCluster(place, native)
  await startServer(place, native, patience_ms)
}

/** Null when the server is starting, stopping or gone. Waits where the last one to leave is about to stop it, until that cuts us off. */
async function enter(postmaster: Postmaster): Promise<pg.Client | null> {
  const client = new pg.Client({ host: postmaster.socket_dir, port: postmaster.port, user: server_user, database: 'postgres', ssl: false, application_name: 'earshot (in use)' })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select pg_advisory_lock_shared($1)', [users_lock])
    return client
  } catch (error) {
    await client.end().catch(() => null)
    if (isRefusal(error)) throw error
    return null
  }
}

/** A server that is there and says no for a reason that waiting does not cure: class 28 is a wrong user, 3D a missing database. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'EACCES' || (typeof error.code === 'string' && /^(28|3D)/.test(error.code))
}

function isAlive({ client }: Membership): Promise<boolean> {
  return client.query('select 1').then(() => true, () => false)
}

/**
 * Giving up the shared lock first lets exactly one of several leavers have it alone; whoever still waits for it is cut off by the stop
 * and starts anew. A membership that a crash of the server cut off counts again, lest nobody stop the server it came back as.
 */
async function leave(place: Place, membership: Membership): Promise<void> {
  const { client, postmaster } = (await isAlive(membership)) ? membership : ((await reenter(place)) ?? membership)
  const alone = await client
    .query<{ alone: boolean }>('select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as alone', [users_lock])
    .then(({ rows }) => rows[0]?.alone === true, () => false)
  if (alone) await stop(place, postmaster)
  await client.end().catch(() => null)
}

async function reenter(place: Place): Promise<Membership | null> {
  const postmaster = await findPostmaster(place.data_dir)
  const client = postmaster && (await enter(postmaster))
  return postmaster && client && { postmaster, client }
}

/** SIGINT: open transactions are rolled back, everything is written out, and the pid file goes last. */
async function stop(place: Place, postmaster: Postmaster): Promise<void> {
  process.kill(postmaster.pid, 'SIGINT')
  const deadline = performance.now() + patience_ms
  while ((await hasPidFile(place.data_dir)) && (await findPostmaster(place.data_dir))?.pid === postmaster.pid) {
    if (performance.now() > deadline) throw new StorageError(`The database server (process ${postmaster.pid}) does not stop; its log is ${place.log_file}.`)
    await pause(poll_ms / 2)
  }
}

/** What the file system or the server refuses is the operator's to solve, so it is told as such. */
async function explained<T>({ data_dir }: EmbeddedOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof StorageError || !(cause instanceof Error) || !('code' in cause)) throw cause
    const remedy = cause.code === 'ENOSPC' || cause.code === 'EDQUOT' ? 'The disk is full: make room.' : 'Give the user who runs Earshot this directory, name another one with EARSHOT_DATA_DIR, or set EARSHOT_DATABASE_URL to a PostgreSQL of your own.'
    throw new StorageError(`The database in ${data_dir} cannot be used: ${cause.message}. ${remedy}`, { cause })
  }
}
