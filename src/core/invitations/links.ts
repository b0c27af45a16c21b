import type { Tx } from '../../storage/database.ts'
import { itemAt } from '../../storage/recordset.ts'
import { findOrCreateTickets, lockTickets, type TicketFacts } from '../cases/tickets.ts'
import { handOverCases } from '../cases/changes.ts'
import { onlySite, writeSite, type Context } from '../context.ts'
import { findPeople, resolvePeople, type KnownPeople, type PersonInput } from '../people/people.ts'
import { resolveCompanies } from '../people/companies.ts'
import { resolveContact } from '../people/contacts.ts'
import { splitName } from '../people/names.ts'
import { findSites, type NamedSite } from '../sites.ts'
import { findStaff, type KnownStaff } from '../staff.ts'
import { toE164 } from '../telephone-numbers.ts'
import type { InvitationDraft } from './invite.ts'
import type { InvitationRequest } from './request.ts'

/** Whom a request asks, and who gets the credit. */
export type Links = Person & Pick<InvitationDraft, 'case_id' | 'site_id' | 'team_id' | 'staff_ids' | 'case_title' | 'board_name' | 'case_opened_at' | 'case_closed_at' | 'case_updated_at'>
export type Standing = Pick<InvitationDraft, 'site_id' | 'case_id'>

/** A request to find the links of. `standing` are the site and ticket that it had before, where it names no others; `contact_id` whom it was to ask before. */
export interface Linkable { ctx: Context, request: InvitationRequest, standing?: Standing | null, contact_id?: number | null }

interface Person { contact_id: number | null, company_id: number | null }

/** By what two requests may come to the same person, or to the same ticket: each such name may be there once only among those that are linked together. */
export function linkKeys({ ctx: { account }, request }: Linkable): string[] {
  const number = ticketNumber(request)
  return [...request.email === null ? [] : [`${account.id} person ${request.email.toLowerCase()}`], ...number === null ? [] : [`${account.id} ticket ${number}`]]
}

/** What there is already of what requests name. */
export interface KnownLinks { people: KnownPeople, sites: NamedSite[], staff: KnownStaff[] }

/** For resolveLinks: asked beside other questions, of these requests and perhaps others. */
export async function findLinks(tx: Tx, items: Linkable[]): Promise<KnownLinks> {
  const [people, sites, staff] = await Promise.all([
    findPeople(tx, items.map(personOf)), findSites(tx, items.flatMap(siteCodes)), findStaff(tx, items.map(({ ctx, request }) => ({ account_id: ctx.account.id, codes: codes(request, 'staff_code') }))),
  ])
  return { people, sites, staff }
}

/**
 * The contacts, companies and tickets that requests name, found or made, with the staff, team and site that they name, else with those of the ticket; in their order. No two of them may have one of
 * their linkKeys in common. All are asked of the database together. `known` is what findLinks found.
 */
export async function resolveLinks(tx: Tx, items: Linkable[], known: KnownLinks | null = null): Promise<Links[]> {
  const { people, sites, staff } = known ?? await findLinks(tx, items)
  const persons = await resolvePersons(tx, items, people)
  const named = items.map((item, index) => namedCredit(item, itemAt(persons, index), sites, staff))
  const tickets = await resolveTickets(tx, items, named)
  return named.map((credit, index) => linksOf(credit, tickets[index] ?? null))
}

/** The first site_code that the actor may know; another one is kept as a plain pair. */
export async function namedSite(ctx: Context, request: InvitationRequest): Promise<number | null> {
  return visibleSite({ ctx, request }, await findSites(ctx.db, siteCodes({ ctx, request })))
}

/** People write references with a leading #, which the ticket's own system leaves out. */
export function ticketNumber({ reference, machine_id }: InvitationRequest): string | null {
  return reference?.trim().replace(/^#/, '').trim() || machine_id?.trim() || null
}

/** Where a text message goes, in E.164. */
export function numberOf(ctx: Context, { text_message }: Pick<InvitationRequest, 'text_message'>): string | null {
  return text_message?.number ? toE164(text_message.number, ctx.account.country) : null
}

function personOf({ ctx, request }: Linkable): PersonInput {
  const account_id = ctx.account.id
  const company_name = datum(request, 'company_name')
  const name = datum(request, 'name')
  const names = splitName(name)
  return {
    company: company_name === null ? null : { account_id, external_id: null, name: company_name },
    contact: {
      account_id, external_id: null, email: request.email, name: name ?? fullName(request), first_name: request.first_name ?? names.first_name, surname: request.surname ?? names.surname,
      telephone_number: datum(request, 'telephone_number') ?? numberOf(ctx, request), postcode: datum(request, 'postcode'),
    },
  }
}

async function resolvePersons(tx: Tx, items: Linkable[], known: KnownPeople): Promise<Person[]> {
  const people = items.map(personOf)
  const is_new = items.every(({ contact_id }) => (contact_id ?? null) === null)
  return is_new ? resolvePeople(tx, people, known, itemAt(items, 0).ctx.now()) : Promise.all(items.map((item, index) => resolveAgain(tx, item, itemAt(people, index))))
}

/** The person of a request that was for somebody before, who takes their cases along. */
async function resolveAgain(tx: Tx, { ctx, contact_id: before = null }: Linkable, { company, contact }: PersonInput): Promise<Person> {
  const [company_id = null] = company === null ? [] : await resolveCompanies(tx, [company], ctx.now())
  const { contact_id, left } = await resolveContact(tx, before, { ...contact, company_id }, ctx.now())
  if (left !== null) await handOverCases(tx, ctx.account.id, { from: left, to: contact_id }, ctx.now())
  return { contact_id, company_id: company_id ?? await companyOf(tx, ctx.account.id, contact_id) }
}

async function companyOf(tx: Tx, account_id: number, contact_id: number): Promise<number | null> {
  const contact = await tx.selectFrom('contacts').select('company_id').where('account_id', '=', account_id).where('id', '=', contact_id).executeTakeFirstOrThrow()
  return contact.company_id
}

/** Who gets it by what the request names, and the ticket as it names it. An unknown staff_code is kept as a plain pair. */
function namedCredit(item: Linkable, person: Person, sites: NamedSite[], staff: KnownStaff[]) {
  const { ctx, request, standing } = item
  const site = visibleSite(item, sites)
  const members = codes(request, 'staff_code').flatMap((code) => staff.find((one) => one.account_id === ctx.account.id && one.code === code) ?? [])
  return {
    account_id: ctx.account.id, site_id: standing?.site_id ?? writeSite(ctx, site), this_site_only: onlySite(ctx) !== null || site !== null, number: ticketNumber(request), ...person,
    staff_ids: members.map(({ id }) => id), team_id: members[0]?.team_id ?? null,
  }
}
type NamedCredit = ReturnType<typeof namedCredit>

/** The ticket of each request, or null. */
async function resolveTickets(tx: Tx, items: Linkable[], named: NamedCredit[]): Promise<(TicketFacts | null)[]> {
  const standing = items.map((item) => item.standing?.case_id ?? null)
  const wanted = named.filter((credit, index): credit is NamedCredit & { number: string } => credit.number !== null && standing[index] === null)
  const found = wanted.length === 0 ? [] : await findOrCreateTickets(tx, wanted, itemAt(items, 0).ctx.now())
  const ofNumber = new Map<NamedCredit, TicketFacts>(wanted.map((credit, index) => [credit, itemAt(found, index)]))
  const kept = await lockTickets(tx, named.flatMap(({ account_id }, index) => (standing[index] ? [{ account_id, id: standing[index] }] : [])))
  return named.map((credit, index) => (standing[index] ? (kept.get(standing[index]) ?? lost()) : (ofNumber.get(credit) ?? null)))
}

function lost(): never {
  throw new Error('an invitation lost its ticket')
}

/** Who gets it: what the request names, else what its ticket knows. */
function linksOf({ contact_id, company_id, site_id, staff_ids, team_id }: NamedCredit, ticket: TicketFacts | null): Links {
  if (ticket === null) return { contact_id, company_id, site_id, staff_ids, team_id, case_id: null, case_title: null, board_name: null, case_opened_at: null, case_closed_at: null, case_updated_at: null }
  return {
    contact_id, company_id: company_id ?? ticket.company_id, site_id: ticket.site_id, ...(staff_ids.length > 0 ? { staff_ids, team_id } : { staff_ids: ticket.staff_ids, team_id: ticket.team_id }),
    case_id: ticket.id, case_title: ticket.title, board_name: ticket.board_name, case_opened_at: ticket.opened_at, case_closed_at: ticket.closed_at, case_updated_at: ticket.source_updated_at,
  }
}

function visibleSite({ ctx, request }: Linkable, sites: NamedSite[]): number | null {
  const only = onlySite(ctx)
  for (const code of codes(request, 'site_code')) {
    const site = sites.find((one) => one.account_id === ctx.account.id && one.code === code)
    if (site && (only === null || site.id === only)) return site.id
  }
  return null
}

function siteCodes({ ctx, request }: Linkable): { account_id: number, code: string }[] {
  return codes(request, 'site_code').map((code) => ({ account_id: ctx.account.id, code }))
}

function codes(request: InvitationRequest, key: string): string[] {
  return [...new Set((request.data ?? []).flatMap((pair) => (pair.key === key && pair.value !== null ? [pair.value] : [])))]
}

/** The first pair of that key that has a value. */
function datum(request: InvitationRequest, key: string): string | null {
  return request.data?.find((pair) => pair.key === key && pair.value !== null)?.value ?? null
}

function fullName({ first_name, surname }: InvitationRequest): string | null {
  return [first_name, surname].filter((part) => part !== null).join(' ') || null
}
