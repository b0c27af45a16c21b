import type { FastifyReply, FastifyRequest } from 'fastify'
import { surveyLink } from '../core/clicks/links.ts'
import { Invalid } from '../core/errors.ts'
import { loadAskedVersions } from '../core/responses/asked-version.ts'
import { findOpenSurvey, recordOpenResponse, type OpenSurvey, type PassedText } from '../core/responses/open-answer.ts'
import { sendPage, type PageParts } from '../http/page.ts'
import { filledIn, givenFields } from './form-fields.ts'
import { isEmbedded } from './frame.ts'
import { speak, withLocale, type Spoken } from './language.ts'
import { renderNotice } from './notice-view.ts'
import { handOutOpen, readPage, ticketOf, type PageTicket, type SurveyFace } from './page-session.ts'
import { FRAME_SCRIPT, scriptFor } from './script/file.ts'
import { evidenceOf, faultSentences } from './submit.ts'
import { renderSurvey, type AskedSurvey } from './survey-view.ts'

type Link = FastifyRequest<{ Params: { token: string } }>

/** A survey by its open link, for whoever has it; with `?embed=1` as a widget shows it in a frame on another site. */
export async function showOpenSurvey(face: SurveyFace, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  const { token: code } = request.params
  const open = await speak(face.ground, request, await findOpenSurvey(face.ground, code))
  const asked = askedOpenly(open, request, code, handOutOpen(face, request, reply, surveyLink(code), `/surveys/${code}`))
  return sendPage(reply, 200, framed(open, request, renderSurvey({ asked, given: new Map(), faults: new Map(), from_mail: null, passed: passedIn(request.body) })))
}

/** Takes its form. Answers with faults come back as they were given, with what to mend. */
export async function submitOpenSurvey(face: SurveyFace, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  const { token: code } = request.params
  const { ground, secret } = face
  const [given, passed] = [givenFields(request.body), passedIn(request.body)]
  try {
    await recordOpenResponse(ground, secret, code, { answers: filledIn(given), passed }, { ...evidenceOf(request), page: readPage(face, request, surveyLink(code)) })
    return reply.redirect(addressOf(request, `${code}/thanks`), 303)
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    const found = await findOpenSurvey(ground, code)
    const [survey = found.survey] = await loadAskedVersions(ground.db, [{ survey: found.survey, answers: filledIn(given) }])
    const open = await speak(ground, request, { ...found, survey })
    const asked = askedOpenly(open, request, code, ticketOf(request))
    return sendPage(reply, 422, framed(open, request, renderSurvey({ asked, given, faults: faultSentences(error.faults, open.survey.locale), from_mail: null, passed })))
  }
}

export async function showOpenThanks({ ground }: SurveyFace, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  const open = await speak(ground, request, await findOpenSurvey(ground, request.params.token))
  return sendPage(reply, 200, framed(open, request, renderNotice('thanks', open, 'en', { review: open.survey.review_link, origins: isEmbedded(request) ? originsOf(open) : null })))
}

function askedOpenly({ account, survey }: Spoken<OpenSurvey>, request: FastifyRequest, code: string, ticket: PageTicket): AskedSurvey {
  return { account, survey, staff: [], title: null, known: new Map(), action: addressOf(request, code), ticket, trap: null, click: null, script: scriptFor(request), origins: isEmbedded(request) ? (survey.widget?.origins ?? []) : null }
}

/** In a frame, where the survey has a widget: of the sites that it names, or of any where it names none. */
function framed(open: Spoken<OpenSurvey>, request: FastifyRequest, parts: PageParts): PageParts {
  if (!isEmbedded(request) || open.survey.widget === null) return parts
  const { origins } = open.survey.widget
  return { ...parts, frame_ancestors: origins.length > 0 ? origins.join(' ') : '*', frame_script: scriptFor(request, FRAME_SCRIPT) }
}

function originsOf({ survey }: Spoken<OpenSurvey>): string[] {
  return survey.widget?.origins ?? []
}

function addressOf(request: FastifyRequest, rest: string): string {
  const path = withLocale(`/surveys/${rest}`, request)
  return isEmbedded(request) ? `${path}${path.includes('?') ? '&' : '?'}embed=1` : path
}

function passedIn(body: unknown): PassedText | null {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  if (typeof fields.params !== 'string' || fields.params === '') return null
  return { text: fields.params, signature: typeof fields.signature === 'string' ? fields.signature : null }
}
