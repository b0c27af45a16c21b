import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FaceOptions } from '../http/face.ts'
import { CODE_LENGTH } from '../core/responses/open-answer.ts'
import { showChange, submitChange } from './change.ts'
import { sendError, sendSentence } from './errors.ts'
import { showOpenSurvey, showOpenThanks, submitOpenSurvey } from './open.ts'
import type { SurveyFace } from './page-session.ts'
import { showRating, showRatingThanks, submitRating, submitRatingClick } from './rate.ts'
import { networkTest, SCANNER_NETWORKS } from './scanner-networks.ts'
import { FRAME_SCRIPT, PAGE_SCRIPT, sendScript } from './script/file.ts'
import { showSentImage } from './sent.ts'
import { showSurvey, showThanks } from './show.ts'
import { submitClick, submitSurvey } from './submit.ts'
import { unsubscribePages } from './unsubscribe.ts'
import { countVisit } from './visits.ts'
import { sendWidget } from './widget-file.ts'

/**
 * What a respondent sees: `/surveys/TOKEN` and `/unsubscribe/TOKEN`, the token being the invitation's secret link; and what stands in the closed-ticket mails that a PSA sends, `/sent/KEY.gif` and
 * `/rate/KEY/SCORE`, the key being public and the ticket being named in the query. A GET writes no answer, only that a link was followed; a page gives its browser a cookie, by which it knows its own form again. No search engine is welcome.
 */
export async function surveyPages(app: FastifyInstance, options: FaceOptions & { scanner_networks: readonly string[] }): Promise<void> {
  const { ground } = options
  const face: SurveyFace = { ...options, isScannerNetwork: networkTest([...SCANNER_NETWORKS, ...options.scanner_networks]) }
  app.setErrorHandler((error, request, reply) => sendError(ground, error, request, reply))
  app.removeAllContentTypeParsers()
  await app.register(formbody)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-robots-tag', 'noindex, nofollow')
    countVisit(ground, request)
  })

  app.get<Link>('/surveys/:token', (request, reply) => isOpen(request) ? showOpenSurvey(face, request, reply) : showSurvey(face, request, reply)) // HEAD too
  app.get<ScoreLink>('/surveys/:token/r/:code', (request, reply) => showSurvey(face, request, reply))
  app.post<ScoreLink>('/surveys/:token/r/:code', (request, reply) => submitClick(face, request, reply))
  app.post<Link>('/surveys/:token', (request, reply) => isOpen(request) ? submitOpenSurvey(face, request, reply) : submitSurvey(face, request, reply))
  app.get<Link>('/surveys/:token/thanks', (request, reply) => isOpen(request) ? showOpenThanks(face, request, reply) : showThanks(face, request, reply))
  app.get<Link>('/surveys/:token/change', (request, reply) => showChange(face, request, reply))
  app.post<Link>('/surveys/:token/change', (request, reply) => submitChange(face, request, reply))
  app.get<Widget>('/widget.js', (request, reply) => sendWidget(face, request, reply))
  for (const script of [PAGE_SCRIPT, FRAME_SCRIPT]) app.get(script.path, (_request, reply) => sendScript(script, reply))
  await app.register(unsubscribePages, { ground })

  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) => sendSentence(ground, error, request, reply)
  app.get<Mail>('/sent/:key.gif', { errorHandler }, (request, reply) => showSentImage(ground, request, reply))
  app.get<Click>('/rate/:key/:score', (request, reply) => showRating(face, request, reply))
  app.post<Click>('/rate/:key/:score', (request, reply) => submitRating(face, request, reply))
  app.post<Click>('/rate/:key/:score/click', (request, reply) => submitRatingClick(face, request, reply))
  app.get<Mail>('/rate/:key/thanks', (request, reply) => showRatingThanks(ground, request, reply))
}

/** A survey's open link, `/surveys/CODE`, is everybody's. */
function isOpen({ params }: FastifyRequest<Link>): boolean {
  return params.token.length === CODE_LENGTH
}

interface Widget { Querystring: { survey?: unknown } }
interface ScoreLink { Params: { token: string, code: string } }
interface Link { Params: { token: string } }
interface Mail { Params: { key: string } }
interface Click { Params: { key: string, score: string } }
