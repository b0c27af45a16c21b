import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { bouncesOf, parseConfig, type Config, type Environment } from '../../src/config.ts'
import { createAccount, type AccountDraft } from '../../src/core/accounts.ts'
import { contextOf, type Account, type Context, type Ground } from '../../src/core/context.ts'
import { createKey } from '../../src/core/keys.ts'
import { openDelivery } from '../../src/delivery/deliver.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { testDatabase } from './postgres.ts'

/** A whole Earshot on a database of its own: all but the network and the passing of time. */
export interface World {
  readonly app: FastifyInstance
  readonly ground: Ground
  readonly config: Config
  /** The database's address, as EARSHOT_DATABASE_URL takes it. */
  readonly database_url: string
  readonly clock: Clock
  /** What was logged, newest last. */
  readonly log_lines: Record<string, unknown>[]
  /** Makes an account; its key is good for all of it, its context acts as that key. */
  account(draft?: Partial<AccountDraft>): Promise<TestAccount>
  /** Sends until nothing is due. */
  work(): Promise<void>
  close(): Promise<void>
}

export interface TestAccount {
  ctx: Context
  api_key: string
  account: Account
  owner_id: number
}

/** Time stands still until it is set or moved on. */
export interface Clock {
  now(): Date
  set(time: Date | string): void
  advance(by: { days?: number, hours?: number, minutes?: number, seconds?: number }): void
}

export interface WorldOptions {
  /** What the clock begins with; 2026-03-16T10:00:00Z, a Monday. */
  now?: string
  /** Settings by their names, such as EARSHOT_REQUIRE_HTTPS. */
  env?: Environment
}

/** Opens a world; close it when done. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const database = await testDatabase()
  const config = parseConfig({ EARSHOT_DATABASE_URL: database.url, EARSHOT_PUBLIC_URL: 'http://earshot.test', EARSHOT_SECRET: 'a secret that only the tests know of', ...options.env })
  const { db, close } = openDatabase({ connection: { connectionString: database.url } })
  const clock = makeClock(options.now ?? '2026-03-16T10:00:00Z')
  const log_lines: Record<string, unknown>[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void log_lines.push(JSON.parse(line)) })
  const ground: Ground = { db, now: clock.now, log }
  const leave = async (): Promise<void> => {
    await close()
    await database.drop()
  }
  const app = await buildApp({ ground, config }).catch(async (error: unknown) => {
    await leave()
    throw error
  })
  return {
    app, ground, config, clock, log_lines, database_url: database.url,
    account: (draft) => makeAccount(ground, draft),
    work: () => sendAllDue(ground, config),
    async close() {
      await app.close()
      await leave()
    },
  }
}

function makeClock(start: string): Clock {
  let time = new Date(start).getTime()
  return {
    now: () => new Date(time),
    set: (to) => void (time = new Date(to).getTime()),
    advance: ({ days = 0, hours = 0, minutes = 0, seconds = 0 }) => void (time += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000),
  }
}

async function makeAccount(ground: Ground, draft: Partial<AccountDraft> = {}): Promise<TestAccount> {
  const { account, owner_id } = await createAccount(ground, { name: 'Acme', ...draft })
  const ctx = contextOf(ground, account, { kind: 'system' })
  const { id, api_key } = await createKey(ctx, { name: 'test' })
  return { account, owner_id, api_key, ctx: contextOf(ground, account, { kind: 'key', key_id: id, site_id: null }) }
}

async function sendAllDue(ground: Ground, config: Config): Promise<void> {
  const delivery = openDelivery({ ground, mail_url: config.mail_url, sms_url: config.sms_url, public_url: config.public_url, dkim: config.dkim, bounces: bouncesOf(config) })
  try {
    while ((await delivery.sendDue()) + (await delivery.sendDueTexts()) > 0);
  } finally {
    await delivery.close()
  }
}
