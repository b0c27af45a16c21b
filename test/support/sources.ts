import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export interface Source {
  /** From the project's root, such as `src/core/scores.ts`. */
  path: string
  text: string
  imports: string[]
}

export const root = join(import.meta.dirname, '../..')

/** The TypeScript files that a pattern finds, with what each imports, as it is written there. */
export function readSources(pattern: string): Source[] {
  return globSync(pattern, { cwd: root }).sort().map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, text, imports: [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^'\s]+)'/g)].map((match) => match[1] ?? '') }
  })
}

/** The files under src/ that make up the product. */
export function productSources(): Source[] {
  return readSources('src/**/*.ts').filter(({ path }) => !path.endsWith('.test.ts'))
}

/** What an import means, as a path from the project's root; a package's name stays as it is. */
export function resolveImport(source: Source, specifier: string): string {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(source.path), specifier)) : specifier
}
