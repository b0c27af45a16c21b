import pg from 'pg'
import { openDatabase, type Db } from './database.ts'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { StorageError } from './storage-error.ts'

export interface StorageOptions {
  /** Null: the embedded server in the data directory. */
  database_url: string | null
  data_dir: string
  /** What the operator should know, in a sentence. */
  log: (message: string) => void
  /** False: the database is left as it is. */
  migrate?: boolean
}

export interface Storage {
  readonly db: Db
  readonly connection: pg.ClientConfig
  /** The names of the migrations that were run now. */
  readonly migrated: readonly string[]
  readonly is_embedded: boolean
  /** Ends the connections, and leaves the embedded server, which stops if nobody else uses it. */
  close(): Promise<void>
}

/**
 * Connects to the database, starting the embedded one where none is named, and brings it to this version. An embedded server that dies is started
 * again by whatever needs it next. Throws StorageError.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  return options.database_url === null ? openOwn(options) : openExternal(options, options.database_url)
}

async function openOwn(options: StorageOptions): Promise<Storage> {
  const server = await openEmbedded({ data_dir: options.data_dir, log: options.log })
  try {
    const recover = (): Promise<void> => server.ensureRunning()
    const storage = await openConnection(options, { ...server.connection, ssl: false }, recover)
    return { ...storage, is_embedded: true, close: () => storage.close().finally(() => server.close()) }
  } catch (error) {
    await server.close()
    throw error
  }
}

async function openExternal(options: StorageOptions, connectionString: string): Promise<Storage> {
  await checkExternal({ connectionString })
  return { ...(await openConnection(options, { connectionString })), is_embedded: false }
}

async function openConnection(options: StorageOptions, connection: pg.ClientConfig, recover?: () => Promise<void>): Promise<Omit<Storage, 'is_embedded'>> {
  const migrated = options.migrate === false ? [] : await migrate(connection)
  let is_closing = false
  const onError = (error: Error): void => {
    if (is_closing) return
    options.log(`A database connection broke: ${error.message}`)
    recover?.().catch((failure: unknown) => options.log(`The database does not come back: ${failure instanceof Error ? failure.message : String(failure)}`))
  }
  const { db, close } = openDatabase({ connection, onError, ...(recover && { recover }) })
  return {
    db, connection, migrated,
    close() {
      is_closing = true
      return close()
    },
  }
}

const OLDEST_VERSION = 150_000

/** Says what is wrong with somebody else's server before anything is done to it. */
async function checkExternal(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string, name: string }>(`select current_setting('server_version_num') as version, current_setting('server_version') as name`)
    if (Number(rows[0]?.version) < OLDEST_VERSION) throw new StorageError(`The database named by EARSHOT_DATABASE_URL is PostgreSQL ${rows[0]?.name}; Earshot needs 15 or newer.`)
  } catch (error) {
    if (error instanceof StorageError) throw error
    throw new StorageError(`The database named by EARSHOT_DATABASE_URL cannot be reached: ${error instanceof Error ? error.message : String(error)}. Is the address right, does the server run, and does it let this user in?`)
  } finally {
    await client.end().catch(() => undefined)
  }
}
