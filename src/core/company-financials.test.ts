import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { checkFinancials, listFinancials, setFinancials, type FinancialsDraft } from './company-financials.ts'
import type { Context } from './context.ts'
import { Invalid } from './errors.ts'
import { createKey } from './keys.ts'
import { createSite } from './sites.ts'
import { afterFirstRead } from '../../test/support/moments.ts'
import { closedCase } from '../../test/support/rated-case.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

const ALL = { offset: 0, limit: 1000 }

let world: World
let account: TestAccount
let ctx: Context

before(async () => { world = await openWorld() })
after(() => world.close())
beforeEach(async () => {
  account = await world.account({ subdomain: `acme-${++count}` })
  ctx = account.ctx
})
let count = 0

test('what is set is listed, by company, year and quarter, to the cent', async () => {
  await setFinancials(ctx, [draft({ quarter: 2 }), draft({ company: { external_id: null, name: 'acme' }, revenue: '-1', cost: '0.5' }), draft({ year: 2024, quarter: 4, revenue: '9999999999999.99', cost: '-9999999999999.99' })])
  const { rows, total } = await listFinancials(ctx, {}, ALL)
  assert.equal(total, 3)
  assert.deepEqual(rows.map(({ company, year, quarter, revenue, cost }) => [company.name, year, quarter, revenue, cost]), [
    ['acme', 2025, 1, '-1.00', '0.50'], ['Bolt', 2024, 4, '9999999999999.99', '-9999999999999.99'], ['Bolt', 2025, 2, '12000.50', '9000.00'],
  ])
  const main = account.account.default_site_id
  assert.deepEqual(rows[2]?.site, { id: main, code: 'main', name: 'Main' })
  assert.equal(rows[2]?.company.external_id, 2)
  assert.deepEqual([rows[2]?.created_at, rows[2]?.updated_at], [world.clock.now(), world.clock.now()])
})

test('setting twice is harmless: the same company and quarter is replaced', async () => {
  await setFinancials(ctx, [draft(), draft({ quarter: 2 })])
  const made_at = world.clock.now()
  world.clock.advance({ hours: 1 })
  await setFinancials(ctx, [draft({ revenue: '1' })])
  await setFinancials(ctx, [draft({ revenue: '1' })])
  const { rows } = await listFinancials(ctx, {}, ALL)
  assert.deepEqual(rows.map(({ quarter, revenue }) => [quarter, revenue]), [[1, '1.00'], [2, '12000.50']])
  assert.deepEqual([rows[0]?.created_at, rows[0]?.updated_at], [made_at, world.clock.now()])
})

test('a company is the one that tickets know, by its id or by its name', async () => {
  await closedCase(ctx, { company: { external_id: 2, name: 'Bolt' } })
  await setFinancials(ctx, [draft({ company: { external_id: 2, name: null } }), draft({ company: { external_id: null, name: 'BOLT' }, quarter: 2 })])
  await setFinancials(ctx, [draft({ company: { external_id: 2, name: 'Bolt Ltd' }, quarter: 3 })])
  const { rows } = await listFinancials(ctx, {}, ALL)
  assert.equal(new Set(rows.map(({ company }) => company.id)).size, 1)
  assert.equal(rows[0]?.company.name, 'Bolt Ltd', 'the newest name')
})

test('in one call a name alone finds the company that another draft brings with its id', async () => {
  await setFinancials(ctx, [draft({ company: { external_id: null, name: 'new' } }), draft({ company: { external_id: 9, name: null }, quarter: 2 }), draft({ company: { external_id: 9, name: 'New' }, quarter: 3 })])
  const { rows } = await listFinancials(ctx, {}, ALL)
  assert.deepEqual(rows.map(({ company }) => [company.external_id, company.name]), [[9, 'New'], [9, 'New'], [9, 'New']])
})

test('blanks around a name make no other company, and are not stored', async () => {
  await setFinancials(ctx, [draft({ company: { external_id: null, name: ' Acme' } }), draft({ company: { external_id: null, name: 'acme  ' }, quarter: 2 })])
  await setFinancials(ctx, [draft({ company: { external_id: 5, name: ' Acme ' }, quarter: 3 })])
  await closedCase(ctx, { company: { external_id: null, name: '\tAcme ' } })
  const companies = await ctx.db.selectFrom('companies').select(['external_id', 'name']).where('account_id', '=', ctx.account.id).execute()
  assert.deepEqual(companies, [{ external_id: 5, name: 'Acme' }])
  assert.deepEqual((await checkFinancials(ctx, [draft({ company: { external_id: null, name: 'Acme' } }), draft({ company: { external_id: null, name: ' acme' } })])).map(({ field }) => field), ['[1]'])
})

test('spellings that only the database takes for one name are one company', async () => {
  await setFinancials(ctx, ['İnfo', 'info', 'ΟΔΟΣ', 'οδοσ'].map((name, index) => draft({ company: { external_id: null, name }, quarter: index + 1 })))
  const { rows } = await listFinancials(ctx, {}, ALL)
  assert.deepEqual([rows.length, new Set(rows.map(({ company }) => company.id)).size], [4, 2])
})

test('all faults come at once, each with its place, and nothing is stored', async () => {
  const drafts = [
    draft(), draft({ company: { external_id: null, name: null } }), draft({ company: { external_id: 77, name: null } }), draft({ company: { external_id: 1.5, name: 'x' } }), draft({ company: { external_id: 1, name: ' ' } }),
    draft({ company: { external_id: 1, name: 'a\nb' } }), draft({ company: { external_id: 1, name: 'n'.repeat(301) } }), draft({ site: 'nowhere' }), draft({ year: 1899 }), draft({ year: 10_000 }), draft({ year: NaN }), draft({ quarter: 0 }),
    draft({ quarter: 5 }), draft({ quarter: 1.5 }), draft({ revenue: '' }), draft({ revenue: '1,000', cost: '1e3' }), draft({ cost: '10000000000000' }), draft({ company: { external_id: 2, name: 'Bolt' } }),
  ]
  const fields = [
    '[1].company', '[2].company.external_id', '[3].company.external_id', '[4].company.name', '[5].company.name', '[6].company.name', '[7].site', '[8].year', '[9].year', '[10].year', '[11].quarter', '[12].quarter', '[13].quarter',
    '[14].revenue', '[15].revenue', '[15].cost', '[16].cost', '[17]',
  ]
  await assert.rejects(setFinancials(ctx, drafts), (error) => {
    assert.ok(error instanceof Invalid)
    assert.deepEqual(error.faults.map(({ field }) => field), fields)
    assert.match(error.message, /\[17\] is about the same site, company and quarter as \[0\]/)
    return true
  })
  assert.deepEqual((await checkFinancials(ctx, drafts)).map(({ field }) => field), fields)
  await nothingStored()
})

test('two names of one company are one company: the same quarter twice is refused', async () => {
  await closedCase(ctx, { company: { external_id: 2, name: 'Bolt' } })
  const drafts = [draft({ company: { external_id: 2, name: null } }), draft({ company: { external_id: null, name: 'bolt' } })]
  assert.deepEqual((await checkFinancials(ctx, drafts)).map(({ field }) => field), ['[1]'])
  await assert.rejects(setFinancials(ctx, drafts), { name: 'Invalid' })
  await nothingStored()
})

test('a check of what is right finds nothing, and stores nothing', async () => {
  assert.deepEqual(await checkFinancials(ctx, [draft()]), [])
  await nothingStored()
})

test('of nothing, nothing is stored', async () => {
  await setFinancials(ctx, [])
  await nothingStored()
})

test('a key of one site writes and sees that one only; other sites are none to it', async () => {
  const north = await createSite(ctx, { code: 'north', name: 'North' })
  const { id: key_id } = await createKey(ctx, { name: 'north', site_code: 'north' })
  const limited: Context = { ...ctx, actor: { kind: 'key', key_id, site_id: north.id } }
  await setFinancials(ctx, [draft({ revenue: '1' }), draft({ site: 'north', revenue: '2', quarter: 2 })])
  await setFinancials(limited, [draft({ revenue: '3' }), draft({ site: 'north', revenue: '4', quarter: 3 })])
  const revenues = async (one: Context, site?: string) => (await listFinancials(one, site === undefined ? {} : { site }, ALL)).rows.map(({ revenue }) => revenue)
  assert.deepEqual(await revenues(limited), ['3.00', '2.00', '4.00'])
  assert.deepEqual(await revenues(ctx), ['1.00', '3.00', '2.00', '4.00'])
  assert.deepEqual(await revenues(ctx, 'main'), ['1.00'])
  assert.deepEqual(await revenues(limited, 'main'), [])
  await assert.rejects(setFinancials(limited, [draft({ site: 'main' })]), /\[0\]\.site is no site/)
})

test('another account\'s companies and sites are none, and its money stays its own', async () => {
  await setFinancials(ctx, [draft()])
  const other = await world.account({ name: 'Other', subdomain: `other-${count}` })
  await createSite(other.ctx, { code: 'south', name: 'South' })
  assert.deepEqual((await checkFinancials(other.ctx, [draft({ company: { external_id: 2, name: null } })])).map(({ field }) => field), ['[0].company.external_id'])
  await assert.rejects(setFinancials(ctx, [draft({ site: 'south' })]), { name: 'Invalid' })
  await setFinancials(other.ctx, [draft({ revenue: '5' })])
  assert.deepEqual((await listFinancials(ctx, {}, ALL)).rows.map(({ revenue }) => revenue), ['12000.50'])
  const [{ company } = { company: { id: 0 } }] = (await listFinancials(ctx, {}, ALL)).rows
  assert.deepEqual((await listFinancials(other.ctx, { company_id: company.id }, ALL)).total, 0)
})

test('a list is narrowed by company, year and quarter, and paged', async () => {
  await setFinancials(ctx, [2, 3].flatMap((external_id) => [2024, 2025].flatMap((year) => [1, 2].map((quarter) => draft({ company: { external_id, name: external_id === 2 ? 'Bolt' : '100% Cobalt' }, year, quarter })))))
  const totals = async (filter: Parameters<typeof listFinancials>[1]) => (await listFinancials(ctx, filter, ALL)).total
  const { rows: [first] } = await listFinancials(ctx, {}, ALL)
  assert.equal(first?.company.name, '100% Cobalt')
  for (const [filter, total] of [
    [{}, 8], [{ company_external_id: 2 }, 4], [{ company_id: first?.company.id }, 4], [{ company_name: '100% c' }, 4], [{ company_name: '%bolt' }, 0], [{ year: 2024 }, 4], [{ quarter: 2 }, 4], [{ year: 2025, quarter: 1, company_name: 'bolt' }, 1],
    [{ company_external_id: 4 }, 0], [{ site: 'main' }, 8],
  ] as const) assert.equal(await totals(filter), total, JSON.stringify(filter))
  const page = await listFinancials(ctx, {}, { offset: 6, limit: 5 })
  assert.deepEqual([page.rows.map(({ year, quarter }) => [year, quarter]), page.total], [[[2025, 1], [2025, 2]], 8])
  assert.deepEqual(await listFinancials(ctx, {}, { offset: 8, limit: 5 }), { rows: [], total: 8 })
})

test('more than one batch is written as one, and told as it goes', async () => {
  const drafts = Array.from({ length: 5001 }, (_, index) => draft({ company: { external_id: index + 1, name: `Company ${index + 1}` } }))
  const told: number[] = []
  await setFinancials(ctx, drafts, (written) => told.push(written))
  assert.deepEqual(told, [5000, 5001])
  assert.equal((await listFinancials(ctx, {}, { offset: 0, limit: 1 })).total, 5001)
  await assert.rejects(setFinancials(ctx, [...drafts.map((one) => ({ ...one, quarter: 2 })), draft({ revenue: 'much' })]), /^Invalid: \[5001\]\.revenue/)
  assert.equal((await listFinancials(ctx, { quarter: 2 }, ALL)).total, 0)
})

test('a page and its total are of one moment', async () => {
  const db = afterFirstRead(ctx.db, () => setFinancials(ctx, [draft()]))
  assert.deepEqual(await listFinancials({ ...ctx, db }, {}, ALL), { rows: [], total: 0 })
  assert.equal((await listFinancials(ctx, {}, ALL)).total, 1)
})

async function nothingStored(): Promise<void> {
  assert.equal((await listFinancials(ctx, {}, ALL)).total, 0)
  const names = await ctx.db.selectFrom('companies').select('name').where('account_id', '=', ctx.account.id).execute()
  assert.deepEqual(names.filter(({ name }) => name !== 'Bolt'), [])
}

/** Of one company and quarter; what a test is about is given. */
function draft(given: Partial<FinancialsDraft> = {}): FinancialsDraft {
  return { company: { external_id: 2, name: 'Bolt' }, site: null, year: 2025, quarter: 1, revenue: '12000.50', cost: '9000', ...given }
}
