import { getCase, listCases, type CaseView } from '../../core/case-list.ts'
import { beginConversation } from '../../core/conversations.ts'
import { clientAddress } from '../../http/address.ts'
import { requireTexts, textField } from './arguments.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { Refused } from './errors.ts'
import { pathId } from './ids.ts'
import { readPage } from './paging.ts'
import { toConversation } from './shapes.ts'

/** GET /conversations: a customer's own, last updated first. Whoever works here sees what they see of cases. */
export async function listAll({ ctx, query, public_url }: Call): Promise<Answer> {
  const page = readPage(query)
  const { rows, total } = await listCases(ctx, {}, page)
  const modified = rows.length === 0 ? null : new Date(Math.max(...rows.map((one) => one.updated_at.getTime())))
  return { kind: 'many', resource: 'conversation', data: rows.map((one) => toConversation(one, public_url)), page, total, modified }
}

/** GET /conversations/:id */
export async function getOne({ ctx, params, public_url }: Call): Promise<Answer> {
  return one(await getCase(ctx, pathId(params.id ?? '')), public_url)
}

/** POST /conversations: `subject` and `contents`; a visitor says their `name` and `email`, too. */
export async function addOne({ ctx, request, fields, public_url }: Call): Promise<Answer> {
  const problems = requireTexts(fields, ['subject', 'contents'])
  const [subject, contents, name, email] = ['subject', 'contents', 'name', 'email'].map((field) => textField(fields, field, problems))
  if (problems.length > 0) throw new Refused(problems)
  return one(await beginConversation(ctx, { subject: subject ?? '', contents: contents ?? '', name: name ?? null, email: email ?? null, client_address: clientAddress(request) }), public_url, 201)
}

function one(found: CaseView, public_url: string, status: 200 | 201 = 200): Answer {
  return { kind: 'one', status, resource: 'conversation', data: toConversation(found, public_url), modified: found.updated_at }
}
