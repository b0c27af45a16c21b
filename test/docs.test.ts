// once
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import { commands } from '../src/commands/table.ts'
import { settings } from '../src/config.ts'
import { bizratings } from '../src/dialects/bizratings/plugin.ts'
import { customersure } from '../src/dialects/customersure/plugin.ts'
import { earshot } from '../src/dialects/earshot/plugin.ts'
import { kayako } from '../src/dialects/kayako/plugin.ts'
import type { FaceOptions } from '../src/http/face.ts'
import { root } from './support/sources.ts'
import { openWorld, type World } from './support/world.ts'

const pages = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', 'bench/**/*.md', 'test/**/*.md'], { cwd: root }).sort()

let world: World | undefined
before(async () => { world = await openWorld() })
after(() => world?.close())

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

test('there are pages to look at', () => {
  assert.ok(pages.length > 10)
  for (const page of ['README.md', 'ARCHITECTURE.md', 'STYLE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/glossary.md']) assert.ok(pages.includes(page), page)
})

test('every setting is in the table of settings as the code has it, and no page names another', () => {
  const rows = [...read('docs/configuration.md').matchAll(/^\| `(EARSHOT_\w+)` \| (.*?) \| (.*) \|$/gm)].map(([, name, standard, meaning]) => ({ name, default: plain(standard), meaning: plain(meaning) }))
  assert.deepEqual(rows, settings.map(({ name, default: standard, meaning }) => ({ name, default: plain(standard), meaning: plain(meaning) })))
  const known = new Set<string>(settings.map(({ name }) => name))
  const others = pages.flatMap((page) => [...read(page).matchAll(/EARSHOT_[A-Z_]*[A-Z]/g)].map(([name]) => name).filter((name) => !known.has(name) && !/^EARSHOT_(CI|TEST_\w+|BENCH_\w+)$/.test(name)).map((name) => `${page}: ${name}`))
  assert.deepEqual(others, [])
})

test('every command and each of its flags is in the page of the command line, and no other command is', async () => {
  const sections = sectionsOf(read('docs/command-line.md'))
  for (const [words, load] of commands) {
    const section = [...sections].find(([heading]) => heading.split(/[`,]+/).some((part) => `${part.trim()} `.startsWith(`earshot ${words} `) || `${part.trim()} `.startsWith(`${words} `)))?.[1] ?? ''
    assert.ok(section.includes(words.split(' ').at(-1) ?? ''), `docs/command-line.md has no section of ${words}`)
    for (const flag of Object.keys((await load()).flags ?? {})) assert.ok(section.includes(`--${flag}`), `docs/command-line.md does not say that ${words} has --${flag}`)
  }
  const named = pages.flatMap((page) => [...read(page).matchAll(/(?:npm run earshot -- |bin\/earshot\.js |`earshot )([a-z][a-z -]*)/g)].map((match) => ({ page, words: match[1] ?? '' })))
  assert.deepEqual(named.filter(({ words }) => ![...commands.keys()].some((known) => `${words} `.startsWith(`${known} `) || known.startsWith(`${words.trim()} `))), [])
})

const DIALECTS: [string, FastifyPluginAsync<FaceOptions>][] = [['bizratings', bizratings], ['customersure', customersure], ['kayako', kayako], ['earshot', earshot]]

for (const [name, dialect] of DIALECTS) {
  test(`the README of ${name} names every route that is served`, async () => {
    assert.ok(world)
    const lines = read(`src/dialects/${name}/README.md`).split('\n').map((line) => line.replace(/:\w+|\{\w+\}/g, ':'))
    const routes = await routesOf(dialect, { ground: world.ground, public_url: world.config.public_url, secret: world.config.secret })
    assert.ok(routes.length >= 5, `${routes.length} routes`)
    assert.deepEqual(routes.filter(({ path }) => !lines.some((line) => names(line, path))), [])
    assert.ok(lines.some((line) => /^## .*(Not yet|Declined|Not served)/i.test(line)), 'it says what is not served')
  })
}

test('every link from page to page leads somewhere, and so does every picture', () => {
  const links = pages.flatMap((page) => [...read(page).matchAll(/\]\(([^)\s]+)\)|<img [^>]*src="([^"]+)"/g)].map((match) => ({ page, target: match[1] ?? match[2] ?? '' })))
  assert.ok(links.length > 20)
  assert.deepEqual(links.filter(({ page, target }) => !/^(https?|mailto):/.test(target) && !leadsSomewhere(page, target)).map(({ page, target }) => `${page}: ${target}`), [])
})

test('what a page says to run with npm can be run', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm (?:run ([\w:-]+)|(test|start)\b)/g)].map((match) => ({ page, script: match[1] ?? match[2] ?? '' })))
  assert.ok(named.length > 3)
  assert.deepEqual(named.filter(({ script }) => !(script in scripts)), [])
})

test('the changes of this version are told', () => {
  const { version }: { version: string } = JSON.parse(read('package.json'))
  assert.match(read('CHANGELOG.md'), new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm'))
})

test('every decision is in the list of decisions', () => {
  const list = read('docs/decisions/README.md')
  const files = globSync('docs/decisions/[0-9]*.md', { cwd: root }).map((path) => path.replace('docs/decisions/', ''))
  assert.ok(files.length > 1)
  assert.deepEqual(files.filter((file) => !list.includes(`](${file})`)), [])
})

function plain(text = ''): string {
  return text.replaceAll('`', '').trim()
}

/** Each heading with what stands below it, down to the next one of any size. */
function sectionsOf(page: string): Map<string, string> {
  return new Map(page.split(/^(?=#{1,4} )/m).map((part) => [/^#+ (.*)/.exec(part)?.[1] ?? '', part]))
}

interface Route { method: string, path: string }

/** The routes that a dialect brings, parameters as `:`; HEAD goes with GET, and what catches all is no route of the vendor's. */
async function routesOf(dialect: FastifyPluginAsync<FaceOptions>, options: FaceOptions): Promise<Route[]> {
  const routes: Route[] = []
  const app = Fastify()
  app.addHook('onRoute', ({ method, url }) => {
    const methods = [method].flat().filter((one) => ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(one))
    if (!url.includes('*')) routes.push(...methods.map((one) => ({ method: one, path: withoutPatterns(url) })))
  })
  await app.register(dialect, options)
  await app.ready()
  await app.close()
  return routes
}

/** `/a/:id(^\d+$)/b` as `/a/:/b`. */
function withoutPatterns(url: string): string {
  return url.split('/').map((part) => (part.startsWith(':') ? ':' : part)).join('/')
}

/** Whether a line names a path, in full or without the part that all paths begin with. */
function names(line: string, path: string): boolean {
  return [path, path.replace(/^\/api\/v1(?=\/)/, '')].some((one) => line.split(/[`\s,|?]+/).includes(one))
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || [...read(file).matchAll(/^#+ (.*)$/gm)].some((match) => slugOf(match[1] ?? '') === anchor)
}

function slugOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
}
