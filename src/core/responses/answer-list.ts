import { snapshot } from '../../storage/database.ts'
import type { Context } from '../context.ts'
import { scopeOf } from '../records/scope.ts'
import { findWindow } from '../records/window.ts'
import type { QuestionType } from '../surveys.ts'
import { filteredResponses, type ResponseFilter } from './filter.ts'
import { withinSite, type Page } from './list.ts'
import { findNames, type NameFilter } from './names.ts'
import { viewResponses, type ResponseView } from './view.ts'

/** One answer, with the response that it is a part of. */
export interface ListedAnswer {
  response: ResponseView
  /** The question's place in its survey as it was then, from 1. */
  position: number
  question: string
  type: QuestionType
  value: number | null
  text: string | null
  choices: string[] | null
  scale_min: number | null
  scale_max: number | null
  /** Whom a question asked about each staff member is about. */
  staff: { code: string, name: string } | null
}

/** What asks of the responses is counted by the sums: none of it looks for a name or a word. */
export type AnswerFilter = Pick<NameFilter, 'survey_purpose'> & Pick<ResponseFilter, 'kind' | 'not_kind' | 'site_ids' | 'from' | 'to'>

/** The answers of counted responses that pass the filter, newest response first, then in the order of the questions and of the staff: one page of answers, and their exact total. What was left blank is no answer. */
export function listAnswers(ctx: Context, filter: AnswerFilter, page: Page): Promise<{ rows: ListedAnswer[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const seen = { ...ctx, db }
    const asked = withinSite(seen, await findNames(seen, filter))
    const scope = scopeOf(asked)
    if (!scope) throw new Error('the sums know every filter of answers')
    const { total, ...window } = await findWindow(seen, scope, 'answer_count', page)
    return { rows: await withResponses(seen, await answersIn(seen, { ...asked, from: window.from, to: window.to }, { ...page, offset: window.offset })), total }
  })
}

function answersIn(ctx: Context, filter: ResponseFilter, page: Page) {
  return filteredResponses(ctx, filter)
    .innerJoin('answers as a', (join) => join.onRef('a.account_id', '=', 'r.account_id').onRef('a.response_id', '=', 'r.id'))
    .innerJoin('questions as q', (join) => join.onRef('q.account_id', '=', 'a.account_id').onRef('q.id', '=', 'a.question_id'))
    .innerJoin('survey_questions as sq', (join) => join.onRef('sq.account_id', '=', 'r.account_id').onRef('sq.survey_id', '=', 'r.survey_id')
      .onRef('sq.version', '=', 'r.survey_version').onRef('sq.question_id', '=', 'a.question_id'))
    .leftJoin('staff as s', (join) => join.onRef('s.account_id', '=', 'a.account_id').onRef('s.id', '=', 'a.staff_id'))
    .select(['r.id', 'sq.position', 'q.text as question', 'q.type', 'a.value', 'a.text', 'a.choices', 'q.scale_min', 'q.scale_max', 's.code as staff_code', 's.name as staff_name'])
    .orderBy('r.dated_at', 'desc').orderBy('r.id', 'desc').orderBy('sq.position').orderBy('a.id').offset(page.offset).limit(page.limit).execute()
}

async function withResponses(ctx: Context, answers: Awaited<ReturnType<typeof answersIn>>): Promise<ListedAnswer[]> {
  const responses = await viewResponses(ctx, [...new Set(answers.map(({ id }) => id))], {})
  const byId = new Map(responses.map((response) => [response.id, response]))
  return answers.flatMap(({ id, staff_code, staff_name, ...answer }) => {
    const response = byId.get(id)
    return response ? [{ ...answer, response, staff: staff_code === null || staff_name === null ? null : { code: staff_code, name: staff_name } }] : []
  })
}
