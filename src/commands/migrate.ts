import { openStorage } from '../storage/open.ts'
import type { Command } from './command.ts'

export const migrateCommand: Command = {
  summary: 'Brings the database to this version. Every other command does so too.',
  async run(call) {
    const storage = await openStorage({ ...call.config, log: (message) => console.error(message) })
    await storage.close()
    call.print({ migrated: storage.migrated }, storage.migrated.length === 0 ? ['The database is up to date.'] : storage.migrated.map((name) => `Ran ${name}`))
  },
}
