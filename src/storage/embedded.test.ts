// once
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { hold, open, query, scratchDir, serverPid, spawnHolder, usedDataDir } from '../../test/support/embedded.ts'
import { until } from '../../test/support/until.ts'

test('an empty directory becomes a database that only its own user can reach', async (t) => {
  const data_dir = join(scratchDir(t), 'data')
  const began = performance.now()
  const server = await open({ data_dir })
  t.diagnostic(`first start: ${Math.round(performance.now() - began)} ms`)
  const [row] = await query(server.connection, `select current_database() as database, current_setting('server_version_num')::int / 10000 as major, current_setting('listen_addresses') as tcp, current_setting('jit') as jit, current_setting('timezone') as zone, current_setting('fsync') as fsync, current_setting('server_encoding') as encoding, lower('ÄÖ') as lower`)
  assert.deepEqual(row, { database: 'earshot', major: 18, tcp: '', jit: 'off', zone: 'UTC', fsync: 'on', encoding: 'UTF8', lower: 'äö' })
  assert.equal(statSync(server.connection.host).mode & 0o777, 0o700)
  await server.close()
})

test('what was written is there after the last one has left and another comes', async (t) => {
  const data_dir = await usedDataDir(t)
  const first = await open({ data_dir })
  await query(first.connection, 'create table kept as select 1 as x')
  await first.close()
  await first.close()
  assert.equal(serverPid(data_dir), null)
  const began = performance.now()
  const second = await open({ data_dir })
  t.diagnostic(`later start: ${Math.round(performance.now() - began)} ms`)
  assert.deepEqual(await query(second.connection, 'select x from kept'), [{ x: 1 }])
  await second.close()
})

test('a command shares the server that runs, and whoever leaves last stops it', async (t) => {
  const data_dir = await usedDataDir(t)
  const command = await hold(t, { data_dir })
  const server = await open({ data_dir })
  const pid = serverPid(data_dir)
  await command.leave()
  assert.equal(serverPid(data_dir), pid)
  await query(server.connection, 'select 1')
  const another = await hold(t, { data_dir })
  await server.close()
  assert.equal(serverPid(data_dir), pid)
  await another.leave()
  assert.equal(serverPid(data_dir), null)
})

test('several processes at once on an empty directory make one database', async (t) => {
  const data_dir = join(scratchDir(t), 'data')
  const holders = await Promise.all([hold(t, { data_dir }), hold(t, { data_dir }), hold(t, { data_dir })])
  assert.deepEqual(holders.map((holder) => holder.error), [null, null, null])
  const log = readFileSync(join(data_dir, 'database', 'postgres.log'), 'utf8')
  assert.equal(log.match(/starting PostgreSQL/g)?.length, 1)
  const made = readdirSync(join(data_dir, 'database')).filter((name) => !name.startsWith('native-')).sort()
  assert.deepEqual(made, ['data', 'postgres.log', 'socket'])
  await Promise.all(holders.map((holder) => holder.leave()))
  assert.equal(serverPid(data_dir), null)
})

test('whoever comes while the last one is leaving gets a server all the same', async (t) => {
  const data_dir = await usedDataDir(t)
  let current = await open({ data_dir })
  for (let round = 0; round < 20; round++) {
    const leaving = current.close()
    await pause(round % 5)
    const [next] = await Promise.all([open({ data_dir }), leaving])
    assert.deepEqual(await query(next.connection, 'select 1 as x'), [{ x: 1 }])
    current = next
  }
  await current.close()
  assert.equal(serverPid(data_dir), null)
})

test('a server left alone by kill -9 is adopted, and stopped by its new user', async (t) => {
  const data_dir = await usedDataDir(t)
  const holder = await hold(t, { data_dir })
  const pid = serverPid(data_dir)
  holder.child.kill('SIGKILL')
  await once(holder.child, 'exit')
  assert.equal(serverPid(data_dir), pid)
  const server = await open({ data_dir })
  assert.equal(serverPid(data_dir), pid)
  await query(server.connection, 'select 1')
  await server.close()
  assert.equal(serverPid(data_dir), null)
})

test('after kill -9 of the database what was committed is there, and many who ask start it once', async (t) => {
  const data_dir = await usedDataDir(t)
  const server = await open({ data_dir })
  await query(server.connection, 'create table kept as select 1 as x')
  const killed = kill9(data_dir)
  await assert.rejects(query(server.connection, 'select 1'))
  await Promise.all([server.ensureRunning(), server.ensureRunning(), server.ensureRunning()])
  assert.notEqual(serverPid(data_dir), killed)
  assert.deepEqual(await query(server.connection, 'select x from kept'), [{ x: 1 }])
  const pid = serverPid(data_dir)
  await server.ensureRunning()
  assert.equal(serverPid(data_dir), pid)
  await server.close()
  assert.equal(serverPid(data_dir), null)
})

test('after kill -9 of everything the next start recovers', async (t) => {
  const data_dir = await usedDataDir(t)
  const holder = await hold(t, { data_dir })
  assert.ok(holder.connection)
  await query(holder.connection, 'create table kept as select 1 as x')
  kill9(data_dir)
  holder.child.kill('SIGKILL')
  const server = await open({ data_dir })
  assert.deepEqual(await query(server.connection, 'select x from kept'), [{ x: 1 }])
  await server.close()
})

test('a server that came back by itself after one of its processes crashed is still stopped at the end', async (t) => {
  const data_dir = await usedDataDir(t)
  const server = await open({ data_dir })
  const pid = serverPid(data_dir)
  const [victim] = await query<{ pid: number }>(server.connection, `select pid from pg_stat_activity where application_name = 'earshot (in use)'`)
  assert.ok(victim)
  process.kill(victim.pid, 'SIGKILL')
  // Until it has noticed, it goes on taking connections, and has the dead one among them.
  await until(() => query(server.connection, `select from pg_stat_activity where pid = ${victim.pid}`).then((rows) => rows.length === 0, () => false), 'the server takes connections again')
  assert.equal(serverPid(data_dir), pid)
  await server.close()
  assert.equal(serverPid(data_dir), null)
})

test('a process killed while it makes the database leaves nothing that is in the way', async (t) => {
  const data_dir = join(scratchDir(t), 'data')
  const child = spawnHolder(t, { data_dir })
  const base = join(data_dir, 'database')
  await until(() => readdirSafely(base).some((name) => name.startsWith('data.new-') && readdirSafely(join(base, name)).includes('PG_VERSION')), 'initdb is at work')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(!readdirSafely(base).includes('data'))
  const server = await open({ data_dir })
  assert.deepEqual(await query(server.connection, 'select 1 as x'), [{ x: 1 }])
  await server.close()
  assert.ok(!readdirSafely(base).includes('start.lock'))
})

test('Ctrl-C in the terminal does not reach the database', async (t) => {
  const data_dir = await usedDataDir(t)
  const server = await open({ data_dir })
  const pid = serverPid(data_dir)
  const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' })
  assert.equal(Number(group), pid)
  await server.close()
})

function kill9(data_dir: string): number {
  const pid = serverPid(data_dir)
  assert.ok(pid)
  process.kill(pid, 'SIGKILL')
  return pid
}

function readdirSafely(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
