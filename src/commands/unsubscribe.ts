import { listUnsubscribes } from '../core/unsubscribes.ts'
import { ACCOUNT_FLAG, type Command } from './command.ts'
import { ALL_ROWS } from './rows.ts'

export const listUnsubscribesCommand: Command = {
  summary: 'Lists what customers opted out, the latest first. Only they can take it back.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const { rows } = await call.withAccount((ctx) => listUnsubscribes(ctx, ALL_ROWS))
    call.print(rows, rows.map(({ address, by_customer_at }) => `${address}  ${by_customer_at.toISOString()}`))
  },
}
