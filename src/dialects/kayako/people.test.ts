// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { changeStaffMember, createStaffMember } from '../../core/staff.ts'
import { createTeam } from '../../core/teams.ts'
import { changeUser } from '../../core/users.ts'
import { closedCase, codes, read } from '../../../test/support/rated-case.ts'
import { giveSecondFactor } from '../../../test/support/second-factor.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let case_id: number
before(async () => {
  world = await openWorld()
  acme = await world.account()
  await createTeam(acme.ctx, { name: 'Field' })
  await createStaffMember(acme.ctx, { code: 'amir', name: 'Amir', email: 'amir@acme.example', team: 'Field', time_zone: 'Europe/Berlin' })
  case_id = await closedCase(acme.ctx)
})
after(() => world.close())

async function row() {
  return world.ground.db.selectFrom('cases').selectAll().where('account_id', '=', acme.account.id).where('id', '=', case_id).executeTakeFirstOrThrow()
}

async function data(url: string) {
  const answer = await read(world, acme, url)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json().data
}

const AT = '2026-03-16T10:00:00+00:00'

test('a contact is a user who is a customer, with an organization', async () => {
  const { contact_id, company_id } = await row()
  assert.equal((await read(world, acme, `/api/v1/users/${contact_id}.json`)).body, JSON.stringify({
    status: 200,
    data: {
      id: contact_id, full_name: 'Jane Doe', legacy_id: null, is_enabled: true, is_mfa_enabled: false, role: { id: 4, resource_type: 'role' }, avatar: null, organization: { id: company_id, resource_type: 'organization' }, teams: [],
      emails: [{ id: contact_id, resource_type: 'identity_email' }], phones: [], time_zone: null, created_at: AT, updated_at: AT, resource_type: 'user', resource_url: `http://earshot.test/api/v1/users/${contact_id}`,
    },
    resource: 'user',
  }))
  const whole = await data(`/api/v1/users/${contact_id}?include=*`)
  assert.deepEqual([whole.role.type, whole.organization.name, whole.emails], ['CUSTOMER', 'Brewfictus', [{ id: contact_id, is_primary: true, email: 'jane@customer.example', resource_type: 'identity_email' }]])
})

test('a staff member and whoever logs in are users, too', async () => {
  const staff = await world.ground.db.selectFrom('staff').selectAll().where('account_id', '=', acme.account.id).executeTakeFirstOrThrow()
  const member = await data(`/api/v1/users/${staff.id}?include=role,team`)
  assert.deepEqual([member.full_name, member.role.type, member.teams[0].title, member.time_zone, member.organization], ['Amir', 'AGENT', 'Field', 'Europe/Berlin', null])
  const user = await createUser(acme.ctx, { email: 'boss@acme.example', name: 'Boss', role: 'admin', staff_code: 'amir' })
  const boss = await data(`/api/v1/users/${user.id}?include=role`)
  assert.deepEqual([boss.full_name, boss.role, boss.is_enabled, boss.teams.length], ['Boss', { id: 1, title: 'Admin', type: 'ADMIN', resource_type: 'role' }, true, 1])
  await changeUser(acme.ctx, user.id, { disabled: true })
  assert.equal((await data(`/api/v1/users/${user.id}`)).is_enabled, false)
})

test('teams are listed by name, in pages, with those who are in them', async () => {
  await createTeam(acme.ctx, { name: 'apart' })
  await createStaffMember(acme.ctx, { code: 'gone', name: 'Gone', team: 'Field' })
  await changeStaffMember(acme.ctx, 'gone', { deactivated: true })
  const list = (await read(world, acme, '/api/v1/teams.json')).json()
  assert.deepEqual([list.data.map(({ title, member_count }: { title: string, member_count: number }) => [title, member_count]), list.resource, list.offset, list.limit, list.total_count], [[['apart', 0], ['Field', 1]], 'team', 0, 10, 2])
  const [, field] = list.data
  assert.deepEqual(Object.keys(field), ['id', 'legacy_id', 'title', 'businesshour', 'member_count', 'created_at', 'updated_at', 'resource_type', 'resource_url'])
  assert.deepEqual(await data(`/api/v1/teams/${field.id}`), field)
  const page = (await read(world, acme, '/api/v1/teams?limit=1')).json()
  assert.deepEqual([page.data.length, page.next_url, page.last_url], [1, 'http://earshot.test/api/v1/teams.json?limit=1&offset=1', 'http://earshot.test/api/v1/teams.json?limit=1&offset=1'])
  assert.deepEqual((await read(world, acme, '/api/v1/teams?offset=5')).json().data, [])
  assert.deepEqual(codes(await read(world, acme, '/api/v1/teams?limit=0')), ['PARAMETER_INVALID'])
})

test('what a person or a team shows may change without their date, so that only their tags are heeded', async () => {
  const { id } = await createUser(acme.ctx, { email: 'tagged@acme.example', name: 'Tagged', role: 'agent' })
  const { id: team } = await createTeam(acme.ctx, { name: 'Tagged' })
  const urls = [`/api/v1/users/${id}`, `/api/v1/teams/${team}`, '/api/v1/teams']
  const known = await Promise.all(urls.map(async (url) => String((await read(world, acme, url)).headers.etag)))
  for (const [index, url] of urls.entries()) assert.equal((await read(world, acme, url, { headers: { 'if-none-match': known[index] ?? '' } })).statusCode, 304, url)
  await giveSecondFactor(world, acme.ctx, id)
  await createStaffMember(acme.ctx, { code: 'tagged', name: 'New', team: 'Tagged' })
  for (const [index, url] of urls.entries()) {
    const conditions = { 'if-none-match': known[index] ?? '' }
    for (const headers of [conditions, { 'if-modified-since': 'Fri, 01 Jan 2027 00:00:00 GMT' }]) assert.equal((await read(world, acme, url, { headers })).statusCode, 200, url)
    assert.equal((await read(world, acme, url)).headers['last-modified'], undefined)
  }
})

test('a company is an organization', async () => {
  const { company_id } = await row()
  const organization = await data(`/api/v1/organizations/${company_id}`)
  assert.deepEqual(Object.keys(organization), ['id', 'name', 'legacy_id', 'is_shared', 'domains', 'phone', 'addresses', 'websites', 'custom_fields', 'created_at', 'updated_at', 'resource_type', 'resource_url'])
  assert.deepEqual([organization.name, organization.resource_url], ['Brewfictus', `http://earshot.test/api/v1/organizations/${company_id}`])
})

test('what is not the account\'s, or not the site\'s, does not exist', async () => {
  const { contact_id, company_id } = await row()
  const stranger = await world.account()
  const team = (await read(world, acme, '/api/v1/teams')).json().data[0].id
  for (const url of [`/api/v1/users/${contact_id}`, `/api/v1/users/${acme.owner_id}`, `/api/v1/teams/${team}`, `/api/v1/organizations/${company_id}`, '/api/v1/users/0', '/api/v1/teams/99999999999999999999', '/api/v1/organizations/999999'])
    assert.deepEqual(codes(await read(world, stranger, url)), ['RESOURCE_NOT_FOUND'], url)
  assert.deepEqual((await read(world, stranger, '/api/v1/teams')).json().data, [])
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  const { api_key } = await createKey(acme.ctx, { name: 'north', site_code: 'north' })
  const north = { ...acme, api_key }
  for (const url of [`/api/v1/users/${contact_id}`, `/api/v1/organizations/${company_id}`]) assert.deepEqual(codes(await read(world, north, url)), ['RESOURCE_NOT_FOUND'], url)
  // Of a site's own customer the company is named only where it is there.
  const { id: site_id } = await world.ground.db.selectFrom('sites').select('id').where('account_id', '=', acme.account.id).where('code', '=', 'north').executeTakeFirstOrThrow()
  const here = await world.ground.db.selectFrom('cases').select(['contact_id', 'company_id']).where('id', '=', await closedCase(acme.ctx, { number: 'of north', site_id, company: { external_id: 70, name: 'Unheard of' }, contact: { external_id: 71, name: 'Nora', email: 'nora@customer.example' } })).executeTakeFirstOrThrow()
  assert.deepEqual(codes(await read(world, north, `/api/v1/organizations/${here.company_id}`)), ['RESOURCE_NOT_FOUND'])
  assert.deepEqual((await read(world, north, `/api/v1/users/${here.contact_id}?include=*`)).json().data.organization, { id: here.company_id, resource_type: 'organization' })
  await world.work()
  assert.equal((await read(world, north, `/api/v1/users/${here.contact_id}?include=*`)).json().data.organization.name, 'Unheard of')
  const { api_key: main_key } = await createKey(acme.ctx, { name: 'main', site_code: 'main' })
  for (const url of [`/api/v1/users/${contact_id}`, `/api/v1/organizations/${company_id}`, `/api/v1/teams/${team}`]) assert.equal((await read(world, { ...acme, api_key: main_key }, url)).statusCode, 200, url)
  for (const url of ['/api/v1/users/me', '/api/v1/users', '/api/v1/organizations', '/api/v1/teams/1/members', '/api/v1/insights/cases']) assert.deepEqual(codes(await read(world, acme, url)), ['RESOURCE_ACTION_NOT_AVAILABLE'], url)
  assert.deepEqual(codes(await read(world, acme, '/api/v1/teams', { method: 'POST', payload: {} })), ['METHOD_NOT_SUPPORTED'])
  for (const url of [`/api/v1/users/${contact_id}`, '/api/v1/teams', '/api/v1/insights/cases/csat']) assert.deepEqual(codes(await world.app.inject(url)), ['AUTHORIZATION_REQUIRED'], url)
})
