import type { FastifyReply, FastifyRequest } from 'fastify'
import { invitationLink, readCode, trapCode } from '../core/clicks/links.ts'
import { Expired } from '../core/errors.ts'
import { findByToken, type OpenInvitation } from '../core/invitations/open.ts'
import { sendPage } from '../http/page.ts'
import type { Given } from './form-fields.ts'
import { speak, withLocale, type Spoken } from './language.ts'
import { renderNotice } from './notice-view.ts'
import { findChangeLink, handOut, type PageTicket, type SurveyFace } from './page-session.ts'
import { scriptFor } from './script/file.ts'
import { chosenSegments } from './segment-fields.ts'
import { preselect, renderSurvey, type AskedSurvey } from './survey-view.ts'

type Link = FastifyRequest<{ Params: { token: string, code?: string } }>

/**
 * The survey of a secret link, which a link scanner may fetch as often as it likes: no answer is stored, only that the link was followed. A score in the address is selected, not taken; a signed one that was
 * changed on its way is none. Throws NotFound, Expired.
 */
export async function showSurvey(face: SurveyFace, request: Link, reply: FastifyReply): Promise<FastifyReply> {
  const { ground } = face
  const { token, code } = request.params
  const open = await speak(ground, request, await findByToken(ground, token))
  const chosen = code === undefined ? { score: scoreIn(request.query), is_trap: false } : readCode(token, code)
  const score = chosen === null || chosen.is_trap ? null : chosen.score
  const { ticket, noted } = handOut(face, request, reply, { account_id: open.account.id, link: invitationLink(token), path: `/surveys/${token}`, score, is_trap: chosen?.is_trap ?? false })
  const asked = askedBy(open, request, ticket, score !== null && code !== undefined && open.survey.one_click !== 'confirm' ? `/surveys/${token}/r/${code}` : null)
  const form = open.state === 'open' ? renderSurvey({ asked, ...preselect(asked, score), faults: new Map() }) : null
  await noted
  if (form) return sendPage(reply, 200, form)
  if (open.state === 'expired') throw new Expired('this survey is closed')
  return sendPage(reply, 200, renderNotice('answered', open, 'en', { change: await findChangeLink(face, request) }))
}

/** Where the browser goes after its answers were stored, so that going back or reloading sends nothing again. */
export async function showThanks(face: SurveyFace, request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): Promise<FastifyReply> {
  const open = await findByToken(face.ground, request.params.token)
  if (open.state !== 'answered') return reply.redirect(withLocale(`/surveys/${open.invitation.token}`, request), 302)
  const spoken = await speak(face.ground, request, open)
  return sendPage(reply, 200, renderNotice('thanks', spoken, 'en', { review: spoken.survey.review_link, change: await findChangeLink(face, request) }))
}

/** What an invitation asks, in the language of the page, with what it knows. */
export function askedBy({ account, survey, staff, site_code, invitation }: Spoken<OpenInvitation>, request: FastifyRequest, ticket: PageTicket, click: string | null = null): AskedSurvey {
  const path = `/surveys/${invitation.token}`
  const codes: Record<string, string[]> = { site_code: [site_code], staff_code: staff.map(({ code }) => code) }
  const segments = chosenSegments(survey, (segment) => codes[segment] ?? invitation.data.flatMap(({ key, value }) => (key === segment ? [value] : [])))
  return {
    account, survey, staff, title: invitation.case_title, known: new Map([...knownOf(invitation), ...segments]), action: withLocale(path, request), ticket, trap: `${path}/r/${trapCode(invitation.token, 10)}`, click, script: scriptFor(request),
  }
}

/** What the invitation says of the customer, by the names of the form's fields. */
function knownOf({ first_name, surname, email, telephone_number, data }: OpenInvitation['invitation']): Given {
  const datum = (key: string) => data.find((pair) => pair.key === key)?.value ?? null
  const name = [first_name, surname].filter((part) => part !== null).join(' ')
  const known: [string, string | null][] = [
    ['name', datum('name') ?? name], ['email', email], ['telephone_number', datum('telephone_number') ?? telephone_number], ['company_name', datum('company_name')], ['postcode', datum('postcode')],
  ]
  return new Map(known.flatMap(([key, value]) => (value === null || value === '' ? [] : [[key, [value]] as const])))
}

/** As the mails of earlier versions had it. */
function scoreIn(query: unknown): number | null {
  return typeof query === 'object' && query !== null && 'score' in query && typeof query.score === 'string' && /^\d{1,4}$/.test(query.score) ? Number(query.score) : null
}
