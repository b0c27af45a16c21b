/** A sentence that values are put into: `{title}`. One that lacks its place for them does not compile. */
export type With<Name extends string> = `${string}{${Name}}${string}`

/** One form for each category that Intl.PluralRules has for the locale; `{n}` is the number. */
export type Plural = { other: With<'n'> } & Partial<Record<Exclude<Intl.LDMLPluralRule, 'other'>, string>>

interface Notice { heading: string, text: string }
interface Labels { min: string, max: string }

/** `ask`: before opting out; `done`: after it; `back`: having come back. */
export type OptOutStage = 'ask' | 'done' | 'back'

export const NOTICE_KINDS = ['thanks', 'answered', 'expired', 'unknown', 'unknown_link', 'bad_link', 'limited', 'too_large', 'not_a_form', 'not_secure', 'broken'] as const
export type NoticeKind = typeof NOTICE_KINDS[number]

/** Everything that Earshot itself says to a customer, in one language. What an account wrote (questions, labels, names) is not here, but what every new account begins with is. */
export interface Texts {
  heading: string
  about: With<'title'>
  required: string
  scale_end: With<'score'> & With<'label'>
  lowest: string
  highest: string
  from_mail: With<'score'>
  /** A score from the mail was saved before Send was pressed. */
  saved_click: With<'score'>
  /** What opens a survey on another site, and closes it. */
  widget: { label: string, close: string }
  text_limit: Plural
  choose_one: string
  choose_any: string
  no_choice: string
  send: string
  goes_to: With<'account'>
  faults_title_prefix: string
  faults_heading: string
  fault_required: string
  fault_too_long: Plural
  fault_choice: string
  fault_other: string
  held_off: Notice
  opt_out: Record<OptOutStage, { heading: string, text: With<'account'>, button: string }>
  notices: Record<NoticeKind, Notice>
  /** What a form says besides: `words` are those of a scale that has none of its own, from the worst to the best; `text_left` is what may still be written. */
  form: {
    choose_up_to: Plural
    too_many: Plural
    text_left: Plural
    score_of: With<'score'> & With<'max'>
    score_in_words: With<'score'> & With<'max'> & With<'word'>
    words: readonly [string, string, string, string, string]
    about_you: string
    fields: Record<'name' | 'email' | 'telephone_number' | 'company_name' | 'postcode', string>
    fault_blank: string
    fault_email: string
    fault_telephone: string
    fault_consent: string
    change: { heading: string, link: string, button: string }
  }
  /** `point` names a button of a scale to whom can't see the others; `middle` lies between the ends of one that is shown as faces. */
  mail: { unsubscribe: string, unsubscribe_line: With<'url'>, scale_ends: With<'min'> & With<'min_label'> & With<'max'> & With<'max_label'>, point: With<'score'> & With<'max'>, middle: string }
  /** The templates that every new account begins with; their fields are those of docs/templates.md. */
  templates: Record<'invitation' | 'reminder', { subject: string, body: With<`{link-to-survey}`> & With<`{rating-buttons}`> }> & { text_message: With<`{link-to-survey}`> }
  /** What the surveys that every new account begins with ask, and the ends of their scales. */
  questions: Record<'ticket' | 'nps' | 'nps_reason' | 'overall' | 'speed' | 'understanding' | 'information' | 'solution' | 'person' | 'project' | 'support' | 'comment', string>
  labels: Record<'quality' | 'likelihood' | 'good_or_bad', Labels>
}
