// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld } from '../../../test/support/world.ts'
import { findOrCreateCompany, resolveCompanies } from './companies.ts'

test('whoever names a company with blanks around its name means the one without, and blanks alone name none', async () => {
  const world = await openWorld()
  try {
    const { account: { id: account_id }, ctx } = await world.account()
    const now = world.clock.now()
    await ctx.db.transaction().execute(async (tx) => {
      const made = await findOrCreateCompany(tx, { account_id, external_id: null, name: ' Acme ' }, now)
      assert.deepEqual(await tx.selectFrom('companies').select(['id', 'name']).where('account_id', '=', account_id).execute(), [{ id: made, name: 'Acme' }])
      assert.equal(await findOrCreateCompany(tx, { account_id, external_id: null, name: 'acme' }, now), made)
      assert.equal(await findOrCreateCompany(tx, { account_id, external_id: 7, name: '  acme' }, now), made)
      assert.equal(await findOrCreateCompany(tx, { account_id, external_id: null, name: '  ' }, now), null)
      assert.deepEqual(await resolveCompanies(tx, ['Acme ', ' ACME', 'Acme'].map((name) => ({ account_id, external_id: null, name })), now), [made, made, made])
    })
  } finally {
    await world.close()
  }
})
