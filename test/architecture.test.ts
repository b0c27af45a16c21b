// once
import assert from 'node:assert/strict'
import { builtinModules } from 'node:module'
import { test } from 'node:test'
import { productSources, readSources, resolveImport, type Source } from './support/sources.ts'

const sources = productSources()
const everything = [...readSources('src/**/*.ts'), ...readSources('test/**/*.ts'), ...readSources('bench/**/*.ts')]

const VENDORS = ['bizratings', 'customersure', 'kayako']
const DOMAIN = ['storage', 'texts', 'core']
const FACE = [...DOMAIN, 'metrics', 'delivery', 'http']

/** What each folder of src/ may import besides itself. The files right in src/ put everything together. */
const MAY_IMPORT: Record<string, string[]> = {
  'storage': [],
  'texts': [],
  'core': ['storage', 'texts'],
  'metrics': DOMAIN,
  'http': DOMAIN,
  'scanners': [],
  'delivery': [...DOMAIN, 'http', 'scanners'],
  'dialects': FACE,
  'survey-pages': FACE,
  'accounts-pages': FACE,
  'imports': FACE,
  'demo': FACE,
  'commands': [...FACE, 'demo', 'imports', 'scanners', ''],
  '': [...FACE, 'dialects', 'survey-pages', 'accounts-pages', 'imports', 'demo', 'commands'],
}

/** The folder right under src/, or nothing for a file there. */
function folderOf(path: string): string {
  return path.split('/').length > 2 ? (path.split('/')[1] ?? '') : ''
}

function localImports(source: Source): string[] {
  return source.imports.map((specifier) => resolveImport(source, specifier)).filter((path) => path.startsWith('src/'))
}

function packageImports(source: Source): string[] {
  return source.imports.filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('/'))
}

/** `path: what` for each finding; a test compares the list with nothing, so that a failure names them all. */
function findings(among: Source[], find: (source: Source) => string[]): string[] {
  return among.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`))
}

test('there is something to look at', () => {
  assert.ok(sources.length > 50)
  assert.ok(sources.some((source) => localImports(source).length > 5))
})

test('imports go one way: from the faces to the core, from the core to the storage', () => {
  assert.deepEqual(findings(sources, (source) => localImports(source).filter((path) => {
    const [from, to] = [folderOf(source.path), folderOf(path)]
    return from !== to && !(MAY_IMPORT[from] ?? []).includes(to)
  })), [])
})

test('every folder of src/ has its place in that order', () => {
  assert.deepEqual([...new Set(sources.map(({ path }) => folderOf(path)))].filter((folder) => !(folder in MAY_IMPORT)), [])
})

test('the product imports no test, and no dialect imports another', () => {
  assert.deepEqual(findings(sources, (source) => source.imports.map((specifier) => resolveImport(source, specifier)).filter((path) => /^(test|bench)\/|\.test\.ts$/.test(path))), [])
  assert.deepEqual(findings(sources, (source) => localImports(source).filter((path) => {
    const [from, to] = [source.path, path].map((one) => /^src\/dialects\/([^/]+)/.exec(one)?.[1])
    return from !== undefined && to !== undefined && from !== to
  })), [])
})

test('only the configuration reads the environment', () => {
  assert.deepEqual(sources.filter(({ text }) => /\bprocess\.env\b/.test(text)).map(({ path }) => path), ['src/config.ts'])
})

test('vendors are named in their dialects and where the faces are put together, nowhere else', () => {
  const elsewhere = sources.filter(({ path }) => !path.startsWith('src/dialects/') && !path.startsWith('src/imports/') && !['src/app.ts', 'src/commands/demo.ts'].includes(path))
  assert.deepEqual(findings(elsewhere, ({ text }) => VENDORS.filter((vendor) => text.toLowerCase().includes(vendor))), [])
  const dialects = sources.filter(({ path }) => path.startsWith('src/dialects/'))
  assert.deepEqual(findings(dialects, ({ path, text }) => VENDORS.filter((vendor) => !path.startsWith(`src/dialects/${vendor}/`) && text.toLowerCase().includes(vendor))), [])
})

test('SQL is written in the storage, the core and the metrics only', () => {
  const elsewhere = sources.filter(({ path }) => !['storage', 'core', 'metrics'].includes(folderOf(path)))
  assert.deepEqual(findings(elsewhere, ({ text }) => text.match(/\bsql`|\.(selectFrom|insertInto|updateTable|deleteFrom)\(/g) ?? []), [])
})

test('each table is written by one file of the core, or one folder of it', () => {
  const schema = sources.find(({ path }) => path === 'src/storage/schema.ts')?.text ?? ''
  const tables = [.../interface Schema \{([^}]*)\}/.exec(schema)?.[1]?.matchAll(/^\s+(\w+):/gm) ?? []].map((match) => match[1] ?? '')
  assert.ok(tables.length > 30)
  const homes = new Map(tables.map((table) => [table, new Set(sources.filter((source) => writes(source, table)).map(homeOf))]))
  assert.deepEqual([...homes].filter(([, places]) => places.size > 1 || [...places].some((place) => !place.startsWith('src/core/'))).map(([table, places]) => `${table}: ${[...places].join(', ')}`), [])
  assert.ok([...homes.values()].filter((places) => places.size === 1).length > 25)
})

function writes({ text }: Source, table: string): boolean {
  return new RegExp(`(?:insertInto|updateTable|deleteFrom|mergeInto)\\('${table}(?: as \\w+)?'|\\b(?:insert into|update|delete from|merge into|truncate)\\s+${table}\\b`).test(text)
}

/** `src/core/staff.ts`, or `src/core/invitations` for all files of that folder. */
function homeOf({ path }: Source): string {
  return path.split('/').slice(0, 3).join('/')
}

test('names are exported one by one, from the file that has them', () => {
  assert.deepEqual(findings(everything, ({ text }) => text.match(/^export (default|\*.*|\{[^}]*\} from.*)/gm) ?? []), [])
  assert.deepEqual(everything.filter(({ path }) => /(^|\/)index\.ts$/.test(path)).map(({ path }) => path), [])
})

test('imports name the file with its ending, and Node\'s modules by their prefix', () => {
  assert.deepEqual(findings(everything, (source) => source.imports.filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.ts'))), [])
  assert.deepEqual(findings(everything, (source) => packageImports(source).filter((name) => !name.startsWith('node:') && builtinModules.includes(name))), [])
})

test('files and folders are nouns in kebab-case, at most three folders deep, and none is a drawer for anything', () => {
  assert.deepEqual(everything.filter(({ path }) => path.split('/').slice(1, -1).length > 3).map(({ path }) => path), [])
  assert.deepEqual(everything.filter(({ path }) => path.split('/').some((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(browser|long|test|d))*(\.ts)?$/.test(name))).map(({ path }) => path), [])
  assert.deepEqual(everything.filter(({ path }) => /\b(lib|utils?|common|helpers?|services?|modules?|managers?|misc)\b/.test(path)).map(({ path }) => path), [])
})

test('types are not talked away', () => {
  assert.deepEqual(findings(sources, ({ text }) => codeOf(text).match(/(: |<|as )any\b/g) ?? []), [])
  assert.deepEqual(findings(sources, ({ text }) => text.match(/@ts-(ignore|nocheck|expect-error)|[eo][sx]lint-disable/g) ?? []), [])
  const lines = sources.reduce((sum, { text }) => sum + text.split('\n').length, 0)
  const casts = findings(sources, ({ text }) => codeOf(text).match(/[\w)\]}] as ([A-Z{][^\n]{0,20}|never|unknown|string|number)/g) ?? [])
  assert.ok(casts.length < 2 * lines / 1000, `${casts.length} casts in ${lines} lines:\n${casts.join('\n')}`)
})

/** Without comments, imports and templates: only there are `any` and `as` words of the language. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|^import .*$|`[^`]*`/gm, '')
}
