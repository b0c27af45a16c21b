import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startEarshot } from '../support/earshot-process.ts'
import { enableTexts, inviteByText } from '../support/text-messages.ts'
import { openTwilioStandIn } from '../support/twilio-stand-in.ts'
import { openWorld } from '../support/world.ts'

const TEXTS = 400

test('a worker that is killed with kill -9 in the middle of sending loses no text message, and the two after it repeat only what the log names', async (t) => {
  const world = await openWorld({ now: new Date().toISOString() })
  t.after(() => world.close())
  const twilio = await openTwilioStandIn({ verdict: () => ({ after_ms: 5 }) })
  t.after(() => twilio.close())
  const { ctx } = await world.account()
  await enableTexts(ctx)
  for (let number = 0; number < TEXTS; number++) await inviteByText(ctx, { telephone_number: `+44770090${1000 + number}` })

  const settings = { EARSHOT_DATABASE_URL: world.database_url, EARSHOT_SECRET: 'a secret that only this test knows', EARSHOT_SMS_URL: twilio.url, EARSHOT_LOG_LEVEL: 'debug' }
  const victim = startEarshot(['work'], settings)
  await until(() => twilio.texts.length >= 80, 60_000)
  await victim.stop('SIGKILL')
  const before = twilio.texts.length
  const workers = [startEarshot(['work'], settings), startEarshot(['work'], settings)]
  t.after(() => Promise.all(workers.map((one) => one.stop())))
  const isDone = async () => (await world.ground.db.selectFrom('invitations').select('id').where('account_id', '=', ctx.account.id).where('state', '=', 'pending').execute()).length === 0
  await until(isDone, 150_000)
  await Promise.all(workers.map((one) => one.stop()))

  const lines = workers.flatMap((one) => one.log().split('\n')).filter((line) => line.includes('"ambiguous'))
  const named = new Set(lines.map((line) => String(JSON.parse(line).message_id).replace(/[<>]/g, '')))
  const doubles = [...Map.groupBy(twilio.texts, (text) => text.idempotency_key ?? '')].filter(([, texts]) => texts.length > 1).map(([key]) => key)
  t.diagnostic(`${before} arrived before the kill, ${twilio.texts.length} in all, ${doubles.length} twice, ${named.size} named ambiguous`)
  assert.equal(new Set(twilio.texts.map(({ to }) => to)).size, TEXTS)
  assert.deepEqual(doubles.filter((key) => !named.has(key)), [], 'repeated texts that the log does not name')
  assert.ok(before < TEXTS && named.size > 0, 'it was killed too late or too early')
  assert.deepEqual(twilio.faults, [])
})

async function until(holds: () => boolean | Promise<boolean>, within_ms: number): Promise<void> {
  for (const deadline = performance.now() + within_ms; !await holds(); await pause(20)) if (performance.now() > deadline) assert.fail(`not within ${within_ms / 1000} s`)
}
