// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { designFaults, draftFaults } from './survey-checks.ts'
import type { QuestionDraft, SurveyChange } from './surveys.ts'

const RATING: QuestionDraft = { type: 'rating', text: 'How was it?', scale: { min: 1, max: 5 } }
const RADIO: QuestionDraft = { type: 'radio', text: 'Where?', options: ['Here', 'There'] }
const TEXT: QuestionDraft = { type: 'text', text: 'Why?' }

/** Each with the faults that it has, by name. */
const QUESTIONS: [string, QuestionDraft[], string[]][] = [
  ['every type with all that it can have', [
    { ...RATING, required: true, metric: 'csat', scale_labels: { min: 'Bad', max: 'Good' }, appearance: 'faces' }, { ...RATING, per_staff: true, appearance: 'stars' }, { ...TEXT, max_length: 500, shown_if: { question: 1, values: [1, 2] } },
    RADIO, { ...RADIO, type: 'dropdown', shown_if: { question: 4, values: ['Here'] } }, { ...RADIO, type: 'checkbox', max_choices: 1 },
  ], []],
  ['none at all', [], ['questions']],
  ['too many', Array.from({ length: 51 }, () => TEXT), ['questions']],
  ['a blank text, and one too long', [{ ...TEXT, text: ' ' }, { ...TEXT, text: 'x'.repeat(1001) }], ['questions[0].text', 'questions[1].text']],
  ['a rating without a scale', [{ type: 'rating', text: 'How?' }], ['questions[0].scale']],
  ['scales that are none', [{ ...RATING, scale: { min: 5, max: 5 } }, { ...RATING, scale: { min: 0, max: 11 } }, { ...RATING, scale: { min: -1, max: 1 } }, { ...RATING, scale: { min: 1, max: 2.5 } }], [0, 1, 2, 3].map((index) => `questions[${index}].scale`)],
  ['stars on scales that have none', [{ ...RATING, appearance: 'stars', scale: { min: 0, max: 5 } }, { ...RATING, appearance: 'stars', scale: { min: 1, max: 2 } }, { ...RATING, appearance: 'stars', scale: { min: 1, max: 11 } }], [0, 1, 2].map((index) => `questions[${index}].appearance`)],
  ['stars at both ends', [{ ...RATING, appearance: 'stars', scale: { min: 1, max: 3 } }, { ...RATING, appearance: 'stars', scale: { min: 1, max: 10 } }], []],
  ['faces on scales that have none', [{ ...RATING, appearance: 'faces', scale: { min: 1, max: 4 } }, { ...RATING, appearance: 'faces', scale: { min: 0, max: 10 } }], ['questions[0].appearance', 'questions[1].appearance']],
  ['faces for two, three and five', [2, 3, 5].map((max) => ({ ...RATING, appearance: 'faces', scale: { min: 1, max } })), []],
  ['a blank label', [{ ...RATING, scale_labels: { min: '', max: 'x'.repeat(201) } }], ['questions[0].scale_labels.min', 'questions[0].scale_labels.max']],
  ['no options', [{ type: 'radio', text: 'Where?' }, { ...RADIO, options: [] }], ['questions[0].options', 'questions[1].options']],
  ['bad options', [{ ...RADIO, options: ['a', 'a', ' ', 'x'.repeat(301)] }], ['questions[0].options[1]', 'questions[0].options[2]', 'questions[0].options[3]']],
  ['too many options', [{ ...RADIO, options: Array.from({ length: 101 }, (_, index) => String(index)) }], ['questions[0].options']],
  ['what other types have', [{ ...TEXT, scale: { min: 1, max: 2 }, scale_labels: { min: 'a', max: 'b' }, metric: 'csat', appearance: 'stars' }, { ...RATING, options: ['a'] }, { ...RADIO, max_choices: 1 }, { ...RADIO, max_length: 5 }],
    ['questions[0].scale', 'questions[0].scale_labels', 'questions[0].metric', 'questions[0].appearance', 'questions[1].options', 'questions[2].max_choices', 'questions[3].max_length']],
  ['limits that are none', [{ ...RADIO, type: 'checkbox', max_choices: 3 }, { ...RADIO, type: 'checkbox', max_choices: 0 }, { ...TEXT, max_length: 10_001 }, { ...TEXT, max_length: 1.5 }], ['questions[0].max_choices', 'questions[1].max_choices', 'questions[2].max_length', 'questions[3].max_length']],
  ['segments of what can ask for none', [{ ...RATING, segment: 'plan' }, { ...TEXT, segment: 'plan' }, { ...RADIO, per_staff: true, segment: 'plan' }], ['questions[0].segment', 'questions[1].segment', 'questions[2].segment']],
  ['staff asked for beside questions about each, and a value too long for a segment', [{ ...RATING, per_staff: true }, { ...RADIO, segment: 'staff_code' }, { ...RADIO, segment: 'site_code', options: ['x'.repeat(101)] }], ['questions[1].segment', 'questions[2].options[0]']],
  ['conditions on what is not earlier', [RATING, ...[0, 3, 5].map((question) => ({ ...TEXT, shown_if: { question, values: [1] } }))], [1, 2, 3].map((index) => `questions[${index}].shown_if.question`)],
  ['conditions on what is no place', [RATING, { ...TEXT, shown_if: { question: 1.5, values: [1] } }, { ...TEXT, shown_if: { question: -1, values: [1] } }], ['questions[1].shown_if.question', 'questions[2].shown_if.question']],
  ['a condition on a text, and one on each staff member', [TEXT, { ...RATING, per_staff: true }, { ...TEXT, shown_if: { question: 1, values: ['x'] } }, { ...TEXT, shown_if: { question: 2, values: [1] } }], ['questions[2].shown_if.question', 'questions[3].shown_if.question']],
  ['a condition of the first rating', [RADIO, { ...RATING, shown_if: { question: 1, values: ['Here'] } }, { ...RATING, shown_if: { question: 1, values: ['Here'] } }], ['questions[1].shown_if']],
  ['conditions with values that nobody can give', [RATING, RADIO, { ...TEXT, shown_if: { question: 1, values: [1, 6, '1'] } }, { ...TEXT, shown_if: { question: 2, values: ['Nowhere', 1] } }, { ...TEXT, shown_if: { question: 2, values: [] } }],
    ['questions[2].shown_if.values[1]', 'questions[2].shown_if.values[2]', 'questions[3].shown_if.values[0]', 'questions[3].shown_if.values[1]', 'questions[4].shown_if.values']],
]
for (const [name, questions, faults] of QUESTIONS) {
  test(`questions with ${name} have ${faults.length === 0 ? 'no' : 'their'} faults`, () => {
    assert.deepEqual(designFaults({ questions }).map(({ field }) => field), faults)
  })
}

const SETTINGS: [string, SurveyChange, string[]][] = [
  ['nothing', {}, []],
  ['all that can be set', {
    name: 'Support', fields: [{ key: 'name' }, { key: 'email', required: true }], consent: { text: 'You may quote me.' }, theme: { brand_color: '#0b6b5c', logo_url: 'https://cdn.example/logo.png', logo_alt: 'Acme' },
    review_link: { url: 'https://reviews.example/acme?from=survey', label: 'Tell others' }, edit_hours: 0, link_days: 3650, one_click: 'confirm',
    widget: { trigger: 'button', label: 'Feedback', origins: ['https://www.example.com', 'https://shop.example:8443', 'http://localhost', 'http://localhost:3000'], signed_only: true },
  }, []],
  ['nulls', { consent: null, theme: null, review_link: null, widget: null }, []],
  ['a blank name', { name: '' }, ['name']],
  ['a field twice', { fields: [{ key: 'name' }, { key: 'name', required: true }] }, ['fields[1].key']],
  ['a blank consent', { consent: { text: '\t' } }, ['consent.text']],
  ['a link to review without https', { review_link: { url: 'http://reviews.example', label: ' ' } }, ['review_link.url', 'review_link.label']],
  ...['javascript:alert(1)', 'reviews.example', 'https://me:secret@reviews.example', 'https://a b', 'https://a;b.example', ''].map((url): [string, SurveyChange, string[]] => [`the link to review ${url}`, { review_link: { url, label: 'x' } }, ['review_link.url']]),
  ['times beyond all measure', { edit_hours: 721, link_days: 0 }, ['edit_hours', 'link_days']],
  ['times that are not whole', { edit_hours: -1, link_days: 1.5 }, ['edit_hours', 'link_days']],
  ['origins that are none', { widget: { origins: ['https://a.example/', 'https://a.example/x', 'http://a.example', '*', 'https://*.example', 'HTTPS://A.EXAMPLE', 'null', 'https://a.example:443'] } }, Array.from({ length: 8 }, (_, index) => `widget.origins[${index}]`)],
  ['too many origins', { widget: { origins: Array.from({ length: 21 }, (_, index) => `https://a${index}.example`), label: ' ' } }, ['widget.label', 'widget.origins']],
  ['a colour that is none', { theme: { brand_color: 'teal' } }, ['theme.brand_color']],
  ['a logo without https, and one that never was', { theme: { logo_url: 'http://cdn.example/logo.png', logo_alt: 'Acme' } }, ['theme.logo_url']],
  ['the words of a logo that is not there', { theme: { logo_alt: 'Acme' } }, ['theme.logo_alt']],
]
for (const [name, change, faults] of SETTINGS) {
  test(`settings with ${name} have ${faults.length === 0 ? 'no' : 'their'} faults`, () => {
    assert.deepEqual(designFaults(change).map(({ field }) => field), faults)
  })
}

test('a new survey is in a language that there is', () => {
  assert.deepEqual(draftFaults({ name: 'x', purpose: 'other', locale: 'xx', questions: [TEXT] }).map(({ field }) => field), ['locale'])
})
