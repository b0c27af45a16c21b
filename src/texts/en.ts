import type { Texts } from './shape.ts'

export const en: Texts = {
  heading: 'Your feedback',
  about: 'About: {title}',
  required: 'Required',
  scale_end: '{score} = {label}',
  lowest: 'Lowest',
  highest: 'Highest',
  from_mail: '{score} is selected, as in your e-mail. You can change it.',
  saved_click: 'Thank you, your answer is saved: {score}. Send adds your comment.',
  widget: { label: 'Feedback', close: 'Close' },
  text_limit: { one: 'Up to {n} character.', other: 'Up to {n} characters.' },
  choose_one: 'Choose one.',
  choose_any: 'Choose as many as you like.',
  no_choice: 'Choose…',
  send: 'Send',
  goes_to: 'Your answers go to {account}.',
  faults_title_prefix: 'Please check: ',
  faults_heading: 'Please check your answers',
  fault_required: 'Please answer this question.',
  fault_too_long: { one: 'This is too long: at most {n} character fits.', other: 'This is too long: at most {n} characters fit.' },
  fault_choice: 'Please choose one of the given answers.',
  fault_other: 'Something about this answer could not be understood.',
  held_off: { heading: 'Not sent yet', text: 'Too many answers are coming in right now. Yours are still here: please wait a few minutes and press Send again.' },
  opt_out: {
    ask: { heading: 'Stop these messages?', text: '{account} will then send you no more requests for feedback, and no reminders.', button: 'Unsubscribe' },
    done: { heading: 'You are unsubscribed', text: '{account} will send you no more requests for feedback. If that was a mistake, you can come back.', button: 'Subscribe again' },
    back: { heading: 'Welcome back', text: '{account} may ask you for feedback again.', button: 'Unsubscribe' },
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
  form: {
    choose_up_to: { one: 'Choose up to {n}.', other: 'Choose up to {n}.' },
    too_many: { one: 'Please choose no more than {n}.', other: 'Please choose no more than {n}.' },
    text_left: { one: '{n} character left', other: '{n} characters left' },
    score_of: '{score} of {max}',
    score_in_words: '{score} of {max} – {word}',
    words: ['Very bad', 'Bad', 'Okay', 'Good', 'Very good'],
    about_you: 'About you',
    fields: { name: 'Your name', email: 'E-mail address', telephone_number: 'Telephone number', company_name: 'Company', postcode: 'Postcode' },
    fault_blank: 'Please fill in this field.',
    fault_email: 'Please give an e-mail address, such as name@example.com.',
    fault_telephone: 'Please give a telephone number, with its area code.',
    fault_consent: 'Please tick this box to go on.',
    change: { heading: 'Change your answers', link: 'Change your answers', button: 'Save changes' },
  },
  mail: { unsubscribe: 'Unsubscribe', unsubscribe_line: 'Unsubscribe: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} of {max}', middle: 'So-so' },
  templates: {
    invitation: {
      subject: 'How did we do?',
      body: `Hello {{first_name/there}},

thank you for being our customer. How did we do? Please choose:

{{rating-buttons}}

Or open the survey, where you can also tell us more:
{{link-to-survey}}

Thank you for your time.`,
    },
    reminder: {
      subject: 'A short reminder: how did we do?',
      body: `Hello {{first_name/there}},

a few days ago we asked how we did. We would still like to hear from you. Please choose:

{{rating-buttons}}

Or open the survey here:
{{link-to-survey}}

This is about one minute of your time. Thank you.`,
    },
    text_message: 'Hello {{first_name/there}}, how did we do? Please tell us: {{link-to-survey}}',
  },
  questions: {
    ticket: 'How satisfied are you with the help you received?',
    nps: 'How likely are you to recommend us to a friend or colleague?',
    nps_reason: 'What is the main reason for your score?',
    overall: 'How satisfied are you overall?',
    speed: 'How quickly did we respond?',
    understanding: 'How well did we understand what you needed?',
    information: 'How well did we keep you informed?',
    solution: 'How good was the solution?',
    person: 'How satisfied are you with the person who helped you?',
    project: 'How satisfied are you with how the project went?',
    support: 'How was our support?',
    comment: 'Is there anything you would like to add?',
  },
  labels: {
    quality: { min: 'Very poor', max: 'Excellent' },
    likelihood: { min: 'Not at all likely', max: 'Extremely likely' },
    good_or_bad: { min: 'Bad', max: 'Good' },
  },
}
