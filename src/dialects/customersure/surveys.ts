import type { FastifyReply, FastifyRequest } from 'fastify'
import { listSurveys as listOwnSurveys, type SurveyWithQuestions } from '../../core/surveys.ts'
import { callerOf } from './auth.ts'
import { addPageHeaders, PAGE_PARAMETERS, toPage } from './paging.ts'
import { readQuery } from './parameters.ts'
import { toQuestionType, type Survey } from './shapes.ts'

/** GET /surveys: by name. Ids are integers, as everywhere else; the sample's string is a slip. */
export async function listSurveys(request: FastifyRequest, reply: FastifyReply): Promise<Survey[]> {
  const { ctx } = callerOf(request)
  const asked = readQuery(PAGE_PARAMETERS, request.query)
  const { rows, total } = await listOwnSurveys(ctx, toPage(asked))
  addPageHeaders(request, reply, asked, total)
  return rows.map(toSurvey)
}

/** The document's table says `anwer_type`, its sample `answer_type`: the table is the slip. */
function toSurvey({ id, name, locale, questions }: SurveyWithQuestions): Survey {
  return { id, name, locale, questions: questions.map((question) => ({ id: question.id, question: question.text, answer_type: toQuestionType(question.type) })) }
}
