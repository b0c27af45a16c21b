// once
/**
 * Who may do what: each endpoint, asked by each kind of caller, about what is theirs and what is not. The routes come from the server itself: a new one without a row here fails.
 * A row says what its vendor's page says: from which role on, and within which scope; what follows for each caller is worked out from that, and `except` names what is different.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { contextOf, type Actor, type UserRole } from '../../core/context.ts'
import { createKey } from '../../core/keys.ts'
import { createClient } from '../../core/oauth/clients.ts'
import { openGrantByPassword } from '../../core/oauth/grants.ts'
import { openSession } from '../../core/sessions.ts'
import { createSite } from '../../core/sites.ts'
import { createTeam } from '../../core/teams.ts'
import { askedHash, closedCase, codes, rate } from '../../../test/support/rated-case.ts'
import { collectRoutes } from '../../../test/support/routes.ts'
import { createUser } from '../../../test/support/users.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

/** A rated case: of the site that a key is limited to and of the customer who calls; another one of the account; the one that the visitor who calls began and rated; another account's. */
type Where = 'own' | 'other' | 'visited' | 'foreign'
interface Target { case: number, rating: number, hash: string, requester: number, organization: number | null, team: number }

interface Row {
  needs: UserRole | 'hash'
  area: 'conversations' | 'users' | 'insights'
  ok: 200 | 201
  /** Which of the targets it can be asked about; one that takes no id has only its own. */
  about?: readonly Where[]
  /** What whoever may ask is told of what they may not see; 404 where it is left out. */
  hidden?: number
  /** A customer's own to do: whoever works here sees the case, and is refused. */
  of_customers?: true
  /** Lists cases: those that the caller sees, and no others. */
  lists?: true
  except?: (caller: string) => number | undefined
  request: (target: Target, hash: string) => InjectOptions
}

const ALL: readonly Where[] = ['own', 'other', 'visited', 'foreign']
const HELLO = { subject: 'Hello', contents: 'Is anybody there?', name: 'Vi Sitor', email: 'vi@customer.example' }

const ROWS: Record<string, Row> = {
  'GET /cases/:id/ratings': { needs: 'agent', area: 'conversations', ok: 200, about: ALL, request: (one) => ({ url: `/cases/${one.case}/ratings` }) },
  'GET /cases/ratings/recent': { needs: 'collaborator', area: 'conversations', ok: 200, about: ALL, hidden: 200, request: (one) => ({ url: `/cases/ratings/recent?case_id=${one.case}` }) },
  'GET /cases/:id/ratings/:ratingId': { needs: 'agent', area: 'conversations', ok: 200, about: ALL, request: (one) => ({ url: `/cases/${one.case}/ratings/${one.rating}` }) },
  'GET /cases/:id/ratings/:hash': { needs: 'hash', area: 'conversations', ok: 200, about: ALL, request: (one, hash) => ({ url: `/cases/${one.case}/ratings/${hash}` }) },
  'POST /cases/:id/ratings': { needs: 'hash', area: 'conversations', ok: 201, about: ALL, request: (one, hash) => ({ method: 'POST', url: `/cases/${one.case}/ratings`, payload: { hash, score: 'GOOD' } }) },
  'PUT /cases/:id/ratings/:ratingId': { needs: 'hash', area: 'conversations', ok: 200, about: ALL, request: (one, hash) => ({ method: 'PUT', url: `/cases/${one.case}/ratings/${one.rating}`, payload: { hash, score: 'GOOD' } }) },
  'POST /cases/:id/ratings/trigger': { needs: 'agent', area: 'conversations', ok: 201, about: ALL, request: (one) => ({ method: 'POST', url: `/cases/${one.case}/ratings/trigger` }) },
  'GET /cases/ratings/:ratingId': { needs: 'agent', area: 'conversations', ok: 200, about: ALL, request: (one) => ({ url: `/cases/ratings/${one.rating}` }) },
  'GET /conversations/:id/ratings': { needs: 'customer', area: 'conversations', ok: 200, about: ALL, request: (one) => ({ url: `/conversations/${one.case}/ratings` }) },
  'POST /conversations/:id/ratings': { needs: 'customer', area: 'conversations', ok: 201, about: ALL, of_customers: true, request: (one) => ({ method: 'POST', url: `/conversations/${one.case}/ratings`, payload: { score: 'GOOD' } }) },
  'PUT /conversations/:id/ratings/:ratingId': {
    needs: 'customer', area: 'conversations', ok: 200, about: ALL, of_customers: true, request: (one) => ({ method: 'PUT', url: `/conversations/${one.case}/ratings/${one.rating}`, payload: { score: 'GOOD' } }),
  },
  'GET /cases': { needs: 'collaborator', area: 'conversations', ok: 200, lists: true, request: () => ({ url: '/cases?limit=1000' }) },
  'GET /cases/:id': { needs: 'collaborator', area: 'conversations', ok: 200, about: ALL, request: (one) => ({ url: `/cases/${one.case}` }) },
  'POST /cases': { needs: 'collaborator', area: 'conversations', ok: 201, about: ALL, hidden: 400, request: (one) => ({ method: 'POST', url: '/cases', payload: { subject: 'By phone', requester_id: one.requester } }) },
  'GET /conversations': { needs: 'customer', area: 'conversations', ok: 200, lists: true, request: () => ({ url: '/conversations?limit=1000' }) },
  'GET /conversations/:id': { needs: 'customer', area: 'conversations', ok: 200, about: ALL, request: (one) => ({ url: `/conversations/${one.case}` }) },
  'POST /conversations': { needs: 'customer', area: 'conversations', ok: 201, of_customers: true, request: () => ({ method: 'POST', url: '/conversations', payload: HELLO }) },
  'GET /users/:id': { needs: 'collaborator', area: 'users', ok: 200, about: ALL, request: (one) => ({ url: `/users/${one.requester}` }) },
  'GET /teams': { needs: 'collaborator', area: 'users', ok: 200, request: () => ({ url: '/teams' }) },
  'GET /teams/:id': { needs: 'collaborator', area: 'users', ok: 200, about: ['own', 'foreign'], request: (one) => ({ url: `/teams/${one.team}` }) },
  'GET /organizations/:id': { needs: 'collaborator', area: 'users', ok: 200, about: ['own', 'other', 'foreign'], request: (one) => ({ url: `/organizations/${one.organization}` }) },
  'GET /me': { needs: 'customer', area: 'users', ok: 200, except: (caller) => (caller === 'fingerprint' ? 403 : undefined), request: () => ({ url: '/me' }) },
  'GET /session': { needs: 'customer', area: 'users', ok: 200, except: withoutSession, request: () => ({ url: '/session' }) },
  'DELETE /session': { needs: 'customer', area: 'users', ok: 200, except: withoutSession, request: () => ({ method: 'DELETE', url: '/session' }) },
  'GET /insights/cases/csat': { needs: 'agent', area: 'insights', ok: 200, request: () => ({ url: '/insights/cases/csat' }) },
}

/** What each is; a session is opened anew for each call, since one of the calls ends it. */
interface Caller { role: UserRole | 'nobody', scopes?: readonly string[], one_site?: true, headers: () => Promise<Record<string, string>> }

const ROLES: readonly UserRole[] = ['owner', 'admin', 'agent', 'collaborator', 'customer']
const SCOPES = ['conversations', 'conversations:read', 'conversations:write', 'users', 'users:read', 'insights', 'insights:read', 'search', 'configuration']

let world: World
let routes: string[]
let acme: TestAccount
let targets: Record<Where, Target>
const actors = new Map<UserRole, Actor>()
const tokens = new Map<string, string>()
let site_key = ''
const visitor = { 'x-fingerprint-id': randomUUID(), host: 'acme.example.com' }

before(async () => {
  const { built, routes: found } = await collectRoutes(() => openWorld())
  world = built
  routes = found.map((route) => route.replaceAll(/\(\^.*?\$\)(?=\/|$)/g, '')).filter((route) => / \/api\/v1\/.*[^/*]$/.test(route)).map((route) => route.replace('/api/v1', ''))
  acme = await world.account({ subdomain: 'acme' })
  const stranger = await world.account()
  const { id: site_id } = await createSite(acme.ctx, { code: 'north', name: 'North' })
  targets = {
    own: await makeTarget(acme, { number: '1', site_id }), foreign: await makeTarget(stranger, { number: '3' }), visited: await visit(),
    other: await makeTarget(acme, { number: '2', company: { external_id: 10, name: 'Globex' }, contact: { external_id: 9, name: 'John Doe', email: 'john@customer.example' } }),
  }
  for (const role of ROLES) actors.set(role, await makeActor(role))
  for (const scope of SCOPES) tokens.set(scope, await makeToken('owner', [scope]))
  tokens.set('customer', await makeToken('customer', ['conversations', 'users']))
  site_key = (await createKey(acme.ctx, { name: 'north', site_code: 'north' })).api_key
})
after(() => world.close())

const CALLERS: Record<string, Caller> = {
  nobody: { role: 'nobody', headers: async () => ({}) },
  hash: { role: 'nobody', headers: async () => ({}) },
  fingerprint: { role: 'customer', headers: async () => visitor },
  ...Object.fromEntries(ROLES.map((role): [string, Caller] => [role, { role, headers: () => sessionOf(role) }])),
  'API key': { role: 'owner', headers: async () => ({ authorization: `Bearer ${acme.api_key}` }) },
  'API key of one site': { role: 'owner', one_site: true, headers: async () => ({ authorization: `Bearer ${site_key}` }) },
  ...Object.fromEntries(SCOPES.map((scope): [string, Caller] => [`owner's token for ${scope}`, { role: 'owner', scopes: [scope], headers: async () => ({ authorization: `Bearer ${tokens.get(scope)}` }) }])),
  'customer\'s token': { role: 'customer', scopes: ['conversations', 'users'], headers: async () => ({ authorization: `Bearer ${tokens.get('customer')}` }) },
}

test('every endpoint has its row, and no row is of another', () => {
  assert.deepEqual(Object.keys(ROWS).sort(), [...new Set(routes)].sort())
})

for (const [route, row] of Object.entries(ROWS)) {
  for (const [name, caller] of Object.entries(CALLERS)) {
    test(`${name} and ${route}`, async () => {
      for (const where of row.about ?? ['own']) {
        const answer = await ask(row, name, caller, where)
        const status = expected(row, name, caller, where)
        assert.equal(answer.statusCode, status, `${where}: ${answer.body}`)
        if (status >= 400) assert.deepEqual(codes(answer), [CODE_OF[status]])
        if (status === 200 && row.about && !sees(name, caller, where)) assert.deepEqual(answer.json().data, [])
        if (status === 200 && row.lists) assert.deepEqual(ALL.filter((one) => listed(answer).has(targets[one].case)), ALL.filter((one) => sees(name, caller, one)))
      }
    })
  }
}

test('a hash opens one rating of one case: not the other\'s, by neither id', async () => {
  const { own, other } = targets
  for (const [case_id, rating] of [[own.case, other.rating], [other.case, own.rating], [other.case, other.rating]] as const) {
    const answer = await world.app.inject({ method: 'PUT', url: `/api/v1/cases/${case_id}/ratings/${rating}`, payload: { hash: own.hash, score: 'BAD' } })
    assert.deepEqual([answer.statusCode, codes(answer)], [403, ['PERMISSIONS_DENIED']])
  }
  const kept = await world.app.inject({ url: `/api/v1/cases/${other.case}/ratings/${other.hash}` })
  assert.equal(kept.json().data.score, 'GOOD')
})

test('a hash is 128 random bits', () => {
  for (const { hash } of Object.values(targets)) assert.equal(Buffer.from(hash, 'base64url').length, 16)
})

const CODE_OF: Readonly<Record<number, string>> = { 400: 'FIELD_INVALID', 401: 'AUTHORIZATION_REQUIRED', 403: 'PERMISSIONS_DENIED', 404: 'RESOURCE_NOT_FOUND' }
const RANKS: readonly string[] = ['customer', 'collaborator', 'agent', 'admin', 'owner']

function expected(row: Row, name: string, caller: Caller, where: Where): number {
  if (row.needs === 'hash') return name === 'hash' && where === 'own' ? row.ok : 403
  if (caller.role === 'nobody') return 401
  if (RANKS.indexOf(caller.role) < RANKS.indexOf(row.needs) || !isInScope(row, caller)) return 403
  if (row.about && !sees(name, caller, where)) return row.hidden ?? 404
  return row.of_customers && caller.role !== 'customer' ? 403 : (row.except?.(name) ?? row.ok)
}

function isInScope(row: Row, { scopes }: Caller): boolean {
  const writes = row.request(targets.own, '').method !== undefined
  return scopes === undefined || scopes.some((scope) => scope === row.area || scope === `${row.area}:write` || (scope === `${row.area}:read` && !writes))
}

function sees(name: string, caller: Caller, where: Where): boolean {
  if (name === 'fingerprint') return where === 'visited'
  return where === 'own' || (where !== 'foreign' && caller.role !== 'customer' && !caller.one_site)
}

function listed(answer: LightMyRequestResponse): Set<number> {
  return new Set(answer.json<{ data: { id: number }[] }>().data.map(({ id }) => id))
}

function withoutSession(caller: string): number | undefined {
  return ROLES.some((role) => role === caller) ? undefined : 404
}

let addresses = 0

/** From an address of its own, lest the limits of wrong hashes come between. */
async function ask(row: Row, name: string, caller: Caller, where: Where): Promise<LightMyRequestResponse> {
  const request = row.request(targets[where], name === 'hash' ? targets.own.hash : 'guessed')
  return world.app.inject({ ...request, url: `/api/v1${String(request.url)}`, headers: await caller.headers(), remoteAddress: `198.51.${Math.floor(++addresses / 250)}.${addresses % 250}` })
}

async function makeTarget(account: TestAccount, more: Parameters<typeof closedCase>[1]): Promise<Target> {
  const case_id = await closedCase(account.ctx, more)
  const hash = await askedHash(world, account, case_id)
  return aboutCase(account, case_id, hash, (await rate(world, case_id, hash, 'GOOD')).json().data.id)
}

/** A conversation that the visitor begins and rates, though nobody asked. */
async function visit(): Promise<Target> {
  const post = async (url: string, payload: object): Promise<number> => (await world.app.inject({ method: 'POST', url: `/api/v1${url}`, headers: visitor, payload })).json().data.id
  const case_id = await post('/conversations', HELLO)
  return aboutCase(acme, case_id, await askedHash(world, acme, case_id), await post(`/conversations/${case_id}/ratings`, { score: 'GOOD' }))
}

async function aboutCase({ account, ctx }: TestAccount, case_id: number, hash: string, rating: number): Promise<Target> {
  const { contact_id, company_id } = await world.ground.db.selectFrom('cases').select(['contact_id', 'company_id']).where('account_id', '=', account.id).where('id', '=', case_id).executeTakeFirstOrThrow()
  const { id: team } = await createTeam(ctx, { name: `Team of ${case_id}` })
  return { case: case_id, hash, rating, requester: contact_id ?? 0, organization: company_id, team }
}

async function makeActor(role: UserRole): Promise<Actor> {
  const user = await createUser(acme.ctx, { email: role === 'customer' ? 'jane@customer.example' : `${role}@acme.example`, name: role, role })
  return user.role === 'customer' ? { kind: 'customer', contact_id: user.contact_id, fingerprint_id: null } : { kind: 'user', user_id: user.id, role: user.role, staff_id: null }
}

function contextAs(role: UserRole) {
  const actor = actors.get(role)
  assert.ok(actor)
  return contextOf(world.ground, acme.account, actor)
}

async function sessionOf(role: UserRole): Promise<Record<string, string>> {
  const { session_id, csrf_token } = await openSession(contextAs(role))
  return { 'x-session-id': session_id, 'x-csrf-token': csrf_token }
}

async function makeToken(role: UserRole, scopes: string[]): Promise<string> {
  const client = await createClient(acme.ctx, { name: scopes.join(' '), scopes, grants: ['password'] })
  return (await openGrantByPassword(contextAs(role), client, null)).access_token
}
