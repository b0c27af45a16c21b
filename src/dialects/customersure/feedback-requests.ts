import type { FastifyReply, FastifyRequest } from 'fastify'
import { cancelInvitation } from '../../core/invitations/cancel.ts'
import { changeInvitation, type InvitationChanges } from '../../core/invitations/change.ts'
import { getInvitation, listInvitations, type RequestView } from '../../core/invitations/list.ts'
import type { InvitationRequest } from '../../core/invitations/request.ts'
import { scheduleInvitation } from '../../core/invitations/schedule.ts'
import type { Fault } from '../../core/errors.ts'
import { callerOf } from './auth.ts'
import { parseId, type ById } from './ids.ts'
import { addPageHeaders, PAGE_PARAMETERS, toPage } from './paging.ts'
import { flag, integer, oneOf, readBody, readChanges, readQuery, record, records, text, time, type Read } from './parameters.ts'
import { blankToNull, toTime, toTimeOrNull, type FeedbackRequest } from './shapes.ts'

const pairs = records({ key: text, value: text })

const PARAMETERS = {
  email: text, send_at: time, survey_id: integer(), email_template_id: integer(), first_name: text, surname: text, reference: text, machine_id: text, external_link: flag, ignore_throttle: flag,
  data: pairs,
  /** What `data` was called once; real clients still send it. */
  query_params: pairs,
  sms: record({ number: text, text_message_template_id: integer() }),
  reminders: records({ send_at: time, email_template_id: integer(), text_message_template_id: integer() }),
}

/** POST /feedback_requests: 201 with the request, pending, sent (external_link) or not sent with its reason. */
export async function createFeedbackRequest(request: FastifyRequest, reply: FastifyReply): Promise<FeedbackRequest> {
  const { ctx, public_url } = callerOf(request)
  const { read, faults } = readBody(PARAMETERS, request.body, request.query)
  const invitation = await scheduleInvitation(ctx, toInvitationRequest(read), toCoreFaults(read, faults))
  reply.code(201)
  return toFeedbackRequest(invitation, public_url)
}

const LIST = { ...PAGE_PARAMETERS, state: oneOf(['pending', 'sent', 'not_sent']) }

/** GET /feedback_requests: newest first. The document has no heading for it, but its first curl line calls it. */
export async function listFeedbackRequests(request: FastifyRequest, reply: FastifyReply): Promise<FeedbackRequest[]> {
  const { ctx, public_url } = callerOf(request)
  const asked = readQuery(LIST, request.query)
  const { rows, total } = await listInvitations(ctx, asked.state === null ? {} : { state: asked.state }, toPage(asked))
  addPageHeaders(request, reply, asked, total)
  return rows.map((row) => toFeedbackRequest(row, public_url))
}

/** GET /feedback_requests/:id: not in the document, but a real client calls it. */
export async function showFeedbackRequest(request: FastifyRequest<ById>): Promise<FeedbackRequest> {
  const { ctx, public_url } = callerOf(request)
  readQuery({}, request.query)
  return toFeedbackRequest(await getInvitation(ctx, parseId(request.params.id)), public_url)
}

/** PATCH /feedback_requests/:id: the parameters of POST, of which those that are left out stay as they are. */
export async function changeFeedbackRequest(request: FastifyRequest<ById>): Promise<FeedbackRequest> {
  const { ctx, public_url } = callerOf(request)
  const { read, faults } = readChanges(PARAMETERS, request.body, request.query)
  return toFeedbackRequest(await changeInvitation(ctx, parseId(request.params.id), toChanges(read), toCoreFaults(read, faults)), public_url)
}

/** DELETE /feedback_requests/:id: cancels it, 204. */
export async function cancelFeedbackRequest(request: FastifyRequest<ById>, reply: FastifyReply): Promise<void> {
  const { ctx } = callerOf(request)
  readBody({}, request.body, request.query)
  await cancelInvitation(ctx, parseId(request.params.id))
  await reply.code(204).send()
}

function toInvitationRequest({ sms, query_params, ...read }: Read<typeof PARAMETERS>): InvitationRequest {
  return { ...read, external_link: read.external_link ?? false, ignore_throttle: read.ignore_throttle ?? false, data: read.data ?? query_params, text_message: sms }
}

function toChanges({ sms, query_params, external_link, ignore_throttle, data = query_params, ...read }: Partial<Read<typeof PARAMETERS>>): InvitationChanges {
  return {
    ...read, ...external_link !== undefined && { external_link: external_link ?? false }, ...ignore_throttle !== undefined && { ignore_throttle: ignore_throttle ?? false },
    ...data !== undefined && { data }, ...sms !== undefined && { text_message: sms },
  }
}

function toCoreFaults({ data }: Partial<Read<typeof PARAMETERS>>, faults: Fault[]): Fault[] {
  const heeded = data ? faults.filter(({ field }) => !field.startsWith('query_params')) : faults
  return heeded.map((fault) => ({ ...fault, field: fault.field.replace(/^sms\b/, 'text_message').replace(/^query_params\b/, 'data') }))
}

function toFeedbackRequest(invitation: RequestView, public_url: string): FeedbackRequest {
  const { id, email, state, first_name, surname, survey_id, email_template_id, reference, machine_id, not_sent_reason, delivery_failure, ignore_throttle } = invitation
  return {
    id, email, state, first_name, surname, survey_id, email_template_id, reference, machine_id,
    send_at: toTime(invitation.send_at), sent_at: toTimeOrNull(invitation.sent_at), created_at: toTime(invitation.created_at), updated_at: toTime(invitation.updated_at),
    not_sent_reason, delivery_failure, ignore_throttle, link: `${public_url}/surveys/${invitation.token}`,
    data: invitation.data.map((pair) => ({ id: pair.id, key: pair.key, value: blankToNull(pair.value) })),
    reminders: invitation.reminders.map(toReminder),
  }
}

/** The sample's reminders have their times as they came in; all times are told in UTC, says the document, and these are. */
function toReminder(reminder: RequestView['reminders'][number]): FeedbackRequest['reminders'][number] {
  const { id, email_template_id, text_message_template_id, not_sent_reason, delivery_failure } = reminder
  return { id, email_template_id, send_at: toTime(reminder.send_at), sent_at: toTimeOrNull(reminder.sent_at), text_message_template_id, not_sent_reason, delivery_failure }
}
