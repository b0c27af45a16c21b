import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export interface Ended { code: number | null, stdout: string, stderr: string }

/** The command line, called again and again in one process: most of what a command takes is the start of its own. */
export interface CommandLine {
  /** Calls `earshot …` with these settings. One at a time. Fails where something is left that would keep a process of its own from ending. */
  call(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended>
  close(): Promise<void>
}

export async function openCommandLine(): Promise<CommandLine> {
  const child = fork(join(import.meta.dirname, 'command-line-holder.ts'), { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const exited = once(child, 'exit')
  const died = exited.then(() => assert.fail('the process of the command line has ended'))
  died.catch(() => undefined)
  const [stdout, stderr] = [pieces(child.stdout), pieces(child.stderr)]
  const hear = (): Promise<unknown> => Promise.race([once(child, 'message').then(([message]) => message), died])
  await hear()
  return {
    async call(args, env) {
      const heard = hear()
      child.send({ args, env })
      const [said, printed, logged] = await Promise.all([heard, stdout.next(), stderr.next()])
      const { code, left } = said as { code: number, left: string[] } // what command-line-holder.ts sends
      assert.deepEqual(left, [], `${args.join(' ')} left something behind`)
      return { code, stdout: printed.value ?? '', stderr: logged.value ?? '' }
    },
    async close() {
      child.disconnect()
      await exited
    },
  }
}

/** What was written between one zero byte and the next. Throws what comes after the last. */
async function* pieces(stream: Readable | null): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const chunk of stream?.setEncoding('utf8') ?? []) {
    const parts = (text + chunk).split('\0')
    text = parts.pop() ?? ''
    yield* parts
  }
  assert.equal(text, '', 'the process of the command line has ended')
}
