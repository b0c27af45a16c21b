import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { Invalid } from '../core/errors.ts'
import { noteTemplateSent, openTemplateLink } from '../core/invitations/template-signal.ts'
import { clientAddress } from '../http/address.ts'
import { readLink } from './link-facts.ts'

/** The image of a closed-ticket mail: that it is loaded says that the mail was sent. A HEAD is answered alike and notes nothing. */
export async function showSentImage(ground: Ground, request: FastifyRequest<{ Params: { key: string } }>, reply: FastifyReply): Promise<FastifyReply> {
  const { facts, faults } = readLink(request.url)
  if (faults.length > 0) throw new Invalid(faults)
  if (request.method === 'HEAD') await openTemplateLink(ground, request.params.key, facts)
  else await noteTemplateSent(ground, request.params.key, facts, clientAddress(request))
  return reply.header('cache-control', 'no-store').type('image/gif').send(TRANSPARENT_PIXEL)
}

const PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
const TRANSPARENT_PIXEL = Buffer.from(PIXEL, 'base64')
