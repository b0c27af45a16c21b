import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import type { FaceOptions } from '../http/face.ts'
import { sendError } from './errors.ts'
import { showSurvey, showThanks } from './show.ts'
import { submitSurvey } from './submit.ts'
import { countVisit } from './visits.ts'

/** What a respondent sees: `/surveys/TOKEN`, the token being the invitation's secret link. Forms only; no cookie, no script, and no search engine is welcome. */
export async function surveyPages(app: FastifyInstance, { ground }: FaceOptions): Promise<void> {
  app.setErrorHandler((error, request, reply) => sendError(ground, error, request, reply))
  app.removeAllContentTypeParsers()
  await app.register(formbody)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-robots-tag', 'noindex, nofollow')
    await countVisit(ground, request)
  })

  app.get<Link>('/surveys/:token', (request, reply) => showSurvey(ground, request, reply)) // HEAD too
  app.post<Link>('/surveys/:token', (request, reply) => submitSurvey(ground, request, reply))
  app.get<Link>('/surveys/:token/thanks', (request, reply) => showThanks(ground, request, reply))
}

interface Link { Params: { token: string } }
