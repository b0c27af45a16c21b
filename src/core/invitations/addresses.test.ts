import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { invite } from '../../../test/support/invitations.ts'
import { enableTexts, inviteByText } from '../../../test/support/text-messages.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { transaction } from '../../storage/database.ts'
import { claimAddresses, giveAddressesBack, type AddressClaim } from './addresses.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
  await enableTexts(acme.ctx)
})
after(() => world.close())

/** An invitation that is due, for these addresses: a number, an e-mail address, or both. */
async function invited(...addresses: string[]): Promise<AddressClaim> {
  const number = addresses.find((address) => address.startsWith('+'))
  const email = addresses.find((address) => address.includes('@')) ?? null
  const { id } = await (number ? inviteByText(acme.ctx, { survey: 'nps', telephone_number: number, email }) : invite(acme.ctx, { survey: 'nps', email }))
  return { account_id: acme.account.id, invitation_id: id, addresses, ignore_throttle: false }
}

/** Claims in one transaction, in this order. */
async function claim(...claims: AddressClaim[]): Promise<number[]> {
  return [...await transaction(world.ground.db, (tx) => claimAddresses(tx, claims, world.clock.now()))]
}

test('two workers that want shared addresses in opposite orders do not wait for each other for ever, and each address goes once', async () => {
  for (let round = 10; round < 50; round++) {
    const [x, y] = [`+4477009001${round}`, `p${round}@client.test`]
    const [by_number, both, by_mail, both_again] = [await invited(x), await invited(x, y), await invited(y), await invited(y, x)]
    const granted = (await Promise.all([claim(by_number, both), claim(by_mail, both_again)])).flat()
    assert.deepEqual(granted.toSorted((a, b) => a - b), [by_number.invitation_id, by_mail.invitation_id], `round ${round}`)
  }
  const { rows: [seen] } = await sql<{ deadlocks: number }>`select deadlocks from pg_stat_database where datname = current_database()`.execute(world.ground.db)
  assert.equal(seen?.deadlocks, 0)
})

test('what was locked and went to nobody leaves no trace', async () => {
  const [taken, free] = ['taken@client.test', '+447700900777']
  const [first, second, third] = [await invited(taken), await invited(free, taken), await invited(free, taken)]
  assert.deepEqual(await claim(first, second, third), [first.invitation_id])
  const rows = await world.ground.db.selectFrom('invited_addresses').select('address').where('account_id', '=', acme.account.id).where('address', 'in', [taken, free]).execute()
  assert.deepEqual(rows, [{ address: taken }])
})

test('an address that is given back twice still counts the invitation before', async () => {
  const [sent, failed, later] = [await invited('twice@client.test'), await invited('twice@client.test'), await invited('twice@client.test')]
  assert.deepEqual(await claim(sent), [sent.invitation_id])
  assert.deepEqual(await claim({ ...failed, ignore_throttle: true }), [failed.invitation_id])
  for (let time = 0; time < 2; time++) await transaction(world.ground.db, (tx) => giveAddressesBack(tx, [failed]))
  assert.deepEqual(await claim(later), [])
})
