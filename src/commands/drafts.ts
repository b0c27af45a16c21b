import { readFileSync } from 'node:fs'
import type { Static, TObject } from 'typebox'
import { Value } from 'typebox/value'
import { transaction } from '../storage/database.ts'
import type { Context } from '../core/context.ts'
import { UsageError, type Call } from './command.ts'

/** The flag of every command that takes its fields as JSON too. */
export const FROM_FLAG = { from: { value: 'FILE', meaning: 'A JSON file with the fields, or a list of such objects; - reads standard input. Flags beside it win.' } } as const

/**
 * What is to be written: the objects of --from, each with the fields that flags gave; one object of the flags alone where there is no file.
 * Throws UsageError where something is missing, of the wrong type, or not known.
 */
export function readDrafts<S extends TObject>(call: Call, schema: S, fields: Record<string, unknown>): Static<S>[] {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const file = call.text('from')
  const found = file === undefined ? [{}] : readObjects(file)
  return found.map((object, index) => checkDraft(schema, { ...object, ...given }, found.length > 1 ? `item ${index + 1}: ` : ''))
}

/** The objects of a JSON file, one or a list of them, that the flag names. Throws UsageError as readDrafts does. */
export function readFile<S extends TObject>(schema: S, file: string, flag: string): Static<S>[] {
  const found = readObjects(file, flag)
  return found.map((object, index) => checkDraft(schema, object, found.length > 1 ? `item ${index + 1}: ` : ''))
}

/** Writes all of them or none, and answers one where one was asked for. */
export async function writeAll<D, R>(ctx: Context, drafts: D[], write: (ctx: Context, draft: D) => Promise<R>): Promise<R[]> {
  return transaction(ctx.db, async (tx) => {
    const written: R[] = []
    for (const draft of drafts) written.push(await write({ ...ctx, db: tx }, draft))
    return written
  })
}

/** One thing as such, several as a list: as they were given. */
export function oneOrList<T>(items: T[]): T | T[] {
  const [first] = items
  return items.length === 1 && first !== undefined ? first : items
}

function readObjects(file: string, flag = 'from'): object[] {
  const parsed = parseJson(file, flag)
  const list = Array.isArray(parsed) ? parsed : [parsed]
  return list.map((item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) throw new UsageError(`--${flag} ${file} must hold an object or a list of objects`)
    return item
  })
}

function parseJson(file: string, flag: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (error) {
    throw new UsageError(`--${flag} ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkDraft<S extends TObject>(schema: S, draft: unknown, where: string): Static<S> {
  if (Value.Check(schema, draft)) return draft
  const [first] = Value.Errors(schema, draft)
  const field = first?.instancePath.replace(/^\//, '').replaceAll('/', '.') ?? ''
  throw new UsageError(`${where}${field ? `${field} ` : ''}${first?.message ?? 'is not as it should be'}`)
}
