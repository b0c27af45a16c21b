import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { transaction } from '../../storage/database.ts'
import { claimAddresses } from './addresses.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world.close())

/** Claims in one transaction: each claim is the addresses that an invitation wants. */
async function claim(claims: [invitation_id: number, ...addresses: string[]][]): Promise<number[]> {
  const wanted = claims.map(([invitation_id, ...addresses]) => ({ account_id: acme.account.id, invitation_id, addresses, ignore_throttle: false }))
  return [...await transaction(world.ground.db, (tx) => claimAddresses(tx, wanted, world.clock.now()))].toSorted((a, b) => a - b)
}

test('two workers that want shared addresses in opposite orders do not wait for each other for ever, and each address goes once', async () => {
  for (let round = 0; round < 40; round++) {
    const [x, y] = [`+4477009001${round}`, `p${round}@client.test`]
    const id = 1000 + round * 10
    const granted = (await Promise.all([claim([[id, x], [id + 1, x, y]]), claim([[id + 2, y], [id + 3, y, x]])])).flat()
    assert.deepEqual(granted.toSorted((a, b) => a - b), [id, id + 2], `round ${round}`)
  }
})

test('what was locked and went to nobody leaves no trace', async () => {
  assert.deepEqual(await claim([[1, '+447700900777', 'p0@client.test'], [2, '+447700900777', 'p1@client.test']]), [])
  const rows = await world.ground.db.selectFrom('invited_addresses').select('address').where('account_id', '=', acme.account.id).where('address', '=', '+447700900777').execute()
  assert.deepEqual(rows, [])
})
