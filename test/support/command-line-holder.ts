/**
 * A process that runs one command of the command line after the other, each as if it were the only one: told by a message what is called and with which
 * settings, it answers with the exit code and what the command left behind. A zero byte ends what each one printed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { main } from '../../src/main.ts'

const PATIENCE_MS = 30_000

// Opened by their first use, and not closed again.
for (const stream of [process.stdout, process.stderr]) stream.write('')

process.on('message', async ({ args, env }: { args: string[], env: Record<string, string> }) => {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  const before = resources()
  await main(args)
  const left = await leftOver(before)
  const code = process.exitCode
  process.exitCode = undefined
  process.stdout.write('\0')
  process.stderr.write('\0')
  process.send?.({ code, left })
})
process.send?.('ready')

/** What would keep a process of its own from ending: a connection, a timer, a server. */
async function leftOver(before: readonly string[]): Promise<string[]> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await pause(1)) {
    const left = without(resources(), before)
    if (left.length === 0 || performance.now() > deadline) return left
  }
}

function resources(): string[] {
  return process.getActiveResourcesInfo()
}

function without(all: readonly string[], some: readonly string[]): string[] {
  const left = [...all]
  for (const one of some) if (left.includes(one)) left.splice(left.indexOf(one), 1)
  return left
}
