/** A request to invite one person at a time. Null is what was not given; blank texts are not given. */
export interface InvitationRequest {
  /** Optional only where a text message goes out. */
  email: string | null
  first_name: string | null
  surname: string | null
  survey_id: number | null
  /** Null: the account's default template. */
  email_template_id: number | null
  /** Given: the invitation goes as a text message, and email_template_id does not matter. */
  text_message: { number: string | null, text_message_template_id: number | null } | null
  /** Up to 24 hours ago means now. */
  send_at: Date | null
  /** Only its link is wanted: it counts as sent at once, and nothing goes out. */
  external_link: boolean
  ignore_throttle: boolean
  reference: string | null
  machine_id: string | null
  /** `staff_code` and `site_code` name who gets the credit; `name`, `company_name`, `telephone_number` and `postcode` fill the contact; the rest is kept as it is. */
  data: { key: string | null, value: string | null }[] | null
  reminders: ReminderRequest[] | null
}

export interface ReminderRequest { send_at: Date | null, email_template_id: number | null, text_message_template_id: number | null }
