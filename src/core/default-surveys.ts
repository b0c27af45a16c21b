import type { Context } from './context.ts'
import { createSurvey, type QuestionDraft, type SurveyDraft } from './surveys.ts'

/** Writes the surveys that every new account begins with. */
export async function createDefaultSurveys(ctx: Context): Promise<void> {
  for (const draft of DEFAULT_SURVEYS) await createSurvey(ctx.db, ctx.account.id, draft, ctx.now())
}

const QUALITY = { min: 'Very poor', max: 'Excellent' }
const COMMENT: QuestionDraft = { type: 'text', text: 'Is there anything you would like to add?' }

function rate(text: string, more: Partial<QuestionDraft> = {}): QuestionDraft {
  return { type: 'rating', text, scale: { min: 1, max: 10 }, scale_labels: QUALITY, ...more }
}

/** Those about one case each are exempt from over-survey protection: every case is to be asked about. */
export const DEFAULT_SURVEYS: readonly SurveyDraft[] = [
  {
    name: 'Ticket', purpose: 'ticket', throttle_exempt: true,
    questions: [rate('How satisfied are you with the help you received?', { required: true, metric: 'csat' }), COMMENT],
  },
  {
    name: 'NPS', purpose: 'nps',
    questions: [
      rate('How likely are you to recommend us to a friend or colleague?', { required: true, metric: 'nps', scale: { min: 0, max: 10 }, scale_labels: { min: 'Not at all likely', max: 'Extremely likely' } }),
      { type: 'text', text: 'What is the main reason for your score?' },
    ],
  },
  {
    name: 'Five questions', purpose: 'five_questions',
    questions: [
      rate('How satisfied are you overall?', { required: true, metric: 'csat' }),
      rate('How quickly did we respond?'),
      rate('How well did we understand what you needed?'),
      rate('How well did we keep you informed?'),
      rate('How good was the solution?'),
      COMMENT,
    ],
  },
  {
    name: 'Employee', purpose: 'employee',
    questions: [rate('How satisfied are you with the person who helped you?', { required: true, metric: 'csat', per_staff: true }), COMMENT],
  },
  {
    name: 'Project', purpose: 'project', throttle_exempt: true,
    questions: [rate('How satisfied are you with how the project went?', { required: true, metric: 'csat' }), COMMENT],
  },
  {
    name: 'Good or bad', purpose: 'good_or_bad', throttle_exempt: true,
    questions: [rate('How was our support?', { required: true, metric: 'csat', scale: { min: 1, max: 2 }, scale_labels: { min: 'Bad', max: 'Good' } }), COMMENT],
  },
]
