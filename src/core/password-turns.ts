import type { Db } from '../storage/database.ts'

/** A check of a password keeps a thread of four busy for a tenth of a second: a crowd of them would leave none for anything else. */
const AT_ONCE = 2

interface Turns { running: number, waiting: (() => void)[] }

/** The turns of a database live exactly as long as it does. */
const turns = new WeakMap<Db, Turns>()

/** Does what checks a password when it is its turn, two at a time. What may forbid it is looked at inside: it may have come up while it waited. */
export async function inTurn<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const ofDb = turnsOf(db)
  if (ofDb.running >= AT_ONCE) await new Promise<void>((resolve) => ofDb.waiting.push(resolve))
  else ofDb.running++
  try {
    return await work()
  } finally {
    const next = ofDb.waiting.shift()
    if (next) next()
    else ofDb.running--
  }
}

function turnsOf(db: Db): Turns {
  const known = turns.get(db)
  if (known) return known
  const fresh: Turns = { running: 0, waiting: [] }
  turns.set(db, fresh)
  return fresh
}
