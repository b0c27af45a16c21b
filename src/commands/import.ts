import { createReadStream } from 'node:fs'
import type { LineFault } from '../imports/csv.ts'
import { importFinancials, readFinancials } from '../imports/financials.ts'
import { ACCOUNT_FLAG, Unable, UsageError, type Command } from './command.ts'
import { showProgress } from './progress.ts'

export const importFinancialsCommand: Command = {
  summary: 'Takes revenue and cost by company and quarter from a CSV file; all of it or nothing.',
  positionals: ['FILE'],
  flags: { ...ACCOUNT_FLAG, 'dry-run': { meaning: 'Says what is wrong with the file, and writes nothing.' } },
  async run(call) {
    const name = call.positionals[0] ?? ''
    const dry_run = call.isSet('dry-run')
    const file = await readFinancials(bytesOf(name))
    const count = file.drafts.length
    const progress = call.is_json ? () => undefined : showProgress(`Importing ${linesText(count)}`)
    const faults = await call.withAccount((ctx) => importFinancials(ctx, file, { dry_run, onWritten: (written) => progress(written / count) }))
    if (faults.length > 0) throw new Unable(refusal(name, faults))
    if (dry_run) call.print({ imported: 0, checked: count }, [`${linesText(count)} checked, none wrong; nothing was imported`])
    else call.print({ imported: count }, [`${linesText(count)} imported`])
  },
}

/** A file of faults tells as much as the first of them. */
const SHOWN_FAULTS = 20

/** The bytes of a file, or of standard input. Throws UsageError. */
async function* bytesOf(name: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* name === '-' ? process.stdin : createReadStream(name)
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function refusal(name: string, faults: LineFault[]): string {
  const lines = faults.slice(0, SHOWN_FAULTS).map(({ line, text }) => line === null ? text : `line ${line}: ${text}`)
  const more = faults.length - lines.length
  return [`nothing was imported: ${name === '-' ? 'standard input' : name} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`, ...lines, ...more > 0 ? [`and ${more} more`] : []].join('\n')
}

function linesText(count: number): string {
  return `${count} ${count === 1 ? 'line' : 'lines'}`
}
