import { weightOf } from '../core/clicks/evidence.ts'
import { acceptHeld, listHeld, restoreResponse, voidHeld, voidResponse, type HeldView } from '../core/clicks/review.ts'
import type { Context } from '../core/context.ts'
import { NotFound } from '../core/errors.ts'
import { ACCOUNT_FLAG, needNumber, UsageError, type Call, type Command } from './command.ts'
import { ALL_ROWS } from './rows.ts'

const STATES = ['suspected', 'provisional', 'voided'] as const

export const listReviewCommand: Command = {
  summary: 'Lists answers that seem to be no person\'s, with what spoke against them.',
  flags: { ...ACCOUNT_FLAG, state: { value: STATES.join('|'), meaning: 'Which answers that do not count; suspected unless said otherwise.' } },
  async run(call) {
    const state = readState(call)
    const { rows } = await call.withAccount((ctx) => listHeld(ctx, state, ALL_ROWS))
    call.print(rows, rows.flatMap(linesOf))
  },
}

export const acceptReviewCommand = decision('Lets an answer count: a person gave it.', 'counts now', acceptHeld)

export const voidReviewCommand = decision('Puts an answer away, whether it counts or is only suspected: no person gave it.', 'is put away', voidEither)

export const restoreReviewCommand = decision('Undoes a voiding.', 'is as it was before', restoreResponse)

function decision(summary: string, done: string, decide: (ctx: Context, id: number) => Promise<{ id: number }>): Command {
  return {
    summary, positionals: ['ID'], flags: ACCOUNT_FLAG,
    async run(call) {
      const id = needNumber(call.positionals[0], 'ID')
      await call.withAccount((ctx) => decide(ctx, id))
      call.print({ id }, [`Response ${id} ${done}.`])
    },
  }
}

/** An id says which of both it is. */
async function voidEither(ctx: Context, id: number): Promise<{ id: number }> {
  return voidHeld(ctx, id).catch((error: unknown) => {
    if (error instanceof NotFound) return voidResponse(ctx, id)
    throw error
  })
}

function readState(call: Call): typeof STATES[number] {
  const text = call.text('state') ?? 'suspected'
  const state = STATES.find((one) => one === text)
  if (!state) throw new UsageError(`--state must be ${STATES.join(', ')}`)
  return state
}

function linesOf({ id, email, received_at, answers, reasons, responder_ip, user_agent, is_answered }: HeldView): string[] {
  const score = answers.find(({ value }) => value !== null)?.value
  return [
    `${id}  ${received_at.toISOString()}  ${email ?? '(no address)'}  score ${score ?? 'none'}  weight ${weightOf(reasons)}${is_answered ? '  answered by another since' : ''}`,
    ...reasons.map(({ reason, weight }) => `    ${weight > 0 ? '+' : ''}${weight} ${reason}`),
    `    from ${responder_ip ?? 'nowhere'}, ${user_agent ?? 'no browser named'}`,
  ]
}
