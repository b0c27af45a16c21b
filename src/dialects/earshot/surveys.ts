import type { FastifyRequest } from 'fastify'
import { listSurveys as listOwnSurveys } from '../../core/surveys.ts'
import { contextFrom } from './auth.ts'
import { toListed, toPage, type Listed, type PageArguments } from './paging.ts'
import { toSurvey, type SurveyShape } from './shapes.ts'

/** GET /v1/surveys: those in use, by name. */
export function listSurveys(public_url: string) {
  return async (request: FastifyRequest<{ Querystring: PageArguments }>): Promise<Listed<SurveyShape>> => {
    const { rows, total } = await listOwnSurveys(contextFrom(request), toPage(request.query))
    return toListed(request, public_url, rows.map(toSurvey), total)
  }
}
