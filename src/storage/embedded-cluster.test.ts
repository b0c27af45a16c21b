// once
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hold, open, package_dir, query, scratchDir, serverPid, usedDataDir } from '../../test/support/embedded.ts'

test('a directory without its version file is refused, and left as it is', async (t) => {
  const data_dir = await usedDataDir(t)
  rmSync(join(data_dir, 'database/data/PG_VERSION'))
  await assert.rejects(open({ data_dir }), { name: 'StorageError', message: /PG_VERSION is missing.*[Rr]estore a backup.*EARSHOT_DATABASE_URL/s })
  assert.ok(statSync(join(data_dir, 'database/data/base')).isDirectory())
})

test("a newer PostgreSQL's directory is refused with both versions named", async (t) => {
  const data_dir = await usedDataDir(t)
  writeFileSync(join(data_dir, 'database/data/PG_VERSION'), '19\n')
  await assert.rejects(open({ data_dir }), { name: 'StorageError', message: /PostgreSQL 19, and this Earshot brings 18.*EARSHOT_DATABASE_URL/s })
})

test("a damaged control file is told in the server's own words", async (t) => {
  const data_dir = await usedDataDir(t)
  writeFileSync(join(data_dir, 'database/data/global/pg_control'), 'garbage'.repeat(1000))
  await assert.rejects(open({ data_dir }), { name: 'StorageError', message: /FATAL.*restore a backup.*postgres\.log/s })
  assert.equal(serverPid(data_dir), null)
})

test('an empty pid file, as a full disk leaves one, is no obstacle', async (t) => {
  const data_dir = await usedDataDir(t)
  writeFileSync(join(data_dir, 'database/data/postmaster.pid'), '')
  const server = await open({ data_dir })
  assert.deepEqual(await query(server.connection, 'select 1 as x'), [{ x: 1 }])
  await server.close()
})

test('a full disk is told as one, and is no damage once there is room', async (t) => {
  const disk = scratchDir(t)
  const data_dir = join(disk, 'data')
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,mode=0755', 'tmpfs', disk]).status !== 0) {
    t.diagnostic('no right to mount: a limit on the size of files stands for the full disk')
    const limited = await hold(t, { data_dir }, ['sh', '-c', 'ulimit -f 2000; exec "$@"', 'sh'])
    assert.match(limited.error ?? '', /^StorageError: .*EARSHOT_DATABASE_URL/s)
    return
  }
  try {
    await fillAndEmpty(disk, data_dir)
  } finally {
    spawnSync('umount', ['-l', disk])
  }
})

async function fillAndEmpty(disk: string, data_dir: string): Promise<void> {
  await assert.rejects(open({ data_dir }), { name: 'StorageError', message: /The disk is full/ })
  spawnSync('mount', ['-o', 'remount,size=200m', disk])
  const server = await open({ data_dir })
  await query(server.connection, 'create table kept as select 1 as x')
  await server.close()

  const filler = join(disk, 'filler')
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M', 'count=300'])
  await assert.rejects(open({ data_dir }), { name: 'StorageError', message: /The disk is full/ })
  rmSync(filler)
  const again = await open({ data_dir })
  assert.deepEqual(await query(again.connection, 'select x from kept'), [{ x: 1 }])
  await again.close()
}

test('a platform without its package is told what to do instead', async (t) => {
  const data_dir = await usedDataDir(t)
  await assert.rejects(open({ data_dir, platform: 'win32-x64' }), { name: 'StorageError', message: /no PostgreSQL for win32-x64.*EARSHOT_DATABASE_URL/s })
  const missing = process.arch === 'arm64' ? 'linux-x64' : 'darwin-arm64'
  await assert.rejects(open({ data_dir, platform: process.platform === 'darwin' ? 'linux-arm64' : missing }), { name: 'StorageError', message: /is not installed.*npm ci.*EARSHOT_DATABASE_URL/s })
})

test('programs that need another C library, as on Alpine, are told as such', async (t) => {
  const dir = scratchDir(t)
  const data_dir = join(dir, 'data')
  mkdirSync(join(dir, 'native/bin'), { recursive: true })
  mkdirSync(join(dir, 'native/lib'))
  cpSync(join(package_dir, 'package.json'), join(dir, 'package.json'))
  cpSync(join(package_dir, 'native/pg-symlinks.json'), join(dir, 'native/pg-symlinks.json'))
  writeFileSync(join(dir, 'native/bin/postgres'), '#!/lib/ld-of-another-system.so\n', { mode: 0o755 })
  await assert.rejects(open({ data_dir, package_dir: dir }), { name: 'StorageError', message: /ENOENT.*musl.*EARSHOT_DATABASE_URL/s })
})

test('a large log is put aside at the next start', async (t) => {
  const data_dir = await usedDataDir(t)
  const log = join(data_dir, 'database/postgres.log')
  writeFileSync(log, 'x'.repeat(5 * 1024 * 1024))
  await (await open({ data_dir })).close()
  assert.ok(statSync(log).size < 100_000)
  assert.ok(statSync(`${log}.1`).size > 5_000_000)
})

test('values and statements stay out of the log', async (t) => {
  const data_dir = await usedDataDir(t)
  const server = await open({ data_dir })
  await query(server.connection, 'create table mails (address text primary key)')
  await query(server.connection, `insert into mails values ('who@example.test')`)
  await assert.rejects(query(server.connection, `insert into mails values ('who@example.test')`), /duplicate key/)
  await server.close()
  assert.ok(!readFileSync(join(data_dir, 'database/postgres.log'), 'utf8').includes('who@'))
})

test('a data directory may be reached by a link, and is one database by either name', async (t) => {
  const data_dir = await usedDataDir(t)
  const link = `${data_dir}-link`
  symlinkSync(data_dir, link)
  const [one, two] = [await open({ data_dir }), await open({ data_dir: link })]
  assert.deepEqual(one.connection, two.connection)
  await Promise.all([one.close(), two.close()])
  assert.equal(serverPid(data_dir), null)
})
