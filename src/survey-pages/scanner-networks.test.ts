// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser } from '../../test/support/clicking.ts'
import { makeSurveyLink } from '../../test/support/survey-link.ts'
import { openWorld } from '../../test/support/world.ts'
import { networkTest, SCANNER_NETWORKS } from './scanner-networks.ts'

test('an address lies in a network or it does not, in either family; what is no address lies in none', () => {
  const lies = networkTest(['192.0.2.0/24', '2001:db8::/32'])
  assert.deepEqual(['192.0.2.0', '192.0.2.255', '192.0.3.0', '2001:db8::1', '2001:db9::1', '', 'unix', '192.0.2'].map(lies), [true, true, false, true, false, false, false, false])
  assert.equal(networkTest(SCANNER_NETWORKS)('104.47.1.2'), true)
})

test('networks that are named by the setting weigh against an answer, and are not enough', async (t) => {
  const world = await openWorld({ env: { EARSHOT_SCANNER_NETWORKS: '192.0.2.0/24' } })
  t.after(() => world.close())
  const { ctx } = await world.account()
  for (const [seconds, state] of [[5, null], [1, { reason: 'comes from a cloud or a mail security service', weight: 2 }]] as const) {
    const { token, invitation_id } = await makeSurveyLink(ctx)
    const browser = openBrowser(world, { address: '192.0.2.9' })
    world.clock.advance({ minutes: 5 })
    await browser.open(`/surveys/${token}`)
    world.clock.advance({ seconds })
    await browser.send({ score: 5 })
    const held = await ctx.db.selectFrom('held_responses').select('reasons').where('invitation_id', '=', invitation_id).executeTakeFirst()
    assert.deepEqual(held?.reasons.find(({ reason }) => reason.includes('cloud')) ?? null, state)
  }
})
