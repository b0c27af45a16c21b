// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { processorSeconds } from '../../test/support/processor.ts'
import { closedCase } from '../../test/support/rated-case.ts'
import { untilBlocked } from '../../test/support/until.ts'
import { createUser as createCheapUser } from '../../test/support/users.ts'
import { openWorld, type World } from '../../test/support/world.ts'
import type { Db } from '../storage/database.ts'
import { contextOf } from './context.ts'
import { Expired, Forbidden, Invalid, LimitReached, NotFound, Unauthenticated } from './errors.ts'
import { createLoginLink, redeemLoginLink } from './login-links.ts'
import { hashPassword } from './passwords.ts'
import { closeSession, findSession, openSession, sweepSessions } from './sessions.ts'
import { createStaffMember } from './staff.ts'
import { changeUser, createUser, listUsers, logIn } from './users.ts'

const PASSWORD = 'correct horse battery'
let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('a user logs in with address, in any letter case, and password', async () => {
  const { ctx, account } = await world.account()
  const member = await createStaffMember(ctx, { code: 'jd', name: 'Jo Doe' })
  const user = await createUser(ctx, { email: 'Jo@example.com', name: 'Jo Doe', role: 'agent', password: PASSWORD, staff_code: 'jd' })
  assert.deepEqual(await logIn(world.ground, { email: 'jO@EXAMPLE.com', password: PASSWORD, client_address: '192.0.2.1' }),
    { principal: { account, actor: { kind: 'user', user_id: user.id, role: 'agent', staff_id: member.id } } })
})

test('the password is stored as a salted hash that names its cost', async () => {
  const { ctx } = await world.account()
  for (const email of ['hash1@example.com', 'hash2@example.com']) await createUser(ctx, { email, name: 'H', role: 'agent', password: PASSWORD })
  const rows = await world.ground.db.selectFrom('users').select('password_hash').where('email', 'like', 'hash%').execute()
  for (const row of rows) assert.match(row.password_hash ?? '', /^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/)
  assert.notEqual(rows[0]?.password_hash, rows[1]?.password_hash)
})

test('wrong password, unknown address, disabled user and a user without a password are one and the same', async () => {
  const { ctx, owner_id } = await world.account()
  const user = await createUser(ctx, { email: 'off@example.com', name: 'Off', role: 'agent', password: PASSWORD })
  await changeUser(ctx, user.id, { disabled: true })
  await createUser(ctx, { email: 'on@example.com', name: 'On', role: 'agent', password: PASSWORD })
  const owner = (await listUsers(ctx)).find(({ id }) => id === owner_id)
  const messages = new Set<string>()
  for (const [email, password] of [['on@example.com', 'wrong'], ['nobody@example.com', PASSWORD], ['off@example.com', PASSWORD], [owner?.email ?? '', ''], ['', '']]) {
    await assert.rejects(logIn(world.ground, { email: email ?? '', password: password ?? '', client_address: '192.0.2.2' }), (error) => {
      assert.ok(error instanceof Unauthenticated)
      messages.add(error.message)
      return true
    })
  }
  assert.equal(messages.size, 1)
})

test('after ten failures a client is kept from that address for the rest of the ten minutes, the right password or not', async () => {
  const { ctx } = await world.account()
  await createCheapUser(ctx, { email: 'locked@example.com', name: 'L', role: 'agent', password: PASSWORD })
  world.clock.set('2026-03-17T10:00:00Z')
  const attempt = (password: string, client_address = '192.0.2.3') => logIn(world.ground, { email: 'locked@example.com', password, client_address })
  for (let i = 0; i < 9; i++) await assert.rejects(attempt('wrong'), Unauthenticated)
  await attempt(PASSWORD)
  await assert.rejects(attempt('wrong'), Unauthenticated)
  await assert.rejects(attempt(PASSWORD), (error) => error instanceof LimitReached && error.retry_after === 600)
  await attempt(PASSWORD, '192.0.2.4')
  world.clock.advance({ minutes: 10 })
  await attempt(PASSWORD)
})

test('of guesses made at once no more are answered than of guesses in turn', async () => {
  const { ctx } = await world.account()
  await createUser(ctx, { email: 'burst@example.com', name: 'B', role: 'agent', password: PASSWORD })
  const outcomes = await Promise.allSettled(Array.from({ length: 16 }, () => logIn(world.ground, { email: 'burst@example.com', password: 'wrong', client_address: '192.0.2.5' })))
  const answered = outcomes.filter((outcome) => outcome.status === 'rejected' && outcome.reason instanceof Unauthenticated)
  assert.equal(answered.length, 10)
  assert.equal(outcomes.length - answered.length, outcomes.filter((outcome) => outcome.status === 'rejected' && outcome.reason instanceof LimitReached).length)
})

test('a crowd of guesses costs no more work than those that are answered', async () => {
  const guess = (guesses: number, client_address: string): Promise<number> => processorSeconds(() => Promise.allSettled(Array.from({ length: guesses }, () => logIn(world.ground, { email: 'crowd@example.com', password: 'wrong', client_address }))))
  const one = await guess(1, '192.0.2.20')
  const crowd = await guess(80, '192.0.2.21')
  assert.ok(crowd < 20 * one, `80 at once took ${crowd} s, one ${one} s`)
})

test('an address is taken once over all accounts; short passwords and unknown roles are refused', async () => {
  const [one, two] = [await world.account(), await world.account()]
  await createUser(one.ctx, { email: 'unique@example.com', name: 'U', role: 'admin' })
  await assert.rejects(createUser(two.ctx, { email: 'UNIQUE@example.com', name: 'U', role: 'admin' }), Invalid)
  await assert.rejects(createUser(two.ctx, { email: 'no address', name: '', role: 'admin', password: 'short' }), (error) => error instanceof Invalid && error.faults.length === 3)
  await assert.rejects(createUser(two.ctx, { email: 'a@example.com', name: 'A', role: 'agent', staff_code: 'nobody' }), NotFound)
})

test('another account\'s user can neither be changed nor let in', async () => {
  const [mine, theirs] = [await world.account(), await world.account()]
  await assert.rejects(changeUser(mine.ctx, theirs.owner_id, { name: 'Mine now' }), NotFound)
  await assert.rejects(createLoginLink(mine.ctx, theirs.owner_id), NotFound)
})

test('the last owner stays one, also when two are changed at once', async () => {
  const { ctx, owner_id } = await world.account()
  await assert.rejects(changeUser(ctx, owner_id, { role: 'agent' }), Invalid)
  await assert.rejects(changeUser(ctx, owner_id, { disabled: true }), Invalid)
  const other = await createUser(ctx, { email: 'second-owner@example.com', name: 'Second', role: 'owner' })
  const outcomes = await Promise.allSettled([changeUser(ctx, owner_id, { role: 'agent' }), changeUser(ctx, other.id, { role: 'agent' })])
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a log-in link works once, within a day, and never again', async () => {
  const { ctx, account, owner_id } = await world.account()
  const { token } = await createLoginLink(ctx, owner_id)
  assert.match(token, /^[\w-]{22}$/)
  const redeem = (text: string) => redeemLoginLink(world.ground, { token: text, client_address: '192.0.2.6' })
  const outcomes = await Promise.allSettled([redeem(token), redeem(token), redeem(token)])
  const [used] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.deepEqual(used, { principal: { account, actor: { kind: 'user', user_id: owner_id, role: 'owner', staff_id: null } } })
  const late = await createLoginLink(ctx, owner_id)
  world.clock.advance({ hours: 24 })
  await assert.rejects(redeem(late.token), Expired)
  await assert.rejects(redeem('unknown'), Expired)
})

test('a client that tries many log-in links is stopped', async () => {
  const attempt = () => redeemLoginLink(world.ground, { token: 'guess', client_address: '192.0.2.7' })
  for (let i = 0; i < 50; i++) await assert.rejects(attempt(), Expired)
  await assert.rejects(attempt(), LimitReached)
})

test('a session lasts as long as it is used, and ends when it is closed', async () => {
  const { ctx, account, owner_id } = await world.account()
  const actor = { kind: 'user', user_id: owner_id, role: 'owner', staff_id: null } as const
  const session = await openSession(contextOf(world.ground, account, actor))
  for (let i = 0; i < 4; i++) {
    world.clock.advance({ days: 10 })
    const found = await findSession(world.ground, session.session_id)
    assert.deepEqual(found?.actor, actor)
    assert.equal(found?.checkCsrf(session.csrf_token), true)
    assert.equal(found?.checkCsrf('forged'), false)
  }
  const other = await openSession(contextOf(world.ground, account, actor))
  await closeSession(world.ground, session.session_id)
  assert.equal(await findSession(world.ground, session.session_id), null)
  world.clock.advance({ days: 14 })
  assert.equal(await findSession(world.ground, other.session_id), null)
  await sweepSessions(world.ground)
  assert.deepEqual(await world.ground.db.selectFrom('sessions').selectAll().where('account_id', '=', account.id).execute(), [])
  await assert.rejects(openSession(ctx), Forbidden)
})

test('a new password and being disabled end a user\'s sessions', async () => {
  const { ctx, account } = await world.account()
  const user = await createUser(ctx, { email: 'sessions@example.com', name: 'S', role: 'admin', password: PASSWORD })
  const open = () => openSession(contextOf(world.ground, account, { kind: 'user', user_id: user.id, role: 'admin', staff_id: null }))
  const first = await open()
  await changeUser(ctx, user.id, { name: 'Still in' })
  assert.ok(await findSession(world.ground, first.session_id))
  await changeUser(ctx, user.id, { password: `${PASSWORD} 2` })
  assert.equal(await findSession(world.ground, first.session_id), null)
  const second = await open()
  await changeUser(ctx, user.id, { disabled: true })
  assert.equal(await findSession(world.ground, second.session_id), null)
})

test('a password that is changed, or whose user is disabled, while it is being checked lets nobody in', async () => {
  const { ctx, account } = await world.account()
  const user = await createUser(ctx, { email: 'racing@example.com', name: 'R', role: 'admin', password: PASSWORD })
  const row = { password_hash: await hashPassword('quite another one') }
  for (const change of [{ disabled_at: world.clock.now() }, { disabled_at: null, ...row }]) {
    const entry = await onceRead(() => logIn(world.ground, { email: 'racing@example.com', password: PASSWORD, client_address: '192.0.2.31' }),
      (tx) => tx.updateTable('users').set(change).where('account_id', '=', account.id).where('id', '=', user.id).execute())
    assert.ok(entry.status === 'rejected' && entry.reason instanceof Unauthenticated)
    await changeUser(ctx, user.id, { disabled: false })
  }
})

/** Begins something that reads users twice, and makes a change between the two: all wait for the table in turn. */
async function onceRead<T>(work: () => Promise<T>, change: (tx: Db) => Promise<unknown>): Promise<PromiseSettledResult<T>> {
  const { db } = world.ground
  const [ahead, between] = [await db.startTransaction().execute(), await db.startTransaction().execute()]
  await sql`lock table users`.execute(ahead)
  const settled = Promise.allSettled([work()])
  await untilBlocked(db, 1)
  const locked = sql`lock table users`.execute(between)
  await untilBlocked(db, 2)
  await ahead.commit().execute()
  await locked
  await change(between)
  await between.commit().execute()
  return (await settled)[0]
}

test('a new password and being disabled end the links that were made before', async () => {
  const { ctx } = await world.account()
  const user = await createUser(ctx, { email: 'links@example.com', name: 'L', role: 'admin', password: PASSWORD })
  const redeem = (token: string) => redeemLoginLink(world.ground, { token, client_address: '192.0.2.30' })
  for (const change of [{ password: `${PASSWORD} 2` }, { disabled: true }]) {
    const { token } = await createLoginLink(ctx, user.id)
    await changeUser(ctx, user.id, change)
    await changeUser(ctx, user.id, { disabled: false })
    await assert.rejects(redeem(token), { name: 'Expired' })
  }
  const { token } = await createLoginLink(ctx, user.id)
  await changeUser(ctx, user.id, { name: 'Same' })
  assert.ok('principal' in await redeem(token))
})

test('a customer is the contact with their address, made where there is none', async () => {
  const { ctx, account } = await world.account()
  const case_id = await closedCase(ctx)
  const { contact_id: known } = await world.ground.db.selectFrom('cases').select('contact_id').where('id', '=', case_id).executeTakeFirstOrThrow()
  const jane = await createUser(ctx, { email: 'JANE@customer.example', name: 'Jane', role: 'customer', password: PASSWORD })
  assert.deepEqual([jane.role, jane.contact_id], ['customer', known])
  assert.deepEqual(await logIn(world.ground, { email: 'jane@customer.example', password: PASSWORD, client_address: '192.0.2.20' }),
    { principal: { account, actor: { kind: 'customer', contact_id: known, fingerprint_id: null } } })
  const john = await createUser(ctx, { email: 'john@customer.example', name: 'John Doe', role: 'customer' })
  const contact = await world.ground.db.selectFrom('contacts').selectAll().where('id', '=', john.contact_id).executeTakeFirstOrThrow()
  assert.deepEqual([contact.account_id, contact.email, contact.surname], [account.id, 'john@customer.example', 'Doe'])
  await assert.rejects(createUser(ctx, { email: 'john@customer.example', name: 'x', role: 'customer' }), Invalid)
  await createUser(ctx, { email: 'zoe@xn--bcher-kva.example', name: 'Zoe', role: 'customer' })
  await assert.rejects(createUser(ctx, { email: 'zoe@bücher.example', name: 'Zoe', role: 'customer' }), { message: /belongs to a contact who has a log-in already/ })
})

test('a customer stays one, is no staff member, has no log-in link, and nobody else becomes one', async () => {
  const { ctx, account, owner_id } = await world.account()
  await createStaffMember(ctx, { code: 'jd', name: 'Jo Doe' })
  const customer = await createUser(ctx, { email: 'c1@customer.example', name: 'C', role: 'customer' })
  const agent = await createUser(ctx, { email: 'a1@example.com', name: 'A', role: 'agent' })
  for (const [id, change] of [[customer.id, { role: 'owner' }], [agent.id, { role: 'customer' }], [customer.id, { staff_code: 'jd' }], [owner_id, { role: 'customer' }]] as const) await assert.rejects(changeUser(ctx, id, change), Invalid)
  await assert.rejects(createUser(ctx, { email: 'c2@customer.example', name: 'C', role: 'customer', staff_code: 'jd' }), Invalid)
  await assert.rejects(createLoginLink(ctx, customer.id), Forbidden)
  assert.equal((await changeUser(ctx, customer.id, { name: 'Carla' })).contact_id, customer.contact_id)
  const session = await openSession(contextOf(world.ground, account, { kind: 'customer', contact_id: customer.contact_id, fingerprint_id: null }))
  assert.equal((await findSession(world.ground, session.session_id))?.actor.kind, 'customer')
  await changeUser(ctx, customer.id, { disabled: true })
  assert.equal(await findSession(world.ground, session.session_id), null)
  for (const contact_id of [null, 999_999]) await assert.rejects(openSession(contextOf(world.ground, account, { kind: 'customer', contact_id, fingerprint_id: null })), Forbidden)
  await assert.rejects(openSession(contextOf(world.ground, account, { kind: 'customer', contact_id: customer.contact_id, fingerprint_id: 1 })), Forbidden)
})

test('a log-in goes with its contact', async () => {
  const { ctx } = await world.account()
  const { id, contact_id } = await createUser(ctx, { email: 'gone@customer.example', name: 'G', role: 'customer' })
  await world.ground.db.deleteFrom('contacts').where('id', '=', contact_id).execute()
  assert.equal((await listUsers(ctx)).find((user) => user.id === id), undefined)
})
