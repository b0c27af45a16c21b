import { Type, type Static } from '@fastify/type-provider-typebox'
import type { CaseRecord } from '../../core/case-record.ts'
import { checkCase, type SubmittedCase, type TicketInput } from '../../core/cases/submit.ts'
import type { Fault } from '../../core/errors.ts'
import { knownId } from '../../core/people/names.ts'
import type { ListedAnswer } from '../../core/responses/answer-list.ts'
import { rescale } from '../../core/scores.ts'
import { isRecord } from '../../http/field-faults.ts'
import { isMoment, rangeStart } from './dates.ts'
import { fromResources, fromTicketNumber, toResources, toTicketNumber } from './ids.ts'
import { OptionalText, readFields, RequiredText, WholeNumber } from './validation.ts'

/** What a PSA submits (the document's section 11). Lengths are in characters. */
export const Ticket = Type.Object({
  ticketID: WholeNumber(),
  ticketTitle: RequiredText(500),
  boardName: OptionalText(300),
  companyRecID: WholeNumber(),
  companyName: RequiredText(300),
  contactRecID: WholeNumber(),
  contactName: RequiredText(100),
  contactEmail: RequiredText(100),
  resource: OptionalText(500),
  ticketCreatedOn: Moment(),
  ticketClosedOn: Moment(),
  ticketUpdatedOn: Moment(),
})
export type Ticket = Static<typeof Ticket>

/** Which ticket. */
export const TicketPath = Type.Object({ ticketno: RequiredText(255) })
export type TicketPath = Static<typeof TicketPath>

/** What became of it. */
export const Submitted = Type.Object({ TicketID: Type.Integer(), SurveyRequestID: Type.Integer(), Status: Type.String(), Reason: Type.Optional(Type.String()) })
export type Submitted = Static<typeof Submitted>

const text = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const number = Type.Unsafe<number | null>({ type: ['integer', 'null'] })

const base = {
  SurveyResponseID: number,
  SRServiceRecID: Type.Unsafe<number | string | null>({ type: ['integer', 'string', 'null'] }),
  TicketTitle: text,
  BoardName: text,
  SiteName: Type.String(),
  CompanyRecID: number,
  CompanyName: text,
  ContactName: text,
  ContactEmail: text,
  AssignedResources: text,
  Score: number,
  Comment: text,
  SurveyCompleted: Type.Boolean(),
  TicketCreatedOn: text,
  TicketClosedOn: text,
  TicketUpdatedOn: text,
  RespondedOn: text,
}
const v1_1 = { ...base, ContactRecID: number }
const v1_2 = { ...v1_1, ResponderIP: text, UserAgent: text }
const v1_3 = { ...v1_2, SentOn: text }

/** A ticket's record in each version of the API, by what its paths begin with. Each holds everything of the one before. */
export const TICKET_RECORDS = { '/api': Type.Object(base), '/api/v1.1': Type.Object(v1_1), '/api/v1.2': Type.Object(v1_2), '/api/v1.3': Type.Object(v1_3) } as const
export type TicketRecord = Static<typeof TICKET_RECORDS['/api/v1.3']>

const multi_site = { ...base, SiteID: Type.Integer() }
const multi_site_v1_1 = { ...multi_site, ContactRecID: number, ResponderIP: text, UserAgent: text }
const multi_site_v1_2 = { ...multi_site_v1_1, SentOn: text }

/** The same for the lists of all sites, which have one version less: their v1.1 adds what v1.1 and v1.2 add elsewhere. */
export const MULTI_SITE_RECORDS = { '/api': Type.Object(multi_site), '/api/v1.1': Type.Object(multi_site_v1_1), '/api/v1.2': Type.Object(multi_site_v1_2) } as const
export type MultiSiteRecord = Static<typeof MULTI_SITE_RECORDS['/api/v1.2']>

const project = {
  PRecId: base.SRServiceRecID, ProjectName: text, ProjectMgr: text, CompanyName: text, ContactName: text, ContactEmail: text, Score: number, Comment: text, SurveyCompleted: Type.Boolean(),
  ProjectClosedOn: text, RespondedOn: text,
}
const project_v1_1 = { ...project, CompanyRecID: number, ContactRecID: number, ResponderIP: text, UserAgent: text }

/** A project's response in each version, as above. */
export const PROJECT_RECORDS = { '/api': Type.Object(project), '/api/v1.1': Type.Object(project_v1_1), '/api/v1.2': Type.Object({ ...project_v1_1, SentOn: text }) } as const
export type ProjectRecord = Static<typeof PROJECT_RECORDS['/api/v1.2']>

const answer = {
  SurveyResponseID: base.SurveyResponseID,
  SRServiceRecID: base.SRServiceRecID,
  CompanyName: text,
  ContactName: text,
  ContactEmail: text,
  QuestionNumber: Type.Integer(),
  Question: Type.String(),
  Answer: text,
  Score: number,
  RespondedOn: text,
}

/** One answer of a survey with several questions, by the list that shows it: the one about employees says who is meant. */
export const DETAIL_RECORDS = { five_questions: Type.Object(answer), employee: Type.Object({ ...answer, Employee: text, EmployeeIdentifier: text }) } as const
export type DetailRecord = Static<typeof DETAIL_RECORDS['employee']>

/** The core's words for a submitted ticket. Local times without an offset are the account's. */
export function toTicketInput(ticket: Ticket, zone: string): TicketInput {
  return {
    site_id: null,
    number: fromTicketNumber(ticket.ticketID),
    title: ticket.ticketTitle,
    board_name: ticket.boardName?.trim() ? ticket.boardName : null,
    company: { external_id: knownId(ticket.companyRecID), name: ticket.companyName },
    contact: { external_id: knownId(ticket.contactRecID), name: ticket.contactName, email: ticket.contactEmail.trim() },
    staff_codes: fromResources(ticket.resource ?? null),
    opened_at: rangeStart(ticket.ticketCreatedOn, zone),
    closed_at: rangeStart(ticket.ticketClosedOn, zone),
    source_updated_at: rangeStart(ticket.ticketUpdatedOn, zone),
  }
}

/** What the core would say of a body that its schema refuses for these faults: of those facts that could be read. */
export function moreTicketFaults(body: unknown, faults: readonly Fault[], zone: string): Fault[] {
  const fields = isRecord(body) ? readFields(Ticket, body) : {}
  const [email, opened, closed] = (['contactEmail', 'ticketCreatedOn', 'ticketClosedOn'] as const).map((name) => {
    const value = fields[name]
    return typeof value === 'string' && !faults.some(({ field }) => field === name) ? value : null
  })
  return checkCase({ email: email?.trim() ?? null, opened_at: opened ? rangeStart(opened, zone) : null, closed_at: closed ? rangeStart(closed, zone) : null })
}

/** 201 for what was queued or, though accepted, must not be sent; 200 for a ticket whose contact has been asked before. */
export function toSubmitted(ticketID: number, submitted: SubmittedCase): { code: 200 | 201, body: Submitted } {
  const ids = { TicketID: ticketID, SurveyRequestID: submitted.invitation_id }
  switch (submitted.outcome) {
    case 'queued': return { code: 201, body: { ...ids, Status: 'Queued' } }
    case 'updated': return { code: 200, body: { ...ids, Status: 'Updated' } }
    case 'not_sent': return { code: 201, body: { ...ids, Status: 'Not sent', Reason: submitted.not_sent_reason ?? '' } }
    default: return submitted.outcome satisfies never
  }
}

/** A record with the fields of the newest version; the older ones' schemas leave out what they don't have. The score is on the account's scale, from 1 to `scale_max`. */
export function toTicketRecord(record: CaseRecord, scale_max: number): TicketRecord {
  const { case: about, contact, company, invitation, score } = record
  return {
    SurveyResponseID: record.id,
    SRServiceRecID: about && toTicketNumber(about.number),
    TicketTitle: about?.title ?? null,
    BoardName: about?.board_name ?? null,
    SiteName: record.site.name,
    CompanyRecID: company?.external_id ?? null,
    CompanyName: company?.name ?? null,
    ContactName: contact?.name ?? null,
    // Whom this survey went to, even where the contact has another address by now.
    ContactEmail: record.email,
    AssignedResources: toResources(record.staff.map(({ code }) => code)),
    Score: score && rescale(score.value, score, { min: 1, max: scale_max }),
    Comment: record.comment,
    // Somebody chose a score in the mail, and nobody has sent it off.
    SurveyCompleted: record.id !== null && record.provisional_since === null,
    TicketCreatedOn: toText(about?.opened_at),
    TicketClosedOn: toText(about?.closed_at),
    TicketUpdatedOn: toText(about?.source_updated_at),
    RespondedOn: toText(record.answered_at),
    ContactRecID: contact?.external_id ?? null,
    ResponderIP: record.responder_ip,
    UserAgent: record.user_agent,
    SentOn: toText(invitation?.sent_at),
  }
}

/** The same with the site's id, for the lists of all sites. */
export function toMultiSiteRecord(record: CaseRecord, scale_max: number): MultiSiteRecord {
  return { ...toTicketRecord(record, scale_max), SiteID: record.site.id }
}

/** A response about a project, with the fields of the newest version. The first of its staff is the project manager. */
export function toProjectRecord(record: CaseRecord, scale_max: number): ProjectRecord {
  const { SRServiceRecID, TicketTitle, TicketClosedOn, ...shared } = toTicketRecord(record, scale_max)
  const { CompanyName, ContactName, ContactEmail, Score, Comment, SurveyCompleted, RespondedOn, CompanyRecID, ContactRecID, ResponderIP, UserAgent, SentOn } = shared
  return {
    PRecId: SRServiceRecID, ProjectName: TicketTitle, ProjectMgr: record.staff[0]?.name ?? null, CompanyName, ContactName, ContactEmail, Score, Comment, SurveyCompleted,
    ProjectClosedOn: TicketClosedOn, RespondedOn, CompanyRecID, ContactRecID, ResponderIP, UserAgent, SentOn,
  }
}

/** An answer with the fields of both lists. The score, of ratings only, is on the account's scale; the answer is what was given, ratings on the scale that they were asked on. */
export function toDetailRecord(row: ListedAnswer, scale_max: number): DetailRecord {
  const { SurveyResponseID, SRServiceRecID, CompanyName, ContactName, ContactEmail, RespondedOn } = toTicketRecord(row.response, scale_max)
  const { position, question, value, scale_min, scale_max: asked_max, staff } = row
  return {
    SurveyResponseID, SRServiceRecID, CompanyName, ContactName, ContactEmail,
    QuestionNumber: position,
    Question: question,
    Answer: row.text ?? row.choices?.join(', ') ?? value?.toString() ?? null,
    Score: value === null || scale_min === null || asked_max === null ? null : rescale(value, { min: scale_min, max: asked_max }, { min: 1, max: scale_max }),
    RespondedOn,
    Employee: staff?.name ?? null,
    EmployeeIdentifier: staff?.code ?? null,
  }
}

function Moment() {
  return Type.Refine(Type.String({ maxLength: 50 }), isMoment, () => 'must be an ISO 8601 date-time such as 2025-05-02T15:45:00Z')
}

function toText(date: Date | null | undefined): string | null {
  return date?.toISOString() ?? null
}
