import { en } from './en.ts'
import type { Texts } from './shape.ts'

/** As in Britain, but for what is said otherwise. */
export const enUs: Texts = {
  ...en,
  from_mail: '{score} is selected, as in your email. You can change it.',
  choose_any: 'Choose all that apply.',
  faults_title_prefix: 'Please review: ',
  faults_heading: 'Please review your answers',
  form: {
    ...en.form,
    fields: { ...en.form.fields, email: 'Email address', telephone_number: 'Phone number', postcode: 'ZIP code' },
    fault_email: 'Please enter an email address, such as name@example.com.', fault_telephone: 'Please enter a phone number, with its area code.', fault_consent: 'Please check this box to continue.',
  },
  templates: {
    ...en.templates,
    invitation: {
      subject: 'How did we do?',
      body: `Hi {{first_name/there}},

Thank you for being our customer. How did we do? Please choose:

{{rating-buttons}}

Or open the survey, where you can tell us more:
{{link-to-survey}}

Thank you for your time.`,
    },
    reminder: {
      subject: 'Quick reminder: how did we do?',
      body: `Hi {{first_name/there}},

A few days ago we asked how we did. We would still love to hear from you. Please choose:

{{rating-buttons}}

Or open the survey here:
{{link-to-survey}}

It takes about one minute. Thank you.`,
    },
    text_message: 'Hi {{first_name/there}}, how did we do? Please tell us: {{link-to-survey}}',
  },
}
