import { Type, type Static, type TSchema } from 'typebox'

/** A field that may be blank: then it is null, never left out. */
const nullableText = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const nullableInteger = Type.Unsafe<number | null>({ type: ['integer', 'null'] })
const id = Type.Integer()

const requestFields = {
  id, email: nullableText, state: Type.String(), first_name: nullableText, surname: nullableText, survey_id: id, email_template_id: nullableInteger, reference: nullableText, machine_id: nullableText,
  send_at: Type.String(), sent_at: nullableText, created_at: Type.String(), updated_at: Type.String(),
}
const failureFields = { not_sent_reason: nullableText, delivery_failure: nullableText }

const Datum = Type.Object({ id, key: Type.String(), value: nullableText })

const Reminder = Type.Object({ id, email_template_id: nullableInteger, send_at: Type.String(), sent_at: nullableText, text_message_template_id: nullableInteger, ...failureFields })

export const FeedbackRequest = Type.Object({
  ...requestFields, ...failureFields, ignore_throttle: Type.Boolean(), link: Type.String(), data: Type.Array(Datum), reminders: Type.Array(Reminder),
})
export type FeedbackRequest = Static<typeof FeedbackRequest>

/** As a response shows it: exactly the keys of the document's sample. */
const NestedRequest = Type.Object({ ...requestFields, deletion_requested_at: nullableText, ...failureFields })
export type NestedRequest = Static<typeof NestedRequest>

const Answer = Type.Object({ question_id: id, question: Type.String(), answer: nullableText, type: Type.String() })
export type Answer = Static<typeof Answer>

export const FeedbackResponse = Type.Object({
  id, reference: nullableText, machine_id: nullableText,
  fields: Type.Unsafe<Record<string, string | null>>({ type: 'object', additionalProperties: { type: ['string', 'null'] } }),
  answers: Type.Array(Answer), submitted_at: Type.String(), updated_at: Type.String(),
  feedback_request: Type.Union([NestedRequest, Type.Null()]),
  survey: Type.Object({ id, name: Type.String() }),
})
export type FeedbackResponse = Static<typeof FeedbackResponse>

export const ResponseRate = Type.Object({ response_rate_percent: nullableInteger, sent_count: id, delivered_count: id, reply_count: id })
export type ResponseRate = Static<typeof ResponseRate>

export const Nps = Type.Object({ net_promoter_score: nullableInteger, promoter_count: id, passive_count: id, detractor_count: id, total_number_of_ratings: id })
export type Nps = Static<typeof Nps>

export const Csat = Type.Object({
  csat: nullableInteger, very_negative_count: id, negative_count: id, neutral_count: id, positive_count: id, very_positive_count: id, total_number_of_ratings: id,
})
export type Csat = Static<typeof Csat>

export const Site = Type.Object({ id: Type.String(), site_code: Type.String(), name: Type.String(), city: nullableText, region: nullableText, site_type: nullableText })
export type Site = Static<typeof Site>

export const StaffMember = Type.Object({
  id: Type.String(), code: Type.String(), first_name: nullableText, surname: nullableText, email: nullableText, time_zone: nullableText, deactivated_at: nullableText, team_id: nullableText,
})
export type StaffMember = Static<typeof StaffMember>

export const Survey = Type.Object({ id, name: Type.String(), locale: Type.String(), questions: Type.Array(Type.Object({ id, question: Type.String(), answer_type: Type.String() })) })
export type Survey = Static<typeof Survey>

export const EmailTemplate = Type.Object({
  id, name: Type.String(), from_name: Type.String(), from_email: Type.String(), subject: Type.String(), body: Type.String(), locale: Type.String(), archived: Type.Boolean(),
})
export type EmailTemplate = Static<typeof EmailTemplate>

export const TextMessageTemplate = Type.Object({ id, name: Type.String(), body: Type.String(), locale: Type.String(), archived: Type.Boolean() })
export type TextMessageTemplate = Static<typeof TextMessageTemplate>

export function listOf(shape: TSchema): TSchema {
  return Type.Array(shape)
}

/** `2023-08-20T17:00:00Z`: UTC, whole seconds. */
export function toTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

/** The same, or null. */
export function toTimeOrNull(time: Date | null): string | null {
  return time && toTime(time)
}

/** `rating` is called Rating here, and so on. */
export function toQuestionType(type: string): string {
  return type.slice(0, 1).toUpperCase() + type.slice(1)
}

/** A blank text that was kept is blank to the caller too. */
export function blankToNull(text: string): string | null {
  return text === '' ? null : text
}
