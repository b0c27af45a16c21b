import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const OWN = /^\/(?:(?:feedback_requests|feedback_responses|sites|staff)(?:\/[^/]+)?|response_rate|nps|csat|surveys|email_templates|text_message_templates)$/

/**
 * Addresses with a slash too many are sent to the right one: 301, and 307 where the method and body have to come along. Only this API's own: what lies
 * under /surveys/ are the survey pages.
 */
export function addRedirects(app: FastifyInstance): void {
  for (const path of ['//*', '/feedback_requests/*', '/feedback_responses/*', '/response_rate/*', '/nps/*', '/csat/*', '/sites/*', '/staff/*', '/surveys/', '/email_templates/*', '/text_message_templates/*', ...EMPTY_IDS]) app.all(path, redirect)
}

/** Else the one of an id would take these, with an empty one. */
const EMPTY_IDS = ['/feedback_requests/', '/feedback_responses/', '/sites/', '/staff/']

function redirect(request: FastifyRequest, reply: FastifyReply): FastifyReply | void {
  const [path = '', ...query] = request.url.split('?')
  const target = path.replace(/\/{2,}/g, '/').replace(/\/$/, '')
  if (target === path || !OWN.test(target)) return reply.callNotFound()
  return reply.redirect([target, ...query].join('?'), request.method === 'GET' || request.method === 'HEAD' ? 301 : 307)
}
