import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestCount {
  passed: number
  failed: number
}

/** What test-worker-process.ts sends when a file is over: its count, and the memory that the process has. */
export interface WorkerAnswer { count: TestCount, bytes: number }

/** What a file leaves in memory (its variables, and so its world) is there until its worker ends: so a worker that has grown to this takes no further file. */
const FULL_BYTES = 500_000_000

/** A process that runs one test file after the other: of what a small file takes, most is to start a process and to read what all of them import. */
export interface TestWorker {
  /** Runs a file, one at a time and none twice, and tells what came of it and all that was printed. When the signal comes, or where the process ends, the file has failed. */
  run(file: string, signal: AbortSignal): Promise<{ count: TestCount, printed: string }>
  /** Whether it takes no further file: its process has ended, or is full. */
  is_spent(): boolean
  /** Ends the process; how it ended, where it ended now and not well. */
  close(): Promise<string | null>
}

/** What is asked to end and does not is ended. */
const PATIENCE_MS = 5000

/** `env` is what the files find in `process.env`. */
export function openTestWorker(env: NodeJS.ProcessEnv): TestWorker {
  const dir = mkdtempSync(join(tmpdir(), 'earshot-test-worker-'))
  const log = join(dir, 'log')
  const out = openSync(log, 'a') // a file is written before a message is sent, and keeps both streams in order
  const child = fork(join(import.meta.dirname, 'test-worker-process.ts'), { env, stdio: ['ignore', out, out, 'ipc'] })
  closeSync(out)
  let is_full = false
  let exit: string | null = null
  const exited = once(child, 'exit').then(([code, signal]) => (exit = signal === null ? `exit code ${code}` : `signal ${signal}`))

  /** Asked once more after a while, with emphasis. */
  async function end(ask: () => void): Promise<void> {
    ask()
    const killers = [1, 2].map((times) => setTimeout(() => child.kill(times === 1 ? 'SIGTERM' : 'SIGKILL'), times * PATIENCE_MS))
    await exited
    for (const killer of killers) clearTimeout(killer)
  }
  const stop = (): Promise<void> => end(() => child.kill())
  return {
    async run(file, signal) {
      signal.addEventListener('abort', stop)
      child.send(file, () => undefined) // that it can't be heard any more is told by its exit
      const answer = await Promise.race([once(child, 'message').then(([said]) => said as WorkerAnswer), exited])
      signal.removeEventListener('abort', stop)
      const printed = readFileSync(log, 'utf8')
      truncateSync(log)
      if (typeof answer === 'object') {
        is_full = answer.bytes > FULL_BYTES
        return { count: answer.count, printed }
      }
      return { count: { passed: 0, failed: 1 }, printed: `${printed}✖ ${file}: the process ended by ${exit}\n` }
    },
    is_spent: () => is_full || exit !== null,
    async close() {
      const has_ended = exit !== null
      if (!has_ended) await end(() => child.disconnect())
      const trouble = has_ended || exit === 'exit code 0' ? null : `${readFileSync(log, 'utf8')}✖ the process of files that were over ended by ${exit}\n`
      rmSync(dir, { recursive: true, force: true })
      return trouble
    },
  }
}
