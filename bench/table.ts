/** One line of the result. */
export interface Line {
  what: string
  /** With their units. */
  ours: string
  baseline: string
  ratio: string
  target: string
  /** Processor time for one operation, ours / the baseline's: Node, PostgreSQL. */
  cpu: string
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return ((sorted[middle] ?? Number.NaN) + (sorted[Math.ceil(sorted.length / 2) - (sorted.length % 2)] ?? Number.NaN)) / 2
}

/** Whole, by thousands; small ones with two digits. */
export function show(value: number, unit = ''): string {
  return `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2)}${unit}`
}

/** As a Markdown table. */
export function renderTable(lines: readonly Line[]): string {
  const rows = [['What', 'Earshot', 'Baseline', 'Ratio', 'Target', 'CPU per operation, Earshot / baseline'], ...lines.map(({ what, ours, baseline, ratio, target, cpu }) => [what, ours, baseline, ratio, target, cpu])]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const text = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  return [text[0], `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...text.slice(1)].join('\n')
}
