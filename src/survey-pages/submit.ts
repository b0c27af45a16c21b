import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { Invalid, type Fault } from '../core/errors.ts'
import { findByToken } from '../core/invitations/open.ts'
import { MAX_TEXT } from '../core/responses/answers.ts'
import { recordResponse, type Evidence } from '../core/responses/record.ts'
import { clientAddress } from '../http/address.ts'
import { sendPage } from '../http/page.ts'
import { textsOf } from '../texts/catalogue.ts'
import { fillNumber } from '../texts/sentences.ts'
import { answersFrom, fieldOfFault, givenFields } from './form-fields.ts'
import { speak, withLocale } from './language.ts'
import { askedBy } from './show.ts'
import { renderSurvey } from './survey-view.ts'

type Submission = FastifyRequest<{ Params: { token: string } }>

/** Takes the form. Nothing is looked up before: the one core call knows the survey. Answers with faults come back as they were given, with what to mend. */
export async function submitSurvey(ground: Ground, request: Submission, reply: FastifyReply): Promise<FastifyReply> {
  const given = givenFields(request.body)
  try {
    await recordResponse(ground, request.params.token, answersFrom(given), evidenceOf(request))
    return reply.redirect(withLocale(`/surveys/${request.params.token}/thanks`, request), 303)
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    const open = await speak(ground, request, await findByToken(ground, request.params.token))
    return sendPage(reply, 422, renderSurvey({ asked: askedBy(open, request), given, faults: faultSentences(error.faults, open.survey.locale), from_mail: null }))
  }
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
    case 'required': return texts.fault_required
    case 'wrong_length': return fillNumber(locale, texts.fault_too_long, fault.info.maximum ?? MAX_TEXT)
    case 'invalid_value': return texts.fault_choice
    case 'forbidden_value':
    case 'invalid_format':
    case 'invalid_date':
    case 'custom': return texts.fault_other
    default: return fault.code satisfies never
  }
}
