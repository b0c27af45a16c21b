import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The command line in a process of its own, as somebody starts it in a terminal. */
export interface EarshotProcess {
  readonly child: ChildProcess
  /** What it printed so far. */
  readonly output: () => string
  /** What it logged so far: JSON lines, and what is for people. */
  readonly log: () => string
  /** Waits until that was printed. Throws when the process ends before, or after so many milliseconds (180,000). */
  printed(pattern: RegExp, within_ms?: number): Promise<RegExpExecArray>
  /** Ends it as a terminal does; answers its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

const program = join(import.meta.dirname, '../../bin/earshot.js')

/** Starts `earshot …` with settings by their names. None of ours leak into it. */
export function startEarshot(args: readonly string[], settings: Readonly<Record<string, string>> = {}): EarshotProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('EARSHOT_') && !name.startsWith('NODE_TEST') && name !== 'NODE_OPTIONS')
  const child = spawn(process.execPath, [program, ...args], { env: { ...Object.fromEntries(inherited), ...settings }, stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, log] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  return {
    child, output: () => output, log: () => log,
    async printed(pattern, within_ms = 180_000) {
      const deadline = performance.now() + within_ms
      for (;;) {
        const found = pattern.exec(output)
        if (found) return found
        if (hasEnded(child) || performance.now() > deadline) throw new Error(`it did not print ${pattern}, but:\n${output}\n${log}`)
        await pause(5)
      }
    },
    async stop(signal = 'SIGTERM') {
      if (hasEnded(child)) return child.exitCode
      child.kill(signal)
      await once(child, 'exit')
      return child.exitCode
    },
  }
}

/** A directory that the database's own user may enter too; `remove` takes it away. */
export function makeDataDir(name: string): { path: string, remove(): Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), `earshot-${name}-`))
  chmodSync(path, 0o755)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
