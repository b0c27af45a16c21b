import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ResponseFilter } from '../../core/responses/filter.ts'
import { getResponse, listResponses } from '../../core/responses/list.ts'
import type { AnswerView, ResponseView } from '../../core/responses/view.ts'
import { callerOf } from './auth.ts'
import { parseId, type ById } from './ids.ts'
import { addPageHeaders, PAGE_PARAMETERS, toPage } from './paging.ts'
import { integer, many, readQuery, text, time, type Read } from './parameters.ts'
import { blankToNull, toQuestionType, toTime, toTimeOrNull, type Answer, type FeedbackResponse, type NestedRequest } from './shapes.ts'

/** GET /feedback_responses/:id */
export async function showFeedbackResponse(request: FastifyRequest<ById>): Promise<FeedbackResponse> {
  const { ctx } = callerOf(request)
  readQuery({}, request.query)
  return toFeedbackResponse(await getResponse(ctx, parseId(request.params.id)))
}

const ids = many(integer())
const LIST = { ...PAGE_PARAMETERS, created_since: time, updated_since: time, email: text, survey_ids: ids, site_ids: ids, staff_ids: ids }

/** GET /feedback_responses: newest first, by submitted_at. */
export async function listFeedbackResponses(request: FastifyRequest, reply: FastifyReply): Promise<FeedbackResponse[]> {
  const { ctx } = callerOf(request)
  const asked = readQuery(LIST, request.query)
  const { rows, total } = await listResponses(ctx, toFilter(asked), toPage(asked), { answers: true, data: true })
  addPageHeaders(request, reply, asked, total)
  return rows.map(toFeedbackResponse)
}

function toFilter(asked: Read<typeof LIST>): ResponseFilter {
  const { created_since, updated_since, email, survey_ids, site_ids, staff_ids } = asked
  return {
    ...(created_since && { created_since }), ...(updated_since && { updated_since }), ...(email && { email: email.trim() }),
    ...(survey_ids?.length && { survey_ids }), ...(site_ids?.length && { site_ids }), ...(staff_ids?.length && { staff_ids }),
  }
}

function toFeedbackResponse(response: ResponseView): FeedbackResponse {
  const { invitation } = response
  return {
    id: response.id, reference: referenceOf(response), machine_id: invitation?.machine_id ?? passed(response, 'machine_id'), fields: fieldsOf(response), answers: response.answers.map(toAnswer),
    submitted_at: toTime(response.answered_at), updated_at: toTime(response.updated_at), feedback_request: invitation && toNestedRequest(invitation),
    survey: { id: response.survey_id, name: response.survey_name },
  }
}

/** What the request called it, which an erasure takes away; a case that came in another way goes by its number. */
function referenceOf(response: ResponseView): string | null {
  const { invitation, case: of_case } = response
  if (invitation?.reference || invitation?.machine_id || invitation?.deletion_requested_at) return invitation.reference
  return passed(response, 'reference') ?? of_case?.number ?? null
}

/** What a page that shows the survey passed on; nobody had asked. */
function passed({ invitation, data }: ResponseView, key: string): string | null {
  return invitation ? null : (data.find((pair) => pair.key === key)?.value ?? null)
}

/** The person, as the request named them where the contact has another name by now (an address may be several people's), then its data, which is the better word where it names the same; codes that were linked are not told again. */
function fieldsOf({ email, contact, company, invitation, data, staff, site }: ResponseView): Record<string, string | null> {
  const linked = (key: string, value: string) => (!invitation && (key === 'reference' || key === 'machine_id')) || (key === 'staff_code' && staff.some((one) => one.code === value)) || (key === 'site_code' && site.code === value)
  const named = [invitation?.first_name, invitation?.surname].filter(Boolean).join(' ')
  return Object.fromEntries([
    ['email', email], ['name', contact?.name?.startsWith(named) ? contact.name : blankToNull(named)],
    ['telephone_number', contact?.telephone_number ?? null], ['company_name', company?.name ?? null],
    ...data.filter(({ key, value }) => !linked(key, value) && !(PERSON.has(key) && value.trim() === '')).map(({ key, value }) => [key, blankToNull(value)] as const),
  ])
}

/** Of these a blank pair says nothing. */
const PERSON = new Set(['email', 'name', 'telephone_number', 'company_name'])

function toAnswer({ question_id, question, type, value, text: written, choices }: AnswerView): Answer {
  const answer = value === null ? (written ?? choices?.join(', ') ?? null) : String(value)
  return { question_id, question, answer, type: toQuestionType(type) }
}

function toNestedRequest(invitation: NonNullable<ResponseView['invitation']>): NestedRequest {
  const { id, email, state, first_name, surname, survey_id, email_template_id, reference, machine_id, not_sent_reason, delivery_failure } = invitation
  return {
    id, email, state, first_name, surname, survey_id, email_template_id, reference, machine_id,
    send_at: toTime(invitation.send_at), sent_at: toTimeOrNull(invitation.sent_at), created_at: toTime(invitation.created_at), updated_at: toTime(invitation.updated_at),
    deletion_requested_at: toTimeOrNull(invitation.deletion_requested_at), not_sent_reason, delivery_failure,
  }
}
