// once
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hold, is_root, open, package_dir, query, scratchDir, serverPid, serverUid, usedDataDir } from '../../test/support/embedded.ts'

const nobody = 65534

test('root has the server run as another user', async (t) => {
  const data_dir = await usedDataDir(t)
  const server = await open({ data_dir })
  if (is_root) assert.notEqual(serverUid(data_dir), 0)
  else assert.equal(serverUid(data_dir), process.getuid?.())
  await server.close()
})

test("an ordinary user's database is theirs, and root's commands leave it so", async (t) => {
  const home = scratchDir(t)
  const data_dir = join(home, 'data')
  const uid = is_root ? nobody : undefined
  if (is_root) chownSync(home, nobody, nobody)
  else t.diagnostic('not root: only the part without root is tested')
  const user = await hold(t, { data_dir, package_dir: copyPackage(home), ...(uid && { uid }) })
  assert.equal(user.error, null)
  assert.equal(statSync(join(data_dir, 'database')).mode & 0o777, 0o700)
  await user.leave()
  const server = await open({ data_dir })
  assert.equal(serverUid(data_dir), uid ?? process.getuid?.())
  await server.close()
  const again = await hold(t, { data_dir, package_dir: join(home, 'package'), ...(uid && { uid }) })
  assert.equal(again.error, null)
  await again.leave()
})

test("someone else's data directory is refused with advice", async (t) => {
  const home = scratchDir(t)
  const data_dir = join(home, 'data')
  if (is_root) mkdirSync(data_dir, { mode: 0o700 })
  else t.diagnostic('not root: a directory without any rights stands for another user\'s')
  if (!is_root) mkdirSync(data_dir, { mode: 0o000 })
  const user = await hold(t, { data_dir, ...(is_root && { uid: nobody }) })
  assert.match(user.error ?? '', /^StorageError: .*EACCES.*EARSHOT_DATA_DIR.*EARSHOT_DATABASE_URL/)
})

test('under a home that only root may enter, database and programs are kept where the server can', async (t) => {
  const top = scratchDir(t)
  const home = join(top, 'root-home')
  const system_dir = join(top, 'system')
  mkdirSync(home, { mode: 0o700 })
  const options = { data_dir: join(home, 'project', 'data'), package_dir: copyPackage(home), system_dir }
  const logs: string[] = []
  const server = await open(options, logs)
  await query(server.connection, 'create table kept as select 1 as x')
  const link = join(options.data_dir, 'database')
  if (is_root) {
    assert.ok(lstatSync(link).isSymbolicLink())
    assert.ok(readlinkSync(link).startsWith(join(system_dir, 'data-')))
    assert.ok(logs.some((line) => line.includes(readlinkSync(link))), logs.join())
    assert.ok(readdirSync(link).some((name) => name.startsWith('native-')))
  } else {
    t.diagnostic('not root: one\'s own closed home needs no other place')
    assert.ok(!existsSync(system_dir))
  }
  await server.close()
  const again = await open(options)
  assert.deepEqual(await query(again.connection, 'select x from kept'), [{ x: 1 }])
  await again.close()
})

test("root's own closed data directory is made passable, and what is in it stays closed", async (t) => {
  const data_dir = join(scratchDir(t), 'data')
  mkdirSync(data_dir, { mode: 0o700 })
  const logs: string[] = []
  const server = await open({ data_dir }, logs)
  assert.equal(statSync(data_dir).mode & 0o777, is_root ? 0o711 : 0o700)
  assert.equal(logs.length, is_root ? 1 : 0)
  assert.equal(statSync(join(data_dir, 'database')).mode & 0o777, 0o700)
  await server.close()
})

test('a package installed with --ignore-scripts is completed in place', async (t) => {
  const dir = scratchDir(t)
  const data_dir = join(dir, 'data')
  const bare = copyPackage(dir)
  assert.ok(!existsSync(join(bare, 'native/lib/libpq.so.5')))
  const server = await open({ data_dir, package_dir: bare })
  assert.ok(lstatSync(join(bare, 'native/lib/libpq.so.5')).isSymbolicLink())
  await server.close()
})

test('a package that may not be written to is completed in a copy', async (t) => {
  const home = scratchDir(t)
  const bare = copyPackage(home)
  execFileSync('chmod', ['-R', 'a-w', bare])
  const data_dir = join(home, 'mine', 'data')
  mkdirSync(join(home, 'mine'))
  if (is_root) chownSync(join(home, 'mine'), nobody, nobody)
  const user = await hold(t, { data_dir, package_dir: bare, ...(is_root && { uid: nobody }) })
  assert.equal(user.error, null)
  assert.ok(!existsSync(join(bare, 'native/lib/libpq.so.5')))
  assert.ok(readdirSync(join(data_dir, 'database')).some((name) => name.startsWith('native-')))
  await user.leave()
  execFileSync('chmod', ['-R', 'u+w', home])
})

test("where a socket's path would be too long it goes to a closed directory elsewhere", async (t) => {
  const data_dir = join(scratchDir(t), 'x'.repeat(100), 'data')
  const server = await open({ data_dir })
  assert.ok(server.connection.host.length < 90)
  assert.deepEqual(await query(server.connection, 'select 1 as x'), [{ x: 1 }])
  await server.close()
  t.after(() => execFileSync('rm', ['-rf', server.connection.host]))
  chmodSync(server.connection.host, 0o777)
  if (is_root) chownSync(server.connection.host, 12345, 12345)
  await assert.rejects(open({ data_dir }), { name: 'StorageError', message: /is not a directory of user/ })
})

test('a pid file whose number has gone to another program, or to a zombie, does not stand in the way', async (t) => {
  const data_dir = await usedDataDir(t)
  const server = await open({ data_dir })
  const user = { uid: serverUid(data_dir) }
  const pid_file = join(data_dir, 'database/data/postmaster.pid')
  const lines = readFileSync(pid_file, 'utf8').split('\n')
  await server.close()
  const other = spawn('sleep', ['60'], user)
  const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 60'], user)
  t.after(() => [other, parent].map((child) => child.kill('SIGKILL')))
  const zombie = Number(await new Promise((done) => parent.stdout.once('data', done)))
  for (const pid of [other.pid, zombie]) {
    execFileSync('sh', ['-c', 'cat > "$1"; chmod 600 "$1"; chown "$2" "$1"', 'sh', pid_file, String(user.uid)], { input: [pid, ...lines.slice(1)].join('\n') })
    const again = await open({ data_dir })
    assert.notEqual(serverPid(data_dir), pid)
    await query(again.connection, 'select 1')
    await again.close()
  }
})

/** The installed package without the links that its install script makes. */
function copyPackage(dir: string): string {
  const copy = join(dir, 'package')
  cpSync(package_dir, copy, { recursive: true, filter: (path) => !path.endsWith('.a') && !lstatSync(path).isSymbolicLink() })
  return copy
}
