import { integerArgument, type Arguments } from './arguments.ts'

export interface Page { offset: number, limit: number }

/** The vendor names no maximum, and its clients ask for 10,000: they get this many. */
const MAX_LIMIT = 1000
/** They are the caller's own secrets, and whoever follows a link has them. */
const NOT_IN_LINKS = new Set(['_session_id', '_fingerprint_id', '_token', '_otp', '_jwt', 'access_token', 'hash'])

/** `offset` (0) and `limit` (10, at most 1000). */
export function readPage(query: Arguments): Page {
  return { offset: integerArgument(query, 'offset', 0) ?? 0, limit: readLimit(query, 10) }
}

export function readLimit(query: Arguments, usual: number): number {
  return Math.min(MAX_LIMIT, integerArgument(query, 'limit', 1) ?? usual)
}

/**
 * Links to the other pages, in the order in which answers show them, only where there is more than this page shows: what the vendor's own server was recorded to send.
 * `address` is the list's own, without `.json` and query.
 */
export function pageLinks(address: string, query: Arguments, page: Page, shown: number, total: number): Record<string, string> {
  if (total <= shown) return {}
  const { offset, limit } = page
  const at = (target: number | null): string => linkTo(address, query, limit, target)
  return {
    ...(offset > 0 ? { first_url: at(null), previous_url: at(Math.max(0, offset - limit)) } : {}),
    ...(offset + limit < total ? { next_url: at(offset + limit) } : {}),
    last_url: at(Math.floor((total - 1) / limit) * limit),
  }
}

function linkTo(address: string, query: Arguments, limit: number, offset: number | null): string {
  const kept = [...query].flatMap(([name, value]) => NOT_IN_LINKS.has(name) || name === 'offset' ? [] : [value].flat().map((one) => [name, name === 'limit' ? String(limit) : String(one)] as const))
  const sorted = [...kept, ...(offset === null ? [] : [['offset', String(offset)] as const])].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const text = sorted.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  return `${address}.json${text === '' ? '' : `?${text}`}`
}
