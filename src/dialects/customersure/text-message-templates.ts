import type { FastifyReply, FastifyRequest } from 'fastify'
import { listTextMessageTemplates as listOwnTemplates, type TextMessageTemplate as Template } from '../../core/templates.ts'
import { callerOf } from './auth.ts'
import { addPageHeaders, PAGE_PARAMETERS, toPage } from './paging.ts'
import { readQuery } from './parameters.ts'
import type { TextMessageTemplate } from './shapes.ts'

/** GET /text_message_templates: by name, archived ones too. */
export async function listTextMessageTemplates(request: FastifyRequest, reply: FastifyReply): Promise<TextMessageTemplate[]> {
  const { ctx } = callerOf(request)
  const asked = readQuery(PAGE_PARAMETERS, request.query)
  const { rows, total } = await listOwnTemplates(ctx, toPage(asked))
  addPageHeaders(request, reply, asked, total)
  return rows.map(toTextMessageTemplate)
}

function toTextMessageTemplate({ id, name, body, locale, archived_at }: Template): TextMessageTemplate {
  return { id, name, body, locale, archived: archived_at !== null }
}
