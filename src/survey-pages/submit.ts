import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { Invalid, type Fault } from '../core/errors.ts'
import { findByToken } from '../core/invitations/open.ts'
import { MAX_TEXT } from '../core/responses/answers.ts'
import { recordResponse, type Evidence } from '../core/responses/record.ts'
import { clientAddress } from '../http/address.ts'
import { sendPage } from '../http/page.ts'
import { answersFrom, fieldOfFault, givenFields, type Given } from './form-fields.ts'
import { renderSurvey } from './survey-view.ts'
import { textsOf, type Texts } from './texts.ts'

type Submission = FastifyRequest<{ Params: { token: string } }>

/** Takes the form. Nothing is looked up before: the one core call knows the survey. Answers with faults come back as they were given, with what to mend. */
export async function submitSurvey(ground: Ground, request: Submission, reply: FastifyReply): Promise<FastifyReply> {
  const given = givenFields(request.body)
  try {
    await recordResponse(ground, request.params.token, answersFrom(given), evidenceOf(request))
    return reply.redirect(`/surveys/${request.params.token}/thanks`, 303)
  } catch (error) {
    if (error instanceof Invalid) return askAgain(ground, request, reply, given, error.faults)
    throw error
  }
}

function evidenceOf(request: Submission): Evidence {
  return { responder_ip: clientAddress(request), user_agent: request.headers['user-agent'] ?? null }
}

async function askAgain(ground: Ground, request: Submission, reply: FastifyReply, given: Given, faults: Fault[]): Promise<FastifyReply> {
  const open = await findByToken(ground, request.params.token)
  const texts = textsOf(open.survey.locale)
  const sentences = new Map(faults.map((fault) => [fieldOfFault(fault.field), faultSentence(fault, texts)]))
  return sendPage(reply, 422, renderSurvey({ open, given, faults: sentences, from_mail: null }))
}

/** In the respondent's language, so not the core's own sentence. */
function faultSentence(fault: Fault, texts: Texts): string {
  switch (fault.code) {
    case 'required': return texts.fault_required
    case 'wrong_length': return texts.fault_too_long((fault.info.maximum ?? MAX_TEXT).toLocaleString('en'))
    case 'invalid_value': return texts.fault_choice
    case 'forbidden_value':
    case 'invalid_format':
    case 'invalid_date':
    case 'custom': return texts.fault_other
    default: return fault.code satisfies never
  }
}
