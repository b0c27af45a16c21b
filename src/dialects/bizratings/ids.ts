/** The vendor's ticket ids are numbers, as its first PSA's are. A number that other digits would name as well (007), or that JSON can't carry exactly, stays text. */
export function toTicketNumber(number: string): number | string {
  const value = Number(number)
  return /^\d+$/.test(number) && Number.isSafeInteger(value) && String(value) === number ? value : number
}

/** The ticket's number as the core keeps it. */
export function fromTicketNumber(id: number): string {
  return String(id)
}

/** `jdoe, mlee` as the list that it is, each once. */
export function fromResources(resource: string | null): string[] {
  return [...new Set((resource ?? '').split(',').map((code) => code.trim()).filter((code) => code !== ''))]
}

/** Null where nobody is assigned. */
export function toResources(codes: readonly string[]): string | null {
  return codes.length === 0 ? null : codes.join(',')
}
