import type { FastifyRequest } from 'fastify'
import { booleanArgument, listArgument, optionArgument, type Arguments } from './arguments.ts'
import { readFields, type Fields } from './fields.ts'
import { snakeCase, type Spelling } from './names.ts'

/** How the caller wants the answer written. */
export interface Style {
  spelling: Spelling
  drops_empty: boolean
  /** Whole resources stand beside the data, not in it. */
  is_flat: boolean
  /** The types of the resources that are wanted whole, not as references. */
  include: ReadonlySet<string> | 'all'
  fields: Fields
}

/** `_case`, `_empty`, `_flat` or `X-Options: no_empty, flat`, `include` and `fields`. Refuses values of another form with PARAMETER_INVALID. */
export function readStyle(request: FastifyRequest, query: Arguments): Style {
  const options = String(request.headers['x-options'] ?? '').toLowerCase().split(',').map((option) => option.trim())
  const include = new Set(listArgument(query, 'include').map(snakeCase))
  return {
    spelling: optionArgument(query, '_case', ['snake', 'camel', 'pascal'] as const) ?? 'snake',
    drops_empty: booleanArgument(query, '_empty') === false || options.includes('no_empty'),
    is_flat: booleanArgument(query, '_flat') === true || options.includes('flat'),
    include: include.has('*') ? 'all' : include,
    fields: readFields(textsOf(query, 'fields').join(',')),
  }
}

/** As it was written, blanks and all: a + that was not escaped has become one. */
function textsOf(query: Arguments, name: string): string[] {
  return [query.get(name), query.get(`${name}[]`)].flat().filter((value) => typeof value === 'string')
}
