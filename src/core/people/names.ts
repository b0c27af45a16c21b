/** Two words of a name: what stands before the last space greets, the rest is the surname. */
export function splitName(name: string | null): { first_name: string | null, surname: string | null } {
  const words = (name ?? '').trim().split(/\s+/).filter((word) => word !== '')
  return { first_name: words.slice(0, Math.max(1, words.length - 1)).join(' ') || null, surname: words.length > 1 ? (words.at(-1) ?? null) : null }
}

/** The external id in what a source gives as one. PSAs send 0 where they have no record: it must not make one person of all who have none. */
export function knownId(id: number): number | null {
  return id === 0 ? null : id
}
