import { NotFound } from '../../core/errors.ts'

/** An id in a path, known to be digits. Ids are the store's own; one that is too large for it is not there. */
export function pathId(digits: string): number {
  const id = Number(digits)
  if (!Number.isSafeInteger(id)) throw new NotFound('no such id')
  return id
}
