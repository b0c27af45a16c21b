/** Rows as one parameter: what jsonb_to_recordset takes. Each carries its position, so that answers can be put back in order. */
export function recordset(rows: readonly object[]): string {
  return JSON.stringify(rows.map((row, position) => ({ position, ...row })))
}

/** The item at an index that is known to be there. */
export function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index}`)
  return item
}
