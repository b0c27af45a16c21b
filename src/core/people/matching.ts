import { sql } from 'kysely'

/** Not by the id alone: a database that has not counted a young table's addresses yet would rather walk all ids in their order than sort the few rows of one address. */
export const OLDEST = sql`c.id + 0`

/** The last one given wins: it is the newest word on the same company or person. */
export function distinctBy<T>(inputs: T[], key: (input: T) => string): T[] {
  return [...new Map(inputs.map((input) => [key(input), input])).values()]
}

/** What must be there by now. */
export function rowOf<T>(found: Map<string, T>, key: string): T {
  const row = found.get(key)
  if (!row) throw new Error('a company or contact was neither found nor made')
  return row
}
