import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { findIdentity } from './embedded-process.ts'
import { StorageError } from './storage-error.ts'

const poll_ms = 10

/**
 * Runs `work` while this process alone holds the lock file; a holder that died is found out by its number and birth.
 * Throws StorageError when a living process keeps the lock longer than `patience_ms`.
 */
export async function withFileLock<T>(path: string, patience_ms: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patience_ms
  while (!(await take(path))) {
    if (performance.now() > deadline) throw new StorageError(`Another process has held ${path} for too long; if no other Earshot is running, delete that file and try again.`)
    if (!(await removeIfStale(path, patience_ms))) await pause(poll_ms)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** `link` fails when the name exists and the file is whole from its first moment, so nobody reads half an owner. */
async function take(path: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, (await findIdentity(process.pid)) ?? '')
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Two processes may find the same dead owner; were each simply to delete the file, the slower would delete the faster one's new lock.
 * So the deleting is done under a lock of its own, after a second look.
 */
async function removeIfStale(path: string, patience_ms: number): Promise<boolean> {
  if (!(await isStale(path))) return false
  await withFileLock(`${path}.break`, patience_ms, async () => {
    if (await isStale(path)) await rm(path, { force: true })
  })
  return true
}

async function isStale(path: string): Promise<boolean> {
  const owner = await readFile(path, 'utf8').catch(() => null)
  return owner !== null && (await findIdentity(Number.parseInt(owner, 10) || 0)) !== owner
}
