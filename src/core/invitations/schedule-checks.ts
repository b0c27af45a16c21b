import { sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import { unnested } from '../../storage/recordset.ts'
import type { Context } from '../context.ts'
import { checkEmail, checkText, checked, given } from '../checks.ts'
import type { Fault } from '../errors.ts'
import { toE164 } from '../telephone-numbers.ts'
import type { InvitationRequest, ReminderRequest } from './request.ts'

/** Lengths are counted in characters. */
export const LIMITS = { name: 255, reference: 255, machine_id: 36, data_key: 30, data_value: 100, data_pairs: 50, reminders: 10 } as const

/** Clients send "now" by their own clock, and may have queued it: so late it still means now. */
const LATE_MS = 24 * 3_600_000

/** What requests name, as far as the account has it and has not archived it. */
export interface Usable { surveys: Set<number>, email_templates: Set<number>, text_message_templates: Set<number> }
/** By the ids of accounts. */
export type UsableOf = Map<number, Usable>

/** What these requests name that can be used. */
export async function findUsable(db: Db, asked: Asked[]): Promise<UsableOf> {
  const named = (idsOf: (one: Asked) => (number | null)[]) => unnested([...new Map(asked.flatMap((one) => idsOf(one).flatMap((id) => (id === null ? [] : [[`${one.ctx.account.id}/${id}`, { account_id: one.ctx.account.id, id }] as const])))).values()], 'account_id bigint, id bigint')
  const { rows } = await sql<{ kind: keyof Usable, account_id: number, id: number }>`
    select 'surveys' as kind, t.account_id, t.id from ${named(({ request }) => [request.survey_id])} i join surveys t on t.account_id = i.account_id and t.id = i.id where t.archived_at is null
    union all select 'email_templates', t.account_id, t.id
      from ${named(({ ctx, request }) => [request.email_template_id, ctx.account.default_email_template_id, ...(request.reminders ?? []).map((reminder) => reminder.email_template_id)])} i
      join email_templates t on t.account_id = i.account_id and t.id = i.id where t.archived_at is null
    union all select 'text_message_templates', t.account_id, t.id
      from ${named(({ request }) => [request.text_message?.text_message_template_id ?? null, ...(request.reminders ?? []).map((reminder) => reminder.text_message_template_id)])} i
      join text_message_templates t on t.account_id = i.account_id and t.id = i.id where t.archived_at is null`.execute(db)
  const usable = new Map(asked.map(({ ctx }): [number, Usable] => [ctx.account.id, { surveys: new Set(), email_templates: new Set(), text_message_templates: new Set() }]))
  for (const { kind, account_id, id } of rows) usable.get(account_id)?.[kind].add(id)
  return usable
}

/** A request of an account. */
export interface Asked { ctx: Context, request: InvitationRequest }

/**
 * Every fault of a request, those that its face found while reading it among them: what could not be read is not checked again. Besides, the template that its mail will be made of. `usable` is what findUsable
 * found for it, and perhaps for others.
 */
export function checkRequest(ctx: Context, request: InvitationRequest, unreadable: Fault[], usable: UsableOf): { email_template_id: number | null, faults: Fault[] } {
  const { email_template_id, faults } = findFaults(ctx, request, usable)
  return { email_template_id, faults: [...heeded(request, unreadable), ...readable(faults, unreadable)] }
}

/** The same of an accepted request that is to be changed, by Invalid: what was wrong with it already, such as a survey that was archived since, is not the fault of a change of something else. */
export async function checkChange(ctx: Context, before: InvitationRequest, after: InvitationRequest, changed: string[], unreadable: Fault[]): Promise<{ email_template_id: number | null }> {
  const usable = await findUsable(ctx.db, [{ ctx, request: before }, { ctx, request: after }])
  const [earlier, { email_template_id, faults }] = [findFaults(ctx, before, usable), findFaults(ctx, after, usable)]
  const own = faults.filter(({ field, code }) => changed.some((name) => isWithin(field, name)) || !earlier.faults.some((one) => one.field === field && one.code === code))
  checked([...heeded(after, unreadable), ...readable(own, unreadable)])
  return { email_template_id }
}

/** When it goes: a time that has just passed means now. */
export function effectiveTime(send_at: Date, now: Date): Date {
  return send_at < now ? now : send_at
}

function findFaults(ctx: Context, request: InvitationRequest, usableOf: UsableOf): { email_template_id: number | null, faults: Fault[] } {
  const usable = usableOf.get(ctx.account.id)
  if (!usable) throw new Error('a request was not looked up')
  const email_template_id = request.text_message ? null : (request.email_template_id ?? defaultTemplate(ctx, request, usable))
  const faults = [
    ...personFaults(request),
    ...subjectFaults(request, usable, email_template_id),
    ...(request.text_message ? textMessageFaults(ctx, request.text_message, usable) : []),
    sendAtFault(request.send_at, ctx.now()),
    ...dataFaults(request),
    ...remindersFaults(request, usable, ctx.now()),
  ]
  return { email_template_id, faults: faults.filter((fault) => fault !== null) }
}

/** A text message has no e-mail template: what is named as one is ignored, also where it can't be one. */
function heeded({ text_message }: InvitationRequest, unreadable: Fault[]): Fault[] {
  return text_message ? unreadable.filter(({ field }) => field !== 'email_template_id') : unreadable
}

function readable(faults: Fault[], unreadable: Fault[]): Fault[] {
  return faults.filter((fault) => !unreadable.some((other) => isWithin(fault.field, other.field)))
}

/** An invitation that someone else hands out needs no mail. */
function defaultTemplate(ctx: Context, request: InvitationRequest, usable: Usable): number | null {
  const id = ctx.account.default_email_template_id
  return !request.external_link && id !== null && usable.email_templates.has(id) ? id : null
}

function personFaults({ email, text_message, first_name, surname }: InvitationRequest): (Fault | null)[] {
  return [
    email === null && !text_message ? required('email') : given(email, (address) => checkEmail('email', address)),
    given(first_name, (name) => checkText('first_name', name, LIMITS.name)),
    given(surname, (name) => checkText('surname', name, LIMITS.name)),
  ]
}

function subjectFaults(request: InvitationRequest, usable: Usable, email_template_id: number | null): (Fault | null)[] {
  const { survey_id, reference, machine_id, external_link, text_message } = request
  return [
    survey_id === null ? required('survey_id') : unknown('survey_id', survey_id, usable.surveys),
    email_template_id === null && !external_link && !text_message ? required('email_template_id') : given(email_template_id, (id) => unknown('email_template_id', id, usable.email_templates)),
    given(reference, (text) => checkText('reference', text, LIMITS.reference)),
    given(machine_id, (text) => checkText('machine_id', text, LIMITS.machine_id)),
  ]
}

function textMessageFaults(ctx: Context, { number, text_message_template_id: id }: NonNullable<InvitationRequest['text_message']>, usable: Usable): (Fault | null)[] {
  return [
    number === null ? required('text_message.number') : numberFault('text_message.number', number, ctx.account.country),
    id === null ? required('text_message.text_message_template_id') : unknown('text_message.text_message_template_id', id, usable.text_message_templates),
  ]
}

/** E.164, or as it is dialled in the account's country. */
function numberFault(field: string, number: string, country: string | null): Fault | null {
  if (toE164(number, country) !== null) return null
  const international = 'with + and the code of its country, such as +44 7700 900123'
  const message = country === null ? `must be a telephone number ${international}; numbers without that code are understood once the account has a country`
    : `must be a telephone number as it is dialled in ${country}, or ${international}`
  return { field, code: 'invalid_format', info: { valid_format: '^\\+[1-9][0-9]{6,14}$', message } }
}

function sendAtFault(send_at: Date | null, now: Date): Fault | null {
  if (send_at === null) return required('send_at')
  const earliest = new Date(now.getTime() - LATE_MS)
  return send_at >= earliest ? null : { field: 'send_at', code: 'invalid_date', info: { greater_than: earliest, message: 'is more than 24 hours ago' } }
}

function dataFaults(request: InvitationRequest): (Fault | null)[] {
  const pairs = request.data ?? []
  if (pairs.length > LIMITS.data_pairs) return [{ field: 'data', code: 'wrong_length', info: { maximum: LIMITS.data_pairs, message: `must have at most ${LIMITS.data_pairs} pairs` } }]
  return pairs.flatMap(({ key, value }, index) => [
    key === null ? required(`data[${index}].key`) : checkText(`data[${index}].key`, key, LIMITS.data_key),
    given(value, (text) => lengthFault(`data[${index}].value`, text, LIMITS.data_value)),
  ])
}

function lengthFault(field: string, text: string, maximum: number): Fault | null {
  return [...text].length > maximum ? { field, code: 'wrong_length', info: { maximum } } : null
}

function remindersFaults(request: InvitationRequest, usable: Usable, now: Date): (Fault | null)[] {
  const reminders = request.reminders ?? []
  if (reminders.length > LIMITS.reminders) return [{ field: 'reminders', code: 'wrong_length', info: { maximum: LIMITS.reminders, message: `must be at most ${LIMITS.reminders}` } }]
  if (reminders.length > 0 && request.external_link) return [{ field: 'reminders', code: 'forbidden_value', info: { message: 'are not sent where nothing else is: leave them out, or external_link' } }]
  return reminders.flatMap((reminder, index) => reminderFaults(request, reminder, `reminders[${index}]`, usable, now))
}

/** A reminder goes after its invitation, and by the same channel. */
function reminderFaults(request: InvitationRequest, reminder: ReminderRequest, field: string, usable: Usable, now: Date): (Fault | null)[] {
  const [own, other] = request.text_message ? (['text_message_template_id', 'email_template_id'] as const) : (['email_template_id', 'text_message_template_id'] as const)
  const id = reminder[own]
  return [
    reminder.send_at === null ? required(`${field}.send_at`) : orderFault(`${field}.send_at`, reminder.send_at, request.send_at, now),
    id === null ? required(`${field}.${own}`) : unknown(`${field}.${own}`, id, own === 'email_template_id' ? usable.email_templates : usable.text_message_templates),
    given(reminder[other], (wrong) => ({ field: `${field}.${other}`, code: 'forbidden_value' as const, info: { disallowed_values: [wrong], message: 'is of another channel than the request' } })),
  ]
}

function orderFault(field: string, time: Date, send_at: Date | null, now: Date): Fault | null {
  if (send_at === null || time > effectiveTime(send_at, now)) return null
  return { field, code: 'invalid_date', info: { greater_than: effectiveTime(send_at, now), message: 'must be later than the request is sent' } }
}

function required(field: string): Fault {
  return { field, code: 'required', info: {} }
}

/** Another account's, an archived one and one that never was are all the same to the caller. */
function unknown(field: string, id: number, usable: Set<number>): Fault | null {
  return usable.has(id) ? null : { field, code: 'invalid_value', info: {} }
}

function isWithin(field: string, outer: string): boolean {
  return field === outer || field.startsWith(`${outer}.`) || field.startsWith(`${outer}[`)
}
