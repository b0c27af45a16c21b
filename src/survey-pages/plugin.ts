import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { NotFound } from '../core/errors.ts'
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
    checkToken(request)
  })

  app.get<Link>('/surveys/:token', (request, reply) => showSurvey(ground, request, reply)) // HEAD too
  app.post<Link>('/surveys/:token', (request, reply) => submitSurvey(ground, request, reply))
  app.get<Link>('/surveys/:token/thanks', (request, reply) => showThanks(ground, request, reply))
}

interface Link { Params: { token: string } }

/** What can't be a token is not looked for: the database would not even take every text. */
function checkToken({ params }: FastifyRequest): void {
  const isToken = typeof params === 'object' && params !== null && 'token' in params && /^[\w-]{1,100}$/.test(String(params.token))
  if (!isToken) throw new NotFound('no such invitation')
}
