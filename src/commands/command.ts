import type { Config } from '../config.ts'
import type { Context, Ground } from '../core/context.ts'

/** One flag, as `--help` shows it. Those with a `value` (its name in the help) take one. */
export interface Flag { readonly value?: string, readonly meaning: string }

/** One command of the command line. */
export interface Command {
  /** In a line. */
  readonly summary: string
  /** What stands without a flag, by the names the help shows; all of it is needed. */
  readonly positionals?: readonly string[]
  readonly flags?: Readonly<Record<string, Flag>>
  /** Returns the exit code, 0 where it returns none. */
  run(call: Call): Promise<number | void>
}

/** A command as it was called. */
export interface Call {
  readonly positionals: readonly string[]
  /** The value of a flag that takes one. */
  text(flag: string): string | undefined
  isSet(flag: string): boolean
  readonly is_json: boolean
  readonly config: Config
  /** The lines for people, or with --json the value as JSON, on standard output. */
  print(json: unknown, lines: readonly string[]): void
  /** Runs with the database: joins or starts it, migrates it, and leaves it again. */
  withGround<T>(work: (ground: Ground) => Promise<T>): Promise<T>
  /** The same in the account that --account names; the only one where it names none. */
  withAccount<T>(work: (ctx: Context) => Promise<T>): Promise<T>
}

/** The call can't be right: exit code 2. */
export class UsageError extends Error { override readonly name = 'UsageError' }

/** It can't be done as things are; the message says what to do: exit code 1. */
export class Unable extends Error { override readonly name = 'Unable' }

/** The flag of every command that works in one account. */
export const ACCOUNT_FLAG = { account: { value: 'ID|NAME', meaning: 'The account; may be left out where there is only one.' } } as const

/** A flag that has to be there. Throws UsageError. */
export function need(call: Call, flag: string): string {
  const text = call.text(flag)
  if (text === undefined) throw new UsageError(`--${flag} is missing`)
  return text
}

/** A positional that is a number. Throws UsageError. */
export function needNumber(text: string | undefined, name: string): number {
  const number = Number(text)
  if (!text || !Number.isSafeInteger(number) || number < 1) throw new UsageError(`${name} must be a number, such as 1`)
  return number
}

/** The value of a flag that takes yes or no, where it is there. Throws UsageError. */
export function readYesNo(call: Call, flag: string): boolean | undefined {
  const text = call.text(flag)
  if (text !== undefined && text !== 'yes' && text !== 'no') throw new UsageError(`--${flag} must be yes or no`)
  return text === undefined ? undefined : text === 'yes'
}
