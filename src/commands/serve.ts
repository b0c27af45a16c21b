import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import { findDoubts, unknownSettings, type Config } from '../config.ts'
import { listAccounts } from '../core/accounts.ts'
import type { Ground } from '../core/context.ts'
import { openStorage } from '../storage/open.ts'
import { startWorker } from '../tasks.ts'
import { Unable, type Command } from './command.ts'
import { openLog } from './log.ts'
import { stopSignal } from './stop-signal.ts'

export const serve: Command = {
  summary: 'Serves all pages and APIs, and sends; until SIGTERM or SIGINT.',
  flags: { 'web-only': { meaning: 'Sends nothing: `earshot work` does, in another process.' } },
  run: (call) => runServer({ config: call.config, is_web_only: call.isSet('web-only') }),
}

/** What a command adds to a server: lines that are printed once it listens, and pages of its own. */
export interface Prepared { lines: string[], addPages?: (app: FastifyInstance) => Promise<void> }

/** Serves until a signal. `prepare` is done before it listens. */
export async function runServer(options: { config: Config, is_web_only: boolean, prepare?: (ground: Ground, config: Config) => Promise<Prepared> }): Promise<void> {
  const stopped = stopSignal()
  const config = await withPort(options.config)
  const log = openLog(config.log_level)
  for (const name of unknownSettings()) log.warn({ setting: name }, 'this setting is not known')
  for (const doubt of findDoubts(config)) log.warn(doubt)
  const storage = await openStorage({ ...config, log: (message) => log.info(message) })
  const ground: Ground = { db: storage.db, now: () => new Date(), log }
  try {
    const prepared = await options.prepare?.(ground, config)
    await serveUntil(stopped, { ground, config, is_web_only: options.is_web_only, prepared: prepared ?? { lines: [] } })
  } finally {
    await storage.close()
  }
}

/** As long as a send has. */
const GRACE_MS = 10_000

/** Takes no more connections and finishes the requests under way; one that is not done by then is cut off, since whoever sends it may never end. */
export async function closeWithin(app: FastifyInstance, ms: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), ms)
  try {
    await app.close()
  } finally {
    clearTimeout(cut)
  }
}

/** No request and no send is cut off by stopping, if it ends in time: both are finished, or the send is given back. */
async function serveUntil(stopped: Promise<string>, options: { ground: Ground, config: Config, is_web_only: boolean, prepared: Prepared }): Promise<void> {
  const { ground, config } = options
  const app = await buildApp({ ground, config })
  try {
    await options.prepared.addPages?.(app)
    await listen(app, config)
    const worker = options.is_web_only ? null : startWorker({ ground, config })
    for (const line of [...await greeting(ground, config), ...options.prepared.lines]) console.log(line)
    ground.log.info({ signal: await stopped }, 'stopping')
    await Promise.all([closeWithin(app, GRACE_MS), worker?.stop()])
  } finally {
    await app.close()
  }
}

/** Port 0 is any free one: taken before the links are made that name it. */
async function withPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, config.host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
  return { ...config, port, public_url: config.public_url.replace(/:0$/, `:${port}`) }
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EADDRINUSE') throw new Unable(`Port ${port} of ${host} is taken: is Earshot running already? Else set EARSHOT_PORT to another one.`, { cause: error })
    if (code === 'EACCES') throw new Unable(`Port ${port} is closed to this user: set EARSHOT_PORT to one above 1023.`, { cause: error })
    throw error
  }
}

async function greeting(ground: Ground, config: Config): Promise<string[]> {
  const where = `Earshot listens on ${config.tls ? 'https' : 'http'}://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port} (links begin with ${config.public_url})`
  if ((await listAccounts(ground)).length > 0) return [where]
  return [where, 'There is no account yet. Make one in another terminal:', '  npm run earshot -- account create --name "Your name"']
}
