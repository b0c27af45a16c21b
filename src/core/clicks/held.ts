import { sql, type Selectable } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import type { HeldAnswer, HeldResponseRow, Reason } from '../../storage/schema.ts'
import { recordEvents } from '../events.ts'
import { markAnswered } from '../invitations/invite.ts'
import type { CheckedField } from '../responses/customer-fields.ts'
import { fieldsIn, takeOutResponse } from '../responses/withdrawal.ts'
import type { PageFacts } from './evidence.ts'

export type Held = Selectable<HeldResponseRow>

/** Answers that came by an invitation's link. */
export interface HeldDraft extends Pick<Held, 'account_id' | 'survey_id' | 'site_id' | 'contact_id' | 'email' | 'responder_ip' | 'user_agent' | 'page_session' | 'received_at'> {
  invitation_id: number
  /** Of which version of the survey they are. */
  survey_version: number
  answers: HeldAnswer[]
  fields: CheckedField[]
  reasons: Reason[]
  page: PageFacts | null
}

/** So many suspected ones of an invitation are kept; more of them would tell nobody more. */
const MAX_SUSPECTED = 20

/** Keeps answers that seem to be no person's, to be looked at. Answers an id also where there are enough of that invitation, which is then nobody's. */
export async function holdSuspected(tx: Tx, draft: HeldDraft): Promise<number> {
  const { count } = await tx.selectFrom('held_responses').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account_id', '=', draft.account_id).where('invitation_id', '=', draft.invitation_id).where('state', '=', 'suspected').executeTakeFirstOrThrow()
  if (count >= MAX_SUSPECTED) return nextId(tx)
  const { id } = await tx.insertInto('held_responses').values({ ...rowOf(draft), state: 'suspected' }).returning('id').executeTakeFirstOrThrow()
  await recordEvents(tx, [{ account_id: draft.account_id, type: 'response.suspected', subject_id: id, actor: 'system', detail: {}, created_at: draft.received_at }])
  return id
}

/** What is kept of a response that counts no more. */
export interface HeldBack extends Pick<Held, 'account_id' | 'id' | 'state' | 'invitation_id' | 'survey_id' | 'site_id' | 'contact_id' | 'email' | 'responder_ip' | 'user_agent' | 'page_session' | 'received_at'>, Partial<Pick<Held, 'decided_at' | 'decided_by'>> {
  reasons: Reason[]
}

/** Takes a response out of what counts and keeps it here with all its rows, under the id that it had. Its invitation, and the event, are the caller's. */
export async function holdBack(tx: Tx, held: HeldBack): Promise<void> {
  const { account_id, id, state, invitation_id, survey_id, site_id, contact_id, email, responder_ip, user_agent, page_session, received_at, decided_at, decided_by } = held
  const taken_out = await takeOutResponse(tx, account_id, id)
  await tx.insertInto('held_responses').values({
    account_id, id, state, invitation_id, survey_id, site_id, contact_id, email, answers: '[]', responder_ip, user_agent, page_session, reasons: JSON.stringify(held.reasons), received_at, decided_at, decided_by,
    fields: JSON.stringify(fieldsIn(taken_out)), taken_out: JSON.stringify(taken_out),
  }).execute()
}

/** The same of an answer that nobody was asked for, and that seems to be no person's. */
export async function holdCounted(tx: Tx, counted: Omit<HeldBack, 'state' | 'invitation_id'>): Promise<void> {
  await holdBack(tx, { ...counted, state: 'suspected', invitation_id: null })
  await recordEvents(tx, [{ account_id: counted.account_id, type: 'response.suspected', subject_id: counted.id, actor: 'system', detail: {}, created_at: counted.received_at }])
}

/** Keeps a click until its quiet window is over: the last one of each page session. The invitation is locked, and unanswered. */
export async function holdProvisional(tx: Tx, draft: HeldDraft & { page_session: string, counts_at: Date }): Promise<number> {
  const { counts_at, ...held } = draft
  const row = rowOf(held)
  const { id } = await tx.insertInto('held_responses').values({ ...row, state: 'provisional', counts_at })
    .onConflict((conflict) => conflict.columns(['account_id', 'invitation_id', 'page_session']).where('state', '=', 'provisional')
      .doUpdateSet({ survey_version: row.survey_version, answers: row.answers, reasons: row.reasons, page: row.page, responder_ip: row.responder_ip, user_agent: row.user_agent, received_at: row.received_at, counts_at }))
    .returning('id').executeTakeFirstOrThrow()
  await markAnswered(tx, [{ account_id: draft.account_id, id: draft.invitation_id, answered_at: null, provisional_at: draft.received_at, updated_at: draft.received_at }])
  return id
}

/** Ends what is provisional of invitations that have been answered: what somebody sent off counts instead of it. */
export async function endProvisional(tx: Tx, invitations: { account_id: number, id: number }[]): Promise<void> {
  for (const { account_id, id } of invitations) {
    await tx.deleteFrom('held_responses').where('account_id', '=', account_id).where('invitation_id', '=', id).where('state', '=', 'provisional').execute()
  }
}

/** A click that turned out to be no person's. Its invitation is locked. */
export async function suspect(tx: Tx, held: Held & { invitation_id: number }, reasons: Reason[], now: Date): Promise<void> {
  const { account_id, id, invitation_id } = held
  await tx.updateTable('held_responses').set({ state: 'suspected', counts_at: null, reasons: JSON.stringify(reasons) }).where('account_id', '=', account_id).where('id', '=', id).execute()
  await forgetClick(tx, account_id, invitation_id, now)
  await recordEvents(tx, [{ account_id, type: 'response.suspected', subject_id: id, actor: 'system', detail: {}, created_at: now }])
}

/** Where no other click of an unanswered invitation is left, it is as if nobody had come. */
export async function forgetClick(tx: Tx, account_id: number, invitation_id: number, now: Date): Promise<void> {
  const { rows: [left] } = await sql<{ is_left: boolean }>`
    select v.answered_at is not null or exists (select from held_responses h where h.account_id = v.account_id and h.invitation_id = v.id and h.state = 'provisional') as is_left
    from invitations v where v.account_id = ${account_id} and v.id = ${invitation_id}`.execute(tx)
  if (left && !left.is_left) await markAnswered(tx, [{ account_id, id: invitation_id, answered_at: null, provisional_at: null, updated_at: now }])
}

/** Takes away what is held of these invitations. */
export async function eraseHeldOfInvitations(tx: Tx, account_id: number, ids: number[]): Promise<void> {
  await tx.deleteFrom('held_responses').where('account_id', '=', account_id).where('invitation_id', '=', sql<number>`any(${ids}::bigint[])`).execute()
}

/** Takes away what is held of these contacts without an invitation. */
export async function eraseHeldOfContacts(tx: Tx, account_id: number, contact_ids: number[]): Promise<void> {
  await tx.deleteFrom('held_responses').where('account_id', '=', account_id).where('contact_id', '=', sql<number>`any(${contact_ids}::bigint[])`).execute()
}

/** Takes away what is held from this address, in lower case, or in which it was written as the customer's own. */
export async function eraseHeldFrom(tx: Tx, account_id: number, address: string): Promise<void> {
  await tx.deleteFrom('held_responses').where('account_id', '=', account_id).where(sql<string>`lower(email)`, '=', address).execute()
  await sql`delete from held_responses where account_id = ${account_id} and fields @> '[{"key": "email"}]' and lower(jsonb_path_query_first(fields, '$[*] ? (@.key == "email").value') #>> '{}') = ${address}`.execute(tx)
}

async function nextId(tx: Tx): Promise<number> {
  const { rows: [row] } = await sql<{ id: number }>`select nextval('responses_id_seq') as id`.execute(tx)
  if (!row) throw new Error('a sequence is gone')
  return row.id
}

function rowOf({ account_id, invitation_id, survey_id, survey_version, site_id, contact_id, email, responder_ip, user_agent, page_session, received_at, answers, fields, reasons, page }: HeldDraft) {
  return {
    account_id, invitation_id, survey_id, survey_version, site_id, contact_id, email, responder_ip, user_agent, page_session, received_at, answers: JSON.stringify(answers), fields: JSON.stringify(fields), reasons: JSON.stringify(reasons), page: page && JSON.stringify(page),
  }
}
