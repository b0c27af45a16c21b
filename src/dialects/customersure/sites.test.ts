// once
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createKey } from '../../core/keys.ts'
import { createSite } from '../../core/sites.ts'
import { customerSureClient, type CustomerSureClient } from '../../../test/support/customersure.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

interface VendorError { resource: string, field: string, error: string, extra_info: Record<string, unknown> }

const HQ = { site_code: 'hq', name: 'Head Office', city: 'Newcastle', region: 'Tyne and Wear', site_type: 'Office' }

let world: World
let acme: TestAccount
let api: CustomerSureClient

before(async () => {
  world = await openWorld()
  acme = await world.account()
  api = customerSureClient(world, acme.api_key)
})
after(() => world.close())

test('a site is made, and shown by our id or by its code; its id is a text', async () => {
  const made = await api.post('/sites', HQ)
  assert.equal(made.statusCode, 201)
  const { id, ...site } = made.json()
  assert.deepEqual(site, HQ)
  assert.match(id, /^\d+$/)
  assert.deepEqual(Object.keys(made.json()), ['id', 'site_code', 'name', 'city', 'region', 'site_type'])
  for (const name of [id, 'hq']) assert.deepEqual((await api.get(`/sites/${name}`)).json(), made.json())
})

test('city and site_type may be left out, and are null then', async () => {
  const made = await api.post('/sites', { site_code: 'a b/ü', name: 'Elsewhere', region: 'North', city: ' ' })
  assert.equal(made.statusCode, 201)
  const { id, ...site } = made.json()
  assert.deepEqual(site, { site_code: 'a b/ü', name: 'Elsewhere', city: null, region: 'North', site_type: null })
  assert.equal((await api.get(`/sites/${encodeURIComponent('a b/ü')}`)).json().id, id)
})

test('our id comes before a code that looks like one', async () => {
  const [first, second] = [await api.post('/sites', { ...HQ, site_code: 'first' }), await api.post('/sites', { ...HQ, site_code: 'second' })].map((made) => made.json().id)
  assert.equal((await api.patch('/sites/second', { site_code: first })).statusCode, 200)
  assert.equal((await api.get(`/sites/${first}`)).json().site_code, 'first')
  assert.equal((await api.get(`/sites/${second}`)).json().site_code, first)
  await api.patch(`/sites/${second}`, { site_code: '000123' })
  assert.equal((await api.get('/sites/000123')).json().id, second)
})

test('everything that is wrong with a new site is told at once', async () => {
  assert.deepEqual(await errorsOf(api.post('/sites', {})), [['/sites/', 'site_code', 'required'], ['/sites/', 'name', 'required'], ['/sites/', 'region', 'required']].map((error) => [...error, {}]).toSorted(byField))
  const long = 'x'.repeat(201)
  assert.deepEqual(await errorsOf(api.post('/sites', { site_code: 'x'.repeat(101), name: long, city: long, region: long, site_type: long })),
    [['city', '200'], ['name', '200'], ['region', '200'], ['site_code', '100'], ['site_type', '200']].map(([field, maximum]) => ['/sites/', field, 'wrong_length', { maximum }]))
  assert.deepEqual((await errorsOf(api.post('/sites', { site_code: ['hq'], name: 'a\nb', region: {}, city: 'a\0' }))).map(([, field, error]) => [field, error]),
    [['city', 'invalid_format'], ['name', 'invalid_format'], ['region', 'invalid_format'], ['site_code', 'invalid_format']])
})

test('a code is taken once, and the fault comes with the others', async () => {
  await api.post('/sites', { ...HQ, site_code: 'taken' })
  assert.deepEqual(await errorsOf(api.post('/sites', { site_code: 'taken', name: '', region: 'North' })), [
    ['/sites/', 'name', 'required', {}], ['/sites/', 'site_code', 'forbidden_value', { disallowed_values: ['taken'], message: 'is taken by another site' }],
  ])
  const racing = await Promise.all([1, 2, 3].map(() => api.post('/sites', { ...HQ, site_code: 'raced' })))
  assert.deepEqual(racing.map(({ statusCode }) => statusCode).toSorted(), [201, 422, 422])
  assert.deepEqual([...new Set(racing.filter(({ statusCode }) => statusCode === 422).map((answer) => answer.json().errors[0].field))], ['site_code'])
})

test('what is left out of a change stays; blank takes away what may be away', async () => {
  const { id } = (await api.post('/sites', { ...HQ, site_code: 'moving' })).json()
  const changed = await api.patch('/sites/moving', { name: 'Main Office' })
  assert.equal(changed.statusCode, 200)
  assert.deepEqual(changed.json(), { ...HQ, id, site_code: 'moving', name: 'Main Office' })
  assert.deepEqual((await api.patch(`/sites/${id}`, { site_code: 'moved', city: '', site_type: null })).json(), { ...HQ, id, site_code: 'moved', name: 'Main Office', city: null, site_type: null })
  assert.deepEqual((await api.patch(`/sites/${id}`, {})).json(), (await api.get('/sites/moved')).json())
  assert.deepEqual((await api.patch(`/sites/${id}`, { site_code: 'moved' })).statusCode, 200, 'its own code is not taken')
  assert.deepEqual(await errorsOf(api.patch('/sites/moved', { site_code: 'main', name: null, region: ' ' })), [
    ['/sites/moved', 'name', 'required', {}], ['/sites/moved', 'region', 'required', {}], ['/sites/moved', 'site_code', 'forbidden_value', { disallowed_values: ['main'], message: 'is taken by another site' }],
  ])
  assert.equal((await api.get('/sites/moved')).json().name, 'Main Office')
})

test('parameters that are not permitted are named, on POST and PATCH', async () => {
  for (const answer of [await api.post('/sites', { ...HQ, id: 5, country: 'GB' }), await api.patch('/sites/hq', { id: 5, country: 'GB' })]) {
    assert.equal(answer.statusCode, 403)
    assert.equal(answer.json().message, 'Unpermitted parameters: id, country')
  }
  assert.equal((await api.patch('/sites/hq', '[]')).statusCode, 400)
})

test('sites are listed by name, whatever its letters, in pages', async () => {
  const other = await world.account()
  const client = customerSureClient(world, other.api_key)
  for (const [code, name] of [['1', 'beta'], ['2', 'Alpha'], ['3', 'Zeta'], ['4', 'Émile']] as const) await createSite(other.ctx, { code, name })
  const listed = await client.get('/sites')
  assert.deepEqual(listed.json().map(({ name }: { name: string }) => name), ['Alpha', 'beta', 'Main', 'Zeta', 'Émile'])
  assert.equal(listed.json()[0].region, null, 'made elsewhere, where none is needed')
  const page = await client.get('/sites?per_page=2&page=3')
  assert.deepEqual(page.json().map(({ name }: { name: string }) => name), ['Émile'])
  assert.deepEqual([page.headers['x-total-count'], page.headers['x-total-pages']], ['5', '3'])
  assert.deepEqual((await client.get('/sites?page=9')).json(), [])
})

test('a key of one site sees and changes that site, and makes none', async () => {
  const { id } = (await api.post('/sites', { ...HQ, site_code: 'own', name: 'Own' })).json()
  const { api_key } = await createKey(acme.ctx, { name: 'of one site', site_code: 'own' })
  const key = customerSureClient(world, api_key)
  assert.deepEqual((await key.get('/sites')).json().map((site: { id: string }) => site.id), [id])
  for (const name of ['main', String(acme.account.default_site_id)]) {
    assert.equal((await key.get(`/sites/${name}`)).statusCode, 404)
    assert.equal((await key.patch(`/sites/${name}`, { name: 'Mine' })).statusCode, 404)
  }
  assert.equal((await key.patch('/sites/own', { city: 'Leeds' })).json().city, 'Leeds')
  assert.deepEqual(await errorsOf(key.patch('/sites/own', { site_code: 'main' })), [['/sites/own', 'site_code', 'forbidden_value', { disallowed_values: ['main'], message: 'is taken by another site' }]])
  const refused = await key.post('/sites', { ...HQ, site_code: 'more' })
  assert.deepEqual([refused.statusCode, refused.json()], [403, { message: 'a key of one site cannot make sites' }])
})

test('what is not there is not found, of another account neither', async () => {
  const stranger = customerSureClient(world, (await world.account()).api_key)
  for (const name of ['nowhere', '999999999', '99999999999999999999', '0', '%00', '%ED%A0%80']) {
    assert.equal((await api.get(`/sites/${name}`)).statusCode, 404, name)
    assert.equal((await api.patch(`/sites/${name}`, { name: 'x' })).statusCode, 404, name)
  }
  assert.equal((await stranger.get('/sites/hq')).statusCode, 404)
  assert.equal((await stranger.patch('/sites/hq', { name: 'x' })).statusCode, 404)
  assert.equal((await stranger.post('/sites', HQ)).statusCode, 201, 'codes are the account\'s own')
})

test('a slash too many is redirected', async () => {
  for (const [url, target] of [['/sites/', '/sites'], ['//sites', '/sites'], ['/sites/hq/', '/sites/hq'], ['/staff/', '/staff'], ['/staff//5', '/staff/5']] as const) {
    const answer = await api.get(url)
    assert.deepEqual([answer.statusCode, answer.headers.location], [301, target], url)
  }
  assert.deepEqual([(await api.post('/sites/', HQ)).statusCode, (await api.patch('/sites/hq/', {})).statusCode], [307, 307])
})

/** In the order of the fields. */
async function errorsOf(asked: ReturnType<CustomerSureClient['post']>): Promise<unknown[][]> {
  const answer = await asked
  assert.equal(answer.statusCode, 422, answer.body)
  return answer.json<{ errors: VendorError[] }>().errors.map(({ resource, field, error, extra_info }): unknown[] => [resource, field, error, extra_info]).toSorted(byField)
}

function byField(a: unknown[], b: unknown[]): number {
  return String(a[1]) < String(b[1]) ? -1 : 1
}
