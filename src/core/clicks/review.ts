import type { Selectable } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import type { HeldResponseRow } from '../../storage/schema.ts'
import { actorName, onlySite, type Context } from '../context.ts'
import { AlreadyAnswered, Forbidden, NotFound } from '../errors.ts'
import { recordEvents } from '../events.ts'
import { markAnswered } from '../invitations/invite.ts'
import { lockAnswerable, type Answerable } from '../responses/answerable.ts'
import { checkAnswers } from '../responses/answers.ts'
import { getAskedVersion } from '../responses/asked-version.ts'
import { storeResponses } from '../responses/store.ts'
import { putBackResponse } from '../responses/withdrawal.ts'
import { endProvisional, forgetClick, holdBack, type Held } from './held.ts'

/** What is held, for whoever looks at it. */
export interface HeldView extends Pick<Held, 'id' | 'state' | 'invitation_id' | 'survey_id' | 'site_id' | 'contact_id' | 'email' | 'answers' | 'responder_ip' | 'user_agent' | 'reasons' | 'received_at' | 'counts_at' | 'decided_at' | 'decided_by'> {
  /** Whether its invitation has been answered by somebody else meanwhile: then it can't count any more. */
  is_answered: boolean
}

/** A page of what is held in this state, newest first, and how many there are. Throws Forbidden. */
export async function listHeld(ctx: Context, state: HeldResponseRow['state'], page: { offset: number, limit: number }): Promise<{ rows: HeldView[], total: number }> {
  checkReviewer(ctx)
  const site_id = onlySite(ctx)
  let own = ctx.db.selectFrom('held_responses as h').where('h.account_id', '=', ctx.account.id).where('h.state', '=', state)
  if (site_id !== null) own = own.where('h.site_id', '=', site_id)
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await own.leftJoin('invitations as v', (join) => join.onRef('v.account_id', '=', 'h.account_id').onRef('v.id', '=', 'h.invitation_id'))
    .selectAll('h').select('v.answered_at').orderBy('h.received_at', 'desc').orderBy('h.id', 'desc').offset(page.offset).limit(page.limit).execute()
  return { rows: rows.map(({ answered_at, ...held }) => toView(held, answered_at !== null)), total }
}

/** One that is held. Throws NotFound, Forbidden. */
export async function getHeld(ctx: Context, id: number): Promise<HeldView> {
  checkReviewer(ctx)
  const held = await findHeld(ctx.db, ctx, id)
  const invitation = held.invitation_id === null ? null : await ctx.db.selectFrom('invitations').select('answered_at').where('account_id', '=', ctx.account.id).where('id', '=', held.invitation_id).executeTakeFirst()
  return toView(held, invitation?.answered_at != null)
}

/** A person gave it after all: what is suspected (or only a click yet) counts from now on, with the time when it came. Throws NotFound, Forbidden, AlreadyAnswered (its invitation was answered by somebody else). */
export function acceptHeld(ctx: Context, id: number): Promise<{ id: number }> {
  return decide(ctx, id, ['suspected', 'provisional'], async (tx, held, answerable) => {
    await tx.deleteFrom('held_responses').where('account_id', '=', held.account_id).where('id', '=', id).execute()
    if (held.taken_out !== null) await putBack(tx, held, answerable, ctx.now())
    else await count(tx, ctx, held, answerable)
    return 'response.accepted'
  })
}

/** No person gave it: what is suspected, or only a click yet, is put away, and can be restored. Throws NotFound, Forbidden. */
export function voidHeld(ctx: Context, id: number): Promise<{ id: number }> {
  return decide(ctx, id, ['suspected', 'provisional'], async (tx, held) => {
    await tx.updateTable('held_responses').set({ state: 'voided', counts_at: null, decided_at: ctx.now(), decided_by: actorName(ctx.actor) }).where('account_id', '=', held.account_id).where('id', '=', id).execute()
    if (held.state === 'provisional' && held.invitation_id !== null) await forgetClick(tx, held.account_id, held.invitation_id, ctx.now())
    return 'response.voided'
  }, false)
}

/** Takes a response out of every list and figure; its invitation is unanswered again. Throws NotFound, Forbidden. */
export function voidResponse(ctx: Context, id: number): Promise<{ id: number }> {
  checkReviewer(ctx)
  return transaction(ctx.db, async (tx) => {
    const site_id = onlySite(ctx)
    const own = tx.selectFrom('responses').where('account_id', '=', ctx.account.id).where('id', '=', id).$if(site_id !== null, (query) => query.where('site_id', '=', site_id))
    const found = await own.select('invitation_id').executeTakeFirst()
    if (!found) throw new NotFound(`the account has no response ${id}`)
    const answerable = await lockInvitation(tx, ctx.account.id, found.invitation_id)
    const response = await own.selectAll().forUpdate().executeTakeFirst()
    if (!response) throw new NotFound(`the account has no response ${id}`)
    const { account_id } = response
    await holdBack(tx, { ...response, state: 'voided', reasons: [], received_at: response.answered_at, decided_at: ctx.now(), decided_by: actorName(ctx.actor) })
    if (answerable) await markAnswered(tx, [{ account_id, id: answerable.invitation.id, answered_at: null, provisional_at: null, updated_at: ctx.now() }])
    await recordEvents(tx, [{ account_id, type: 'response.voided', subject_id: id, actor: actorName(ctx.actor), detail: {}, created_at: ctx.now() }])
    return { id }
  })
}

/** Undoes a voiding: what counted counts again as it did, what was suspected waits for review again. Throws NotFound, Forbidden, AlreadyAnswered (its invitation was answered by somebody else meanwhile). */
export function restoreResponse(ctx: Context, id: number): Promise<{ id: number }> {
  return decide(ctx, id, ['voided'], async (tx, held, answerable) => {
    if (held.taken_out === null) {
      await tx.updateTable('held_responses').set({ state: 'suspected', decided_at: null, decided_by: null }).where('account_id', '=', held.account_id).where('id', '=', id).execute()
    } else {
      await tx.deleteFrom('held_responses').where('account_id', '=', held.account_id).where('id', '=', id).execute()
      await putBack(tx, held, answerable, ctx.now())
    }
    return 'response.restored'
  }, null)
}

/** The account's own people and keys; a customer has no say in what counts. */
function checkReviewer({ actor }: Context): void {
  if (actor.kind === 'customer' || actor.kind === 'respondent' || (actor.kind === 'user' && actor.role === 'collaborator')) throw new Forbidden('only the account\'s own staff decide what counts')
}

type Decision = (tx: Tx, held: Held, answerable: Answerable | null) => Promise<'response.accepted' | 'response.voided' | 'response.restored'>

/** `needs_open`: whether its invitation must be unanswered; null where that depends on whether it had counted. */
function decide(ctx: Context, id: number, states: Held['state'][], act: Decision, needs_open: boolean | null = true): Promise<{ id: number }> {
  checkReviewer(ctx)
  return transaction(ctx.db, async (tx) => {
    const { invitation_id } = await findHeld(tx, ctx, id)
    const answerable = await lockInvitation(tx, ctx.account.id, invitation_id)
    const held = await findHeld(tx, ctx, id, true)
    if (!states.includes(held.state)) throw new NotFound(`no response ${id} waits for that`)
    if ((needs_open ?? held.taken_out !== null) && answerable && answerable.invitation.answered_at !== null) throw new AlreadyAnswered('its invitation has been answered by somebody else')
    const type = await act(tx, held, answerable)
    await recordEvents(tx, [{ account_id: held.account_id, type, subject_id: id, actor: actorName(ctx.actor), detail: {}, created_at: ctx.now() }])
    return { id }
  })
}

async function findHeld(db: Context['db'], ctx: Context, id: number, locked = false): Promise<Selectable<HeldResponseRow>> {
  const site_id = onlySite(ctx)
  const held = await db.selectFrom('held_responses').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id)
    .$if(site_id !== null, (query) => query.where('site_id', '=', site_id)).$if(locked, (query) => query.forUpdate()).executeTakeFirst()
  if (!held) throw new NotFound(`the account holds no response ${id}`)
  return held
}

async function lockInvitation(tx: Tx, account_id: number, invitation_id: number | null): Promise<Answerable | null> {
  if (invitation_id === null) return null
  const { token } = await tx.selectFrom('invitations').select('token').where('account_id', '=', account_id).where('id', '=', invitation_id).executeTakeFirstOrThrow()
  return (await lockAnswerable(tx, [token])).get(token) ?? null
}

async function count(tx: Tx, ctx: Context, held: Held, answerable: Answerable | null): Promise<void> {
  if (!answerable) throw new NotFound('its invitation is gone')
  const survey = held.survey_version === null ? answerable.survey : await getAskedVersion(tx, answerable.survey, held.survey_version)
  const { checked } = checkAnswers(survey.questions, answerable.staff_ids, held.answers)
  const { responder_ip, user_agent, received_at, page_session, id } = held
  await storeResponses(tx, [{ item: { evidence: { responder_ip, user_agent }, now: received_at, stored_at: ctx.now(), held_id: id, page_session }, answerable: { ...answerable, survey }, checked, fields: held.fields, actor: actorName(ctx.actor) }])
  await endProvisional(tx, [answerable.invitation])
}

async function putBack(tx: Tx, { account_id, taken_out }: Held, answerable: Answerable | null, now: Date): Promise<void> {
  if (taken_out === null) throw new Error('nothing was taken out')
  await putBackResponse(tx, taken_out, now)
  const [row] = await tx.selectFrom('responses').select(['answered_at', 'provisional_since']).where('account_id', '=', account_id).where('invitation_id', '=', answerable?.invitation.id ?? 0).execute()
  if (answerable && row) await markAnswered(tx, [{ account_id, id: answerable.invitation.id, answered_at: row.answered_at, provisional_at: row.provisional_since, updated_at: now }])
}

function toView({ id, state, invitation_id, survey_id, site_id, contact_id, email, answers, responder_ip, user_agent, reasons, received_at, counts_at, decided_at, decided_by, taken_out }: Held, is_answered: boolean): HeldView {
  return { id, state, invitation_id, survey_id, site_id, contact_id, email, answers: answers.length > 0 ? answers : takenAnswers(taken_out), responder_ip, user_agent, reasons, received_at, counts_at, decided_at, decided_by, is_answered }
}

function takenAnswers(taken_out: Held['taken_out']): Held['answers'] {
  return (taken_out?.['answers'] ?? []).map((row) => {
    const { question_id, staff_id, value, text, choices } = row as Held['answers'][number]
    return { question_id, staff_id, value, text, choices }
  })
}
