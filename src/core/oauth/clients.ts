import type { Selectable } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import type { OauthClientRow } from '../../storage/schema.ts'
import { checkText, checked, given } from '../checks.ts'
import type { Context, Ground } from '../context.ts'
import { Forbidden, Invalid, NotFound, Unauthenticated, type Fault } from '../errors.ts'
import { addressBlock, checkLimit, countHit } from '../rate-limits.ts'
import { checkToken, hashToken, makeToken } from '../secret-tokens.ts'
import { covers, SCOPES } from './scopes.ts'

/** The ways to a token. */
export const GRANTS = ['authorization_code', 'refresh_token', 'password', 'client_credentials'] as const
export type Grant = (typeof GRANTS)[number]
/** All that a client without a secret may use: whoever reads its program can act as it. */
const PUBLIC_GRANTS: readonly string[] = ['authorization_code', 'refresh_token']

/** A client as lists show it: without its secret's hash. `is_public`: it has no secret. */
export type OauthClient = Omit<Selectable<OauthClientRow>, 'client_secret_hash'> & { is_public: boolean }

export interface OauthClientDraft {
  name: string
  /** Where a browser is sent back to, each compared letter by letter. */
  redirect_uris?: string[]
  /** `conversations` where they are left out. */
  scopes?: string[]
  /** `authorization_code` and `refresh_token` where they are left out. */
  grants?: string[]
  /** For whom it acts by client_credentials. */
  user_id?: number | null
}

/** Makes a client; its secret is shown this once: only its hash is kept. One that `is_public` has none. Throws Invalid, NotFound for an unknown user. */
export async function createClient(ctx: Context, { is_public = false, ...draft }: OauthClientDraft & { is_public?: boolean }): Promise<OauthClient & { client_secret: string | null }> {
  const fields = { redirect_uris: [], scopes: ['conversations'], grants: ['authorization_code', 'refresh_token'], user_id: null, ...draft }
  checked(await checkClientFields(ctx, { ...fields, is_public }))
  const client_secret = is_public ? null : `os_${makeToken(32)}`
  const now = ctx.now()
  const row = await ctx.db.insertInto('oauth_clients')
    .values({ ...fields, account_id: ctx.account.id, client_id: `oc_${makeToken(12)}`, client_secret_hash: client_secret === null ? null : hashToken(client_secret), created_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow()
  return { ...toClient(row), client_secret }
}

/** Changes a client; fields that are left out stay. Tokens that are out lose what it loses: with a way to a token, or the user whom it acts for, all leaves end that may have come by it. Throws NotFound, Invalid. */
export async function changeClient(ctx: Context, id: number, change: Partial<OauthClientDraft>): Promise<OauthClient> {
  return transaction(ctx.db, async (tx) => {
    const before = await tx.selectFrom('oauth_clients').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id).forUpdate().executeTakeFirst()
    if (!before) throw new NotFound(`the account has no client ${id}`)
    checked(await checkClientFields({ ...ctx, db: tx }, { ...toClient(before), ...change }))
    await endLost(tx, before, change)
    return toClient(await tx.updateTable('oauth_clients').set({ ...change, updated_at: ctx.now() }).where('account_id', '=', ctx.account.id).where('id', '=', id).returningAll().executeTakeFirstOrThrow())
  })
}

/** The account's clients, oldest first, revoked ones too. */
export async function listClients(ctx: Context): Promise<OauthClient[]> {
  const rows = await ctx.db.selectFrom('oauth_clients').selectAll().where('account_id', '=', ctx.account.id).orderBy('id').execute()
  return rows.map(toClient)
}

/** Ends a client at once and for good, and with it all its tokens: each use of one asks for its client. Ending it twice changes nothing. Throws NotFound. */
export async function revokeClient(ctx: Context, id: number): Promise<void> {
  const own = ctx.db.updateTable('oauth_clients').where('account_id', '=', ctx.account.id).where('id', '=', id)
  const { numUpdatedRows } = await own.set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(ctx.now())) })).executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new NotFound(`the account has no client ${id}`)
}

/** The client of that public name, for a page that asks on its behalf; null for one that is unknown or revoked. */
export async function findClient(ground: Ground, client_id: string): Promise<OauthClient | null> {
  const row = await loadClient(ground, client_id)
  return row ? toClient(row) : null
}

const WINDOW_SECONDS = 600
const WRONG_TRIES = 50
/** Each is a row until it is swept. */
const TOKENS = 6000

export interface ClientProof { client_id: string, client_secret: string | null, client_address: string }

/** The client that asks for a token. Throws Unauthenticated for one that is unknown, revoked, or has another secret; LimitReached after 50 such tries of an address, or 6000 requests of a client, in ten minutes. */
export async function getClientByProof(ground: Ground, { client_id, client_secret, client_address }: ClientProof): Promise<OauthClient> {
  const bucket = `client secret ${addressBlock(client_address)}`
  await checkLimit(ground, bucket, WRONG_TRIES, WINDOW_SECONDS)
  const row = await loadClient(ground, client_id)
  const is_right = row !== undefined && (client_secret === null ? row.client_secret_hash === null : checkToken(client_secret, row.client_secret_hash))
  if (!is_right) {
    await countHit(ground, bucket, WRONG_TRIES, WINDOW_SECONDS)
    throw new Unauthenticated('the client id or its secret is wrong, or the client is revoked')
  }
  await countHit(ground, `client token oauth ${row.account_id}/${row.id}`, TOKENS, WINDOW_SECONDS)
  return toClient(row)
}

/** Throws Forbidden for a way that this client was not given. */
export function requireGrant(client: OauthClient, grant: Grant): void {
  if (!client.grants.includes(grant)) throw new Forbidden(`this client may not use ${grant}`)
}

/** The scopes that a client asks for, parted by blanks; all that it has where it names none. Throws Invalid (fault scope) for those that it was not given. */
export function readScopes(client: Pick<OauthClient, 'scopes'>, text: string | null): string[] {
  const wanted = [...new Set((text ?? '').split(' ').filter((word) => word !== ''))]
  if (wanted.length === 0) return client.scopes
  if (!wanted.every((scope) => SCOPES.includes(scope)) || !covers(client.scopes, wanted)) throw new Invalid([{ field: 'scope', code: 'forbidden_value', info: { message: 'has what this client may not ask for' } }])
  return wanted
}

/** Where the browser goes back to: the address that was named, if it is one of the client's; the client's only one where none was named. Null: nowhere. */
export function findRedirect(client: OauthClient, named: string | null): string | null {
  if (named !== null) return client.redirect_uris.find((uri) => uri === named) ?? null
  return client.redirect_uris.length === 1 ? (client.redirect_uris[0] ?? null) : null
}

async function checkClientFields(ctx: Context, { name, redirect_uris, scopes, grants, user_id, is_public }: Required<OauthClientDraft> & { is_public: boolean }): Promise<(Fault | null)[]> {
  await given(user_id, (id) => requireUser(ctx, id))
  const is_asked_by_page = grants.includes('authorization_code')
  return [
    checkText('name', name, 100),
    ...redirect_uris.map(checkRedirect),
    is_asked_by_page && redirect_uris.length === 0 ? { field: 'redirect_uris', code: 'required', info: { message: 'is required for authorization_code' } } : null,
    checkWords('scopes', scopes, SCOPES),
    checkWords('grants', grants, is_public ? PUBLIC_GRANTS : GRANTS),
    grants.includes('client_credentials') && user_id === null ? { field: 'user_id', code: 'required', info: { message: 'is required for client_credentials: for whom it acts' } } : null,
  ]
}

async function requireUser(ctx: Context, id: number): Promise<void> {
  const user = await ctx.db.selectFrom('users').select('id').where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst()
  if (!user) throw new NotFound(`the account has no user ${id}`)
}

function checkWords(field: string, words: string[], known: readonly string[]): Fault | null {
  if (words.length === 0) return { field, code: 'required', info: {} }
  return words.every((word) => known.includes(word)) ? null : { field, code: 'invalid_value', info: { allowed_values: known } }
}

/** HTTPS, plain HTTP to the same machine, or an app's own scheme, which is a reversed domain name (RFC 8252). */
function checkRedirect(uri: string): Fault | null {
  const fault: Fault = { field: 'redirect_uris', code: 'invalid_format', info: { message: 'must be https://…, http://localhost… or an app\'s own scheme such as com.example.app:/…, without a fragment' } }
  const url = URL.parse(uri)
  if (!url || uri.length > 2000 || !/^[\x21-\x7e]+$/.test(uri) || uri.includes('#') || !/^[\w.:[\]-]*$/.test(url.host)) return fault
  const is_own_machine = url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || is_own_machine || /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/.test(url.protocol) ? null : fault
}

/** It is not known which leave came by which way, so that all end with any; with another user to act for, those of the one before. */
async function endLost(tx: Tx, before: Selectable<OauthClientRow>, change: Partial<OauthClientDraft>): Promise<void> {
  const loses_way = before.grants.some((grant) => change.grants?.includes(grant) === false)
  const loses_user = before.user_id !== null && change.user_id !== undefined && change.user_id !== before.user_id
  if (!loses_way && !loses_user) return
  await tx.deleteFrom('oauth_grants').where('account_id', '=', before.account_id).where('oauth_client_id', '=', before.id).$if(!loses_way, (grants) => grants.where('user_id', '=', before.user_id)).execute()
}

async function loadClient(ground: Ground, client_id: string): Promise<Selectable<OauthClientRow> | undefined> {
  // What can't be an id may hold what no query takes.
  if (!/^oc_[\w-]{1,50}$/.test(client_id)) return undefined
  return ground.db.selectFrom('oauth_clients').selectAll().where('client_id', '=', client_id).where('revoked_at', 'is', null).executeTakeFirst()
}

function toClient({ client_secret_hash, ...client }: Selectable<OauthClientRow>): OauthClient {
  return { ...client, is_public: client_secret_hash === null }
}
