/** Names as the vendor writes them, whatever letter case they came in. */
export interface Named {
  known: Record<string, unknown>
  unknown: string[]
  /** Names that came more than once. */
  repeated: string[]
}

/** Sorts what was given under the names that an endpoint knows. Of a name given in several letter cases the last one wins. */
export function sortNames(given: object, names: readonly string[]): Named {
  const canonical = new Map(names.map((name) => [name.toLowerCase(), name]))
  const sorted: Named = { known: {}, unknown: [], repeated: [] }
  for (const [key, value] of Object.entries(given)) {
    const name = canonical.get(key.toLowerCase())
    if (name === undefined) sorted.unknown.push(key)
    else if (name in sorted.known || Array.isArray(value)) sorted.repeated.push(name)
    if (name !== undefined) sorted.known[name] = value
  }
  return sorted
}
