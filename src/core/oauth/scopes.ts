/** The parts of an account that a client can be let into. */
const AREAS = ['users', 'conversations', 'insights', 'search', 'configuration'] as const
export type Area = (typeof AREAS)[number]

const NOTHING = 0
const READING = 1
const WRITING = 2

/** Every scope there is: an area alone, or with `:write`, means reading and writing; with `:read` reading only. */
export const SCOPES: readonly string[] = AREAS.flatMap((area) => [area, `${area}:read`, `${area}:write`])

/** Whether these scopes let a client do this. */
export function permits(scopes: readonly string[], area: Area, writes: boolean): boolean {
  return levelOf(scopes, area) >= (writes ? WRITING : READING)
}

/** Whether whoever has some scopes may hand out others. */
export function covers(scopes: readonly string[], wanted: readonly string[]): boolean {
  return AREAS.every((area) => levelOf(scopes, area) >= levelOf(wanted, area))
}

/** What both allow. */
export function commonScopes(some: readonly string[], others: readonly string[]): string[] {
  return AREAS.flatMap((area) => {
    const level = Math.min(levelOf(some, area), levelOf(others, area))
    return level === WRITING ? [area] : level === READING ? [`${area}:read`] : []
  })
}

function levelOf(scopes: readonly string[], area: Area): number {
  if (scopes.includes(area) || scopes.includes(`${area}:write`)) return WRITING
  return scopes.includes(`${area}:read`) ? READING : NOTHING
}
