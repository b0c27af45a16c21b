import type { FastifyReply, FastifyRequest } from 'fastify'
import { ticketLink } from '../core/clicks/links.ts'
import type { Ground } from '../core/context.ts'
import { Expired, Invalid, LimitReached, NotFound } from '../core/errors.ts'
import { findTemplateSender, openTemplateLink, type TemplateLink } from '../core/invitations/template-signal.ts'
import { loadAskedVersions } from '../core/responses/asked-version.ts'
import { recordTemplateClick, recordTemplateResponse } from '../core/responses/template-answer.ts'
import { clientAddress } from '../http/address.ts'
import { sendPage } from '../http/page.ts'
import { filledIn, givenFields, type Given } from './form-fields.ts'
import { readLink, type LinkFacts } from './link-facts.ts'
import { pageLocale, speak, withLocale, type Spoken } from './language.ts'
import { renderNotice } from './notice-view.ts'
import { handOut, readPage, ticketOf, type PageTicket, type SurveyFace } from './page-session.ts'
import { scriptFor } from './script/file.ts'
import { chosenSegments } from './segment-fields.ts'
import { evidenceOf, faultSentences } from './submit.ts'
import { preselect, renderSurvey, type AskedSurvey } from './survey-view.ts'

type Click = FastifyRequest<{ Params: { key: string, score: string } }>

/** The survey of a rating link in a closed-ticket mail, with that score selected where it means the same in that survey. Nothing is stored, and nothing shown of the ticket but what the link itself says. */
export async function showRating(face: SurveyFace, request: Click, reply: FastifyReply): Promise<FastifyReply> {
  const link = readLink(request.url)
  if (link.faults.length > 0) return sendBadLink(request, reply)
  const { ground } = face
  const { key, score } = request.params
  const found = await speak(ground, request, await openTemplateLink(ground, key, link.facts))
  const chosen = found.same_scale && /^\d{1,4}$/.test(score) ? Number(score) : null
  const { ticket, noted } = handOut(face, request, reply, { account_id: found.place.account.id, link: linkName(link), path: `/rate/${key}`, score: chosen, is_trap: score === TRAP })
  await noted
  const asked = askedByLink(found, link, request, ticket, chosen !== null && found.survey.one_click !== 'confirm' ? `/rate/${key}/${chosen}/click?${link.query}` : null)
  switch (found.state) {
    case 'open': return sendPage(reply, 200, renderSurvey({ asked, ...preselect(asked, chosen), faults: new Map() }))
    case 'answered': return sendPage(reply, 200, renderNotice('answered', asked))
    case 'expired': throw new Expired('this survey is closed')
    default: return found.state satisfies never
  }
}

/** Takes its form. Answers with faults come back as they were given, with what to mend; so do answers that have to wait, to be sent again. */
export async function submitRating(face: SurveyFace, request: Click, reply: FastifyReply): Promise<FastifyReply> {
  const { ground } = face
  const { key } = request.params
  const link = readLink(request.url)
  if (link.faults.length > 0) return sendBadLink(request, reply)
  const given = givenFields(request.body)
  try {
    await recordTemplateResponse(ground, key, link.facts, filledIn(given), { ...evidenceOf(request), page: readPage(face, request, linkName(link)) }, clientAddress(request))
    return reply.redirect(withLocale(`/rate/${key}/thanks`, request), 303)
  } catch (error) {
    if (!(error instanceof Invalid || error instanceof LimitReached)) throw error
    const found = await openTemplateLink(ground, key, link.facts)
    const [survey = found.survey] = await loadAskedVersions(ground.db, [{ survey: found.survey, answers: filledIn(given) }])
    const asked = askedByLink(await speak(ground, request, { ...found, survey }), link, request, ticketOf(request))
    const form = { asked, given, from_mail: null }
    if (error instanceof Invalid) return sendPage(reply, 422, renderSurvey({ ...form, faults: faultSentences(error.faults, asked.survey.locale) }))
    return sendPage(reply.header('retry-after', error.retry_after), 429, renderSurvey({ ...form, faults: new Map(), held_off: true }))
  }
}

/** Takes the score of its address, as the page's script reports once it has seen a person. */
export async function submitRatingClick(face: SurveyFace, request: Click, reply: FastifyReply): Promise<FastifyReply> {
  const { key, score } = request.params
  const link = readLink(request.url)
  if (link.faults.length > 0 || !/^\d{1,4}$/.test(score)) return sendBadLink(request, reply)
  const state = await recordTemplateClick(face.ground, key, link.facts, Number(score), { ...evidenceOf(request), page: readPage(face, request, linkName(link)) }, clientAddress(request))
  return reply.header('cache-control', 'no-store').send({ saved: state !== 'ignored' })
}

/** Where the browser goes after its answers were stored. It is about no ticket: whose it is, is all that its address says. */
export async function showRatingThanks(ground: Ground, request: FastifyRequest<{ Params: { key: string } }>, reply: FastifyReply): Promise<FastifyReply> {
  const sender = await findTemplateSender(ground, request.params.key)
  if (!sender) throw new NotFound('no such key')
  const spoken = await speak(ground, request, sender)
  return sendPage(reply, 200, renderNotice('thanks', spoken, 'en', { review: spoken.survey.review_link }))
}

/** The form goes to where it came from, with the same query in the one way of writing it. */
function askedByLink({ place, survey, staff }: Spoken<TemplateLink>, { facts, query }: LinkFacts, request: Click, ticket: PageTicket, click: string | null = null): AskedSurvey {
  const { params } = request
  return {
    account: place.account, survey, staff: staff.map(({ id, code }) => ({ id, name: code })), title: facts.title, known: new Map([...knownOf(facts), ...chosenSegments(survey, (segment) => (segment === 'staff_code' ? staff.map(({ code }) => code) : []))]), action: `/rate/${params.key}/${encodeURIComponent(params.score)}?${query}`,
    ticket, trap: `/rate/${params.key}/${TRAP}?${query}`, click, script: scriptFor(request),
  }
}

/** The link's own words, and no one else's. */
function knownOf({ email, contact, company }: LinkFacts['facts']): Given {
  const known: [string, string | null][] = [['name', contact.name], ['email', email], ['company_name', company.name]]
  return new Map(known.flatMap(([key, value]) => (value === null ? [] : [[key, [value]] as const])))
}

/** What stands for a score in a link that no person sees. */
const TRAP = '00'

function linkName({ facts }: LinkFacts): string {
  return ticketLink(facts.ticket, facts.email)
}

function sendBadLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendPage(reply, 400, renderNotice('bad_link', null, pageLocale(request)))
}
