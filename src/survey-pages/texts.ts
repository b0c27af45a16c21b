/** Every fixed sentence that a respondent can meet. What an account wrote itself (questions, labels, names) is not here. */
export interface Texts {
  heading: string
  about: (title: string) => string
  required: string
  scale_end: (score: number, label: string) => string
  lowest: string
  highest: string
  from_mail: (score: string) => string
  text_limit: (maximum: string) => string
  choose_one: string
  choose_any: string
  no_choice: string
  send: string
  goes_to: (account: string) => string
  faults_title_prefix: string
  faults_heading: string
  fault_required: string
  fault_too_long: (maximum: string) => string
  fault_choice: string
  fault_other: string
  held_off: { heading: string, text: string }
  opt_out: Record<OptOutStage, { heading: string, text: (account: string) => string, button: string }>
  notices: Record<NoticeKind, { heading: string, text: string }>
}

/** `ask`: before opting out; `done`: after it; `back`: having come back. */
export type OptOutStage = 'ask' | 'done' | 'back'

export const NOTICE_KINDS = ['thanks', 'answered', 'expired', 'unknown', 'unknown_link', 'bad_link', 'limited', 'too_large', 'not_a_form', 'not_secure', 'broken'] as const
export type NoticeKind = typeof NOTICE_KINDS[number]

/** The texts of a locale. English is the only one so far, and what every other locale falls back to. */
export function textsOf(locale: string): Texts {
  return TEXTS[locale] ?? english
}

const english: Texts = {
  heading: 'Your feedback',
  about: (title) => `About: ${title}`,
  required: 'Required',
  scale_end: (score, label) => `${score} = ${label}`,
  lowest: 'Lowest',
  highest: 'Highest',
  from_mail: (score) => `${score} is selected, as in your e-mail. You can change it.`,
  text_limit: (maximum) => `Up to ${maximum} characters.`,
  choose_one: 'Choose one.',
  choose_any: 'Choose as many as you like.',
  no_choice: 'Choose…',
  send: 'Send',
  goes_to: (account) => `Your answers go to ${account}.`,
  faults_title_prefix: 'Please check: ',
  faults_heading: 'Please check your answers',
  fault_required: 'Please answer this question.',
  fault_too_long: (maximum) => `This is too long: at most ${maximum} characters fit.`,
  fault_choice: 'Please choose one of the given answers.',
  fault_other: 'Something about this answer could not be understood.',
  held_off: { heading: 'Not sent yet', text: 'Too many answers are coming in right now. Yours are still here: please wait a few minutes and press Send again.' },
  opt_out: {
    ask: { heading: 'Stop these messages?', text: (account) => `${account} will then send you no more requests for feedback, and no reminders.`, button: 'Unsubscribe' },
    done: { heading: 'You are unsubscribed', text: (account) => `${account} will send you no more requests for feedback. If that was a mistake, you can come back.`, button: 'Subscribe again' },
    back: { heading: 'Welcome back', text: (account) => `${account} may ask you for feedback again.`, button: 'Unsubscribe' },
  },
  notices: {
    thanks: { heading: 'Thank you', text: 'Your answers have arrived.' },
    answered: { heading: 'Already answered', text: 'This survey has been answered. There is nothing more to do, and thank you.' },
    expired: { heading: 'This survey is closed', text: 'Its time is over, so it takes no more answers. Thank you for wanting to help.' },
    unknown: { heading: 'We could not find this survey', text: 'The address may have been cut off. Please open the whole link from your message.' },
    unknown_link: { heading: 'We could not find this link', text: 'The address may have been cut off. Please open the whole link from your message.' },
    bad_link: { heading: 'This link does not work', text: 'It does not say which ticket it is about. Please tell whoever sent it to you.' },
    limited: { heading: 'Just a moment', text: 'There were too many visits from your network. Please try again in a few minutes.' },
    too_large: { heading: 'That was too much', text: 'Your answers are too long to be taken. Please go back and shorten them.' },
    not_a_form: { heading: 'We could not read that', text: 'Please open the link from your message and use its form.' },
    not_secure: { heading: 'Please use the secure address', text: 'Open the link from your message again, with https at its beginning.' },
    broken: { heading: 'Something went wrong', text: 'That was our fault, and nothing was saved. Please try again in a moment.' },
  },
}

const TEXTS: Record<string, Texts> = { en: english }
