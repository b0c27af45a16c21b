import { Type, type Static } from '@fastify/type-provider-typebox'
import type { BoardSurvey } from '../../core/board-surveys.ts'
import type { ProjectInput, TicketInput } from '../../core/cases/submit.ts'
import { weightOf } from '../../core/clicks/evidence.ts'
import type { HeldView } from '../../core/clicks/review.ts'
import type { Erasure as StoredErasure } from '../../core/erasures.ts'
import type { Question, SurveyWithQuestions } from '../../core/surveys.ts'
import type { Financials as StoredFinancials, FinancialsDraft, FinancialsFilter } from '../../core/company-financials.ts'
import { PageArguments } from './paging.ts'
import { readTime } from './times.ts'
import { Amount, BlankText, CaseNumber, EmailAddress, Fields, Id, Text, Time } from './validation.ts'

const nullableText = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const nullableId = Type.Unsafe<number | null>({ type: ['integer', 'null'] })

const caseFields = {
  number: CaseNumber(),
  board_name: Type.Optional(BlankText(300)),
  site_code: Type.Optional(Text(100)),
  survey_id: Type.Optional(Id()),
  company: Fields({ external_id: Type.Optional(Id()), name: Text(300) }),
  contact: Fields({ external_id: Type.Optional(Id()), name: Text(100), email: EmailAddress(100) }),
  opened_at: Type.Optional(Time()),
  closed_at: Time(),
  source_updated_at: Type.Optional(Time()),
}
const Codes = Type.Array(Text(100), { maxItems: 100 })

/** A closed ticket. */
export const Ticket = Fields({ ...caseFields, title: Text(500), staff_codes: Type.Optional(Codes) })
export type Ticket = Static<typeof Ticket>

/** A finished project. */
export const Project = Fields({ ...caseFields, name: Text(500), manager_codes: Type.Optional(Codes) })
export type Project = Static<typeof Project>

/** What became of either. */
export const Submitted = Type.Object({ case_id: Type.Integer(), invitation_id: Type.Integer(), outcome: Type.String(), not_sent_reason: nullableText })

/** Which survey a board is to have; null for none of its own. */
export const BoardChange = Fields({ kind: Type.Enum(['ticket', 'project']), name: Text(300), survey_id: Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })
export type BoardChange = Static<typeof BoardChange>

/** A board and its survey. */
export const Board = Type.Object({ kind: Type.String(), name: Type.String(), survey_id: nullableId, survey_name: nullableText, survey_archived_at: nullableText })
export type Board = Static<typeof Board>

const Year = () => Type.Integer({ minimum: 1900, maximum: 9999 })
const Quarter = () => Type.Integer({ minimum: 1, maximum: 4 })

/** What companies brought in and cost, by quarter. */
export const FinancialsChange = Fields({
  financials: Type.Array(Fields({
    company: Fields({ external_id: Type.Optional(Id()), name: Type.Optional(Text(300)) }), site_code: Type.Optional(Text(100)), year: Year(), quarter: Quarter(), revenue: Amount(), cost: Amount(),
  }), { minItems: 1, maxItems: 1000 }),
})
export type FinancialsChange = Static<typeof FinancialsChange>

/** Which of them are listed. */
export const FinancialsArguments = Fields({
  company_external_id: Type.Optional(Id()), company_name: Type.Optional(Text(300)), site_code: Type.Optional(Text(100)), year: Type.Optional(Year()), quarter: Type.Optional(Quarter()), ...PageArguments.properties,
})
export type FinancialsArguments = Static<typeof FinancialsArguments>

/** One company's quarter at a site; amounts are texts, so that no reader rounds them. */
export const Financials = Type.Object({
  company: Type.Object({ id: Type.Integer(), external_id: nullableId, name: Type.String() }), site_code: Type.String(), year: Type.Integer(), quarter: Type.Integer(), revenue: Type.String(), cost: Type.String(),
  updated_at: Type.String(),
})
export type Financials = Static<typeof Financials>

/** How many were written. */
export const Written = Type.Object({ written: Type.Integer() })

/** Whose data are to be deleted. */
export const ErasureRequest = Fields({ email: EmailAddress(254) })
export type ErasureRequest = Static<typeof ErasureRequest>

/** Which erasure. */
export const ErasurePath = Type.Object({ id: Type.String() })
export type ErasurePath = Static<typeof ErasurePath>

/** How far a deletion is. */
export const Erasure = Type.Object({
  id: Type.Integer(), reason: Type.String(), full_removal: Type.Boolean(), contacts: Type.Integer(), invitations: Type.Integer(), responses: Type.Integer(), requested_at: Type.String(), finished_at: nullableText,
})
export type Erasure = Static<typeof Erasure>

/** Which of what is held is listed. */
export const ReviewArguments = Fields({ state: Type.Optional(Type.Enum(['suspected', 'provisional', 'voided'])), ...PageArguments.properties })
export type ReviewArguments = Static<typeof ReviewArguments>

/** Which response is decided on. */
export const DecisionPath = Type.Object({ id: Type.String() })
export type DecisionPath = Static<typeof DecisionPath>

/** Which one it was; it keeps its id wherever it goes. */
export const Decided = Type.Object({ id: Type.Integer() })
export type Decided = Static<typeof Decided>

/** An answer that does not count, or not yet, with all that spoke against a person and for one. */
export const Held = Type.Object({
  id: Type.Integer(), state: Type.String(), invitation_id: nullableId, survey_id: Type.Integer(), email: nullableText, received_at: Type.String(), counts_at: nullableText,
  answers: Type.Array(Type.Object({ question_id: Type.Integer(), staff_id: nullableId, value: nullableId, text: nullableText, choices: Type.Union([Type.Array(Type.String()), Type.Null()]) })),
  responder_ip: nullableText, user_agent: nullableText, weight: Type.Integer(), reasons: Type.Array(Type.Object({ reason: Type.String(), weight: Type.Integer() })),
  decided_at: nullableText, decided_by: nullableText, answered_by_another: Type.Boolean(),
})
export type Held = Static<typeof Held>

const Ends = Type.Union([Type.Object({ min: Type.Integer(), max: Type.Integer() }), Type.Null()])
const EndLabels = Type.Union([Type.Object({ min: Type.String(), max: Type.String() }), Type.Null()])
const QuestionShape = Type.Object({
  id: Type.Integer(), type: Type.String(), text: Type.String(), required: Type.Boolean(), per_staff: Type.Boolean(), metric: Type.String(),
  scale: Ends, scale_labels: EndLabels, options: Type.Union([Type.Array(Type.String()), Type.Null()]),
})

/** A survey with its questions in order. */
export const SurveyShape = Type.Object({ id: Type.Integer(), name: Type.String(), purpose: Type.String(), locale: Type.String(), questions: Type.Array(QuestionShape) })
export type SurveyShape = Static<typeof SurveyShape>

/** The core's words for a ticket. Local times without an offset are of this zone. */
export function toTicketInput({ title, staff_codes = [], ...fields }: Ticket, zone: string): TicketInput {
  return { ...toCaseInput(fields, zone), title, staff_codes: staff_codes.map((code) => code.trim()) }
}

/** The same for a project. */
export function toProjectInput({ name, manager_codes = [], ...fields }: Project, zone: string): ProjectInput {
  return { ...toCaseInput(fields, zone), name, manager_codes: manager_codes.map((code) => code.trim()) }
}

function toCaseInput({ number, board_name, site_code, survey_id, company, contact, opened_at, closed_at, source_updated_at }: Omit<Ticket, 'title' | 'staff_codes'>, zone: string) {
  return {
    site_id: null, site_code: site_code ?? null, survey_id: survey_id ?? null, number: String(number).trim(), board_name: board_name?.trim() ? board_name : null,
    company: { external_id: company.external_id ?? null, name: company.name }, contact: { external_id: contact.external_id ?? null, name: contact.name, email: contact.email.trim() },
    opened_at: opened_at === undefined ? null : readTime(opened_at, zone), closed_at: readTime(closed_at, zone), source_updated_at: source_updated_at === undefined ? null : readTime(source_updated_at, zone),
  }
}

export function toFinancialsDraft({ company, site_code, revenue, cost, ...quarter }: FinancialsChange['financials'][number]): FinancialsDraft {
  return { ...quarter, company: { external_id: company.external_id ?? null, name: company.name ?? null }, site: site_code ?? null, revenue: String(revenue), cost: String(cost) }
}

export function toFinancialsFilter({ site_code, page: _, per_page: _size, ...filter }: FinancialsArguments): FinancialsFilter {
  return site_code === undefined ? filter : { ...filter, site: site_code }
}

export function toFinancials({ company, site, year, quarter, revenue, cost, updated_at }: StoredFinancials): Financials {
  return { company, site_code: site.code, year, quarter, revenue, cost, updated_at: updated_at.toISOString() }
}

export function toBoard({ kind, name, survey_id, survey_name, survey_archived_at }: BoardSurvey): Board {
  return { kind, name, survey_id, survey_name, survey_archived_at: survey_archived_at?.toISOString() ?? null }
}

/** A board without a survey of its own. */
export function toPlainBoard({ kind, name }: BoardChange): Board {
  return { kind, name: name.trim(), survey_id: null, survey_name: null, survey_archived_at: null }
}

export function toErasure({ requested_at, finished_at, ...erasure }: StoredErasure): Erasure {
  return { ...erasure, requested_at: requested_at.toISOString(), finished_at: finished_at?.toISOString() ?? null }
}

export function toHeld({ site_id: _site, contact_id: _contact, received_at, counts_at, decided_at, is_answered, ...held }: HeldView): Held {
  return {
    ...held, weight: weightOf(held.reasons), received_at: received_at.toISOString(), counts_at: counts_at?.toISOString() ?? null, decided_at: decided_at?.toISOString() ?? null, answered_by_another: is_answered,
  }
}

export function toSurvey({ id, name, purpose, locale, questions }: SurveyWithQuestions): SurveyShape {
  return { id, name, purpose, locale, questions: questions.map(toQuestion) }
}

function toQuestion({ id, type, text, required, per_staff, metric, scale_min, scale_max, scale_labels, options }: Question): SurveyShape['questions'][number] {
  return { id, type, text, required, per_staff, metric, scale: scale_min === null || scale_max === null ? null : { min: scale_min, max: scale_max }, scale_labels, options }
}
