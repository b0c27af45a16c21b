// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { invite } from '../test/support/invitations.ts'
import { openSmtpSink } from '../test/support/smtp-sink.ts'
import { enableTexts, inviteByText } from '../test/support/text-messages.ts'
import { openTwilioStandIn } from '../test/support/twilio-stand-in.ts'
import { until } from '../test/support/until.ts'
import { openWorld, type World } from '../test/support/world.ts'
import { changeAccountSettings } from './core/account-settings.ts'
import { contextOf } from './core/context.ts'
import { requestErasure, workErasures } from './core/erasures.ts'
import { createLoginLink } from './core/login-links.ts'
import { countHit } from './core/rate-limits.ts'
import { openSession } from './core/sessions.ts'
import { openDatabase } from './storage/database.ts'
import { startWorker } from './tasks.ts'

let world: World
before(async () => {
  world = await openWorld()
})
after(() => world.close())

test('a worker sends what is due, then what becomes due, without being told', async () => {
  const sink = await openSmtpSink()
  const { ctx } = await world.account()
  const { id } = await invite(ctx, { email: 'first@client.test' })
  const sent = () => world.ground.db.selectFrom('invitations').select('id').where('id', '=', id).where('state', '=', 'sent').executeTakeFirst()
  const worker = startWorker({ ground: world.ground, config: { ...world.config, mail_url: sink.url } })
  await until(async () => await sent() !== undefined) // Else the minute would end the lease of a mail whose outcome is still to be written.
  await invite(ctx, { email: 'second@client.test', send_at: new Date(world.clock.now().getTime() + 60_000) })
  world.clock.advance({ minutes: 1 })
  await until(() => sink.mails.length === 2)
  await worker.stop()
  await invite(ctx, { email: 'third@client.test' })
  await pause(600)
  assert.deepEqual(sink.mails.flatMap((mail) => mail.to), ['first@client.test', 'second@client.test'])
  await sink.close()
})

test('a worker sends text messages too', async () => {
  const twilio = await openTwilioStandIn()
  const { ctx } = await world.account()
  await enableTexts(ctx)
  await inviteByText(ctx)
  const worker = startWorker({ ground: world.ground, config: { ...world.config, sms_url: twilio.url } })
  await until(() => twilio.texts.length === 1)
  await worker.stop()
  assert.deepEqual(twilio.faults, [])
  await twilio.close()
})

test('two workers side by side send each mail once', async () => {
  const sink = await openSmtpSink()
  const { ctx } = await world.account()
  await world.ground.db.updateTable('invitations').set({ state: 'not_sent', not_sent_reason: 'cancelled' }).where('state', '=', 'pending').execute()
  for (let number = 0; number < 40; number++) await invite(ctx, { email: `p${number}@client.test` })
  const workers = [1, 2].map(() => startWorker({ ground: world.ground, config: { ...world.config, mail_url: sink.url } }))
  await until(() => sink.mails.length >= 40)
  await Promise.all(workers.map((worker) => worker.stop()))
  assert.equal(new Set(sink.mails.flatMap((mail) => mail.to)).size, 40)
  assert.equal(sink.mails.length, 40)
  await sink.close()
})

test('what is over is forgotten: sessions, log-in links, counts of tries', async () => {
  const { account, owner_id, ctx } = await world.account()
  const { db } = world.ground
  await openSession(contextOf(world.ground, account, { kind: 'user', user_id: owner_id, role: 'owner', staff_id: null }))
  await createLoginLink(ctx, owner_id)
  await countHit(world.ground, 'test', 5, 60)
  world.clock.advance({ days: 15 })
  await openSession(contextOf(world.ground, account, { kind: 'user', user_id: owner_id, role: 'owner', staff_id: null }))
  const counts = async () => Promise.all((['sessions', 'login_links', 'rate_limits'] as const).map(async (table) => (await db.selectFrom(table).selectAll().execute()).length))
  assert.deepEqual(await counts(), [2, 1, 1])
  const worker = startWorker({ ground: world.ground, config: world.config })
  await until(async () => (await counts()).join() === '1,0,0')
  await worker.stop()
})

test('a worker deletes whom it is asked to, and who was not heard of for as long as data are kept', async () => {
  const { ctx } = await world.account()
  const { db } = world.ground
  const emails = async () => (await db.selectFrom('contacts').select('email').where('account_id', '=', ctx.account.id).execute()).map(({ email }) => email).filter((email) => email !== null).toSorted()
  for (const name of ['asked', 'idle', 'recent']) {
    await db.insertInto('contacts').values({ account_id: ctx.account.id, email: `${name}@client.test`, created_at: world.clock.now(), updated_at: world.clock.now() }).execute()
    if (name === 'idle') world.clock.advance({ days: 70 })
  }
  await changeAccountSettings(ctx, { retention_months: 2 })
  await requestErasure(ctx, 'asked@client.test')
  const worker = startWorker({ ground: world.ground, config: world.config })
  await until(async () => (await db.selectFrom('erasures').select('reason').where('account_id', '=', ctx.account.id).execute()).length === 2 && !(await emails()).includes('asked@client.test'))
  await worker.stop()
  while (await workErasures(world.ground, world.config.secret) > 0);
  assert.deepEqual(await emails(), ['recent@client.test'])
})

test('a task that fails is logged and tried again, and stopping does not wait for it', async () => {
  const broken = openDatabase({ connection: { host: '127.0.0.1', port: 1 } })
  world.log_lines.length = 0
  const worker = startWorker({ ground: { ...world.ground, db: broken.db }, config: world.config })
  await until(() => world.log_lines.filter((line) => line.task === 'send the mails that are due').length >= 2)
  await worker.stop()
  assert.deepEqual(new Set(world.log_lines.map((line) => line.msg)), new Set(['a task failed, and will be tried again']))
  await broken.close()
})
