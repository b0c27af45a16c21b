// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { earshotClient, type EarshotClient } from '../../../test/support/earshot.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let account: TestAccount
let client: EarshotClient

before(async () => {
  world = await openWorld()
  account = await world.account()
  client = earshotClient(world, account.api_key)
  await createSite(account.ctx, { code: 'north', name: 'North' })
})
after(() => world.close())

function quarter(given: Record<string, unknown> = {}): Record<string, unknown> {
  return { company: { external_id: 4501, name: 'Acme' }, year: 2026, quarter: 1, revenue: '12000.50', cost: 8000, ...given }
}

test('what is put is listed, exactly, and shown by quarter through the vendor\'s API', async () => {
  const put = await client.put('/v1/financials', { financials: [quarter(), quarter({ quarter: 2, revenue: 0.1, cost: '-0.20' }), quarter({ company: { name: 'Zeta' }, site_code: 'north' })] })
  assert.deepEqual([put.statusCode, put.json()], [200, { written: 3 }])
  const { data, total, next } = (await client.get('/v1/financials')).json()
  assert.deepEqual(data.map((row: Record<string, unknown>) => [row.year, row.quarter, row.revenue, row.cost, row.site_code]), [[2026, 1, '12000.50', '8000.00', 'main'], [2026, 2, '0.10', '-0.20', 'main'], [2026, 1, '12000.50', '8000.00', 'north']])
  assert.deepEqual([data[0].company.external_id, data[0].company.name, data[2].company.external_id, total, next], [4501, 'Acme', null, 3, null])
  const shown = (await client.get('/api/tickets/quarterlyresponsessummary')).json()
  assert.deepEqual(shown.map((row: Record<string, unknown>) => [row.Quarter, row.Revenue, row.Cost, row.Profit, row.MarginPercent]), [[2, 0.1, -0.2, 0.3, 300], [1, 12_000.5, 8000, 4000.5, 33.34]])
})

test('the same company and quarter again replaces; an id alone will do for a company that is known', async () => {
  await client.put('/v1/financials', { financials: [quarter({ company: { external_id: 4501 }, revenue: '1' })] })
  const { data, total } = (await client.get('/v1/financials?company_external_id=4501&quarter=1')).json()
  assert.deepEqual([data[0].revenue, data[0].cost, total], ['1.00', '8000.00', 1])
})

test('null in an item of the list is the same as leaving out', async () => {
  const put = await client.put('/v1/financials', { financials: [quarter({ company: { external_id: 4501, name: null }, site_code: null, revenue: '1' }), quarter({ company: { external_id: null, name: 'Zeta' }, site_code: 'north' })] })
  assert.deepEqual([put.statusCode, put.json()], [200, { written: 2 }])
  const refused = await client.put('/v1/financials', { financials: [quarter({ company: null, year: null }), null] })
  assert.deepEqual(refused.json().faults.map(({ field }: { field: string }) => field), ['financials[0].company', 'financials[0].year', 'financials[1]'])
})

test('filters narrow the list, pages lead on, and nothing found is an empty page', async () => {
  assert.equal((await client.get('/v1/financials?company_name=ZET')).json().total, 1)
  assert.equal((await client.get('/v1/financials?site_code=north&year=2026')).json().total, 1)
  for (const query of ['company_name=%25', 'year=1999', 'site_code=south']) assert.deepEqual((await client.get(`/v1/financials?${query}`)).json(), { data: [], total: 0, next: null })
  const first = (await client.get('/v1/financials?per_page=2')).json()
  assert.equal(first.next, 'http://earshot.test/v1/financials?per_page=2&page=2')
  const second = (await client.get('/v1/financials?per_page=2&page=2')).json()
  assert.deepEqual([first.data.length, second.data.length, second.next], [2, 1, null])
})

test('all of a request is stored or none, and each fault is named by its item', async () => {
  const refused = await client.put('/v1/financials', { financials: [quarter({ company: { name: 'New' } }), quarter({ site_code: 'south' }), quarter({ company: { external_id: 99 } }), quarter(), quarter()] })
  assert.equal(refused.statusCode, 422)
  assert.deepEqual(refused.json().faults.map(({ field }: { field: string }) => field), ['financials[1].site_code', 'financials[2].company.external_id', 'financials[4]'])
  assert.equal((await client.get('/v1/financials?company_name=new')).json().total, 0)
  const odd = await client.put('/v1/financials', { financials: [quarter({ revenue: '1,000', cost: 0.001, year: 1, quarter: 5, company: {}, profit: 3 }), quarter({ revenue: true })] })
  assert.deepEqual(odd.json().faults.map(({ field, code }: { field: string, code: string }) => `${field} ${code}`), [
    'financials[0].year invalid_value', 'financials[0].quarter invalid_value', 'financials[0].revenue invalid_value', 'financials[0].cost invalid_value', 'financials[0].profit custom', 'financials[1].revenue invalid_format',
  ])
  assert.deepEqual((await client.put('/v1/financials', { financials: [quarter({ company: {} })] })).json().faults[0].field, 'financials[0].company')
  for (const body of [{ financials: [] }, {}, { financials: Array.from({ length: 1001 }, () => 1) }, { financials: 'none' }]) assert.equal((await client.put('/v1/financials', body)).json().faults[0].field, 'financials')
})

test('a key of one site writes and sees that one', async () => {
  const { api_key } = await createKey(account.ctx, { name: 'north', site_code: 'north' })
  const north = earshotClient(world, api_key)
  assert.equal((await north.put('/v1/financials', { financials: [quarter({ year: 2025 })] })).statusCode, 200)
  assert.deepEqual((await north.put('/v1/financials', { financials: [quarter({ site_code: 'main' })] })).json().faults[0].field, 'financials[0].site_code')
  const { data, total } = (await north.get('/v1/financials')).json()
  assert.deepEqual([total, [...new Set(data.map(({ site_code }: { site_code: string }) => site_code))]], [2, ['north']])
})

test('another account sees none of it, and without a key there is nothing', async () => {
  const other = await world.account({ name: 'Other' })
  assert.deepEqual((await earshotClient(world, other.api_key).get('/v1/financials')).json(), { data: [], total: 0, next: null })
  for (const headers of [{}, { authorization: 'Bearer nonsense' }]) {
    assert.equal((await world.app.inject({ url: '/v1/financials', headers })).statusCode, 401)
    assert.equal((await world.app.inject({ method: 'PUT', url: '/v1/financials', headers, payload: { financials: [quarter()] } })).statusCode, 401)
  }
  assert.deepEqual((await client.get('/v1/financials?currency=EUR&quarter=5&per_page=1001')).json().faults.map(({ field }: { field: string }) => field), ['quarter', 'per_page', 'currency'])
})
