// once
/** A mail comes back days later: the local mail server hands it to the command line, and the address is not written to again. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { addBlock, listBlocks, removeBlock } from '../../src/core/blocks.ts'
import { bounceMail } from '../support/bounce-mail.ts'
import { invite, remind } from '../support/invitations.ts'
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

let sink: SmtpSink
let world: World
let acme: TestAccount
before(async () => {
  sink = await openSmtpSink()
  world = await openWorld({ env: { EARSHOT_MAIL_URL: sink.url, EARSHOT_BOUNCE_DOMAIN: 'Bounces.Acme.test' } })
  acme = await world.account()
})
after(async () => {
  await world.close()
  await sink.close()
})

async function sent(email: string, changes: object = {}) {
  const invited = await invite(acme.ctx, { email, ...changes })
  await world.work()
  const mail = sink.mails.find(({ to }) => to.includes(email))
  assert.ok(mail, 'nothing was sent')
  return { ...invited, return_path: mail.from, message_id: mail.headers['message-id'] ?? '' }
}

/** As a pipe of the mail server calls it. */
async function pipe(mail: string, settings: Record<string, string> = {}): Promise<{ code: number | null, answer: Record<string, unknown>, complaint: string }> {
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('EARSHOT_'))), EARSHOT_DATABASE_URL: world.database_url, EARSHOT_SECRET: world.config.secret, ...settings }
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/earshot.js'), 'bounce', '--from', '-', '--json'], { env })
  let [output, complaint] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  child.stdin.end(mail)
  const [code] = await once(child, 'close')
  return { code, answer: output === '' ? {} : JSON.parse(output), complaint }
}

function invitationOf({ id }: { id: number }) {
  return world.ground.db.selectFrom('invitations').select(['state', 'bounced_at', 'delivery_failure']).where('id', '=', id).executeTakeFirstOrThrow()
}

test('a mail comes back to an address of its own: its invitation bounced, its reminders end, and the address is blocked until the account lifts that', async () => {
  const invited = await sent('jo@client.test')
  await remind(acme.ctx, invited.id, new Date(world.clock.now().getTime() + 1000))
  assert.match(invited.return_path, /^bounces\+\d+-\d+\.[0-9a-f]{20}@bounces\.acme\.test$/)
  const { code, answer } = await pipe(bounceMail({ to: invited.return_path }))
  assert.deepEqual([code, answer.bounced, answer.detail], [0, true, '550 5.1.1 <jo@client.test>: no such user here'])
  const { state, bounced_at, delivery_failure } = await invitationOf(invited)
  assert.deepEqual([state, bounced_at !== null, delivery_failure], ['sent', true, answer.detail])
  assert.partialDeepStrictEqual(await listBlocks(acme.ctx, { offset: 0, limit: 10 }), { rows: [{ pattern: 'jo@client.test', kind: 'address', came_by: 'bounce' }], total: 1 })
  world.clock.advance({ seconds: 2 })
  await world.work()
  assert.equal(sink.mails.length, 1)
  assert.equal((await invite(acme.ctx)).not_sent_reason, 'blocked address')

  await removeBlock(acme.ctx, 'jo@client.test')
  assert.equal((await pipe(bounceMail({ to: invited.return_path }))).code, 0)
  assert.equal((await listBlocks(acme.ctx, { offset: 0, limit: 10 })).total, 0, 'the same report again blocks nothing')
})

test('a full mailbox bounces too, but its address may be written to again', async () => {
  const invited = await sent('full@client.test')
  await pipe(bounceMail({ to: invited.return_path, status: '5.2.2', diagnosis: 'smtp; 552 5.2.2 mailbox full' }))
  assert.equal((await invitationOf(invited)).delivery_failure, '552 5.2.2 mailbox full')
  assert.equal((await invite(acme.ctx, { email: 'full@client.test' })).not_sent_reason, null)
})

test('a report that came another way is known by its Message-ID and its recipient together', async () => {
  const invited = await sent('relayed@client.test')
  const original = `Message-ID: ${invited.message_id}`
  const stranger = await pipe(bounceMail({ original, recipient: 'other@client.test' }))
  assert.deepEqual([stranger.code, stranger.answer], [0, { bounced: false, reason: 'of no mail that was sent from here' }])
  assert.equal((await invitationOf(invited)).bounced_at, null)
  const { answer } = await pipe(bounceMail({ original, recipient: 'Relayed@client.test' }))
  assert.equal(answer.bounced, true)
  assert.ok((await invitationOf(invited)).bounced_at)
})

test('an address that was blocked by the account stays the account\'s', async () => {
  const invited = await sent('twice@client.test')
  await addBlock(acme.ctx, 'twice@client.test')
  await pipe(bounceMail({ to: invited.return_path }))
  const { rows } = await listBlocks(acme.ctx, { offset: 0, limit: 10 })
  assert.equal(rows.find(({ pattern }) => pattern === 'twice@client.test')?.came_by, 'account')
})

test('what is no failure and no mail of ours is taken without a complaint, or the mail server would send a report of its own', async () => {
  const invited = await sent('away@client.test')
  for (const [mail, reason] of [
    [`From: away@client.test\r\nTo: ${invited.return_path}\r\nSubject: Away\r\n\r\nBack on Monday\r\n`, 'no report of a failure'], [bounceMail({ to: invited.return_path, action: 'delayed' }), 'no report of a failure'],
    [bounceMail({ to: invited.return_path.replace(/\.[0-9a-f]{4}/, '.0000') }), 'of no mail that was sent from here'], [bounceMail({ original: 'Message-ID: <i99999999999.1@earshot.test>' }), 'of no mail that was sent from here'],
    [bounceMail({ original: 'Message-ID: <someone@else.test>' }), 'of no mail that was sent from here'],
  ] as const) {
    assert.deepEqual(await pipe(mail), { code: 0, answer: { bounced: false, reason }, complaint: '' })
  }
  assert.equal((await invitationOf(invited)).bounced_at, null)
})

test('while the database is away, the mail server is asked to come again', async () => {
  const { code, complaint } = await pipe(bounceMail({ to: (await sent('later@client.test')).return_path }), { EARSHOT_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' })
  assert.equal(code, 75)
  assert.notEqual(complaint, '')
})
