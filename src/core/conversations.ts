import { transaction, type Tx } from '../storage/database.ts'
import { getCase, type CaseView } from './case-list.ts'
import { insertConversation } from './cases/changes.ts'
import { checked, checkEmail, checkText, given } from './checks.ts'
import { writeSite, type Context } from './context.ts'
import { limitCustomer } from './customer-limits.ts'
import { isContactHere } from './directory.ts'
import { Forbidden, Invalid, type Fault } from './errors.ts'
import { nameVisitor } from './fingerprints.ts'
import { findOrCreateContact, type KnownContact } from './people/contacts.ts'
import { MAX_TEXT } from './responses/answers.ts'

/** What a conversation begins with. */
interface Beginning { subject: string, contents: string | null }

/** Name and address of whoever is not known yet. */
interface NamedPerson { name: string | null, email: string | null }

export interface CaseDraft extends Beginning {
  /** Who asked: a contact by id, or a person by address, whose contact is made if it is new. */
  requester: { contact_id: number } | NamedPerson
  staff_id: number | null
  /** Without one, the staff member's own. */
  team_id: number | null
}

/**
 * Begins a conversation as its requester. A visitor says who they are the first time, and nothing that is known of that person changes by it.
 * Throws Forbidden (not a customer), LimitReached (limitCustomer says when), Invalid (faults subject, contents; of a visitor name and email).
 */
export async function beginConversation(ctx: Context, { name, email, client_address, ...beginning }: Beginning & NamedPerson & { client_address: string }): Promise<CaseView> {
  const { actor } = ctx
  // What nobody could be known by again would be nobody's.
  if (actor.kind !== 'customer' || (actor.contact_id === null && actor.fingerprint_id === null)) throw new Forbidden('only customers begin conversations')
  await limitCustomer(ctx, client_address)
  return transaction(ctx.db, async (tx) => {
    const known = await findRequester({ ...ctx, db: tx }, actor, email)
    const person = { name, email: known ? null : (email ?? '') }
    checked([...checkBeginning(beginning), known ? null : checkText('name', name ?? '', 200), given(person.email, (address) => address === '' ? missing('email') : checkEmail('email', address))])
    const contact = known ?? await contactOf(tx, ctx, person)
    if (!known && actor.fingerprint_id !== null) await nameVisitor(tx, { account_id: ctx.account.id, fingerprint_id: actor.fingerprint_id, contact_id: contact.id })
    return insert(tx, ctx, { ...beginning, staff_ids: [], team_id: null, fingerprint_id: actor.fingerprint_id }, contact)
  })
}

/** Opens a case for somebody; for a contact by id only if they are there for this actor. Throws Invalid (faults subject, contents, contact_id, email, name, staff_id, team_id). */
export function openCase(ctx: Context, { requester, staff_id, team_id, ...beginning }: CaseDraft): Promise<CaseView> {
  return transaction(ctx.db, async (tx) => {
    const locked = { ...ctx, db: tx }
    const named = 'contact_id' in requester ? null : requester
    const known = 'contact_id' in requester && (await isContactHere(locked, requester.contact_id)) ? await findContactById(locked, requester.contact_id) : null
    const staff = staff_id === null ? null : await findStaff(locked, staff_id)
    checked([
      ...checkBeginning(beginning), named ? checkEmail('email', named.email ?? '') : known ? null : unknown('contact_id'), given(named?.name, (name) => checkText('name', name, 200)),
      staff_id !== null && !staff ? unknown('staff_id') : null, team_id !== null && !(await hasTeam(locked, team_id)) ? unknown('team_id') : null,
    ])
    const contact = known ?? await contactOf(tx, ctx, named ?? { name: null, email: null })
    return insert(tx, ctx, { ...beginning, staff_ids: staff ? [staff.id] : [], team_id: team_id ?? staff?.team_id ?? null, fingerprint_id: null }, contact)
  })
}

function checkBeginning({ subject, contents }: Beginning): (Fault | null)[] {
  const too_long = contents !== null && contents.length > MAX_TEXT
  return [checkText('subject', subject, 500), contents?.trim() === '' ? missing('contents') : too_long ? { field: 'contents', code: 'wrong_length', info: { maximum: MAX_TEXT } } : null]
}

function missing(field: string): Fault {
  return { field, code: 'required', info: {} }
}

function unknown(field: string): Fault {
  return { field, code: 'invalid_value', info: { message: 'is nobody and nothing of this account' } }
}

/** The contact who logged in; of a visitor, whoever they said to be last, unless they name an address now. */
async function findRequester(ctx: Context, { contact_id, fingerprint_id }: Extract<Context['actor'], { kind: 'customer' }>, email: string | null): Promise<KnownContact | null> {
  return fingerprint_id === null || email === null ? findContactById(ctx, contact_id) : null
}

async function findContactById(ctx: Context, id: number | null): Promise<KnownContact | null> {
  return (await ctx.db.selectFrom('contacts').select(['id', 'company_id']).where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst()) ?? null
}

/** A staff member by their id, or by that of the user who they are. */
async function findStaff(ctx: Context, id: number): Promise<{ id: number, team_id: number | null } | null> {
  const user = ctx.db.selectFrom('users').select('staff_id').where('account_id', '=', ctx.account.id).where('id', '=', id)
  return (await ctx.db.selectFrom('staff').select(['id', 'team_id']).where('account_id', '=', ctx.account.id).where((eb) => eb.or([eb('id', '=', id), eb('id', '=', user)])).executeTakeFirst()) ?? null
}

async function hasTeam(ctx: Context, id: number): Promise<boolean> {
  return (await ctx.db.selectFrom('teams').select('id').where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst()) !== undefined
}

function contactOf(tx: Tx, ctx: Context, { name, email }: NamedPerson): Promise<KnownContact> {
  if (email === null) throw new Invalid([missing('email')])
  return findOrCreateContact(tx, { account_id: ctx.account.id, external_id: null, email, name, company_id: null }, ctx.now())
}

async function insert(tx: Tx, ctx: Context, { subject, contents, ...rest }: Beginning & { staff_ids: number[], team_id: number | null, fingerprint_id: number | null }, contact: KnownContact): Promise<CaseView> {
  const id = await insertConversation(tx, {
    ...rest, account_id: ctx.account.id, site_id: writeSite(ctx, null), title: storable(subject), contents: contents && storable(contents), contact_id: contact.id, company_id: contact.company_id,
  }, ctx.now())
  return getCase({ ...ctx, db: tx }, id)
}

/** No database takes a NUL, and half of a surrogate pair is no character. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '').replaceAll('\r\n', '\n').trim()
}
