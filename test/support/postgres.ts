import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openEmbedded, type EmbeddedConnection } from '../../src/storage/embedded.ts'
import { migrate } from '../../src/storage/migrate.ts'

export interface TestDatabase {
  /** What EARSHOT_DATABASE_URL takes. */
  url: string
  drop(): Promise<void>
}

const migrations_dir = join(import.meta.dirname, '../../src/storage/migrations')
const template_lock = 7_272_100

/**
 * A migrated, empty database of its own, on the server of the test run (its address comes in EARSHOT_TEST_DATABASE_URL); a test file
 * that is run by itself shares an embedded server in the temporary directory with the others that are.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await findServer()
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await asAdmin(server.url, async (admin) => {
    if (server.is_shared) await dropLeftovers(admin)
    await cloneTemplate(admin, server.url, name)
  })
  return {
    url: withDatabase(server.url, name),
    async drop() {
      await asAdmin(server.url, (admin) => admin.query(`drop database if exists ${name} with (force)`))
      await server.close()
    },
  }
}

/** The address of a database on a server that listens on a unix socket, in the form that `pg` and `new URL` both take. */
export function socketUrl({ host, port, user, database }: EmbeddedConnection): string {
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}

interface Server {
  url: string
  is_shared: boolean
  close(): Promise<void>
}

async function findServer(): Promise<Server> {
  const url = process.env.EARSHOT_TEST_DATABASE_URL
  if (url) return { url, is_shared: false, close: async () => undefined }
  const checkout = createHash('sha256').update(import.meta.dirname).digest('hex').slice(0, 8)
  const data_dir = join(tmpdir(), `earshot-test-${process.getuid?.() ?? 0}-${checkout}`)
  const server = await openEmbedded({ data_dir, log: (message) => console.error(message) })
  return { url: socketUrl(server.connection), is_shared: true, close: () => server.close() }
}

/** The template is named after the migrations it was made by, so that it is made once per state of them. */
async function cloneTemplate(admin: pg.Client, url: string, name: string): Promise<void> {
  const template = `template_${hashMigrations()}`
  await admin.query('select pg_advisory_lock($1)', [template_lock])
  try {
    if (!(await databases(admin, template)).includes(template)) await makeTemplate(admin, url, template)
    await admin.query(`create database ${name} template ${template} strategy file_copy`)
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [template_lock])
  }
}

/** Under another name first: migrations that fail or are cut short leave no template. */
async function makeTemplate(admin: pg.Client, url: string, template: string): Promise<void> {
  const draft = `draft_${template}`
  for (const old of await databases(admin, 'template\\_%')) await admin.query(`drop database ${old} with (force)`)
  await admin.query(`drop database if exists ${draft} with (force)`)
  await admin.query(`create database ${draft} template template0`)
  await migrate(withDatabase(url, draft))
  await admin.query(`alter database ${draft} rename to ${template}`)
}

/** Databases of test processes that were killed. */
async function dropLeftovers(admin: pg.Client): Promise<void> {
  for (const name of await databases(admin, 'test\\_%')) {
    const pid = Number(name.split('_')[1])
    if (!isAlive(pid)) await admin.query(`drop database if exists ${name} with (force)`)
  }
}

async function databases(admin: pg.Client, pattern: string): Promise<string[]> {
  const { rows } = await admin.query<{ datname: string }>('select datname from pg_database where datname like $1', [pattern])
  return rows.map((row) => row.datname)
}

function hashMigrations(): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(migrations_dir).sort()) hash.update(file).update(readFileSync(join(migrations_dir, file)))
  return hash.digest('hex').slice(0, 16)
}

async function asAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(url)
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

function withDatabase(url: string, database: string): string {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address.href
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
