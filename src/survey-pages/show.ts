import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { Expired } from '../core/errors.ts'
import { findByToken, type OpenInvitation } from '../core/invitations/open.ts'
import { sendPage } from '../http/page.ts'
import { speak, withLocale, type Spoken } from './language.ts'
import { renderNotice } from './notice-view.ts'
import { preselect, renderSurvey, type AskedSurvey } from './survey-view.ts'

/** The survey of a secret link, which a link scanner may fetch as often as it likes: nothing is stored. A score in the address is selected, not taken. */
export async function showSurvey(ground: Ground, request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): Promise<FastifyReply> {
  const open = await speak(ground, request, await findByToken(ground, request.params.token))
  const asked = askedBy(open, request)
  switch (open.state) {
    case 'open': return sendPage(reply, 200, renderSurvey({ asked, ...preselect(asked, scoreIn(request.query)), faults: new Map() }))
    case 'answered': return sendPage(reply, 200, renderNotice('answered', open))
    case 'expired': throw new Expired('this survey is closed')
    default: return open.state satisfies never
  }
}

/** Where the browser goes after its answers were stored, so that going back or reloading sends nothing again. */
export async function showThanks(ground: Ground, request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): Promise<FastifyReply> {
  const open = await findByToken(ground, request.params.token)
  if (open.state !== 'answered') return reply.redirect(withLocale(`/surveys/${open.invitation.token}`, request), 302)
  return sendPage(reply, 200, renderNotice('thanks', await speak(ground, request, open)))
}

/** What an invitation asks, in the language of the page. */
export function askedBy({ account, survey, staff, invitation }: Spoken<OpenInvitation>, request: FastifyRequest): AskedSurvey {
  return { account, survey, staff, title: invitation.case_title, action: withLocale(`/surveys/${invitation.token}`, request) }
}

function scoreIn(query: unknown): string | null {
  return typeof query === 'object' && query !== null && 'score' in query && typeof query.score === 'string' ? query.score : null
}
