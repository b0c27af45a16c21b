import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/**
 * The tables as rows: what a query may select, insert and update. Timestamps are Dates, bigint ids are numbers (safe below 2^53: see database.ts),
 * smallint are numbers. A test compares this file with the migrated database.
 */
export interface Schema {
  accounts: AccountRow
  sites: SiteRow
  teams: TeamRow
  staff: StaffMemberRow
  users: UserRow
  second_factors: SecondFactorRow
  pending_log_ins: PendingLogInRow
  fingerprints: FingerprintRow
  oauth_clients: OauthClientRow
  oauth_grants: OauthGrantRow
  oauth_codes: OauthCodeRow
  refresh_tokens: RefreshTokenRow
  api_keys: ApiKeyRow
  access_tokens: AccessTokenRow
  snippet_keys: SnippetKeyRow
  login_links: LoginLinkRow
  sessions: SessionRow
  rate_limits: RateLimitRow
  companies: CompanyRow
  company_financials: CompanyFinancialsRow
  contacts: ContactRow
  erasures: ErasureRow
  erased_numbers: ErasedNumberRow
  unsubscribes: UnsubscribeRow
  blocks: BlockRow
  provider_events: ProviderEventRow
  invited_addresses: InvitedAddressRow
  surveys: SurveyRow
  questions: QuestionRow
  survey_questions: SurveyQuestionRow
  survey_texts: SurveyTextsRow
  board_surveys: BoardSurveyRow
  segments: SegmentRow
  segment_options: SegmentOptionRow
  email_templates: EmailTemplateRow
  text_message_templates: TextMessageTemplateRow
  cases: CaseRow
  case_count_changes: CaseCountChangeRow
  case_counts: CaseCountRow
  case_rating_changes: CaseRatingChangeRow
  case_rating_counts: CaseRatingCountRow
  invitations: InvitationRow
  reminders: ReminderRow
  deliveries: DeliveryRow
  sandbox_mails: SandboxMailRow
  sandbox_texts: SandboxTextRow
  responses: ResponseRow
  response_staff: ResponseStaffRow
  response_segments: ResponseSegmentRow
  response_fields: ResponseFieldRow
  touches: TouchRow
  held_responses: HeldResponseRow
  answers: AnswerRow
  rating_facts: RatingFactRow
  revisions: RevisionRow
  events: EventRow
  record_changes: RecordChangeRow
  record_rollups: RecordRollupRow
  rating_changes: RatingChangeRow
  rating_rollups: RatingRollupRow
  invitation_changes: InvitationChangeRow
  invitation_rollups: InvitationRollupRow
  invitation_blocks: InvitationBlockRow
}

/** What the two ends of a rating scale mean, in words. */
export interface ScaleLabels { min: string, max: string }
/** A brand colour in `#rrggbb`, and a logo by its https address. */
export interface SurveyTheme { brand_color?: string, logo_url?: string, logo_alt?: string }

/** What a page can ask about the customer, besides its questions. */
export interface CustomerField { key: 'name' | 'email' | 'telephone_number' | 'company_name' | 'postcode', required: boolean }

export interface SurveyConsent { text: string, required: boolean }

export interface ReviewLink { url: string, label: string }

/** How a survey is shown on other sites: what opens it, which sites may (`https://shop.example`), whether what they pass has to be signed. */
export interface WidgetSettings { trigger: 'tab' | 'button' | 'custom', label: string | null, origins: string[], signed_only: boolean }

/** An answer by its question, as it will be stored. */
export interface HeldAnswer { question_id: number, staff_id: number | null, value: number | null, text: string | null, choices: string[] | null }

/** What a page knew of an answer that is held; as clicks/evidence.ts has it, with its time as a text. */
export interface HeldPage { link: string, page_session: string | null, issued_at: string | null, is_trapped: boolean, cookie_returned: boolean, accept_language: string | null, gesture: boolean, from_scanner_network: boolean }

/** What speaks against a person (above 0) or for one. */
export interface Reason { reason: string, weight: number }

/** Values are scores of a rating, or options. */
export interface ShownIf { question_id: number, values: (number | string)[] }

/** A question in another language than its survey's own; options in the order of its own. */
export interface QuestionTexts { text: string, scale_labels?: ScaleLabels, options?: string[] }

/** A rating about one staff member with its scale: value, lowest, highest. Null where it was left blank. */
export type Credit = [value: number, min: number, max: number] | null

/** jsonb that may be null: read parsed, written as text. */
type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>

/** jsonb that the database fills in where it is not given. */
type GeneratedJson<T> = ColumnType<T, string | undefined, string>

export interface AccountRow {
  id: Generated<number>
  name: string
  subdomain: string
  time_zone: string
  first_weekday: Generated<number>
  score_scale_max: Generated<number>
  throttle_days: Generated<number>
  text_messages_enabled_at: Date | null
  default_site_id: number | null
  default_email_template_id: number | null
  country: string | null
  retention_months: number | null
  full_removal: Generated<boolean>
  created_at: Date
  widget_secret_number: Generated<number>
}

export interface SiteRow {
  account_id: number
  id: Generated<number>
  code: string
  name: string
  city: string | null
  region: string | null
  site_type: string | null
  created_at: Date
  updated_at: Date
}

export interface TeamRow {
  account_id: number
  id: Generated<number>
  name: string
  created_at: Date
  updated_at: Date
}

export interface StaffMemberRow {
  account_id: number
  id: Generated<number>
  code: string
  name: string
  first_name: string | null
  surname: string | null
  email: string | null
  time_zone: string | null
  team_id: number | null
  deactivated_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface UserRow {
  account_id: number
  id: Generated<number>
  email: string
  name: string
  role: 'owner' | 'admin' | 'agent' | 'collaborator' | 'customer'
  password_hash: string | null
  staff_id: number | null
  disabled_at: Date | null
  created_at: Date
  updated_at: Date
  contact_id: number | null
}

export interface SecondFactorRow {
  account_id: number
  user_id: number
  sealed_secret: Buffer
  last_step: Generated<number>
  created_at: Date
}

export interface PendingLogInRow {
  account_id: number
  id: Generated<number>
  user_id: number
  token_hash: Buffer
  expires_at: Date
  created_at: Date
}

export interface FingerprintRow {
  account_id: number
  id: Generated<number>
  uuid_hash: Buffer
  contact_id: number | null
  created_at: Date
}

export interface OauthClientRow {
  account_id: number
  id: Generated<number>
  name: string
  client_id: string
  client_secret_hash: Buffer | null
  redirect_uris: string[]
  scopes: string[]
  grants: string[]
  user_id: number | null
  revoked_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface OauthGrantRow {
  account_id: number
  id: Generated<number>
  oauth_client_id: number
  user_id: number
  scopes: string[]
  created_at: Date
}

export interface OauthCodeRow {
  account_id: number
  id: Generated<number>
  oauth_client_id: number
  user_id: number
  scopes: string[]
  redirect_uri: string | null
  code_challenge: string | null
  code_hash: Buffer
  expires_at: Date
  used_at: Date | null
  grant_id: number | null
  created_at: Date
}

export interface RefreshTokenRow {
  account_id: number
  id: Generated<number>
  grant_id: number
  token_hash: Buffer
  expires_at: Date
  used_at: Date | null
  created_at: Date
}

export interface ApiKeyRow {
  account_id: number
  id: Generated<number>
  name: string
  key_hash: Buffer
  client_id: string
  client_secret_hash: Buffer
  site_id: number | null
  last_used_at: Date | null
  expires_at: Date | null
  revoked_at: Date | null
  created_at: Date
}

export interface AccessTokenRow {
  account_id: number
  id: Generated<number>
  key_id: number | null
  grant_id: number | null
  scopes: string[] | null
  token_hash: Buffer
  expires_at: Date
  created_at: Date
}

export interface SnippetKeyRow {
  account_id: number
  id: Generated<number>
  public_key: string
  site_id: number
  name: string
  created_at: Date
  revoked_at: Date | null
}

export interface LoginLinkRow {
  account_id: number
  id: Generated<number>
  user_id: number
  token_hash: Buffer
  expires_at: Date
  used_at: Date | null
  created_at: Date
}

export interface SessionRow {
  account_id: number
  id: Generated<number>
  user_id: number
  token_hash: Buffer
  csrf_hash: Buffer | null
  expires_at: Date
  created_at: Date
}

export interface RateLimitRow {
  bucket: string
  window_start: Date
  hits: number
}

export interface CompanyRow {
  account_id: number
  id: Generated<number>
  external_id: number | null
  name: string
  created_at: Date
  updated_at: Date
}

export interface CompanyFinancialsRow {
  account_id: number
  site_id: number
  company_id: number
  year: number
  quarter: number
  revenue_cents: number
  cost_cents: number
  created_at: Date
  updated_at: Date
}

export interface ContactRow {
  account_id: number
  id: Generated<number>
  external_id: number | null
  email: string | null
  name: string | null
  first_name: string | null
  surname: string | null
  telephone_number: string | null
  postcode: string | null
  company_id: number | null
  deletion_requested_at: Date | null
  erasure_id: number | null
  created_at: Date
  updated_at: Date
}

export interface ErasureRow {
  account_id: number
  id: Generated<number>
  reason: 'request' | 'retention'
  address: string | null
  full_removal: boolean
  actor: string
  contacts: Generated<number>
  invitations: Generated<number>
  responses: Generated<number>
  requested_at: Date
  finished_at: Date | null
}

export interface UnsubscribeRow {
  account_id: number
  address: string
  by_customer_at: Date
  came_by: Generated<'page' | 'text' | 'provider'>
}

export interface ErasedNumberRow {
  account_id: number
  number_hash: Buffer
  erased_at: Date
}

export interface BlockRow {
  account_id: number
  pattern: string
  created_at: Date
  came_by: Generated<'account' | 'bounce'>
}

/** What a provider told, by its own id. */
export interface ProviderEventRow {
  account_id: number
  event_id: string
  received_at: Date
}

export interface InvitedAddressRow {
  account_id: number
  address: string
  last_invited_at: Date
  invitation_id: number
  previous_invited_at: Date | null
}

export interface SurveyRow {
  account_id: number
  id: Generated<number>
  code: string
  name: string
  purpose: 'ticket' | 'nps' | 'five_questions' | 'employee' | 'project' | 'good_or_bad' | 'other'
  locale: Generated<string>
  version: Generated<number>
  throttle_exempt: Generated<boolean>
  link_days: Generated<number>
  archived_at: Date | null
  created_at: Date
  updated_at: Date
  headline_metric: string | null
  theme: NullableJson<SurveyTheme>
  fields: GeneratedJson<CustomerField[]>
  consent: NullableJson<SurveyConsent>
  review_link: NullableJson<ReviewLink>
  edit_hours: Generated<number>
  one_click: Generated<'confirm' | 'smart' | 'instant'>
  widget: NullableJson<WidgetSettings>
}

export interface QuestionRow {
  account_id: number
  id: Generated<number>
  type: 'rating' | 'text' | 'dropdown' | 'radio' | 'checkbox'
  text: string
  required: Generated<boolean>
  per_staff: Generated<boolean>
  metric: Generated<'csat' | 'nps' | 'ces' | 'none'>
  scale_min: number | null
  scale_max: number | null
  scale_labels: NullableJson<ScaleLabels>
  options: NullableJson<string[]>
  appearance: Generated<'numbers' | 'stars' | 'faces'>
  max_choices: number | null
  max_length: number | null
  shown_if: NullableJson<ShownIf>
  segment: string | null
}

export interface SurveyTextsRow {
  account_id: number
  survey_id: number
  locale: string
  name: string | null
  questions: JSONColumnType<Record<string, QuestionTexts>>
  updated_at: Date
  consent: string | null
  review_label: string | null
}

export interface SurveyQuestionRow {
  account_id: number
  survey_id: number
  version: number
  position: number
  question_id: number
}

export interface BoardSurveyRow {
  account_id: number
  id: Generated<number>
  kind: 'ticket' | 'project'
  name: string
  survey_id: number
  created_at: Date
  updated_at: Date
}

export interface SegmentRow {
  account_id: number
  id: Generated<number>
  key: string
  name: string
  archived_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface SegmentOptionRow {
  account_id: number
  id: Generated<number>
  segment_id: number
  value: string
  created_at: Date
}

export interface EmailTemplateRow {
  account_id: number
  id: Generated<number>
  kind: 'invitation' | 'reminder'
  name: string
  from_name: string
  from_email: string
  subject: string
  body: string
  locale: Generated<string>
  archived_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface TextMessageTemplateRow {
  account_id: number
  id: Generated<number>
  name: string
  body: string
  locale: Generated<string>
  archived_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface CaseRow {
  account_id: number
  id: Generated<number>
  site_id: number
  kind: 'ticket' | 'project' | 'conversation'
  number: string
  title: string | null
  board_name: string | null
  company_id: number | null
  contact_id: number | null
  team_id: number | null
  staff_ids: Generated<number[]>
  opened_at: Date | null
  closed_at: Date | null
  source_updated_at: Date | null
  created_at: Date
  updated_at: Date
  /** What a conversation began with. */
  contents: string | null
  /** The visitor who began it, where only that is known of them. */
  fingerprint_id: number | null
}

/** So many cases more or less that changed last on this day (of UTC), not yet in the sums. Written by triggers of cases. */
export interface CaseCountChangeRow {
  account_id: number
  id: Generated<number>
  day: string
  site_id: number
  is_closed: boolean
  cases: number
}

export interface CaseCountRow {
  account_id: number
  day: string
  site_id: number
  is_closed: boolean
  cases: number
}

/** A rating of a case that came or went (then with counts below zero), not yet in the sums. Written by triggers of responses. */
export interface CaseRatingChangeRow {
  account_id: number
  id: Generated<number>
  /** ISO 8601, in the account's time zone. */
  day: string
  site_id: number
  team_id: number
  staff_ids: number[]
  good: number
  bad: number
}

export interface CaseRatingCountRow {
  account_id: number
  subject: 'all' | 'staff' | 'team'
  subject_id: number
  day: string
  site_id: number
  good: number
  bad: number
}

export interface InvitationRow {
  account_id: number
  id: Generated<number>
  token: string
  occasion: string | null
  channel: 'email' | 'sms' | 'link'
  state: 'pending' | 'sent' | 'not_sent'
  survey_id: number
  email_template_id: number | null
  text_message_template_id: number | null
  send_at: Date
  due_at: Date
  attempts: Generated<number>
  changed_attempt: Generated<number>
  sent_at: Date | null
  answered_at: Date | null
  bounced_at: Date | null
  not_sent_reason: string | null
  delivery_failure: string | null
  ignore_throttle: Generated<boolean>
  email: string | null
  telephone_number: string | null
  first_name: string | null
  surname: string | null
  reference: string | null
  machine_id: string | null
  contact_id: number | null
  case_id: number | null
  site_id: number
  team_id: number | null
  company_id: number | null
  staff_ids: Generated<number[]>
  segment_option_ids: Generated<number[]>
  data: GeneratedJson<{ id: number, key: string, value: string }[]>
  case_title: string | null
  board_name: string | null
  case_opened_at: Date | null
  case_closed_at: Date | null
  case_updated_at: Date | null
  case_kind: string | null
  headline_metric: string | null
  dated_when_sent: Generated<boolean>
  deletion_requested_at: Date | null
  erasure_id: number | null
  created_at: Date
  updated_at: Date
  provisional_at: Date | null
}

export interface ReminderRow {
  account_id: number
  id: Generated<number>
  invitation_id: number
  state: 'pending' | 'sent' | 'not_sent'
  email_template_id: number | null
  text_message_template_id: number | null
  send_at: Date
  due_at: Date
  attempts: Generated<number>
  sent_at: Date | null
  not_sent_reason: string | null
  delivery_failure: string | null
}

export interface DeliveryRow {
  account_id: number
  id: Generated<number>
  invitation_id: number
  reminder_id: number | null
  attempt: number
  channel: 'email' | 'sms'
  message_id: string
  started_at: Date
  finished_at: Date | null
  outcome: 'sent' | 'temporary_failure' | 'permanent_failure' | 'refused' | 'given_back' | 'unknown' | null
  detail: string | null
  segments: number | null
  delivered_at: Date | null
  bounced_at: Date | null
}

export interface SandboxMailRow {
  account_id: number
  id: Generated<number>
  message_id: string
  from_header: string
  to_header: string
  subject: string
  headers: JSONColumnType<Record<string, string>>
  html: string
  text: string
  invitation_id: number | null
  created_at: Date
}

export interface SandboxTextRow {
  account_id: number
  id: Generated<number>
  message_id: string
  to_number: string
  body: string
  characters: number
  segments: number
  invitation_id: number | null
  created_at: Date
}

export interface ResponseRow {
  account_id: number
  id: Generated<number>
  invitation_id: number | null
  survey_id: number
  survey_version: number
  case_id: number | null
  contact_id: number | null
  site_id: number
  team_id: number | null
  company_id: number | null
  board_name: string | null
  score_value: number | null
  score_min: number | null
  score_max: number | null
  score_metric: string | null
  sentiment: number | null
  comment: string | null
  responder_ip: string | null
  user_agent: string | null
  answered_at: Date
  created_at: Date
  updated_at: Date
  dated_at: Date
  case_kind: string | null
  case_title: string | null
  email: string | null
  answer_count: Generated<number>
  staff_ids: Generated<number[]>
  credits: NullableJson<Credit[]>
  provisional_since: Date | null
  page_session: string | null
}

export interface ResponseFieldRow {
  account_id: number
  response_id: number
  key: string
  value: string
}

export interface TouchRow {
  account_id: number
  id: Generated<number>
  link: string
  at: Date
  method: string
  score: number | null
  is_trap: boolean
  client: Buffer
  address: string
  user_agent: string | null
  accept_language: string | null
  fetch_headers: string | null
  page_session: string | null
}

export interface HeldResponseRow {
  account_id: number
  id: Generated<number>
  state: 'provisional' | 'suspected' | 'voided'
  invitation_id: number | null
  survey_id: number
  site_id: number
  contact_id: number | null
  email: string | null
  /** Of which version of the survey they are; null of what had counted. */
  survey_version: number | null
  answers: JSONColumnType<HeldAnswer[]>
  /** What was said of the customer; a `consent` that did not count yet has the language that it was read in. */
  fields: GeneratedJson<{ key: string, value: string }[]>
  responder_ip: string | null
  user_agent: string | null
  page_session: string | null
  page: NullableJson<HeldPage>
  reasons: JSONColumnType<Reason[]>
  received_at: Date
  counts_at: Date | null
  decided_at: Date | null
  decided_by: string | null
  taken_out: NullableJson<Record<string, object[]>>
}

export interface ResponseStaffRow {
  account_id: number
  response_id: number
  position: number
  staff_id: number
  dated_at: Date
  survey_id: number
  company_id: number | null
  earlier_staff_ids: number[] | null
}

export interface ResponseSegmentRow {
  account_id: number
  response_id: number
  segment_id: number
  option_id: number
  dated_at: Date
}

export interface AnswerRow {
  account_id: number
  id: Generated<number>
  response_id: number
  question_id: number
  staff_id: number | null
  value: number | null
  text: string | null
  choices: NullableJson<string[]>
}

export interface RatingFactRow {
  account_id: number
  response_id: number
  answer_id: number
  metric: 'csat' | 'nps' | 'ces'
  value: number
  scale_min: number
  scale_max: number
  sentiment: number
  dated_at: Date
  survey_id: number
  site_id: number
  company_id: number | null
  /** Detractor, passive, promoter: 0, 1, 2. Null of what is no NPS question. */
  nps_group: number | null
  /** Whom it is credited to: the one it is about, else all staff of the response. */
  staff_ids: number[]
}

export interface RevisionRow {
  account_id: number
  id: Generated<number>
  response_id: number
  answers: JSONColumnType<unknown[]>
  responder_ip: string | null
  user_agent: string | null
  accepted_at: Date | null
  rejected_at: Date | null
  rejected_reason: string | null
}

export interface EventRow {
  account_id: number
  id: Generated<number>
  type: string
  subject_id: number
  actor: string
  detail: JSONColumnType<Record<string, unknown>>
  created_at: Date
}

/** A record that came (1) or went (-1), not yet in the sums. Written by triggers of the tables that hold the records. */
export interface RecordChangeRow {
  account_id: number
  id: Generated<number>
  change: number
  /** ISO 8601, in the account's time zone. */
  day: string
  site_id: number
  survey_id: number
  metric: string
  kind: string
  company_id: number
  board_name: string
  staff_ids: number[]
  staff_scores: number[] | null
  is_answered: boolean
  has_invitation: boolean
  has_comment: boolean
  answer_count: number
  score: number | null
}

/** Sums of records by day and by month: of all, and of each company, board and staff member. */
export interface RecordRollupRow {
  account_id: number
  subject: 'all' | 'company' | 'board' | 'staff'
  grain: 'day' | 'month'
  first_day: string
  site_id: number
  subject_id: number
  subject_name: string
  survey_id: number
  metric: string
  kind: string
  waiting: number
  responses: number
  invited: number
  comments: number
  invited_comments: number
  answer_count: number
  score_sum: number
  score_count: number
  credit_sum: number
  credit_count: number
  by_score: number[] | null
}

/** Ratings that came, or went where the counts are below 0, not yet in the sums. Written by triggers of rating_facts. Buckets are the sentiments, the worst first, or detractors, passives and promoters. */
export interface RatingChangeRow {
  account_id: number
  id: Generated<number>
  dated_at: Date
  metric: string
  site_id: number
  survey_id: number
  company_id: number
  staff_ids: number[]
  bucket_0: number
  bucket_1: number
  bucket_2: number
  bucket_3: number
  bucket_4: number
}

/** Sums of ratings by day, third of a month and month: of all, and of each company and staff member. */
export interface RatingRollupRow {
  account_id: number
  subject: 'all' | 'company' | 'staff'
  metric: 'csat' | 'nps'
  subject_id: number
  grain: 'day' | 'third' | 'month'
  first_day: string
  site_id: number
  survey_id: number
  bucket_0: number
  bucket_1: number
  bucket_2: number
  bucket_3: number
  bucket_4: number
}

/** What became of invitations, not yet in the sums. Written by triggers of invitations. */
export interface InvitationChangeRow {
  account_id: number
  id: Generated<number>
  site_id: number
  block: number
  sent_at: Date | null
  survey_id: number
  pending: number
  sent: number
  not_sent: number
  delivered: number
  replied: number
}

/** Sums of invitations that were sent, by day, third of a month and month. */
export interface InvitationRollupRow {
  account_id: number
  grain: 'day' | 'third' | 'month'
  first_day: string
  site_id: number
  survey_id: number
  sent: number
  delivered: number
  replied: number
}

/** How many invitations of each state have an id among the same 4096. */
export interface InvitationBlockRow {
  account_id: number
  block: number
  site_id: number
  pending: number
  sent: number
  not_sent: number
}
