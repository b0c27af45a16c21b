import { Type } from '@fastify/type-provider-typebox'
import { Invalid } from '../../core/errors.ts'
import type { AskedFilter } from '../../core/responses/names.ts'
import { OptionalText } from './validation.ts'

/** What each filterBy of a list asks of the keyword. */
export type KeywordFilters = Record<string, (keyword: string) => AskedFilter>

/** The arguments by which one of these filters is asked for, its name in any letter case. */
export function keywordArguments(filters: KeywordFilters) {
  return {
    filterBy: Type.Optional(Type.Refine(Type.String(), (name) => filterOf(filters, name) !== undefined, () => `must be one of ${Object.keys(filters).join(', ')}`)),
    keyword: OptionalText(1000),
  }
}

/** The responses that these arguments ask for. Throws Invalid for one of them without the other. */
export function toKeywordFilter(filters: KeywordFilters, { filterBy, keyword }: { filterBy?: string, keyword?: string }): AskedFilter {
  if (filterBy !== undefined && keyword !== undefined) return filterOf(filters, filterBy)?.(keyword) ?? {}
  if (filterBy === undefined && keyword === undefined) return {}
  const field = filterBy === undefined ? 'filterBy' : 'keyword'
  throw new Invalid([{ field, code: 'custom', info: { message: 'is required: filterBy and keyword go together' } }])
}

function filterOf(filters: KeywordFilters, name: string): ((keyword: string) => AskedFilter) | undefined {
  const known = Object.keys(filters).find((one) => one.toLowerCase() === name.toLowerCase())
  return known === undefined ? undefined : filters[known]
}
