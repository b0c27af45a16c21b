import { setTimeout as pause } from 'node:timers/promises'
import { BY_KEYS, transaction, type Db, type Tx } from './database.ts'

/** What became of one item of a batch: its result, or the error that is its caller's alone. */
export type Settled<T> = { value: T } | { error: unknown }

/** Does the work for several callers at once, in their order, inside one transaction. Must answer with one Settled for each item. */
export type BatchWork<I, O> = (tx: Tx, items: I[]) => Promise<Settled<O>[]>

/** The same, by a single statement, which has all that it needs from itself and so is a transaction of its own. */
export type StatementWork<I, O> = (db: Db, items: I[]) => Promise<Settled<O>[]>

const MAX_BATCH = 64
const MAX_RUNNING = 2
/** A second transaction beside the first pays only for so many: what is fixed in one weighs as much as a dozen items. */
const WORTH_A_SECOND = 24
/** Where one was of so many, its callers are soon back: the next waits a moment for them, lest it goes with the first few. */
const WORTH_A_MOMENT = 8
const MOMENT_MS = 1

interface Waiting<I, O> { item: I, resolve: (value: O) => void, reject: (error: unknown) => void }
/** `last`: of how many the batch before was. `linger_ms`: so long one may gather. */
interface Queue<I, O> { waiting: Waiting<I, O>[], running: number, last: number, linger_ms: number, run: (items: I[]) => Promise<Settled<O>[]> }

/** The queues of a database live exactly as long as it does. */
const queues = new WeakMap<Db, Map<object, unknown>>()

/**
 * Commits the items of concurrent callers together: while one batch is on its way, those who arrive wait and go with the next. One caller alone waits for nobody.
 * The promise resolves only after the commit, so what is acknowledged is durable. If a batch as a whole fails, its items are tried one by one, so that nobody fails
 * for another's sake. Inside a transaction the work simply runs in it. While many ask, one that was not among them may wait a millisecond. `work` must be a top-level function: it is the queue's name.
 * Where nobody waits for the answer, `linger_ms` lets a batch gather for so long before it goes.
 */
export function groupCommit<I, O>(db: Db, work: BatchWork<I, O>, item: I, linger_ms = 0): Promise<O> {
  if (db.isTransaction) return transaction(db, (tx) => work(tx, [item])).then(single)
  return enqueue(queueOf(db, work, linger_ms, (items: I[]) => transaction(db, (tx) => work(tx, items), BY_KEYS)), item)
}

/** The same for what is one statement: without a begin and a commit it takes a third of the ways to the database. */
export function groupStatement<I, O>(db: Db, work: StatementWork<I, O>, item: I, linger_ms = 0): Promise<O> {
  if (db.isTransaction) return work(db, [item]).then(single)
  return enqueue(queueOf(db, work, linger_ms, (items: I[]) => work(db, items)), item)
}

/** The items of a batch in turns, in their order, so that no two of a turn have a key in common: for work that would meet the same row twice. */
export function turnsOf<I>(items: readonly I[], keysOf: (item: I) => readonly string[]): I[][] {
  const turns: I[][] = []
  const next = new Map<string, number>()
  for (const item of items) {
    const keys = keysOf(item)
    const turn = Math.max(0, ...keys.map((key) => next.get(key) ?? 0))
    for (const key of keys) next.set(key, turn + 1)
    const list = turns[turn] ?? (turns[turn] = [])
    list.push(item)
  }
  return turns
}

function queueOf<I, O>(db: Db, work: BatchWork<I, O> | StatementWork<I, O>, linger_ms: number, run: Queue<I, O>['run']): Queue<I, O> {
  let ofDb = queues.get(db)
  if (!ofDb) queues.set(db, ofDb = new Map())
  // Each work has items of one kind only.
  let queue = ofDb.get(work) as Queue<I, O> | undefined
  if (!queue) ofDb.set(work, queue = { waiting: [], running: 0, last: 0, linger_ms, run })
  return queue
}

function enqueue<I, O>(queue: Queue<I, O>, item: I): Promise<O> {
  return new Promise<O>((resolve, reject) => {
    queue.waiting.push({ item, resolve, reject })
    if (mayStart(queue)) void drain(queue)
  })
}

function mayStart<I, O>({ running, waiting, linger_ms }: Queue<I, O>): boolean {
  return running === 0 || (linger_ms === 0 && running < MAX_RUNNING && waiting.length >= WORTH_A_SECOND)
}

async function drain<I, O>(queue: Queue<I, O>): Promise<void> {
  queue.running++
  // Requests that were read from the network in the same turn of the event loop go together.
  await new Promise((resolve) => setImmediate(resolve))
  while (queue.waiting.length > 0 && (queue.running === 1 || queue.waiting.length >= WORTH_A_SECOND)) {
    await gather(queue)
    const batch = queue.waiting.splice(0, MAX_BATCH)
    if (batch.length === 0) break
    queue.last = batch.length
    await runBatch(queue, batch)
  }
  queue.running--
}

/** Lets more come before a batch goes: for as long as they may be waited for, else for a moment where many ask. */
async function gather<I, O>({ waiting, last, linger_ms }: Queue<I, O>): Promise<void> {
  if (linger_ms > 0) {
    if (waiting.length < MAX_BATCH) await pause(linger_ms)
  } else if (last >= WORTH_A_MOMENT && waiting.length < WORTH_A_SECOND) await pause(MOMENT_MS)
}

async function runBatch<I, O>(queue: Queue<I, O>, batch: Waiting<I, O>[]): Promise<void> {
  let settled: Settled<O>[]
  try {
    settled = await queue.run(batch.map(({ item }) => item))
  } catch (error) {
    if (batch.length === 1) return batch[0]?.reject(error)
    for (const waiting of batch) await runBatch(queue, [waiting])
    return
  }
  batch.forEach((waiting, index) => settle(waiting, settled[index]))
}

function settle<I, O>(waiting: Waiting<I, O>, outcome: Settled<O> | undefined): void {
  if (!outcome) waiting.reject(new Error('a batch answered for fewer items than it was given'))
  else if ('error' in outcome) waiting.reject(outcome.error)
  else waiting.resolve(outcome.value)
}

function single<O>(settled: Settled<O>[]): O {
  const outcome = settled[0]
  if (!outcome) throw new Error('a batch answered for fewer items than it was given')
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
