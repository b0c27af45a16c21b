import { parseArgs } from 'node:util'
import { Unable, UsageError, type Call, type Command } from './commands/command.ts'
import { helpOf, nearest, overview } from './commands/help.ts'
import { openLog } from './commands/log.ts'
import { commands } from './commands/table.ts'
import { ConfigError, readConfig, type Config } from './config.ts'
import { getAccount, listAccounts } from './core/accounts.ts'
import { contextOf, type Account, type Ground } from './core/context.ts'
import { isCoreError } from './core/errors.ts'
import { openStorage } from './storage/open.ts'
import { StorageError } from './storage/storage-error.ts'

/** Runs one command of the command line and sets the exit code: 0 done, 1 failed, 2 called wrongly. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await run(args)
  } catch (error) {
    report(error, args.includes('--json'))
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

async function run(args: readonly string[]): Promise<number> {
  const words = args.slice(0, 2).filter((word) => !word.startsWith('-'))
  if (words.length === 0 || words[0] === 'help') return show(await overview(commands), args.includes('--help') || words[0] === 'help' ? 0 : 2)
  const name = [words.join(' '), words[0] ?? ''].find((candidate) => commands.has(candidate))
  const load = name === undefined ? undefined : commands.get(name)
  if (name === undefined || !load) return refuseCommand(words, args)
  const command = await load()
  const rest = args.slice(name.split(' ').length)
  if (rest.includes('--help') || rest.includes('-h')) return show(helpOf(name, command), 0)
  return (await command.run(makeCall(name, command, rest))) ?? 0
}

function show(lines: readonly string[], code: number): number {
  const print = code === 0 ? console.log : console.error
  print(lines.join('\n'))
  return code
}

/** A noun alone shows what can be done with it. */
async function refuseCommand(words: readonly string[], args: readonly string[]): Promise<number> {
  const ofNoun = new Map([...commands].filter(([name]) => name.startsWith(`${words[0]} `)))
  if (ofNoun.size > 0 && words.length === 1) return show(await overview(ofNoun), args.includes('--help') ? 0 : 2)
  const wanted = words.join(' ')
  const guess = nearest(wanted, [...commands.keys()]) ?? nearest(words[0] ?? '', [...commands.keys()])
  throw new UsageError(`there is no command ${wanted}${guess ? `; did you mean ${guess}?` : ''} earshot --help lists all`)
}

function makeCall(name: string, command: Command, args: readonly string[]): Call {
  const { values, positionals } = parse(name, command, args)
  const is_json = values.json === true
  const config = readConfig()
  const call: Call = {
    positionals, is_json, config,
    text: (flag) => (typeof values[flag] === 'string' ? values[flag] : undefined),
    isSet: (flag) => values[flag] === true,
    print: (json, lines) => console.log(is_json ? JSON.stringify(json) : lines.join('\n')),
    withGround: (work) => withGround(config, work),
    withAccount: (work) => withGround(config, async (ground) => work(contextOf(ground, await chooseAccount(ground, call.text('account')), { kind: 'system' }))),
  }
  return call
}

/** Throws UsageError: an unknown flag with the nearest known one, a value that is missing, words too many or too few. */
function parse(name: string, command: Command, args: readonly string[]) {
  const flags = { ...command.flags, json: { meaning: '' } }
  const options = Object.fromEntries(Object.entries(flags).map(([flag, spec]) => [flag, { type: 'value' in spec && spec.value ? ('string' as const) : ('boolean' as const) }]))
  const wanted = command.positionals ?? []
  const { values, positionals } = parseStrictly(args, options)
  if (positionals.length < wanted.length) throw new UsageError(`${wanted.slice(positionals.length).join(' ')} is missing; earshot ${name} --help says more`)
  if (positionals.length > wanted.length) throw new UsageError(`${positionals.slice(wanted.length).join(' ')} has no place here; earshot ${name} --help says more`)
  return { values, positionals }
}

function parseStrictly(args: readonly string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  for (const arg of args) {
    if (arg === '--') break
    const flag = /^--?([^=]+)/.exec(arg)?.[1]
    if (flag === undefined || flag in options) continue
    const guess = nearest(flag, Object.keys(options))
    throw new UsageError(`there is no flag ${arg.split('=')[0]}${guess ? `; did you mean --${guess}?` : ''}`)
  }
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}

async function withGround<T>(config: Config, work: (ground: Ground) => Promise<T>): Promise<T> {
  const storage = await openStorage({ ...config, log: (message) => console.error(message) })
  try {
    return await work({ db: storage.db, now: () => new Date(), log: openLog(config.log_level) })
  } finally {
    await storage.close()
  }
}

async function chooseAccount(ground: Ground, id_or_name: string | undefined): Promise<Account> {
  if (id_or_name !== undefined) return getAccount(ground, id_or_name)
  const [first, ...others] = await listAccounts(ground)
  if (!first) throw new Unable('there is no account yet: earshot account create --name NAME makes one')
  if (others.length > 0) throw new UsageError('there are several accounts: name one with --account ID|NAME')
  return first
}

/** What the operator can mend is said in a sentence; anything else is our fault, and shown with its place. */
function report(error: unknown, is_json: boolean): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const is_expected = isCoreError(error) || [UsageError, Unable, ConfigError, StorageError].some((type) => error instanceof type)
  if (is_json) console.error(JSON.stringify({ error: { name, message } }))
  else console.error(is_expected ? message : stack)
}
