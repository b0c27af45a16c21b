import { transaction, type Tx } from '../../storage/database.ts'
import { findOrCreateTicket, handOverCases } from '../cases.ts'
import { onlySite, writeSite, type Context } from '../context.ts'
import type { Fault } from '../errors.ts'
import { resolveCompanies, resolveContact, splitName } from '../people.ts'
import { findSiteByCode } from '../sites.ts'
import { toE164 } from '../telephone-numbers.ts'
import { inviteMany, type InvitationDraft, type Invited } from './invite.ts'
import { getInvitation, type InvitationView } from './list.ts'
import { checkRequest, effectiveTime } from './schedule-checks.ts'
import type { InvitationRequest, ReminderRequest } from './request.ts'

/**
 * Accepts a request: finds or makes its contact, company and ticket, writes the invitation with who gets the credit, and its reminders, in one transaction.
 * What forbids sending (over-survey protection, an unsubscribe, text messages not enabled) does not refuse it: it is stored as not sent, with the reason.
 * `unreadable` are the faults that a face found while reading the request; they are told together with all others, by Invalid.
 */
export async function scheduleInvitation(ctx: Context, request: InvitationRequest, unreadable: Fault[] = []): Promise<InvitationView> {
  const { email_template_id } = await checkRequest(ctx, request, unreadable)
  return transaction(ctx.db, async (tx) => {
    const inside = { ...ctx, db: tx }
    const [invited] = await inviteMany(tx, [draftOf(inside, request, { email_template_id, ...await resolveLinks(inside, request) })], ctx.now())
    if (!invited) throw new Error('an invitation was not written')
    await insertReminders(tx, ctx.account.id, invited, request.reminders ?? [])
    return getInvitation(inside, invited.id)
  })
}

/** Whom a request asks, and who gets the credit. */
export type Links = Credit & { contact_id: number | null }

/**
 * The contact, company and ticket that a request names, found or made, with the staff, team and site that it names, else with those of the ticket. `standing` are the site and ticket
 * that it had before, where it names no others; `contact_id` whom it was to ask before.
 */
export async function resolveLinks(ctx: Context & { db: Tx }, request: InvitationRequest, standing: Standing | null = null, contact_id: number | null = null): Promise<Links> {
  const person = await resolvePerson(ctx, request, contact_id)
  return { ...person, ...await resolveCredit(ctx, request, person, standing) }
}
export type Standing = Pick<InvitationDraft, 'site_id' | 'case_id'>

interface Person { contact_id: number, company_id: number | null }

async function resolvePerson(ctx: Context & { db: Tx }, request: InvitationRequest, before: number | null): Promise<Person> {
  const account_id = ctx.account.id
  const company_name = datum(request, 'company_name')
  const companies = company_name === null ? [] : await resolveCompanies(ctx.db, [{ account_id, external_id: null, name: company_name }], ctx.now())
  const company_id = companies[0] ?? null
  const name = datum(request, 'name')
  const names = splitName(name)
  const { contact_id, left } = await resolveContact(ctx.db, before, {
    account_id, external_id: null, email: request.email, name: name ?? fullName(request), first_name: request.first_name ?? names.first_name, surname: request.surname ?? names.surname,
    telephone_number: datum(request, 'telephone_number') ?? numberOf(ctx, request), postcode: datum(request, 'postcode'), company_id,
  }, ctx.now())
  if (left !== null) await handOverCases(ctx.db, account_id, { from: left, to: contact_id }, ctx.now())
  return { contact_id, company_id: company_id ?? await companyOf(ctx, contact_id) }
}

/** Where a text message goes, in E.164. */
function numberOf(ctx: Context, { text_message }: InvitationRequest): string | null {
  return text_message?.number ? toE164(text_message.number, ctx.account.country) : null
}

/** The first pair of that key that has a value. */
function datum(request: InvitationRequest, key: string): string | null {
  return request.data?.find((pair) => pair.key === key && pair.value !== null)?.value ?? null
}

function fullName({ first_name, surname }: InvitationRequest): string | null {
  return [first_name, surname].filter((part) => part !== null).join(' ') || null
}

async function companyOf(ctx: Context, contact_id: number): Promise<number | null> {
  const contact = await ctx.db.selectFrom('contacts').select('company_id').where('account_id', '=', ctx.account.id).where('id', '=', contact_id).executeTakeFirstOrThrow()
  return contact.company_id
}

type Credit = Pick<InvitationDraft, 'case_id' | 'site_id' | 'team_id' | 'company_id' | 'staff_ids' | 'case_title' | 'board_name' | 'case_opened_at' | 'case_closed_at' | 'case_updated_at'>

/** Who gets it: what the request names, else what its ticket knows. */
async function resolveCredit(ctx: Context & { db: Tx }, request: InvitationRequest, person: Person, standing: Standing | null): Promise<Credit> {
  const named_site = await namedSite(ctx, request)
  const staff = await namedStaff(ctx, request)
  const site_id = standing?.site_id ?? writeSite(ctx, named_site)
  const staff_ids = staff.map(({ id }) => id)
  const team_id = staff[0]?.team_id ?? null
  const number = ticketNumber(request)
  const this_site_only = onlySite(ctx) !== null || named_site !== null
  const case_id = standing?.case_id
    ?? (number === null ? null : await findOrCreateTicket(ctx.db, { account_id: ctx.account.id, site_id, this_site_only, number, ...person, staff_ids, team_id }, ctx.now()))
  if (case_id === null) return { ...NO_CASE, site_id, team_id, company_id: person.company_id, staff_ids }
  // Locked until the invitation is there, which a change in between would miss.
  const ticket = await ctx.db.selectFrom('cases').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', case_id).forShare().executeTakeFirstOrThrow()
  return {
    case_id, site_id: ticket.site_id, company_id: person.company_id ?? ticket.company_id, case_title: ticket.title, board_name: ticket.board_name,
    case_opened_at: ticket.opened_at, case_closed_at: ticket.closed_at, case_updated_at: ticket.source_updated_at,
    ...(staff.length > 0 ? { staff_ids, team_id } : { staff_ids: await staffOfCase(ctx, case_id), team_id: ticket.team_id }),
  }
}

const NO_CASE = { case_id: null, case_title: null, board_name: null, case_opened_at: null, case_closed_at: null, case_updated_at: null } as const

/** The first site_code that the actor may know; another one is kept as a plain pair. */
export async function namedSite(ctx: Context, request: InvitationRequest): Promise<number | null> {
  for (const code of codes(request, 'site_code')) {
    const site = await findSiteByCode(ctx, code)
    if (site) return site.id
  }
  return null
}

/** In the order given; an unknown staff_code is kept as a plain pair. */
async function namedStaff(ctx: Context, request: InvitationRequest): Promise<{ id: number, team_id: number | null }[]> {
  const wanted = codes(request, 'staff_code')
  if (wanted.length === 0) return []
  const rows = await ctx.db.selectFrom('staff').select(['id', 'team_id', 'code']).where('account_id', '=', ctx.account.id).where('code', 'in', wanted).execute()
  return wanted.flatMap((code) => rows.find((row) => row.code === code) ?? [])
}

function codes(request: InvitationRequest, key: string): string[] {
  return [...new Set((request.data ?? []).flatMap((pair) => (pair.key === key && pair.value !== null ? [pair.value] : [])))]
}

/** People write references with a leading #, which the ticket's own system leaves out. */
export function ticketNumber({ reference, machine_id }: InvitationRequest): string | null {
  return reference?.trim().replace(/^#/, '').trim() || machine_id?.trim() || null
}

async function staffOfCase(ctx: Context, case_id: number): Promise<number[]> {
  const rows = await ctx.db.selectFrom('case_staff').select('staff_id').where('account_id', '=', ctx.account.id).where('case_id', '=', case_id).orderBy('position').execute()
  return rows.map(({ staff_id }) => staff_id)
}

/** A request that was checked, as what is written of it. */
export function draftOf(ctx: Context, request: InvitationRequest, resolved: Links & { email_template_id: number | null }): InvitationDraft {
  if (request.survey_id === null || request.send_at === null) throw new Error('a request was not checked')
  const { email, first_name, surname, reference, machine_id, survey_id, ignore_throttle, text_message } = request
  return {
    account_id: ctx.account.id, occasion: null, channel: request.external_link ? 'link' : text_message ? 'sms' : 'email',
    survey_id, text_message_template_id: text_message?.text_message_template_id ?? null, send_at: effectiveTime(request.send_at, ctx.now()), ignore_throttle,
    email, telephone_number: numberOf(ctx, request), first_name, surname, reference, machine_id, ...resolved,
    data: (request.data ?? []).map(({ key, value }) => ({ key: key ?? '', value: value ?? '' })),
  }
}

/** The reminders of what is not sent are not sent either, and for the same reason. */
export async function insertReminders(tx: Tx, account_id: number, invited: Pick<Invited, 'id' | 'state' | 'not_sent_reason'>, reminders: ReminderRequest[]): Promise<void> {
  if (reminders.length === 0) return
  const state = invited.state === 'not_sent' ? ('not_sent' as const) : ('pending' as const)
  await tx.insertInto('reminders').values(reminders.flatMap(({ send_at, email_template_id, text_message_template_id }) => (send_at === null ? [] : [{
    account_id, invitation_id: invited.id, state, not_sent_reason: invited.not_sent_reason, email_template_id, text_message_template_id, send_at, due_at: send_at,
  }]))).execute()
}
