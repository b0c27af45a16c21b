import { sql, type Selectable } from 'kysely'
import { transaction, type Tx } from '../storage/database.ts'
import type { ErasureRow } from '../storage/schema.ts'
import { ACCOUNT_COLUMNS, toAccount } from './account-row.ts'
import { findCasesOf, forgetCustomers } from './cases/changes.ts'
import { canonicalEmail, checked, checkEmail } from './checks.ts'
import { eraseHeldFrom, eraseHeldOfContacts, eraseHeldOfInvitations } from './clicks/held.ts'
import { invitationLink, ticketLink } from './clicks/links.ts'
import { eraseTouches } from './clicks/touches.ts'
import { actorName, onlySite, type Account, type Context, type Ground } from './context.ts'
import { addMonths, dayAt, startOfDay } from './days.ts'
import { keepErasedNumbers } from './erased-numbers.ts'
import { Forbidden, NotFound } from './errors.ts'
import { recordEvents } from './events.ts'
import { forgetVisitors } from './fingerprints.ts'
import { countInvitationsOf, eraseInvitations, markInvitations, removeInvitations, takeMarkedInvitations } from './invitations/erase.ts'
import { countContactsOf, eraseContacts, findIdleContacts, markContacts, markContactsOf, takeMarkedContacts } from './people/erase.ts'
import { countResponsesOf, eraseResponses, findResponsesFrom, findResponsesTo, findUninvitedResponsesOf, removeResponses } from './responses/erase.ts'
import { removeLogInsOf } from './users.ts'

type Row = Selectable<ErasureRow>

/** The deletion of a person, and how far it is: how many contacts, invitations and responses are done. */
export type Erasure = Omit<Row, 'account_id' | 'address' | 'actor'>

/** What is there of a person. */
export interface PersonCounts { contacts: number, invitations: number, responses: number, full_removal: boolean }

/** How much the deletion of whoever has this address (in any letter case) would take. Throws Invalid and Forbidden as requestErasure does. */
export async function countPerson(ctx: Context, email: string): Promise<PersonCounts> {
  const address = await readAddress(ctx, email)
  const [contacts, invitations, responses] = await Promise.all([countContactsOf(ctx.db, ctx.account.id, address), countInvitationsOf(ctx.db, ctx.account.id, address), countResponsesOf(ctx.db, ctx.account.id, address)])
  return { contacts, invitations, responses, full_removal: ctx.account.full_removal }
}

/**
 * Asks for the deletion of whoever has this address (in any letter case): contacts and invitations say so from now on, nothing more is sent, links are closed; the rest is done in the
 * background. One that is under way is the same one. Throws Invalid (fault `email`), and Forbidden for a key that is limited to a site, since a person belongs to all of them.
 */
export async function requestErasure(ctx: Context, email: string): Promise<Erasure> {
  const address = await readAddress(ctx, email)
  return transaction(ctx.db, async (tx) => {
    const erasure = await openOrJoin(tx, ctx, address)
    await markPerson(tx, erasure, ctx.now())
    return toErasure(erasure)
  })
}

/** One erasure. Throws NotFound, also for a key that is limited to a site. */
export async function getErasure(ctx: Context, id: number): Promise<Erasure> {
  const row = onlySite(ctx) === null ? await ctx.db.selectFrom('erasures').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst() : undefined
  if (!row) throw new NotFound(`the account has no erasure ${id}`)
  return toErasure(row)
}

/** So many erasures have their turn at a time. */
const TURNS = 50

/** Does a piece of each erasure that waits; answers how many rows that were. Any number of processes may; one that dies leaves what it had not committed. The secret is the server's. */
export async function workErasures(ground: Ground, secret: string): Promise<number> {
  const waiting = await ground.db.selectFrom('erasures').select(['account_id', 'id']).where('finished_at', 'is', null).orderBy('requested_at').limit(TURNS).execute()
  let done = 0
  for (const { account_id, id } of waiting) done += await workErasure(ground, secret, account_id, id)
  return done
}

/** Does the next piece of one erasure, in one transaction; answers how many rows that was: none where it is done, another process is at it, or a message has to be waited for. */
export function workErasure(ground: Ground, secret: string, account_id: number, id: number): Promise<number> {
  return transaction(ground.db, async (tx) => {
    const erasure = await tx.selectFrom('erasures').selectAll().where('account_id', '=', account_id).where('id', '=', id).where('finished_at', 'is', null).forUpdate().skipLocked().executeTakeFirst()
    if (!erasure) return 0
    const now = ground.now()
    await markPerson(tx, erasure, now)
    const done = await erasePiece(tx, secret, erasure, now)
    if (done === 'finished') await finish(tx, erasure, now)
    else await tx.updateTable('erasures').set((eb) => ({ contacts: eb('contacts', '+', done.contacts), invitations: eb('invitations', '+', done.invitations), responses: eb('responses', '+', done.responses) }))
      .where('account_id', '=', account_id).where('id', '=', id).execute()
    return done === 'finished' ? 0 : done.contacts + done.invitations + done.responses
  })
}

/** So many persons are marked at a time. */
const IDLE_PERSONS = 500

/**
 * Asks for the erasure of contacts whose last invitation and response are older than their account keeps personal data, in months of its time zone; nothing where accounts keep them for
 * ever. Answers how many contacts that were, of which more may be waiting.
 */
export async function eraseIdlePersons(ground: Ground): Promise<number> {
  const rows = await ground.db.selectFrom('accounts').select(ACCOUNT_COLUMNS).where('retention_months', 'is not', null).orderBy('id').execute()
  let marked = 0
  for (const row of rows) marked += await markIdlePersons(ground, toAccount(row))
  return marked
}

async function markIdlePersons(ground: Ground, account: Account): Promise<number> {
  const now = ground.now()
  const since = idleSince(account, now)
  if (since === null) return 0
  return transaction(ground.db, async (tx) => {
    const contact_ids = await findIdleContacts(tx, account.id, since, IDLE_PERSONS)
    if (contact_ids.length === 0) return 0
    const erasure = await openErasure(tx, { account, actor: { kind: 'system' }, now: () => now }, { reason: 'retention', address: null })
    if (!erasure) throw new Error('an erasure was not opened')
    await markContacts(tx, erasure, contact_ids, now)
    await markInvitations(tx, erasure, now)
    return contact_ids.length
  })
}

/** The first moment of the day so many months ago. */
function idleSince({ time_zone, retention_months }: Account, now: Date): Date | null {
  if (retention_months === null) return null
  const { year, month, day } = addMonths(dayAt(time_zone, now), -retention_months)
  return startOfDay(time_zone, year, month, day)
}

/** As it is stored: in the database's lower case, which addresses are compared by. */
async function readAddress(ctx: Context, email: string): Promise<string> {
  if (onlySite(ctx) !== null) throw new Forbidden('a key of one site cannot delete a person')
  checked([checkEmail('email', email.trim())])
  const { rows: [row] } = await sql<{ address: string }>`select lower(${canonicalEmail(email.trim())}) as address`.execute(ctx.db)
  if (!row) throw new Error('an address got lost')
  return row.address
}

/** One that is under way is locked, so that it can't end before it has marked what is there now; if it just did, there is a new one. */
async function openOrJoin(tx: Tx, ctx: Context, address: string): Promise<Row> {
  for (;;) {
    const erasure = await openErasure(tx, ctx, { reason: 'request', address })
      ?? await tx.selectFrom('erasures').selectAll().where('account_id', '=', ctx.account.id).where('address', '=', address).forUpdate().executeTakeFirst()
    if (erasure) return erasure
  }
}

/** Null where one of that address is under way. */
async function openErasure(tx: Tx, ctx: Pick<Context, 'account' | 'actor' | 'now'>, { reason, address }: Pick<Row, 'reason' | 'address'>): Promise<Row | null> {
  const { account: { id: account_id, full_removal } } = ctx
  const actor = actorName(ctx.actor)
  const erasure = await tx.insertInto('erasures').values({ account_id, reason, address, full_removal, actor, requested_at: ctx.now(), finished_at: null })
    .onConflict((conflict) => conflict.columns(['account_id', 'address']).where('address', 'is not', null).doNothing()).returningAll().executeTakeFirst()
  if (!erasure) return null
  await recordEvents(tx, [{ account_id, type: 'erasure.requested', subject_id: erasure.id, actor, detail: { reason, full_removal }, created_at: ctx.now() }])
  return erasure
}

/** What comes in for the address before it is done goes, too. */
async function markPerson(tx: Tx, erasure: Row, now: Date): Promise<void> {
  if (erasure.address !== null) await markContactsOf(tx, erasure, erasure.address, now)
  await markInvitations(tx, erasure, now)
}

/** Few enough for a transaction that nobody waits for. */
const PIECE = 200
const CONTACTS = 50

interface Done { contacts: number, invitations: number, responses: number }

/** Invitations with their answers, then answers to none, then the contacts themselves. */
async function erasePiece(tx: Tx, secret: string, erasure: Row, now: Date): Promise<Done | 'finished'> {
  const { account_id, address } = erasure
  const { ids, case_ids, all_done } = await takeMarkedInvitations(tx, erasure, PIECE, now)
  if (ids.length > 0) {
    const responses = await takeResponses(tx, erasure, await findResponsesTo(tx, account_id, ids), now)
    await forgetCustomers(tx, account_id, case_ids, now)
    await keepErasedNumbers(tx, secret, account_id, ids, now)
    await eraseClicks(tx, account_id, ids)
    await (erasure.full_removal ? removeInvitations(tx, account_id, ids) : eraseInvitations(tx, account_id, ids, now))
    return { contacts: 0, invitations: ids.length, responses }
  }
  if (!all_done) return { contacts: 0, invitations: 0, responses: 0 }
  if (address !== null) await eraseHeldFrom(tx, account_id, address)
  const others = address === null ? 0 : await takeResponses(tx, erasure, await findResponsesFrom(tx, account_id, address, PIECE), now)
  if (others > 0) return { contacts: 0, invitations: 0, responses: others }
  const contact_ids = await takeMarkedContacts(tx, erasure, CONTACTS)
  if (contact_ids.length === 0) return 'finished'
  const responses = await takeResponses(tx, erasure, await findUninvitedResponsesOf(tx, account_id, contact_ids), now)
  await eraseHeldOfContacts(tx, account_id, contact_ids)
  await forgetVisitors(tx, account_id, contact_ids)
  await forgetCustomers(tx, account_id, await findCasesOf(tx, account_id, contact_ids), now)
  await removeLogInsOf(tx, account_id, contact_ids)
  await eraseContacts(tx, account_id, contact_ids, now)
  return { contacts: contact_ids.length, invitations: 0, responses }
}

/** Who followed a link, and what they are held to have answered. */
async function eraseClicks(tx: Tx, account_id: number, ids: number[]): Promise<void> {
  const invitations = await tx.selectFrom('invitations').select(['token', 'reference', 'email', 'dated_when_sent']).where('account_id', '=', account_id).where('id', 'in', ids).execute()
  await eraseTouches(tx, account_id, invitations.flatMap(({ token, reference, email, dated_when_sent }) => [invitationLink(token), ...dated_when_sent && reference !== null && email !== null ? [ticketLink(reference, email)] : []]))
  await eraseHeldOfInvitations(tx, account_id, ids)
}

async function takeResponses(tx: Tx, { account_id, full_removal }: Row, ids: number[], now: Date): Promise<number> {
  await (full_removal ? removeResponses(tx, account_id, ids) : eraseResponses(tx, account_id, ids, now))
  return ids.length
}

async function finish(tx: Tx, { account_id, id, actor, reason, full_removal, contacts, invitations, responses }: Row, now: Date): Promise<void> {
  await tx.updateTable('erasures').set({ finished_at: now, address: null }).where('account_id', '=', account_id).where('id', '=', id).execute()
  await recordEvents(tx, [{ account_id, type: 'erasure.finished', subject_id: id, actor, detail: { reason, full_removal, contacts, invitations, responses }, created_at: now }])
}

function toErasure({ id, reason, full_removal, contacts, invitations, responses, requested_at, finished_at }: Row): Erasure {
  return { id, reason, full_removal, contacts, invitations, responses, requested_at, finished_at }
}
