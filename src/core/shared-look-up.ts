import type { Db } from '../storage/database.ts'

interface LookUp { running: Promise<unknown>, next: Promise<unknown> | null }

/** The look-ups of a database live exactly as long as it does, and each of them only until it is answered. */
const lookUps = new WeakMap<Db, Map<string, LookUp>>()

/**
 * Runs a query once for all who want its answer at the same time. Whoever comes while it is under way waits for the next one, so that
 * nobody is given an answer that is older than their question.
 */
export function shareLookUp<T>(db: Db, name: string, query: () => Promise<T>): Promise<T> {
  const ofDb = lookUpsOf(db)
  const known = ofDb.get(name)
  if (!known) return start(ofDb, name, query)
  known.next ??= known.running.then(() => start(ofDb, name, query), () => start(ofDb, name, query))
  return known.next as Promise<T>
}

function lookUpsOf(db: Db): Map<string, LookUp> {
  const known = lookUps.get(db)
  if (known) return known
  const fresh = new Map<string, LookUp>()
  lookUps.set(db, fresh)
  return fresh
}

function start<T>(ofDb: Map<string, LookUp>, name: string, query: () => Promise<T>): Promise<T> {
  const running = query()
  const lookUp: LookUp = { running, next: null }
  ofDb.set(name, lookUp)
  const end = (): void => {
    if (lookUp.next === null && ofDb.get(name) === lookUp) ofDb.delete(name)
  }
  running.then(end, end)
  return running
}
