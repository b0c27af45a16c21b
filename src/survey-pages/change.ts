import type { FastifyReply, FastifyRequest } from 'fastify'
import { invitationLink } from '../core/clicks/links.ts'
import { NotFound } from '../core/errors.ts'
import { findEditable, type Editable } from '../core/responses/edit.ts'
import { sendPage } from '../http/page.ts'
import { givenIn } from './form-fields.ts'
import { speak, withLocale } from './language.ts'
import { handOut, pageSession, ticketOf, type PageTicket, type SurveyFace } from './page-session.ts'
import { askedBy } from './show.ts'
import { takeForm } from './submit.ts'
import { renderSurvey, type AskedSurvey } from './survey-view.ts'

type Link = FastifyRequest<{ Params: { token: string } }>

/** The survey once more, as it was filled in, for the page that sent it; anybody else is led to the survey's own page. */
export async function showChange(face: SurveyFace, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  const { token } = request.params
  const editable = await findEditable(face.ground, token, pageSession(request))
  if (!editable) return reply.redirect(withLocale(`/surveys/${token}`, request), 302)
  const { ticket, noted } = handOut(face, request, reply, { account_id: editable.open.account.id, link: invitationLink(token), path: `/surveys/${token}`, score: null, is_trap: false })
  await noted
  return sendPage(reply, 200, renderSurvey({ asked: await askedAgain(face, request, editable, ticket), given: givenIn(editable.given), faults: new Map(), from_mail: null, is_change: true }))
}

/** Takes what was changed, as submitSurvey does: who may change what was sent is decided there. */
export function submitChange(face: SurveyFace, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  return takeForm(face, request, reply, async () => {
    const editable = await findEditable(face.ground, request.params.token, pageSession(request))
    if (!editable) throw new NotFound('nothing to change')
    return { asked: await askedAgain(face, request, editable, ticketOf(request)), is_change: true }
  })
}

async function askedAgain({ ground }: SurveyFace, request: Link, { open }: Editable, ticket: PageTicket): Promise<AskedSurvey> {
  return { ...askedBy(await speak(ground, request, open), request, ticket), action: withLocale(`/surveys/${request.params.token}/change`, request) }
}
