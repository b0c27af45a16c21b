#!/usr/bin/env node
// Plain JavaScript that old versions understand too: Earshot is TypeScript, which only newer ones run as it is.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const isRightNode = Number(process.versions.node.split('.')[0]) >= 26 && Boolean(process.features.typescript)
const pinnedNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))

if (isRightNode) await start()
else if (existsSync(pinnedNode) && process.execPath !== pinnedNode && !process.env.EARSHOT_RELAUNCHED) relaunch()
else refuse()

/** Compiled code is kept between starts. */
async function start() {
  delete process.env.EARSHOT_RELAUNCHED
  module.enableCompileCache()
  const { main } = await import('../src/main.ts')
  await main(process.argv.slice(2))
}

/** The same command by the Node that came with the packages. This process stands in front of it: it passes signals on, and ends as the other one ends. */
function relaunch() {
  const child = spawn(pinnedNode, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, EARSHOT_RELAUNCHED: '1' } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => refuse(error.message))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function refuse(reason) {
  console.error(`Earshot needs Node 26, and this is ${process.version}. Run \`npm ci\` in the project's directory: it brings the right one along${reason ? ` (${reason})` : ''}.`)
  process.exit(1)
}
