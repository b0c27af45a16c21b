import { sql } from 'kysely'
import type { Tx } from '../storage/database.ts'
import type { Account, Actor, Ground } from './context.ts'
import { addressBlock, countHit } from './rate-limits.ts'
import { hashToken } from './secret-tokens.ts'

const WINDOW_SECONDS = 600
/** Each is a row. */
const NEW_VISITORS = 100

/** Whether it is what a client makes up for a visitor: a random UUID (version 4), 122 bits that nobody guesses. */
export function isFingerprint(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text)
}

/** The visitor with this fingerprint; of one who left nothing here yet nothing is known, and nothing is theirs. */
export async function findVisitor(ground: Ground, account: Account, uuid: string): Promise<Actor> {
  const row = await ground.db.selectFrom('fingerprints').select(['id', 'contact_id']).where('account_id', '=', account.id).where('uuid_hash', '=', hashOf(uuid)).executeTakeFirst()
  return { kind: 'customer', contact_id: row?.contact_id ?? null, fingerprint_id: row?.id ?? null }
}

/** The same, for one who is about to leave something: from now on they are known. Throws LimitReached from the 101st new one of a client in ten minutes on. */
export async function findOrCreateVisitor(ground: Ground, account: Account, { uuid, client_address }: { uuid: string, client_address: string }): Promise<Actor> {
  const known = await findVisitor(ground, account, uuid)
  if (known.kind === 'customer' && known.fingerprint_id !== null) return known
  await countHit(ground, `new visitor ${account.id} ${hashToken(addressBlock(client_address)).toString('base64url')}`, NEW_VISITORS, WINDOW_SECONDS)
  await ground.db.insertInto('fingerprints').values({ account_id: account.id, uuid_hash: hashOf(uuid), created_at: ground.now() }).onConflict((conflict) => conflict.doNothing()).execute()
  return findVisitor(ground, account, uuid)
}

/** Notes which contact a visitor says they are. It gives them nothing that is that contact's: anybody can say so. */
export async function nameVisitor(tx: Tx, { account_id, fingerprint_id, contact_id }: { account_id: number, fingerprint_id: number, contact_id: number }): Promise<void> {
  await tx.updateTable('fingerprints').set({ contact_id }).where('account_id', '=', account_id).where('id', '=', fingerprint_id).execute()
}

/** Forgets by what the visitors were known who said that they are these contacts, or began conversations as such: nobody is recognised by it any more. */
export async function forgetVisitors(tx: Tx, account_id: number, contact_ids: number[]): Promise<void> {
  await sql`update fingerprints f set contact_id = null, uuid_hash = sha256(gen_random_uuid()::text::bytea)
    where f.account_id = ${account_id} and (f.contact_id = any(${contact_ids}::bigint[])
      or f.id in (select c.fingerprint_id from cases c where c.account_id = f.account_id and c.contact_id = any(${contact_ids}::bigint[]) and c.fingerprint_id is not null))`.execute(tx)
}

/** The same UUID in any letter case. */
function hashOf(uuid: string): Buffer {
  return hashToken(uuid.toLowerCase())
}
