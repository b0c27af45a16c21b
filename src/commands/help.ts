import type { Command } from './command.ts'

/** `earshot --help`: every command in a line. */
export async function overview(commands: ReadonlyMap<string, () => Promise<Command>>): Promise<string[]> {
  const width = Math.max(...[...commands.keys()].map((name) => name.length))
  const lines = []
  for (const [name, load] of commands) lines.push(`  ${name.padEnd(width)}  ${(await load()).summary}`)
  return ['Usage: earshot COMMAND [flags]', '', ...lines, '', 'earshot COMMAND --help says more; --json makes the output JSON. Settings are environment variables: docs/configuration.md.']
}

/** `earshot COMMAND --help`. */
export function helpOf(name: string, command: Command): string[] {
  const flags = Object.entries({ ...command.flags, json: { meaning: 'The answer as JSON.' }, help: { meaning: 'This help.' } })
  const shown = flags.map(([flag, spec]) => ({ left: `--${flag}${'value' in spec && spec.value ? ` ${spec.value}` : ''}`, meaning: spec.meaning }))
  const width = Math.max(...shown.map(({ left }) => left.length))
  const positionals = (command.positionals ?? []).map((positional) => ` ${positional}`).join('')
  return [`Usage: earshot ${name}${positionals} [flags]`, '', command.summary, '', ...shown.map(({ left, meaning }) => `  ${left.padEnd(width)}  ${meaning}`)]
}

/** The known word that was most likely meant; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((candidate) => ({ candidate, distance: distanceOf(word, candidate) })).toSorted((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : null
}

/** How many letters to insert, remove, change or swap. */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)))
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity
      rows[i]?.splice(j, 1, Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, change, swap))
    }
  }
  return at(a.length, b.length)
}
