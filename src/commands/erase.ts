import { createInterface } from 'node:readline/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../core/context.ts'
import { countPerson, getErasure, requestErasure, workErasure, type Erasure, type PersonCounts } from '../core/erasures.ts'
import { ACCOUNT_FLAG, need, Unable, UsageError, type Call, type Command } from './command.ts'

export const eraseCommand: Command = {
  summary: 'Deletes a customer\'s personal data, by their e-mail address; for good.',
  flags: {
    ...ACCOUNT_FLAG,
    email: { value: 'ADDRESS', meaning: 'Whose data go.' },
    yes: { meaning: 'Asks no further question.' },
  },
  async run(call) {
    const email = need(call, 'email')
    await call.withAccount(async (ctx) => {
      const found = await countPerson(ctx, email)
      if (!call.isSet('yes')) await confirm(call, `${sentenceOf(found)} Type the address again to delete them: `, email)
      const erasure = await finish(ctx, call.config.secret, await requestErasure(ctx, email))
      call.print({ found, erasure }, [...call.isSet('yes') ? [sentenceOf(found)] : [], erasure.finished_at ? 'They are deleted.' : 'A message to them is on its way. What is left is deleted after it, by the server or a worker.'])
    })
  },
}

function sentenceOf({ contacts, invitations, responses, full_removal }: PersonCounts): string {
  return `The address has ${counted(contacts, 'contact')}, ${counted(invitations, 'invitation')} and ${counted(responses, 'response')}; ${full_removal ? 'invitations and responses go with their scores.' : 'scores stay, without a name.'}`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** Throws UsageError where there is nobody to ask, and Unable for another answer. */
async function confirm(call: Call, question: string, expected: string): Promise<void> {
  if (call.is_json || !process.stdin.isTTY) throw new UsageError('--yes is missing: there is nobody to ask here')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(question).finally(() => terminal.close())
  if (answer.trim().toLowerCase() !== expected.trim().toLowerCase()) throw new Unable('nothing was deleted')
}

/** For what somebody else is at. */
const PATIENCE_MS = 5000
const LOOK_EVERY_MS = 100

/** Does here what a worker would, so that none has to run; both may. */
async function finish(ctx: Context, secret: string, { id }: Erasure): Promise<Erasure> {
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    while (await workErasure(ctx, secret, ctx.account.id, id) > 0);
    const erasure = await getErasure(ctx, id)
    if (erasure.finished_at !== null || waited >= PATIENCE_MS) return erasure
    await pause(LOOK_EVERY_MS)
  }
}
