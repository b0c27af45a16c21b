import type { Ground } from '../core/context.ts'
import { openStorage } from '../storage/open.ts'
import { startWorker } from '../tasks.ts'
import type { Command } from './command.ts'
import { openLog } from './log.ts'
import { stopSignal } from './stop-signal.ts'

export const work: Command = {
  summary: 'Sends what is due, without serving; until SIGTERM or SIGINT. Any number may run.',
  async run({ config }) {
    const stopped = stopSignal()
    const log = openLog(config.log_level)
    const storage = await openStorage({ ...config, log: (message) => log.info(message) })
    const ground: Ground = { db: storage.db, now: () => new Date(), log }
    try {
      const worker = startWorker({ ground, config })
      console.log('Earshot sends what is due.')
      log.info({ signal: await stopped }, 'stopping')
      await worker.stop()
    } finally {
      await storage.close()
    }
  },
}
