import { NotFound } from '../../core/errors.ts'

/** A route whose address ends with an id. */
export interface ById { Params: { id: string } }

/** The id in an address: ids of this API are our own. Throws NotFound for what can't be one. */
export function parseId(text: string): number {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(id)) throw new NotFound('no such id')
  return id
}
