import type { QuestionDraft, SurveyDesign } from '../../src/core/surveys.ts'

/** A survey that has everything a survey can have. */
export const WHOLE_QUESTIONS: QuestionDraft[] = [
  { type: 'rating', text: 'How was our visit?', scale: { min: 1, max: 5 }, appearance: 'faces', metric: 'csat', required: true },
  { type: 'dropdown', text: 'What could have been better?', options: ['Time of arrival', 'The work itself', 'Something else'], required: true, shown_if: { question: 1, values: [1, 2] } },
  { type: 'text', text: 'What was it?', max_length: 100, required: true, shown_if: { question: 2, values: ['Something else'] } },
  { type: 'rating', text: 'How was this person?', scale: { min: 1, max: 5 }, appearance: 'stars', per_staff: true },
  { type: 'rating', text: 'How likely are you to come back?', scale: { min: 0, max: 10 }, metric: 'nps', scale_labels: { min: 'Never', max: 'Surely' } },
  { type: 'rating', text: 'How many stars in all?', scale: { min: 1, max: 10 }, appearance: 'stars' },
  { type: 'checkbox', text: 'What should we offer next?', options: ['Maintenance', 'Training', 'Longer hours'], max_choices: 2 },
  { type: 'radio', text: 'When?', options: ['Now', 'Then'] },
]

export const WHOLE_DESIGN: Omit<SurveyDesign, 'name' | 'questions'> = {
  fields: [{ key: 'name' }, { key: 'email', required: true }, { key: 'telephone_number' }, { key: 'company_name' }, { key: 'postcode' }],
  consent: { text: 'You may quote me by name.', required: true },
  theme: { brand_color: '#c2185b', logo_url: 'https://cdn.example/logo.png', logo_alt: 'Northwind' },
  review_link: { url: 'https://reviews.example/northwind', label: 'Tell others about us' },
}

export const WHOLE_STAFF = ['Ann Lee', 'Bo Nilsson']
