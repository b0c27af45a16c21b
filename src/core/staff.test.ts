// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openWorld, type World } from '../../test/support/world.ts'
import { transaction } from '../storage/database.ts'
import { Invalid, NotFound } from './errors.ts'
import { changeStaffMember, createStaffMember, listStaff, resolveStaff } from './staff.ts'
import { changeTeam, createTeam, getTeamByName, listTeams } from './teams.ts'

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('a staff member is made, changed and deactivated', async () => {
  const { ctx } = await world.account()
  const team = await createTeam(ctx, { name: 'Service Desk' })
  const made = await createStaffMember(ctx, { code: 'jd', name: 'Jo Van Doe', email: 'jo@example.com', team: 'service desk' })
  assert.deepEqual([made.first_name, made.surname, made.team_id], ['Jo Van', 'Doe', team.id])
  const changed = await changeStaffMember(ctx, 'jd', { name: 'Jo Roe', team: null, deactivated: true })
  assert.deepEqual([changed.name, changed.surname, changed.team_id, changed.email, changed.deactivated_at], ['Jo Roe', 'Roe', null, 'jo@example.com', world.clock.now()])
  assert.equal((await changeStaffMember(ctx, 'jd', { deactivated: false })).deactivated_at, null)
})

test('a code that is taken, an unknown team and bad fields are refused; another account\'s staff do not exist', async () => {
  const [mine, theirs] = [await world.account(), await world.account()]
  await createStaffMember(mine.ctx, { code: 'a', name: 'A' })
  await createStaffMember(theirs.ctx, { code: 'a', name: 'Other A' })
  await assert.rejects(createStaffMember(mine.ctx, { code: 'a', name: 'Again' }), Invalid)
  await assert.rejects(createStaffMember(mine.ctx, { code: 'b', name: 'B', team: 'None' }), NotFound)
  await assert.rejects(createStaffMember(mine.ctx, { code: '', name: '', email: 'x', time_zone: '+01:00' }), (error) => error instanceof Invalid && error.faults.length === 4)
  await assert.rejects(changeStaffMember(mine.ctx, 'c', { name: 'C' }), NotFound)
  assert.deepEqual((await listStaff(mine.ctx)).map(({ name }) => name), ['A'])
})

test('codes stand for staff in their order, and new ones make staff; racing callers share them', async () => {
  const { ctx, account } = await world.account()
  const known = await createStaffMember(ctx, { code: 'known', name: 'Known' })
  const resolve = (codes: string[]) => transaction(ctx.db, (tx) => resolveStaff(tx, [{ account_id: account.id, codes }, { account_id: account.id, codes: [] }], world.clock.now()))
  const answers = await Promise.all(Array.from({ length: 8 }, () => resolve(['new', 'known', 'newer'])))
  for (const [members, none] of answers) {
    assert.deepEqual(members?.map(({ id }) => id), answers[0]?.[0]?.map(({ id }) => id))
    assert.equal(members?.[1]?.id, known.id)
    assert.deepEqual(none, [])
  }
  assert.deepEqual((await listStaff(ctx)).map(({ code }) => code), ['known', 'new', 'newer'])
})

test('team names are taken once, in any letter case', async () => {
  const { ctx } = await world.account()
  const team = await createTeam(ctx, { name: 'Field' })
  await createTeam(ctx, { name: 'Desk' })
  await assert.rejects(createTeam(ctx, { name: 'FIELD' }), Invalid)
  await assert.rejects(changeTeam(ctx, team.id, { name: 'desk' }), Invalid)
  await assert.rejects(changeTeam((await world.account()).ctx, team.id, { name: 'Theirs' }), NotFound)
  await changeTeam(ctx, team.id, { name: 'apart' })
  assert.deepEqual((await listTeams(ctx)).map(({ name }) => name), ['apart', 'Desk'])
})

test('a team is found by its name whatever letters it has', async () => {
  const { ctx } = await world.account()
  for (const name of ['\u0130zmir', 'ΣΟΦΟΣ', 'Équipe']) assert.equal((await getTeamByName(ctx, (await createTeam(ctx, { name })).name)).name, name)
})
