import type { FastifyReply, FastifyRequest } from 'fastify'
import { listEmailTemplates as listOwnTemplates, type EmailTemplate as Template } from '../../core/templates.ts'
import { callerOf } from './auth.ts'
import { addPageHeaders, PAGE_PARAMETERS, toPage } from './paging.ts'
import { readQuery } from './parameters.ts'
import type { EmailTemplate } from './shapes.ts'

/** GET /email_templates: by name, archived ones too. */
export async function listEmailTemplates(request: FastifyRequest, reply: FastifyReply): Promise<EmailTemplate[]> {
  const { ctx } = callerOf(request)
  const asked = readQuery(PAGE_PARAMETERS, request.query)
  const { rows, total } = await listOwnTemplates(ctx, toPage(asked))
  addPageHeaders(request, reply, asked, total)
  return rows.map(toEmailTemplate)
}

function toEmailTemplate({ id, name, from_name, from_email, subject, body, locale, archived_at }: Template): EmailTemplate {
  return { id, name, from_name, from_email, subject, body, locale, archived: archived_at !== null }
}
