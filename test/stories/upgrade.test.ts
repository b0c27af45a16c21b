import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { submitTicket } from '../../src/core/cases/submit.ts'
import { recordResponse } from '../../src/core/responses/record.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

test('a process goes on while a newer version adds columns to the tables that it uses', async () => {
  const world = await openWorld()
  try {
    const acme = await world.account()
    await runOnce(world, acme, 1)
    for (const table of await tablesOf(world)) await sql`alter table ${sql.table(table)} add column from_the_future integer`.execute(world.ground.db)
    await runOnce(world, acme, 2)
    assert.equal((await world.ground.db.selectFrom('responses').select('id').execute()).length, 2)
  } finally {
    await world.close()
  }
})

/** A ticket comes in (twice), its mail goes, its answer comes back (twice). */
async function runOnce(world: World, { ctx }: TestAccount, number: number): Promise<void> {
  const now = world.clock.now()
  const ticket = {
    site_id: null, number: String(number), title: 'Printer', board_name: null, company: { external_id: number, name: `Client ${number}` }, contact: { external_id: number, name: 'Jo Doe', email: `jo${number}@client.test` },
    staff_codes: ['ann'], opened_at: now, closed_at: now, source_updated_at: now,
  }
  const { invitation_id } = await submitTicket(ctx, ticket)
  await submitTicket(ctx, { ...ticket, contact: { ...ticket.contact, name: 'Jo Done' } })
  await world.work()
  const { token, state } = await world.ground.db.selectFrom('invitations').select(['token', 'state']).where('id', '=', invitation_id).executeTakeFirstOrThrow()
  assert.equal(state, 'sent')
  const answer = () => recordResponse(world.ground, token, { score: 9, comment: 'Fine' }, { responder_ip: null, user_agent: null })
  await answer()
  await assert.rejects(answer(), { name: 'AlreadyAnswered' })
}

async function tablesOf(world: World): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public'`.execute(world.ground.db)
  return rows.map(({ name }) => name)
}
