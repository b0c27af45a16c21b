// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { claimDue } from './invitations/claim.ts'
import { archiveSurvey, getSurveyFor, listSurveys, restoreSurvey } from './surveys.ts'
import { invite } from '../../test/support/invitations.ts'
import { openWorld, type World } from '../../test/support/world.ts'

let world: World
before(async () => { world = await openWorld() })
after(() => world?.close())

const PAGE = { offset: 0, limit: 100 }

test('a survey is archived and restored; what waits with it is not sent, and another account has no say', async () => {
  const [acme, other] = [await world.account(), await world.account({ name: 'Other' })]
  const { id } = await getSurveyFor(acme.ctx, 'nps')
  await assert.rejects(archiveSurvey(other.ctx, id), { name: 'NotFound', message: `the account has no survey ${id}` })
  const waiting = await invite(acme.ctx, { survey: 'nps' })
  const at = world.clock.now()
  await archiveSurvey(acme.ctx, id)
  world.clock.advance({ days: 1 })
  assert.deepEqual((await archiveSurvey(acme.ctx, id)).archived_at, at)
  assert.deepEqual((await listSurveys(acme.ctx, PAGE, true)).rows.map(({ name }) => name), ['NPS'])
  assert.deepEqual((await claimDue(world.ground, { limit: 100, host: 'earshot.test' })).messages, [])
  assert.equal((await world.ground.db.selectFrom('invitations').select('not_sent_reason').where('id', '=', waiting.id).executeTakeFirstOrThrow()).not_sent_reason, 'survey archived')
  assert.equal((await invite(acme.ctx, { survey_id: id })).not_sent_reason, 'survey archived')
  assert.equal((await restoreSurvey(acme.ctx, id)).archived_at, null)
  await assert.rejects(restoreSurvey(other.ctx, id), { name: 'NotFound' })
  assert.deepEqual(await listSurveys(acme.ctx, PAGE, true), { rows: [], total: 0 })
})
