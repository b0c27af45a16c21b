import type { FastifyReply, FastifyRequest } from 'fastify'
import { invitationLink, readCode } from '../core/clicks/links.ts'
import { recordProvisional } from '../core/clicks/provisional.ts'
import type { Ground } from '../core/context.ts'
import { Invalid, NotFound, type Fault } from '../core/errors.ts'
import { findByToken } from '../core/invitations/open.ts'
import { MAX_TEXT } from '../core/responses/answers.ts'
import type { Evidence } from '../core/responses/answerable.ts'
import { loadAskedVersions } from '../core/responses/asked-version.ts'
import { recordResponse } from '../core/responses/record.ts'
import { clientAddress } from '../http/address.ts'
import { sendPage } from '../http/page.ts'
import { textsOf } from '../texts/catalogue.ts'
import { fillNumber } from '../texts/sentences.ts'
import { CONSENT, fieldOfFault, filledIn, givenFields, type Given } from './form-fields.ts'
import { speak, withLocale } from './language.ts'
import { renderNotice } from './notice-view.ts'
import { readPage, ticketOf, type SurveyFace } from './page-session.ts'
import { askedBy } from './show.ts'
import { renderSurvey, type SurveyView } from './survey-view.ts'

type Submission = FastifyRequest<{ Params: { token: string } }>

/** Takes the form. Nothing is looked up before: the one core call knows the survey. Answers with faults come back as they were given, with what to mend. */
export function submitSurvey(face: SurveyFace, request: Submission, reply: FastifyReply): Promise<FastifyReply> {
  return takeForm(face, request, reply, async (given) => {
    const found = await findByToken(face.ground, request.params.token)
    const [survey = found.survey] = await loadAskedVersions(face.ground.db, [{ survey: found.survey, answers: filledIn(given) }])
    return { asked: askedBy(await speak(face.ground, request, { ...found, survey }), request, ticketOf(request)) }
  })
}

/** Stores what a form of an invitation's says, and leads on from it. Where that has faults, `again` says what is asked once more. */
export async function takeForm(face: SurveyFace, request: Submission, reply: FastifyReply, again: (given: Given) => Promise<Pick<SurveyView, 'asked' | 'is_change'>>): Promise<FastifyReply> {
  const { ground } = face
  const { token } = request.params
  const given = givenFields(request.body)
  try {
    const { held } = await recordResponse(ground, token, filledIn(given), { ...evidenceOf(request), page: readPage(face, request, invitationLink(token)) })
    if (held) return await sendThanks(ground, request, reply)
    return reply.redirect(withLocale(`/surveys/${token}/thanks`, request), 303)
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    const view = await again(given)
    return sendPage(reply, 422, renderSurvey({ ...view, given, faults: faultSentences(error.faults, view.asked.survey.locale), from_mail: null }))
  }
}

/** Where the invitation stays unanswered, its thanks have no address. */
async function sendThanks(ground: Ground, request: Submission, reply: FastifyReply): Promise<FastifyReply> {
  const open = await speak(ground, request, await findByToken(ground, request.params.token))
  return sendPage(reply, 200, renderNotice('thanks', open, 'en', { review: open.survey.review_link }))
}

/** Takes the score that stands in the page's address, as its script reports once it has seen a person. */
export async function submitClick(face: SurveyFace, request: FastifyRequest<{ Params: { token: string, code: string } }>, reply: FastifyReply): Promise<FastifyReply> {
  const { token, code } = request.params
  const chosen = readCode(token, code)
  if (chosen === null || chosen.is_trap) throw new NotFound('no such score')
  const state = await recordProvisional(face.ground, token, chosen.score, { ...evidenceOf(request), page: readPage(face, request, invitationLink(token)) })
  return reply.header('cache-control', 'no-store').send({ saved: state !== 'ignored' })
}

/** Where a form came from. */
export function evidenceOf(request: FastifyRequest): Evidence {
  return { responder_ip: clientAddress(request), user_agent: request.headers['user-agent'] ?? null }
}

/** What is wrong with each field of a form, by its name. */
export function faultSentences(faults: Fault[], locale: string): Map<string, string> {
  return new Map(faults.map((fault) => [fieldOfFault(fault.field), faultSentence(fault, locale)]))
}

/** In the respondent's language, so not the core's own sentence. */
function faultSentence(fault: Fault, locale: string): string {
  const texts = textsOf(locale)
  switch (fault.code) {
    case 'required': return fault.field === CONSENT ? texts.form.fault_consent : fault.field.startsWith('fields.') ? texts.form.fault_blank : texts.fault_required
    case 'wrong_length': return fillNumber(locale, texts.fault_too_long, fault.info.maximum ?? MAX_TEXT)
    case 'invalid_value': return fault.info.maximum === undefined ? texts.fault_choice : fillNumber(locale, texts.form.too_many, fault.info.maximum)
    case 'invalid_format': return fault.field === 'fields.email' ? texts.form.fault_email : fault.field === 'fields.telephone_number' ? texts.form.fault_telephone : texts.fault_other
    case 'forbidden_value':
    case 'invalid_date':
    case 'custom': return texts.fault_other
    default: return fault.code satisfies never
  }
}
