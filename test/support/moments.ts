import type { Db } from '../../src/storage/database.ts'

/** The same database, for a use case that reads more than once: as soon as its first statement has its answer, `happen` happens before that answer is told. */
export function afterFirstRead(db: Db, happen: () => Promise<unknown>): Db {
  let happened: Promise<unknown> | null = null
  return db.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      await (happened ??= happen())
      return result
    },
  })
}
