// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openWorld, type World } from '../../test/support/world.ts'
import { createAccount, findAccount, getAccount, listAccounts } from './accounts.ts'
import { contextOf } from './context.ts'
import { Invalid, NotFound } from './errors.ts'
import { listSites } from './sites.ts'
import { listSurveys } from './surveys.ts'
import { listEmailTemplates } from './templates.ts'
import { listUsers } from './users.ts'

let world: World
before(async () => void (world = await openWorld()))
after(() => world.close())

test('a new account has a site, the six surveys, the templates and an owner', async () => {
  const { account, owner_id } = await createAccount(world.ground, { name: 'Müller & Söhne', time_zone: 'Europe/Berlin', owner_email: 'Anna@example.com', from_email: 'feedback@example.com' })
  const ctx = contextOf(world.ground, account, { kind: 'system' })
  assert.equal(account.subdomain, 'muller-sohne')
  assert.equal(account.time_zone, 'Europe/Berlin')
  assert.deepEqual((await listSites(ctx)).map(({ id, code }) => ({ id, code })), [{ id: account.default_site_id, code: 'main' }])
  const { rows: surveys } = await listSurveys(ctx, { offset: 0, limit: 30 })
  assert.deepEqual(surveys.map(({ name }) => name), ['Employee', 'Five questions', 'Good or bad', 'NPS', 'Project', 'Ticket'])
  const { rows: templates, total } = await listEmailTemplates(ctx, { offset: 0, limit: 30 })
  assert.equal(total, 2)
  assert.deepEqual(templates.map(({ kind, from_email }) => ({ kind, from_email })), [{ kind: 'invitation', from_email: 'feedback@example.com' }, { kind: 'reminder', from_email: 'feedback@example.com' }])
  assert.equal(templates[0]?.id, account.default_email_template_id)
  assert.equal((await world.ground.db.selectFrom('text_message_templates').selectAll().where('account_id', '=', account.id).execute()).length, 1)
  const [owner] = await listUsers(ctx)
  assert.deepEqual([owner?.id, owner?.email, owner?.role, owner?.has_password], [owner_id, 'Anna@example.com', 'owner', false])
})

test('the default surveys ask what they say, on their scales', async () => {
  const { ctx } = await world.account()
  const { rows } = await listSurveys(ctx, { offset: 0, limit: 30 })
  const shape = (name: string) => rows.find((survey) => survey.name === name)?.questions.map((question) => [question.type, question.metric, question.scale_min, question.scale_max, question.required, question.per_staff])
  const comment = ['text', 'none', null, null, false, false]
  assert.deepEqual(shape('Ticket'), [['rating', 'csat', 1, 10, true, false], comment])
  assert.deepEqual(shape('NPS'), [['rating', 'nps', 0, 10, true, false], comment])
  assert.deepEqual(shape('Five questions'), [['rating', 'csat', 1, 10, true, false], ...Array<unknown>(4).fill(['rating', 'none', 1, 10, false, false]), comment])
  assert.deepEqual(shape('Employee'), [['rating', 'csat', 1, 10, true, true], comment])
  assert.deepEqual(shape('Project'), [['rating', 'csat', 1, 10, true, false], comment])
  assert.deepEqual(shape('Good or bad'), [['rating', 'csat', 1, 2, true, false], comment])
  assert.deepEqual(rows.filter((survey) => survey.throttle_exempt).map(({ purpose }) => purpose).sort(), ['good_or_bad', 'project', 'ticket'])
})

test('accounts of one name get subdomains of their own, also when made at once', async () => {
  const made = await Promise.all([1, 2, 3].map(() => createAccount(world.ground, { name: 'Twin' })))
  assert.deepEqual(made.map(({ account }) => account.subdomain).sort(), ['twin', 'twin-2', 'twin-3'])
})

test('a name without any letter still makes a subdomain', async () => {
  assert.equal((await createAccount(world.ground, { name: '株式会社' })).account.subdomain, 'account')
})

test('a subdomain that is taken, and all that is malformed, is refused, and nothing is written', async () => {
  await createAccount(world.ground, { name: 'First', subdomain: 'first' })
  const count = (await listAccounts(world.ground)).length
  await assert.rejects(createAccount(world.ground, { name: 'Other', subdomain: 'first' }), invalid('subdomain'))
  await assert.rejects(createAccount(world.ground, { name: ' ', subdomain: 'No Good', time_zone: 'Mars/Base', owner_email: 'x', from_email: 'y@z\r\nBcc: a@b' }),
    invalid('name', 'subdomain', 'owner_email', 'from_email', 'time_zone'))
  for (const time_zone of ['+02:00', 'UTC+2', 'Europe/Berlin; drop table accounts', '']) await assert.rejects(createAccount(world.ground, { name: 'Zone', time_zone }), invalid('time_zone'), time_zone)
  assert.equal((await listAccounts(world.ground)).length, count)
})

test('an owner\'s address that is taken leaves no half account behind', async () => {
  await createAccount(world.ground, { name: 'One', owner_email: 'same@example.com' })
  const count = (await listAccounts(world.ground)).length
  await assert.rejects(createAccount(world.ground, { name: 'Two', owner_email: 'SAME@example.com' }), invalid('email'))
  assert.equal((await listAccounts(world.ground)).length, count)
})

test('an account is found by number, subdomain or name', async () => {
  const { account } = await createAccount(world.ground, { name: 'Find Me', subdomain: 'hidden' })
  for (const word of [account.id, String(account.id), 'hidden', 'find me']) assert.deepEqual(await findAccount(world.ground, word), account, String(word))
  assert.equal(await findAccount(world.ground, 'nobody'), null)
  await assert.rejects(getAccount(world.ground, 'nobody'), NotFound)
})

function invalid(...fields: string[]) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Invalid, String(error))
    assert.deepEqual(error.faults.map(({ field }) => field), fields)
    return true
  }
}

test('an account is found by its name whatever letters it has', async () => {
  const { account } = await world.account({ name: '\u0130zmir ΣΟΦΟΣ' })
  assert.equal((await findAccount(world.ground, account.name))?.id, account.id)
})
